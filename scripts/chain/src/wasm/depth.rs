//! Stack depth: each call pays its frame in words, so that overflow is the same on every machine.

use wasmparser::{BlockType, FuncType, Operator};

use super::{
    error::WasmError,
    module::Signatures,
    operators::{self, Effect},
};

/// Most words a frame may take.
const MAX_FRAME_WORDS: u32 = 10 * 1024;
/// Most values alive at once in a frame.
const MAX_LIVE_VALUES: u32 = 4096;
/// Words of a frame besides locals and operands.
const FRAME_OVERHEAD: u32 = 4;

/// Takes the frame's words on entry, gives them back on every way out.
pub(crate) fn check_depth<'a>(
    mut code: Vec<Operator<'a>>,
    signatures: &Signatures,
    function: usize,
    locals: u32,
    stack_global: u32,
) -> Result<Vec<Operator<'a>>, WasmError> {
    let words = frame_words(&code, signatures, function, locals)?;
    let get = Operator::GlobalGet { global_index: stack_global };
    let set = Operator::GlobalSet { global_index: stack_global };
    let size = Operator::I32Const { value: words.cast_signed() };

    let mut checked = Vec::with_capacity(code.len() + 32);
    checked.extend([
        get.clone(),
        size.clone(),
        Operator::I32LeU,
        Operator::If { blockty: BlockType::Empty },
        Operator::I32Const { value: 0 },
        set.clone(),
        Operator::Unreachable,
        Operator::End,
        get.clone(),
        size.clone(),
        Operator::I32Sub,
        set.clone(),
    ]);
    // A return before the last end, so that falling off the end gives the words back too.
    let end = code.pop();
    code.push(Operator::Return);
    code.extend(end);
    for op in code {
        if matches!(op, Operator::Return) {
            checked.extend([get.clone(), size.clone(), Operator::I32Add, set.clone()]);
        }
        checked.push(op);
    }
    Ok(checked)
}

fn frame_words(code: &[Operator], signatures: &Signatures, function: usize, locals: u32) -> Result<u32, WasmError> {
    let live = most_live_values(code, signatures, function)?;
    if live > MAX_LIVE_VALUES {
        let (count, limit) = (live.into(), MAX_LIVE_VALUES.into());
        return Err(WasmError::TooMany { what: "values alive at once", count, limit });
    }
    let words = live + locals + FRAME_OVERHEAD;
    if words > MAX_FRAME_WORDS {
        let (words, limit) = (words.into(), MAX_FRAME_WORDS.into());
        return Err(WasmError::FrameTooLarge { function, words, limit });
    }
    Ok(words)
}

/// The operand stack's height, and the greatest it has had.
#[derive(Default)]
struct Height {
    now: u32,
    most: u32,
}

impl Height {
    fn push(&mut self, count: u32) {
        self.now += count;
        self.most = self.most.max(self.now);
    }

    fn pop(&mut self, count: u32) {
        self.now = self.now.saturating_sub(count);
    }

    fn call(&mut self, ty: &FuncType) {
        self.push(ty.results().len() as u32);
        self.pop(ty.params().len() as u32);
    }

    /// Result slots of a block count from its start.
    fn open(&mut self, blockty: BlockType, signatures: &Signatures) {
        match blockty {
            BlockType::Empty => {}
            BlockType::Type(_) => self.push(1),
            BlockType::FuncType(index) => {
                if let Some(ty) = signatures.types.get(index as usize) {
                    self.call(ty);
                }
            }
        }
    }
}

fn most_live_values(code: &[Operator], signatures: &Signatures, function: usize) -> Result<u32, WasmError> {
    use Operator as O;
    let mut height = Height::default();
    let mut scopes = vec![0];
    for op in code {
        match op {
            O::Block { blockty } | O::Loop { blockty } => {
                height.open(*blockty, signatures);
                scopes.push(height.now);
            }
            O::If { blockty } => {
                height.pop(1);
                height.open(*blockty, signatures);
                scopes.push(height.now);
            }
            O::Else => height.now = scopes.last().copied().unwrap_or_default(),
            O::End => height.now = scopes.pop().unwrap_or_default(),
            O::Call { function_index } => {
                if let Some(ty) = signatures.function(*function_index) {
                    height.call(ty);
                }
            }
            O::CallIndirect { type_index, .. } => {
                if let Some(ty) = signatures.types.get(*type_index as usize) {
                    height.call(ty);
                }
                height.pop(1);
            }
            _ => match operators::effect(op) {
                Some(Effect::None) => {}
                Some(Effect::Push) => height.push(1),
                Some(Effect::Pop(count)) => height.pop(count),
                None => {
                    let operator = format!("{op:?}");
                    return Err(WasmError::ForbiddenFeature { function, operator, feature: "unsupported extension" });
                }
            },
        }
    }
    Ok(height.most)
}
