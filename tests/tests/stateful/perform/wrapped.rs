//! Longs as tokens.

use alloy_primitives::{Address, Bytes, B256, U256};
use equipoise_interfaces::{IWrapper, OptionRedeemed};
use equipoise_tests::World;

use crate::action::Of;
use crate::fixture::call_of;
use crate::life::{Life, Outcome};

impl Life {
    /// A series that an actor has tokens of, and how many.
    fn token_of(&self, owner: Address, place: u8) -> Option<(u16, u32, U256)> {
        let boards = self.before().boards.iter();
        let owned = boards.flat_map(|(board, known)| {
            let tokens = known.tokens.iter().enumerate();
            tokens.filter_map(|(place, owners)| {
                let lots = owners.get(&owner)?;
                Some((*board, call_of(*board, 0) + place as u32, *lots))
            })
        });
        let owned: Vec<_> = owned.collect();
        owned.get(usize::from(place) % owned.len().max(1)).copied()
    }

    pub(super) fn wrap(&mut self, by: u8, of: Of, (board, place, part): (u8, u8, u16), to: u8) -> Outcome {
        let account = self.account(of);
        let held: Vec<u16> = self.before().account_boards[&account].ids().collect();
        let Some(board) = held.get(usize::from(board) % held.len().max(1)).copied() else { return Outcome::idle() };
        let sizes = self.before().lots(account, board);
        let longs: Vec<_> = sizes.iter().enumerate().filter(|(_, lots)| **lots > 0).collect();
        let Some((place, lots)) = longs.get(usize::from(place) % longs.len().max(1)) else { return Outcome::idle() };
        let series = call_of(board, 0) + *place as u32;
        let lots = U256::from((**lots).unsigned_abs()) * U256::from(part) / U256::from(1_000);
        let (wrapper, to) = (self.own.wrapper, self.actors.address(to));
        let before = self.tokens(to, series);
        let result = self.tell(by, wrapper, &IWrapper::wrapCall { fromAccount: account, series, lots, to });
        if result.is_ok() {
            assert_eq!(self.tokens(to, series), before + lots, "a token for each lot");
        }
        let wrapped = self.wrapped_account(board);
        Outcome::of(result, &[account, wrapped])
    }

    pub(super) fn unwrap_tokens(&mut self, by: u8, (place, part): (u8, u16), to: Of) -> Outcome {
        let owner = self.actors.address(by);
        let Some((board, series, held)) = self.token_of(owner, place) else { return Outcome::idle() };
        let lots = held * U256::from(part) / U256::from(1_000);
        let (wrapper, account) = (self.own.wrapper, self.account(to));
        let result = self.tell(by, wrapper, &IWrapper::unwrapCall { series, lots, toAccount: account });
        if result.is_ok() {
            assert_eq!(self.tokens(owner, series), held - lots, "a lot for each token");
        }
        let wrapped = self.wrapped_account(board);
        Outcome::of(result, &[account, wrapped])
    }

    pub(super) fn redeem(&mut self, by: u8, (place, part): (u8, u16), to: Of) -> Outcome {
        let owner = self.actors.address(by);
        let Some((board, series, held)) = self.token_of(owner, place) else { return Outcome::idle() };
        let lots = if part == 1_000 { U256::MAX } else { held * U256::from(part) / U256::from(1_000) };
        let (wrapper, account, wrapped) = (self.own.wrapper, self.account(to), self.wrapped_account(board));
        let before = self.before().cash(account);
        let result = self.send(owner, wrapper, &IWrapper::redeemCall { series, lots, toAccount: account });
        if let Ok(receipt) = &result {
            let told = World::events::<OptionRedeemed>(receipt).remove(0);
            let paid = self.picture().cash(account) - before;
            assert_eq!(U256::from(paid.unsigned_abs()), told.payoutAtoms, "what is told is paid");
            assert_eq!(self.tokens(owner, series), held - told.lots);
        }
        Outcome::of(result.map(drop), &[account, wrapped])
    }

    pub(super) fn settle_wrapped(&mut self, by: u8, board: u8) -> Outcome {
        let known: Vec<u16> = self.before().boards.keys().copied().collect();
        let Some(board) = known.get(usize::from(board) % known.len().max(1)).copied() else { return Outcome::idle() };
        let wrapper = self.own.wrapper;
        let result = self.tell(by, wrapper, &IWrapper::settleCall { board });
        let wrapped: B256 = self.wrapped_account(board);
        Outcome::of(result, &[wrapped])
    }

    pub(super) fn transfer_tokens(
        &mut self,
        by: u8,
        (from, to): (u8, u8),
        (place, part): (u8, u16),
        is_batch: bool,
    ) -> Outcome {
        let [from, to] = [from, to].map(|who| self.actors.address(who));
        let Some((_, series, held)) = self.token_of(from, place) else { return Outcome::idle() };
        let (id, value, wrapper) = (U256::from(series), held * U256::from(part) / U256::from(1_000), self.own.wrapper);
        let both = self.tokens(from, series) + self.tokens(to, series);
        let data = Bytes::new();
        let result = if is_batch {
            let (ids, values) = (vec![id, id], vec![value / U256::from(2), value - value / U256::from(2)]);
            self.tell(by, wrapper, &IWrapper::safeBatchTransferFromCall { from, to, ids, values, data })
        } else {
            self.tell(by, wrapper, &IWrapper::safeTransferFromCall { from, to, id, value, data })
        };
        assert_eq!(self.tokens(from, series) + self.tokens(to, series), both, "tokens only change hands");
        Outcome::of(result, &[])
    }

    pub(super) fn approve_tokens(&mut self, by: u8, operator: u8, is_approved: bool) -> Outcome {
        let (wrapper, operator) = (self.own.wrapper, self.actors.address(operator));
        let call = IWrapper::setApprovalForAllCall { operator, approved: is_approved };
        Outcome::of(self.tell(by, wrapper, &call), &[])
    }
}
