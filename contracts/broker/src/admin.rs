//! Which venue, and what is kept of its order.

use alloy_primitives::Address;
use equipoise_hedger_state::{Hedger, Order, Perp};
use equipoise_interfaces::{HedgerPerpDiffers, HedgerPerpInUse, IClearing, IPerpVenue, PerpOrder, PerpVenueSet};
use equipoise_kit::lean::{log, revert, view};
use equipoise_kit::number::{from_i128, from_u128};
use equipoise_kit::{require_code, Revert};
use stylus_sdk::prelude::*;

use crate::sight::standing;

/// Names the venue, once nothing is left at the one before, or that is closed and so written off: what comes of it
/// later finds its way home only if it is named again. The new one is closed until it is opened as venues are. Owner only.
/// # Errors: CallerNotOwner, AddressIsZero, AddressHasNoCode, HedgerPerpInUse, HedgerPerpDiffers if it takes another stablecoin
/// or has something for the hedger already, CallFailed if it is no perpetual venue
pub fn set_venue(hedger: &mut Hedger, venue: Address) -> Result<(), Revert> {
    hedger.ownership.only_owner()?;
    require_code(hedger.vm(), venue)?;
    let slots = &hedger.slots;
    let before = slots.perp_venue.address();
    let is_empty = [slots.perp_held(), slots.perp_believed()] == [Perp::default(); 2];
    let is_used = !is_empty || slots.order_head().is_pending();
    if is_used && slots.venue(before).cap_wad != 0 {
        return Err(revert(&HedgerPerpInUse { venue: before }));
    }
    let token = view(hedger.vm(), slots.clearing.address(), &IClearing::tokenCall {})?;
    let quote: Address = view(hedger.vm(), venue, &IPerpVenue::quoteCall {})?;
    let is_new = standing(hedger, venue).is_some_and(|told| told.sizeWad.is_zero() && told.order.is_zero());
    if quote != token || !is_new {
        return Err(revert(&HedgerPerpDiffers { venue }));
    }
    hedger.slots.set_perp_venue(venue);
    hedger.slots.set_perp_held(Perp::default());
    hedger.slots.set_perp_believed(Perp::default());
    hedger.slots.set_order_head(&Order::default());
    log(hedger.vm(), &PerpVenueSet { venue });
    Ok(())
}

/// The order in flight.
pub fn order(hedger: &Hedger) -> PerpOrder {
    let order = hedger.slots.order();
    if !order.is_pending() {
        return PerpOrder { deadline: order.deadline, ..PerpOrder::default() };
    }
    PerpOrder {
        solver: order.solver,
        deadline: order.deadline,
        number: order.number,
        quantityAtoms: from_i128(order.asked),
        costAtoms: from_i128(order.cost),
        marginAtoms: from_u128(order.margin),
        maxTipAtoms: from_u128(order.most_tip),
    }
}
