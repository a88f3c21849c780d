use alloy_rpc_types_eth::{
    state::{AccountOverride, StateOverride},
    Filter,
};

use super::{contracts::*, *};
use crate::{EstimateError, SendError};

#[test]
fn a_transfer_costs_21000_at_the_base_fee() {
    let mut chain = chain();
    let before = chain.balance(ALICE, BlockId::latest()).unwrap();
    let receipt = chain
        .send(request(BOB, vec![]).value(U256::from(7)).max_fee_per_gas(10_u128.pow(12)).max_priority_fee_per_gas(5))
        .unwrap();
    assert_eq!((receipt.gas_used, receipt.effective_gas_price), (21_000, 100_000_000));
    let spent = before - chain.balance(ALICE, BlockId::latest()).unwrap();
    assert_eq!(spent, U256::from(7 + 21_000 * 100_000_000_u64));
}

#[test]
fn snapshots_return_to_everything() {
    let mut chain = chain();
    let contract = install(&mut chain, 0xE1, evm_store());
    send(&mut chain, contract, store(1, 1));
    let outer = chain.snapshot();
    let inner = chain.snapshot();
    let receipt = send(&mut chain, contract, store(1, 2));
    chain.increase_time(100);
    chain.mine(3, Some(5));
    assert_eq!((chain.head_number(), chain.timestamp()), (5, chain.config().timestamp + 110));

    assert!(chain.revert(inner));
    assert_eq!(slot(&chain, contract, 1), 1);
    assert_eq!((chain.head_number(), chain.timestamp()), (1, chain.config().timestamp));
    assert!(chain.receipt(receipt.transaction_hash).is_none());
    assert!(!chain.revert(inner), "a snapshot serves once");
    assert_eq!(send(&mut chain, contract, store(1, 2)).transaction_hash, receipt.transaction_hash);
    assert!(chain.revert(outer));
    assert_eq!(slot(&chain, contract, 1), 1);
}

#[test]
fn changed_slots_are_those_that_differ_from_a_snapshot() {
    let mut chain = chain();
    let contract = install(&mut chain, 0xE1, evm_store());
    send(&mut chain, contract, store(1, 1));
    let before = chain.snapshot();
    let changed = |chain: &Chain| {
        let places = chain.changed_slots(before).unwrap();
        places.into_iter().filter(|(owner, _)| *owner == contract).map(|(_, slot)| slot).collect::<Vec<_>>()
    };
    assert!(changed(&chain).is_empty());
    send(&mut chain, contract, store(3, 7));
    send(&mut chain, contract, store(1, 2));
    assert_eq!(changed(&chain), [U256::from(1), U256::from(3)]);
    // What is put back has not changed.
    send(&mut chain, contract, store(1, 1));
    send(&mut chain, contract, store(3, 0));
    assert!(changed(&chain).is_empty());
    assert!(chain.revert(before));
    assert!(chain.changed_slots(before).is_none(), "it is used up");
}

#[test]
fn past_blocks_can_be_read_and_called() {
    let mut chain = chain();
    let contract = install(&mut chain, 0xE1, evm_store());
    send(&mut chain, contract, store(1, 1));
    chain.increase_time(60);
    send(&mut chain, contract, store(1, 2));
    let at = |number: u64| BlockId::number(number);
    assert_eq!(chain.storage(contract, U256::from(1), at(1)).unwrap().0[31], 1);
    assert_eq!(chain.storage(contract, U256::from(1), at(2)).unwrap().0[31], 2);
    // TIMESTAMP, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN
    let clock = install(&mut chain, 0xE2, vec![0x42, 0x60, 0, 0x52, 0x60, 0x20, 0x60, 0, 0xF3].into());
    let start = chain.config().timestamp;
    assert_eq!(chain.call(&request(clock, vec![]), at(2), None).unwrap().output, word(start + 60));
    assert!(matches!(chain.storage(contract, U256::from(1), at(9)), Err(SendError::UnknownBlock(_))));
    chain.increase_time(5);
    assert_eq!(chain.call(&request(clock, vec![]), BlockId::pending(), None).unwrap().output, word(start + 65));
}

#[test]
fn overrides_last_for_one_call() {
    let mut chain = chain();
    // PUSH1 1, SLOAD, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN
    let code = Bytes::from(vec![0x60, 1, 0x54, 0x60, 0, 0x52, 0x60, 0x20, 0x60, 0, 0xF3]);
    let target = Address::repeat_byte(0x99);
    let slots = [(U256::from(1).into(), U256::from(42).into())].into_iter().collect();
    let account = AccountOverride { code: Some(code), state_diff: Some(slots), ..AccountOverride::default() };
    let overrides: StateOverride = [(target, account)].into_iter().collect();
    let outcome = chain.call(&request(target, vec![]), BlockId::latest(), Some(&overrides)).unwrap();
    assert_eq!(outcome.output, word(42));
    assert!(call(&mut chain, target, vec![]).output.is_empty());
}

#[test]
fn estimates_are_exact() {
    let mut chain = chain();
    let program = deploy(&mut chain, &wasm_store());
    let forwarder = deploy(&mut chain, &wasm_forwarder("call_contract"));
    let request = request(forwarder, forward(program, &store(1, 1)));
    let gas = chain.estimate_gas(&request, BlockId::latest(), None).unwrap();
    let mut run = |gas: u64| chain.call(&request.clone().gas_limit(gas), BlockId::latest(), None).unwrap().status;
    assert!(run(gas));
    assert!(!run(gas - 1));
    let revert = install(&mut chain, 0xEE, vec![0x60, 0x03, 0x60, 0x00, 0xFD].into());
    let failed = chain.estimate_gas(&super::request(revert, vec![]), BlockId::latest(), None);
    assert_eq!(failed, Err(EstimateError::Reverted { output: vec![0; 3].into() }));
}

#[test]
fn invalid_transactions_are_refused_with_values() {
    let mut chain = chain();
    let nonce = chain.send(request(BOB, vec![]).nonce(5)).unwrap_err();
    assert_eq!(nonce, SendError::Nonce { from: ALICE, nonce: 5, expected: 0 });
    let gas = chain.send(request(BOB, vec![]).gas_limit(20_000)).unwrap_err();
    assert_eq!(gas, SendError::IntrinsicGas { limit: 20_000, required: 21_000 });
    let fee =
        chain.send(request(BOB, vec![]).max_fee_per_gas(5).max_priority_fee_per_gas(0).gas_limit(21_000)).unwrap_err();
    assert_eq!(fee, SendError::FeeCap { cap: 5, base_fee: 100_000_000 });
    let poor = chain.send(request(BOB, vec![]).from(Address::repeat_byte(9)).gas_limit(21_000)).unwrap_err();
    assert!(matches!(poor, SendError::InsufficientFunds { .. }));
    assert_eq!(chain.head_number(), 0, "nothing was mined");
}

#[test]
fn gas_beyond_the_limit_of_a_transaction_is_returned() {
    let mut chain = chain();
    let spin = deploy(&mut chain, &entrypoint("", "(loop (br 0)) (i32.const 0)"));
    let receipt = chain.send(request(spin, vec![]).gas_limit(100_000_000)).unwrap();
    assert_eq!((receipt.status, receipt.gas_used), (false, 32_000_000));
}

#[test]
fn logs_are_found_by_address_and_block() {
    let mut chain = chain();
    let wasm = entrypoint("emit_log(iii)", "(call $emit_log (i32.const 0) (i32.const 32) (i32.const 1)) (i32.const 0)");
    let program = deploy(&mut chain, &wasm);
    let block = send(&mut chain, program, vec![]).block_number;
    send(&mut chain, program, vec![]);
    assert_eq!(chain.logs(&Filter::new().address(program).from_block(0)).len(), 2);
    assert_eq!(chain.logs(&Filter::new().address(program).from_block(0).to_block(block)).len(), 1);
    assert_eq!(chain.logs(&Filter::new().address(BOB).from_block(0)).len(), 0);
    let found = chain.logs(&Filter::new().address(program).from_block(block).to_block(block));
    assert_eq!(found[0].block_hash, Some(chain.block(BlockId::number(block)).unwrap().hash));
}

#[test]
fn clearing_a_slot_earns_a_refund_of_at_most_a_fifth() {
    let mut chain = chain();
    let program = deploy(&mut chain, &wasm_store());
    let evm = install(&mut chain, 0xE1, evm_store());
    for contract in [program, evm] {
        chain.set_storage(contract, U256::from(1), U256::from(1).into());
        let changed = send(&mut chain, contract, store(1, 2)).gas_used;
        let cleared = send(&mut chain, contract, store(1, 0)).gas_used;
        // Both write a cold slot for 5,000 gas; a zero byte of input is 12 gas cheaper; 4,800 come back if a fifth allows.
        let gross = changed - 12;
        assert_eq!(cleared, gross - 4800.min(gross / 5));
    }
}
