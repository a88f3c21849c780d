//! Chain work from asynchronous tasks. The chain computes, so it never runs on the threads that serve sockets.

use std::{sync::Arc, time::Duration};

use tokio::{task, time};

use super::context::Context;
use crate::Chain;

/// Runs `work` on the chain on a thread where waiting is allowed; none if it panicked or the server stops.
pub(super) async fn with_chain<T: Send + 'static>(
    context: &Arc<Context>,
    work: impl FnOnce(&mut Chain) -> T + Send + 'static,
) -> Option<T> {
    let context = context.clone();
    task::spawn_blocking(move || work(&mut context.chain())).await.ok()
}

/// Mines a block per interval for as long as the server runs.
pub(super) async fn mine_each(context: Arc<Context>, interval: Duration) {
    let mut ticks = time::interval(interval);
    ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    // The first tick is immediate.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        if with_chain(&context, |chain| chain.mine(1, None)).await.is_none() {
            return;
        }
    }
}
