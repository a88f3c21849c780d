//! Epochs: when they cut, and pricing them.

use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, U256};
use equipoise_interfaces::{
    EpochLapsed, EpochProcessed, Fill, ITranche, VaultNothingToProcess, VaultRoundsCount, VaultSettlementPending,
    VaultTermOutOfBounds,
};
use equipoise_kit::lean::{log, revert, view};
use equipoise_kit::number::{from_i128, from_u128, to_u128};
use equipoise_kit::shares::Requests;
use equipoise_kit::Revert;
use equipoise_risk::governed::VAULT_RULES;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::waterfall::Coverage;
use equipoise_vault_state::plan::unsigned;
use equipoise_vault_state::survey::{claim_of, not_closed, Cut, Source};
use equipoise_vault_state::{Asked, Each, Epoch, Filled, Plan, Survey, Terms, Vault};
use stylus_sdk::prelude::*;

use crate::markets::{move_cash, Flow};
use crate::orders::order;

/// An epoch that nobody has priced this long after its cut is given back.
const LAPSE_SECS: u64 = 7 * 86_400;

/// A tranche's oldest epoch.
#[derive(Clone, Copy, Debug, Default)]
struct Waiting {
    epoch: u64,
    asked: Asked,
}

/// The epoch that requests join now, and when it cuts.
pub fn open_epoch(vault: &Vault) -> (u64, u64) {
    let now = vault.vm().block_timestamp().checked_div(cut_spacing(vault)).unwrap_or(0);
    let epoch = now.saturating_add(2);
    (epoch, cut_of(vault, epoch))
}

/// The oldest epoch with requests that is not priced, and when it cuts; zeros if there is none.
/// # Errors: none but a tranche's own
pub fn next_epoch(vault: &Vault) -> Result<(u64, u64), Revert> {
    let (epoch, _) = waiting(vault)?;
    Ok((epoch, cut_of(vault, epoch)))
}

/// Prices the oldest epoch that has requests, or gives it back if its time has passed.
/// # Errors: VaultNothingToProcess, VaultSettlementPending, VaultRound.., VaultNumberOutOfRange,
/// the markets' and feeds' own
pub fn process_epoch(vault: &mut Vault, first_rounds: &[U80]) -> Result<u64, Revert> {
    let (epoch, waiting) = waiting(vault)?;
    if epoch == 0 {
        return Err(revert(&VaultNothingToProcess {}));
    }
    let (now, cut_at) = (vault.vm().block_timestamp(), cut_of(vault, epoch));
    if now >= cut_at.saturating_add(LAPSE_SECS) {
        give_back(vault, epoch, &waiting)?;
        return Ok(epoch);
    }
    if now < cut_at {
        return Err(not_closed(epoch, cut_at, now));
    }
    let expected = U256::from(vault.slots.market_count());
    let count = U256::from(first_rounds.len());
    if count != expected {
        return Err(revert(&VaultRoundsCount { count, expected }));
    }
    let survey = vault.survey(Some(Cut { epoch, at: cut_at, first_rounds }))?;
    if survey.is_settlement_pending {
        return Err(revert(&VaultSettlementPending {}));
    }
    let [junior, senior] = waiting.map(|tranche| tranche.asked_in(epoch));
    let wants = Epoch { junior, senior, min_deposit_atoms: vault.slots.min_deposit_atoms() };
    let planned = vault.slots.capital().plan(&plan_terms(vault)?, &survey.worth, &wants);
    let plan = planned.map_err(|_| survey.out_of_range())?;
    tell(vault, epoch, &survey, &plan);
    carry_out(vault, epoch, &plan, &waiting, &survey.sources)?;
    Ok(epoch)
}

/// When an epoch cuts.
fn cut_of(vault: &Vault, epoch: u64) -> u64 {
    epoch.saturating_mul(cut_spacing(vault))
}

fn cut_spacing(vault: &Vault) -> u64 {
    vault.slots.setting()[0]
}

/// The terms as an epoch is planned by.
/// # Errors: VaultTermOutOfBounds, which setting them has ruled out
fn plan_terms(vault: &Vault) -> Result<Terms, Revert> {
    let terms = vault.slots.terms();
    let coverage = Coverage::new(Millionths::from_raw(terms.coverage)).ok_or_else(|| {
        let (value, place) = (terms.coverage, U256::from(1));
        let rule = VAULT_RULES[1].rule;
        revert(&VaultTermOutOfBounds { place, value, min: rule.min, max: rule.max })
    })?;
    Ok(Terms {
        coverage,
        management_fee: Millionths::from_raw(terms.managementFee),
        performance_fee: Millionths::from_raw(terms.performanceFee),
    })
}

/// The oldest epoch of both tranches, and what each waits for.
fn waiting(vault: &Vault) -> Result<(u64, [Waiting; 2]), Revert> {
    let junior = waiting_in(vault, vault.slots.tranche(false))?;
    let senior = waiting_in(vault, vault.slots.tranche(true))?;
    let oldest = [junior.epoch, senior.epoch].into_iter().filter(|epoch| *epoch > 0).min();
    Ok((oldest.unwrap_or(0), [junior, senior]))
}

fn waiting_in(vault: &Vault, tranche: Address) -> Result<Waiting, Revert> {
    if tranche.is_zero() {
        return Ok(Waiting::default());
    }
    let said = view(vault.vm(), tranche, &ITranche::pendingCall {})?;
    // A tranche counts in 128 bits.
    let narrow = |amount| to_u128(amount).unwrap_or(0);
    let requests = Requests { deposit_atoms: narrow(said.depositAtoms), redeem_shares: narrow(said.redeemShares) };
    Ok(Waiting { epoch: said.epoch, asked: Asked { supply: narrow(said.supply), requests } })
}

fn tell(vault: &Vault, epoch: u64, survey: &Survey, plan: &Plan) {
    log(
        vault.vm(),
        &EpochProcessed {
            epoch,
            navAtoms: from_i128(survey.worth.nav.count()),
            uncertaintyAtoms: from_u128(unsigned(survey.worth.uncertainty)),
            reserveAtoms: from_u128(unsigned(survey.worth.reserve)),
            claimAtoms: claim_of(&plan.capital),
            feeAtoms: from_u128(unsigned(plan.fee)),
            juniorSeries: plan.capital.waterfall.junior_series,
        },
    );
}

/// Ends an epoch as planned.
fn carry_out(
    vault: &mut Vault,
    epoch: u64,
    plan: &Plan,
    waiting: &[Waiting; 2],
    sources: &Each<Source>,
) -> Result<(), Revert> {
    vault.slots.set_capital(&plan.capital);
    let fee = unsigned(plan.fee);
    let fees = vault.slots.fees().saturating_add(fee);
    vault.slots.set_fees(fees);
    let mut flow = Flow { paid_atoms: fee, ..Flow::default() };
    settle(vault, epoch, waiting, &[plan.junior, plan.senior], plan.is_new_series, &mut flow)?;
    move_cash(vault, &flow, sources)
}

/// Ends an epoch with nothing filled.
fn give_back(vault: &mut Vault, epoch: u64, waiting: &[Waiting; 2]) -> Result<(), Revert> {
    // No price and perhaps no cash: nothing else here would ask the clearing house.
    vault.require_unlocked()?;
    log(vault.vm(), &EpochLapsed { epoch });
    let mut flow = Flow::default();
    settle(vault, epoch, waiting, &[Filled::default(); 2], false, &mut flow)?;
    // Nothing comes in or goes out of any market.
    move_cash(vault, &flow, &Each::default())
}

/// Ends an epoch in both tranches, the junior first, and adds up the cash.
fn settle(
    vault: &mut Vault,
    epoch: u64,
    waiting: &[Waiting; 2],
    fills: &[Filled; 2],
    is_new_series: bool,
    flow: &mut Flow,
) -> Result<(), Revert> {
    for (is_senior, (tranche, filled)) in [false, true].into_iter().zip(waiting.iter().zip(fills)) {
        if tranche.epoch == epoch {
            flow.add(tranche.asked.requests.deposit_atoms, filled);
            let settle = ITranche::settleEpochCall {
                epoch,
                filled: Fill {
                    acceptedAtoms: from_u128(filled.entry.accepted_atoms),
                    sharesMinted: from_u128(filled.entry.minted),
                    sharesBurned: from_u128(filled.exit.burned),
                    paidAtoms: from_u128(filled.exit.paid_atoms),
                },
                isNewSeries: is_new_series && !is_senior,
            };
            order(vault, vault.slots.tranche(is_senior), &settle)?;
        }
    }
    Ok(())
}

impl Waiting {
    /// What is asked in an epoch: a tranche whose oldest is a later one asks nothing.
    fn asked_in(&self, epoch: u64) -> Asked {
        if self.epoch == epoch {
            self.asked
        } else {
            Asked { requests: Requests::default(), ..self.asked }
        }
    }
}

impl Flow {
    fn add(&mut self, asked_atoms: u128, filled: &Filled) {
        let accepted = filled.entry.accepted_atoms;
        // The clearing house holds all of it, so the sums fit.
        self.accepted_atoms = self.accepted_atoms.saturating_add(accepted);
        self.refused_atoms = self.refused_atoms.saturating_add(asked_atoms.saturating_sub(accepted));
        self.paid_atoms = self.paid_atoms.saturating_add(filled.exit.paid_atoms);
    }
}
