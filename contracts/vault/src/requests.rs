//! Requests and claims.

use alloy_primitives::{Address, U256, U64};
use equipoise_interfaces::{
    DepositClaimed, DepositRequested, IClearing, RedeemClaimed, RedeemRequested, VaultAmountTooLarge,
    VaultNothingToClaim, VaultRequestPending, VaultRequestTooSmall,
};
use equipoise_kit::lean::{call, log, revert};
use equipoise_kit::number::{from_u128, to_u128};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::epoch::{Split, VIRTUAL_SHARES};
use crate::slots::Stage;
use crate::Vault;

/// A request that nobody has priced this long after its cut may be taken back.
pub(crate) const LAPSE_SECS: u64 = 7 * 86_400;

impl Vault {
    /// Enters a deposit into the open epoch, on top of one that is there already.
    /// # Errors: VaultRequestTooSmall, VaultRequestPending, VaultAmountTooLarge, Clearing.., the token's own
    pub(crate) fn request_deposit(&mut self, assets: U256) -> Result<u64, Revert> {
        let owner = self.vm().msg_sender();
        let atoms = checked_request(assets, self.min_deposit_atoms())?;
        let (epoch, _) = self.open_epoch();
        let (earlier, held) = self.slots.deposits.getter(owner).get();
        require_same_epoch(owner, earlier, held, epoch)?;
        let clearing = self.slots.clearing.get();
        call(self, clearing, &IClearing::takeLpDepositCall { from: owner, amountAtoms: assets })?;
        let total = add(held, atoms)?;
        self.slots.deposits.setter(owner).set(epoch, total);
        let mut slots = self.slots.epochs.setter(U64::from(epoch));
        let split = slots.deposits();
        slots.set_deposits(Split { requested: add(split.requested, atoms)?, ..split });
        self.slots.enqueue(epoch);
        log(self.vm(), &DepositRequested { owner, epoch, assetsAtoms: assets });
        Ok(epoch)
    }

    /// Enters shares to redeem into the open epoch, on top of those that are there already.
    /// # Errors: VaultRequestTooSmall, VaultRequestPending, VaultAmountTooLarge, ERC20InsufficientBalance
    pub(crate) fn request_redeem(&mut self, value: U256) -> Result<u64, Revert> {
        let owner = self.vm().msg_sender();
        let shares = checked_request(value, self.min_redeem_shares())?;
        let (epoch, _) = self.open_epoch();
        let (earlier, held) = self.slots.redemptions.getter(owner).get();
        require_same_epoch(owner, earlier, held, epoch)?;
        let vault = self.vm().contract_address();
        self.move_shares(owner, vault, value)?;
        let total = add(held, shares)?;
        self.slots.redemptions.setter(owner).set(epoch, total);
        let mut slots = self.slots.epochs.setter(U64::from(epoch));
        let split = slots.redemptions();
        slots.set_redemptions(Split { requested: add(split.requested, shares)?, ..split });
        self.slots.enqueue(epoch);
        log(self.vm(), &RedeemRequested { owner, epoch, shares: value });
        Ok(epoch)
    }

    /// Gives an owner the shares for his deposit, or the deposit back.
    /// # Returns: shares, assets given back
    /// # Errors: VaultNothingToClaim, VaultRequestPending, the token's own
    pub(crate) fn claim_deposit(&mut self, owner: Address) -> Result<(U256, U256), Revert> {
        let (epoch, atoms) = self.slots.deposits.getter(owner).get();
        let stage = self.require_claimable(owner, epoch, atoms)?;
        self.slots.deposits.setter(owner).set(0, 0);
        let mut slots = self.slots.epochs.setter(U64::from(epoch));
        let taken = slots.deposits().take(atoms);
        let (minted, left) = taken.ok_or_else(|| nothing_to_claim(owner))?;
        slots.set_deposits(left);
        let shares = from_u128(minted);
        let returned = if stage == Stage::Accepted { U256::ZERO } else { from_u128(atoms) };
        if stage == Stage::Waiting {
            self.refuse_deposit(returned)?;
        }
        self.release_shares(owner, shares)?;
        log(self.vm(), &DepositClaimed { owner, epoch, shares, assetsReturnedAtoms: returned });
        self.pay(owner, returned)?;
        Ok((shares, returned))
    }

    /// Pays an owner for his redeemed shares and gives back the others.
    /// # Returns: assets, shares given back
    /// # Errors: VaultNothingToClaim, VaultRequestPending, the token's own
    pub(crate) fn claim_redeem(&mut self, owner: Address) -> Result<(U256, U256), Revert> {
        let (epoch, shares) = self.slots.redemptions.getter(owner).get();
        let stage = self.require_claimable(owner, epoch, shares)?;
        self.slots.redemptions.setter(owner).set(0, 0);
        let mut slots = self.slots.epochs.setter(U64::from(epoch));
        let split = slots.redemptions();
        let unfilled = Split { requested: split.requested, given: slots.unfilled() };
        let (paid, left) = split.take(shares).ok_or_else(|| nothing_to_claim(owner))?;
        let (back, unfilled) = unfilled.take(shares).ok_or_else(|| nothing_to_claim(owner))?;
        slots.set_redemptions(left);
        slots.set_unfilled(unfilled.given);
        let assets = from_u128(paid);
        let returned = from_u128(if stage == Stage::Waiting { shares } else { back });
        self.release_shares(owner, returned)?;
        log(self.vm(), &RedeemClaimed { owner, epoch, assetsAtoms: assets, sharesReturned: returned });
        self.pay(owner, assets)?;
        Ok((assets, returned))
    }

    /// The smallest deposit: one token.
    pub(crate) fn min_deposit_atoms(&self) -> u128 {
        10u128.saturating_pow(u32::from(self.token_decimals()))
    }

    /// The smallest redemption: the shares that a thousandth of a token buys first.
    fn min_redeem_shares(&self) -> u128 {
        let of_a_token = self.min_deposit_atoms().saturating_mul(VIRTUAL_SHARES);
        of_a_token.checked_div(1_000).unwrap_or(of_a_token)
    }

    /// Fails unless there is a request whose epoch is priced or has lapsed: then it is still `Waiting`.
    fn require_claimable(&self, owner: Address, epoch: u64, amount: u128) -> Result<Stage, Revert> {
        if amount == 0 {
            return Err(nothing_to_claim(owner));
        }
        let stage = self.slots.epochs.getter(U64::from(epoch)).stage();
        let lapses_at = self.cut_of(epoch).saturating_add(LAPSE_SECS);
        if stage == Stage::Waiting && self.vm().block_timestamp() < lapses_at {
            return Err(revert(&VaultRequestPending { owner, epoch }));
        }
        Ok(stage)
    }

    /// Makes a claim of a deposit whose epoch has lapsed.
    fn refuse_deposit(&mut self, amount: U256) -> Result<(), Revert> {
        let clearing = self.slots.clearing.get();
        let refuse = IClearing::settleLpEpochCall {
            market: 0,
            acceptedAtoms: U256::ZERO,
            refusedAtoms: amount,
            redeemedAtoms: U256::ZERO,
        };
        call(self, clearing, &refuse)?;
        Ok(())
    }

    /// Gives shares out of the vault's keeping.
    fn release_shares(&mut self, owner: Address, shares: U256) -> Result<(), Revert> {
        if shares.is_zero() {
            return Ok(());
        }
        let vault = self.vm().contract_address();
        self.move_shares(vault, owner, shares)
    }

    fn pay(&mut self, to: Address, amount: U256) -> Result<(), Revert> {
        if amount.is_zero() {
            return Ok(());
        }
        let clearing = self.slots.clearing.get();
        call(self, clearing, &IClearing::payLpClaimCall { to, amountAtoms: amount })?;
        Ok(())
    }
}

#[cold]
fn nothing_to_claim(owner: Address) -> Revert {
    revert(&VaultNothingToClaim { owner })
}

/// A request in the width the vault counts in, if it is not too small.
fn checked_request(amount: U256, minimum: u128) -> Result<u128, Revert> {
    let narrow = to_u128(amount).ok_or_else(|| revert(&VaultAmountTooLarge { amount }))?;
    if narrow < minimum {
        return Err(revert(&VaultRequestTooSmall { amount, minimum: from_u128(minimum) }));
    }
    Ok(narrow)
}

/// An owner has one request of a kind at a time; what is priced must be claimed first.
fn require_same_epoch(owner: Address, earlier: u64, held: u128, epoch: u64) -> Result<(), Revert> {
    if held == 0 || earlier == epoch {
        return Ok(());
    }
    Err(revert(&VaultRequestPending { owner, epoch: earlier }))
}

fn add(total: u128, amount: u128) -> Result<u128, Revert> {
    total.checked_add(amount).ok_or_else(|| revert(&VaultAmountTooLarge { amount: from_u128(amount) }))
}
