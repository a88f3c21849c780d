//! P&L explained on a path that is known.

use equipoise_data::{generate_prices, PathRecipe};
use equipoise_risk::black76::Kind;
use equipoise_risk::rebalance::HedgeTerm;
use equipoise_simulate::{Leg, Trader};

use super::*;
use crate::hedging::FILL_COST;
use crate::settings::{Hedge, Numbers, Solvers};

/// A market that has sold ten calls near the money and holds a hedge of three units.
fn sold(setup: &Setup) -> Market<'_> {
    let variant = Variant { without: None, hedge: Hedge::Solvers, learns: false };
    let first = setup.candles[0];
    let mut market = Market::new(setup, variant, &first).unwrap();
    market.keep(&first).unwrap();
    let leg = Leg { board: 1, strike: 4, kind: Kind::Call, lots: 10_000 };
    market.venue.trade(&mut Trader::default(), &[leg]).unwrap();
    bought(&mut market, 3.0);
    market
}

/// The vault buys some of the underlying, sells it if negative, and the books begin anew.
fn bought(market: &mut Market<'_>, units: f64) {
    let fill = market.venue.fill_at(Fx::from_num(units), FILL_COST).unwrap();
    let cash = market.venue.cash();
    market.venue.rebalance(&fill, Atoms::ZERO).unwrap();
    market.outside = market.outside.plus(cash.minus(market.venue.cash()).unwrap()).unwrap();
    market.remark(Parts::default()).unwrap();
    market.ledger.take();
}

fn setup() -> Setup {
    let history = generate_prices(&PathRecipe { candles: 48, ..PathRecipe::default() });
    Setup::of(&history.points, 3_000_000.0, 1)
}

#[test]
fn a_move_of_spot_is_delta_and_gamma_and_nearly_nothing_else() {
    let setup = setup();
    let mut market = sold(&setup);
    let spot = market.venue.spot().fx().to_num::<f64>();
    let option = market.venue.option(1, 4).unwrap();
    let (before, moved) = (market.ledger.nav, 0.004 * spot);
    market.go(Step { at: market.venue.now(), price: spot + moved }).unwrap();
    let parts = market.ledger.take();
    let delta = (3.0 - 10.0 * option.call_delta.to_num::<f64>()) * moved;
    let gamma = -10.0 * option.gamma.to_num::<f64>() * moved * moved / 2.0;
    assert!((parts.delta as f64 / 1e6 - delta).abs() < 1e-4, "{parts:?} {delta}");
    assert!((parts.gamma as f64 / 1e6 - gamma).abs() < 1e-4, "{parts:?} {gamma}");
    assert!(gamma < 0.0 && (parts.residual as f64) < 0.02 * parts.gamma.abs() as f64, "{parts:?}");
    assert_eq!((parts.theta, parts.vega, parts.total()), (0, 0, market.ledger.nav - before));
}

#[test]
fn a_large_move_leaves_little_unexplained() {
    let setup = setup();
    let mut market = sold(&setup);
    let spot = market.venue.spot().fx().to_num::<f64>();
    market.go(Step { at: market.venue.now(), price: 0.85 * spot }).unwrap();
    let parts = market.ledger.take();
    assert!(parts.residual.abs() * 50 < parts.gamma.abs() + parts.delta.abs(), "{parts:?}");
}

#[test]
fn time_is_theta_and_a_post_is_vega() {
    let setup = setup();
    let mut market = sold(&setup);
    let spot = market.venue.spot().fx().to_num::<f64>();
    let theta = market.venue.option(1, 4).unwrap().theta.to_num::<f64>();
    market.go(Step { at: market.venue.now() + 3_600, price: spot }).unwrap();
    let parts = market.ledger.take();
    assert!((parts.theta as f64 / 1e6 + 10.0 * theta / 8_760.0).abs() < 0.01 * theta.abs() / 876.0, "{parts:?}");
    assert_eq!((parts.delta, parts.gamma, parts.residual), (0, 0, 0));

    market.realised.moved(3_000.0, 2_700.0, 3_600);
    let candle = Candle { at: market.venue.now(), ..setup.candles[1] };
    let candle = Candle { point: equipoise_data::PricePoint { open: spot, ..candle.point }, ..candle };
    market.keep(&candle).unwrap();
    let parts = market.ledger.take();
    assert!(parts.vega < 0, "short of vega when volatility rises: {parts:?}");
    assert_eq!(parts.total(), parts.vega);
}

/// D* over C now.
fn ratio(market: &Market<'_>, candle: &Candle) -> f64 {
    let reading = market.reading(&market.venue.options().unwrap(), candle).unwrap();
    reading.delta.fx().to_num::<f64>() / reading.capital.fx().to_num::<f64>()
}

/// A market far out of its band, and the quarter of an hour after it.
fn unbalanced(setup: &Setup) -> Market<'_> {
    let mut market = sold(setup);
    bought(&mut market, 200.0);
    assert!(ratio(&market, &setup.candles[0]) > 0.06);
    market
}

#[test]
fn solvers_bring_the_delta_that_matters_inside_and_are_paid_for_it() {
    let setup = setup();
    let mut market = unbalanced(&setup);
    let (before, reserve) = (ratio(&market, &setup.candles[0]), market.venue.reserve().balance);
    let (units, outside) = (market.venue.hedge(), market.outside);
    market.rebalance_until(market.venue.now() + 900).unwrap();
    let after = ratio(&market, &setup.candles[0]);
    assert!(after > 0.0 && after < 0.04, "{before} {after}");
    let sold = (units - market.venue.hedge()).to_num::<f64>() * market.venue.spot().fx().to_num::<f64>();
    let counts = market.tally.take(0, [0; 2]);
    let tips = market.hedger.records.iter().map(|record| record.tips_atoms).sum::<i64>();
    assert!(counts.hedges > 0 && tips > 0 && counts.tips_atoms == tips, "{counts:?}");
    let fills = (counts.hedge_cost_atoms - tips) as f64 / 1e6;
    assert!((fills - 0.0007 * sold).abs() < 1e-3, "{fills} {sold}");
    let brought = count(outside.minus(market.outside).unwrap()) as f64 / 1e6;
    assert!((brought - (sold - fills - tips as f64 / 1e6)).abs() < 1e-3, "{brought}");
    let parts = market.ledger.take();
    assert_eq!(parts.hedge_cost, -counts.hedge_cost_atoms);
    assert_eq!(parts.skew, count(reserve).min(counts.hedge_cost_atoms), "what the reserve pays of it first");
    assert!(parts.residual.abs() <= 4 * i64::from(counts.hedges), "{parts:?}");
    assert_eq!(market.hedger.epoch, u64::from(counts.hedges));
}

#[test]
fn what_a_day_may_cost_bounds_what_solvers_ask_for() {
    let mut setup = setup();
    setup.rules = Numbers::with(&[("DayBudget".into(), 0.000_2), ("RebalanceBudget".into(), 0.000_05)]).unwrap();
    let mut market = sold(&setup);
    bought(&mut market, 300.0);
    market.rebalance_until(market.venue.now() + 900).unwrap();
    let (cost, count) = (market.tally.day.hedge_cost_atoms as f64 / 1e6, market.tally.day.hedges);
    assert!(count > 0 && cost <= 300.0 && cost / f64::from(count) <= 150.0, "{count} {cost}");
}

#[test]
fn the_window_waits_for_the_checkpoint_and_for_the_outer_band() {
    let setup = setup();
    let mut market = unbalanced(&setup);
    let least = setup.rules.terms.secs(HedgeTerm::CheckpointSecs);
    market.rebalance_until(market.venue.now() + least).unwrap();
    assert!(market.hedger.window.is_open() && market.hedger.epoch == 0, "no inventory is old enough");
    let mut inside = sold(&setup);
    assert!(ratio(&inside, &setup.candles[0]).abs() < 0.06);
    inside.rebalance_until(inside.venue.now() + 900).unwrap();
    assert!(!inside.hedger.window.is_open() && inside.hedger.epoch == 0);
}

#[test]
fn without_solvers_spreads_widen_and_then_the_market_only_reduces() {
    for solvers in [Solvers { count: 0, die_at: None }, Solvers { count: 2, die_at: Some(1) }] {
        let setup = Setup { solvers, ..setup() };
        let mut market = unbalanced(&setup);
        let (price, begun) = (market.venue.spot().fx().to_num::<f64>(), market.venue.now());
        let mut after = |hours: u64| {
            while market.venue.now() < begun + hours * 3_600 {
                market.go(Step { at: market.venue.now() + 900, price }).unwrap();
                let now = market.venue.now();
                let reading = market.reading(&market.venue.options().unwrap(), &setup.candles[0]).unwrap();
                market.guard.look(&reading, 900).unwrap();
                market.rebalance_until(now + 900).unwrap();
            }
            let (factor, only_reduces) = market.guard.neglect(market.venue.now());
            (factor.raw(), only_reduces, market.state())
        };
        assert_eq!(after(4), (1_000_000, false, State::Open));
        let (wider, ..) = after(9);
        assert!((1_400_000..1_700_000).contains(&wider), "{wider}");
        assert_eq!(after(14), (2_000_000, false, State::Open));
        assert_eq!(after(37), (2_000_000, true, State::ReduceOnly));
        assert_eq!(market.hedger.epoch, 0);
    }
}

#[test]
fn the_shadow_book_differs_by_what_the_hedge_has_earned_and_by_nothing_else() {
    let setup = setup();
    let mut market = unbalanced(&setup);
    // the book without the hedge, from first principles: its cash as if nothing had gone to the hedge's other side
    let shadow = |market: &Market<'_>| {
        let cash = market.venue.cash().plus(market.outside).unwrap().minus(market.venue.reserve().balance).unwrap();
        count(cash.plus(market.venue.scale().atoms_floor(market.mark.value).unwrap()).unwrap())
    };
    let (nav, without, earned) = (market.ledger.nav, shadow(&market), market.hedge_earned().unwrap());
    let mut expected = 0.0;
    for price in [1.01, 0.97, 1.0] {
        let (units, from) = (market.venue.hedge().to_num::<f64>(), market.venue.spot().fx().to_num::<f64>());
        let to = from * price;
        market.go(Step { at: market.venue.now() + 900, price: to }).unwrap();
        expected += units * (to - from);
        let costs = market.tally.day.hedge_cost_atoms;
        market.rebalance_until(market.venue.now() + 900).unwrap();
        expected -= (market.tally.day.hedge_cost_atoms - costs) as f64 / 1e6;
    }
    assert!(market.tally.day.hedges > 0);
    let hedge = market.hedge_earned().unwrap() - earned;
    assert_eq!((market.ledger.nav - nav) - (shadow(&market) - without), hedge, "exactly");
    assert!((hedge as f64 / 1e6 - expected).abs() < 1e-4, "{hedge} {expected}");
}

#[test]
fn what_traders_hold_against_each_other_is_counted_and_limited() {
    let setup = setup();
    let mut market = sold(&setup);
    let leg = |lots| [Leg { board: 1, strike: 4, kind: Kind::Call, lots }];
    let [mut one, mut other] = [Trader::default(), Trader::default()];
    assert_eq!(market.venue.matched_lots(), 0);
    market.venue.trade(&mut one, &leg(-4_000)).unwrap();
    assert_eq!(market.venue.matched_lots(), 4_000);
    market.venue.move_share(&mut one, &mut other, Fx::lit("0.25")).unwrap();
    assert_eq!(market.venue.matched_lots(), 4_000, "a short is one whoever has it");
    market.venue.trade(&mut other, &leg(1_500)).unwrap();
    assert_eq!(market.venue.matched_lots(), 3_000, "half of it closes, half opens against the vault");
    market.venue.move_share(&mut one, &mut other, Fx::ONE).unwrap();
    assert_eq!(market.venue.matched_lots(), 2_500, "a long that meets a short is none");

    // Seven tenths of three millions are left of capital, of which a contract takes three tenths of spot.
    let spot = market.venue.spot().fx().to_num::<f64>();
    let most = 0.7 * 3_000_000.0 / (0.3 * spot);
    let [mut long, mut short] = [Trader::default(), Trader::default()];
    let refused = (0..200).find_map(|_| {
        market.venue.trade(&mut long, &leg(50_000)).unwrap();
        market.venue.trade(&mut short, &leg(-50_000)).err()
    });
    assert_eq!(refused, Some(Refusal::Matched));
    let matched = market.venue.matched_lots() as f64 / 1_000.0;
    assert!(matched < 1.02 * most && matched > 0.98 * most - 50.0, "{matched} of {most}");
    market.venue.trade(&mut long, &leg(-50_000)).unwrap();
}
