use alloy_primitives::U256;
use proptest::prelude::*;

use super::*;

const TOKEN: u128 = 1_000_000;

fn snapshot(supply: u128, nav_atoms: i128) -> Snapshot {
    Snapshot { supply, nav_atoms, uncertainty_atoms: 0, reserve_atoms: 0, redeemable_atoms: u128::MAX }
}

fn deposits(deposit_atoms: u128) -> Pending {
    Pending { deposit_atoms, redeem_shares: 0, min_deposit_atoms: TOKEN }
}

fn redemptions(redeem_shares: u128) -> Pending {
    Pending { deposit_atoms: 0, redeem_shares, min_deposit_atoms: TOKEN }
}

/// Whether the value per share after the fill is at least what it was.
fn those_who_stay_lose_nothing(before: &Snapshot, fill: &Fill) -> bool {
    let value = |nav: i128| U256::from(u128::try_from(nav).unwrap() + VIRTUAL_ATOMS);
    let shares = |supply: u128| U256::from(supply + VIRTUAL_SHARES);
    let supply = before.supply + fill.minted - fill.burned;
    let nav =
        before.nav_atoms + i128::try_from(fill.accepted_atoms).unwrap() - i128::try_from(fill.paid_atoms).unwrap();
    value(nav) * shares(before.supply) >= value(before.nav_atoms) * shares(supply)
}

#[test]
fn first_deposit_gets_a_million_shares_an_atom() {
    let fill = snapshot(0, 0).price(&deposits(5 * TOKEN));
    assert_eq!(fill.minted, 5 * TOKEN * VIRTUAL_SHARES);
    assert_eq!(fill.accepted_atoms, 5 * TOKEN);
    assert_eq!(fill.refused_atoms, 0);
}

#[test]
fn deposits_pay_the_high_end_and_redemptions_get_the_low() {
    let supply = 999_999 * VIRTUAL_SHARES;
    let at = Snapshot { uncertainty_atoms: 100_000, ..snapshot(supply, 999_999) };
    assert_eq!(at.shares_for_down(1_100_000), Some(1_000_000 * VIRTUAL_SHARES));
    assert_eq!(at.assets_for_down(1_000_000 * VIRTUAL_SHARES), Some(900_000));
}

#[test]
fn deposits_pay_for_the_skew_reserve_and_redemptions_do_not_get_it() {
    let supply = 999_999 * VIRTUAL_SHARES;
    let at = Snapshot { reserve_atoms: 500_000, ..snapshot(supply, 999_999) };
    assert_eq!(at.shares_for_down(1_500_000), Some(1_000_000 * VIRTUAL_SHARES));
    assert_eq!(at.assets_for_down(1_000_000 * VIRTUAL_SHARES), Some(1_000_000));
}

#[test]
fn deposits_into_an_insolvent_vault_are_refused() {
    for nav in [-1, 0] {
        let fill = snapshot(10 * TOKEN * VIRTUAL_SHARES, nav).price(&deposits(5 * TOKEN));
        assert_eq!(fill, Fill { refused_atoms: 5 * TOKEN, ..Fill::default() });
    }
    let hole_without_owner = snapshot(0, -1).price(&deposits(5 * TOKEN));
    assert_eq!(hole_without_owner.accepted_atoms, 0);
}

#[test]
fn redemptions_from_an_insolvent_vault_are_given_back() {
    let shares = 7 * TOKEN * VIRTUAL_SHARES;
    for nav in [i128::MIN, -1, 0] {
        let fill = snapshot(shares, nav).price(&redemptions(shares));
        assert_eq!(fill, Fill { unfilled: shares, ..Fill::default() });
    }
    let uncertain = Snapshot { uncertainty_atoms: 5 * TOKEN, ..snapshot(shares, 5 * TOKEN.cast_signed()) };
    assert_eq!(uncertain.price(&redemptions(shares)).unfilled, shares);
}

#[test]
fn deposits_that_would_round_to_nothing_are_refused() {
    // A value of a million tokens that nobody owns: a token is worth less than a share.
    let nav = i128::try_from(1_000_000 * TOKEN).unwrap();
    let fill = snapshot(0, nav).price(&deposits(1_500_000 * TOKEN));
    assert_eq!(fill.refused_atoms, 1_500_000 * TOKEN);
    let fill = snapshot(0, nav / 2).price(&deposits(1_500_000 * TOKEN));
    assert_eq!(fill.accepted_atoms, 1_500_000 * TOKEN);
}

#[test]
fn redemptions_are_filled_in_proportion_to_what_may_be_paid() {
    let supply = 1_000 * TOKEN * VIRTUAL_SHARES;
    let nav = i128::try_from(1_000 * TOKEN).unwrap();
    let at = Snapshot { redeemable_atoms: 25 * TOKEN, ..snapshot(supply, nav) };
    let fill = at.price(&redemptions(supply / 10));
    assert_eq!(fill.paid_atoms, 25 * TOKEN);
    assert_eq!(fill.burned, supply / 40);
    assert_eq!(fill.burned + fill.unfilled, supply / 10);
    let nothing = Snapshot { redeemable_atoms: 0, ..at }.price(&redemptions(supply / 10));
    assert_eq!(nothing, Fill { unfilled: supply / 10, ..Fill::default() });
}

#[test]
fn numbers_past_the_range_refuse_and_never_wrap() {
    let fill = snapshot(u128::MAX, i128::MAX).price(&Pending {
        deposit_atoms: u128::MAX,
        redeem_shares: u128::MAX,
        min_deposit_atoms: TOKEN,
    });
    assert_eq!(fill, Fill { refused_atoms: u128::MAX, unfilled: u128::MAX, ..Fill::default() });
    let crowded = snapshot(u128::MAX - 2 * VIRTUAL_SHARES, 1).price(&deposits(TOKEN));
    assert_eq!(crowded.refused_atoms, TOKEN);
}

#[test]
fn vault_can_be_seeded_again_after_everyone_left() {
    let mut at = snapshot(0, 0);
    at.supply = at.price(&deposits(100 * TOKEN)).minted;
    at.nav_atoms = i128::try_from(130 * TOKEN).unwrap();
    let exit = at.price(&redemptions(at.supply));
    assert_eq!(exit.unfilled, 0);
    let residue = at.nav_atoms - i128::try_from(exit.paid_atoms).unwrap();
    let seeded = snapshot(0, residue);
    let entry = seeded.price(&deposits(50 * TOKEN));
    let after = snapshot(entry.minted, residue + i128::try_from(entry.accepted_atoms).unwrap());
    let back = after.assets_for_down(entry.minted).unwrap();
    assert!(back <= 50 * TOKEN);
    assert!(50 * TOKEN - back <= 2, "{back}");
}

prop_compose! {
    /// A vault whose shares are worth between a thousandth and a thousand times their issue.
    fn any_vault()(
        supply in 0u128..10_u128.pow(24),
        price_millis in 1u128..1_000_000,
        uncertainty in 0u128..10_u128.pow(17),
        reserve in 0u128..10_u128.pow(17),
        redeemable in 0u128..10_u128.pow(19),
    ) -> Snapshot {
        let nav_atoms = (supply / VIRTUAL_SHARES * price_millis / 1_000).cast_signed();
        Snapshot {
            supply,
            nav_atoms,
            uncertainty_atoms: uncertainty,
            reserve_atoms: reserve,
            redeemable_atoms: redeemable,
        }
    }
}

proptest! {
    #[test]
    fn entering_and_leaving_never_profits(
        vault in any_vault(),
        atoms in TOKEN..10_u128.pow(18),
        later_uncertainty in 0u128..10_u128.pow(17),
        released_millis in 0u128..=1_000,
    ) {
        let entry = vault.price(&deposits(atoms));
        // In between, any part of the reserve may be released into the value.
        let released = vault.reserve_atoms * released_millis / 1_000;
        let nav_atoms = vault.nav_atoms + i128::try_from(entry.accepted_atoms + released).unwrap();
        let later = Snapshot {
            supply: vault.supply + entry.minted,
            nav_atoms,
            uncertainty_atoms: later_uncertainty,
            reserve_atoms: vault.reserve_atoms - released,
            redeemable_atoms: u128::MAX,
        };
        let exit = later.price(&redemptions(entry.minted));
        prop_assert!(exit.paid_atoms <= entry.accepted_atoms);
    }

    #[test]
    fn fills_never_take_from_those_who_stay(
        vault in any_vault(),
        deposit_atoms in 0u128..10_u128.pow(18),
        part_millis in 0u128..=1_000,
    ) {
        let redeem_shares = vault.supply * part_millis / 1_000;
        let pending = Pending { deposit_atoms, redeem_shares, min_deposit_atoms: TOKEN };
        let fill = vault.price(&pending);
        prop_assert!(those_who_stay_lose_nothing(&vault, &fill));
        prop_assert_eq!(fill.accepted_atoms + fill.refused_atoms, deposit_atoms);
        prop_assert_eq!(fill.burned + fill.unfilled, redeem_shares);
        prop_assert!(fill.paid_atoms <= vault.redeemable_atoms);
        prop_assert_eq!(fill.burned == 0, fill.paid_atoms == 0);
        prop_assert_eq!(fill.minted == 0, fill.accepted_atoms == 0);
    }

    #[test]
    fn inflating_the_first_shares_loses(
        seed in TOKEN..10_u128.pow(12),
        gift in 0u128..10_u128.pow(15),
        victim in TOKEN..10_u128.pow(15),
    ) {
        // The attacker seeds an empty vault, has its value rise by a gift (a trade he loses), lets
        // the victim in, and leaves.
        let seeded = snapshot(0, 0).price(&deposits(seed));
        let inflated = snapshot(seeded.minted, i128::try_from(seed + gift).unwrap());
        let entry = inflated.price(&deposits(victim));
        let nav = seed + gift + entry.accepted_atoms;
        let last = snapshot(seeded.minted + entry.minted, i128::try_from(nav).unwrap());
        let taken = last.price(&redemptions(seeded.minted)).paid_atoms;
        prop_assert!(taken <= seed + gift);
        let kept = last.assets_for_down(entry.minted).unwrap();
        // The victim loses at most the rounding of his shares.
        let share = (nav + 1) / (last.supply + VIRTUAL_SHARES) + 2;
        prop_assert!(entry.accepted_atoms == 0 || kept + share >= entry.accepted_atoms);
    }

    #[test]
    fn claims_add_up_and_order_moves_a_unit_at_most(
        requests in prop::collection::vec(1u128..10_u128.pow(18), 1..30),
        given in 0u128..10_u128.pow(30),
    ) {
        let requested: u128 = requests.iter().sum();
        let mut split = Split { requested, given };
        let mut total = 0;
        for request in &requests {
            let exact = mul_div_down(given, *request, requested).unwrap();
            let (part, left) = split.take(*request).unwrap();
            prop_assert!(part >= exact);
            prop_assert!(part <= exact + requests.len() as u128);
            total += part;
            split = left;
        }
        prop_assert_eq!(total, given);
        prop_assert_eq!(split, Split { requested: 0, given: 0 });
    }

    #[test]
    fn nobody_claims_more_than_the_whole(requested in 1u128..1000, given: u128, more in 1u128..1000) {
        prop_assert_eq!(Split { requested, given }.take(requested + more), None);
        prop_assert_eq!(Split { requested: 0, given }.take(more), None);
    }
}
