//! Legs: checked against the band, paid for, handed to their venues, and counted.

use alloc::vec::Vec;

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::{decode, write_array};
use equipoise_interfaces::{
    HedgeLeg, HedgePayment, HedgerFillShort, HedgerLegsCount, HedgerVenueCapExceeded, IClearing, IVenue, LegTerms,
};
use equipoise_kit::lean::{call, call_bytes, failed, revert};
use equipoise_kit::number::{from_u128, to_u128};
use equipoise_kit::token::transfer;
use equipoise_kit::Revert;

use crate::appraisal::Appraised;
use crate::program::Hedger;
use crate::slots::{Kept, VenueTerms};

/// Legs of one rebalance.
const MAX_LEGS: usize = 8;

/// A leg that may be filled.
pub struct Order {
    venue: Address,
    terms: VenueTerms,
    is_buy: bool,
    /// Of the underlying.
    base: u128,
    /// What a buy may cost, or what a sale must bring.
    quote: u128,
    /// What it is worth at spot, in WAD.
    notional: U256,
}

/// Where tokens are counted: the underlying with the hedger, the stablecoin with the clearing house.
#[derive(Clone, Copy)]
pub struct Counted {
    /// Of the underlying.
    pub base: u128,
    /// Of the stablecoin.
    pub quote: u128,
}

impl Order {
    fn of(leg: &HedgeLeg, terms: VenueTerms, fill: &LegTerms) -> Self {
        Self {
            venue: leg.venue,
            terms,
            is_buy: leg.quantityAtoms > I256::ZERO,
            // The referee has made sure that both fit.
            base: to_u128(leg.quantityAtoms.unsigned_abs()).unwrap_or(u128::MAX),
            quote: to_u128(fill.quoteAtoms).unwrap_or(u128::MAX),
            notional: fill.notionalWad,
        }
    }

    /// What of the stablecoin is paid for it.
    pub const fn spends(&self) -> u128 {
        if self.is_buy {
            self.quote
        } else {
            0
        }
    }

    /// What of the underlying is given for it.
    pub const fn sells(&self) -> u128 {
        if self.is_buy {
            0
        } else {
            self.base
        }
    }

    /// Who is given what the vault gives.
    pub const fn payee(&self, solver: Address) -> Address {
        if self.terms.is_passed_on {
            solver
        } else {
            self.venue
        }
    }
}

impl Hedger {
    /// The orders of legs: of open venues within their caps, at prices within the band.
    /// # Errors: HedgerLegsCount, HedgerQuantityInvalid, HedgerPriceOutOfBand, HedgerVenueCapExceeded, HedgerNumberOutOfDomain
    pub(crate) fn orders(&self, legs: &[HedgeLeg], kept: &Kept, told: &Appraised) -> Result<Vec<Order>, Revert> {
        if legs.is_empty() || legs.len() > MAX_LEGS {
            let (count, maximum) = (U256::from(legs.len()), U256::from(MAX_LEGS));
            return Err(revert(&HedgerLegsCount { count, maximum }));
        }
        let fills = self.leg_terms(kept, told, legs)?;
        let order = |(leg, fill): (&HedgeLeg, &LegTerms)| Order::of(leg, self.slots.venue(leg.venue), fill);
        let orders: Vec<Order> = legs.iter().zip(&fills).map(order).collect();
        for order in &orders {
            require_within_cap(order, &orders)?;
        }
        Ok(orders)
    }

    /// Has the vault's cash paid out, and the lock taken.
    /// # Returns: the stablecoin that is left in the clearing house
    /// # Errors: the clearing house's
    pub(crate) fn pay(&mut self, payments: &[HedgePayment]) -> Result<u128, Revert> {
        const SELECTOR: [u8; 4] = IClearing::openHedgeCall::SELECTOR;
        let mut input = SELECTOR.to_vec();
        write_array(1, payments, &mut input);
        let clearing = self.slots.clearing.address();
        let data = call_bytes(self, clearing, SELECTOR, &input)?;
        decode(&data).and_then(to_u128).ok_or_else(|| failed(clearing, SELECTOR))
    }

    /// Has each order filled, with the lock held.
    /// # Returns: what is there afterwards
    /// # Errors: HedgerFillShort, TokenTransferFailed, the venues', the tokens'
    pub(crate) fn fill(&mut self, orders: &[Order], solver: Address, before: Counted) -> Result<Counted, Revert> {
        let mut counted = before;
        for order in orders {
            counted = self.fill_one(order, solver, counted)?;
        }
        Ok(counted)
    }

    /// What is there now.
    /// # Errors: the tokens'
    pub(crate) fn counted(&self) -> Result<Counted, Revert> {
        Ok(Counted { base: self.base_held()?, quote: self.quote_in_clearing()? })
    }

    /// The balances of afterwards say what came of it.
    fn fill_one(&mut self, order: &Order, solver: Address, before: Counted) -> Result<Counted, Revert> {
        if !order.is_buy {
            let base = self.slots.base().address;
            transfer(self, base, order.payee(solver), from_u128(order.base))?;
        }
        let fill = IVenue::fillCall {
            isBuy: order.is_buy,
            baseAtoms: from_u128(order.base),
            quoteAtoms: from_u128(order.quote),
            solver,
        };
        call(self, order.venue, &fill)?;
        let after = self.counted()?;
        let (got, least) = if order.is_buy {
            (after.base.saturating_sub(before.base), order.base)
        } else {
            (after.quote.saturating_sub(before.quote), order.quote)
        };
        if got < least {
            let (got, least) = (from_u128(got), from_u128(least));
            return Err(revert(&HedgerFillShort { venue: order.venue, gotAtoms: got, leastAtoms: least }));
        }
        Ok(after)
    }
}

/// A venue's legs are worth at most its cap, at spot.
fn require_within_cap(order: &Order, orders: &[Order]) -> Result<(), Revert> {
    let (venue, cap) = (order.venue, from_u128(order.terms.cap_wad));
    let mine = orders.iter().filter(|other| other.venue == venue).map(|other| other.notional);
    let notional = mine.fold(U256::ZERO, U256::saturating_add);
    if notional > cap {
        return Err(revert(&HedgerVenueCapExceeded { venue, notionalWad: notional, capWad: cap }));
    }
    Ok(())
}
