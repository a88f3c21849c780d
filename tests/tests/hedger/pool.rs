//! Fills at Uniswap's own v3 pool, as its npm package has it compiled.

use alloy_primitives::aliases::I24;
use alloy_primitives::{hex, Address, Bytes, U256};
use equipoise_cli::uniswap::{root_x96, PoolTrader, UniswapPool, LAST_TICK};
use equipoise_interfaces::{HedgeLeg, HedgerFillShort, IHedger, IPoolVenue, PoolVenueTokensDiffer};
use equipoise_tests::{uniswap_pool, TestToken, World, TOKEN};

use crate::fixture::SPOT;
use crate::stage::{Stage, UNIT};

const AT_SPOT: u64 = SPOT as u64 * 100;

/// A stage whose underlying trades at a pool at spot, with an open venue there; in either order of the tokens.
pub fn with_pool(is_coin_token1: bool, liquidity: u128) -> Option<(Stage, Address)> {
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
    let pool = make_pool(&mut stage, liquidity)?;
    let hedger = stage.hedges.hedger;
    let venue = stage.market.world.deployer().pool_venue(hedger, pool).unwrap();
    stage.set_venue(venue, crate::stage::CAP).unwrap();
    stage.sell_calls(60);
    stage.open_window();
    Some((stage, venue))
}

fn make_pool(stage: &mut Stage, liquidity: u128) -> Option<Address> {
    let trader = stage.market.world.deploy("PoolTrader", Vec::new());
    stage.stock(trader);
    let (owner, coin, token) = (stage.market.world.owner, stage.coin, stage.market.world.token);
    let world = &mut stage.market.world;
    let pool = uniswap_pool(world, coin, token)?;
    // The price of token0 in token1, in atoms: dollars have 6 decimals and the coin 18.
    let dollars_an_atom = SPOT as f64 * 1e6 / 1e18;
    let root = root_x96(if coin < token { dollars_an_atom } else { dollars_an_atom.recip() });
    world.send(owner, pool, &UniswapPool::initializeCall { sqrtPriceX96: root }).unwrap();
    let [low, high] = [-LAST_TICK, LAST_TICK].map(|tick| I24::try_from(tick).unwrap());
    world.send(owner, trader, &PoolTrader::provideCall { pool, tickLower: low, tickUpper: high, liquidity }).unwrap();
    Some(pool)
}

/// Enough for thirty units at a few basis points.
pub const DEEP: u128 = 1 << 60;

pub fn at(venue: Address, leg: &HedgeLeg) -> HedgeLeg {
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
    let arguments = alloy_sol_types::SolValue::abi_encode(&(
        stage.hedges.trustee,
        owner,
        market,
        clearing,
        stage.hedges.referee,
        third,
    ));
    let hedger = stage.market.world.deploy_program("hedger", arguments).unwrap();
    let arguments = alloy_sol_types::SolValue::abi_encode(&(hedger, pool));
    let refused = stage.market.world.deploy_program("pool-venue", arguments).unwrap_err();
    let text = String::from_utf8_lossy(&refused.0).into_owned();
    let selector = hex::encode(<PoolVenueTokensDiffer as alloy_sol_types::SolError>::SELECTOR);
    assert!(text.contains(&selector) || text.contains("PoolVenueTokensDiffer"), "{text}");
    let _epoch = stage.ask(&IHedger::stateCall {});
}
