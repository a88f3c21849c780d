//! What becomes of an order: its fill is counted and paid for, or it is taken back.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use equipoise_hedger_state::known::require_checkpoint;
use equipoise_hedger_state::{Hedger, Kept, Observed, Order, Perp, Position};
use equipoise_interfaces::{
    HedgeOrderCancelled, HedgeOrderConfirmed, HedgerOrderFilled, HedgerOrderMissing, HedgerOrderPending, IPerpVenue,
    Outcome,
};
use equipoise_kit::lean::{call_bytes, encode, log, revert};
use equipoise_kit::number::{from_i128, from_u128};
use equipoise_kit::token::transfer;
use equipoise_kit::Revert;
use equipoise_risk::hedge::perp::{ORDER_REST_SECS, ORDER_SECS};
use stylus_sdk::prelude::*;

use crate::sight::{quarantine, Mark, Sight};

/// Counts what has been filled, and pays who asked for it.
/// # Returns: the tip
/// # Errors: HedgerOrderMissing, HedgerOrderPending, HedgerCheckpoint.., HedgerPerpClosed, ProgramsLocked, the market's, the clearing
/// house's
pub fn confirm(hedger: &mut Hedger, words: &[B256]) -> Result<U256, Revert> {
    let (now, terms, order) = (hedger.vm().block_timestamp(), hedger.slots.terms(), pending(hedger)?);
    require_checkpoint(hedger, words, (&hedger.slots.kept(), &terms), now)?;
    let sight = Sight::of(hedger, Some(words))?;
    let start = hedger.slots.perp_believed();
    let Some(mark) = sight.mark(hedger, start, &order)? else {
        return quarantine(hedger, sight.venue).map(|()| U256::ZERO);
    };
    if !mark.order.is_zero() {
        return Err(still_pending(&order));
    }
    hedger.pay(&[])?;
    let (mark, back) = take_loose(hedger, mark, (start, &order))?;
    let (tip, cost) = earned(hedger, &sight, (&order, start), (&mark, back))?;
    let position = Position { perp: mark.perp, ..hedger.position()? };
    let Observed { opened_at, average, .. } =
        hedger.observed(&sight.kept, position.net(sight.kept.atoms), 0, &sight.told)?;
    let kept = Kept { epoch: next(&sight.kept), opened_at, average, averaged_at: now, ..sight.kept };
    end(hedger, &kept, (&Order::default(), &mark), cost)?;
    log(
        hedger.vm(),
        &HedgeOrderConfirmed {
            solver: order.solver,
            order: order.number,
            filledAtoms: from_i128(mark.perp.units.saturating_sub(start.units)),
            costAtoms: cost,
            tipAtoms: tip,
        },
    );
    // Last: whatever the token calls for the tip finds everything as it stays.
    hedger.close(order.solver, tip)?;
    Ok(tip)
}

/// What the fill has earned who asked for it, and what it has cost with that: by the rule of rebalances as of now, but for the day's
/// budget, in which it had its part when it was asked for. What keeps to the rule no more earns nothing.
///
/// That the judge fails for want of gas alone robs nobody: the last sixty-fourth does not do for what comes after.
fn earned(
    hedger: &Hedger,
    sight: &Sight,
    (order, start): (&Order, Perp),
    (mark, back): (&Mark, u128),
) -> Result<(U256, U256), Revert> {
    let filled = mark.perp.units.saturating_sub(start.units);
    if filled == 0 || filled.signum() != order.asked.signum() || !sight.told.head.mayHedge {
        return Ok((U256::ZERO, U256::ZERO));
    }
    let position = hedger.position()?;
    let of = |perp| Position { perp, ..position }.net(sight.kept.atoms);
    let back = i128::try_from(back).unwrap_or(i128::MAX);
    let spent = order.cash.saturating_sub(mark.perp.cash).saturating_sub(back);
    let outcome = Outcome {
        beforeAtoms: of(start),
        afterAtoms: of(mark.perp),
        spentAtoms: from_i128(spent),
        cashAtoms: from_i128(mark.perp.cash),
        maxTipAtoms: from_u128(order.most_tip).min(sight.told.head.spareAtoms),
    };
    let judged = hedger.judged(&Kept { used: 0, ..sight.kept }, &outcome, &sight.told);
    Ok(judged.map_or((U256::ZERO, U256::ZERO), |verdict| (verdict.tipAtoms, verdict.costAtoms)))
}

/// Takes an order back that was not filled in time, or notices that somebody has. A venue that does not give it back is closed.
/// # Errors: HedgerOrderMissing, HedgerOrderPending before its deadline, HedgerOrderFilled, HedgerPerpClosed, ProgramsLocked, the
/// market's, the clearing house's
pub fn cancel(hedger: &mut Hedger) -> Result<(), Revert> {
    let order = pending(hedger)?;
    let sight = Sight::of(hedger, None)?;
    let mut start = hedger.slots.perp_believed();
    let Some(mut mark) = sight.mark(hedger, start, &order)? else { return quarantine(hedger, sight.venue) };
    let is_there = !mark.order.is_zero();
    if is_there && hedger.vm().block_timestamp() <= order.deadline {
        return Err(still_pending(&order));
    }
    hedger.pay(&[])?;
    if is_there {
        // What has been liquidated until now is no fill.
        start = mark.believed;
        let Some(gone) = take_back(hedger, &sight, start, &order)? else {
            quarantine(hedger, sight.venue)?;
            return hedger.close(Address::ZERO, U256::ZERO);
        };
        mark = gone;
    }
    if mark.perp.units != start.units {
        return Err(revert(&HedgerOrderFilled { order: order.number }));
    }
    let (mark, back) = take_loose(hedger, mark, (start, &order))?;
    let mut kept = Kept { epoch: next(&sight.kept), ..sight.kept };
    // What it might have cost is there again, unless something has been used since.
    if kept.used_at == order.deadline.saturating_sub(ORDER_SECS) {
        kept.used = kept.used.saturating_sub(order.reserved).max(0);
    }
    let rest = hedger.vm().block_timestamp().saturating_add(ORDER_REST_SECS);
    end(hedger, &kept, (&Order { deadline: rest, ..Order::default() }, &mark), U256::ZERO)?;
    log(hedger.vm(), &HedgeOrderCancelled { solver: order.solver, order: order.number, backAtoms: from_u128(back) });
    hedger.close(Address::ZERO, U256::ZERO)
}

/// # Returns: nothing if the venue does not give it back, or says what cannot be
fn take_back(hedger: &mut Hedger, sight: &Sight, start: Perp, order: &Order) -> Result<Option<Mark>, Revert> {
    let selector = IPerpVenue::cancelOrderCall::SELECTOR;
    let input = encode(selector, &IPerpVenue::cancelOrderCall { order: U256::from(order.number) });
    if call_bytes(hedger, sight.venue, selector, &input).is_err() {
        return Ok(None);
    }
    Ok(sight.mark(hedger, start, order)?.filter(|mark| mark.order.is_zero()))
}

/// Sends the margin of an order that was not filled on to the clearing house: as much as has come of it, and no gift beside.
/// # Returns: what lies at the venue without it, and how much that was
fn take_loose(hedger: &mut Hedger, mut mark: Mark, (start, order): (Perp, &Order)) -> Result<(Mark, u128), Revert> {
    if mark.perp.units != start.units {
        return Ok((mark, 0));
    }
    let quote = hedger.slots.quote.address();
    let back = hedger.balance(quote, hedger.vm().contract_address())?.min(order.margin);
    if back != 0 {
        let clearing = hedger.slots.clearing.address();
        transfer(hedger, quote, clearing, from_u128(back))?;
    }
    mark.believed.cash = mark.believed.cash.saturating_sub(i128::try_from(back).unwrap_or(i128::MAX));
    mark.perp.cash = mark.perp.cash.min(mark.believed.cash);
    Ok((mark, back))
}

/// Keeps what is there once an order is over, and tells the market.
fn end(hedger: &mut Hedger, kept: &Kept, (order, mark): (&Order, &Mark), cost: U256) -> Result<(), Revert> {
    hedger.slots.set_kept(kept);
    hedger.slots.set_order_head(order);
    mark.keep(hedger);
    let position = hedger.position()?;
    hedger.tell_held(kept, &position, cost)
}

/// # Errors: HedgerOrderMissing
fn pending(hedger: &Hedger) -> Result<Order, Revert> {
    let order = hedger.slots.order();
    if order.is_pending() {
        return Ok(order);
    }
    Err(revert(&HedgerOrderMissing {}))
}

fn still_pending(order: &Order) -> Revert {
    revert(&HedgerOrderPending { order: order.number, deadline: order.deadline })
}

const fn next(kept: &Kept) -> u64 {
    kept.epoch.saturating_add(1)
}
