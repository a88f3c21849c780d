//! The program's door: decodes a call and hands over.

use alloy_primitives::aliases::U80;
use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use equipoise_interfaces::IVault::{navCall, nextEpochCall, openEpochCall, processEpochCall, trancheValueCall};
use equipoise_kit::lean::{answer, delegate, enter, CONSTRUCTOR};
use equipoise_kit::number::{from_i128, from_u128};
use equipoise_kit::Revert;
use equipoise_risk::waterfall::Split;
use equipoise_vault_state::plan::unsigned;
use equipoise_vault_state::Vault;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::processing::{next_epoch, open_epoch, process_epoch};

/// Runs one call: pricing, and the values that go into it; the steward runs all else.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut vault, selector, mut given) = enter::<Vault>(&input, vm)?;
    match selector {
        processEpochCall::SELECTOR => answer(&process_epoch(&mut vault, &given.take_array::<U80>()?)?),
        openEpochCall::SELECTOR => answer(&open_epoch(&vault)),
        nextEpochCall::SELECTOR => answer(&next_epoch(&vault)?),
        navCall::SELECTOR => nav(&vault),
        trancheValueCall::SELECTOR => answer(&tranche_value(&vault, given.take()?)?),
        CONSTRUCTOR => {
            // The constructor's first argument.
            vault.slots.steward.name_once(given.take()?)?;
            ask_steward(&mut vault, &input)
        }
        _ => ask_steward(&mut vault, &input),
    }
}

/// All markets together.
fn nav(vault: &Vault) -> ArbResult {
    let survey = vault.survey(None)?;
    let worth = survey.worth;
    let sides = [worth.uncertainty, worth.reserve, worth.redeemable].map(|atoms| from_u128(unsigned(atoms)));
    answer(&(from_i128(worth.nav.count()), sides, (survey.price_at, survey.is_settlement_pending)))
}

/// What a tranche is worth now: at the mid, to who leaves, to who enters.
/// # Errors: VaultNumberOutOfRange, the markets' own
fn tranche_value(vault: &Vault, is_senior: bool) -> Result<[U256; 3], Revert> {
    let (survey, capital) = vault.present()?;
    let sides = capital.sides(&survey.worth).map_err(|_| survey.out_of_range())?;
    let of = |split: Split| from_u128(unsigned(if is_senior { split.senior } else { split.junior }));
    Ok([of(sides.mid), of(sides.bid), of(sides.ask)])
}

/// Has the steward run a call in this program's storage.
/// # Errors: the steward's own
fn ask_steward(vault: &mut Vault, input: &[u8]) -> ArbResult {
    let steward = vault.slots.steward.address();
    delegate(vault, steward, input)
}
