//! Making blocks.

use alloy_consensus::{Header, EMPTY_OMMER_ROOT_HASH};
use alloy_primitives::{keccak256, Bloom, Bytes, B256, B64, U256};

use super::{Block, Chain, Receipt, HEADER_GAS_LIMIT, KEPT_STATES};
use crate::{
    arbos::{genesis, BATCH_POSTER},
    stylus::RecentPrograms,
};

/// A block that takes transactions.
#[derive(Clone, Debug, Default)]
pub(super) struct Open {
    pub(super) timestamp: u64,
    pub(super) base_fee: u128,
    pub(super) transactions: Vec<B256>,
    pub(super) receipts: Vec<Receipt>,
    pub(super) gas_used: u64,
    pub(super) logs: u64,
    pub(super) recent: RecentPrograms,
}

impl Chain {
    /// The block that the next transaction joins.
    pub(super) fn open_block(&mut self) -> Open {
        let (timestamp, base_fee) = (self.clock, self.base_fee);
        self.open.take().unwrap_or_else(|| Open { timestamp, base_fee, ..Open::default() })
    }

    /// Closes the open block, or an empty one.
    pub(super) fn seal(&mut self) {
        let open = self.open_block();
        let header = self.header(&open);
        let number = header.number;
        let block = Block {
            hash: header.hash_slow(),
            l1_number: self.l1_number(open.timestamp),
            transactions: open.transactions,
            header,
        };
        for mut receipt in open.receipts {
            self.place(&mut receipt, &block);
            self.receipts.insert(receipt.transaction_hash, receipt);
        }
        std::sync::Arc::make_mut(&mut self.hashes).push(block.hash);
        self.blocks.push(block);
        self.marks.push(self.state.mark());
        self.forget(number);
    }

    /// Drops what can no longer be returned to: states older than a few hundred blocks and all snapshots.
    fn forget(&mut self, head: u64) {
        let oldest_kept = self.marks.get(head.saturating_sub(KEPT_STATES) as usize).copied();
        let oldest_snapshot = self.snapshots.values().map(|snapshot| snapshot.mark).min();
        let limit = oldest_kept.into_iter().chain(oldest_snapshot).min().unwrap_or_default();
        self.state.forget_before(limit);
    }

    fn place(&mut self, receipt: &mut Receipt, block: &Block) {
        receipt.block_hash = block.hash;
        for log in &mut receipt.logs {
            log.block_hash = Some(block.hash);
            log.block_timestamp = Some(block.header.timestamp);
        }
        if let Some(transaction) = self.transactions.get_mut(&receipt.transaction_hash) {
            transaction.block_hash = Some(block.hash);
            transaction.block_number = Some(block.header.number);
            transaction.block_timestamp = Some(block.header.timestamp);
        }
    }

    /// The header as Nitro lays it out. There are no tries: the state root is a digest of parent and transactions.
    fn header(&self, open: &Open) -> Header {
        let number = self.blocks.len() as u64;
        let parent = self.hashes.last().copied();
        let parent_hash = parent.unwrap_or_else(|| genesis::digest(self.config.chain_id));
        let logs = open.receipts.iter().flat_map(|receipt| &receipt.logs);
        let mut mix_hash = B256::ZERO;
        mix_hash.0[8..16].copy_from_slice(&self.l1_number(open.timestamp).to_be_bytes());
        mix_hash.0[16..24].copy_from_slice(&self.config.arbos_version.to_be_bytes());
        let outcomes = open.receipts.iter().flat_map(|receipt| [receipt.transaction_hash.0, word(receipt.gas_used)]);
        let digest = keccak256(outcomes.flatten().collect::<Vec<u8>>());
        Header {
            parent_hash,
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: BATCH_POSTER,
            state_root: keccak256([parent_hash.0, digest.0].concat()),
            transactions_root: digest,
            receipts_root: digest,
            logs_bloom: logs.fold(Bloom::ZERO, |mut bloom, log| {
                bloom.accrue_log(&log.inner);
                bloom
            }),
            difficulty: U256::from(1),
            number,
            gas_limit: HEADER_GAS_LIMIT,
            gas_used: open.gas_used,
            timestamp: open.timestamp,
            extra_data: Bytes::from_static(&[0; 32]),
            mix_hash,
            nonce: B64::ZERO,
            base_fee_per_gas: Some(u64::try_from(open.base_fee).unwrap_or(u64::MAX)),
            ..Header::default()
        }
    }
}

fn word(number: u64) -> [u8; 32] {
    U256::from(number).to_be_bytes()
}
