//! Being short: what is sold beyond what is held is borrowed of the lender, and what is bought goes back to him first.

use equipoise_hedger_state::{Appraised, Hedger, Kept, Position};
use equipoise_interfaces::{HedgerNothingToSell, HedgerVenueCapExceeded};
use equipoise_kit::lean::revert;
use equipoise_kit::number::from_u128;
use equipoise_kit::token::transfer;
use equipoise_kit::Revert;

/// What is borrowed before fills, and posted for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loan {
    /// Of the underlying.
    pub borrowed: u128,
    /// Of the stablecoin.
    pub posted: u128,
}

/// What sales of so much ask for beyond what is held.
/// # Errors: HedgerNothingToSell if nobody lends it, HedgerVenueCapExceeded, HedgerNumberOutOfDomain
pub fn loan(
    hedger: &Hedger,
    sold: u128,
    position: &Position,
    (kept, told): (&Kept, &Appraised),
) -> Result<Loan, Revert> {
    let borrowed = sold.saturating_sub(kept.atoms);
    if borrowed == 0 {
        return Ok(Loan::default());
    }
    let cap = hedger.lender_cap();
    if cap == 0 {
        let (wanted, held) = (from_u128(sold), from_u128(kept.atoms));
        return Err(revert(&HedgerNothingToSell { wantedAtoms: wanted, heldAtoms: held }));
    }
    let (needed, notional) = hedger.collateral(position.debt.saturating_add(borrowed), kept, told)?;
    if notional > from_u128(cap) {
        let (venue, cap) = (hedger.slots.lender.address(), from_u128(cap));
        return Err(revert(&HedgerVenueCapExceeded { venue, notionalWad: notional, capWad: cap }));
    }
    Ok(Loan { borrowed, posted: needed.saturating_sub(position.collateral) })
}

/// Repays with what is held, and takes back what is posted beyond what the rest asks for.
/// # Returns: what is left there
/// # Errors: the lender's, TokenTransferFailed
pub fn repay(hedger: &mut Hedger, held: u128, kept: &Kept, told: &Appraised) -> Result<Position, Revert> {
    let position = hedger.position()?;
    let repaid = position.debt.min(held);
    if repaid == 0 {
        return Ok(position);
    }
    let (base, lender) = (hedger.slots.base().address, hedger.slots.lender.address());
    transfer(hedger, base, lender, from_u128(repaid))?;
    hedger.give_back(repaid, &position, (kept, told))?;
    hedger.position()
}
