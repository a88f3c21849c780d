//! Steps taken on an embedded chain in process.

use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_rpc_types_eth::{BlockId, TransactionInput, TransactionRequest};
use alloy_sol_types::SolCall;
use equipoise_chain::{Chain, Receipt};

use super::arbitrum::{placeBidCall, CACHE_MANAGER};
use super::step::{Action, Site, Step};
use crate::error::CliError;
use crate::reverts::Reason;

/// An embedded chain, and who deploys on it.
#[derive(Debug)]
pub struct Embedded<'a> {
    chain: &'a mut Chain,
    owner: Address,
    are_programs_cached: bool,
    sent: Vec<Sent>,
}

/// A transaction that a step has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The step's name.
    pub step: String,
    /// Whom it called; none for a creation.
    pub to: Option<Address>,
    /// Its calldata, empty for a program's deployment.
    pub input: Bytes,
    /// Gas it used.
    pub gas_used: u64,
    /// Address of what it made, or whom it called.
    pub address: Address,
}

impl<'a> Embedded<'a> {
    /// `owner` sends every transaction. Programs are cached or not, as Arbitrum's cache manager does for a bid.
    pub const fn new(chain: &'a mut Chain, owner: Address, are_programs_cached: bool) -> Self {
        Self { chain, owner, are_programs_cached, sent: Vec::new() }
    }

    /// What has been sent.
    pub fn into_sent(self) -> Vec<Sent> {
        self.sent
    }

    fn install(&mut self, step: &Step<'_>) -> Result<Address, CliError> {
        let Action::Program { program, wasm, constructor } = &step.action else { return Ok(Address::ZERO) };
        let deployed = self.chain.deploy_program(self.owner, wasm, constructor.clone(), false);
        let deployed = deployed.map_err(|cause| CliError::Deploy { name: program, cause: Box::new(cause) })?;
        self.note(&step.name, deployed.receipt.to, Bytes::new(), deployed.receipt.gas_used, deployed.address);
        if self.are_programs_cached {
            self.bid(&step.name, deployed.address)?;
        }
        Ok(deployed.address)
    }

    /// Bids for the cache, unless the same code is there.
    fn bid(&mut self, name: &str, program: Address) -> Result<(), CliError> {
        let request = self.request(Some(CACHE_MANAGER), placeBidCall { program }.abi_encode().into());
        if self.chain.call(&request, BlockId::latest(), None)?.status {
            self.must(&format!("cache {name}"), placeBidCall::SIGNATURE, request)?;
        }
        Ok(())
    }

    fn request(&self, to: Option<Address>, input: Bytes) -> TransactionRequest {
        TransactionRequest {
            from: Some(self.owner),
            to: to.map(Into::into),
            input: TransactionInput::new(input),
            ..TransactionRequest::default()
        }
    }

    fn must(&mut self, name: &str, call: &'static str, request: TransactionRequest) -> Result<Receipt, CliError> {
        let input = request.input.input().cloned().unwrap_or_default();
        let receipt = self.chain.send(request)?;
        if !receipt.status {
            return Err(CliError::Reverted { call, reason: Reason::of(&receipt.output).text });
        }
        let address = receipt.contract_address.or(receipt.to).unwrap_or_default();
        self.note(name, receipt.to, input, receipt.gas_used, address);
        Ok(receipt)
    }

    fn note(&mut self, step: &str, to: Option<Address>, input: Bytes, gas_used: u64, address: Address) {
        self.sent.push(Sent { step: step.to_owned(), to, input, gas_used, address });
    }
}

impl Site for Embedded<'_> {
    fn take(&mut self, step: &Step<'_>) -> Result<Address, CliError> {
        let (to, call, input) = match &step.action {
            Action::Program { .. } => return self.install(step),
            Action::Create { contract, code } => (None, *contract, code),
            Action::Call { to, signature, data } => (Some(*to), *signature, data),
        };
        let receipt = self.must(&step.name, call, self.request(to, input.clone()))?;
        Ok(receipt.contract_address.or(to).unwrap_or_default())
    }

    fn storage(&mut self, of: Address, slot: B256) -> Result<B256, CliError> {
        Ok(self.chain.storage(of, U256::from_be_bytes(slot.0), BlockId::latest())?)
    }
}
