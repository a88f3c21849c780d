//! What widens spreads and what only lets positions close: the regime, the flow, the vault's use, and limits.

use alloy_primitives::{I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::{
    IMarket, Leg, MarketExpiryVegaLimitExceeded, MarketGammaLimitExceeded, MarketHalted,
    MarketShortSeriesLimitExceeded, MarketSurfaceOutrun,
};
use equipoise_risk::parameters::Parameter;
use equipoise_tests::TOKEN;

use crate::fixture::{call_of, leg, put_of, Market, CAPITAL, CONTRACT, FAR, K2400, K3000, K3200};

const RICH: u128 = 10_000_000 * TOKEN;

impl Market {
    fn spread_of(&mut self, legs: &[Leg]) -> u128 {
        self.quote(legs).unwrap().spreadAtoms.to()
    }
}

#[test]
fn a_market_that_begins_to_swing_widens_its_spreads_with_the_next_round_and_not_within_one() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let legs = [leg(call_of(3, K3000), CONTRACT)];
    market.trade(trader, &legs).unwrap();
    assert_eq!(market.multiplier(), 1_250_000, "normal");
    let normal = market.spread_of(&legs);
    let mut spot = 3_000;
    for round in 0..16 {
        market.pass(600);
        spot += if round % 8 < 4 { 90 } else { -90 };
        market.push(spot);
        market.trade(trader, &legs).unwrap();
    }
    assert_eq!(spot, 3_000);
    let widened = market.multiplier();
    assert!(widened >= 2_000_000, "stressed at least, and not {widened}");
    // The band and the floor stay as they are, the part of volatility is 1.6 times as wide or more.
    let wide = market.spread_of(&legs);
    assert!(wide > normal * 21 / 20, "{wide} after {normal}");
    // Nothing that is traded changes what the next one pays for volatility in the same round.
    market.trade(trader, &[leg(put_of(1, K2400), 50 * CONTRACT)]).unwrap();
    assert_eq!(market.multiplier(), widened);
    let again = market.spread_of(&legs);
    assert!(again.abs_diff(wide) <= 1, "{again} and {wide}");
}

#[test]
fn a_quiet_market_calms_down_and_its_spreads_narrow() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let legs = [leg(call_of(3, K3000), CONTRACT)];
    market.trade(trader, &legs).unwrap();
    let normal = market.spread_of(&legs);
    for hour in 0..14 {
        market.pass(3_600);
        market.push(3_000 + hour % 2);
        market.trade(trader, &[leg(call_of(3, K3000), if hour % 2 == 0 { -1 } else { 1 } * CONTRACT / 10)]).unwrap();
    }
    assert_eq!(market.multiplier(), 1_000_000, "calm");
    assert!(market.spread_of(&legs) < normal);
}

#[test]
fn a_vault_in_use_widens_its_spreads() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let legs = [leg(call_of(3, K3000), CONTRACT)];
    let fresh = market.spread_of(&legs);
    market.trade(trader, &[leg(call_of(3, K3000), 120 * CONTRACT)]).unwrap();
    market.pass(60);
    market.push(3_000);
    market.trade(trader, &[leg(call_of(3, K3000), CONTRACT)]).unwrap();
    // Nine tenths of its delta limit or more: 1.25 times 1.8 or more.
    let multiplier = market.multiplier();
    assert!((1_600_000..=2_500_000).contains(&multiplier), "{multiplier}");
    assert!(market.spread_of(&legs) > fresh);
}

#[test]
fn spot_that_has_left_the_surface_behind_lets_positions_close_only_at_the_spread_of_a_stressed_market() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    market.trade(trader, &[leg(call_of(3, K3000), 2 * CONTRACT)]).unwrap();
    market.pass(600);
    market.push(4_260);
    let opening = vec![leg(call_of(3, K3200), CONTRACT)];
    let call = IMarket::tradeCall { legs: opening, maxCostAtoms: I256::MAX, deadline: FAR };
    // The jump halts the market, too, until it has been calm for a quarter of an hour.
    assert_eq!(market.poke(), 2);
    market.refused_data(market.market, trader, call.abi_encode()).decode::<MarketHalted>().unwrap();
    market.pass(900);
    market.push(4_260);
    let refused = market.refused_data(market.market, trader, call.abi_encode());
    let outrun = refused.decode::<MarketSurfaceOutrun>().unwrap();
    let ratio = U256::from(1_420_000_000_000_000_000_u64);
    assert!(outrun.ratioWad.abs_diff(ratio) < U256::from(CONTRACT as u128 >> 15), "{}", outrun.ratioWad);
    assert!(outrun.ratioWad > outrun.mostWad);
    market.trade(trader, &[leg(call_of(3, K3000), -CONTRACT)]).unwrap();
    market.pass(60);
    market.push(4_250);
    market.trade(trader, &[leg(call_of(3, K3200), CONTRACT)]).unwrap();
}

#[test]
fn gamma_one_expirys_vega_and_one_series_have_limits_of_their_own() {
    let mut market = Market::open();
    let trader = market.trader("trader", RICH);
    let refused = |market: &mut Market, legs: Vec<Leg>| {
        let call = IMarket::tradeCall { legs, maxCostAtoms: I256::MAX, deadline: FAR };
        market.refused_data(market.market, trader, call.abi_encode())
    };
    let capital = U256::from(CAPITAL / TOKEN) * U256::from(CONTRACT);
    market.with_parameter(Parameter::ShortSeriesLimit, 30_000);
    // 10 contracts of 3,000 are three hundredths of a million, of which the limit is a hair below.
    market.trade(trader, &[leg(call_of(3, K3000), 9 * CONTRACT)]).unwrap();
    let more = refused(&mut market, vec![leg(call_of(3, K3000), 2 * CONTRACT)]);
    let short = more.decode::<MarketShortSeriesLimitExceeded>().unwrap();
    assert_eq!(short.notionalWad, U256::from(33_000) * U256::from(CONTRACT));
    assert!(short.limitWad <= capital * U256::from(3) / U256::from(100));
    market.trade(trader, &[leg(call_of(3, K3200), CONTRACT)]).unwrap();
    market.trade(trader, &[leg(call_of(3, K3000), -CONTRACT)]).unwrap();
    market.with_parameter(Parameter::ShortSeriesLimit, 1_000_000);

    market.with_parameter(Parameter::ExpiryVegaLimit, 5_000);
    let more = refused(&mut market, vec![leg(call_of(3, K3000), 20 * CONTRACT)]);
    let vega = more.decode::<MarketExpiryVegaLimitExceeded>().unwrap();
    assert!(vega.vegaWad < I256::ZERO && vega.vegaWad.unsigned_abs() > vega.limitWad);
    market.with_parameter(Parameter::ExpiryVegaLimit, 1_000_000);

    market.with_parameter(Parameter::GammaLimit, 100_000);
    let more = refused(&mut market, vec![leg(put_of(1, K3000), 20 * CONTRACT)]);
    let gamma = more.decode::<MarketGammaLimitExceeded>().unwrap();
    assert!(gamma.dollarGammaWad < I256::ZERO && gamma.dollarGammaWad.unsigned_abs() > gamma.limitWad);
}
