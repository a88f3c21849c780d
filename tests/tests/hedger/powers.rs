//! What the owner and the guardian may do.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolValue;
use equipoise_interfaces::{
    AddressHasNoCode, AlreadyWired, CallerNotOwner, ClearingAlreadyRegistered, ClearingMarketUnknown,
    HedgerMarketStopped, HedgerTermCount, HedgerTermOutOfBounds, HedgerVenueCapExceeded, IBreakers, IClearing, IHedger,
};
use equipoise_risk::rebalance::{HedgeTerms, TERM_COUNT, TERM_RULES};
use equipoise_tests::World;

use crate::fixture::{CONSTRUCTOR, SPOT};
use crate::stage::Stage;

const AT_SPOT: u64 = SPOT as u64 * 100;

#[test]
fn only_the_owner_opens_venues_and_sets_terms() {
    let mut stage = Stage::quiet(World::new());
    let (stranger, owner) = (stage.market.keeper, stage.market.world.owner);
    let terms = stage.ask(&IHedger::termsCall {});
    assert_eq!(terms, HedgeTerms::default().all_millionths());
    let venue = stage.hedges.filler;
    let no = CallerNotOwner { caller: stranger, owner };
    stage.tell(stranger, &IHedger::setVenueCall { venue, capWad: U256::MAX }).unwrap_err().expect(&no);
    stage.tell(stranger, &IHedger::setTermsCall { millionths: terms.clone() }).unwrap_err().expect(&no);
    stage.tell(stranger, &IHedger::closeVenueCall { venue }).unwrap_err().expect(&no);
    let nowhere = Address::repeat_byte(9);
    let refused = stage.tell(owner, &IHedger::setVenueCall { venue: nowhere, capWad: U256::ONE }).unwrap_err();
    refused.expect(&AddressHasNoCode { account: nowhere });
    let epoch = stage.epoch();
    stage.tell(owner, &IHedger::setTermsCall { millionths: terms.clone() }).unwrap();
    assert_eq!(stage.epoch(), epoch + 1, "signed requests lapse");
    let short = stage.tell(owner, &IHedger::setTermsCall { millionths: terms[1..].to_vec() }).unwrap_err();
    short.expect(&HedgerTermCount { count: U256::from(TERM_COUNT - 1), expected: U256::from(TERM_COUNT) });
    for (place, rule) in TERM_RULES.iter().enumerate() {
        let mut out = terms.clone();
        out[place] = rule.max + 1;
        let refused = stage.tell(owner, &IHedger::setTermsCall { millionths: out }).unwrap_err();
        refused.expect(&HedgerTermOutOfBounds { place: U256::from(place), millionths: rule.max + 1 });
    }
    assert_eq!(stage.ask(&IHedger::termsCall {}), terms);
}

#[test]
fn terms_lie_beside_addresses_and_move_none_of_them() {
    let mut stage = Stage::quiet(World::new());
    let owner = stage.market.world.owner;
    let addresses = |stage: &mut Stage| {
        let (market, clearing) = (stage.ask(&IHedger::marketCall {}), stage.ask(&IHedger::clearingCall {}));
        [market, clearing, stage.ask(&IHedger::baseCall {}), stage.ask(&IHedger::trusteeCall {})]
    };
    let named = [stage.market.market, stage.market.clearing, stage.coin, stage.hedges.trustee];
    assert_eq!(addresses(&mut stage), named);
    for terms in [TERM_RULES.map(|rule| rule.max), TERM_RULES.map(|rule| rule.min)] {
        stage.tell(owner, &IHedger::setTermsCall { millionths: terms.to_vec() }).unwrap();
        assert_eq!(stage.ask(&IHedger::termsCall {}), terms);
        assert_eq!(addresses(&mut stage), named);
    }
}

#[test]
fn a_closed_venue_fills_nothing() {
    let mut stage = Stage::open();
    let (owner, venue) = (stage.market.world.owner, stage.hedges.filler);
    stage.tell(owner, &IHedger::closeVenueCall { venue }).unwrap();
    assert_eq!(stage.ask(&IHedger::venueCapCall { venue }), U256::ZERO);
    let request = stage.request(vec![stage.leg(1_000, AT_SPOT)]);
    let refused = stage.rebalance(request).unwrap_err();
    assert!(refused.decode::<HedgerVenueCapExceeded>().is_some());
}

#[test]
fn a_hedger_is_made_and_registered_once() {
    let mut stage = Stage::quiet(World::new());
    let (owner, hedger) = (stage.market.world.owner, stage.hedges.hedger);
    let (market, clearing) = (stage.market.market, stage.market.clearing);
    let again = (owner, market, clearing, stage.hedges.referee, stage.coin).abi_encode();
    let data = [CONSTRUCTOR.to_vec(), again].concat();
    let receipt = stage.market.world.submit(owner, hedger, data);
    assert!(!receipt.status);
    let register = IClearing::registerHedgerCall { hedger, market };
    let refused = stage.market.world.send(owner, clearing, &register).unwrap_err();
    refused.expect(&ClearingAlreadyRegistered { program: hedger });
    let register = IClearing::registerHedgerCall { hedger: stage.coin, market: hedger };
    let refused = stage.market.world.send(owner, clearing, &register).unwrap_err();
    refused.expect(&ClearingMarketUnknown { market: hedger });
    let wire = equipoise_interfaces::IHedged::wireHedgerCall { hedger };
    stage.market.world.send(owner, market, &wire).unwrap_err().expect(&AlreadyWired {});
}

#[test]
fn a_market_that_only_closes_is_hedged_and_a_halted_one_is_not() {
    for (state, is_hedged) in [(1, true), (2, false)] {
        let mut stage = Stage::open();
        let owner = stage.market.world.owner;
        stage.market.send(owner, &IBreakers::tightenCall { state }).unwrap();
        let request = stage.request(vec![stage.leg(10_000, AT_SPOT)]);
        match stage.rebalance(request) {
            Ok(told) => assert!(is_hedged, "{told:?}"),
            Err(refused) => {
                assert!(!is_hedged, "{refused:?}");
                refused.expect(&HedgerMarketStopped {});
            }
        }
    }
}
