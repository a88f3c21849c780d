//! What a trace shows of a host call: the bytes it was given and the bytes it left, as Nitro's traces encode them.

use super::{Escape, Host, HostResult};
use crate::evm::HostCall;

/// A part of what a trace shows. Places are in the program's memory; numbers are shown with their high byte first.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// 32 bytes at a place.
    Word(u32),
    /// 20 bytes at a place.
    Address(u32),
    /// So many bytes at a place.
    Bytes(u32, u32),
    /// As many bytes at a place as there is call data.
    Input(u32),
    /// As many bytes at a place as the host call answered.
    Copied(u32),
    /// A length that the host call wrote to a place, low byte first.
    Length(u32),
    /// A number's low byte.
    U8(u32),
    /// A number's low two bytes.
    U16(u32),
    U32(u32),
    U64(u64),
    /// What the host call answered.
    Answer,
    /// The low byte of what it answered.
    Status,
}

/// What a trace shows of a host call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a> {
    pub(super) name: &'static str,
    /// Before it runs.
    pub(super) given: &'a [Part],
    /// Once it has run.
    pub(super) left: &'a [Part],
}

/// What host calls answer.
pub(super) trait Answered {
    /// The number, high byte first; empty if there is none.
    fn bytes(&self) -> Vec<u8>;
}

impl Answered for () {
    fn bytes(&self) -> Vec<u8> {
        Vec::new()
    }
}

impl Answered for u32 {
    fn bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }
}

impl Answered for u64 {
    fn bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }
}

impl Host<'_> {
    /// Whether somebody watches.
    pub(super) fn is_watched(&self) -> bool {
        self.caller.data().is_watched
    }

    /// Runs a host call and tells who watches about it, unless it fails: then the program ends there.
    pub(super) fn watched<T: Answered>(
        &mut self,
        shown: &Shown<'_>,
        run: impl FnOnce(&mut Self) -> HostResult<T>,
    ) -> HostResult<T> {
        let start_ink = self.ink_left()?;
        let args = self.encode(shown.given, &[]);
        let answered = run(self);
        let outs = match &answered {
            Ok(answer) => self.encode(shown.left, &answer.bytes()),
            Err(Escape::Exit(_)) => Vec::new(),
            Err(_) => return answered,
        };
        let end_ink = self.ink_left()?;
        let call = HostCall { start_ink, end_ink, ..HostCall::new(shown.name, args, outs) };
        self.frame().tell(call);
        answered
    }

    /// Places outside the memory show nothing: a host call that is given one fails.
    fn encode(&self, parts: &[Part], answer: &[u8]) -> Vec<u8> {
        let encoded = parts.iter().map(|part| self.part(*part, answer).unwrap_or_default());
        encoded.collect::<Vec<_>>().concat()
    }

    fn part(&self, part: Part, answer: &[u8]) -> HostResult<Vec<u8>> {
        let low = |bytes: &[u8]| bytes.last().copied().into_iter().collect();
        match part {
            Part::Word(pointer) => self.read(pointer, 32),
            Part::Address(pointer) => self.read(pointer, 20),
            Part::Bytes(pointer, len) => self.read(pointer, len),
            Part::Input(pointer) => self.read(pointer, self.caller.data().contract.input.len() as u32),
            Part::Copied(pointer) => {
                let len = answer.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
                self.read(pointer, len)
            }
            Part::Length(pointer) => {
                let bytes: [u8; 4] = self.read_fixed(pointer)?;
                Ok(u32::from_le_bytes(bytes).to_be_bytes().to_vec())
            }
            Part::U8(number) => Ok(low(&number.to_be_bytes())),
            Part::U16(number) => Ok((number as u16).to_be_bytes().to_vec()),
            Part::U32(number) => Ok(number.to_be_bytes().to_vec()),
            Part::U64(number) => Ok(number.to_be_bytes().to_vec()),
            Part::Answer => Ok(answer.to_vec()),
            Part::Status => Ok(low(answer)),
        }
    }
}
