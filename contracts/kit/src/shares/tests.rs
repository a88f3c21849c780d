use alloy_primitives::U256;
use proptest::prelude::*;

use super::*;

const TOKEN: u128 = 1_000_000;

fn tranche(supply: u128, atoms: u128) -> Tranche {
    Tranche { supply, bid_atoms: atoms, ask_atoms: atoms }
}

#[test]
fn first_deposit_gets_a_million_shares_an_atom() {
    let entry = tranche(0, 0).enter(5 * TOKEN, u128::MAX, TOKEN);
    assert_eq!(entry, Entry { accepted_atoms: 5 * TOKEN, minted: 5 * TOKEN * VIRTUAL_SHARES });
}

#[test]
fn deposits_pay_the_ask_and_redemptions_get_the_bid() {
    let at = Tranche { supply: 999_999 * VIRTUAL_SHARES, bid_atoms: 899_999, ask_atoms: 1_099_999 };
    assert_eq!(at.shares_for_down(1_100_000), Some(1_000_000 * VIRTUAL_SHARES));
    assert_eq!(at.assets_for_down(1_000_000 * VIRTUAL_SHARES), Some(900_000));
}

#[test]
fn nobody_enters_where_shares_are_worth_nothing_and_nobody_is_paid() {
    let at = tranche(10 * TOKEN * VIRTUAL_SHARES, 0);
    assert_eq!(at.enter(5 * TOKEN, u128::MAX, TOKEN), Entry::default());
    assert_eq!(at.leave(TOKEN * VIRTUAL_SHARES, u128::MAX), Exit::default());
    assert_eq!(at.shares_for_down(1), None);
}

#[test]
fn deposits_that_would_round_to_nothing_are_refused() {
    // A value of a million tokens that nobody owns: a token is worth less than a share.
    let entry = tranche(0, 1_000_000 * TOKEN).enter(1_500_000 * TOKEN, u128::MAX, TOKEN);
    assert_eq!(entry, Entry::default());
    let entry = tranche(0, 500_000 * TOKEN).enter(1_500_000 * TOKEN, u128::MAX, TOKEN);
    assert_eq!(entry.accepted_atoms, 1_500_000 * TOKEN);
    // Room for so little that the smallest would get none of it.
    assert_eq!(tranche(0, 0).enter(1_500_000_000 * TOKEN, 1, 1), Entry::default());
}

#[test]
fn both_ways_are_filled_in_proportion_to_the_room() {
    let supply = 1_000 * TOKEN * VIRTUAL_SHARES;
    let at = tranche(supply, 1_000 * TOKEN);
    assert_eq!(at.leave(supply / 10, 25 * TOKEN), Exit { burned: supply / 40, paid_atoms: 25 * TOKEN });
    assert_eq!(at.leave(supply / 10, 0), Exit::default());
    let entry = at.enter(100 * TOKEN, 25 * TOKEN, TOKEN);
    assert_eq!(entry.accepted_atoms, 25 * TOKEN);
    assert_eq!(entry.minted, at.shares_for_down(25 * TOKEN).unwrap());
}

#[test]
fn numbers_past_the_range_refuse_and_never_wrap() {
    let at = tranche(u128::MAX, u128::MAX);
    assert_eq!(at.enter(u128::MAX, u128::MAX, TOKEN), Entry::default());
    assert_eq!(at.leave(u128::MAX, u128::MAX), Exit::default());
    let crowded = tranche(u128::MAX - 2 * VIRTUAL_SHARES, 1);
    assert_eq!(crowded.enter(TOKEN, u128::MAX, TOKEN), Entry::default());
}

/// Whether the value per share after the fill is at least what it was.
fn those_who_stay_lose_nothing(before: (u128, u128), after: (u128, u128)) -> bool {
    let value = |atoms: u128| U256::from(atoms + VIRTUAL_ATOMS);
    let shares = |supply: u128| U256::from(supply + VIRTUAL_SHARES);
    value(after.1) * shares(before.0) >= value(before.1) * shares(after.0)
}

proptest! {
    #[test]
    fn nobody_who_stays_loses_by_who_comes_or_goes(
        supply in 0u128..1 << 90,
        atoms in 0u128..1 << 70,
        (up, down) in (0u128..1 << 60, 0u128..1 << 60),
        (deposit, part) in (TOKEN..1 << 70, 0u128..=1 << 20),
        room in 0u128..1 << 71,
    ) {
        let at = Tranche { supply, bid_atoms: atoms.saturating_sub(down), ask_atoms: atoms + up };
        let entry = at.enter(deposit, room, TOKEN);
        prop_assert!(entry.accepted_atoms <= room.min(deposit));
        let after = (supply + entry.minted, atoms + entry.accepted_atoms);
        prop_assert!(those_who_stay_lose_nothing((supply, atoms), after));
        let shares = (supply >> 20) * part;
        let exit = at.leave(shares, room);
        prop_assert!(exit.burned <= shares && exit.paid_atoms <= room && exit.paid_atoms <= at.bid_atoms);
        let after = (supply - exit.burned, atoms - exit.paid_atoms);
        prop_assert!(those_who_stay_lose_nothing((supply, atoms), after));
    }

    #[test]
    fn there_and_back_never_profits(
        supply in 0u128..1 << 90,
        atoms in 1u128..1 << 70,
        deposit in TOKEN..1 << 70,
    ) {
        let entry = tranche(supply, atoms).enter(deposit, u128::MAX, TOKEN);
        let after = tranche(supply + entry.minted, atoms + entry.accepted_atoms);
        prop_assert!(after.leave(entry.minted, u128::MAX).paid_atoms <= entry.accepted_atoms);
    }
}
