//! What the market tells of itself, and what the referee makes of that.

use alloc::vec::Vec;

use alloy_primitives::{B256, I256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::{decode, words_of, write_array, FromWords, ToWords};
use equipoise_interfaces::{
    AppraisalHead, HedgeLeg, HedgeState, Holding, IHedged, IReferee, LegTerms, Outcome, PerpKept, PerpMark,
    PerpStanding, Verdict,
};
use equipoise_kit::lean::{failed, view_bytes};
use equipoise_kit::number::{from_i128, from_u128};
use equipoise_kit::Revert;
use equipoise_market_state::layout::encode_hedge_terms;
use stylus_sdk::prelude::*;

use crate::lending::Position;
use crate::slots::Kept;
use crate::Hedger;

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
    pub fn appraised(&self, words: &[B256]) -> Result<Appraised, Revert> {
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
    pub fn observed(&self, kept: &Kept, net: I256, told: &Appraised) -> Result<(u64, i128), Revert> {
        let given = words_of(&net);
        let IReferee::observeReturn { openedAt, averageX64 } =
            self.ask(IReferee::observeCall::SELECTOR, kept, [&given, &told.data])?;
        Ok((openedAt, averageX64))
    }

    /// What a rebalance leaves.
    /// # Errors: Hedger..
    pub fn judged(&self, kept: &Kept, outcome: &Outcome, told: &Appraised) -> Result<Verdict, Revert> {
        self.ask(IReferee::judgeCall::SELECTOR, kept, [&words_of(outcome), &told.data])
    }

    /// What a debt asks for.
    /// # Errors: HedgerNumberOutOfDomain
    pub fn collateral_terms(&self, debt: u128, kept: &Kept, told: &Appraised) -> Result<LegTerms, Revert> {
        self.ask(IReferee::collateralCall::SELECTOR, kept, [&words_of(&told.head), &words_of(&from_u128(debt))])
    }

    /// What is held, in the market's units.
    /// # Errors: HedgerNumberOutOfDomain
    pub fn holding(&self, kept: &Kept, position: &Position) -> Result<Holding, Revert> {
        let decimals = self.slots.quote_decimals();
        let given = words_of(&(decimals, position.net(kept.atoms), position.cash()));
        self.ask(IReferee::holdingCall::SELECTOR, kept, [&given, &[]])
    }

    /// What an order may cost or must bring at its limit.
    /// # Errors: HedgerQuantityInvalid, HedgerPriceOutOfBand, HedgerNumberOutOfDomain
    pub fn perp_limit(&self, kept: &Kept, leg: &HedgeLeg, told: &Appraised) -> Result<LegTerms, Revert> {
        self.ask(IReferee::perpLimitCall::SELECTOR, kept, [&words_of(&told.head), &words_of(leg)])
    }

    /// What must lie at the perpetual venue with so much of the underlying.
    /// # Errors: HedgerNumberOutOfDomain
    pub fn perp_margin(&self, kept: &Kept, units: i128, told: &Appraised) -> Result<LegTerms, Revert> {
        let given = words_of(&from_i128(units));
        self.ask(IReferee::perpMarginCall::SELECTOR, kept, [&words_of(&told.head), &given])
    }

    /// What is made of what the perpetual venue tells.
    /// # Errors: HedgerNumberOutOfDomain
    pub fn perp_mark(
        &self,
        kept: &Kept,
        perp: &PerpKept,
        standing: &PerpStanding,
        told: &Appraised,
    ) -> Result<PerpMark, Revert> {
        let given = [words_of(perp), words_of(standing)].concat();
        self.ask(IReferee::perpMarkCall::SELECTOR, kept, [&words_of(&told.head), &given])
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
            terms: encode_hedge_terms(&self.slots.terms()),
        }
    }
}
