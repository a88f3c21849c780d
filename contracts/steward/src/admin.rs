//! What the owner sets: the wiring once, and the terms within bounds.

use alloy_primitives::{Address, B256, U256};
use equipoise_interfaces::{
    AddressIsZero, Allocation, AlreadyWired, IClearing, ProgramWired, Terms as AbiTerms, TermsSet,
    VaultCutSpacingOutOfRange, VaultMarketOutOfOrder, VaultMarketsCount, VaultTermOutOfBounds, VaultWeightIsZero,
};
use equipoise_kit::lean::{log, revert, view};
use equipoise_kit::{registry, require_code, Revert};
use equipoise_risk::governed::VAULT_RULES;
use equipoise_risk::millionths::Millionths;
use equipoise_vault_state::survey::MOST_MARKETS;
use equipoise_vault_state::Vault;
use stylus_sdk::prelude::*;

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

/// Starts a vault whose epochs cut every `cut_spacing_secs` of unix time. Once.
/// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode, VaultCutSpacingOutOfRange
pub fn construct(vault: &mut Vault, owner: Address, clearing: Address, cut_spacing_secs: u64) -> Result<(), Revert> {
    if !vault.slots.clearing.address().is_zero() {
        return Err(revert(&AlreadyWired {}));
    }
    vault.ownership.begin(owner)?;
    require_code(vault.vm(), clearing)?;
    if !(MIN_CUT_SPACING_SECS..=MAX_CUT_SPACING_SECS).contains(&cut_spacing_secs) {
        return Err(revert(&VaultCutSpacingOutOfRange {
            spacingSecs: cut_spacing_secs,
            minSecs: MIN_CUT_SPACING_SECS,
            maxSecs: MAX_CUT_SPACING_SECS,
        }));
    }
    let decimals = view(vault.vm(), clearing, &IClearing::tokenDecimalsCall {})?;
    vault.slots.clearing.set_address(clearing);
    vault.slots.set_setting(cut_spacing_secs, decimals);
    let mut capital = vault.slots.capital();
    capital.waterfall.rate = Millionths::from_raw(FIRST_TERMS.seniorRate);
    vault.slots.set_capital(&capital);
    vault.slots.set_terms(&FIRST_TERMS);
    Ok(())
}

/// Names the tranches and the markets, once. Owner only.
/// # Errors: CallerNotOwner, AlreadyWired, AddressIsZero, AddressHasNoCode, VaultMarketsCount, VaultWeightIsZero,
/// VaultMarketOutOfOrder
pub fn wire(vault: &mut Vault, [senior, junior]: [Address; 2], markets: &[Allocation]) -> Result<(), Revert> {
    vault.ownership.only_owner()?;
    if vault.slots.market_count() > 0 || junior == senior {
        return Err(revert(&AlreadyWired {}));
    }
    if markets.is_empty() || markets.len() > MOST_MARKETS {
        let (count, maximum) = (U256::from(markets.len()), U256::from(MOST_MARKETS));
        return Err(revert(&VaultMarketsCount { count, maximum }));
    }
    require_code(vault.vm(), senior)?;
    require_code(vault.vm(), junior)?;
    vault.slots.senior.set_address(senior);
    vault.slots.junior.set_address(junior);
    tell_wired(vault, senior, b"senior");
    tell_wired(vault, junior, b"junior");
    let clearing = vault.slots.clearing.address();
    for (number, allocation) in (0..).zip(markets) {
        require_code(vault.vm(), allocation.market)?;
        require_code(vault.vm(), allocation.oracle)?;
        if allocation.weight == 0 {
            return Err(revert(&VaultWeightIsZero { market: allocation.market }));
        }
        // Cash is moved by number, and the market told by address.
        if view(vault.vm(), clearing, &IClearing::marketCall { number })? != allocation.market {
            return Err(revert(&VaultMarketOutOfOrder { market: allocation.market, number }));
        }
        vault.slots.add_allocation(allocation);
        tell_wired(vault, allocation.market, b"market");
    }
    Ok(())
}

/// Sets the terms, from now on. Parameters' registry only.
/// # Errors: CallerNotAllowed, CallerNotOwner, ProgramsLocked, VaultTermOutOfBounds, AddressIsZero, VaultNumberOutOfRange,
/// the markets' own
pub fn set_terms(vault: &mut Vault, terms: &AbiTerms) -> Result<(), Revert> {
    registry::require(vault.vm(), &vault.ownership)?;
    vault.require_unlocked()?;
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
    let (survey, mut capital) = vault.present()?;
    let rate = Millionths::from_raw(terms.seniorRate);
    capital.waterfall = capital.waterfall.with_rate(rate).map_err(|_| survey.out_of_range())?;
    if terms.managementFee != vault.slots.terms().managementFee {
        capital.charged_at = survey.worth.now;
    }
    vault.slots.set_capital(&capital);
    vault.slots.set_terms(terms);
    let AbiTerms { seniorRate, coverage, managementFee, performanceFee, feeRecipient } = *terms;
    log(vault.vm(), &TermsSet { seniorRate, coverage, managementFee, performanceFee, feeRecipient });
    Ok(())
}

fn tell_wired(vault: &Vault, peer: Address, role: &[u8]) {
    let program = vault.vm().contract_address();
    log(vault.vm(), &ProgramWired { program, peer, role: B256::right_padding_from(role) });
}
