//! Trades at pulled prices: which price it is, to the last atom how wide the quote, and what it does not touch.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::{IBreakers, IMarket, IOracle, Leg};
use equipoise_risk::breakers::State;
use equipoise_risk::spread::{Doubt, MOST_PULL_AGE_SECS};
use equipoise_tests::{World, TOKEN};

use crate::fixture::{call_of, leg, put_of, Market, CAPITAL, CONTRACT, DAY, K2400, K3000, STRIKES};
use crate::native::{Moment, Native};
use crate::publishers::{Publishers, MOST_PUSH_AGE_SECS};

/// A market whose trades are priced by publishers, and its native double.
struct Pulled {
    market: Market,
    native: Native,
    publishers: Publishers,
    trader: Address,
}

impl Pulled {
    fn open() -> Self {
        let mut world = World::new();
        let (publishers, sources) = Publishers::deploy(&mut world);
        let mut market = Market::wired_on(world, sources);
        let mut native = Native::new();
        market.fill_vault(CAPITAL);
        native.follow_lps(CAPITAL as i128);
        let now = market.now();
        for days in [7, 14, 30, 60] {
            let id = market.list(now + days * DAY, &STRIKES);
            let strikes = market.read(&IMarket::strikesCall { board: id });
            native.list(id, now + days * DAY, &strikes);
        }
        market.push(3_000);
        let slices = market.slices();
        native.post(market.spot_wad(), market.now(), &slices);
        market.post(slices).unwrap();
        let trader = market.trader("trader", 1_000_000 * TOKEN);
        // A source that has said nothing stops openings; a price that is older than it may be traded at does not.
        publishers.bring_now(&mut market, 300_000);
        market.pass(6);
        Self { market, native, publishers, trader }
    }

    /// Brings a price of now in cents.
    fn bring(&mut self, cents: u128) {
        self.publishers.bring_now(&mut self.market, cents);
    }

    fn price(&mut self, is_trade: bool) -> IOracle::priceReturn {
        let oracle = self.market.oracle;
        self.market.world.read(oracle, &IOracle::priceCall { isTrade: is_trade })
    }

    /// What a trade sees.
    fn moment(&mut self) -> Moment {
        let price = self.price(true);
        let doubt = Doubt::from_bits(price.doubtX64);
        Moment {
            spot_wad: price.priceWad,
            round: price.roundId.to::<u64>(),
            spot_at: price.updatedAt,
            now: self.market.now(),
            doubt,
        }
    }

    fn legs(&self) -> Vec<Leg> {
        let [(near, _), _, (far, _), _] = self.market.boards[..] else { panic!("four boards") };
        vec![leg(call_of(far, K3000), CONTRACT), leg(put_of(near, K2400), 2 * CONTRACT)]
    }

    /// The quote of these legs is that of the pure crates at what a trade sees; trades are that quote.
    fn trade(&mut self, legs: &[Leg]) -> u128 {
        let moment = self.moment();
        let offer = self.native.offer(moment, legs);
        assert_eq!(self.market.quote(legs).unwrap(), offer.quote);
        let told = self.market.trade(self.trader, legs).unwrap();
        self.native.look_again(moment).unwrap();
        let moment = self.moment();
        let offer = self.native.offer(moment, legs);
        assert_eq!(told.quoted, offer.quote);
        self.native.trade(legs, &offer);
        told.quoted.spreadAtoms.to::<u128>()
    }

    fn spread(&mut self) -> u128 {
        let legs = self.legs();
        self.market.quote(&legs).unwrap().spreadAtoms.to::<u128>()
    }
}

fn cents(price: &IOracle::priceReturn) -> u128 {
    (price.priceWad / U256::from(10_u64).pow(U256::from(16))).to::<u128>()
}

#[test]
fn chain_prices_pulled_trades_as_the_pure_crates_do_to_the_last_atom() {
    let mut pulled = Pulled::open();
    let pushed = pulled.trade(&pulled.legs());
    pulled.bring(300_000);
    let narrow = pulled.trade(&pulled.legs());
    println!("the spread of a call and two puts: {pushed} atoms at the feed's price, {narrow} at the publishers'");
    assert!(narrow < pushed);
    let sold: Vec<_> = pulled.legs().iter().map(|each| leg(each.series, -CONTRACT / 2)).collect();
    for (secs, price) in [(1, 300_090), (0, 299_960), (2, 299_960), (4, 300_000), (90, 301_100), (3, 300_000)] {
        pulled.market.pass(secs.max(1));
        pulled.bring(price);
        for legs in [pulled.legs(), sold.clone()] {
            let _ = pulled.trade(&legs);
        }
    }
    // A new round in between, priced first at a pulled price.
    pulled.market.pass(600);
    pulled.market.push(3_010);
    pulled.bring(301_050);
    let _ = pulled.trade(&sold);
    pulled.market.pass(7);
    let _ = pulled.trade(&pulled.legs());
}

#[test]
fn a_pulled_price_is_traded_at_for_five_seconds_and_then_the_feeds() {
    let mut pulled = Pulled::open();
    let wide = pulled.spread();
    pulled.bring(300_100);
    let at = pulled.market.now();
    for age in 0..=MOST_PULL_AGE_SECS {
        assert_eq!(pulled.market.now(), at + age);
        let price = pulled.price(true);
        assert_eq!((cents(&price), price.updatedAt, pulled.price(false).doubtX64), (300_100, at, 0));
        assert!(price.doubtX64 > 0 && pulled.spread() < wide, "{age}");
        pulled.market.pass(1);
    }
    let price = pulled.price(true);
    assert_eq!((cents(&price), price.doubtX64), (300_000, 0), "six seconds");
    assert!(pulled.spread().abs_diff(wide) < wide / 10_000, "but for the vega of some seconds");
    assert_eq!((price.priceWad, price.updatedAt), (pulled.price(false).priceWad, pulled.price(false).updatedAt));
}

#[test]
fn a_second_update_in_a_second_prices_trades_at_the_worse_of_old_and_new() {
    let mut pulled = Pulled::open();
    pulled.bring(300_000);
    pulled.market.pass(4);
    let calm = pulled.price(true).doubtX64;
    let at = pulled.market.now();
    pulled.bring(300_060);
    assert_eq!(pulled.market.now(), at, "one second");
    let doubt = pulled.price(true).doubtX64;
    let moved = 2.0e-4 * 2.0_f64.powi(64);
    assert!((doubt - calm) as f64 > moved && ((doubt - calm) as f64) < moved * 1.02, "two basis points");
    let wide = pulled.spread();
    pulled.market.pass(1);
    assert_eq!(pulled.price(true).doubtX64.abs_diff(calm) >> 44, 0, "in the next second it is the price");
    assert!(pulled.spread() < wide);
    // What it was ten seconds ago nobody could trade at.
    pulled.market.pass(9);
    pulled.bring(300_000);
    assert_eq!(pulled.price(true).doubtX64, calm);
}

#[test]
fn a_price_far_from_the_feeds_is_not_traded_at_and_trips_the_breaker_of_two_sources() {
    let mut pulled = Pulled::open();
    pulled.trade(&pulled.legs());
    // Ten cents are what it may be off by.
    pulled.bring(304_489);
    assert_eq!(cents(&pulled.price(true)), 304_489);
    pulled.market.pass(1);
    assert_eq!(pulled.market.poke(), State::Open.number());
    pulled.bring(304_490);
    let price = pulled.price(true);
    assert_eq!((cents(&price), price.doubtX64), (300_000, 0));
    assert_eq!(pulled.market.poke(), State::ReduceOnly.number(), "the feed's price and the publishers' are compared");
    assert!(pulled.market.read(&IBreakers::marketStateCall {}).state == State::ReduceOnly.number());
}

#[test]
fn nobody_trades_better_than_at_the_feeds_price_by_signing_prices() {
    let mut pulled = Pulled::open();
    let legs = [leg(call_of(pulled.market.boards[2].0, 0), CONTRACT)];
    let sold = [leg(legs[0].series, -CONTRACT)];
    let mid = |pulled: &mut Pulled| pulled.market.quote(&legs).unwrap().midAtoms;
    let at_feed = mid(&mut pulled);
    for price in [299_000, 303_000, 297_000, 304_400] {
        pulled.market.pass(6);
        pulled.bring(price);
        let [bought, sold] = [&legs, &sold].map(|legs| pulled.market.quote(legs).unwrap().costAtoms);
        assert!(bought > at_feed && -sold < at_feed, "a deep call at {price}");
    }
}

#[test]
fn a_feed_that_is_overdue_lends_no_pulled_price_its_word() {
    let mut pulled = Pulled::open();
    let feed_at = pulled.price(false).updatedAt;
    pulled.market.world.go_to(feed_at + MOST_PUSH_AGE_SECS);
    pulled.bring(300_100);
    assert_eq!(cents(&pulled.price(true)), 300_100, "as old as it may be");
    pulled.market.pass(1);
    let price = pulled.price(true);
    assert_eq!((cents(&price), price.updatedAt), (300_000, feed_at));
}

#[test]
fn all_but_trades_is_measured_at_the_feeds_price() {
    let mut pulled = Pulled::open();
    pulled.trade(&pulled.legs());
    let of_feed = |pulled: &mut Pulled| {
        let nav = pulled.market.read(&IMarket::navCall {});
        let margin = pulled.market.margin_of(pulled.trader);
        (nav.navAtoms, nav.priceAt, pulled.market.book().spotWad, margin.maintenanceAtoms)
    };
    let before = of_feed(&mut pulled);
    pulled.bring(302_000);
    let quoted = pulled.market.quote(&pulled.legs()).unwrap();
    assert_eq!(quoted.spotWad, U256::from(3_020_000_000_000_000_000_000_u128));
    assert_eq!(of_feed(&mut pulled), before);
}

#[test]
fn an_oracle_pulls_prices_only_where_its_constructor_said_so_and_from_a_source_of_signed_ones() {
    let mut world = World::new();
    let (publishers, sources) = Publishers::deploy(&mut world);
    let oracle = world.deployer().oracle(sources).unwrap();
    assert_eq!(u64::from(world.read(oracle, &IOracle::mostPushAgeSecsCall {})), MOST_PUSH_AGE_SECS);
    let comparing = equipoise_cli::deployment::Sources { most_push_age_secs: 0, ..sources };
    let mut market = Market::wired_on(world, comparing);
    market.push(3_000);
    publishers.bring_now(&mut market, 300_100);
    let oracle = market.oracle;
    let price = market.world.read(oracle, &IOracle::priceCall { isTrade: true });
    assert_eq!((price.priceWad, price.doubtX64), (U256::from(3_000_000_000_000_000_000_000_u128), 0));
    let second = market.world.deploy("TestSource", Vec::new());
    for second in [second, Address::ZERO] {
        let sources = equipoise_cli::deployment::Sources { second, ..sources };
        assert!(market.world.deployer().oracle(sources).is_err(), "{second}");
    }
    let mut at_most = |most_push_age_secs| {
        let sources = equipoise_cli::deployment::Sources { most_push_age_secs, ..sources };
        market.world.deployer().oracle(sources).is_ok()
    };
    assert!(at_most(86_399) && !at_most(86_400), "of a price a day old nothing is traded");
}
