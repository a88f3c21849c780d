//! The host calls, by topic, each under the name that programs import.
//!
//! * `data`: arguments, results, hashing, memory
//! * `storage`: permanent and transient storage
//! * `calls`: calling and creating contracts, return data, logs
//! * `accounts`: other accounts
//! * `values`: block, transaction and message values, gas and ink
//! * `math`: 256-bit arithmetic
//! * `watch`: what a trace shows of them

mod accounts;
mod calls;
mod data;
mod link;
mod math;
mod storage;
mod values;
mod watch;

use wasmtime::{Caller, Global, Memory, Val};

pub(crate) use link::link;

use super::frame::{Escape, Frame, Handles};
use crate::{evm::Evm, wasm::prices};

/// A host call in progress.
pub(crate) struct Host<'a> {
    caller: Caller<'a, Frame>,
}

type HostResult<T> = Result<T, Escape>;

impl<'a> Host<'a> {
    pub(super) fn new(caller: Caller<'a, Frame>) -> Self {
        Self { caller }
    }

    fn frame(&mut self) -> &mut Frame {
        self.caller.data_mut()
    }

    fn evm(&mut self) -> HostResult<&mut Evm> {
        self.frame().evm.as_deref_mut().ok_or_else(|| Escape::failure("the machine is away"))
    }

    fn handles(&self) -> HostResult<Handles> {
        self.caller.data().handles.ok_or_else(|| Escape::failure("the instance is not ready"))
    }

    fn memory(&self) -> HostResult<Memory> {
        self.handles().map(|handles| handles.memory)
    }

    // Ink and gas.

    fn ink_left(&mut self) -> HostResult<u64> {
        let global = self.handles()?.ink;
        match global.get(&mut self.caller) {
            Val::I64(ink) => Ok(ink.cast_unsigned()),
            _ => Err(Escape::failure("the ink global is not an i64")),
        }
    }

    fn set_global(&mut self, global: Global, value: Val) -> HostResult<()> {
        global.set(&mut self.caller, value).map_err(|error| Escape::failure(error.to_string()))
    }

    fn buy(&mut self, ink: u64) -> HostResult<()> {
        let handles = self.handles()?;
        let Some(left) = self.ink_left()?.checked_sub(ink) else {
            self.set_global(handles.ink, Val::I64(0))?;
            self.set_global(handles.status, Val::I32(1))?;
            return Err(Escape::OutOfInk);
        };
        self.set_global(handles.ink, Val::I64(left.cast_signed()))
    }

    fn require(&mut self, ink: u64) -> HostResult<()> {
        if self.ink_left()? < ink {
            return self.buy(u64::MAX);
        }
        Ok(())
    }

    fn ink_price(&mut self) -> HostResult<u64> {
        Ok(self.evm()?.arb.params.ink_price.into())
    }

    fn buy_gas(&mut self, gas: u64) -> HostResult<()> {
        let price = self.ink_price()?;
        self.buy(gas.saturating_mul(price))
    }

    fn require_gas(&mut self, gas: u64) -> HostResult<()> {
        let price = self.ink_price()?;
        self.require(gas.saturating_mul(price))
    }

    fn gas_left(&mut self) -> HostResult<u64> {
        Ok(self.ink_left()? / self.ink_price()?)
    }

    fn pay_for_write(&mut self, bytes: usize) -> HostResult<()> {
        self.buy(prices::host::write(bytes as u32))
    }

    fn pay_for_read(&mut self, bytes: u32) -> HostResult<()> {
        self.buy(prices::host::read(bytes))
    }

    // Memory.

    fn read(&self, pointer: u32, len: u32) -> HostResult<Vec<u8>> {
        let start = pointer as usize;
        let bytes = self.memory()?.data(&self.caller).get(start..start + len as usize);
        bytes.map(<[u8]>::to_vec).ok_or_else(|| out_of_bounds(pointer, len as usize))
    }

    fn read_fixed<const N: usize>(&self, pointer: u32) -> HostResult<[u8; N]> {
        let bytes = self.memory()?.data(&self.caller).get(pointer as usize..).and_then(<[u8]>::first_chunk);
        bytes.copied().ok_or_else(|| out_of_bounds(pointer, N))
    }

    fn write(&mut self, pointer: u32, bytes: &[u8]) -> HostResult<()> {
        let start = pointer as usize;
        let place = self.memory()?.data_mut(&mut self.caller).get_mut(start..start + bytes.len());
        place.map(|place| place.copy_from_slice(bytes)).ok_or_else(|| out_of_bounds(pointer, bytes.len()))
    }
}

fn out_of_bounds(pointer: u32, len: usize) -> Escape {
    Escape::failure(format!("{len} bytes at {pointer} are outside the memory"))
}

/// The part of `bytes` in `offset..offset + size` that exists.
fn overlap(bytes: &[u8], offset: u32, size: u32) -> &[u8] {
    let start = (offset as usize).min(bytes.len());
    let end = (offset as usize).saturating_add(size as usize).min(bytes.len());
    bytes.get(start..end).unwrap_or_default()
}
