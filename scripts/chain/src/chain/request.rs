//! From transactions and requests to what the machine runs.

use alloy_consensus::{Transaction as _, TxEnvelope};
use alloy_primitives::{Address, Bytes, Signature, TxKind, U256};
use alloy_rpc_types_eth::TransactionRequest;
use revm::context::{either::Either, TxEnv};

use crate::{
    evm::{intrinsic_gas, MAX_INIT_CODE_SIZE},
    SendError,
};

/// A transaction as the machine runs it, at the price it pays.
pub(super) fn tx_env(tx: &TxEnvelope, from: Address, gas_price: u128) -> TxEnv {
    TxEnv {
        tx_type: tx.tx_type().into(),
        caller: from,
        gas_limit: tx.gas_limit(),
        gas_price,
        kind: tx.kind(),
        value: tx.value(),
        data: tx.input().clone(),
        nonce: tx.nonce(),
        chain_id: tx.chain_id(),
        access_list: tx.access_list().cloned().unwrap_or_default(),
        gas_priority_fee: None,
        blob_hashes: Vec::new(),
        max_fee_per_blob_gas: 0,
        authorization_list: tx.authorization_list().unwrap_or_default().iter().cloned().map(Either::Left).collect(),
    }
}

/// A call as the machine runs it.
/// # Errors: [`SendError::Malformed`] if `input` and `data` differ
pub(super) fn call_env(request: &TransactionRequest, gas_limit: u64, chain_id: u64) -> Result<TxEnv, SendError> {
    let authorizations = request.authorization_list.clone().unwrap_or_default();
    Ok(TxEnv {
        tx_type: request.minimal_tx_type().into(),
        caller: request.from.unwrap_or_default(),
        gas_limit,
        gas_price: request.gas_price.or(request.max_fee_per_gas).unwrap_or_default(),
        kind: request.to.unwrap_or(TxKind::Create),
        value: request.value.unwrap_or_default(),
        data: input(request)?,
        nonce: request.nonce.unwrap_or_default(),
        chain_id: Some(chain_id),
        access_list: request.access_list.clone().unwrap_or_default(),
        gas_priority_fee: None,
        blob_hashes: Vec::new(),
        max_fee_per_blob_gas: 0,
        authorization_list: authorizations.into_iter().map(Either::Left).collect(),
    })
}

fn input(request: &TransactionRequest) -> Result<Bytes, SendError> {
    let input = request.input.unique_input().map_err(|error| SendError::Malformed(error.to_string()))?;
    Ok(input.cloned().unwrap_or_default())
}

/// An unsigned request as a transaction. The signature is the sender's address, so that hashes differ by sender.
/// # Errors: [`SendError`] if fields conflict, or for blobs
pub(super) fn impersonate(request: TransactionRequest, from: Address) -> Result<TxEnvelope, SendError> {
    let malformed = |error: &dyn std::fmt::Display| SendError::Malformed(error.to_string());
    input(&request)?;
    let tx = request.build_consensus_tx().map_err(|error| malformed(&error.error))?;
    let signature = Signature::new(U256::from_be_bytes(from.into_word().0), U256::from(1), false);
    let envelope = tx.into_envelope(signature);
    Ok(envelope)
}

/// Checks that need no state.
/// # Errors: [`SendError`]
pub(super) fn check_form(tx: &TxEnvelope, env: &TxEnv, chain_id: u64, base_fee: u128) -> Result<(), SendError> {
    if tx.is_eip4844() {
        return Err(SendError::TransactionType(tx.tx_type().into()));
    }
    if let Some(given) = tx.chain_id().filter(|given| *given != chain_id) {
        return Err(SendError::ChainId { given, expected: chain_id });
    }
    let cap = tx.max_fee_per_gas();
    if cap < base_fee {
        return Err(SendError::FeeCap { cap, base_fee });
    }
    if tx.max_priority_fee_per_gas().is_some_and(|tip| tip > cap) {
        return Err(SendError::Malformed("max priority fee per gas higher than max fee per gas".into()));
    }
    check_call(env)
}

/// Checks that calls need too.
/// # Errors: [`SendError`]
pub(super) fn check_call(env: &TxEnv) -> Result<(), SendError> {
    let required = intrinsic_gas(env);
    if env.gas_limit < required {
        return Err(SendError::IntrinsicGas { limit: env.gas_limit, required });
    }
    if env.kind.is_create() && env.data.len() > MAX_INIT_CODE_SIZE {
        return Err(SendError::InitCodeSize { bytes: env.data.len(), limit: MAX_INIT_CODE_SIZE });
    }
    Ok(())
}

/// Wei that must be there: value, and gas at the fee cap.
pub(super) fn required_wei(value: U256, gas_limit: u64, fee_cap: u128) -> U256 {
    value.saturating_add(U256::from(gas_limit).saturating_mul(U256::from(fee_cap)))
}
