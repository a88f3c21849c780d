//! Programs lapse a year after they were activated: keeping them alive, and activating again what has lapsed.

use std::fmt::Write;

use alloy_primitives::utils::format_ether;
use alloy_primitives::{Address, B256, U256};
use alloy_rpc_types_eth::TransactionReceipt;
use alloy_sol_types::{SolCall, SolError};

use super::error::DeploymentError;
use super::fees::{keepalive_fee, reactivation_fee, with_margin};
use super::record::Record;
use super::rpc::{Failed, Rpc};
use super::sender::{reason, Call, Sender};
use crate::deployment::arbitrum::IArbWasm::{
    activateProgramCall, codehashKeepaliveCall, programTimeLeftCall, ProgramExpired, ProgramNeedsUpgrade,
    ProgramNotActivated,
};
use crate::deployment::arbitrum::ARB_WASM;

const DAY: u64 = 86_400;

/// What a program needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: so many seconds are left.
    None(u64),
    /// To be kept alive: so many seconds are left.
    Keep(u64),
    /// To be activated again: it has lapsed, or is of an older Stylus.
    Activate,
}

/// A program's code and what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The program.
    pub name: String,
    /// Where one is that has this code.
    pub address: Address,
    /// keccak-256 of its code.
    pub code_hash: B256,
    /// What it needs.
    pub need: Need,
}

/// What each code of a deployment needs, if it is to live so many days more.
/// # Errors: [`DeploymentError::TimeLeft`], [`DeploymentError::Transport`]
pub fn states(rpc: &Rpc, records: &[Record], days: u64) -> Result<Vec<State>, DeploymentError> {
    let mut states: Vec<State> = Vec::new();
    for record in records.iter().filter(|record| record.is_program()) {
        if states.iter().any(|state| state.code_hash == record.code_hash) {
            continue;
        }
        let need = match rpc.try_view(ARB_WASM, &programTimeLeftCall { program: record.address })? {
            Ok(secs) if secs < days * DAY => Need::Keep(secs),
            Ok(secs) => Need::None(secs),
            Err(failed) if has_lapsed(&failed) => Need::Activate,
            Err(failed) => {
                return Err(DeploymentError::TimeLeft { program: record.contract.clone(), reason: reason(&failed) })
            }
        };
        let (name, address, code_hash) = (record.contract.clone(), record.address, record.code_hash);
        states.push(State { name, address, code_hash, need });
    }
    Ok(states)
}

/// Does what is needed.
/// # Returns: what it was, in words
/// # Errors: [`DeploymentError`]
pub fn keep(sender: &Sender, states: &[State]) -> Result<String, DeploymentError> {
    let mut text = String::new();
    for state in states {
        let fee = fee(&sender.rpc, state)?;
        if let Some(fee) = fee {
            pay(sender, state, fee)?;
        }
        tell(&mut text, state, fee);
    }
    Ok(text)
}

/// Does what one program needs.
/// # Returns: the receipt, if it needed anything
/// # Errors: [`DeploymentError`]
pub fn keep_one(sender: &Sender, state: &State) -> Result<Option<TransactionReceipt>, DeploymentError> {
    let fee = fee(&sender.rpc, state)?;
    fee.map(|fee| pay(sender, state, fee)).transpose()
}

fn pay(sender: &Sender, state: &State, fee: U256) -> Result<TransactionReceipt, DeploymentError> {
    let call = Call { to: Some(ARB_WASM), data: data(state).into(), value: with_margin(fee) };
    let signed = sender.sign(&state.name, &call)?;
    let receipt = sender.send(&state.name, &signed)?;
    if !receipt.status() {
        let reason = format!("transaction {} reverted", receipt.transaction_hash);
        return Err(DeploymentError::StepFails { step: state.name.clone(), reason });
    }
    Ok(receipt)
}

/// Says what would be done.
/// # Errors: [`DeploymentError`]
pub fn rehearse(rpc: &Rpc, states: &[State]) -> Result<String, DeploymentError> {
    let mut text = String::new();
    for state in states {
        tell(&mut text, state, fee(rpc, state)?);
    }
    text.push_str("Nothing was sent.\n");
    Ok(text)
}

fn fee(rpc: &Rpc, state: &State) -> Result<Option<U256>, DeploymentError> {
    match state.need {
        Need::None(_) => Ok(None),
        Need::Keep(_) => keepalive_fee(rpc, &state.name, state.code_hash).map(Some),
        Need::Activate => reactivation_fee(rpc, &state.name, state.address).map(Some),
    }
}

fn data(state: &State) -> Vec<u8> {
    match state.need {
        Need::Activate => activateProgramCall { program: state.address }.abi_encode(),
        _ => codehashKeepaliveCall { codehash: state.code_hash }.abi_encode(),
    }
}

fn tell(text: &mut String, state: &State, fee: Option<U256>) {
    let fee = fee.map_or_else(String::new, |fee| format!(", data fee {} ETH", format_ether(fee)));
    let need = match state.need {
        Need::None(secs) => format!("{} days left", secs / DAY),
        Need::Keep(secs) => format!("{} days left: kept alive", secs / DAY),
        Need::Activate => "lapsed, or of an older Stylus: activated".to_owned(),
    };
    // Writing to a string cannot fail.
    writeln!(text, "{:<11} {need}{fee}", state.name).ok();
}

fn has_lapsed(failed: &Failed) -> bool {
    let selector = failed.data.get(..4).unwrap_or_default();
    [ProgramExpired::SELECTOR, ProgramNeedsUpgrade::SELECTOR, ProgramNotActivated::SELECTOR]
        .iter()
        .any(|each| each.as_slice() == selector)
}
