//! No sequence of votes, guardians' calls and time leads a number out of its bounds or breaks the order among them.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::margin::{Correlation, MarginParameters};
use crate::parameters::Parameters;
use crate::rebalance::{HedgeTerm, HedgeTerms};

const NOW: u64 = 1_800_000_000;

#[test]
fn groups_have_the_numbers_of_their_places() {
    for (number, group) in (0_u8..).zip(Group::ALL) {
        assert_eq!((group.number(), Group::numbered(number)), (number, Some(group)));
    }
    assert_eq!(Group::numbered(7), None);
}

#[test]
fn votes_wait_for_whole_days() {
    // the risk aversion, the maintenance margin's shocks, the correlation, the performance fee, the insurance fund's floor, the inner band, learning
    for (group, place, days) in [
        (Group::Market, 0, 3),
        (Group::Margin, 0, 7),
        (Group::Offset, 0, 7),
        (Group::Vault, 3, 14),
        (Group::Insurance, 0, 1),
        (Group::Hedge, 0, 1),
        (Group::Learning, 0, 3),
    ] {
        assert_eq!(group.rule(place).unwrap().terms.interval_secs, days * 86_400, "{group:?}");
    }
}

fn places(group: Group) -> impl Iterator<Item = (usize, Rule)> {
    (0..group.count()).map(move |place| (place, group.rule(place).unwrap()))
}

fn one(parameter: usize, value: u32) -> [Change; 1] {
    [Change { parameter, value }]
}

/// As the programs that keep the numbers see it.
fn is_accepted_by_its_program(group: Group, values: &[u32; MOST]) -> bool {
    match group {
        Group::Market => Parameters::new(*values.first_chunk().unwrap()).is_ok(),
        Group::Margin => MarginParameters::new(*values.first_chunk().unwrap()).is_ok(),
        Group::Offset => Correlation::new(values[0]).is_some(),
        Group::Insurance => values[0] <= MOST_FLOOR,
        Group::Hedge => HedgeTerms::new(*values.first_chunk().unwrap()).is_ok(),
        Group::Learning => (1_000_000..=2_000_000).contains(&values[0]),
        Group::Vault => VAULT_RULES.iter().zip(values).all(|(VaultRule { rule, .. }, value)| {
            // The program has no bounds but these.
            (rule.min..=rule.max).contains(value)
        }),
    }
}

#[test]
fn every_group_fits_and_its_defaults_pass_its_own_checks() {
    for group in Group::ALL {
        assert!(group.count() <= MOST && group.rule(group.count()).is_none());
        let defaults = Numbers::defaults(group);
        assert_eq!(group.require_valid(&defaults.values), Ok(()), "{group:?}");
        assert!(is_accepted_by_its_program(group, &defaults.values), "{group:?}");
        for (place, rule) in places(group) {
            assert!(rule.min <= rule.default && rule.default <= rule.max, "{group:?} {place}");
            assert!(rule.terms.interval_secs >= DAY_SECS, "{group:?} {place} could change twice in a day");
        }
    }
}

#[test]
fn no_change_spans_more_than_half_of_what_a_number_can_be() {
    for group in Group::ALL {
        for (place, rule) in places(group) {
            let widest = rule.terms.step.most_floor(rule.max).min(rule.max - rule.min);
            assert!(widest <= (rule.max - rule.min) / 2, "{group:?} {place}: {widest}");
        }
    }
}

#[test]
fn both_bounds_of_every_number_can_be_reached_by_steps() {
    for group in Group::ALL {
        for (place, rule) in places(group) {
            for goal in [rule.min, rule.max] {
                let (mut value, mut steps) = (rule.default, 0);
                while value != goal {
                    let step = rule.terms.step.most_floor(value).min(value.abs_diff(goal));
                    value = if goal > value { value + step } else { value - step };
                    steps += 1;
                    assert!(steps <= 128, "{group:?} {place} is stuck at {value} on its way to {goal}");
                }
            }
        }
    }
}

#[test]
fn a_guardian_can_loosen_nothing() {
    for group in Group::ALL {
        for (place, rule) in places(group) {
            let middle = rule.min + (rule.max - rule.min) / 2;
            for current in [rule.min, rule.default, middle, rule.max] {
                let mut numbers = Numbers::defaults(group);
                numbers.values[place] = current;
                let step = rule.terms.step.most_floor(current);
                for value in
                    [current.saturating_sub(step), current.saturating_sub(1), current + 1, current.saturating_add(step)]
                {
                    let changed = group.change(&numbers, &one(place, value), NOW, Authority::Guardian);
                    let is_safer = match rule.terms.riskier {
                        Riskier::Up => value < current,
                        Riskier::Down => value > current,
                        Riskier::Either => false,
                    };
                    if !is_safer || rule.terms.binds == Binds::Existing {
                        assert!(changed.is_err(), "{group:?} {place}: {current} to {value}");
                    } else if let Ok(changed) = changed {
                        assert!(rule.is_guarded());
                        assert_eq!(changed.changed_at, numbers.changed_at, "votes are not held up");
                    }
                }
            }
        }
    }
}

#[test]
fn a_guardian_tightens_at_once_what_binds_who_comes_after() {
    let guarded = |group: Group| places(group).filter(|(_, rule)| rule.is_guarded()).map(|(place, _)| place);
    assert_eq!(guarded(Group::Margin).collect::<Vec<_>>(), [7], "the initial over the maintenance margin");
    assert_eq!(guarded(Group::Offset).count() + guarded(Group::Vault).count(), 0);
    assert_eq!(guarded(Group::Insurance).collect::<Vec<_>>(), [0], "a fund that must hold more");
    assert_eq!(guarded(Group::Learning).collect::<Vec<_>>(), [0], "spreads that learn less");
    let unguarded = (0..Group::Hedge.count()).filter(|place| !guarded(Group::Hedge).any(|guarded| guarded == *place));
    let average = crate::rebalance::TERM_RULES.iter().position(|rule| rule.term == HedgeTerm::AverageSecs).unwrap();
    assert_eq!(unguarded.collect::<Vec<_>>(), [average], "neither a longer nor a shorter average is safer");
    for place in guarded(Group::Market) {
        let rule = Group::Market.rule(place).unwrap();
        let numbers = Numbers::defaults(Group::Market);
        let value = if rule.terms.riskier == Riskier::Up { rule.default - 1 } else { rule.default + 1 };
        let changed = Group::Market.change(&numbers, &one(place, value), NOW, Authority::Guardian).unwrap();
        assert_eq!(changed.values[place], value);
        let again = if rule.terms.riskier == Riskier::Up { value - 1 } else { value + 1 };
        assert!(Group::Market.change(&changed, &one(place, again), NOW, Authority::Guardian).is_ok(), "as often");
    }
}

#[test]
fn each_refusal_names_the_number_its_value_and_the_bound() {
    let (group, numbers) = (Group::Market, Numbers::defaults(Group::Market));
    let vote = |changes: &[Change]| group.change(&numbers, changes, NOW, Authority::Governor).unwrap_err();
    assert_eq!(vote(&[]), Refusal::Nothing);
    assert_eq!(vote(&one(99, 1)), Refusal::OutOfOrder { parameter: 99, count: group.count() });
    let twice = [Change { parameter: 0, value: 21_000_000 }; 2];
    assert_eq!(vote(&twice), Refusal::OutOfOrder { parameter: 0, count: group.count() });
    assert_eq!(vote(&one(0, 20_000_000)), Refusal::Unchanged { parameter: 0, value: 20_000_000 });
    let (min, max) = (5_000_000, 60_000_000);
    assert_eq!(vote(&one(0, max + 1)), Refusal::OutOfBounds { parameter: 0, value: max + 1, min, max });
    assert_eq!(vote(&one(0, min - 1)), Refusal::OutOfBounds { parameter: 0, value: min - 1, min, max });
    let (value, current, step) = (25_000_001, 20_000_000, 5_000_000);
    assert_eq!(vote(&one(0, value)), Refusal::StepTooLarge { parameter: 0, value, current, step });
    assert_eq!(
        vote(&one(1, 20_000_000 + 1)),
        Refusal::StepTooLarge { parameter: 1, value: value - step, current: 15_000_000, step }
    );
    // Down to the floor of rebates is fine, below it is not.
    let raised = group.change(&numbers, &one(1, 20_000_000), NOW, Authority::Governor).unwrap();
    let crossed = group.change(&raised, &one(0, 19_999_999), NOW, Authority::Governor);
    assert_eq!(crossed, Err(Refusal::Inconsistent { lesser: 1, greater: 0 }));
    let fee = Numbers::defaults(Group::Market).values[10];
    let guarded = group.change(&numbers, &one(10, fee + 1), NOW, Authority::Guardian);
    assert_eq!(guarded, Err(Refusal::Loosening { parameter: 10, value: fee + 1, current: fee }));
    let margin = Numbers::defaults(Group::Margin);
    let guarded = Group::Margin.change(&margin, &one(0, margin.values[0] + 1), NOW, Authority::Guardian);
    assert_eq!(guarded, Err(Refusal::BindsExisting { parameter: 0 }));
}

#[test]
fn a_vote_waits_for_its_interval_to_the_second() {
    for group in Group::ALL {
        for (place, rule) in places(group) {
            let numbers = Numbers::defaults(group);
            let value = if rule.default < rule.max { rule.default + 1 } else { rule.default - 1 };
            let Ok(changed) = group.change(&numbers, &one(place, value), NOW, Authority::Governor) else { continue };
            let earliest = NOW + rule.terms.interval_secs;
            let back = |now| group.change(&changed, &one(place, rule.default), now, Authority::Governor);
            assert_eq!(back(earliest - 1), Err(Refusal::TooEarly { parameter: place, earliest }));
            assert!(back(earliest).is_ok(), "{group:?} {place}");
        }
    }
}

/// A step of somebody: whether he is a guardian, the time before it, and which numbers he moves by how much, within or
/// beyond their steps and bounds.
type Attempt = (bool, u64, Vec<(usize, i64)>);

fn any_attempt(group: Group) -> impl Strategy<Value = Attempt> {
    let by = prop_oneof![-2_000i64..2_000, -60_000_000i64..60_000_000, Just(i64::MIN), Just(i64::MAX)];
    (any::<bool>(), 0u64..20 * DAY_SECS, prop::collection::vec((0..group.count(), by), 1..4))
}

fn any_life() -> impl Strategy<Value = (Group, Vec<Attempt>)> {
    prop::sample::select(Group::ALL.to_vec())
        .prop_flat_map(|group| (Just(group), prop::collection::vec(any_attempt(group), 1..60)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_sequence_of_votes_guardians_and_time_leaves_the_bounds((group, life) in any_life()) {
        let (mut numbers, mut now) = (Numbers::defaults(group), NOW);
        for (is_guardian, passed, mut moves) in life {
            now += passed;
            moves.sort_by_key(|(place, _)| *place);
            let changes: Vec<_> = moves.into_iter().map(|(parameter, by)| {
                let value = i64::from(numbers.values[parameter]).saturating_add(by).clamp(0, u32::MAX.into());
                Change { parameter, value: u32::try_from(value).unwrap() }
            }).collect();
            let authority = if is_guardian { Authority::Guardian } else { Authority::Governor };
            let Ok(next) = group.change(&numbers, &changes, now, authority) else { continue };
            prop_assert_eq!(group.require_valid(&next.values), Ok(()));
            prop_assert!(is_accepted_by_its_program(group, &next.values));
            for (place, rule) in places(group) {
                let (before, after) = (numbers.values[place], next.values[place]);
                prop_assert!(before.abs_diff(after) <= rule.terms.step.most_floor(before), "one step at most");
                if before == after {
                    prop_assert_eq!(numbers.changed_at[place], next.changed_at[place]);
                } else if is_guardian {
                    prop_assert!(rule.is_guarded());
                    prop_assert_eq!(rule.terms.riskier == Riskier::Down, after > before);
                } else {
                    prop_assert!(now >= rule.earliest(numbers.changed_at[place]));
                    prop_assert_eq!(next.changed_at[place], now);
                }
            }
            numbers = next;
        }
    }

    #[test]
    fn the_checks_of_a_group_are_those_of_the_program_that_keeps_it(
        group in prop::sample::select(Group::ALL.to_vec()),
        shares in prop::collection::vec((any::<bool>(), -0.1f64..1.1), MOST),
    ) {
        let mut values = Numbers::defaults(group).values;
        for ((place, rule), (is_moved, share)) in places(group).zip(shares) {
            if is_moved {
                let width = f64::from(rule.max - rule.min);
                #[allow(clippy::as_conversions, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                { values[place] = (f64::from(rule.min) + share * width).max(0.0) as u32; }
            }
        }
        prop_assert_eq!(group.require_valid(&values).is_ok(), is_accepted_by_its_program(group, &values));
    }
}
