//! Where every token is, from the logs and the ledger, not from what the demo believes.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256};
use alloy_rpc_types_eth::Filter;
use equipoise_interfaces::{
    account, BadDebtCovered, CashDeposited, CashMoved, CashWithdrawn, IClearing, IHedger, IMarket, ITranche, Transfer,
};

use super::Demo;
use crate::error::CliError;
use crate::report::{Atoms, Audit};
use crate::units::{narrow, narrow_unsigned};
use crate::world::Stablecoin;

impl Demo {
    /// Counts every token and every share.
    pub(super) fn audit(&mut self) -> Result<Audit, CliError> {
        let token = self.world.contracts.token;
        let total_supply = narrow_unsigned(self.world.view(token, &Stablecoin::totalSupplyCall {})?);
        let holders = self.holders(token);
        let mut holders_sum = 0;
        for holder in &holders {
            holders_sum += self.balance(*holder)?;
        }
        let clearing_balance = self.balance(self.world.contracts.clearing)?;
        let ledger = self.ledger()?;
        let ledger_sum = ledger.values().sum();
        let skew_reserve = self.skew_reserve()?;
        let (shares, is_share_sum) = self.shares()?;
        for board in self.boards.clone() {
            self.check_zero_sum(&board)?;
        }
        let (is_base_counted, is_hedge_there) = self.underlying()?;
        let is_owed = |(account, cash): (&B256, &i128)| *cash < 0 && *account != account::SETTLEMENT;
        let checks = [
            ("every token in supply is with a holder that the log names", total_supply == holders_sum),
            ("the clearing house holds what its ledger owes", clearing_balance == ledger_sum),
            ("no account but the settlement account owes", !ledger.iter().any(is_owed)),
            ("the skew reserve is in the vault's cash", skew_reserve >= 0 && skew_reserve <= vault_cash(&ledger)),
            ("every vault share is with a holder that the log names", is_share_sum),
            ("every unit of the underlying is with a holder that the log names", is_base_counted),
            ("the hedger has what it holds for the vault", is_hedge_there),
            ("the positions of every series add up to zero", self.tally.unbalanced_series == 0),
            ("the cost of every trade is the sum of its parts", self.tally.miscounted == 0),
        ];
        Ok(Audit {
            total_supply: Atoms(total_supply),
            holders_sum: Atoms(holders_sum),
            holders: holders.len(),
            clearing_balance: Atoms(clearing_balance),
            ledger_sum: Atoms(ledger_sum),
            remaining: remaining(&ledger),
            skew_reserve: Atoms(skew_reserve),
            shares_left: shares.to_string(),
            checks: checks.into_iter().map(|(sentence, holds)| (sentence.to_owned(), holds)).collect(),
        })
    }

    /// Everybody a token's log names.
    fn holders(&self, token: Address) -> BTreeSet<Address> {
        let filter = Filter::new().address(token).from_block(0_u64);
        let logs = self.world.chain().logs(&filter);
        let transfers = logs.iter().filter_map(|log| log.log_decode::<Transfer>().ok());
        let ends = transfers.flat_map(|log| [log.inner.data.from, log.inner.data.to]);
        ends.filter(|holder| !holder.is_zero()).collect()
    }

    /// Whether the underlying's holders have all of it, and the hedger what it says.
    fn underlying(&mut self) -> Result<(bool, bool), CliError> {
        let (base, hedger) = (self.hedged.hedging.base, self.hedged.hedging.hedges.hedger);
        let supply = narrow_unsigned(self.world.view(base, &Stablecoin::totalSupplyCall {})?);
        let mut sum = 0;
        for owner in self.holders(base) {
            sum += narrow_unsigned(self.world.view(base, &Stablecoin::balanceOfCall { owner })?);
        }
        let has = self.world.view(base, &Stablecoin::balanceOfCall { owner: hedger })?;
        Ok((supply == sum, has == self.world.view(hedger, &IHedger::heldAtomsCall {})?))
    }

    /// Debts of accounts that had nothing left, whoever has paid them.
    pub(super) fn bad_debt(&self) -> i128 {
        let clearing = self.world.contracts.clearing;
        let logs = self.world.chain().logs(&Filter::new().address(clearing).from_block(0_u64));
        let covered = logs.iter().filter_map(|log| log.log_decode::<BadDebtCovered>().ok()).map(|log| log.inner.data);
        let all = |told: BadDebtCovered| [told.fromInsuranceAtoms, told.fromVaultsAtoms, told.leftAtoms];
        covered.flat_map(all).map(narrow_unsigned).sum()
    }

    /// The cash of every account that the ledger's log names, and of its own.
    fn ledger(&mut self) -> Result<BTreeMap<B256, i128>, CliError> {
        let clearing = self.world.contracts.clearing;
        let logs = self.world.chain().logs(&Filter::new().address(clearing).from_block(0_u64));
        let mut accounts: BTreeSet<B256> = (0..account::SYSTEM_ACCOUNTS).map(account::system).collect();
        for log in &logs {
            if let Ok(event) = log.log_decode::<CashMoved>() {
                accounts.extend([event.inner.data.from, event.inner.data.to]);
            } else if let Ok(event) = log.log_decode::<CashDeposited>() {
                accounts.insert(event.inner.data.account);
            } else if let Ok(event) = log.log_decode::<CashWithdrawn>() {
                accounts.insert(event.inner.data.account);
            }
        }
        let mut ledger = BTreeMap::new();
        for account in accounts {
            let cash = self.world.view(clearing, &IClearing::cashOfCall { account })?;
            ledger.insert(account, narrow(cash.cashAtoms));
        }
        Ok(ledger)
    }

    /// What of the vault's cash is kept for rebates.
    pub(super) fn skew_reserve(&mut self) -> Result<i128, CliError> {
        let book = self.world.view(self.world.contracts.market, &IMarket::bookCall {})?;
        Ok(narrow_unsigned(book.skewReserveAtoms))
    }

    /// The shares of both tranches, and whether their holders have all of them.
    fn shares(&mut self) -> Result<(i128, bool), CliError> {
        let (mut all, mut is_held) = (0, true);
        for tranche in [self.world.contracts.junior, self.world.contracts.senior] {
            let supply = narrow_unsigned(self.world.view(tranche, &ITranche::totalSupplyCall {})?);
            let mut sum = 0;
            for owner in self.holders(tranche) {
                sum += narrow_unsigned(self.world.view(tranche, &ITranche::balanceOfCall { owner })?);
            }
            all += supply;
            is_held &= supply == sum;
        }
        Ok((all, is_held))
    }
}

fn vault_cash(ledger: &BTreeMap<B256, i128>) -> i128 {
    ledger.get(&account::VAULT).copied().unwrap_or_default()
}

/// What the ledger still holds, by name.
fn remaining(ledger: &BTreeMap<B256, i128>) -> BTreeMap<String, Atoms> {
    let own = [
        ("vault", account::VAULT),
        ("settlement", account::SETTLEMENT),
        ("deposits waiting", account::LP_PENDING),
        ("redemptions to claim", account::LP_CLAIMS),
    ];
    let mut named: BTreeMap<String, Atoms> = BTreeMap::new();
    for (name, account) in own {
        named.insert(name.to_owned(), Atoms(ledger.get(&account).copied().unwrap_or_default()));
    }
    let is_own = |account: &B256| own.iter().any(|(_, other)| other == account);
    let traders = ledger.iter().filter(|(account, _)| !is_own(account)).map(|(_, cash)| *cash).sum();
    named.insert("traders".to_owned(), Atoms(traders));
    named
}
