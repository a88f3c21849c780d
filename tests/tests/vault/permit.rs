//! Allowances by signature.

use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{sol, SolStruct};
use equipoise_interfaces::{ERC2612ExpiredSignature, ERC2612InvalidSigner, ITranche};
use equipoise_tests::TOKEN;

use crate::fixture::{setup, Setup, SHARE};

sol! {
    struct Permit { address owner; address spender; uint256 value; uint256 nonce; uint256 deadline; }
}

/// The order of secp256k1.
const ORDER: U256 = alloy_primitives::uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

fn signed(setup: &mut Setup, signer: &PrivateKeySigner, permit: &Permit) -> ITranche::permitCall {
    let domain = alloy_sol_types::Eip712Domain::new(
        Some("Equipoise Junior LP".into()),
        Some("1".into()),
        Some(U256::from(setup.world.chain.chain_id())),
        Some(setup.junior),
        None,
    );
    let separator = setup.world.read(setup.junior, &ITranche::DOMAIN_SEPARATORCall {});
    assert_eq!(separator, domain.separator());
    let signature = signer.sign_hash_sync(&permit.eip712_signing_hash(&domain)).unwrap();
    ITranche::permitCall {
        owner: permit.owner,
        spender: permit.spender,
        value: permit.value,
        deadline: permit.deadline,
        v: 27 + u8::from(signature.v()),
        r: B256::from(signature.r()),
        s: B256::from(signature.s()),
    }
}

#[test]
fn a_signature_is_an_allowance_once_and_for_its_owner_only() {
    let mut setup = setup();
    let junior = setup.junior;
    let signer = PrivateKeySigner::from_bytes(&keccak256("a signer")).unwrap();
    let (owner, spender) = (signer.address(), setup.world.account("spender"));
    let now = setup.world.chain.timestamp();
    let value = U256::from(5 * SHARE);
    let permit = Permit { owner, spender, value, nonce: U256::ZERO, deadline: U256::from(now + 1_000) };
    let call = signed(&mut setup, &signer, &permit);
    // The other signature for the same message.
    let malleated =
        ITranche::permitCall { v: 55 - call.v, s: B256::from(ORDER - U256::from_be_bytes(call.s.0)), ..call.clone() };
    let nobody = ERC2612InvalidSigner { signer: Address::ZERO, owner };
    setup.send(spender, junior, &malleated).unwrap_err().expect(&nobody);
    let other = ITranche::permitCall { owner: spender, ..call.clone() };
    assert!(setup.send(spender, junior, &other).is_err());
    setup.send(spender, junior, &call).unwrap();
    assert_eq!(setup.world.read(junior, &ITranche::allowanceCall { owner, spender }), value);
    assert_eq!(setup.world.read(junior, &ITranche::noncesCall { owner }), U256::from(1));
    setup.send(spender, junior, &call).unwrap_err().decode::<ERC2612InvalidSigner>().unwrap();
    let late = Permit { nonce: U256::from(1), deadline: U256::from(now - 1), ..permit };
    let late = signed(&mut setup, &signer, &late);
    let expired = ERC2612ExpiredSignature { deadline: late.deadline };
    setup.send(spender, junior, &late).unwrap_err().expect(&expired);
    // Spent as any allowance is.
    let lp = setup.member(junior, "an LP", 10 * TOKEN);
    setup.send(lp, junior, &ITranche::transferCall { to: owner, value }).unwrap();
    let take = ITranche::transferFromCall { from: owner, to: spender, value };
    setup.send(spender, junior, &take).unwrap();
    assert_eq!(setup.shares(junior, spender), 5 * SHARE);
}
