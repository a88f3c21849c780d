use std::collections::BTreeMap;

use alloy_primitives::{Bytes, I256, U256};
use alloy_rpc_types_eth::{Filter, Log};
use alloy_sol_types::SolCall;

use super::super::client::{Order, Tried};
use super::*;
use crate::reverts::Reason;

/// A feed of rounds with their times; a negative time is that of a round without a price.
struct Rounds {
    rounds: BTreeMap<U80, i64>,
    asked: usize,
}

impl Rounds {
    fn new(phases: &[(u16, &[i64])]) -> Self {
        let numbered = |(phase, times): &(u16, &[i64])| {
            let phase = *phase;
            times.iter().copied().zip(1..).map(move |(at, number)| (join(phase, number), at)).collect::<Vec<_>>()
        };
        Self { rounds: phases.iter().flat_map(numbered).collect(), asked: 0 }
    }

    fn last_until(&mut self, at: u64) -> Option<(u16, u64)> {
        let found = Feed::read(self, Address::ZERO).unwrap().last_until(at);
        found.ok().map(split)
    }

    fn first_from(&mut self, at: u64) -> Option<(u16, u64)> {
        Feed::read(self, Address::ZERO).unwrap().first_from(at).unwrap().map(split)
    }
}

impl Client for Rounds {
    fn now(&mut self) -> Result<u64, KeepError> {
        Ok(0)
    }

    fn chain_id(&mut self) -> Result<u64, KeepError> {
        Ok(1)
    }

    fn head(&mut self) -> Result<u64, KeepError> {
        Ok(0)
    }

    fn sender(&self) -> Address {
        Address::ZERO
    }

    fn call(&mut self, _: Address, data: Bytes) -> Tried<Bytes> {
        self.asked += 1;
        let id = match IAggregator::getRoundDataCall::abi_decode(&data) {
            Ok(call) => call.roundId,
            Err(_) => *self.rounds.keys().next_back().unwrap(),
        };
        let Some(at) = self.rounds.get(&id) else { return Ok(Err(Reason::of(&[]))) };
        let answer = I256::try_from(at.signum()).unwrap();
        let said = IAggregator::getRoundDataReturn {
            id,
            answer,
            startedAt: U256::ZERO,
            updatedAt: U256::from(at.unsigned_abs()),
            answeredInRound: id,
        };
        Ok(Ok(IAggregator::getRoundDataCall::abi_encode_returns(&said).into()))
    }

    fn transact(&mut self, _: Order) -> Tried<Vec<Log>> {
        Ok(Ok(Vec::new()))
    }

    fn logs(&mut self, _: &Filter) -> Result<Vec<Log>, KeepError> {
        Ok(Vec::new())
    }
}

#[test]
fn the_rounds_around_a_moment_are_found() {
    let mut feed = Rounds::new(&[(0, &[100, 200, 300, 300, 400])]);
    assert_eq!(
        [99, 100, 299, 300, 1_000].map(|at| feed.last_until(at)),
        [None, Some(1), Some(2), Some(4), Some(5)].map(|number| number.map(|number| (0, number)))
    );
    assert_eq!(
        [1, 100, 201, 300, 401].map(|at| feed.first_from(at)),
        [Some(1), Some(1), Some(3), Some(3), None].map(|number| number.map(|number| (0, number)))
    );
}

#[test]
fn rounds_without_a_price_are_passed_over() {
    let mut feed = Rounds::new(&[(0, &[100, -200, -300, 400])]);
    assert_eq!(feed.last_until(350), Some((0, 1)));
    assert_eq!(feed.first_from(150), Some((0, 4)));
}

#[test]
fn a_round_before_the_last_phase_is_found_in_the_one_before_it() {
    let mut feed = Rounds::new(&[(1, &[100, 200]), (2, &[300, 400, 500])]);
    assert_eq!(
        [150, 250, 300, 450].map(|at| feed.last_until(at)),
        [Some((1, 1)), Some((1, 2)), Some((2, 1)), Some((2, 2))]
    );
    assert_eq!(
        [50, 150, 250, 450].map(|at| feed.first_from(at)),
        [Some((1, 1)), Some((1, 2)), Some((2, 1)), Some((2, 3))]
    );
}

#[test]
fn once_a_phase_has_begun_what_the_one_before_it_answers_does_not_count() {
    let mut feed = Rounds::new(&[(1, &[100, 200, 600]), (2, &[300, 700])]);
    assert_eq!([650, 300].map(|at| feed.last_until(at)), [Some((2, 1)); 2]);
    assert_eq!([300, 400].map(|at| feed.first_from(at)), [Some((2, 1)), Some((2, 2))]);
}

#[test]
fn a_long_history_takes_few_questions() {
    let times: Vec<i64> = (1..=100_000).map(|number| number * 60).collect();
    let mut feed = Rounds::new(&[(1, &times), (2, &[6_000_060])]);
    assert_eq!(feed.last_until(3_000_030), Some((1, 50_000)));
    assert!(feed.asked < 80, "{}", feed.asked);
}
