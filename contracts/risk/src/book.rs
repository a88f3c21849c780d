//! The whole book in one pass: value, Greeks and jump losses, before a trade and what the trade changes.
//!
//! Sums run over lots and are divided into contracts once, at the end. The call and the put of a strike
//! share one evaluation: by parity a put is a call less a forward.

use equipoise_math::{mul_floor, Fx};

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

/// The book's value and risks. Money of the quote currency, for the vault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// At mid marks.
    pub value: Money,
    /// Spot times smoothed delta.
    pub dollar_delta: Money,
    /// Spot squared times smoothed gamma.
    pub dollar_gamma: Money,
    /// Change of value in a year of time.
    pub theta: Money,
    /// Smoothed vega of each board for 1.00 of volatility, weighted for its time.
    pub vega_by_board: [Money; MAX_BOARDS],
    /// What would be lost if spot jumped to each of [`JUMPS`], negative for a gain.
    pub jump_losses: [Money; JUMPS.len()],
}

impl Exposure {
    /// The time-weighted vega over all boards.
    /// # Errors: Overflow
    pub fn weighted_vega(&self) -> Result<Money, RiskError> {
        self.vega_by_board.iter().try_fold(Money::ZERO, |sum, vega| sum.plus(*vega))
    }

    /// The worst of the jump losses, not negative.
    pub fn stress_loss(&self) -> Money {
        self.jump_losses.iter().fold(Money::ZERO, |worst, loss| worst.max(*loss))
    }

    /// The book after `change` is added.
    /// # Errors: Overflow
    pub fn plus(&self, change: &Self) -> Result<Self, RiskError> {
        let mut sum = Self {
            value: self.value.plus(change.value)?,
            dollar_delta: self.dollar_delta.plus(change.dollar_delta)?,
            dollar_gamma: self.dollar_gamma.plus(change.dollar_gamma)?,
            theta: self.theta.plus(change.theta)?,
            ..*self
        };
        for (vega, added) in sum.vega_by_board.iter_mut().zip(change.vega_by_board) {
            *vega = vega.plus(added)?;
        }
        for (loss, added) in sum.jump_losses.iter_mut().zip(change.jump_losses) {
            *loss = loss.plus(added)?;
        }
        Ok(sum)
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

/// The book before a trade, what the trade changes in it, and the package that is traded.
#[derive(Clone, Copy, Debug)]
pub struct Valuation {
    /// The book before.
    pub before: Exposure,
    /// The book after; equal to `before` if nothing is traded.
    pub after: Exposure,
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
    let before = held.finish()?;
    Ok(Valuation {
        before,
        after: before.plus(&traded.finish()?)?,
        uncertainty: Money::from_fx(lots_to_contracts_floor(uncertainty)?),
        package: package.finish()?,
    })
}

/// Sums of positions in lots times a value per contract.
#[derive(Default)]
struct LotSums {
    value: Fx,
    dollar_delta: Fx,
    dollar_gamma: Fx,
    theta: Fx,
    vega_by_board: [Fx; MAX_BOARDS],
    jumped: [Fx; JUMPS.len()],
}

impl LotSums {
    fn add(&mut self, marks: &Marks, calls: Lots, puts: Lots, vega: &mut Fx) -> Result<(), RiskError> {
        let puts = i64::from(puts.count());
        let both = i64::from(calls.count()).checked_add(puts).ok_or(RiskError::Overflow)?;
        let sum = |to: &mut Fx, each: Fx, lots: i64| -> Result<(), RiskError> {
            *to = add(*to, times_lots(each, lots)?)?;
            Ok(())
        };
        let less = |to: &mut Fx, each: Fx| -> Result<(), RiskError> {
            *to = to.checked_sub(times_lots(each, puts)?).ok_or(RiskError::Overflow)?;
            Ok(())
        };
        sum(&mut self.value, marks.call, both)?;
        less(&mut self.value, marks.forward_value)?;
        sum(&mut self.dollar_delta, marks.dollar_delta, both)?;
        less(&mut self.dollar_delta, marks.forward)?;
        sum(&mut self.dollar_gamma, marks.dollar_gamma, both)?;
        sum(&mut self.theta, marks.theta, both)?;
        sum(vega, marks.vega, both)?;
        for (place, jumped) in self.jumped.iter_mut().enumerate() {
            let mark = marks.jumped.get(place).ok_or(RiskError::Overflow)?;
            sum(jumped, mark.call, both)?;
            less(jumped, mark.forward_value)?;
        }
        Ok(())
    }

    fn close_board(&mut self, place: usize, vega: Fx, terms: &BoardTerms) -> Result<(), RiskError> {
        let slot = self.vega_by_board.get_mut(place).ok_or(RiskError::Overflow)?;
        *slot = mul_floor(vega, terms.vega_weight)?;
        Ok(())
    }

    fn finish(self) -> Result<Exposure, RiskError> {
        let money = |sum: Fx| -> Result<Money, RiskError> { Ok(Money::from_fx(lots_to_contracts_floor(sum)?)) };
        let value = money(self.value)?;
        let mut exposure = Exposure {
            value,
            dollar_delta: money(self.dollar_delta)?,
            dollar_gamma: money(self.dollar_gamma)?,
            theta: money(self.theta)?,
            ..Exposure::default()
        };
        for (vega, sum) in exposure.vega_by_board.iter_mut().zip(self.vega_by_board) {
            *vega = money(sum)?;
        }
        for (loss, sum) in exposure.jump_losses.iter_mut().zip(self.jumped) {
            *loss = value.minus(money(sum)?)?;
        }
        Ok(exposure)
    }
}

fn add(left: Fx, right: Fx) -> Result<Fx, RiskError> {
    left.checked_add(right).ok_or(RiskError::Overflow)
}

#[cfg(test)]
mod tests;
