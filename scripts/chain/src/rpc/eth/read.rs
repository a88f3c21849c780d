//! Accounts, blocks, transactions, receipts and logs.

use std::sync::Arc;

use alloy_eips::eip2718::Eip2718Error;
use alloy_primitives::{Address, Bytes, B256, U256, U64};
use alloy_rpc_types_eth::{BlockId, BlockNumberOrTag, Filter, Index, Log, Transaction};
use jsonrpsee::{core::RpcResult, proc_macros::rpc, types::ErrorObjectOwned};

use super::super::{
    context::Context,
    error, filters,
    types::{self, RpcBlock, RpcReceipt},
};
use crate::{Block, Chain};

#[rpc(server)]
pub(super) trait ReadApi {
    #[method(name = "eth_chainId", blocking)]
    fn chain_id(&self) -> RpcResult<U64>;

    #[method(name = "eth_blockNumber", blocking)]
    fn block_number(&self) -> RpcResult<U64>;

    #[method(name = "eth_getBalance", blocking)]
    fn balance(&self, address: Address, at: Option<BlockId>) -> RpcResult<U256>;

    #[method(name = "eth_getTransactionCount", blocking)]
    fn nonce(&self, address: Address, at: Option<BlockId>) -> RpcResult<U64>;

    #[method(name = "eth_getCode", blocking)]
    fn code(&self, address: Address, at: Option<BlockId>) -> RpcResult<Bytes>;

    #[method(name = "eth_getStorageAt", blocking)]
    fn storage(&self, address: Address, slot: U256, at: Option<BlockId>) -> RpcResult<B256>;

    #[method(name = "eth_getBlockByNumber", blocking)]
    fn block_by_number(&self, number: BlockNumberOrTag, full: Option<bool>) -> RpcResult<Option<RpcBlock>>;

    #[method(name = "eth_getBlockByHash", blocking)]
    fn block_by_hash(&self, hash: B256, full: Option<bool>) -> RpcResult<Option<RpcBlock>>;

    #[method(name = "eth_getBlockTransactionCountByNumber", blocking)]
    fn count_by_number(&self, number: BlockNumberOrTag) -> RpcResult<Option<U64>>;

    #[method(name = "eth_getBlockTransactionCountByHash", blocking)]
    fn count_by_hash(&self, hash: B256) -> RpcResult<Option<U64>>;

    #[method(name = "eth_getTransactionByBlockNumberAndIndex", blocking)]
    fn transaction_by_number(&self, number: BlockNumberOrTag, index: Index) -> RpcResult<Option<Transaction>>;

    #[method(name = "eth_getTransactionByBlockHashAndIndex", blocking)]
    fn transaction_by_block_hash(&self, hash: B256, index: Index) -> RpcResult<Option<Transaction>>;

    #[method(name = "eth_getTransactionByHash", blocking)]
    fn transaction(&self, hash: B256) -> RpcResult<Option<Transaction>>;

    #[method(name = "eth_getTransactionReceipt", blocking)]
    fn receipt(&self, hash: B256) -> RpcResult<Option<RpcReceipt>>;

    #[method(name = "eth_getBlockReceipts", blocking)]
    fn receipts(&self, block: BlockId) -> RpcResult<Option<Vec<RpcReceipt>>>;

    #[method(name = "eth_getLogs", blocking)]
    fn logs(&self, filter: Filter) -> RpcResult<Vec<Log>>;
}

/// Answers [`ReadApiServer`].
pub(super) struct Reader(pub(super) Arc<Context>);

impl ReadApiServer for Reader {
    fn chain_id(&self) -> RpcResult<U64> {
        Ok(U64::from(self.0.chain().chain_id()))
    }

    fn block_number(&self) -> RpcResult<U64> {
        Ok(U64::from(self.0.chain().head_number()))
    }

    fn balance(&self, address: Address, at: Option<BlockId>) -> RpcResult<U256> {
        Ok(self.0.chain().balance(address, at.unwrap_or_default())?)
    }

    fn nonce(&self, address: Address, at: Option<BlockId>) -> RpcResult<U64> {
        Ok(U64::from(self.0.chain().nonce(address, at.unwrap_or_default())?))
    }

    fn code(&self, address: Address, at: Option<BlockId>) -> RpcResult<Bytes> {
        Ok(self.0.chain().code(address, at.unwrap_or_default())?)
    }

    fn storage(&self, address: Address, slot: U256, at: Option<BlockId>) -> RpcResult<B256> {
        Ok(self.0.chain().storage(address, slot, at.unwrap_or_default())?)
    }

    fn block_by_number(&self, number: BlockNumberOrTag, full: Option<bool>) -> RpcResult<Option<RpcBlock>> {
        Ok(self.block(number.into(), full))
    }

    fn block_by_hash(&self, hash: B256, full: Option<bool>) -> RpcResult<Option<RpcBlock>> {
        Ok(self.block(hash.into(), full))
    }

    fn count_by_number(&self, number: BlockNumberOrTag) -> RpcResult<Option<U64>> {
        Ok(self.count(number.into()))
    }

    fn count_by_hash(&self, hash: B256) -> RpcResult<Option<U64>> {
        Ok(self.count(hash.into()))
    }

    fn transaction_by_number(&self, number: BlockNumberOrTag, index: Index) -> RpcResult<Option<Transaction>> {
        Ok(self.transaction_in(number.into(), index))
    }

    fn transaction_by_block_hash(&self, hash: B256, index: Index) -> RpcResult<Option<Transaction>> {
        Ok(self.transaction_in(hash.into(), index))
    }

    fn transaction(&self, hash: B256) -> RpcResult<Option<Transaction>> {
        Ok(self.0.chain().transaction(hash).cloned())
    }

    fn receipt(&self, hash: B256) -> RpcResult<Option<RpcReceipt>> {
        let chain = self.0.chain();
        let Some(receipt) = chain.receipt(hash) else {
            return Ok(None);
        };
        let Some(block) = chain.block(BlockId::from(receipt.block_number)) else {
            return Ok(None);
        };
        RpcReceipt::new(receipt, block.l1_number).map(Some).map_err(unknown_type)
    }

    fn receipts(&self, block: BlockId) -> RpcResult<Option<Vec<RpcReceipt>>> {
        let chain = self.0.chain();
        let Some(block) = chain.block(block) else {
            return Ok(None);
        };
        block_receipts(&chain, block).map(Some)
    }

    fn logs(&self, filter: Filter) -> RpcResult<Vec<Log>> {
        let chain = self.0.chain();
        filters::check_range(&chain, &filter)?;
        Ok(chain.logs(&filter))
    }
}

impl Reader {
    fn block(&self, id: BlockId, full: Option<bool>) -> Option<RpcBlock> {
        let chain = self.0.chain();
        let block = chain.block(id)?;
        Some(RpcBlock::new(&chain, block, full.unwrap_or_default()))
    }

    fn count(&self, id: BlockId) -> Option<U64> {
        let chain = self.0.chain();
        Some(U64::from(chain.block(id)?.transactions.len()))
    }

    fn transaction_in(&self, id: BlockId, index: Index) -> Option<Transaction> {
        let chain = self.0.chain();
        let block = chain.block(id)?;
        let found = types::transactions(&chain, block).nth(index.into()).cloned();
        found
    }
}

fn block_receipts(chain: &Chain, block: &Block) -> RpcResult<Vec<RpcReceipt>> {
    let receipts = block.transactions.iter().filter_map(|hash| chain.receipt(*hash));
    receipts.map(|it| RpcReceipt::new(it, block.l1_number).map_err(unknown_type)).collect()
}

fn unknown_type(reason: Eip2718Error) -> ErrorObjectOwned {
    error::refused(format!("the transaction has no receipt in Ethereum's form: {reason}"))
}
