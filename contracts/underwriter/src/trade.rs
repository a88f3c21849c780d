//! A shared trade, and what it would cost.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::{
    IMarket, IUnderwritten, Leg, OfferedLeg, Quote, TradeUnderwritten, UnderwriterProceedsTooLow,
    UnderwriterSlippageExceeded, UnderwriterUnitsInvalid, UnderwritingOrder, UnderwritingQuote,
};
use equipoise_kit::lean::{call, log, revert, view};
use equipoise_kit::number::{from_i128, from_u128, to_i128, to_u128};
use equipoise_kit::Revert;
use equipoise_risk::underwriting::{Quoted, Share, Split};
use equipoise_risk::units::Atoms;
use stylus_sdk::prelude::*;

use crate::offer::{out_of_domain, Offer};
use crate::program::Underwriter;

impl Underwriter {
    /// Trades the vault's units with the vault and the maker's with the maker.
    /// # Returns: what the taker pays for both, negative if he is paid
    /// # Errors: UnderwriterUnitsInvalid, UnderwriterCallerNotAuthorised, UnderwriterNotOperator, those of the offer,
    /// UnderwriterProceedsTooLow, UnderwriterSlippageExceeded, UnderwriterNumberOutOfDomain; the market's
    pub(crate) fn trade(&mut self, order: &UnderwritingOrder, offer: &Offer, signature: &[u8]) -> Result<I256, Revert> {
        let split = split_of(order)?;
        let taker = order.account;
        self.require_trader(taker)?;
        let (digest, filled) = self.use_offer(offer, signature, taker, split.maker())?;

        let market = self.slots.market.address();
        // What the vault alone would ask is asked before it has traded anything.
        let whole = quoted(&self.market_quote(offer, split.whole())?)?;
        let vault_trade = IMarket::tradeForCall {
            account: taker,
            legs: offer.legs_of(split.vault())?,
            // The limit is on both parts.
            maxCostAtoms: I256::MAX,
            deadline: order.deadline,
        };
        let vault_cost = atoms(call(self, market, &vault_trade)?)?;
        let share = split.share(vault_cost, whole).map_err(|_| out_of_domain())?;
        require_proceeds(share, offer, split)?;
        let cost = total(vault_cost, share)?;
        if cost > order.maxCostAtoms {
            return Err(revert(&UnderwriterSlippageExceeded { costAtoms: cost, maxCostAtoms: order.maxCostAtoms }));
        }
        let cross = IUnderwritten::crossTradeCall {
            maker: offer.account,
            taker,
            costAtoms: signed(share.cost),
            feeAtoms: unsigned(share.fee),
            legs: offer.legs_of(split.maker())?.into_iter().map(offered).collect(),
        };
        call(self, market, &cross)?;
        let event = TradeUnderwritten {
            digest,
            taker,
            maker: offer.account,
            vaultUnits: split.vault(),
            makerUnits: split.maker(),
            vaultCostAtoms: signed(vault_cost),
            makerCostAtoms: signed(share.cost),
            feeAtoms: unsigned(share.fee),
            wholeCostAtoms: signed(whole.cost),
            filledUnits: filled,
        };
        log(self.vm(), &event);
        Ok(cost)
    }

    /// What a shared trade would cost now.
    /// # Errors: UnderwriterUnitsInvalid, UnderwriterNumberOutOfDomain, the market's
    pub(crate) fn quote(&self, order: &UnderwritingOrder, offer: &Offer) -> Result<UnderwritingQuote, Revert> {
        let split = split_of(order)?;
        let whole = quoted(&self.market_quote(offer, split.whole())?)?;
        let vault_cost = quoted(&self.market_quote(offer, split.vault())?)?.cost;
        let share = split.share(vault_cost, whole).map_err(|_| out_of_domain())?;
        Ok(UnderwritingQuote {
            costAtoms: total(vault_cost, share)?,
            vaultCostAtoms: signed(vault_cost),
            makerCostAtoms: signed(share.cost),
            feeAtoms: unsigned(share.fee),
            wholeCostAtoms: signed(whole.cost),
            unitsLeft: self.units_left(offer),
        })
    }

    fn market_quote(&self, offer: &Offer, units: u64) -> Result<Quote, Revert> {
        view(self.vm(), self.slots.market.address(), &IMarket::quoteCall { legs: offer.legs_of(units)? })
    }
}

fn offered(Leg { series, sizeWad: size }: Leg) -> OfferedLeg {
    OfferedLeg { series, sizeWad: size }
}

/// # Errors: UnderwriterUnitsInvalid
fn split_of(order: &UnderwritingOrder) -> Result<Split, Revert> {
    let UnderwritingOrder { vaultUnits: vault, makerUnits: maker, .. } = *order;
    Split::new(vault, maker).ok_or_else(|| revert(&UnderwriterUnitsInvalid { vaultUnits: vault, makerUnits: maker }))
}

/// Fails if a maker would get less than he has signed for.
/// # Errors: UnderwriterProceedsTooLow, UnderwriterNumberOutOfDomain
fn require_proceeds(share: Share, offer: &Offer, split: Split) -> Result<(), Revert> {
    let proceeds = share.proceeds().map_err(|_| out_of_domain())?;
    let least = offer.least_proceeds(split)?;
    if proceeds < least {
        let (proceeds, least) = (signed(proceeds), signed(least));
        return Err(revert(&UnderwriterProceedsTooLow { proceedsAtoms: proceeds, leastAtoms: least }));
    }
    Ok(())
}

/// # Errors: UnderwriterNumberOutOfDomain
fn quoted(quote: &Quote) -> Result<Quoted, Revert> {
    let fee = to_u128(quote.feeAtoms).and_then(|fee| i128::try_from(fee).ok()).ok_or_else(out_of_domain)?;
    Ok(Quoted { cost: atoms(quote.costAtoms)?, fee: Atoms::new(fee) })
}

fn total(vault_cost: Atoms, share: Share) -> Result<I256, Revert> {
    vault_cost.plus(share.cost).map(signed).map_err(|_| out_of_domain())
}

/// # Errors: UnderwriterNumberOutOfDomain
fn atoms(amount: I256) -> Result<Atoms, Revert> {
    to_i128(amount).map(Atoms::new).ok_or_else(out_of_domain)
}

fn signed(amount: Atoms) -> I256 {
    from_i128(amount.count())
}

fn unsigned(amount: Atoms) -> U256 {
    from_u128(amount.count().max(0).unsigned_abs())
}
