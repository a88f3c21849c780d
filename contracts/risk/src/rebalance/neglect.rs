//! What a market does while its window stays open because nobody rebalances.
//!
//! ```text
//! factor on spreads:  1 for the grace, then in a line up to the most, then that
//! only reduces:       from some age on
//! ```
//!
//! The window's age is all that it looks at, so nobody's word and no keeper is needed: the vault never depends on a solver. It
//! is over when the window closes: by a rebalance, or by trades that bring |D*| within the inner band.

use super::Window;
use crate::millionths::Millionths;

/// From when on a market that nobody hedges widens, and from when on it only reduces. Times are ages of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeglectTerms {
    grace_secs: u32,
    widest_secs: u32,
    most: Millionths,
    reduce_secs: u32,
}

/// Least and most of each number: the grace, the age of the widest spreads, their factor, the age from which it only reduces.
pub const NEGLECT_BOUNDS: [(u32, u32); 4] =
    [(900, 86_400), (1_800, 604_800), (1_000_000, 4_000_000), (3_600, 2_592_000)];

impl Default for NeglectTerms {
    /// Four hours are some fifty ramps: whoever has not come by then is not waiting for a better tip. Twice the spread is what a
    /// vault pays whose capacity is used up; a day after that it opens nothing.
    fn default() -> Self {
        Self { grace_secs: 14_400, widest_secs: 43_200, most: Millionths::from_raw(2_000_000), reduce_secs: 129_600 }
    }
}

/// What the age of the window does to the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neglect {
    /// On the spread of volatility, from one.
    pub factor: Millionths,
    /// Whether only closing trades pass.
    pub only_reduces: bool,
}

impl NeglectTerms {
    /// # Inputs: seconds, seconds, a factor in millionths, seconds
    /// # Errors: the place of the first that is out of [`NEGLECT_BOUNDS`]; 1 or 3 if it is not after the one before it
    pub fn new(numbers: [u32; 4]) -> Result<Self, usize> {
        let is_out = |((least, most), number): (&(u32, u32), &u32)| !(least..=most).contains(&number);
        if let Some(place) = NEGLECT_BOUNDS.iter().zip(&numbers).position(is_out) {
            return Err(place);
        }
        let [grace_secs, widest_secs, most, reduce_secs] = numbers;
        if widest_secs <= grace_secs {
            return Err(1);
        }
        if reduce_secs < widest_secs {
            return Err(3);
        }
        Ok(Self { grace_secs, widest_secs, most: Millionths::from_raw(most), reduce_secs })
    }
}

impl Window {
    /// What its age does by now.
    /// # Rounding: the factor up, in the vault's favour
    pub fn neglect(self, terms: &NeglectTerms, now: u64) -> Neglect {
        let age_secs = if self.is_open() { now.saturating_sub(self.opened_at) } else { 0 };
        let (grace, widest) = (u64::from(terms.grace_secs), u64::from(terms.widest_secs));
        let (past, whole) = (age_secs.clamp(grace, widest).saturating_sub(grace), widest.saturating_sub(grace));
        let most = terms.most.raw().saturating_sub(Millionths::ONE.raw());
        // Two numbers of 32 bits.
        let share = u64::from(most).saturating_mul(past).checked_add(whole.saturating_sub(1));
        let beyond = share.and_then(|share| share.checked_div(whole)).and_then(|share| u32::try_from(share).ok());
        let factor = Millionths::ONE.raw().saturating_add(beyond.unwrap_or(most));
        Neglect { factor: Millionths::from_raw(factor), only_reduces: age_secs >= u64::from(terms.reduce_secs) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: u64 = 1_800_000_000;
    const TERMS: [u32; 4] = [1_800, 5_400, 3_000_000, 86_400];

    fn at(age_secs: u64) -> (u32, bool) {
        let neglect = Window { opened_at: NOW }.neglect(&NeglectTerms::new(TERMS).unwrap(), NOW + age_secs);
        (neglect.factor.raw(), neglect.only_reduces)
    }

    #[test]
    fn spreads_widen_after_the_grace_up_to_the_most_and_then_it_only_reduces() {
        assert_eq!([at(0), at(1_800)], [(1_000_000, false); 2]);
        assert_eq!(at(1_801), (1_000_556, false), "rounded up");
        assert_eq!(at(3_600), (2_000_000, false));
        assert_eq!([at(5_400), at(86_399)], [(3_000_000, false); 2]);
        assert_eq!(at(86_400), (3_000_000, true));
    }

    #[test]
    fn a_closed_window_has_no_age() {
        let neglect = Window::default().neglect(&NeglectTerms::default(), NOW);
        assert_eq!(neglect, Neglect { factor: Millionths::ONE, only_reduces: false });
    }

    #[test]
    fn terms_have_bounds_and_an_order() {
        for (place, (least, most)) in NEGLECT_BOUNDS.iter().enumerate() {
            for out in [least - 1, most + 1] {
                let mut numbers = TERMS;
                numbers[place] = out;
                assert_eq!(NeglectTerms::new(numbers), Err(place));
            }
        }
        assert_eq!(NeglectTerms::new([1_800, 1_800, 2_000_000, 86_400]), Err(1));
        assert_eq!(NeglectTerms::new([1_800, 7_200, 2_000_000, 7_199]), Err(3));
        let default = NeglectTerms::default();
        let numbers = [default.grace_secs, default.widest_secs, default.most.raw(), default.reduce_secs];
        assert_eq!(NeglectTerms::new(numbers), Ok(default));
    }

    proptest! {
        #[test]
        fn the_factor_never_falls_with_age_and_stays_in_its_bounds(opened_at in 1_u64.., age in any::<u64>(), more in any::<u64>()) {
            let terms = NeglectTerms::new(TERMS).unwrap();
            let after = |age: u64| Window { opened_at }.neglect(&terms, opened_at.saturating_add(age));
            let (before, later) = (after(age), after(age.saturating_add(more)));
            prop_assert!(Millionths::ONE <= before.factor && before.factor <= later.factor);
            prop_assert!(later.factor.raw() <= TERMS[2]);
            prop_assert!(later.only_reduces || !before.only_reduces);
        }
    }
}
