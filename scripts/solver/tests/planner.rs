//! Plans against brute force, and against the rule that the chain runs.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "tests")]
#![allow(clippy::as_conversions, clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "tests")]

use equipoise_math::Fx;
use equipoise_risk::book::{Exposure, NUMBERS};
use equipoise_risk::parameters::Parameters;
use equipoise_risk::potential::RiskState;
use equipoise_risk::rebalance::{Budget, HedgeTerm, HedgeTerms, Refused, Window, TERM_RULES};
use equipoise_risk::units::{Atoms, Money, Price, TokenScale};
use equipoise_solver::pool::Pool;
use equipoise_solver::{plan, Costs, Market, Nothing, Outcome, Plan, Tier, Venue, Wishes};
use proptest::prelude::*;

const NOW: u64 = 1_800_000_000;
const SPOT: f64 = 3_000.0;
const CAPITAL: f64 = 1e7;
const UNIT: f64 = 1e18;

fn money(number: f64) -> Money {
    Money::from_fx(Fx::from_num(number))
}

fn float(money: Money) -> f64 {
    money.fx().to_num()
}

/// A book of a dollar delta, a weighted vega, and what each jump would lose.
fn book(delta: f64, vega: f64, losses: [f64; 4]) -> Exposure {
    let mut numbers = [Money::ZERO; NUMBERS];
    numbers[1] = money(delta);
    for (place, loss) in losses.into_iter().enumerate() {
        numbers[4 + place] = money(-loss);
    }
    numbers[9] = money(vega);
    Exposure::from_array(numbers)
}

/// A market whose window has been open for an hour.
fn market(now: &Exposure, held: f64) -> Market {
    let price = Price::from_fx(Fx::from_num(SPOT));
    Market {
        spot: price,
        quote: TokenScale::from_decimals(6).unwrap(),
        base: TokenScale::from_decimals(18).unwrap(),
        cash: Money::ZERO,
        state: RiskState::new(money(CAPITAL), Fx::lit("0.36"), &Parameters::default()).unwrap(),
        now: *now,
        old: *now,
        terms: HedgeTerms::default(),
        window: Window { opened_at: NOW - 3_600 },
        budget: Budget::default(),
        average: price,
        averaged_at: NOW - 3_600,
        held: Atoms::new((held * UNIT) as i128),
        elsewhere: Atoms::ZERO,
        spare: Atoms::new(5_000_000_000_000),
        at: NOW,
    }
}

/// A filler that asks for so many basis points and has so many units.
fn filler(bps: f64, units: f64) -> Venue {
    let tier = |sign: f64| vec![Tier { units, price: SPOT * (1.0 + sign * bps * 1e-4) }];
    Venue { cap: 1e7, buys: tier(1.0), sells: tier(-1.0), slack: 0.0 }
}

fn pool(liquidity: f64) -> Venue {
    let root = (SPOT * 1e6 / 1e18_f64).sqrt();
    let read = [-400_000, 400_000];
    let pool = Pool { root, liquidity, fee: 500, ticks: Vec::new(), read, is_base_token0: true, decimals: [18, 6] };
    Venue { cap: 1e7, buys: pool.buys(SPOT * 1.01), sells: pool.sells(SPOT * 0.99), slack: 1e-4 }
}

const WISHES: Wishes = Wishes { most_tip: Atoms::new(i64::MAX as i128), least_profit: 0.0 };

fn planned(market: &Market, venues: &[Venue]) -> Result<Plan, Nothing> {
    plan(market, venues, Costs::default(), &WISHES)
}

fn float_of(atoms: Atoms) -> f64 {
    atoms.count() as f64 / 1e6
}

/// R and what it takes at spot, after so many units are bought at a price; none if the rule refuses it.
fn value(market: &Market, units: f64, price: f64) -> Option<f64> {
    let bought = Atoms::new((units * UNIT) as i128);
    let spent = Atoms::new((units * price * 1e6).ceil() as i128);
    let held = market.held.plus(bought).unwrap();
    let outcome = Outcome { held, spent, most_tip: Atoms::ZERO };
    let verdict = market.judged(&outcome).ok()?;
    Some(float(verdict.after.penalty) + float(verdict.lost))
}

#[test]
fn a_delta_is_hedged_as_far_as_it_is_worth_it() {
    // No jump loses anything, so that R is a parabola.
    let short = market(&book(-900_000.0, 0.0, [-1e6; 4]), 0.0);
    let plan = planned(&short, &[filler(5.0, 1_000.0)]).unwrap();
    // R' = lambda s^2 h_d d: 0.03945 d is the price of 5 basis points at d = 1.27 % of capital.
    let left = float(plan.verdict.after.delta_to_hedge) / CAPITAL;
    assert!((left + 0.0005 / (20.0 * 0.36 * 2.0 / 365.0)).abs() < 1e-5, "{left}");
    assert!(plan.verdict.tip > Atoms::ZERO && plan.legs.len() == 1 && plan.legs[0].is_buy());
    let limit = plan.legs[0].limit_wad as f64 / 1e18;
    assert!((limit - 3_001.5).abs() < 1e-6, "{limit}");
}

#[test]
fn what_is_held_is_sold_and_never_more() {
    let long = market(&book(900_000.0, 0.0, [0.0; 4]), 40.0);
    let plan = planned(&long, &[filler(1.0, 1_000.0)]).unwrap();
    assert!(plan.legs[0].quantity < Atoms::ZERO);
    assert!(plan.outcome.held >= Atoms::ZERO && plan.outcome.held < Atoms::new(1e14 as i128), "{:?}", plan.outcome);
    let none = market(&book(900_000.0, 0.0, [0.0; 4]), 0.0);
    assert!(matches!(planned(&none, &[filler(1.0, 1_000.0)]), Err(Nothing::NotWorthIt)));
}

#[test]
fn a_closed_window_and_dear_offers_are_told_of() {
    let mut short = market(&book(-900_000.0, 0.0, [0.0; 4]), 0.0);
    assert!(matches!(planned(&short, &[filler(51.0, 1_000.0)]), Err(Nothing::NoOffer { .. })));
    assert!(matches!(planned(&short, &[]), Err(Nothing::NoOffer { .. })));
    let dear = plan(&short, &[filler(5.0, 1_000.0)], Costs { gas: 1e6, gas_of_leg: 0.0 }, &WISHES);
    assert!(matches!(dear, Err(Nothing::NotWorthIt)));
    let greedy = Wishes { least_profit: 1e6, ..WISHES };
    let wanted = plan(&short, &[filler(5.0, 1_000.0)], Costs::default(), &greedy);
    assert!(matches!(wanted, Err(Nothing::ProfitTooSmall { .. })));
    short.window = Window::default();
    assert!(matches!(planned(&short, &[filler(5.0, 1_000.0)]), Err(Nothing::WindowClosed { .. })));
}

#[test]
fn inventory_of_the_same_block_earns_nothing() {
    let mut short = market(&book(-900_000.0, 0.0, [0.0; 4]), 0.0);
    short.old = book(0.0, 0.0, [0.0; 4]);
    let refused = planned(&short, &[filler(5.0, 1_000.0)]).unwrap_err();
    assert!(matches!(refused, Nothing::NotWorthIt | Nothing::Refused(Refused::GainTooSmall { .. })), "{refused:?}");
}

#[test]
fn two_pools_share_so_that_their_last_units_cost_alike() {
    let short = market(&book(-900_000.0, 0.0, [0.0; 4]), 0.0);
    let venues = [pool(2e18), pool(6e17)];
    let plan = planned(&short, &venues).unwrap();
    assert_eq!(plan.legs.len(), 2);
    let marginal = |place: usize| {
        let mut left = plan.legs[place].quantity.count() as f64 / UNIT;
        let last = venues[place].buys.iter().find(|tier| {
            left -= tier.units;
            left <= 0.0
        });
        last.unwrap().price
    };
    let (one, other) = (marginal(0), marginal(1));
    // A piece of either is six hundredths of a per cent wide.
    assert!((one / other - 1.0).abs() < 7e-4, "{one} and {other}");
    let [deep, shallow] = [0, 1].map(|place| plan.legs[place].quantity.count() as f64);
    assert!((deep / shallow - 2e18 / 6e17).abs() < 0.5, "{deep} and {shallow}");
}

#[test]
fn a_second_venue_must_be_worth_its_gas() {
    let short = market(&book(-900_000.0, 0.0, [0.0; 4]), 0.0);
    let venues = [filler(5.0, 1_000.0), filler(4.9, 1.0)];
    assert_eq!(planned(&short, &venues).unwrap().legs.len(), 2);
    let costs = Costs { gas: 0.5, gas_of_leg: 0.5 };
    let plan = plan(&short, &venues, costs, &WISHES).unwrap();
    assert_eq!(plan.legs.iter().map(|leg| leg.venue).collect::<Vec<_>>(), [0]);
}

/// With one of the terms changed.
fn with_term(term: HedgeTerm, millionths: u32) -> HedgeTerms {
    let mut all = HedgeTerms::default().all_millionths();
    all[TERM_RULES.iter().position(|rule| rule.term == term).unwrap()] = millionths;
    HedgeTerms::new(all).unwrap()
}

#[test]
fn the_budget_bounds_what_it_costs_with_the_tip() {
    let mut short = market(&book(-900_000.0, 0.0, [0.0; 4]), 0.0);
    short.terms = with_term(HedgeTerm::RebalanceBudget, 10);
    let plan = planned(&short, &[filler(5.0, 1_000.0)]).unwrap();
    let cost = float_of(plan.verdict.cost);
    assert!(cost <= 100.0 + 1e-5 && float(plan.verdict.lost) > 99.0, "{cost}");
}

#[test]
fn while_the_ramp_begins_it_may_cost_less() {
    let mut short = market(&book(-900_000.0, 0.0, [-1e6; 4]), 0.0);
    let late = planned(&short, &[filler(5.0, 1_000.0)]).unwrap();
    short.window = Window { opened_at: NOW - 90 };
    let early = planned(&short, &[filler(5.0, 1_000.0)]).unwrap();
    let share = 0.7 * 90.0 / 300.0;
    assert!(float(early.verdict.lost) <= share * float(early.verdict.gain));
    assert!(early.legs[0].quantity < late.legs[0].quantity);
    short.window = Window { opened_at: NOW - 10 };
    assert!(planned(&short, &[filler(5.0, 1_000.0)]).is_err());
}

/// A market, and venues, of all kinds.
fn cases() -> impl Strategy<Value = (Market, Vec<Venue>)> {
    let jumps = [-4e5_f64..6e5, -1e5_f64..2e5, -1e5_f64..2e5, -4e5_f64..6e5];
    let venue = prop_oneof![
        (-20.0_f64..60.0, 0.1_f64..500.0).prop_map(|(bps, units)| filler(bps, units)),
        (17.0_f64..18.5).prop_map(|power| pool(10_f64.powf(power))),
    ];
    let venue = (venue, 1e3_f64..2e6).prop_map(|(venue, cap)| Venue { cap, ..venue });
    let given = (
        -2e6_f64..2e6,
        -5e4_f64..5e4,
        jumps,
        0.0_f64..800.0,
        0_u64..900,
        0.0_f64..2e4,
        0.0_f64..1.2,
        -300.0_f64..300.0,
    );
    (given, prop::collection::vec(venue, 1..4)).prop_map(|(given, venues)| {
        let (delta, vega, losses, held, open_secs, used, old, elsewhere) = given;
        let mut market = market(&book(delta, vega, losses), held);
        market.window = Window { opened_at: NOW - open_secs };
        market.budget = Budget { used: money(used), at: NOW - 600 };
        market.old = book(delta * old, vega, losses);
        market.elsewhere = Atoms::new((elsewhere * UNIT) as i128);
        (market, venues)
    })
}

#[test]
fn what_is_held_by_perpetual_futures_counts_and_is_not_sold() {
    let mut short = market(&book(-900_000.0, 0.0, [-1e6; 4]), 0.0);
    let venues = [filler(5.0, 1_000.0)];
    let bought = |market: &Market| planned(market, &venues).map(|plan| plan.outcome.held);
    let whole = bought(&short).unwrap();
    let half = Atoms::new((450_000.0 / SPOT * UNIT) as i128);
    short.elsewhere = half;
    let rest = bought(&short).unwrap().plus(half).unwrap();
    assert!((float_of(rest) / float_of(whole) - 1.0).abs() < 0.02, "{rest:?} of {whole:?}");
    // There is too much of it, and nothing that could be sold.
    short.elsewhere = Atoms::new((900_000.0 / SPOT * UNIT * 2.0) as i128);
    assert!(bought(&short).is_err());
}

#[test]
fn a_book_far_from_its_hedge_is_planned_for() {
    let delta = 1_378_022.699_437_093;
    let mut market = market(&book(delta, 0.0, [-221_496.985_428_102, 0.0, 0.0, 0.0]), 246.937_675_765_020_83);
    market.window = Window { opened_at: NOW - 185 };
    let plan = planned(&market, &[filler(35.876_771_696_616_36, 800.0)]).unwrap();
    assert!(float(plan.verdict.after.penalty) < float(market.risk(market.held).unwrap().penalty));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever the market: the vault is better off, the rule accepts it even at the limits, and every cap holds.
    #[test]
    fn a_plan_is_better_than_nothing_and_within_every_rule((market, venues) in cases()) {
        let Ok(plan) = planned(&market, &venues) else { return Ok(()) };
        let before = float(market.risk(market.held).unwrap().penalty);
        let after = float(plan.verdict.after.penalty) + float(plan.verdict.lost);
        prop_assert!(after <= before + 1e-6, "{before} to {after}");
        prop_assert_eq!(market.judged(&plan.outcome), Ok(plan.verdict));
        let mut worst = plan.outcome;
        worst.spent = plan.legs.iter().fold(Atoms::ZERO, |sum, leg| {
            if leg.is_buy() { sum.plus(leg.limit_quote).unwrap() } else { sum.minus(leg.limit_quote).unwrap() }
        });
        prop_assert!(market.judged(&worst).is_ok());
        prop_assert!(worst.spent >= plan.outcome.spent);
        let band = market.band().unwrap();
        for leg in &plan.legs {
            let limit = Price::from_fx(Fx::from_num(leg.limit_wad as f64 / 1e18));
            let units = leg.quantity.count().abs() as f64 / UNIT;
            prop_assert!(units * SPOT <= venues[leg.venue].cap, "{leg:?}");
            let slack = Price::from_fx(Fx::from_num(1e-9));
            prop_assert!(limit <= band.most.plus(slack).unwrap() || !leg.is_buy());
            prop_assert!(limit >= band.least.minus(slack).unwrap() || leg.is_buy());
        }
        let first = plan.legs[0].is_buy();
        prop_assert!(plan.legs.iter().all(|leg| leg.is_buy() == first) && plan.outcome.held >= Atoms::ZERO);
        prop_assert!(worst.spent.plus(plan.verdict.tip).unwrap() <= market.spare);
    }

    /// One filler, tried in a thousand steps: nothing that the rule accepts is better.
    #[test]
    fn no_grid_finds_anything_better(
        delta in -2e6_f64..2e6, crash in -4e5_f64..6e5, held in 0.0_f64..500.0, bps in 0.0_f64..45.0, open_secs in 30_u64..600,
    ) {
        let mut market = market(&book(delta, 0.0, [crash, 0.0, 0.0, 0.0]), held);
        market.window = Window { opened_at: NOW - open_secs };
        let capital = float(market.state.capital);
        let before = float(market.risk(market.held).unwrap().penalty);
        let mut best = before;
        for step in -500..=500 {
            let units = f64::from(step) * 1.6;
            let price = SPOT * (1.0 + units.signum() * bps * 1e-4);
            if step != 0 && held + units >= 0.0 {
                best = value(&market, units, price).map_or(best, |value| value.min(best));
            }
        }
        let found = planned(&market, &[filler(bps, 800.0)]);
        let planned = found.as_ref().map_or(before, |plan| {
            float(plan.verdict.after.penalty) + float(plan.verdict.lost)
        });
        prop_assert!(planned <= best + 1e-9 * capital, "{planned} against {best}: {found:?}");
    }
}
