//! Averages of Uniswap's own pool.

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, SolValue};
use equipoise_cli::deployment::PoolTerms;
use equipoise_interfaces::{
    AddressHasNoCode, AddressIsZero, AlreadyWired, IPoolSource, IPriceSource, IUniswapV3Pool,
    PoolSourceDecimalsUnsupported, PoolSourceHistoryTooShort, PoolSourceLiquidityTooLow, PoolSourceMinLiquidityInvalid,
    PoolSourcePoolUninitialised, PoolSourcePoolUnreadable, PoolSourceTickOutOfDomain, PoolSourceTokenUnknown,
    PoolSourceWindowOutOfBounds, SelectorUnknown, SourceConfidenceInvalid,
};
use equipoise_tests::{Failure, TestToken};

use crate::construct;
use crate::exchange::{exchanges, Exchange, ROOTS};

const WINDOW: u64 = 1_800;
/// About 1,000 coins and three millions of dollars.
const LIQUIDITY: u128 = 50_000_000_000_000_000;
const MIN_LIQUIDITY: u128 = LIQUIDITY / 5;
const ENOUGH: u16 = 100;
/// The largest error that is claimed of a conversion is far below; this is the test's own, in doubles.
const ERROR: f64 = 1e-9;

impl Exchange {
    /// Deploys a source of the coin's price.
    fn source(&mut self) -> Address {
        let terms = PoolTerms { pool: self.pool, base: self.coin, window_secs: WINDOW, min_liquidity: MIN_LIQUIDITY };
        self.world.deployer().pool_source(&terms).unwrap()
    }
}

/// Pools at 3,000, in both orders of the tokens, that have stood for the window; each with its source.
fn settled() -> Vec<(Exchange, Address)> {
    let open = |is_coin_token1| Exchange::open(is_coin_token1, LIQUIDITY, ENOUGH);
    let with_source = |mut exchange: Exchange| {
        let source = exchange.source();
        exchange.pass(WINDOW);
        (exchange, source)
    };
    [false, true].into_iter().filter_map(open).map(with_source).collect()
}

fn number(wad: U256) -> f64 {
    f64::from(wad) / 1e18
}

fn assert_near(found: f64, expected: f64, what: &str) {
    assert!((found / expected - 1.0).abs() < ERROR, "{what}: {found}, expected {expected}");
}

/// The source's answer is the average of what the pool has seen, and uncertain by how far the pool is from it.
fn assert_right(exchange: &mut Exchange, source: Address) {
    let told = exchange.latest(source).unwrap();
    let (price, confidence) = (number(told.priceWad), number(told.confidenceWad));
    assert_eq!(told.updatedAt, exchange.now());
    let mean = exchange.mean_tick(WINDOW);
    assert_near(price, exchange.dollars_at(mean), "by the ticks noted");
    // And by the pool's own sums.
    let call = IUniswapV3Pool::observeCall { secondsAgos: vec![WINDOW as u32, 0] };
    let sums = exchange.world.read(exchange.pool, &call).tickCumulatives;
    let observed = (sums[1] - sums[0]) as f64 / WINDOW as f64;
    assert_near(price, exchange.dollars_at(observed), "by the pool's sums");
    let tick = exchange.slot().tick as f64;
    let now = exchange.dollars_at(tick);
    let off = (price - now).abs() + price.max(now) / 1e4;
    assert!((confidence - off).abs() < ERROR * price.max(now), "off by {confidence}, expected {off}");
    // The pool's exact price of now is covered, wherever it lies in its tick.
    assert!((exchange.dollars_now() - price).abs() <= confidence + ERROR * price.max(now));
}

#[test]
fn the_average_is_that_of_the_pools_history_in_either_order_of_its_tokens() {
    for (mut exchange, source) in settled() {
        assert_right(&mut exchange, source);
        assert!((number(exchange.latest(source).unwrap().priceWad) / 3_000.0 - 1.0).abs() < 1e-4);
        let moves = [(3_100.0, 400), (2_950.5, 1), (3_333.33, 700), (2_500.0, 60), (3_050.0, 1_200), (4_000.0, 0)];
        for (dollars, secs) in moves {
            exchange.move_to(dollars);
            assert_right(&mut exchange, source);
            exchange.pass(secs);
            assert_right(&mut exchange, source);
        }
        exchange.pass(10 * WINDOW);
        assert_right(&mut exchange, source);
        assert!((number(exchange.latest(source).unwrap().priceWad) / 4_000.0 - 1.0).abs() < 1e-4);
    }
}

#[test]
fn who_moves_the_pool_within_a_second_moves_no_average_and_is_seen() {
    for (mut exchange, source) in settled() {
        let before = exchange.latest(source).unwrap();
        assert!(number(before.confidenceWad) < 0.5);
        for dollars in [4_500.0, 1_600.0] {
            exchange.move_to(dollars);
            let told = exchange.latest(source).unwrap();
            assert_eq!(told.priceWad, before.priceWad);
            assert!(number(told.confidenceWad) > (dollars - 3_000.0).abs(), "{}", told.confidenceWad);
        }
        // A price that may be off by itself is none.
        exchange.move_to(6_100.0);
        let refused = exchange.latest(source).unwrap_err().decode::<SourceConfidenceInvalid>().unwrap();
        assert_eq!(refused.priceWad, before.priceWad);
        assert!(refused.confidenceWad > before.priceWad);
        exchange.move_to(3_000.0);
        let after = exchange.latest(source).unwrap();
        assert_eq!(after.priceWad, before.priceWad);
        assert!(number(after.confidenceWad) < 1.0);
    }
}

#[test]
fn a_price_that_stands_for_a_second_moves_the_average_by_its_share_of_the_window() {
    for (mut exchange, source) in settled() {
        let before = number(exchange.latest(source).unwrap().priceWad);
        exchange.move_to(4_500.0);
        exchange.pass(1);
        let after = number(exchange.latest(source).unwrap().priceWad);
        let share = 1.5_f64.powf(1.0 / WINDOW as f64) - 1.0;
        let moved = after / before - 1.0;
        assert!(moved > 0.0 && (moved / share - 1.0).abs() < 1e-2, "{moved}, {share}");
        assert_right(&mut exchange, source);
    }
}

#[test]
fn a_pool_without_a_price_is_refused() {
    for mut exchange in exchanges() {
        let source = exchange.source();
        let pool = exchange.pool;
        exchange.latest(source).unwrap_err().expect(&PoolSourcePoolUninitialised { pool });
        exchange.initialise(3_000.0);
        let short = PoolSourceHistoryTooShort { oldestAgeSecs: 0, windowSecs: WINDOW, cardinality: 1 };
        exchange.latest(source).unwrap_err().expect(&short);
    }
}

#[test]
fn a_pool_that_remembers_less_than_the_window_is_refused() {
    let Some(mut exchange) = Exchange::open(false, LIQUIDITY, 1) else { return };
    let source = exchange.source();
    let short = |age, cardinality| PoolSourceHistoryTooShort { oldestAgeSecs: age, windowSecs: WINDOW, cardinality };
    exchange.pass(WINDOW - 1);
    exchange.latest(source).unwrap_err().expect(&short(WINDOW - 1, 1));
    exchange.pass(1);
    assert_right(&mut exchange, source);
    // One observation only: each trade forgets the one before.
    exchange.move_to(3_100.0);
    exchange.latest(source).unwrap_err().expect(&short(0, 1));
    exchange.pass(WINDOW);
    assert_right(&mut exchange, source);

    // Room for three: as many are written before the first is forgotten.
    let grow = crate::exchange::grow(3);
    exchange.send(exchange.pool, &grow);
    for dollars in [3_200.0, 3_300.0] {
        exchange.pass(500);
        exchange.move_to(dollars);
        assert_right(&mut exchange, source);
    }
    exchange.pass(500);
    exchange.move_to(3_000.0);
    // What is left are the trades of 1,000 and 500 seconds ago, and of now.
    exchange.latest(source).unwrap_err().expect(&short(1_000, 3));
    exchange.pass(700);
    exchange.latest(source).unwrap_err().expect(&short(1_700, 3));
    exchange.pass(100);
    assert_right(&mut exchange, source);
}

#[test]
fn a_pool_whose_liquidity_has_been_thin_is_refused_by_its_harmonic_mean() {
    for (mut exchange, source) in settled() {
        let thin = LIQUIDITY / 50;
        exchange.withdraw(LIQUIDITY - thin);
        // Not before it counts: this second is in no sum.
        assert_right(&mut exchange, source);
        let thin_secs = 300;
        exchange.pass(thin_secs);
        let refused = exchange.latest(source).unwrap_err().decode::<PoolSourceLiquidityTooLow>().unwrap();
        let seconds = |secs: u64, liquidity: u128| secs as f64 / liquidity as f64;
        let sum = seconds(WINDOW - thin_secs, LIQUIDITY) + seconds(thin_secs, thin);
        let mean = WINDOW as f64 / sum;
        assert!((f64::from(refused.liquidity) / mean - 1.0).abs() < 1e-9, "{}, expected {mean}", refused.liquidity);
        assert_eq!(refused.minLiquidity, U256::from(MIN_LIQUIDITY));
        exchange.provide(LIQUIDITY - thin);
        exchange.pass(WINDOW);
        assert_right(&mut exchange, source);
    }
}

#[test]
fn a_pool_at_the_end_of_its_prices_is_refused_by_its_tick() {
    for (mut exchange, source) in settled() {
        for root in ROOTS {
            exchange.move_to_root(root);
            let tick = I256::try_from(exchange.slot().tick).unwrap();
            exchange.latest(source).unwrap_err().expect(&PoolSourceTickOutOfDomain { tick });
        }
    }
}

#[test]
fn the_terms_are_checked_once_and_shown() {
    for mut exchange in exchanges() {
        let (pool, coin, token) = (exchange.pool, exchange.coin, exchange.world.token);
        let source = exchange.world.deploy_bare("pool-source");
        let nobody = exchange.world.account("nobody");
        let mut refused = |pool: Address, base: Address, secs: u64, liquidity: U256| -> Failure {
            let arguments = (pool, base, U256::from(secs), liquidity).abi_encode_params();
            construct(&mut exchange.world, source, arguments).unwrap_err()
        };
        let most = U256::from(u128::MAX);
        refused(Address::ZERO, coin, WINDOW, most).expect(&AddressIsZero {});
        refused(nobody, coin, WINDOW, most).expect(&AddressHasNoCode { account: nobody });
        refused(token, coin, WINDOW, most).expect(&PoolSourcePoolUnreadable { pool: token });
        for secs in [0, 59, 86_401, u64::MAX] {
            let error = PoolSourceWindowOutOfBounds { windowSecs: secs, minSecs: 60, maxSecs: 86_400 };
            refused(pool, coin, secs, most).expect(&error);
        }
        for liquidity in [U256::ZERO, most + U256::from(1)] {
            let error = PoolSourceMinLiquidityInvalid { minLiquidity: liquidity };
            refused(pool, coin, WINDOW, liquidity).expect(&error);
        }
        let (token0, token1) = (coin.min(token), coin.max(token));
        let error = PoolSourceTokenUnknown { token: nobody, token0, token1 };
        refused(pool, nobody, WINDOW, most).expect(&error);
        exchange.send(coin, &TestToken::setDecimalsCall { decimals: 19 });
        let arguments = (pool, coin, U256::from(WINDOW), most).abi_encode_params();
        let failure = construct(&mut exchange.world, source, arguments.clone()).unwrap_err();
        failure.expect(&PoolSourceDecimalsUnsupported { token: coin, decimals: 19 });
        exchange.send(coin, &TestToken::setDecimalsCall { decimals: 18 });
        construct(&mut exchange.world, source, arguments.clone()).unwrap();
        construct(&mut exchange.world, source, arguments).unwrap_err().expect(&AlreadyWired {});
        let terms = exchange.world.read(source, &IPoolSource::termsCall {});
        assert_eq!((terms.pool, terms.isBaseToken1), (pool, exchange.is_coin_token1));
        assert_eq!((terms.baseDecimals, terms.quoteDecimals), (18, 6));
        assert_eq!((terms.windowSecs, terms.minLiquidity), (WINDOW, most));
        let unknown = exchange.world.submit(nobody, source, vec![1, 2, 3, 4]);
        Failure(unknown.output).expect(&SelectorUnknown { selector: [1, 2, 3, 4].into() });
    }
}

#[test]
fn the_stablecoin_can_be_priced_in_the_coin() {
    for (mut exchange, _) in settled() {
        let (pool, base) = (exchange.pool, exchange.world.token);
        let terms = PoolTerms { pool, base, window_secs: 60, min_liquidity: 1 };
        let source = exchange.world.deployer().pool_source(&terms).unwrap();
        let told = number(exchange.latest(source).unwrap().priceWad);
        assert!((told * 3_000.0 - 1.0).abs() < 1e-4, "{told}");
    }
}

#[test]
fn gas_of_an_average() {
    let Some((mut exchange, source)) = settled().pop() else { return };
    for dollars in 0..40 {
        exchange.move_to(3_001.0 + f64::from(dollars));
        exchange.pass(60);
    }
    let owner = exchange.world.owner;
    let receipt = exchange.world.submit(owner, source, IPriceSource::latestCall {}.abi_encode());
    assert!(receipt.status);
    println!("an average over 40 observations as a transaction, program cached: {} gas", receipt.gas_used);
    assert!(receipt.gas_used < 100_000, "{}", receipt.gas_used);
}
