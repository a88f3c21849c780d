//! Accounts, blocks, receipts, logs.

use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_rpc_types_eth::{BlockId, BlockNumberOrTag, Filter, FilterBlockOption, Log, Transaction};
use revm::state::AccountInfo;

use super::{Block, BlockSelector, Chain, Receipt};
use crate::{Config, SendError};

impl Chain {
    fn account(&self, address: Address, at: BlockSelector) -> Result<AccountInfo, SendError> {
        let hidden = self.overlay(at)?.info(address);
        Ok(hidden.unwrap_or_else(|| self.state.info(address)).unwrap_or_default())
    }

    /// Balance in wei.
    /// # Errors: [`SendError::UnknownBlock`]
    pub fn balance(&self, address: Address, at: BlockSelector) -> Result<U256, SendError> {
        self.account(address, at).map(|account| account.balance)
    }

    /// Next nonce.
    /// # Errors: [`SendError::UnknownBlock`]
    pub fn nonce(&self, address: Address, at: BlockSelector) -> Result<u64, SendError> {
        self.account(address, at).map(|account| account.nonce)
    }

    /// Deployed code.
    /// # Errors: [`SendError::UnknownBlock`]
    pub fn code(&self, address: Address, at: BlockSelector) -> Result<Bytes, SendError> {
        let account = self.account(address, at)?;
        Ok(account.code.map(|code| code.original_bytes()).unwrap_or_default())
    }

    /// One storage slot.
    /// # Errors: [`SendError::UnknownBlock`]
    pub fn storage(&self, address: Address, slot: U256, at: BlockSelector) -> Result<B256, SendError> {
        let hidden = self.overlay(at)?.slot(address, slot);
        Ok(hidden.unwrap_or_else(|| self.state.slot(address, slot)).into())
    }

    /// A mined transaction's receipt.
    pub fn receipt(&self, hash: B256) -> Option<&Receipt> {
        self.receipts.get(&hash)
    }

    /// A mined or pending transaction.
    pub fn transaction(&self, hash: B256) -> Option<&Transaction> {
        self.transactions.get(&hash)
    }

    /// A mined block; `pending` is the head.
    pub fn block(&self, id: BlockId) -> Option<&Block> {
        match id {
            BlockId::Hash(hash) => {
                let number = self.hashes.iter().rposition(|known| *known == hash.block_hash)?;
                self.blocks.get(number)
            }
            BlockId::Number(BlockNumberOrTag::Number(number)) => self.blocks.get(number as usize),
            BlockId::Number(BlockNumberOrTag::Earliest) => self.blocks.first(),
            BlockId::Number(_) => self.blocks.last(),
        }
    }

    /// Logs that match a filter, oldest first.
    pub fn logs(&self, filter: &Filter) -> Vec<Log> {
        let (first, last) = self.block_range(filter);
        let blocks = self.blocks.get(first..=last).unwrap_or_default();
        let receipts = blocks.iter().flat_map(|block| &block.transactions).filter_map(|hash| self.receipts.get(hash));
        receipts.flat_map(|receipt| &receipt.logs).filter(|log| filter.matches(&log.inner)).cloned().collect()
    }

    fn block_range(&self, filter: &Filter) -> (usize, usize) {
        let head = self.blocks.len().saturating_sub(1);
        let number = |tag: Option<BlockNumberOrTag>, otherwise: usize| match tag {
            None => otherwise,
            Some(BlockNumberOrTag::Number(number)) => number as usize,
            Some(BlockNumberOrTag::Earliest) => 0,
            Some(_) => head,
        };
        match filter.block_option {
            FilterBlockOption::Range { from_block, to_block } => {
                (number(from_block, head), number(to_block, head).min(head))
            }
            FilterBlockOption::AtBlockHash(hash) => {
                let block = self.block(BlockId::Hash(hash.into()));
                block.map_or((1, 0), |block| (block.header.number as usize, block.header.number as usize))
            }
        }
    }

    /// Number of the head block.
    pub fn head_number(&self) -> u64 {
        (self.blocks.len() as u64).saturating_sub(1)
    }

    /// Timestamp of the head block, unix seconds.
    pub fn timestamp(&self) -> u64 {
        self.blocks.last().map_or(self.config.timestamp, |block| block.header.timestamp)
    }

    /// Base fee of the next block, wei per gas.
    pub fn base_fee(&self) -> u128 {
        self.base_fee
    }

    /// EIP-155 chain id.
    pub fn chain_id(&self) -> u64 {
        self.config.chain_id
    }

    /// What the chain was started with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Whether each transaction is mined at once.
    pub fn automine(&self) -> bool {
        self.automine
    }

    /// What `ArbOS` found wrong in the last transaction or call, in words that revert data cannot carry.
    pub fn last_refusal(&self) -> Option<&str> {
        self.last_refusal.as_deref()
    }
}
