//! The book: one pass gives the value and the risks of everything held, before and after a trade.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::black76::{evaluate, Inputs};
use crate::fixtures::{assert_near, float, money, price_of, terms, Leg, World, DAY};
use crate::skew::SkewReserve;
use crate::spread::SpreadMultiplier;

fn world(lots: &[i32]) -> World {
    World::new(1e6, lots, SkewReserve::default())
}

fn all_legs(lots: &[i32]) -> Vec<Leg> {
    let place = |index: usize| (index / 8, index / 2 % 4, index % 2 == 1);
    lots.iter().enumerate().map(|(index, lots)| (place(index).0, place(index).1, place(index).2, *lots)).collect()
}

#[test]
fn an_exposure_is_its_numbers() {
    let numbers = core::array::from_fn(|place| Money::from_fx(Fx::from_num(place * place)));
    let exposure = Exposure::from_array(numbers);
    assert_eq!(exposure.to_array(), numbers);
    assert_eq!(exposure.of(Measure::Value), money(0.0));
    assert_eq!(exposure.of(Measure::DollarDelta), money(1.0));
    assert_eq!(exposure.of(Measure::DollarGamma), money(4.0));
    assert_eq!(exposure.of(Measure::Theta), money(9.0));
    // Of each board the second of its four numbers: the sum of the squares of 9, 13 .. 37.
    assert_eq!(exposure.weighted_vega(), Ok(money(4_904.0)));
    assert_eq!(exposure.buckets[0].delta, money(64.0));
    assert_eq!(exposure.buckets[7].wing_vegas, [38.0_f64, 39.0].map(|place| money(place * place)));
}

#[test]
fn the_stress_loss_is_the_worst_jump_and_not_a_gain() {
    let book = |jumped: [f64; 4]| {
        let mut numbers = [Money::ZERO; NUMBERS];
        numbers[0] = money(100.0);
        for (place, value) in numbers[FIRST_JUMP..].iter_mut().zip(jumped) {
            *place = money(value);
        }
        Exposure::from_array(numbers)
    };
    let losing = book([90.0, -30.0, 100.0, 250.0]);
    assert_eq!(losing.jump_losses(), Ok([10.0, 130.0, 0.0, -150.0].map(money)));
    assert_eq!(losing.stress_loss(), Ok(money(130.0)));
    assert_eq!(book([101.0, 102.0, 103.0, 104.0]).stress_loss(), Ok(Money::ZERO));
}

#[test]
fn a_short_call_makes_the_vault_lose_when_spot_jumps_up() {
    let short = world(&[0, 0, 0, 0, -1_000]).exposure();
    assert!(short.of(Measure::Value) < Money::ZERO && short.of(Measure::DollarDelta) < Money::ZERO);
    let [far_down, down, up, far_up] = short.jump_losses().unwrap();
    assert!(far_down < down && down < Money::ZERO && Money::ZERO < up && up < far_up);
}

#[test]
fn a_strike_that_nobody_holds_is_not_priced() {
    let terms = terms(3_000.0, 30 * DAY);
    let unpriceable = StrikeState { strike: Price::ZERO, ..StrikeState::default() };
    let board = |strikes: &[StrikeState]| value(&[BoardState { terms: &terms, strikes }]).map(|valued| valued.before);
    assert_eq!(board(&[unpriceable]), Ok(Exposure::default()));
    assert_eq!(board(&[StrikeState { calls: Lots::new(1), ..unpriceable }]), Err(RiskError::Math));
}

#[test]
fn as_many_calls_as_puts_are_still_held_and_traded() {
    let terms = terms(3_000.0, 30 * DAY);
    let valued = |state: StrikeState| value(&[BoardState { terms: &terms, strikes: &[state] }]).unwrap();
    let (nothing, lots) = (StrikeState { strike: price_of(3_000.0), ..StrikeState::default() }, Lots::new(1_000));
    let held = valued(StrikeState { calls: lots, puts: lots, ..nothing });
    assert!(held.before.of(Measure::Value) > money(100.0), "a straddle is worth more than its {:?}", held.before);
    let traded = valued(StrikeState { bought_calls: lots, bought_puts: lots, ..nothing });
    assert_eq!(traded.package.mid, held.before.of(Measure::Value));
    let both = valued(StrikeState { calls: lots, bought_calls: lots, ..nothing });
    assert!(both.package.mid > money(50.0) && both.before.of(Measure::Value) > money(50.0));
}

#[test]
fn a_ninth_board_is_refused() {
    let terms = terms(3_000.0, 30 * DAY);
    let boards = [BoardState { terms: &terms, strikes: &[] }; MAX_BOARDS + 1];
    assert!(value(&boards[..MAX_BOARDS]).is_ok());
    assert!(matches!(value(&boards), Err(RiskError::Overflow)));
}

#[test]
fn what_a_trader_buys_the_vault_no_longer_holds() {
    let state = StrikeState {
        calls: Lots::new(5),
        bought_calls: Lots::new(7),
        bought_puts: Lots::new(-2),
        ..StrikeState::default()
    };
    let held = state.held_after().unwrap();
    assert_eq!((held.calls.count(), held.puts.count()), (-2, 2));
    let most = StrikeState { calls: Lots::new(i32::MIN), bought_calls: Lots::new(1), ..StrikeState::default() };
    assert_eq!(most.held_after(), Err(RiskError::Overflow));
}

#[test]
fn nothing_traded_changes_nothing() {
    let valuation = world(&[1_000, -500, 300]).value().unwrap();
    assert_eq!(valuation.change, Exposure::default());
    assert_eq!(valuation.package, Package::default());
    assert_eq!(valuation.after(), Ok(valuation.before));
}

#[test]
fn the_uncertainty_is_half_the_spread_on_everything_held() {
    let lots = [0, 0, 0, 0, -2_000, 1_000];
    let world = world(&lots);
    let one = self::world(&[0, 0, 0, 0, 1_000]).exposure().buckets[0].vega;
    let terms = &world.boards[0].0;
    let vega = float(one.fx()) / float(terms.vega_weight);
    let each = vega * float(terms.vol_half_spread) + float(terms.spread.floor);
    let uncertainty = world.value().unwrap().uncertainty.widened_ceil(SpreadMultiplier::ONE).unwrap();
    assert_near(uncertainty.fx(), 3.0 * each, 1e-9, "three contracts");
}

/// To the last bit: the vault takes a board without uncertainty for one that it holds nothing of.
#[test]
fn nothing_held_is_not_uncertain_and_anything_is() {
    assert_eq!(world(&[0, 0, 0]).value().unwrap().uncertainty, HalfSpread::default());
    let HalfSpread { of_vol, rest } = world(&[0, 1, 0]).value().unwrap().uncertainty;
    assert!(of_vol > Money::ZERO && rest > Money::ZERO);
}

#[test]
fn a_board_of_many_strikes_is_the_sum_of_them() {
    let terms = terms(3_000.0, 30 * DAY);
    let all: Vec<_> = (0..100_i32)
        .map(|place| StrikeState {
            strike: price_of(2_000.0 + 20.0 * f64::from(place)),
            calls: Lots::new(1_000_000_000 - place),
            puts: Lots::new(-2_000_000_000 + 7 * place),
            ..StrikeState::default()
        })
        .collect();
    let whole = value(&[BoardState { terms: &terms, strikes: &all }]).unwrap().before;
    let mut sum = Exposure::default();
    for strike in &all {
        sum = sum.plus(&value(&[BoardState { terms: &terms, strikes: &[*strike] }]).unwrap().before).unwrap();
    }
    for (whole, sum) in whole.to_array().into_iter().zip(sum.to_array()) {
        // each strike alone is rounded once more; coarse sums keep 60 significant bits
        assert!((whole.fx() - sum.fx()).abs() <= Fx::from_bits(1 << 50), "{whole:?} {sum:?}");
    }
    // what is paid stays exact
    let value = |book: &Exposure| book.of(Measure::Value).fx();
    assert!((value(&whole) - value(&sum)).abs() <= Fx::from_bits(100));
}

#[test]
fn a_board_of_too_many_strikes_is_refused() {
    let terms = terms(3_000.0, 30 * DAY);
    let strikes = std::vec![StrikeState { strike: price_of(3_000.0), ..StrikeState::default() }; MAX_STRIKES + 1];
    assert!(value(&[BoardState { terms: &terms, strikes: &strikes[1..] }]).is_ok());
    assert_eq!(value(&[BoardState { terms: &terms, strikes: &strikes }]).err(), Some(RiskError::Overflow));
}

#[test]
fn a_strike_beyond_every_price_is_refused() {
    let terms = terms(3_000.0, 30 * DAY);
    for (strike, is_valued) in [(1e12, true), (1.1e12, false), (1e18, false)] {
        let held = StrikeState { strike: price_of(strike), puts: Lots::new(1), ..StrikeState::default() };
        assert_eq!(value(&[BoardState { terms: &terms, strikes: &[held] }]).is_ok(), is_valued, "{strike}");
    }
}

proptest! {
    #[test]
    fn the_book_before_plus_the_change_is_the_book_from_scratch(
        held in prop::collection::vec(-1_000_000_i32..1_000_000, 16), bought in prop::collection::vec(-1_000_000_i32..1_000_000, 16),
    ) {
        let after = world(&held).enter(&all_legs(&bought)).unwrap().after().unwrap();
        let left: Vec<_> = held.iter().zip(&bought).map(|(held, bought)| held - bought).collect();
        let scratch = world(&left).exposure();
        // What is paid is divided into contracts once, down; coarse sums keep 60 significant bits: here below 2^25 each.
        let value = |book: &Exposure| book.of(Measure::Value).fx();
        prop_assert!((value(&after) - value(&scratch)).abs() <= Fx::from_bits(2));
        for (sum, whole) in after.to_array().into_iter().zip(scratch.to_array()) {
            prop_assert!((sum.fx() - whole.fx()).abs() <= Fx::from_bits(1 << 36), "{:?} {:?}", sum, whole);
        }
    }

    #[test]
    fn puts_by_parity_are_puts_by_the_formula(strike in 1_000.0_f64..9_000.0, secs in DAY..700 * DAY, lots in 1_i32..100_000) {
        let terms = terms(3_000.0, secs);
        let held = StrikeState { strike: price_of(strike), puts: Lots::new(lots), ..StrikeState::default() };
        let book = value(&[BoardState { terms: &terms, strikes: &[held] }]).unwrap().before;
        let vol = terms.slice.variance(held.strike, terms.reference_forward).unwrap().sqrt();
        let at = |forward: Fx, years: Fx| evaluate(&Inputs::new(forward, held.strike.fx(), vol, years).unwrap());
        let forward = terms.forward.fx();
        let contracts = f64::from(lots) / 1_000.0;
        let near = |own: Money, each: Fx| (float(own.fx()) - contracts * float(each)).abs() < 2_f64.powi(-28) * contracts * strike.max(3_900.0);
        let put = contracts * float(at(forward, terms.years.fx()).put);
        prop_assert!((float(book.of(Measure::Value).fx()) - put).abs() < 1e-11 * contracts * 3_000.0);
        let smoothed = at(forward, terms.smoothed_years.fx());
        prop_assert!(near(book.of(Measure::DollarDelta), smoothed.put_delta * forward));
        let gamma = float(book.of(Measure::DollarGamma).fx()) / contracts - float(smoothed.gamma * forward * forward);
        prop_assert!(gamma.abs() < 3_000.0 * 2_f64.powi(-26) / float(terms.smoothed_years.fx()).sqrt());
        prop_assert!((float(book.of(Measure::Theta).fx()) / contracts - float(smoothed.theta)).abs() < 3_000.0 * 2_f64.powi(-28) / float(terms.smoothed_years.fx()).sqrt());
        prop_assert!(near(book.buckets[0].vega, smoothed.vega * terms.vega_weight));
        prop_assert_eq!(book.buckets[0].delta, book.of(Measure::DollarDelta));
        let moneyness = (3_000.0 / strike).ln() / float(vol) / float(terms.smoothed_years.fx()).sqrt();
        let wing = contracts * moneyness * moneyness * float(smoothed.vega * terms.vega_weight);
        let [low, high] = book.buckets[0].wing_vegas.map(|wing| float(wing.fx()));
        let (own, other) = if strike < 3_000.0 { (low, high) } else { (high, low) };
        prop_assert!((own - wing).abs() < 1e-4 * contracts && other == 0.0, "{} {} {}", own, wing, other);
        for (jumped, jump) in book.to_array()[FIRST_JUMP..].iter().zip(JUMPS) {
            prop_assert!(near(*jumped, at(forward * jump, terms.years.fx()).put));
        }
    }

    #[test]
    fn the_opposite_book_has_the_opposite_risks(held in prop::collection::vec(-1_000_000_i32..1_000_000, 16)) {
        let opposite: Vec<_> = held.iter().map(|lots| -lots).collect();
        let sum = world(&held).exposure().plus(&world(&opposite).exposure()).unwrap();
        for number in sum.to_array() {
            prop_assert!(number.fx().abs() <= Fx::from_bits(16));
        }
    }

    #[test]
    fn no_position_makes_a_book_wrap(held in prop::collection::vec(any::<i32>(), 16), bought in prop::collection::vec(any::<i32>(), 16)) {
        match world(&held).enter(&all_legs(&bought)) {
            Ok(valuation) => {
                let HalfSpread { of_vol, rest } = valuation.uncertainty;
                prop_assert!(of_vol >= Money::ZERO && rest >= Money::ZERO);
                // Sixteen series of 2^31 lots: at most 3.5e7 contracts of at most 3,700 each.
                prop_assert!(float(valuation.before.of(Measure::Value).fx()).abs() < 3.5e7 * 3_700.0);
            }
            Err(error) => prop_assert_eq!(error, RiskError::Overflow),
        }
    }

    #[test]
    fn the_largest_numbers_add_or_overflow(first in prop::collection::vec(any::<i128>(), NUMBERS), second in prop::collection::vec(any::<i128>(), NUMBERS)) {
        let book = |bits: &[i128]| Exposure::from_array(core::array::from_fn(|place| Money::from_fx(Fx::from_bits(bits[place]))));
        let exact: Option<Vec<_>> = first.iter().zip(&second).map(|(left, right)| left.checked_add(*right)).collect();
        match book(&first).plus(&book(&second)) {
            Ok(sum) => prop_assert_eq!(Some(sum.to_array().map(|money| money.fx().to_bits()).to_vec()), exact),
            Err(_) => prop_assert!(exact.is_none()),
        }
        let _ = (book(&first).stress_loss(), book(&first).weighted_vega());
    }
}
