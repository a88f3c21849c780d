//! The program's door: decodes a call and hands it over.

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_clearing_state::access::Role;
use equipoise_clearing_state::amounts::shown;
use equipoise_clearing_state::Ledger;
use equipoise_interfaces::account::{vault_of, INSURANCE};
use equipoise_interfaces::IClearing::{
    accountMarginCall, auctionCall, bidCall, cashOfCall, closeHedgeCall, coverBadDebtCall, deleverageCall, depositCall,
    depositForCall, depositInsuranceCall, endAuctionCall, enterLockCall, exitLockCall, fundInsuranceCall, isLockedCall,
    openHedgeCall, payLpClaimCall, recordTradeCall, recordTransferCall, returnLpDepositCall, settleAccountCall,
    settleVaultCall, settleVaultDebtCall, startAuctionCall, takeLpDepositCall, takeOverCall, tokenDecimalsCall,
    transferCashCall, vaultCashCall, vaultStandingCall, withdrawCall, withdrawFromCall,
};
use equipoise_interfaces::{AlreadyWired, CallerNotAllowed};
use equipoise_kit::lean::{answer, delegate, enter, revert, Arguments, CONSTRUCTOR};
use equipoise_kit::number::from_i128;
use equipoise_kit::{lock, require_code, Revert};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::{cash, hedge, trades};

/// Runs one call.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut ledger, selector, mut given) = enter::<Ledger>(&input, vm)?;
    match selector {
        isLockedCall::SELECTOR => return answer(&!lock::holder().is_zero()),
        exitLockCall::SELECTOR => return answer(&lock::exit(ledger.vm().msg_sender())?),
        closeHedgeCall::SELECTOR => return answer(&hedge::close(&mut ledger, given.take()?, given.take()?)?),
        _ => lock::require_free()?,
    }
    change(&mut ledger, selector, given, &input)
}

/// Functions that change state; all others go on to [`show`].
fn change(ledger: &mut Ledger, selector: [u8; 4], mut given: Arguments<'_>, input: &[u8]) -> ArbResult {
    match selector {
        recordTradeCall::SELECTOR => answer(&trades::record_trade(ledger, given)?),
        recordTransferCall::SELECTOR => answer(&trades::record_transfer(ledger, &mut given)?),
        settleVaultCall::SELECTOR => answer(&trades::settle_vault(ledger, given.take()?)?),
        settleAccountCall::SELECTOR => {
            answer(&trades::settle_account(ledger, given.take()?, given.take()?, given.take()?)?)
        }
        fundInsuranceCall::SELECTOR => answer(&trades::fund_insurance(ledger, given.take()?)?),
        depositCall::SELECTOR => answer(&cash::deposit(ledger, None, given.take()?)?),
        depositForCall::SELECTOR => answer(&cash::deposit(ledger, Some(given.take()?), given.take()?)?),
        depositInsuranceCall::SELECTOR => answer(&cash::deposit_insurance(ledger, given.take()?)?),
        withdrawCall::SELECTOR => answer(&cash::withdraw(ledger, given.take()?)?),
        withdrawFromCall::SELECTOR => {
            answer(&cash::withdraw_from(ledger, given.take()?, given.take()?, given.take()?)?)
        }
        transferCashCall::SELECTOR => {
            answer(&cash::transfer_cash(ledger, given.take()?, given.take()?, given.take()?)?)
        }
        takeLpDepositCall::SELECTOR => answer(&cash::take_lp_deposit(ledger, given.take()?, given.take()?)?),
        returnLpDepositCall::SELECTOR => answer(&cash::return_lp_deposit(ledger, given.take()?, given.take()?)?),
        payLpClaimCall::SELECTOR => answer(&cash::pay_lp_claim(ledger, given.take()?, given.take()?)?),
        openHedgeCall::SELECTOR => answer(&hedge::open(ledger, &given.take_array()?)?),
        enterLockCall::SELECTOR => answer(&enter_lock(ledger)?),
        CONSTRUCTOR => {
            let delegates = given.take()?;
            name_delegates(ledger, delegates)?;
            delegate(ledger, delegates[2], input)
        }
        _ => show(ledger, selector, given, input),
    }
}

/// Views that programs call; of the rest the liquidator runs auctions, the backstop what comes after
/// them, the registrar all else.
fn show(ledger: &mut Ledger, selector: [u8; 4], mut given: Arguments<'_>, input: &[u8]) -> ArbResult {
    match selector {
        vaultStandingCall::SELECTOR => answer(&vault_standing(ledger, given.take()?)?),
        vaultCashCall::SELECTOR => answer(&vault_cash(ledger, given.take()?)?),
        cashOfCall::SELECTOR => {
            let entry = ledger.entry(given.take::<B256>()?);
            answer(&(from_i128(entry.cash()), entry.held(), entry.short(), entry.is_in_auction()))
        }
        tokenDecimalsCall::SELECTOR => answer(&ledger.slots.token_decimals.get().to::<u8>()),
        bidCall::SELECTOR
        | startAuctionCall::SELECTOR
        | endAuctionCall::SELECTOR
        | accountMarginCall::SELECTOR
        | auctionCall::SELECTOR => delegate(ledger, ledger.slots.liquidator.get(), input),
        takeOverCall::SELECTOR
        | deleverageCall::SELECTOR
        | coverBadDebtCall::SELECTOR
        | settleVaultDebtCall::SELECTOR => delegate(ledger, ledger.slots.backstop.get(), input),
        _ => delegate(ledger, ledger.slots.registrar.get(), input),
    }
}

fn vault_cash(ledger: &Ledger, market: Address) -> Result<I256, Revert> {
    let number = ledger.market_number(market)?;
    Ok(from_i128(ledger.entry(vault_of(number)).cash()))
}

/// Without a floor the insurance fund's slot is not read.
fn vault_standing(ledger: &Ledger, market: Address) -> Result<(I256, U256, u64, u32, U256), Revert> {
    let ((bad_debt, at), floor) = (ledger.bad_debt(market), ledger.insurance_floor(market));
    let insured = if floor == 0 { 0 } else { ledger.entry(INSURANCE).cash() };
    Ok((vault_cash(ledger, market)?, bad_debt, at, floor, shown(insured)))
}

/// Takes the lock for a registered program.
/// # Errors: CallerNotAllowed, ProgramsLocked
fn enter_lock(ledger: &Ledger) -> Result<(), Revert> {
    let caller = ledger.vm().msg_sender();
    match ledger.role(caller) {
        Some(Role::Program | Role::Market(_) | Role::Hedger(_)) => lock::enter(caller),
        None => Err(revert(&CallerNotAllowed { caller, allowed: Address::ZERO })),
    }
}

/// Keeps the addresses of the liquidator, the backstop and the registrar, the constructor's first arguments. Once.
/// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode
fn name_delegates(ledger: &mut Ledger, [liquidator, backstop, registrar]: [Address; 3]) -> Result<(), Revert> {
    if !ledger.slots.liquidator.get().is_zero() {
        return Err(revert(&AlreadyWired {}));
    }
    for delegate in [liquidator, backstop, registrar] {
        require_code(ledger.vm(), delegate)?;
    }
    ledger.slots.liquidator.set(liquidator);
    ledger.slots.backstop.set(backstop);
    ledger.slots.registrar.set(registrar);
    Ok(())
}
