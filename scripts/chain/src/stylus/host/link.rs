//! Binds each host call to the name that programs import.

use wasmtime::{Caller, Linker};

use super::Host;
use crate::{stylus::frame::Frame, wasm::HOOKS_MODULE};

/// Defines host calls: `name(arguments) -> result;`. Every host call passes here, so this is the place to watch them.
macro_rules! hooks {
    ($linker:ident, $($name:ident($($arg:ident: $ty:ty),*) -> $ret:ty;)*) => {
        $($linker.func_wrap(
            HOOKS_MODULE,
            stringify!($name),
            |caller: Caller<'_, Frame>, $($arg: $ty),*| -> wasmtime::Result<$ret> {
                Ok(Host::new(caller).$name($($arg),*)?)
            },
        )?;)*
    };
}

/// Defines every host call.
/// # Errors: if the linker refuses one, which it does not
#[rustfmt::skip]
pub(crate) fn link(linker: &mut Linker<Frame>) -> wasmtime::Result<()> {
    hooks! { linker,
        read_args(pointer: u32) -> ();
        write_result(pointer: u32, len: u32) -> ();
        exit_early(status: u32) -> ();
        native_keccak256(pointer: u32, len: u32, output: u32) -> ();
        pay_for_memory_grow(pages: u32) -> ();

        storage_load_bytes32(key: u32, value: u32) -> ();
        storage_cache_bytes32(key: u32, value: u32) -> ();
        storage_flush_cache(clear: u32) -> ();
        transient_load_bytes32(key: u32, value: u32) -> ();
        transient_store_bytes32(key: u32, value: u32) -> ();

        call_contract(contract: u32, data: u32, len: u32, value: u32, gas: u64, return_len: u32) -> u32;
        delegate_call_contract(contract: u32, data: u32, len: u32, gas: u64, return_len: u32) -> u32;
        static_call_contract(contract: u32, data: u32, len: u32, gas: u64, return_len: u32) -> u32;
        create1(code: u32, len: u32, endowment: u32, address: u32, revert_len: u32) -> ();
        create2(code: u32, len: u32, endowment: u32, salt: u32, address: u32, revert_len: u32) -> ();
        read_return_data(pointer: u32, offset: u32, size: u32) -> u32;
        return_data_size() -> u32;
        emit_log(pointer: u32, len: u32, topics: u32) -> ();

        account_balance(address: u32, balance: u32) -> ();
        account_code(address: u32, offset: u32, size: u32, code: u32) -> u32;
        account_code_size(address: u32) -> u32;
        account_codehash(address: u32, hash: u32) -> ();

        evm_gas_left() -> u64;
        evm_ink_left() -> u64;
        block_basefee(pointer: u32) -> ();
        chainid() -> u64;
        block_coinbase(pointer: u32) -> ();
        block_gas_limit() -> u64;
        block_number() -> u64;
        block_timestamp() -> u64;
        contract_address(pointer: u32) -> ();
        msg_reentrant() -> u32;
        msg_sender(pointer: u32) -> ();
        msg_value(pointer: u32) -> ();
        tx_gas_price(pointer: u32) -> ();
        tx_ink_price() -> u32;
        tx_origin(pointer: u32) -> ();

        math_div(value: u32, divisor: u32) -> ();
        math_mod(value: u32, modulus: u32) -> ();
        math_pow(value: u32, exponent: u32) -> ();
        math_add_mod(value: u32, addend: u32, modulus: u32) -> ();
        math_mul_mod(value: u32, multiplier: u32, modulus: u32) -> ();
    }
    Ok(())
}
