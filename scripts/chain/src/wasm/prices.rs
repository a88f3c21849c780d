//! Every price, in ink unless the name says gas. 10,000 ink make one gas at the default ink price.
//!
//! Source: Nitro's `pricing_v1` for operators and `hostio` for host calls (Stylus versions 1 to 3).

use wasmparser::{FuncType, Operator};

/// Checking the ink at the start of each basic block.
pub(crate) const BLOCK_HEADER: u64 = 2450;
/// Each byte of `memory.fill`.
pub(crate) const MEMORY_FILL_BYTE: u64 = 100;
/// Each byte of `memory.copy`.
pub(crate) const MEMORY_COPY_BYTE: u64 = 100;
/// What no amount of ink can pay: operators that are valid but not priced (floats).
pub(crate) const UNAFFORDABLE: u64 = u64::MAX;

/// Price of one operator; `call_indirect` depends on its signature.
pub(crate) fn operator(op: &Operator, types: &[FuncType]) -> u64 {
    use Operator as O;
    match op {
        O::Unreachable
        | O::Return
        | O::Nop
        | O::I32Const { .. }
        | O::I64Const { .. }
        | O::Block { .. }
        | O::Loop { .. }
        | O::Else
        | O::End => 1,
        O::Drop => 9,
        O::Br { .. } | O::BrIf { .. } | O::If { .. } => 765,
        O::BrTable { targets } => 2400 + 325 * u64::from(targets.len()),
        O::Select => 1250,
        O::Call { .. } => 3800,
        O::CallIndirect { type_index, .. } => {
            let params = types.get(*type_index as usize).map_or(0, |ty| ty.params().len());
            13_610 + 650 * params as u64
        }
        O::LocalGet { .. } | O::LocalTee { .. } => 75,
        O::LocalSet { .. } => 210,
        O::GlobalGet { .. } => 225,
        O::GlobalSet { .. } => 575,
        O::MemorySize { .. } => 3000,
        O::MemoryGrow { .. } => 8050,
        O::MemoryCopy { .. } | O::MemoryFill { .. } => 950,
        _ => memory_access(op).or_else(|| arithmetic(op)).unwrap_or(UNAFFORDABLE),
    }
}

fn memory_access(op: &Operator) -> Option<u64> {
    use Operator as O;
    Some(match op {
        O::I32Load { .. } | O::I32Load8S { .. } | O::I32Load8U { .. } | O::I32Load16S { .. } | O::I32Load16U { .. } => {
            670
        }
        O::I64Load { .. }
        | O::I64Load8S { .. }
        | O::I64Load8U { .. }
        | O::I64Load16S { .. }
        | O::I64Load16U { .. }
        | O::I64Load32S { .. }
        | O::I64Load32U { .. } => 680,
        O::I32Store { .. } | O::I32Store8 { .. } | O::I32Store16 { .. } => 825,
        O::I64Store { .. } | O::I64Store8 { .. } | O::I64Store16 { .. } | O::I64Store32 { .. } => 950,
        _ => return None,
    })
}

#[rustfmt::skip]
#[expect(clippy::match_same_arms, reason = "grouped by what they do, as the price list is")]
fn arithmetic(op: &Operator) -> Option<u64> {
    use Operator as O;
    Some(match op {
        O::I32Eqz | O::I32Eq | O::I32Ne | O::I32LtS | O::I32LtU | O::I32GtS | O::I32GtU
        | O::I32LeS | O::I32LeU | O::I32GeS | O::I32GeU => 170,
        O::I64Eqz | O::I64Eq | O::I64Ne | O::I64LtS | O::I64LtU | O::I64GtS | O::I64GtU
        | O::I64LeS | O::I64LeU | O::I64GeS | O::I64GeU => 225,

        O::I32Add | O::I32Sub | O::I32And | O::I32Or | O::I32Xor
        | O::I32Shl | O::I32ShrS | O::I32ShrU | O::I32Rotl | O::I32Rotr => 70,
        O::I64Add | O::I64Sub | O::I64And | O::I64Or | O::I64Xor
        | O::I64Shl | O::I64ShrS | O::I64ShrU | O::I64Rotl | O::I64Rotr => 100,
        O::I32Mul | O::I64Mul => 160,
        O::I32DivS | O::I32DivU | O::I32RemS | O::I32RemU => 1120,
        O::I64DivS | O::I64DivU | O::I64RemS | O::I64RemU => 1270,

        O::I32Clz | O::I32Ctz | O::I64Clz | O::I64Ctz => 210,
        O::I32Popcnt => 2650,
        O::I64Popcnt => 6000,
        O::I32WrapI64 | O::I64ExtendI32S | O::I64ExtendI32U
        | O::I32Extend8S | O::I32Extend16S
        | O::I64Extend8S | O::I64Extend16S | O::I64Extend32S => 100,
        _ => return None,
    })
}

/// Prices of host calls; the `call` operator comes on top.
pub(crate) mod host {
    /// Any host call.
    pub(crate) const BASE: u64 = 8400;
    /// Each fixed-size pointer argument.
    pub(crate) const POINTER: u64 = 5040;
    /// Crossing into the EVM.
    pub(crate) const EVM: u64 = 59_673;

    pub(crate) const READ_ARGS: u64 = BASE;
    pub(crate) const WRITE_RESULT: u64 = BASE;
    pub(crate) const STORAGE_LOAD: u64 = BASE + 2 * POINTER;
    pub(crate) const STORAGE_CACHE: u64 = BASE + 2 * POINTER;
    pub(crate) const STORAGE_FLUSH: u64 = BASE + EVM;
    pub(crate) const TRANSIENT: u64 = BASE + 2 * POINTER + EVM;
    pub(crate) const CALL: u64 = BASE + 3 * POINTER + EVM;
    pub(crate) const CREATE1: u64 = BASE + 3 * POINTER + EVM;
    pub(crate) const CREATE2: u64 = BASE + 4 * POINTER + EVM;
    pub(crate) const READ_RETURN_DATA: u64 = BASE + EVM;
    pub(crate) const RETURN_DATA_SIZE: u64 = BASE;
    pub(crate) const EMIT_LOG: u64 = BASE + EVM;
    pub(crate) const ACCOUNT_WORD: u64 = BASE + 2 * POINTER + EVM;
    pub(crate) const ACCOUNT_CODE: u64 = BASE + EVM;
    pub(crate) const VALUE: u64 = BASE;
    pub(crate) const VALUE_AT_POINTER: u64 = BASE + POINTER;
    pub(crate) const MATH_DIV: u64 = BASE + 3 * POINTER + 20_000;
    pub(crate) const MATH_MOD: u64 = MATH_DIV;
    pub(crate) const MATH_POW: u64 = BASE + 3 * POINTER;
    pub(crate) const MATH_ADD_MOD: u64 = BASE + 4 * POINTER + 21_000;
    pub(crate) const MATH_MUL_MOD: u64 = BASE + 4 * POINTER + 24_100;
    pub(crate) const PAY_FOR_NO_PAGES: u64 = BASE;

    /// Writing `bytes` into the program's memory.
    pub(crate) fn write(bytes: u32) -> u64 {
        beyond_a_word(5040, 30, bytes)
    }

    /// Reading `bytes` from the program's memory.
    pub(crate) fn read(bytes: u32) -> u64 {
        beyond_a_word(16_381, 55, bytes)
    }

    /// Hashing `bytes`, reading and writing included.
    pub(crate) fn keccak(bytes: u32) -> u64 {
        let words = u64::from(bytes.div_ceil(32)).saturating_sub(2);
        121_800 + 21_000 * words
    }

    /// The part of `math_pow` that grows with the exponent, given its big-endian bytes.
    pub(crate) fn pow(exponent: &[u8; 32]) -> u64 {
        let zeros = exponent.iter().take_while(|byte| **byte == 0).count() as u64;
        3000 + 17_500 * (33 - zeros)
    }

    fn beyond_a_word(base: u64, per_byte: u64, bytes: u32) -> u64 {
        base + per_byte * u64::from(bytes.saturating_sub(32))
    }
}

/// Prices in gas that host calls add or require.
pub(crate) mod gas {
    /// First access to an account in a transaction (EIP-2929).
    pub(crate) const COLD_ACCOUNT: u64 = 2600;
    /// First access to a slot in a transaction (EIP-2929).
    pub(crate) const COLD_SLOT: u64 = 2100;
    /// Further accesses.
    pub(crate) const WARM: u64 = 100;
    /// Least gas left for a write (EIP-2200).
    pub(crate) const SSTORE_SENTRY: u64 = 2300;
    /// Most that one access to the storage cache costs.
    pub(crate) const CACHE_ACCESS_MAX: u64 = 10;
    /// Each topic of a log, and the log itself.
    pub(crate) const LOG_TOPIC: u64 = 375;
    /// Each data byte of a log.
    pub(crate) const LOG_BYTE: u64 = 8;
    /// Loading code of up to 24,576 bytes.
    pub(crate) const LOAD_CODE: u64 = 700;
    /// Gas given to a callee with value.
    pub(crate) const CALL_STIPEND: u64 = 2300;
    /// A call that carries value.
    pub(crate) const CALL_VALUE: u64 = 9000;
    /// A call with value to an empty account.
    pub(crate) const NEW_ACCOUNT: u64 = 25_000;
    /// A creation.
    pub(crate) const CREATE: u64 = 32_000;
    /// Each word hashed.
    pub(crate) const KECCAK_WORD: u64 = 6;
    /// Each word copied.
    pub(crate) const COPY_WORD: u64 = 3;
    /// Each byte of deployed code.
    pub(crate) const CODE_BYTE: u64 = 200;

    /// The nth read through the storage cache of one call, counted from one.
    pub(crate) fn cache_read(nth: u64) -> u64 {
        match nth {
            0..=32 => 0,
            33..=128 => 2,
            _ => 10,
        }
    }

    /// The nth write into the storage cache of one call, counted from one.
    pub(crate) fn cache_write(nth: u64) -> u64 {
        match nth {
            0..=8 => 0,
            9..=64 => 7,
            _ => 10,
        }
    }

    /// What the EVM asks for `bytes` of memory.
    pub(crate) fn evm_memory(bytes: usize) -> u64 {
        let words = (bytes as u64).div_ceil(32);
        3 * words + words * words / 512
    }
}
