use std::collections::BTreeMap;
use std::convert::Infallible;

use super::*;

const CUT: u64 = 1_000;

/// A feed whose rounds have these times, all of them with a price of a hundred and its number; the rest are not usable.
struct Script(BTreeMap<U80, Round>);

impl Rounds for Script {
    type Error = Infallible;

    fn round(&self, id: U80) -> Result<Option<Round>, Infallible> {
        Ok(self.0.get(&id).copied())
    }
}

fn id(phase: u64, number: u64) -> U80 {
    U80::from_limbs([number, phase])
}

fn script(rounds: &[(u64, u64, u64)]) -> Script {
    let round =
        |&(phase, number, at): &(u64, u64, u64)| (id(phase, number), Round { at, price: 100 + u128::from(number) });
    Script(rounds.iter().map(round).collect())
}

fn first(script: &Script, phase: u64, number: u64) -> Result<u128, u64> {
    let latest = *script.0.keys().last().unwrap();
    first_price(script, (id(phase, number), latest), CUT).map_err(|error| match error {
        FirstError::NotFirst { at } => at,
        FirstError::Feed(never) => match never {},
    })
}

#[test]
fn a_move_counts_against_the_smaller_price_and_up() {
    for (then, now) in [(3_000, 3_030), (3_030, 3_000)] {
        assert_eq!(Move::between(then, now).of_up(1_000_000), 10_000);
        assert_eq!(Move::between(then, now).of_up(1), 1);
    }
    assert_eq!(Move::between(7, 7).of_up(u128::MAX), 0);
    assert_eq!(Move::between(1, 3).of_up(u128::MAX), u128::MAX);
}

#[test]
fn the_first_round_from_the_cut_on_is_the_only_one() {
    let feed = script(&[(0, 4, CUT - 1), (0, 5, CUT), (0, 6, CUT + 9)]);
    assert_eq!(first(&feed, 0, 5), Ok(105));
    assert_eq!(first(&feed, 0, 4), Err(CUT - 1));
    assert_eq!(first(&feed, 0, 6), Err(CUT));
    assert_eq!(first(&feed, 0, 7), Err(0));
}

#[test]
fn a_later_round_does_not_pass_for_the_first_behind_rounds_that_were_never_answered() {
    let feed = script(&[(0, 4, CUT - 1), (0, 5, CUT + 1), (0, 7, CUT + 5), (0, 30, CUT + 9)]);
    assert_eq!(first(&feed, 0, 5), Ok(105));
    assert_eq!(first(&feed, 0, 7), Err(CUT + 1));
    assert_eq!(first(&feed, 0, 30), Err(CUT + 5));
    assert_eq!(first(&feed, 0, 6), Err(0));
}

#[test]
fn rounds_that_were_never_answered_are_in_nobodys_way() {
    let feed = script(&[(0, 2, CUT - 1), (0, 40, CUT + 1)]);
    assert_eq!(first(&feed, 0, 40), Ok(140));
    assert_eq!(first(&script(&[(0, 40, CUT)]), 0, 40), Ok(140));
}

#[test]
fn the_newest_phase_that_had_begun_by_the_cut_counts() {
    let feed = script(&[(1, 8, CUT - 5), (1, 9, CUT + 1), (2, 1, CUT - 2), (2, 2, CUT + 2)]);
    assert_eq!(first(&feed, 1, 9), Err(CUT - 2));
    assert_eq!(first(&feed, 2, 2), Ok(102));
    // A phase that begins after the cut leaves the one before it in force.
    let feed = script(&[(1, 8, CUT - 5), (1, 9, CUT + 1), (2, 1, CUT + 3)]);
    assert_eq!(first(&feed, 1, 9), Ok(109));
}

#[test]
fn rounds_are_counted_within_their_phase() {
    assert_eq!(step_back(id(2, 5)), Some(id(2, 4)));
    assert_eq!(step_back(id(2, 1)), None);
    assert_eq!(next_phase(id(2, 5)), Some(id(3, 1)));
    assert_eq!(next_phase(id(0xffff, 5)), None);
}
