//! The host calls that a program may import, with their signatures.

use wasmparser::{FuncType, ValType};

/// The module that host calls are imported from.
pub(crate) const HOOKS_MODULE: &str = "vm_hooks";
/// The host call that a program with growable memory must import.
pub(crate) const PAY_FOR_MEMORY_GROW: &str = "pay_for_memory_grow";

/// Name, parameters and result of each host call: `i` is i32, `l` is i64.
#[rustfmt::skip]
const HOOKS: &[(&str, &str, &str)] = &[
    ("read_args", "i", ""), ("write_result", "ii", ""), ("exit_early", "i", ""),
    ("storage_load_bytes32", "ii", ""), ("storage_cache_bytes32", "ii", ""), ("storage_flush_cache", "i", ""),
    ("transient_load_bytes32", "ii", ""), ("transient_store_bytes32", "ii", ""),
    ("call_contract", "iiiili", "i"), ("delegate_call_contract", "iiili", "i"), ("static_call_contract", "iiili", "i"),
    ("create1", "iiiii", ""), ("create2", "iiiiii", ""),
    ("read_return_data", "iii", "i"), ("return_data_size", "", "i"), ("emit_log", "iii", ""),
    ("account_balance", "ii", ""), ("account_code", "iiii", "i"), ("account_code_size", "i", "i"), ("account_codehash", "ii", ""),
    ("evm_gas_left", "", "l"), ("evm_ink_left", "", "l"),
    ("block_basefee", "i", ""), ("chainid", "", "l"), ("block_coinbase", "i", ""), ("block_gas_limit", "", "l"),
    ("block_number", "", "l"), ("block_timestamp", "", "l"), ("contract_address", "i", ""),
    ("math_div", "ii", ""), ("math_mod", "ii", ""), ("math_pow", "ii", ""), ("math_add_mod", "iii", ""), ("math_mul_mod", "iii", ""),
    ("msg_reentrant", "", "i"), ("msg_sender", "i", ""), ("msg_value", "i", ""),
    ("tx_gas_price", "i", ""), ("tx_ink_price", "", "i"), ("tx_origin", "i", ""),
    (PAY_FOR_MEMORY_GROW, "i", ""), ("native_keccak256", "iii", ""),
];

/// Signature of a host call; none if there is no such host call.
pub(crate) fn signature(name: &str) -> Option<FuncType> {
    let types = |letters: &str| -> Vec<ValType> {
        letters.bytes().map(|letter| if letter == b'l' { ValType::I64 } else { ValType::I32 }).collect()
    };
    let (_, params, results) = HOOKS.iter().find(|(hook, ..)| *hook == name)?;
    Some(FuncType::new(types(params), types(results)))
}
