//! Margins by the averages that have begun: what a board in its settlement window settles at is in part known, and spot is not it.
//!
//! Auctions, bids and what may be taken out go by it. Otherwise who bids in the last minutes takes positions at spot that settle at an
//! average that everybody can compute.

use alloc::vec::Vec;

use alloy_primitives::{B256, U256};
use equipoise_interfaces::account::Holds;
use equipoise_interfaces::{IOracle, Margin, Moment};
use equipoise_kit::lean::view;
use equipoise_kit::Revert;
use equipoise_market_state::assessment::{assess, NO_MARGIN};
use equipoise_market_state::layout::Header;
use equipoise_market_state::store::{Place, Store};
use equipoise_risk::clock::{phase, Phase, WINDOW_SECS};
use stylus_sdk::prelude::*;

/// The average that was asked for last, and the expiry that it ends at: the oracle reads every round of the window for one.
#[derive(Default)]
pub struct Begun {
    expiry: u64,
    price_wad: U256,
}

impl Begun {
    /// An account's margin at this moment.
    /// # Errors: NotWired, the oracle's, the assessor's
    #[inline(never)]
    pub fn margin_of(&mut self, store: &Store, moment: &Moment, account: B256) -> Result<Margin, Revert> {
        let boards = store.account_boards(account);
        if boards.holds() == Holds::Nothing {
            return Ok(NO_MARGIN);
        }
        let mut boards: Vec<_> = boards.ids().map(|id| (id, store.held_words(id, account))).collect();
        for (_, words) in &mut boards {
            let Some(Header { expiry, .. }) = Header::decode(&words.header) else { continue };
            if phase(moment.nowAt, expiry) == Phase::InWindow {
                words.set_begun(self.at(store, expiry)?);
            }
        }
        assess(store, moment, &boards)
    }

    fn at(&mut self, store: &Store, expiry: u64) -> Result<U256, Revert> {
        if self.expiry != expiry {
            let ask = IOracle::begunAverageCall { expiry, windowSecs: WINDOW_SECS };
            let price_wad = view(store.vm(), store.wired(Place::Oracle)?, &ask)?;
            *self = Self { expiry, price_wad };
        }
        Ok(self.price_wad)
    }
}
