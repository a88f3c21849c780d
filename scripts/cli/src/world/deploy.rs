//! A world from nothing: the chain, and everything on it.

use std::sync::{Arc, Mutex};

use alloy_primitives::{Address, B256, U256};
use alloy_signer_local::PrivateKeySigner;
use equipoise_chain::{Chain, Config};

use super::surface::signers_of;
use super::{GasLog, World};
use crate::deployment::{
    underlying_id, Deployed, Deployer, Embedded, Engines, GovernancePlan, House, Market, MarketPlan, Plan, Sources,
    Underlying, MAX_SIGNED_AGE_SECS, MOST_PUSH_AGE_SECS, PUBLISHER_THRESHOLD,
};
use crate::error::CliError;
use crate::programs::{Programs, Size};

const ETHER: u128 = 1_000_000_000_000_000_000;
/// Ether of every account at genesis.
const FUNDS_ETHER: u128 = 10_000;
/// Tokens that vote.
const VOTE_TOKENS: u128 = 1_000_000;

/// What a world starts from.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Genesis time, unix seconds.
    pub genesis_at: u64,
    /// Owns the programs, mints the token, writes the feed.
    pub owner: Address,
    /// Brings surfaces to the market.
    pub keeper: Address,
    /// Keys of the surface keepers, at least [`crate::deployment::SURFACE_THRESHOLD`] of them.
    pub surface_keys: Vec<B256>,
    /// Keys of those who sign the prices that trades are at, at least [`crate::deployment::PUBLISHER_THRESHOLD`] of them; none for
    /// trades at the feed's.
    pub publisher_keys: Vec<B256>,
    /// Others that hold ether.
    pub funded: Vec<Address>,
    /// Spacing of the vault's epochs in seconds.
    pub epoch_secs: u64,
    /// What there are markets of, the first of which the keepers here keep.
    pub underlyings: Vec<Underlying>,
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
    /// The programs that keep nothing.
    pub engines: Engines,
    /// The market, a proxy.
    pub market: Address,
    /// The clearing house, a proxy.
    pub clearing: Address,
    /// The liquidator, which the clearing house calls by delegation.
    pub liquidator: Address,
    /// The backstop, which it calls by delegation, too.
    pub backstop: Address,
    /// The registrar, which it calls by delegation, too.
    pub registrar: Address,
    /// The steward, which the vault calls by delegation.
    pub steward: Address,
    /// The LP vault, a proxy.
    pub vault: Address,
    /// The senior tranche, a proxy.
    pub senior: Address,
    /// The junior tranche, a proxy.
    pub junior: Address,
    /// Longs as tokens, a proxy.
    pub wrapper: Address,
    /// Brings makers who share trades, a proxy.
    pub underwriter: Address,
}

impl Contracts {
    fn new(engines: Engines, house: House, market: Market, [wrapper, underwriter]: [Address; 2]) -> Self {
        let House { token, liquidator, backstop, registrar, clearing, steward, vault, senior, junior } = house;
        let Market { feed, oracle, market } = market;
        let own = Self { token, feed, oracle, engines, market, wrapper, underwriter, ..Self::default() };
        Self { clearing, liquidator, backstop, registrar, steward, vault, senior, junior, ..own }
    }

    /// Name and address of each.
    pub fn named(&self) -> [(&'static str, Address); 23] {
        [
            ("token", self.token),
            ("feed", self.feed),
            ("oracle", self.oracle),
            ("surface", self.engines.surface),
            ("valuer", self.engines.valuer),
            ("pricer", self.engines.pricer),
            ("assessor", self.engines.assessor),
            ("desk", self.engines.desk),
            ("mover", self.engines.mover),
            ("curator", self.engines.curator),
            ("watcher", self.engines.watcher),
            ("appraiser", self.engines.appraiser),
            ("market", self.market),
            ("liquidator", self.liquidator),
            ("backstop", self.backstop),
            ("registrar", self.registrar),
            ("clearing", self.clearing),
            ("steward", self.steward),
            ("vault", self.vault),
            ("senior", self.senior),
            ("junior", self.junior),
            ("wrapper", self.wrapper),
            ("underwriter", self.underwriter),
        ]
    }
}

impl World {
    /// Boots a chain, deploys token, feeds and programs, and wires them.
    /// # Errors: [`CliError`], before anything can be traded
    pub fn new(programs: &Programs, setup: &Setup) -> Result<Self, CliError> {
        let sizes = programs.sizes()?;
        let funds = U256::from(FUNDS_ETHER * ETHER);
        let accounts = [setup.owner, setup.keeper].into_iter().chain(setup.funded.iter().copied());
        let mut chain = Chain::new(Config {
            timestamp: setup.genesis_at,
            cache_dir: Some(programs.cache_dir.clone()),
            accounts: accounts.map(|account| (account, funds)).collect(),
            ..Config::default()
        });
        let site = Embedded::new(&mut chain, setup.owner, setup.are_programs_cached);
        let mut deployer = Deployer::new(site, programs, setup.owner);
        let signers = signers_of(&setup.surface_keys)?;
        let keepers = signers.iter().map(PrivateKeySigner::address).collect();
        let publishers = signers_of(&setup.publisher_keys)?;
        let mut markets = deploy(&mut deployer, setup, keepers, &publishers)?.into_iter();
        drop(deployer);
        let contracts = markets.next().unwrap_or_default();
        Ok(Self {
            chain: Arc::new(Mutex::new(chain)),
            contracts,
            others: markets.map(|contracts| (contracts, Vec::new())).collect(),
            owner: setup.owner,
            keeper: setup.keeper,
            signers,
            publishers,
            sizes,
            gas: GasLog::default(),
            are_programs_cached: setup.are_programs_cached,
            rounds: Vec::new(),
        })
    }

    /// Bytes on chain of each program.
    pub fn code_sizes(&self) -> impl Iterator<Item = &Size> {
        self.sizes.iter()
    }
}

/// The addresses of each market, with what all share.
fn deploy(
    deployer: &mut Deployer<'_>,
    setup: &Setup,
    keepers: Vec<Address>,
    publishers: &[PrivateKeySigner],
) -> Result<Vec<Contracts>, CliError> {
    let publishers: Vec<_> = publishers.iter().map(PrivateKeySigner::address).collect();
    let mut markets = Vec::with_capacity(setup.underlyings.len());
    for underlying in &setup.underlyings {
        let sources = sources(deployer, &underlying.symbol, &publishers)?;
        markets.push(MarketPlan { underlying: underlying.clone(), sources, hedge: None });
    }
    let (guardian, holder) = (setup.owner, setup.owner);
    let plan = Plan {
        stablecoin: None,
        markets,
        keepers,
        epoch_secs: setup.epoch_secs,
        governance: GovernancePlan { guardian, holder, supply: U256::from(VOTE_TOKENS * ETHER) },
    };
    let Deployed { engines, house, markets, wrappers, underwriters, .. } = plan.build(deployer)?;
    let beside = wrappers.into_iter().zip(underwriters).map(<[Address; 2]>::from);
    Ok(markets.into_iter().zip(beside).map(|(market, own)| Contracts::new(engines, house, market, own)).collect())
}

/// A feed that is created with the market and, where there are publishers, a source of what they sign.
fn sources(deployer: &mut Deployer<'_>, symbol: &str, publishers: &[Address]) -> Result<Sources, CliError> {
    if publishers.is_empty() {
        return Ok(Sources::default());
    }
    deployer.enter(symbol);
    let underlying = underlying_id(symbol);
    let second = deployer.signed_source(underlying, MAX_SIGNED_AGE_SECS, publishers, PUBLISHER_THRESHOLD)?;
    Ok(Sources { second, most_push_age_secs: MOST_PUSH_AGE_SECS, ..Sources::default() })
}
