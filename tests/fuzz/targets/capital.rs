//! `equipoise_risk::{capital, skew}`: capital is never above value or average, and the reserve neither makes nor
//! loses an atom.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::{AnyFx, Share};
use equipoise_math::Fx;
use equipoise_risk::capital::RiskCapital;
use equipoise_risk::skew::SkewReserve;
use equipoise_risk::units::{Atoms, Money, TokenScale};
use equipoise_risk::RiskError;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    capital: (u64, AnyFx, AnyFx, u64),
    round: u64,
    now: u64,
    amounts: (AnyFx, AnyFx),
    reserve: (i128, i128, u64, u64),
    penalty: i128,
    skew: i128,
    decimals: u8,
    sound: (Share, Share, Share, u32),
}

fuzz_target!(|input: Input| {
    let (round, frozen, average, averaged_at) = input.capital;
    let [frozen, average] = [frozen, average].map(|number| Money::from_fx(number.fx()));
    let capital = RiskCapital { round, frozen, average, averaged_at };
    let [first, second] = [input.amounts.0, input.amounts.1].map(|number| Money::from_fx(number.fx()));
    averages(capital, input.round, input.now, first);
    flows(capital, second);

    let (balance, budget, updated_at, _) = input.reserve;
    let wild = SkewReserve { balance: Atoms::new(balance), budget: Atoms::new(budget), updated_at };
    let _ = wild.at(input.now, Atoms::new(input.penalty));
    moves(wild, input.skew);
    let scale = TokenScale::from_decimals(input.decimals % 19).expect("at most eighteen");
    let balance = i128::from(input.sound.0.up_to(u64::MAX));
    let sound = SkewReserve {
        balance: Atoms::new(balance),
        budget: Atoms::new(i128::from(input.sound.1.up_to(u64::MAX)).min(balance)),
        ..wild
    };
    releases(sound, u64::from(input.sound.3), input.sound.2);
    rebates(sound, first, second, scale);
    rebates(wild, first, second, scale);
});

fn averages(capital: RiskCapital, round: u64, now: u64, nav: Money) {
    let Ok(next) = capital.at(round, now, nav) else {
        // the distance of value and average, or the time, does not fit
        let gap = nav.minus(capital.average);
        assert!(gap.is_err() || now.saturating_sub(capital.averaged_at) > i64::MAX as u64 - 86_400);
        return;
    };
    if round == capital.round {
        assert_eq!(next, capital, "frozen within a round");
        return;
    }
    assert_eq!((next.round, next.averaged_at), (round, now.max(capital.averaged_at)), "its clock never goes back");
    assert_eq!(next.frozen, nav.min(next.average));
    assert!(next.average >= capital.average.min(nav) && next.average <= capital.average.max(nav));
    if now <= capital.averaged_at {
        assert_eq!(next.average, capital.average, "no time, no change");
    }
}

fn flows(capital: RiskCapital, flow: Money) {
    let moved = capital.after_lp_flow(flow);
    let expected = |amount: Money| amount.plus(flow).map(|sum| sum.max(Money::ZERO));
    match (expected(capital.frozen), expected(capital.average)) {
        (Ok(frozen), Ok(average)) => assert_eq!(moved, Ok(RiskCapital { frozen, average, ..capital })),
        _ => assert_eq!(moved, Err(RiskError::Overflow)),
    }
}

fn moves(reserve: SkewReserve, skew: i128) {
    let (balance, budget) = (reserve.balance.count(), reserve.budget.count());
    let budget = if skew < 0 { budget.checked_add(skew) } else { Some(budget) };
    let expected = balance.checked_add(skew).zip(budget).filter(|(balance, budget)| *balance >= 0 && *budget >= 0);
    let moved = reserve.moved(Atoms::new(skew));
    assert_eq!(moved.ok().map(|moved| (moved.balance.count(), moved.budget.count())), expected);
}

fn releases(reserve: SkewReserve, secs: u64, penalty: Share) {
    let penalty = i128::from(penalty.up_to(u64::MAX));
    let start = reserve.updated_at.min(u64::MAX / 2);
    let reserve = SkewReserve { updated_at: start, ..reserve };
    let next = reserve.at(start + secs, Atoms::new(penalty)).expect("words fit");
    let (before, after) = (reserve.balance.count(), next.balance.count());
    assert!(after <= before && after >= before.min(penalty), "released past R");
    let week = i128::from(secs).min(604_800);
    assert_eq!(before - after, (before - penalty).max(0) * week / 604_800);
    let capacity = after / 8;
    let filled = capacity * i128::from(secs).min(3_600) / 3_600;
    assert_eq!(next.budget.count(), (reserve.budget.count() + filled).min(capacity));
    assert_eq!(next.updated_at, start + secs);
    // waiting in two steps never releases more than in one
    let half = start + secs / 2;
    let twice = reserve.at(half, Atoms::new(penalty)).and_then(|first| first.at(start + secs, Atoms::new(penalty)));
    assert!(twice.expect("words fit").balance >= next.balance.minus(Atoms::ZERO).expect("the same"));
}

fn rebates(reserve: SkewReserve, relief: Money, before: Money, scale: TokenScale) {
    let Ok(rebate) = reserve.rebate_floor(relief, before, scale) else { return };
    assert!(rebate >= Atoms::ZERO);
    if reserve.balance >= Atoms::ZERO && reserve.budget >= Atoms::ZERO {
        assert!(rebate <= reserve.budget && rebate <= reserve.balance, "more than there is");
    }
    if relief <= Money::ZERO || before <= Money::ZERO {
        assert_eq!(rebate, Atoms::ZERO, "no relief, no rebate");
        return;
    }
    assert!(rebate <= scale.atoms_ceil(relief).unwrap_or(rebate), "more than the relief");
    let larger = relief.plus(Money::from_fx(Fx::ONE)).and_then(|larger| reserve.rebate_floor(larger, before, scale));
    assert!(
        larger.is_ok_and(|larger| larger >= rebate) || larger == Err(RiskError::Overflow),
        "more relief, less rebate"
    );
}
