//! `eth_newFilter` and its kin: what happened since a client last asked.

use std::{collections::BTreeMap, ops::RangeInclusive, sync::Arc};

use alloy_primitives::{B256, U64};
use alloy_rpc_types_eth::{BlockNumberOrTag, Filter, FilterBlockOption, FilterChanges, Log, Transaction};
use jsonrpsee::{core::RpcResult, proc_macros::rpc, types::ErrorObjectOwned, RpcModule};

use super::{context::Context, error, types};
use crate::{Block, Chain};

/// Most filters installed at a time.
const MAX_FILTERS: usize = 10_000;

#[rpc(server)]
trait FilterApi {
    #[method(name = "eth_newFilter", blocking)]
    fn new_logs(&self, filter: Filter) -> RpcResult<U64>;

    #[method(name = "eth_newBlockFilter", blocking)]
    fn new_blocks(&self) -> RpcResult<U64>;

    #[method(name = "eth_newPendingTransactionFilter", blocking)]
    fn new_transactions(&self, full: Option<bool>) -> RpcResult<U64>;

    #[method(name = "eth_getFilterChanges", blocking)]
    fn changes(&self, id: U64) -> RpcResult<FilterChanges>;

    #[method(name = "eth_getFilterLogs", blocking)]
    fn all_logs(&self, id: U64) -> RpcResult<Vec<Log>>;

    #[method(name = "eth_uninstallFilter", blocking)]
    fn uninstall(&self, id: U64) -> RpcResult<bool>;
}

struct FilterServer(Arc<Context>);

/// The methods of this file.
pub(super) fn module(context: Arc<Context>) -> RpcModule<impl Send + Sync> {
    FilterServer(context).into_rpc()
}

/// What a client wants to hear about.
#[derive(Clone, Debug)]
pub(super) enum Interest {
    /// Logs that match.
    Logs(Box<Filter>),
    /// Hashes of blocks.
    Blocks,
    /// Transactions, in full or their hashes.
    Transactions { full: bool },
}

/// Reads each block once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor {
    next: u64,
}

/// The filters that clients installed.
#[derive(Default)]
pub(super) struct Filters {
    last_id: u64,
    installed: BTreeMap<u64, (Interest, Cursor)>,
}

impl Cursor {
    /// Begins with the block after the head.
    pub(super) fn after_head(chain: &Chain) -> Self {
        Self { next: chain.head_number() + 1 }
    }

    /// The blocks that are new since the last call.
    pub(super) fn advance(&mut self, chain: &Chain) -> RangeInclusive<u64> {
        let head = chain.head_number();
        // Reverting to a snapshot takes blocks back.
        let first = self.next.min(head + 1);
        self.next = head + 1;
        first..=head
    }
}

impl Filters {
    fn install(&mut self, interest: Interest, chain: &Chain) -> RpcResult<U64> {
        if self.installed.len() >= MAX_FILTERS {
            let reason = format!("{MAX_FILTERS} filters are installed: drop some with eth_uninstallFilter");
            return Err(error::refused(reason));
        }
        self.last_id += 1;
        self.installed.insert(self.last_id, (interest, Cursor::after_head(chain)));
        Ok(U64::from(self.last_id))
    }

    /// Lets every filter go on from the head after a revert.
    pub(super) fn rewind(&mut self, chain: &Chain) {
        for (_, cursor) in self.installed.values_mut() {
            *cursor = Cursor::after_head(chain);
        }
    }
}

impl FilterApiServer for FilterServer {
    fn new_logs(&self, filter: Filter) -> RpcResult<U64> {
        self.install(Interest::Logs(Box::new(filter)))
    }

    fn new_blocks(&self) -> RpcResult<U64> {
        self.install(Interest::Blocks)
    }

    fn new_transactions(&self, full: Option<bool>) -> RpcResult<U64> {
        let full = full.unwrap_or_default();
        self.install(Interest::Transactions { full })
    }

    fn changes(&self, id: U64) -> RpcResult<FilterChanges> {
        let chain = self.0.chain();
        let mut session = self.0.session();
        let installed = session.filters.installed.get_mut(&id.to());
        let (interest, cursor) = installed.ok_or_else(|| unknown_filter(id))?;
        let blocks = cursor.advance(&chain);
        Ok(match interest {
            Interest::Logs(filter) => FilterChanges::Logs(logs_in(&chain, filter, blocks)),
            Interest::Blocks => FilterChanges::Hashes(blocks_in(&chain, blocks).map(|it| it.hash).collect()),
            Interest::Transactions { full: false } => FilterChanges::Hashes(transaction_hashes_in(&chain, blocks)),
            Interest::Transactions { full: true } => FilterChanges::Transactions(transactions_in(&chain, blocks)),
        })
    }

    fn all_logs(&self, id: U64) -> RpcResult<Vec<Log>> {
        let chain = self.0.chain();
        let session = self.0.session();
        match session.filters.installed.get(&id.to()) {
            Some((Interest::Logs(filter), _)) => Ok(chain.logs(filter)),
            Some(_) => {
                Err(error::invalid_params(format!("filter {id:#x} is not one of logs: use eth_getFilterChanges")))
            }
            None => Err(unknown_filter(id)),
        }
    }

    fn uninstall(&self, id: U64) -> RpcResult<bool> {
        Ok(self.0.session().filters.installed.remove(&id.to()).is_some())
    }
}

impl FilterServer {
    fn install(&self, interest: Interest) -> RpcResult<U64> {
        let chain = self.0.chain();
        if let Interest::Logs(filter) = &interest {
            check_range(&chain, filter)?;
        }
        self.0.session().filters.install(interest, &chain)
    }
}

fn unknown_filter(id: U64) -> ErrorObjectOwned {
    error::refused(format!("filter not found: {id:#x} was never installed, or uninstalled"))
}

/// # Errors: a range that ends before it begins
pub(super) fn check_range(chain: &Chain, filter: &Filter) -> RpcResult<()> {
    let (first, last) = range_of(chain, filter);
    match first.zip(last) {
        Some((first, last)) if first > last => {
            Err(error::invalid_params(format!("invalid block range: it begins at {first} and ends at {last}")))
        }
        _ => Ok(()),
    }
}

/// The bounds of a filter as numbers, where it has any.
fn range_of(chain: &Chain, filter: &Filter) -> (Option<u64>, Option<u64>) {
    let number = |bound: &BlockNumberOrTag| match bound {
        BlockNumberOrTag::Number(number) => *number,
        BlockNumberOrTag::Earliest => 0,
        _ => chain.head_number(),
    };
    let (first, last) = filter.block_option.as_range();
    (first.map(number), last.map(number))
}

/// The filter's logs in some blocks.
pub(super) fn logs_in(chain: &Chain, filter: &Filter, blocks: RangeInclusive<u64>) -> Vec<Log> {
    if let FilterBlockOption::AtBlockHash(hash) = filter.block_option {
        let is_new = chain.block(hash.into()).is_some_and(|block| blocks.contains(&block.header.number));
        return if is_new { chain.logs(filter) } else { Vec::new() };
    }
    // Tags such as "latest" stand for no bound: the blocks are new ones.
    let bound = |bound: Option<&BlockNumberOrTag>| bound.and_then(BlockNumberOrTag::as_number);
    let (first, last) = filter.block_option.as_range();
    let first = bound(first).unwrap_or_default().max(*blocks.start());
    let last = bound(last).unwrap_or(u64::MAX).min(*blocks.end());
    if first > last {
        return Vec::new();
    }
    chain.logs(&filter.clone().select(first..=last))
}

/// Some blocks.
pub(super) fn blocks_in(chain: &Chain, blocks: RangeInclusive<u64>) -> impl Iterator<Item = &Block> {
    blocks.filter_map(|number| chain.block(number.into()))
}

/// The hashes of the transactions of some blocks.
pub(super) fn transaction_hashes_in(chain: &Chain, blocks: RangeInclusive<u64>) -> Vec<B256> {
    blocks_in(chain, blocks).flat_map(|block| block.transactions.clone()).collect()
}

/// The transactions of some blocks.
pub(super) fn transactions_in(chain: &Chain, blocks: RangeInclusive<u64>) -> Vec<Transaction> {
    blocks_in(chain, blocks).flat_map(|block| types::transactions(chain, block)).cloned().collect()
}
