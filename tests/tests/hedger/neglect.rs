//! What the market does while nobody hedges it.

use equipoise_interfaces::{IBreakers, IMarket, MarketReduceOnly};
use equipoise_risk::breakers::{Measure, State, RULES};
use equipoise_tests::TOKEN;

use crate::fixture::{call_of, leg, signed, Market, CAPITAL, CONTRACT, K3000, SPOT};
use crate::stage::Stage;

const AT_SPOT: u64 = SPOT as u64 * 100;
const HOUR: u64 = 3_600;

impl Stage {
    /// Hours of calm in which somebody looks every half an hour. The surface stays as young as keepers keep it.
    fn calm(&mut self, hours: u64) {
        for half in 0..2 * hours {
            self.market.pass(HOUR / 2);
            self.market.push(SPOT);
            if half % 24 == 23 {
                self.market.post_surface().unwrap();
            }
            self.market.poke();
        }
    }

    /// For how long nobody has hedged, and whether the market stops for it.
    fn unhedged(&mut self) -> (u64, bool) {
        let rules = self.market.read(&IBreakers::breakersCall {});
        let rule = rules.iter().find(|rule| usize::from(rule.measure) == Measure::Unhedged.place()).unwrap();
        (rule.reading.into(), rule.isTripped)
    }
}

#[test]
fn a_book_that_nobody_hedges_widens_spreads_and_then_only_reduces_until_somebody_does() {
    let mut stage = Stage::open();
    let mut hedged = Stage::open();
    let request = hedged.request(vec![hedged.leg(30_000, AT_SPOT)]);
    hedged.rebalance(request).unwrap();
    for each in [&mut stage, &mut hedged] {
        each.calm(5);
    }
    let (secs, _) = stage.unhedged();
    // From the first look on, and by less than 256 s more: so much is cut.
    assert!((9 * HOUR / 2..9 * HOUR / 2 + 256).contains(&secs), "{secs} s");
    assert_eq!(hedged.unhedged(), (0, false));
    for each in [&mut stage, &mut hedged] {
        each.calm(10);
    }
    // Calm both, and the one as used as the other but for the hedge.
    let (wide, narrow) = (stage.market.multiplier(), hedged.market.multiplier());
    assert_eq!(narrow, 1_000_000);
    assert!(wide >= 2_000_000, "{wide}");
    assert_eq!(stage.market.poke(), State::Open.number());
    let (more, trader) = ([stage.calls(CONTRACT)], stage.trader);
    stage.market.trade(trader, &more).unwrap();

    stage.calm(23);
    assert_eq!(stage.market.poke(), State::ReduceOnly.number());
    assert!(stage.unhedged().1);
    let place = RULES.iter().position(|rule| rule.measure == Measure::Unhedged).unwrap();
    let stopped = stage.market.read(&IBreakers::marketStateCall {});
    let expected = MarketReduceOnly { trippedRules: 1 << place, recoversAt: stopped.recoversAt };
    stage.market.refuse_trade(trader, &more, &expected);
    let less = [stage.calls(-CONTRACT)];
    stage.market.trade(trader, &less).unwrap();

    stage.checkpoint();
    stage.market.pass(200);
    stage.market.push(SPOT);
    let request = stage.request(vec![stage.leg(30_000, AT_SPOT)]);
    stage.rebalance(request).unwrap();
    for _ in 0..2 {
        stage.market.pass(120);
        stage.market.push(SPOT);
        stage.market.poke();
    }
    assert_eq!(stage.unhedged(), (0, false));
    stage.market.trade(trader, &more).unwrap();
    assert_eq!(stage.market.multiplier(), 1_000_000);
}

#[test]
fn lps_enter_a_market_with_a_hedger_before_its_first_surface() {
    let mut market = Market::wired();
    let coin = market.world.deploy("TestToken", Vec::new());
    let (program, clearing) = (market.market, market.clearing);
    market.world.deployer().hedges(program, clearing, coin).unwrap();
    market.fill_vault(CAPITAL);
    let nav = market.read(&IMarket::navCall {}).navAtoms;
    assert_eq!(nav, signed(CAPITAL as i128));
}

#[test]
fn a_market_without_a_hedger_is_not_expected_to_be_hedged() {
    let mut market = Market::open();
    let trader = market.trader("buyer of calls", 1_000_000 * TOKEN);
    let board = market.boards[2].0;
    market.trade(trader, &[leg(call_of(board, K3000), 60 * CONTRACT)]).unwrap();
    for hour in 0..40 {
        market.pass(HOUR);
        market.push(SPOT);
        if hour % 12 == 11 {
            market.post_surface().unwrap();
        }
        assert_eq!(market.poke(), State::Open.number());
    }
    assert_eq!(market.multiplier(), 1_000_000);
}
