//! An account's settlement, after its board's.

use alloy_primitives::{B256, I256};
use alloy_sol_types::SolEvent;
use equipoise_interfaces::words::{word_of, words_of};
use equipoise_interfaces::{AccountSettled, IClearing, MarketBoardNotSettled};
use equipoise_kit::lean::{call, emit, revert};
use equipoise_kit::Revert;
use equipoise_market_state::convert::signed;
use equipoise_market_state::errors::number_error;
use equipoise_market_state::layout::BoardState;
use equipoise_market_state::store::{Place, Store};
use equipoise_risk::settlement::{payoff_floor, Holding};
use stylus_sdk::prelude::*;

/// Pays an account's positions in a settled board. Anybody may call, for anybody, again and again: what has been
/// settled is nothing the second time.
/// # Errors: MarketBoardNotSettled, MarketBoardUnknown, MarketNumberOutOfDomain, the ledger's
pub fn settle_account(store: &mut Store, account: B256, board: u16) -> Result<I256, Revert> {
    let BoardState::Settled { price, ratio } = store.header(board)?.state else {
        return Err(revert(&MarketBoardNotSettled { board }));
    };
    if !store.account_boards(account).ids().any(|id| id == board) {
        return Ok(I256::ZERO);
    }
    let scale = store.scale()?;
    let held = store.holdings(board, Some(account))?;
    let payoff = payoff_floor(&held, price, scale).and_then(|payoff| ratio.applied_floor(payoff));
    let payoff = signed(payoff.map_err(number_error(board))?);
    let nothing: Vec<Holding> = held.iter().map(Holding::emptied).collect();
    store.set_holdings(board, Some(account), &nothing)?;

    let holds = store.account_boards(account).holds().number();
    let clearing = store.wired(Place::Clearing)?;
    call(store, clearing, &IClearing::settleAccountCall { account, payoffAtoms: payoff, holds })?;
    let topics = [AccountSettled::SIGNATURE_HASH, account, word_of(&board)];
    emit(store.vm(), &topics, &words_of(&payoff));
    Ok(payoff)
}
