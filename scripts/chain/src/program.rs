//! What a deploy tool does to a WASM file before it goes on chain.

use alloy_primitives::{Bytes, U256};
use wasm_encoder::reencode::Reencode;
use wasmparser::{Operator, Parser, Payload};

use crate::{
    stylus::code::{self, CLASSIC_PREFIX, NO_DICTIONARY},
    ProgramError,
};

/// Greatest length of deployed code (EIP-170), prefix included.
pub const MAX_CODE_SIZE: usize = crate::evm::MAX_CODE_SIZE;

/// Most bytes that a deployable file may decompress to.
const MAX_WASM_SIZE: usize = 256 * 1024;
const BROTLI_QUALITY: u32 = 11;
const BROTLI_WINDOW: u32 = 22;

/// A program ready to deploy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The module without custom sections, indices re-encoded in canonical LEB128.
    pub wasm: Vec<u8>,
    /// What becomes the contract's code: `EFF00000` and the brotli stream.
    pub deployable: Vec<u8>,
}

impl Prepared {
    /// Takes a WASM file, or what [`prepare`] makes of one.
    /// # Errors: [`ProgramError`]
    pub fn from_wasm_or_deployable(file: &[u8]) -> Result<Self, ProgramError> {
        let Some([dictionary, stream @ ..]) = file.strip_prefix(&CLASSIC_PREFIX) else {
            return prepare(file);
        };
        check_size(file.len())?;
        let wasm = code::decompress(stream, *dictionary, MAX_WASM_SIZE)
            .map_err(|error| ProgramError::Compression(error.to_string()))?;
        Ok(Self { wasm, deployable: file.to_vec() })
    }
}

/// Strips, re-encodes and compresses a module as the deploy tools do.
/// # Errors: [`ProgramError`]
pub fn prepare(wasm: &[u8]) -> Result<Prepared, ProgramError> {
    let wasm = strip(wasm)?;
    let mut deployable = CLASSIC_PREFIX.to_vec();
    deployable.push(NO_DICTIONARY);
    let mut stream = brotli::CompressorReader::new(wasm.as_slice(), 4096, BROTLI_QUALITY, BROTLI_WINDOW);
    std::io::Read::read_to_end(&mut stream, &mut deployable)
        .map_err(|error| ProgramError::Compression(error.to_string()))?;
    check_size(deployable.len())?;
    Ok(Prepared { wasm, deployable })
}

fn check_size(bytes: usize) -> Result<(), ProgramError> {
    if bytes > MAX_CODE_SIZE {
        return Err(ProgramError::TooLarge { bytes, limit: MAX_CODE_SIZE });
    }
    Ok(())
}

/// The module as it goes on chain: without custom sections and the data count, every index in its shortest form, since
/// compilers pad some.
/// # Errors: [`ProgramError::Malformed`]
pub fn strip(wasm: &[u8]) -> Result<Vec<u8>, ProgramError> {
    let malformed = |error: &dyn std::fmt::Display| ProgramError::Malformed(error.to_string());
    let mut module = wasm_encoder::Module::new();
    Slim.parse_core_module(&mut module, Parser::new(0), wasm).map_err(|error| malformed(&error))?;
    let module = module.finish();
    if uses_data_count(&module) {
        return Ok(module);
    }
    let mut slim = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(&module) {
        let payload = payload.map_err(|error| malformed(&error))?;
        let Some((id, range)) = payload.as_section() else {
            continue;
        };
        let data = module.get(range.start as usize..range.end as usize).unwrap_or_default();
        if id != wasm_encoder::SectionId::DataCount as u8 {
            slim.section(&wasm_encoder::RawSection { id, data });
        }
    }
    Ok(slim.finish())
}

fn uses_data_count(wasm: &[u8]) -> bool {
    let bodies = Parser::new(0).parse_all(wasm).filter_map(|payload| match payload {
        Ok(Payload::CodeSectionEntry(body)) => body.get_operators_reader().ok(),
        _ => None,
    });
    bodies.flatten().any(|op| matches!(op, Ok(Operator::MemoryInit { .. } | Operator::DataDrop { .. })))
}

/// Re-encodes everything but custom sections.
struct Slim;

impl Reencode for Slim {
    type Error = std::convert::Infallible;

    fn parse_custom_section(
        &mut self,
        _: &mut wasm_encoder::Module,
        _: wasmparser::CustomSectionReader<'_>,
    ) -> Result<(), wasm_encoder::reencode::Error> {
        Ok(())
    }
}

/// Creation code that returns `code`, as the deploy tools write it: a prelude, a version byte, the code.
pub fn init_code(code: &[u8]) -> Bytes {
    // DUP1, PUSH1 43, PUSH1 0, CODECOPY, PUSH1 0, RETURN; 43 bytes come before the code.
    const AFTER_LENGTH: [u8; 9] = [0x80, 0x60, 0x2B, 0x60, 0x00, 0x39, 0x60, 0x00, 0xF3];
    const PUSH32: u8 = 0x7F;
    const VERSION: u8 = 0x00;
    let length = U256::from(code.len()).to_be_bytes::<32>();
    [&[PUSH32], &length[..], &AFTER_LENGTH, &[VERSION], code].concat().into()
}
