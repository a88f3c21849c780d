//! Sums of positions in lots times marks, board by board.
//!
//! While a board is summed its marks are shares of the forward in words of 64 bits. The sums of prices and strikes, which
//! are paid, stay exact until lots are divided into contracts at the book's end. Those of coarse marks are exact
//! until a board ends and keep 60 significant bits from there on.

use equipoise_math::kernel::{coarse, negative_mask, Scaled};
use equipoise_math::Fx;

use super::wide::Wide;
use super::{Bucket, FIRST_JUMP, JUMP_MULTIPLES, MEASURES, WINGS};
use crate::black76::ladder::Multiple;
use crate::marks::{Marks, Units};
use crate::spread::HalfSpread;
use crate::units::{split, Lots, Money, Price};
use crate::RiskError;

/// Strikes of a board at most: more could overflow its words.
pub const MAX_STRIKES: usize = 1 << 9;

/// A sum of marks, of their upper and of their lower 20 bits.
#[derive(Clone, Copy, Default)]
struct Word {
    high: i64,
    low: i64,
}

impl Word {
    /// Adds a mark below 2^41 times lots below 2^33, or one mark times the lots of all strikes.
    #[inline(always)]
    fn add(&mut self, mark: i64, lots: i64) {
        self.high = self.high.wrapping_add((mark >> 20).wrapping_mul(lots));
        self.low = self.low.wrapping_add((mark & 0xf_ffff).wrapping_mul(lots));
    }

    /// The sum times its unit.
    /// # Rounding: to the nearest of 2^-64 or 60 significant bits
    #[inline(always)]
    fn times(self, unit: Scaled) -> Amount {
        let high = self.high.wrapping_add(self.low >> 20);
        let low = (self.low & 0xf_ffff).cast_unsigned();
        // the upper part and 20 bits of the lower one, without their sign
        let sign = negative_mask(high);
        let (upper, lower) = ((high >> 44).cast_unsigned(), high.cast_unsigned() << 20 | low);
        let (lower, borrows) = (lower ^ sign).overflowing_sub(sign);
        let upper = (upper ^ sign).wrapping_sub(sign).wrapping_sub(u64::from(borrows));
        let product = Scaled::from_words(upper, lower, 0).times(unit);
        Amount { money: product.to_signed(sign), excess: LARGEST.wrapping_sub(product.exponent()) }
    }

    /// The sum where each put has `forward` less than a call.
    #[inline(always)]
    fn less(mut self, forward: i64, puts: i64) -> Self {
        self.add(forward.wrapping_neg(), puts);
        self
    }
}

/// The exponent of the largest money: a few of them may be added before one is looked at.
const LARGEST: i32 = -6;

/// An amount of money that is not yet looked at: a branch costs more than all of its bits.
#[derive(Clone, Copy)]
struct Amount {
    money: Fx,
    /// Negative where the amount is meaningless, for it is too large.
    excess: i32,
}

impl Amount {
    /// # Errors: Overflow
    fn checked(self) -> Result<Money, RiskError> {
        if self.excess < 0 {
            return Err(RiskError::Overflow);
        }
        Ok(Money::from_fx(self.money))
    }

    /// The amount, whose excess is noted.
    #[inline(always)]
    const fn noted(self, excess: &mut i32) -> Fx {
        *excess |= self.excess;
        self.money
    }
}

/// Sums of prices: each limb is of 20 bits of them.
#[derive(Clone, Copy, Default)]
struct Prices {
    limbs: [i64; 6],
}

impl Prices {
    /// Adds a price from 0 below 2^40 times lots below 2^33.
    #[inline(always)]
    fn add(&mut self, price: Fx, lots: i64) {
        let (high, low) = split(price);
        let high = high.cast_unsigned();
        let [a, b, c, d, e, f] = self.limbs;
        let add = |sum: i64, limb: u64| sum.wrapping_add((limb & 0xf_ffff).cast_signed().wrapping_mul(lots));
        self.limbs = [
            add(a, low),
            add(b, low >> 20),
            add(c, low >> 40),
            add(d, (low >> 60) | high << 4),
            add(e, high >> 16),
            add(f, high >> 36),
        ];
    }

    /// The sum in units of 2^-64.
    #[inline(always)]
    fn wide(&self) -> Wide {
        let [a, b, c, d, e, f] = self.limbs;
        let pair = |high: i64, low: i64| (i128::from(high) << 20).wrapping_add(i128::from(low));
        // limbs of 63 bits at most: four of them span 123
        Wide::from_parts((pair(d, c) << 40).wrapping_add(pair(b, a)), pair(f, e) << 16)
    }
}

/// What is summed over a board's strikes.
#[derive(Clone, Copy, Default)]
pub struct BoardSums {
    calls: Prices,
    /// Strikes times puts.
    strikes: Prices,
    puts: i64,
    delta: Word,
    gamma: Word,
    decay: Word,
    vega: Word,
    wings: [Word; WINGS],
    jumped: [Word; JUMP_MULTIPLES.len()],
}

impl BoardSums {
    /// Adds a position of one strike. A put is a call less a forward, in every measure.
    #[inline(always)]
    pub fn add(&mut self, marks: &Marks, strike: Price, calls: Lots, puts: Lots) {
        let puts = i64::from(puts.count());
        // two numbers of 32 bits
        let both = i64::from(calls.count()).wrapping_add(puts);
        self.calls.add(marks.call, both);
        self.strikes.add(strike.fx(), puts);
        self.puts = self.puts.wrapping_add(puts);
        self.delta.add(marks.delta, both);
        self.gamma.add(marks.gamma, both);
        self.decay.add(marks.decay, both);
        self.vega.add(marks.vega, both);
        // written out: loops would keep the sums in memory
        let ([low, high], [low_mark, high_mark]) = (&mut self.wings, marks.wings);
        low.add(low_mark, both);
        high.add(high_mark, both);
        let ([crash, fall, rise, surge], [in_crash, in_fall, in_rise, in_surge]) = (&mut self.jumped, marks.jumped);
        crash.add(in_crash, both);
        fall.add(in_fall, both);
        rise.add(in_rise, both);
        surge.add(in_surge, both);
    }

    /// The vega of the board and of its wings before any weight.
    /// # Errors: Overflow
    pub fn vega(&self, units: &Units) -> Result<BoardVega, RiskError> {
        let [low, high] = self.wings;
        Ok(BoardVega {
            whole: self.vega.times(units.vega).checked()?,
            wings: [low.times(units.wing).checked()?, high.times(units.wing).checked()?],
        })
    }
}

/// What a board's positions are without their signs.
#[derive(Clone, Copy, Default)]
pub struct Gross {
    vega: Word,
    lots: i64,
}

impl Gross {
    /// Adds a position of one strike.
    #[inline(always)]
    pub fn add(&mut self, marks: &Marks, calls: Lots, puts: Lots) {
        // two numbers of 32 bits
        let lots = i64::from(calls.count()).wrapping_abs().wrapping_add(i64::from(puts.count()).wrapping_abs());
        self.lots = self.lots.wrapping_add(lots);
        self.vega.add(marks.vega, lots);
    }

    /// Adds what half the spread on them is worth.
    /// # Rounding: up. Errors: Overflow
    pub fn add_uncertainty_ceil(&self, units: &Units, sum: &mut HalfSpread) -> Result<(), RiskError> {
        let lots = Word { high: self.lots >> 20, low: self.lots & 0xf_ffff };
        let mut excess = 0;
        let vega = self.vega.times(units.spread_vega).noted(&mut excess);
        let floor = lots.times(units.spread_floor).noted(&mut excess);
        if excess < 0 {
            return Err(RiskError::Overflow);
        }
        // with what products of 60 significant bits, and a unit of each, may lack; a few of the largest fit a sum. Nothing
        // held lacks nothing
        let units = i128::from(self.lots.signum() << 1);
        let add = |sum: &mut Money, amount: Fx| {
            let lacking = Fx::from_bits((amount.to_bits() >> 58).wrapping_add(units));
            *sum = Money::from_fx(sum.fx().wrapping_add(amount).wrapping_add(lacking));
        };
        add(&mut sum.of_vol, vega);
        add(&mut sum.rest, floor);
        Ok(())
    }
}

/// The vega of a board and of its wings, unweighted: for 1.00 of volatility.
#[derive(Clone, Copy, Debug, Default)]
pub struct BoardVega {
    /// Of the board.
    pub whole: Money,
    /// Of its wings.
    pub wings: [Money; WINGS],
}

/// The sums over a whole book.
///
/// No exact one leaves its 192 bits: prices and strikes are below 2^40 or 104 bits, lots of a series below 2^33, and there
/// are at most 2^9 of them on each of 2^3 boards.
#[derive(Default)]
pub struct BookSums {
    /// But for the puts' strikes.
    value: Wide,
    strikes: Wide,
    delta: Fx,
    gamma: Fx,
    theta: Fx,
    /// But for the puts' strikes.
    jumped: [Fx; JUMP_MULTIPLES.len()],
}

impl BookSums {
    /// Adds a board; gives its own numbers.
    /// # Errors: Overflow
    #[inline(never)]
    pub fn add(&mut self, units: &Units, board: &BoardSums) -> Result<Bucket, RiskError> {
        let puts = board.puts;
        self.value.add(&board.calls.wide());
        self.value.add(&Wide::product(units.forward, i128::from(puts.wrapping_neg())));
        self.strikes.add(&board.strikes.wide());
        let mut excess = 0;
        let delta = board.delta.less(coarse::ONE, puts).times(units.share).noted(&mut excess);
        self.delta = self.delta.wrapping_add(delta);
        self.gamma = self.gamma.wrapping_add(board.gamma.times(units.gamma).noted(&mut excess));
        self.theta = self.theta.wrapping_sub(board.decay.times(units.decay).noted(&mut excess));
        let mut add = |sum: &mut Fx, jumped: Word, at: &Multiple| {
            let jumped = jumped.less(at.coarse_share(), puts).times(units.share);
            *sum = sum.wrapping_add(jumped.noted(&mut excess));
        };
        let ([crash, fall, rise, surge], [to_crash, to_fall, to_rise, to_surge]) = (&mut self.jumped, board.jumped);
        let [at_crash, at_fall, at_rise, at_surge] = &JUMP_MULTIPLES;
        add(crash, to_crash, at_crash);
        add(fall, to_fall, at_fall);
        add(rise, to_rise, at_rise);
        add(surge, to_surge, at_surge);
        let [low, high] = board.wings;
        let (low, high) = (low.times(units.weighted_wing), high.times(units.weighted_wing));
        let vega = board.vega.times(units.weighted_vega).noted(&mut excess);
        let (low, high) = (low.noted(&mut excess), high.noted(&mut excess));
        if excess < 0 {
            return Err(RiskError::Overflow);
        }
        Ok(Bucket {
            delta: Money::from_fx(delta),
            vega: Money::from_fx(vega),
            wing_vegas: [Money::from_fx(low), Money::from_fx(high)],
        })
    }

    /// The measures of the whole book, in contracts.
    /// # Rounding: down. Errors: Overflow
    pub fn measures(mut self) -> Result<[Money; MEASURES], RiskError> {
        let strikes = self.strikes.in_contracts_floor()?;
        let [crash, fall, rise, surge] = self.jumped;
        let with_strikes = |jumped: Fx| strikes.plus(Money::from_fx(jumped));
        self.value.add(&self.strikes);
        let value = self.value.in_contracts_floor()?;
        Ok([
            value,
            Money::from_fx(self.delta),
            Money::from_fx(self.gamma),
            Money::from_fx(self.theta),
            with_strikes(crash)?,
            with_strikes(fall)?,
            with_strikes(rise)?,
            with_strikes(surge)?,
        ])
    }
}

const _: () = assert!(FIRST_JUMP == 4, "the order of the measures");
