//! From deployed code to WASM: prefixes, fragments, compression.

use std::io::Read;

use alloy_primitives::Address;

use super::StylusParams;

/// Starts every kind of Stylus code.
const MAGIC: [u8; 2] = [0xEF, 0xF0];
const CLASSIC: u8 = 0x00;
const FRAGMENT: u8 = 0x01;
const ROOT: u8 = 0x02;
/// Prefix of a program in one piece, without the dictionary byte.
pub(crate) const CLASSIC_PREFIX: [u8; 3] = [MAGIC[0], MAGIC[1], CLASSIC];
/// The dictionary byte of a stream compressed without a dictionary.
pub(crate) const NO_DICTIONARY: u8 = 0;

/// Why deployed code holds no WASM.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum CodeError {
    #[error("the code is not a Stylus program: it must start with EFF000 or EFF002")]
    NotWasm,
    #[error("a fragment cannot be activated: activate the root program")]
    IsFragment,
    #[error("the program root is malformed: expected EFF002, dictionary, length and 1 to {0} addresses of 20 bytes")]
    MalformedRoot(u8),
    #[error("{0} is not a fragment of a program: its code must start with EFF001")]
    NotFragment(Address),
    #[error("compression dictionary {0} is not supported: compress without a dictionary (byte 0)")]
    Dictionary(u8),
    #[error("the code does not decompress: {0}")]
    Compression(String),
    #[error("the module is more than {limit} bytes decompressed: make it smaller")]
    TooLarge { limit: usize },
    #[error("the module is {found} bytes decompressed, the root says {expected}")]
    Length { found: usize, expected: usize },
}

/// Whether calling the code runs a program.
pub(crate) fn is_program(code: &[u8]) -> bool {
    matches!(code, [0xEF, 0xF0, CLASSIC | ROOT, _, ..])
}

/// Whether the code may be deployed although it starts with the reserved byte EF.
pub(crate) fn is_component(code: &[u8]) -> bool {
    matches!(code, [0xEF, 0xF0, CLASSIC | FRAGMENT | ROOT, _, ..])
}

/// The parts of a program's code, fragments not yet read.
pub(crate) enum Program<'a> {
    /// All in one piece.
    Classic { dictionary: u8, stream: &'a [u8] },
    /// A list of fragments.
    Root { dictionary: u8, length: usize, fragments: Vec<Address> },
}

impl<'a> Program<'a> {
    /// Reads a program's code.
    /// # Errors: [`CodeError`] if it is none, or a root that may not be activated
    pub(crate) fn parse(code: &'a [u8], params: &StylusParams) -> Result<Self, CodeError> {
        match code {
            [0xEF, 0xF0, CLASSIC, dictionary, stream @ ..] => Ok(Self::Classic { dictionary: *dictionary, stream }),
            [0xEF, 0xF0, ROOT, dictionary, rest @ ..] => Self::parse_root(*dictionary, rest, params),
            [0xEF, 0xF0, FRAGMENT, _, ..] => Err(CodeError::IsFragment),
            _ => Err(CodeError::NotWasm),
        }
    }

    fn parse_root(dictionary: u8, rest: &[u8], params: &StylusParams) -> Result<Self, CodeError> {
        let malformed = CodeError::MalformedRoot(params.max_fragments);
        let Some((length, addresses)) = rest.split_first_chunk::<4>() else {
            return Err(malformed);
        };
        let length = u32::from_be_bytes(*length) as usize;
        if length > params.max_wasm_size {
            return Err(CodeError::TooLarge { limit: params.max_wasm_size });
        }
        let (addresses, []) = addresses.as_chunks::<20>() else {
            return Err(malformed);
        };
        if addresses.is_empty() || addresses.len() > usize::from(params.max_fragments) {
            return Err(malformed);
        }
        let fragments = addresses.iter().copied().map(Address::from).collect();
        Ok(Self::Root { dictionary, length, fragments })
    }
}

/// The compressed part of a fragment's code.
pub(crate) fn fragment_stream(address: Address, code: &[u8]) -> Result<&[u8], CodeError> {
    match code {
        [0xEF, 0xF0, FRAGMENT, stream @ ..] if !stream.is_empty() => Ok(stream),
        _ => Err(CodeError::NotFragment(address)),
    }
}

/// Decompresses a stream of at most `limit` bytes.
pub(crate) fn decompress(stream: &[u8], dictionary: u8, limit: usize) -> Result<Vec<u8>, CodeError> {
    if dictionary != NO_DICTIONARY {
        return Err(CodeError::Dictionary(dictionary));
    }
    let mut wasm = Vec::new();
    let mut reader = brotli::Decompressor::new(stream, 4096).take(limit as u64 + 1);
    reader.read_to_end(&mut wasm).map_err(|error| CodeError::Compression(error.to_string()))?;
    if wasm.len() > limit {
        return Err(CodeError::TooLarge { limit });
    }
    Ok(wasm)
}

/// Decompresses the joined fragments of a root that promises `length` bytes.
pub(crate) fn join(stream: &[u8], dictionary: u8, length: usize) -> Result<Vec<u8>, CodeError> {
    let wasm = decompress(stream, dictionary, length)?;
    if wasm.len() != length {
        return Err(CodeError::Length { found: wasm.len(), expected: length });
    }
    Ok(wasm)
}
