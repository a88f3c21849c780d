//! The backstop's door: decodes a call and hands it over.

use alloy_sol_types::SolCall;
use equipoise_clearing_state::Ledger;
use equipoise_interfaces::IClearing::{coverBadDebtCall, deleverageCall, settleVaultDebtCall, takeOverCall};
use equipoise_kit::lean::{answer, enter, unknown};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::{debts, resolve};

/// Runs one call.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut ledger, selector, mut given) = enter::<Ledger>(&input, vm)?;
    let ledger = &mut ledger;
    match selector {
        takeOverCall::SELECTOR => answer(&resolve::take_over(ledger, given.take()?)?),
        deleverageCall::SELECTOR => answer(&resolve::deleverage(ledger, given.take()?, given.take()?)?),
        coverBadDebtCall::SELECTOR => answer(&debts::cover_bad_debt(ledger, given.take()?)?),
        settleVaultDebtCall::SELECTOR => answer(&debts::settle_vault_debt(ledger)?),
        _ => unknown(selector),
    }
}
