//! `equipoise_risk::{quote, potential}`: no cycle of trades profits, the reserve is conserved, R is a potential.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::market::{package, Market, MarketSeed, Package, SERIES};
use equipoise_math::Fx;
use equipoise_risk::book::Exposure;
use equipoise_risk::units::{Atoms, Money};
use equipoise_risk::RiskError;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    market: MarketSeed,
    packages: [Package; 2],
    trades: u8,
}

fuzz_target!(|input: Input| {
    let Ok(market) = input.market.market() else { return };
    let packages = input.packages.map(package);
    let trades = 1 + usize::from(input.trades) % packages.len();
    for outcome in
        [one_trade(&market, &packages[0]), cycle(&market, &packages[..trades]), penalties(&market, &packages[0])]
    {
        if let Err(error) = outcome {
            let is_documented = matches!(error, RiskError::Overflow | RiskError::Math | RiskError::Slice(_));
            assert!(is_documented, "{error:?}");
        }
    }
});

fn one_trade(market: &Market, lots: &Package) -> Result<(), RiskError> {
    let asked = market.asked(lots);
    let (valuation, priced) = asked.quote()?;
    let charge = priced.charge;
    assert!(charge.spread >= Atoms::ZERO && charge.fee >= Atoms::ZERO);
    assert_eq!(charge.cost()?, charge.mid.plus(charge.skew)?.plus(charge.spread)?.plus(charge.fee)?);
    assert_eq!(
        priced.reserve.balance,
        market.reserve.balance.plus(charge.skew)?,
        "no time passes, nothing is released"
    );
    assert!(priced.reserve.balance >= Atoms::ZERO && priced.reserve.budget >= Atoms::ZERO);
    if charge.skew < Atoms::ZERO {
        let rebate = charge.skew.negated()?;
        assert!(rebate <= market.reserve.balance && rebate <= market.reserve.budget, "more than the reserve may pay");
        let spread = valuation.package.spread.widened_ceil(market.state.multiplier)?;
        let most = market.scale.atoms_ceil(spread.plus(valuation.package.through_mid)?)?;
        assert!(rebate <= most.max(Atoms::ZERO), "further through the mid than what is taken from the vault's vega");
    }
    if lots.iter().all(|lots| *lots == 0) {
        assert_eq!(charge.cost()?, Atoms::ZERO, "nothing costs nothing");
    }
    Ok(())
}

fn cycle(market: &Market, packages: &[Package]) -> Result<(), RiskError> {
    let mut back = [0; SERIES];
    for lots in packages {
        for (sum, lots) in back.iter_mut().zip(lots) {
            *sum -= lots;
        }
    }
    let mut traded = market.clone();
    let (mut cost, mut skew) = (0, 0);
    for lots in packages.iter().chain([&back]) {
        let charge = traded.trade(lots)?;
        cost += charge.cost()?.count();
        skew += charge.skew.count();
    }
    // each trade rounds its four amounts and the reserve's share by less than an atom
    let rounding = 5 * i128::try_from(packages.len() + 1).expect("a few");
    assert!(cost >= -rounding, "a cycle earns {} atoms", -cost);
    assert!(skew >= -rounding, "a cycle earns {} atoms of skew", -skew);
    assert_eq!(traded.value()?.before, market.value()?.before, "the book is what it was");
    assert_eq!(traded.reserve.balance.count(), market.reserve.balance.count() + skew);
    Ok(())
}

fn penalties(market: &Market, lots: &Package) -> Result<(), RiskError> {
    let nothing = market.state.penalty(&Exposure::default())?;
    assert_eq!((nothing.charged, nothing.rebated), (Money::ZERO, Money::ZERO), "an empty book risks nothing");
    let valuation = market.asked(lots).value()?;
    for book in [valuation.before, valuation.change, valuation.after()?] {
        let penalty = market.state.penalty(&book)?;
        assert!(penalty.rebated >= Money::ZERO && penalty.rebated <= penalty.charged, "{penalty:?}");
        // R is convex and zero for nothing: half the book risks at most half as much
        let half = Exposure::from_array(book.to_array().map(|money| Money::from_fx(money.fx() >> 1_u32)));
        let unit = market.state.capital.scaled_floor(Fx::from_bits(1 << 12))?.plus(Money::from_fx(Fx::DELTA))?;
        let least = market.state.penalty(&half)?.charged;
        assert!(least.plus(least)? <= penalty.charged.plus(unit)?, "R is not convex: {least:?} of {penalty:?}");
    }
    Ok(())
}
