//! A board's settlement, and what holders get if the vault cannot pay.

use alloy_primitives::{aliases::U80, U256};
use alloy_sol_types::SolEvent;
use equipoise_interfaces::words::{word_of, words_of};
use equipoise_interfaces::{
    BoardSettled, IClearing, IOracle, MarketBoardNotExpired, MarketBoardNotSettled, MarketBoardSettled,
    PayoutRatioFixed,
};
use equipoise_kit::lean::{call, emit, revert, view};
use equipoise_kit::Revert;
use equipoise_market_state::convert::{atoms, payout_ratio_wad, price_of, signed, unsigned};
use equipoise_market_state::errors::{debts_open, number_error};
use equipoise_market_state::layout::{BoardDebts, BoardState};
use equipoise_market_state::snapshot::as_signed;
use equipoise_market_state::store::{Place, Store};
use equipoise_risk::clock::{phase, Phase, WINDOW_SECS};
use equipoise_risk::settlement::{payoff_floor, Debts, PayoutRatio, DEBT_WINDOW_SECS};
use equipoise_risk::units::Atoms;
use stylus_sdk::prelude::*;

/// Fixes a board's settlement price and moves the vault's payoff. Anybody may call. If the vault cannot pay, the board stays
/// among those that await their settlement until its payout ratio is fixed.
/// # Errors: MarketBoardNotExpired, MarketBoardSettled, MarketDebtsOpen of another board, the oracle's
pub fn settle_board(store: &mut Store, board: u16, first_round: U80) -> Result<U256, Revert> {
    let now = store.vm().block_timestamp();
    let mut header = store.header(board)?;
    if matches!(header.state, BoardState::Settled { .. }) {
        return Err(revert(&MarketBoardSettled { board }));
    }
    if phase(now, header.expiry) != Phase::Expired {
        return Err(revert(&MarketBoardNotExpired { board, expiry: header.expiry, nowAt: now }));
    }
    let oracle = store.wired(Place::Oracle)?;
    let proof =
        IOracle::settlementPriceCall { expiry: header.expiry, windowSecs: WINDOW_SECS, firstRound: first_round };
    let price_wad = view(store.vm(), oracle, &proof)?;
    let price = price_of(price_wad)?;
    let held = store.holdings(board, None)?;
    let payoff = payoff_floor(&held, price, store.scale()?).map_err(number_error(board))?;

    let ratio = settle_vault(store, board, payoff)?;
    header.state = BoardState::Settled { price, ratio };
    store.set_header(board, &header)?;
    store.forget_matched(board)?;
    if ratio == PayoutRatio::FULL {
        leave_directory(store, board)?;
    }
    let (topic, data) = (word_of(&board), (price_wad, signed(payoff), payout_ratio_wad(ratio)));
    emit(store.vm(), &[BoardSettled::SIGNATURE_HASH, topic], &words_of(&data));
    Ok(price_wad)
}

/// Moves the vault's payoff. What it cannot pay at once it owes, which is kept with the board.
/// # Returns: the share that it has paid
/// # Errors: MarketDebtsOpen, MarketNumberOutOfDomain, the ledger's
fn settle_vault(store: &mut Store, board: u16, payoff: Atoms) -> Result<PayoutRatio, Revert> {
    let clearing = store.wired(Place::Clearing)?;
    let cash = atoms(call(store, clearing, &IClearing::settleVaultCall { payoffAtoms: signed(payoff) })?)?;
    if payoff >= Atoms::ZERO || cash >= Atoms::ZERO {
        return Ok(PayoutRatio::FULL);
    }
    // Debts of two boards could not be told apart.
    if let Some(owed) = store.debts() {
        return Err(debts_open(&owed));
    }
    let debt = payoff.negated().map_err(number_error(board))?;
    let until = store.vm().block_timestamp().saturating_add(DEBT_WINDOW_SECS);
    store.set_debts(&BoardDebts { board, until, debts: Debts::of_vault(debt) })?;
    debt.plus(cash).and_then(|paid| PayoutRatio::from_payment(paid, debt)).map_err(number_error(board))
}

/// Fixes the share of payoffs that a board pays: all, once the vault owes nothing more; after the time for its debts, what there is
/// then of what is owed. Anybody may call.
/// # Returns: the share, also if it has been fixed before
/// # Errors: MarketBoardNotSettled, MarketDebtsOpen, MarketNumberOutOfDomain, the ledger's
pub fn fix_payout_ratio(store: &mut Store, board: u16) -> Result<U256, Revert> {
    let mut header = store.header(board)?;
    let BoardState::Settled { price, ratio } = header.state else {
        return Err(revert(&MarketBoardNotSettled { board }));
    };
    let Some(owed) = store.debts_of(board) else { return Ok(payout_ratio_wad(ratio)) };
    let clearing = store.wired(Place::Clearing)?;
    let market = store.vm().contract_address();
    let is_paid = !view(store.vm(), clearing, &IClearing::vaultCashCall { market })?.is_negative();
    if !is_paid && store.vm().block_timestamp() < owed.until {
        return Err(debts_open(&owed));
    }
    let unpaid = if is_paid { U256::ZERO } else { call(store, clearing, &IClearing::settleVaultDebtCall {})? };
    let ratio = owed.debts.ratio(atoms(as_signed(unpaid))?).map_err(number_error(board))?;
    header.state = BoardState::Settled { price, ratio };
    store.set_header(board, &header)?;
    store.clear_debts();
    leave_directory(store, board)?;
    let ratio_wad = payout_ratio_wad(ratio);
    let data = (ratio_wad, unsigned(owed.debts.owed), unsigned(owed.debts.covered), unpaid);
    emit(store.vm(), &[PayoutRatioFixed::SIGNATURE_HASH, word_of(&board)], &words_of(&data));
    Ok(ratio_wad)
}

/// Takes a board out of the directory, and moves the rest up.
/// # Errors: MarketNumberOutOfDomain
fn leave_directory(store: &mut Store, board: u16) -> Result<(), Revert> {
    let mut directory = store.directory();
    let mut rest = directory.boards.into_iter().filter(|id| *id != board);
    directory.boards = core::array::from_fn(|_| rest.next().unwrap_or(0));
    store.set_directory(&directory)
}
