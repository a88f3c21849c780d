//! What time and settlements do to accounts that hold exactly what they must.

use proptest::prelude::*;

use std::vec::Vec;

use super::*;
use crate::clock::{pricing_time, WINDOW_SECS};
use crate::fixtures::{fx, NOW};
use crate::margin::tests::{shocks, Leg, Portfolio};
use crate::margin::{assess, AccountMargin, MarginState, MarketMargin, OffsetShare};
use crate::settlement::payoff_money_floor;
use crate::units::{Money, Price};

const HOUR: u64 = 3_600;
/// Until an auction has been deleveraged.
const LIQUIDATION_SECS: u64 = 8_100;

/// A portfolio at some time before its expiries, in seconds, and what it must hold.
#[derive(Clone)]
struct Held {
    spot: f64,
    legs: Vec<Leg>,
}

impl Held {
    /// So many seconds later.
    fn after(&self, secs: u64) -> Portfolio {
        let mut portfolio = Portfolio::in_hours(self.spot, &self.legs);
        for (hours, (terms, _)) in portfolio.boards.iter_mut().map(|(secs, board)| (secs / HOUR, board)) {
            terms.years = pricing_time(NOW + secs, NOW + hours * HOUR).unwrap();
        }
        portfolio
    }
}

/// Cash with which the initial margin is just met.
fn just_enough(margin: &MarketMargin) -> Money {
    margin.initial.worst().max(margin.maintenance.worst()).minus(margin.value).unwrap()
}

fn account(cash: Money, margin: &MarketMargin) -> AccountMargin {
    AccountMargin::new(cash, &[*margin], OffsetShare::NONE).unwrap()
}

#[test]
fn an_expiry_counts_as_settled_from_a_day_to_three_hours_before() {
    let share = |secs| settled_share_ceil(Years::from_secs(secs).unwrap()).unwrap();
    assert_eq!([share(0), share(WHOLE_SECS)], [Fx::ONE; 2]);
    assert_eq!([share(FROM_SECS), share(24 * HOUR)], [Fx::ZERO; 2]);
    assert!((share(13 * HOUR) - fx(0.5)).abs() < fx(1e-12) && share(FROM_SECS - 1) > 0);
    let shares: Vec<Fx> = (0..24 * 60).map(|minute| share(minute * 60)).collect();
    assert!(shares.is_sorted_by(|later, earlier| later >= earlier));
}

/// An account of the replay of March 2025, whose puts bend at 1,900: 4.2 % below spot, between two steps of 5 %.
#[test]
fn a_loss_between_two_steps_of_spot_is_required() {
    let legs = [(2, 1_900.0, 0, 10_916), (2, 2_200.0, 84_010, 0), (2, 2_400.0, 0, -1_041)];
    let margin = Portfolio::in_hours(1_983.58, &legs).assess();
    assert_eq!(account(Money::from_fx(fx(447.61)), &margin).state(), MarginState::Liquidatable);
    // A fall of 0.8 % takes all of what it has; the worst is to settle at 1,900.
    let lost = |spot: f64| margin.mark.minus(Portfolio::in_hours(spot, &legs).assess().mark).unwrap();
    assert!(
        lost(1_968.12) > Money::from_fx(fx(14.0))
            && margin.maintenance.worst() > lost(1_968.12).plus(lost(1_968.12)).unwrap()
    );
    assert!(lost(1_983.58 * 0.95) < Money::ZERO && lost(1_983.58) == Money::ZERO, "no step of spot sees it");
}

/// Long straddles that expire soon against a later one, in the number that leaves no loss in any scenario but for time.
#[test]
fn spot_that_stands_still_takes_no_account_below_zero_before_it_can_be_liquidated() {
    let mut passed = 0;
    for near in [1, 2, 3, 4, 6, 8, 12, 18, 24, 30, 48, 72] {
        for later in [24, 168, 720, 2_160] {
            for size in [250, 500, 1_000, 2_000, 2_600, 4_000, 6_000, 9_000, 14_000] {
                for width in [0.0, 0.02, 0.05] {
                    let [above, below] = [1.0 + width, 1.0 - width].map(|share| 3_000.0 * share);
                    let held = Held {
                        spot: 3_000.0,
                        legs: [(near, above, size, 0), (near, below, 0, size), (near + later, 3_000.0, -1_000, -1_000)]
                            .to_vec(),
                    };
                    let cash = just_enough(&held.after(0).assess());
                    let until = LIQUIDATION_SECS.min(near * HOUR - 1);
                    for part in 1..=4 {
                        let left = account(cash, &held.after(until * part / 4).assess());
                        assert!(left.marked >= Money::ZERO, "{near} {later} {size} {width}: {left:?}");
                        passed += 1;
                    }
                }
            }
        }
    }
    assert!(passed > 5_000);
}

#[test]
fn a_requirement_grows_bit_by_bit_as_a_hedge_expires() {
    let held = Held { spot: 3_000.0, legs: [(25, 3_000.0, 1_000, 0), (700, 3_000.0, -1_000, 0)].to_vec() };
    let naked = Portfolio::in_hours(3_000.0, &[(675, 3_000.0, -1_000, 0)]).assess().maintenance.worst();
    let minutes: Vec<Fx> =
        (0..25 * 60).map(|minute| held.after(minute * 60).assess().maintenance.worst().fx()).collect();
    for pair in minutes.windows(2) {
        assert!((pair[1] - pair[0]).abs() < naked.fx() / 100, "{pair:?}");
    }
    let [first, .., last] = minutes[..] else { panic!("minutes") };
    assert!(first * 3 < naked.fx() && last >= naked.fx() - fx(1.0), "{first} {last} {naked:?}");
}

/// A settlement of the first expiry at some share of spot: what the account has then, and what it must have.
fn settled(portfolio: &Portfolio, cash: Money, share: f64) -> AccountMargin {
    let (_, (terms, holdings)) = portfolio.boards.first_key_value().unwrap();
    let price = Price::from_fx(terms.forward.fx() * fx(share));
    let cash = cash.plus(payoff_money_floor(holdings, price).unwrap()).unwrap();
    account(cash, &assess(&portfolio.holdings()[1..], &shocks()).unwrap())
}

/// What the rest is charged for being short is asked for beside what a settlement takes, not instead of it.
#[test]
fn who_is_charged_for_shorts_pays_a_settlement_as_well() {
    let legs = [(2, 1_800.0, 104, 0), (2, 3_000.0, 1, 0), (100, 3_150.0, 621, 404), (720, 3_825.0, -936, -264)];
    let portfolio = Portfolio::in_hours(3_072.5, &legs);
    let margin = portfolio.assess();
    let cash = margin.maintenance.worst().minus(margin.value).unwrap();
    for share in [0.9751, 0.99, 1.0, 1.0249] {
        let left = settled(&portfolio, cash, share);
        assert!(left.equity >= left.maintenance, "{share}: {left:?}");
    }
}

fn legs(later: &'static [u64]) -> impl Strategy<Value = Vec<Leg>> {
    let leg = (prop::sample::select(later), 24_u32..60, -2_000_i32..2_000, -2_000_i32..2_000);
    let leg = leg.prop_map(|(hours, strike, calls, puts)| (hours, f64::from(strike) * 75.0, calls, puts));
    prop::collection::vec(leg, 1..10)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn who_holds_maintenance_pays_any_settlement_that_spot_can_reach_in_the_scenarios(
        spot in 2_000.0_f64..4_000.0, legs in legs(&[2]), share in 0.8001_f64..1.1999,
    ) {
        let portfolio = Portfolio::in_hours(spot, &legs);
        let margin = portfolio.assess();
        let cash = margin.maintenance.worst().minus(margin.value).unwrap();
        prop_assert!(settled(&portfolio, cash, share).equity >= Money::ZERO);
    }

    /// In the window, too: whatever is withdrawn then, and whatever the average is by then.
    #[test]
    fn who_holds_what_he_must_holds_it_still_when_an_expiry_has_settled_near_spot(
        spot in 2_000.0_f64..4_000.0, legs in legs(&[2, 100, 720]), share in 0.9751_f64..1.0249, left in 1..WINDOW_SECS,
        is_in_window in any::<bool>(),
    ) {
        let mut held = Held { spot, legs };
        held.legs.push((2, 3_000.0, 1, 0));
        let portfolio = held.after(if is_in_window { 2 * HOUR - left } else { 0 });
        let margin = portfolio.assess();
        let cash = margin.maintenance.worst().minus(margin.value).unwrap();
        let left = settled(&portfolio, cash, share);
        prop_assert!(left.equity >= left.maintenance, "{left:?}");
        let rich = cash.plus(Money::from_fx(fx(1e5))).unwrap();
        let out = account(rich, &margin).withdrawable(rich).unwrap();
        let left = settled(&portfolio, rich.minus(out).unwrap(), share);
        prop_assert!(left.equity >= left.maintenance, "{left:?}");
    }
}
