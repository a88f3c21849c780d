//! A chain with a stablecoin, a price feed and a whole market on it.
//!
//! The demo and the tests build the same one: [`World::new`] deploys and wires everything, the rest are the
//! calls that a keeper makes. Whoever trades calls [`World::send`] and [`World::try_send`].

mod client;
mod deploy;
mod gas;
mod hedge;
mod keeper;
mod pool;
mod prices;
mod surface;

use std::mem::swap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alloy_primitives::{Address, U256};
use alloy_rpc_types_eth::{BlockId, TransactionInput, TransactionRequest};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{SolCall, SolEvent};
use equipoise_chain::{Chain, Receipt};

pub use deploy::{Contracts, Setup};
pub use gas::{GasLog, GasUse};
pub use hedge::Hedging;
pub use keeper::WINDOW_SECS;
pub use prices::SignedPrice;

pub use crate::deployment::{PriceFeed, Stablecoin};
use crate::error::CliError;
use crate::programs::Size;
use crate::reverts::Reason;

/// What a transaction or call came to: its result, or why it reverted.
pub type Tried<T> = Result<Result<T, Reason>, CliError>;

/// A chain and the market on it.
#[derive(Debug)]
pub struct World {
    chain: Arc<Mutex<Chain>>,
    /// Where everything is.
    pub contracts: Contracts,
    /// Where the other markets are, if there are any, each with what all share, and the rounds of its feed.
    others: Vec<(Contracts, Vec<u64>)>,
    /// Owns the programs, mints the token, writes the feed.
    pub owner: Address,
    /// Brings surfaces to the market.
    pub keeper: Address,
    /// Sign them, by rising address.
    signers: Vec<PrivateKeySigner>,
    /// Sign the prices that trades are at, by rising address; nobody where trades are at the feed's.
    publishers: Vec<PrivateKeySigner>,
    /// Every program's size.
    pub sizes: Vec<Size>,
    /// Gas of what succeeded, by call.
    pub gas: GasLog,
    /// Whether programs that are deployed are kept in the chain's cache.
    are_programs_cached: bool,
    /// The feed's rounds: when each was answered. Round 1 is the first.
    rounds: Vec<u64>,
}

impl World {
    /// The chain. Others may hold it too: do not keep the guard.
    pub fn chain(&self) -> MutexGuard<'_, Chain> {
        // A panic elsewhere leaves a chain that is consistent between its transactions.
        self.chain.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The chain, to share it with a server.
    pub fn share_chain(&self) -> Arc<Mutex<Chain>> {
        Arc::clone(&self.chain)
    }

    /// Turns to the other market, if there is one: what keepers do is done in the market that is turned to.
    pub fn turn(&mut self) {
        if let Some((contracts, rounds)) = self.others.first_mut() {
            swap(&mut self.contracts, contracts);
            swap(&mut self.rounds, rounds);
        }
    }

    /// Sends a transaction, and logs its gas under `label` if it succeeds.
    /// # Errors: [`CliError::Refused`] if it never ran
    pub fn try_send<C: SolCall>(
        &mut self,
        label: &'static str,
        from: Address,
        to: Address,
        call: &C,
    ) -> Tried<Receipt> {
        let receipt = self.chain().send(request(from, to, call))?;
        if !receipt.status {
            return Ok(Err(Reason::of(&receipt.output)));
        }
        self.gas.note(label, receipt.gas_used);
        Ok(Ok(receipt))
    }

    /// Sends a transaction that must succeed.
    /// # Errors: [`CliError::Reverted`], [`CliError::Refused`]
    pub fn send<C: SolCall>(
        &mut self,
        label: &'static str,
        from: Address,
        to: Address,
        call: &C,
    ) -> Result<Receipt, CliError> {
        let tried = self.try_send(label, from, to, call)?;
        tried.map_err(|reason| CliError::Reverted { call: C::SIGNATURE, reason: reason.text })
    }

    /// Calls a function as `from` at the clock's time, without changing anything.
    /// # Returns: the answer and the gas a transaction would use
    /// # Errors: [`CliError::Refused`], [`CliError::Answer`]
    pub fn try_view_from<C: SolCall>(&mut self, from: Address, to: Address, call: &C) -> Tried<(C::Return, u64)> {
        let outcome = self.chain().call(&request(from, to, call), BlockId::pending(), None)?;
        if !outcome.status {
            return Ok(Err(Reason::of(&outcome.output)));
        }
        match C::abi_decode_returns_validate(&outcome.output) {
            Ok(answer) => Ok(Ok((answer, outcome.gas_used))),
            Err(_) => Err(CliError::Answer { call: C::SIGNATURE, bytes: outcome.output.len() }),
        }
    }

    /// A view that must answer.
    /// # Errors: [`CliError::Reverted`], [`CliError::Refused`], [`CliError::Answer`]
    pub fn view<C: SolCall>(&mut self, to: Address, call: &C) -> Result<C::Return, CliError> {
        let (answer, _) = self
            .try_view_from(self.owner, to, call)?
            .map_err(|reason| CliError::Reverted { call: C::SIGNATURE, reason: reason.text })?;
        Ok(answer)
    }

    /// Mints stablecoins and lets the clearing house pull them.
    /// # Errors: [`CliError`]
    pub fn fund(&mut self, account: Address, atoms: u128) -> Result<(), CliError> {
        let Contracts { token, clearing, .. } = self.contracts;
        let mint = Stablecoin::mintCall { to: account, amountAtoms: U256::from(atoms) };
        self.send("token_mint", self.owner, token, &mint)?;
        let approve = Stablecoin::approveCall { spender: clearing, value: U256::from(atoms) };
        self.send("token_approve", account, token, &approve)?;
        Ok(())
    }
}

/// The events of a type in a receipt.
pub fn events<E: SolEvent>(receipt: &Receipt) -> Vec<E> {
    let decoded = receipt.logs.iter().filter_map(|log| E::decode_log(&log.inner).ok());
    decoded.map(|log| log.data).collect()
}

fn request<C: SolCall>(from: Address, to: Address, call: &C) -> TransactionRequest {
    TransactionRequest {
        from: Some(from),
        to: Some(to.into()),
        input: TransactionInput::new(call.abi_encode().into()),
        ..TransactionRequest::default()
    }
}
