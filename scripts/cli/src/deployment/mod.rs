//! Deployment of the system, the same for the demo, the bench and the tests.
//!
//! Every program that holds value is an implementation behind OpenZeppelin's `TransparentUpgradeableProxy`: the market, the
//! clearing house, the vault, its tranches, the wrapper, the parameters'
//! registry. What works on their storage by delegate call, what has no storage
//! and the oracle are not, nor are price sources: the oracle is replaced by naming another.
//!
//! Nobody else can construct any of them. A proxy runs its program's constructor in its own, by delegate call. An
//! implementation is constructed in the transaction that deploys it, with [`NOBODY`] as its owner, so that it stays unwired.

mod contracts;
mod governance;
mod house;
mod market;
mod proxy;
mod sources;

use alloy_primitives::{Address, Bytes};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use alloy_sol_types::SolCall;
use equipoise_chain::{Chain, Receipt};

pub(crate) use contracts::artifact_abis;
pub use contracts::{FeedAggregator, PriceFeed, Stablecoin};
pub use governance::Governance;
pub use house::House;
pub use market::{Engines, Market, Sources, Underlying};
pub use proxy::{ProxyAdmin, ProxyState};
pub use sources::PoolTerms;

use crate::error::CliError;
use crate::programs::Programs;
use crate::reverts::Reason;

/// Owns the implementations: an address whose key nobody has.
pub const NOBODY: Address = Address::new([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xde, 0xad]);

/// Surface keepers that must sign.
pub const SURFACE_THRESHOLD: u8 = 2;

/// The selector of program constructors, `stylus_constructor()`.
const CONSTRUCTOR: [u8; 4] = [0x55, 0x85, 0x25, 0x8d];

/// Deploys programs and contracts.
#[derive(Debug)]
pub struct Deployer<'a> {
    /// Where.
    pub chain: &'a mut Chain,
    /// The programs' WASM.
    pub programs: &'a Programs,
    /// Sends every transaction, and owns what has an owner.
    pub owner: Address,
    /// Whether programs are cached, as Arbitrum's cache manager does for a bid.
    pub are_programs_cached: bool,
}

impl Deployer<'_> {
    /// Creates an EVM contract with its ABI-encoded arguments.
    /// # Errors: [`CliError::Reverted`], [`CliError::Artifact`], [`CliError::Refused`]
    pub fn create(&mut self, name: &'static str, arguments: &[u8]) -> Result<Address, CliError> {
        let code = contracts::creation_code(name)?;
        let request = TransactionRequest {
            from: Some(self.owner),
            input: TransactionInput::new([&code, arguments].concat().into()),
            ..TransactionRequest::default()
        };
        let receipt = self.chain.send(request)?;
        match receipt.contract_address.filter(|_| receipt.status) {
            Some(address) => Ok(address),
            None => Err(CliError::Reverted { call: name, reason: Reason::of(&receipt.output).text }),
        }
    }

    /// Deploys a program without a constructor.
    /// # Errors: [`CliError::Deploy`], [`CliError::ProgramFile`]
    pub fn program(&mut self, name: &'static str) -> Result<Address, CliError> {
        self.install(name, Bytes::new())
    }

    /// Deploys a program and constructs it in the same transaction.
    /// # Errors: [`CliError::Deploy`], [`CliError::ProgramFile`]
    pub fn constructed(&mut self, name: &'static str, arguments: &[u8]) -> Result<Address, CliError> {
        self.install(name, construction(arguments))
    }

    /// Sends a transaction that must succeed.
    /// # Errors: [`CliError::Reverted`], [`CliError::Refused`]
    pub fn send<C: SolCall>(&mut self, to: Address, call: &C) -> Result<Receipt, CliError> {
        let request = TransactionRequest {
            from: Some(self.owner),
            to: Some(to.into()),
            input: TransactionInput::new(call.abi_encode().into()),
            ..TransactionRequest::default()
        };
        let receipt = self.chain.send(request)?;
        if receipt.status {
            return Ok(receipt);
        }
        Err(CliError::Reverted { call: C::SIGNATURE, reason: Reason::of(&receipt.output).text })
    }

    fn install(&mut self, name: &'static str, constructor: Bytes) -> Result<Address, CliError> {
        let wasm = self.programs.wasm(name)?;
        let deployed = self.chain.deploy_program(self.owner, wasm, constructor, self.are_programs_cached);
        let deployed = deployed.map_err(|cause| CliError::Deploy { name, cause: Box::new(cause) })?;
        Ok(deployed.address)
    }
}

/// The calldata of a program's constructor.
fn construction(arguments: &[u8]) -> Bytes {
    [&CONSTRUCTOR, arguments].concat().into()
}
