//! Votes by signature: each counts once, here, in time, and in one form only.

use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{eip712_domain, SolStruct};
use equipoise_cli::governance::abi::{Ballot, IGovernor};

use crate::governed::{tuning, Governed, Proposal, AGAINST, DELAY, FOR, MARKET, PERIOD, SUPPLY};

/// The order of secp256k1.
const ORDER: U256 = alloy_primitives::uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

struct Signed {
    governed: Governed,
    proposal: Proposal,
    signer: PrivateKeySigner,
    relay: Address,
}

impl Signed {
    /// A voter with 5 %, whose keys only sign, and a proposal that is open for votes.
    fn open() -> Self {
        let mut governed = Governed::open();
        let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(0x42)).unwrap();
        governed.market.world.chain.set_balance(signer.address(), U256::from(u128::MAX));
        governed.give(signer.address(), 5);
        let relay = governed.market.world.account("relay");
        let call = governed.change(governed.market.market, MARKET, &[tuning(0, 21_000_000)]);
        let proposal = governed.propose(vec![call], "signed").unwrap();
        governed.market.pass(DELAY + 1);
        Self { governed, proposal, signer, relay }
    }

    fn sign(&self, support: u8, nonce: u64, chain_id: u64, governor: Address) -> Vec<u8> {
        let domain = eip712_domain! {
            name: "Equipoise Governor",
            version: "1",
            chain_id: chain_id,
            verifying_contract: governor,
        };
        let voter = self.signer.address();
        let ballot = Ballot { proposalId: self.proposal.id, support, voter, nonce: U256::from(nonce) };
        self.signer.sign_hash_sync(&ballot.eip712_signing_hash(&domain)).unwrap().as_bytes().to_vec()
    }

    fn chain_id(&self) -> u64 {
        self.governed.market.world.chain.chain_id()
    }

    fn cast(&mut self, support: u8, signature: Vec<u8>) -> Result<(), equipoise_tests::Failure> {
        let call = IGovernor::castVoteBySigCall {
            proposalId: self.proposal.id,
            support,
            voter: self.signer.address(),
            signature: Bytes::from(signature),
        };
        let (relay, governor) = (self.relay, self.governed.governor);
        self.governed.send(relay, governor, &call).map(drop)
    }

    fn for_votes(&mut self) -> U256 {
        let call = IGovernor::proposalVotesCall { proposalId: self.proposal.id };
        self.governed.read(self.governed.governor, &call).forVotes
    }
}

#[test]
fn a_signed_vote_counts_whoever_brings_it_and_once() {
    let mut signed = Signed::open();
    let (id, governor) = (signed.chain_id(), signed.governed.governor);
    let signature = signed.sign(FOR, 0, id, governor);
    signed.cast(FOR, signature.clone()).unwrap();
    assert_eq!(signed.for_votes(), U256::from(SUPPLY / 20));
    // The same again: its nonce is used.
    let voter = signed.signer.address();
    signed.cast(FOR, signature).unwrap_err().expect(&IGovernor::GovernorInvalidSignature { voter });
    let again = signed.sign(AGAINST, 1, id, governor);
    signed.cast(AGAINST, again).unwrap_err().expect(&IGovernor::GovernorAlreadyCastVote { voter });
    assert_eq!(signed.for_votes(), U256::from(SUPPLY / 20));
}

#[test]
fn a_signature_for_another_chain_contract_vote_or_nonce_is_refused() {
    let mut signed = Signed::open();
    let (id, governor) = (signed.chain_id(), signed.governed.governor);
    let invalid = IGovernor::GovernorInvalidSignature { voter: signed.signer.address() };
    let timelock = signed.governed.timelock;
    let others = [
        signed.sign(FOR, 0, id + 1, governor),
        signed.sign(FOR, 0, id, timelock),
        signed.sign(AGAINST, 0, id, governor),
        signed.sign(FOR, 1, id, governor),
    ];
    for signature in others {
        signed.cast(FOR, signature).unwrap_err().expect(&invalid);
    }
    assert_eq!(signed.for_votes(), U256::ZERO);
}

#[test]
fn the_twin_of_a_signature_and_one_of_another_length_are_refused() {
    let mut signed = Signed::open();
    let (id, governor) = (signed.chain_id(), signed.governed.governor);
    let signature = signed.sign(FOR, 0, id, governor);
    let invalid = IGovernor::GovernorInvalidSignature { voter: signed.signer.address() };
    let mut twin = signature.clone();
    let s = ORDER - U256::from_be_slice(&signature[32..64]);
    twin[32..64].copy_from_slice(&s.to_be_bytes::<32>());
    twin[64] = if signature[64] == 27 { 28 } else { 27 };
    signed.cast(FOR, twin).unwrap_err().expect(&invalid);
    let longer = [signature.clone(), vec![0]].concat();
    for other in [longer, signature[..64].to_vec(), Vec::new(), vec![0; 65]] {
        signed.cast(FOR, other).unwrap_err().expect(&invalid);
    }
    signed.cast(FOR, signature).unwrap();
}

#[test]
fn a_signature_that_comes_after_the_vote_counts_nothing() {
    let mut signed = Signed::open();
    let (id, governor) = (signed.chain_id(), signed.governed.governor);
    let signature = signed.sign(FOR, 0, id, governor);
    signed.governed.market.pass(PERIOD);
    let failure = signed.cast(FOR, signature).unwrap_err();
    assert!(failure.decode::<IGovernor::GovernorUnexpectedProposalState>().is_some());
    assert_eq!(signed.for_votes(), U256::ZERO);
}
