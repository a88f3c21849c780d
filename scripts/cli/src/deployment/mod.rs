//! Deployment of the system, the same for the demo, the bench, the tests and real networks: [`Plan`] is the list of
//! [`Step`]s, and a [`Site`] is where they are taken.
//!
//! Every program that holds value is an implementation behind OpenZeppelin's `TransparentUpgradeableProxy`: the market, the
//! clearing house, the vault, its tranches, the wrapper, the underwriter, the hedgers, the parameters'
//! registry. What works on their storage by delegate call, what has no storage
//! and the oracle are not, nor are price sources: the oracle is replaced by naming another.
//!
//! Nobody else can construct any of them. A proxy runs its program's constructor in its own, by delegate call. An
//! implementation is constructed in the transaction that deploys it, with [`NOBODY`] as its owner, so that it stays unwired.

pub mod arbitrum;
mod contracts;
mod embedded;
mod governance;
mod hedges;
mod house;
mod market;
mod plan;
mod proxy;
mod sources;
mod step;

use alloy_primitives::{Address, Bytes, B256};
use alloy_sol_types::SolCall;

pub(crate) use contracts::artifact_abis;
pub use contracts::{creation_code, FeedAggregator, HedgeFiller, PriceFeed, Stablecoin};
pub use embedded::{Embedded, Sent};
pub use governance::{Governance, PROPOSER_ROLE};
pub use hedges::{HedgePlan, Hedges};
pub use house::House;
pub use market::{Engines, Market, Sources, Underlying};
pub use plan::{Deployed, GovernancePlan, MarketPlan, Plan, TEST_TOKEN};
pub use proxy::{ProxyAdmin, ProxyState, ADMIN, IMPLEMENTATION};
pub use sources::{underlying_id, PoolTerms, MAX_SIGNED_AGE_SECS, MOST_PUSH_AGE_SECS, PUBLISHER_THRESHOLD};
pub use step::{Action, Arguments, Part, PartKind, Site, Step};

use crate::error::CliError;
use crate::programs::Programs;

/// Owns the implementations: an address whose key nobody has.
pub const NOBODY: Address = Address::new([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xde, 0xad]);

/// Surface keepers that must sign.
pub const SURFACE_THRESHOLD: u8 = 2;

/// The selector of program constructors, `stylus_constructor()`.
const CONSTRUCTOR: [u8; 4] = [0x55, 0x85, 0x25, 0x8d];

/// Deploys programs and contracts, step by step, wherever that is.
#[derive(Debug)]
pub struct Deployer<'a> {
    site: Box<dyn Site + 'a>,
    programs: &'a Programs,
    /// Sends every transaction, and owns what has an owner.
    pub owner: Address,
    /// What steps of one of several markets are named after.
    scope: String,
    parts: Vec<Part>,
}

impl<'a> Deployer<'a> {
    /// Deploys at a site, whose transactions the owner sends.
    pub fn new(site: impl Site + 'a, programs: &'a Programs, owner: Address) -> Self {
        Self { site: Box::new(site), programs, owner, scope: String::new(), parts: Vec::new() }
    }

    /// What has been made, in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Creates an EVM contract.
    /// # Errors: [`CliError::Reverted`], [`CliError::Artifact`], [`CliError::Refused`]
    pub fn create(&mut self, name: &str, contract: &'static str, arguments: Arguments) -> Result<Address, CliError> {
        let code = creation_code(contract)?;
        let code = [code, arguments.encode()].concat().into();
        self.make(name, contract, Action::Create { contract, code }, PartKind::Contract, arguments)
    }

    /// Creates an EVM contract that is none of the repository's, of its creation code.
    /// # Errors: [`CliError::Reverted`], [`CliError::Refused`]
    pub fn create_of(&mut self, contract: &'static str, code: Bytes) -> Result<Address, CliError> {
        self.make(contract, contract, Action::Create { contract, code }, PartKind::Contract, Arguments::new())
    }

    /// Deploys a program without a constructor.
    /// # Errors: [`CliError::Deploy`], [`CliError::ProgramFile`]
    pub fn program(&mut self, name: &'static str) -> Result<Address, CliError> {
        self.install(name, name, Bytes::new(), Arguments::new())
    }

    /// Deploys a program and constructs it in the same transaction.
    /// # Errors: [`CliError::Deploy`], [`CliError::ProgramFile`]
    pub fn constructed(&mut self, program: &'static str, arguments: Arguments) -> Result<Address, CliError> {
        self.install(program, program, construction(&arguments), arguments)
    }

    /// The same, of what proxies run.
    /// # Errors: [`CliError::Deploy`], [`CliError::ProgramFile`]
    pub fn implementation(&mut self, program: &'static str, arguments: Arguments) -> Result<Address, CliError> {
        self.install(&format!("{program} implementation"), program, construction(&arguments), arguments)
    }

    /// Sends a transaction that must succeed.
    /// # Errors: [`CliError::Reverted`], [`CliError::Refused`]
    pub fn send<C: SolCall>(&mut self, name: &str, to: Address, call: &C) -> Result<(), CliError> {
        let action = Action::Call { to, signature: C::SIGNATURE, data: call.abi_encode().into() };
        self.site.take(&Step { name: self.scoped(name), action }).map(|_| ())
    }

    /// Reads a storage slot.
    /// # Errors: [`CliError`]
    pub fn storage(&mut self, of: Address, slot: B256) -> Result<B256, CliError> {
        self.site.storage(of, slot)
    }

    /// From here on, steps are of the market of this symbol; of none, if it is empty.
    pub fn enter(&mut self, symbol: &str) {
        self.scope = symbol.to_lowercase();
    }

    fn scoped(&self, name: &str) -> String {
        if self.scope.is_empty() {
            return name.to_owned();
        }
        format!("{name}-{}", self.scope)
    }

    fn install(
        &mut self,
        name: &str,
        program: &'static str,
        constructor: Bytes,
        arguments: Arguments,
    ) -> Result<Address, CliError> {
        let wasm = self.programs.wasm(program)?;
        self.make(name, program, Action::Program { program, wasm, constructor }, PartKind::Program, arguments)
    }

    fn make(
        &mut self,
        name: &str,
        contract: &'static str,
        action: Action<'_>,
        kind: PartKind,
        arguments: Arguments,
    ) -> Result<Address, CliError> {
        let name = self.scoped(name);
        let address = self.site.take(&Step { name: name.clone(), action })?;
        self.parts.push(Part { name, contract, address, kind, arguments });
        Ok(address)
    }
}

/// The calldata of a program's constructor.
fn construction(arguments: &Arguments) -> Bytes {
    [&CONSTRUCTOR[..], &arguments.encode()].concat().into()
}
