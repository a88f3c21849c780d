//! Permanent and transient storage.

use alloy_primitives::U256;

use super::{Escape, Host, HostResult};
use crate::wasm::prices::{gas, host};

impl Host<'_> {
    /// Reads a slot, from the cache if it was used before in this call.
    pub(super) fn storage_load_bytes32(&mut self, key: u32, value: u32) -> HostResult<()> {
        self.buy(host::STORAGE_LOAD)?;
        let crossing = host::EVM / self.ink_price()?;
        self.require_gas(gas::COLD_SLOT + gas::CACHE_ACCESS_MAX + crossing)?;
        let key = self.read_word(key)?;
        let (mut cost, cached) = self.frame().cache.read(key);
        let word = if let Some(word) = cached {
            word
        } else {
            let acting = self.frame().contract.acting;
            let (word, access) = self.evm()?.load_slot(acting, key);
            self.frame().cache.learn(key, word);
            cost += access + crossing;
            word
        };
        self.buy_gas(cost)?;
        self.write_word(value, word)
    }

    /// Writes a slot into the cache; the state sees it after a flush.
    pub(super) fn storage_cache_bytes32(&mut self, key: u32, value: u32) -> HostResult<()> {
        self.buy(host::STORAGE_CACHE)?;
        self.require_gas(gas::SSTORE_SENTRY + gas::CACHE_ACCESS_MAX)?;
        let key = self.read_word(key)?;
        let value = self.read_word(value)?;
        let cost = self.frame().cache.write(key, value);
        self.buy_gas(cost)
    }

    /// Writes the cache's dirty slots to the state; forgets the cache if `clear`.
    pub(super) fn storage_flush_cache(&mut self, clear: u32) -> HostResult<()> {
        self.buy(host::STORAGE_FLUSH)?;
        self.require_gas(gas::SSTORE_SENTRY)?;
        let gas_left = self.gas_left()?;
        let dirty = self.frame().cache.flush(clear != 0);
        if dirty.is_empty() {
            return Ok(());
        }
        if self.frame().contract.is_static {
            return Err(Escape::failure("storage cannot be written in a static call"));
        }
        let acting = self.frame().contract.acting;
        let mut cost: u64 = 0;
        for (key, value) in dirty {
            let (write, refund) = self.evm()?.store_slot(acting, key, value);
            cost += write;
            if cost > gas_left {
                return self.buy(u64::MAX);
            }
            self.frame().refund += refund;
        }
        self.buy_gas(cost)
    }

    /// Reads transient storage.
    pub(super) fn transient_load_bytes32(&mut self, key: u32, value: u32) -> HostResult<()> {
        self.buy(host::TRANSIENT)?;
        self.buy_gas(gas::WARM)?;
        let key = self.read_word(key)?;
        let acting = self.frame().contract.acting;
        let word = self.evm()?.load_transient(acting, key);
        self.write_word(value, word)
    }

    /// Writes transient storage, at once.
    pub(super) fn transient_store_bytes32(&mut self, key: u32, value: u32) -> HostResult<()> {
        self.buy(host::TRANSIENT)?;
        self.buy_gas(gas::WARM)?;
        let key = self.read_word(key)?;
        let value = self.read_word(value)?;
        if self.frame().contract.is_static {
            return Err(Escape::failure("transient storage cannot be written in a static call"));
        }
        let acting = self.frame().contract.acting;
        self.evm()?.store_transient(acting, key, value);
        Ok(())
    }

    pub(super) fn read_word(&self, pointer: u32) -> HostResult<U256> {
        Ok(U256::from_be_bytes(self.read_fixed::<32>(pointer)?))
    }

    pub(super) fn write_word(&mut self, pointer: u32, word: U256) -> HostResult<()> {
        self.write(pointer, &word.to_be_bytes::<32>())
    }
}
