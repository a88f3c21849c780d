//! Sums of positions in lots times marks: exact, board by board.
//!
//! While a board is summed its marks are shares of the forward, in words of 64 bits: a mark of at most 41 bits times
//! the 16 upper or the 16 lower bits of a number of lots, a few dozen times, fits one. A board's end multiplies by the
//! forward, into 192 bits; the book's end divides lots into contracts. Nothing is rounded before that.

use equipoise_math::kernel::coarse;
use equipoise_math::Fx;

use super::wide::Wide;
use super::{Exposure, FIRST_JUMP, JUMP_MULTIPLES, MEASURES, WINGS};
use crate::arithmetic::mul_floor;
use crate::marks::{BoardTerms, Marks, PreparedBoard};
use crate::units::{split, Lots, Money, Price};
use crate::RiskError;

/// Strikes after which words are emptied into wider sums: far from any overflow.
pub const CHUNK: usize = 32;
/// Fraction bits of sums over a board times its units, beside 64.
const PLACES: u32 = 40;

/// A sum over at most [`CHUNK`] strikes.
#[derive(Clone, Copy, Default)]
struct Word {
    high: i64,
    low: i64,
}

impl Word {
    /// Adds a mark below 2^41 times lots below 2^33.
    #[inline(always)]
    fn add(&mut self, mark: i64, lots: i64) {
        self.high = self.high.wrapping_add(mark.wrapping_mul(lots >> 16));
        self.low = self.low.wrapping_add(mark.wrapping_mul(lots & 0xffff));
    }

    fn total(self) -> i128 {
        (i128::from(self.high) << 16).wrapping_add(i128::from(self.low))
    }
}

/// Sums of prices: each limb is of 24 bits of them.
#[derive(Clone, Copy, Default)]
struct Prices {
    limbs: [i64; 5],
}

impl Prices {
    /// Adds a price from 0 below 2^56 times lots below 2^33.
    #[inline(always)]
    fn add(&mut self, price: Fx, lots: i64) {
        let (high, low) = split(price);
        let high = high.cast_unsigned();
        let [a, b, c, d, e] = &mut self.limbs;
        let limbs = [low, low >> 24, (low >> 48) | high << 16, high >> 8, high >> 32];
        for (sum, limb) in [a, b, c, d, e].into_iter().zip(limbs) {
            *sum = sum.wrapping_add((limb & 0xff_ffff).cast_signed().wrapping_mul(lots));
        }
    }

    /// The sum in units of 2^-64.
    fn wide(&self) -> Result<Wide, RiskError> {
        let [a, b, c, d, e] = self.limbs.map(i128::from);
        // limbs of 63 bits at most: three of them span 111
        let low = (c << 48).wrapping_add(b << 24).wrapping_add(a);
        Wide::from_parts(low, (e << 32).wrapping_add(d << 8))
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
    theta: Word,
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
        if puts != 0 {
            self.strikes.add(strike.fx(), puts);
            self.puts = self.puts.wrapping_add(puts);
        }
        self.delta.add(marks.delta, both);
        self.gamma.add(marks.gamma, both);
        self.theta.add(marks.theta, both);
        self.vega.add(marks.vega, both);
        for (sum, mark) in self.wings.iter_mut().zip(marks.wings) {
            sum.add(mark, both);
        }
        for (sum, mark) in self.jumped.iter_mut().zip(marks.jumped) {
            sum.add(mark, both);
        }
    }
}

/// What a board's positions are without their signs.
#[derive(Clone, Copy, Default)]
pub struct Gross {
    vega: Word,
    total_vega: i128,
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

    /// Adds what was summed over at most [`CHUNK`] strikes.
    pub fn join(&mut self, chunk: &Self) {
        self.lots = self.lots.saturating_add(chunk.lots);
        self.total_vega = self.total_vega.wrapping_add(chunk.vega.total());
    }

    /// Their vega.
    /// # Rounding: down. Errors: Overflow
    pub fn vega(&self, board: &PreparedBoard) -> Result<Money, RiskError> {
        Wide::product(board.units.vega, self.total_vega)?.in_contracts_floor::<PLACES>()
    }

    /// So much for each contract of them.
    /// # Rounding: up by a unit. Errors: Overflow
    pub fn contracts_ceil(&self, each: Fx) -> Result<Money, RiskError> {
        Wide::product(each, i128::from(self.lots))?.in_contracts_floor::<0>()?.plus(Money::from_fx(Fx::DELTA))
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
#[derive(Default)]
pub struct BookSums {
    value: Wide,
    delta: Wide,
    gamma: Wide,
    theta: Wide,
    jumped: [Wide; JUMP_MULTIPLES.len()],
}

/// What a board adds to its own places of the book.
#[derive(Clone, Copy, Debug, Default)]
pub struct BoardTotals {
    vega: Wide,
    wings: [Wide; WINGS],
    delta: Wide,
}

impl BookSums {
    /// Adds what was summed over strikes of a board, and takes note of what stays the board's.
    /// # Errors: Overflow
    #[inline(never)]
    pub fn add(&mut self, board: &PreparedBoard, sums: &BoardSums, totals: &mut BoardTotals) -> Result<(), RiskError> {
        let units = &board.units;
        let puts = i128::from(sums.puts);
        let strikes = sums.strikes.wide()?;
        self.value.add(&sums.calls.wide()?)?;
        self.value.add(&strikes)?;
        self.value.add(&Wide::product(units.forward, puts.wrapping_neg())?)?;
        let lifted = strikes.shifted::<PLACES>()?;
        let share = |sum: Word, forward: i64| sum.total().wrapping_sub(puts.wrapping_mul(i128::from(forward)));
        let delta = Wide::product(units.forward, share(sums.delta, coarse::ONE))?;
        totals.delta.add(&delta)?;
        self.delta.add(&delta)?;
        self.gamma.add(&Wide::product(units.gamma, sums.gamma.total() << 7)?)?;
        self.theta.add(&Wide::product(units.theta, sums.theta.total() << 2)?)?;
        for ((sum, word), jump) in self.jumped.iter_mut().zip(sums.jumped).zip(&JUMP_MULTIPLES) {
            sum.add(&Wide::product(units.forward, share(word, jump.coarse_share()))?)?;
            sum.add(&lifted)?;
        }
        totals.vega.add(&Wide::product(units.vega, sums.vega.total())?)?;
        for (sum, word) in totals.wings.iter_mut().zip(sums.wings) {
            sum.add(&Wide::product(units.vega, word.total() << 8)?)?;
        }
        Ok(())
    }

    /// The measures of the whole book, in contracts.
    /// # Rounding: down. Errors: Overflow
    pub fn measures(&self) -> Result<[Money; MEASURES], RiskError> {
        let mut measures = [Money::ZERO; MEASURES];
        let sums = [&self.delta, &self.gamma, &self.theta].into_iter().chain(&self.jumped);
        for (measure, sum) in measures.iter_mut().skip(1).zip(sums) {
            *measure = sum.in_contracts_floor::<PLACES>()?;
        }
        let [value, ..] = &mut measures;
        *value = self.value.in_contracts_floor::<0>()?;
        Ok(measures)
    }
}

const _: () = assert!(FIRST_JUMP == 4, "the order of the measures");

/// What turns a square of coarse distances into one of deviations, `2 ln 2`.
const SQUARED_DEVIATION: Fx = Fx::lit("1.38629436111989061883");

impl BoardTotals {
    /// Writes a board's own numbers into its place of the book; gives its vega before any weight.
    /// # Rounding: down. Errors: Overflow, also for a place past the last
    pub fn close(&self, place: usize, terms: &BoardTerms, exposure: &mut Exposure) -> Result<BoardVega, RiskError> {
        let mut vega = BoardVega { whole: self.vega.in_contracts_floor::<PLACES>()?, wings: [Money::ZERO; WINGS] };
        for (wing, sum) in vega.wings.iter_mut().zip(&self.wings) {
            *wing = sum.in_contracts_floor::<PLACES>()?.scaled_floor(SQUARED_DEVIATION)?;
        }
        let bucket = exposure.buckets.get_mut(place).ok_or(RiskError::Overflow)?;
        bucket.delta = self.delta.in_contracts_floor::<PLACES>()?;
        let weighted = |vega: Money| mul_floor(vega.fx(), terms.vega_weight).map(Money::from_fx);
        bucket.vega = weighted(vega.whole)?;
        for (wing, vega) in bucket.wing_vegas.iter_mut().zip(vega.wings) {
            *wing = weighted(vega)?;
        }
        Ok(vega)
    }
}
