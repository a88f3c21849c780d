use super::{contracts::*, *};

struct World {
    chain: Chain,
    evm_store: Address,
    wasm_store: Address,
}

fn world() -> World {
    let mut chain = chain();
    let evm_store = install(&mut chain, 0xE1, evm_store());
    let wasm_store = deploy(&mut chain, &wasm_store());
    World { chain, evm_store, wasm_store }
}

fn forwarders(chain: &mut Chain) -> [(Address, &'static str); 6] {
    [
        (install(chain, 0xC1, evm_forwarder(0xF1)), "call"),
        (install(chain, 0xC4, evm_forwarder(0xF4)), "delegate"),
        (install(chain, 0xCA, evm_forwarder(0xFA)), "static"),
        (deploy(chain, &wasm_forwarder("call_contract")), "call"),
        (deploy(chain, &wasm_forwarder("delegate_call_contract")), "delegate"),
        (deploy(chain, &wasm_forwarder("static_call_contract")), "static"),
    ]
}

#[test]
fn storage_is_written_where_the_kind_of_call_says() {
    let World { mut chain, evm_store, wasm_store } = world();
    for (number, (outer, kind)) in (1..).zip(forwarders(&mut chain)) {
        for inner in [evm_store, wasm_store] {
            let receipt = send(&mut chain, outer, forward(inner, &store(number, number + 100)));
            let written = (slot(&chain, outer, number), slot(&chain, inner, number));
            let expected = match kind {
                "call" => (0, number + 100),
                "delegate" => (number + 100, 0),
                _ => (0, 0),
            };
            assert_eq!(written, expected, "{kind} {outer} {inner}");
            assert_eq!(receipt.status, kind != "static", "{kind} {outer} {inner}");
            chain.set_storage(outer, U256::from(number), alloy_primitives::B256::ZERO);
        }
    }
}

#[test]
fn calls_pass_through_any_chain_of_contracts() {
    let World { mut chain, wasm_store, .. } = world();
    let [(evm, _), .., (wasm, _), _, _] = forwarders(&mut chain);
    let input = forward(wasm, &forward(evm, &forward(wasm, &forward(wasm_store, &store(5, 6)))));
    assert!(send(&mut chain, evm, input).status);
    assert_eq!(slot(&chain, wasm_store, 5), 6);
}

#[test]
fn value_moves_with_calls() {
    let mut chain = chain();
    let [(evm, _), .., (wasm, _), _, _] = forwarders(&mut chain);
    let to = Address::repeat_byte(0x77);
    let input = forward(evm, &forward(to, &[]));
    let receipt = chain.send(request(wasm, input).value(U256::from(5))).unwrap();
    assert!(receipt.status);
    assert_eq!(chain.balance(to, BlockId::latest()).unwrap(), U256::from(5));
    assert_eq!(chain.balance(wasm, BlockId::latest()).unwrap(), U256::ZERO);
}

#[test]
fn a_revert_restores_storage_logs_transient_storage_and_balances() {
    let mut chain = chain();
    // Stores, logs, writes transient storage, then reverts if the first byte of input is 1.
    let wasm = entrypoint(
        "read_args(i) storage_cache_bytes32(ii) storage_flush_cache(i) transient_store_bytes32(ii)
         transient_load_bytes32(ii) emit_log(iii) write_result(ii)",
        "(call $read_args (i32.const 0))
         (call $transient_load_bytes32 (i32.const 64) (i32.const 96))
         (i32.store8 (i32.const 63) (i32.const 9))
         (call $transient_store_bytes32 (i32.const 64) (i32.const 32))
         (call $storage_cache_bytes32 (i32.const 64) (i32.const 32))
         (call $storage_flush_cache (i32.const 0))
         (call $emit_log (i32.const 0) (i32.const 0) (i32.const 0))
         (call $write_result (i32.const 96) (i32.const 32))
         (i32.load8_u (i32.const 0))",
    );
    let program = deploy(&mut chain, &wasm);
    let forwarder = deploy(&mut chain, &wasm_forwarder("call_contract"));
    // Calls twice in one transaction, ignoring failures: first with 1, then with 0.
    let twice = entrypoint(
        "read_args(i) call_contract(iiiili)i read_return_data(iii)i write_result(ii)",
        "(call $read_args (i32.const 0))
         (i32.store8 (i32.const 100) (i32.const 1))
         (drop (call $call_contract (i32.const 12) (i32.const 100) (i32.const 1) (i32.const 200) (i64.const -1) (i32.const 300)))
         (i32.store8 (i32.const 100) (i32.const 0))
         (drop (call $call_contract (i32.const 12) (i32.const 100) (i32.const 1) (i32.const 200) (i64.const -1) (i32.const 300)))
         (drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.const 32)))
         (call $write_result (i32.const 0) (i32.const 32))
         (i32.const 0)",
    );
    let twice = deploy(&mut chain, &twice);

    let reverted = send(&mut chain, forwarder, forward(program, &[1]));
    assert!(!reverted.status && reverted.logs.is_empty());
    assert_eq!(slot(&chain, program, 0), 0);

    let receipt = send(&mut chain, twice, forward(program, &[]));
    assert_eq!(receipt.output, word(0), "transient storage of the reverted call is gone");
    assert_eq!(receipt.logs.len(), 1);
    assert_eq!(slot(&chain, program, 0), 9);
    // Transient storage ends with the transaction.
    assert_eq!(send(&mut chain, program, vec![0]).output, word(0));
}

#[test]
fn only_frames_of_the_same_contract_make_it_reentrant() {
    let mut chain = chain();
    // Without input: msg_reentrant. With input: forwards.
    let wasm = entrypoint(
        "read_args(i) write_result(ii) msg_reentrant()i call_contract(iiiili)i read_return_data(iii)i",
        "(if (i32.eqz (local.get $len)) (then
            (i32.store8 (i32.const 0) (call $msg_reentrant))
            (call $write_result (i32.const 0) (i32.const 1))
            (return (i32.const 0))))
         (call $read_args (i32.const 0))
         (drop (call $call_contract (i32.const 12) (i32.const 32) (i32.sub (local.get $len) (i32.const 32))
            (i32.const 50000) (i64.const -1) (i32.const 50032)))
         (drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.const 1)))
         (call $write_result (i32.const 0) (i32.const 1))
         (i32.const 0)",
    );
    let program = deploy(&mut chain, &wasm);
    let [(evm, _), (delegate, _), ..] = forwarders(&mut chain);
    assert_eq!(call(&mut chain, program, vec![]).output[0], 0);
    assert_eq!(call(&mut chain, program, forward(program, &[])).output[0], 1);
    assert_eq!(call(&mut chain, program, forward(evm, &forward(program, &[]))).output[0], 1);
    assert_eq!(call(&mut chain, evm, forward(program, &[])).output[0], 0);
    // Delegated code acts for the forwarder, which is open once.
    assert_eq!(call(&mut chain, delegate, forward(program, &[])).output[0], 0);
}

#[test]
fn programs_nest_until_pages_run_out() {
    let mut chain = chain();
    // Calls itself as long as it can and returns how deep it got.
    let wasm = entrypoint(
        "contract_address(i) call_contract(iiiili)i read_return_data(iii)i write_result(ii)",
        "(local $deeper i32)
         (call $contract_address (i32.const 0))
         (if (i32.eqz (call $call_contract (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i64.const -1) (i32.const 100)))
            (then (drop (call $read_return_data (i32.const 200) (i32.const 0) (i32.const 4)))
                  (local.set $deeper (i32.load (i32.const 200)))))
         (i32.store (i32.const 200) (i32.add (local.get $deeper) (i32.const 1)))
         (call $write_result (i32.const 200) (i32.const 4))
         (i32.const 0)",
    );
    let program = deploy(&mut chain, &wasm);
    let outcome = call(&mut chain, program, vec![]);
    let depth = u32::from_le_bytes(outcome.output[..4].try_into().unwrap());
    // The exponential price of pages ends it before the limit of 128.
    assert!((80..128).contains(&depth), "{depth}");
}

#[test]
fn nested_programs_may_each_use_their_whole_stack() {
    let mut chain = chain();
    let locals = "(local i64) ".repeat(20);
    let body = format!(
        "(func $deep (param $n i32) (param $len i32) (result i32) {locals}
            (if (result i32) (local.get $n)
                (then (call $deep (i32.sub (local.get $n) (i32.const 1)) (local.get $len)))
                (else (call $call_contract (i32.const 12) (i32.const 32) (i32.sub (local.get $len) (i32.const 32))
                    (i32.const 50000) (i64.const -1) (i32.const 50032)))))
         (func (export \"user_entrypoint\") (param $len i32) (result i32)
            (call $read_args (i32.const 0))
            (if (result i32) (local.get $len) (then (call $deep (i32.const 650) (local.get $len))) (else (i32.const 0))))"
    );
    let program = deploy(&mut chain, &program("read_args(i) call_contract(iiiili)i", &body));
    let mut input = Vec::new();
    for _ in 0..20 {
        input = forward(program, &input);
    }
    assert!(call(&mut chain, program, input).status);
}

#[test]
fn running_out_of_stack_takes_all_gas_and_a_trap_takes_none() {
    let mut chain = chain();
    let recursion = program(
        "",
        "(func $f (param i32) (result i32) (call $f (local.get 0))) (export \"user_entrypoint\" (func $f))",
    );
    let endless = deploy(&mut chain, &recursion);
    let trap = deploy(&mut chain, &entrypoint("", "unreachable"));
    let spin = deploy(&mut chain, &entrypoint("", "(loop (br 0)) (i32.const 0)"));
    for (program, all) in [(endless, true), (spin, true), (trap, false)] {
        let receipt = chain.send(request(program, vec![]).gas_limit(2_000_000)).unwrap();
        assert!(!receipt.status && receipt.output.is_empty());
        assert_eq!(receipt.gas_used == 2_000_000, all, "{}", receipt.gas_used);
    }
}

#[test]
fn static_calls_refuse_every_change() {
    let mut chain = chain();
    let hooks = [
        ("emit_log(iii)", "(call $emit_log (i32.const 0) (i32.const 0) (i32.const 0))"),
        ("transient_store_bytes32(ii)", "(call $transient_store_bytes32 (i32.const 0) (i32.const 32))"),
        ("create1(iiiii)", "(call $create1 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 40))"),
    ];
    let forwarder = deploy(&mut chain, &wasm_forwarder("static_call_contract"));
    for (import, body) in hooks {
        let program = deploy(&mut chain, &entrypoint(import, &format!("{body} (i32.const 0)")));
        assert!(call(&mut chain, program, vec![]).status, "{import}");
        let refused = call(&mut chain, forwarder, forward(program, &[]));
        assert!(!refused.status, "{import}");
        assert!(refused.gas_used < 200_000, "a failed program keeps its gas: {}", refused.gas_used);
    }
}

#[test]
fn programs_create_contracts() {
    let mut chain = chain();
    // Input: creation code. Returns the address and, if it reverted, the length of the revert data.
    let wasm = entrypoint(
        "read_args(i) create1(iiiii) create2(iiiiii) write_result(ii)",
        "(call $read_args (i32.const 1000))
         (call $create1 (i32.const 1000) (local.get $len) (i32.const 0) (i32.const 100) (i32.const 120))
         (call $create2 (i32.const 1000) (local.get $len) (i32.const 0) (i32.const 0) (i32.const 124) (i32.const 144))
         (call $write_result (i32.const 100) (i32.const 48))
         (i32.const 0)",
    );
    let program = deploy(&mut chain, &wasm);
    let init = crate::program::init_code(&evm_store());
    let output = send(&mut chain, program, init.clone()).output;
    let (first, second) = (Address::from_slice(&output[..20]), Address::from_slice(&output[24..44]));
    assert_eq!(first, program.create(1));
    assert_eq!(second, program.create2_from_code([0; 32], &init));
    for created in [first, second] {
        assert_eq!(chain.code(created, BlockId::latest()).unwrap(), evm_store());
    }
    // PUSH1 3, PUSH1 0, REVERT
    let output = send(&mut chain, program, vec![0x60, 0x03, 0x60, 0x00, 0xFD]).output;
    assert_eq!((&output[..20], output[20]), (&[0; 20][..], 3));
}
