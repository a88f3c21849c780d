//! What an offer allows: how much, at what price, for whom, how long, and how it ends.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolStruct;
use equipoise_interfaces::{
    account, IClearing, IUnderwriter, OffersCancelled, SignatureInvalid, UnderwriterCallerNotAuthorised,
    UnderwriterOfferCancelled, UnderwriterOfferExpired, UnderwriterOfferFilled, UnderwriterProceedsTooLow,
    UnderwriterTakerDiffers, UnderwritingOffer,
};
use equipoise_tests::{Failure, World};

use crate::fixture::{narrow, FAR};
use crate::offering::{domain_of, sign};
use crate::stage::{limit, plain, Stage, RICH};

impl Stage {
    fn digest(&mut self, offer: &UnderwritingOffer) -> B256 {
        self.market.world.read(self.underwriter, &IUnderwriter::digestOfCall { offer: offer.clone() })
    }

    fn filled(&mut self, offer: &UnderwritingOffer) -> u64 {
        let digest = self.digest(offer);
        self.market.world.read(self.underwriter, &IUnderwriter::filledUnitsCall { digest })
    }

    fn cancel(&mut self, from: Address, offer: &UnderwritingOffer) -> Result<Vec<OffersCancelled>, Failure> {
        let call = IUnderwriter::cancelCall { account: offer.account, nonce: offer.nonce };
        let receipt = self.market.world.send(from, self.underwriter, &call)?;
        Ok(World::events(&receipt))
    }

    fn ends_at(&mut self, offer: &UnderwritingOffer) -> u64 {
        let call = IUnderwriter::cancelledAtCall { account: offer.account, nonce: offer.nonce };
        self.market.world.read(self.underwriter, &call)
    }
}

#[test]
fn fills_add_up_to_the_offers_units_and_no_further() {
    let mut stage = Stage::open();
    let offer = stage.offer(&stage.call(), 10);
    let digest = stage.digest(&offer);
    for (units, filled) in [(3, 3), (6, 9)] {
        let told = stage.trade(stage.order(1, units), &offer).unwrap();
        assert_eq!((told.digest, told.filledUnits, stage.filled(&offer)), (digest, filled, filled));
        assert_eq!(stage.quote(stage.order(1, 1), &offer).unitsLeft, 10 - filled);
    }
    let refused = stage.trade(stage.order(1, 2), &offer).unwrap_err();
    refused.expect(&UnderwriterOfferFilled { digest, makerUnits: 2, unitsLeft: 1 });
    assert_eq!(stage.filled(&offer), 9, "what is refused is not counted");
    stage.trade(stage.order(1, 1), &offer).unwrap();
    let refused = stage.trade(stage.order(1, 1), &offer).unwrap_err();
    refused.expect(&UnderwriterOfferFilled { digest, makerUnits: 1, unitsLeft: 0 });
    // Another number makes another offer of the same.
    let mut other = offer;
    other.nonce += U256::ONE;
    stage.trade(stage.order(2, 10), &other).unwrap();
}

#[test]
fn a_digest_is_that_of_the_standard() {
    let mut stage = Stage::open();
    for legs in [stage.call(), stage.calendar()] {
        let mut offer = stage.offer(&legs, 10);
        offer.taker = stage.taker;
        let domain = domain_of(&stage.market, stage.underwriter);
        assert_eq!(stage.digest(&offer), offer.eip712_signing_hash(&domain));
    }
}

#[test]
fn a_makers_limit_just_passes_and_just_fails() {
    for legs in [|stage: &Stage| stage.call(), |stage: &Stage| stage.sold_put()] {
        let mut stage = Stage::open();
        let mut offer = stage.offer(&legs(&stage), 100);
        let quoted = stage.quote(stage.order(2, 8), &offer);
        let proceeds = narrow(quoted.makerCostAtoms) - plain(quoted.feeAtoms);
        // A fraction of an atom per unit is the maker's.
        let least = proceeds.div_euclid(8);
        offer.minProceedsAtoms = limit(least + 1);
        let refused = stage.trade(stage.order(2, 8), &offer).unwrap_err();
        let least_of_all = limit((least + 1) * 8);
        refused.expect(&UnderwriterProceedsTooLow { proceedsAtoms: limit(proceeds), leastAtoms: least_of_all });
        offer.minProceedsAtoms = limit(least);
        stage.trade(stage.order(2, 8), &offer).unwrap();
    }
}

#[test]
fn an_offer_stands_up_to_its_last_moment() {
    let mut stage = Stage::open();
    let mut offer = stage.offer(&stage.call(), 10);
    offer.validUntil = stage.market.now() + 100;
    stage.market.world.chain.set_time(offer.validUntil).unwrap();
    stage.trade(stage.order(1, 1), &offer).unwrap();
    let late = offer.validUntil + 1;
    stage.market.world.chain.set_time(late).unwrap();
    let refused = stage.trade(stage.order(1, 1), &offer).unwrap_err();
    refused.expect(&UnderwriterOfferExpired { validUntil: offer.validUntil, nowAt: late });
    stage.market.world.go_to(late + 1);
    assert_eq!(stage.quote(stage.order(1, 1), &offer).unitsLeft, 0);
}

#[test]
fn only_the_makers_own_signature_on_this_chain_for_this_program_counts() {
    let mut stage = Stage::open();
    let offer = stage.offer(&stage.call(), 10);
    let domain = domain_of(&stage.market, stage.underwriter);
    let signer = stage.maker();
    let digest = stage.digest(&offer);
    let no = SignatureInvalid { signer, digest };
    let (taker, order) = (stage.taker, stage.order(1, 1));
    let stranger = alloy_signer_local::PrivateKeySigner::from_slice(&[8; 32]).unwrap();
    let mut elsewhere = domain.clone();
    elsewhere.chain_id = Some(domain.chain_id.unwrap() + U256::ONE);
    let mut another = domain.clone();
    another.verifying_contract = Some(stage.market.market);
    let mut named = domain.clone();
    named.name = Some("Equipoise Hedger".into());
    let maker = stage.maker.clone();
    let forged = [sign(&offer, &stranger, &domain), sign(&offer, &maker, &elsewhere), sign(&offer, &maker, &another)];
    for signature in forged.into_iter().chain([sign(&offer, &maker, &named), Vec::new().into()]) {
        stage.bring(taker, order.clone(), &offer, signature).unwrap_err().expect(&no);
    }
    // Nor does it count for anything that differs from what was signed.
    let signature = sign(&offer, &maker, &domain);
    let mut more = offer.clone();
    more.maxUnits += 1;
    let mut cheaper = offer.clone();
    cheaper.minProceedsAtoms -= limit(1);
    let mut longer = offer.clone();
    longer.validUntil -= 1;
    let mut others = offer.clone();
    others.account = account::of(taker);
    let mut larger = offer.clone();
    larger.legs[0].sizeWad = limit(2 * crate::fixture::CONTRACT);
    for changed in [more, cheaper, longer, others, larger] {
        let refused = stage.bring(taker, order.clone(), &changed, signature.clone()).unwrap_err();
        assert!(refused.decode::<SignatureInvalid>().is_some(), "{refused:?}");
    }
    stage.bring(taker, order, &offer, signature).unwrap();
}

#[test]
fn an_offer_to_one_taker_is_his_alone() {
    let mut stage = Stage::open();
    let mut offer = stage.offer(&stage.call(), 10);
    let friend = stage.market.trader("friend", RICH);
    offer.taker = friend;
    let refused = stage.trade(stage.order(1, 1), &offer).unwrap_err();
    refused.expect(&UnderwriterTakerDiffers { taker: stage.taker, offeredTo: friend });
    offer.taker = stage.taker;
    stage.trade(stage.order(1, 1), &offer).unwrap();
}

#[test]
fn a_cancelled_offer_stands_for_a_minute_more() {
    let mut stage = Stage::open();
    let offer = stage.offer(&stage.call(), 10);
    let (maker, at) = (stage.maker(), stage.market.now() + 5);
    assert_eq!(stage.ends_at(&offer), 0);
    stage.market.world.chain.set_time(at).unwrap();
    let told = stage.cancel(maker, &offer).unwrap();
    let last = at + 60;
    assert_eq!(told, [OffersCancelled { account: offer.account, nonce: offer.nonce, lastAt: last }]);
    assert_eq!(stage.ends_at(&offer), last);
    // A second time changes nothing: an end can be neither put off nor brought forward.
    stage.market.world.chain.set_time(at + 30).unwrap();
    assert!(stage.cancel(maker, &offer).unwrap().is_empty());
    assert_eq!(stage.ends_at(&offer), last);
    stage.market.world.chain.set_time(last).unwrap();
    stage.trade(stage.order(1, 1), &offer).unwrap();
    stage.market.world.chain.set_time(last + 1).unwrap();
    let refused = stage.trade(stage.order(1, 1), &offer).unwrap_err();
    refused.expect(&UnderwriterOfferCancelled { account: offer.account, nonce: offer.nonce, lastAt: last });
    assert_eq!(stage.quote(stage.order(1, 1), &offer).unitsLeft, 0);
    // Offers under other numbers, and those of other accounts under this one, go on.
    let mut other = offer.clone();
    other.nonce += U256::ONE;
    stage.trade(stage.order(1, 1), &other).unwrap();
}

#[test]
fn who_owns_or_operates_an_account_cancels_and_nobody_else() {
    let mut stage = Stage::open();
    let offer = stage.offer(&stage.call(), 10);
    let (stranger, maker) = (stage.taker, stage.maker());
    let refused = stage.cancel(stranger, &offer).unwrap_err();
    refused.expect(&UnderwriterCallerNotAuthorised { caller: stranger, account: offer.account });
    stage.ledger(maker, &IClearing::setOperatorCall { operator: stranger, until: FAR });
    assert_eq!(stage.cancel(stranger, &offer).unwrap().len(), 1);
}
