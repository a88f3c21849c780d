//! Arguments, results, hashing, memory.

use alloy_primitives::keccak256;

use super::{Escape, Host, HostResult};
use crate::wasm::prices::host;

impl Host<'_> {
    /// Copies the call data into memory.
    pub(super) fn read_args(&mut self, pointer: u32) -> HostResult<()> {
        let input = self.frame().contract.input.clone();
        self.buy(host::READ_ARGS)?;
        self.pay_for_write(input.len())?;
        self.write(pointer, &input)
    }

    /// Sets the return data; does not end the program.
    pub(super) fn write_result(&mut self, pointer: u32, len: u32) -> HostResult<()> {
        self.buy(host::WRITE_RESULT)?;
        self.pay_for_read(len)?;
        self.pay_for_read(len)?; // once more for the way to the caller
        self.frame().result = self.read(pointer, len)?;
        Ok(())
    }

    /// Ends the program with a status: 0 returns, anything else reverts.
    #[expect(clippy::unused_self, reason = "all host calls are bound alike")]
    pub(super) fn exit_early(&mut self, status: u32) -> HostResult<()> {
        Err(Escape::Exit(status))
    }

    /// Hashes memory.
    pub(super) fn native_keccak256(&mut self, pointer: u32, len: u32, output: u32) -> HostResult<()> {
        self.buy(host::keccak(len))?;
        let digest = keccak256(self.read(pointer, len)?);
        self.write(output, digest.as_slice())
    }

    /// Pays for pages before they are added; instrumentation calls it ahead of each `memory.grow`.
    pub(super) fn pay_for_memory_grow(&mut self, pages: u32) -> HostResult<()> {
        let Ok(pages) = u16::try_from(pages) else {
            return self.buy(u64::MAX);
        };
        if pages == 0 {
            return self.buy(host::PAY_FOR_NO_PAGES);
        }
        let arb = &mut self.evm()?.arb;
        let gas = arb.pages.gas(pages, &arb.params);
        arb.pages.add(pages);
        self.buy_gas(gas)
    }
}
