use alloy_primitives::b256;
use alloy_sol_types::{sol, SolCall, SolError};

use super::{contracts::*, *};
use crate::DeployError;

sol! {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function codehashKeepalive(bytes32 codehash) external payable;
    function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
    function programMemoryFootprint(address program) external view returns (uint16 footprint);
    function programTimeLeft(address program) external view returns (uint64 secs);
    function codehashVersion(bytes32 codehash) external view returns (uint16 version);
    function codehashIsCached(bytes32 codehash) external view returns (bool);
    error ProgramNotWasm();
    error ProgramNotActivated();
    error ProgramExpired(uint64 ageInSeconds);
    error ProgramUpToDate();
    error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
    error ProgramInsufficientValue(uint256 have, uint256 want);
}

const ARB_WASM: Address = address!("0x0000000000000000000000000000000000000071");
const ARB_WASM_CACHE: Address = address!("0x0000000000000000000000000000000000000072");
const YEAR: u64 = 365 * 86_400;

fn echo() -> Vec<u8> {
    entrypoint(
        "read_args(i) write_result(ii)",
        "(call $read_args (i32.const 0)) (call $write_result (i32.const 0) (local.get $len)) (i32.const 0)",
    )
}

fn activate(program: Address, value: u64) -> TransactionRequest {
    request(ARB_WASM, activateProgramCall { program }.abi_encode()).value(U256::from(value))
}

#[allow(clippy::needless_pass_by_value, reason = "calls are built where they are asked")]
fn ask<C: SolCall>(chain: &mut Chain, to: Address, call: C) -> Result<C::Return, Bytes> {
    let outcome = super::call(chain, to, call.abi_encode());
    if outcome.status {
        Ok(C::abi_decode_returns(&outcome.output).unwrap())
    } else {
        Err(outcome.output)
    }
}

#[test]
fn init_gas_follows_the_sizes_of_the_module() {
    let mut chain = chain();
    let wasm = echo();
    let program = deploy(&mut chain, &wasm);
    // One function with two slots of signature, four injected globals, one page.
    let len = crate::program::prepare(&wasm).unwrap().wasm.len() as u64;
    let cached = 352 + len * 122 / 100_000 + 4 * 1628 / 1000 + 5;
    let init = 8832 + 8 + 2 + len * 1286 / 10_000;
    let gas = ask(&mut chain, ARB_WASM, programInitGasCall { program }).unwrap();
    assert_eq!((gas.gas, gas.gasWhenCached), (cached + init, cached));
    assert_eq!(ask(&mut chain, ARB_WASM, programMemoryFootprintCall { program }).unwrap(), 1);
}

#[test]
fn starting_costs_less_when_cached_or_called_before_in_the_block() {
    let mut chain = chain();
    let program = deploy(&mut chain, &echo());
    let gas = ask(&mut chain, ARB_WASM, programInitGasCall { program }).unwrap();
    let saving = gas.gas - gas.gasWhenCached;
    let uncached = send(&mut chain, program, vec![]).gas_used;

    chain.set_automine(false);
    assert_eq!(send(&mut chain, program, vec![]).gas_used, uncached);
    assert_eq!(send(&mut chain, program, vec![]).gas_used, uncached - saving);
    chain.set_automine(true);
    assert_eq!(send(&mut chain, program, vec![]).gas_used, uncached, "a new block forgets");

    chain.cache_program(ALICE, program).unwrap();
    let codehash = alloy_primitives::keccak256(chain.code(program, BlockId::latest()).unwrap());
    assert!(ask(&mut chain, ARB_WASM_CACHE, codehashIsCachedCall { codehash }).unwrap());
    assert_eq!(send(&mut chain, program, vec![]).gas_used, uncached - saving);
}

#[test]
fn calling_what_is_not_active_takes_all_gas() {
    let mut chain = chain();
    let code = crate::program::prepare(&echo()).unwrap().deployable;
    let program = install(&mut chain, 0xAA, code.into());
    let receipt = chain.send(request(program, vec![]).gas_limit(100_000)).unwrap();
    assert!(!receipt.status);
    assert_eq!(receipt.gas_used, 100_000);
}

#[test]
fn activation_charges_its_gas_and_data_fee_and_returns_the_rest() {
    let mut chain = chain();
    let wasm = echo();
    let prepared = crate::program::prepare(&wasm).unwrap();
    let program = install(&mut chain, 0xAA, prepared.deployable.into());
    let before = chain.balance(ALICE, BlockId::latest()).unwrap();
    let value = 1_000_000_000_000_000;
    let receipt = chain.send(activate(program, value)).unwrap();
    assert!(receipt.status);
    let returned = activateProgramCall::abi_decode_returns(&receipt.output).unwrap();
    assert_eq!(returned.version, 3);

    // 512,000 bytes of machine code at least, at the minimum price and a demand of as many bytes.
    let len = prepared.wasm.len() as u64;
    let asm = 512_000 + 996 + 22 + len * 62_628 / 10_000;
    let exponent = 10_000 * asm / 21_360_419;
    let multiplier = 10_000 + exponent + exponent * exponent / 20_000;
    let fee: u64 = returned.dataFee.to();
    let estimate = 82_928_201 * multiplier / 10_000 * asm;
    assert!(fee.abs_diff(estimate) < estimate / 5000, "{fee} {estimate}");
    let spent = before - chain.balance(ALICE, BlockId::latest()).unwrap();
    assert_eq!(spent, returned.dataFee + U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price));

    // 28 gas a microsecond: module, function, page, operators; the operators after instrumentation are counted here.
    // Each of three blocks (two calls, the end) gets 12, the frame 12, the way out 4 and a return; 6 are the program's.
    let operators = 3 * 12 + 12 + 4 + 1 + 7;
    let module = 28 * (len * 31_733 / 100_000 + 2217 + operators * 535 / 1000);
    // Parameters, table, activation gas, pricer, fee account: reads; hash, demand, time, entry: writes.
    let state = 100 + 800 * (1 + 1 + 1 + 5 + 1) + 4 * 20_000;
    let event = 375 * 3 + 8 * 128;
    let intrinsic = 21_000 + 16 * (4 + 20) + 4 * 12;
    assert_eq!(receipt.gas_used, intrinsic + 3 + 1_659_168 + module + state + event + 6);
}

#[test]
fn activation_refuses_with_the_errors_of_its_abi() {
    let mut chain = chain();
    let active = deploy(&mut chain, &echo());
    let evm = install(&mut chain, 0xE1, evm_store());
    let new =
        install(&mut chain, 0xAA, crate::program::prepare(&entrypoint("", "(i32.const 0)")).unwrap().deployable.into());
    let refusal =
        |chain: &mut Chain, request: &TransactionRequest| chain.call(request, BlockId::latest(), None).unwrap().output;
    assert_eq!(refusal(&mut chain, &activate(active, 1)), ProgramUpToDate {}.abi_encode());
    assert_eq!(refusal(&mut chain, &activate(evm, 1)), ProgramNotWasm {}.abi_encode());
    let poor = ProgramInsufficientValue::abi_decode(&refusal(&mut chain, &activate(new, 1))).unwrap();
    assert_eq!(poor.have, U256::from(1));
    let hash = b256!("0x0100000000000000000000000000000000000000000000000000000000000000");
    assert_eq!(
        ask(&mut chain, ARB_WASM, codehashVersionCall { codehash: hash }).unwrap_err(),
        ProgramNotActivated {}.abi_encode()
    );
}

#[test]
fn programs_expire_after_a_year_unless_kept_alive() {
    let mut chain = chain();
    let program = deploy(&mut chain, &echo());
    let codehash = alloy_primitives::keccak256(chain.code(program, BlockId::latest()).unwrap());
    let keep = request(ARB_WASM, codehashKeepaliveCall { codehash }.abi_encode()).value(U256::from(10_u64.pow(15)));
    let early = chain.call(&keep, BlockId::latest(), None).unwrap();
    assert!(ProgramKeepaliveTooSoon::abi_decode(&early.output).is_ok());

    chain.increase_time(40 * 86_400);
    assert!(chain.send(keep).unwrap().status);
    chain.increase_time(YEAR - 3600);
    assert!(send(&mut chain, program, vec![]).status);
    chain.increase_time(2 * 3600);
    assert!(!send(&mut chain, program, vec![]).status);
    let refused = ask(&mut chain, ARB_WASM, programTimeLeftCall { program }).unwrap_err();
    assert!(ProgramExpired::abi_decode(&refused).is_ok());
    let again = chain.send(activate(program, 10_u64.pow(15))).unwrap();
    assert!(again.status);
    assert!(send(&mut chain, program, vec![]).status);
}

#[test]
fn a_module_that_is_no_program_fails_with_a_clear_reason() {
    let mut chain = chain();
    let cases = [
        (program("", "(func (export \"main\") (param i32) (result i32) (i32.const 0))"), "user_entrypoint"),
        (entrypoint("", "(drop (f32.add (f32.const 1) (f32.const 2))) (i32.const 0)"), "floating point"),
        (
            wat::parse_str(
                "(module (import \"console\" \"log_i32\" (func (param i32))) (memory (export \"memory\") 1 1))",
            )
            .unwrap(),
            "console::log_i32",
        ),
    ];
    for (wasm, reason) in cases {
        let error = chain.deploy_program(ALICE, &wasm, Bytes::new(), false).unwrap_err();
        assert!(matches!(error, DeployError::Reverted { .. }), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn fragments_make_one_program() {
    let mut chain = chain();
    let prepared = crate::program::prepare(&echo()).unwrap();
    let stream = &prepared.deployable[4..];
    let (first, second) = stream.split_at(stream.len() / 2);
    let fragment = |part: &[u8]| Bytes::from([&[0xEF, 0xF0, 0x01], part].concat());
    let first = install(&mut chain, 0xF1, fragment(first));
    let second = install(&mut chain, 0xF2, fragment(second));
    let length = (prepared.wasm.len() as u32).to_be_bytes();
    let root = [&[0xEF, 0xF0, 0x02, 0x00], &length[..], first.as_slice(), second.as_slice()].concat();
    let root = install(&mut chain, 0xF0, root.into());
    assert!(chain.send(activate(root, 10_u64.pow(15))).unwrap().status);
    assert_eq!(send(&mut chain, root, vec![1, 2]).output, Bytes::from(vec![1, 2]));
    assert!(!chain.send(activate(first, 10_u64.pow(15))).unwrap().status);
}

#[test]
fn the_default_stack_of_seventeen_pages_costs_what_is_known() {
    let mut chain = chain();
    let with_pages = |pages: u32| {
        wat::parse_str(format!(
            "(module (memory (export \"memory\") {pages} {pages})
             (func (export \"user_entrypoint\") (param i32) (result i32) (i32.const 0)))"
        ))
        .unwrap()
    };
    let small = deploy(&mut chain, &with_pages(1));
    let large = deploy(&mut chain, &with_pages(17));
    let difference = send(&mut chain, large, vec![]).gas_used - send(&mut chain, small, vec![]).gas_used;
    // 15,008 for the pages, 5 for each page in the init gas.
    assert_eq!(difference, 15_008 + 16 * 5);
}
