//! What clients see of an error: codes and wording as a Nitro node's, since clients tell cases apart by both.

use alloy_primitives::Bytes;
use alloy_sol_types::{Panic, Revert, SolError};
use jsonrpsee::types::{
    error::{CALL_EXECUTION_FAILED_CODE, INVALID_PARAMS_CODE},
    ErrorObjectOwned,
};

use crate::{EstimateError, SendError, TimeError, TraceError};

/// Code of an execution that reverted; the data is the revert data.
const REVERTED_CODE: i32 = 3;

/// A parameter of the right type with a wrong value.
pub(super) fn invalid_params(reason: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(INVALID_PARAMS_CODE, reason.into(), None::<()>)
}

/// A request that the chain refuses.
pub(super) fn refused(reason: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(CALL_EXECUTION_FAILED_CODE, reason.into(), None::<()>)
}

/// A call that reverted, with its reason where Solidity's standard errors carry one.
pub(super) fn reverted(output: &Bytes) -> ErrorObjectOwned {
    let message = match revert_reason(output) {
        Some(reason) => format!("execution reverted: {reason}"),
        None => "execution reverted".to_owned(),
    };
    ErrorObjectOwned::owned(REVERTED_CODE, message, Some(output))
}

fn revert_reason(output: &Bytes) -> Option<String> {
    if let Ok(revert) = Revert::abi_decode(output) {
        return Some(revert.reason);
    }
    Panic::abi_decode(output).ok().map(|panic| panic.to_string())
}

impl From<SendError> for ErrorObjectOwned {
    fn from(error: SendError) -> Self {
        // The words before the colon are those that clients look for.
        let known_as = match &error {
            SendError::Nonce { nonce, expected, .. } if nonce < expected => "nonce too low",
            SendError::Nonce { .. } => "nonce too high",
            SendError::InsufficientFunds { .. } => "insufficient funds for gas * price + value",
            SendError::ChainId { .. } => "invalid chain id for signer",
            SendError::GasLimit { .. } => "exceeds block gas limit",
            SendError::InitCodeSize { .. } => "max initcode size exceeded",
            SendError::SenderHasCode(_) => "sender not an eoa",
            SendError::Signature(_) => "invalid sender",
            SendError::TransactionType(_) => "transaction type not supported",
            SendError::UnknownBlock(_) => "header not found",
            SendError::Malformed(_) => return invalid_params(error.to_string()),
            // Worded by the chain as nodes do.
            _ => return refused(error.to_string()),
        };
        refused(format!("{known_as}: {error}"))
    }
}

impl From<EstimateError> for ErrorObjectOwned {
    fn from(error: EstimateError) -> Self {
        match error {
            EstimateError::Reverted { output } => reverted(&output),
            EstimateError::Failed { limit } => refused(format!("gas required exceeds allowance ({limit})")),
            EstimateError::Refused(error) => error.into(),
        }
    }
}

impl From<TraceError> for ErrorObjectOwned {
    fn from(error: TraceError) -> Self {
        let known_as = match error {
            TraceError::TransactionUnknown(_) => "transaction not found",
            TraceError::StateForgotten(_) => "required historical state unavailable",
        };
        refused(format!("{known_as}: {error}"))
    }
}

impl From<TimeError> for ErrorObjectOwned {
    fn from(error: TimeError) -> Self {
        invalid_params(error.to_string())
    }
}
