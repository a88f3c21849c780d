//! The waterfall: who owns what, that it always adds up, and that calling more often is of no use.

use proptest::prelude::*;

use super::*;
use crate::fixtures::{fx, NOW};

const YEAR: u64 = 31_536_000;
const DAY: u64 = 86_400;

fn atoms(count: i128) -> Atoms {
    Atoms::new(count)
}

/// A claim of `claim` at 10 % a year.
fn owed(claim: i128) -> Waterfall {
    let rate = Millionths::from_raw(100_000);
    Waterfall { fixed: atoms(claim), rate, seen_at: NOW, was_covered: true, ..Waterfall::default() }
}

fn split(claim: i128, nav: i128) -> (i128, i128) {
    let split = owed(claim).split(atoms(nav)).unwrap();
    (split.senior.count(), split.junior.count())
}

#[test]
fn the_senior_has_its_claim_first_and_the_junior_the_rest() {
    assert_eq!([split(60, 100), split(60, 61)], [(60, 40), (60, 1)]);
    assert_eq!([split(60, 60), split(60, 45)], [(60, 0), (45, 0)]);
    assert_eq!([split(60, 0), split(60, -7), split(0, 9)], [(0, 0), (0, 0), (0, 9)]);
}

#[test]
fn the_claim_grows_by_the_exponential_of_its_time() {
    let (mut state, nav) = (owed(1_000_000_000_000), atoms(2_000_000_000_000));
    for day in 1..=365 {
        state = state.at(NOW + day * DAY, nav).unwrap();
    }
    assert_eq!(state.accrued_secs, YEAR);
    // e^0.1 = 1.105170918075647...
    assert_eq!(state.claim_floor().unwrap().count(), 1_105_170_918_075);
    let once = owed(1_000_000_000_000).at(NOW + 20 * DAY, nav).unwrap();
    let twice = owed(1_000_000_000_000).at(NOW + 7 * DAY, nav).unwrap().at(NOW + 20 * DAY, nav).unwrap();
    assert_eq!(once, twice);
}

#[test]
fn nothing_accrues_while_the_claim_is_not_covered() {
    let (state, short) = (owed(1_000_000), atoms(999_999));
    let state = state.at(NOW + DAY, short).unwrap();
    assert_eq!((state.accrued_secs, state.was_covered), (0, false));
    let state = state.at(NOW + 2 * DAY, atoms(2_000_000)).unwrap();
    assert_eq!((state.accrued_secs, state.was_covered), (0, true), "not for the time that ends in recovery");
    assert_eq!(state.at(NOW + 3 * DAY, atoms(2_000_000)).unwrap().accrued_secs, DAY);
    assert_eq!(owed(1).at(NOW + YEAR, atoms(9)).unwrap().accrued_secs, LONGEST_PAUSE_SECS);
    assert_eq!(owed(1).at(NOW - 1, atoms(9)).unwrap().accrued_secs, 0, "a clock that goes back");
}

#[test]
fn accrual_never_takes_what_is_not_there() {
    let state = owed(1_000_000).at(NOW + 30 * DAY, atoms(1_000_001)).unwrap();
    assert_eq!(state.claim_floor(), Ok(atoms(1_000_001)));
    assert_eq!(state.split(atoms(1_000_001)).unwrap().junior, Atoms::ZERO);
}

#[test]
fn a_claim_that_has_grown_to_just_what_there_is_goes_on_from_there() {
    let claim = owed(1_000_000_000).at(NOW + DAY, atoms(2_000_000_000)).unwrap().claim_floor().unwrap();
    let state = owed(1_000_000_000).at(NOW + DAY, claim).unwrap();
    assert_eq!((state.fixed, state.accrued_secs), (atoms(1_000_000_000), DAY));
    let short = claim.minus(atoms(1)).unwrap();
    let state = owed(1_000_000_000).at(NOW + DAY, short).unwrap();
    assert_eq!((state.fixed, state.accrued_secs), (short, 0));
}

#[test]
fn what_has_accrued_is_in_the_claim_once() {
    let nav = atoms(2_000_000_000);
    let state = owed(1_000_000_000).at(NOW + 10 * DAY, nav).unwrap();
    let claim = state.claim_floor().unwrap();
    assert!(claim > atoms(1_000_000_000));
    let of = |state: Waterfall| state.claim_floor().unwrap();
    assert_eq!(of(state.with_rate(Millionths::from_raw(50_000)).unwrap()), claim);
    assert_eq!(of(state.after_senior_deposit(atoms(500)).unwrap()), claim.plus(atoms(500)).unwrap());
    assert_eq!(of(state.after_senior_redemption(atoms(500), claim).unwrap()), claim.minus(atoms(500)).unwrap());
    assert_eq!(of(state.reopened(Atoms::ZERO, atoms(1)).unwrap()), Atoms::ZERO);
}

#[test]
fn recovery_goes_to_the_senior_first() {
    let state = owed(1_000_000);
    let fallen = state.at(NOW + DAY, atoms(400_000)).unwrap();
    assert_eq!(fallen.split(atoms(900_000)).unwrap(), Split { senior: atoms(900_000), junior: Atoms::ZERO });
    assert_eq!(fallen.split(atoms(1_100_000)).unwrap(), Split { senior: atoms(1_000_000), junior: atoms(100_000) });
}

#[test]
fn juniors_wait_while_the_claim_is_not_covered_and_start_anew_from_nothing() {
    let state = owed(60);
    let closed = WaterfallError::JuniorClosed { nav: atoms(59), claim: atoms(60) };
    assert_eq!(state.junior_deposit(atoms(59)), Err(closed));
    assert_eq!(state.junior_deposit(atoms(60)).unwrap().junior_series, 1);
    assert_eq!(state.junior_deposit(atoms(61)).unwrap().junior_series, 0);
}

#[test]
fn a_vault_that_is_worth_nothing_for_good_starts_anew_and_any_other_does_not() {
    let state = owed(60);
    let reopened = state.reopened(atoms(0), atoms(1)).unwrap();
    assert_eq!((reopened.claim_floor(), reopened.junior_series), (Ok(Atoms::ZERO), 1));
    assert_eq!((reopened.rate, reopened.seen_at), (state.rate, state.seen_at));
    assert_eq!(state.reopened(atoms(-60), atoms(1)).unwrap(), reopened);
    // What comes in is the juniors' who bring it, not the old seniors'.
    assert_eq!(reopened.split(atoms(9)).unwrap(), Split { senior: Atoms::ZERO, junior: atoms(9) });
    assert_eq!(state.reopened(atoms(1), atoms(1)), Err(WaterfallError::StillWorth { most: atoms(1) }));
}

#[test]
fn a_redemption_takes_its_share_of_the_claim_along() {
    let state = owed(1_000);
    assert_eq!(state.after_senior_redemption(atoms(400), atoms(1_000)).unwrap().fixed, atoms(600));
    // Worth half of the claim: whoever takes 100 of 500 takes a fifth of the claim.
    assert_eq!(state.after_senior_redemption(atoms(100), atoms(500)).unwrap().fixed, atoms(799), "down");
    assert_eq!(state.after_senior_redemption(atoms(500), atoms(500)).unwrap().fixed, Atoms::ZERO);
    let beyond = WaterfallError::BeyondTranche { amount: atoms(501), value: atoms(500) };
    assert_eq!(state.after_senior_redemption(atoms(501), atoms(500)), Err(beyond));
    assert_eq!(state.after_senior_deposit(atoms(5)).unwrap().fixed, atoms(1_005));
}

#[test]
fn paying_nothing_in_or_out_leaves_the_claim_as_it_is() {
    let mut state = owed(1_000);
    state.accrued_secs = DAY;
    for senior in [0, 1, 500, 1_000] {
        assert_eq!(state.after_senior_redemption(Atoms::ZERO, atoms(senior)), Ok(state), "of {senior}");
    }
    assert_eq!(state.after_senior_deposit(Atoms::ZERO), Ok(state));
    // Worth nothing for a while, the seniors keep what they are owed.
    let worthless = state.split(atoms(-5)).unwrap().senior;
    let recovered = state.after_senior_redemption(Atoms::ZERO, worthless).unwrap();
    assert_eq!(recovered.split(atoms(900)).unwrap().senior, atoms(900));
}

#[test]
fn what_cannot_be_is_refused_with_its_value() {
    let negative = WaterfallError::Negative { amount: atoms(-1) };
    assert_eq!(owed(1).after_senior_deposit(atoms(-1)), Err(negative));
    assert_eq!(owed(1).two_sided(atoms(1), atoms(-1)), Err(negative));
    assert_eq!(owed(1).absorb(atoms(-1), atoms(0), atoms(0)), Err(negative));
    assert_eq!(owed(1).absorb(atoms(0), atoms(-1), atoms(0)), Err(negative));
    let rate = Millionths::from_raw(500_001);
    assert_eq!(owed(1).with_rate(rate), Err(WaterfallError::RateTooHigh { rate }));
    assert_eq!(owed(1).with_rate(MOST_RATE).unwrap().rate, MOST_RATE);
}

#[test]
fn losses_fall_on_insurance_then_junior_then_senior() {
    let absorb = |loss: i128| {
        let losses = owed(60).absorb(atoms(loss), atoms(10), atoms(100)).unwrap();
        [losses.insurance, losses.junior, losses.senior, losses.unpaid].map(Atoms::count)
    };
    assert_eq!([absorb(7), absorb(30)], [[7, 0, 0, 0], [10, 20, 0, 0]]);
    assert_eq!([absorb(70), absorb(150)], [[10, 40, 20, 0], [10, 40, 60, 40]]);
}

fn coverage(millionths: u32) -> Coverage {
    Coverage::new(Millionths::from_raw(millionths)).unwrap()
}

#[test]
fn the_gate_leaves_the_junior_its_share() {
    let split = Split { senior: atoms(600), junior: atoms(400) };
    let gate = coverage(250_000);
    assert_eq!(
        [gate.senior_room_floor(split).unwrap(), gate.junior_room_floor(split).unwrap()],
        [atoms(600), atoms(200)]
    );
    let thin = Split { senior: atoms(800), junior: atoms(200) };
    assert_eq!([gate.senior_room_floor(thin), gate.junior_room_floor(thin)], [Ok(Atoms::ZERO); 2]);
    assert!(gate.is_met(Split::default()).unwrap() && !gate.is_met(thin).unwrap());
    assert_eq!([Coverage::new(Millionths::ZERO), Coverage::new(Millionths::ONE)], [None; 2]);
}

proptest! {
    #[test]
    fn junior_and_senior_are_the_net_asset_value_always(
        claim in 0_i128..1 << 100, nav in -(1_i128 << 100)..1 << 100, (uncertainty, days) in (0_i128..1 << 90, 0_u64..3_000),
    ) {
        let state = Waterfall { accrued_secs: days * DAY, ..owed(claim) };
        let total = |split: Split| split.senior.plus(split.junior).unwrap();
        let two = state.two_sided(atoms(nav), atoms(uncertainty)).unwrap();
        let mid = state.split(atoms(nav)).unwrap();
        prop_assert_eq!(total(mid), atoms(nav.max(0)));
        prop_assert_eq!(total(two.bid), atoms((nav - uncertainty).max(0)));
        prop_assert_eq!(total(two.ask), atoms((nav + uncertainty).max(0)));
        for [bid, mid, ask] in [[two.bid.senior, mid.senior, two.ask.senior], [two.bid.junior, mid.junior, two.ask.junior]] {
            prop_assert!(Atoms::ZERO <= bid && bid <= mid && mid <= ask);
        }
        prop_assert!(mid.senior <= state.claim_floor().unwrap());
        prop_assert!(mid.junior == Atoms::ZERO || mid.senior == state.claim_floor().unwrap(), "senior first");
    }

    #[test]
    fn calling_more_often_changes_nothing_while_the_claim_is_covered(
        claim in 1_i128..1 << 90, gaps in prop::collection::vec(0_u64..5 * DAY, 1..30), secs in 0_u64..20 * DAY,
    ) {
        let nav = atoms(1 << 100);
        let (mut often, mut now) = (owed(claim), NOW);
        for gap in gaps {
            now += gap;
            let once = often.at(now, nav).unwrap();
            prop_assert_eq!(often.at(now.saturating_sub(gap / 2), nav).unwrap().at(now, nav).unwrap(), once);
            prop_assert_eq!(once.at(now, nav).unwrap(), once, "twice is once");
            often = once;
        }
        prop_assert_eq!(often.accrued_secs, now - NOW);
        let later = often.at(now + secs, nav).unwrap();
        prop_assert!(later.claim_floor().unwrap() >= often.claim_floor().unwrap());
    }

    #[test]
    fn another_call_never_accrues_more_than_the_time_between_covered_moments(
        claim in 1_i128..1 << 60, calls in prop::collection::vec((0_u64..3 * DAY, any::<bool>()), 2..40),
    ) {
        let (mut state, mut now, mut was_covered, mut most) = (owed(claim), NOW, true, 0);
        for (gap, is_covered) in calls {
            now += gap;
            let before = state;
            state = state.at(now, if is_covered { atoms(1 << 100) } else { Atoms::ZERO }).unwrap();
            if is_covered && was_covered { most += gap }
            prop_assert_eq!(state.accrued_secs, most);
            prop_assert!(is_covered || state.claim_floor() == before.claim_floor());
            was_covered = is_covered;
        }
    }

    #[test]
    fn losses_add_up_and_leave_what_the_split_of_the_rest_leaves(
        (claim, nav) in (0_i128..1 << 100, 0_i128..1 << 100), (loss, insurance) in (0_i128..1 << 101, 0_i128..1 << 100),
    ) {
        let state = owed(claim);
        let Losses { insurance: insured, junior, senior, unpaid } = state.absorb(atoms(loss), atoms(insurance), atoms(nav)).unwrap();
        let sum = [insured, junior, senior, unpaid].map(Atoms::count).iter().sum::<i128>();
        prop_assert_eq!(sum, loss);
        let before = state.split(atoms(nav)).unwrap();
        let after = state.split(atoms(nav - (loss - insured.count()).min(nav))).unwrap();
        prop_assert_eq!(after.junior, before.junior.minus(junior).unwrap());
        prop_assert_eq!(after.senior, before.senior.minus(senior).unwrap());
        prop_assert!(senior == Atoms::ZERO || (after.junior == Atoms::ZERO && insured == atoms(insurance)));
    }

    #[test]
    fn seniors_who_come_and_go_take_nothing_from_juniors(
        (claim, extra) in (1_i128..1 << 80, 0_i128..1 << 80), flows in prop::collection::vec((any::<bool>(), 0.0_f64..1.0), 1..20),
    ) {
        let (mut state, mut nav) = (owed(claim), claim + extra);
        let first = state.split(atoms(nav)).unwrap().junior;
        for (is_deposit, share) in flows {
            let senior = state.split(atoms(nav)).unwrap().senior;
            let amount = times_floor(senior, fx(share)).unwrap();
            state = if is_deposit {
                nav += amount.count();
                state.after_senior_deposit(amount).unwrap()
            } else {
                nav -= amount.count();
                state.after_senior_redemption(amount, senior).unwrap()
            };
            prop_assert!(state.split(atoms(nav)).unwrap().junior >= first);
        }
    }

    #[test]
    fn a_senior_who_leaves_at_a_loss_leaves_the_others_their_share(
        (claim, part) in (1_i128..1 << 80, 0.0_f64..1.0), share in 0.0_f64..1.0,
    ) {
        let nav = times_floor(atoms(claim), fx(part)).unwrap();
        let paid = times_floor(nav, fx(share)).unwrap();
        let after = owed(claim).after_senior_redemption(paid, nav).unwrap();
        let rest = nav.minus(paid).unwrap();
        prop_assert_eq!(after.split(rest).unwrap().senior, rest, "what is left is theirs");
        prop_assert!(after.fixed <= atoms(claim));
    }

    #[test]
    fn rooms_keep_the_gate_and_an_atom_more_does_not(
        (senior, junior) in (0_i128..1 << 60, 0_i128..1 << 60), millionths in 1_000_u32..999_000,
    ) {
        let (gate, split) = (coverage(millionths), Split { senior: atoms(senior), junior: atoms(junior) });
        let (enter, leave) = (gate.senior_room_floor(split).unwrap().count(), gate.junior_room_floor(split).unwrap().count());
        let entered = |more: i128| gate.is_met(Split { senior: atoms(senior + enter + more), ..split }).unwrap();
        let left = |more: i128| gate.is_met(Split { junior: atoms(junior - leave - more), ..split }).unwrap();
        prop_assert!(leave <= junior);
        if gate.is_met(split).unwrap() {
            prop_assert!(entered(0) && left(0));
            prop_assert!(!entered(1), "an atom more is too much");
            prop_assert!(leave == junior || !left(1) || senior == 0);
        } else {
            prop_assert!(enter == 0 && leave == 0);
        }
    }

    #[test]
    fn no_number_makes_a_step_wrap(
        (fixed, nav, amount) in (any::<i128>(), any::<i128>(), any::<i128>()),
        (accrued_secs, seen_at, now) in (any::<u64>(), any::<u64>(), any::<u64>()), (rate, series) in (any::<u32>(), any::<u32>()),
    ) {
        let wild = Waterfall {
            fixed: atoms(fixed), accrued_secs, rate: Millionths::from_raw(rate), seen_at, was_covered: true, junior_series: series,
        };
        let _ = (wild.at(now, atoms(nav)), wild.split(atoms(nav)), wild.two_sided(atoms(nav), atoms(amount)));
        let _ = (wild.after_senior_deposit(atoms(amount)), wild.after_senior_redemption(atoms(amount), atoms(nav)));
        let _ = (wild.junior_deposit(atoms(nav)), wild.absorb(atoms(amount), atoms(nav), atoms(fixed)));
        let split = Split { senior: atoms(fixed), junior: atoms(amount) };
        let _ = (coverage(1).senior_room_floor(split), coverage(999_999).junior_room_floor(split));
    }
}
