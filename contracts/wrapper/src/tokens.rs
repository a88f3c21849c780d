//! Balances, approvals and transfers, as ERC-1155 has them.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolEvent;
use equipoise_interfaces::words::word_of;
use equipoise_interfaces::{
    ApprovalForAll, ERC1155InsufficientBalance, ERC1155InvalidArrayLength, ERC1155InvalidOperator,
    ERC1155InvalidReceiver, ERC1155InvalidSender, ERC1155MissingApprovalForAll, TransferBatch, TransferSingle,
};
use equipoise_kit::lean::{emit, log, revert};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::peers::{id_of, NOBODY};
use crate::program::Wrapper;
use crate::receiver::write_arrays;

impl Wrapper {
    /// An owner's tokens of a series; of what is no series nobody has any.
    pub(crate) fn balance_of(&self, owner: Address, id: U256) -> U256 {
        id_of(id).map_or(U256::ZERO, |series| self.load(self.balance_key(owner, series)).into())
    }

    /// Tokens of several owners, each of a series.
    /// # Errors: ERC1155InvalidArrayLength
    pub(crate) fn balances_of(&self, owners: &[Address], ids: &[U256]) -> Result<Vec<U256>, Revert> {
        require_same_length(ids.len(), owners.len())?;
        Ok(owners.iter().zip(ids).map(|(owner, id)| self.balance_of(*owner, *id)).collect())
    }

    /// Lets an operator move all tokens of the caller, or no longer.
    /// # Errors: ERC1155InvalidOperator, ProgramsLocked
    pub(crate) fn approve(&mut self, operator: Address, approved: bool) -> Result<(), Revert> {
        if operator == NOBODY {
            return Err(revert(&ERC1155InvalidOperator { operator }));
        }
        self.require_unlocked()?;
        let account = self.vm().msg_sender();
        self.save(self.approval_key(account, operator), B256::with_last_byte(u8::from(approved)));
        log(self.vm(), &ApprovalForAll { account, operator, approved });
        Ok(())
    }

    /// Whether an operator may move all tokens of an owner.
    pub(crate) fn is_approved(&self, owner: Address, operator: Address) -> bool {
        !self.load(self.approval_key(owner, operator)).is_zero()
    }

    /// Moves tokens of one series.
    /// # Errors: ERC1155.., ProgramsLocked, the receiver's own
    pub(crate) fn transfer(
        &mut self,
        from: Address,
        to: Address,
        (id, value): (U256, U256),
        data: &[u8],
    ) -> Result<(), Revert> {
        self.begin_transfer(from, to)?;
        self.move_tokens(from, to, id, value)?;
        self.tell_transfer(from, to, id, value);
        self.offer(from, to, (id, value), data)
    }

    /// Moves tokens of several series.
    /// # Errors: ERC1155.., ProgramsLocked, the receiver's own
    pub(crate) fn transfer_batch(
        &mut self,
        from: Address,
        to: Address,
        (ids, values): (&[U256], &[U256]),
        data: &[u8],
    ) -> Result<(), Revert> {
        require_same_length(ids.len(), values.len())?;
        self.begin_transfer(from, to)?;
        for (id, value) in ids.iter().zip(values) {
            self.move_tokens(from, to, *id, *value)?;
        }
        let operator = self.vm().msg_sender();
        let mut arrays = Vec::new();
        write_arrays(2, ids, values, &mut arrays);
        let topics = [TransferBatch::SIGNATURE_HASH, word_of(&operator), word_of(&from), word_of(&to)];
        emit(self.vm(), &topics, &arrays);
        self.offer_batch(from, to, (ids, values), data)
    }

    /// Adds to a balance. A series' balances add up to its supply, which has 31 bits.
    pub(crate) fn credit(&mut self, owner: Address, series: u32, value: U256) {
        let key = self.balance_key(owner, series);
        let balance: U256 = self.load(key).into();
        self.save(key, balance.saturating_add(value).into());
    }

    /// Takes from a balance.
    /// # Errors: ERC1155InsufficientBalance
    pub(crate) fn debit(&mut self, owner: Address, id: U256, value: U256) -> Result<(), Revert> {
        let balance = self.balance_of(owner, id);
        let after = balance.checked_sub(value).ok_or_else(|| {
            revert(&ERC1155InsufficientBalance { sender: owner, balance, needed: value, tokenId: id })
        })?;
        // What is no series has no balance, of which nothing can be taken but nothing.
        if let Some(series) = id_of(id) {
            self.save(self.balance_key(owner, series), after.into());
        }
        Ok(())
    }

    /// Tells that tokens of one series have moved.
    pub(crate) fn tell_transfer(&self, from: Address, to: Address, id: U256, value: U256) {
        let operator = self.vm().msg_sender();
        log(self.vm(), &TransferSingle { operator, from, to, id, value });
    }

    fn begin_transfer(&self, from: Address, to: Address) -> Result<(), Revert> {
        let operator = self.vm().msg_sender();
        if from == NOBODY {
            return Err(revert(&ERC1155InvalidSender { sender: from }));
        }
        if to == NOBODY {
            return Err(revert(&ERC1155InvalidReceiver { receiver: to }));
        }
        if operator != from && !self.is_approved(from, operator) {
            return Err(revert(&ERC1155MissingApprovalForAll { operator, owner: from }));
        }
        self.require_unlocked()
    }

    fn move_tokens(&mut self, from: Address, to: Address, id: U256, value: U256) -> Result<(), Revert> {
        self.debit(from, id, value)?;
        if let Some(series) = id_of(id) {
            self.credit(to, series, value);
        }
        Ok(())
    }
}

fn require_same_length(ids: usize, values: usize) -> Result<(), Revert> {
    if ids == values {
        return Ok(());
    }
    Err(revert(&ERC1155InvalidArrayLength { idsLength: U256::from(ids), valuesLength: U256::from(values) }))
}
