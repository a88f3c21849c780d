//! Blocks, transactions and receipts as a Nitro node returns them: Ethereum's types plus Arbitrum's fields.

use alloy_consensus::{BlockBody, Eip658Value, Receipt as ConsensusReceipt, ReceiptEnvelope, TxReceipt, TxType};
use alloy_eips::eip2718::Eip2718Error;
use alloy_primitives::{Sealed, B256, U256, U64};
use alloy_rpc_types_eth::{Block as EthBlock, BlockTransactions, Header, Log, Transaction, TransactionReceipt};
use serde::Serialize;

use crate::{Block, Chain, Receipt};

/// A block with Arbitrum's fields.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RpcBlock {
    #[serde(flatten)]
    inner: EthBlock<Transaction>,
    #[serde(flatten)]
    arbitrum: ArbitrumHeader,
}

/// A header with Arbitrum's fields.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RpcHeader {
    #[serde(flatten)]
    inner: Header,
    #[serde(flatten)]
    arbitrum: ArbitrumHeader,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArbitrumHeader {
    l1_block_number: U64,
    send_count: U64,
    send_root: B256,
}

/// A receipt with Arbitrum's fields.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RpcReceipt {
    #[serde(flatten)]
    inner: TransactionReceipt<ReceiptEnvelope<Log>>,
    /// Nothing is posted to a parent chain, so nothing is charged for it.
    gas_used_for_l1: U64,
    l1_block_number: U64,
    timeboosted: bool,
}

impl ArbitrumHeader {
    fn new(block: &Block) -> Self {
        Self { l1_block_number: U64::from(block.l1_number), send_count: U64::ZERO, send_root: B256::ZERO }
    }
}

impl RpcHeader {
    pub(super) fn new(block: &Block) -> Self {
        let sealed = Sealed::new_unchecked(block.header.clone(), block.hash);
        Self { inner: Header::from_consensus(sealed, None, None), arbitrum: ArbitrumHeader::new(block) }
    }
}

impl RpcBlock {
    /// The block with its transactions in full, or only their hashes.
    pub(super) fn new(chain: &Chain, block: &Block, full: bool) -> Self {
        let transactions: Vec<Transaction> = transactions(chain, block).cloned().collect();
        let size = encoded_size(block, &transactions);
        let sealed = Sealed::new_unchecked(block.header.clone(), block.hash);
        let header = Header::from_consensus(sealed, None, Some(U256::from(size)));
        let transactions = if full {
            BlockTransactions::Full(transactions)
        } else {
            BlockTransactions::Hashes(block.transactions.clone())
        };
        Self { inner: EthBlock::new(header, transactions), arbitrum: ArbitrumHeader::new(block) }
    }
}

/// A block's transactions in order.
pub(super) fn transactions<'a>(chain: &'a Chain, block: &'a Block) -> impl Iterator<Item = &'a Transaction> {
    block.transactions.iter().filter_map(|hash| chain.transaction(*hash))
}

/// Bytes of the block in RLP.
fn encoded_size(block: &Block, transactions: &[Transaction]) -> usize {
    let body =
        BlockBody { transactions: transactions.iter().map(|it| it.inner.inner()).collect(), ..BlockBody::default() };
    alloy_consensus::Block::rlp_length_for(&block.header, &body)
}

impl RpcReceipt {
    /// # Errors: a transaction type unknown to Ethereum, which the chain does not mine
    pub(super) fn new(receipt: &Receipt, l1_block_number: u64) -> Result<Self, Eip2718Error> {
        let kind = TxType::try_from(receipt.transaction_type)?;
        let consensus = ConsensusReceipt {
            status: Eip658Value::Eip658(receipt.status),
            cumulative_gas_used: receipt.cumulative_gas_used,
            logs: receipt.logs.clone(),
        };
        let inner = TransactionReceipt {
            inner: ReceiptEnvelope::from_typed(kind, consensus.into_with_bloom()),
            transaction_hash: receipt.transaction_hash,
            transaction_index: Some(receipt.transaction_index),
            block_hash: Some(receipt.block_hash),
            block_number: Some(receipt.block_number),
            gas_used: receipt.gas_used,
            effective_gas_price: receipt.effective_gas_price,
            blob_gas_used: None,
            blob_gas_price: None,
            from: receipt.from,
            to: receipt.to,
            contract_address: receipt.contract_address,
        };
        Ok(Self { inner, gas_used_for_l1: U64::ZERO, l1_block_number: U64::from(l1_block_number), timeboosted: false })
    }
}
