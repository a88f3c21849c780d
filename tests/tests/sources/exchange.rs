//! Uniswap's own v3 factory and pool, as its npm package has them compiled, with a stablecoin in it and a coin of 18
//! decimals; and what the pool has seen, kept beside it.

use alloy_primitives::aliases::{I24, U160};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_cli::uniswap::{root_x96, PoolTrader, UniswapPool, LAST_TICK};
use equipoise_interfaces::{IPriceSource, IUniswapV3Pool};
use equipoise_tests::{uniswap_pool, Failure, Stablecoin, TestToken, World};

use crate::latest;

/// The lowest and the highest price of a pool, as roots in 2^-96.
pub const ROOTS: [U256; 2] = [
    alloy_primitives::uint!(4_295_128_740_U256),
    alloy_primitives::uint!(1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_341_U256),
];

pub struct Exchange {
    pub world: World,
    pub pool: Address,
    /// 18 decimals, priced in the stablecoin.
    pub coin: Address,
    pub is_coin_token1: bool,
    pub trader: Address,
    /// Since when the pool has stood at which tick.
    ticks: Vec<(u64, i32)>,
}

/// Both orders of the tokens, or none if the pool is not installed.
pub fn exchanges() -> Vec<Exchange> {
    [false, true].into_iter().filter_map(Exchange::new).collect()
}

impl Exchange {
    /// A pool that nobody has initialised. None if its contracts are not installed, for want of node.
    /// # Panics: node is there, but the packages are not installed
    pub fn new(is_coin_token1: bool) -> Option<Self> {
        let mut world = World::new();
        let (owner, token) = (world.owner, world.token);
        let trader = world.deploy("PoolTrader", Vec::new());
        let coin = loop {
            let coin = world.deploy("TestToken", Vec::new());
            if (coin > token) == is_coin_token1 {
                break coin;
            }
        };
        let much = U256::from(1) << 200;
        world.send(owner, coin, &TestToken::setDecimalsCall { decimals: 18 }).unwrap();
        world.send(owner, coin, &TestToken::mintCall { to: trader, value: much }).unwrap();
        world.send(owner, token, &Stablecoin::mintCall { to: trader, amountAtoms: much }).unwrap();
        let pool = uniswap_pool(&mut world, coin, token)?;
        Some(Self { world, pool, coin, is_coin_token1, trader, ticks: Vec::new() })
    }

    /// A pool at 3,000 with so much liquidity over the whole range, that remembers `cardinality` observations.
    pub fn open(is_coin_token1: bool, liquidity: u128, cardinality: u16) -> Option<Self> {
        let mut exchange = Self::new(is_coin_token1)?;
        exchange.initialise(3_000.0);
        exchange.provide(liquidity);
        if cardinality > 1 {
            exchange.send(exchange.pool, &grow(cardinality));
        }
        Some(exchange)
    }

    pub fn initialise(&mut self, dollars: f64) {
        let root = self.root(dollars).to();
        self.send(self.pool, &UniswapPool::initializeCall { sqrtPriceX96: root });
        self.note();
    }

    pub fn provide(&mut self, liquidity: u128) {
        let [low, high] = [-LAST_TICK, LAST_TICK].map(|tick| I24::try_from(tick).unwrap());
        let call = PoolTrader::provideCall { pool: self.pool, tickLower: low, tickUpper: high, liquidity };
        self.send(self.trader, &call);
    }

    pub fn withdraw(&mut self, liquidity: u128) {
        let [low, high] = [-LAST_TICK, LAST_TICK].map(|tick| I24::try_from(tick).unwrap());
        let call = PoolTrader::withdrawCall { pool: self.pool, tickLower: low, tickUpper: high, liquidity };
        self.send(self.trader, &call);
    }

    /// Trades until the coin costs so much.
    pub fn move_to(&mut self, dollars: f64) {
        let root = self.root(dollars);
        self.move_to_root(root);
    }

    /// Trades until the pool's own price is at a root.
    pub fn move_to_root(&mut self, root: U256) {
        let is_down = root < self.slot().sqrtPriceX96;
        let call = PoolTrader::moveCall { pool: self.pool, isDown: is_down, sqrtPriceX96: root.to::<U160>() };
        self.send(self.trader, &call);
        assert_eq!(self.slot().sqrtPriceX96, root);
        self.note();
    }

    pub fn pass(&mut self, secs: u64) {
        let at = self.now() + secs;
        self.world.go_to(at);
    }

    pub fn now(&self) -> u64 {
        self.world.chain.timestamp()
    }

    pub fn slot(&mut self) -> IUniswapV3Pool::slot0Return {
        self.world.read(self.pool, &IUniswapV3Pool::slot0Call {})
    }

    pub fn latest(&mut self, source: Address) -> Result<IPriceSource::latestReturn, Failure> {
        latest(&mut self.world, source)
    }

    /// What the coin costs at a mean tick.
    pub fn dollars_at(&self, tick: f64) -> f64 {
        let sign = if self.is_coin_token1 { -1.0 } else { 1.0 };
        // Of 18 decimals in 6.
        (sign * tick * 1.0001_f64.ln()).exp() * 1e12
    }

    /// What the coin costs in the pool now, between ticks too.
    pub fn dollars_now(&mut self) -> f64 {
        let root = f64::from(self.slot().sqrtPriceX96) / 2_f64.powi(96);
        let price = root * root;
        (if self.is_coin_token1 { price.recip() } else { price }) * 1e12
    }

    /// The mean of the ticks over the last `secs`, by what was noted here.
    pub fn mean_tick(&self, secs: u64) -> f64 {
        let (start, end) = (self.now() - secs, self.now());
        let ends = self.ticks.iter().skip(1).map(|(at, _)| *at).chain([end]);
        let spans = self.ticks.iter().zip(ends).map(|((from, tick), to)| {
            let held = to.clamp(start, end) - (*from).clamp(start, end);
            i64::from(*tick) * held.cast_signed()
        });
        spans.sum::<i64>() as f64 / secs as f64
    }

    /// Sends a transaction of the owner that must succeed.
    pub fn send<C: SolCall>(&mut self, to: Address, call: &C) {
        let owner = self.world.owner;
        self.world.send(owner, to, call).unwrap_or_else(|failure| panic!("{}: {}", C::SIGNATURE, failure.0));
    }

    fn note(&mut self) {
        let tick = i32::try_from(self.slot().tick).unwrap();
        self.ticks.push((self.now(), tick));
    }

    /// The root of the pool's price in 2^-96.
    fn root(&self, dollars: f64) -> U256 {
        let atoms = dollars / 1e12;
        let price = if self.is_coin_token1 { atoms.recip() } else { atoms };
        U256::from(root_x96(price))
    }
}

/// Has a pool remember more observations.
pub fn grow(cardinality: u16) -> UniswapPool::increaseObservationCardinalityNextCall {
    UniswapPool::increaseObservationCardinalityNextCall { cardinality }
}
