//! Calling and creating contracts, return data, logs.

use alloy_primitives::{Address, Bytes, Log, B256, U256};
use revm::context_interface::CreateScheme;

use super::{overlap, Escape, Host, HostResult};
use crate::{
    evm::{Call, Create, Kind, Outcome},
    wasm::prices::{gas, host},
};

/// Status of a call that failed; one that succeeded is 0.
const CALL_FAILED: u32 = 2;

/// A call as the program asks for it.
struct Request {
    kind: Kind,
    contract: Address,
    input: Bytes,
    value: U256,
    gas: u64,
}

impl Host<'_> {
    /// Calls a contract, with value.
    /// # Returns: 0 if it succeeded
    pub(super) fn call_contract(
        &mut self,
        contract: u32,
        data: u32,
        len: u32,
        value: u32,
        gas: u64,
        return_len: u32,
    ) -> HostResult<u32> {
        self.call(Kind::Call, (contract, data, len), Some(value), gas, return_len)
    }

    /// Runs a contract's code on behalf of this one.
    /// # Returns: 0 if it succeeded
    pub(super) fn delegate_call_contract(
        &mut self,
        contract: u32,
        data: u32,
        len: u32,
        gas: u64,
        return_len: u32,
    ) -> HostResult<u32> {
        self.call(Kind::Delegate, (contract, data, len), None, gas, return_len)
    }

    /// Calls a contract that may change nothing.
    /// # Returns: 0 if it succeeded
    pub(super) fn static_call_contract(
        &mut self,
        contract: u32,
        data: u32,
        len: u32,
        gas: u64,
        return_len: u32,
    ) -> HostResult<u32> {
        self.call(Kind::Static, (contract, data, len), None, gas, return_len)
    }

    fn call(
        &mut self,
        kind: Kind,
        (contract, data, len): (u32, u32, u32),
        value: Option<u32>,
        gas: u64,
        return_len: u32,
    ) -> HostResult<u32> {
        self.buy(host::CALL)?;
        self.pay_for_read(len)?;
        self.pay_for_read(len)?; // once more for the way to the callee
        let gas_left = self.gas_left()?;
        let request = Request {
            kind,
            gas: gas.min(gas_left),
            contract: self.read_address(contract)?,
            input: self.read(data, len)?.into(),
            value: value.map(|pointer| self.read_word(pointer)).transpose()?.unwrap_or_default(),
        };
        let (cost, succeeded, output) = self.perform(request, gas_left)?;
        self.buy_gas(cost)?;
        self.write(return_len, &(output.len() as u32).to_le_bytes())?;
        self.frame().return_data = output;
        Ok(if succeeded { 0 } else { CALL_FAILED })
    }

    /// # Returns: gas to pay, whether it succeeded, return data
    fn perform(&mut self, request: Request, gas_left: u64) -> HostResult<(u64, bool, Bytes)> {
        let contract = &self.frame().contract;
        let (acting, caller, value, is_static) = (contract.acting, contract.caller, contract.value, contract.is_static);
        let pays = !request.value.is_zero();
        if is_static && pays {
            return Ok((0, false, Bytes::new()));
        }
        let Some(base) = self.call_base_cost(request.contract, pays, gas_left)? else {
            return Ok((gas_left, false, Bytes::new()));
        };
        // All but one 64th may be passed on. The stipend is charged to the program, unlike in the EVM.
        let most = ((u128::from(gas_left - base) * 63) / 64) as u64;
        let gas = most.min(request.gas) + if pays { gas::CALL_STIPEND } else { 0 };
        let call = Call {
            kind: request.kind,
            caller: if request.kind == Kind::Delegate { caller } else { acting },
            acting: if request.kind == Kind::Delegate { acting } else { request.contract },
            code: request.contract,
            value: if request.kind == Kind::Delegate { value } else { request.value },
            input: request.input,
            gas,
            is_static: is_static || request.kind == Kind::Static,
        };
        let outcome = self.with_machine(|evm| evm.call(call))?;
        let succeeded = outcome.result.is_ok();
        if succeeded {
            self.frame().refund += outcome.refund;
        }
        Ok((base + gas.saturating_sub(outcome.gas_left), succeeded, outcome.output))
    }

    /// Gas of a call besides what it passes on; none if there is not enough.
    fn call_base_cost(&mut self, contract: Address, pays: bool, budget: u64) -> HostResult<Option<u64>> {
        if budget < gas::WARM {
            return Ok(None);
        }
        let (account, access) = self.evm()?.touch_account(contract);
        let new = pays && account.is_empty();
        let cost = access + if new { gas::NEW_ACCOUNT } else { 0 } + if pays { gas::CALL_VALUE } else { 0 };
        Ok((cost <= budget).then_some(cost))
    }

    /// Lends the machine to a nested call.
    fn with_machine(
        &mut self,
        run: impl FnOnce(Box<crate::evm::Evm>) -> (Box<crate::evm::Evm>, Outcome),
    ) -> HostResult<Outcome> {
        let evm = self.frame().evm.take().ok_or_else(|| Escape::failure("the machine is away"))?;
        let (evm, outcome) = run(evm);
        self.frame().evm = Some(evm);
        Ok(outcome)
    }

    /// Creates a contract at the address of the next nonce.
    pub(super) fn create1(
        &mut self,
        code: u32,
        len: u32,
        endowment: u32,
        address: u32,
        revert_len: u32,
    ) -> HostResult<()> {
        self.buy(host::CREATE1)?;
        self.create((code, len), endowment, None, address, revert_len)
    }

    /// Creates a contract at the address of a salt.
    pub(super) fn create2(
        &mut self,
        code: u32,
        len: u32,
        endowment: u32,
        salt: u32,
        address: u32,
        revert_len: u32,
    ) -> HostResult<()> {
        self.buy(host::CREATE2)?;
        self.create((code, len), endowment, Some(salt), address, revert_len)
    }

    fn create(
        &mut self,
        (code, len): (u32, u32),
        endowment: u32,
        salt: Option<u32>,
        address: u32,
        revert_len: u32,
    ) -> HostResult<()> {
        self.pay_for_read(len)?;
        self.pay_for_read(len)?; // once more for the way to the EVM
        let init_code = Bytes::from(self.read(code, len)?);
        let value = self.read_word(endowment)?;
        let salt = salt.map(|pointer| self.read_word(pointer)).transpose()?;
        let gas_left = self.gas_left()?;
        if self.frame().contract.is_static {
            return Err(Escape::failure("nothing can be created in a static call"));
        }
        let hashing = if salt.is_some() { gas::KECCAK_WORD * u64::from(len).div_ceil(32) } else { 0 };
        let Some(available) = gas_left.checked_sub(gas::CREATE + hashing) else {
            return Err(Escape::failure("not enough gas to create"));
        };
        let kept = available / 64;
        let caller = self.frame().contract.acting;
        let scheme = salt.map_or(CreateScheme::Create, |salt| CreateScheme::Create2 { salt });
        let create = Create { caller, scheme, value, init_code, gas: available - kept };
        let outcome = self.with_machine(|evm| evm.create(create))?;
        if outcome.result.is_ok() {
            self.frame().refund += outcome.refund;
        }
        self.buy_gas(gas_left - (outcome.gas_left + kept))?;
        // Only a revert leaves data; only success leaves an address.
        let data = if outcome.result.is_revert() { outcome.output } else { Bytes::new() };
        let created = outcome.created.filter(|_| outcome.result.is_ok()).unwrap_or_default();
        self.write(revert_len, &(data.len() as u32).to_le_bytes())?;
        self.frame().return_data = data;
        self.write(address, created.as_slice())
    }

    /// Copies part of the last call's return data.
    /// # Returns: the bytes copied
    pub(super) fn read_return_data(&mut self, pointer: u32, offset: u32, size: u32) -> HostResult<u32> {
        self.buy(host::READ_RETURN_DATA)?;
        let data = self.frame().return_data.clone();
        let part = overlap(&data, offset, size);
        self.pay_for_write(part.len())?;
        if !part.is_empty() {
            self.write(pointer, part)?;
        }
        Ok(part.len() as u32)
    }

    /// Length of the last call's return data.
    pub(super) fn return_data_size(&mut self) -> HostResult<u32> {
        self.buy(host::RETURN_DATA_SIZE)?;
        Ok(self.frame().return_data.len() as u32)
    }

    /// Logs data that starts with its topics.
    pub(super) fn emit_log(&mut self, pointer: u32, len: u32, topics: u32) -> HostResult<()> {
        self.buy(host::EMIT_LOG)?;
        if topics > 4 || len < topics * 32 {
            return Err(Escape::failure("a log has at most 4 topics, ahead of its data"));
        }
        self.pay_for_read(len)?;
        let data_len = u64::from(len - topics * 32);
        self.buy_gas(gas::LOG_TOPIC * (1 + u64::from(topics)) + gas::LOG_BYTE * data_len)?;
        let bytes = self.read(pointer, len)?;
        if self.frame().contract.is_static {
            return Err(Escape::failure("nothing can be logged in a static call"));
        }
        let (head, data) = bytes.split_at(topics as usize * 32);
        let topics = head.chunks_exact(32).map(B256::from_slice).collect();
        let log = Log::new_unchecked(self.frame().contract.acting, topics, Bytes::copy_from_slice(data));
        self.evm()?.log(log);
        Ok(())
    }
}
