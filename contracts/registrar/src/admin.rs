//! Construction, wiring, registration, and the parameters.

use alloy_primitives::{Address, B256, U256, U32, U64, U8};
use equipoise_clearing_state::amounts::{number_error, out_of_domain};
use equipoise_clearing_state::slots::{HEDGER, PROGRAM};
use equipoise_clearing_state::Ledger;
use equipoise_interfaces::account::MAX_MARKETS;
use equipoise_interfaces::{
    AlreadyWired, ClearingAlreadyRegistered, ClearingCorrelationOutOfBounds, ClearingFinalized, ClearingIncomplete,
    ClearingInsuranceFloorTooHigh, ClearingMarketsFull, ClearingTokenUnsupported, CorrelationSet, HedgerRegistered,
    InsuranceFloorSet, MarketRegistered, ProgramRegistered, ProgramWired, IERC20,
};
use equipoise_kit::lean::{log, revert, view};
use equipoise_kit::{registry, require_code, Revert};
use equipoise_risk::governed::MOST_FLOOR;
use equipoise_risk::margin::{Correlation, OffsetShare};
use stylus_sdk::prelude::*;

/// The finest token whose sums surely fit the ledger's 128 bits.
const MAX_TOKEN_DECIMALS: u8 = 18;

/// Starts a ledger of `token`. Once: the clearing house has made sure of it.
/// # Errors: AddressIsZero, AddressHasNoCode, ClearingTokenUnsupported
pub fn construct(ledger: &mut Ledger, owner: Address, token: Address) -> Result<(), Revert> {
    ledger.ownership.begin(owner)?;
    require_code(ledger.vm(), token)?;
    let decimals = view(ledger.vm(), token, &IERC20::decimalsCall {})?;
    if decimals > MAX_TOKEN_DECIMALS {
        return Err(revert(&ClearingTokenUnsupported { token, decimals }));
    }
    ledger.slots.token.set(token);
    ledger.slots.token_decimals.set(U8::from(decimals));
    store_correlation(ledger, Correlation::DEFAULT)
}

/// Names the vault program, the senior tranche and the junior one, once. Owner only.
/// # Errors: CallerNotOwner, AlreadyWired, AddressIsZero, AddressHasNoCode
pub fn wire(ledger: &mut Ledger, [vault, senior, junior]: [Address; 3]) -> Result<(), Revert> {
    ledger.ownership.only_owner()?;
    if !ledger.slots.vault.get().is_zero() {
        return Err(revert(&AlreadyWired {}));
    }
    let program = ledger.vm().contract_address();
    for (peer, role) in [(vault, &b"vault"[..]), (senior, b"senior"), (junior, b"junior")] {
        require_code(ledger.vm(), peer)?;
        log(ledger.vm(), &ProgramWired { program, peer, role: B256::right_padding_from(role) });
    }
    ledger.slots.vault.set(vault);
    ledger.slots.senior.set(senior);
    ledger.slots.junior.set(junior);
    Ok(())
}

/// Lets deposits in, once, when everything that looks after them is named. Owner only.
/// # Errors: CallerNotOwner, AlreadyWired, ClearingIncomplete
pub fn finalize(ledger: &mut Ledger) -> Result<(), Revert> {
    ledger.ownership.only_owner()?;
    if ledger.slots.is_final.get() {
        return Err(revert(&AlreadyWired {}));
    }
    // Wiring names the tranches with the vault.
    let (vault, registry) = (ledger.slots.vault.get(), registry::named(ledger.vm()));
    let market_count = ledger.slots.market_count.get().to::<u8>();
    if vault.is_zero() || registry.is_zero() || market_count == 0 {
        return Err(revert(&ClearingIncomplete { vault, marketCount: market_count, registry }));
    }
    ledger.slots.is_final.set(true);
    log(ledger.vm(), &ClearingFinalized { registry, marketCount: market_count });
    Ok(())
}

/// Lets a market record trades. Owner only.
/// # Errors: CallerNotOwner, AddressIsZero, AddressHasNoCode, ClearingAlreadyRegistered, ClearingMarketsFull
pub fn register_market(ledger: &mut Ledger, market: Address) -> Result<u8, Revert> {
    require_new(ledger, market)?;
    let number = ledger.slots.market_count.get().to::<u8>();
    if number >= MAX_MARKETS {
        return Err(revert(&ClearingMarketsFull { maximum: MAX_MARKETS }));
    }
    let next = U8::from(number.saturating_add(1));
    ledger.slots.market_count.set(next);
    ledger.slots.programs.setter(market).role.set(next);
    ledger.slots.markets.insert(U256::from(number), market);
    let code_hash = ledger.vm().code_hash(market);
    log(ledger.vm(), &MarketRegistered { market, number, codeHash: code_hash });
    Ok(number)
}

/// Lets a program take the lock. Owner only.
/// # Errors: CallerNotOwner, AddressIsZero, AddressHasNoCode, ClearingAlreadyRegistered
pub fn register_program(ledger: &mut Ledger, program: Address) -> Result<(), Revert> {
    require_new(ledger, program)?;
    ledger.slots.programs.setter(program).role.set(U8::from(PROGRAM));
    let code_hash = ledger.vm().code_hash(program);
    log(ledger.vm(), &ProgramRegistered { program, codeHash: code_hash });
    Ok(())
}

/// Lets a program hold the hedge of a market. Owner only.
/// # Errors: CallerNotOwner, AddressIsZero, AddressHasNoCode, ClearingAlreadyRegistered, ClearingMarketUnknown
pub fn register_hedger(ledger: &mut Ledger, hedger: Address, market: Address) -> Result<(), Revert> {
    require_new(ledger, hedger)?;
    let number = ledger.market_number(market)?;
    ledger.slots.programs.setter(hedger).role.set(U8::from(HEDGER.saturating_add(number)));
    let code_hash = ledger.vm().code_hash(hedger);
    log(ledger.vm(), &HedgerRegistered { hedger, market, codeHash: code_hash });
    Ok(())
}

/// Sets the lowest correlation that two underlyings are trusted to keep. Parameters' registry only.
/// # Errors: CallerNotAllowed, CallerNotOwner, ClearingCorrelationOutOfBounds
pub fn set_correlation(ledger: &mut Ledger, millionths: u32) -> Result<(), Revert> {
    registry::require(ledger.vm(), &ledger.ownership)?;
    let (min, max) = (Correlation::MIN, Correlation::MAX);
    let correlation = Correlation::new(millionths);
    let correlation = correlation.ok_or_else(|| revert(&ClearingCorrelationOutOfBounds { millionths, min, max }))?;
    store_correlation(ledger, correlation)
}

/// Sets what the insurance fund must hold for a market to open trades, in whole tokens. Parameters' registry only.
/// # Errors: CallerNotAllowed, CallerNotOwner, ClearingMarketUnknown, ClearingInsuranceFloorTooHigh
pub fn set_insurance_floor(ledger: &mut Ledger, market: Address, floor_tokens: u32) -> Result<(), Revert> {
    registry::require(ledger.vm(), &ledger.ownership)?;
    ledger.market_number(market)?;
    if floor_tokens > MOST_FLOOR {
        return Err(revert(&ClearingInsuranceFloorTooHigh { floorTokens: floor_tokens, maxTokens: MOST_FLOOR }));
    }
    ledger.slots.programs.setter(market).insurance_floor.set(U32::from(floor_tokens));
    log(ledger.vm(), &InsuranceFloorSet { market, floorTokens: floor_tokens });
    Ok(())
}

fn store_correlation(ledger: &mut Ledger, correlation: Correlation) -> Result<(), Revert> {
    let millionths = correlation.millionths();
    let share = OffsetShare::new_floor(correlation).map_err(number_error)?;
    let share = u64::try_from(share.fx().to_bits()).map_err(|_| out_of_domain())?;
    ledger.slots.correlation.set(U32::from(millionths));
    ledger.slots.offset_share.set(U64::from(share));
    log(ledger.vm(), &CorrelationSet { millionths, offsetShareX64: share });
    Ok(())
}

fn require_new(ledger: &Ledger, program: Address) -> Result<(), Revert> {
    ledger.ownership.only_owner()?;
    require_code(ledger.vm(), program)?;
    if ledger.role(program).is_some() {
        return Err(revert(&ClearingAlreadyRegistered { program }));
    }
    Ok(())
}
