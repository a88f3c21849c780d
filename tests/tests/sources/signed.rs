//! Prices that publishers have signed.

use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{eip712_domain, Eip712Domain, SolCall, SolError, SolStruct, SolValue};
use equipoise_chain::Receipt;
use equipoise_interfaces::{
    AddressIsZero, AlreadyWired, CalldataMalformed, CallerNotOwner, IPriceSource, IPullSource, ISignedSource,
    PriceSignature, PriceUpdate, PriceUpdated, PublishersSet, SelectorUnknown, SignatureInvalid, SignedSourceEmpty,
    SignedSourceMaxAgeOutOfBounds, SignedSourcePublisherUnknown, SignedSourcePublishersInvalid,
    SignedSourcePublishersUnordered, SignedSourcePublishersUnset, SignedSourceSignaturesTooFew,
    SignedSourceTimeInFuture, SignedSourceTimeNotIncreasing, SignedSourceUnderlyingDiffers,
    SignedSourceUnderlyingIsZero, SignedSourceUpdateTooOld, SourceConfidenceInvalid, SourcePriceOutOfDomain,
};
use equipoise_tests::{Failure, TestMarket, World};

use crate::{construct, latest};

const WAD: u128 = 1_000_000_000_000_000_000;
const MAX_AGE_SECS: u64 = 60;
/// The order of secp256k1.
const ORDER: U256 = alloy_primitives::uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

struct Setup {
    world: World,
    source: Address,
    relayer: Address,
    /// By rising address; two of three must sign.
    keys: Vec<PrivateKeySigner>,
}

fn underlying() -> B256 {
    B256::right_padding_from(b"ETH")
}

fn key(name: &str) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&keccak256(name)).unwrap()
}

fn setup() -> Setup {
    let mut world = World::new();
    let mut keys: Vec<_> = ["one", "two", "three"].map(key).into();
    keys.sort_by_key(PrivateKeySigner::address);
    let publishers: Vec<_> = keys.iter().map(PrivateKeySigner::address).collect();
    let source = world.deployer().signed_source(underlying(), MAX_AGE_SECS, &publishers, 2).unwrap();
    let relayer = world.account("relayer");
    Setup { world, source, relayer, keys }
}

impl Setup {
    fn domain(&self) -> Eip712Domain {
        eip712_domain! {
            name: "Equipoise Signed Source",
            version: "1",
            chain_id: self.world.chain.chain_id(),
            verifying_contract: self.source,
        }
    }

    /// A price of now, off by a dollar at most.
    fn price(&self, dollars: u128) -> PriceUpdate {
        PriceUpdate {
            underlying: underlying(),
            priceWad: U256::from(dollars * WAD),
            confidenceWad: U256::from(WAD),
            publishedAt: self.world.chain.timestamp(),
        }
    }

    fn signed(&self, update: &PriceUpdate, key: &PrivateKeySigner) -> PriceSignature {
        signed_in(update, key, &self.domain())
    }

    fn call(&self, update: &PriceUpdate, keys: &[&PrivateKeySigner]) -> ISignedSource::updateCall {
        let signatures = keys.iter().map(|key| self.signed(update, key)).collect();
        ISignedSource::updateCall { priceUpdate: update.clone(), signatures }
    }

    fn send<C: SolCall>(&mut self, from: Address, call: &C) -> Result<Receipt, Failure> {
        self.world.send(from, self.source, call)
    }

    /// Brings a price that two have signed.
    fn bring(&mut self, update: &PriceUpdate) -> Result<Receipt, Failure> {
        let call = self.call(update, &[&self.keys[0], &self.keys[1]]);
        self.send(self.relayer, &call)
    }

    fn latest(&mut self) -> Result<IPriceSource::latestReturn, Failure> {
        latest(&mut self.world, self.source)
    }

    /// A call that must be refused and must change nothing in the source.
    fn refuse<C: SolCall, E: SolError + PartialEq + std::fmt::Debug>(&mut self, from: Address, call: &C, error: &E) {
        let before = self.world.chain.snapshot();
        self.send(from, call).unwrap_err().expect(error);
        let changed = self.world.changed_since(before);
        assert!(changed.keys().all(|(contract, _)| *contract != self.source), "{changed:?}");
    }

    fn pass(&mut self, secs: u64) {
        let at = self.world.chain.timestamp() + secs;
        self.world.go_to(at);
    }
}

fn signed_in(update: &PriceUpdate, key: &PrivateKeySigner, domain: &Eip712Domain) -> PriceSignature {
    let signature = key.sign_hash_sync(&update.eip712_signing_hash(domain)).unwrap();
    PriceSignature { publisher: key.address(), signature: signature.as_bytes().into() }
}

#[test]
fn anybody_may_bring_what_enough_publishers_have_signed() {
    let mut setup = setup();
    setup.latest().unwrap_err().expect(&SignedSourceEmpty {});
    let update = setup.price(3_000);
    let receipt = setup.bring(&update).unwrap();
    println!("the first update by two keys: {} gas", receipt.gas_used);
    let told = World::events::<PriceUpdated>(&receipt).remove(0);
    let PriceUpdate { priceWad: price, confidenceWad: confidence, publishedAt: at, .. } = update;
    assert_eq!(told, PriceUpdated { priceWad: price, confidenceWad: confidence, publishedAt: at });
    let told = setup.latest().unwrap();
    assert_eq!((told.priceWad, told.confidenceWad, told.updatedAt), (price, confidence, at));
    // All are as good as enough, and what is old is told as it is.
    setup.pass(1);
    let update = setup.price(3_001);
    let keys = setup.keys.clone();
    let call = setup.call(&update, &[&keys[0], &keys[1], &keys[2]]);
    setup.send(setup.relayer, &call).unwrap();
    setup.pass(1_000_000);
    let told = setup.latest().unwrap();
    assert_eq!((told.priceWad, told.updatedAt), (U256::from(3_001 * WAD), update.publishedAt));
}

#[test]
fn a_price_takes_one_slot_and_another_soon_after_what_it_has_moved() {
    let mut setup = setup();
    let first = setup.price(3_000);
    setup.bring(&first).unwrap();
    // No trade is at the first any more.
    setup.pass(6);
    let before = setup.world.chain.snapshot();
    let widest = PriceUpdate {
        priceWad: U256::from(1_000_000_000 * WAD),
        confidenceWad: U256::from(1_000_000_000 * WAD - 1),
        ..setup.price(0)
    };
    let receipt = setup.bring(&widest).unwrap();
    println!("another update by two keys: {} gas", receipt.gas_used);
    let changed = setup.world.changed_since(before);
    assert_eq!(changed.keys().filter(|(contract, _)| *contract == setup.source).count(), 1);
    let told = setup.latest().unwrap();
    assert_eq!((told.priceWad, told.confidenceWad), (widest.priceWad, widest.confidenceWad));

    setup.pass(5);
    let before = setup.world.chain.snapshot();
    let next = PriceUpdate { priceWad: U256::from(999_000_000 * WAD), ..setup.price(0) };
    setup.bring(&next).unwrap();
    let changed = setup.world.changed_since(before);
    assert_eq!(changed.keys().filter(|(contract, _)| *contract == setup.source).count(), 2);
    let pulled = setup.world.view(setup.source, &IPullSource::pulledCall {}).unwrap();
    assert_eq!((pulled.priceWad, pulled.movedMillionths), (next.priceWad, 1_002), "of the smaller, up");
    setup.pass(1);
    let pulled = setup.world.view(setup.source, &IPullSource::pulledCall {}).unwrap();
    assert_eq!((pulled.priceWad, pulled.movedMillionths), (next.priceWad, 0), "in that second alone");
}

#[test]
fn a_price_is_refused_without_enough_signatures_of_different_publishers() {
    let mut setup = setup();
    let relayer = setup.relayer;
    let update = setup.price(3_000);
    let [one, two] = [0, 1].map(|place| setup.keys[place].clone());
    for (keys, count) in [(vec![], 0), (vec![&two], 1)] {
        let few = SignedSourceSignaturesTooFew { count: U256::from(count), threshold: 2 };
        setup.refuse(relayer, &setup.call(&update, &keys), &few);
    }
    for (keys, publisher, previous) in [([&two, &one], &one, &two), ([&two, &two], &two, &two)] {
        let (publisher, previous) = (publisher.address(), previous.address());
        let error = SignedSourcePublishersUnordered { publisher, previous };
        setup.refuse(relayer, &setup.call(&update, &keys), &error);
    }
    for name in ["stranger", "somebody", "anybody", "whoever"] {
        let stranger = key(name);
        let mut keys = vec![&one, &stranger, &two];
        keys.sort_by_key(|key| key.address());
        let error = SignedSourcePublisherUnknown { publisher: stranger.address() };
        setup.refuse(relayer, &setup.call(&update, &keys), &error);
    }
}

#[test]
fn a_signature_that_is_not_the_publishers_of_this_price_is_refused() {
    let mut setup = setup();
    let relayer = setup.relayer;
    let update = setup.price(3_000);
    let [one, two] = [0, 1].map(|place| setup.keys[place].clone());
    let domain = setup.domain();
    let digest = update.eip712_signing_hash(&domain);
    let good = setup.signed(&update, &two);
    let mut bad = Vec::new();
    let chain = domain.chain_id.unwrap() + U256::from(1);
    for other in [
        Eip712Domain { chain_id: Some(chain), ..domain.clone() },
        Eip712Domain { verifying_contract: Some(setup.world.token), ..domain.clone() },
        Eip712Domain { version: Some("2".into()), ..domain.clone() },
        Eip712Domain { name: Some("Equipoise Market".into()), ..domain.clone() },
    ] {
        bad.push(signed_in(&update, &two, &other).signature);
    }
    for other in [
        PriceUpdate { priceWad: update.priceWad + U256::from(1), ..update.clone() },
        PriceUpdate { confidenceWad: U256::from(1), ..update.clone() },
        PriceUpdate { publishedAt: update.publishedAt - 1, ..update.clone() },
        PriceUpdate { underlying: B256::ZERO, ..update.clone() },
    ] {
        bad.push(setup.signed(&other, &two).signature);
    }
    // The twin of a signature, with the higher s.
    let mut high = good.signature.to_vec();
    let s = ORDER - U256::from_be_slice(&high[32..64]);
    high[32..64].copy_from_slice(&s.to_be_bytes::<32>());
    high[64] = 27 + 28 - high[64];
    let long = [good.signature.to_vec(), vec![0]].concat();
    let of_another = setup.signed(&update, &one).signature;
    bad.extend([high.into(), good.signature[..64].to_vec().into(), long.into(), vec![0; 65].into(), of_another]);
    bad.push(Bytes::new());
    for signature in bad {
        let signatures = vec![setup.signed(&update, &one), PriceSignature { signature, ..good.clone() }];
        let call = ISignedSource::updateCall { priceUpdate: update.clone(), signatures };
        setup.refuse(relayer, &call, &SignatureInvalid { signer: two.address(), digest });
    }
    setup.bring(&update).unwrap();
}

#[test]
fn times_rise_and_are_neither_future_nor_old() {
    let mut setup = setup();
    let relayer = setup.relayer;
    let [one, two] = [0, 1].map(|place| setup.keys[place].clone());
    let first = setup.price(3_000);
    let at = first.publishedAt;
    setup.bring(&first).unwrap();
    let of = |setup: &Setup, published: u64| {
        let update = PriceUpdate { publishedAt: published, ..setup.price(3_100) };
        setup.call(&update, &[&one, &two])
    };
    for published in [at, at - 1] {
        let error = SignedSourceTimeNotIncreasing { publishedAt: published, lastPublishedAt: at };
        setup.refuse(relayer, &of(&setup, published), &error);
    }
    setup.refuse(relayer, &of(&setup, at + 1), &SignedSourceTimeInFuture { publishedAt: at + 1, nowAt: at });
    setup.pass(MAX_AGE_SECS + 2);
    let now = at + MAX_AGE_SECS + 2;
    let old = SignedSourceUpdateTooOld { publishedAt: at + 1, maxAgeSecs: MAX_AGE_SECS, nowAt: now };
    setup.refuse(relayer, &of(&setup, at + 1), &old);
    setup.send(relayer, &of(&setup, at + 2)).unwrap();
    // A replay is not newer.
    let error = SignedSourceTimeNotIncreasing { publishedAt: at + 2, lastPublishedAt: at + 2 };
    setup.refuse(relayer, &of(&setup, at + 2), &error);
    setup.send(relayer, &of(&setup, now)).unwrap();
}

#[test]
fn a_price_that_says_nothing_is_refused() {
    let mut setup = setup();
    let relayer = setup.relayer;
    let [one, two] = [0, 1].map(|place| setup.keys[place].clone());
    let (min, max) = (U256::from(WAD / 10_000), U256::from(1_000_000_000 * WAD));
    for price in [U256::ZERO, min - U256::from(1), max + U256::from(1), U256::MAX] {
        let update = PriceUpdate { priceWad: price, ..setup.price(0) };
        let error = SourcePriceOutOfDomain { priceWad: price, minWad: min, maxWad: max };
        setup.refuse(relayer, &setup.call(&update, &[&one, &two]), &error);
    }
    let price = U256::from(3_000 * WAD);
    for confidence in [U256::ZERO, price, U256::MAX] {
        let update = PriceUpdate { confidenceWad: confidence, ..setup.price(3_000) };
        let error = SourceConfidenceInvalid { confidenceWad: confidence, priceWad: price };
        setup.refuse(relayer, &setup.call(&update, &[&one, &two]), &error);
    }
    let other = B256::right_padding_from(b"BTC");
    let update = PriceUpdate { underlying: other, ..setup.price(3_000) };
    let error = SignedSourceUnderlyingDiffers { underlying: other, expected: underlying() };
    setup.refuse(relayer, &setup.call(&update, &[&one, &two]), &error);
}

#[test]
fn a_contract_publishes_by_its_own_word() {
    let mut setup = setup();
    let (owner, relayer) = (setup.world.owner, setup.relayer);
    let wallet = setup.world.deploy("TestMarket", Vec::new());
    let one = setup.keys[0].clone();
    let mut publishers = vec![wallet, one.address()];
    publishers.sort();
    setup.send(owner, &ISignedSource::setPublishersCall { publishers, threshold: 2 }).unwrap();
    let update = setup.price(3_000);
    let digest = update.eip712_signing_hash(&setup.domain());
    let word = PriceSignature { publisher: wallet, signature: Bytes::new() };
    let mut signatures = vec![setup.signed(&update, &one), word];
    signatures.sort_by_key(|signature| signature.publisher);
    let call = ISignedSource::updateCall { priceUpdate: update.clone(), signatures };
    setup.refuse(relayer, &call, &SignatureInvalid { signer: wallet, digest });
    setup.world.send(owner, wallet, &TestMarket::confirmCall { digest }).unwrap();
    setup.send(relayer, &call).unwrap();
    assert_eq!(setup.latest().unwrap().priceWad, update.priceWad);
}

#[test]
fn the_owner_alone_names_publishers_and_hands_over_in_two_steps() {
    let mut setup = setup();
    let (owner, relayer) = (setup.world.owner, setup.relayer);
    let heir = setup.world.account("heir");
    let addresses: Vec<_> = (1..=17).map(Address::with_last_byte).collect();
    let named = |count: usize, threshold| ISignedSource::setPublishersCall {
        publishers: addresses[..count].to_vec(),
        threshold,
    };
    setup.refuse(relayer, &named(2, 1), &CallerNotOwner { caller: relayer, owner });
    for (count, threshold) in [(0, 0), (0, 1), (2, 0), (2, 3), (17, 1)] {
        let maximum = U256::from(16);
        let error = SignedSourcePublishersInvalid { count: U256::from(count), maximum, threshold };
        setup.refuse(owner, &named(count, threshold), &error);
    }
    let swapped = vec![addresses[1], addresses[0]];
    let call = ISignedSource::setPublishersCall { publishers: swapped, threshold: 1 };
    let error = SignedSourcePublishersUnordered { publisher: addresses[0], previous: addresses[1] };
    setup.refuse(owner, &call, &error);

    setup.send(owner, &ISignedSource::transferOwnershipCall { successor: heir }).unwrap();
    setup.refuse(heir, &named(2, 1), &CallerNotOwner { caller: heir, owner });
    setup.refuse(relayer, &ISignedSource::acceptOwnershipCall {}, &CallerNotOwner { caller: relayer, owner: heir });
    assert_eq!(setup.world.read(setup.source, &ISignedSource::pendingOwnerCall {}), heir);
    setup.send(heir, &ISignedSource::acceptOwnershipCall {}).unwrap();
    assert_eq!(setup.world.read(setup.source, &ISignedSource::ownerCall {}), heir);
    setup.refuse(owner, &named(2, 1), &CallerNotOwner { caller: owner, owner: heir });
    for (count, threshold) in [(16, 16), (1, 1), (5, 3)] {
        let receipt = setup.send(heir, &named(count, threshold)).unwrap();
        let told = World::events::<PublishersSet>(&receipt).remove(0);
        assert_eq!((told.publishers.as_slice(), told.threshold), (&addresses[..count], threshold));
        let shown = setup.world.read(setup.source, &ISignedSource::publishersCall {});
        assert_eq!((shown.publishers.as_slice(), shown.threshold), (&addresses[..count], threshold));
    }
    // Who published before does so no more.
    let update = setup.price(3_000);
    let first = setup.keys[0].address();
    let keys = setup.keys.clone();
    let call = setup.call(&update, &[&keys[0], &keys[1], &keys[2]]);
    setup.refuse(relayer, &call, &SignedSourcePublisherUnknown { publisher: first });
}

#[test]
fn a_source_is_constructed_once_within_bounds_and_takes_nothing_before_publishers_are_named() {
    let mut world = World::new();
    let owner = world.owner;
    let source = world.deploy_bare("signed-source");
    let arguments =
        |owner: Address, underlying: B256, age: u64| (owner, underlying, U256::from(age)).abi_encode_params();
    for age in [0, 4, 3_601] {
        let error = SignedSourceMaxAgeOutOfBounds { maxAgeSecs: age, minSecs: 5, maxSecs: 3_600 };
        construct(&mut world, source, arguments(owner, underlying(), age)).unwrap_err().expect(&error);
    }
    let failure = construct(&mut world, source, arguments(owner, B256::ZERO, 60)).unwrap_err();
    failure.expect(&SignedSourceUnderlyingIsZero {});
    let failure = construct(&mut world, source, arguments(Address::ZERO, underlying(), 60)).unwrap_err();
    failure.expect(&AddressIsZero {});
    construct(&mut world, source, arguments(owner, underlying(), 60)).unwrap();
    let failure = construct(&mut world, source, arguments(owner, underlying(), 60)).unwrap_err();
    failure.expect(&AlreadyWired {});
    assert_eq!(world.read(source, &ISignedSource::underlyingCall {}), underlying());
    assert_eq!(world.read(source, &ISignedSource::maxAgeSecsCall {}), 60);
    let relayer = world.account("relayer");
    let mut setup = Setup { world, source, relayer, keys: vec![key("one")] };
    let update = setup.price(3_000);
    let one = setup.keys[0].clone();
    setup.refuse(relayer, &setup.call(&update, &[&one]), &SignedSourcePublishersUnset {});
    setup.refuse(relayer, &setup.call(&update, &[]), &SignedSourcePublishersUnset {});
}

#[test]
fn malformed_calls_are_refused_by_name() {
    let mut setup = setup();
    let (relayer, source) = (setup.relayer, setup.source);
    let unknown = setup.world.submit(relayer, source, vec![1, 2, 3, 4]);
    Failure(unknown.output).expect(&SelectorUnknown { selector: [1, 2, 3, 4].into() });
    let update = setup.price(3_000);
    let data = setup.call(&update, &[&setup.keys[0], &setup.keys[1]]).abi_encode();
    let selector = ISignedSource::updateCall::SELECTOR.into();
    for cut in [4, 36, 4 + 128, 4 + 160, 4 + 192, data.len() - 96] {
        let short = setup.world.submit(relayer, source, data[..cut].to_vec());
        assert!(!short.status);
        Failure(short.output).expect(&CalldataMalformed { selector });
    }
}
