//! The account at the lender: who he is, and what lies with him by the oracle's price.

use alloy_primitives::{Address, U256};
use equipoise_hedger_state::{Hedger, Kept, Position};
use equipoise_interfaces::ILender::{tokensCall, tokensReturn};
use equipoise_interfaces::{HedgePayment, HedgeTended, HedgerLenderInUse, HedgerMarketStopped, LenderSet};
use equipoise_kit::lean::{log, revert, view};
use equipoise_kit::number::{from_u128, to_u128};
use equipoise_kit::{require_code, Revert};
use stylus_sdk::prelude::*;

/// Names the account that borrows, once nothing is left at the one before. It lends nothing before it is opened as
/// venues are. Owner only.
/// # Errors: CallerNotOwner, AddressIsZero, AddressHasNoCode, HedgerLenderInUse, CallFailed if it is no lender
pub fn set_lender(hedger: &mut Hedger, lender: Address) -> Result<(), Revert> {
    hedger.ownership.only_owner()?;
    require_code(hedger.vm(), lender)?;
    if hedger.measured()? != Position::default() {
        return Err(revert(&HedgerLenderInUse { lender: hedger.slots.lender.address() }));
    }
    let tokensReturn { collateralToken, debtToken } = view(hedger.vm(), lender, &tokensCall {})?;
    hedger.slots.set_lender([lender, collateralToken, debtToken]);
    log(hedger.vm(), &LenderSet { lender });
    Ok(())
}

/// Posts what the debt asks for, as far as the vault has it to spare, or takes back what lies there beyond; and tells the market
/// what is held. Nothing is taken back by prices that may not be relied on.
/// # Errors: ProgramsLocked, HedgerMarketStopped, the market's, the clearing house's, the lender's
pub fn tend(hedger: &mut Hedger) -> Result<(), Revert> {
    let kept = hedger.slots.kept();
    let words = hedger.inventory()?;
    let told = hedger.appraised(&words)?;
    let position = hedger.position()?;
    let (needed, _) = hedger.collateral(position.debt, &kept, &told)?;
    let spare = to_u128(told.head.spareAtoms).unwrap_or(u128::MAX);
    let posted = needed.saturating_sub(position.collateral).min(spare);
    if posted == 0 && needed < position.collateral && !told.head.mayHedge {
        return Err(revert(&HedgerMarketStopped {}));
    }
    let payment = [HedgePayment { to: hedger.slots.lender.address(), amountAtoms: from_u128(posted) }];
    let payments: &[HedgePayment] = if posted == 0 { &[] } else { &payment };
    hedger.pay(payments)?;
    if posted != 0 {
        hedger.borrow(0, posted)?;
    } else if needed < position.collateral {
        hedger.give_back(0, &position, (&kept, &told))?;
    }
    let position = hedger.position()?;
    tell_held(hedger, &kept, &position)?;
    hedger.close(Address::ZERO, U256::ZERO)
}

/// Tells the market what is held, and everybody what of it is at the lender.
/// # Errors: HedgerNumberOutOfDomain, the market's
pub fn tell_held(hedger: &mut Hedger, kept: &Kept, position: &Position) -> Result<(), Revert> {
    hedger.tell_held(kept, position, U256::ZERO)?;
    let (collateral, debt) = (from_u128(position.collateral), from_u128(position.debt));
    log(hedger.vm(), &HedgeTended { collateralAtoms: collateral, debtAtoms: debt });
    Ok(())
}
