//! Requests that a relayer sends for a solver who has signed them.

use alloy_primitives::U256;
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::Eip712Domain;
use equipoise_interfaces::{HedgerNonceDiffers, IHedger, RebalanceRequest, SignatureInvalid};
use equipoise_tests::{hedger_domain, signed_rebalance, World};

use crate::fixture::{FAR, SPOT};
use crate::stage::Stage;

impl Stage {
    /// A solver's signature under a request, on this chain.
    pub fn sign(
        &mut self,
        request: &RebalanceRequest,
        key: &PrivateKeySigner,
        nonce: u64,
    ) -> IHedger::rebalanceBySignatureCall {
        let domain = self.domain(self.market.world.chain.chain_id());
        self.sign_for(&domain, request, key, nonce)
    }

    /// The hedger's domain, as another chain would have it.
    pub fn domain(&self, chain_id: u64) -> Eip712Domain {
        hedger_domain(chain_id, self.hedges.hedger)
    }

    /// A solver's signature under a request, in some domain.
    pub fn sign_for(
        &mut self,
        domain: &Eip712Domain,
        request: &RebalanceRequest,
        key: &PrivateKeySigner,
        nonce: u64,
    ) -> IHedger::rebalanceBySignatureCall {
        let asked = (request.clone(), self.inventory());
        signed_rebalance(domain, asked, (key.address(), U256::from(nonce)), key)
    }
}

#[test]
fn a_relayer_sends_what_a_solver_has_signed_once_and_unchanged() {
    let mut stage = Stage::quiet(World::new());
    stage.sell_calls(60);
    stage.open_window();
    let key = PrivateKeySigner::from_slice(&[7; 32]).unwrap();
    // Nobody but a contract can deliver: without one the fill falls short, but the signature is what is tried here.
    let mut request = stage.request(vec![stage.leg(10_000, SPOT as u64 * 100)]);
    request.deadline = FAR;
    let relayer = stage.market.keeper;
    let signed = stage.sign(&request, &key, 0);
    let mut changed = signed.clone();
    changed.request.maxTipAtoms = U256::from(1);
    let solver = key.address();
    let refused = stage.tell(relayer, &changed).unwrap_err();
    assert!(refused.decode::<SignatureInvalid>().is_some(), "{refused:?}");
    let wrong = stage.sign(&request, &key, 1);
    let refused = stage.tell(relayer, &wrong).unwrap_err();
    refused.expect(&HedgerNonceDiffers { nonce: U256::from(1), expected: U256::ZERO });
    let refused = stage.tell(relayer, &signed).unwrap_err();
    let short = refused.decode::<equipoise_interfaces::HedgerFillShort>();
    assert!(short.is_some(), "the signature is good: {refused:?}");
    assert_eq!(stage.ask(&IHedger::noncesCall { solver }), U256::ZERO, "what fails uses no nonce");
}
