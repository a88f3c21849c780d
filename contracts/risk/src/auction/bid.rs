//! A bid in a running auction and what it does to everybody's cash.

use equipoise_math::Fx;

use super::{healthy_from, Auction, AuctionError, Health, Stage, INSURANCE_SHARE, LEAST_BID};
use crate::arithmetic::{add, div_floor, mul_ceil, mul_floor, sub};
use crate::units::Money;
use crate::RiskError;

/// What a bidder asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bid {
    /// The share of the account he takes at most, in (0, 1].
    pub most_share: Fx,
    /// What he pays at most; negative if he wants to be paid.
    pub most_price: Money,
}

/// What a bid that is filled moves. The bidder also takes `share` of every position and of the cash, or owes it if
/// the cash is negative. Cash moves between the four only: bidder, account, insurance and backstop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The share of the account that he takes.
    pub share: Fx,
    /// What he pays to the account.
    pub to_account: Money,
    /// What he pays to insurance.
    pub to_insurance: Money,
    /// What he is paid by insurance, then junior, then senior.
    pub from_backstop: Money,
    /// The auction after it.
    pub auction: Auction,
    /// Whether that ends it: the account is healthy again, or nothing is left of it.
    pub is_over: bool,
}

impl Fill {
    /// What the bidder pays in all, negative if he is paid.
    /// # Errors: Overflow
    pub fn price(&self) -> Result<Money, RiskError> {
        self.to_account.plus(self.to_insurance)?.minus(self.from_backstop)
    }
}

impl Auction {
    /// The share that makes the account healthy: all of it if it is insolvent at this discount.
    /// # Rounding: up by at most two units of 2^-64, never above 1
    /// # Errors: Cured, Math, Overflow
    pub fn curing_share_ceil(&self, health: Health) -> Result<Fx, AuctionError> {
        match self.stage(health)? {
            Stage::Cured => Err(AuctionError::Cured { health }),
            _ if !self.is_solvent(health)? => Ok(Fx::ONE),
            _ => {
                let goal = healthy_from(health)?;
                let missing = goal.minus(health.equity)?;
                let whole = goal.minus(self.discount_money(health)?)?;
                // 0 < missing < whole.
                Ok(add(missing.ratio_floor(whole)?, Fx::DELTA)?.min(Fx::ONE))
            }
        }
    }

    /// Fills a bid at the discount of the moment.
    /// # Rounding: what the bidder pays up, what he is paid down
    /// # Errors: Cured, BidTooSmall, PriceAboveLimit, Math, Overflow
    pub fn filled(self, health: Health, bid: Bid) -> Result<Fill, AuctionError> {
        let curing = self.curing_share_ceil(health)?;
        let share = bid.most_share.min(curing);
        let least = div_floor(LEAST_BID, self.left.max(LEAST_BID))?.min(curing);
        if share < least {
            return Err(AuctionError::BidTooSmall { share, least });
        }
        let fill = if self.is_solvent(health)? { self.solvent(health, share)? } else { self.insolvent(health, share)? };
        let price = fill.price()?;
        if price > bid.most_price {
            return Err(AuctionError::PriceAboveLimit { price, most: bid.most_price });
        }
        Ok(Fill { is_over: share == curing, ..fill })
    }

    /// The account is paid its equity less the discount; three tenths of the discount go to insurance.
    fn solvent(self, health: Health, share: Fx) -> Result<Fill, RiskError> {
        let unit = health.equity.minus(self.discount_money(health)?)?;
        let discount = self.discount_money(health)?;
        let to_account = Money::from_fx(mul_ceil(unit.fx(), share)?);
        let given = mul_floor(discount.fx(), share)?;
        let to_insurance = Money::from_fx(mul_ceil(given, INSURANCE_SHARE)?);
        let earned = to_insurance.scaled_floor(sub(Fx::ONE, INSURANCE_SHARE)?)?;
        let auction = self.after(share, self.bonus_budget.plus(earned)?)?;
        Ok(Fill { share, to_account, to_insurance, from_backstop: Money::ZERO, auction, is_over: false })
    }

    /// The account is left with nothing for this share. The bonus is the equity it had, as far as it goes, and then
    /// the budget.
    fn insolvent(self, health: Health, share: Fx) -> Result<Fill, RiskError> {
        let equity = Money::from_fx(mul_floor(health.equity.fx(), share)?);
        let own = equity.max(Money::ZERO);
        let discount = self.discount_money(health)?.scaled_floor(share)?;
        let wanted = discount.scaled_floor(sub(Fx::ONE, INSURANCE_SHARE)?)?;
        let budget = self.bonus_budget.scaled_floor(share)?;
        let bonus = wanted.min(own.plus(budget)?);
        let drawn = bonus.minus(own)?.max(Money::ZERO);
        // Worth `equity` in all: what it is worth beyond the bonus he pays, what it lacks he is paid.
        let price = equity.minus(bonus)?;
        let auction = self.after(share, self.bonus_budget.minus(drawn)?)?;
        Ok(Fill {
            share,
            to_account: Money::ZERO,
            to_insurance: price.max(Money::ZERO),
            from_backstop: Money::ZERO.minus(price)?.max(Money::ZERO),
            auction,
            is_over: false,
        })
    }

    fn after(self, share: Fx, bonus_budget: Money) -> Result<Self, RiskError> {
        Ok(Self { left: mul_floor(self.left, sub(Fx::ONE, share)?)?, bonus_budget, ..self })
    }

    pub(super) fn is_solvent(&self, health: Health) -> Result<bool, RiskError> {
        Ok(health.equity > self.discount_money(health)?)
    }

    /// d M.
    fn discount_money(&self, health: Health) -> Result<Money, RiskError> {
        health.maintenance.scaled_floor(self.discount_floor()?)
    }
}
