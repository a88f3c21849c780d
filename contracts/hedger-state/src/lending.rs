//! The accounts elsewhere, of which the one at the lender is measured here, and the cash that the clearing house pays out.
//!
//! What is posted for a debt follows from the oracle's price and one term, so no solver has a say in it. The position is what the
//! pool's own tokens say. A lender who is not open counts for nothing, neither what lies there nor what is owed there.

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::{decode, write_array};
use equipoise_interfaces::ILender::{borrowCall, repayCall};
use equipoise_interfaces::{HedgePayment, Holding, IClearing, IHedged};
use equipoise_kit::lean::{call, call_bytes, failed};
use equipoise_kit::number::{from_i128, from_u128, to_u128};
use equipoise_kit::Revert;

use crate::appraisal::Appraised;
use crate::slots::{Kept, Order, Perp};
use crate::Hedger;

/// What lies at the lender, what is owed there, and what counts at the perpetual venue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Of the stablecoin, at the lender.
    pub collateral: u128,
    /// Of the underlying, owed to him.
    pub debt: u128,
    /// At the perpetual venue.
    pub perp: Perp,
}

impl Position {
    /// What is held of the underlying, less what is owed, with what is held by perpetual futures.
    pub fn net(&self, held: u128) -> I256 {
        // Amounts of one token: far from the type's ends.
        let net = I256::from_raw(from_u128(held).wrapping_sub(from_u128(self.debt)));
        net.wrapping_add(from_i128(self.perp.units))
    }

    /// What of the stablecoin lies elsewhere.
    pub fn cash(&self) -> I256 {
        I256::from_raw(from_u128(self.collateral)).wrapping_add(from_i128(self.perp.cash))
    }
}

impl Hedger {
    /// What lies at the lender and is owed there, if he counts, and what counts at the perpetual venue as the market knows it.
    /// # Errors: the pool's tokens'
    pub fn position(&self) -> Result<Position, Revert> {
        let lent = if self.lender_cap() == 0 { Position::default() } else { self.measured()? };
        Ok(Position { perp: self.perp(), ..lent })
    }

    /// What counts at the perpetual venue.
    pub fn perp(&self) -> Perp {
        if self.slots.has_perp() {
            return self.slots.perp_held();
        }
        Perp::default()
    }

    /// The order in flight, as far as one keeps other rebalances waiting: at a venue that is closed none does.
    pub fn pending(&self) -> Option<Order> {
        if !self.slots.has_perp() {
            return None;
        }
        let order = self.slots.order_head();
        let is_waited_for = order.is_pending() && self.slots.venue(self.slots.perp_venue.address()).cap_wad != 0;
        is_waited_for.then_some(order)
    }

    /// What lies at the lender and is owed there, whether he counts or not.
    /// # Errors: the pool's tokens'
    pub fn measured(&self) -> Result<Position, Revert> {
        if !self.slots.has_lender() {
            return Ok(Position::default());
        }
        let lender = self.slots.lender.address();
        let balance = |token| self.balance(token, lender);
        Ok(Position {
            collateral: balance(self.slots.collateral_token.address())?,
            debt: balance(self.slots.debt_token.address())?,
            perp: Perp::default(),
        })
    }

    /// What may be owed to the lender in WAD, nothing if there is none or he is closed.
    pub fn lender_cap(&self) -> u128 {
        if !self.slots.has_lender() {
            return 0;
        }
        self.slots.venue(self.slots.lender.address()).cap_wad
    }

    /// What a debt asks for, and what it is worth in WAD.
    /// # Errors: HedgerNumberOutOfDomain
    pub fn collateral(&self, debt: u128, kept: &Kept, told: &Appraised) -> Result<(u128, U256), Revert> {
        if debt == 0 {
            return Ok((0, U256::ZERO));
        }
        let terms = self.collateral_terms(debt, kept, told)?;
        Ok((to_u128(terms.quoteAtoms).unwrap_or(u128::MAX), terms.notionalWad))
    }

    /// Has the vault's cash paid out, and the lock taken.
    /// # Returns: the stablecoin that is left in the clearing house
    /// # Errors: the clearing house's
    pub fn pay(&mut self, payments: &[HedgePayment]) -> Result<u128, Revert> {
        const SELECTOR: [u8; 4] = IClearing::openHedgeCall::SELECTOR;
        let mut input = SELECTOR.to_vec();
        write_array(1, payments, &mut input);
        let clearing = self.slots.clearing.address();
        let data = call_bytes(self, clearing, SELECTOR, &input)?;
        decode(&data).and_then(to_u128).ok_or_else(|| failed(clearing, SELECTOR))
    }

    /// Tells the market what is held, and what that has cost.
    /// # Errors: the market's
    pub fn tell_market(&mut self, held: &Holding, cost: U256) -> Result<(), Revert> {
        let market = self.slots.market.address();
        let record = IHedged::recordHedgeCall { unitsX64: held.unitsX64, cashX64: held.cashX64, costAtoms: cost };
        call(self, market, &record).map(|_| ())
    }

    /// Releases the lock, and has the clearing house credit what has come and pay a tip.
    /// # Errors: the clearing house's
    pub fn close(&mut self, solver: Address, tip: U256) -> Result<(), Revert> {
        let clearing = self.slots.clearing.address();
        call(self, clearing, &IClearing::closeHedgeCall { solver, tipAtoms: tip }).map(|_| ())
    }

    /// Borrows, with what is posted for it at the lender by now; none to post only.
    /// # Errors: the lender's
    pub fn borrow(&mut self, borrowed: u128, posted: u128) -> Result<(), Revert> {
        let lender = self.slots.lender.address();
        let borrow = borrowCall { collateralAtoms: from_u128(posted), baseAtoms: from_u128(borrowed) };
        call(self, lender, &borrow).map(|_| ())
    }

    /// Has the lender take what he has been given of the underlying, and give back what lies there beyond what the rest asks for.
    /// # Errors: the lender's
    pub fn give_back(
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
}
