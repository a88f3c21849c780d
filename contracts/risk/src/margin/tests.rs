//! Known requirements, the independent reference, and the numbers that are refused.
#![allow(clippy::as_conversions, clippy::cast_precision_loss, reason = "errors are measured in floating point")]

mod accounts;
mod coherence;

use std::collections::BTreeMap;
use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::black76::{evaluate, Inputs};
use crate::fixtures::{any_fx, assert_near, float, fx, money, price_of, terms, DAY, LAG};
use crate::units::{Price, Years};

/// Days to expiry, strike, calls and puts in lots.
pub(super) type Leg = (u64, f64, i32, i32);

const HOUR: u64 = 3_600;

/// An account's expiries, by the seconds they are priced with.
#[derive(Clone, Debug, Default)]
pub(super) struct Portfolio {
    pub boards: BTreeMap<u64, (BoardTerms, Vec<Holding>)>,
}

impl Portfolio {
    pub fn new(spot: f64, legs: &[Leg]) -> Self {
        Self::in_units_of(DAY, spot, legs)
    }

    /// Of legs whose time is in hours.
    pub fn in_hours(spot: f64, legs: &[Leg]) -> Self {
        Self::in_units_of(HOUR, spot, legs)
    }

    fn in_units_of(unit_secs: u64, spot: f64, legs: &[Leg]) -> Self {
        let mut portfolio = Self::default();
        for (time, strike, calls, puts) in legs {
            let secs = time * unit_secs;
            let board = portfolio.boards.entry(secs).or_insert_with(|| (board_terms(spot, secs), vec![]));
            let strike = price_of(*strike);
            let (calls, puts) = (Lots::new(*calls), Lots::new(*puts));
            match board.1.iter_mut().find(|held| held.strike == strike) {
                Some(held) => *held = held.plus(calls, puts).unwrap(),
                None => board.1.push(Holding { strike, calls, puts }),
            }
            board.1.sort_by_key(|held| held.strike);
        }
        portfolio
    }

    pub fn holdings(&self) -> Vec<BoardHoldings<'_>> {
        self.boards.values().map(|(terms, holdings)| BoardHoldings { terms, holdings }).collect()
    }

    pub fn assess(&self) -> MarketMargin {
        assess(&self.holdings(), &shocks()).unwrap()
    }

    /// The cash that covers every expiry's worst loss, if there is any.
    pub fn full_cover(&self) -> Option<Money> {
        self.boards.values().try_fold(Money::ZERO, |sum, (_, holdings)| match worst_loss_ceil(holdings).unwrap() {
            WorstLoss::Bounded(loss) => Some(sum.plus(loss).unwrap()),
            WorstLoss::Unbounded(_) => None,
        })
    }
}

pub(super) fn shocks() -> Shocks {
    Shocks::new(&MarginParameters::default()).unwrap()
}

/// Half spreads are those of the reference.
/// # Inputs: the time to price with
fn board_terms(spot: f64, secs: u64) -> BoardTerms {
    let mut terms = terms(spot, secs + LAG);
    terms.vol_half_spread = fx(0.005);
    terms.spread.floor = fx(0.6);
    terms
}

/// The cash without which a requirement is not met.
pub(super) fn shortfall(margin: &MarketMargin) -> Fx {
    margin.maintenance.worst().minus(margin.value).unwrap().fx()
}

#[test]
fn requirements_are_those_of_the_reference() {
    for line in include_str!("reference.csv").lines() {
        let fields: Vec<_> = line.split(',').collect();
        let legs: Vec<Leg> = fields[2]
            .split(' ')
            .map(|leg| {
                let parts: Vec<_> = leg.split(':').collect();
                (
                    parts[0].parse().unwrap(),
                    parts[1].parse().unwrap(),
                    parts[2].parse().unwrap(),
                    parts[3].parse().unwrap(),
                )
            })
            .collect();
        let unit_secs = if fields[0].starts_with("hours_") { HOUR } else { DAY };
        let margin = Portfolio::in_units_of(unit_secs, fields[1].parse().unwrap(), &legs).assess();
        let mut expected = fields[3..].iter().map(|field| field.parse::<Fx>().unwrap());
        // Half spreads carry coarse densities.
        let value = expected.next().unwrap();
        assert!((margin.value.fx() - value).abs() < 1e-6, "{}: value {:?}, not {value}", fields[0], margin.value);
        // The pad: at most this share of the highest forward or strike, for each contract.
        let contracts: i32 = legs.iter().map(|leg| (leg.2 + leg.3).abs()).sum();
        let pad = f64::from(contracts) / 1e3 * 8_000.0 * 4e-9 + 1e-11;
        let mut check = |actual: Money, what: &str| {
            let expected = expected.next().unwrap();
            let above = float(actual.fx() - expected);
            let most = pad * if what == "initial" { 1.4 } else { 1.0 } * 2.0;
            // The charge has no pad of its own for what an expiry that settles is worth.
            let least = if what == "loss 31" { -pad } else { -1e-11 };
            assert!((least..most).contains(&above), "{}: {what} is {actual:?}, not {expected}", fields[0]);
        };
        check(margin.maintenance.worst(), "maintenance");
        check(margin.initial.worst(), "initial");
        for (place, loss) in margin.maintenance.to_array().into_iter().enumerate() {
            check(loss, &std::format!("loss {place}"));
        }
        assert_eq!(expected.next(), None);
    }
}

#[test]
fn a_forward_is_required_the_widest_move_and_no_tail_more() {
    for (sign, name) in [(1, "long"), (-1, "short")] {
        let margin = Portfolio::new(3_000.0, &[(30, 2_900.0, sign * 1_000, -sign * 1_000)]).assess();
        assert_near(margin.maintenance.worst().fx(), 600.0, 1e-12, name);
        assert_near(margin.initial.worst().fx(), 780.0, 1e-12, name);
    }
}

#[test]
fn short_wings_are_required_more_by_the_tails() {
    let wing = Portfolio::new(3_000.0, &[(7, 4_500.0, -1_000, 0)]).assess();
    let losses = wing.maintenance.to_array();
    let grid = losses[..GRID].iter().max().unwrap();
    let [.., far_up, _] = losses;
    assert!(far_up > *grid && wing.maintenance.worst() == far_up, "{losses:?}");
}

#[test]
fn a_worthless_short_is_charged_the_minimum() {
    let margin = Portfolio::new(3_000.0, &[(3, 90_000.0, -2_000, 0)]).assess();
    assert_eq!(margin.maintenance.worst(), *margin.maintenance.to_array().last().unwrap());
    assert_near(margin.maintenance.worst().fx(), 2.0 * 0.01 * 3_000.0, 1e-9, "two contracts at a hundredth");
}

#[test]
fn an_expired_board_is_worth_what_is_inside() {
    let mut board = board_terms(3_000.0, DAY);
    board.years = Years::ZERO;
    let holdings = [Holding { strike: price_of(2_900.0), calls: Lots::new(-1_000), puts: Lots::ZERO }];
    let margin = assess(&[BoardHoldings { terms: &board, holdings: &holdings }], &shocks()).unwrap();
    let losses = margin.maintenance.to_array();
    assert_near(losses[0].fx(), 75.0, 5e-5, "it settles halfway to the next step at most");
    assert_near(losses[8].fx(), 600.0, 5e-5, "3,600");
}

#[test]
fn nothing_held_requires_nothing() {
    assert_eq!(assess(&[], &shocks()).unwrap(), MarketMargin::default());
    let empty = Portfolio::new(3_000.0, &[(30, 3_000.0, 0, 0)]).assess();
    assert_eq!(
        (empty.value, empty.maintenance.worst(), empty.initial.worst()),
        (Money::ZERO, Money::ZERO, Money::ZERO)
    );
}

#[test]
fn strikes_that_do_not_rise_are_refused() {
    let board = board_terms(3_000.0, 30 * DAY);
    let held = |strike| Holding { strike: price_of(strike), calls: Lots::new(1), puts: Lots::ZERO };
    for strikes in [[3_000.0, 2_900.0], [3_000.0, 3_000.0], [0.0, 3_000.0]] {
        let holdings = strikes.map(held);
        let refused = assess(&[BoardHoldings { terms: &board, holdings: &holdings }], &shocks());
        assert_eq!(refused, Err(RiskError::StrikesUnordered));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn losses_are_never_below_exact_ones_and_above_by_the_pad_at_most(
        spot in 500.0_f64..9_000.0, moneyness in 0.003_f64..400.0, days in prop::sample::select(vec![1_u64, 7, 30, 400]),
    ) {
        let portfolio = Portfolio::new(spot, &[(days, spot * moneyness, -1_000, 0)]);
        let (board, holdings) = &portfolio.boards[&(days * DAY)];
        let (strike, forward) = (holdings[0].strike, board.forward.fx());
        let vol = board.slice.variance(strike, board.reference_forward).unwrap().sqrt();
        let tenor = (30.0 / days.max(3) as f64).sqrt();
        let call = |move_of_spot: f64, vol_multiple: f64| {
            let forward = forward * (Fx::ONE + fx(move_of_spot));
            let vol = (vol * fx(vol_multiple)).min(fx(10.0));
            Inputs::new(forward, strike.fx(), vol, board.years.fx()).map(|inputs| evaluate(&inputs).call)
        };
        let (up, down) = (1.0 + 0.4 * tenor, 1.0 / (1.0 + 0.3 * tenor));
        let grid = [down, 1.0, up].into_iter().flat_map(|vol| (-4..=4).map(move |step| (f64::from(step) * 0.05, vol, 1.0)));
        let tails = [(-0.6, 3.0), (-0.4, 2.0), (0.4, 2.0), (1.0, 5.0)].map(|(move_of_spot, part)| (move_of_spot, up, part));
        let most = 2.0 * 3.8e-9 * (2.0 * spot).max(spot * moneyness);
        for ((move_of_spot, vol, part), loss) in grid.chain(tails).zip(portfolio.assess().maintenance.to_array()) {
            // Shares of spot are rounded to 2^-64 here and there, and so are shocks of volatility.
            let Ok(shocked) = call(move_of_spot, vol) else { continue };
            let exact = float(shocked - call(0.0, 1.0).unwrap()) / part;
            let above = float(loss.fx()) - exact;
            prop_assert!(-1e-10 <= above && above <= most + 1e-10, "{move_of_spot} {vol}: {above:e}");
        }
    }

    #[test]
    fn no_portfolio_makes_a_number_wrap(
        held in prop::collection::vec((any_fx(), any::<i32>(), any::<i32>()), 0..4),
        forward in any_fx(), years in any_fx(),
    ) {
        let mut board = board_terms(3_000.0, 30 * DAY);
        board.forward = Price::from_fx(forward);
        board.years = Years::from_fx(years);
        let mut holdings: Vec<_> = held
            .into_iter()
            .map(|(strike, calls, puts)| Holding {
                strike: Price::from_fx(strike), calls: Lots::new(calls), puts: Lots::new(puts),
            })
            .collect();
        holdings.sort_by_key(|held| held.strike);
        if let Ok(margin) = assess(&[BoardHoldings { terms: &board, holdings: &holdings }], &shocks()) {
            prop_assert!(margin.maintenance.worst() >= Money::ZERO);
            if let WorstLoss::Bounded(worst) = worst_loss_ceil(&holdings).unwrap() {
                prop_assert!(margin.value.plus(worst).unwrap() >= margin.maintenance.worst());
            }
        }
    }
}
