//! What comes after an auction: the vault takes over, or positions are closed against each other.

use alloc::vec::Vec;

use alloy_primitives::B256;
use equipoise_clearing_state::amounts::{atoms_ceil, atoms_floor, number_error, plus, shown};
use equipoise_clearing_state::assessment::{total, Assessment};
use equipoise_clearing_state::auction::{auction_revert, close, is_over, running, store};
use equipoise_clearing_state::entries::ledger_revert;
use equipoise_clearing_state::portfolio::{margin_of, Requirement};
use equipoise_clearing_state::{bit, markets, Account, Holds, Ledger};
use equipoise_interfaces::account::{vault_of, INSURANCE};
use equipoise_interfaces::{
    AccountDeleveraged, AccountTakenOver, ClearingAccountReserved, ClearingNothingInCommon, ClearingSameAccount,
    ClearingTooEarly, IMarketMargin,
};
use equipoise_kit::lean::{call, log, revert};
use equipoise_kit::number::{from_i128, from_u128};
use equipoise_kit::Revert;
use equipoise_math::Fx;
use equipoise_risk::auction::{self, Health, Stage, TakeoverCharge, DELEVERAGE_SECS, START_PENALTY};
use equipoise_risk::margin::MarketMargin;
use equipoise_risk::units::Money;
use stylus_sdk::prelude::*;

use crate::debts::forgive;

/// What one market's vault asks for its part of an account.
struct Offer {
    market: u8,
    value: Money,
    risk: Money,
    spread: Money,
}

impl Offer {
    /// What the vault pays: mid less charges.
    /// # Rounding: down, against the account
    fn pays_floor(&self, ledger: &Ledger) -> Result<i128, Revert> {
        let net = self.value.minus(self.risk).and_then(|net| net.minus(self.spread)).map_err(number_error)?;
        atoms_floor(ledger.scale()?, net)
    }
}

/// Moves all of an account whose auction has run out into the vaults: each pays what its options are worth at mid, less
/// the risk and half the stressed spread, or is paid; the penalty, as far as anything is left, goes to insurance. A debt
/// that is left insurance pays, then the vaults.
/// # Errors: ClearingAccountReserved, ClearingNotInAuction, ClearingAccountHealthy, ClearingTooEarly,
/// ClearingInsufficientCash for a vault, ClearingOracleUnsafe, the markets' own, their limits among them
pub fn take_over(ledger: &mut Ledger, account: B256) -> Result<(), Revert> {
    let (before, auction) = running(ledger, account)?;
    let offers = ask_vaults(ledger, account, &before)?;
    let part = |of: fn(&Offer) -> Money| total(offers.iter().map(of));
    let maintenance = before.health()?.maintenance;
    let penalty = maintenance.scaled_floor(START_PENALTY).map_err(number_error)?;
    let charge = TakeoverCharge { risk: part(|offer| offer.risk)?, spread: part(|offer| offer.spread)?, penalty };
    // Worth its mid here: the vault's own half spread is in its charge.
    let cash = ledger.combined(before.entry.cash(), &[])?.equity;
    let equity = cash.plus(part(|offer| offer.value)?).map_err(number_error)?;
    let health = Health { equity, maintenance };
    let outcome = auction::take_over(&auction, health, charge);
    let outcome = outcome.map_err(|error| auction_revert(ledger, account, error))?;

    let mut entry = before.entry;
    let mut from_vaults = 0i128;
    for offer in &offers {
        let pays = offer.pays_floor(ledger)?;
        let vault = vault_of(offer.market);
        let books = ledger.entry(vault);
        let paid = pays.max(0).unsigned_abs();
        let books = books.debit(paid).and_then(|books| books.credit(pays.min(0).unsigned_abs()));
        ledger.set_entry(vault, books.map_err(|error| ledger_revert(vault, error))?);
        entry =
            entry.holding(offer.market, Holds::Nothing).moved(pays).map_err(|error| ledger_revert(account, error))?;
        from_vaults = from_vaults.saturating_add(pays);
    }
    // Whole atoms: never more than there is.
    let penalty = atoms_ceil(ledger.scale()?, outcome.to_insurance)?.min(entry.cash().max(0));
    let fund = ledger.entry(INSURANCE).moved(penalty).map_err(|error| ledger_revert(INSURANCE, error))?;
    ledger.set_entry(INSURANCE, fund);
    entry = entry.moved(penalty.saturating_neg()).map_err(|error| ledger_revert(account, error))?;
    let (entry, drawn) = forgive(ledger, account, entry, before.worst_first())?;
    let entry = close(ledger, account, entry, health)?;
    ledger.set_entry(account, entry);
    log(
        ledger.vm(),
        &AccountTakenOver {
            account,
            fromVaultsAtoms: from_i128(from_vaults),
            penaltyAtoms: shown(penalty),
            insuredAtoms: from_u128(drawn.insurance),
            borneByVaultsAtoms: from_u128(drawn.vaults),
            cashAtoms: from_i128(entry.cash()),
        },
    );
    Ok(())
}

/// Has every market move its part of an account into its vault's book.
fn ask_vaults(ledger: &mut Ledger, account: B256, before: &Assessment) -> Result<Vec<Offer>, Revert> {
    let money = |bits| Money::from_fx(Fx::from_bits(bits));
    let mut offers = Vec::new();
    for market in markets(before.entry.held()) {
        let program = ledger.market(market);
        let cash = from_i128(ledger.entry(vault_of(market)).cash());
        let taken = call(ledger, program, &IMarketMargin::takeOverCall { account, vaultCashAtoms: cash })?;
        let (risk, spread) = (money(taken.riskChargeX64.max(0)), money(taken.spreadX64.max(0)));
        offers.push(Offer { market, value: money(taken.valueX64), risk, spread });
    }
    Ok(offers)
}

/// Closes an account's options against those of `counter` on the other side, at mark, in every market they share. The
/// counter must not be left below its maintenance margin, nor belong to a registered program.
/// # Errors: ClearingAccountReserved, ClearingSameAccount, ClearingNotInAuction, ClearingTooEarly,
/// ClearingNothingInCommon, ClearingMarginShort for the counter, ClearingOracleUnsafe, the markets' own
pub fn deleverage(ledger: &mut Ledger, account: B256, counter: B256) -> Result<(), Revert> {
    let owner = ledger.require_trader(counter)?;
    // What a program holds stands behind what it has issued: it could not tell whose has become cash.
    if ledger.role(owner).is_some() {
        return Err(revert(&ClearingAccountReserved { account: counter }));
    }
    if account == counter {
        return Err(revert(&ClearingSameAccount { account }));
    }
    let (before, auction) = running(ledger, account)?;
    let stage = auction.stage(before.health()?).map_err(number_error)?;
    if stage != Stage::Deleverage {
        return Err(revert(&ClearingTooEarly { elapsedSecs: auction.elapsed_secs, neededSecs: DELEVERAGE_SECS }));
    }
    let shared = before.entry.held() & ledger.entry(counter).held();
    if shared == 0 {
        return Err(revert(&ClearingNothingInCommon { account, counter }));
    }
    let mut sides = Closed {
        entry: before.entry,
        counter: ledger.entry(counter),
        value: 0,
        margins: Vec::new(),
        counter_margins: Vec::new(),
    };
    for (market, margin) in markets(before.entry.held()).zip(before.margins) {
        if shared & bit(market) == 0 {
            sides.margins.push(margin);
        } else {
            sides.close_in(ledger, market, [account, counter])?;
        }
    }
    let Closed { entry, counter: other, value, margins, counter_margins } = sides;
    let other = other.moved(value.saturating_neg()).map_err(|error| ledger_revert(counter, error))?;
    if other.is_margined() {
        ledger.require_margin(counter, other, (shared, counter_margins), Requirement::Maintenance)?;
    }
    let health = ledger.combined(entry.cash(), &margins)?.health().map_err(number_error)?;
    let entry = if is_over(&auction, entry, health, false)? {
        close(ledger, account, entry, health)?
    } else {
        store(ledger, account, &auction);
        entry
    };
    ledger.set_entry(account, entry);
    ledger.set_entry(counter, other);
    log(
        ledger.vm(),
        &AccountDeleveraged {
            account,
            counter,
            valueAtoms: from_i128(value),
            accountCashAtoms: from_i128(entry.cash()),
            counterCashAtoms: from_i128(other.cash()),
        },
    );
    Ok(())
}

/// Two accounts while their options are closed against each other.
struct Closed {
    entry: Account,
    counter: Account,
    value: i128,
    margins: Vec<MarketMargin>,
    counter_margins: Vec<MarketMargin>,
}

impl Closed {
    /// # Rounding: what the account gets down
    fn close_in(&mut self, ledger: &mut Ledger, market: u8, [account, counter]: [B256; 2]) -> Result<(), Revert> {
        let program = ledger.market(market);
        let closed = call(ledger, program, &IMarketMargin::deleverageCall { account, counter })?;
        let value = atoms_floor(ledger.scale()?, Money::from_fx(Fx::from_bits(closed.valueX64)))?;
        self.value = plus(self.value, value)?;
        let entry = self.entry.holding(market, Holds::from_number(closed.accountHolds)).moved(value);
        let entry = entry.map_err(|error| ledger_revert(account, error))?;
        self.entry = entry.blaming(market, self.entry);
        self.counter = self.counter.holding(market, Holds::from_number(closed.counterHolds));
        self.margins.push(margin_of(&closed.accountMargin));
        self.counter_margins.push(margin_of(&closed.counterMargin));
        Ok(())
    }
}
