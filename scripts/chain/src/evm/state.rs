//! What frames and host calls ask of the journal, with what it costs.

use alloy_primitives::{Address, Log, U256};
use revm::{context_interface::JournalTr, state::AccountInfo};

use super::Evm;
use crate::{
    stylus::code::{self, CodeError, Program},
    wasm::prices::gas,
};

impl Evm {
    /// An account as it is now, without warming it.
    pub(crate) fn peek(&self, address: Address) -> AccountInfo {
        let loaded = self.ctx.journaled_state.inner.state.get(&address);
        loaded.map(|account| account.info.clone()).or_else(|| self.database().info(address)).unwrap_or_default()
    }

    /// A slot as it is now, without warming it.
    pub(crate) fn peek_slot(&self, address: Address, key: U256) -> U256 {
        let account = self.ctx.journaled_state.inner.state.get(&address);
        let loaded = account.and_then(|account| account.storage.get(&key)).map(|slot| slot.present_value);
        loaded.unwrap_or_else(|| self.database().slot(address, key))
    }

    fn database(&self) -> &crate::state::State {
        &self.ctx.journaled_state.database
    }

    /// Loads an account and warms it.
    /// # Returns: the account, gas of the access
    pub(crate) fn touch_account(&mut self, address: Address) -> (AccountInfo, u64) {
        let Ok(load) = self.ctx.journaled_state.load_account_with_code(address);
        let cost = if load.is_cold { gas::COLD_ACCOUNT } else { gas::WARM };
        (load.data.info.clone(), cost)
    }

    /// Whether an account was accessed in this transaction.
    pub(crate) fn is_warm(&self, address: Address) -> bool {
        let journal = &self.ctx.journaled_state.inner;
        let loaded = journal.state.get(&address);
        loaded.is_some_and(|account| !account.is_cold_transaction_id(journal.transaction_id))
            || journal.warm_addresses.is_warm(&address)
    }

    /// Reads a slot and warms it.
    /// # Returns: value, gas
    pub(crate) fn load_slot(&mut self, address: Address, key: U256) -> (U256, u64) {
        let Ok(load) = self.ctx.journaled_state.sload(address, key);
        (load.data, if load.is_cold { gas::COLD_SLOT } else { gas::WARM })
    }

    /// Writes a slot and warms it.
    /// # Returns: gas, refund (EIP-2200, 2929, 3529)
    pub(crate) fn store_slot(&mut self, address: Address, key: U256, value: U256) -> (u64, i64) {
        let Ok(load) = self.ctx.journaled_state.sstore(address, key, value);
        let params = &self.ctx.cfg.gas_params;
        let cost = params.sstore_static_gas() + params.sstore_dynamic_gas(true, &load.data, load.is_cold);
        (cost, params.sstore_refund(true, &load.data))
    }

    /// Writes a slot of an account that belongs to the chain itself.
    pub(crate) fn put_slot(&mut self, address: Address, key: U256, value: U256) {
        let Ok(_) = self.ctx.journaled_state.load_account(address);
        let Ok(_) = self.ctx.journaled_state.sstore(address, key, value);
        self.ctx.journaled_state.touch_account(address);
    }

    /// Moves ether.
    /// # Errors: if there is not enough
    pub(crate) fn pay(&mut self, from: Address, to: Address, wei: U256) -> Result<(), String> {
        let Ok(refused) = self.ctx.journaled_state.transfer(from, to, wei);
        refused.map_or(Ok(()), |error| Err(format!("{error:?}")))
    }

    /// Reads transient storage.
    pub(crate) fn load_transient(&mut self, address: Address, key: U256) -> U256 {
        self.ctx.journaled_state.tload(address, key)
    }

    /// Writes transient storage.
    pub(crate) fn store_transient(&mut self, address: Address, key: U256, value: U256) {
        self.ctx.journaled_state.tstore(address, key, value);
    }

    /// Emits a log.
    pub(crate) fn log(&mut self, log: Log) {
        self.ctx.journaled_state.log(log);
    }

    /// The WASM of a program's code; reads fragments without warming or charging for them.
    /// # Errors: [`CodeError`]
    pub(crate) fn peek_wasm(&self, code: &[u8]) -> Result<Vec<u8>, CodeError> {
        match Program::parse(code, &self.arb.params)? {
            Program::Classic { dictionary, stream } => {
                code::decompress(stream, dictionary, self.arb.params.max_wasm_size)
            }
            Program::Root { dictionary, length, fragments } => {
                let mut stream = Vec::new();
                for address in fragments {
                    let fragment = self.peek(address).code.map(|code| code.original_bytes()).unwrap_or_default();
                    stream.extend_from_slice(code::fragment_stream(address, &fragment)?);
                }
                code::join(&stream, dictionary, length)
            }
        }
    }
}
