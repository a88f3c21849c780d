//! The registry by itself.

use alloy_sol_types::{SolCall, SolValue};
use equipoise_interfaces::{
    AddressHasNoCode, AlreadyWired, CallerNotAllowed, CallerNotOwner, IClearing, IHedger, ILearning, IMarket,
    IParameters, ITuned, IVault, ParameterUnchanged, ParametersAlreadyRegistered, ParametersKindUnknown,
    ParametersNothingToChange, ParametersOutOfOrder, ParametersRegistryNotNamed, ParametersTargetUnknown,
};
use equipoise_risk::governed::{Binds, Group, Numbers, Riskier, Step};

use crate::fixture::{CONSTRUCTOR, HOUR};
use crate::governed::{tuning, Governed, HEDGE, INSURANCE, LEARNING, MARGIN, MARKET, OFFSET, VAULT};

#[test]
fn the_rules_shown_are_those_of_the_pure_crate() {
    let mut governed = Governed::open();
    for (number, group) in (0u8..).zip(Group::ALL) {
        let shown = governed.read(governed.registry, &IParameters::rulesCall { group: number });
        assert_eq!(shown.len(), group.count());
        for (place, shown) in shown.iter().enumerate() {
            let rule = group.rule(place).unwrap();
            assert_eq!((shown.min, shown.max, shown.initially), (rule.min, rule.max, rule.default));
            let step = if shown.isRelative { Step::Relative(shown.step) } else { Step::Absolute(shown.step) };
            assert_eq!((step, shown.intervalSecs), (rule.terms.step, rule.terms.interval_secs));
            let riskier = [Riskier::Up, Riskier::Down, Riskier::Either][usize::from(shown.riskier)];
            assert_eq!((riskier, shown.bindsExisting), (rule.terms.riskier, rule.terms.binds == Binds::Existing));
        }
    }
    let unknown =
        governed.try_as(governed.owner(), governed.registry, IParameters::rulesCall { group: 7 }.abi_encode());
    assert!(unknown.unwrap_err().decode::<ParametersTargetUnknown>().is_some());
}

#[test]
fn programs_start_with_the_defaults_that_are_ruled() {
    let mut governed = Governed::open();
    let (market, clearing, vault) = (governed.market.market, governed.market.clearing, governed.market.vault);
    let groups = [
        (market, MARKET, Group::Market),
        (market, MARGIN, Group::Margin),
        (clearing, OFFSET, Group::Offset),
        (vault, VAULT, Group::Vault),
        (market, INSURANCE, Group::Insurance),
        (governed.hedger, HEDGE, Group::Hedge),
        (market, LEARNING, Group::Learning),
    ];
    for (target, number, group) in groups {
        // The stage lets surfaces step further than a market begins with: the last three of its numbers.
        let count = group.count() - if group == Group::Market { 3 } else { 0 };
        let values = governed.values(target, number);
        assert_eq!(values.len(), group.count());
        assert_eq!(values[..count], Numbers::defaults(group).values[..count], "{group:?}");
    }
    // A program has the groups of its kind and no others.
    for (target, group) in
        [(market, OFFSET), (clearing, MARKET), (vault, MARGIN), (clearing, INSURANCE), (governed.token, MARKET)]
    {
        let call = IParameters::valuesCall { target, group }.abi_encode();
        let failure = governed.try_as(target, governed.registry, call).unwrap_err();
        failure.expect(&ParametersTargetUnknown { target, group });
    }
}

#[test]
fn once_the_registry_is_named_the_owner_sets_no_number() {
    let mut governed = Governed::open();
    let (owner, allowed) = (governed.owner(), governed.registry);
    let (market, clearing, vault) = (governed.market.market, governed.market.clearing, governed.market.vault);
    let parameters = governed.read(market, &IMarket::parametersCall {});
    let margins = governed.read(market, &IMarket::marginParametersCall {});
    let agreed = governed.read(vault, &IVault::termsCall {});
    let terms = governed.read(governed.hedger, &IHedger::termsCall {});
    let calls = [
        (market, IMarket::setParametersCall { parametersWad: parameters }.abi_encode()),
        (market, IMarket::setMarginParametersCall { parametersWad: margins }.abi_encode()),
        (clearing, IClearing::setCorrelationCall { millionths: 500_000 }.abi_encode()),
        (clearing, IClearing::setInsuranceFloorCall { market, floorTokens: 1 }.abi_encode()),
        (vault, IVault::setTermsCall { agreed }.abi_encode()),
        (governed.hedger, IHedger::setTermsCall { millionths: terms }.abi_encode()),
        (market, ILearning::setLearningCall { mostMillionths: 1_250_000 }.abi_encode()),
    ];
    for (target, data) in calls {
        let failure = governed.try_as(owner, target, data).unwrap_err();
        failure.expect(&CallerNotAllowed { caller: owner, allowed });
        // Nor can he name another one, who would.
        let rename = ITuned::nameRegistryCall { program: clearing }.abi_encode();
        governed.try_as(owner, target, rename).unwrap_err().expect(&AlreadyWired {});
        assert_eq!(governed.read(target, &ITuned::registryCall {}), allowed);
    }
}

#[test]
fn registration_is_the_owners_and_needs_the_programs_consent() {
    let mut governed = Governed::open();
    let (owner, registry, market) = (governed.owner(), governed.registry, governed.market.market);
    let stranger = governed.market.world.account("stranger");
    let register = |target, kind| IParameters::registerCall { target, kind }.abi_encode();
    let mut refused = |from, data| governed.try_as(from, registry, data).unwrap_err();
    refused(stranger, register(market, 1)).expect(&CallerNotOwner { caller: stranger, owner });
    refused(owner, register(stranger, 1)).expect(&AddressHasNoCode { account: stranger });
    for kind in [0, 5] {
        refused(owner, register(market, kind)).expect(&ParametersKindUnknown { kind });
    }
    refused(owner, register(market, 2)).expect(&ParametersAlreadyRegistered { target: market });
    let token = governed.market.world.token;
    let other = governed.market.world.deployer().house(token, HOUR).unwrap().clearing;
    let failure = governed.try_as(owner, registry, register(other, 2)).unwrap_err();
    failure.expect(&ParametersRegistryNotNamed { target: other, named: alloy_primitives::Address::ZERO });
    let name = ITuned::nameRegistryCall { program: stranger };
    governed
        .try_as(stranger, other, name.abi_encode())
        .unwrap_err()
        .expect(&CallerNotOwner { caller: stranger, owner });
    governed.try_as(owner, other, name.abi_encode()).unwrap_err().expect(&AddressHasNoCode { account: stranger });
    let again = [CONSTRUCTOR.to_vec(), (stranger, market, market).abi_encode()].concat();
    governed.try_as(stranger, registry, again).unwrap_err().expect(&AlreadyWired {});
}

#[test]
fn a_change_names_each_number_once_by_rising_place() {
    let mut governed = Governed::open();
    let (market, group, timelock) = (governed.market.market, MARKET, governed.timelock);
    let count = u8::try_from(Group::Market.count()).unwrap();
    let mut refused = |changes: &[equipoise_interfaces::Tuning]| {
        let (registry, data) = governed.change(market, MARKET, changes);
        governed.try_as(timelock, registry, data).unwrap_err()
    };
    refused(&[]).expect(&ParametersNothingToChange {});
    let out_of_order = |parameter| ParametersOutOfOrder { group, parameter, count };
    refused(&[tuning(count, 1)]).expect(&out_of_order(count));
    refused(&[tuning(0, 21_000_000), tuning(0, 22_000_000)]).expect(&out_of_order(0));
    refused(&[tuning(2, 21_000_000), tuning(1, 14_000_000)]).expect(&out_of_order(1));
    refused(&[tuning(0, 20_000_000)]).expect(&ParameterUnchanged { group, parameter: 0, value: 20_000_000 });
    // Two at once are fine.
    let (registry, data) = governed.change(market, MARKET, &[tuning(0, 21_000_000), tuning(2, 21_000_000)]);
    governed.try_as(timelock, registry, data).unwrap();
}
