//! Deposits after bad debt has left the vault worth nothing for good.
//!
//! Without options its value is its cash less the skew reserve, and neither grows: a market without capital makes no price. So
//! where no market has as much as a token of cash, the old shares will never be paid anything, and leaving them behind takes
//! nothing from anybody. What is paid for shares already is a claim on the clearing house, and stays one.
//!
//! New deposits are in turn the first that a debt which is still unpaid is drawn from. The insurance fund pays before them: that
//! it holds something shows that no debt is left that anybody has asked to be covered.

use equipoise_interfaces::account::INSURANCE;
use equipoise_interfaces::{
    IClearing, ITranche, VaultHoldsOptions, VaultInsuranceEmpty, VaultReopened, VaultSettlementPending, VaultStillWorth,
};
use equipoise_kit::lean::{call, log, revert, view};
use equipoise_kit::number::{from_i128, from_u128};
use equipoise_kit::Revert;
use equipoise_risk::units::Atoms;
use equipoise_risk::waterfall::{Waterfall, WaterfallError};
use equipoise_vault_state::plan::unsigned;
use equipoise_vault_state::{Capital, Survey, Vault};
use stylus_sdk::prelude::*;

/// Starts both tranches anew, so that deposits are taken in again. Owner only.
/// # Errors: CallerNotOwner, ProgramsLocked, VaultSettlementPending, VaultHoldsOptions, VaultStillWorth, VaultInsuranceEmpty,
/// VaultNumberOutOfRange, the markets' own
pub fn reopen(vault: &mut Vault) -> Result<(), Revert> {
    vault.ownership.only_owner()?;
    let survey = vault.survey(None)?;
    require_nothing_held(&survey)?;
    let waterfall = from_nothing(vault, &survey)?;
    // An account's cash is refused while untrusted code runs.
    let insured = view(vault.vm(), vault.slots.clearing.address(), &IClearing::cashOfCall { account: INSURANCE })?;
    if !insured.cashAtoms.is_positive() {
        return Err(revert(&VaultInsuranceEmpty {}));
    }
    vault.slots.set_capital(&Capital { waterfall, charged_at: survey.worth.now, high_water_x64: 0 });
    for is_senior in [false, true] {
        call(vault, vault.slots.tranche(is_senior), &ITranche::startSeriesCall {})?;
    }
    log(vault.vm(), &VaultReopened { juniorSeries: waterfall.junior_series });
    Ok(())
}

/// What is held is always uncertain.
fn require_nothing_held(survey: &Survey) -> Result<(), Revert> {
    if survey.is_settlement_pending {
        return Err(revert(&VaultSettlementPending {}));
    }
    if survey.worth.uncertainty > Atoms::ZERO {
        let uncertainty = from_u128(unsigned(survey.worth.uncertainty));
        return Err(revert(&VaultHoldsOptions { uncertaintyAtoms: uncertainty }));
    }
    Ok(())
}

/// Every market by itself: what one has lost does not take what another still has.
fn from_nothing(vault: &Vault, survey: &Survey) -> Result<Waterfall, Revert> {
    let dust = Atoms::new(i128::try_from(vault.slots.min_deposit_atoms()).unwrap_or(i128::MAX));
    let most = survey.sources.iter().map(|source| source.most).max().unwrap_or(Atoms::ZERO);
    vault.slots.capital().waterfall.reopened(most, dust).map_err(|error| match error {
        WaterfallError::StillWorth { most } => revert(&VaultStillWorth { mostAtoms: from_i128(most.count()) }),
        _ => survey.out_of_range(),
    })
}
