//! What keepers and the clearing house do to a market: surfaces, spreads, payments.

use equipoise_math::Fx;
use equipoise_risk::book::Measure;
use equipoise_risk::spread::SpreadMultiplier;
use equipoise_risk::surface::Slice;
use equipoise_risk::units::{Atoms, Money};

use super::{Offer, Refusal, Venue};

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

    /// The feed's round.
    pub const fn round(&self) -> u64 {
        self.round
    }

    /// The vault is paid, or pays if the amount is negative.
    pub fn receive(&mut self, atoms: Atoms) -> Result<(), Refusal> {
        self.cash = self.cash.plus(atoms)?;
        Ok(())
    }
}
