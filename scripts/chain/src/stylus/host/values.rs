//! Block, transaction and message values, gas and ink.

use revm::{context::Transaction, context_interface::Host as _};

use super::{Host, HostResult};
use crate::wasm::prices::host;

impl Host<'_> {
    /// Gas left after this host call.
    pub(super) fn evm_gas_left(&mut self) -> HostResult<u64> {
        self.buy(host::VALUE)?;
        self.gas_left()
    }

    /// Ink left after this host call.
    pub(super) fn evm_ink_left(&mut self) -> HostResult<u64> {
        self.buy(host::VALUE)?;
        self.ink_left()
    }

    /// Base fee in wei per gas.
    pub(super) fn block_basefee(&mut self, pointer: u32) -> HostResult<()> {
        self.buy(host::VALUE_AT_POINTER)?;
        let fee = self.evm()?.ctx.basefee();
        self.write_word(pointer, fee)
    }

    /// EIP-155 chain id.
    pub(super) fn chainid(&mut self) -> HostResult<u64> {
        self.buy(host::VALUE)?;
        Ok(self.evm()?.ctx.cfg.chain_id)
    }

    /// The batch poster's address.
    pub(super) fn block_coinbase(&mut self, pointer: u32) -> HostResult<()> {
        self.buy(host::VALUE_AT_POINTER)?;
        let address = self.evm()?.ctx.block.beneficiary;
        self.write(pointer, address.as_slice())
    }

    /// The block's gas limit.
    pub(super) fn block_gas_limit(&mut self) -> HostResult<u64> {
        self.buy(host::VALUE)?;
        Ok(self.evm()?.ctx.block.gas_limit)
    }

    /// The parent chain's block number.
    pub(super) fn block_number(&mut self) -> HostResult<u64> {
        self.buy(host::VALUE)?;
        Ok(self.evm()?.ctx.block.number.saturating_to())
    }

    /// The block's time, unix seconds.
    pub(super) fn block_timestamp(&mut self) -> HostResult<u64> {
        self.buy(host::VALUE)?;
        Ok(self.evm()?.ctx.block.timestamp.saturating_to())
    }

    /// The contract acted on: of a delegate call, the caller.
    pub(super) fn contract_address(&mut self, pointer: u32) -> HostResult<()> {
        self.buy(host::VALUE_AT_POINTER)?;
        let address = self.frame().contract.acting;
        self.write(pointer, address.as_slice())
    }

    /// 1 if the contract acted on has another call open.
    pub(super) fn msg_reentrant(&mut self) -> HostResult<u32> {
        self.buy(host::VALUE)?;
        Ok(self.frame().contract.reentrant.into())
    }

    /// The caller.
    pub(super) fn msg_sender(&mut self, pointer: u32) -> HostResult<()> {
        self.buy(host::VALUE_AT_POINTER)?;
        let address = self.frame().contract.caller;
        self.write(pointer, address.as_slice())
    }

    /// Wei sent along.
    pub(super) fn msg_value(&mut self, pointer: u32) -> HostResult<()> {
        self.buy(host::VALUE_AT_POINTER)?;
        let value = self.frame().contract.value;
        self.write_word(pointer, value)
    }

    /// Wei paid per gas.
    pub(super) fn tx_gas_price(&mut self, pointer: u32) -> HostResult<()> {
        self.buy(host::VALUE_AT_POINTER)?;
        let price = self.evm()?.ctx.effective_gas_price();
        self.write_word(pointer, price)
    }

    /// Ink per gas.
    pub(super) fn tx_ink_price(&mut self) -> HostResult<u32> {
        self.buy(host::VALUE)?;
        Ok(self.evm()?.arb.params.ink_price)
    }

    /// The account that signed the transaction.
    pub(super) fn tx_origin(&mut self, pointer: u32) -> HostResult<()> {
        self.buy(host::VALUE_AT_POINTER)?;
        let address = self.evm()?.ctx.tx.caller();
        self.write(pointer, address.as_slice())
    }
}
