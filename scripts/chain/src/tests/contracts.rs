//! Small contracts, EVM and WASM, that the tests put together.

use super::*;

/// EVM code that calls the address in its first word with the rest of its input, and returns or reverts what it gets.
/// `op` is the call's opcode; only CALL passes the value on.
pub(super) fn evm_forwarder(op: u8) -> Bytes {
    let value: &[u8] = if op == 0xF1 { &[0x34] } else { &[] };
    let mut code = vec![0x60, 0x20, 0x36, 0x03, 0x80, 0x60, 0x20, 0x60, 0x00, 0x37];
    code.extend([0x60, 0x00, 0x60, 0x00, 0x82, 0x60, 0x00]);
    code.extend(value);
    code.extend([0x60, 0x00, 0x35, 0x5A, op, 0x3D, 0x60, 0x00, 0x60, 0x00, 0x3E]);
    let after = code.len() as u8 + 7;
    code.extend([0x60, after, 0x57, 0x3D, 0x60, 0x00, 0xFD, 0x5B, 0x3D, 0x60, 0x00, 0xF3]);
    code.into()
}

/// EVM code that stores the second word of its input at the slot of the first.
pub(super) fn evm_store() -> Bytes {
    vec![0x60, 0x20, 0x35, 0x60, 0x00, 0x35, 0x55, 0x00].into()
}

/// A program that does the same.
pub(super) fn wasm_store() -> Vec<u8> {
    entrypoint(
        "read_args(i) storage_cache_bytes32(ii) storage_flush_cache(i)",
        "(call $read_args (i32.const 0))
         (call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
         (call $storage_flush_cache (i32.const 1))
         (i32.const 0)",
    )
}

/// A program that calls the address in its first word with the rest of its input, and returns or reverts what it gets.
pub(super) fn wasm_forwarder(kind: &str) -> Vec<u8> {
    let (imports, value) = match kind {
        "call_contract" => ("call_contract(iiiili)i", "(i32.const 50000)"),
        "delegate_call_contract" => ("delegate_call_contract(iiili)i", ""),
        _ => ("static_call_contract(iiili)i", ""),
    };
    entrypoint(
        &format!("read_args(i) write_result(ii) read_return_data(iii)i msg_value(i) {imports}"),
        &format!(
            "(local $status i32) (local $size i32)
             (call $read_args (i32.const 0))
             (call $msg_value (i32.const 50000))
             (local.set $status (call ${kind} (i32.const 12) (i32.const 32) (i32.sub (local.get $len) (i32.const 32))
                {value} (i64.const -1) (i32.const 50032)))
             (local.set $size (call $read_return_data (i32.const 0) (i32.const 0) (i32.load (i32.const 50032))))
             (call $write_result (i32.const 0) (local.get $size))
             (local.get $status)"
        ),
    )
}

/// Input of a forwarder.
pub(super) fn forward(to: Address, input: &[u8]) -> Vec<u8> {
    [to.into_word().as_slice(), input].concat()
}

/// Input of a storing contract.
pub(super) fn store(slot: u64, value: u64) -> Vec<u8> {
    [word(slot), word(value)].concat()
}

/// Puts EVM code somewhere.
pub(super) fn install(chain: &mut Chain, byte: u8, code: Bytes) -> Address {
    let address = Address::repeat_byte(byte);
    chain.set_code(address, code);
    address
}

pub(super) fn slot(chain: &Chain, address: Address, slot: u64) -> u64 {
    U256::from_be_bytes(chain.storage(address, U256::from(slot), BlockId::latest()).unwrap().0).to()
}
