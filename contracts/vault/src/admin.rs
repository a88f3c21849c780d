//! What the owner sets: the wiring once, and the terms within bounds.

use alloy_primitives::{Address, B256, U256};
use equipoise_interfaces::{
    AddressIsZero, Allocation, AlreadyWired, IClearing, ProgramWired, Terms as AbiTerms, TermsSet,
    VaultCutSpacingOutOfRange, VaultMarketOutOfOrder, VaultMarketsCount, VaultTermOutOfBounds, VaultWeightIsZero,
};
use equipoise_kit::lean::{log, revert, view};
use equipoise_kit::lock::require_unlocked;
use equipoise_kit::{registry, require_code, Revert};
use equipoise_risk::governed::VAULT_RULES;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::waterfall::Coverage;
use stylus_sdk::prelude::*;

use crate::markets::MOST_MARKETS;
use crate::plan::Terms;
use crate::Vault;

/// A request waits an hour at least.
const MIN_CUT_SPACING_SECS: u64 = 3_600;
/// A request waits four weeks at most.
const MAX_CUT_SPACING_SECS: u64 = 14 * 86_400;
/// What the tranches agree at the start. No fees, and so nobody who is due them.
const FIRST_TERMS: AbiTerms = AbiTerms {
    seniorRate: VAULT_RULES[0].rule.default,
    coverage: VAULT_RULES[1].rule.default,
    managementFee: VAULT_RULES[2].rule.default,
    performanceFee: VAULT_RULES[3].rule.default,
    feeRecipient: Address::ZERO,
};

impl Vault {
    /// Starts a vault whose epochs cut every `cut_spacing_secs` of unix time. Once.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode, VaultCutSpacingOutOfRange
    pub(crate) fn construct(&mut self, owner: Address, clearing: Address, cut_spacing_secs: u64) -> Result<(), Revert> {
        if !self.slots.clearing.address().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        self.ownership.begin(owner)?;
        require_code(self.vm(), clearing)?;
        if !(MIN_CUT_SPACING_SECS..=MAX_CUT_SPACING_SECS).contains(&cut_spacing_secs) {
            return Err(revert(&VaultCutSpacingOutOfRange {
                spacingSecs: cut_spacing_secs,
                minSecs: MIN_CUT_SPACING_SECS,
                maxSecs: MAX_CUT_SPACING_SECS,
            }));
        }
        let decimals = view(self.vm(), clearing, &IClearing::tokenDecimalsCall {})?;
        self.slots.clearing.set_address(clearing);
        self.slots.set_setting(cut_spacing_secs, decimals);
        let mut capital = self.slots.capital();
        capital.waterfall.rate = Millionths::from_raw(FIRST_TERMS.seniorRate);
        self.slots.set_capital(&capital);
        self.slots.set_terms(&FIRST_TERMS);
        Ok(())
    }

    /// Names the tranches and the markets, once. Owner only.
    /// # Errors: CallerNotOwner, AlreadyWired, AddressIsZero, AddressHasNoCode, VaultMarketsCount, VaultWeightIsZero,
    /// VaultMarketOutOfOrder
    pub(crate) fn wire(&mut self, [senior, junior]: [Address; 2], markets: &[Allocation]) -> Result<(), Revert> {
        self.ownership.only_owner()?;
        if self.slots.market_count() > 0 || junior == senior {
            return Err(revert(&AlreadyWired {}));
        }
        if markets.is_empty() || markets.len() > MOST_MARKETS {
            let (count, maximum) = (U256::from(markets.len()), U256::from(MOST_MARKETS));
            return Err(revert(&VaultMarketsCount { count, maximum }));
        }
        require_code(self.vm(), senior)?;
        require_code(self.vm(), junior)?;
        self.slots.senior.set_address(senior);
        self.slots.junior.set_address(junior);
        self.tell_wired(senior, b"senior");
        self.tell_wired(junior, b"junior");
        let clearing = self.slots.clearing.address();
        for (number, allocation) in (0..).zip(markets) {
            require_code(self.vm(), allocation.market)?;
            require_code(self.vm(), allocation.oracle)?;
            if allocation.weight == 0 {
                return Err(revert(&VaultWeightIsZero { market: allocation.market }));
            }
            // Cash is moved by number, and the market told by address.
            if view(self.vm(), clearing, &IClearing::marketCall { number })? != allocation.market {
                return Err(revert(&VaultMarketOutOfOrder { market: allocation.market, number }));
            }
            self.slots.add_allocation(allocation);
            self.tell_wired(allocation.market, b"market");
        }
        Ok(())
    }

    /// Sets the terms, from now on. Parameters' registry only.
    /// # Errors: CallerNotAllowed, CallerNotOwner, ProgramsLocked, VaultTermOutOfBounds, AddressIsZero, VaultNumberOutOfRange,
    /// the markets' own
    pub(crate) fn set_terms(&mut self, terms: &AbiTerms) -> Result<(), Revert> {
        registry::require(self.vm(), &self.ownership)?;
        self.require_unlocked()?;
        let values = [terms.seniorRate, terms.coverage, terms.managementFee, terms.performanceFee];
        for (place, (value, ruled)) in values.into_iter().zip(&VAULT_RULES).enumerate() {
            let (min, max) = (ruled.rule.min, ruled.rule.max);
            if !(min..=max).contains(&value) {
                return Err(revert(&VaultTermOutOfBounds { place: U256::from(place), value, min, max }));
            }
        }
        if terms.feeRecipient.is_zero() && (terms.managementFee > 0 || terms.performanceFee > 0) {
            return Err(revert(&AddressIsZero {}));
        }
        // The claim so far has grown at the rate so far, and what fees were not charged for is not charged for later.
        let (survey, mut capital) = self.present()?;
        let rate = Millionths::from_raw(terms.seniorRate);
        capital.waterfall = capital.waterfall.with_rate(rate).map_err(|_| survey.out_of_range())?;
        if terms.managementFee != self.slots.terms().managementFee {
            capital.charged_at = survey.worth.now;
        }
        self.slots.set_capital(&capital);
        self.slots.set_terms(terms);
        let AbiTerms { seniorRate, coverage, managementFee, performanceFee, feeRecipient } = *terms;
        log(self.vm(), &TermsSet { seniorRate, coverage, managementFee, performanceFee, feeRecipient });
        Ok(())
    }

    /// Fails while untrusted code runs: what asks the clearing house for nothing else asks it for this.
    /// # Errors: ProgramsLocked
    #[inline(never)]
    pub(crate) fn require_unlocked(&self) -> Result<(), Revert> {
        require_unlocked(self.vm(), self.slots.clearing.address())
    }

    /// The terms as an epoch is planned by.
    /// # Errors: VaultTermOutOfBounds, which setting them has ruled out
    pub(crate) fn plan_terms(&self) -> Result<Terms, Revert> {
        let terms = self.slots.terms();
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

    fn tell_wired(&self, peer: Address, role: &[u8]) {
        let program = self.vm().contract_address();
        log(self.vm(), &ProgramWired { program, peer, role: B256::right_padding_from(role) });
    }
}
