//! Entries in the ledger: loading, checking, storing, and telling.

use alloy_primitives::{Address, B256, U128, U256, U64};
use equipoise_interfaces::{account, CashMoved, ClearingAmountTooLarge, ClearingInsufficientCash};
use equipoise_kit::lean::{log, revert};
use equipoise_kit::number::{from_i128, from_u128};
use equipoise_kit::Revert;
use equipoise_risk::breakers::BAD_DEBT_SECS;
use stylus_sdk::prelude::*;

use crate::{Account, Ledger, LedgerError};

/// Who paid for what somebody else could not, in atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backstop {
    /// The insurance fund.
    pub insurance: u128,
    /// The markets' vaults.
    pub vaults: u128,
    /// Nobody.
    pub unpaid: u128,
}

impl Ledger {
    /// An account's entry.
    #[inline(never)]
    pub fn entry(&self, id: B256) -> Account {
        Account::from_slot(self.slots.accounts.get(id).0)
    }

    /// Replaces an account's entry.
    #[inline(never)]
    pub fn set_entry(&mut self, id: B256, account: Account) {
        self.slots.accounts.insert(id, B256::new(account.to_slot()));
    }

    /// Moves cash from an account, which must have it, to another.
    /// # Errors: ClearingInsufficientCash, ClearingAmountTooLarge
    pub fn move_cash(&mut self, from: B256, to: B256, amount: u128) -> Result<(), Revert> {
        let payer = self.entry(from).debit(amount).map_err(|error| ledger_revert(from, error))?;
        self.pay(from, payer, to, amount)
    }

    /// Moves cash from an account, into debt if need be, to another.
    /// # Errors: ClearingAmountTooLarge
    pub fn move_debt(&mut self, from: B256, to: B256, amount: u128) -> Result<(), Revert> {
        let payer = self.entry(from).owe(amount).map_err(|error| ledger_revert(from, error))?;
        self.pay(from, payer, to, amount)
    }

    fn pay(&mut self, from: B256, payer: Account, to: B256, amount: u128) -> Result<(), Revert> {
        if amount == 0 {
            return Ok(());
        }
        self.set_entry(from, payer);
        let payee = self.entry(to).credit(amount).map_err(|error| ledger_revert(to, error))?;
        self.set_entry(to, payee);
        self.tell_moved((from, payer), (to, payee), amount);
        Ok(())
    }

    /// Tells a movement and what it left.
    pub fn tell_moved(&self, (from, payer): (B256, Account), (to, payee): (B256, Account), amount: u128) {
        log(
            self.vm(),
            &CashMoved {
                from,
                to,
                amountAtoms: from_u128(amount),
                fromCashAtoms: from_i128(payer.cash()),
                toCashAtoms: from_i128(payee.cash()),
            },
        );
    }

    /// Takes an amount from insurance, then from the vaults of markets in the order given, as far as each has it.
    /// Whoever asks adds it to somebody's cash.
    /// # Errors: none in range: nobody is taken more than he has
    pub fn draw_backstop(&mut self, amount: u128, markets: impl Iterator<Item = u8>) -> Result<Backstop, Revert> {
        let mut drawn = Backstop { unpaid: amount, ..Backstop::default() };
        drawn.insurance = self.take_up_to(account::INSURANCE, drawn.unpaid)?;
        drawn.unpaid = drawn.unpaid.saturating_sub(drawn.insurance);
        let mut first = None;
        for market in markets {
            let taken = self.take_up_to(account::vault_of(market), drawn.unpaid)?;
            drawn.unpaid = drawn.unpaid.saturating_sub(taken);
            drawn.vaults = drawn.vaults.saturating_add(taken);
            self.remember_bad_debt(market, taken, 0);
            first = first.or(Some((market, taken)));
        }
        if let Some((market, borne)) = first {
            self.remember_bad_debt(market, 0, borne.saturating_add(drawn.unpaid));
        }
        Ok(drawn)
    }

    /// Keeps for the market's breakers what its vault has borne, and that it is at least so much with what nobody has paid: asked
    /// for again, a debt that nobody pays is still one.
    fn remember_bad_debt(&mut self, market: u8, borne: u128, least: u128) {
        if borne == 0 && least == 0 {
            return;
        }
        let now = self.vm().block_timestamp();
        let market = self.slots.markets.get(U256::from(market));
        let mut slot = self.slots.programs.setter(market);
        let is_more = now.saturating_sub(slot.bad_debt_at.get().to()) <= BAD_DEBT_SECS;
        let before: u128 = if is_more { slot.bad_debt.get().to() } else { 0 };
        slot.bad_debt.set(U128::from(before.saturating_add(borne).max(least)));
        slot.bad_debt_at.set(U64::from(now));
    }

    /// What a market's vault has borne lately, and when the last of it came; nothing for what is no market.
    pub fn bad_debt(&self, market: Address) -> (U256, u64) {
        let slot = self.slots.programs.getter(market);
        (U256::from(slot.bad_debt.get()), slot.bad_debt_at.get().to())
    }

    /// What the insurance fund must hold for a market to open trades, in whole tokens.
    pub fn insurance_floor(&self, market: Address) -> u32 {
        self.slots.programs.getter(market).insurance_floor.get().to()
    }

    fn take_up_to(&mut self, id: B256, amount: u128) -> Result<u128, Revert> {
        let taken = self.entry(id).debit_up_to(amount);
        let (entry, taken) = taken.map_err(|error| ledger_revert(id, error))?;
        if taken != 0 {
            self.set_entry(id, entry);
        }
        Ok(taken)
    }
}

/// Maps an error of the ledger on an account.
#[cold]
#[inline(never)]
pub fn ledger_revert(account: B256, error: LedgerError) -> Revert {
    match error {
        LedgerError::Insufficient { cash, required } => revert(&ClearingInsufficientCash {
            account,
            cashAtoms: from_i128(cash),
            requiredAtoms: from_u128(required),
        }),
        LedgerError::TooLarge { amount } => revert(&ClearingAmountTooLarge { amountAtoms: from_u128(amount) }),
    }
}
