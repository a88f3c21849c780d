//! What the guardian can do, over everything that can be called.

use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_sol_types::SolCall;
use equipoise_cli::governance::abi::ITimelock;
use equipoise_interfaces::{
    Allocation, CallerNotAllowed, IClearing, IMarket, IParameters, ITuned, IVault, ParameterBindsExisting,
    ParameterChanged, ParameterLoosened, ParameterTooEarly, Terms,
};
use equipoise_risk::governed::{Binds, Group, Riskier};
use equipoise_tests::World;

use crate::fixture::DAY;
use crate::governed::{tuning, Governed, HEDGE, INSURANCE, LEARNING, MARGIN, MARKET, OFFSET, VAULT};

fn groups(governed: &Governed) -> [(Address, u8, Group); 7] {
    let (market, clearing, vault) = (governed.market.market, governed.market.clearing, governed.market.vault);
    [
        (market, MARKET, Group::Market),
        (market, MARGIN, Group::Margin),
        (clearing, OFFSET, Group::Offset),
        (vault, VAULT, Group::Vault),
        (market, INSURANCE, Group::Insurance),
        (governed.hedger, HEDGE, Group::Hedge),
        (market, LEARNING, Group::Learning),
    ]
}

#[test]
fn a_guardian_can_loosen_no_number_of_any_program() {
    let mut governed = Governed::open();
    governed.freshen();
    let (guardian, registry) = (governed.guardian, governed.registry);
    let (mut tightened, mut refused) = (0, 0);
    for (target, number, group) in groups(&governed) {
        let values = governed.values(target, number);
        assert_eq!(values.len(), group.count());
        for (parameter, current) in (0u8..).zip(values) {
            let rule = group.rule(parameter.into()).unwrap();
            let step = rule.terms.step.most_floor(current);
            for value in [current.saturating_sub(step), current.saturating_sub(1), current + 1, current + step] {
                if value == current {
                    continue;
                }
                let changes = vec![tuning(parameter, value)];
                let call = IParameters::tightenCall { target, group: number, changes }.abi_encode();
                let is_up = value > current;
                let is_safer = match rule.terms.riskier {
                    Riskier::Up => !is_up,
                    Riskier::Down => is_up,
                    Riskier::Either => false,
                };
                let tried = governed.try_as(guardian, registry, call);
                if is_safer && rule.terms.binds == Binds::New && tried.is_ok() {
                    tightened += 1;
                    continue;
                }
                let failure = tried.expect_err("a guardian may not");
                if is_safer && rule.terms.binds == Binds::Existing {
                    failure.expect(&ParameterBindsExisting { group: number, parameter });
                } else if !is_safer && (rule.min..=rule.max).contains(&value) {
                    failure.expect(&ParameterLoosened { group: number, parameter, value, current });
                }
                refused += 1;
            }
        }
    }
    assert!(tightened >= 20 && refused >= 60, "{tightened} {refused}");
}

#[test]
fn a_guardian_tightens_at_once_and_votes_may_undo_it_at_once() {
    let mut governed = Governed::open();
    let (market, guardian, registry) = (governed.market.market, governed.guardian, governed.registry);
    let before = governed.quote();
    for (old, new) in [(20_000_000, 25_000_000), (25_000_000, 31_250_000)] {
        let changes = vec![tuning(0, new)];
        let receipt =
            governed.send(guardian, registry, &IParameters::tightenCall { target: market, group: MARKET, changes });
        let told = World::events::<ParameterChanged>(&receipt.unwrap());
        assert_eq!((told[0].oldMillionths, told[0].newMillionths, told[0].isByGuardian), (old, new, true));
    }
    assert!(governed.quote().skewAtoms > before.skewAtoms);
    let changed = IParameters::changedAtCall { target: market, group: MARKET };
    assert_eq!(governed.read(registry, &changed)[0], 0, "it is no vote");
    let back = governed.change(market, MARKET, &[tuning(0, 24_000_000)]);
    governed.pass(vec![back.clone()], "back").unwrap();
    assert_eq!(governed.lambda(), 24_000_000);
    // While an interval runs for votes, a guardian still tightens.
    let changes = vec![tuning(0, 25_000_000)];
    governed.send(guardian, registry, &IParameters::tightenCall { target: market, group: MARKET, changes }).unwrap();
    let timelock = governed.timelock;
    let early = governed.try_as(timelock, registry, back.1).unwrap_err();
    let early = early.decode::<ParameterTooEarly>().unwrap();
    assert!(early.earliest > early.nowAt && early.earliest <= early.nowAt + 3 * DAY);
}

#[test]
fn more_margin_binds_new_positions_at_once_and_makes_nobody_liquidatable() {
    use crate::fixture::{call_of, leg, CONTRACT, K3000};
    let mut governed = Governed::open();
    let (market, guardian, registry) = (governed.market.market, governed.guardian, governed.registry);
    let trader = governed.market.trader("short seller", 60_000 * equipoise_tests::TOKEN);
    let short = [leg(call_of(governed.market.boards[1].0, K3000), -10 * CONTRACT)];
    governed.market.trade(trader, &short).unwrap();
    let before = governed.market.margin_of(trader);
    let changes = vec![tuning(7, 1_430_000)];
    governed.send(guardian, registry, &IParameters::tightenCall { target: market, group: MARGIN, changes }).unwrap();
    let after = governed.market.margin_of(trader);
    assert_eq!(after.maintenanceAtoms, before.maintenanceAtoms, "who holds something is asked no more");
    assert!(after.initialAtoms > before.initialAtoms, "who opens something is");
    assert_eq!(after.equityAtoms, before.equityAtoms);
}

/// Every function that changes something, of every program that governance reaches.
fn calls(governed: &mut Governed) -> Vec<(Address, Vec<u8>)> {
    let (guardian, registry, timelock) = (governed.guardian, governed.registry, governed.timelock);
    let (market, clearing, vault) = (governed.market.market, governed.market.clearing, governed.market.vault);
    let parameters_wad = governed.read(market, &IMarket::parametersCall {});
    let margins_wad = governed.read(market, &IMarket::marginParametersCall {});
    let changes = vec![tuning(0, 21_000_000)];
    let agreed =
        Terms { seniorRate: 0, coverage: 200_000, managementFee: 0, performanceFee: 0, feeRecipient: guardian };
    let role = keccak256("PROPOSER_ROLE");
    let mut calls = vec![
        (registry, IParameters::registerCall { target: market, kind: 1 }.abi_encode()),
        (registry, IParameters::changeCall { target: market, group: MARKET, changes }.abi_encode()),
        (registry, IParameters::setFeeRecipientCall { target: vault, recipient: guardian }.abi_encode()),
        (market, IMarket::setParametersCall { parametersWad: parameters_wad }.abi_encode()),
        (market, IMarket::setMarginParametersCall { parametersWad: margins_wad }.abi_encode()),
        (market, IMarket::listBoardCall { expiry: 1, strikesWad: Vec::new() }.abi_encode()),
        (market, IMarket::wireCall { oracle: guardian, clearing: guardian, vault: guardian }.abi_encode()),
        (market, IMarket::setSurfaceKeepersCall { keepers: vec![guardian], threshold: 1 }.abi_encode()),
        (clearing, IClearing::setCorrelationCall { millionths: 500_000 }.abi_encode()),
        (clearing, IClearing::setInsuranceFloorCall { market, floorTokens: 1 }.abi_encode()),
        (clearing, IClearing::registerMarketCall { market: guardian }.abi_encode()),
        (clearing, IClearing::registerProgramCall { program: guardian }.abi_encode()),
        (clearing, IClearing::wireCall { vault: guardian, senior: guardian, junior: guardian }.abi_encode()),
        (vault, IVault::setTermsCall { agreed }.abi_encode()),
        (
            vault,
            IVault::wireCall { senior: guardian, junior: guardian, allocations: Vec::<Allocation>::new() }.abi_encode(),
        ),
        (timelock, ITimelock::replaceGuardianCall { successor: guardian }.abi_encode()),
        (timelock, ITimelock::updateDelayCall { newDelay: U256::ZERO }.abi_encode()),
        (timelock, ITimelock::grantRoleCall { role, account: guardian }.abi_encode()),
        (
            timelock,
            ITimelock::scheduleCall {
                target: registry,
                value: U256::ZERO,
                data: Vec::new().into(),
                predecessor: B256::ZERO,
                salt: B256::ZERO,
                delay: U256::from(2 * DAY),
            }
            .abi_encode(),
        ),
    ];
    for program in [registry, market, clearing, vault] {
        calls.push((program, IParameters::transferOwnershipCall { successor: guardian }.abi_encode()));
        calls.push((program, IParameters::acceptOwnershipCall {}.abi_encode()));
    }
    for program in [market, clearing, vault] {
        calls.push((program, ITuned::nameRegistryCall { program: guardian }.abi_encode()));
    }
    calls
}

#[test]
fn neither_guardian_nor_stranger_can_call_anything_else() {
    let mut governed = Governed::open();
    governed.freshen();
    let stranger = governed.market.world.account("stranger");
    for (to, data) in calls(&mut governed) {
        for caller in [governed.guardian, stranger] {
            assert!(governed.try_as(caller, to, data.clone()).is_err(), "{caller} calls {to} with {data:?}");
        }
    }
    let (market, guardian) = (governed.market.market, governed.guardian);
    let tighten =
        IParameters::tightenCall { target: market, group: MARKET, changes: vec![tuning(0, 21_000_000)] }.abi_encode();
    for caller in [stranger, governed.governor, governed.timelock, governed.owner()] {
        let failure = governed.try_as(caller, governed.registry, tighten.clone()).unwrap_err();
        failure.expect(&CallerNotAllowed { caller, allowed: guardian });
    }
}
