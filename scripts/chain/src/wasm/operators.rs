//! Questions about single operators.

use wasmparser::Operator;

/// Whether control may leave the straight line here: the metering charges up to and including this operator.
pub(crate) fn ends_block(op: &Operator) -> bool {
    use Operator as O;
    matches!(
        op,
        O::End
            | O::Else
            | O::Return
            | O::Loop { .. }
            | O::Br { .. }
            | O::BrTable { .. }
            | O::BrIf { .. }
            | O::If { .. }
            | O::Call { .. }
            | O::CallIndirect { .. }
    )
}

/// The feature that an operator belongs to, if programs may not contain it although it validates.
pub(crate) fn forbidden(op: &Operator) -> Option<&'static str> {
    use Operator as O;
    match op {
        O::MemoryInit { .. }
        | O::DataDrop { .. }
        | O::ElemDrop { .. }
        | O::TableInit { .. }
        | O::TableCopy { .. }
        | O::TableFill { .. }
        | O::TableGet { .. }
        | O::TableSet { .. }
        | O::TableGrow { .. }
        | O::TableSize { .. } => Some("bulk memory beyond memory.copy and memory.fill"),
        _ if computes_with_floats(op) => Some("floating point"),
        _ => None,
    }
}

#[rustfmt::skip]
fn computes_with_floats(op: &Operator) -> bool {
    use Operator as O;
    matches!(op,
        O::F32Eq | O::F32Ne | O::F32Lt | O::F32Gt | O::F32Le | O::F32Ge
        | O::F64Eq | O::F64Ne | O::F64Lt | O::F64Gt | O::F64Le | O::F64Ge
        | O::F32Abs | O::F32Neg | O::F32Ceil | O::F32Floor | O::F32Trunc | O::F32Nearest | O::F32Sqrt
        | O::F32Add | O::F32Sub | O::F32Mul | O::F32Div | O::F32Min | O::F32Max | O::F32Copysign
        | O::F64Abs | O::F64Neg | O::F64Ceil | O::F64Floor | O::F64Trunc | O::F64Nearest | O::F64Sqrt
        | O::F64Add | O::F64Sub | O::F64Mul | O::F64Div | O::F64Min | O::F64Max | O::F64Copysign
        | O::I32TruncF32S | O::I32TruncF32U | O::I32TruncF64S | O::I32TruncF64U
        | O::I64TruncF32S | O::I64TruncF32U | O::I64TruncF64S | O::I64TruncF64U
        | O::I32TruncSatF32S | O::I32TruncSatF32U | O::I32TruncSatF64S | O::I32TruncSatF64U
        | O::I64TruncSatF32S | O::I64TruncSatF32U | O::I64TruncSatF64S | O::I64TruncSatF64U
        | O::F32ConvertI32S | O::F32ConvertI32U | O::F32ConvertI64S | O::F32ConvertI64U | O::F32DemoteF64
        | O::F64ConvertI32S | O::F64ConvertI32U | O::F64ConvertI64S | O::F64ConvertI64U | O::F64PromoteF32)
}

/// What an operator does to the operand stack, as the depth checker counts it: pushes happen before pops.
pub(crate) enum Effect {
    /// Takes one and gives one, or nothing at all.
    None,
    /// Gives one.
    Push,
    /// Takes this many more than it gives.
    Pop(u32),
}

/// The effect of operators other than control flow, calls and bulk memory.
#[rustfmt::skip]
pub(crate) fn effect(op: &Operator) -> Option<Effect> {
    use Operator as O;
    Some(match op {
        O::LocalGet { .. } | O::GlobalGet { .. } | O::MemorySize { .. }
        | O::I32Const { .. } | O::I64Const { .. } | O::F32Const { .. } | O::F64Const { .. } => Effect::Push,

        O::Drop | O::BrIf { .. } | O::BrTable { .. } | O::LocalSet { .. } | O::GlobalSet { .. }
        | O::I32Eq | O::I32Ne | O::I32LtS | O::I32LtU | O::I32GtS | O::I32GtU | O::I32LeS | O::I32LeU | O::I32GeS | O::I32GeU
        | O::I64Eq | O::I64Ne | O::I64LtS | O::I64LtU | O::I64GtS | O::I64GtU | O::I64LeS | O::I64LeU | O::I64GeS | O::I64GeU
        | O::I32Add | O::I32Sub | O::I32Mul | O::I32DivS | O::I32DivU | O::I32RemS | O::I32RemU
        | O::I64Add | O::I64Sub | O::I64Mul | O::I64DivS | O::I64DivU | O::I64RemS | O::I64RemU
        | O::I32And | O::I32Or | O::I32Xor | O::I32Shl | O::I32ShrS | O::I32ShrU | O::I32Rotl | O::I32Rotr
        | O::I64And | O::I64Or | O::I64Xor | O::I64Shl | O::I64ShrS | O::I64ShrU | O::I64Rotl | O::I64Rotr => Effect::Pop(1),

        O::Select | O::I32Store { .. } | O::I64Store { .. } | O::F32Store { .. } | O::F64Store { .. }
        | O::I32Store8 { .. } | O::I32Store16 { .. }
        | O::I64Store8 { .. } | O::I64Store16 { .. } | O::I64Store32 { .. } => Effect::Pop(2),

        O::MemoryFill { .. } | O::MemoryCopy { .. } => Effect::Pop(3),

        O::Nop | O::Unreachable | O::Br { .. } | O::Return | O::LocalTee { .. } | O::MemoryGrow { .. }
        | O::I32Eqz | O::I64Eqz | O::I32Clz | O::I32Ctz | O::I32Popcnt | O::I64Clz | O::I64Ctz | O::I64Popcnt
        | O::I32Load { .. } | O::I64Load { .. } | O::F32Load { .. } | O::F64Load { .. }
        | O::I32Load8S { .. } | O::I32Load8U { .. } | O::I32Load16S { .. } | O::I32Load16U { .. }
        | O::I64Load8S { .. } | O::I64Load8U { .. } | O::I64Load16S { .. } | O::I64Load16U { .. }
        | O::I64Load32S { .. } | O::I64Load32U { .. }
        | O::I32WrapI64 | O::I64ExtendI32S | O::I64ExtendI32U
        | O::I32Extend8S | O::I32Extend16S | O::I64Extend8S | O::I64Extend16S | O::I64Extend32S
        | O::I32ReinterpretF32 | O::I64ReinterpretF64 | O::F32ReinterpretI32 | O::F64ReinterpretI64 => Effect::None,
        _ => return None,
    })
}
