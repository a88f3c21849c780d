//! The oracle program on the embedded chain, against the Solidity feed.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions, missing_docs)]

use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, Bytes, I256, U256};
use alloy_sol_types::{SolCall, SolValue};
use equipoise_cli::deployment::{FeedAggregator, Sources};
use equipoise_interfaces::{
    CalldataMalformed, IOracle, OracleFeedUnreadable, OracleFirstRoundTooEarly, OracleFirstRoundTooLate,
    OracleFirstRoundUnusable, OraclePriceNotPositive, OraclePriceOutOfDomain, OracleTimeInFuture, OracleWindowInvalid,
    OracleWindowOpen, OracleWindowPhaseBegan, OracleWindowTooLong, SelectorUnknown,
};
use equipoise_tests::World;

const WAD: u128 = 1_000_000_000_000_000_000;
const WINDOW: u64 = 1_800;
/// 2026-01-30 08:00:00 UTC.
const EXPIRY: u64 = 1_769_760_000;
const START: u64 = EXPIRY - WINDOW;
/// Rounds of a window that the oracle reads backwards at most.
const MOST_ROUNDS: u32 = 300;

struct Setup {
    world: World,
    oracle: Address,
}

fn setup() -> Setup {
    let mut world = World::new();
    let oracle = world.oracle().unwrap();
    Setup { world, oracle }
}

impl Setup {
    fn spot(&mut self) -> Result<IOracle::spotReturn, equipoise_tests::Failure> {
        self.world.view(self.oracle, &IOracle::spotCall {})
    }

    fn settle(&mut self, first_round: u64) -> Result<U256, equipoise_tests::Failure> {
        let call =
            IOracle::settlementPriceCall { expiry: EXPIRY, windowSecs: WINDOW, firstRound: U80::from(first_round) };
        self.world.view(self.oracle, &call)
    }

    fn begun(&mut self) -> Result<U256, equipoise_tests::Failure> {
        self.world.view(self.oracle, &IOracle::begunAverageCall { expiry: EXPIRY, windowSecs: WINDOW })
    }

    fn round(&mut self, dollars: i128, at: u64) {
        self.world.push_round(dollars * 100_000_000, at);
    }
}

#[test]
fn spot_is_the_latest_round_in_wad() {
    let mut setup = setup();
    let at = setup.world.chain.timestamp();
    setup.world.push_round(299_912_345_678, at);
    let spot = setup.spot().unwrap();
    assert_eq!(spot.priceWad, U256::from(2_999_123_456_780_000_000_000_u128));
    assert_eq!(spot.roundId, U80::from(1));
    assert_eq!(spot.updatedAt, at);
    let feed = setup.world.read(setup.oracle, &IOracle::feedCall {});
    assert_eq!(feed, setup.world.feed);
}

#[test]
fn spot_refuses_unusable_rounds_by_their_reason() {
    let mut setup = setup();
    let feed = setup.world.feed;
    setup.spot().unwrap_err().expect(&OracleFeedUnreadable { feed });

    let at = setup.world.chain.timestamp();
    setup.world.push_round(0, at);
    let (answer, round_id) = (I256::ZERO, U80::from(1));
    setup.spot().unwrap_err().expect(&OraclePriceNotPositive { answer, roundId: round_id });

    setup.world.push_round(-1, at + 1);
    setup.world.go_to(at + 1);
    let (answer, round_id) = (I256::MINUS_ONE, U80::from(2));
    setup.spot().unwrap_err().expect(&OraclePriceNotPositive { answer, roundId: round_id });

    setup.world.push_round(9_999, at + 2);
    setup.world.go_to(at + 2);
    let answer = I256::try_from(9_999).unwrap();
    setup.spot().unwrap_err().expect(&OraclePriceOutOfDomain { answer, decimals: 8 });

    let now = setup.world.chain.timestamp();
    setup.world.push_round(300_000_000_000, now + 100);
    let future = setup.spot().unwrap_err().decode::<OracleTimeInFuture>().unwrap();
    assert_eq!(future.updatedAt, U256::from(now + 100));
    assert!(future.nowAt < now + 100);
    setup.world.go_to(now + 100);
    assert_eq!(setup.spot().unwrap().priceWad, U256::from(3_000 * WAD));
}

#[test]
fn settlement_is_the_average_over_the_window() {
    let mut setup = setup();
    setup.round(3_000, START - 60);
    setup.round(3_100, START + 600);
    setup.round(3_400, START + 1_200);
    setup.world.go_to(EXPIRY);
    setup.settle(1).unwrap_err().expect(&OracleWindowOpen { expiry: EXPIRY, latestRoundAt: START + 1_200 });
    setup.round(9_999, EXPIRY + 30);
    setup.world.go_to(EXPIRY + 30);
    let average = U256::from(9_500 * WAD) / U256::from(3);
    assert_eq!(setup.settle(1).unwrap(), average);
}

#[test]
fn a_feed_of_two_parts_is_read_like_a_plain_one() {
    let mut world = World::new();
    let owner = world.owner;
    let [feed, aggregator] = world.deployer().two_part_feed().unwrap();
    let oracle = world.deployer().oracle(Sources::of(feed)).unwrap();
    let mut setup = Setup { world, oracle };
    for (dollars, at) in [(3_000_i64, START - 60), (3_100, START + 600), (3_400, START + 1_200), (9_999, EXPIRY + 30)] {
        let answer = I256::try_from(dollars * 100_000_000).unwrap();
        let push = FeedAggregator::pushCall { answer, updatedAt: U256::from(at) };
        setup.world.send(owner, aggregator, &push).unwrap();
    }
    setup.world.go_to(EXPIRY + 30);
    // Round ids have the phase in front.
    let spot = setup.spot().unwrap();
    assert_eq!((spot.priceWad, spot.updatedAt), (U256::from(9_999 * WAD), EXPIRY + 30));
    assert_eq!(spot.roundId, U80::from_limbs([4, 1]));
    let settle = |round: u64| IOracle::settlementPriceCall {
        expiry: EXPIRY,
        windowSecs: WINDOW,
        firstRound: U80::from_limbs([round, 1]),
    };
    let average = U256::from(9_500 * WAD) / U256::from(3);
    assert_eq!(setup.world.read(oracle, &settle(1)), average);
    assert!(setup.world.view(oracle, &settle(2)).is_err());
}

#[test]
fn settlement_accepts_no_other_first_round() {
    let mut setup = setup();
    setup.round(3_000, START - 120);
    setup.round(3_050, START - 60);
    setup.round(3_100, START + 600);
    setup.round(9_999, EXPIRY + 30);
    setup.world.go_to(EXPIRY + 30);
    assert!(setup.settle(2).is_ok());
    setup.settle(1).unwrap_err().expect(&OracleFirstRoundTooEarly {
        roundId: U80::from(1),
        laterRoundId: U80::from(2),
        laterUpdatedAt: START - 60,
        windowStart: START,
    });
    setup.settle(3).unwrap_err().expect(&OracleFirstRoundTooLate {
        roundId: U80::from(3),
        updatedAt: START + 600,
        windowStart: START,
    });
    setup.settle(77).unwrap_err().expect(&OracleFirstRoundUnusable { roundId: U80::from(77) });
}

#[test]
fn settlement_after_a_day_of_silence_carries_the_last_price() {
    let mut setup = setup();
    setup.round(3_000, START - 60);
    setup.round(3_900, EXPIRY - 600);
    setup.world.go_to(EXPIRY + 86_399 - 1);
    assert!(setup.settle(1).unwrap_err().decode::<OracleWindowOpen>().is_some());
    setup.world.go_to(EXPIRY + 86_400);
    assert_eq!(setup.settle(1).unwrap(), U256::from(3_300 * WAD));
}

#[test]
fn settlement_passes_over_rounds_without_a_price() {
    let mut setup = setup();
    setup.round(3_000, START - 60);
    setup.round(0, START + 300);
    setup.round(-5, START + 301);
    setup.round(3_600, EXPIRY - 900);
    setup.round(1, EXPIRY + 1);
    setup.world.go_to(EXPIRY + 1);
    assert_eq!(setup.settle(1).unwrap(), U256::from(3_300 * WAD));
}

#[test]
fn settlement_of_a_round_a_second_fits_in_a_block() {
    let mut setup = setup();
    for second in 0..=WINDOW {
        setup.round(3_000 + i128::from(second % 2), START + second);
    }
    setup.world.go_to(EXPIRY + 1);
    assert_eq!(setup.settle(1).unwrap(), U256::from(3_000 * WAD + WAD / 2));
    let call = IOracle::settlementPriceCall { expiry: EXPIRY, windowSecs: WINDOW, firstRound: U80::from(1) };
    let (owner, oracle) = (setup.world.owner, setup.oracle);
    let receipt = setup.world.submit(owner, oracle, call.abi_encode());
    assert!(receipt.status);
    println!("settlementPrice over {} rounds: {} gas", WINDOW + 1, receipt.gas_used);
    assert!(receipt.gas_used < 16_000_000, "{}", receipt.gas_used);
}

#[test]
fn settlement_does_not_take_an_out_of_gas_read_for_a_missing_round() {
    let mut setup = setup();
    setup.round(3_000, START - 60);
    for number in 1..=40 {
        setup.round(3_000 + number, START + 40 * u64::try_from(number).unwrap());
    }
    setup.round(9_999, EXPIRY + 30);
    setup.world.go_to(EXPIRY + 30);
    let right = setup.settle(1).unwrap();
    let call = IOracle::settlementPriceCall { expiry: EXPIRY, windowSecs: WINDOW, firstRound: U80::from(1) };
    let request = |gas| alloy_rpc_types_eth::TransactionRequest {
        from: Some(setup.world.owner),
        to: Some(setup.oracle.into()),
        gas: Some(gas),
        input: Bytes::from(call.abi_encode()).into(),
        ..Default::default()
    };
    let (mut failed, mut passed) = (0, 0);
    for gas in (60_000..900_000).step_by(997) {
        let outcome = setup.world.chain.call(&request(gas), alloy_rpc_types_eth::BlockId::pending(), None);
        match outcome {
            Ok(outcome) if outcome.status => {
                passed += 1;
                assert_eq!(U256::from_be_slice(&outcome.output), right, "at {gas} gas");
            }
            _ => failed += 1,
        }
    }
    assert!(failed > 20 && passed > 20, "{failed} failed, {passed} passed");
}

#[test]
fn average_that_has_begun_is_what_is_settled_if_the_feed_says_nothing_more() {
    let mut setup = setup();
    for (dollars, at) in [(2_900, START - 60), (3_000, START + 300), (3_300, START + 1_500)] {
        setup.round(dollars, at);
    }
    setup.world.go_to(START + 1_700);
    let begun = setup.begun().unwrap();
    // 300 s at 2,900, 1,200 s at 3,000, and the rest at 3,300.
    assert_eq!(begun, U256::from((300 * 2_900 + 1_200 * 3_000 + 300 * 3_300) * WAD / 1_800));
    setup.round(1, EXPIRY);
    setup.world.go_to(EXPIRY);
    assert_eq!(setup.settle(1).unwrap(), begun);
}

#[test]
fn window_of_more_rounds_than_one_transaction_reads_is_refused_by_name() {
    let mut setup = setup();
    for number in 0..MOST_ROUNDS {
        setup.round(3_000, START + u64::from(number));
    }
    setup.world.go_to(START + 900);
    assert_eq!(setup.begun().unwrap(), U256::from(3_000 * WAD));
    let (owner, oracle) = (setup.world.owner, setup.oracle);
    let call = IOracle::begunAverageCall { expiry: EXPIRY, windowSecs: WINDOW };
    let receipt = setup.world.submit(owner, oracle, call.abi_encode());
    println!("an average of {MOST_ROUNDS} rounds: {} gas", receipt.gas_used);
    // A bid asks twice: before it for the account, and after it for both sides.
    assert!(receipt.status && receipt.gas_used < 8_000_000, "{}", receipt.gas_used);
    setup.round(3_000, START + 900);
    let refused = setup.begun().unwrap_err();
    refused.expect(&OracleWindowTooLong { windowStart: START, mostRounds: MOST_ROUNDS });
}

#[test]
fn average_that_has_begun_before_the_feed_did_is_refused_by_name() {
    let mut setup = setup();
    setup.round(3_000, START + 60);
    setup.world.go_to(START + 90);
    let first = U80::from(1);
    setup.begun().unwrap_err().expect(&OracleWindowPhaseBegan { firstRoundId: first, windowStart: START });
}

#[test]
fn settlement_window_is_bounded() {
    let mut setup = setup();
    for window_secs in [0, 86_401, EXPIRY + 1] {
        let call = IOracle::settlementPriceCall { expiry: EXPIRY, windowSecs: window_secs, firstRound: U80::from(1) };
        setup.world.view(setup.oracle, &call).unwrap_err().expect(&OracleWindowInvalid {
            expiry: EXPIRY,
            windowSecs: window_secs,
            maxWindowSecs: 86_400,
        });
    }
}

#[test]
fn constructor_runs_once_and_wants_a_feed() {
    let mut setup = setup();
    let nobody = setup.world.account("nobody");
    assert!(setup.world.deployer().oracle(Sources::of(nobody)).is_err());
    assert!(setup.world.deployer().oracle(Sources::default()).is_err());
    let token = setup.world.token;
    let again = [vec![0x55, 0x85, 0x25, 0x8d], token.abi_encode()].concat();
    let receipt = setup.world.submit(nobody, setup.oracle, again);
    assert!(!receipt.status);
    assert_eq!(setup.world.read(setup.oracle, &IOracle::feedCall {}), setup.world.feed);
}

#[test]
fn malformed_calls_are_refused_by_name() {
    let mut setup = setup();
    let nobody = setup.world.account("nobody");
    let unknown = setup.world.submit(nobody, setup.oracle, vec![1, 2, 3, 4]);
    let selector = [1, 2, 3, 4].into();
    equipoise_tests::Failure(unknown.output).expect(&SelectorUnknown { selector });
    let selector = IOracle::settlementPriceCall::SELECTOR;
    let short = setup.world.submit(nobody, setup.oracle, selector.to_vec());
    let selector = selector.into();
    equipoise_tests::Failure(short.output).expect(&CalldataMalformed { selector });
}

#[test]
fn gas_of_views() {
    let mut setup = setup();
    setup.world.push_price(3_000);
    let (owner, oracle) = (setup.world.owner, setup.oracle);
    let receipt = setup.world.submit(owner, oracle, IOracle::spotCall {}.abi_encode());
    println!("spot as a transaction, program cached: {} gas", receipt.gas_used);
    assert!(receipt.gas_used < 60_000, "{}", receipt.gas_used);
}
