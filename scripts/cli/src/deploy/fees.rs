//! What activating, keeping and caching programs costs, as the chain says.

use alloy_primitives::{address, keccak256, Address, B256, U256};
use alloy_rpc_types_eth::TransactionRequest;
use alloy_sol_types::{SolCall, SolError};
use serde_json::json;

use super::error::DeploymentError;
use super::rpc::{input, Failed, Rpc};
use super::sender::reason;
use crate::deployment::arbitrum::IArbWasm::{
    activateProgramCall, codehashKeepaliveCall, codehashVersionCall, stylusVersionCall, ProgramInsufficientValue,
};
use crate::deployment::arbitrum::IArbWasmCache::{allCacheManagersCall, codehashIsCachedCall};
use crate::deployment::arbitrum::{getMinBidCall, ARB_WASM, ARB_WASM_CACHE};

/// The pricer may rise before the transaction is mined; what is not needed comes back.
const FEE_MARGIN_PERCENT: u64 = 20;
/// More than any fee that the pricer has asked at rest: above, something is wrong.
const MOST_FEE_WEI: u64 = 50_000_000_000_000_000;
/// Asks what activation costs, with a balance that the call is told it has.
const ASKER: Address = address!("0x00000000000000000000000000000000000a5ce8");
/// Where the call is told that the program is.
const STAND_IN: Address = address!("0x00000000000000000000000000000000000c0de5");

/// A fee with the margin that cargo-stylus leaves.
pub fn with_margin(fee: U256) -> U256 {
    fee + fee * U256::from(FEE_MARGIN_PERCENT) / U256::from(100)
}

/// The data fee of activating a program, nothing if the same code is active; asked of the chain as cargo-stylus's check
/// does, by a call that is told the code is there.
/// # Errors: [`DeploymentError::StepFails`], [`DeploymentError::FeeTooHigh`], [`DeploymentError::Transport`]
pub fn activation_fee(rpc: &Rpc, program: &str, deployable: &[u8]) -> Result<U256, DeploymentError> {
    let current = rpc.view("ArbWasm", ARB_WASM, &stylusVersionCall {})?;
    let codehash = keccak256(deployable);
    if rpc.try_view(ARB_WASM, &codehashVersionCall { codehash })?.is_ok_and(|version| version == current) {
        return Ok(U256::ZERO);
    }
    let code = alloy_primitives::hex::encode_prefixed(deployable);
    let overrides = json!({ ASKER.to_string(): { "balance": U256::MAX >> 1 }, STAND_IN.to_string(): { "code": code } });
    let call = activateProgramCall { program: STAND_IN }.abi_encode();
    let answer = rpc.call(&ask(call, U256::from(MOST_FEE_WEI)), Some(overrides))?;
    let answer = answer.map_err(|failed| refused(program, &failed))?;
    let answer = activateProgramCall::abi_decode_returns_validate(&answer);
    let answer =
        answer.map_err(|error| DeploymentError::StepFails { step: program.to_owned(), reason: error.to_string() })?;
    Ok(answer.dataFee)
}

/// The data fee of keeping a code alive: what the refusal of a call without value asks for.
/// # Errors: [`DeploymentError::StepFails`], [`DeploymentError::FeeTooHigh`], [`DeploymentError::Transport`]
pub fn keepalive_fee(rpc: &Rpc, program: &str, codehash: B256) -> Result<U256, DeploymentError> {
    asked_fee(rpc, program, codehashKeepaliveCall { codehash }.abi_encode())
}

/// The data fee of activating a program that is on chain.
/// # Errors: [`DeploymentError::StepFails`], [`DeploymentError::FeeTooHigh`], [`DeploymentError::Transport`]
pub fn reactivation_fee(rpc: &Rpc, program: &str, address: Address) -> Result<U256, DeploymentError> {
    asked_fee(rpc, program, activateProgramCall { program: address }.abi_encode())
}

fn asked_fee(rpc: &Rpc, program: &str, data: Vec<u8>) -> Result<U256, DeploymentError> {
    match rpc.call(&ask(data, U256::ZERO), None)? {
        Ok(_) => Ok(U256::ZERO),
        Err(failed) => match ProgramInsufficientValue::abi_decode(&failed.data) {
            Ok(refusal) => within_reason(program, refusal.want),
            Err(_) => Err(refused(program, &failed)),
        },
    }
}

fn ask(data: Vec<u8>, value: U256) -> TransactionRequest {
    let (from, to) = (Some(ASKER), Some(ARB_WASM.into()));
    TransactionRequest { from, to, value: Some(value), input: input(data), ..TransactionRequest::default() }
}

fn refused(program: &str, failed: &Failed) -> DeploymentError {
    match ProgramInsufficientValue::abi_decode(&failed.data) {
        Ok(refusal) => fee_too_high(program, refusal.want),
        Err(_) => DeploymentError::StepFails { step: format!("activate {program}"), reason: reason(failed) },
    }
}

fn within_reason(program: &str, fee: U256) -> Result<U256, DeploymentError> {
    if fee > U256::from(MOST_FEE_WEI) {
        return Err(fee_too_high(program, fee));
    }
    Ok(fee)
}

fn fee_too_high(program: &str, wei: U256) -> DeploymentError {
    DeploymentError::FeeTooHigh { program: program.to_owned(), wei, most: U256::from(MOST_FEE_WEI) }
}

/// Whether a code is in the cache.
/// # Errors: [`DeploymentError::Unfit`], [`DeploymentError::Transport`]
pub fn is_cached(rpc: &Rpc, codehash: B256) -> Result<bool, DeploymentError> {
    rpc.view("ArbWasmCache", ARB_WASM_CACHE, &codehashIsCachedCall { codehash })
}

/// Who takes bids for the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheManager {
    /// Its address.
    pub address: Address,
}

impl CacheManager {
    /// The chain's last manager, as cargo-stylus takes it; none if the chain has none.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn of(rpc: &Rpc) -> Result<Option<Self>, DeploymentError> {
        let managers = rpc.try_view(ARB_WASM_CACHE, &allCacheManagersCall {})?.unwrap_or_default();
        Ok(managers.last().map(|address| Self { address: *address }))
    }

    /// The least bid for a program that is active, in wei; none if there is no room.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn least_bid(self, rpc: &Rpc, program: Address) -> Result<Option<U256>, DeploymentError> {
        let least = rpc.try_view(self.address, &getMinBidCall { program })?;
        Ok(least.ok().map(U256::from))
    }
}
