//! Gas prices. Arbitrum ignores tips: everybody pays the base fee.

use std::sync::Arc;

use alloy_primitives::{U256, U64};
use alloy_rpc_types_eth::{BlockId, BlockNumberOrTag, FeeHistory};
use jsonrpsee::{core::RpcResult, proc_macros::rpc, RpcModule};

use super::{context::Context, error};
use crate::{Block, Chain};

/// Most blocks of one fee history, as on other nodes.
const MAX_HISTORY_BLOCKS: u64 = 1_024;

/// Most percentiles of one fee history, as on other nodes.
const MAX_PERCENTILES: usize = 100;

#[rpc(server)]
trait FeeApi {
    #[method(name = "eth_gasPrice", blocking)]
    fn gas_price(&self) -> RpcResult<U256>;

    #[method(name = "eth_maxPriorityFeePerGas")]
    fn priority_fee(&self) -> RpcResult<U256>;

    #[method(name = "eth_feeHistory", blocking)]
    fn history(&self, blocks: U64, newest: BlockNumberOrTag, percentiles: Option<Vec<f64>>) -> RpcResult<FeeHistory>;
}

struct Fees(Arc<Context>);

/// The methods of this file.
pub(super) fn module(context: Arc<Context>) -> RpcModule<impl Send + Sync> {
    Fees(context).into_rpc()
}

impl FeeApiServer for Fees {
    fn gas_price(&self) -> RpcResult<U256> {
        Ok(U256::from(self.0.chain().base_fee()))
    }

    fn priority_fee(&self) -> RpcResult<U256> {
        Ok(U256::ZERO)
    }

    fn history(&self, blocks: U64, newest: BlockNumberOrTag, percentiles: Option<Vec<f64>>) -> RpcResult<FeeHistory> {
        let percentiles = percentiles.unwrap_or_default();
        check_percentiles(&percentiles)?;
        let chain = self.0.chain();
        let Some(newest) = chain.block(newest.into()).map(|block| block.header.number) else {
            return Err(error::refused(format!("header not found: no block {newest} yet")));
        };
        let count = blocks.to::<u64>().min(MAX_HISTORY_BLOCKS).min(newest + 1);
        Ok(fee_history(&chain, newest, count, percentiles.len()))
    }
}

fn check_percentiles(percentiles: &[f64]) -> RpcResult<()> {
    if percentiles.len() > MAX_PERCENTILES {
        let given = percentiles.len();
        return Err(error::invalid_params(format!("{given} percentiles: ask for at most {MAX_PERCENTILES}")));
    }
    let in_range = percentiles.iter().all(|it| (0.0..=100.0).contains(it));
    if in_range && percentiles.is_sorted() {
        Ok(())
    } else {
        Err(error::invalid_params(format!("percentiles {percentiles:?}: give rising numbers from 0 to 100")))
    }
}

/// The `count` blocks up to `newest`, and the base fee of the block after them.
fn fee_history(chain: &Chain, newest: u64, count: u64, percentiles: usize) -> FeeHistory {
    if count == 0 {
        return FeeHistory::default();
    }
    let oldest = newest + 1 - count;
    let block = |number: u64| chain.block(BlockId::from(number));
    let range: Vec<&Block> = (oldest..=newest).filter_map(block).collect();
    let fee = |block: &Block| block.header.base_fee_per_gas.map_or(0, u128::from);
    let following = block(newest + 1).map_or_else(|| chain.base_fee(), fee);
    FeeHistory {
        base_fee_per_gas: range.iter().copied().map(fee).chain([following]).collect(),
        gas_used_ratio: range.iter().map(|it| used_ratio(it)).collect(),
        oldest_block: oldest,
        reward: (percentiles > 0).then(|| vec![vec![0; percentiles]; range.len()]),
        ..FeeHistory::default()
    }
}

#[allow(clippy::cast_precision_loss, reason = "a ratio for display; gas is far below 2^53")]
fn used_ratio(block: &Block) -> f64 {
    block.header.gas_used as f64 / block.header.gas_limit.max(1) as f64
}
