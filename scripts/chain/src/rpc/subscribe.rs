//! `eth_subscribe`: the same as filters, pushed over a WebSocket.

use std::{
    sync::{
        atomic::{AtomicU64, Ordering},
        Arc,
    },
    time::Duration,
};

use alloy_rpc_types_eth::pubsub::{Params, SubscriptionKind};
use jsonrpsee::{
    core::{to_json_raw_value, traits::IdProvider, JsonRawValue, SubscriptionResult},
    proc_macros::rpc,
    types::{ErrorObjectOwned, SubscriptionId},
    PendingSubscriptionSink, RpcModule,
};
use serde::Serialize;

use super::{
    blocking::with_chain,
    context::Context,
    error,
    filters::{self, Cursor, Interest},
    types::RpcHeader,
};
use crate::Chain;

/// How often the head is looked at for subscribers. The chain may also be driven from outside the server.
const HEAD_INTERVAL: Duration = Duration::from_millis(20);

#[rpc(server)]
trait SubscribeApi {
    #[subscription(name = "eth_subscribe" => "eth_subscription", unsubscribe = "eth_unsubscribe", item = JsonRawValue)]
    async fn subscribe(&self, kind: SubscriptionKind, params: Option<Params>) -> SubscriptionResult;
}

struct Publisher(Arc<Context>);

/// The methods of this file.
pub(super) fn module(context: Arc<Context>) -> RpcModule<impl Send + Sync> {
    Publisher(context).into_rpc()
}

/// Subscription ids as other nodes give them: hexadecimal strings.
#[derive(Debug, Default)]
pub(super) struct HexIds(AtomicU64);

impl IdProvider for HexIds {
    fn next_id(&self) -> SubscriptionId<'static> {
        let id = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        SubscriptionId::Str(format!("{id:#x}").into())
    }
}

/// Tells subscribers about new heads for as long as the server runs.
pub(super) async fn watch_head(context: Arc<Context>) {
    loop {
        tokio::time::sleep(HEAD_INTERVAL).await;
        if context.head.receiver_count() == 0 {
            continue;
        }
        let head = context.idle_chain().map(|chain| chain.head_number());
        if let Some(head) = head {
            context.head.send_if_modified(|known| std::mem::replace(known, head) != head);
        }
    }
}

#[jsonrpsee::core::async_trait]
impl SubscribeApiServer for Publisher {
    async fn subscribe(
        &self,
        pending: PendingSubscriptionSink,
        kind: SubscriptionKind,
        params: Option<Params>,
    ) -> SubscriptionResult {
        let interest = match interest(kind, params.unwrap_or_default()) {
            Ok(interest) => interest,
            Err(reason) => {
                pending.reject(reason).await;
                return Ok(());
            }
        };
        let mut heads = self.0.head.subscribe();
        let Some(mut cursor) = with_chain(&self.0, |chain| Cursor::after_head(chain)).await else {
            return Ok(());
        };
        let sink = pending.accept().await?;
        loop {
            tokio::select! {
                () = sink.closed() => return Ok(()),
                changed = heads.changed() => changed?,
            }
            let interest = interest.clone();
            let news = with_chain(&self.0, move |chain| (news(chain, &interest, &mut cursor), cursor)).await;
            let Some((items, advanced)) = news else {
                return Ok(());
            };
            cursor = advanced;
            for item in items {
                if sink.send(item).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}

fn interest(kind: SubscriptionKind, params: Params) -> Result<Interest, ErrorObjectOwned> {
    match (kind, params) {
        (SubscriptionKind::NewHeads, Params::None) => Ok(Interest::Blocks),
        (SubscriptionKind::Logs, Params::None) => Ok(Interest::Logs(Box::default())),
        (SubscriptionKind::Logs, Params::Logs(filter)) => Ok(Interest::Logs(filter)),
        (SubscriptionKind::NewPendingTransactions, Params::None) => Ok(Interest::Transactions { full: false }),
        (SubscriptionKind::NewPendingTransactions, Params::Bool(full)) => Ok(Interest::Transactions { full }),
        (SubscriptionKind::Syncing | SubscriptionKind::TransactionReceipts, _) => Err(error::invalid_params(format!(
            "no subscription of {kind}: subscribe to newHeads, logs or newPendingTransactions"
        ))),
        (_, _) => Err(error::invalid_params(format!(
            "wrong parameter for {kind}: logs take a filter, newPendingTransactions a flag, newHeads nothing"
        ))),
    }
}

/// What happened since the cursor's last block, each item as JSON.
fn news(chain: &Chain, interest: &Interest, cursor: &mut Cursor) -> Vec<Box<JsonRawValue>> {
    let blocks = cursor.advance(chain);
    match interest {
        Interest::Logs(filter) => encode(filters::logs_in(chain, filter, blocks)),
        Interest::Blocks => encode(filters::blocks_in(chain, blocks).map(RpcHeader::new)),
        Interest::Transactions { full: false } => encode(filters::transaction_hashes_in(chain, blocks)),
        Interest::Transactions { full: true } => encode(filters::transactions_in(chain, blocks)),
    }
}

/// These types always encode; one that did not would be left out rather than end the subscription.
fn encode<T: Serialize>(items: impl IntoIterator<Item = T>) -> Vec<Box<JsonRawValue>> {
    items.into_iter().filter_map(|item| to_json_raw_value(&item).ok()).collect()
}
