use proptest::prelude::*;

use super::*;
use crate::book::{FIRST_JUMP, JUMPS, MEASURES, NUMBERS};
use crate::limits::Limited;
use crate::parameters::Parameter;
use crate::rebalance::HedgeTerm;
use equipoise_math::Fx;

const NOW: u64 = 1_800_000_000;
const DAY: u64 = 86_400;

fn money(number: f64) -> Money {
    Money::from_fx(Fx::from_num(number))
}

/// A book worth `value` with so much delta, gamma and vega of its first expiry, that no jump changes.
fn book([value, delta, gamma, vega]: [f64; 4]) -> Exposure {
    let mut numbers = [Money::ZERO; NUMBERS];
    [numbers[0], numbers[1], numbers[2]] = [value, delta, gamma].map(money);
    numbers[FIRST_JUMP..FIRST_JUMP + JUMPS.len()].fill(money(value));
    [numbers[MEASURES], numbers[MEASURES + 1]] = [delta, vega].map(money);
    Exposure::from_array(numbers)
}

fn state() -> RiskState {
    RiskState::new(money(1e7), Fx::lit("0.36"), &Parameters::default()).unwrap()
}

/// Judges going from one book to another of ten million, past a window that has been open for an hour.
fn judged(before: &Exposure, old: &Exposure, after: &Exposure, paid: f64) -> Result<AcceptedOptions, Refused> {
    judged_by(&HedgeTerms::default(), [before, old, after], paid, Window { opened_at: NOW - 3_600 })
}

fn judged_by(
    terms: &HedgeTerms,
    [before, old, after]: [&Exposure; 3],
    paid: f64,
    window: Window,
) -> Result<AcceptedOptions, Refused> {
    let spot = Price::from_fx(Fx::from_num(3_000));
    let done =
        OptionHedge { before, old, after, hedge: Hedge::default(), spot, cost: money(paid), life_secs: 30 * DAY };
    let windows = ([Window::default(), window], Budget::default());
    done.judged((&state(), &Parameters::default(), terms), windows, money(1e9), NOW)
}

/// R once delta is hedged.
fn bare(book: &Exposure) -> Money {
    Risk::without_delta(book, &Hedge::default(), Price::from_fx(Fx::from_num(3_000)), &state()).unwrap()
}

const SHORT: [f64; 4] = [-400_000.0, 0.0, -4_000_000.0, -600_000.0];
const HALF: [f64; 4] = [-200_000.0, 0.0, -2_000_000.0, -300_000.0];

#[test]
fn a_trade_that_takes_vega_off_is_paid_its_share_of_what_r_falls_by() {
    let (before, after) = (book(SHORT), book(HALF));
    // Sold to the vault at two thousand below what they are worth.
    let accepted = judged(&before, &before, &after, -198_000.0).unwrap();
    assert_eq!(accepted.lost, money(-2_000.0));
    assert_eq!(accepted.gain, bare(&before).minus(bare(&after)).unwrap());
    let half = accepted.gain.scaled_floor(HedgeTerms::default().number(HedgeTerm::Kappa).unwrap()).unwrap();
    assert_eq!(accepted.tip, half, "the spread that the vault has earned makes no tip larger");
    assert_eq!(accepted.budget.used, accepted.tip);
}

#[test]
fn what_the_vault_pays_beyond_their_worth_is_of_what_it_may_cost() {
    let (before, after) = (book(SHORT), book(HALF));
    let paid = |premium: f64| judged(&before, &before, &after, -200_000.0 - premium);
    let gain = paid(0.0).unwrap().gain;
    let most = gain.scaled_floor(HedgeTerms::default().number(HedgeTerm::Theta).unwrap()).unwrap();
    let most = most.fx().to_num::<f64>();
    let accepted = paid(most - 1e-6).unwrap();
    assert!(accepted.tip <= money(2e-6) && accepted.tip >= Money::ZERO);
    assert!(matches!(paid(most + 1e-6), Err(Refused::CostTooHigh { .. })));
    let some = paid(most / 2.0).unwrap();
    assert!(some.lost.plus(some.tip).unwrap() <= money(most));
}

#[test]
fn vega_that_was_sold_since_earns_nothing() {
    let (before, old, after) = (book(SHORT), book(HALF), book([-190_000.0, 0.0, -1_900_000.0, -285_000.0]));
    let whole = judged(&before, &before, &after, -210_000.0).unwrap();
    let since = judged(&before, &old, &after, -210_000.0).unwrap();
    assert!(since.gain < whole.gain.scaled_floor(Fx::lit("0.2")).unwrap());
    assert!(matches!(judged(&before, &book([0.0; 4]), &after, -210_000.0), Err(Refused::GainTooSmall { .. })));
}

#[test]
fn the_window_is_that_of_risk_and_opens_past_what_delta_at_the_outer_band_makes() {
    let (state, terms) = (state(), HedgeTerms::default());
    let made = |term| state.penalty_of_delta_floor(terms.number(term).unwrap()).unwrap();
    let (inner, outer) = (made(HedgeTerm::InnerBand), made(HedgeTerm::OuterBand));
    // Of twice the delta four times the risk.
    let four = inner.scaled_floor(Fx::from_num(4)).unwrap();
    assert!(outer.minus(four).unwrap().magnitude().unwrap() < money(1e-9));
    let unit = Money::from_fx(Fx::DELTA);
    let seen = |window: Window, penalty| window.observed_risk(penalty, &state, &terms, NOW).unwrap();
    assert!(!seen(Window::default(), outer).is_open());
    assert_eq!(seen(Window::default(), outer.plus(unit).unwrap()), Window { opened_at: NOW });
    let open = Window { opened_at: 7 };
    assert_eq!(seen(open, outer.plus(outer).unwrap()), open);
    assert_eq!(seen(open, inner.plus(unit).unwrap()), open);
    assert_eq!(seen(open, inner), Window::default());
}

#[test]
fn what_delta_alone_makes_of_r_is_what_r_is_of_it() {
    let state = state();
    for share in [0.001, 0.03, 0.06, 0.25, 0.9] {
        let delta = Fx::from_num(share);
        // Without an expiry of its own it has no forward to move by itself.
        let mut numbers = [Money::ZERO; NUMBERS];
        numbers[1] = state.capital.scaled_floor(delta).unwrap();
        let r = state.penalty(&Exposure::from_array(numbers)).unwrap().charged;
        let alone = state.penalty_of_delta_floor(delta).unwrap();
        let apart = r.minus(alone).unwrap().magnitude().unwrap();
        assert!(apart <= money(1e-9), "{share}: {r:?} and {alone:?}");
        assert!(alone > Money::ZERO);
    }
}

#[test]
fn a_window_that_opens_by_the_trade_that_is_judged_pays_nothing_yet() {
    let (before, after) = (book(SHORT), book(HALF));
    let terms = HedgeTerms::default();
    let accepted = judged_by(&terms, [&before, &before, &after], -199_000.0, Window::default()).unwrap();
    assert_eq!(accepted.tip, Money::ZERO);
    let little = [book([0.0, 0.0, 0.0, -1_000.0]), book([0.0; 4])];
    let stale = Window { opened_at: NOW - 3_600 };
    let refused = judged_by(&terms, [&little[0], &little[0], &little[1]], 0.0, stale);
    assert_eq!(refused, Err(Refused::WindowClosed), "an open window closes where there is no risk left");
}

#[test]
fn delta_alone_is_paid_for_by_nobody() {
    // With as much of the underlying as makes so much delta, which gains and loses in jumps.
    let with = |book: &Exposure, delta: f64| {
        let units = Fx::from_num(delta / 3_000.0);
        book.hedged(&Hedge { units, cash: Money::ZERO }, Price::from_fx(Fx::from_num(3_000))).unwrap()
    };
    let long = with(&Exposure::default(), 3e6);
    assert!(state().penalty(&long).unwrap().charged > money(10_000.0));
    assert!(bare(&long) < money(1e-6));
    assert_eq!(judged(&long, &long, &Exposure::default(), 3e6), Err(Refused::WindowClosed));
    // Beside vega it is paid for as if it were not there.
    let (before, after) = (with(&book(SHORT), 2e6), with(&book(HALF), 1e6));
    let both = judged(&before, &before, &after, 1e6 - 199_000.0).unwrap();
    let one = judged(&book(SHORT), &book(SHORT), &book(HALF), -199_000.0).unwrap();
    assert!(both.gain.minus(one.gain).unwrap().magnitude().unwrap() < money(1e-6));
}

#[test]
fn windows_close_when_their_risk_is_gone() {
    let accepted = judged(&book(SHORT), &book(SHORT), &book([0.0; 4]), -399_000.0).unwrap();
    assert!(!accepted.options_window.is_open() && !accepted.window.is_open());
    // Half of the vega is a quarter of the risk, and as much is left of the ramp of three hundred seconds, down.
    let accepted = judged(&book(SHORT), &book(SHORT), &book(HALF), -199_000.0).unwrap();
    assert_eq!(accepted.options_window, Window { opened_at: NOW - 74 });
    let nearly = book([-399_000.0, 0.0, -3_990_000.0, -598_500.0]);
    let accepted = judged(&book(SHORT), &book(SHORT), &nearly, -999.0).unwrap();
    assert_eq!(accepted.options_window, Window { opened_at: NOW - 298 }, "who takes little moves little");
}

#[test]
fn delta_may_grow_up_to_the_inner_band() {
    let after = |delta: f64| judged(&book(SHORT), &book(SHORT), &book([-200_000.0, delta, 0.0, 0.0]), -199_000.0);
    assert!(after(299_999.0).is_ok() && after(-299_999.0).is_ok());
    for delta in [300_001.0, -300_001.0] {
        assert!(matches!(after(delta), Err(Refused::DeltaGrows { .. })));
    }
}

#[test]
fn no_measure_is_carried_past_its_limit_or_further_past() {
    let gamma_limit = Parameters::default().number(Parameter::GammaLimit).unwrap();
    let most = money(1e7).scaled_floor(gamma_limit).unwrap().fx().to_num::<f64>();
    let short = |gamma: f64| book([0.0, 0.0, gamma, -900_000.0]);
    let after = |from: f64, to: f64| {
        let (before, after) = (short(from), book([0.0, 0.0, to, -100_000.0]));
        judged(&before, &before, &after, 1.0)
    };
    // From within to its limit, from past it to less past, on its own side.
    assert!(after(0.0, -most).is_ok());
    assert!(after(-2.0 * most, -1.5 * most).is_ok());
    for (from, to) in [(0.0, -most - 1.0), (-1.5 * most, -1.6 * most), (-2.0 * most, 1.5 * most)] {
        let Err(Refused::BookLimit(breach)) = after(from, to) else { panic!("from {from} to {to}") };
        assert_eq!((breach.limit_of, breach.value), (Limited::Gamma, money(to)));
    }
}

#[test]
fn options_are_paid_for_by_the_share_of_the_horizon_that_they_live() {
    let (before, after) = (book(SHORT), book(HALF));
    let spot = Price::from_fx(Fx::from_num(3_000));
    let living = |life_secs: u64, paid: f64| {
        let (before, old, after) = (&before, &before, &after);
        let done = OptionHedge { before, old, after, hedge: Hedge::default(), spot, cost: money(paid), life_secs };
        let windows = ([Window::default(), Window { opened_at: NOW - 3_600 }], Budget::default());
        done.judged((&state(), &Parameters::default(), &HedgeTerms::default()), windows, money(1e9), NOW)
    };
    let tip = |life| living(life, -199_000.0).unwrap().tip;
    let whole = tip(15 * DAY);
    assert_eq!([tip(16 * DAY), tip(900 * DAY)], [whole; 2]);
    for days in [2_u32, 3, 7, 14] {
        let share = tip(u64::from(days) * DAY).fx().to_num::<f64>() / whole.fx().to_num::<f64>();
        assert!((share - f64::from(days) / 15.0).abs() < 1e-9, "{days}: {share}");
    }
    let short = Refused::LifeTooShort { life_secs: 2 * DAY - 1, least_secs: 2 * DAY };
    assert_eq!(living(2 * DAY - 1, -199_000.0), Err(short));
    // What the vault may lose shrinks with it.
    let gain = living(15 * DAY, -200_000.0).unwrap().gain.fx().to_num::<f64>();
    assert!(living(15 * DAY, -200_000.0 - 0.69 * gain).is_ok());
    assert!(matches!(living(3 * DAY, -200_000.0 - 0.15 * gain), Err(Refused::CostTooHigh { .. })));
    assert!(living(3 * DAY, -200_000.0 - 0.13 * gain).is_ok());
}

#[test]
fn options_have_half_the_budget_of_hedges() {
    let capital = money(1e7);
    let day = capital.scaled_floor(HedgeTerms::default().number(HedgeTerm::DayBudget).unwrap()).unwrap();
    let quarter = day.scaled_floor(Fx::lit("0.25")).unwrap();
    let spot = Price::from_fx(Fx::from_num(3_000));
    let (before, after) = (book(SHORT), book(HALF));
    let spent = |used: Money, most_tip: Money| {
        let (before, old, after) = (&before, &before, &after);
        let cost = money(-199_000.0);
        let done = OptionHedge { before, old, after, hedge: Hedge::default(), spot, cost, life_secs: 30 * DAY };
        let windows = ([Window::default(), Window { opened_at: NOW - 3_600 }], Budget { used, at: NOW });
        done.judged((&state(), &Parameters::default(), &HedgeTerms::default()), windows, most_tip, NOW)
    };
    let tip = money(100.0);
    assert_eq!(spent(quarter.minus(tip).unwrap(), tip).unwrap().budget.used, quarter);
    let unit = Money::from_fx(Fx::DELTA);
    let refused = spent(quarter.minus(tip).unwrap().plus(unit).unwrap(), tip);
    assert!(matches!(refused, Err(Refused::BudgetExceeded { .. })));
}

proptest! {
    /// Whatever is traded, at whatever price, the vault pays at most its share of what R falls by, and within its budgets.
    #[test]
    fn what_is_accepted_is_worth_its_cost(
        numbers in prop::array::uniform3([-5e5_f64..5e5, -3e5_f64..3e5, -5e6_f64..5e6, -1e6_f64..1e6]),
        paid in -2e4_f64..2e4, open_secs in 0_u64..1_000,
    ) {
        let [before, old, after] = numbers.map(book);
        let terms = HedgeTerms::default();
        let worth = numbers[0][0] - numbers[2][0];
        let window = Window { opened_at: NOW - open_secs };
        if let Ok(accepted) = judged_by(&terms, [&before, &old, &after], worth + paid, window) {
            let fall = bare(&before).min(bare(&old)).minus(bare(&after)).unwrap();
            prop_assert_eq!(accepted.gain, fall);
            let theta = terms.number(HedgeTerm::Theta).unwrap();
            let cost = accepted.lost.max(Money::ZERO).plus(accepted.tip).unwrap();
            prop_assert!(cost <= fall.scaled_floor(theta).unwrap());
            let capital = money(1e7);
            prop_assert!(cost <= capital.scaled_floor(terms.number(HedgeTerm::RebalanceBudget).unwrap()).unwrap());
            prop_assert!(accepted.tip >= Money::ZERO);
            let spot = Price::from_fx(Fx::from_num(3_000));
            let left = |book: &Exposure| {
                let risk = Risk::of(book, &Hedge::default(), spot, &state()).unwrap();
                risk.delta_to_hedge.magnitude().unwrap()
            };
            let inner = capital.scaled_floor(terms.number(HedgeTerm::InnerBand).unwrap()).unwrap();
            prop_assert!(left(&after) <= inner.max(left(&before)));
        }
    }
}
