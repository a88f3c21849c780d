//! How boards are priced at a moment, from the slots that a program without state is handed.

use equipoise_interfaces::Moment;
use equipoise_kit::Revert;
use equipoise_risk::marks::BoardTerms;
use equipoise_risk::parameters::{Parameter, Parameters};
use equipoise_risk::spread::{Doubt, SpreadTerms};
use equipoise_risk::units::Price;

use crate::convert::price_of;
use crate::errors::{number_error, pricing_error, Refusal};
use crate::layout::{decode_gap, decode_parameters, decode_slice, BoardState, BoardWords, Directory, Header};

/// What all boards share.
#[derive(Clone, Debug)]
pub struct Pricing {
    /// Unix seconds.
    pub now: u64,
    /// The price of the underlying.
    pub spot: Price,
    /// The boards that are not settled.
    pub directory: Directory,
    spread: SpreadTerms,
}

impl Pricing {
    /// # Inputs: the doubt that a spot price leaves if it was pulled
    /// # Errors: MarketNumberOutOfDomain
    pub fn new(moment: &Moment, doubt: Option<Doubt>) -> Result<Self, Revert> {
        let parameters = decode_parameters(&moment.parameters.map(|slot| slot.0));
        let directory = Directory::decode(&moment.directory.0);
        let spot = price_of(moment.spotWad)?;
        let age = moment.nowAt.saturating_sub(moment.spotAt);
        let surface_age = moment.nowAt.saturating_sub(directory.surface_at);
        let spread = SpreadTerms::at((spot, doubt), age, directory.variance, &parameters);
        let spread = spread.and_then(|spread| spread.on_surface_of(surface_age, &parameters)).map_err(pricing_error)?;
        Ok(Self { now: moment.nowAt, spot, directory, spread })
    }

    /// How a board is priced.
    /// # Returns: None if it has no slice, or has been settled
    /// # Errors: MarketNumberOutOfDomain
    pub fn terms(&self, id: u16, header: &Header, words: &BoardWords) -> Result<Option<BoardTerms>, Revert> {
        let BoardState::Live { basis, forward, .. } = header.state else { return Ok(None) };
        let reference = (forward, decode_slice(&words.slice));
        let terms = BoardTerms::new(self.spot, basis, reference, (self.now, header.expiry), self.spread);
        let mut terms = terms.map_err(number_error(id))?;
        terms.cover(decode_gap(&words.slice));
        Ok(Some(terms))
    }
}

/// Why what the market knows is too old to open positions on, the time it is of, and the age at most.
pub fn staleness(parameters: &Parameters, spot_at: u64, surface_at: u64, now: u64) -> Option<(Refusal, u64, u64)> {
    let aged = [
        (Refusal::SpotStale, spot_at, Parameter::MaxSpotAgeHours),
        (Refusal::SurfaceStale, surface_at, Parameter::MaxSurfaceAgeHours),
    ];
    for (refusal, since, parameter) in aged {
        let most = parameters.secs(parameter, HOUR_SECS);
        if now.saturating_sub(since) > most {
            return Some((refusal, since, most));
        }
    }
    None
}

/// Whether the spot price and the surface are young enough to open positions on.
pub fn is_young(parameters: &Parameters, spot_at: u64, surface_at: u64, now: u64) -> bool {
    now.saturating_sub(spot_at) <= parameters.secs(Parameter::MaxSpotAgeHours, HOUR_SECS)
        && now.saturating_sub(surface_at) <= parameters.secs(Parameter::MaxSurfaceAgeHours, HOUR_SECS)
}

const HOUR_SECS: u32 = 3_600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_young_is_what_is_not_stale() {
        let parameters = Parameters::default();
        let (now, hour) = (1_000_000, u64::from(HOUR_SECS));
        let ages = [0, 2 * hour, 2 * hour + 1, 26 * hour, 26 * hour + 1, now];
        let mut young = 0;
        for spot in ages {
            for surface in ages {
                let (spot_at, surface_at) = (now - spot, now - surface);
                let is_young = is_young(&parameters, spot_at, surface_at, now);
                assert_eq!(is_young, staleness(&parameters, spot_at, surface_at, now).is_none(), "{spot} {surface}");
                young += usize::from(is_young);
            }
        }
        assert_eq!(young, 2 * 4);
    }
}
