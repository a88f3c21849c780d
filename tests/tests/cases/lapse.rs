//! Programs that lapse: Arbitrum lets none run for more than a year after its activation, unless somebody keeps it alive.

use std::collections::BTreeSet;

use alloy_primitives::{keccak256, Address, U256};
use alloy_rpc_types_eth::{BlockId, TransactionInput, TransactionRequest};
use alloy_sol_types::SolCall;
use equipoise_cli::deployment::arbitrum::{IArbWasm, ARB_WASM};
use equipoise_cli::deployment::ProxyState;
use equipoise_interfaces::{account, IClearing, ITranche, IVault};
use equipoise_tests::TOKEN;

use crate::fixture::{call_of, leg, Market, CONTRACT, DAY, K3000};

const CASH: u128 = 50_000 * TOKEN;

impl Market {
    /// Every program of the market, those that proxies run too, each code once.
    fn all_codes(&mut self) -> Vec<Address> {
        let (clearing, vault) = (self.clearing, self.vault);
        let mut programs = vec![self.oracle];
        programs.extend(self.programs());
        programs.push(self.world.read(clearing, &IClearing::liquidatorCall {}));
        programs.push(self.world.read(clearing, &IClearing::backstopCall {}));
        programs.push(self.world.read(clearing, &IClearing::registrarCall {}));
        programs.push(self.world.read(vault, &IVault::stewardCall {}));
        for proxy in [self.market, clearing, vault, self.junior] {
            programs.push(ProxyState::of(&self.world.chain, proxy).unwrap().implementation);
        }
        let mut seen = BTreeSet::new();
        programs.retain(|program| seen.insert(keccak256(self.world.chain.code(*program, BlockId::latest()).unwrap())));
        programs
    }

    fn activate(&mut self, by: Address, program: Address) -> bool {
        let request = TransactionRequest {
            from: Some(by),
            to: Some(ARB_WASM.into()),
            input: TransactionInput::new(IArbWasm::activateProgramCall { program }.abi_encode().into()),
            value: Some(U256::from(1_000_000_000_000_000_u64)),
            ..TransactionRequest::default()
        };
        self.world.chain.send(request).unwrap().status
    }
}

#[test]
fn lapsed_programs_serve_nobody_until_anybody_activates_them_and_every_balance_is_there() {
    let mut market = Market::open();
    let codes = market.all_codes();
    let trader = market.trader("trader", CASH);
    market.trade(trader, &[leg(call_of(3, K3000), CONTRACT)]).unwrap();
    let saver = market.trader("saver", CASH);
    let (junior, lp) = (market.junior, market.lp);
    let shares = market.world.read(junior, &ITranche::balanceOfCall { owner: lp });
    let cash = market.cash(account::of(trader));
    let before = market.world.chain.snapshot();

    market.pass(366 * DAY);
    let clearing = market.clearing;
    let withdraw = IClearing::withdrawCall { amountAtoms: U256::from(CASH) };
    let doors: [&dyn Fn(&mut Market) -> bool; 3] = [
        &|market| market.ledger(saver, &withdraw).is_ok(),
        &|market| market.trade(trader, &[leg(call_of(3, K3000), -CONTRACT)]).is_ok(),
        &|market| market.world.view(clearing, &IClearing::cashOfCall { account: account::of(saver) }).is_ok(),
    ];
    assert!(doors.iter().all(|door| !door(&mut market)), "a lapsed program serves somebody");

    let stranger = market.world.account("stranger");
    for program in codes {
        assert!(market.activate(stranger, program), "{program} is not activated");
        assert!(!market.activate(stranger, program), "{program} is activated twice");
    }
    let changed = market.world.changed_since(before);
    assert!(changed.is_empty(), "lapsing and activating change {changed:?}");
    assert_eq!(market.cash(account::of(trader)), cash);
    assert_eq!(market.world.read(junior, &ITranche::balanceOfCall { owner: lp }), shares);
    market.ledger(saver, &withdraw).unwrap();
    assert_eq!(market.world.tokens(saver), CASH);
}
