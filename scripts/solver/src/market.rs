//! What a hedger and its referee know at one price, and what they will say of a rebalance.
//!
//! The numbers are rounded as the referee rounds them, so that its answer is known before it is asked.

use equipoise_math::Fx;
use equipoise_risk::book::Exposure;
use equipoise_risk::hedge::Hedge;
use equipoise_risk::potential::RiskState;
use equipoise_risk::rebalance::{average_after, Band, Budget, HedgeTerms, Rebalance, Refused, Risk, Window};
use equipoise_risk::units::{Atoms, Money, Price, TokenScale};
use equipoise_risk::RiskError;

/// A market and its hedger at one price.
#[derive(Clone, Debug)]
pub struct Market {
    /// The oracle's price.
    pub spot: Price,
    /// Of the stablecoin.
    pub quote: TokenScale,
    /// Of the underlying.
    pub base: TokenScale,
    /// Beside the underlying that is held.
    pub cash: Money,
    /// What R depends on beside the book.
    pub state: RiskState,
    /// The vault's options.
    pub now: Exposure,
    /// The options of the inventory compared with, at the same price.
    pub old: Exposure,
    /// What is ruled of rebalances.
    pub terms: HedgeTerms,
    /// Since when the vault pays, as it is stored.
    pub window: Window,
    /// What is used of a day's budget.
    pub budget: Budget,
    /// The average price, as it is stored.
    pub average: Price,
    /// When it was last moved, 0 for never.
    pub averaged_at: u64,
    /// The underlying that is held.
    pub held: Atoms,
    /// What is held of it by perpetual futures, negative if that is short: it counts, and is not sold.
    pub elsewhere: Atoms,
    /// What the vault may spend, of the stablecoin.
    pub spare: Atoms,
    /// Of the block, in unix seconds.
    pub at: u64,
}

/// What a rebalance does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Of the underlying, held afterwards.
    pub held: Atoms,
    /// What it has taken of the stablecoin, negative if it has brought some.
    pub spent: Atoms,
    /// The tip that the solver wants at most.
    pub most_tip: Atoms,
}

/// What an accepted rebalance leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The solver's tip.
    pub tip: Atoms,
    /// What the vault loses, with the tip, and not below zero.
    pub cost: Atoms,
    /// What the vault's assets lose at spot, negative for a gain.
    pub lost: Money,
    /// By how much R falls.
    pub gain: Money,
    /// The book before.
    pub before: Risk,
    /// The book afterwards.
    pub after: Risk,
    /// The window afterwards.
    pub window: Window,
    /// The average price afterwards.
    pub average: Price,
    /// What is used of the day's budget afterwards.
    pub budget: Budget,
}

impl Market {
    /// Units of so many atoms of the underlying.
    /// # Rounding: down
    /// # Errors: Overflow
    pub fn units_floor(&self, atoms: Atoms) -> Result<Fx, RiskError> {
        self.base.money_floor(atoms).map(Money::fx)
    }

    /// Units of all that counts with so many atoms of the underlying held.
    /// # Rounding: down
    /// # Errors: Overflow
    pub fn net_floor(&self, held: Atoms) -> Result<Fx, RiskError> {
        self.units_floor(held.plus(self.elsewhere)?)
    }

    /// The book's risk with so much of the underlying held.
    /// # Errors: Math, Overflow
    pub fn risk(&self, held: Atoms) -> Result<Risk, RiskError> {
        self.risk_of(&self.now, self.net_floor(held)?)
    }

    /// R of the book once its delta is hedged.
    /// # Errors: Math, Overflow
    pub fn bare_penalty(&self) -> Result<Money, RiskError> {
        let hedge = Hedge { units: self.net_floor(self.held)?, cash: self.cash };
        Risk::without_delta(&self.now, &hedge, self.spot, &self.state)
    }

    /// The window as a checkpoint would leave it.
    /// # Errors: Math, Overflow
    pub fn observed(&self) -> Result<Window, RiskError> {
        let delta = self.risk(self.held)?.delta_to_hedge;
        self.window.observed(delta, self.state.capital, &self.terms, self.at)
    }

    /// The prices that fills must keep to.
    /// # Errors: Overflow
    pub fn band(&self) -> Result<Band, RiskError> {
        Band::around(self.spot, self.average, &self.terms)
    }

    /// What R may fall from: the lesser of now and of the old inventory.
    /// # Errors: Math, Overflow
    pub fn reference(&self) -> Result<Money, RiskError> {
        let units = self.net_floor(self.held)?;
        let (now, old) = (self.risk_of(&self.now, units)?, self.risk_of(&self.old, units)?);
        Ok(now.penalty.min(old.penalty))
    }

    /// What the referee says of a rebalance.
    /// # Errors: see [`Refused`]
    pub fn judged(&self, outcome: &Outcome) -> Result<Verdict, Refused> {
        let (before, after) = (self.net_floor(self.held)?, self.net_floor(outcome.held)?);
        let hedge = self.spot.scaled_floor(after).map(|worth| Money::from_fx(worth.fx()))?;
        let had = self.spot.scaled_floor(before).map(|worth| Money::from_fx(worth.fx()))?;
        // Against the solver: what was spent up, what came of it down.
        let lost = self.money_ceil(outcome.spent)?.minus(hedge)?.plus(had)?.plus(Money::from_fx(Fx::DELTA))?;
        let done = Rebalance {
            before: self.risk_of(&self.now, before)?,
            old_penalty: self.risk_of(&self.old, before)?.penalty,
            after: self.risk_of(&self.now, after)?,
            lost,
            capital: self.state.capital,
            hedge,
        };
        let most_tip = self.money_ceil(outcome.most_tip).unwrap_or(self.state.capital);
        let accepted = done.judged(&self.terms, (self.window, self.budget), most_tip, self.at)?;
        let average = average_after((self.average, self.averaged_at), self.spot, &self.terms, self.at)?;
        Ok(Verdict {
            tip: self.quote.atoms_floor(accepted.tip)?,
            cost: self.quote.atoms_ceil(lost.plus(accepted.tip)?.max(Money::ZERO))?,
            lost,
            gain: accepted.gain,
            before: done.before,
            after: done.after,
            window: accepted.window,
            average,
            budget: accepted.budget,
        })
    }

    /// # Rounding: up
    fn money_ceil(&self, atoms: Atoms) -> Result<Money, RiskError> {
        Money::ZERO.minus(self.quote.money_floor(atoms.negated()?)?)
    }

    fn risk_of(&self, options: &Exposure, units: Fx) -> Result<Risk, RiskError> {
        Risk::of(options, &Hedge { units, cash: self.cash }, self.spot, &self.state)
    }
}
