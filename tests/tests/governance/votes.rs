//! The life of a vote.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_cli::governance::abi::{IGovernor, ITimelock, IVoteToken};
use equipoise_interfaces::{
    IClearing, IMarket, IParameters, ParameterChanged, ParameterLoosened, ParameterOutOfBounds, ParameterStepTooLarge,
    ParameterTooEarly, ParametersInconsistent, ParametersSet,
};
use equipoise_tests::{World, TOKEN};

use crate::fixture::{DAY, HOUR};
use crate::governed::{
    tuning, Governed, CANCELED, DELAY, EXECUTED, EXPIRED, FOR, GRACE, INSURANCE, LOCK, MARKET, PERIOD, SUPPLY,
};

const LAMBDA: u8 = 0;

#[test]
fn settings_are_those_that_voters_are_told() {
    let mut governed = Governed::open();
    let governor = governed.governor;
    assert_eq!(governed.read(governor, &IGovernor::votingDelayCall {}), U256::from(DELAY));
    assert_eq!(governed.read(governor, &IGovernor::votingPeriodCall {}), U256::from(PERIOD));
    assert_eq!(governed.read(governor, &IGovernor::lateQuorumVoteExtensionCall {}).to::<u64>(), 2 * DAY);
    assert_eq!(governed.read(governor, &IGovernor::proposalThresholdCall {}), U256::from(SUPPLY / 400));
    let timepoint = U256::from(governed.market.now() - 1);
    assert_eq!(governed.read(governor, &IGovernor::quorumCall { timepoint }), U256::from(SUPPLY / 25));
    assert_eq!(governed.read(governed.timelock, &ITimelock::getMinDelayCall {}), U256::from(LOCK));
    assert_eq!(governed.read(governed.token, &IVoteToken::CLOCK_MODECall {}), "mode=timestamp");
}

#[test]
fn a_vote_on_the_risk_aversion_changes_the_next_quote() {
    let mut governed = Governed::open();
    let (market, registry) = (governed.market.market, governed.registry);
    let call = governed.change(market, MARKET, &[tuning(LAMBDA, 25_000_000)]);
    let proposal = governed.queued(vec![call], "charge more for risk");
    governed.market.pass(LOCK);
    governed.freshen();
    let before = governed.quote();
    let receipt = governed.execute(&proposal).unwrap();
    let told = World::events::<ParameterChanged>(&receipt);
    let (old, new) = (20_000_000, 25_000_000);
    let expected = ParameterChanged {
        target: market,
        group: MARKET,
        parameter: LAMBDA,
        oldMillionths: old,
        newMillionths: new,
        isByGuardian: false,
    };
    assert_eq!(told, [expected]);
    assert_eq!(World::events::<ParametersSet>(&receipt).len(), 1, "the market tells it, too");
    assert_eq!((governed.lambda(), governed.state_of(&proposal)), (new, EXECUTED));
    let after = governed.quote();
    assert_eq!((after.midAtoms, after.spotWad), (before.midAtoms, before.spotWad));
    assert!(after.skewAtoms > before.skewAtoms, "{} to {}", before.skewAtoms, after.skewAtoms);
    // The registry shows what it did, and when it may be done again.
    let now = governed.market.now();
    let (target, group) = (market, MARKET);
    assert_eq!(governed.read(registry, &IParameters::changedAtCall { target, group })[0], now);
    assert_eq!(governed.read(registry, &IParameters::earliestCall { target, group })[..2], [now + 3 * DAY, 0]);
}

#[test]
fn a_vote_beyond_what_is_ruled_fails_with_the_number_the_value_and_the_bound() {
    let mut governed = Governed::open();
    let (market, group) = (governed.market.market, MARKET);
    let mut refused = |value: u32, text: &str| {
        let call = governed.change(market, MARKET, &[tuning(LAMBDA, value)]);
        let failure = governed.pass(vec![call], text).unwrap_err();
        assert_eq!(governed.lambda(), 20_000_000);
        failure
    };
    let (min, max) = (5_000_000, 60_000_000);
    let bounds = |value| ParameterOutOfBounds { group, parameter: LAMBDA, value, min, max };
    refused(max + 1, "too much").expect(&bounds(max + 1));
    refused(min - 1, "too little").expect(&bounds(min - 1));
    let (value, current) = (25_000_001, 20_000_000);
    let step = ParameterStepTooLarge { group, parameter: LAMBDA, value, current, step: current / 4 };
    refused(value, "too far").expect(&step);
}

#[test]
fn two_votes_on_one_number_wait_for_its_interval() {
    let mut governed = Governed::open();
    let market = governed.market.market;
    let calls = [21_000_000, 22_000_000].map(|value| governed.change(market, MARKET, &[tuning(LAMBDA, value)]));
    let [first, second] = calls;
    // Both in one vote: the second is too early.
    let failure = governed.pass(vec![first.clone(), second.clone()], "twice at once").unwrap_err();
    let now = governed.market.now();
    let early = failure.decode::<ParameterTooEarly>().unwrap();
    assert_eq!((early.group, early.parameter), (MARKET, LAMBDA));
    assert_eq!((early.earliest, early.earliest - early.nowAt), (now + 3 * DAY, 3 * DAY));
    // In two votes, side by side, it waits, and then passes.
    let one = governed.propose(vec![first], "one").unwrap();
    let two = governed.propose(vec![second], "two").unwrap();
    governed.market.pass(DELAY + 1);
    let whale = governed.whale;
    for proposal in [&one, &two] {
        governed.vote(whale, proposal, FOR).unwrap();
    }
    governed.market.pass(PERIOD);
    for proposal in [&one, &two] {
        governed.queue(proposal).unwrap();
    }
    governed.market.pass(LOCK);
    governed.execute(&one).unwrap();
    let changed_at = governed.market.now();
    let earliest = changed_at + 3 * DAY;
    governed.market.pass(3 * DAY - 1);
    let now = governed.market.now();
    let early = ParameterTooEarly { group: MARKET, parameter: LAMBDA, nowAt: now, earliest };
    governed.execute(&two).unwrap_err().expect(&early);
    governed.market.pass(1);
    governed.execute(&two).unwrap();
    assert_eq!(governed.lambda(), 22_000_000);
}

#[test]
fn numbers_that_would_contradict_each_other_are_refused_together() {
    let mut governed = Governed::open();
    let market = governed.market.market;
    // λ down to 16, and its floor up to 17: each within its step.
    let call = governed.change(market, MARKET, &[tuning(0, 16_000_000), tuning(1, 17_000_000)]);
    let failure = governed.pass(vec![call], "crossed").unwrap_err();
    failure.expect(&ParametersInconsistent { group: MARKET, lesser: 1, greater: 0 });
}

#[test]
fn what_nobody_executes_lapses_after_two_weeks() {
    let mut governed = Governed::open();
    let market = governed.market.market;
    let call = governed.change(market, MARKET, &[tuning(LAMBDA, 21_000_000)]);
    let proposal = governed.queued(vec![call], "forgotten");
    let operation = governed.operation(&proposal);
    governed.market.pass(LOCK + GRACE);
    let before = governed.market.world.chain.snapshot();
    governed.execute(&proposal).unwrap();
    assert!(governed.market.world.chain.revert(before), "at the last second it still passes");
    governed.market.pass(1);
    assert!(governed.read(governed.timelock, &ITimelock::isExpiredCall { id: operation }));
    assert_eq!(governed.state_of(&proposal), EXPIRED);
    let failure = governed.execute(&proposal).unwrap_err();
    let state = failure.decode::<IGovernor::GovernorUnexpectedProposalState>().unwrap();
    assert_eq!((state.proposalId, state.current), (proposal.id, EXPIRED));
    assert!(governed.queue(&proposal).is_err(), "and it cannot be queued again");
    assert_eq!(governed.lambda(), 20_000_000);
}

#[test]
fn the_guardian_vetoes_what_is_queued() {
    let mut governed = Governed::open();
    let (market, guardian, timelock) = (governed.market.market, governed.guardian, governed.timelock);
    let call = governed.change(market, MARKET, &[tuning(LAMBDA, 21_000_000)]);
    let proposal = governed.queued(vec![call], "unsafe");
    let id = governed.operation(&proposal);
    for stranger in [governed.whale, governed.owner(), governed.minority] {
        let failure = governed.send(stranger, timelock, &ITimelock::cancelCall { id }).unwrap_err();
        assert!(failure.decode::<ITimelock::AccessControlUnauthorizedAccount>().is_some());
    }
    governed.send(guardian, timelock, &ITimelock::cancelCall { id }).unwrap();
    assert_eq!(governed.state_of(&proposal), CANCELED);
    governed.market.pass(LOCK + GRACE + 1);
    assert_eq!(governed.state_of(&proposal), CANCELED, "a veto stays a veto");
    assert!(governed.execute(&proposal).is_err());
    assert_eq!(governed.lambda(), 20_000_000);
}

#[test]
fn the_guardian_cannot_veto_his_replacement() {
    let mut governed = Governed::open();
    let (guardian, timelock) = (governed.guardian, governed.timelock);
    let successor = governed.market.world.account("new guardian");
    let replace = ITimelock::replaceGuardianCall { successor }.abi_encode();
    // With anything beside it, he can: nothing may hide behind it.
    let grant = governed.change(governed.market.market, MARKET, &[tuning(LAMBDA, 21_000_000)]);
    let loaded = governed.queued(vec![(timelock, replace.clone()), grant], "replace, and more");
    let id = governed.operation(&loaded);
    assert!(!governed.read(timelock, &ITimelock::isReplacementCall { id }));
    governed.send(guardian, timelock, &ITimelock::cancelCall { id }).unwrap();
    // Alone, he cannot.
    let alone = governed.queued(vec![(timelock, replace)], "replace the guardian");
    let id = governed.operation(&alone);
    let failure = governed.send(guardian, timelock, &ITimelock::cancelCall { id }).unwrap_err();
    failure.expect(&ITimelock::TimelockReplacementNotCancellable { id });
    governed.market.pass(LOCK);
    governed.execute(&alone).unwrap();
    // The old one has no power left, neither there nor at the registry; the new one has it.
    let (market, registry) = (governed.market.market, governed.registry);
    assert_eq!(governed.read(registry, &IParameters::guardianCall {}), successor);
    let tighten = IParameters::tightenCall { target: market, group: MARKET, changes: vec![tuning(LAMBDA, 21_000_000)] };
    assert!(governed.send(guardian, registry, &tighten).is_err());
    governed.send(successor, registry, &tighten).unwrap();
    let call = governed.change(market, MARKET, &[tuning(LAMBDA, 22_000_000)]);
    let next = governed.queued(vec![call], "again");
    let id = governed.operation(&next);
    assert!(governed.send(guardian, timelock, &ITimelock::cancelCall { id }).is_err());
    governed.send(successor, timelock, &ITimelock::cancelCall { id }).unwrap();
}

#[test]
fn no_vote_shortens_the_way_of_votes() {
    let mut governed = Governed::open();
    let (timelock, governor) = (governed.timelock, governed.governor);
    let shorten = ITimelock::updateDelayCall { newDelay: U256::ZERO }.abi_encode();
    let failure = governed.pass(vec![(timelock, shorten)], "no delay").unwrap_err();
    failure.expect(&ITimelock::TimelockDelayIsFixed { delay: U256::from(LOCK) });
    let extension = alloy_primitives::aliases::U48::ZERO;
    let shorten = IGovernor::setLateQuorumVoteExtensionCall { extension }.abi_encode();
    let failure = governed.pass(vec![(governor, shorten)], "no extension").unwrap_err();
    assert!(failure.decode::<IGovernor::GovernorExtensionIsFixed>().is_some());
}

#[test]
fn a_vote_names_who_is_due_fees_and_only_then_can_there_be_any() {
    use equipoise_interfaces::{AddressIsZero, IVault};
    let mut governed = Governed::open();
    let (vault, registry) = (governed.market.vault, governed.registry);
    let fee = governed.change(vault, crate::governed::VAULT, &[tuning(2, 2_500)]);
    governed.pass(vec![fee.clone()], "a fee for nobody").unwrap_err().expect(&AddressIsZero {});
    let recipient = Address::repeat_byte(0x77);
    let name = IParameters::setFeeRecipientCall { target: vault, recipient }.abi_encode();
    governed.pass(vec![(registry, name), fee], "a fee").unwrap();
    let terms = governed.read(vault, &IVault::termsCall {});
    assert_eq!((terms.managementFee, terms.feeRecipient, terms.seniorRate), (2_500, recipient, 60_000));
}

#[test]
fn a_trade_calls_nobody_for_its_parameters() {
    let mut governed = Governed::open();
    let market = governed.market.market;
    // The registry's code may go: the market keeps its numbers.
    governed.market.world.chain.set_code(governed.registry, alloy_primitives::Bytes::new());
    assert!(governed.quote().costAtoms > alloy_primitives::I256::ZERO);
    let wads = governed.read(market, &IMarket::parametersCall {});
    assert_eq!(wads.len(), equipoise_risk::parameters::COUNT);
}

#[test]
fn a_vote_asks_for_an_insurance_fund_and_the_market_only_closes_until_it_is_there() {
    let mut governed = Governed::open();
    let (market, clearing) = (governed.market.market, governed.market.clearing);
    let (guardian, registry, timelock) = (governed.guardian, governed.registry, governed.timelock);
    assert_eq!((governed.market.poke(), governed.values(market, INSURANCE)), (0, vec![0]));
    let floor = governed.change(market, INSURANCE, &[tuning(0, 250_000)]);
    governed.pass(vec![floor], "a quarter of a million to pay debts with").unwrap();
    assert_eq!(governed.read(clearing, &IClearing::insuranceFloorCall { market }), 250_000);
    assert_eq!((governed.values(market, INSURANCE), governed.market.poke()), (vec![250_000], 1));
    let giver = governed.market.trader("giver", 0);
    governed.market.fund(giver, 250_000 * TOKEN);
    let fill = IClearing::depositInsuranceCall { amountAtoms: U256::from(250_000 * TOKEN) };
    governed.send(giver, clearing, &fill).unwrap();
    assert_eq!(governed.market.poke(), 1, "not at once");
    governed.market.pass(HOUR);
    governed.freshen();
    assert_eq!(governed.market.poke(), 0);
    // The guardian may ask for more at once, and never for less; nobody moves it by more than a step.
    let (group, parameter, current) = (INSURANCE, 0, 250_000);
    let tighten = |tokens| IParameters::tightenCall { target: market, group, changes: vec![tuning(0, tokens)] };
    let lower = governed.try_as(guardian, registry, tighten(249_999).abi_encode()).unwrap_err();
    lower.expect(&ParameterLoosened { group, parameter, value: 249_999, current });
    let far = governed.change(market, group, &[tuning(0, 1_250_001)]).1;
    let far = governed.try_as(timelock, registry, far).unwrap_err();
    far.expect(&ParameterStepTooLarge { group, parameter, value: 1_250_001, current, step: 1_000_000 });
    governed.send(guardian, registry, &tighten(300_000)).unwrap();
    assert_eq!(governed.market.poke(), 1);
}
