//! `equipoise_risk::{book, marks}`: the book is a sum over positions, and every mark keeps parity and its bounds.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::market::{package, Market, MarketSeed, Package};
use equipoise_math::Fx;
use equipoise_risk::book::{Exposure, Measure, StrikeState, Valuation};
use equipoise_risk::marks::{band_edges, Marks, PreparedBoard};
use equipoise_risk::settlement::payoff_money_floor;
use equipoise_risk::units::{Money, Price};
use equipoise_risk::RiskError;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    market: MarketSeed,
    package: Package,
}

fuzz_target!(|input: Input| {
    let Ok(market) = input.market.market() else { return };
    let lots = package(input.package);
    for outcome in [marks(&market), sums(&market, &lots), opposite(&market, &lots), expired(&market)] {
        if let Err(error) = outcome {
            let is_documented = matches!(error, RiskError::Overflow | RiskError::Math | RiskError::Slice(_));
            assert!(is_documented, "{error:?}");
        }
    }
});

fn marks(market: &Market) -> Result<(), RiskError> {
    for (terms, strikes) in &market.boards {
        assert!(terms.years <= terms.smoothed_years && terms.vega_weight >= 0 && terms.vol_half_spread >= 0);
        let board = PreparedBoard::new(terms)?;
        let edges = band_edges(terms)?;
        for state in strikes {
            let marks = Marks::of(&board, state.strike)?;
            let banded = board.banded(state.strike, &edges)?;
            for shifted in banded {
                let put = shifted.put()?;
                assert_eq!(shifted.call - put, shifted.forward_value, "parity");
                assert!(shifted.call >= 0 && put >= 0);
            }
            let [up, down] = banded;
            let unit = Fx::from_bits(4 + (terms.forward.fx().to_bits() >> 50));
            assert!(down.call <= marks.call + unit && marks.call <= up.call + unit, "the call rises with the forward");
            assert!(marks.vega >= 0 && marks.gamma >= 0 && marks.decay >= 0);
        }
    }
    Ok(())
}

/// Coarse sums keep 60 significant bits.
#[track_caller]
fn assert_near(one: &Exposure, other: &Exposure, units: u128, what: &str) {
    for (one, other) in one.to_array().into_iter().zip(other.to_array()) {
        let gap = (one.fx().to_bits() - other.fx().to_bits()).unsigned_abs();
        assert!(gap <= units, "{what}: {one:?} and {other:?}");
    }
}

fn sums(market: &Market, lots: &Package) -> Result<(), RiskError> {
    let asked = market.asked(lots);
    let valuation = asked.value()?;
    let Valuation { before, change, uncertainty, package } = valuation;
    assert_eq!(before, market.value()?.before, "asking changes nothing");
    assert_eq!(valuation.after()?, before.plus(&change)?);
    assert_eq!(Exposure::from_array(before.to_array()), before);
    let of_spreads = [uncertainty.of_vol, uncertainty.rest, package.spread.of_vol, package.spread.rest];
    assert!(of_spreads.into_iter().chain([package.fee]).all(|part| part >= Money::ZERO));
    assert!(before.stress_loss()? >= Money::ZERO);
    let held = asked.boards.iter().map(|(terms, strikes)| {
        let after: Result<Vec<_>, _> = strikes.iter().map(|state| state.held_after().map(StrikeState::from)).collect();
        after.map(|after| (*terms, after))
    });
    let traded = Market { boards: held.collect::<Result<_, _>>()?, ..market.clone() };
    // a sum of floors against the floor of the sum
    assert_near(&traded.value()?.before, &valuation.after()?, 1 << 44, "the book after the trade");
    if lots.iter().all(|lots| *lots == 0) {
        assert_eq!((change, package.mid), (Exposure::default(), Money::ZERO));
    }
    Ok(())
}

fn opposite(market: &Market, lots: &Package) -> Result<(), RiskError> {
    let bought = market.asked(lots).value()?;
    let sold = market.asked(&lots.map(|lots| -lots)).value()?;
    assert_near(&bought.change.plus(&sold.change)?, &Exposure::default(), 1 << 44, "a trade and its opposite");
    // the trader pays what the vault's book loses at mid
    let sum = bought.package.mid.plus(bought.change.of(Measure::Value))?;
    assert!(sum.magnitude()? <= Money::from_fx(Fx::from_bits(8)), "{sum:?} is lost");
    Ok(())
}

/// At expiry the book is worth its payoff at the forward.
fn expired(market: &Market) -> Result<(), RiskError> {
    let mut market = market.clone();
    let mut payoff = Money::ZERO;
    for (terms, strikes) in &mut market.boards {
        terms.years = equipoise_risk::units::Years::ZERO;
        let held: Result<Vec<_>, _> = strikes.iter().map(StrikeState::held_after).collect();
        payoff = payoff.plus(payoff_money_floor(&held?, Price::from_fx(terms.forward.fx()))?)?;
    }
    let gap = market.value()?.before.of(Measure::Value).minus(payoff)?;
    assert!(gap.magnitude()? <= Money::from_fx(Fx::from_bits(8)), "the book is worth {gap:?} more than it pays");
    Ok(())
}
