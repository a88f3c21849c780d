//! Sixteen boards at most, each with whether the account is short in it.

use proptest::prelude::*;

use super::*;

fn holding(calls: i32, puts: i32) -> Holding {
    Holding { calls: Lots::new(calls), puts: Lots::new(puts), ..Holding::default() }
}

fn full() -> AccountBoards {
    (1..=16).fold(AccountBoards::default(), |boards, id| boards.with(id, Holds::Longs).unwrap())
}

#[test]
fn a_seventeenth_board_finds_no_room() {
    assert_eq!(full().ids().collect::<Vec<_>>(), (1..=16).collect::<Vec<_>>());
    assert_eq!(full().with(17, Holds::Longs), None);
    assert_eq!(full().with(17, Holds::Nothing), Some(full()), "nothing needs no room");
    assert_eq!(full().with(16, Holds::Longs), Some(full()), "it is listed already");
    let freed = full().with(3, Holds::Nothing).unwrap();
    assert_eq!(freed.with(3, Holds::Nothing), Some(freed), "it is gone already");
    assert_eq!(freed.with(17, Holds::Longs).unwrap().ids().nth(2), Some(17));
}

#[test]
fn what_is_held_is_the_worst_of_all_boards() {
    let boards = AccountBoards::default();
    assert_eq!(boards.holds(), Holds::Nothing);
    let long = boards.with(MAX_BOARD_ID, Holds::Longs).unwrap();
    assert_eq!(long.holds(), Holds::Longs);
    let short = long.with(2, Holds::Short).unwrap();
    assert_eq!(short.holds(), Holds::Short);
    assert_eq!(short.ids().collect::<Vec<_>>(), [MAX_BOARD_ID, 2]);
    assert_eq!(short.with(2, Holds::Longs).unwrap().holds(), Holds::Longs, "it was bought back");
    assert_eq!(short.with(2, Holds::Nothing), Some(long));
}

#[test]
fn one_short_series_makes_a_board_short() {
    assert_eq!(kind_of(&[]), Holds::Nothing);
    assert_eq!(kind_of(&[holding(0, 0)]), Holds::Nothing);
    assert_eq!(kind_of(&[holding(0, 0), holding(0, 1)]), Holds::Longs);
    assert_eq!(kind_of(&[holding(7, 7), holding(0, -1), holding(7, 7)]), Holds::Short);
}

proptest! {
    #[test]
    fn boards_come_back_from_their_slot(slot: [u8; 32]) {
        prop_assert_eq!(AccountBoards::decode(&slot).encode(), slot);
    }
}
