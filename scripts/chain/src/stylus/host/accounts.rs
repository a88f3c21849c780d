//! Other accounts.

use alloy_primitives::{Address, Bytes};

use super::{overlap, Host, HostResult};
use crate::wasm::prices::{gas, host};

impl Host<'_> {
    /// Balance of an account, in wei.
    pub(super) fn account_balance(&mut self, address: u32, balance: u32) -> HostResult<()> {
        self.buy(host::ACCOUNT_WORD)?;
        self.require_gas(gas::COLD_ACCOUNT)?;
        let address = self.read_address(address)?;
        let (account, cost) = self.evm()?.touch_account(address);
        self.buy_gas(cost)?;
        self.write_word(balance, account.balance)
    }

    /// Copies part of an account's code, and pays for all of it.
    /// # Returns: the bytes copied
    pub(super) fn account_code(&mut self, address: u32, offset: u32, size: u32, code: u32) -> HostResult<u32> {
        let bytes = self.load_code(address)?;
        self.pay_for_write(bytes.len())?;
        let part = overlap(&bytes, offset, size);
        self.write(code, part)?;
        Ok(part.len() as u32)
    }

    /// Length of an account's code.
    pub(super) fn account_code_size(&mut self, address: u32) -> HostResult<u32> {
        Ok(self.load_code(address)?.len() as u32)
    }

    /// Hash of an account's code; zero if there is no account.
    pub(super) fn account_codehash(&mut self, address: u32, hash: u32) -> HostResult<()> {
        self.buy(host::ACCOUNT_WORD)?;
        self.require_gas(gas::COLD_ACCOUNT)?;
        let address = self.read_address(address)?;
        let (account, cost) = self.evm()?.touch_account(address);
        self.buy_gas(cost)?;
        let code_hash = if account.is_empty() { [0; 32] } else { account.code_hash.0 };
        self.write(hash, &code_hash)
    }

    /// Code of an account; the code asked for last, if there was any, is free.
    fn load_code(&mut self, address: u32) -> HostResult<Bytes> {
        self.buy(host::ACCOUNT_CODE)?;
        self.require_gas(gas::COLD_ACCOUNT)?;
        let address = self.read_address(address)?;
        if let Some((last, code)) = &self.frame().last_code {
            if *last == address {
                return Ok(code.clone());
            }
        }
        let (account, cost) = self.evm()?.touch_account(address);
        self.buy_gas(cost + gas::LOAD_CODE)?;
        let code = account.code.map(|code| code.original_bytes()).unwrap_or_default();
        if !code.is_empty() {
            self.frame().last_code = Some((address, code.clone()));
        }
        Ok(code)
    }

    pub(super) fn read_address(&self, pointer: u32) -> HostResult<Address> {
        Ok(Address::from(self.read_fixed::<20>(pointer)?))
    }
}
