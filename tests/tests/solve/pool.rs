//! Hedges at Uniswap's own v3 pool, as its npm package has it compiled.

use alloy_primitives::aliases::{I24, U160, U24};
use alloy_primitives::{hex, Address, Bytes, U256};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use alloy_sol_types::sol;
use equipoise_cli::deployment::{Deployer, Embedded};
use equipoise_cli::programs::Programs;
use equipoise_cli::world::Stablecoin;
use equipoise_interfaces::IHedger;
use equipoise_tests::{creation_code, has_clients, repository};

use crate::fixture::Solved;
use crate::kept::SPOT;

const FACTORY: &str =
    "tests/clients/node_modules/@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json";
const FEE: u32 = 500;
const LAST_TICK: i32 = 887_270;
/// Some hundred and seventy units for each per cent of the price: both tokens have six decimals.
const LIQUIDITY: u128 = 2_000_000_000_000;

sol! {
    interface Factory {
        function createPool(address tokenA, address tokenB, uint24 fee) external returns (address pool);
        function getPool(address tokenA, address tokenB, uint24 fee) external view returns (address pool);
    }

    interface Pool {
        function initialize(uint160 sqrtPriceX96) external;
    }

    interface TestTrader {
        function provide(address pool, int24 tickLower, int24 tickUpper, uint128 liquidity) external;
    }
}

impl Solved {
    fn create(&mut self, code: Bytes) -> Address {
        let request = TransactionRequest {
            from: Some(self.kept.world.owner),
            input: TransactionInput::new(code),
            ..TransactionRequest::default()
        };
        self.kept.world.chain().send(request).unwrap().contract_address.unwrap()
    }

    /// A pool at spot, all over and more of it near, with an open venue.
    fn with_pool(&mut self) -> Address {
        let text = std::fs::read_to_string(repository(FACTORY)).unwrap();
        let artifact: serde_json::Value = serde_json::from_str(&text).unwrap();
        let factory = self.create(hex::decode(artifact["bytecode"].as_str().unwrap()).unwrap().into());
        let trader = self.create(creation_code("TestTrader"));
        let (owner, base, quote) = (self.kept.world.owner, self.hedging.base, self.kept.world.contracts.token);
        let world = &mut self.kept.world;
        for token in [base, quote] {
            let mint = Stablecoin::mintCall { to: trader, amountAtoms: U256::from(1_000_000_000_000_000_u128) };
            world.send("mint", owner, token, &mint).unwrap();
        }
        let fee = U24::from(FEE);
        world.send("pool", owner, factory, &Factory::createPoolCall { tokenA: base, tokenB: quote, fee }).unwrap();
        let pool = world.view(factory, &Factory::getPoolCall { tokenA: base, tokenB: quote, fee }).unwrap();
        let ratio = if base < quote { SPOT } else { SPOT.recip() };
        let root = U160::from((ratio.sqrt() * 2_f64.powi(64)) as u128) << 32;
        world.send("start", owner, pool, &Pool::initializeCall { sqrtPriceX96: root }).unwrap();
        let tick = (ratio.ln() / 1.0001_f64.ln()) as i32 / 10 * 10;
        for [low, high] in [[-LAST_TICK, LAST_TICK], [tick - 30, tick + 30]] {
            let [low, high] = [low, high].map(|tick| I24::try_from(tick).unwrap());
            let provide = TestTrader::provideCall { pool, tickLower: low, tickUpper: high, liquidity: LIQUIDITY };
            world.send("provide", owner, trader, &provide).unwrap();
        }
        let programs = Programs::load(&repository("target/programs")).unwrap();
        let hedger = self.hedging.hedges.hedger;
        let venue = {
            let mut chain = self.kept.world.chain();
            let mut deployer = Deployer::new(Embedded::new(&mut chain, owner, true), &programs, owner);
            deployer.pool_venue(hedger, pool).unwrap()
        };
        let cap = U256::from(10_000_000) * U256::from(1_000_000_000_000_000_000_u64);
        self.kept.world.send("open", owner, hedger, &IHedger::setVenueCall { venue, capWad: cap }).unwrap();
        venue
    }
}

#[test]
fn a_pool_fills_whoever_asks_at_the_price_of_its_curve() {
    if !has_clients() {
        eprintln!("skipped: node is not installed");
        return;
    }
    let mut solved = Solved::open();
    solved.with_pool();
    let opened = solved.once(&["--pools"]);
    assert_eq!(opened.result, "checkpoint", "{opened:?}");
    solved.pass(400);
    let cash = solved.vault_cash();
    let done = solved.once(&["--pools"]);
    assert_eq!(done.result, "accepted", "{done:?}");
    let rebalance = done.rebalance.unwrap();
    assert!(rebalance.bought > 10.0 && rebalance.legs == 1, "{rebalance:?}");
    // What was computed of its curve is what it took, but for a hundred-thousandth of it.
    let spent = (cash - solved.vault_cash()) as f64 / 1e6 - rebalance.tip;
    let computed = rebalance.bought * SPOT + rebalance.lost;
    assert!((spent / computed - 1.0).abs() < 1e-9, "{spent} and {computed}");
    let hedger = solved.hedging.hedges.hedger;
    assert_eq!(solved.both(hedger)[0], 0);
}

#[test]
fn a_pool_and_an_inventory_share_by_what_they_cost() {
    if !has_clients() {
        eprintln!("skipped: node is not installed");
        return;
    }
    let mut solved = Solved::open();
    solved.with_pool();
    solved.open_window();
    let both = solved.once(&["--cost-bps", "6", "--dry-run"]);
    assert_eq!(both.result, "planned", "{both:?}");
    assert_eq!(both.rebalance.unwrap().legs, 2, "{both:?}");
    let pool = solved.once(&["--cost-bps", "6", "--venue", "pool", "--dry-run"]);
    assert_eq!(pool.rebalance.unwrap().legs, 1);
    let done = solved.once(&["--cost-bps", "6"]);
    assert_eq!(done.result, "accepted", "{done:?}");
}
