//! Ink: each basic block pays in advance, `memory.copy` and `memory.fill` pay by the byte.

use wasmparser::{BlockType, FuncType, Operator};

use super::{
    operators,
    prices::{self, BLOCK_HEADER, MEMORY_COPY_BYTE, MEMORY_FILL_BYTE},
};

/// The globals that the injected operators use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Globals {
    /// Ink left, i64.
    pub(crate) ink: u32,
    /// 1 once the ink ran out, i32.
    pub(crate) status: u32,
    /// Holds an operand for a moment, i32.
    pub(crate) scratch: u32,
    /// Stack words left, i32.
    pub(crate) stack: u32,
}

/// Puts the charge for each basic block in front of it.
pub(crate) fn meter<'a>(code: Vec<Operator<'a>>, types: &[FuncType], globals: Globals) -> Vec<Operator<'a>> {
    let mut metered = Vec::with_capacity(code.len() * 4);
    let mut block = Vec::new();
    let mut cost: u64 = 0;
    for op in code {
        let ends_block = operators::ends_block(&op);
        cost = cost.saturating_add(prices::operator(&op, types));
        block.push(op);
        if ends_block {
            charge(&mut metered, globals, cost.saturating_add(BLOCK_HEADER));
            metered.append(&mut block);
            cost = 0;
        }
    }
    metered
}

fn charge(out: &mut Vec<Operator<'_>>, globals: Globals, cost: u64) {
    let value = cost.cast_signed();
    out.extend([
        Operator::GlobalGet { global_index: globals.ink },
        Operator::I64Const { value },
        Operator::I64LtU,
        Operator::If { blockty: BlockType::Empty },
        Operator::I32Const { value: 1 },
        Operator::GlobalSet { global_index: globals.status },
        Operator::Unreachable,
        Operator::End,
        Operator::GlobalGet { global_index: globals.ink },
        Operator::I64Const { value },
        Operator::I64Sub,
        Operator::GlobalSet { global_index: globals.ink },
    ]);
}

/// Puts the charge by the byte in front of `memory.copy` and `memory.fill`.
pub(crate) fn meter_bulk_memory(code: Vec<Operator<'_>>, globals: Globals) -> Vec<Operator<'_>> {
    let mut metered = Vec::with_capacity(code.len());
    for op in code {
        match op {
            Operator::MemoryFill { .. } => charge_by_byte(&mut metered, globals, MEMORY_FILL_BYTE),
            Operator::MemoryCopy { .. } => charge_by_byte(&mut metered, globals, MEMORY_COPY_BYTE),
            _ => {}
        }
        metered.push(op);
    }
    metered
}

/// Charges for the length on top of the stack and leaves it there. Underflow shows as more ink than before.
fn charge_by_byte(out: &mut Vec<Operator<'_>>, globals: Globals, per_byte: u64) {
    let get = |global_index| Operator::GlobalGet { global_index };
    let set = |global_index| Operator::GlobalSet { global_index };
    out.extend([
        set(globals.scratch),
        get(globals.ink),
        get(globals.ink),
        get(globals.scratch),
        Operator::I64ExtendI32U,
        Operator::I64Const { value: per_byte.cast_signed() },
        Operator::I64Mul,
        Operator::I64Sub,
        set(globals.ink),
        get(globals.ink),
        Operator::I64LtU,
        Operator::If { blockty: BlockType::Empty },
        Operator::I32Const { value: 1 },
        set(globals.status),
        Operator::Unreachable,
        Operator::End,
        get(globals.scratch),
    ]);
}
