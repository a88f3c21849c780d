//! Legs: checked against the band, paid for, handed to their venues, and counted.

use alloc::vec::Vec;

use alloy_primitives::{Address, I256, U256};
use equipoise_hedger_state::legs::{Prices, Worth};
use equipoise_hedger_state::{Hedger, VenueTerms};
use equipoise_interfaces::{HedgeLeg, HedgerFillShort, HedgerLegsCount, HedgerVenueCapExceeded, IVenue};
use equipoise_kit::lean::{call, revert};
use equipoise_kit::number::{from_u128, to_u128};
use equipoise_kit::token::transfer;
use equipoise_kit::Revert;

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

impl Counted {
    /// What is there now.
    /// # Errors: the tokens'
    pub fn now(hedger: &Hedger) -> Result<Self, Revert> {
        Ok(Self { base: hedger.base_held()?, quote: hedger.quote_in_clearing()? })
    }
}

impl Order {
    fn of(leg: &HedgeLeg, terms: VenueTerms, worth: &Worth) -> Self {
        Self {
            venue: leg.venue,
            terms,
            is_buy: leg.quantityAtoms > I256::ZERO,
            // A leg that is worth anything fits.
            base: to_u128(leg.quantityAtoms.unsigned_abs()).unwrap_or(u128::MAX),
            quote: worth.quote.count().max(0).unsigned_abs(),
            notional: worth.notional,
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

/// The orders of legs: of open venues within their caps, at prices within the band.
/// # Errors: HedgerLegsCount, HedgerQuantityInvalid, HedgerPriceOutOfBand, HedgerVenueCapExceeded, HedgerNumberOutOfDomain
pub fn orders(hedger: &Hedger, legs: &[HedgeLeg], prices: &Prices) -> Result<Vec<Order>, Revert> {
    if legs.is_empty() || legs.len() > MAX_LEGS {
        let (count, maximum) = (U256::from(legs.len()), U256::from(MAX_LEGS));
        return Err(revert(&HedgerLegsCount { count, maximum }));
    }
    let order = |leg: &HedgeLeg| Ok(Order::of(leg, hedger.slots.venue(leg.venue), &prices.worth(leg)?));
    let orders = legs.iter().map(order).collect::<Result<Vec<_>, Revert>>()?;
    for order in &orders {
        require_within_cap(order, &orders)?;
    }
    Ok(orders)
}

/// Has each order filled, with the lock held.
/// # Returns: what is there afterwards
/// # Errors: HedgerFillShort, TokenTransferFailed, the venues', the tokens'
pub fn fill(hedger: &mut Hedger, orders: &[Order], solver: Address, before: Counted) -> Result<Counted, Revert> {
    let mut counted = before;
    for order in orders {
        counted = fill_one(hedger, order, solver, counted)?;
    }
    Ok(counted)
}

/// The balances of afterwards say what came of it.
fn fill_one(hedger: &mut Hedger, order: &Order, solver: Address, before: Counted) -> Result<Counted, Revert> {
    if !order.is_buy {
        let base = hedger.slots.base().address;
        transfer(hedger, base, order.payee(solver), from_u128(order.base))?;
    }
    let fill = IVenue::fillCall {
        isBuy: order.is_buy,
        baseAtoms: from_u128(order.base),
        quoteAtoms: from_u128(order.quote),
        solver,
    };
    call(hedger, order.venue, &fill)?;
    let after = Counted::now(hedger)?;
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

/// A venue's legs are worth at most its cap, at spot.
fn require_within_cap(order: &Order, orders: &[Order]) -> Result<(), Revert> {
    let (venue, cap) = (order.venue, from_u128(order.terms.cap_wad));
    let mine = orders.iter().filter(|other| other.venue == venue).map(|other| other.notional);
    let notional = mine.fold(U256::ZERO, U256::saturating_add);
    // What is worth nothing may not go to a venue that is closed either.
    if cap.is_zero() || notional > cap {
        return Err(revert(&HedgerVenueCapExceeded { venue, notionalWad: notional, capWad: cap }));
    }
    Ok(())
}
