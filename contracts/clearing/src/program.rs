//! The program: who may move what.

use alloy_primitives::{Address, B256, I256, U256, U8};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::{of, owner, LP_CLAIMS, LP_PENDING, SETTLEMENT, VAULT};
use equipoise_interfaces::IClearing::{
    cashOfCall, depositCall, depositWithPermitCall, marketCall, ownerCall, payLpClaimCall, recordTradeCall,
    settleAccountCall, settleLpEpochCall, settleVaultCall, takeLpDepositCall, tokenCall, tokenDecimalsCall, vaultCall,
    vaultCashCall, wireCall, withdrawCall,
};
use equipoise_interfaces::{
    AlreadyWired, CashDeposited, CashWithdrawn, ClearingAccountReserved, ClearingTokenUnsupported, NotWired,
    ProgramWired, IERC20,
};
use equipoise_kit::lean::{answer, call, enter, log, only, revert, unknown, view, Arguments, CONSTRUCTOR};
use equipoise_kit::number::{from_i128, from_u128};
use equipoise_kit::ownership::Ownership;
use equipoise_kit::storage::{namespace_root, Namespace, Namespaced};
use equipoise_kit::{require_code, Revert};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::storage::{StorageAddress, StorageB256, StorageMap, StorageU8};
use stylus_sdk::ArbResult;

use crate::entries::{ledger_revert, positive, signed, unsigned};
use crate::LedgerError;

/// The finest token whose sums surely fit the ledger's 128 bits.
const MAX_TOKEN_DECIMALS: u8 = 18;

/// Where the clearing house keeps its state.
pub struct ClearingSpace;

impl Namespace for ClearingSpace {
    const ROOT: U256 = namespace_root("equipoise.clearing");
}

/// The token, who may move cash, and the ledger.
#[storage]
pub struct ClearingSlots {
    pub(crate) token: StorageAddress,
    token_decimals: StorageU8,
    market: StorageAddress,
    vault: StorageAddress,
    pub(crate) accounts: StorageMap<B256, StorageB256>,
}

/// The clearing program.
#[storage]
pub struct Clearing {
    ownership: Ownership,
    pub(crate) slots: Namespaced<ClearingSpace, ClearingSlots>,
}

// SAFETY: it is the one storage struct of the program.
unsafe impl TopLevelStorage for Clearing {}

/// Runs one call.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut clearing, selector, given) = enter::<Clearing>(&input, vm)?;
    clearing.change(selector, given)
}

impl Clearing {
    /// Functions that change state; all others go on to [`Clearing::show`].
    fn change(&mut self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            recordTradeCall::SELECTOR => answer(&self.record_trade(given.take()?, given.take()?, given.take()?)?),
            settleVaultCall::SELECTOR => answer(&self.settle_vault(given.take()?)?),
            settleAccountCall::SELECTOR => answer(&self.settle_account(given.take()?, given.take()?, given.take()?)?),
            depositCall::SELECTOR => answer(&self.deposit(given.take()?)?),
            depositWithPermitCall::SELECTOR => answer(&self.deposit_with_permit(&mut given)?),
            withdrawCall::SELECTOR => answer(&self.withdraw(given.take()?)?),
            takeLpDepositCall::SELECTOR => answer(&self.take_lp_deposit(given.take()?, given.take()?)?),
            settleLpEpochCall::SELECTOR => {
                answer(&self.settle_lp_epoch(given.take()?, given.take()?, given.take()?)?)
            }
            payLpClaimCall::SELECTOR => answer(&self.pay_lp_claim(given.take()?, given.take()?)?),
            wireCall::SELECTOR => answer(&self.wire(given.take()?, given.take()?)?),
            CONSTRUCTOR => answer(&self.construct(given.take()?, given.take()?)?),
            _ => self.show(selector, given),
        }
    }

    /// Views.
    fn show(&self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            cashOfCall::SELECTOR => {
                let entry = self.entry(given.take()?);
                answer(&(from_i128(entry.cash()), from_u128(entry.locked())))
            }
            vaultCashCall::SELECTOR => answer(&self.vault_cash()),
            tokenCall::SELECTOR => answer(&self.slots.token.get()),
            tokenDecimalsCall::SELECTOR => answer(&self.slots.token_decimals.get().to::<u8>()),
            marketCall::SELECTOR => answer(&self.slots.market.get()),
            vaultCall::SELECTOR => answer(&self.slots.vault.get()),
            ownerCall::SELECTOR => answer(&self.ownership.owner()),
            _ => unknown(selector),
        }
    }

    /// Starts a ledger of `token`. Once.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode, ClearingTokenUnsupported
    fn construct(&mut self, owner: Address, token: Address) -> Result<(), Revert> {
        if !self.slots.token.get().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        self.ownership.begin(owner)?;
        require_code(self.vm(), token)?;
        let decimals = view(self.vm(), token, &IERC20::decimalsCall {})?;
        if decimals > MAX_TOKEN_DECIMALS {
            return Err(revert(&ClearingTokenUnsupported { token, decimals }));
        }
        self.slots.token.set(token);
        self.slots.token_decimals.set(U8::from(decimals));
        Ok(())
    }

    /// Names the market and the vault program, once. Owner only.
    /// # Errors: CallerNotOwner, AlreadyWired, AddressIsZero, AddressHasNoCode
    fn wire(&mut self, market: Address, vault: Address) -> Result<(), Revert> {
        self.ownership.only_owner()?;
        if !self.slots.market.get().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        require_code(self.vm(), market)?;
        require_code(self.vm(), vault)?;
        self.slots.market.set(market);
        self.slots.vault.set(vault);
        self.tell_wired(market, b"market");
        self.tell_wired(vault, b"vault");
        Ok(())
    }

    /// Deposits into the caller's first account.
    /// # Errors: NotWired, ClearingAmount.., ClearingT.., the token's own
    fn deposit(&mut self, amount_atoms: U256) -> Result<(), Revert> {
        let sender = self.vm().msg_sender();
        self.take(sender, of(sender), amount_atoms)
    }

    /// The same with an allowance by signature (EIP-2612). A signature that somebody else has used
    /// already does no harm: what counts is the allowance.
    /// # Errors: as `deposit`
    fn deposit_with_permit(&mut self, given: &mut Arguments<'_>) -> Result<(), Revert> {
        self.require_wired()?;
        let amount_atoms: U256 = given.take()?;
        let owner = self.vm().msg_sender();
        let permit = IERC20::permitCall {
            owner,
            spender: self.vm().contract_address(),
            value: amount_atoms,
            deadline: given.take()?,
            v: given.take()?,
            r: given.take()?,
            s: given.take()?,
        };
        let token = self.slots.token.get();
        let _used_or_not = call(self, token, &permit);
        self.take(owner, of(owner), amount_atoms)
    }

    /// Withdraws free cash of the caller's first account to the caller.
    /// # Errors: NotWired, ClearingInsufficientCash, ClearingAmount.., ClearingT.., the token's own
    fn withdraw(&mut self, amount_atoms: U256) -> Result<(), Revert> {
        let sender = self.vm().msg_sender();
        self.give(of(sender), sender, amount_atoms)
    }

    /// A trade's cash and collateral. Market only.
    /// # Returns: the vault's cash afterwards
    /// # Errors: CallerNotAllowed, ClearingInsufficientCash, ClearingLockUnderflow,
    /// ClearingAmountTooLarge, ClearingAccountReserved
    fn record_trade(&mut self, account: B256, cost_atoms: I256, lock_change_atoms: I256) -> Result<I256, Revert> {
        self.only_market_for(account)?;
        let cost = signed(cost_atoms)?;
        let lock_change = signed(lock_change_atoms)?;
        self.change_lock(account, lock_change)?;
        if cost < 0 {
            self.move_cash(VAULT, account, cost.unsigned_abs())?;
        } else {
            self.move_cash(account, VAULT, cost.unsigned_abs())?;
        }
        self.require_covered(account)?;
        Ok(self.vault_cash())
    }

    /// The vault's side of a settled board. Market only.
    /// # Returns: what the vault received, or paid if negative
    /// # Errors: CallerNotAllowed, ClearingAmountTooLarge
    fn settle_vault(&mut self, payoff_atoms: I256) -> Result<I256, Revert> {
        only(self.vm(), self.slots.market.get())?;
        let payoff = signed(payoff_atoms)?;
        let amount = payoff.unsigned_abs();
        if payoff >= 0 {
            self.move_cash(SETTLEMENT, VAULT, amount)?;
            return Ok(payoff_atoms);
        }
        let vault = self.entry(VAULT).debit_up_to(amount);
        let (_, paid) = vault.map_err(|error| ledger_revert(VAULT, error))?;
        self.move_cash(VAULT, SETTLEMENT, paid)?;
        // At most the debt, which is an i128.
        Ok(from_i128(0i128.saturating_sub_unsigned(paid)))
    }

    /// A trader's side of a settled board, and the release of his collateral. Market only.
    /// # Errors: CallerNotAllowed, ClearingInsufficientCash, ClearingLockUnderflow,
    /// ClearingAmountTooLarge, ClearingAccountReserved
    fn settle_account(&mut self, account: B256, payoff_atoms: I256, lock_released_atoms: U256) -> Result<(), Revert> {
        self.only_market_for(account)?;
        let payoff = signed(payoff_atoms)?;
        let released = unsigned(lock_released_atoms)?;
        let lock_change = 0i128
            .checked_sub_unsigned(released)
            .ok_or_else(|| ledger_revert(account, LedgerError::TooLarge { amount: released }))?;
        self.change_lock(account, lock_change)?;
        if payoff < 0 {
            self.move_cash(account, SETTLEMENT, payoff.unsigned_abs())
        } else {
            self.move_cash(SETTLEMENT, account, payoff.unsigned_abs())
        }
    }

    /// An LP's deposit, out of his wallet. Vault program only.
    /// # Errors: CallerNotAllowed, ClearingAmount.., ClearingT.., the token's own
    fn take_lp_deposit(&mut self, from: Address, amount_atoms: U256) -> Result<(), Revert> {
        only(self.vm(), self.slots.vault.get())?;
        self.take(from, LP_PENDING, amount_atoms)
    }

    /// The end of an epoch. Vault program only.
    /// # Errors: CallerNotAllowed, ClearingInsufficientCash, ClearingAmountTooLarge
    fn settle_lp_epoch(
        &mut self,
        accepted_atoms: U256,
        refused_atoms: U256,
        redeemed_atoms: U256,
    ) -> Result<(), Revert> {
        only(self.vm(), self.slots.vault.get())?;
        self.move_cash(LP_PENDING, VAULT, unsigned(accepted_atoms)?)?;
        self.move_cash(LP_PENDING, LP_CLAIMS, unsigned(refused_atoms)?)?;
        self.move_cash(VAULT, LP_CLAIMS, unsigned(redeemed_atoms)?)
    }

    /// An LP's claim, to his wallet. Vault program only.
    /// # Errors: CallerNotAllowed, ClearingAmount.., ClearingT.., the token's own
    fn pay_lp_claim(&mut self, to: Address, amount_atoms: U256) -> Result<(), Revert> {
        only(self.vm(), self.slots.vault.get())?;
        self.give(LP_CLAIMS, to, amount_atoms)
    }

    fn vault_cash(&self) -> I256 {
        from_i128(self.entry(VAULT).cash())
    }

    fn take(&mut self, from: Address, account: B256, amount_atoms: U256) -> Result<(), Revert> {
        self.require_wired()?;
        let amount = positive(amount_atoms)?;
        self.pull(from, amount)?;
        let credited = self.entry(account).credit(amount);
        let entry = credited.map_err(|error| ledger_revert(account, error))?;
        self.set_entry(account, entry);
        let cash = from_i128(entry.cash());
        log(self.vm(), &CashDeposited { account, amountAtoms: amount_atoms, cashAtoms: cash });
        Ok(())
    }

    fn give(&mut self, account: B256, to: Address, amount_atoms: U256) -> Result<(), Revert> {
        self.require_wired()?;
        let amount = positive(amount_atoms)?;
        let debited = self.entry(account).debit(amount);
        let entry = debited.map_err(|error| ledger_revert(account, error))?;
        self.set_entry(account, entry);
        let cash = from_i128(entry.cash());
        log(self.vm(), &CashWithdrawn { account, amountAtoms: amount_atoms, cashAtoms: cash });
        self.push(to, amount)
    }

    fn require_wired(&self) -> Result<(), Revert> {
        if self.slots.market.get().is_zero() {
            return Err(revert(&NotWired {}));
        }
        Ok(())
    }

    /// The market may move the cash of traders, not that of the ledger's own accounts.
    fn only_market_for(&self, account: B256) -> Result<(), Revert> {
        only(self.vm(), self.slots.market.get())?;
        if owner(account).is_zero() {
            return Err(revert(&ClearingAccountReserved { account }));
        }
        Ok(())
    }

    fn tell_wired(&self, peer: Address, role: &[u8]) {
        let program = self.vm().contract_address();
        log(self.vm(), &ProgramWired { program, peer, role: B256::right_padding_from(role) });
    }
}
