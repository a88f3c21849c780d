//! Accepts a surface, or says what is wrong with it.

use equipoise_interfaces::{BoardStep, MarketBasisStepTooLarge, MarketSurfaceStepTooLarge};
use equipoise_kit::lean::revert;
use equipoise_kit::Revert;
use equipoise_market_state::convert::unsigned_wad;
use equipoise_market_state::errors::{number_error, pricing_error};
use equipoise_market_state::layout::{decode_holdings, decode_slice, BoardState, BoardWords, Header};
use equipoise_math::Fx;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::surface::step::{Posted, StepError, StepLimits};
use equipoise_risk::surface::Slice;
use equipoise_risk::units::{Price, Years};
use equipoise_risk::RiskError;

/// The market's variance is that of the expiry nearest to this.
const REFERENCE_SECS: u64 = 30 * 86_400;

/// How far a surface may move, of millionths.
/// # Errors: none in range
pub fn limits_of(vol: u32, basis: u32) -> Result<StepLimits, Revert> {
    let number = |millionths| Millionths::from_raw(millionths).number().map_err(pricing_error);
    Ok(StepLimits { vol: number(vol)?, basis: number(basis)? })
}

/// Checks every slice and measures how far it moves.
/// # Inputs: boards by rising expiry
/// # Returns: the market's variance, and the largest share of its limit that a board moves by
/// # Errors: MarketSlice.., MarketNumberOutOfDomain, MarketSurfaceStepTooLarge, MarketBasisStepTooLarge
pub fn check_surface(
    now: u64,
    strike_shift: u8,
    limits: &StepLimits,
    boards: &[BoardStep],
) -> Result<(Fx, Millionths), Revert> {
    let mut earlier = None;
    let mut nearest = (u64::MAX, Fx::ZERO);
    let mut largest = Millionths::ZERO;
    for step in boards {
        let Some((expiry, next)) = posted_of(&step.header.0, &step.slice.0) else { continue };
        let left = expiry.saturating_sub(now);
        let strikes = strikes_of(step, strike_shift);
        let years = check_slice(&next, left, earlier.as_ref(), &strikes).map_err(number_error(step.id))?;
        // A board's first slice is as far from nothing as it likes.
        if let Some((_, last)) = posted_of(&step.lastHeader.0, &step.lastSlice.0) {
            let share = limits.share_ceil(&last, &next, strikes.into_iter(), left).map_err(step_error(step.id))?;
            largest = largest.max(share);
        }
        let distance = left.abs_diff(REFERENCE_SECS);
        if distance < nearest.0 {
            nearest = (distance, next.slice.variance(next.forward, next.forward).map_err(number_error(step.id))?);
        }
        earlier = Some((next.slice, years));
    }
    Ok((nearest.1, largest))
}

fn posted_of(header: &[u8; 32], slice: &[u8; 32]) -> Option<(u64, Posted)> {
    let header = Header::decode(header)?;
    let BoardState::Live { basis, forward, .. } = header.state else { return None };
    Some((header.expiry, Posted { forward, basis, slice: decode_slice(slice) }))
}

fn strikes_of(step: &BoardStep, strike_shift: u8) -> Vec<Price> {
    let words = BoardWords { header: step.header.0, strikes: step.strikes.map(|slot| slot.0), ..BoardWords::default() };
    decode_holdings(&words, &words.inventory, strike_shift).into_iter().map(|held| held.strike).collect()
}

fn check_slice(
    posted: &Posted,
    left: u64,
    earlier: Option<&(Slice, Years)>,
    strikes: &[Price],
) -> Result<Years, RiskError> {
    // Steps are shares of the basis: what is not above zero could never be left again.
    if posted.basis <= 0 {
        return Err(RiskError::Math);
    }
    let years = Years::from_secs(left.max(1))?;
    posted.slice.check(years)?;
    if let Some((before, before_years)) = earlier {
        posted.slice.check_after(years, before, *before_years)?;
    }
    for strike in strikes {
        posted.slice.variance(*strike, posted.forward)?;
    }
    Ok(years)
}

/// Maps why a board may not move as far.
fn step_error(board: u16) -> impl Fn(StepError) -> Revert {
    move |error| match error {
        StepError::Vol { strike, moved, most } => revert(&MarketSurfaceStepTooLarge {
            board,
            strikeWad: unsigned_wad(strike.fx()),
            movedWad: unsigned_wad(moved),
            mostWad: unsigned_wad(most),
        }),
        StepError::Basis { moved, most } => {
            revert(&MarketBasisStepTooLarge { board, movedWad: unsigned_wad(moved), mostWad: unsigned_wad(most) })
        }
        StepError::Number(error) => number_error(board)(error),
    }
}
