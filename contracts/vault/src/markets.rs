//! The markets together: their value, and moving cash in and out of them.

use alloc::vec::Vec;

use alloy_primitives::aliases::U80;
use alloy_primitives::{I256, U256};
use equipoise_interfaces::{Allocation, IClearing, IMarket, VaultEpochNotClosed, VaultNumberOutOfRange};
use equipoise_kit::lean::{revert, view};
use equipoise_kit::number::{from_i128, from_u128, mul_div_down, to_i128, to_u128};
use equipoise_kit::Revert;
use equipoise_risk::units::Atoms;
use stylus_sdk::prelude::*;

use crate::plan::Worth;
use crate::Vault;

/// The most markets a vault has.
pub(crate) const MOST_MARKETS: usize = 4;

/// A number or more for each market, nothing beyond the last.
pub(crate) type Each<T> = [T; MOST_MARKETS];

/// A market's weight, and what can be paid out of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) weight: u32,
    pub(crate) redeemable_atoms: u128,
}

/// An epoch that is to be priced, and the first round of each market's feed from its cut on.
#[derive(Clone, Copy)]
pub(crate) struct Cut<'a> {
    pub(crate) epoch: u64,
    pub(crate) at: u64,
    pub(crate) first_rounds: &'a [U80],
}

/// What all markets say together.
pub(crate) struct Survey {
    pub(crate) worth: Worth,
    /// The oldest spot price.
    pub(crate) price_at: u64,
    pub(crate) is_settlement_pending: bool,
    pub(crate) sources: Each<Source>,
}

impl Survey {
    /// That a number does not fit, which starts from the net asset value.
    #[cold]
    pub(crate) fn out_of_range(&self) -> Revert {
        out_of_range(from_i128(self.worth.nav.count()))
    }
}

/// Cash of an epoch, of all markets or of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_field_names, reason = "the suffix is the unit")]
pub(crate) struct Flow {
    pub(crate) accepted_atoms: u128,
    pub(crate) refused_atoms: u128,
    /// What is paid for shares, and fees.
    pub(crate) paid_atoms: u128,
}

impl Vault {
    pub(crate) fn allocation_list(&self) -> Vec<Allocation> {
        (0..self.slots.market_count()).map(|number| self.slots.allocation(number)).collect()
    }

    /// What all markets say now.
    /// # Inputs: for an epoch its cut: what the feeds have moved since makes the value less certain
    /// # Errors: VaultNumberOutOfRange, VaultEpochNotClosed, VaultRoundNotFirst, the markets' and feeds' own
    pub(crate) fn survey(&self, cut: Option<Cut<'_>>) -> Result<Survey, Revert> {
        let now = self.vm().block_timestamp();
        let worth = Worth { now, ..Worth::default() };
        let mut survey = Survey { worth, price_at: u64::MAX, is_settlement_pending: false, sources: Each::default() };
        for (number, source) in (0..self.slots.market_count()).zip(&mut survey.sources) {
            let allocation = self.slots.allocation(number);
            let said = view(self.vm(), allocation.market, &IMarket::navCall {})?;
            let nav = to_i128(said.navAtoms).ok_or_else(|| out_of_range(said.navAtoms))?;
            let mut uncertainty = narrow(said.uncertaintyAtoms);
            if let Some(cut) = cut {
                if said.priceAt < cut.at {
                    return Err(not_closed(cut.epoch, cut.at, said.priceAt));
                }
                let first = cut.first_rounds.get(usize::from(number)).copied().unwrap_or_default();
                let moved = self.move_since(allocation.oracle, first, cut.at)?;
                uncertainty = uncertainty.saturating_add(moved.of_up(nav.unsigned_abs()));
            }
            let redeemable_atoms = narrow(said.redeemableAtoms);
            let sum = add_up(&survey.worth, nav, [uncertainty, narrow(said.reserveAtoms), redeemable_atoms]);
            survey.worth = sum.ok_or_else(|| out_of_range(said.navAtoms))?;
            survey.price_at = survey.price_at.min(said.priceAt);
            survey.is_settlement_pending |= said.isSettlementPending;
            *source = Source { weight: allocation.weight, redeemable_atoms };
        }
        Ok(survey)
    }

    /// Has the clearing house move the cash, and the markets take note.
    /// # Errors: the clearing house's and the markets' own
    pub(crate) fn move_cash(&mut self, flow: &Flow, sources: &Each<Source>) -> Result<(), Revert> {
        let flows = split(flow, sources);
        for (number, part) in (0..self.slots.market_count()).zip(flows) {
            if part != Flow::default() {
                self.move_cash_of(number, &part)?;
            }
        }
        Ok(())
    }

    fn move_cash_of(&mut self, number: u8, flow: &Flow) -> Result<(), Revert> {
        let (clearing, market) = (self.slots.clearing.address(), self.slots.allocation(number).market);
        let settle = IClearing::settleLpEpochCall {
            market: number,
            acceptedAtoms: from_u128(flow.accepted_atoms),
            refusedAtoms: from_u128(flow.refused_atoms),
            redeemedAtoms: from_u128(flow.paid_atoms),
        };
        self.order(clearing, &settle)?;
        // The clearing house has just moved both, so each is far from the ends of the range.
        let net = 0i128.saturating_add_unsigned(flow.accepted_atoms).saturating_sub_unsigned(flow.paid_atoms);
        if net != 0 {
            self.order(market, &IMarket::recordLpFlowCall { flowAtoms: from_i128(net) })?;
        }
        Ok(())
    }
}

/// Deposits by weight, payments in proportion to what each market can pay; what was refused is no market's and goes with
/// the first.
/// # Rounding: parts down; the first takes the rest of deposits, those that still can the rest of payments
pub(crate) fn split(flow: &Flow, sources: &Each<Source>) -> Each<Flow> {
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

/// An amount in the width the vault counts in; what does not fit is as much as can be.
fn narrow(amount: U256) -> u128 {
    to_u128(amount).unwrap_or(u128::MAX)
}

/// Unsigned amounts that do not fit count as the most that can be, for as long as sums of them are safe to take.
fn add_up(worth: &Worth, nav: i128, [uncertainty, reserve, redeemable]: [u128; 3]) -> Option<Worth> {
    let plus = |sum: Atoms, amount: u128| sum.plus(Atoms::new(i128::try_from(amount).ok()?)).ok();
    let most = Atoms::new(i128::MAX);
    Some(Worth {
        nav: worth.nav.plus(Atoms::new(nav)).ok()?,
        uncertainty: plus(worth.uncertainty, uncertainty)?,
        reserve: plus(worth.reserve, reserve)?,
        redeemable: plus(worth.redeemable, redeemable).unwrap_or(most),
        now: worth.now,
    })
}

#[cold]
pub(crate) fn not_closed(epoch: u64, cut_at: u64, price_at: u64) -> Revert {
    revert(&VaultEpochNotClosed { epoch, cutAt: cut_at, priceAt: price_at })
}

#[cold]
fn out_of_range(nav_atoms: I256) -> Revert {
    revert(&VaultNumberOutOfRange { navAtoms: nav_atoms })
}

#[cfg(test)]
mod tests;
