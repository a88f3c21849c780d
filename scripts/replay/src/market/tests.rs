//! P&L explained on a path that is known.

use equipoise_data::{generate_prices, PathRecipe};
use equipoise_risk::black76::Kind;
use equipoise_simulate::{Leg, Trader};

use super::*;

/// A market that has sold ten calls near the money and holds a hedge of three units.
fn sold(setup: &Setup) -> Market<'_> {
    let variant = Variant { without: None, hedge: Hedge::None };
    let first = setup.candles[0];
    let mut market = Market::new(setup, variant, &first).unwrap();
    market.keep(&first).unwrap();
    let leg = Leg { board: 1, strike: 4, kind: Kind::Call, lots: 10_000 };
    market.venue.trade(&mut Trader::default(), &[leg]).unwrap();
    market.venue.rebalance(Fx::from_num(3), HEDGE_COST).unwrap();
    market.remark(Parts::default()).unwrap();
    market.ledger.take();
    market
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

#[test]
fn the_hedge_brings_the_delta_that_matters_to_nothing_and_pays_seven_basis_points() {
    let setup = setup();
    let mut market = sold(&setup);
    market.venue.rebalance(Fx::from_num(200), HEDGE_COST).unwrap();
    market.remark(Parts::default()).unwrap();
    market.ledger.take();
    let reading = |market: &Market<'_>| market.reading(&market.venue.exposure().unwrap(), &setup.candles[0]).unwrap();
    let before = reading(&market);
    let reserve = market.venue.reserve().balance;
    assert!(before.delta > before.capital.scaled_floor(OUTER_BAND).unwrap());
    market.hedge(&before).unwrap();
    let after = reading(&market).delta.fx().to_num::<f64>();
    assert!(after.abs() < 1e-3, "{after}");
    let cost = 0.0007 * before.delta.fx().to_num::<f64>();
    let counts = market.tally.take(0, [0; 2]);
    assert!((counts.hedge_cost_atoms as f64 / 1e6 - cost).abs() < 1e-3 && counts.hedges == 1);
    let parts = market.ledger.take();
    assert_eq!(parts.hedge_cost, -counts.hedge_cost_atoms);
    assert_eq!(parts.skew, count(reserve).min(counts.hedge_cost_atoms), "what the reserve pays of it first");
    assert!(parts.residual.abs() <= 2, "{parts:?}");
    market.hedge(&reading(&market)).unwrap();
    assert_eq!(market.tally.take(0, [0; 2]).hedges, 0, "inside the band");
}
