//! Accepts a surface, or says what is wrong with it.

use equipoise_kit::Revert;
use equipoise_market_state::convert::BoardInCall;
use equipoise_market_state::errors::number_error;
use equipoise_market_state::layout::{decode_holdings, decode_slice, BoardState, Header};
use equipoise_math::Fx;
use equipoise_risk::surface::Slice;
use equipoise_risk::units::{Price, Years};
use equipoise_risk::RiskError;

/// The market's variance is that of the expiry nearest to this.
const REFERENCE_SECS: u64 = 30 * 86_400;

/// Checks every slice and returns the market's variance.
/// # Inputs: boards by rising expiry, with the header and the slice that are about to be stored
/// # Errors: MarketSlice.., MarketNumberOutOfDomain
pub fn check_surface(now: u64, strike_shift: u8, boards: &[BoardInCall]) -> Result<Fx, Revert> {
    let mut earlier = None;
    let mut nearest = (u64::MAX, Fx::ZERO);
    for BoardInCall { id, words } in boards {
        let header = Header::decode(&words.header);
        let Some(Header { expiry, state: BoardState::Live { forward, .. }, .. }) = header else {
            continue;
        };
        let left = expiry.saturating_sub(now);
        let slice = decode_slice(&words.slice);
        let strikes = decode_holdings(words, &words.inventory, strike_shift);
        let strikes = strikes.iter().map(|held| held.strike);
        let years = check_slice(&slice, left, earlier.as_ref(), forward, strikes).map_err(number_error(*id))?;
        let distance = left.abs_diff(REFERENCE_SECS);
        if distance < nearest.0 {
            nearest = (distance, slice.variance(forward, forward).map_err(number_error(*id))?);
        }
        earlier = Some((slice, years));
    }
    Ok(nearest.1)
}

fn check_slice(
    slice: &Slice,
    left: u64,
    earlier: Option<&(Slice, Years)>,
    forward: Price,
    strikes: impl Iterator<Item = Price>,
) -> Result<Years, RiskError> {
    let years = Years::from_secs(left.max(1))?;
    slice.check(years)?;
    if let Some((before, before_years)) = earlier {
        slice.check_after(years, before, *before_years)?;
    }
    for strike in strikes {
        slice.variance(strike, forward)?;
    }
    Ok(years)
}
