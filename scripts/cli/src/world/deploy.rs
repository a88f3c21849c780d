//! Deployment and wiring of a whole market.

use std::sync::{Arc, Mutex};

use alloy_primitives::{Address, Bytes, U256};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use alloy_sol_types::SolValue;
use equipoise_chain::{Chain, Config};
use equipoise_interfaces::{Allocation, IClearing, IMarket, IVault};

use super::contracts::{price_feed_code, stablecoin_code};
use super::{GasLog, World};
use crate::error::CliError;
use crate::programs::{Programs, Size};
use crate::reverts::Reason;
use crate::units::FEED_DECIMALS;

/// The selector of program constructors, `stylus_constructor()`.
const CONSTRUCTOR: [u8; 4] = [0x55, 0x85, 0x25, 0x8d];
/// Strikes are whole multiples of 2^-8.
const STRIKE_SHIFT: u8 = 8;
const ETHER: u128 = 1_000_000_000_000_000_000;
/// Ether of every account at genesis.
const FUNDS_ETHER: u128 = 10_000;

/// What a world starts from.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Genesis time, unix seconds.
    pub genesis_at: u64,
    /// Owns the programs, mints the token, writes the feed.
    pub owner: Address,
    /// Posts surfaces.
    pub keeper: Address,
    /// Others that hold ether.
    pub funded: Vec<Address>,
    /// Spacing of the vault's epochs in seconds.
    pub epoch_secs: u64,
    /// What the feed prices, such as `ETH`.
    pub underlying: String,
    /// Whether programs are cached, as Arbitrum's cache manager does for a bid.
    pub are_programs_cached: bool,
}

/// Addresses of a market and what belongs to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contracts {
    /// The stablecoin (EVM).
    pub token: Address,
    /// The price feed (EVM).
    pub feed: Address,
    /// The oracle.
    pub oracle: Address,
    /// The surface, stateless.
    pub surface: Address,
    /// The valuer, stateless.
    pub valuer: Address,
    /// The pricer, stateless.
    pub pricer: Address,
    /// The assessor, stateless.
    pub assessor: Address,
    /// The desk, which the market calls by delegation.
    pub desk: Address,
    /// The mover, which it calls by delegation, too.
    pub mover: Address,
    /// The market.
    pub market: Address,
    /// The clearing house.
    pub clearing: Address,
    /// The liquidator, which the clearing house calls by delegation.
    pub liquidator: Address,
    /// The backstop, which it calls by delegation, too.
    pub backstop: Address,
    /// The registrar, which it calls by delegation, too.
    pub registrar: Address,
    /// The LP vault.
    pub vault: Address,
    /// The senior tranche.
    pub senior: Address,
    /// The junior tranche.
    pub junior: Address,
}

impl Contracts {
    /// Name and address of each, in the order of deployment.
    pub fn named(&self) -> [(&'static str, Address); 17] {
        [
            ("token", self.token),
            ("feed", self.feed),
            ("oracle", self.oracle),
            ("surface", self.surface),
            ("valuer", self.valuer),
            ("pricer", self.pricer),
            ("assessor", self.assessor),
            ("desk", self.desk),
            ("mover", self.mover),
            ("market", self.market),
            ("liquidator", self.liquidator),
            ("backstop", self.backstop),
            ("registrar", self.registrar),
            ("clearing", self.clearing),
            ("vault", self.vault),
            ("senior", self.senior),
            ("junior", self.junior),
        ]
    }
}

impl World {
    /// Boots a chain, deploys token, feed and programs, and wires them.
    /// # Errors: [`CliError`], before anything can be traded
    pub fn new(programs: &Programs, setup: &Setup) -> Result<Self, CliError> {
        let sizes = programs.sizes()?;
        let funds = U256::from(FUNDS_ETHER * ETHER);
        let accounts = [setup.owner, setup.keeper].into_iter().chain(setup.funded.iter().copied());
        let chain = Chain::new(Config {
            timestamp: setup.genesis_at,
            cache_dir: Some(programs.cache_dir.clone()),
            accounts: accounts.map(|account| (account, funds)).collect(),
            ..Config::default()
        });
        let mut world = Self {
            chain: Arc::new(Mutex::new(chain)),
            contracts: Contracts::default(),
            owner: setup.owner,
            keeper: setup.keeper,
            sizes,
            gas: GasLog::default(),
            rounds: Vec::new(),
        };
        world.deploy_contracts(setup)?;
        world.deploy_programs(programs, setup)?;
        world.wire()?;
        Ok(world)
    }

    /// Bytes on chain of each program.
    pub fn code_sizes(&self) -> impl Iterator<Item = &Size> {
        self.sizes.iter()
    }

    fn deploy_contracts(&mut self, setup: &Setup) -> Result<(), CliError> {
        let owner = self.owner;
        let token = ("Demo Dollar", "DUSD", owner).abi_encode_params();
        self.contracts.token = self.create("Stablecoin", &stablecoin_code()?, token)?;
        let description = format!("{} / USD", setup.underlying);
        let feed = (U256::from(FEED_DECIMALS), description.as_str(), owner).abi_encode_params();
        self.contracts.feed = self.create("PriceFeed", &price_feed_code()?, feed)?;
        Ok(())
    }

    fn deploy_programs(&mut self, programs: &Programs, setup: &Setup) -> Result<(), CliError> {
        let owner = self.owner;
        let Contracts { token, feed, .. } = self.contracts;
        let oracle =
            self.install((programs, setup.are_programs_cached), "oracle", Some((feed,).abi_encode_params()))?;
        let surface = self.install((programs, setup.are_programs_cached), "surface", None)?;
        let valuer = self.install((programs, setup.are_programs_cached), "valuer", None)?;
        let pricer = self.install((programs, setup.are_programs_cached), "pricer", None)?;
        let assessor = self.install((programs, setup.are_programs_cached), "assessor", None)?;
        let desk = self.install((programs, setup.are_programs_cached), "desk", None)?;
        let mover = self.install((programs, setup.are_programs_cached), "mover", None)?;
        let own = (desk, mover, valuer, pricer, surface, assessor);
        let arguments = (own, owner, U256::from(STRIKE_SHIFT)).abi_encode_params();
        let market = self.install((programs, setup.are_programs_cached), "market", Some(arguments))?;
        let liquidator = self.install((programs, setup.are_programs_cached), "liquidator", None)?;
        let backstop = self.install((programs, setup.are_programs_cached), "backstop", None)?;
        let registrar = self.install((programs, setup.are_programs_cached), "registrar", None)?;
        let arguments = (liquidator, backstop, registrar, owner, token).abi_encode_params();
        let clearing = self.install((programs, setup.are_programs_cached), "clearing", Some(arguments))?;
        let arguments = (owner, clearing, U256::from(setup.epoch_secs)).abi_encode_params();
        let vault = self.install((programs, setup.are_programs_cached), "vault", Some(arguments))?;
        let senior =
            self.install((programs, setup.are_programs_cached), "tranche", Some((vault, true).abi_encode_params()))?;
        let junior =
            self.install((programs, setup.are_programs_cached), "tranche", Some((vault, false).abi_encode_params()))?;
        let own = Contracts { surface, valuer, pricer, assessor, desk, mover, senior, junior, ..self.contracts };
        self.contracts = Contracts { oracle, market, clearing, liquidator, backstop, registrar, vault, ..own };
        Ok(())
    }

    fn wire(&mut self) -> Result<(), CliError> {
        let Contracts { oracle, market, clearing, vault, senior, junior, .. } = self.contracts;
        let (owner, keeper) = (self.owner, self.keeper);
        let call = IMarket::wireCall { oracle, clearing, vault, keeper };
        self.send("market_wire", owner, market, &call)?;
        self.send("clearing_wire", owner, clearing, &IClearing::wireCall { vault, senior, junior })?;
        self.send("clearing_register", owner, clearing, &IClearing::registerMarketCall { market })?;
        let allocations = vec![Allocation { market, oracle, weight: 1 }];
        self.send("vault_wire", owner, vault, &IVault::wireCall { senior, junior, allocations })?;
        Ok(())
    }

    /// Creates an EVM contract.
    fn create(&mut self, name: &'static str, code: &Bytes, arguments: Vec<u8>) -> Result<Address, CliError> {
        let request = TransactionRequest {
            from: Some(self.owner),
            input: TransactionInput::new([code.to_vec(), arguments].concat().into()),
            ..TransactionRequest::default()
        };
        let receipt = self.chain().send(request)?;
        match receipt.contract_address.filter(|_| receipt.status) {
            Some(address) => Ok(address),
            None => Err(CliError::Reverted { call: name, reason: Reason::of(&receipt.output).text }),
        }
    }

    /// Deploys a program, activated, constructed (unless it has no constructor) and cached if wanted.
    fn install(
        &mut self,
        (programs, is_cached): (&Programs, bool),
        name: &'static str,
        arguments: Option<Vec<u8>>,
    ) -> Result<Address, CliError> {
        let owner = self.owner;
        let calldata = arguments.map(|arguments| [CONSTRUCTOR.to_vec(), arguments].concat());
        let constructor = Bytes::from(calldata.unwrap_or_default());
        let deployed = self.chain().deploy_program(owner, programs.wasm(name)?, constructor, is_cached);
        let deployed = deployed.map_err(|cause| CliError::Deploy { name, cause: Box::new(cause) })?;
        Ok(deployed.address)
    }
}
