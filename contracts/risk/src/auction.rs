//! Liquidation: a Dutch auction of a share of an account, and what comes after it.
//!
//! With equity E, maintenance M, buffer b and the discount of the moment d (as a share of M), a bidder takes the share
//!
//! ```text
//! f = ((1 + b) M - E) / ((1 + b) M - d M)
//! ```
//!
//! of every position and of the cash. What he takes is worth f E; f d M of that is the discount, of which three tenths
//! go to insurance; the rest is his. What is left has equity (1 - f) E + f (E - d M) = (1 + b)(1 - f) M: it is
//! healthy again. That needs E > d M. Else the account is insolvent at this discount: a bidder takes it as it is, his
//! bonus is paid by what equity is left and then by what this account has paid to insurance in this auction, and
//! what is missing is paid by the backstop: insurance, then junior, then senior.
//!
//! **Whoever bids on his own account loses.** In the solvent leg the account pays the discount and he gets seven tenths of it
//! back. In the insolvent leg the bonus beyond the account's own equity is at most seven tenths of what the account has
//! paid in: at the start, a penalty. The backstop only lifts the equity to zero, which limited liability gives him anyhow.
//!
//! Equity is at mid marks for that, and what it would cost to close counts as maintenance:
//! [`crate::margin::AccountMargin::health`]. An account that is worth something at mid but nothing to close is not in debt,
//! and the backstop lifts nothing.
//!
//! **The discount** is two lines: 2 % to 20 % of M in a quarter of an hour, then to 100 % in another hour. M is a loss in the worst
//! scenario, so a fair bid, for hedging and half the spread, should lie in the first line: it is steep enough to be fast
//! and moves by 0.02 % of M a second, so no bidder gains by being a block early. The second is flatter, for where nobody has bid by
//! then the cause is more likely an outage than the price. A curve of one slope is either slow or coarse; a geometric one
//! is slowest where most auctions end.
//!
//! **Dust.** A bid names the most it takes and is cut down to f: a transfer or a small bid before it cannot make it fail. It takes at least a
//! twentieth of the first portfolio or all that f asks for, so no account sees more than twenty bids. An
//! auction ends with the bid that cures or at (1 + b) M, not at M, and its clock never starts over while it runs.

use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor, mul_ceil, mul_floor, sub};
use crate::units::Money;
use crate::RiskError;

mod bid;
mod takeover;

pub use bid::{Bid, Fill};
pub use takeover::{take_over, TakeoverCharge, TakeoverOutcome};

/// b: an auction ends when equity is so much above maintenance.
pub const BUFFER: Fx = Fx::lit("0.1");
/// Insurance's part of a discount.
pub const INSURANCE_SHARE: Fx = Fx::lit("0.3");
/// What an account pays to insurance when its auction starts, of M, as far as it has it.
pub const START_PENALTY: Fx = Fx::lit("0.02");
/// A bid takes so much of the first portfolio at least.
pub const LEAST_BID: Fx = Fx::lit("0.05");
const FIRST_DISCOUNT: Fx = Fx::lit("0.02");
const MIDDLE_DISCOUNT: Fx = Fx::lit("0.2");
const LAST_DISCOUNT: Fx = Fx::ONE;
/// The steep line of the discount ends.
pub const STEEP_SECS: u64 = 900;
/// The discount is complete, and the vault may take over.
pub const AUCTION_SECS: u64 = 4_500;
/// The vault may take over an insolvent account.
pub const INSOLVENT_SECS: u64 = 1_800;
/// What the vault has not taken over by then is deleveraged.
pub const DELEVERAGE_SECS: u64 = 8_100;

/// What an account is worth and must be worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// E at mid marks, negative for bad debt.
    pub equity: Money,
    /// M, from 0, and in it what closing at the bid and the ask would cost.
    pub maintenance: Money,
}

/// Where a liquidation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Equity is back above maintenance and its buffer: nothing is for sale.
    Cured,
    /// Bids pay the account.
    Solvent,
    /// Bids are backed by insurance and the tranches.
    Insolvent,
    /// Bids go on, and the vault may take over.
    Takeover,
    /// Bids go on, and positions may be closed against those on the other side.
    Deleverage,
}

/// Why a step of a liquidation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuctionError {
    /// The account covers its maintenance.
    Healthy {
        /// What it is worth and must be worth.
        health: Health,
    },
    /// The oracle or the sequencer is not safe: wait until it has been.
    Unsafe,
    /// The account is healthy again: end the auction.
    Cured {
        /// What it is worth and must be worth.
        health: Health,
    },
    /// The bid takes too little: take at least this share.
    BidTooSmall {
        /// What it would take.
        share: Fx,
        /// What it must take.
        least: Fx,
    },
    /// The price is above the bid's limit.
    PriceAboveLimit {
        /// What the bidder would pay.
        price: Money,
        /// What he pays at most.
        most: Money,
    },
    /// It is too early for the vault to take over.
    TooEarly {
        /// Seconds of safe time that have passed.
        elapsed_secs: u64,
        /// Seconds that must have passed.
        needed_secs: u64,
    },
    /// A number does not fit.
    Risk(RiskError),
}

impl From<RiskError> for AuctionError {
    fn from(error: RiskError) -> Self {
        Self::Risk(error)
    }
}

/// A running auction: a constant amount of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Auction {
    /// When it started, in unix seconds.
    pub started_at: u64,
    /// Seconds that count: those in which the oracle and the sequencer were safe.
    pub elapsed_secs: u64,
    /// Until when they are counted, in unix seconds.
    pub counted_at: u64,
    /// What is left of the first portfolio.
    pub left: Fx,
    /// What bonuses of the insolvent leg may still draw of what this account has paid in.
    pub bonus_budget: Money,
}

impl Auction {
    /// Starts an auction of an account below its maintenance, which pays the penalty to insurance.
    /// # Inputs: since when the oracle and the sequencer have been safe, if they are
    /// # Returns: the auction and the penalty
    /// # Rounding: the penalty up, never above the equity
    /// # Errors: Unsafe, Healthy, Overflow
    pub fn start(now: u64, safe_since: Option<u64>, health: Health) -> Result<(Self, Money), AuctionError> {
        safe_since.ok_or(AuctionError::Unsafe)?;
        if health.equity >= health.maintenance {
            return Err(AuctionError::Healthy { health });
        }
        let penalty = mul_ceil(health.maintenance.fx(), START_PENALTY)?;
        let penalty = Money::from_fx(penalty).min(health.equity.max(Money::ZERO));
        let bonus_budget = penalty.scaled_floor(sub(Fx::ONE, INSURANCE_SHARE)?)?;
        let auction = Self { started_at: now, elapsed_secs: 0, counted_at: now, left: Fx::ONE, bonus_budget };
        Ok((auction, penalty))
    }

    /// Counts the time since the last call, as far as it was safe. Calling more often counts no second twice.
    /// # Inputs: since when the oracle and the sequencer have been safe, if they are
    #[must_use]
    pub fn at(self, now: u64, safe_since: Option<u64>) -> Self {
        let from = safe_since.map_or(now, |since| since.max(self.counted_at));
        let elapsed_secs = self.elapsed_secs.saturating_add(now.saturating_sub(from));
        Self { elapsed_secs, counted_at: now.max(self.counted_at), ..self }
    }

    /// d, as a share of M.
    /// # Rounding: down
    /// # Errors: none in range
    pub fn discount_floor(&self) -> Result<Fx, RiskError> {
        if self.elapsed_secs <= STEEP_SECS {
            return on_line((FIRST_DISCOUNT, MIDDLE_DISCOUNT), self.elapsed_secs, STEEP_SECS);
        }
        let (past, length) = (self.elapsed_secs.saturating_sub(STEEP_SECS), AUCTION_SECS.saturating_sub(STEEP_SECS));
        on_line((MIDDLE_DISCOUNT, LAST_DISCOUNT), past, length)
    }

    /// Where the liquidation stands.
    /// # Errors: Overflow
    pub fn stage(&self, health: Health) -> Result<Stage, RiskError> {
        if health.equity >= healthy_from(health)? {
            return Ok(Stage::Cured);
        }
        let is_solvent = self.is_solvent(health)?;
        let takeover_from = if is_solvent { AUCTION_SECS } else { INSOLVENT_SECS };
        Ok(if self.elapsed_secs >= DELEVERAGE_SECS {
            Stage::Deleverage
        } else if self.elapsed_secs >= takeover_from {
            Stage::Takeover
        } else if is_solvent {
            Stage::Solvent
        } else {
            Stage::Insolvent
        })
    }
}

/// (1 + b) M.
fn healthy_from(health: Health) -> Result<Money, RiskError> {
    Ok(Money::from_fx(mul_ceil(health.maintenance.fx(), add(Fx::ONE, BUFFER)?)?))
}

fn on_line((from, to): (Fx, Fx), secs: u64, of_secs: u64) -> Result<Fx, RiskError> {
    let share = div_floor(Fx::from_num(secs.min(of_secs)), Fx::from_num(of_secs))?;
    add(from, mul_floor(sub(to, from)?, share)?)
}

#[cfg(test)]
mod tests;
