//! Data and element segments: constant offsets, inside their memory or table.

use wasmparser::{ConstExpr, Data, DataKind, Element, ElementItems, ElementKind, Operator};

use super::super::error::WasmError;

/// The one operator of a constant expression.
pub(super) fn constant<'a>(expression: &ConstExpr<'a>) -> Option<Operator<'a>> {
    let mut reader = expression.get_operators_reader();
    match (reader.read(), reader.read(), reader.eof()) {
        (Ok(op), Ok(Operator::End), true) => match op {
            Operator::I32Const { .. }
            | Operator::I64Const { .. }
            | Operator::F32Const { .. }
            | Operator::F64Const { .. } => Some(op),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn check_data(data: &Data, memory_bytes: u64) -> Result<(), WasmError> {
    let DataKind::Active { offset_expr, .. } = &data.kind else {
        return Ok(());
    };
    inside("data", offset(offset_expr)?, data.data.len() as u64, memory_bytes)
}

pub(super) fn check_element(element: &Element, tables: &[u64]) -> Result<(), WasmError> {
    let ElementKind::Active { table_index, offset_expr } = &element.kind else {
        return Ok(());
    };
    let ElementItems::Functions(items) = &element.items else {
        return Err(WasmError::Invalid("element segment of expressions".into()));
    };
    let size = tables.get(table_index.unwrap_or_default() as usize).copied().unwrap_or_default();
    inside("element", offset(offset_expr)?, items.count().into(), size)
}

fn offset(expression: &ConstExpr) -> Result<u64, WasmError> {
    match constant(expression) {
        Some(Operator::I32Const { value }) => Ok(value.cast_unsigned().into()),
        _ => Err(WasmError::Invalid("a segment's offset is not a constant".into())),
    }
}

fn inside(what: &'static str, offset: u64, len: u64, size: u64) -> Result<(), WasmError> {
    if offset.saturating_add(len) <= size {
        return Ok(());
    }
    Err(WasmError::SegmentOutOfBounds { what, offset, len, size })
}
