//! The traders' accounts: what they put in, what they must hold, what they take out.
//!
//! Twenty-four accounts trade. Each holds its short options at a leverage of its own: when it opens a position it pays in what
//! brings its equity to 1.1 to 2.0 times its initial margin, and once a day it takes out what is beyond one and a half
//! times that. It pays nothing in when the price goes against it: then it is liquidated. The last account is the liquidator's, which
//! pays in whatever it needs.

use equipoise_math::Fx;
use equipoise_risk::auction::Auction;
use equipoise_risk::margin::{AccountMargin, OffsetShare, Shocks};
use equipoise_risk::units::{Atoms, Money, TokenScale};
use equipoise_simulate::{Leg, Refusal, Trader, Venue};

/// Accounts that trade.
pub const TRADERS: usize = 24;
/// The place of the liquidator's account.
pub const LIQUIDATOR: usize = TRADERS;
/// Positions of an account at most.
pub const MOST_POSITIONS: usize = 48;
const LEAST_LEVERAGE: f64 = 1.1;
const LEVERAGE_RANGE: f64 = 0.9;
/// What is beyond this many times the account's own target is taken out.
const EXCESS: f64 = 1.5;

/// One account.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Cash and positions.
    pub trader: Trader,
    /// Equity over initial margin that it opens positions with.
    leverage: Fx,
    /// Its liquidation, if one runs.
    pub auction: Option<Auction>,
    /// What it has paid in less what it has taken out, in atoms.
    pub paid_in: Atoms,
}

/// The accounts at the start.
pub fn accounts() -> Vec<Account> {
    let leverage = |place: usize| LEAST_LEVERAGE + LEVERAGE_RANGE * place as f64 / (TRADERS - 1) as f64;
    let places = (0..=TRADERS).map(|place| Fx::from_num(leverage(place)));
    places.map(|leverage| Account { leverage, ..Account::default() }).collect()
}

impl Account {
    fn pay_in(&mut self, atoms: Atoms) -> Result<(), Refusal> {
        self.trader.cash = self.trader.cash.plus(atoms)?;
        self.paid_in = self.paid_in.plus(atoms)?;
        Ok(())
    }

    /// What it is worth and must be worth after a trade.
    pub fn margin_after(
        &self,
        venue: &Venue,
        legs: &[Leg],
        cost: Atoms,
        shocks: &Shocks,
    ) -> Result<AccountMargin, Refusal> {
        let cash = venue.scale().money_floor(self.trader.cash.minus(cost)?)?;
        let market = venue.margin(&self.trader, legs, shocks)?;
        Ok(AccountMargin::new(cash, &[market], OffsetShare::NONE)?)
    }

    /// Pays in what a trade needs: its cost, and its own multiple of initial margin, or maintenance if it only closes.
    pub fn fund(&mut self, venue: &Venue, legs: &[Leg], cost: Atoms, shocks: &Shocks) -> Result<(), Refusal> {
        let mut missing = cost.minus(self.trader.cash)?;
        let margin = self.margin_after(venue, legs, cost, shocks)?;
        if margin.initial > Money::ZERO {
            let is_closing = self.trader.closes_with(legs);
            let wanted = if is_closing { margin.maintenance } else { margin.initial.scaled_floor(self.leverage)? };
            missing = missing.max(venue.scale().atoms_ceil(wanted.minus(margin.equity)?)?);
        }
        self.pay_in(missing.max(Atoms::ZERO))
    }

    /// Takes out what the account does not need.
    pub fn withdraw(&mut self, venue: &Venue, shocks: &Shocks) -> Result<(), Refusal> {
        if self.auction.is_some() || self.trader.cash <= Atoms::ZERO {
            return Ok(());
        }
        let margin = self.margin_after(venue, &[], Atoms::ZERO, shocks)?;
        let target = if self.trader.is_short() { margin.initial.scaled_floor(self.leverage)? } else { Money::ZERO };
        if margin.equity <= target.scaled_floor(Fx::from_num(EXCESS))? {
            return Ok(());
        }
        let cash = venue.scale().money_floor(self.trader.cash)?;
        let most = margin.withdrawable(cash)?.min(margin.equity.minus(target)?);
        let out = venue.scale().atoms_floor(most.max(Money::ZERO))?;
        self.pay_in(out.negated()?)
    }

    /// The liquidator pays in what it needs.
    pub fn top_up(&mut self, venue: &Venue, shocks: &Shocks) -> Result<(), Refusal> {
        let margin = self.margin_after(venue, &[], Atoms::ZERO, shocks)?;
        let short = venue.scale().atoms_ceil(margin.initial.minus(margin.equity)?)?;
        let overdrawn = self.trader.cash.negated()?;
        self.pay_in(short.max(overdrawn).max(Atoms::ZERO))
    }

    /// What it owes beyond everything it has, once it holds nothing.
    pub fn hole(&self) -> Atoms {
        if self.trader.is_flat() {
            self.trader.cash.min(Atoms::ZERO)
        } else {
            Atoms::ZERO
        }
    }
}

/// Part of an amount of cash, rounded down.
pub fn share_floor(cash: Atoms, share: Fx, scale: TokenScale) -> Result<Atoms, Refusal> {
    if share >= Fx::ONE {
        return Ok(cash);
    }
    Ok(scale.atoms_floor(scale.money_floor(cash)?.scaled_floor(share)?)?)
}
