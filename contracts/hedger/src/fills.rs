//! Legs: checked against the band, handed to their venues, and counted.

use alloc::vec::Vec;

use alloy_primitives::{Address, I256, U256};
use equipoise_interfaces::{
    HedgeLeg, HedgerFillShort, HedgerFillTooDear, HedgerLegsCount, HedgerNothingToSell, HedgerVenueCapExceeded,
    IClearing, IVenue,
};
use equipoise_kit::lean::{call, revert};
use equipoise_kit::number::{from_u128, to_u128};
use equipoise_kit::token::transfer;
use equipoise_kit::Revert;

use crate::appraisal::Appraised;
use crate::program::Hedger;
use crate::slots::Kept;

/// Legs of one rebalance.
const MAX_LEGS: usize = 8;

/// A leg that may be filled.
pub struct Order {
    venue: Address,
    is_buy: bool,
    /// Of the underlying.
    base: u128,
    /// What a buy may cost, or what a sale must bring.
    quote: u128,
    /// What it is worth at spot, in WAD.
    notional: U256,
}

impl Order {
    /// What must be at hand for it.
    pub const fn spends(&self) -> u128 {
        if self.is_buy {
            self.quote
        } else {
            0
        }
    }

    const fn sells(&self) -> u128 {
        if self.is_buy {
            0
        } else {
            self.base
        }
    }
}

impl Hedger {
    /// The orders of legs: of open venues within their caps, at prices within the band, and selling no more than is held.
    /// # Errors: HedgerLegsCount, HedgerQuantityInvalid, HedgerPriceOutOfBand, HedgerVenueCapExceeded, HedgerNothingToSell,
    /// HedgerNumberOutOfDomain
    pub(crate) fn orders(&self, legs: &[HedgeLeg], kept: &Kept, told: &Appraised) -> Result<Vec<Order>, Revert> {
        if legs.is_empty() || legs.len() > MAX_LEGS {
            let (count, maximum) = (U256::from(legs.len()), U256::from(MAX_LEGS));
            return Err(revert(&HedgerLegsCount { count, maximum }));
        }
        let mut orders = Vec::with_capacity(legs.len());
        for leg in legs {
            let terms = self.leg_terms(kept, told, leg)?;
            orders.push(Order {
                venue: leg.venue,
                is_buy: leg.quantityAtoms > I256::ZERO,
                // The referee has made sure that both fit.
                base: to_u128(leg.quantityAtoms.unsigned_abs()).unwrap_or(u128::MAX),
                quote: to_u128(terms.quoteAtoms).unwrap_or(u128::MAX),
                notional: terms.notionalWad,
            });
        }
        for order in &orders {
            self.require_within_cap(order.venue, &orders)?;
        }
        let wanted = orders.iter().map(Order::sells).fold(0, u128::saturating_add);
        if wanted > kept.atoms {
            let (wanted, held) = (from_u128(wanted), from_u128(kept.atoms));
            return Err(revert(&HedgerNothingToSell { wantedAtoms: wanted, heldAtoms: held }));
        }
        Ok(orders)
    }

    /// A venue's legs are worth at most its cap, at spot.
    fn require_within_cap(&self, venue: Address, orders: &[Order]) -> Result<(), Revert> {
        let mine = orders.iter().filter(|order| order.venue == venue).map(|order| order.notional);
        let notional = mine.fold(U256::ZERO, U256::saturating_add);
        let cap = self.slots.caps.at(venue.into_word()).number();
        if notional > cap {
            return Err(revert(&HedgerVenueCapExceeded { venue, notionalWad: notional, capWad: cap }));
        }
        Ok(())
    }

    /// Has each order filled, with the lock held.
    /// # Errors: HedgerFillShort, HedgerFillTooDear, TokenTransferFailed, the venues', the tokens'
    pub(crate) fn fill(&mut self, orders: &[Order], solver: Address) -> Result<(), Revert> {
        let clearing = self.slots.clearing.address();
        call(self, clearing, &IClearing::enterLockCall {})?;
        for order in orders {
            self.fill_one(order, solver)?;
        }
        call(self, clearing, &IClearing::exitLockCall {}).map(|_| ())
    }

    /// What is given goes to the venue first; the balances of afterwards say what came of it.
    fn fill_one(&mut self, order: &Order, solver: Address) -> Result<(), Revert> {
        let (base, quote) = (self.slots.base().address, self.slots.quote().address);
        let is_buy = order.is_buy;
        let (given, wanted) = if is_buy { (quote, base) } else { (base, quote) };
        let (most, least) = if is_buy { (order.quote, order.base) } else { (order.base, order.quote) };
        let before = (self.balance(given)?, self.balance(wanted)?);
        transfer(self, given, order.venue, from_u128(most))?;
        let fill = IVenue::fillCall {
            isBuy: is_buy,
            baseAtoms: from_u128(order.base),
            quoteAtoms: from_u128(order.quote),
            solver,
        };
        call(self, order.venue, &fill)?;
        let (left, has) = (self.balance(given)?, self.balance(wanted)?);
        let got = has.saturating_sub(before.1);
        if got < least {
            let (got, least) = (from_u128(got), from_u128(least));
            return Err(revert(&HedgerFillShort { venue: order.venue, gotAtoms: got, leastAtoms: least }));
        }
        let spent = before.0.saturating_sub(left);
        if spent > most {
            let (spent, most) = (from_u128(spent), from_u128(most));
            return Err(revert(&HedgerFillTooDear { venue: order.venue, spentAtoms: spent, mostAtoms: most }));
        }
        Ok(())
    }
}
