//! A closed-form first guess of the total volatility, within 1.7 % of the truth.
//!
//! With `x = |ln F/K|`, the price's share `b` of its bound and `s` the total volatility there are two
//! regions. `scripts/coefficients/implied_vol.py` fits their constants and proves in ball arithmetic that
//! no guess is further off than 3 %, from where two steps converge all the same.
//!
//! Low prices, `24 b < x`: in Bachelier's limit `ln(x / b)` depends on `m = x / s` alone, and
//! `m = v - (10.784 v - 11.823) / (v (v + 2.2296))` for `v^2 = x + 2 ln(x / b)`; the limit's error
//! moves `v^2` by about `x^2 / (4 m^2)`.
//!
//! Other prices: the mean of call and put, as a share of the mean of their bounds, would be that of an
//! option at the money with `s0^2 = s^2 + 8 ln cosh(x / 2) + O(x^4 / s^2)`.

use equipoise_math::kernel::{log_ratio, Aligned, Scaled};

use super::Target;

/// Places of the fixed-point numbers here, which carry a guess and need no more.
const PLACES: i32 = 28;
const ONE: u64 = 1 << PLACES;

/// A constant from its ten-thousandths.
const fn decimal(ten_thousandths: u64) -> u64 {
    match ten_thousandths.wrapping_mul(ONE).checked_div(10_000) {
        Some(number) => number,
        None => 0,
    }
}

impl Target {
    /// The total volatility, within 1.7 % where it is between 1e-6 and 17.4; below 1e-6 or 0 beneath.
    /// # Error: enforced by `black76::implied::tests::two_steps_suffice_over_a_grid_of_moneyness_and_total_vol`
    #[inline(never)]
    pub(super) fn guess(&self) -> Scaled {
        let is_low = self.log.minus(self.share.times(Scaled::new(24, 0))).1 == 0;
        if is_low {
            self.guess_low()
        } else {
            self.guess_high()
        }
    }

    fn guess_low(&self) -> Scaled {
        let ratio = log_ratio(Aligned::from_scaled(self.log), Aligned::from_scaled(self.share));
        let square = self.log.to_word(55).wrapping_add(ratio.times_power_of_two(1).to_word(55));
        let v = Scaled::new(square, -55).sqrt().to_word(PLACES);
        let first = money_distance(v);
        // half of x^2 / (4 m^2) over v
        let bend = self.log.times(Scaled::new(first, -PLACES).reciprocal());
        let bend = bend.times(bend).times_power_of_two(-3).to_word(PLACES);
        let v = v.saturating_sub(quotient(bend, v));
        Scaled::new(money_distance(v), -PLACES).reciprocal().times(self.log)
    }

    fn guess_high(&self) -> Scaled {
        // p (1 - p) / (1/4) where p is the tail's probability for the option at the money
        let product = self.missing.times_exactly(self.present).times_power_of_two(2);
        let whole = self.total.times_exactly(self.total);
        let spread = log_ratio(Aligned::from_scaled(product), Aligned::from_scaled(whole));
        // the square of the normal deviate of p over minus the logarithm of that
        let z = spread.to_word(PLACES);
        let slope = ratio(decimal(15_670), decimal(2_172), decimal(1_088), z);
        let at_the_money = spread.times(Scaled::new(slope, 2 - PLACES));

        let square = self.log.times(self.log);
        let y = square.to_word(PLACES);
        // 8 ln cosh(x / 2)
        let apart = square.times(Scaled::new(ratio(decimal(9_957), decimal(120), decimal(496), y), -PLACES));
        let (variance, is_negative) = at_the_money.minus(apart);
        if is_negative != 0 || variance.is_zero() {
            return Scaled::new(0, 0);
        }
        let steepness = square.times(variance.reciprocal()).to_word(PLACES).min(4 * ONE);
        let steepness = steepness.wrapping_mul(steepness) >> PLACES;
        let bend = steepness.wrapping_mul(ratio(decimal(1_650), 0, decimal(450), y)) >> PLACES;
        variance.times(Scaled::new(ONE.saturating_sub(bend), -PLACES)).sqrt()
    }
}

/// `m` from `v`, up to 12.5.
fn money_distance(v: u64) -> u64 {
    let v = v.min(12 * ONE + ONE / 2);
    // 10.784 v - 11.823, which is positive from 1.1 on
    let over = (v.wrapping_mul(decimal(107_840)) >> PLACES).saturating_sub(decimal(118_230));
    let under = v.wrapping_mul(v.wrapping_add(decimal(22_296))) >> PLACES;
    v.saturating_sub(quotient(over, under))
}

/// `(a + b z) / (1 + c z)` for numbers below 70 and a result below 16.
fn ratio(a: u64, b: u64, c: u64, z: u64) -> u64 {
    let along = |slope: u64| z.wrapping_mul(slope) >> PLACES;
    quotient(a.wrapping_add(along(b)), ONE.wrapping_add(along(c)))
}

/// `over / under` for `over` below 2^35.
fn quotient(over: u64, under: u64) -> u64 {
    over.wrapping_shl(28).checked_div(under).unwrap_or(u64::MAX >> 28)
}
