//! Asking for an order.

use alloy_primitives::{Address, B256, I256, U256};
use equipoise_hedger_state::currency::{require_current, require_fresh, require_spare};
use equipoise_hedger_state::known::require_checkpoint;
use equipoise_hedger_state::{Hedger, Kept, Order, Perp, Position};
use equipoise_interfaces::{
    HedgeLeg, HedgeOrdered, HedgePayment, HedgerNumberOutOfDomain, HedgerOrderPending, HedgerOrderTooEarly,
    HedgerPerpDiffers, HedgerVenueCapExceeded, IPerpVenue, OrderRequest, Outcome, Verdict,
};
use equipoise_kit::lean::{call, log, revert};
use equipoise_kit::number::{from_i128, from_u128, to_i128, to_u128, to_u64};
use equipoise_kit::Revert;
use equipoise_risk::hedge::perp::ORDER_SECS;
use equipoise_risk::units::{Atoms, TokenScale};
use stylus_sdk::prelude::*;

use crate::sight::{missing, Mark, Sight};

/// Asks the venue for what somebody wants ordered, if that would keep to every rule at its limit.
/// # Returns: the order's number
/// # Errors: Hedger.., ProgramsLocked, the market's, the clearing house's, the venue's, the tokens'
pub fn request(hedger: &mut Hedger, asked: &OrderRequest, words: &[B256]) -> Result<u64, Revert> {
    let (now, terms, before) = (hedger.vm().block_timestamp(), hedger.slots.terms(), hedger.slots.kept());
    require_current((asked.riskEpoch, asked.deadline), before.epoch, now)?;
    require_ready(hedger, now)?;
    require_checkpoint(hedger, words, (&before, &terms), now)?;
    let sight = Sight::of(hedger, Some(words))?;
    require_fresh(&sight.told.head, asked.minPriceAt, &terms, now)?;
    let leg = HedgeLeg { venue: sight.venue, quantityAtoms: asked.quantityAtoms, limitPriceWad: asked.limitPriceWad };
    let limit = hedger.perp_limit(&before, &leg, &sight.told)?;
    let quote = to_i128(I256::from_raw(limit.quoteAtoms)).ok_or_else(out_of_domain)?;
    let quantity = to_i128(asked.quantityAtoms).ok_or_else(out_of_domain)?;
    let solver = hedger.vm().msg_sender();
    // At least what the limit says.
    let cost = if quantity > 0 { quote } else { quote.saturating_neg() };
    let order = Order { solver, deadline: now.saturating_add(ORDER_SECS), asked: quantity, cost, ..Order::default() };
    let start = sight.mark(hedger, hedger.slots.perp_believed(), &Order::default())?;
    let start = start.ok_or_else(|| differs(sight.venue))?;
    let (order, mark) = place(hedger, &sight, (&start, order), asked.limitPriceWad)?;
    let verdict = judged_at_limit(hedger, &sight, (&start, &order), asked.maxTipAtoms)?;
    let most_tip = to_u128(verdict.tipAtoms).unwrap_or(u128::MAX);
    require_spare(order.margin.saturating_add(most_tip), &sight.told.head)?;
    let reserved = verdict.usedX64.saturating_sub(before.used).max(0);
    let order = Order { most_tip, reserved, cash: mark.perp.cash, ..order };
    record(hedger, &before, &verdict, (&order, &mark))?;
    hedger.close(Address::ZERO, U256::ZERO)?;
    tell(hedger, asked, (&order, &mark));
    Ok(order.number)
}

/// What the referee says of an order that is filled at its limit, with its fee.
/// # Errors: Hedger..
fn judged_at_limit(
    hedger: &Hedger,
    sight: &Sight,
    (start, order): (&Mark, &Order),
    most_tip: U256,
) -> Result<Verdict, Revert> {
    let position = hedger.position()?;
    let of = |units| Position { perp: Perp { units, ..start.perp }, ..position }.net(sight.kept.atoms);
    let outcome = Outcome {
        beforeAtoms: of(start.perp.units),
        afterAtoms: of(start.perp.units.saturating_add(order.asked)),
        spentAtoms: from_i128(order.cost),
        cashAtoms: from_i128(start.perp.cash),
        maxTipAtoms: most_tip,
    };
    hedger.judged(&sight.kept, &outcome, &sight.told)
}

/// Sends what margin is missing, takes the lock, asks the venue, and looks at what it has made of that.
/// # Errors: HedgerVenueCapExceeded, HedgerCashShort, HedgerPerpDiffers, the clearing house's, the venue's
fn place(
    hedger: &mut Hedger,
    sight: &Sight,
    (start, mut order): (&Mark, Order),
    limit_wad: U256,
) -> Result<(Order, Mark), Revert> {
    let venue = sight.venue;
    let filled = start.perp.units.checked_add(order.asked).ok_or_else(out_of_domain)?;
    let terms = hedger.perp_margin(&sight.kept, filled, &sight.told)?;
    let cap = from_u128(sight.cap_wad);
    if terms.notionalWad > cap {
        return Err(revert(&HedgerVenueCapExceeded { venue, notionalWad: terms.notionalWad, capWad: cap }));
    }
    order.margin = missing(terms.quoteAtoms, start.worth);
    require_spare(order.margin, &sight.told.head)?;
    let margin = from_u128(order.margin);
    let payment = [HedgePayment { to: venue, amountAtoms: margin }];
    hedger.pay(if order.margin == 0 { &[] } else { &payment })?;
    let request = IPerpVenue::requestOrderCall {
        sizeWad: from_i128(wad_of(hedger, order.asked)?),
        limitPriceWad: limit_wad,
        marginAtoms: margin,
        deadline: order.deadline,
    };
    let number = to_u64(call(hedger, venue, &request)?).ok_or_else(|| differs(venue))?;
    order.number = number;
    let sent = i128::try_from(order.margin).unwrap_or(i128::MAX);
    let believed = Perp { cash: start.believed.cash.saturating_add(sent), ..start.believed };
    let mark = sight.mark(hedger, believed, &order)?.ok_or_else(|| differs(venue))?;
    let is_as_asked = number != 0 && mark.order == U256::from(number) && mark.perp.units == start.perp.units;
    if !is_as_asked || mark.perp.cash < start.perp.cash.saturating_add(sent) {
        return Err(differs(venue));
    }
    order.cost = order.cost.max(mark.pending_cost);
    Ok((order, mark))
}

/// Keeps the order and its worst, and tells the market of that: nothing of what it would hedge.
fn record(hedger: &mut Hedger, before: &Kept, verdict: &Verdict, (order, mark): (&Order, &Mark)) -> Result<(), Revert> {
    let now = hedger.vm().block_timestamp();
    let kept = Kept {
        epoch: before.epoch.saturating_add(1),
        average: verdict.averageX64,
        averaged_at: now,
        used: verdict.usedX64,
        used_at: now,
        ..*before
    };
    hedger.slots.set_kept(&kept);
    hedger.slots.set_order(order);
    mark.keep(hedger);
    let position = hedger.position()?;
    hedger.tell_held(&kept, &position, U256::ZERO)
}

fn tell(hedger: &Hedger, asked: &OrderRequest, (order, mark): (&Order, &Mark)) {
    let told = HedgeOrdered {
        solver: order.solver,
        order: order.number,
        quantityAtoms: asked.quantityAtoms,
        limitPriceWad: asked.limitPriceWad,
        marginAtoms: from_u128(order.margin),
        worstAtoms: from_u128(mark.worst),
        deadline: order.deadline,
    };
    log(hedger.vm(), &told);
}

/// One order at a time, and none soon after one that was not filled.
/// # Errors: HedgerOrderPending, HedgerOrderTooEarly
fn require_ready(hedger: &Hedger, now: u64) -> Result<(), Revert> {
    let order = hedger.slots.order_head();
    if order.is_pending() {
        return Err(revert(&HedgerOrderPending { order: order.number, deadline: order.deadline }));
    }
    if now < order.deadline {
        return Err(revert(&HedgerOrderTooEarly { readyAt: order.deadline }));
    }
    Ok(())
}

fn wad_of(hedger: &Hedger, atoms: i128) -> Result<i128, Revert> {
    let scale = TokenScale::from_decimals(hedger.slots.base().decimals);
    scale.and_then(|scale| scale.wad_of_atoms(Atoms::new(atoms)).ok()).ok_or_else(out_of_domain)
}

#[cold]
fn out_of_domain() -> Revert {
    revert(&HedgerNumberOutOfDomain {})
}

#[cold]
fn differs(venue: Address) -> Revert {
    revert(&HedgerPerpDiffers { venue })
}
