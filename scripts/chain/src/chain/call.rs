//! Calls and gas estimation: they run on the state and leave it as it was.

use alloy_primitives::{Bytes, B256, U256};
use alloy_rpc_types_eth::{
    state::{AccountOverride, StateOverride},
    BlockId, BlockNumberOrTag, BlockOverrides, TransactionRequest,
};
use revm::{
    bytecode::Bytecode,
    context::{BlockEnv, TxEnv},
    interpreter::InstructionResult,
};

use super::{request, BlockSelector, CallOutcome, Chain};
use crate::{
    evm::{Arb, Evm, Executed, Tracer},
    state::Overlay,
    EstimateError, SendError,
};

impl Chain {
    /// Runs a call without changing the chain. `pending` sees the clock as it stands, `latest` the head's time. As on
    /// a node, a call without a gas price sees a base fee of zero and needs no funds for gas.
    /// # Errors: [`SendError`] if refused; a revert is an outcome with `status` false
    pub fn call(
        &mut self,
        request: &TransactionRequest,
        at: BlockSelector,
        overrides: Option<&StateOverride>,
    ) -> Result<CallOutcome, SendError> {
        self.call_in_block(request, at, overrides, &BlockOverrides::default())
    }

    /// Runs a call as [`Chain::call`] does, in a block with some fields replaced. The number is what `block.number`
    /// shows, so the parent chain's.
    /// # Errors: [`SendError`] if refused, [`SendError::Malformed`] for fields that cannot be replaced
    pub fn call_in_block(
        &mut self,
        request: &TransactionRequest,
        at: BlockSelector,
        overrides: Option<&StateOverride>,
        block: &BlockOverrides,
    ) -> Result<CallOutcome, SendError> {
        let limit = self.config.block_gas_limit;
        let gas = request.gas.unwrap_or(limit).min(limit);
        let (executed, _) = self.simulate(request, gas, (at, overrides, block), None)?;
        Ok(CallOutcome {
            status: executed.outcome.result.is_ok(),
            gas_used: executed.gas_used,
            output: executed.outcome.output,
            logs: executed.logs,
            created: executed.outcome.created,
        })
    }

    /// The least gas limit with which the call succeeds.
    /// # Errors: [`EstimateError`]
    pub fn estimate_gas(
        &mut self,
        request: &TransactionRequest,
        at: BlockSelector,
        overrides: Option<&StateOverride>,
    ) -> Result<u64, EstimateError> {
        let limit = self.config.block_gas_limit;
        let most = request.gas.unwrap_or(limit).min(limit);
        let block = BlockOverrides::default();
        let (first, _) = self.simulate(request, most, (at, overrides, &block), None)?;
        match first.outcome.result {
            result if result.is_ok() => {}
            InstructionResult::Revert => return Err(EstimateError::Reverted { output: first.outcome.output }),
            _ => return Err(EstimateError::Failed { limit: most }),
        }
        let (mut fails, mut succeeds) = (first.gas_used.saturating_sub(1), most);
        // Most calls need little more than they are charged, so try that first.
        let mut guess = first.gas_used + first.gas_used / 32;
        while fails + 1 < succeeds {
            let gas = guess.clamp(fails + 1, succeeds - 1);
            let enough = match self.simulate(request, gas, (at, overrides, &block), None) {
                Ok((executed, _)) => executed.outcome.result.is_ok(),
                Err(SendError::IntrinsicGas { .. }) => false,
                Err(refused) => return Err(refused.into()),
            };
            *(if enough { &mut succeeds } else { &mut fails }) = gas;
            guess = fails + (succeeds - fails) / 2;
        }
        Ok(succeeds)
    }

    /// Runs a call and drops what it changes.
    /// # Returns: what it did, and the tracer that watched
    pub(super) fn simulate(
        &mut self,
        request: &TransactionRequest,
        gas: u64,
        (at, overrides, replaced): (BlockSelector, Option<&StateOverride>, &BlockOverrides),
        tracer: Option<Tracer>,
    ) -> Result<(Executed, Option<Box<Tracer>>), SendError> {
        let env = request::call_env(request, gas, self.config.chain_id)?;
        request::check_call(&env)?;
        let (overlay, mut block) = self.view(at)?;
        if env.gas_price == 0 {
            block.basefee = 0;
        } else if env.gas_price < block.basefee.into() {
            return Err(SendError::FeeCap { cap: env.gas_price, base_fee: block.basefee.into() });
        }
        override_block(&mut block, replaced)?;
        let mut arb = self.arb();
        arb.tracer = tracer.map(Box::new);
        self.state.overlay = overlay;
        if let Some(overrides) = overrides {
            self.override_state(overrides);
        }
        let price = block.basefee.into();
        let result = self.check_call_funds(&env).map(|()| {
            let (executed, mut arb) = self.run_dry(block, arb, &TxEnv { gas_price: price, ..env });
            self.last_refusal = arb.last_refusal.take();
            (executed, arb.tracer)
        });
        self.state.overlay = Overlay::default();
        result
    }

    /// Runs on the state as readings see it, and drops what it changes.
    pub(super) fn run_dry(&mut self, block: BlockEnv, arb: Arb, env: &TxEnv) -> (Executed, Arb) {
        let evm = Evm::new(std::mem::take(&mut self.state), self.config.chain_id, block, arb);
        let (evm, executed) = evm.transact(env);
        let arb;
        (self.state, arb) = evm.into_parts();
        (executed, arb)
    }

    fn check_call_funds(&self, env: &TxEnv) -> Result<(), SendError> {
        let (from, balance) = (env.caller, self.state.info(env.caller).unwrap_or_default().balance);
        let required = request::required_wei(env.value, env.gas_limit, env.gas_price);
        if balance < required {
            return Err(SendError::InsufficientFunds { from, balance, required });
        }
        Ok(())
    }

    /// State and block of a selector.
    fn view(&self, at: BlockSelector) -> Result<(Overlay, BlockEnv), SendError> {
        if at == BlockId::Number(BlockNumberOrTag::Pending) {
            return Ok((Overlay::default(), self.block_env(self.clock, self.base_fee)));
        }
        let overlay = self.overlay(at)?;
        let header = &self.block(at).ok_or_else(|| unknown(at))?.header;
        Ok((overlay, self.block_env(header.timestamp, header.base_fee_per_gas.unwrap_or_default().into())))
    }

    /// What hides the present state to show that of a selector.
    pub(super) fn overlay(&self, at: BlockSelector) -> Result<Overlay, SendError> {
        let number = self.block(at).ok_or_else(|| unknown(at))?.header.number;
        if number + 1 == self.blocks.len() as u64 {
            return Ok(Overlay::default());
        }
        let mark = self.marks.get(number as usize).copied();
        mark.and_then(|mark| self.state.overlay_at(mark)).ok_or_else(|| unknown(at))
    }

    fn override_state(&mut self, overrides: &StateOverride) {
        for (address, account) in overrides {
            let mut info = self.state.info(*address).unwrap_or_default();
            if let Some(wei) = account.balance {
                info.balance = wei;
            }
            if let Some(nonce) = account.nonce {
                info.nonce = nonce;
            }
            if let Some(code) = &account.code {
                info = info.with_code(bytecode(code.clone()));
            }
            self.state.overlay.set_info(*address, Some(info));
            self.override_slots(*address, account);
        }
    }

    fn override_slots(&mut self, address: alloy_primitives::Address, account: &AccountOverride) {
        let as_number = |word: &B256| U256::from_be_bytes(word.0);
        if let Some(slots) = &account.state {
            self.state.overlay.clear_slots(address);
            for (key, value) in slots {
                self.state.overlay.set_slot(address, as_number(key), as_number(value));
            }
        }
        for (key, value) in account.state_diff.iter().flatten() {
            self.state.overlay.set_slot(address, as_number(key), as_number(value));
        }
    }
}

/// # Errors: [`SendError::Malformed`] for block hashes, and for a base fee that no header can hold
fn override_block(block: &mut BlockEnv, replaced: &BlockOverrides) -> Result<(), SendError> {
    if replaced.block_hash.is_some() {
        return Err(SendError::Malformed("block hashes cannot be overridden: leave \"blockHash\" out".to_owned()));
    }
    block.number = replaced.number.unwrap_or(block.number);
    block.timestamp = replaced.time.map_or(block.timestamp, U256::from);
    block.gas_limit = replaced.gas_limit.unwrap_or(block.gas_limit);
    block.beneficiary = replaced.coinbase.unwrap_or(block.beneficiary);
    block.difficulty = replaced.difficulty.unwrap_or(block.difficulty);
    block.prevrandao = replaced.random.or(block.prevrandao);
    if let Some(base_fee) = replaced.base_fee {
        let too_large = |_| SendError::Malformed(format!("a base fee of {base_fee} wei: give at most {}", u64::MAX));
        block.basefee = u64::try_from(base_fee).map_err(too_large)?;
    }
    Ok(())
}

/// Code as an account holds it.
pub(super) fn bytecode(code: Bytes) -> Bytecode {
    Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code))
}

fn unknown(at: BlockSelector) -> SendError {
    SendError::UnknownBlock(match at {
        BlockId::Number(number) => number.to_string(),
        BlockId::Hash(hash) => hash.block_hash.to_string(),
    })
}
