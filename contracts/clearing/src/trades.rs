//! What markets record: trades, transfers, settlement, fees.

use alloy_primitives::{Address, B256, I256, U256};
use equipoise_clearing_state::access::{not_authorised, Role};
use equipoise_clearing_state::amounts::{signed, unsigned};
use equipoise_clearing_state::entries::ledger_revert;
use equipoise_clearing_state::portfolio::{known, Requirement};
use equipoise_clearing_state::{Holds, Ledger};
use equipoise_interfaces::account::{owner, settlement_of, vault_of, INSURANCE};
use equipoise_interfaces::{ClearingAccountInAuction, ClearingAccountShort, ClearingSameAccount, Margin};
use equipoise_kit::lean::{revert, Arguments};
use equipoise_kit::number::from_i128;
use equipoise_kit::Revert;

/// A trade's cash, what the account holds after it, and whether its margin covers that. Market only.
/// # Returns: the vault's cash afterwards
/// # Errors: ClearingMarketUnknown, ClearingNotAuthorised, ClearingAccountInAuction, ClearingInsufficientCash,
/// ClearingMarginShort, ClearingAmountTooLarge, ClearingAccountReserved, those of other markets' margins
pub fn record_trade(ledger: &mut Ledger, mut given: Arguments<'_>) -> Result<I256, Revert> {
    let market = ledger.calling_market()?;
    let account: B256 = given.take()?;
    ledger.require_authority(account, given.take()?)?;
    let cost = signed(given.take()?)?;
    let holds = Holds::from_number(given.take()?);
    let is_reducing: bool = given.take()?;

    let before = ledger.entry(account);
    if before.is_in_auction() && !is_reducing {
        return Err(revert(&ClearingAccountInAuction { account }));
    }
    let entry = before.holding(market, holds);
    let amount = cost.unsigned_abs();
    // Buying a short back may take cash below zero, as long as what is left is worth more than its margin.
    let moved = if cost < 0 {
        entry.credit(amount)
    } else if is_reducing {
        entry.owe(amount)
    } else {
        entry.debit(amount)
    };
    let entry = moved.map_err(|error| ledger_revert(account, error))?.blaming(market, before);
    let vault = vault_of(market);
    let books = ledger.entry(vault);
    let books = if cost < 0 { books.debit(amount) } else { books.credit(amount) };
    let books = books.map_err(|error| ledger_revert(vault, error))?;

    if entry.short() != 0 || entry.cash() < 0 {
        let requirement = if is_reducing { Requirement::Maintenance } else { Requirement::Initial };
        let here: Margin = given.take()?;
        ledger.require_margin(account, entry, known(market, &here), requirement)?;
    }
    if entry != before {
        ledger.set_entry(account, entry);
    }
    if amount != 0 {
        ledger.set_entry(vault, books);
        let (from, to) = if cost < 0 { ((vault, books), (account, entry)) } else { ((account, entry), (vault, books)) };
        ledger.tell_moved(from, to, amount);
    }
    Ok(from_i128(books.cash()))
}

/// Longs that moved from an account to another. Market only. The owner of the first may give them to any account that he
/// owns or operates; an operator, to another of the same owner's; a registered program, from one that has made it
/// its operator to one that it owns, and the other way round.
/// # Errors: ClearingMarketUnknown, ClearingNotAuthorised, ClearingAccountShort, ClearingAccountInAuction,
/// ClearingAccountReserved, ClearingSameAccount
pub fn record_transfer(ledger: &mut Ledger, given: &mut Arguments<'_>) -> Result<(), Revert> {
    let market = ledger.calling_market()?;
    let [from, to]: [B256; 2] = given.take()?;
    let caller: Address = given.take()?;
    if from == to {
        return Err(revert(&ClearingSameAccount { account: from }));
    }
    ledger.require_authority(from, caller)?;
    ledger.require_authority(to, caller)?;
    let may_give = owner(from) == caller || owner(from) == owner(to) || ledger.role(caller) == Some(Role::Program);
    if !may_give {
        return Err(not_authorised(from, caller));
    }
    let from_holds = Holds::from_number(given.take()?);
    let to_holds = Holds::from_number(given.take()?);
    let giver = ledger.entry(from).holding(market, from_holds);
    let taker = ledger.entry(to).holding(market, to_holds);
    for (account, entry) in [(from, giver), (to, taker)] {
        if entry.is_in_auction() {
            return Err(revert(&ClearingAccountInAuction { account }));
        }
    }
    if giver.is_margined() {
        return Err(revert(&ClearingAccountShort { account: from, shortMarkets: giver.short() }));
    }
    ledger.set_entry(from, giver);
    ledger.set_entry(to, taker);
    Ok(())
}

/// The vault's side of a settled board, into debt if need be. Market only.
/// # Returns: the vault's cash afterwards
/// # Errors: ClearingMarketUnknown, ClearingAmountTooLarge
pub fn settle_vault(ledger: &mut Ledger, payoff_atoms: I256) -> Result<I256, Revert> {
    let market = ledger.calling_market()?;
    let payoff = signed(payoff_atoms)?;
    let (vault, settlement) = (vault_of(market), settlement_of(market));
    let (from, to) = if payoff < 0 { (vault, settlement) } else { (settlement, vault) };
    ledger.move_debt(from, to, payoff.unsigned_abs())?;
    Ok(from_i128(ledger.entry(vault).cash()))
}

/// A trader's side of a settled board, into debt if need be, and what he still holds. Market only.
/// # Returns: his cash afterwards
/// # Errors: ClearingMarketUnknown, ClearingAmountTooLarge, ClearingAccountReserved
pub fn settle_account(ledger: &mut Ledger, account: B256, payoff_atoms: I256, holds: u8) -> Result<I256, Revert> {
    let market = ledger.calling_market()?;
    ledger.require_trader(account)?;
    let payoff = signed(payoff_atoms)?;
    let settlement = settlement_of(market);
    let before = ledger.entry(account);
    let entry = before.holding(market, Holds::from_number(holds)).moved(payoff);
    let entry = entry.map_err(|error| ledger_revert(account, error))?.blaming(market, before);
    ledger.set_entry(account, entry);
    let amount = payoff.unsigned_abs();
    let cash = from_i128(entry.cash());
    if amount == 0 {
        return Ok(cash);
    }
    let pot = ledger.entry(settlement);
    let pot = if payoff < 0 { pot.credit(amount) } else { pot.owe(amount) };
    let pot = pot.map_err(|error| ledger_revert(settlement, error))?;
    ledger.set_entry(settlement, pot);
    let (mine, pot) = ((account, entry), (settlement, pot));
    if payoff < 0 {
        ledger.tell_moved(mine, pot, amount);
    } else {
        ledger.tell_moved(pot, mine, amount);
    }
    Ok(cash)
}

/// A part of the fees, from the market's vault to insurance. Market only.
/// # Errors: ClearingMarketUnknown, ClearingInsufficientCash, ClearingAmountTooLarge
pub fn fund_insurance(ledger: &mut Ledger, amount_atoms: U256) -> Result<(), Revert> {
    let market = ledger.calling_market()?;
    ledger.move_cash(vault_of(market), INSURANCE, unsigned(amount_atoms)?)
}
