//! What the methods share.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use alloy_primitives::Address;
use tokio::sync::watch;

use super::{filters::Filters, Options};
use crate::Chain;

/// The chain and what a server remembers beside it.
pub(super) struct Context {
    chain: Arc<Mutex<Chain>>,
    session: Mutex<Session>,
    /// Number of the head block, for subscribers.
    pub(super) head: watch::Sender<u64>,
}

/// What requests leave behind for later ones.
pub(super) struct Session {
    /// Accounts that send without impersonation.
    pub(super) accounts: Vec<Address>,
    /// Accounts impersonated at the moment.
    pub(super) impersonated: HashSet<Address>,
    /// Whether any account may send.
    pub(super) impersonates_all: bool,
    /// Installed filters.
    pub(super) filters: Filters,
    /// When the chain's clock last followed the machine's; none if it keeps its own time.
    clock: Option<Instant>,
}

impl Context {
    pub(super) fn new(chain: Arc<Mutex<Chain>>, options: &Options) -> Self {
        if options.block_time.is_some() {
            lock(&chain).set_automine(false);
        }
        let head = lock(&chain).head_number();
        let session = Session {
            accounts: options.accounts.clone(),
            impersonated: HashSet::new(),
            impersonates_all: false,
            filters: Filters::default(),
            clock: options.wall_clock.then(Instant::now),
        };
        Self { chain, session: Mutex::new(session), head: watch::Sender::new(head) }
    }

    /// The chain, its clock up to date. Never taken while the session is held.
    pub(super) fn chain(&self) -> MutexGuard<'_, Chain> {
        let elapsed = self.session().elapsed_secs();
        let mut chain = lock(&self.chain);
        if elapsed > 0 {
            chain.increase_time(elapsed);
        }
        chain
    }

    /// The chain if nobody else is using it right now.
    pub(super) fn idle_chain(&self) -> Option<MutexGuard<'_, Chain>> {
        self.chain.try_lock().ok()
    }

    pub(super) fn session(&self) -> MutexGuard<'_, Session> {
        lock(&self.session)
    }
}

impl Session {
    /// Whether `eth_sendTransaction` takes transactions from the account.
    pub(super) fn may_send(&self, from: Address) -> bool {
        self.impersonates_all || self.accounts.contains(&from) || self.impersonated.contains(&from)
    }

    /// Whole seconds since the last call that returned any; 0 without a clock to follow.
    fn elapsed_secs(&mut self) -> u64 {
        let Some(last) = &mut self.clock else {
            return 0;
        };
        let elapsed = std::time::Duration::from_secs(last.elapsed().as_secs());
        *last += elapsed;
        elapsed.as_secs()
    }
}

/// A panic elsewhere leaves a chain that is consistent between its transactions, so the lock is taken anyway.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
