//! Weight that is borrowed, moved or counted twice, a quorum at the last minute, a stolen key.

use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::SolCall;
use equipoise_cli::governance::abi::{IGovernor, ITimelock, IVoteToken};
use equipoise_interfaces::{CallerNotOwner, IMarket, IParameters};

use crate::fixture::DAY;
use crate::governed::{tuning, Governed, AGAINST, DEFEATED, DELAY, FOR, LOCK, MARKET, PERIOD, QUEUED, SUPPLY};

fn anything(governed: &Governed) -> Vec<(Address, Vec<u8>)> {
    vec![governed.change(governed.market.market, MARKET, &[tuning(0, 21_000_000)])]
}

#[test]
fn tokens_that_are_borrowed_after_the_snapshot_have_no_weight() {
    let mut governed = Governed::open();
    let proposal = governed.propose(anything(&governed), "borrowed").unwrap();
    let borrower = governed.market.world.account("borrower");
    let (whale, token) = (governed.whale, governed.token);
    governed.market.pass(DELAY + 1);
    // Lent and delegated within a moment, as a flash loan is: at the snapshot he had none.
    let value = U256::from(SUPPLY / 2);
    governed.send(whale, token, &IVoteToken::transferCall { to: borrower, value }).unwrap();
    governed.send(borrower, token, &IVoteToken::delegateCall { delegatee: borrower }).unwrap();
    assert_eq!(governed.read(token, &IVoteToken::getVotesCall { account: borrower }), value);
    assert_eq!(governed.vote(borrower, &proposal, FOR).unwrap(), U256::ZERO);
    let propose = governed.propose_as(borrower, "by a borrower").unwrap_err();
    let threshold = U256::from(SUPPLY / 400);
    propose.expect(&IGovernor::GovernorInsufficientProposerVotes { proposer: borrower, votes: U256::ZERO, threshold });
    governed.market.pass(PERIOD);
    assert_eq!(governed.state_of(&proposal), DEFEATED);
}

#[test]
fn nobody_votes_twice_nor_do_tokens_that_change_hands() {
    let mut governed = Governed::open();
    let proposal = governed.propose(anything(&governed), "twice").unwrap();
    governed.market.pass(DELAY + 1);
    let (whale, token) = (governed.whale, governed.token);
    let weight = U256::from(SUPPLY / 100 * 60);
    assert_eq!(governed.vote(whale, &proposal, FOR).unwrap(), weight);
    for support in [AGAINST, FOR] {
        let failure = governed.vote(whale, &proposal, support).unwrap_err();
        failure.expect(&IGovernor::GovernorAlreadyCastVote { voter: whale });
    }
    // The tokens go on to a second account, which had none at the snapshot.
    let second = governed.market.world.account("second account");
    governed.send(whale, token, &IVoteToken::transferCall { to: second, value: weight }).unwrap();
    governed.send(second, token, &IVoteToken::delegateCall { delegatee: second }).unwrap();
    assert_eq!(governed.vote(second, &proposal, FOR).unwrap(), U256::ZERO);
    let votes = governed.read(governed.governor, &IGovernor::proposalVotesCall { proposalId: proposal.id });
    assert_eq!((votes.againstVotes, votes.forVotes, votes.abstainVotes), (U256::ZERO, weight, U256::ZERO));
}

#[test]
fn a_quorum_at_the_last_minute_leaves_two_days_to_answer() {
    let mut governed = Governed::open();
    let minority = governed.minority;
    let ally = governed.market.world.account("ally");
    governed.give(ally, 3);
    let proposal = governed.propose(anything(&governed), "late").unwrap();
    governed.market.pass(DELAY + 1);
    governed.vote(minority, &proposal, FOR).unwrap();
    let deadline = IGovernor::proposalDeadlineCall { proposalId: proposal.id };
    let first = governed.read(governed.governor, &deadline);
    governed.market.pass(PERIOD - 60);
    governed.vote(ally, &proposal, FOR).unwrap();
    let voted_at = governed.market.now();
    let extended = governed.read(governed.governor, &deadline);
    assert_eq!(extended, U256::from(voted_at + 2 * DAY));
    assert!(extended > first);
    // Who was asleep still has his say.
    governed.market.pass(2 * DAY - 60);
    let whale = governed.whale;
    governed.vote(whale, &proposal, AGAINST).unwrap();
    governed.market.pass(61);
    assert_eq!(governed.state_of(&proposal), DEFEATED);
    assert!(governed.queue(&proposal).is_err());
}

#[test]
fn less_than_a_quorum_decides_nothing() {
    let mut governed = Governed::open();
    let proposal = governed.propose(anything(&governed), "few").unwrap();
    governed.market.pass(DELAY + 1);
    let minority = governed.minority;
    governed.vote(minority, &proposal, FOR).unwrap();
    governed.market.pass(PERIOD);
    assert_eq!(governed.state_of(&proposal), DEFEATED);
}

#[test]
fn what_is_queued_cannot_be_executed_before_its_time() {
    let mut governed = Governed::open();
    let proposal = governed.queued(anything(&governed), "early");
    governed.market.pass(LOCK - 1 - 60);
    let failure = governed.execute(&proposal).unwrap_err();
    assert!(failure.decode::<ITimelock::TimelockUnexpectedOperationState>().is_some());
    assert_eq!(governed.state_of(&proposal), QUEUED);
}

#[test]
fn a_stolen_key_of_the_deployer_moves_nothing_once_the_timelock_owns_the_programs() {
    let mut governed = Governed::open();
    let (thief, timelock, registry) = (governed.owner(), governed.timelock, governed.registry);
    let programs = [governed.market.market, governed.market.clearing, governed.market.vault, registry];
    let mut acceptance = Vec::new();
    for program in programs {
        governed.send(thief, program, &IMarket::transferOwnershipCall { successor: timelock }).unwrap();
        acceptance.push((program, IMarket::acceptOwnershipCall {}.abi_encode()));
    }
    governed.pass(acceptance, "take the programs over").unwrap();
    for program in programs {
        assert_eq!(governed.read(program, &IMarket::ownerCall {}), timelock);
        let take = IMarket::transferOwnershipCall { successor: thief }.abi_encode();
        let failure = governed.try_as(thief, program, take).unwrap_err();
        failure.expect(&CallerNotOwner { caller: thief, owner: timelock });
    }
    let register = IParameters::registerCall { target: thief, kind: 1 }.abi_encode();
    assert!(governed.try_as(thief, registry, register).is_err());
    let list = IMarket::listBoardCall { expiry: governed.market.now() + 20 * DAY, strikesWad: Vec::new() };
    assert!(governed.try_as(thief, governed.market.market, list.abi_encode()).is_err());
    // Of the timelock he is nobody: he neither proposes to it nor rules it.
    for role in [B256::ZERO, keccak256("PROPOSER_ROLE"), keccak256("CANCELLER_ROLE")] {
        assert!(!governed.read(timelock, &ITimelock::hasRoleCall { role, account: thief }));
        let grant = ITimelock::grantRoleCall { role, account: thief }.abi_encode();
        assert!(governed.try_as(thief, timelock, grant).is_err());
    }
    let schedule = ITimelock::scheduleCall {
        target: registry,
        value: U256::ZERO,
        data: Bytes::new(),
        predecessor: B256::ZERO,
        salt: B256::ZERO,
        delay: U256::from(LOCK),
    };
    assert!(governed.try_as(thief, timelock, schedule.abi_encode()).is_err());
}
