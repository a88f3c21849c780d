//! A rebalance, from the request to the tip.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, I256, U256};
use equipoise_interfaces::{
    AppraisalHead, HedgeLeg, HedgerCashShort, HedgerDeadlinePassed, HedgerEpochDiffers, HedgerMarketStopped,
    HedgerPriceTooOld, IClearing, IHedged, Outcome, Rebalanced, Verdict,
};
use equipoise_kit::lean::{call, log, revert, Arguments};
use equipoise_kit::number::{from_u128, to_u128};
use equipoise_kit::token::{approve, transfer};
use equipoise_kit::Revert;
use equipoise_risk::rebalance::{HedgeTerm, HedgeTerms};
use stylus_sdk::prelude::*;

use crate::fills::Order;
use crate::program::Hedger;
use crate::slots::Kept;

/// What a solver wants done.
pub struct Request {
    /// The epoch that it was made for.
    pub risk_epoch: u64,
    /// The oracle's price must be at least as young.
    pub min_price_at: u64,
    /// Until when it may be done.
    pub deadline: u64,
    /// The tip at most.
    pub max_tip_atoms: U256,
    /// The fills.
    pub legs: Vec<HedgeLeg>,
}

/// What fills have moved.
struct Moved {
    /// Atoms of the underlying that are held now.
    held: u128,
    /// Stablecoins that are at hand now and were not before.
    cash: u128,
    /// What of them came out of the clearing house.
    drawn: u128,
}

impl Request {
    /// Reads a request.
    /// # Errors: CalldataMalformed
    pub fn take(given: &mut Arguments<'_>) -> Result<Self, Revert> {
        Ok(Self {
            risk_epoch: given.take()?,
            min_price_at: given.take()?,
            deadline: given.take()?,
            max_tip_atoms: given.take()?,
            legs: given.take_array()?,
        })
    }
}

impl Hedger {
    /// Fills the legs of a request and pays the solver, if what is measured keeps to every rule.
    /// # Returns: the tip
    /// # Errors: Hedger.., ProgramsLocked, the market's, the clearing house's, the venues', the tokens'
    pub(crate) fn rebalance(&mut self, request: &Request, words: &[B256], solver: Address) -> Result<U256, Revert> {
        let (now, terms, before) = (self.vm().block_timestamp(), self.slots.terms(), self.slots.kept());
        require_current(request, before.epoch, now)?;
        self.require_checkpoint(words, &terms, now)?;
        let told = self.appraised(words)?;
        require_fresh(&told.head, request, &terms, now)?;
        let orders = self.orders(&request.legs, &before, &told)?;
        let moved = self.execute(&orders, &told.head, solver)?;
        let outcome = Outcome {
            beforeAtoms: from_u128(before.atoms),
            afterAtoms: from_u128(moved.held),
            // Two amounts of one token: far from the type's ends.
            spentAtoms: I256::from_raw(from_u128(moved.drawn).wrapping_sub(from_u128(moved.cash))),
            maxTipAtoms: request.max_tip_atoms,
        };
        let verdict = self.judged(&before, &outcome, &told)?;
        let tip = to_u128(verdict.tipAtoms).unwrap_or(u128::MAX);
        self.settle(&moved, tip, &told.head)?;
        self.record(&Kept { atoms: moved.held, ..before }, &verdict, (&told.head, solver))?;
        // Last: whatever the token calls finds everything as it stays.
        if tip != 0 {
            let quote = self.slots.quote().address;
            transfer(self, quote, solver, verdict.tipAtoms)?;
        }
        Ok(verdict.tipAtoms)
    }

    /// Draws the cash that buys need, has the orders filled, and counts.
    fn execute(&mut self, orders: &[Order], told: &AppraisalHead, solver: Address) -> Result<Moved, Revert> {
        let (base, quote) = (self.slots.base().address, self.slots.quote().address);
        let before = (self.balance(base)?, self.balance(quote)?);
        let drawn = orders.iter().map(Order::spends).fold(0, u128::saturating_add);
        self.draw(drawn, drawn, told)?;
        self.fill(orders, solver)?;
        let after = (self.balance(base)?, self.balance(quote)?);
        // What was there before, a gift of anybody's, stays what it is.
        let held = self.slots.kept().atoms.saturating_add(after.0).saturating_sub(before.0);
        Ok(Moved { held, cash: after.1.saturating_sub(before.1), drawn })
    }

    /// Takes cash of the vault, of which `total` in all.
    /// # Errors: HedgerCashShort, the clearing house's
    fn draw(&mut self, amount: u128, total: u128, told: &AppraisalHead) -> Result<(), Revert> {
        if amount == 0 {
            return Ok(());
        }
        let wanted = from_u128(total);
        if wanted > told.spareAtoms {
            return Err(revert(&HedgerCashShort { wantedAtoms: wanted, spareAtoms: told.spareAtoms }));
        }
        let clearing = self.slots.clearing.address();
        call(self, clearing, &IClearing::fundHedgeCall { amountAtoms: from_u128(amount) }).map(|_| ())
    }

    /// Sends home what the tip leaves, or draws what it lacks.
    fn settle(&mut self, moved: &Moved, tip: u128, told: &AppraisalHead) -> Result<(), Revert> {
        let short = tip.saturating_sub(moved.cash);
        self.draw(short, moved.drawn.saturating_add(short), told)?;
        let home = from_u128(moved.cash.saturating_sub(tip));
        if home.is_zero() {
            return Ok(());
        }
        let (quote, clearing) = (self.slots.quote().address, self.slots.clearing.address());
        approve(self, quote, clearing, home)?;
        call(self, clearing, &IClearing::returnHedgeCall { amountAtoms: home }).map(|_| ())
    }

    /// Keeps what is held, tells the market, and everybody.
    fn record(
        &mut self,
        held: &Kept,
        verdict: &Verdict,
        (told, solver): (&AppraisalHead, Address),
    ) -> Result<(), Revert> {
        let now = self.vm().block_timestamp();
        let kept = Kept {
            epoch: held.epoch.saturating_add(1),
            opened_at: verdict.openedAt,
            average: verdict.averageX64,
            averaged_at: now,
            used: verdict.usedX64,
            used_at: now,
            ..*held
        };
        self.slots.set_kept(&kept);
        let record = IHedged::recordHedgeCall {
            unitsX64: verdict.unitsX64,
            cashX64: told.cashX64,
            costAtoms: verdict.costAtoms,
        };
        let market = self.slots.market.address();
        call(self, market, &record)?;
        let told = Rebalanced {
            solver,
            riskEpoch: kept.epoch,
            heldAtoms: from_u128(kept.atoms),
            lostWad: verdict.lostWad,
            tipAtoms: verdict.tipAtoms,
            gainWad: verdict.gainWad,
            spotWad: told.spotWad,
        };
        log(self.vm(), &told);
        Ok(())
    }
}

/// # Errors: HedgerDeadlinePassed, HedgerEpochDiffers
fn require_current(request: &Request, current: u64, now: u64) -> Result<(), Revert> {
    if now > request.deadline {
        return Err(revert(&HedgerDeadlinePassed { deadline: request.deadline, nowAt: now }));
    }
    if request.risk_epoch != current {
        return Err(revert(&HedgerEpochDiffers { riskEpoch: request.risk_epoch, current }));
    }
    Ok(())
}

/// # Errors: HedgerMarketStopped, HedgerPriceTooOld
fn require_fresh(told: &AppraisalHead, request: &Request, terms: &HedgeTerms, now: u64) -> Result<(), Revert> {
    if !told.mayHedge {
        return Err(revert(&HedgerMarketStopped {}));
    }
    let least = request.min_price_at.max(now.saturating_sub(terms.secs(HedgeTerm::PriceAgeSecs)));
    if told.spotAt < least {
        return Err(revert(&HedgerPriceTooOld { spotAt: told.spotAt, leastAt: least }));
    }
    Ok(())
}
