//! What the market tells of itself, and what the referee makes of that.

use alloc::vec::Vec;

use alloy_primitives::B256;
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::{decode, words_of, write_array, FromWords, ToWords};
use equipoise_interfaces::{AppraisalHead, HedgeLeg, HedgeState, IHedged, IReferee, LegTerms, Outcome, Verdict};
use equipoise_kit::lean::{failed, view_bytes};
use equipoise_kit::number::from_u128;
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::program::Hedger;
use crate::slots::Kept;

/// A market at one price, as it has told itself.
pub struct Appraised {
    /// What the hedger reads of it.
    pub head: AppraisalHead,
    /// All of it, for the referee.
    data: Vec<u8>,
}

impl Hedger {
    /// Has the market appraise itself, beside an inventory of its own.
    /// # Errors: ProgramsLocked, the market's
    pub(crate) fn appraised(&self, words: &[B256]) -> Result<Appraised, Revert> {
        const SELECTOR: [u8; 4] = IHedged::appraiseCall::SELECTOR;
        let mut input = SELECTOR.to_vec();
        write_array(1, words, &mut input);
        let market = self.slots.market.address();
        let data = view_bytes(self.vm(), market, SELECTOR, &input)?;
        let head = decode(&data).ok_or_else(|| failed(market, SELECTOR))?;
        Ok(Appraised { head, data })
    }

    /// The window and the average as of now.
    /// # Errors: HedgerNumberOutOfDomain
    pub(crate) fn observed(&self, kept: &Kept, told: &Appraised) -> Result<(u64, i128), Revert> {
        let given = words_of(&from_u128(kept.atoms));
        let IReferee::observeReturn { openedAt, averageX64 } =
            self.ask(IReferee::observeCall::SELECTOR, kept, [&given, &told.data])?;
        Ok((openedAt, averageX64))
    }

    /// What a rebalance leaves.
    /// # Errors: Hedger..
    pub(crate) fn judged(&self, kept: &Kept, outcome: &Outcome, told: &Appraised) -> Result<Verdict, Revert> {
        self.ask(IReferee::judgeCall::SELECTOR, kept, [&words_of(outcome), &told.data])
    }

    /// What a leg may cost.
    /// # Errors: HedgerQuantityInvalid, HedgerPriceOutOfBand, HedgerNumberOutOfDomain
    pub(crate) fn leg_terms(&self, kept: &Kept, told: &Appraised, leg: &HedgeLeg) -> Result<LegTerms, Revert> {
        self.ask(IReferee::legTermsCall::SELECTOR, kept, [&words_of(&told.head), &words_of(leg)])
    }

    fn ask<T: FromWords>(&self, selector: [u8; 4], kept: &Kept, given: [&[u8]; 2]) -> Result<T, Revert> {
        let mut input = selector.to_vec();
        self.state_of(kept).write(&mut input);
        input.extend(given.concat());
        let referee = self.slots.referee.address();
        let data = view_bytes(self.vm(), referee, selector, &input)?;
        decode(&data).ok_or_else(|| failed(referee, selector))
    }

    fn state_of(&self, kept: &Kept) -> HedgeState {
        HedgeState {
            openedAt: kept.opened_at,
            averageX64: kept.average,
            averagedAt: kept.averaged_at,
            usedX64: kept.used,
            usedAt: kept.used_at,
            nowAt: self.vm().block_timestamp(),
            baseDecimals: self.slots.base().decimals,
            terms: self.slots.packed_terms(),
        }
    }
}
