//! The trace of a real trade, through the proxies.

use std::collections::BTreeSet;

use alloy_primitives::{Address, I256, U256};
use alloy_rpc_types_trace::geth::CallFrame;
use equipoise_tests::TOKEN;

use crate::explained::trade;
use crate::fixture::{call_of, leg, Market, CONTRACT, K3000};
use crate::frames::frames;

fn callees(frame: &CallFrame, kind: &str, found: &mut BTreeSet<Address>) {
    for call in &frame.calls {
        found.extend(call.to.filter(|_| call.typ == kind));
        callees(call, kind, found);
    }
}

fn assert_children_fit(frame: &CallFrame) {
    let inner: U256 = frame.calls.iter().map(|call| call.gas_used).sum();
    assert!(inner < frame.gas_used || frame.calls.is_empty(), "{} of {}", inner, frame.gas_used);
    frame.calls.iter().for_each(assert_children_fit);
}

fn logs(frame: &CallFrame, found: &mut Vec<(u64, Address)>) {
    found.extend(frame.logs.iter().map(|log| (log.index.unwrap(), log.address.unwrap())));
    frame.calls.iter().for_each(|call| logs(call, found));
}

#[test]
fn the_trace_of_a_trade_has_the_expected_tree_and_exactly_the_receipts_gas() {
    let mut market = Market::open();
    let trader = market.trader("trader", 1_000_000 * TOKEN);
    let receipt = market.attempt(trader, &trade(&[leg(call_of(1, K3000), CONTRACT)], I256::MAX));
    let root = frames(&mut market.world.chain, &receipt);
    assert_eq!((root.from, root.to, root.typ.as_str()), (trader, Some(market.market), "CALL"));
    assert_children_fit(&root);

    let [program] = &root.calls[..] else { panic!("the proxy only hands on") };
    assert_eq!((program.typ.as_str(), program.from, &program.input), ("DELEGATECALL", market.market, &root.input));
    assert_eq!(program.output, root.output);
    let (mut called, mut asked) = (BTreeSet::new(), BTreeSet::new());
    callees(&root, "CALL", &mut called);
    callees(&root, "STATICCALL", &mut asked);
    assert!(called.contains(&market.clearing), "{called:?}");
    for program in [market.oracle, market.valuer, market.pricer] {
        assert!(asked.contains(&program), "{program} in {asked:?}");
    }

    let mut traced = Vec::new();
    logs(&root, &mut traced);
    traced.sort_unstable();
    let mined: Vec<_> = receipt.logs.iter().map(|log| (log.log_index.unwrap(), log.inner.address)).collect();
    assert_eq!(traced, mined);
}
