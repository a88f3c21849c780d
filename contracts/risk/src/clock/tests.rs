//! The clock: one phase at every second, and a pricing time without a jump.

use proptest::prelude::*;

use super::*;
use crate::fixtures::{assert_near, NOW};

const YEAR: f64 = 31_536_000.0;

fn time(left: u64) -> Years {
    pricing_time(NOW, NOW + left).unwrap()
}

#[test]
fn the_phases_meet_at_the_window_and_at_expiry() {
    let at = |left: u64| phase(NOW, NOW + left);
    assert_eq!(at(WINDOW_SECS + 1), Phase::Open);
    assert_eq!(at(WINDOW_SECS), Phase::InWindow);
    assert_eq!(at(1), Phase::InWindow);
    assert_eq!(at(0), Phase::Expired);
    assert_eq!(phase(NOW + 1, NOW), Phase::Expired);
    assert_eq!(phase(u64::MAX, 0), Phase::Expired);
    assert_eq!(phase(0, u64::MAX), Phase::Open);
}

#[test]
fn the_average_takes_two_thirds_of_the_window_before_it_starts() {
    assert_near(time(30 * 86_400 + 1_200).fx(), 30.0 / 365.0, 1e-18, "thirty days");
    // At the window's start both formulas give a third of it.
    assert_near(time(1_801).fx(), 601.0 / YEAR, 1e-18, "a second before the window");
    assert_near(time(1_800).fx(), 600.0 / YEAR, 1e-18, "at the window");
}

#[test]
fn the_time_falls_with_the_cube_inside_the_window() {
    // 900^3 / (3 * 1800^2) = 75 s
    assert_near(time(900).fx(), 75.0 / YEAR, 1e-18, "half of it left");
    // 214^3 / (3 * 1800^2) = 1.0083 s and 213^3 / .. = 0.994 s: below a second an option is intrinsic.
    assert_near(time(214).fx(), 214.0_f64.powi(3) / (3.0 * 1_800.0_f64.powi(2)) / YEAR, 1e-18, "above a second");
    assert_eq!(time(213), Years::ZERO);
    assert_eq!(time(0), Years::ZERO);
}

#[test]
fn a_forward_in_the_window_is_of_the_average_and_of_what_is_left() {
    let price = |dollars: u32| Price::from_fx(Fx::from_num(dollars));
    let basis = Fx::lit("1.01");
    let of = |begun, left| begun_basis_floor(price(begun), price(3_000), basis, left).unwrap();
    // When the window begins nothing is known yet, and when it ends everything is.
    assert_near(of(3_000, WINDOW_SECS), 1.01, 1e-15, "at its beginning");
    assert_near(of(2_700, 0), 0.9, 1e-15, "at its end");
    // Half of it at 2,400: with spot as it is 2,700, and the forward's hundredth on the other half.
    assert_near(of(2_700, WINDOW_SECS / 2), 0.9 + 0.005, 1e-15, "halfway");
    assert_eq!(of(2_700, WINDOW_SECS), of(2_700, WINDOW_SECS + 1));
    assert!(begun_basis_floor(price(3_000), Price::ZERO, basis, 1).is_err());
}

#[test]
fn a_time_past_the_type_is_refused() {
    assert_eq!(pricing_time(0, u64::MAX), Err(RiskError::Overflow));
}

proptest! {
    #[test]
    fn the_pricing_time_never_rises_as_time_passes(left in 1_u64..10_000) {
        prop_assert!(time(left - 1) <= time(left));
    }

    #[test]
    fn the_pricing_time_is_less_than_what_is_left(left in 1_u64..1 << 40) {
        prop_assert!(time(left) < Years::from_secs(left).unwrap());
    }

    #[test]
    fn every_moment_has_a_phase_and_a_time_or_an_error(now in any::<u64>(), expiry in any::<u64>()) {
        match (phase(now, expiry), pricing_time(now, expiry)) {
            (Phase::Expired, years) => prop_assert_eq!(years, Ok(Years::ZERO)),
            (Phase::InWindow, years) => prop_assert!(years.unwrap() <= Years::from_secs(600).unwrap()),
            (Phase::Open, Ok(years)) => prop_assert!(years > Years::ZERO),
            (Phase::Open, Err(error)) => prop_assert_eq!(error, RiskError::Overflow),
        }
    }
}
