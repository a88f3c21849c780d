//! Being short: what is sold beyond what is held is borrowed of the lender, and what is bought goes back to him first.
//!
//! What is posted for a debt follows from the oracle's price and one term, so no solver has a say in it. The position is what the
//! pool's own tokens say. A lender who is not open counts for nothing, neither what lies there nor what is owed there.

use alloy_primitives::{Address, I256, U256};
use equipoise_interfaces::ILender::{borrowCall, repayCall, tokensCall, tokensReturn};
use equipoise_interfaces::{
    HedgePayment, HedgeTended, HedgerLenderInUse, HedgerMarketStopped, HedgerNothingToSell, HedgerVenueCapExceeded,
    IClearing, IHedged, LenderSet,
};
use equipoise_kit::lean::{call, log, revert, view};
use equipoise_kit::number::{from_u128, to_u128};
use equipoise_kit::token::transfer;
use equipoise_kit::{require_code, Revert};
use stylus_sdk::prelude::*;

use crate::appraisal::Appraised;
use crate::program::Hedger;
use crate::slots::Kept;

/// What lies at the lender, and what is owed there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Of the stablecoin.
    pub collateral: u128,
    /// Of the underlying.
    pub debt: u128,
}

/// What is borrowed before fills, and posted for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loan {
    /// Of the underlying.
    pub borrowed: u128,
    /// Of the stablecoin.
    pub posted: u128,
}

impl Position {
    /// What is held of the underlying, less what is owed.
    pub fn net(&self, held: u128) -> I256 {
        // Two amounts of one token: far from the type's ends.
        I256::from_raw(from_u128(held).wrapping_sub(from_u128(self.debt)))
    }
}

impl Hedger {
    /// Names the account that borrows, once nothing is left at the one before. It lends nothing before it is opened as
    /// venues are. Owner only.
    /// # Errors: CallerNotOwner, AddressIsZero, AddressHasNoCode, HedgerLenderInUse, CallFailed if it is no lender
    pub(crate) fn set_lender(&mut self, lender: Address) -> Result<(), Revert> {
        self.ownership.only_owner()?;
        require_code(self.vm(), lender)?;
        if self.measured()? != Position::default() {
            return Err(revert(&HedgerLenderInUse { lender: self.slots.lender.address() }));
        }
        let tokensReturn { collateralToken, debtToken } = view(self.vm(), lender, &tokensCall {})?;
        self.slots.set_lender([lender, collateralToken, debtToken]);
        log(self.vm(), &LenderSet { lender });
        Ok(())
    }

    /// What lies at the lender and is owed there, if he counts.
    /// # Errors: the pool's tokens'
    pub(crate) fn position(&self) -> Result<Position, Revert> {
        if self.lender_cap() == 0 {
            return Ok(Position::default());
        }
        self.measured()
    }

    fn measured(&self) -> Result<Position, Revert> {
        if !self.slots.has_lender() {
            return Ok(Position::default());
        }
        let lender = self.slots.lender.address();
        let balance = |token| self.balance(token, lender);
        Ok(Position {
            collateral: balance(self.slots.collateral_token.address())?,
            debt: balance(self.slots.debt_token.address())?,
        })
    }

    /// What may be owed to the lender in WAD, nothing if there is none or he is closed.
    fn lender_cap(&self) -> u128 {
        if !self.slots.has_lender() {
            return 0;
        }
        self.slots.venue(self.slots.lender.address()).cap_wad
    }

    /// What sales of so much ask for beyond what is held.
    /// # Errors: HedgerNothingToSell if nobody lends it, HedgerVenueCapExceeded, HedgerNumberOutOfDomain
    pub(crate) fn loan(&self, sold: u128, position: &Position, kept: &Kept, told: &Appraised) -> Result<Loan, Revert> {
        let borrowed = sold.saturating_sub(kept.atoms);
        if borrowed == 0 {
            return Ok(Loan::default());
        }
        let cap = self.lender_cap();
        if cap == 0 {
            let (wanted, held) = (from_u128(sold), from_u128(kept.atoms));
            return Err(revert(&HedgerNothingToSell { wantedAtoms: wanted, heldAtoms: held }));
        }
        let (needed, notional) = self.collateral(position.debt.saturating_add(borrowed), kept, told)?;
        if notional > from_u128(cap) {
            let (venue, cap) = (self.slots.lender.address(), from_u128(cap));
            return Err(revert(&HedgerVenueCapExceeded { venue, notionalWad: notional, capWad: cap }));
        }
        Ok(Loan { borrowed, posted: needed.saturating_sub(position.collateral) })
    }

    /// Borrows, with what is posted for it at the lender by now.
    /// # Errors: the lender's
    pub(crate) fn borrow(&mut self, loan: &Loan) -> Result<(), Revert> {
        let lender = self.slots.lender.address();
        let borrow = borrowCall { collateralAtoms: from_u128(loan.posted), baseAtoms: from_u128(loan.borrowed) };
        call(self, lender, &borrow).map(|_| ())
    }

    /// Repays with what is held, and takes back what is posted beyond what the rest asks for.
    /// # Returns: what is left there
    /// # Errors: the lender's, TokenTransferFailed
    pub(crate) fn repay(&mut self, held: u128, kept: &Kept, told: &Appraised) -> Result<Position, Revert> {
        let position = self.position()?;
        let repaid = position.debt.min(held);
        if repaid == 0 {
            return Ok(position);
        }
        let (base, lender) = (self.slots.base().address, self.slots.lender.address());
        transfer(self, base, lender, from_u128(repaid))?;
        self.give_back(repaid, &position, (kept, told))?;
        self.position()
    }

    fn give_back(
        &mut self,
        repaid: u128,
        position: &Position,
        (kept, told): (&Kept, &Appraised),
    ) -> Result<(), Revert> {
        let left = position.debt.saturating_sub(repaid);
        let freed = match left {
            0 => U256::MAX,
            _ => from_u128(position.collateral.saturating_sub(self.collateral(left, kept, told)?.0)),
        };
        // Of nothing nobody takes all.
        let freed = if position.collateral == 0 { U256::ZERO } else { freed };
        let lender = self.slots.lender.address();
        call(self, lender, &repayCall { baseAtoms: from_u128(repaid), collateralAtoms: freed }).map(|_| ())
    }

    /// What a debt asks for, and what it is worth in WAD.
    fn collateral(&self, debt: u128, kept: &Kept, told: &Appraised) -> Result<(u128, U256), Revert> {
        if debt == 0 {
            return Ok((0, U256::ZERO));
        }
        let terms = self.collateral_terms(debt, kept, told)?;
        Ok((to_u128(terms.quoteAtoms).unwrap_or(u128::MAX), terms.notionalWad))
    }

    /// Posts what the debt asks for, as far as the vault has it to spare, or takes back what lies there beyond; and tells the market
    /// what is held. Nothing is taken back by prices that may not be relied on.
    /// # Errors: ProgramsLocked, HedgerMarketStopped, the market's, the clearing house's, the lender's
    pub(crate) fn tend(&mut self) -> Result<(), Revert> {
        let kept = self.slots.kept();
        let words = self.inventory()?;
        let told = self.appraised(&words)?;
        let position = self.position()?;
        let (needed, _) = self.collateral(position.debt, &kept, &told)?;
        let spare = to_u128(told.head.spareAtoms).unwrap_or(u128::MAX);
        let posted = needed.saturating_sub(position.collateral).min(spare);
        if posted == 0 && needed < position.collateral && !told.head.mayHedge {
            return Err(revert(&HedgerMarketStopped {}));
        }
        let lender = self.slots.lender.address();
        let payment = [HedgePayment { to: lender, amountAtoms: from_u128(posted) }];
        let payments: &[HedgePayment] = if posted == 0 { &[] } else { &payment };
        self.pay(payments)?;
        if posted != 0 {
            self.borrow(&Loan { borrowed: 0, posted })?;
        } else if needed < position.collateral {
            self.give_back(0, &position, (&kept, &told))?;
        }
        let position = self.position()?;
        self.tell_held(&kept, &position)?;
        let clearing = self.slots.clearing.address();
        call(self, clearing, &IClearing::closeHedgeCall { solver: Address::ZERO, tipAtoms: U256::ZERO })?;
        Ok(())
    }

    /// Tells the market what is held.
    /// # Errors: HedgerNumberOutOfDomain, the market's
    pub(crate) fn tell_held(&mut self, kept: &Kept, position: &Position) -> Result<(), Revert> {
        let held = self.holding(kept, position)?;
        let (market, cost) = (self.slots.market.address(), U256::ZERO);
        let record = IHedged::recordHedgeCall { unitsX64: held.unitsX64, cashX64: held.cashX64, costAtoms: cost };
        call(self, market, &record)?;
        let (collateral, debt) = (from_u128(position.collateral), from_u128(position.debt));
        log(self.vm(), &HedgeTended { collateralAtoms: collateral, debtAtoms: debt });
        Ok(())
    }
}
