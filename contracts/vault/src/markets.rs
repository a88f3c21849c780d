//! Moving cash in and out of the markets.

use equipoise_interfaces::{IClearing, IMarket};
use equipoise_kit::number::{from_i128, from_u128, mul_div_down};
use equipoise_kit::Revert;
use equipoise_vault_state::survey::Source;
use equipoise_vault_state::{Each, Vault};

use crate::orders::order;

/// Cash of an epoch, of all markets or of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_field_names, reason = "the suffix is the unit")]
pub struct Flow {
    pub accepted_atoms: u128,
    pub refused_atoms: u128,
    /// What is paid for shares, and fees.
    pub paid_atoms: u128,
}

/// Has the clearing house move the cash, and the markets take note.
/// # Errors: the clearing house's and the markets' own
pub fn move_cash(vault: &mut Vault, flow: &Flow, sources: &Each<Source>) -> Result<(), Revert> {
    let flows = split(flow, sources);
    for (number, part) in (0..vault.slots.market_count()).zip(flows) {
        if part != Flow::default() {
            move_cash_of(vault, number, &part)?;
        }
    }
    Ok(())
}

fn move_cash_of(vault: &mut Vault, number: u8, flow: &Flow) -> Result<(), Revert> {
    let (clearing, market) = (vault.slots.clearing.address(), vault.slots.allocation(number).market);
    let settle = IClearing::settleLpEpochCall {
        market: number,
        acceptedAtoms: from_u128(flow.accepted_atoms),
        refusedAtoms: from_u128(flow.refused_atoms),
        redeemedAtoms: from_u128(flow.paid_atoms),
    };
    order(vault, clearing, &settle)?;
    // The clearing house has just moved both, so each is far from the ends of the range.
    let net = 0i128.saturating_add_unsigned(flow.accepted_atoms).saturating_sub_unsigned(flow.paid_atoms);
    if net != 0 {
        order(vault, market, &IMarket::recordLpFlowCall { flowAtoms: from_i128(net) })?;
    }
    Ok(())
}

/// Deposits by weight, payments in proportion to what each market can pay; what was refused is no market's and goes with
/// the first.
/// # Rounding: parts down; the first takes the rest of deposits, those that still can the rest of payments
fn split(flow: &Flow, sources: &Each<Source>) -> Each<Flow> {
    let mut parts = Each::<Flow>::default();
    let weights = sources.iter().fold(0u128, |sum, source| sum.saturating_add(source.weight.into()));
    let payable = sources.iter().fold(0u128, |sum, source| sum.saturating_add(source.redeemable_atoms));
    let (mut deposits, mut payments) = (flow.accepted_atoms, flow.paid_atoms);
    for (part, source) in parts.iter_mut().zip(sources) {
        part.accepted_atoms = mul_div_down(flow.accepted_atoms, source.weight.into(), weights).unwrap_or(0);
        deposits = deposits.saturating_sub(part.accepted_atoms);
        part.paid_atoms = mul_div_down(flow.paid_atoms, source.redeemable_atoms, payable).unwrap_or(0);
        payments = payments.saturating_sub(part.paid_atoms);
    }
    for (part, source) in parts.iter_mut().zip(sources) {
        let spare = source.redeemable_atoms.saturating_sub(part.paid_atoms).min(payments);
        part.paid_atoms = part.paid_atoms.saturating_add(spare);
        payments = payments.saturating_sub(spare);
    }
    let [first, ..] = &mut parts;
    first.accepted_atoms = first.accepted_atoms.saturating_add(deposits);
    first.refused_atoms = flow.refused_atoms;
    parts
}

#[cfg(test)]
mod tests;
