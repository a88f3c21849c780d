use proptest::prelude::*;

use super::*;

const WAD: u128 = 1_000_000_000_000_000_000;

#[test]
fn nothing_is_fixed_in_an_empty_slot() {
    assert_eq!(Redemption::from_slot([0; 32]), None);
    let nothing = Redemption::fix(0, 0).unwrap();
    assert_eq!(Redemption::from_slot(nothing.to_slot()), Some(nothing));
}

#[test]
fn cash_of_128_bits_is_refused() {
    assert_eq!(Redemption::fix(IS_FIXED, 1), None);
    assert!(Redemption::fix(IS_FIXED - 1, 1).is_some());
}

#[test]
fn two_series_share_by_what_they_pay() {
    // Spot 3,300 at the end: the call at 3,000 pays 300, the put at 3,500 pays 200, the others nothing.
    let (price, strikes) = (3_300 * WAD, [3_000 * WAD, 3_500 * WAD]);
    let weight = total_weight(&[2_000, 5_000, 7_000, 1_000], &strikes, price).unwrap();
    assert_eq!(weight, (2_000 * 300 + 1_000 * 200) * WAD);
    let redemption = Redemption::fix(800_000_000, weight).unwrap();
    assert_eq!(redemption.payout_down(2_000, 300 * WAD), Some(600_000_000));
    assert_eq!(redemption.payout_down(1_000, 200 * WAD), Some(200_000_000));
    assert_eq!(redemption.payout_down(5_000, 0), Some(0));
    // A lot of the call is 0.3 dollars.
    assert_eq!(redemption.payout_down(1, 300 * WAD), Some(300_000));
}

#[test]
fn a_reduced_payout_is_shared_in_proportion() {
    let weight = total_weight(&[3, 0], &[WAD], 2 * WAD).unwrap();
    let redemption = Redemption::fix(100, weight).unwrap();
    assert_eq!(redemption.payout_down(1, WAD), Some(33));
    assert_eq!(redemption.payout_down(3, WAD), Some(100));
}

#[test]
fn a_board_that_pays_nothing_pays_nothing() {
    let redemption = Redemption::fix(55, 0).unwrap();
    assert_eq!(redemption.payout_down(u32::MAX, WAD), Some(0));
}

#[test]
fn the_dearest_full_board_fits() {
    let supplies = [i32::MAX.unsigned_abs(); 32];
    let strikes = [0; 16];
    let weight = total_weight(&supplies, &strikes, (1 << 92) - 1);
    assert!(weight.is_some());
    assert_eq!(total_weight(&supplies, &strikes, u128::MAX), None);
}

prop_compose! {
    fn boards()(
        supplies in proptest::collection::vec(prop_oneof![Just(0u32), 1..2_000u32, 1..=i32::MAX.unsigned_abs()], 2..=32),
        strikes in proptest::collection::vec(1..1u128 << 90, 16),
        price in 1..1u128 << 90,
        received in prop_oneof![0..1_000u128, 0..u128::MAX >> 1],
    ) -> (Vec<u32>, Vec<u128>, u128, u128) {
        (supplies, strikes, price, received)
    }
}

proptest! {
    #[test]
    fn slots_keep_what_is_fixed(received in 0..IS_FIXED, weight: u128) {
        let redemption = Redemption::fix(received, weight).unwrap();
        prop_assert_eq!(Redemption::from_slot(redemption.to_slot()), Some(redemption));
    }

    /// However the supply is split among claims, they add up to at most what was received, and what stays is less than
    /// an atom a claim.
    #[test]
    fn claims_never_exceed_what_was_received(
        (supplies, strikes, price, received) in boards(), cuts in proptest::collection::vec(any::<u32>(), 32)
    ) {
        let weight = total_weight(&supplies, &strikes, price).unwrap();
        let redemption = Redemption::fix(received, weight).unwrap();
        let (mut paid, mut claims) = (0u128, 0u128);
        for (place, (lots, cut)) in supplies.iter().zip(cuts).enumerate() {
            let intrinsic = intrinsic_wad(price, strikes[place / 2], place % 2 == 1);
            let first = if *lots == 0 { 0 } else { cut % (*lots + 1) };
            for part in [first, lots - first] {
                paid += redemption.payout_down(part, intrinsic).unwrap();
                claims += 1;
            }
        }
        prop_assert!(paid <= received);
        if weight > 0 {
            prop_assert!(received - paid < claims);
        } else {
            prop_assert_eq!(paid, 0);
        }
    }

    #[test]
    fn more_lots_never_pay_less_and_splitting_never_pays_more(
        received in 0..u128::MAX >> 1, intrinsic in 1..1u128 << 90, a in 0..1u32 << 30, b in 0..1u32 << 30, others: u64
    ) {
        let weight = u128::from(a + b) * intrinsic + u128::from(others);
        let redemption = Redemption::fix(received, weight).unwrap();
        let pay = |lots| redemption.payout_down(lots, intrinsic).unwrap();
        prop_assert!(pay(a) + pay(b) <= pay(a + b));
        prop_assert!(pay(a + b) - pay(a) - pay(b) <= 1);
        prop_assert!(pay(a + b) <= received);
    }
}
