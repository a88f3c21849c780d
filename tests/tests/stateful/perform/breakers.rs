//! Looks at the breakers, and the guardian, who is the owner while no registry is named.

use alloy_sol_types::SolCall;
use equipoise_interfaces::IBreakers::{pokeCall, tightenCall};
use equipoise_interfaces::{CallerNotOwner, GuardianOnlyTightens};
use equipoise_risk::breakers::State;

use crate::life::{Life, Outcome};

impl Life {
    /// Anybody has every measure looked at.
    pub(super) fn poke(&mut self, by: u8) -> Outcome {
        let (from, market, before) = (self.actors.address(by), self.market.market, self.before().clone());
        let result = self.send(from, market, &pokeCall {});
        let mut native = before.native();
        let poked = self.moment().map(|moment| native.poke(moment));
        assert_eq!(
            result.is_ok(),
            matches!(poked, Some(Ok(()))),
            "a look needs a price, and capital once there is a surface: {result:?}"
        );
        if let (Ok(receipt), Some(moment)) = (&result, self.moment()) {
            let after = self.picture();
            native.require_same(&after.native());
            assert_eq!(pokeCall::abi_decode_returns(&receipt.output), Ok(native.state(moment).number()));
            self.reach("recovered by a poke", before.is_recovered_in(&after));
        }
        Outcome::of(result.map(drop), &[])
    }

    /// Tightens as the owner, if nobody else is named.
    pub(super) fn tighten(&mut self, by: Option<u8>, state: u8) -> Outcome {
        let (owner, market) = (self.market.world.owner, self.market.market);
        let (from, before) = (by.map_or(owner, |who| self.actors.address(who)), self.before().clone());
        let result = self.send(from, market, &tightenCall { state });
        match &result {
            Ok(_) => {
                assert_eq!(from, owner, "the guardian tightens and nobody else");
                let mut native = before.native();
                native.tighten(self.now(), State::of_number(state).expect("a state that there is"));
                let after = self.picture();
                native.require_same(&after.native());
                assert!(after.frozen.watch.state >= before.breakers.state(self.now()), "and loosens nothing");
            }
            Err(refused) if from == owner => refused.expect(&GuardianOnlyTightens { toState: state }),
            Err(refused) => refused.expect(&CallerNotOwner { caller: from, owner }),
        }
        Outcome::of(result.map(drop), &[])
    }
}
