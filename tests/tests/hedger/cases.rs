//! Cases in which nobody may lose what is his, of those that need solvers: the table is in `tests/tests/cases/README.md`.

use alloy_primitives::{uint, Address, Bytes, U256};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{sol, SolValue};
use equipoise_interfaces::{
    HedgerCheckpointTooYoung, HedgerDeadlinePassed, HedgerFillShort, HedgerGainTooSmall, HedgerNonceDiffers,
    HedgerWindowClosed, IHedger, SignatureInvalid,
};
use equipoise_tests::World;

use crate::fixture::{FAR, SPOT};
use crate::lender::mintable;
use crate::pool::{at, with_pool, DEEP};
use crate::stage::{Stage, CAP, UNIT};

const AT_SPOT: u64 = SPOT as u64 * 100;
/// The order of secp256k1: `(r, n - s)` is the other signature of the same message.
const ORDER: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

sol! {
    interface TestVenue {
        function set(uint256 share_, bool isToSolver_) external;
        function found() external view returns (uint256);
    }
}

/// The other signature that recovers to the same signer.
fn malleated(signature: &Bytes) -> Bytes {
    let mut bytes = signature.to_vec();
    let s = U256::from_be_slice(&bytes[32..64]);
    bytes[32..64].copy_from_slice(&(ORDER - s).to_be_bytes::<32>());
    bytes[64] = if bytes[64] == 27 { 28 } else { 27 };
    bytes.into()
}

#[test]
fn request_that_is_replayed_foreign_expired_or_malleable_is_refused_and_moves_nothing() {
    let Some((mut stage, venue)) = with_pool(false, DEEP) else {
        eprintln!("skipped: node is not installed");
        return;
    };
    let key = PrivateKeySigner::from_slice(&[7; 32]).unwrap();
    let (solver, relayer) = (key.address(), stage.market.keeper);
    let leg = at(venue, &stage.leg(20_000, AT_SPOT + 600));
    let request = stage.request(vec![leg]);
    let good = stage.sign(&request, &key, 0);

    let elsewhere = stage.domain(stage.market.world.chain.chain_id() + 1);
    let mut other = stage.domain(stage.market.world.chain.chain_id());
    other.verifying_contract = Some(stage.hedges.referee);
    let mut refused = vec![
        stage.sign_for(&elsewhere, &request, &key, 0),
        stage.sign_for(&other, &request, &key, 0),
        IHedger::rebalanceBySignatureCall { signature: malleated(&good.signature), ..good.clone() },
        IHedger::rebalanceBySignatureCall { signature: Bytes::new(), ..good.clone() },
        IHedger::rebalanceBySignatureCall { signature: vec![0; 65].into(), ..good.clone() },
        // Nobody's signature is nobody's.
        IHedger::rebalanceBySignatureCall { solver: Address::ZERO, signature: vec![0; 65].into(), ..good.clone() },
    ];
    for place in 0..64 {
        let mut signature = good.signature.to_vec();
        signature[place] ^= 1;
        refused.push(IHedger::rebalanceBySignatureCall { signature: signature.into(), ..good.clone() });
    }
    let before = (stage.nav(), stage.epoch(), stage.vault_cash());
    for (place, call) in refused.iter().enumerate() {
        let failure = stage.tell(relayer, call).unwrap_err();
        assert!(failure.decode::<SignatureInvalid>().is_some(), "{place}: {failure:?}");
    }
    let mut late = request.clone();
    late.deadline = stage.market.now() - 1;
    let signed = stage.sign(&late, &key, 0);
    let failure = stage.tell(relayer, &signed).unwrap_err();
    assert!(failure.decode::<HedgerDeadlinePassed>().is_some(), "{failure:?}");
    assert_eq!((stage.nav(), stage.epoch(), stage.vault_cash()), before);

    let tokens = stage.tokens(solver);
    stage.tell(relayer, &good).unwrap();
    assert_eq!(stage.ask(&IHedger::heldAtomsCall {}), U256::from(20 * UNIT));
    assert!(stage.tokens(solver) > tokens, "the tip is the signer's, not the relayer's");
    let failure = stage.tell(relayer, &good).unwrap_err();
    failure.expect(&HedgerNonceDiffers { nonce: U256::ZERO, expected: U256::ONE });
}

#[test]
fn inventory_that_is_made_to_be_rebalanced_earns_no_tip() {
    let mut stage = Stage::quiet(World::new());
    let clean = stage.checkpoint().words;
    stage.market.pass(200);
    stage.market.push(SPOT);
    let (trader, solver) = (stage.trader, stage.solver);
    let tokens = stage.tokens(solver);
    // Made, compared with what was there before it was made: nothing is gained.
    stage.sell_calls(60);
    let request = stage.request(vec![stage.leg(30_000, AT_SPOT)]);
    let failure = stage.rebalance_on(request, clean.clone()).unwrap_err();
    let is_refused =
        failure.decode::<HedgerGainTooSmall>().is_some() || failure.decode::<HedgerWindowClosed>().is_some();
    assert!(is_refused, "{failure:?}");
    // Made, and a checkpoint taken of it at once: it is too young, and what is old enough is clean.
    stage.checkpoint();
    stage.market.pass(60);
    let request = stage.request(vec![stage.leg(30_000, AT_SPOT)]);
    let failure = stage.rebalance(request.clone()).unwrap_err();
    assert!(failure.decode::<HedgerCheckpointTooYoung>().is_some(), "{failure:?}");
    let failure = stage.rebalance_on(request, clean).unwrap_err();
    assert!(failure.decode::<HedgerGainTooSmall>().is_some(), "{failure:?}");
    // Unmade again within the same wait: what it cost is the vault's, and there is no tip.
    let nav = stage.nav();
    let calls = stage.calls(-60 * crate::fixture::CONTRACT);
    stage.market.trade(trader, &[calls]).unwrap();
    assert!(stage.nav() >= nav);
    assert_eq!(stage.tokens(solver), tokens);
}

#[test]
fn venue_that_lies_or_under_delivers_is_refused_and_finds_no_allowance() {
    let mut world = World::new();
    let coin = mintable(&mut world, 18);
    let mut stage = Stage::with_coin(world, coin);
    stage.sell_calls(60);
    stage.open_window();
    let (hedger, clearing, token, coin) =
        (stage.hedges.hedger, stage.market.clearing, stage.market.world.token, stage.coin);
    let venue = stage.market.world.deploy("TestVenue", (coin, token, hedger, clearing).abi_encode_params());
    stage.stock(venue);
    stage.set_venue(venue, CAP).unwrap();
    let anybody = stage.market.keeper;
    let tell = |stage: &mut Stage, share: u64, is_to_solver: bool| {
        let set = TestVenue::setCall { share_: U256::from(share), isToSolver_: is_to_solver };
        stage.market.world.send(anybody, venue, &set).unwrap();
    };
    let before = (stage.nav(), stage.epoch(), stage.coins(hedger), stage.vault_cash(), stage.coins(venue));
    for (share, is_to_solver) in [(0, false), (500, false), (999, false), (1_000, true)] {
        tell(&mut stage, share, is_to_solver);
        let leg = at(venue, &stage.leg(30_000, AT_SPOT));
        let request = stage.request(vec![leg]);
        let failure = stage.rebalance(request).unwrap_err();
        let counted = if is_to_solver { 0 } else { u128::from(share) * 30 * UNIT as u128 / 1_000 };
        let least = U256::from(30 * UNIT);
        failure.expect(&HedgerFillShort { venue, gotAtoms: U256::from(counted), leastAtoms: least });
        let after = (stage.nav(), stage.epoch(), stage.coins(hedger), stage.vault_cash(), stage.coins(venue));
        assert_eq!(after, before, "{share} {is_to_solver}");
    }
    // What is honest passes, and the venue has found nothing that it could have taken beside.
    tell(&mut stage, 1_000, false);
    let leg = at(venue, &stage.leg(30_000, AT_SPOT));
    let request = stage.request(vec![leg]);
    stage.rebalance(request).unwrap();
    assert_eq!(stage.market.world.read(venue, &TestVenue::foundCall {}), U256::ZERO);
    // The other way: it takes the underlying and pays too little.
    stage.trade(&[stage.calls(-60 * crate::fixture::CONTRACT)]);
    stage.open_window();
    tell(&mut stage, 999, false);
    let leg = at(venue, &stage.leg(-30_000, AT_SPOT));
    let mut request = stage.request(vec![leg]);
    request.deadline = FAR;
    let held = (stage.coins(hedger), stage.vault_cash());
    let failure = stage.rebalance(request).unwrap_err();
    assert!(failure.decode::<HedgerFillShort>().is_some(), "{failure:?}");
    assert_eq!((stage.coins(hedger), stage.vault_cash()), held);
}
