//! The vault takes over what nobody has bid for, at the price of the risk it takes.

use super::{Auction, AuctionError, Health, Stage, AUCTION_SECS, INSOLVENT_SECS};
use crate::units::Money;
use crate::RiskError;

/// What the vault asks to take an account over, beside its mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakeoverCharge {
    /// The change of R, at the live aversion, from 0.
    pub risk: Money,
    /// Half the spread of the package, stressed, from 0.
    pub spread: Money,
    /// The penalty, which goes to insurance, from 0.
    pub penalty: Money,
}

impl TakeoverCharge {
    /// All of it.
    /// # Errors: Overflow
    pub fn total(&self) -> Result<Money, RiskError> {
        self.risk.plus(self.spread)?.plus(self.penalty)
    }
}

/// What a takeover moves. The vault takes every position and the cash, worth the equity at mid marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakeoverOutcome {
    /// What the vault pays to the owner: mark less charge, or nothing.
    pub to_account: Money,
    /// What of the penalty insurance gets: the last that is paid.
    pub to_insurance: Money,
    /// What the vault lacks of its charge for risk and spread and of the mark, for insurance to pay; what that cannot, the
    /// vault's tranches bear.
    pub shortfall: Money,
}

/// Takes an account over once its auction has run out.
/// # Inputs: an auction that has been brought to the present
/// # Rounding: none: sums and differences only
/// # Errors: Cured, TooEarly, Overflow
pub fn take_over(auction: &Auction, health: Health, charge: TakeoverCharge) -> Result<TakeoverOutcome, AuctionError> {
    match auction.stage(health)? {
        Stage::Takeover | Stage::Deleverage => {}
        Stage::Cured => return Err(AuctionError::Cured { health }),
        stage => {
            let needed_secs = if stage == Stage::Solvent { AUCTION_SECS } else { INSOLVENT_SECS };
            return Err(AuctionError::TooEarly { elapsed_secs: auction.elapsed_secs, needed_secs });
        }
    }
    let after_costs = health.equity.minus(charge.risk)?.minus(charge.spread)?;
    let to_insurance = after_costs.max(Money::ZERO).min(charge.penalty);
    Ok(TakeoverOutcome {
        to_account: after_costs.max(Money::ZERO).minus(to_insurance)?,
        to_insurance,
        shortfall: Money::ZERO.minus(after_costs)?.max(Money::ZERO),
    })
}
