use std::collections::BTreeMap;
use std::convert::Infallible;

use proptest::prelude::*;

use super::*;

const START: u64 = 1_800_000_000;
const WINDOW: u64 = 1_800;
const END: u64 = START + WINDOW;
const LATER: u64 = END + 60;

/// Rounds by id; `None` is a round without a usable price.
#[derive(Default)]
struct Feed(BTreeMap<RoundId, (u64, Option<u128>)>);

impl Feed {
    /// Phase 1 with these `(time, price)`, numbered from 1.
    fn of(rounds: &[(u64, u128)]) -> Self {
        Self::default().phase(1, rounds)
    }

    fn phase(mut self, phase: u16, rounds: &[(u64, u128)]) -> Self {
        for (number, (at, price)) in (1..).zip(rounds) {
            self.0.insert(RoundId::new(phase, number), (*at, Some(*price)));
        }
        self
    }

    fn without_price(mut self, id: RoundId) -> Self {
        self.0.get_mut(&id).unwrap().1 = None;
        self
    }

    fn settle(&self, first: RoundId) -> Result<u128, SettlementError<Infallible>> {
        self.settle_at(first, LATER)
    }

    fn settle_at(&self, first: RoundId, now: u64) -> Result<u128, SettlementError<Infallible>> {
        settle(self, Window::ending_at(END, WINDOW).unwrap(), first, now)
    }
}

impl Rounds for Feed {
    type Error = Infallible;

    fn latest(&self) -> Result<(RoundId, u64), Infallible> {
        let (id, (at, _)) = self.0.last_key_value().unwrap();
        Ok((*id, *at))
    }

    fn round(&self, id: RoundId) -> Result<Option<Round>, Infallible> {
        let found = self.0.get(&id).copied();
        Ok(found.and_then(|(at, price)| price.map(|price_wad| Round { id, price_wad, at })))
    }
}

const FIRST: RoundId = RoundId::new(1, 1);

#[test]
fn window_is_positive_and_at_most_a_day() {
    assert_eq!(Window::ending_at(END, 0), None);
    assert_eq!(Window::ending_at(END, MAX_WINDOW_SECS + 1), None);
    assert_eq!(Window::ending_at(9, 10), None);
    let window = Window::ending_at(END, WINDOW).unwrap();
    assert_eq!((window.start(), window.end()), (START, END));
}

#[test]
fn prices_weigh_by_the_seconds_they_were_in_force() {
    let feed = Feed::of(&[(START - 5, 100), (START + 600, 400), (END + 1, 900)]);
    assert_eq!(feed.settle(FIRST), Ok((100 * 600 + 400 * 1_200) / 1_800));
}

#[test]
fn round_at_the_start_is_in_force_from_the_start() {
    let feed = Feed::of(&[(START - 9, 7), (START, 100), (END, 900)]);
    assert_eq!(feed.settle(RoundId::new(1, 2)), Ok(100));
}

#[test]
fn average_rounds_down() {
    let feed = Feed::of(&[(START, 1), (END - 1, 2), (END, 900)]);
    assert_eq!(feed.settle(FIRST), Ok(1));
}

#[test]
fn first_round_must_be_the_last_before_the_window() {
    let rounds = [(START - 9, 100), (START - 5, 200), (START + 5, 300), (END + 5, 400)];
    let feed = Feed::of(&rounds);
    let later = Round { id: RoundId::new(1, 2), price_wad: 200, at: START - 5 };
    assert_eq!(feed.settle(FIRST), Err(SettlementError::FirstRoundTooEarly { later }));
    let late = SettlementError::FirstRoundTooLate { at: START + 5 };
    assert_eq!(feed.settle(RoundId::new(1, 3)), Err(late));
    assert!(feed.settle(RoundId::new(1, 2)).is_ok());
    let unknown = feed.settle(RoundId::new(1, 9));
    assert_eq!(unknown, Err(SettlementError::FirstRoundUnusable));
}

#[test]
fn window_stays_open_until_a_later_round_or_a_day_of_silence() {
    let feed = Feed::of(&[(START - 5, 100), (END - 10, 1_900)]);
    let open = Err(SettlementError::WindowOpen { latest_at: END - 10 });
    assert_eq!(feed.settle_at(FIRST, END), open);
    assert_eq!(feed.settle_at(FIRST, END + OUTAGE_SECS - 1), open);
    assert_eq!(feed.settle_at(FIRST, END + OUTAGE_SECS), Ok(110));
}

#[test]
fn late_return_of_the_feed_does_not_change_the_price_of_the_outage() {
    let silent = Feed::of(&[(START - 5, 100), (END - 10, 1_900)]);
    let back = Feed::of(&[(START - 5, 100), (END - 10, 1_900), (END + 50, 7)]);
    assert_eq!(silent.settle_at(FIRST, END + OUTAGE_SECS), back.settle(FIRST));
}

#[test]
fn round_without_a_price_is_carried_over() {
    let rounds = [(START - 5, 100), (START + 900, 5), (START + 1_200, 700), (END + 5, 1)];
    let feed = Feed::of(&rounds).without_price(RoundId::new(1, 2));
    assert_eq!(feed.settle(FIRST), Ok((100 * 1_200 + 700 * 600) / 1_800));
}

#[test]
fn round_without_a_price_before_the_window_does_not_hide_a_later_one() {
    let rounds = [(START - 9, 100), (START - 5, 5), (START - 1, 700), (END + 5, 1)];
    let feed = Feed::of(&rounds).without_price(RoundId::new(1, 2));
    let later = Round { id: RoundId::new(1, 3), price_wad: 700, at: START - 1 };
    assert_eq!(feed.settle(FIRST), Err(SettlementError::FirstRoundTooEarly { later }));
}

#[test]
fn times_must_not_go_back() {
    let feed = Feed::of(&[(START - 5, 100), (START + 9, 200), (START + 8, 300), (END + 5, 1)]);
    let round = Round { id: RoundId::new(1, 3), price_wad: 300, at: START + 8 };
    let error = SettlementError::NotIncreasing { round, previous_at: START + 9 };
    assert_eq!(feed.settle(FIRST), Err(error));
}

#[test]
fn walk_goes_on_in_the_next_phase() {
    let feed = Feed::of(&[(START - 5, 100), (START + 300, 200)]).phase(2, &[(START + 900, 700), (END + 5, 1)]);
    assert_eq!(feed.settle(FIRST), Ok((100 * 300 + 200 * 600 + 700 * 900) / 1_800));
}

#[test]
fn phase_that_began_before_the_window_supersedes_the_older() {
    let feed = Feed::of(&[(START - 50, 100), (END + 1, 200)]).phase(2, &[(START - 40, 300), (END + 5, 1)]);
    let later = Round { id: RoundId::new(2, 1), price_wad: 300, at: START - 40 };
    assert_eq!(feed.settle(FIRST), Err(SettlementError::FirstRoundTooEarly { later }));
    assert_eq!(feed.settle(RoundId::new(2, 1)), Ok(300));
}

#[test]
fn overlapping_phase_is_not_read_backwards() {
    let feed = Feed::of(&[(START - 5, 100), (START + 900, 300)]).phase(2, &[(START + 10, 5_000), (END + 5, 1)]);
    assert_eq!(feed.settle(FIRST), Ok(200));
}

#[test]
fn largest_price_over_the_longest_window_does_not_saturate() {
    let price = crate::MAX_PRICE_WAD;
    let end = START + MAX_WINDOW_SECS;
    let feed = Feed::of(&[(START, price), (end, 1)]);
    let window = Window::ending_at(end, MAX_WINDOW_SECS).unwrap();
    assert_eq!(settle(&feed, window, FIRST, end), Ok(price));
}

fn begun_of(feed: &Feed) -> Result<u128, SettlementError<Infallible>> {
    begun(feed, Window::ending_at(END, WINDOW).unwrap())
}

#[test]
fn an_average_that_has_begun_carries_the_last_price_to_the_end() {
    let feed = Feed::of(&[(START - 5, 100), (START + 600, 400)]);
    assert_eq!(begun_of(&feed), Ok((100 * 600 + 400 * 1_200) / 1_800));
    // Rounds without a price put none in force, and before the window has begun the last price is all there is.
    let feed = Feed::of(&[(START - 9, 7), (START - 5, 100), (START + 600, 400), (START + 700, 900)]);
    assert_eq!(begun_of(&feed.without_price(RoundId::new(1, 4))), Ok((100 * 600 + 400 * 1_200) / 1_800));
    assert_eq!(begun_of(&Feed::of(&[(START - 900, 30), (START - 600, 70)])), Ok(70));
}

#[test]
fn an_average_whose_begin_cannot_be_read_backwards_is_refused() {
    let first = RoundId::new(2, 1);
    let feed = Feed::of(&[(START - 5, 100)]).phase(2, &[(START + 60, 200), (START + 90, 300)]);
    assert_eq!(begun_of(&feed), Err(SettlementError::PhaseBegan { first }));
    let late = Round { id: RoundId::new(1, 3), price_wad: 3, at: START + 50 };
    let feed = Feed::of(&[(START, 1), (START + 60, 2), (START + 50, 3)]);
    assert_eq!(begun_of(&feed), Err(SettlementError::NotIncreasing { round: late, previous_at: START + 60 }));
    let most = u64::from(MOST_ROUNDS);
    let busy = |rounds: u64| Feed::of(&(0..rounds).map(|number| (START + number, 5)).collect::<Vec<_>>());
    assert_eq!(begun_of(&busy(most)), Ok(5));
    assert_eq!(begun_of(&busy(most + 1)), Err(SettlementError::TooManyRounds));
}

proptest! {
    #[test]
    fn what_has_begun_is_what_is_settled_if_the_feed_says_nothing_more(
        steps in prop::collection::vec((1u64..400, 1u128..1 << 80), 1..40),
    ) {
        let mut at = START;
        let mut rounds = vec![(START - 7, 1_000)];
        for (secs, price) in steps {
            at += secs;
            if at < END {
                rounds.push((at, price));
            }
        }
        let known = begun_of(&Feed::of(&rounds));
        rounds.push((END, 1));
        prop_assert_eq!(known, Feed::of(&rounds).settle(FIRST));
    }

    #[test]
    fn average_is_the_mean_of_every_second(
        gaps in prop::collection::vec((0u64..400, 1u128..1_000_000), 1..40),
        before in 0u64..5_000,
    ) {
        let mut at = START - before;
        let mut rounds = Vec::new();
        for (gap, price) in gaps {
            rounds.push((at, price));
            at += gap;
        }
        rounds.push((at.max(END), 1));
        let price_at = |second: u64| rounds.iter().rev().find(|(at, _)| *at <= second).unwrap().1;
        let sum: u128 = (START..END).map(price_at).sum();
        let first = rounds.iter().rposition(|(at, _)| *at <= START).unwrap();
        let first = RoundId::new(1, u64::try_from(first).unwrap() + 1);
        let settled = Feed::of(&rounds).settle_at(first, at.max(LATER));
        prop_assert_eq!(settled, Ok(sum / u128::from(WINDOW)));
    }

    #[test]
    fn only_one_first_round_is_accepted(
        gaps in prop::collection::vec(1u64..400, 2..40),
        before in 0u64..5_000,
    ) {
        let mut at = START - before;
        let mut rounds = Vec::new();
        for gap in gaps {
            rounds.push((at, 5));
            at += gap;
        }
        rounds.push((at.max(END), 1));
        let feed = Feed::of(&rounds);
        let accepted = (1..=u64::try_from(rounds.len()).unwrap())
            .filter(|number| feed.settle_at(RoundId::new(1, *number), at.max(LATER)).is_ok())
            .count();
        prop_assert_eq!(accepted, 1);
    }
}
