use proptest::prelude::*;

use super::*;
use crate::parameters::Parameters;
use crate::units::{Atoms, TokenScale};

const NOW: u64 = 1_800_000_000;

fn money(number: f64) -> Money {
    Money::from_fx(Fx::from_num(number))
}

fn price(number: f64) -> Price {
    Price::from_fx(Fx::from_num(number))
}

/// A million of capital, a hundred thousand of delta, a window open for an hour.
fn rebalance() -> Rebalance {
    let before = Risk { penalty: money(5_000.0), delta_to_hedge: money(100_000.0) };
    let after = Risk { penalty: money(1_000.0), delta_to_hedge: money(10_000.0) };
    Rebalance {
        before,
        old_penalty: money(5_000.0),
        after,
        lost: money(100.0),
        capital: money(1_000_000.0),
        hedge: money(90_000.0),
    }
}

fn judged(rebalance: &Rebalance, most_tip: f64) -> Result<Accepted, Refused> {
    let window = Window { opened_at: NOW - 3_600 };
    rebalance.judged(&HedgeTerms::default(), (window, Budget::default()), money(most_tip), NOW)
}

#[test]
fn a_good_rebalance_earns_its_share() {
    let rich = Rebalance { capital: money(2_000_000.0), ..rebalance() };
    let accepted = judged(&rich, 1e9).unwrap();
    assert_eq!(accepted.gain, money(4_000.0));
    // half of what it gains beyond its cost, to the millionth's rounding
    let tip = accepted.tip.fx().to_num::<f64>();
    assert!((tip - 1_950.0).abs() < 1e-9, "{tip}");
    assert!(!accepted.window.is_open());
    assert_eq!(judged(&rebalance(), 12.0).unwrap().tip, money(12.0));
}

#[test]
fn nobody_hedges_while_the_window_is_closed() {
    let closed = (Window::default(), Budget::default());
    let refused = rebalance().judged(&HedgeTerms::default(), closed, Money::ZERO, NOW);
    assert_eq!(refused, Err(Refused::WindowClosed));
}

#[test]
fn delta_may_grow_up_to_the_inner_band_and_no_further() {
    let within = |before: f64, after: f64| {
        let mut done = rebalance();
        (done.before.delta_to_hedge, done.after.delta_to_hedge) = (money(before), money(after));
        judged(&done, 0.0)
    };
    let inner = Fx::from_num(1_000_000) * HedgeTerms::default().number(HedgeTerm::InnerBand).unwrap();
    let edge = inner.to_num::<f64>();
    assert!(within(100.0, 1e-6 - edge).is_ok());
    assert!(within(90_000.0, -90_000.0).is_ok());
    assert!(matches!(within(100.0, edge + 1e-6), Err(Refused::DeltaGrows { .. })));
    assert!(matches!(within(90_000.0, -90_000.001), Err(Refused::DeltaGrows { .. })));
}

#[test]
fn a_hedge_has_a_limit_of_its_own() {
    let holding = |hedge: f64| judged(&Rebalance { hedge: money(hedge), ..rebalance() }, 0.0);
    assert!(holding(1_000_000.0 - 1e-6).is_ok() && holding(1e-6 - 1_000_000.0).is_ok());
    assert!(matches!(holding(-1_000_000.1), Err(Refused::HedgeTooLarge { .. })));
}

#[test]
fn the_gain_is_against_the_lesser_of_now_and_the_old_inventory() {
    let gained = |old: f64| {
        let done = Rebalance { old_penalty: money(old), ..rebalance() };
        judged(&done, 0.0).map(|accepted| accepted.gain)
    };
    assert_eq!(gained(9_000.0), Ok(money(4_000.0)));
    assert_eq!(gained(2_000.0), Ok(money(1_000.0)));
    // What was made since earns nothing.
    assert!(matches!(gained(1_000.0), Err(Refused::GainTooSmall { .. })));
    let least = Fx::from_num(1_000_000) * HedgeTerms::default().number(HedgeTerm::LeastGain).unwrap();
    let edge = 1_000.0 + least.to_num::<f64>();
    let free = |old: f64| judged(&Rebalance { old_penalty: money(old), lost: Money::ZERO, ..rebalance() }, 0.0);
    assert!(free(edge).is_ok());
    assert!(matches!(free(edge - 1e-9), Err(Refused::GainTooSmall { .. })));
}

#[test]
fn it_may_cost_so_much_of_its_gain_and_no_more() {
    let costing = |lost: f64| {
        let mut done = Rebalance { lost: money(lost), capital: money(1e8), ..rebalance() };
        done.old_penalty = done.before.penalty;
        judged(&done, 1e9)
    };
    let theta = HedgeTerms::default().number(HedgeTerm::Theta).unwrap();
    let most = (Fx::from_num(4_000) * theta).to_num::<f64>();
    assert!(costing(most - 1e-6).unwrap().tip <= money(1e-6));
    assert!(matches!(costing(most + 1e-6), Err(Refused::CostTooHigh { .. })));
    // The tip takes what cost leaves, at most.
    assert!(costing(most - 1.0).unwrap().tip <= money(1.0));
}

#[test]
fn shares_ramp_up_from_nothing() {
    let after = |secs: u64| {
        let window = (Window { opened_at: NOW - secs }, Budget::default());
        Rebalance { lost: Money::ZERO, capital: money(2_000_000.0), ..rebalance() }.judged(
            &HedgeTerms::default(),
            window,
            money(1e9),
            NOW,
        )
    };
    let tips = [0, 30, 150, 299, 300, 3_000].map(|secs| after(secs).unwrap().tip);
    assert_eq!(tips[0], Money::ZERO);
    assert!(tips.is_sorted());
    assert_eq!(tips[4], tips[5]);
    let early = (Window { opened_at: NOW }, Budget::default());
    let refused = rebalance().judged(&HedgeTerms::default(), early, Money::ZERO, NOW);
    assert!(matches!(refused, Err(Refused::CostTooHigh { .. })));
}

#[test]
fn budgets_hold_for_one_and_for_a_day() {
    let terms = HedgeTerms::default();
    let window = Window { opened_at: NOW - 3_600 };
    let costing = |lost: f64, budget| {
        let mut done = Rebalance { lost: money(lost), capital: money(100_000.0), ..rebalance() };
        (done.before.delta_to_hedge, done.after.delta_to_hedge) = (money(9_000.0), money(5_000.0));
        done.judged(&terms, (window, budget), Money::ZERO, NOW)
    };
    // 0.2 % of capital each, and half of 0.5 % at once.
    assert!(costing(199.9, Budget::default()).is_ok());
    assert!(matches!(costing(200.1, Budget::default()), Err(Refused::BudgetExceeded { .. })));
    let once = costing(199.9, Budget::default()).unwrap().budget;
    assert!(costing(50.0, once).is_ok());
    assert!(matches!(costing(50.2, once), Err(Refused::BudgetExceeded { .. })));
    let hours_ago = Budget { at: NOW - 43_200, ..once };
    assert!(costing(175.0, hours_ago).is_ok());
}

/// A share of the capital, as the rules compute it.
fn share(done: &Rebalance, term: HedgeTerm) -> Money {
    done.capital.scaled_floor(HedgeTerms::default().number(term).unwrap()).unwrap()
}

#[test]
fn what_is_exactly_at_its_bound_is_accepted() {
    let base = rebalance();
    let hedged = Rebalance { hedge: share(&base, HedgeTerm::HedgeLimit), ..base };
    assert!(judged(&hedged, 0.0).is_ok());

    let least = share(&base, HedgeTerm::LeastGain);
    let gains_least = base.after.penalty.plus(least).unwrap();
    let barely = Rebalance { old_penalty: gains_least, lost: Money::ZERO, ..base };
    assert_eq!(judged(&barely, 0.0).unwrap().gain, least);

    let dear = Rebalance { lost: share(&base, HedgeTerm::RebalanceBudget), ..base };
    let accepted = judged(&dear, 0.0).unwrap();
    assert_eq!(accepted.tip, Money::ZERO);
    assert_eq!(accepted.budget.used, dear.lost);

    // half of a day's budget is there at once
    let half = share(&base, HedgeTerm::DayBudget).scaled_floor(Fx::lit("0.5")).unwrap();
    let used = Budget { used: half.minus(dear.lost).unwrap(), at: NOW };
    let window = Window { opened_at: NOW - 3_600 };
    let accepted = dear.judged(&HedgeTerms::default(), (window, used), Money::ZERO, NOW).unwrap();
    assert_eq!(accepted.budget.used, half);
}

#[test]
fn a_window_does_not_open_on_the_outer_band_itself() {
    let base = rebalance();
    let outer = share(&base, HedgeTerm::OuterBand);
    let seen = |delta| Window::default().observed(delta, base.capital, &HedgeTerms::default(), NOW).unwrap();
    assert!(!seen(outer).is_open());
    assert!(seen(outer.plus(Money::from_fx(Fx::DELTA)).unwrap()).is_open());
}

#[test]
fn fills_cost_their_units_at_their_limit_rounded_for_the_vault() {
    let scale = TokenScale::from_decimals(6).unwrap();
    // 3 units at 1,000.00000005 are 3,000.00000015
    let fill = |side| Fill { side, units: Fx::from_num(3), limit: price(1_000.000_000_05) };
    assert_eq!(fill(Side::Buy).quote(scale), Ok(Atoms::new(3_000_000_000)));
    assert_eq!(fill(Side::Sell).quote(scale), Ok(Atoms::new(3_000_000_001)));
}

#[test]
fn terms_of_time_are_in_whole_seconds() {
    for (place, term, bounds) in [
        (4, HedgeTerm::RampSecs, [1, 300, 3_600]),
        (5, HedgeTerm::CheckpointSecs, [15, 120, 3_600]),
        (8, HedgeTerm::AverageSecs, [60, 1_800, 4_200]),
        (12, HedgeTerm::PriceAgeSecs, [5, 3_600, 4_200]),
    ] {
        let rule = TERM_RULES[place];
        assert_eq!([rule.min, rule.default, rule.max], bounds.map(|secs| secs * 1_000_000), "{term:?}");
        assert_eq!(HedgeTerms::default().secs(term), u64::from(bounds[1]), "{term:?}");
    }
}

#[test]
fn the_window_opens_past_the_outer_band_and_closes_within_the_inner_one() {
    let terms = HedgeTerms::default();
    let seen = |window: Window, delta: f64| window.observed(money(delta), money(1_000_000.0), &terms, NOW).unwrap();
    let open = seen(Window::default(), -60_001.0);
    assert_eq!(open, Window { opened_at: NOW });
    assert!(!seen(Window::default(), 59_999.0).is_open());
    let long_open = Window { opened_at: 7 };
    assert_eq!(seen(long_open, 70_000.0), long_open);
    assert_eq!(seen(long_open, -31_000.0), long_open);
    assert_eq!(seen(long_open, 29_000.0), Window::default());
}

#[test]
fn fills_keep_near_the_oracle_and_near_the_average() {
    let terms = HedgeTerms::default();
    let band = Band::around(price(3_000.0), price(3_000.0), &terms).unwrap();
    assert!(band.permits(Side::Buy, price(3_014.9)) && !band.permits(Side::Buy, price(3_015.1)));
    assert!(band.permits(Side::Sell, price(2_985.1)) && !band.permits(Side::Sell, price(2_984.9)));
    // A spike of the oracle's moves the average's bound only slowly.
    let spiked = Band::around(price(3_600.0), price(3_000.0), &terms).unwrap();
    assert!(!spiked.permits(Side::Buy, price(3_100.0)));
    assert!(spiked.permits(Side::Sell, price(3_600.0)));
}

#[test]
fn the_average_follows_slowly() {
    let terms = HedgeTerms::default();
    assert_eq!(average_after((Price::ZERO, 0), price(3_000.0), &terms, NOW), Ok(price(3_000.0)));
    let after = |secs| average_after((price(3_000.0), NOW - secs), price(3_100.0), &terms, NOW).unwrap();
    assert_eq!(after(0), price(3_000.0));
    let half = after(1_800).fx().to_num::<f64>();
    assert!((half - 3_050.0).abs() < 1e-9, "{half}");
    assert!(after(1 << 30) > price(3_099.9) && after(1 << 30) <= price(3_100.0));
}

#[test]
fn terms_have_bounds() {
    let defaults = HedgeTerms::default().all_millionths();
    assert_eq!(HedgeTerms::new(defaults), Ok(HedgeTerms::default()));
    for (place, rule) in TERM_RULES.iter().enumerate() {
        for out in [rule.min.checked_sub(1), rule.max.checked_add(1)].into_iter().flatten() {
            let mut terms = defaults;
            terms[place] = out;
            assert_eq!(HedgeTerms::new(terms), Err(place), "{:?}", rule.term);
        }
    }
    let mut crossed = defaults;
    crossed[1] = crossed[0];
    assert_eq!(HedgeTerms::new(crossed), Err(1));
}

#[test]
fn a_hedge_of_the_delta_lowers_the_risk() {
    let state = RiskState::new(money(1e7), Fx::lit("0.36"), &Parameters::default()).unwrap();
    let mut options = Exposure::default();
    options.add(Measure::DollarDelta, money(600_000.0)).unwrap();
    let spot = price(3_000.0);
    let risk = |units: f64| {
        let hedge = Hedge { units: Fx::from_num(units), cash: Money::ZERO };
        Risk::of(&options, &hedge, spot, &state).unwrap()
    };
    assert_eq!(risk(0.0).delta_to_hedge, money(600_000.0));
    assert!(risk(-200.0).delta_to_hedge.magnitude().unwrap() < money(1.0));
    assert!(risk(-100.0).penalty < risk(0.0).penalty);
}

proptest! {
    /// Whatever a solver does, the vault keeps its share of what R falls by, and the budgets hold.
    #[test]
    fn what_is_accepted_is_worth_its_cost(
        before in 0.0_f64..1e5, old in 0.0_f64..1e5, after in 0.0_f64..1e5, lost in -1e4_f64..1e4,
        deltas in [-2e5_f64..2e5, -2e5_f64..2e5], most_tip in 0.0_f64..1e5, open_secs in 0_u64..1_000, used in 0.0_f64..5_000.0,
    ) {
        let [delta_before, delta_after] = deltas.map(money);
        let done = Rebalance {
            before: Risk { penalty: money(before), delta_to_hedge: delta_before },
            old_penalty: money(old),
            after: Risk { penalty: money(after), delta_to_hedge: delta_after },
            lost: money(lost),
            capital: money(1_000_000.0),
            hedge: Money::ZERO,
        };
        let terms = HedgeTerms::default();
        let budget = Budget { used: money(used), at: NOW };
        let window = Window { opened_at: NOW - open_secs };
        if let Ok(accepted) = done.judged(&terms, (window, budget), money(most_tip), NOW) {
            let cost = done.lost.plus(accepted.tip).unwrap();
            let theta = terms.number(HedgeTerm::Theta).unwrap();
            prop_assert!(accepted.tip >= Money::ZERO && accepted.tip <= money(most_tip));
            prop_assert!(cost <= accepted.gain.scaled_floor(theta).unwrap());
            prop_assert!(accepted.gain <= done.before.penalty.minus(done.after.penalty).unwrap());
            prop_assert!(cost <= money(2_000.0));
            prop_assert!(accepted.budget.used <= money(2_500.0).max(money(used)));
        }
    }

    /// No 24 hours cost more than the budget, however the spending is spread.
    #[test]
    fn no_day_costs_more_than_its_budget(steps in prop::collection::vec((0_u64..20_000, 0.0_f64..600.0), 1..60)) {
        let (whole, mut budget, mut now) = (money(1_000.0), Budget::default(), NOW);
        let mut spent = std::vec::Vec::<(u64, f64)>::new();
        for (secs, wanted) in steps {
            now += secs;
            let cost = money(wanted).min(budget.left_floor(whole, now).unwrap());
            budget = budget.with(cost, whole, now).unwrap();
            spent.push((now, cost.fx().to_num()));
            let in_a_day: f64 = spent.iter().filter(|(at, _)| now - at < 86_400).map(|(_, cost)| cost).sum();
            prop_assert!(in_a_day <= 1_000.0 + 1e-6, "{in_a_day}");
        }
    }
}
