//! Host calls, as Nitro's `stylusTracer` shows them.

use alloy_primitives::{Address, Bytes, U256};
use alloy_rpc_types_trace::geth::CallConfig;
use equipoise_chain::{Chain, HostCall, Receipt};

use crate::frames::{chain, forward, forwarder, frames, send, ALICE};

/// Stores the second word of its input at the first, reads it back and returns it.
const STORE: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
    (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
    (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
    (import "vm_hooks" "write_result" (func $write (param i32 i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $len i32) (result i32)
        (call $read_args (i32.const 0))
        (call $cache (i32.const 0) (i32.const 32))
        (call $flush (i32.const 0))
        (call $load (i32.const 0) (i32.const 64))
        (call $write (i32.const 64) (i32.const 32))
        (i32.const 0)))"#;

/// Calls the address in the first word with what follows it.
const FORWARD: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $len i32) (result i32)
        (call $read_args (i32.const 0))
        (drop (call $call (i32.const 12) (i32.const 32) (i32.sub (local.get $len) (i32.const 32))
            (i32.const 50000) (i64.const -1) (i32.const 50032)))
        (i32.const 0)))"#;

fn deploy(chain: &mut Chain, wat: &str) -> Address {
    chain.deploy_program(ALICE, &wat::parse_str(wat).unwrap(), Bytes::new(), false).unwrap().address
}

fn host_calls(chain: &mut Chain, receipt: &Receipt) -> Vec<HostCall> {
    frames(chain, receipt);
    chain.trace_transaction(receipt.transaction_hash, CallConfig::default()).unwrap().host_calls
}

fn word(number: u64) -> Vec<u8> {
    U256::from(number).to_be_bytes_vec()
}

/// Name, arguments and outputs of each.
fn shown(calls: &[HostCall]) -> Vec<(&str, Vec<u8>, Vec<u8>)> {
    calls.iter().map(|call| (&*call.name, call.args.to_vec(), call.outs.to_vec())).collect()
}

/// What a trace of [`STORE`] shows.
fn stored(input: &[u8]) -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let (key, value) = (input[..32].to_vec(), input[32..].to_vec());
    vec![
        ("user_entrypoint", 64u32.to_be_bytes().to_vec(), vec![]),
        ("read_args", vec![], input.to_vec()),
        ("storage_cache_bytes32", input.to_vec(), vec![]),
        ("storage_flush_cache", vec![0], vec![]),
        ("storage_load_bytes32", key, value.clone()),
        ("write_result", value, vec![]),
        ("user_returned", vec![], vec![0; 4]),
    ]
}

#[test]
fn host_calls_are_shown_with_what_they_were_given_and_what_they_left() {
    let mut chain = chain();
    let store = deploy(&mut chain, STORE);
    let input = [word(7), word(9)].concat();
    let receipt = send(&mut chain, store, input.clone());
    let calls = host_calls(&mut chain, &receipt);
    assert_eq!(shown(&calls), stored(&input));
    let bounds: Vec<_> = calls[..6].iter().map(|call| (call.start_ink, call.end_ink)).collect();
    assert!(bounds.windows(2).all(|pair| pair[0].1 >= pair[1].0), "ink only goes down: {bounds:?}");
    assert!(bounds[1..].iter().all(|(start, end)| end < start), "every host call costs: {bounds:?}");
}

#[test]
fn a_call_by_a_program_is_shown_with_what_its_callee_did() {
    let mut chain = chain();
    let (forward_wasm, store) = (deploy(&mut chain, FORWARD), deploy(&mut chain, STORE));
    let input = [word(7), word(9)].concat();
    let receipt = send(&mut chain, forward_wasm, forward(store, &input));
    let calls = host_calls(&mut chain, &receipt);
    let names: Vec<_> = calls.iter().map(|call| &*call.name).collect();
    assert_eq!(names, ["user_entrypoint", "read_args", "call_contract", "user_returned"]);
    let call = &calls[2];
    let args = [store.as_slice(), &[0xff; 8], &[0; 32], &input].concat();
    assert_eq!((call.args.as_ref(), call.outs.as_ref()), (args.as_slice(), [0, 0, 0, 32, 0].as_slice()));
    assert_eq!(call.address, Some(store));
    assert_eq!(shown(call.steps.as_deref().unwrap()), stored(&input));

    let nobody = Address::repeat_byte(3);
    let receipt = send(&mut chain, forward_wasm, forward(nobody, &[]));
    let call = host_calls(&mut chain, &receipt).remove(2);
    assert_eq!((call.address, call.steps), (Some(nobody), Some(vec![])));
}

#[test]
fn a_call_by_evm_code_is_shown_as_such() {
    let mut chain = chain();
    let (evm, store) = (forwarder(&mut chain), deploy(&mut chain, STORE));
    let input = [word(7), word(9)].concat();
    let receipt = send(&mut chain, evm, forward(store, &input));
    let [call] = &host_calls(&mut chain, &receipt)[..] else { panic!("one call") };
    assert_eq!((&*call.name, call.address, call.start_ink, call.end_ink), ("evm_call_contract", Some(store), 0, 0));
    assert_eq!(shown(call.steps.as_deref().unwrap()), stored(&input));
    let json = serde_json::to_value(call).unwrap();
    let mut fields: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
    fields.sort();
    assert_eq!(fields, ["address", "args", "endInk", "name", "outs", "startInk", "steps"]);
    assert_eq!((&json["args"], &json["startInk"]), (&"0x".into(), &0.into()));
}
