//! Auctions: start, end, state.

use alloy_primitives::{B256, I256, U256};
use equipoise_clearing_state::amounts::{atoms_ceil, atoms_floor, number_error, plus, shown, shown_ceil, shown_floor};
use equipoise_clearing_state::assessment::{safe_since, total, Assessment};
use equipoise_clearing_state::auction::{auction_revert, close, running, store};
use equipoise_clearing_state::entries::ledger_revert;
use equipoise_clearing_state::Ledger;
use equipoise_interfaces::account::INSURANCE;
use equipoise_interfaces::{
    AuctionStarted, AuctionState, ClearingAccountInAuction, ClearingAuctionNotCured, ClearingNothingHeld,
};
use equipoise_kit::lean::{log, revert};
use equipoise_kit::number::from_i128;
use equipoise_kit::Revert;
use equipoise_math::Fx;
use equipoise_risk::auction::{Auction, Stage};
use equipoise_risk::margin::{AccountMargin, MarginState};
use stylus_sdk::prelude::*;

/// Puts an account below its maintenance margin up for auction.
/// # Errors: ClearingAccountReserved, ClearingAccountInAuction, ClearingNothingHeld, ClearingAccountHealthy,
/// ClearingOracleUnsafe, the markets' own
pub fn start(ledger: &mut Ledger, account: B256) -> Result<(), Revert> {
    let before = Assessment::of(ledger, account)?;
    if before.entry.is_in_auction() {
        return Err(revert(&ClearingAccountInAuction { account }));
    }
    if before.entry.held() == 0 {
        return Err(revert(&ClearingNothingHeld { account }));
    }
    let since = safe_since(ledger, before.entry.held())?;
    let (health, scale) = (before.health()?, ledger.scale()?);
    let started = Auction::start(ledger.vm().block_timestamp(), Some(since), health);
    let (auction, penalty) = started.map_err(|error| auction_revert(ledger, account, error))?;
    let penalty = atoms_ceil(scale, penalty)?;
    let entry = before.entry.moved(penalty.saturating_neg()).map_err(|error| ledger_revert(account, error))?;
    let entry = entry.in_auction(true);
    let fund = ledger.entry(INSURANCE).moved(penalty).map_err(|error| ledger_revert(INSURANCE, error))?;
    ledger.set_entry(account, entry);
    ledger.set_entry(INSURANCE, fund);
    store(ledger, account, &auction);
    log(
        ledger.vm(),
        &AuctionStarted {
            account,
            equityAtoms: shown_floor(scale, health.equity),
            maintenanceAtoms: shown_ceil(scale, health.maintenance),
            penaltyAtoms: shown(penalty),
            cashAtoms: from_i128(entry.cash()),
        },
    );
    Ok(())
}

/// Ends the auction of an account that is healthy again.
/// # Errors: ClearingAccountReserved, ClearingNotInAuction, ClearingAuctionNotCured, ClearingOracleUnsafe, the markets' own
pub fn end(ledger: &mut Ledger, account: B256) -> Result<(), Revert> {
    let (assessment, auction) = running(ledger, account)?;
    let health = assessment.health()?;
    let is_cured = auction.stage(health).map_err(number_error)? == Stage::Cured;
    if !is_cured && assessment.entry.held() != 0 {
        let scale = ledger.scale()?;
        return Err(revert(&ClearingAuctionNotCured {
            account,
            equityAtoms: shown_floor(scale, health.equity),
            maintenanceAtoms: shown_ceil(scale, health.maintenance),
        }));
    }
    let entry = close(ledger, account, assessment.entry, health)?;
    ledger.set_entry(account, entry);
    Ok(())
}

/// An account's margin as the ABI shows it.
/// # Errors: ClearingAccountReserved, ClearingNumberOutOfDomain, the markets' own
pub fn show_margin(ledger: &Ledger, account: B256) -> Result<(I256, U256, U256, u8), Revert> {
    let Assessment { entry, margins, margin } = Assessment::of(ledger, account)?;
    let state = match margin.state() {
        MarginState::Healthy => 0,
        MarginState::ReduceOnly => 1,
        MarginState::Liquidatable => 2,
    };
    let (scale, AccountMargin { maintenance, initial, .. }) = (ledger.scale()?, margin);
    // Cash is whole atoms: only what the options are worth is rounded.
    let options = total(margins.iter().map(|margin| margin.value))?;
    let equity = from_i128(plus(entry.cash(), atoms_floor(scale, options)?)?);
    Ok((equity, shown_ceil(scale, maintenance), shown_ceil(scale, initial), state))
}

/// An auction as the ABI shows it, all zero if there is none.
/// # Errors: ClearingAccountReserved, ClearingOracleUnsafe, the markets' own
pub fn show(ledger: &Ledger, account: B256) -> Result<AuctionState, Revert> {
    let mut state = AuctionState {
        stage: 0,
        startedAt: 0,
        elapsedSecs: 0,
        leftX64: 0,
        bonusBudgetX64: 0,
        discountX64: 0,
        curingShareX64: 0,
    };
    if !ledger.entry(account).is_in_auction() {
        return Ok(state);
    }
    let (assessment, auction) = running(ledger, account)?;
    let health = assessment.health()?;
    state.stage = match auction.stage(health).map_err(number_error)? {
        Stage::Cured => 1,
        Stage::Solvent => 2,
        Stage::Insolvent => 3,
        Stage::Takeover => 4,
        Stage::Deleverage => 5,
    };
    state.startedAt = auction.started_at;
    state.elapsedSecs = auction.elapsed_secs;
    state.leftX64 = auction.left.to_bits();
    state.bonusBudgetX64 = auction.bonus_budget.fx().to_bits();
    state.discountX64 = auction.discount_floor().map_err(number_error)?.to_bits();
    // Nothing cures what is cured.
    state.curingShareX64 = auction.curing_share_ceil(health).map_or(0, Fx::to_bits);
    Ok(state)
}
