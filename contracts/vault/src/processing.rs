//! Epochs: when they cut, and pricing them.

use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, U256};
use equipoise_interfaces::{
    ClaimAccrued, EpochLapsed, EpochProcessed, FeesPaid, Fill, IClearing, ITranche, VaultNoFees, VaultNothingToProcess,
    VaultRoundsCount, VaultSettlementPending,
};
use equipoise_kit::lean::{log, revert, view};
use equipoise_kit::number::{from_i128, from_u128, to_u128};
use equipoise_kit::shares::Requests;
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::markets::{not_closed, Cut, Each, Flow, Source, Survey};
use crate::plan::{unsigned, Asked, Capital, Epoch, Filled, Plan};
use crate::Vault;

/// An epoch that nobody has priced this long after its cut is given back.
const LAPSE_SECS: u64 = 7 * 86_400;

/// A tranche's oldest epoch.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Waiting {
    epoch: u64,
    asked: Asked,
}

impl Vault {
    /// The epoch that requests join now, and when it cuts.
    pub(crate) fn open_epoch(&self) -> (u64, u64) {
        let now = self.vm().block_timestamp().checked_div(self.cut_spacing()).unwrap_or(0);
        let epoch = now.saturating_add(2);
        (epoch, self.cut_of(epoch))
    }

    /// The oldest epoch with requests that is not priced, and when it cuts; zeros if there is none.
    /// # Errors: none but a tranche's own
    pub(crate) fn next_epoch(&self) -> Result<(u64, u64), Revert> {
        let (epoch, _) = self.waiting()?;
        Ok((epoch, self.cut_of(epoch)))
    }

    /// Prices the oldest epoch that has requests, or gives it back if its time has passed.
    /// # Errors: VaultNothingToProcess, VaultSettlementPending, VaultRound.., VaultNumberOutOfRange,
    /// the markets' and feeds' own
    pub(crate) fn process_epoch(&mut self, first_rounds: &[U80]) -> Result<u64, Revert> {
        let (epoch, waiting) = self.waiting()?;
        if epoch == 0 {
            return Err(revert(&VaultNothingToProcess {}));
        }
        let (now, cut_at) = (self.vm().block_timestamp(), self.cut_of(epoch));
        if now >= cut_at.saturating_add(LAPSE_SECS) {
            self.give_back(epoch, &waiting)?;
            return Ok(epoch);
        }
        if now < cut_at {
            return Err(not_closed(epoch, cut_at, now));
        }
        let expected = U256::from(self.slots.market_count());
        let count = U256::from(first_rounds.len());
        if count != expected {
            return Err(revert(&VaultRoundsCount { count, expected }));
        }
        let survey = self.survey(Some(Cut { epoch, at: cut_at, first_rounds }))?;
        if survey.is_settlement_pending {
            return Err(revert(&VaultSettlementPending {}));
        }
        let [junior, senior] = waiting.map(|tranche| tranche.asked_in(epoch));
        let wants = Epoch { junior, senior, min_deposit_atoms: self.min_deposit_atoms() };
        let planned = self.slots.capital().plan(&self.plan_terms()?, &survey.worth, &wants);
        let plan = planned.map_err(|_| survey.out_of_range())?;
        self.tell(epoch, &survey, &plan);
        self.carry_out(epoch, &plan, &waiting, &survey.sources)?;
        Ok(epoch)
    }

    /// What the markets say now, and the tranches' state with the claim brought to the present.
    /// # Errors: VaultNumberOutOfRange, the markets' own
    #[inline(never)]
    pub(crate) fn present(&self) -> Result<(Survey, Capital), Revert> {
        let survey = self.survey(None)?;
        let capital = self.slots.capital().at(&survey.worth);
        let capital = capital.map_err(|_| survey.out_of_range())?;
        Ok((survey, capital))
    }

    /// Brings the senior's claim to the present.
    /// # Errors: VaultSettlementPending, VaultNumberOutOfRange, the markets' own
    pub(crate) fn accrue(&mut self) -> Result<U256, Revert> {
        let (survey, capital) = self.present()?;
        if survey.is_settlement_pending {
            return Err(revert(&VaultSettlementPending {}));
        }
        self.slots.set_capital(&capital);
        let (claim, is_covered) = (claim_of(&capital), capital.waterfall.was_covered);
        log(self.vm(), &ClaimAccrued { isCovered: is_covered, claimAtoms: claim });
        Ok(claim)
    }

    /// Sends the fees to their recipient.
    /// # Errors: VaultNoFees, the token's own
    pub(crate) fn pay_fees(&mut self) -> Result<U256, Revert> {
        let (fees, recipient) = (self.slots.fees(), self.slots.terms().feeRecipient);
        if fees == 0 || recipient.is_zero() {
            return Err(revert(&VaultNoFees {}));
        }
        self.slots.set_fees(0);
        let (amount, clearing) = (from_u128(fees), self.slots.clearing.address());
        log(self.vm(), &FeesPaid { recipient, amountAtoms: amount });
        self.order(clearing, &IClearing::payLpClaimCall { to: recipient, amountAtoms: amount })?;
        Ok(amount)
    }

    /// When an epoch cuts.
    pub(crate) fn cut_of(&self, epoch: u64) -> u64 {
        epoch.saturating_mul(self.cut_spacing())
    }

    pub(crate) fn cut_spacing(&self) -> u64 {
        self.slots.setting()[0]
    }

    /// The oldest epoch of both tranches, and what each waits for.
    fn waiting(&self) -> Result<(u64, [Waiting; 2]), Revert> {
        let junior = self.waiting_in(self.slots.tranche(false))?;
        let senior = self.waiting_in(self.slots.tranche(true))?;
        let oldest = [junior.epoch, senior.epoch].into_iter().filter(|epoch| *epoch > 0).min();
        Ok((oldest.unwrap_or(0), [junior, senior]))
    }

    fn waiting_in(&self, tranche: Address) -> Result<Waiting, Revert> {
        if tranche.is_zero() {
            return Ok(Waiting::default());
        }
        let said = view(self.vm(), tranche, &ITranche::pendingCall {})?;
        // A tranche counts in 128 bits.
        let narrow = |amount| to_u128(amount).unwrap_or(0);
        let requests = Requests { deposit_atoms: narrow(said.depositAtoms), redeem_shares: narrow(said.redeemShares) };
        Ok(Waiting { epoch: said.epoch, asked: Asked { supply: narrow(said.supply), requests } })
    }

    fn tell(&self, epoch: u64, survey: &Survey, plan: &Plan) {
        log(
            self.vm(),
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
        &mut self,
        epoch: u64,
        plan: &Plan,
        waiting: &[Waiting; 2],
        sources: &Each<Source>,
    ) -> Result<(), Revert> {
        self.slots.set_capital(&plan.capital);
        let fee = unsigned(plan.fee);
        let fees = self.slots.fees().saturating_add(fee);
        self.slots.set_fees(fees);
        let mut flow = Flow { paid_atoms: fee, ..Flow::default() };
        self.settle(epoch, waiting, &[plan.junior, plan.senior], plan.is_new_series, &mut flow)?;
        self.move_cash(&flow, sources)
    }

    /// Ends an epoch with nothing filled.
    fn give_back(&mut self, epoch: u64, waiting: &[Waiting; 2]) -> Result<(), Revert> {
        log(self.vm(), &EpochLapsed { epoch });
        let mut flow = Flow::default();
        self.settle(epoch, waiting, &[Filled::default(); 2], false, &mut flow)?;
        // Nothing comes in or goes out of any market.
        self.move_cash(&flow, &Each::default())
    }

    /// Ends an epoch in both tranches, the junior first, and adds up the cash.
    fn settle(
        &mut self,
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
                self.order(self.slots.tranche(is_senior), &settle)?;
            }
        }
        Ok(())
    }
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

pub(crate) fn claim_of(capital: &Capital) -> U256 {
    from_u128(capital.waterfall.claim_floor().map_or(0, unsigned))
}
