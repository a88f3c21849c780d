//! What the assessor is asked about an account.

use alloy_primitives::B256;
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::Holds;
use equipoise_interfaces::words::{decode, write_array, ToWords};
use equipoise_interfaces::IAssessor::assessCall;
use equipoise_interfaces::{Margin, Moment};
use equipoise_kit::lean::{failed, view_bytes};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::layout::BoardWords;
use crate::store::{Place, Store};

/// Words of the assessor's arguments before its array: the moment, the decimals, the parameters, where the array begins.
const HEAD_WORDS: usize = 11;

/// The margin of an account that holds nothing, and of one whose margin nobody asks for.
pub const NO_MARGIN: Margin = Margin { valueX64: 0, markX64: 0, maintenanceX64: [0; 32], initialX64: [0; 32] };

/// An account's margin at this moment.
/// # Errors: NotWired, the assessor's
pub fn margin_of(store: &Store, moment: &Moment, account: B256) -> Result<Margin, Revert> {
    let boards = store.account_boards(account);
    if boards.holds() == Holds::Nothing {
        return Ok(NO_MARGIN);
    }
    let boards: Vec<_> = boards.ids().map(|id| (id, store.held_words(id, account))).collect();
    assess(store, moment, &boards)
}

/// The margin of positions, each in its board.
/// # Errors: NotWired, the assessor's
pub fn assess(store: &Store, moment: &Moment, boards: &[(u16, BoardWords)]) -> Result<Margin, Revert> {
    let mut input = assessCall::SELECTOR.to_vec();
    moment.write(&mut input);
    (store.scales().0, B256::new(store.get(Place::MarginParameters))).write(&mut input);
    write_array(HEAD_WORDS, boards, &mut input);
    let assessor = store.wired(Place::Assessor)?;
    let data = view_bytes(store.vm(), assessor, assessCall::SELECTOR, &input)?;
    decode(&data).ok_or_else(|| failed(assessor, assessCall::SELECTOR))
}
