//! Fills at Uniswap's own v3 pool, as its npm package has it compiled.

use alloy_primitives::aliases::{I24, U160, U24};
use alloy_primitives::{hex, Address, Bytes, U256};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use alloy_sol_types::sol;
use equipoise_interfaces::{HedgeLeg, HedgerFillShort, IHedger, IPoolVenue, PoolVenueTokensDiffer};
use equipoise_tests::{has_clients, repository, TestToken, World, TOKEN};

use crate::fixture::SPOT;
use crate::stage::{Stage, UNIT};

const FACTORY: &str =
    "tests/clients/node_modules/@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json";
const FEE: u32 = 500;
const LAST_TICK: i32 = 887_270;
const AT_SPOT: u64 = SPOT as u64 * 100;

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

/// A stage whose underlying trades at a pool at spot, with an open venue there; in either order of the tokens.
fn with_pool(is_coin_token1: bool, liquidity: u128) -> Option<(Stage, Address)> {
    if !has_clients() {
        return None;
    }
    let mut world = World::new();
    let (owner, token) = (world.owner, world.token);
    let coin = loop {
        let coin = world.deploy("TestToken", Vec::new());
        if (coin > token) == is_coin_token1 {
            break coin;
        }
    };
    world.send(owner, coin, &TestToken::setDecimalsCall { decimals: 18 }).unwrap();
    let mut stage = Stage::with_coin(world, coin);
    let pool = make_pool(&mut stage, liquidity);
    let hedger = stage.hedges.hedger;
    let venue = stage.market.world.deployer().pool_venue(hedger, pool).unwrap();
    stage.set_venue(venue, crate::stage::CAP).unwrap();
    stage.sell_calls(60);
    stage.open_window();
    Some((stage, venue))
}

fn make_pool(stage: &mut Stage, liquidity: u128) -> Address {
    let factory = deploy_factory(&mut stage.market.world);
    let trader = stage.market.world.deploy("TestTrader", Vec::new());
    stage.stock(trader);
    let (owner, coin, token) = (stage.market.world.owner, stage.coin, stage.market.world.token);
    let world = &mut stage.market.world;
    let fee = U24::from(FEE);
    world.send(owner, factory, &Factory::createPoolCall { tokenA: coin, tokenB: token, fee }).unwrap();
    let pool = world.read(factory, &Factory::getPoolCall { tokenA: coin, tokenB: token, fee });
    // The price of token0 in token1, in atoms: dollars have 6 decimals and the coin 18.
    let dollars_an_atom = SPOT as f64 * 1e6 / 1e18;
    let ratio: f64 = if coin < token { dollars_an_atom } else { dollars_an_atom.recip() };
    let root = U160::from((ratio.sqrt() * 2f64.powi(96)) as u128);
    let root = if ratio.sqrt() * 2f64.powi(96) > 3e38 {
        U160::from((ratio.sqrt() * 2f64.powi(32)) as u128) << 64
    } else {
        root
    };
    world.send(owner, pool, &Pool::initializeCall { sqrtPriceX96: root }).unwrap();
    let [low, high] = [-LAST_TICK, LAST_TICK].map(|tick| I24::try_from(tick).unwrap());
    world.send(owner, trader, &TestTrader::provideCall { pool, tickLower: low, tickUpper: high, liquidity }).unwrap();
    pool
}

fn deploy_factory(world: &mut World) -> Address {
    let text = std::fs::read_to_string(repository(FACTORY)).unwrap();
    let artifact: serde_json::Value = serde_json::from_str(&text).unwrap();
    let code = hex::decode(artifact["bytecode"].as_str().unwrap()).unwrap();
    let request = TransactionRequest {
        from: Some(world.owner),
        input: TransactionInput::new(code.into()),
        ..TransactionRequest::default()
    };
    world.chain.send(request).unwrap().contract_address.unwrap()
}

/// Enough for thirty units at a few basis points.
const DEEP: u128 = 1 << 60;

fn at(venue: Address, leg: &HedgeLeg) -> HedgeLeg {
    HedgeLeg { venue, ..leg.clone() }
}

#[test]
fn a_pool_fills_both_ways_in_either_order_of_its_tokens() {
    for is_coin_token1 in [false, true] {
        let Some((mut stage, venue)) = with_pool(is_coin_token1, DEEP) else {
            eprintln!("skipped: node is not installed");
            return;
        };
        let hedger = stage.hedges.hedger;
        let cash = stage.vault_cash();
        // Five basis points of fee and some of the curve.
        let buy = at(venue, &stage.leg(30_000, AT_SPOT + 600));
        let mut request = stage.request(vec![buy]);
        request.maxTipAtoms = U256::ZERO;
        let told = stage.rebalance(request).unwrap();
        assert_eq!(told.heldAtoms, U256::from(30 * UNIT));
        let paid = cash - stage.vault_cash();
        assert!(paid > 90_000 * TOKEN as i128 && paid < 90_180 * TOKEN as i128, "{paid}: what is left comes back");
        assert_eq!((stage.tokens(hedger), stage.tokens(venue), stage.coins(venue)), (0, 0, 0));
        // All the calls come back.
        let calls = stage.calls(-60 * crate::fixture::CONTRACT);
        stage.trade(&[calls]);
        stage.open_window();
        let sell = at(venue, &stage.leg(-30_000, AT_SPOT - 600));
        let request = stage.request(vec![sell]);
        let told = stage.rebalance(request).unwrap();
        assert_eq!(told.heldAtoms, U256::ZERO);
        assert_eq!((stage.coins(hedger), stage.tokens(venue), stage.coins(venue)), (0, 0, 0));
    }
}

#[test]
fn a_shallow_pool_fills_nothing_at_such_a_price() {
    let Some((mut stage, venue)) = with_pool(false, 1 << 50) else { return };
    let buy = at(venue, &stage.leg(30_000, AT_SPOT + 600));
    let request = stage.request(vec![buy]);
    let refused = stage.rebalance(request).unwrap_err();
    assert!(refused.decode::<HedgerFillShort>().is_some() || !refused.0.is_empty(), "{refused:?}");
}

#[test]
fn a_pool_of_other_tokens_and_a_callback_of_nobodys_are_refused() {
    let Some((mut stage, venue)) = with_pool(true, DEEP) else { return };
    let stranger = stage.market.keeper;
    let owed = alloy_primitives::I256::try_from(1).unwrap();
    let call = IPoolVenue::uniswapV3SwapCallbackCall { amount0Delta: owed, amount1Delta: owed, data: Bytes::default() };
    assert!(stage.market.world.send(stranger, venue, &call).is_err());
    let other = Stage::quiet(World::new());
    let pool = stage.market.world.read(venue, &IPoolVenue::poolCall {});
    drop(other);
    let (market, clearing) = (stage.market.market, stage.market.clearing);
    let third = stage.market.world.deploy("TestToken", Vec::new());
    let owner = stage.market.world.owner;
    let arguments = alloy_sol_types::SolValue::abi_encode(&(owner, market, clearing, stage.hedges.referee, third));
    let hedger = stage.market.world.deploy_program("hedger", arguments).unwrap();
    let arguments = alloy_sol_types::SolValue::abi_encode(&(hedger, pool));
    let refused = stage.market.world.deploy_program("pool-venue", arguments).unwrap_err();
    let text = String::from_utf8_lossy(&refused.0).into_owned();
    let selector = hex::encode(<PoolVenueTokensDiffer as alloy_sol_types::SolError>::SELECTOR);
    assert!(text.contains(&selector) || text.contains("PoolVenueTokensDiffer"), "{text}");
    let _epoch = stage.ask(&IHedger::stateCall {});
}
