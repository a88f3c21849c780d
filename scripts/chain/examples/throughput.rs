//! Transactions per second of the embedded chain, on a transaction shaped like a trade: three programs, 45 slots.
//!
//! `cargo run -p equipoise-chain --example throughput [seconds]`
#![allow(clippy::expect_used, clippy::cast_precision_loss, clippy::print_stdout)]
// A measurement, not a part of the chain.
#![allow(clippy::arithmetic_side_effects, clippy::as_conversions)]

use std::time::{Duration, Instant};

use alloy_primitives::{address, Address, Bytes, U256};
use alloy_rpc_types_eth::TransactionRequest;
use equipoise_chain::{Chain, Config};

const TRADER: Address = address!("0x00000000000000000000000000000000000074AD");
/// Transactions that one snapshot covers in the second measurement, as in a stateful test.
const ACTIONS_PER_SNAPSHOT: u64 = 50;

/// Reads and rewrites fifteen slots, does some arithmetic, then calls each address of its input, one word each.
const PROGRAM: &str = r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
  (memory (export "memory") 1 1)
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (local $i i32) (local $x i64)
    (call $read_args (i32.const 1024))
    (loop $slots
      (i32.store8 (i32.const 31) (local.get $i))
      (call $load (i32.const 0) (i32.const 32))
      (i64.store (i32.const 56) (i64.add (i64.load (i32.const 56)) (i64.const 1)))
      (call $cache (i32.const 0) (i32.const 32))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $slots (i32.lt_u (local.get $i) (i32.const 15))))
    (local.set $i (i32.const 0))
    (loop $work
      (local.set $x (i64.mul (i64.add (local.get $x) (i64.const 7)) (i64.const 31)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $work (i32.lt_u (local.get $i) (i32.const 2000))))
    (call $flush (i32.const 1))
    (local.set $i (i32.const 0))
    (block $done
      (loop $calls
        (br_if $done (i32.ge_u (local.get $i) (local.get $len)))
        (drop (call $call (i32.add (i32.const 1036) (local.get $i)) (i32.const 0) (i32.const 0) (i32.const 512) (i64.const -1) (i32.const 600)))
        (local.set $i (i32.add (local.get $i) (i32.const 32)))
        (br $calls)))
    (i32.const 0)))"#;

fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(5);
    let wealth = U256::from(10).pow(U256::from(30));
    let mut chain = Chain::new(Config { accounts: vec![(TRADER, wealth)], ..Config::default() });
    let wasm = wat::parse_str(PROGRAM).expect("the program is well formed");
    let programs: Vec<Address> = (0..3)
        .map(|_| chain.deploy_program(TRADER, &wasm, Bytes::new(), true).expect("the program deploys").address)
        .collect();
    let input: Vec<u8> = programs[1..].iter().flat_map(|address| address.into_word().0).collect();
    let trade = TransactionRequest::default().from(TRADER).to(programs[0]).input(Bytes::from(input).into());

    let first = chain.send(trade.clone()).expect("the trade is sent");
    assert!(first.status, "the trade succeeds");
    let second = chain.send(trade.clone()).expect("the trade is sent");
    println!("gas of a trade: {} first, {} repeated", first.gas_used, second.gas_used);
    report("transactions", seconds, || {
        chain.send(trade.clone()).expect("the trade is sent");
        1
    });
    report("transactions under snapshots", seconds, || {
        let snapshot = chain.snapshot();
        for _ in 0..ACTIONS_PER_SNAPSHOT {
            chain.send(trade.clone()).expect("the trade is sent");
        }
        assert!(chain.revert(snapshot), "the snapshot is there");
        ACTIONS_PER_SNAPSHOT
    });
}

fn report(what: &str, seconds: u64, mut step: impl FnMut() -> u64) {
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < Duration::from_secs(seconds) {
        count += step();
    }
    println!("{what}: {:.0} per second on one core", count as f64 / start.elapsed().as_secs_f64());
}
