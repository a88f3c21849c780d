//! Who may post a surface, and how far and how fast it may move.

use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{Eip712Domain, SolStruct};
use equipoise_interfaces::{
    IMarket, MarketBasisStepTooLarge, MarketSliceOutOfRange, MarketSurfaceExpired, MarketSurfaceKeeperUnknown,
    MarketSurfaceKeepersInvalid, MarketSurfaceKeepersUnordered, MarketSurfaceOutOfOrder, MarketSurfaceSequenceUsed,
    MarketSurfaceSignaturesTooFew, MarketSurfaceStepTooLarge, MarketSurfaceTooFast, SignatureInvalid, Slice,
    SurfaceKeepersSet, SurfacePost, SurfacePosted, SurfaceSignature,
};
use equipoise_tests::{TestMarket, World, TOKEN};

use crate::fixture::{call_of, leg, signed, signers, wad, Market, CONTRACT, DAY, HOUR, K3000, STRIKES};

/// The order of secp256k1.
const ORDER: U256 = alloy_primitives::uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);
const ONE_STEP: u64 = 1_000_000;

/// A market that trades, with the steps that a market begins with.
fn strict() -> Market {
    let mut market = Market::open();
    market.take_default_steps();
    market
}

fn draft(market: &mut Market) -> SurfacePost {
    let slices = market.slices();
    market.draft(slices)
}

/// The standard slices with all volatilities at the money at this level, in hundredths.
fn at_level(market: &mut Market, points: f64) -> Vec<Slice> {
    let mut slices = market.slices();
    for slice in &mut slices {
        slice.aWad = signed((((points / 100.0).powi(2) - 0.02) * 1e18) as i128);
    }
    slices
}

/// The largest move of a listed strike's volatility from one level to another.
fn largest_move(market: &mut Market, place: usize, from: f64, to: f64) -> (u64, f64) {
    let forward = market.slices()[place].forwardWad.to::<u128>() as f64 / 1e18;
    let vol = |level: f64, strike: u64| {
        let k = (strike as f64 / forward).ln();
        ((level / 100.0).powi(2) - 0.02 + 0.1 * (-0.3 * k + (k * k + 0.04).sqrt())).sqrt()
    };
    let moved = STRIKES.map(|strike| (strike, (vol(to, strike) - vol(from, strike)).abs()));
    moved.into_iter().max_by(|left, right| left.1.total_cmp(&right.1)).unwrap()
}

fn number(value: U256) -> f64 {
    value.to::<u128>() as f64 / 1e18
}

fn signed_in(post: &SurfacePost, signer: &PrivateKeySigner, domain: &Eip712Domain) -> SurfaceSignature {
    let signature = signer.sign_hash_sync(&post.eip712_signing_hash(domain)).unwrap();
    SurfaceSignature { keeper: signer.address(), signature: signature.as_bytes().into() }
}

fn by(market: &Market, post: &SurfacePost, keepers: &[&PrivateKeySigner]) -> IMarket::postSurfaceCall {
    let signatures = keepers.iter().map(|keeper| market.signature(post, keeper)).collect();
    IMarket::postSurfaceCall { post: post.clone(), signatures }
}

#[test]
fn anybody_may_bring_what_enough_keepers_have_signed() {
    let mut market = strict();
    let stranger = market.trader("stranger", 0);
    market.pass(60);
    let post = draft(&mut market);
    let [one, two, three] = [0, 1, 2].map(|place| market.signers[place].clone());
    assert_eq!(post.sequence, 2);
    let call = by(&market, &post, &[&one, &three]);
    let receipt = market.send(stranger, &call).unwrap();
    let told = World::events::<SurfacePosted>(&receipt).remove(0);
    assert_eq!((told.sequence, told.observedAt, told.spotWad), (2, post.observedAt, post.spotWad));
    assert_eq!(told.slices, post.slices);
    assert_eq!(market.read(&IMarket::surfaceStepsCall {}).sequence, 2);
    // All of them are as good as enough, and a sequence may leave numbers out.
    let post = SurfacePost { sequence: 1_000, ..draft(&mut market) };
    let call = by(&market, &post, &[&one, &two, &three]);
    market.send(stranger, &call).unwrap();
    assert_eq!(market.read(&IMarket::surfaceStepsCall {}).sequence, 1_000);
}

#[test]
fn surface_is_refused_without_enough_signatures_of_different_keepers() {
    let mut market = strict();
    let relayer = market.keeper;
    let post = draft(&mut market);
    let [one, two] = [0, 1].map(|place| market.signers[place].clone());
    let few = MarketSurfaceSignaturesTooFew { count: U256::from(1), threshold: 2 };
    market.refuse(relayer, &by(&market, &post, &[&one]), &few);
    let none = MarketSurfaceSignaturesTooFew { count: U256::ZERO, threshold: 2 };
    market.refuse(relayer, &by(&market, &post, &[]), &none);
    let unordered = |keeper: &PrivateKeySigner, previous: &PrivateKeySigner| MarketSurfaceKeepersUnordered {
        keeper: keeper.address(),
        previous: previous.address(),
    };
    market.refuse(relayer, &by(&market, &post, &[&two, &one]), &unordered(&one, &two));
    market.refuse(relayer, &by(&market, &post, &[&one, &one]), &unordered(&one, &one));
    // A stranger's signature counts for nothing, wherever it is among the others.
    for name in ["stranger", "somebody", "anybody", "whoever"] {
        let stranger = signers([name]).remove(0);
        let mut all = vec![&one, &stranger, &two];
        all.sort_by_key(|signer| signer.address());
        let refused = MarketSurfaceKeeperUnknown { keeper: stranger.address() };
        market.refuse(relayer, &by(&market, &post, &all), &refused);
    }
}

#[test]
fn signature_that_is_not_the_keepers_of_this_surface_is_refused() {
    let mut market = strict();
    let relayer = market.keeper;
    let post = draft(&mut market);
    let [one, two] = [0, 1].map(|place| market.signers[place].clone());
    let domain = market.domain();
    let invalid =
        |post: &SurfacePost| SignatureInvalid { signer: two.address(), digest: post.eip712_signing_hash(&domain) };
    let with = |post: &SurfacePost, second: SurfaceSignature| IMarket::postSurfaceCall {
        post: post.clone(),
        signatures: vec![signed_in(post, &one, &domain), second],
    };
    let good = signed_in(&post, &two, &domain);
    let chain = domain.chain_id.unwrap() + U256::from(1);
    let elsewhere = [
        Eip712Domain { chain_id: Some(chain), ..domain.clone() },
        Eip712Domain { verifying_contract: Some(market.curator), ..domain.clone() },
        Eip712Domain { version: Some("2".into()), ..domain.clone() },
        Eip712Domain { name: Some("Equipoise Clearing".into()), ..domain.clone() },
    ];
    for other in elsewhere {
        market.refuse(relayer, &with(&post, signed_in(&post, &two, &other)), &invalid(&post));
    }
    // The twin of a signature, with the higher s.
    let mut high = good.signature.to_vec();
    let s = ORDER - U256::from_be_slice(&high[32..64]);
    high[32..64].copy_from_slice(&s.to_be_bytes::<32>());
    high[64] = 27 + 28 - high[64];
    let cut = good.signature[..64].to_vec();
    let long = [good.signature.to_vec(), vec![0]].concat();
    let mut odd = good.signature.to_vec();
    odd[64] -= 27;
    let zeros = vec![0; 65];
    let of_another = signed_in(&post, &one, &domain).signature.to_vec();
    for bytes in [high, cut, long, odd, zeros, of_another, Vec::new()] {
        let second = SurfaceSignature { signature: Bytes::from(bytes), ..good.clone() };
        market.refuse(relayer, &with(&post, second), &invalid(&post));
    }
    // Each number is signed.
    let changes: [fn(&mut SurfacePost); 7] = [
        |post| post.sequence += 1,
        |post| post.observedAt -= 1,
        |post| post.validUntil += 1,
        |post| post.spotWad += U256::from(1),
        |post| post.slices[3].sigmaWad += U256::from(1),
        |post| post.slices[0].gapWad += U256::from(1),
        |post| post.slices.push(post.slices[0].clone()),
    ];
    market.pass(1);
    let post = draft(&mut market);
    let good = signed_in(&post, &two, &domain);
    for change in changes {
        let mut other = post.clone();
        change(&mut other);
        market.refuse(relayer, &with(&other, good.clone()), &invalid(&other));
    }
    market.send(relayer, &with(&post, good)).unwrap();
}

#[test]
fn surface_is_refused_twice_late_and_from_the_wrong_time() {
    let mut market = strict();
    let relayer = market.keeper;
    let last = market.now();
    market.pass(60);
    let post = draft(&mut market);
    let call = market.signed(post.clone());
    market.send(relayer, &call).unwrap();
    let taken_at = post.observedAt;
    let used = |sequence| MarketSurfaceSequenceUsed { sequence, lastSequence: 2 };
    market.refuse(relayer, &call, &used(2));
    for sequence in [0, 1, 2] {
        let post = SurfacePost { sequence, ..draft(&mut market) };
        let call = market.signed(post);
        market.refuse(relayer, &call, &used(sequence));
    }
    let now = market.now();
    for observed_at in [now + 10, last, 0] {
        let post = SurfacePost { observedAt: observed_at, ..draft(&mut market) };
        let call = market.signed(post);
        let refused = MarketSurfaceOutOfOrder { observedAt: observed_at, lastObservedAt: taken_at };
        market.refuse(relayer, &call, &refused);
    }
    let call = market.standard();
    let valid_until = call.post.validUntil;
    market.world.go_to(valid_until);
    market.refuse_later(relayer, &call, valid_until);
}

impl Market {
    /// A surface of these slices, signed.
    fn call(&mut self, slices: Vec<Slice>) -> IMarket::postSurfaceCall {
        let draft = self.draft(slices);
        self.signed(draft)
    }

    /// The standard surface, signed.
    fn standard(&mut self) -> IMarket::postSurfaceCall {
        let slices = self.slices();
        self.call(slices)
    }

    /// What was signed is taken at the last moment it is valid and not a second later.
    fn refuse_later(&mut self, relayer: Address, call: &IMarket::postSurfaceCall, valid_until: u64) {
        let before = self.world.chain.snapshot();
        self.send(relayer, call).unwrap();
        assert!(self.world.chain.revert(before));
        self.world.go_to(valid_until + 1);
        let now = self.now();
        self.refuse(relayer, call, &MarketSurfaceExpired { validUntil: valid_until, nowAt: now });
    }
}

#[test]
fn owner_replaces_the_keepers_and_how_many_must_sign() {
    let mut market = strict();
    let (owner, relayer) = (market.world.owner, market.keeper);
    let old = market.signers.clone();
    let addresses = |signers: &[PrivateKeySigner]| signers.iter().map(PrivateKeySigner::address).collect::<Vec<_>>();
    let shown = market.read(&IMarket::surfaceKeepersCall {});
    assert_eq!((shown.keepers, shown.threshold), (addresses(&old), 2));
    let fresh = signers(["four", "five"]);
    let set = IMarket::setSurfaceKeepersCall { keepers: addresses(&fresh), threshold: 1 };
    let receipt = market.send(owner, &set).unwrap();
    let told = World::events::<SurfaceKeepersSet>(&receipt).remove(0);
    assert_eq!((told.keepers, told.threshold), (set.keepers, 1));
    let shown = market.read(&IMarket::surfaceKeepersCall {});
    assert_eq!((shown.keepers, shown.threshold), (addresses(&fresh), 1));
    assert_eq!(market.read(&IMarket::surfaceStepsCall {}).sequence, 0, "sequences begin anew");
    let call = market.standard();
    market.refuse(relayer, &call, &MarketSurfaceKeeperUnknown { keeper: old[0].address() });
    let post = draft(&mut market);
    let call = by(&market, &post, &[&fresh[1]]);
    market.send(relayer, &call).unwrap();
    // More than before again: nobody is left over from the first list.
    let many: Vec<_> = (1..=16).map(Address::repeat_byte).collect();
    market.send(owner, &IMarket::setSurfaceKeepersCall { keepers: many.clone(), threshold: 16 }).unwrap();
    assert_eq!(market.read(&IMarket::surfaceKeepersCall {}).keepers, many);
}

#[test]
fn a_keeper_that_is_a_contract_says_itself_what_it_signed() {
    let mut market = strict();
    let (owner, relayer) = (market.world.owner, market.keeper);
    let wallet = market.world.deploy("TestMarket", Vec::new());
    let key = market.signers[0].clone();
    let mut keepers = vec![wallet, key.address()];
    keepers.sort();
    market.send(owner, &IMarket::setSurfaceKeepersCall { keepers, threshold: 2 }).unwrap();
    let post = draft(&mut market);
    let by_wallet = SurfaceSignature { keeper: wallet, signature: Bytes::from(vec![7; 31]) };
    let mut signatures = vec![market.signature(&post, &key), by_wallet];
    signatures.sort_by_key(|signature| signature.keeper);
    let digest = post.eip712_signing_hash(&market.domain());
    let call = IMarket::postSurfaceCall { post, signatures };
    market.refuse(relayer, &call, &SignatureInvalid { signer: wallet, digest });
    market.world.send(owner, wallet, &TestMarket::confirmCall { digest }).unwrap();
    market.send(relayer, &call).unwrap();
}

#[test]
fn lists_of_keepers_that_could_not_sign_are_refused() {
    let mut market = strict();
    let owner = market.world.owner;
    let set = |count: u8, threshold| IMarket::setSurfaceKeepersCall {
        keepers: (1..=count).map(Address::repeat_byte).collect(),
        threshold,
    };
    for (count, threshold) in [(0, 0), (0, 1), (3, 0), (3, 4), (17, 2), (16, 17)] {
        let (given, maximum) = (U256::from(count), U256::from(16));
        let refused = MarketSurfaceKeepersInvalid { count: given, maximum, threshold };
        market.refuse(owner, &set(count, threshold), &refused);
    }
    let [low, high] = [1, 2].map(Address::repeat_byte);
    for (keepers, keeper, previous) in [
        (vec![Address::ZERO, low], Address::ZERO, Address::ZERO),
        (vec![low, low], low, low),
        (vec![high, low], low, high),
    ] {
        let set = IMarket::setSurfaceKeepersCall { keepers, threshold: 1 };
        market.refuse(owner, &set, &MarketSurfaceKeepersUnordered { keeper, previous });
    }
}

#[test]
fn a_strike_moves_no_further_than_a_step() {
    let mut market = strict();
    let relayer = market.keeper;
    // Of 7, 14, 30 and 60 days the last has the narrowest limit, and the one before gives way first here.
    let slices = at_level(&mut market, 66.0);
    let call = market.call(slices);
    let data = market.refused_data(market.market, relayer, alloy_sol_types::SolCall::abi_encode(&call));
    let refused: MarketSurfaceStepTooLarge = data.decode().unwrap();
    let (strike, moved) = largest_move(&mut market, 2, 60.0, 66.0);
    assert_eq!((refused.board, refused.strikeWad), (3, wad(strike)));
    assert!((number(refused.movedWad) - moved).abs() < 1e-9, "{} {moved}", refused.movedWad);
    let left = (market.boards[2].1 - market.now()) as f64;
    let most = 0.05 * (30.0 * DAY as f64 / left).sqrt();
    assert!((number(refused.mostWad) - most).abs() < 1e-9, "{} {most}", refused.mostWad);
    // 3 points pass, and are nearly the whole of the 60 days' limit.
    let slices = at_level(&mut market, 63.0);
    market.post(slices).unwrap();
    let (_, moved) = largest_move(&mut market, 3, 60.0, 63.0);
    let left = (market.boards[3].1 - market.now()) as f64;
    let share = moved / (0.05 * (30.0 * DAY as f64 / left).sqrt());
    let used = market.read(&IMarket::surfaceStepsCall {}).usedMillionths.to::<u64>() as f64;
    assert!((used / 1e6 - share).abs() < 1e-4, "{used} {share}");
}

#[test]
fn steps_in_a_row_wait_for_the_bucket() {
    let mut market = strict();
    let relayer = market.keeper;
    let mut used = 0;
    for level in [63.0, 66.0, 69.0, 72.0] {
        let slices = at_level(&mut market, level);
        market.post(slices).unwrap();
        let steps = market.read(&IMarket::surfaceStepsCall {});
        assert!(steps.usedMillionths.to::<u64>() > used, "each takes its own");
        used = steps.usedMillionths.to();
        assert_eq!(steps.mostMillionths, U256::from(4 * ONE_STEP));
    }
    assert!(used > 3 * ONE_STEP);
    let slices = at_level(&mut market, 75.0);
    let call = market.call(slices);
    let now = market.now();
    let data = market.refused_data(market.market, relayer, alloy_sol_types::SolCall::abi_encode(&call));
    let refused: MarketSurfaceTooFast = data.decode().unwrap();
    let excess = refused.usedMillionths.to::<u64>() - 4 * ONE_STEP;
    assert_eq!(refused.mostMillionths, U256::from(4 * ONE_STEP));
    // Four steps an hour: 900 seconds each. A call in the same second still sees what the view did.
    assert!(
        refused.retryAt.abs_diff(now + (excess * 900).div_ceil(ONE_STEP)) <= 2,
        "{} {now} {excess}",
        refused.retryAt
    );
    // The same surface again is no step and waits for nothing.
    let slices = at_level(&mut market, 72.0);
    market.post(slices).unwrap();
    market.world.go_to(refused.retryAt + 1);
    let slices = at_level(&mut market, 75.0);
    market.post(slices).unwrap();
    market.pass(HOUR);
    assert_eq!(market.read(&IMarket::surfaceStepsCall {}).usedMillionths, U256::ZERO);
}

#[test]
fn the_forward_over_spot_moves_no_further_than_a_step() {
    let mut market = strict();
    let relayer = market.keeper;
    let mut slices = market.slices();
    let forward = slices[1].forwardWad;
    slices[1].forwardWad = forward * U256::from(100_501) / U256::from(100_000);
    let call = market.call(slices.clone());
    let data = market.refused_data(market.market, relayer, alloy_sol_types::SolCall::abi_encode(&call));
    let refused: MarketBasisStepTooLarge = data.decode().unwrap();
    assert_eq!((refused.board, refused.mostWad.abs_diff(U256::from(CONTRACT / 200)) <= U256::from(1)), (2, true));
    assert!((number(refused.movedWad) - 0.00501).abs() < 1e-6, "{}", refused.movedWad);
    slices[1].forwardWad = forward * U256::from(1_001) / U256::from(1_000);
    market.post(slices).unwrap();
    let used = market.read(&IMarket::surfaceStepsCall {}).usedMillionths.to::<u64>();
    assert!(used.abs_diff(200_000) < 2_000, "a fifth of a step: {used}");
}

#[test]
fn first_slice_of_a_board_may_be_anywhere() {
    let mut market = strict();
    let now = market.now();
    market.list(now + 200 * DAY, &STRIKES);
    let mut slices = market.slices();
    let new = slices.last_mut().unwrap();
    new.aWad = signed(CONTRACT);
    new.forwardWad = wad(3_300);
    market.post(slices.clone()).unwrap();
    let used = market.read(&IMarket::surfaceStepsCall {}).usedMillionths;
    assert!(used < U256::from(ONE_STEP / 100), "{used}");
    slices.last_mut().unwrap().aWad = signed(2 * CONTRACT);
    let call = market.call(slices);
    let relayer = market.keeper;
    let data = market.refused_data(market.market, relayer, alloy_sol_types::SolCall::abi_encode(&call));
    assert_eq!(data.decode::<MarketSurfaceStepTooLarge>().unwrap().board, 5);
}

#[test]
fn spread_covers_the_gap_that_a_slice_leaves() {
    let mut market = strict();
    let relayer = market.keeper;
    let legs = [leg(call_of(3, K3000), CONTRACT)];
    let (plain, plain_book) = (market.quote(&legs).unwrap(), market.book());
    let with_gap = |market: &mut Market, ten_thousandths: u64| {
        let mut slices = market.slices();
        slices[2].gapWad = U256::from(ten_thousandths) * U256::from(100_000_000_000_000_u64);
        market.draft(slices)
    };
    let post = with_gap(&mut market, 65_536);
    let call = market.signed(post);
    market.refuse(relayer, &call, &MarketSliceOutOfRange { board: 3 });
    // 9 points, of which a market still opens, against a half spread of 0.3.
    let post = with_gap(&mut market, 900);
    let call = market.signed(post);
    market.send(relayer, &call).unwrap();
    let covered = market.quote(&legs).unwrap();
    assert_eq!(covered.midAtoms, plain.midAtoms, "the mid is that of the slice");
    let vega = 3_000.0 * 0.3989 * (30.0_f64 / 365.0).sqrt();
    let wider = (covered.spreadAtoms - plain.spreadAtoms).to::<u64>() as f64 / 1e6;
    // A normal market's spread of volatility is a quarter wider.
    assert!((wider / (vega * 0.087 * 1.25) - 1.0).abs() < 0.1, "{wider} for a vega of {vega}");
    // Other boards keep theirs, and the book, which is empty, is as certain as it was.
    let near = [leg(call_of(1, K3000), CONTRACT)];
    assert!(market.quote(&near).unwrap().spreadAtoms < covered.spreadAtoms / U256::from(4));
    assert_eq!(market.book().navUncertaintyWad, plain_book.navUncertaintyWad);
    // With a position in that board its value is uncertain by the gap.
    let trader = market.trader("buyer", 1_000_000 * TOKEN);
    market.trade(trader, &legs).unwrap();
    let unsure = number(market.book().navUncertaintyWad);
    assert!((unsure / (vega * 0.09 * 1.25) - 1.0).abs() < 0.1, "{unsure}");
    // Once the keepers have caught up it is gone; one narrower than the spread changes nothing.
    let post = with_gap(&mut market, 10);
    let call = market.signed(post);
    market.send(relayer, &call).unwrap();
    assert!(number(market.book().navUncertaintyWad) < unsure / 15.0);
}

#[test]
fn keepers_call_data_that_lies_about_its_lengths_is_refused() {
    let mut market = strict();
    let relayer = market.keeper;
    let call = market.standard();
    let data = alloy_sol_types::SolCall::abi_encode(&call);
    // Offsets and lengths of the post, the signatures, the slices: each past the end.
    let word = |place: usize| 4 + 32 * place..4 + 32 * (place + 1);
    let signatures = usize::try_from(U256::from_be_slice(&data[word(1)])).unwrap() / 32;
    for place in [0, 1, 6, 7, signatures, signatures + 1] {
        for value in [B256::repeat_byte(0xff), B256::from(U256::from(1_u64 << 40)), B256::from(U256::from(data.len()))]
        {
            let mut wrong = data.clone();
            wrong[word(place)].copy_from_slice(value.as_slice());
            let refused = market.refused_data(market.market, relayer, wrong);
            assert!(!refused.0.is_empty(), "a typed error for {value} at {place}");
        }
    }
    for length in [4, 36, 100, data.len() / 2] {
        let refused = market.refused_data(market.market, relayer, data[..length].to_vec());
        refused.expect(&equipoise_interfaces::CalldataMalformed { selector: data[..4].try_into().unwrap() });
    }
}
