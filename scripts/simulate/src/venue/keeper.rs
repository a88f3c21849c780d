//! What keepers, solvers and the clearing house do to a market: surfaces, spreads, the hedge, payments.

use equipoise_math::{mul_ceil, Fx};
use equipoise_risk::book::{Exposure, Measure, FIRST_JUMP, JUMPS};
use equipoise_risk::spread::SpreadMultiplier;
use equipoise_risk::surface::Slice;
use equipoise_risk::units::{Atoms, Money};
use equipoise_risk::RiskError;

use super::{Offer, Refusal, Venue};

/// Places of value and dollar delta among the numbers of an [`Exposure`].
const VALUE: usize = 0;
const DOLLAR_DELTA: usize = 1;

impl Offer {
    /// The dollar delta that the trader buys.
    pub fn bought_delta(&self) -> Result<Money, Refusal> {
        Ok(self.before.of(Measure::DollarDelta).minus(self.after.of(Measure::DollarDelta))?)
    }
}

impl Venue {
    /// Posts a new slice of a board, at the forward of now.
    pub fn post(&mut self, place: usize, slice: Slice) {
        if let Some(board) = self.boards.get_mut(place) {
            (board.slice, board.reference) = (slice, self.spot);
            board.vols.clear();
        }
    }

    /// The market's annualised variance from now on.
    pub fn set_variance(&mut self, variance: Fx) {
        self.variance = variance;
    }

    /// Annualised variance of the market.
    pub const fn variance(&self) -> Fx {
        self.variance
    }

    /// How much wider spreads are from now on.
    pub fn widen(&mut self, multiplier: SpreadMultiplier) {
        self.multiplier = multiplier;
    }

    /// The vault's cash, the skew reserve in it.
    pub const fn cash(&self) -> Atoms {
        self.cash
    }

    /// Units of the underlying that the vault holds against its options.
    pub const fn hedge(&self) -> Fx {
        self.hedge
    }

    /// The feed's round.
    pub const fn round(&self) -> u64 {
        self.round
    }

    /// The vault is paid, or pays if the amount is negative.
    pub fn receive(&mut self, atoms: Atoms) -> Result<(), Refusal> {
        self.cash = self.cash.plus(atoms)?;
        Ok(())
    }

    /// The whole book with its hedge.
    pub fn exposure(&self) -> Result<Exposure, Refusal> {
        Ok(self.value(&[])?.before)
    }

    /// Buys the underlying at spot, or sells it if the number is negative. What that costs draws on the skew reserve first.
    /// # Inputs: the cost as a share of what is bought or sold
    /// # Returns: the cost
    /// # Rounding: the cost and what is paid up, what is received down
    pub fn rebalance(&mut self, units: Fx, cost_share: Fx) -> Result<Atoms, Refusal> {
        let notional = self.spot.scaled_floor(units).map(|price| Money::from_fx(price.fx()))?;
        let paid = self.scale.atoms_ceil(notional)?;
        let size = notional.magnitude()?.fx();
        let cost = mul_ceil(size, cost_share).map_err(|_| RiskError::Overflow)?;
        let cost = self.scale.atoms_ceil(Money::from_fx(cost))?;
        let hedge = self.hedge.checked_add(units).ok_or(RiskError::Overflow)?;
        let drawn = cost.min(self.reserve.balance);
        let balance = self.reserve.balance.minus(drawn)?;
        self.cash = self.cash.minus(paid)?.minus(cost)?;
        self.reserve.budget = self.reserve.budget.min(balance);
        self.reserve.balance = balance;
        self.hedge = hedge;
        Ok(cost)
    }

    /// What the hedge is worth.
    pub fn hedge_value(&self) -> Result<Money, Refusal> {
        Ok(Money::from_fx(self.spot.scaled_floor(self.hedge)?.fx()))
    }

    /// The hedge as a part of the book: its value is its dollar delta, and it moves with spot.
    pub(super) fn hedge_exposure(&self) -> Result<Exposure, Refusal> {
        let worth = self.hedge_value()?;
        let mut numbers = Exposure::default().to_array();
        numbers[VALUE] = worth;
        numbers[DOLLAR_DELTA] = worth;
        for (number, jump) in numbers.iter_mut().skip(FIRST_JUMP).zip(JUMPS) {
            *number = worth.scaled_floor(jump)?;
        }
        Ok(Exposure::from_array(numbers))
    }
}
