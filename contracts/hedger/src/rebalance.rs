//! A rebalance, from the request to the tip.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, I256, U256};
use equipoise_hedger_state::currency::{require_current, require_fresh, require_spare};
use equipoise_hedger_state::known::require_checkpoint;
use equipoise_hedger_state::legs::Prices;
use equipoise_hedger_state::{Appraised, Hedger, Kept, Position};
use equipoise_interfaces::{AppraisalHead, HedgeLeg, HedgePayment, HedgerOrderPending, Outcome, Rebalanced, Verdict};
use equipoise_kit::lean::{log, revert, Arguments};
use equipoise_kit::number::{from_u128, to_u128};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::fills::{fill, orders, Counted, Order};
use crate::loan::{loan, repay};

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
    /// What lies at the lender and is owed there now.
    position: Position,
    /// Stablecoins that have come to the clearing house.
    come: u128,
    /// Stablecoins that were paid out before.
    drawn: u128,
}

impl Moved {
    /// What has become of the vault, from a position at the lender.
    fn outcome(&self, kept: &Kept, before: &Position, most_tip: U256) -> Outcome {
        let posted = from_u128(self.position.collateral).wrapping_sub(from_u128(before.collateral));
        // Amounts of one token: far from the type's ends.
        let spent = from_u128(self.drawn).wrapping_sub(from_u128(self.come)).wrapping_sub(posted);
        Outcome {
            beforeAtoms: before.net(kept.atoms),
            afterAtoms: self.position.net(self.held),
            spentAtoms: I256::from_raw(spent),
            cashAtoms: self.position.cash(),
            maxTipAtoms: most_tip,
        }
    }
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

/// Fills the legs of a request and pays the solver, if what is measured keeps to every rule.
/// # Returns: the tip
/// # Errors: Hedger.., ProgramsLocked, the market's, the clearing house's, the venues', the tokens'
pub fn rebalance(hedger: &mut Hedger, request: &Request, words: &[B256], solver: Address) -> Result<U256, Revert> {
    let (now, terms, before) = (hedger.vm().block_timestamp(), hedger.slots.terms(), hedger.slots.kept());
    require_current((request.risk_epoch, request.deadline), before.epoch, now)?;
    if let Some(order) = hedger.pending() {
        return Err(revert(&HedgerOrderPending { order: order.number, deadline: order.deadline }));
    }
    require_checkpoint(hedger, words, (&before, &terms), now)?;
    let told = hedger.appraised(words)?;
    require_fresh(&told.head, request.min_price_at, &terms, now)?;
    let prices = Prices::around(&told.head, before.average, &terms, hedger.slots.base().decimals)?;
    let orders = orders(hedger, &request.legs, &prices)?;
    let position = hedger.position()?;
    let moved = execute(hedger, &orders, (&before, &position), &told, solver)?;
    let outcome = moved.outcome(&before, &position, request.max_tip_atoms);
    let verdict = hedger.judged(&before, &outcome, &told)?;
    let tip = to_u128(verdict.tipAtoms).unwrap_or(u128::MAX);
    require_spare(moved.drawn.saturating_add(tip).saturating_sub(moved.come), &told.head)?;
    record(hedger, &Kept { atoms: moved.held, ..before }, &moved.position, &verdict, (&told.head, solver))?;
    // Last: whatever the token calls for the tip finds everything as it stays.
    hedger.close(solver, verdict.tipAtoms)?;
    Ok(verdict.tipAtoms)
}

/// Has the orders paid for and filled, what they sell borrowed and what they buy repaid as far as need be, and counts.
/// # Errors: HedgerNothingToSell, HedgerCashShort, the clearing house's, the venues', the lender's
fn execute(
    hedger: &mut Hedger,
    orders: &[Order],
    (kept, position): (&Kept, &Position),
    told: &Appraised,
    solver: Address,
) -> Result<Moved, Revert> {
    let sold = orders.iter().map(Order::sells).fold(0, u128::saturating_add);
    let loan = loan(hedger, sold, position, (kept, told))?;
    let spent = orders.iter().filter(|order| order.spends() != 0);
    let payment = |order: &Order| HedgePayment { to: order.payee(solver), amountAtoms: from_u128(order.spends()) };
    let mut payments: Vec<_> = spent.map(payment).collect();
    if loan.posted != 0 {
        payments.push(HedgePayment { to: hedger.slots.lender.address(), amountAtoms: from_u128(loan.posted) });
    }
    let drawn = orders.iter().map(Order::spends).fold(loan.posted, u128::saturating_add);
    require_spare(drawn, &told.head)?;
    let base = hedger.base_held()?;
    let quote = hedger.pay(&payments)?;
    let mut counted = Counted { base, quote };
    if loan.borrowed != 0 {
        hedger.borrow(loan.borrowed, loan.posted)?;
        counted = Counted::now(hedger)?;
    }
    counted = fill(hedger, orders, solver, counted)?;
    // What was there before, a gift of anybody's, stays what it is.
    let held = kept.atoms.saturating_add(counted.base).saturating_sub(base);
    let mut moved = Moved { held, position: *position, come: 0, drawn };
    if position.debt != 0 || loan.borrowed != 0 {
        moved.position = repay(hedger, held, kept, told)?;
        counted = Counted::now(hedger)?;
        moved.held = kept.atoms.saturating_add(counted.base).saturating_sub(base);
    }
    moved.come = counted.quote.saturating_sub(quote);
    Ok(moved)
}

/// Keeps what is held, tells the market, and everybody.
fn record(
    hedger: &mut Hedger,
    held: &Kept,
    position: &Position,
    verdict: &Verdict,
    (told, solver): (&AppraisalHead, Address),
) -> Result<(), Revert> {
    let now = hedger.vm().block_timestamp();
    let kept = Kept {
        epoch: held.epoch.saturating_add(1),
        opened_at: verdict.openedAt,
        average: verdict.averageX64,
        averaged_at: now,
        used: verdict.usedX64,
        used_at: now,
        ..*held
    };
    hedger.slots.set_kept(&kept);
    hedger.tell_market(&verdict.holding, verdict.costAtoms)?;
    let told = Rebalanced {
        solver,
        riskEpoch: kept.epoch,
        heldAtoms: from_u128(kept.atoms),
        debtAtoms: from_u128(position.debt),
        lostWad: verdict.lostWad,
        tipAtoms: verdict.tipAtoms,
        gainWad: verdict.gainWad,
        spotWad: told.spotWad,
    };
    log(hedger.vm(), &told);
    Ok(())
}
