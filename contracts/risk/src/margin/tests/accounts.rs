//! Accounts over several markets, their state, and the parameters' bounds.

use super::*;
use crate::auction::{Auction, Bid};
use crate::fixtures::NOW;

fn losses(entries: &[(usize, f64)]) -> ScenarioLosses {
    let mut array = [Money::ZERO; ENTRIES];
    for (place, loss) in entries {
        array[*place] = money(*loss);
    }
    ScenarioLosses::from_array(array)
}

fn any_losses() -> impl Strategy<Value = ScenarioLosses> {
    prop::collection::vec(-1e6_f64..1e6, ENTRIES)
        .prop_map(|all| ScenarioLosses::from_array(std::array::from_fn(|i| money(all[i]))))
}

fn share(correlation: u32) -> OffsetShare {
    OffsetShare::new_floor(Correlation::new(correlation).unwrap()).unwrap()
}

#[test]
fn the_share_of_offsets_follows_from_the_correlation() {
    for (correlation, expected) in [(0, 1.0 - 0.5_f64.sqrt()), (500_000, 0.5), (900_000, 1.0 - 0.05_f64.sqrt())] {
        let share = share(correlation).fx();
        assert_near(share, expected, 1e-15, "share");
        assert!(float(share) <= expected + 2e-16);
    }
}

#[test]
fn what_is_required_covers_the_quantile_of_correlated_markets() {
    // Long A against short B in two markets of correlation r: quantiles add like deviations.
    for millionths in [0, 200_000, 500_000, 740_000, 900_000] {
        let (share, correlation) = (share(millionths), f64::from(millionths) / 1e6);
        for hedge in 0..=40 {
            let (a, b) = (100.0, f64::from(hedge) * 5.0);
            let markets = [losses(&[(0, a), (8, -a)]), losses(&[(0, -b), (8, b)])];
            let required = float(combined_ceil(&markets, share).unwrap().fx());
            let quantile = (a * a + b * b - 2.0 * correlation * a * b).sqrt();
            assert!(required >= quantile - 1e-9, "r {correlation}, {a} against {b}: {required} below {quantile}");
        }
    }
}

#[test]
fn opposite_markets_are_credited_and_equal_ones_are_not() {
    let (falls, rises) = (losses(&[(0, 100.0), (8, -100.0)]), losses(&[(0, -60.0), (8, 60.0)]));
    let half = share(500_000);
    // Common worst 40, apart 160.
    assert_near(combined_ceil([&falls, &rises], half).unwrap().fx(), 100.0, 1e-9, "half of the offset");
    assert_eq!(combined_ceil([&falls, &rises], OffsetShare::NONE), Ok(money(160.0)));
    assert_eq!(combined_ceil([&falls, &falls], half), Ok(money(200.0)));
    assert_eq!(combined_ceil([], half), Ok(Money::ZERO));
}

proptest! {
    #[test]
    fn markets_need_no_less_than_moving_together_and_no_more_than_apart(
        one in any_losses(), other in any_losses(), correlation in 0_u32..=900_000,
    ) {
        let required = combined_ceil([&one, &other], share(correlation)).unwrap();
        prop_assert!(required >= one.plus(&other).unwrap().worst());
        prop_assert!(required <= one.worst().plus(other.worst()).unwrap());
        prop_assert!(required <= combined_ceil([&one, &other], share(correlation / 2)).unwrap());
        prop_assert_eq!(combined_ceil([&other, &one], share(correlation)).unwrap(), required);
        prop_assert_eq!(combined_ceil([&one], share(correlation)).unwrap(), one.worst());
    }

    #[test]
    fn accounts_together_need_no_more_than_apart(
        one in [any_losses(), any_losses()], other in [any_losses(), any_losses()], correlation in 0_u32..=900_000,
    ) {
        let share = share(correlation);
        let sums = [one[0].plus(&other[0]).unwrap(), one[1].plus(&other[1]).unwrap()];
        let apart = combined_ceil(&one, share).unwrap().plus(combined_ceil(&other, share).unwrap()).unwrap();
        prop_assert!(combined_ceil(&sums, share).unwrap() <= apart);
    }

    #[test]
    fn a_larger_loss_in_a_scenario_never_lowers_what_is_required(
        one in any_losses(), other in any_losses(), place in 0..ENTRIES, more in 0.0_f64..1e6,
    ) {
        let worse = one.plus(&losses(&[(place, more)])).unwrap();
        let share = share(500_000);
        prop_assert!(combined_ceil([&worse, &other], share).unwrap() >= combined_ceil([&one, &other], share).unwrap());
    }

    #[test]
    fn cash_moves_equity_and_nothing_else(cash in -1e6_f64..1e6, more in -1e6_f64..1e6) {
        let margin = Portfolio::new(3_000.0, &[(30, 3_000.0, -1_000, 0)]).assess();
        let account = |cash| AccountMargin::new(cash, &[margin], OffsetShare::NONE).unwrap();
        let (cash, more) = (money(cash), money(more));
        let (before, after) = (account(cash), account(cash.plus(more).unwrap()));
        prop_assert_eq!(after.equity, before.equity.plus(more).unwrap());
        prop_assert_eq!((after.maintenance, after.initial), (before.maintenance, before.initial));
    }
}

#[test]
fn the_state_changes_at_the_requirements_and_not_before() {
    let account = |equity| AccountMargin { equity, marked: equity, maintenance: money(100.0), initial: money(130.0) };
    let below = |amount: f64| Money::from_fx(fx(amount) - Fx::DELTA);
    assert_eq!(account(money(130.0)).state(), MarginState::Healthy);
    assert_eq!(account(below(130.0)).state(), MarginState::ReduceOnly);
    assert_eq!(account(money(100.0)).state(), MarginState::ReduceOnly);
    assert_eq!(account(below(100.0)).state(), MarginState::Liquidatable);
    let owes = AccountMargin::new(below(0.0), &[], OffsetShare::NONE).unwrap();
    assert_eq!(owes.state(), MarginState::Liquidatable, "it holds nothing and owes a unit");
}

#[test]
fn initial_is_the_factor_times_maintenance_where_nothing_is_covered() {
    let margin = Portfolio::new(3_000.0, &[(30, 3_600.0, -1_000, 0), (30, 2_500.0, 0, -1_000)]).assess();
    let account = AccountMargin::new(Money::ZERO, &[margin], OffsetShare::NONE).unwrap();
    assert_near(account.initial.fx(), 1.3 * float(account.maintenance.fx()), 1e-9, "initial");
    assert_eq!(account.state(), MarginState::Liquidatable);
}

/// A spread of ten contracts and a lot more that is not covered, where spreads are as wide as they get.
fn wide_spread() -> MarketMargin {
    let mut portfolio = Portfolio::new(3_000.0, &[(30, 3_000.0, 10_000, 0), (30, 3_100.0, -10_001, 0)]);
    for (terms, _) in portfolio.boards.values_mut() {
        terms.vol_half_spread = fx(0.072);
    }
    portfolio.assess()
}

#[test]
fn whoever_bids_on_his_own_account_pays_for_wide_spreads_himself() {
    let account = AccountMargin::new(Money::ZERO, &[wide_spread()], OffsetShare::NONE).unwrap();
    assert!(account.equity < Money::ZERO && account.marked > money(300.0), "{account:?}");
    let health = account.health().unwrap();
    let (auction, penalty) = Auction::start(NOW, Some(0), health).unwrap();
    assert!(penalty > Money::ZERO);
    for secs in [0, 300, 900, 1_700, 4_500] {
        let everything = Bid { most_share: Fx::ONE, most_price: Money::from_fx(Fx::MAX) };
        let fill = auction.at(NOW + secs, Some(0)).filled(health, everything).unwrap();
        // He takes a share of what he had and pays the account, which is his, too.
        let lost = fill.to_insurance.minus(fill.from_backstop).unwrap().plus(penalty).unwrap();
        assert!(lost > Money::ZERO, "{secs}: {fill:?}");
    }
}

#[test]
fn an_account_is_auctioned_exactly_where_it_is_liquidatable() {
    let margin = wide_spread();
    let at = |cash: Fx| AccountMargin::new(Money::from_fx(cash), &[margin], OffsetShare::NONE).unwrap();
    let enough = shortfall(&margin);
    for (cash, state) in [(enough, MarginState::ReduceOnly), (enough - Fx::DELTA, MarginState::Liquidatable)] {
        let account = at(cash);
        let started = Auction::start(NOW, Some(0), account.health().unwrap());
        assert_eq!((account.state(), started.is_ok()), (state, state == MarginState::Liquidatable));
    }
}

#[test]
fn options_are_never_withdrawn_as_cash() {
    let longs = Portfolio::new(3_000.0, &[(200, 2_000.0, 5_000, 0)]).assess();
    let account = |cash| AccountMargin::new(money(cash), &[longs], OffsetShare::NONE).unwrap();
    assert!(longs.value > money(5_000.0));
    assert_eq!(account(0.0).withdrawable(money(0.0)), Ok(Money::ZERO));
    assert_eq!(account(70.0).withdrawable(money(70.0)), Ok(money(70.0)), "fully paid options need no cash");
    let short = Portfolio::new(3_000.0, &[(30, 3_000.0, -1_000, 0)]).assess();
    let account = AccountMargin::new(money(2_000.0), &[short], OffsetShare::NONE).unwrap();
    let free = account.withdrawable(money(2_000.0)).unwrap();
    let left = AccountMargin::new(money(2_000.0).minus(free).unwrap(), &[short], OffsetShare::NONE).unwrap();
    assert!(free > Money::ZERO && left.equity == left.initial);
    assert_eq!(left.withdrawable(money(2_000.0)), Ok(Money::ZERO));
}

#[test]
fn the_default_parameters_pass_their_own_checks() {
    let defaults = MarginParameters::default();
    assert_eq!(MarginParameters::new(defaults.all_millionths()), Ok(defaults));
    for (place, rule) in RULES.iter().enumerate() {
        assert!(rule.min <= rule.default && rule.default <= rule.max && rule.min < rule.max, "{:?}", rule.parameter);
        assert_eq!(RULES.iter().position(|other| other.parameter == rule.parameter), Some(place));
        for value in [rule.min.wrapping_sub(1), rule.max + 1, u32::MAX]
            .into_iter()
            .filter(|value| *value < rule.min || *value > rule.max)
        {
            let mut millionths = defaults.all_millionths();
            millionths[place] = value;
            assert_eq!(MarginParameters::new(millionths), Err(MarginParameterError::OutOfBounds(place)));
        }
        assert_eq!(MarginParameters::from_stored(defaults.all_millionths()).millionths(rule.parameter), rule.default);
    }
}

#[test]
fn a_correlation_stays_within_its_bounds() {
    assert_eq!(Correlation::new(Correlation::DEFAULT.millionths()), Some(Correlation::DEFAULT));
    assert_eq!(Correlation::new(Correlation::MAX).map(Correlation::millionths), Some(900_000));
    assert_eq!(Correlation::new(Correlation::MAX + 1), None);
}

#[test]
fn tails_must_lie_beyond_the_grid_and_each_other() {
    let with = |changes: &[(usize, u32)]| {
        let mut millionths = MarginParameters::default().all_millionths();
        for (place, value) in changes {
            millionths[*place] = *value;
        }
        MarginParameters::new(millionths)
    };
    assert_eq!(with(&[(1, 200_000)]), Err(MarginParameterError::NearTailInsideGrid));
    assert_eq!(with(&[(2, 400_000)]), Err(MarginParameterError::FarTailInsideNear));
    assert_eq!(with(&[(3, 400_000)]), Err(MarginParameterError::FarTailInsideNear));
    assert!(with(&[(1, 200_001), (2, 200_002), (3, 200_002)]).is_ok());
}
