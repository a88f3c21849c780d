use proptest::prelude::*;

use super::*;

#[test]
fn the_last_takes_the_rest() {
    let parts = Parts { requested: 3, filled: 2, given: 10 };
    let (filled, given, left) = parts.take(1).unwrap();
    assert_eq!((filled, given), (0, 3));
    let (filled, given, left) = left.take(1).unwrap();
    assert_eq!((filled, given), (1, 3));
    let (filled, given, left) = left.take(1).unwrap();
    assert_eq!((filled, given), (1, 4));
    assert_eq!(left, Parts::default());
    assert_eq!(left.take(1), None);
}

#[test]
fn a_claim_cannot_be_overdrawn() {
    let claim = Claim { assets: 10, shares: 30 };
    assert_eq!(claim.take_assets_down(11), None);
    assert_eq!(claim.take_shares_up(31), None);
    assert_eq!(Claim::default().take_assets_down(1), None);
    assert_eq!(claim.take_shares_down(1).unwrap().0, Claim { assets: 0, shares: 1 });
    assert_eq!(claim.take_shares_up(1).unwrap().0, Claim { assets: 1, shares: 1 });
}

proptest! {
    #[test]
    fn parts_add_up_and_never_shrink_while_others_collect(
        requests in prop::collection::vec(1u128..1 << 90, 1..20),
        (filled, given) in (0u128..=1 << 20, 0u128..1 << 100),
    ) {
        let requested: u128 = requests.iter().sum();
        let filled = (requested >> 20) * filled;
        let mut parts = Parts { requested, filled, given };
        let (mut filled_sum, mut given_sum) = (0, 0);
        for request in requests {
            let first = Parts { requested, filled, given }.take(request).unwrap();
            let (filled_part, given_part, left) = parts.take(request).unwrap();
            prop_assert!(filled_part <= request);
            prop_assert!(filled_part >= first.0 && given_part >= first.1);
            filled_sum += filled_part;
            given_sum += given_part;
            parts = left;
        }
        prop_assert_eq!((filled_sum, given_sum), (filled, given));
        prop_assert_eq!(parts, Parts::default());
    }

    #[test]
    fn claiming_bit_by_bit_gives_what_there_is_and_no_more(
        (assets, shares) in (1u128..1 << 90, 1u128..1 << 110),
        steps in prop::collection::vec((0usize..4, 0u128..=1 << 20), 0..20),
    ) {
        let whole = Claim { assets, shares };
        let (mut left, mut sum) = (whole, Claim::default());
        for (way, part) in steps {
            let (some_assets, some_shares) = ((left.assets >> 20) * part, (left.shares >> 20) * part);
            let taken = match way {
                0 => left.take_assets_down(some_assets),
                1 => left.take_assets_up(some_assets),
                2 => left.take_shares_down(some_shares),
                _ => left.take_shares_up(some_shares),
            };
            if let Some((part, rest)) = taken {
                sum = sum.plus(part).unwrap();
                left = rest;
            }
            prop_assert_eq!(sum.plus(left).unwrap(), whole);
        }
        if left.assets > 0 {
            prop_assert_eq!(left.take_assets_down(left.assets).unwrap(), (left, Claim::default()));
        }
    }
}
