use super::*;

/// Ink between two readings around `body`, as the program itself sees it.
fn ink_of(imports: &str, setup: &str, body: &str) -> u64 {
    let mut chain = chain();
    let wasm = entrypoint(
        &format!("evm_ink_left()l write_result(ii) {imports}"),
        &format!(
            "(local $before i64) {setup}
             (local.set $before (call $evm_ink_left))
             {body}
             (i64.store (i32.const 60000) (i64.sub (local.get $before) (call $evm_ink_left)))
             (call $write_result (i32.const 60000) (i32.const 8))
             (i32.const 0)"
        ),
    );
    let program = deploy(&mut chain, &wasm);
    let outcome = call(&mut chain, program, vec![7; 100]);
    assert!(outcome.status, "{outcome:?}");
    u64::from_le_bytes(outcome.output[..8].try_into().unwrap())
}

/// Between the readings: local.set, i32.const, local.get, call, the header, and the second reading.
const READING: u64 = 210 + 1 + 75 + 3800 + 2450 + 8400;

/// Ink of one host call alone, given constant arguments.
fn ink_of_hook(signature: &str, args: &[&str]) -> u64 {
    let (name, result) = (signature.split('(').next().unwrap(), !signature.ends_with(')'));
    let call = format!("(call ${name} {})", args.join(" "));
    let body = if result { format!("(drop {call})") } else { call };
    // The call, its block header, a constant for each argument, dropping a result.
    let around = 3800 + 2450 + args.len() as u64 + if result { 9 } else { 0 };
    ink_of(signature, "", &body) - READING - around
}

fn numbers(args: &[u32]) -> Vec<String> {
    args.iter().map(|arg| format!("(i32.const {arg})")).collect()
}

fn ink(signature: &str, args: &[u32]) -> u64 {
    let args = numbers(args);
    ink_of_hook(signature, &args.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn ink_of_reading_ink() {
    assert_eq!(ink_of("", "", ""), READING);
}

#[test]
fn ink_of_values() {
    for name in ["chainid()l", "block_number()l", "block_timestamp()l", "block_gas_limit()l", "evm_gas_left()l"] {
        assert_eq!(ink(name, &[]), 8400, "{name}");
    }
    for name in ["msg_reentrant()i", "tx_ink_price()i", "return_data_size()i"] {
        assert_eq!(ink(name, &[]), 8400, "{name}");
    }
    let pointers =
        ["msg_sender", "msg_value", "tx_origin", "contract_address", "block_basefee", "block_coinbase", "tx_gas_price"];
    for name in pointers {
        assert_eq!(ink(&format!("{name}(i)"), &[0]), 13_440, "{name}");
    }
}

#[test]
fn ink_of_data() {
    // 100 bytes of call data: 5040 + 30 for each byte past 32.
    assert_eq!(ink("read_args(i)", &[0]), 8400 + 5040 + 30 * 68);
    assert_eq!(ink("native_keccak256(iii)", &[0, 64, 0]), 121_800);
    assert_eq!(ink("native_keccak256(iii)", &[0, 65, 0]), 121_800 + 21_000);
    assert_eq!(ink("pay_for_memory_grow(i)", &[0]), 8400);
    // The first page is the program's own, one more is free, two cost 1,000 gas each.
    assert_eq!(ink("pay_for_memory_grow(i)", &[3]), 2 * 1000 * 10_000);
}

#[test]
fn ink_of_math() {
    assert_eq!(ink("math_div(ii)", &[0, 32]), 43_520);
    assert_eq!(ink("math_mod(ii)", &[0, 32]), 43_520);
    assert_eq!(ink("math_add_mod(iii)", &[0, 32, 64]), 49_560);
    assert_eq!(ink("math_mul_mod(iii)", &[0, 32, 64]), 52_660);
    // An exponent of zero has 32 leading zero bytes.
    assert_eq!(ink("math_pow(ii)", &[0, 32]), 23_520 + 3000 + 17_500);
}

#[test]
fn ink_of_storage() {
    // A cold slot: 2,100 gas, and 5 for crossing into the EVM.
    assert_eq!(ink("storage_load_bytes32(ii)", &[0, 32]), 18_480 + 21_050_000);
    assert_eq!(ink("storage_cache_bytes32(ii)", &[0, 32]), 18_480);
    assert_eq!(ink("storage_flush_cache(i)", &[0]), 68_073);
    assert_eq!(ink("transient_load_bytes32(ii)", &[0, 32]), 78_153 + 1_000_000);
    assert_eq!(ink("transient_store_bytes32(ii)", &[0, 32]), 78_153 + 1_000_000);
    let again = ink_of(
        "storage_load_bytes32(ii)",
        "(call $storage_load_bytes32 (i32.const 0) (i32.const 32))",
        "(call $storage_load_bytes32 (i32.const 0) (i32.const 32))",
    );
    assert_eq!(again, READING + 3800 + 2450 + 2 + 18_480);
}

#[test]
fn ink_of_flushing_writes() {
    // Slot 0 := word at 32, which is not zero.
    let write = "(i32.store8 (i32.const 63) (i32.const 1)) (call $storage_cache_bytes32 (i32.const 0) (i32.const 32))";
    let flush = "(call $storage_flush_cache (i32.const 0))";
    let hooks = "storage_cache_bytes32(ii) storage_flush_cache(i)";
    let around = READING + 3800 + 2450 + 1 + 68_073;
    // Cold and new: 2,100 + 20,000.
    assert_eq!(ink_of(hooks, write, flush), around + 221_000_000);
    // The same value again, now warm: nothing is dirty.
    assert_eq!(ink_of(hooks, &format!("{write} {flush}"), flush), around);
}

#[test]
fn ink_of_accounts() {
    // The zero address is cold, the precompile at 1 is warm.
    assert_eq!(ink("account_balance(ii)", &[0, 32]), 78_153 + 26_000_000);
    assert_eq!(ink("account_codehash(ii)", &[0, 32]), 78_153 + 26_000_000);
    assert_eq!(ink("account_code_size(i)i", &[0]), 68_073 + 33_000_000);
    assert_eq!(ink("account_code(iiii)i", &[0, 0, 10, 32]), 68_073 + 33_000_000 + 5040);
}

#[test]
fn ink_of_logs() {
    assert_eq!(ink("emit_log(iii)", &[0, 32, 1]), 68_073 + 16_381 + 2 * 375 * 10_000);
    let cost = 68_073 + 16_381 + 55 * 68 + (5 * 375 - 375 + 8 * 4) * 10_000;
    assert_eq!(ink("emit_log(iii)", &[0, 100, 3]), cost);
}

#[test]
fn ink_of_calls() {
    let gas = "(i64.const 0)";
    let args = |count: u32| numbers(&(0..count).map(|place| place * 32).collect::<Vec<_>>());
    // (address, data, len, value, gas, return length): a call to the cold zero address without gas.
    let mut call_args = args(3);
    call_args[2] = "(i32.const 0)".into();
    let call: Vec<&str> =
        call_args.iter().map(String::as_str).chain(["(i32.const 96)", gas, "(i32.const 128)"]).collect();
    assert_eq!(ink_of_hook("call_contract(iiiili)i", &call), 83_193 + 2 * 16_381 + 26_000_000);
    let bare: Vec<&str> = call_args.iter().map(String::as_str).chain([gas, "(i32.const 128)"]).collect();
    assert_eq!(ink_of_hook("static_call_contract(iiili)i", &bare), 83_193 + 2 * 16_381 + 26_000_000);
    assert_eq!(ink_of_hook("delegate_call_contract(iiili)i", &bare), 83_193 + 2 * 16_381 + 26_000_000);
    // Creating from no code at all: 32,000 gas, and 6 a word hashed.
    assert_eq!(ink("create1(iiiii)", &[0, 0, 32, 64, 96]), 83_193 + 2 * 16_381 + 320_000_000);
    assert_eq!(ink("create2(iiiiii)", &[0, 0, 32, 128, 64, 96]), 88_233 + 2 * 16_381 + 320_000_000);
    assert_eq!(ink("read_return_data(iii)i", &[0, 0, 10]), 68_073 + 5040);
}

#[test]
fn ink_of_operators() {
    let cases = [
        ("(drop (i32.add (i32.const 1) (i32.const 2)))", 70 + 2 + 9),
        ("(drop (i64.mul (i64.const 1) (i64.const 2)))", 160 + 2 + 9),
        ("(drop (i64.div_u (i64.const 1) (i64.const 2)))", 1270 + 2 + 9),
        ("(drop (i32.popcnt (i32.const 1)))", 2650 + 1 + 9),
        ("(drop (i64.popcnt (i64.const 1)))", 6000 + 1 + 9),
        ("(i64.store (i32.const 0) (i64.const 1))", 950 + 2),
        ("(drop (i32.load8_u (i32.const 0)))", 670 + 1 + 9),
        ("(drop (memory.size))", 3000 + 9),
        ("(drop (select (i32.const 1) (i32.const 2) (i32.const 3)))", 1250 + 3 + 9),
        ("(memory.fill (i32.const 0) (i32.const 0) (i32.const 10))", 950 + 3 + 1000),
        ("(memory.copy (i32.const 0) (i32.const 9) (i32.const 5))", 950 + 3 + 500),
        // block, br, end: two more headers, one of them for the end of the block, which the branch skips.
        ("(block (br 0))", 1 + 765 + 2450),
        // if, its end, and the condition; else is not there.
        ("(if (i32.const 0) (then))", 1 + 765 + 2450),
        ("(if (i32.const 1) (then))", 1 + 765 + 2450 + 1 + 2450),
    ];
    for (body, cost) in cases {
        assert_eq!(ink_of("", "", body) - READING, cost, "{body}");
    }
}
