//! The senior's claim brought to the present, and fees paid out.

use alloy_primitives::U256;
use equipoise_interfaces::{ClaimAccrued, FeesPaid, IClearing, VaultNoFees, VaultSettlementPending};
use equipoise_kit::lean::{call, log, revert};
use equipoise_kit::number::from_u128;
use equipoise_kit::Revert;
use equipoise_vault_state::survey::claim_of;
use equipoise_vault_state::Vault;
use stylus_sdk::prelude::*;

/// Brings the senior's claim to the present.
/// # Errors: VaultSettlementPending, VaultNumberOutOfRange, the markets' own
pub fn accrue(vault: &mut Vault) -> Result<U256, Revert> {
    let (survey, capital) = vault.present()?;
    if survey.is_settlement_pending {
        return Err(revert(&VaultSettlementPending {}));
    }
    vault.slots.set_capital(&capital);
    let (claim, is_covered) = (claim_of(&capital), capital.waterfall.was_covered);
    log(vault.vm(), &ClaimAccrued { isCovered: is_covered, claimAtoms: claim });
    Ok(claim)
}

/// Sends the fees to their recipient.
/// # Errors: VaultNoFees, the token's own
pub fn pay_fees(vault: &mut Vault) -> Result<U256, Revert> {
    let (fees, recipient) = (vault.slots.fees(), vault.slots.terms().feeRecipient);
    if fees == 0 || recipient.is_zero() {
        return Err(revert(&VaultNoFees {}));
    }
    vault.slots.set_fees(0);
    let (amount, clearing) = (from_u128(fees), vault.slots.clearing.address());
    log(vault.vm(), &FeesPaid { recipient, amountAtoms: amount });
    call(vault, clearing, &IClearing::payLpClaimCall { to: recipient, amountAtoms: amount })?;
    Ok(amount)
}
