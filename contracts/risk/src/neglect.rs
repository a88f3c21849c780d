//! What a market does while nobody hedges it.
//!
//! ```text
//! unhedged:   |D*| past a quarter of its limit, in every round since
//! factor:     1 for four hours, then in a line to 2 over the nine after them, then 2
//! ```
//!
//! and from [`crate::breakers::Measure::Unhedged`]'s limit on it only reduces. Only its own book is looked at, so nobody's word and no
//! keeper is needed: the vault never depends on a solver. It is over once |D*| is back within the band, by a rebalance or by
//! trades. A market that has no hedger is not expected to be hedged.

use equipoise_math::Fx;

use crate::book::{Exposure, Measure};
use crate::millionths::Millionths;
use crate::parameters::{Parameter, Parameters};
use crate::potential::RiskState;
use crate::units::Money;
use crate::RiskError;

/// Four hours are some fifty ramps of a rebalance's shares: whoever has not come by then is not waiting for a better tip.
const GRACE_SECS: u64 = 14_400;
/// From the end of the grace to the widest spreads: 2^15 seconds, so that no division is needed.
const RAMP_BITS: u32 = 15;
/// The band is a quarter of the limit of |D*|: about where a rebalance's window opens, by default.
const BAND_BITS: u32 = 2;

/// Whether |D*| lies outside the band that solvers are expected to keep it in.
/// # Errors: Math, Overflow
pub fn is_past_band(
    book: &Exposure,
    capital: Money,
    state: &RiskState,
    parameters: &Parameters,
) -> Result<bool, RiskError> {
    let to_hedge = state.delta_to_hedge(book.of(Measure::DollarDelta), book.weighted_vega()?)?;
    let band = Fx::from_bits(parameters.number(Parameter::DeltaLimit)?.to_bits() >> BAND_BITS);
    Ok(to_hedge.magnitude()? > capital.scaled_floor(band)?)
}

/// Since when nobody has hedged the book, for so long that it has been past the band in every round, in unix seconds; 0 if it is within.
pub const fn unhedged_since(since: u64, is_past_band: bool, now: u64) -> u64 {
    match (is_past_band, since) {
        (false, _) => 0,
        (true, 0) => now,
        (true, since) => since,
    }
}

/// For how long nobody has hedged the book.
pub const fn unhedged_secs(since: u64, now: u64) -> u64 {
    if since == 0 {
        0
    } else {
        now.saturating_sub(since)
    }
}

/// By how much that widens spreads, from 1 to 2.
/// # Rounding: up, in the vault's favour
pub fn factor_ceil(since: u64, now: u64) -> Millionths {
    let past = unhedged_secs(since, now).saturating_sub(GRACE_SECS).min(1 << RAMP_BITS);
    let one = u64::from(Millionths::ONE.raw());
    // At most two millions.
    let beyond = past.wrapping_mul(one).wrapping_add((1 << RAMP_BITS) - 1) >> RAMP_BITS;
    Millionths::from_raw(u32::try_from(one.wrapping_add(beyond)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::book::Measure;
    use crate::fixtures::{fx, money, NOW};

    const WIDEST_SECS: u64 = GRACE_SECS + (1 << RAMP_BITS);

    fn factor_after(secs: u64) -> u32 {
        factor_ceil(NOW, NOW + secs).raw()
    }

    #[test]
    fn spreads_widen_after_the_grace_up_to_twice() {
        assert_eq!([factor_after(0), factor_after(GRACE_SECS)], [1_000_000; 2]);
        assert_eq!(factor_after(GRACE_SECS + 1), 1_000_031, "30.5, rounded up");
        assert_eq!(factor_after(GRACE_SECS + (1 << (RAMP_BITS - 1))), 1_500_000);
        assert_eq!([factor_after(WIDEST_SECS - 1), factor_after(WIDEST_SECS)], [1_999_970, 2_000_000]);
        assert_eq!(factor_after(u64::MAX - NOW), 2_000_000);
        assert_eq!(factor_ceil(0, NOW).raw(), 1_000_000, "a book within the band");
    }

    #[test]
    fn it_counts_from_the_first_round_past_the_band_to_the_first_within() {
        assert_eq!(unhedged_since(0, false, NOW), 0);
        let since = unhedged_since(0, true, NOW);
        assert_eq!(unhedged_since(since, true, NOW + 9), NOW);
        assert_eq!(unhedged_since(since, false, NOW + 9), 0);
        assert_eq!([unhedged_secs(0, NOW), unhedged_secs(NOW, NOW + 9), unhedged_secs(NOW, NOW - 9)], [0, 9, 0]);
    }

    #[test]
    fn the_band_is_a_quarter_of_the_limit_of_the_delta_that_is_to_be_hedged() {
        let parameters = Parameters::default();
        let capital = money(1e6);
        let state = RiskState::new(capital, fx(0.36), &parameters).unwrap();
        let past = |delta: f64| {
            let mut book = Exposure::default();
            book.add(Measure::DollarDelta, money(delta)).unwrap();
            is_past_band(&book, capital, &state, &parameters).unwrap()
        };
        assert_eq!(parameters.millionths(Parameter::DeltaLimit), 250_000);
        assert_eq!([past(62_499.0), past(62_501.0), past(-62_499.0), past(-62_501.0)], [false, true, false, true]);
        assert_eq!([past(62_500.0), past(-62_500.0)], [false; 2], "as far as the band goes");
    }

    proptest! {
        #[test]
        fn the_factor_never_falls_with_age_and_stays_in_its_bounds(since in any::<u64>(), age in any::<u64>(), more in any::<u64>()) {
            let after = |age: u64| factor_ceil(since, since.saturating_add(age)).raw();
            let (before, later) = (after(age), after(age.saturating_add(more)));
            prop_assert!(1_000_000 <= before && before <= later && later <= 2_000_000);
        }
    }
}
