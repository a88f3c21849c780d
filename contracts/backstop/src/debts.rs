//! Debts that nobody else pays: of accounts that hold nothing any more, and of vaults for boards that have settled.

use alloy_primitives::{B256, U256};
use equipoise_clearing_state::auction::close;
use equipoise_clearing_state::entries::{ledger_revert, Backstop};
use equipoise_clearing_state::{Account, Ledger};
use equipoise_interfaces::account::{settlement_of, vault_of, INSURANCE};
use equipoise_interfaces::{BadDebtCovered, ClearingNoBadDebt, VaultDebtSettled};
use equipoise_kit::lean::{log, revert};
use equipoise_kit::number::{from_i128, from_u128};
use equipoise_kit::Revert;
use equipoise_risk::auction::Health;
use equipoise_risk::units::Money;
use stylus_sdk::prelude::*;

/// Pays the debt of an account that holds nothing: by insurance, then by the vault of the market it came from. What neither
/// has stays a claim on the account.
/// # Errors: ClearingAccountReserved, ClearingNoBadDebt
pub fn cover_bad_debt(ledger: &mut Ledger, account: B256) -> Result<(), Revert> {
    ledger.require_trader(account)?;
    let entry = ledger.entry(account);
    let no_bad_debt = ClearingNoBadDebt { account, cashAtoms: from_i128(entry.cash()), heldMarkets: entry.held() };
    if entry.cash() >= 0 || entry.held() != 0 {
        return Err(revert(&no_bad_debt));
    }
    let (entry, drawn) = forgive(ledger, account, entry, core::iter::once(entry.blamed()))?;
    let entry = if entry.is_in_auction() {
        close(ledger, account, entry, Health { equity: Money::ZERO, maintenance: Money::ZERO })?
    } else {
        entry
    };
    ledger.set_entry(account, entry);
    log(
        ledger.vm(),
        &BadDebtCovered {
            account,
            fromInsuranceAtoms: from_u128(drawn.insurance),
            fromVaultsAtoms: from_u128(drawn.vaults),
            leftAtoms: from_u128(drawn.unpaid),
            insuranceCashAtoms: from_i128(ledger.entry(INSURANCE).cash()),
        },
    );
    Ok(())
}

/// Ends what a market's vault owes for a settled board: insurance pays, then the other markets' vaults, which are the same LPs'.
/// What nobody has, the settlement account gives back, and holders share the loss. Market only.
/// # Returns: that part
/// # Errors: ClearingMarketUnknown, ClearingAmountTooLarge
pub fn settle_vault_debt(ledger: &mut Ledger) -> Result<U256, Revert> {
    let market = ledger.calling_market()?;
    let vault = vault_of(market);
    let entry = ledger.entry(vault);
    let count = ledger.slots.market_count.get().to::<u8>();
    let others = (0..count).filter(|other| *other != market);
    let (entry, drawn) = forgive(ledger, vault, entry, core::iter::once(market).chain(others))?;
    ledger.set_entry(vault, entry);
    ledger.move_debt(settlement_of(market), vault, drawn.unpaid)?;
    log(
        ledger.vm(),
        &VaultDebtSettled {
            market: ledger.market(market),
            fromInsuranceAtoms: from_u128(drawn.insurance),
            fromVaultsAtoms: from_u128(drawn.vaults),
            leftAtoms: from_u128(drawn.unpaid),
            insuranceCashAtoms: from_i128(ledger.entry(INSURANCE).cash()),
        },
    );
    Ok(from_u128(drawn.unpaid))
}

/// Has the backstop pay what an account owes, as far as it can.
/// # Errors: none in range
pub fn forgive(
    ledger: &mut Ledger,
    account: B256,
    entry: Account,
    markets: impl Iterator<Item = u8>,
) -> Result<(Account, Backstop), Revert> {
    let debt = entry.cash().min(0).unsigned_abs();
    if debt == 0 {
        return Ok((entry, Backstop::default()));
    }
    let drawn = ledger.draw_backstop(debt, markets)?;
    let paid = drawn.insurance.saturating_add(drawn.vaults);
    let entry = entry.credit(paid).map_err(|error| ledger_revert(account, error))?;
    Ok((entry, drawn))
}
