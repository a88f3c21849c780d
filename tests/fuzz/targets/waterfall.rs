//! `equipoise_risk::waterfall`: junior and senior are the value, the claim never exceeds what covers it, and losses
//! are borne in order.
#![no_main]

use arbitrary::Arbitrary;
use equipoise_fuzz::{Share, Wide};
use equipoise_risk::millionths::Millionths;
use equipoise_risk::units::Atoms;
use equipoise_risk::waterfall::{Coverage, Split, Waterfall, WaterfallError, MOST_RATE};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    start: (u64, u64, u32, u64, bool),
    steps: Vec<(Step, Share, u32)>,
    nav: Share,
    amounts: (i128, i128, u8),
    coverage: u32,
    wild: (i128, u64, u32, u64),
}

#[derive(Arbitrary, Debug)]
enum Step {
    Wait,
    Nav,
    Deposit,
    Redeem,
    Junior,
    Rate,
}

fuzz_target!(|input: Input| {
    let (fixed, accrued_secs, rate, seen_at, was_covered) = input.start;
    let waterfall = Waterfall {
        fixed: Atoms::new(fixed.into()),
        accrued_secs: accrued_secs % (10 * 31_536_000),
        rate: Millionths::from_raw(rate % (MOST_RATE.raw() + 1)),
        seen_at: seen_at >> 8,
        was_covered,
        junior_series: 0,
    };
    live(waterfall, &input);
    let shift = input.amounts.2 & 127;
    let (nav, amount) = (Atoms::new(input.amounts.0 >> shift), Atoms::new(input.amounts.1 >> shift));
    shares(&waterfall, nav, amount);
    coverage(input.coverage, nav, amount);
    let (fixed, accrued_secs, rate, seen_at) = input.wild;
    let wild = Waterfall { fixed: Atoms::new(fixed), accrued_secs, rate: Millionths::from_raw(rate), ..waterfall };
    let _ = (wild.at(seen_at, nav), wild.split(nav), wild.two_sided(nav, amount), wild.absorb(amount, nav, nav));
    let _ = (wild.after_senior_deposit(amount), wild.after_senior_redemption(amount, nav), wild.junior_deposit(nav));
});

fn live(mut waterfall: Waterfall, input: &Input) {
    let mut now = waterfall.seen_at;
    let mut nav = Atoms::new(input.nav.up_to(u64::MAX).into());
    for (step, share, secs) in input.steps.iter().take(12) {
        let claim = waterfall.claim_floor().expect("ten years of accrual fit");
        let split = waterfall.split(nav).expect("it fits");
        waterfall = match step {
            Step::Wait => {
                now += u64::from(*secs);
                let next = waterfall.at(now, nav).expect("it fits");
                let grown = next.claim_floor().expect("it fits");
                assert!(grown >= claim || nav < claim, "the claim falls by waiting");
                assert!(grown <= nav.max(claim), "the claim grows past what covers it");
                if nav < claim || !waterfall.was_covered {
                    assert_eq!(grown, claim, "it accrues only while it is covered");
                }
                assert_eq!(next.at(now, nav).and_then(|again| again.claim_floor()), Ok(grown), "twice is once");
                next
            }
            Step::Nav => {
                nav = Atoms::new(share.up_to(u64::MAX).into());
                waterfall
            }
            Step::Deposit => {
                let amount = Atoms::new(share.up_to(1 << 50).into());
                let next = waterfall.after_senior_deposit(amount).expect("it fits");
                assert_eq!(next.claim_floor().ok(), claim.plus(amount).ok());
                nav = nav.plus(amount).expect("it fits");
                next
            }
            Step::Redeem => {
                let most = u64::try_from(split.senior.count()).unwrap_or(u64::MAX);
                let paid = Atoms::new(share.up_to(most).into());
                let next = waterfall.after_senior_redemption(paid, split.senior).expect("at most what there is");
                nav = nav.minus(paid).expect("at most the value");
                let after = next.split(nav).expect("it fits");
                // what stays is worth no more than before to the senior, and no less to the junior
                assert!(after.junior >= split.junior, "the junior pays for a redemption");
                assert!(next.claim_floor().expect("it fits") <= claim);
                next
            }
            Step::Junior => match waterfall.junior_deposit(nav) {
                Ok(next) => {
                    assert!(nav >= claim);
                    let is_new = u32::from(split.junior == Atoms::ZERO);
                    assert_eq!(next.junior_series, waterfall.junior_series + is_new);
                    next
                }
                Err(error) => {
                    assert_eq!(error, WaterfallError::JuniorClosed { nav, claim });
                    assert!(nav < claim);
                    waterfall
                }
            },
            Step::Rate => {
                let rate = Millionths::from_raw(secs % (MOST_RATE.raw() + 1));
                let next = waterfall.with_rate(rate).expect("at most the most");
                assert_eq!((next.claim_floor(), next.rate), (Ok(claim), rate), "the claim so far stays");
                next
            }
        };
    }
}

fn shares(waterfall: &Waterfall, nav: Atoms, amount: Atoms) {
    let claim = waterfall.claim_floor().expect("ten years of accrual fit");
    let split = waterfall.split(nav).expect("it fits");
    assert_eq!(split.senior.plus(split.junior), Ok(nav.max(Atoms::ZERO)), "junior + senior = value");
    assert_eq!(split.senior, nav.max(Atoms::ZERO).min(claim));
    match waterfall.two_sided(nav, amount) {
        Ok(sides) => {
            assert!(amount >= Atoms::ZERO && sides.bid.senior <= split.senior && sides.bid.junior <= split.junior);
            assert!(sides.ask.senior >= split.senior && sides.ask.junior >= split.junior);
        }
        Err(WaterfallError::Negative { .. }) => assert!(amount < Atoms::ZERO),
        Err(error) => assert!(nav.plus(amount).is_err() || nav.minus(amount).is_err(), "{error:?}"),
    }
    let insurance = Atoms::new(nav.count() >> 3);
    match waterfall.absorb(amount, insurance, nav) {
        Ok(losses) => {
            let parts = [losses.insurance, losses.junior, losses.senior, losses.unpaid];
            assert!(parts.iter().all(|part| *part >= Atoms::ZERO));
            let sum = parts.iter().fold(Wide::ZERO, |sum, part| sum + part.count());
            assert_eq!(sum, Wide::from(amount.count()), "the four add up to the loss");
            assert!(losses.junior == Atoms::ZERO || losses.insurance == insurance, "insurance first");
            assert!(losses.senior == Atoms::ZERO || losses.junior == split.junior, "then the junior");
            assert!(losses.unpaid == Atoms::ZERO || losses.senior == split.senior, "then the senior");
        }
        Err(error) => {
            assert!(matches!(error, WaterfallError::Negative { .. }), "{error:?}");
            assert!(amount < Atoms::ZERO || insurance < Atoms::ZERO);
        }
    }
}

fn coverage(share: u32, senior: Atoms, junior: Atoms) {
    let Some(coverage) = Coverage::new(Millionths::from_raw(share)) else {
        assert!(share == 0 || share >= 1_000_000);
        return;
    };
    assert!(share > 0 && share < 1_000_000);
    // rooms multiply by a million: amounts of 100 bits
    let [senior, junior] = [senior, junior].map(|atoms| Atoms::new((atoms.count() >> 28).abs()));
    let split = Split { senior, junior };
    let is_met = |senior: Atoms, junior: Atoms| coverage.is_met(Split { senior, junior }).expect("it fits");
    let nav = Wide::from(senior.count()) + junior.count();
    let exact = Wide::from(junior.count()) * 1_000_000_i128 >= nav * i128::from(share);
    assert_eq!(is_met(senior, junior), exact);
    let (enters, leaves) = (coverage.senior_room_floor(split), coverage.junior_room_floor(split));
    let (enters, leaves) = (enters.expect("it fits"), leaves.expect("it fits"));
    if !exact {
        assert_eq!((enters, leaves), (Atoms::ZERO, Atoms::ZERO));
        return;
    }
    let plus = |atoms: Atoms, more: Atoms| atoms.plus(more).expect("it fits");
    let one = Atoms::new(1);
    assert!(leaves <= junior && is_met(plus(senior, enters), junior), "too much room");
    assert!(is_met(senior, junior.minus(leaves).expect("at most all")), "too much room");
    assert!(!is_met(plus(plus(senior, enters), one), junior), "too little room");
    if leaves < junior {
        assert!(!is_met(senior, junior.minus(plus(leaves, one)).expect("at most all")), "too little room");
    }
}
