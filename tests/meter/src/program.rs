//! The Stylus program: calldata is the operation's number and its inputs, 16 bytes each, little endian; the answer is,
//! for each run, 8 bytes of ink and the results.

use crate::{run, Operation};
use equipoise_math::Fx;

#[link(wasm_import_module = "vm_hooks")]
extern "C" {
    fn read_args(destination: *mut u8);
    fn write_result(data: *const u8, length: usize);
    fn evm_ink_left() -> u64;
    fn pay_for_memory_grow(pages: u16);
}

/// Keeps the import that growable memory needs.
///
/// # Safety
/// Never called by the program itself.
#[no_mangle]
pub unsafe extern "C" fn mark_used() {
    // SAFETY: takes no pointer.
    unsafe { pay_for_memory_grow(0) };
}

/// Runs one call.
#[no_mangle]
pub extern "C" fn user_entrypoint(length: usize) -> usize {
    let mut input = vec![0; length];
    // SAFETY: the buffer has the length that the host announced.
    unsafe { read_args(input.as_mut_ptr()) };
    let Some((number, words)) = input.split_first() else { return 1 };
    let Some(operation) = Operation::ALL.get(usize::from(*number)) else { return 1 };
    let inputs: Vec<Fx> = words
        .chunks_exact(16)
        .map(|word| Fx::from_bits(i128::from_le_bytes(word.try_into().unwrap_or_default())))
        .collect();
    // SAFETY: takes and writes nothing.
    let measured = run(*operation, &inputs, || unsafe { evm_ink_left() });
    let mut output = Vec::with_capacity(measured.len() * 152);
    for one in measured {
        output.extend_from_slice(&one.cost.to_le_bytes());
        for result in one.results {
            output.extend_from_slice(&result.to_bits().to_le_bytes());
        }
    }
    // SAFETY: the buffer lives until the call returns.
    unsafe { write_result(output.as_ptr(), output.len()) };
    0
}
