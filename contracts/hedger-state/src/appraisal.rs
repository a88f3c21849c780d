//! What the market tells of itself, and what the referee makes of that.

use alloc::vec::Vec;

use alloy_primitives::{B256, I256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::{decode, words_of, write_array, FromWords, ToWords, WORD};
use equipoise_interfaces::{
    AppraisalHead, HedgeLeg, HedgeState, Holding, IHedged, IReferee, LegTerms, OptionsTraded, OptionsVerdict, Outcome,
    PerpKept, PerpMark, PerpStanding, Verdict,
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

/// What a checkpoint leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Since when hedges are paid for.
    pub opened_at: u64,
    /// The average price.
    pub average: i128,
    /// Since when options are.
    pub options_opened_at: u64,
}

/// Where the market's answer tells its options: after the head, the capital, the directory and the parameters.
const OPTIONS: core::ops::Range<usize> = 12 * WORD..52 * WORD;

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

    /// The windows and the average as of now.
    /// # Inputs: since when options have been paid for
    /// # Errors: HedgerNumberOutOfDomain
    pub fn observed(&self, kept: &Kept, net: I256, options: u64, told: &Appraised) -> Result<Observed, Revert> {
        let given = words_of(&(net, options));
        let IReferee::observeReturn { openedAt, averageX64, optionsOpenedAt } =
            self.ask(IReferee::observeCall::SELECTOR, kept, [&given, &told.data])?;
        Ok(Observed { opened_at: openedAt, average: averageX64, options_opened_at: optionsOpenedAt })
    }

    /// What a trade of options leaves.
    /// # Inputs: what the market has told before it, and after
    /// # Errors: Hedger.., Market..LimitExceeded, CallFailed
    pub fn judged_options(
        &self,
        kept: &Kept,
        traded: &OptionsTraded,
        (before, after): (&Appraised, &Appraised),
    ) -> Result<OptionsVerdict, Revert> {
        let options = after.data.get(OPTIONS).unwrap_or_default();
        let given = [&before.data, options].concat();
        self.ask(IReferee::judgeOptionsCall::SELECTOR, kept, [&words_of(traded), &given])
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
