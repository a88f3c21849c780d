//! Keeping up what lies at the venue.

use alloy_primitives::{Address, U256};
use equipoise_hedger_state::{Hedger, Order, Perp};
use equipoise_interfaces::{HedgePayment, HedgerMarketStopped, HedgerOrderPending, HedgerPerpDiffers, IPerpVenue};
use equipoise_kit::lean::{call, revert};
use equipoise_kit::number::{from_u128, to_u128};
use equipoise_kit::token::transfer;
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::outcome::cancel;
use crate::sight::{missing, quarantine, Mark, Sight};

/// Counts what lies there anew: funding, what has been liquidated, what an order in flight loses at the worst by now.
/// # Errors: HedgerPerpClosed, HedgerOrderFilled, ProgramsLocked, the market's
pub fn mark(hedger: &mut Hedger) -> Result<(), Revert> {
    let (sight, order) = (Sight::of(hedger, None)?, hedger.slots.order());
    let Some(mark) = sight.mark(hedger, hedger.slots.perp_believed(), &order)? else {
        return quarantine(hedger, sight.venue);
    };
    if order.is_pending() && mark.order.is_zero() {
        return cancel(hedger);
    }
    mark.keep(hedger);
    let position = hedger.position()?;
    hedger.tell_held(&sight.kept, &position, U256::ZERO)
}

/// The same, and sends what margin is missing, as far as the vault has it to spare, or takes back what there is too much. Nothing is
/// taken back by prices that may not be relied on.
/// # Errors: HedgerPerpClosed, HedgerOrderPending, HedgerMarketStopped, HedgerPerpDiffers, ProgramsLocked, the market's, the clearing
/// house's, the venue's
pub fn tend(hedger: &mut Hedger) -> Result<(), Revert> {
    let (sight, order) = (Sight::of(hedger, None)?, hedger.slots.order_head());
    if order.is_pending() {
        return Err(revert(&HedgerOrderPending { order: order.number, deadline: order.deadline }));
    }
    let Some(mark) = sight.mark(hedger, hedger.slots.perp_believed(), &Order::default())? else {
        return quarantine(hedger, sight.venue);
    };
    let terms = hedger.perp_margin(&sight.kept, mark.perp.units, &sight.told)?;
    let wanted = missing(terms.quoteAtoms, mark.worth);
    let believed = if wanted == 0 {
        if !sight.told.head.mayHedge {
            return Err(revert(&HedgerMarketStopped {}));
        }
        withdraw(hedger, &sight, &mark, terms.quoteAtoms)?
    } else {
        let spare = to_u128(sight.told.head.spareAtoms).unwrap_or(u128::MAX);
        deposit(hedger, &sight, &mark, wanted.min(spare))?
    };
    let after = sight.mark(hedger, believed, &Order::default())?;
    let after = after.ok_or_else(|| revert(&HedgerPerpDiffers { venue: sight.venue }))?;
    after.keep(hedger);
    let position = hedger.position()?;
    hedger.tell_held(&sight.kept, &position, U256::ZERO)?;
    hedger.close(Address::ZERO, U256::ZERO)
}

/// # Returns: what is believed then
fn deposit(hedger: &mut Hedger, sight: &Sight, mark: &Mark, atoms: u128) -> Result<Perp, Revert> {
    let amount = from_u128(atoms);
    if atoms == 0 {
        hedger.pay(&[])?;
        return Ok(mark.believed);
    }
    hedger.pay(&[HedgePayment { to: sight.venue, amountAtoms: amount }])?;
    call(hedger, sight.venue, &IPerpVenue::depositMarginCall { marginAtoms: amount })?;
    let cash = mark.believed.cash.saturating_add(i128::try_from(atoms).unwrap_or(i128::MAX));
    Ok(Perp { cash, ..mark.believed })
}

/// Takes back what is there beyond what must be, all if there are no units.
/// # Returns: what is believed then
fn withdraw(hedger: &mut Hedger, sight: &Sight, mark: &Mark, needed: U256) -> Result<Perp, Revert> {
    hedger.pay(&[])?;
    let beyond = from_u128(mark.worth).saturating_sub(needed);
    let wanted = if mark.perp.units == 0 { mark.margin } else { beyond.min(mark.margin) };
    if wanted.is_zero() {
        return Ok(mark.believed);
    }
    let (quote, owner) = (hedger.slots.quote.address(), hedger.vm().contract_address());
    let before = hedger.balance(quote, owner)?;
    call(hedger, sight.venue, &IPerpVenue::withdrawMarginCall { marginAtoms: wanted })?;
    let come = hedger.balance(quote, owner)?.saturating_sub(before);
    let clearing = hedger.slots.clearing.address();
    transfer(hedger, quote, clearing, from_u128(come))?;
    if mark.perp.units == 0 {
        // Nothing is left, whatever was believed.
        return Ok(Perp::default());
    }
    let cash = mark.believed.cash.saturating_sub(i128::try_from(come).unwrap_or(i128::MAX));
    Ok(Perp { cash, ..mark.believed })
}
