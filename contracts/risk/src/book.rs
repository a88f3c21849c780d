//! The whole book in one pass: value, Greeks and jump losses, before a trade and what the trade changes.
//!
//! Sums run over lots and are divided into contracts once, at the end. The call and the put of a strike
//! share one evaluation: by parity a put is a call less a forward.

use equipoise_math::Fx;

use crate::arithmetic::{add, mul_floor, sub};
use crate::marks::{BoardTerms, Marks, Needs};
use crate::quote::Package;
use crate::settlement::Holding;
use crate::units::{lots_to_contracts_floor, times_lots, Lots, Money, Price};
use crate::RiskError;

/// Boards that live at one time at most.
pub const MAX_BOARDS: usize = 8;
/// Spot after each jump of the stress, as a share of spot.
pub const JUMPS: [Fx; 4] = [Fx::lit("0.7"), Fx::lit("0.85"), Fx::lit("1.15"), Fx::lit("1.3")];

/// One strike of a board: what the vault holds and what a trader is about to buy from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StrikeState {
    /// The strike.
    pub strike: Price,
    /// The vault's calls, negative if short.
    pub calls: Lots,
    /// The vault's puts, negative if short.
    pub puts: Lots,
    /// Calls the trader buys, negative if he sells.
    pub bought_calls: Lots,
    /// Puts the trader buys, negative if he sells.
    pub bought_puts: Lots,
}

impl From<Holding> for StrikeState {
    fn from(held: Holding) -> Self {
        Self { strike: held.strike, calls: held.calls, puts: held.puts, ..Self::default() }
    }
}

impl StrikeState {
    /// What the vault holds once the trade is done: it sells what the trader buys.
    /// # Errors: Overflow
    pub fn held_after(&self) -> Result<Holding, RiskError> {
        Ok(Holding {
            strike: self.strike,
            calls: self.calls.minus(self.bought_calls)?,
            puts: self.puts.minus(self.bought_puts)?,
        })
    }

    /// Whether nobody holds or trades it, so that it need not be priced.
    pub fn is_idle(&self) -> bool {
        !self.is_traded() && self.calls == Lots::ZERO && self.puts == Lots::ZERO
    }

    /// Whether the trade touches it.
    pub fn is_traded(&self) -> bool {
        self.bought_calls != Lots::ZERO || self.bought_puts != Lots::ZERO
    }
}

/// What is summed over the book: its value, its Greeks, and its value after each of [`JUMPS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Measure {
    /// At mid marks.
    Value,
    /// Spot times smoothed delta.
    DollarDelta,
    /// Spot squared times smoothed gamma.
    DollarGamma,
    /// Change of value in a year of time.
    Theta,
}

/// How many measures there are: those of [`Measure`], then one for each jump.
pub const MEASURES: usize = FIRST_JUMP + JUMPS.len();
/// Where the values after jumps begin.
pub const FIRST_JUMP: usize = 4;

/// The book's value and risks, for the vault, in quote currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    measures: [Money; MEASURES],
    /// Smoothed vega of each board for 1.00 of volatility, weighted for its time.
    pub vega_by_board: [Money; MAX_BOARDS],
}

impl Exposure {
    /// All numbers: the measures, then the vegas.
    pub fn to_array(&self) -> [Money; MEASURES + MAX_BOARDS] {
        let mut numbers = self.measures.iter().chain(&self.vega_by_board);
        core::array::from_fn(|_| numbers.next().copied().unwrap_or_default())
    }

    /// From all numbers: the measures, then the vegas.
    pub fn from_array(numbers: [Money; MEASURES + MAX_BOARDS]) -> Self {
        let mut exposure = Self::default();
        for (place, number) in exposure.measures.iter_mut().chain(&mut exposure.vega_by_board).zip(numbers) {
            *place = number;
        }
        exposure
    }

    /// One of the measures.
    pub fn of(&self, measure: Measure) -> Money {
        let [value, delta, gamma, theta, ..] = self.measures;
        match measure {
            Measure::Value => value,
            Measure::DollarDelta => delta,
            Measure::DollarGamma => gamma,
            Measure::Theta => theta,
        }
    }

    /// What would be lost if spot jumped to each of [`JUMPS`], negative for a gain.
    /// # Errors: Overflow
    pub fn jump_losses(&self) -> Result<[Money; JUMPS.len()], RiskError> {
        let mut losses = [self.of(Measure::Value); JUMPS.len()];
        for (loss, jumped) in losses.iter_mut().zip(self.measures.iter().skip(FIRST_JUMP)) {
            *loss = loss.minus(*jumped)?;
        }
        Ok(losses)
    }

    /// The worst of the jump losses, not negative.
    /// # Errors: Overflow
    pub fn stress_loss(&self) -> Result<Money, RiskError> {
        Ok(self.jump_losses()?.into_iter().fold(Money::ZERO, Money::max))
    }

    /// The time-weighted vega over all boards.
    /// # Errors: Overflow
    pub fn weighted_vega(&self) -> Result<Money, RiskError> {
        self.vega_by_board.iter().try_fold(Money::ZERO, |sum, vega| sum.plus(*vega))
    }

    /// The book after `change` is added.
    /// # Errors: Overflow
    pub fn plus(mut self, change: &Self) -> Result<Self, RiskError> {
        let mine = self.measures.iter_mut().chain(&mut self.vega_by_board);
        for (sum, added) in mine.zip(change.measures.iter().chain(&change.vega_by_board)) {
            *sum = sum.plus(*added)?;
        }
        Ok(self)
    }
}

/// A board with its terms and strikes.
#[derive(Clone, Copy, Debug)]
pub struct BoardState<'a> {
    /// How it is priced.
    pub terms: &'a BoardTerms,
    /// Its strikes by rising strike.
    pub strikes: &'a [StrikeState],
}

impl Valuation {
    /// The book after the trade.
    /// # Errors: Overflow
    pub fn after(&self) -> Result<Exposure, RiskError> {
        self.before.plus(&self.change)
    }
}

/// The book before a trade, what the trade changes in it, and the package that is traded.
#[derive(Clone, Copy, Debug)]
pub struct Valuation {
    /// The book before.
    pub before: Exposure,
    /// What the trade changes; nothing if nothing is traded.
    pub change: Exposure,
    /// What half the spread on everything held is worth: the marking uncertainty.
    pub uncertainty: Money,
    /// The trade itself.
    pub package: Package,
}

/// Values every board.
/// # Inputs: boards in their order of storage, at most [`MAX_BOARDS`]
/// # Errors: Math, Pricing, Slice, Overflow
pub fn value(boards: &[BoardState<'_>]) -> Result<Valuation, RiskError> {
    let mut held = LotSums::default();
    let mut traded = LotSums::default();
    let mut uncertainty = Fx::ZERO;
    let mut package = Package::default();
    for (place, board) in boards.iter().enumerate() {
        let mut held_vega = Fx::ZERO;
        let mut traded_vega = Fx::ZERO;
        for state in board.strikes.iter().filter(|state| !state.is_idle()) {
            let needs = if state.is_traded() { Needs::Trade } else { Needs::Book };
            let marks = Marks::of(board.terms, state.strike, needs)?;
            held.add(&marks, state.calls, state.puts, &mut held_vega)?;
            uncertainty = add(uncertainty, marks.uncertainty(state.calls, state.puts)?)?;
            if state.is_traded() {
                // The vault sells what the trader buys.
                let calls = Lots::ZERO.minus(state.bought_calls)?;
                let puts = Lots::ZERO.minus(state.bought_puts)?;
                traded.add(&marks, calls, puts, &mut traded_vega)?;
                package.add(board.terms, &marks, state)?;
            }
        }
        held.close_board(place, held_vega, board.terms)?;
        traded.close_board(place, traded_vega, board.terms)?;
        package.close_board(board.terms, traded_vega)?;
    }
    Ok(Valuation {
        before: held.finish()?,
        change: traded.finish()?,
        uncertainty: Money::from_fx(lots_to_contracts_floor(uncertainty)?),
        package: package.finish()?,
    })
}

/// Sums of positions in lots times a measure per contract.
#[derive(Default)]
struct LotSums {
    measures: [Fx; MEASURES],
    vega_by_board: [Fx; MAX_BOARDS],
}

impl LotSums {
    /// Adds a position of one strike. A put is a call less a forward, in every measure.
    fn add(&mut self, marks: &Marks, calls: Lots, puts: Lots, vega: &mut Fx) -> Result<(), RiskError> {
        let puts = i64::from(puts.count());
        // Two numbers of 32 bits.
        let both = i64::from(calls.count()).wrapping_add(puts);
        for ((sum, call), forward) in self.measures.iter_mut().zip(marks.call).zip(marks.forward) {
            *sum = add(*sum, times_lots(call, both)?)?;
            *sum = sub(*sum, times_lots(forward, puts)?)?;
        }
        *vega = add(*vega, times_lots(marks.vega, both)?)?;
        Ok(())
    }

    fn close_board(&mut self, place: usize, vega: Fx, terms: &BoardTerms) -> Result<(), RiskError> {
        let slot = self.vega_by_board.get_mut(place).ok_or(RiskError::Overflow)?;
        *slot = mul_floor(vega, terms.vega_weight)?;
        Ok(())
    }

    fn finish(self) -> Result<Exposure, RiskError> {
        let mut exposure = Exposure::default();
        let sums = self.measures.into_iter().chain(self.vega_by_board);
        for (money, sum) in exposure.measures.iter_mut().chain(&mut exposure.vega_by_board).zip(sums) {
            *money = Money::from_fx(lots_to_contracts_floor(sum)?);
        }
        Ok(exposure)
    }
}

#[cfg(test)]
mod tests;
