//! A trade of options that the vault pays for, from the request to the tip.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_hedger_state::currency::{require_current, require_fresh, require_spare};
use equipoise_hedger_state::known::require_checkpoint;
use equipoise_hedger_state::{Appraised, Hedger, Kept, Options};
use equipoise_interfaces::words::decode;
use equipoise_interfaces::{
    account, HedgerNotOwner, HedgerOrderPending, HedgerTipTooSmall, Holding, IMarket, Leg, OptionsHedged,
    OptionsTraded, OptionsVerdict,
};
use equipoise_kit::lean::{call, encode, failed, log, revert, view_bytes, Arguments};
use equipoise_kit::number::to_u128;
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

/// What a solver wants traded.
pub struct Request {
    risk_epoch: u64,
    /// The oracle's price must be at least as young.
    min_price_at: u64,
    deadline: u64,
    /// The tip at most.
    max_tip_atoms: U256,
    /// And at least.
    min_tip_atoms: U256,
    account: B256,
    /// What the account pays at most.
    max_cost_atoms: I256,
    legs: Vec<Leg>,
}

impl Request {
    /// Reads a request.
    /// # Errors: CalldataMalformed
    pub fn take(given: &mut Arguments<'_>) -> Result<Self, Revert> {
        Ok(Self {
            risk_epoch: given.take()?,
            min_price_at: given.take()?,
            deadline: given.take()?,
            max_tip_atoms: given.take()?,
            min_tip_atoms: given.take()?,
            account: given.take()?,
            max_cost_atoms: given.take()?,
            legs: given.take_array()?,
        })
    }
}

/// Has the account trade, and pays the solver if what that has made of the vault's risk keeps to every rule.
/// # Returns: what the account has paid, and the tip
/// # Errors: Hedger.., ProgramsLocked, the market's, the clearing house's
pub fn hedge(hedger: &mut Hedger, request: Request, words: &[B256]) -> Result<(I256, U256), Revert> {
    let (now, terms, kept) = (hedger.vm().block_timestamp(), hedger.slots.terms(), hedger.slots.kept());
    let solver = hedger.vm().msg_sender();
    require_current((request.risk_epoch, request.deadline), kept.epoch, now)?;
    if account::owner(request.account) != solver {
        return Err(revert(&HedgerNotOwner { caller: solver, account: request.account }));
    }
    if let Some(order) = hedger.pending() {
        return Err(revert(&HedgerOrderPending { order: order.number, deadline: order.deadline }));
    }
    require_checkpoint(hedger, words, (&kept, &terms), now)?;
    let before = hedger.appraised(words)?;
    require_fresh(&before.head, request.min_price_at, &terms, now)?;
    let (account, max_tip, min_tip) = (request.account, request.max_tip_atoms, request.min_tip_atoms);
    let expiry = first_expiry(hedger, &request.legs)?;
    let cost = trade(hedger, request)?;
    let after = hedger.appraised(words)?;
    let options = hedger.slots.options();
    let traded = OptionsTraded {
        openedAt: options.opened_at,
        usedX64: options.used,
        usedAt: options.used_at,
        expiry,
        netAtoms: hedger.position()?.net(kept.atoms),
        costAtoms: cost,
        maxTipAtoms: max_tip,
    };
    let verdict = hedger.judged_options(&kept, &traded, (&before, &after))?;
    if verdict.tipAtoms < min_tip {
        return Err(revert(&HedgerTipTooSmall { tipAtoms: verdict.tipAtoms, leastAtoms: min_tip }));
    }
    require_spare(to_u128(verdict.tipAtoms).unwrap_or(u128::MAX), &after.head)?;
    record(hedger, &kept, &verdict, &after)?;
    tell(hedger, (solver, account), (cost, &verdict), &after);
    pay(hedger, solver, verdict.tipAtoms)?;
    Ok((cost, verdict.tipAtoms))
}

/// The market trades with the account as with any other, and the clearing house makes sure that the hedger operates it.
/// # Returns: what the account has paid, negative if it was paid
fn trade(hedger: &mut Hedger, request: Request) -> Result<I256, Revert> {
    let market = hedger.slots.market.address();
    let order = IMarket::tradeForCall {
        account: request.account,
        legs: request.legs,
        maxCostAtoms: request.max_cost_atoms,
        deadline: request.deadline,
    };
    call(hedger, market, &order)
}

/// When the first of the boards that are traded expires.
/// # Errors: MarketBoardUnknown
fn first_expiry(hedger: &Hedger, legs: &[Leg]) -> Result<u64, Revert> {
    let market = hedger.slots.market.address();
    let mut boards: Vec<u32> = legs.iter().map(|leg| leg.series >> 8).collect();
    boards.sort_unstable();
    boards.dedup();
    let mut first = u64::MAX;
    for board in boards {
        const SELECTOR: [u8; 4] = IMarket::boardCall::SELECTOR;
        let data = view_bytes(hedger.vm(), market, SELECTOR, &encode(SELECTOR, &board))?;
        // Its id comes before.
        let (_, expiry): (u16, u64) = decode(&data).ok_or_else(|| failed(market, SELECTOR))?;
        first = first.min(expiry);
    }
    Ok(first)
}

/// Keeps what has moved, and has the skew reserve pay what it can of the tip. What the trade itself was worth to the solver the
/// market has drawn from it.
fn record(hedger: &mut Hedger, kept: &Kept, verdict: &OptionsVerdict, told: &Appraised) -> Result<(), Revert> {
    let now = hedger.vm().block_timestamp();
    // The epoch stays: as after any trade, what has been asked for in the underlying may go on.
    let kept = Kept { opened_at: verdict.openedAt, average: verdict.averageX64, averaged_at: now, ..*kept };
    hedger.slots.set_kept(&kept);
    let options = Options { opened_at: verdict.optionsOpenedAt, used_at: now, used: verdict.usedX64 };
    hedger.slots.set_options(&options);
    let held = Holding { unitsX64: told.head.unitsX64, cashX64: told.head.cashX64 };
    hedger.tell_market(&held, verdict.tipAtoms)
}

fn tell(
    hedger: &Hedger,
    (solver, account): (Address, B256),
    (cost, verdict): (I256, &OptionsVerdict),
    told: &Appraised,
) {
    let event = OptionsHedged {
        solver,
        account,
        riskEpoch: hedger.slots.kept().epoch,
        costAtoms: cost,
        lostWad: verdict.lostWad,
        tipAtoms: verdict.tipAtoms,
        gainWad: verdict.gainWad,
        spotWad: told.head.spotWad,
    };
    log(hedger.vm(), &event);
}

/// Last: whatever the token calls for the tip finds everything as it stays.
fn pay(hedger: &mut Hedger, solver: Address, tip: U256) -> Result<(), Revert> {
    if tip.is_zero() {
        return Ok(());
    }
    hedger.pay(&[])?;
    hedger.close(solver, tip)
}
