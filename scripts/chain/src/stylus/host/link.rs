//! Binds each host call to the name that programs import.

use wasmtime::{Caller, Linker};

use super::{
    watch::{
        Part::{Address, Answer, Bytes, Copied, Input, Length, Status, Word, U16, U32, U64, U8},
        Shown,
    },
    Host,
};
use crate::{stylus::frame::Frame, wasm::HOOKS_MODULE};

/// Defines host calls: `name(arguments) -> result, [given] -> [left];`, the last two being what a trace shows of it, in
/// the parts and the order of Nitro's traces. Every host call passes here, so this is where they are watched.
macro_rules! hooks {
    ($linker:ident, $($name:ident($($arg:ident: $ty:ty),*) -> $ret:ty, [$($given:expr),*] -> [$($left:expr),*];)*) => {
        $($linker.func_wrap(
            HOOKS_MODULE,
            stringify!($name),
            |caller: Caller<'_, Frame>, $($arg: $ty),*| -> wasmtime::Result<$ret> {
                let mut host = Host::new(caller);
                if host.is_watched() {
                    let shown = Shown { name: stringify!($name), given: &[$($given),*], left: &[$($left),*] };
                    return Ok(host.watched(&shown, |host| host.$name($($arg),*))?);
                }
                Ok(host.$name($($arg),*)?)
            },
        )?;)*
    };
}

/// Defines every host call.
/// # Errors: if the linker refuses one, which it does not
#[rustfmt::skip]
pub(crate) fn link(linker: &mut Linker<Frame>) -> wasmtime::Result<()> {
    hooks! { linker,
        read_args(pointer: u32) -> (), [] -> [Input(pointer)];
        write_result(pointer: u32, len: u32) -> (), [Bytes(pointer, len)] -> [];
        exit_early(status: u32) -> (), [U32(status)] -> [];
        native_keccak256(pointer: u32, len: u32, output: u32) -> (), [Bytes(pointer, len)] -> [Word(output)];
        pay_for_memory_grow(pages: u32) -> (), [U16(pages)] -> [];

        storage_load_bytes32(key: u32, value: u32) -> (), [Word(key)] -> [Word(value)];
        storage_cache_bytes32(key: u32, value: u32) -> (), [Word(key), Word(value)] -> [];
        storage_flush_cache(clear: u32) -> (), [U8(clear)] -> [];
        transient_load_bytes32(key: u32, value: u32) -> (), [Word(key)] -> [Word(value)];
        transient_store_bytes32(key: u32, value: u32) -> (), [Word(key), Word(value)] -> [];

        call_contract(contract: u32, data: u32, len: u32, value: u32, gas: u64, return_len: u32) -> u32,
            [Address(contract), U64(gas), Word(value), Bytes(data, len)] -> [Length(return_len), Status];
        delegate_call_contract(contract: u32, data: u32, len: u32, gas: u64, return_len: u32) -> u32,
            [Address(contract), U64(gas), Bytes(data, len)] -> [Length(return_len), Status];
        static_call_contract(contract: u32, data: u32, len: u32, gas: u64, return_len: u32) -> u32,
            [Address(contract), U64(gas), Bytes(data, len)] -> [Length(return_len), Status];
        create1(code: u32, len: u32, endowment: u32, address: u32, revert_len: u32) -> (),
            [Word(endowment), Bytes(code, len)] -> [Address(address), Length(revert_len)];
        create2(code: u32, len: u32, endowment: u32, salt: u32, address: u32, revert_len: u32) -> (),
            [Word(endowment), Word(salt), Bytes(code, len)] -> [Address(address), Length(revert_len)];
        read_return_data(pointer: u32, offset: u32, size: u32) -> u32, [U32(offset), U32(size)] -> [Copied(pointer)];
        return_data_size() -> u32, [] -> [Answer];
        emit_log(pointer: u32, len: u32, topics: u32) -> (), [U32(topics), Bytes(pointer, len)] -> [];

        account_balance(address: u32, balance: u32) -> (), [Address(address)] -> [Word(balance)];
        account_code(address: u32, offset: u32, size: u32, code: u32) -> u32,
            [Address(address), U32(offset), U32(size)] -> [Copied(code)];
        account_code_size(address: u32) -> u32, [Address(address)] -> [Answer];
        account_codehash(address: u32, hash: u32) -> (), [Address(address)] -> [Word(hash)];

        evm_gas_left() -> u64, [] -> [Answer];
        evm_ink_left() -> u64, [] -> [Answer];
        block_basefee(pointer: u32) -> (), [] -> [Word(pointer)];
        chainid() -> u64, [] -> [Answer];
        block_coinbase(pointer: u32) -> (), [] -> [Address(pointer)];
        block_gas_limit() -> u64, [] -> [Answer];
        block_number() -> u64, [] -> [Answer];
        block_timestamp() -> u64, [] -> [Answer];
        contract_address(pointer: u32) -> (), [] -> [Address(pointer)];
        msg_reentrant() -> u32, [] -> [Answer];
        msg_sender(pointer: u32) -> (), [] -> [Address(pointer)];
        msg_value(pointer: u32) -> (), [] -> [Word(pointer)];
        tx_gas_price(pointer: u32) -> (), [] -> [Word(pointer)];
        tx_ink_price() -> u32, [] -> [Answer];
        tx_origin(pointer: u32) -> (), [] -> [Address(pointer)];

        math_div(value: u32, divisor: u32) -> (), [Word(value), Word(divisor)] -> [Word(value)];
        math_mod(value: u32, modulus: u32) -> (), [Word(value), Word(modulus)] -> [Word(value)];
        math_pow(value: u32, exponent: u32) -> (), [Word(value), Word(exponent)] -> [Word(value)];
        math_add_mod(value: u32, addend: u32, modulus: u32) -> (),
            [Word(value), Word(addend), Word(modulus)] -> [Word(value)];
        math_mul_mod(value: u32, multiplier: u32, modulus: u32) -> (),
            [Word(value), Word(multiplier), Word(modulus)] -> [Word(value)];
    }
    Ok(())
}
