use equipoise_kit::shares::VIRTUAL_SHARES;
use proptest::prelude::*;

use super::*;

const TOKEN: u128 = 1_000_000;
const NOW: u64 = 1_767_225_600;

fn terms() -> Terms {
    let coverage = Coverage::new(Millionths::from_raw(200_000)).unwrap();
    Terms { coverage, management_fee: Millionths::ZERO, performance_fee: Millionths::ZERO }
}

fn atoms(tokens: i128) -> Atoms {
    Atoms::new(tokens * 1_000_000)
}

/// A vault whose senior is owed so many tokens, covered so far.
fn owed(tokens: i128) -> Capital {
    let waterfall = Waterfall { fixed: atoms(tokens), seen_at: NOW, was_covered: true, ..Waterfall::default() };
    Capital { waterfall, charged_at: NOW, high_water_x64: 0 }
}

fn worth(nav_tokens: i128) -> Worth {
    Worth { now: NOW, nav: atoms(nav_tokens), redeemable: Atoms::new(i128::MAX), ..Worth::default() }
}

fn asked(supply_tokens: u128, deposit_tokens: u128, redeem_tokens: u128) -> Asked {
    let share = TOKEN * VIRTUAL_SHARES;
    let requests = Requests { deposit_atoms: deposit_tokens * TOKEN, redeem_shares: redeem_tokens * share };
    Asked { supply: supply_tokens * share, requests }
}

fn plan(capital: Capital, worth: &Worth, junior: Asked, senior: Asked) -> Plan {
    capital.plan(&terms(), worth, &Epoch { junior, senior, min_deposit_atoms: TOKEN }).unwrap()
}

#[test]
fn a_first_epoch_takes_juniors_and_as_many_seniors_as_they_cover() {
    let plan = plan(Capital::default(), &worth(0), asked(0, 100, 0), asked(0, 1_000, 0));
    assert_eq!(plan.junior.entry.accepted_atoms, 100 * TOKEN);
    assert_eq!(plan.senior.entry.accepted_atoms, 400 * TOKEN);
    assert_eq!(plan.senior.entry.minted, 400 * TOKEN * VIRTUAL_SHARES);
    assert_eq!(plan.capital.waterfall.claim_floor().unwrap(), atoms(400));
}

#[test]
fn juniors_are_refused_and_seniors_too_while_the_claim_is_not_covered() {
    let plan = plan(owed(100), &worth(99), asked(50, 10, 0), asked(100, 10, 0));
    assert_eq!((plan.junior, plan.senior), (Filled::default(), Filled::default()));
    assert!(!plan.is_new_series);
}

#[test]
fn a_junior_worth_nothing_starts_a_new_series_with_the_first_deposit_only() {
    let none = plan(owed(100), &worth(100), asked(50, 0, 10), asked(100, 0, 0));
    assert!(!none.is_new_series && none.junior == Filled::default());
    let uncertain = Worth { uncertainty: atoms(5), reserve: atoms(3), ..worth(100) };
    let some = plan(owed(100), &uncertain, asked(50, 10, 10), asked(100, 0, 0));
    assert!(some.is_new_series);
    // At the mid, for there is nobody whom it could dilute, and the old get nothing.
    assert_eq!(some.junior.entry.minted, 10 * TOKEN * VIRTUAL_SHARES);
    assert_eq!(some.junior.exit, Exit::default());
    assert_eq!(some.capital.high_water_x64, BASE_PRICE_X64);
}

#[test]
fn whoever_fills_a_reserve_that_bad_debt_has_taken_of_gets_what_is_released() {
    let missing = |nav| Worth { reserve: atoms(5), redeemable: Atoms::ZERO, ..worth(nav) };
    let none = asked(0, 0, 0);
    let filled = plan(owed(0), &missing(-5), asked(0, 10, 0), none);
    assert_eq!(filled.junior.entry.accepted_atoms, 10 * TOKEN);
    assert_eq!(filled.junior.entry.minted, 10 * TOKEN * VIRTUAL_SHARES);
    let rounded = Worth { nav: Atoms::new(-5_000_001), ..missing(-5) };
    assert_eq!(plan(owed(0), &rounded, asked(0, 10, 0), none).junior, filled.junior);
    // Who brings no more would have shares that are worth nothing, and so stay.
    let refused = Filled::default();
    assert_eq!(plan(owed(0), &missing(-5), asked(0, 5, 0), none).junior, refused);
    // Nor does he fill what is missing beside the reserve, or what others have lost.
    assert_eq!(plan(owed(0), &missing(-6), asked(0, 10, 0), none).junior, refused);
    assert_eq!(plan(owed(0), &missing(-5), asked(1, 10, 0), none).junior, refused);
    assert_eq!(plan(owed(1), &missing(-5), asked(0, 10, 0), none).junior, refused);
}

#[test]
fn seniors_leave_before_juniors_and_make_room_for_them() {
    let all = plan(owed(400), &worth(500), asked(100, 0, 100), asked(400, 0, 400));
    assert_eq!(all.senior.exit.burned, 400 * TOKEN * VIRTUAL_SHARES);
    assert_eq!(all.capital.waterfall.fixed, Atoms::ZERO);
    assert_eq!(all.junior.exit.burned, 100 * TOKEN * VIRTUAL_SHARES);
    let short = Worth { redeemable: atoms(40), ..worth(500) };
    let short = plan(owed(400), &short, asked(100, 0, 100), asked(400, 0, 400));
    assert_eq!((short.senior.exit.paid_atoms, short.junior.exit.paid_atoms), (40 * TOKEN, 0));
}

#[test]
fn fees_are_taken_on_time_and_on_gains_beyond_the_best() {
    let (management_fee, performance_fee) = (MOST_MANAGEMENT_FEE, MOST_PERFORMANCE_FEE);
    let terms = Terms { management_fee, performance_fee, ..terms() };
    let epoch = Epoch { junior: asked(100, 0, 0), senior: asked(0, 0, 0), min_deposit_atoms: TOKEN };
    let at = |nav, days: u64| Worth { now: NOW + days * 86_400, ..worth(nav) };
    // 30 of 365 days at 2 %, and a fifth of what is gained beyond it.
    let first = Capital { charged_at: NOW, ..Capital::default() }.plan(&terms, &at(200, 30), &epoch).unwrap();
    let managed = 200 * 1_000_000 * 30 * 2 / 36_500;
    let expected = managed + (100_000_000 - managed) / 5;
    assert!((first.fee.count() - expected).abs() <= 2, "{:?}", first.fee);
    let again = first.capital.plan(&terms, &at(180, 30), &epoch).unwrap();
    assert_eq!(again.fee, Atoms::ZERO);
    // Never more than may be paid, nor any of the senior's.
    let tight = Worth { redeemable: Atoms::new(7), ..at(200, 30) };
    let capital = Capital { charged_at: NOW, ..Capital::default() };
    assert_eq!(capital.plan(&terms, &tight, &epoch).unwrap().fee, Atoms::new(7));
    let covered = Capital { charged_at: NOW, ..owed(200) };
    assert_eq!(covered.plan(&terms, &at(200, 30), &epoch).unwrap().fee, Atoms::ZERO);
}

#[test]
fn numbers_past_the_range_are_an_error_and_never_wrap() {
    let uncertain = Worth { uncertainty: Atoms::new(i128::MAX), ..worth(1) };
    let epoch = Epoch { junior: asked(1, 1, 1), senior: asked(1, 1, 1), min_deposit_atoms: TOKEN };
    assert!(owed(1).plan(&terms(), &uncertain, &epoch).is_err());
}

fn amount() -> impl Strategy<Value = i128> {
    prop_oneof![0i128..1 << 20, 0i128..1 << 60]
}

prop_compose! {
    fn any_asked()(supply in 0u128..1 << 80, deposit_atoms in 0u128..1 << 60, part in 0u128..=1 << 10) -> Asked {
        Asked { supply, requests: Requests { deposit_atoms, redeem_shares: (supply >> 10) * part } }
    }
}

prop_compose! {
    fn any_worth()(
        nav in prop_oneof![-(1i128 << 60)..1 << 60, Just(0)],
        uncertainty in amount(), reserve in amount(), redeemable in amount(), days in 0u64..60,
    ) -> Worth {
        let [uncertainty, reserve, redeemable] = [uncertainty, reserve, redeemable].map(Atoms::new);
        Worth { now: NOW + days * 86_400, nav: Atoms::new(nav), uncertainty, reserve, redeemable }
    }
}

prop_compose! {
    fn any_capital()(fixed in amount(), rate in 0u32..=500_000, was_covered: bool, high_water_x64 in 0u128..1 << 70)
        -> Capital
    {
        let rate = Millionths::from_raw(rate);
        let fixed = Atoms::new(fixed);
        let waterfall = Waterfall { fixed, rate, was_covered, seen_at: NOW, ..Waterfall::default() };
        Capital { waterfall, charged_at: NOW, high_water_x64 }
    }
}

proptest! {
    #[test]
    fn an_epoch_pays_within_its_limits_and_keeps_the_sums(
        capital in any_capital(), worth in any_worth(), junior in any_asked(), senior in any_asked(),
        fees in (0u32..=20_000, 0u32..=200_000),
    ) {
        let (management_fee, performance_fee) = (Millionths::from_raw(fees.0), Millionths::from_raw(fees.1));
        let terms = Terms { management_fee, performance_fee, ..terms() };
        let epoch = Epoch { junior, senior, min_deposit_atoms: TOKEN };
        let plan = capital.plan(&terms, &worth, &epoch).unwrap();
        let paid = plan.junior.exit.paid_atoms + plan.senior.exit.paid_atoms;
        let out = plan.fee.count() + i128::try_from(paid).unwrap();
        prop_assert!(out <= worth.redeemable.count());
        for (asked, filled) in [(junior, plan.junior), (senior, plan.senior)] {
            prop_assert!(filled.entry.accepted_atoms <= asked.requests.deposit_atoms);
            prop_assert!(filled.exit.burned <= asked.requests.redeem_shares);
            prop_assert_eq!(filled.entry.accepted_atoms > 0, filled.entry.minted > 0);
            prop_assert_eq!(filled.exit.paid_atoms > 0, filled.exit.burned > 0);
        }
        let entered = plan.junior.entry.accepted_atoms + plan.senior.entry.accepted_atoms;
        let nav = worth.nav.count() + i128::try_from(entered).unwrap() - out;
        let split = plan.capital.waterfall.split(Atoms::new(nav)).unwrap();
        prop_assert_eq!(split.junior.count() + split.senior.count(), nav.max(0));
        // Whoever lets a senior in or a junior out leaves the coverage, at the low end of the value.
        if plan.senior.entry.accepted_atoms > 0 || plan.junior.exit.paid_atoms > 0 {
            let low = plan.capital.waterfall.split(Atoms::new(nav - worth.uncertainty.count())).unwrap();
            prop_assert!(terms.coverage.is_met(low).unwrap());
        }
    }

    #[test]
    fn seniors_who_come_or_go_take_nothing_from_juniors(
        fixed in 1i128..1 << 50, junior_atoms in 1i128..1 << 50, senior in any_asked(), days in 0u64..30,
    ) {
        let waterfall = Waterfall { fixed: Atoms::new(fixed), seen_at: NOW, was_covered: true, ..Waterfall::default() };
        let capital = Capital { waterfall, charged_at: NOW, ..Capital::default() };
        let nav = Atoms::new(fixed + junior_atoms);
        let worth = Worth { now: NOW + days * 86_400, nav, redeemable: nav, ..Worth::default() };
        let junior = Asked { supply: 1 << 60, ..Asked::default() };
        let plan = capital.plan(&terms(), &worth, &Epoch { junior, senior, min_deposit_atoms: TOKEN }).unwrap();
        let flow = i128::try_from(plan.senior.entry.accepted_atoms).unwrap()
            - i128::try_from(plan.senior.exit.paid_atoms).unwrap();
        let after = plan.capital.waterfall.split(Atoms::new(nav.count() + flow)).unwrap();
        prop_assert!(after.junior.count() >= junior_atoms);
    }
}
