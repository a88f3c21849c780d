//! The underlying that a vault holds against its options, and what fills do to it.

use equipoise_math::Fx;
use equipoise_risk::book::{Exposure, StrikeState};
use equipoise_risk::hedge::Hedge;
use equipoise_risk::rebalance::{Fill, Side};
use equipoise_risk::settlement::Holding;
use equipoise_risk::units::{Atoms, Money};
use equipoise_risk::RiskError;

use super::{Board, Refusal, Venue};

/// What a vault held of each live board at some time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory(Vec<(usize, Vec<Holding>)>);

impl Venue {
    /// Units of the underlying that the vault holds against its options, negative if it owes them.
    pub const fn hedge(&self) -> Fx {
        self.hedge
    }

    /// What the vault holds against its options.
    pub const fn held_hedge(&self) -> Hedge {
        Hedge { units: self.hedge, cash: Money::ZERO }
    }

    /// The whole book with its hedge.
    pub fn exposure(&self) -> Result<Exposure, Refusal> {
        Ok(self.options()?.hedged(&self.held_hedge(), self.spot)?)
    }

    /// The options alone.
    pub fn options(&self) -> Result<Exposure, Refusal> {
        Ok(self.valued(self.strikes(&[])?)?.before)
    }

    /// What the vault holds now.
    pub fn inventory(&self) -> Inventory {
        let live = self.boards.iter().enumerate().filter(|(_, board)| !board.is_settled);
        Inventory(live.map(|(place, board)| (place, board.held.clone())).collect())
    }

    /// The options of an inventory as they are worth now, without what has been settled since.
    pub fn options_of(&self, inventory: &Inventory) -> Result<Exposure, Refusal> {
        let live = inventory.0.iter().filter_map(|(place, held)| Some((self.boards.get(*place)?, held)));
        let live = live.filter(|(board, _)| !board.is_settled);
        let states = |held: &Vec<Holding>| held.iter().copied().map(StrikeState::from).collect();
        let boards: Vec<(&Board, Vec<StrikeState>)> = live.map(|(board, held)| (board, states(held))).collect();
        Ok(self.valued(boards)?.before)
    }

    /// A fill of so many units, sold if negative, at a price that is worse than spot by a share of it.
    /// # Rounding: the price against the vault
    pub fn fill_at(&self, units: Fx, worse_by: Fx) -> Result<Fill, Refusal> {
        let side = if units < Fx::ZERO { Side::Sell } else { Side::Buy };
        let share = if side == Side::Sell { Fx::ZERO.checked_sub(worse_by) } else { Some(worse_by) };
        let share = share.and_then(|share| share.checked_add(Fx::ONE)).ok_or(RiskError::Overflow)?;
        let units = units.checked_abs().ok_or(RiskError::Overflow)?;
        Ok(Fill { side, units, limit: self.spot.scaled_floor(share)? })
    }

    /// What the vault holds after a fill.
    pub fn hedge_after(&self, fill: &Fill) -> Result<Hedge, Refusal> {
        let units = match fill.side {
            Side::Buy => self.hedge.checked_add(fill.units),
            Side::Sell => self.hedge.checked_sub(fill.units),
        };
        Ok(Hedge { units: units.ok_or(RiskError::Overflow)?, cash: Money::ZERO })
    }

    /// What the vault's assets lose by a fill at the present spot.
    /// # Rounding: up by 2^-64, as the referee does
    pub fn lost_by(&self, fill: &Fill) -> Result<Money, Refusal> {
        let worth = self.hedge_after(fill)?.value_floor(self.spot)?.minus(self.hedge_value()?)?;
        let spent = Money::ZERO.minus(self.scale.money_floor(self.spent_on(fill)?.negated()?)?)?;
        Ok(spent.minus(worth)?.plus(Money::from_fx(Fx::DELTA))?)
    }

    /// Fills, and pays the solver. What both cost draws on the skew reserve first.
    /// # Returns: the cost
    pub fn rebalance(&mut self, fill: &Fill, tip: Atoms) -> Result<Atoms, Refusal> {
        let lost = self.scale.atoms_ceil(self.lost_by(fill)?)?;
        let cost = lost.plus(tip)?.max(Atoms::ZERO);
        let hedge = self.hedge_after(fill)?.units;
        let balance = self.reserve.balance.minus(cost.min(self.reserve.balance))?;
        self.cash = self.cash.minus(self.spent_on(fill)?)?.minus(tip)?;
        self.reserve.budget = self.reserve.budget.min(balance);
        self.reserve.balance = balance;
        self.hedge = hedge;
        Ok(cost)
    }

    /// What the hedge is worth.
    pub fn hedge_value(&self) -> Result<Money, Refusal> {
        Ok(self.held_hedge().value_floor(self.spot)?)
    }

    /// What a fill takes of the vault's cash, negative for what it brings.
    fn spent_on(&self, fill: &Fill) -> Result<Atoms, Refusal> {
        let quote = fill.quote(self.scale)?;
        Ok(match fill.side {
            Side::Buy => quote,
            Side::Sell => quote.negated()?,
        })
    }
}
