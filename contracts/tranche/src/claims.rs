//! Collecting what priced epochs have for a controller, and claiming it.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::{
    CancelDepositClaim, Deposit, IClearing, TrancheAmountTooLarge, TrancheClaimExceeded, TrancheNothingToClaim,
    Withdraw,
};
use equipoise_kit::lean::{call, log, revert};
use equipoise_kit::number::from_u128;
use equipoise_kit::storage::number_key;
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::epochs::narrow;
use crate::parts::{Claim, Parts};
use crate::slots::Request;
use crate::Tranche;

/// What an epoch has for one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) claim: Claim,
    /// Assets or shares that were not filled.
    pub(crate) unfilled: u128,
    /// What the epoch has left for others.
    left: Parts,
    /// The series of minted shares.
    series: u32,
}

/// One way to take a part of a claim: the part and what is left.
pub(crate) type Take = fn(Claim, u128) -> Option<(Claim, Claim)>;

impl Tranche {
    /// What a controller's deposit has come to, if it is priced and not collected.
    pub(crate) fn due_deposit(&self, controller: Address) -> Option<Due> {
        let Request { epoch, amount, .. } = self.deposit_request(controller);
        let slots = self.slots.epochs.at(number_key(epoch));
        if amount == 0 || !slots.is_settled() {
            return None;
        }
        let (assets, shares, left) = slots.deposits().take(amount)?;
        let series = slots.minted_series();
        Some(Due { claim: Claim { assets, shares }, unfilled: amount.saturating_sub(assets), left, series })
    }

    /// What a controller's redemption has come to, if it is priced and not collected.
    pub(crate) fn due_redeem(&self, controller: Address) -> Option<Due> {
        let Request { epoch, amount, series } = self.redeem_request(controller);
        let slots = self.slots.epochs.at(number_key(epoch));
        if amount == 0 || !slots.is_settled() {
            return None;
        }
        if slots.redeem_series() != series {
            return Some(Due { unfilled: amount, left: slots.redemptions(), series, ..Due::default() });
        }
        let (shares, assets, left) = slots.redemptions().take(amount)?;
        Some(Due { claim: Claim { assets, shares }, unfilled: amount.saturating_sub(shares), left, series })
    }

    /// Books what priced epochs have for a controller.
    /// # Errors: TrancheAmountTooLarge
    pub(crate) fn collect(&mut self, controller: Address) -> Result<(), Revert> {
        self.collect_deposit(controller)?;
        self.collect_redeem(controller)
    }

    /// Books what his deposit has come to.
    /// # Errors: TrancheAmountTooLarge
    pub(crate) fn collect_deposit(&mut self, controller: Address) -> Result<(), Revert> {
        let Some(due) = self.due_deposit(controller) else {
            return Ok(());
        };
        let mut slots = self.slots.deposits.at_mut(controller.into_word());
        let request = slots.request();
        slots.set_request(Request { amount: 0, ..request });
        let (held, series) = (slots.claim(), slots.claim_series());
        let is_dead = held.shares > 0 && series != due.series;
        let before = if is_dead { Claim::default() } else { held };
        let claim = before.plus(due.claim).ok_or_else(|| too_large(due.claim.shares))?;
        slots.set_claim(claim);
        let returned = slots.returned().checked_add(due.unfilled).ok_or_else(|| too_large(due.unfilled))?;
        slots.set_returned(due.series, returned);
        self.slots.epochs.at_mut(number_key(request.epoch)).set_deposits(due.left);
        if is_dead {
            self.release_shares(series, controller, held.shares)?;
        }
        Ok(())
    }

    /// Books what his redemption has come to, and returns what it has not filled to his balance.
    /// # Errors: TrancheAmountTooLarge
    pub(crate) fn collect_redeem(&mut self, controller: Address) -> Result<(), Revert> {
        let Some(due) = self.due_redeem(controller) else {
            return Ok(());
        };
        let mut slots = self.slots.redemptions.at_mut(controller.into_word());
        let request = slots.request();
        slots.set_request(Request { amount: 0, ..request });
        if due.claim != Claim::default() {
            let claim = slots.claim().plus(due.claim).ok_or_else(|| too_large(due.claim.shares))?;
            slots.set_claim(claim);
        }
        self.slots.epochs.at_mut(number_key(request.epoch)).set_redemptions(due.left);
        self.release_shares(request.series, controller, due.unfilled)
    }

    /// What a controller may claim of deposits: the accepted assets and their shares.
    pub(crate) fn claimable_deposit(&self, controller: Address) -> Claim {
        let slots = self.slots.deposits.at(controller.into_word());
        let held = slots.claim();
        match self.due_deposit(controller) {
            Some(due) if held.shares > 0 && slots.claim_series() != due.series => due.claim,
            Some(due) => held.plus(due.claim).unwrap_or(held),
            None => held,
        }
    }

    /// What a controller may claim of redemptions: the redeemed shares and their assets.
    pub(crate) fn claimable_redeem(&self, controller: Address) -> Claim {
        let held = self.slots.redemptions.at(controller.into_word()).claim();
        let due = self.due_redeem(controller).map_or(Claim::default(), |due| due.claim);
        held.plus(due).unwrap_or(held)
    }

    /// What a controller may claim of deposits that were not accepted.
    pub(crate) fn claimable_returned(&self, controller: Address) -> u128 {
        let due = self.due_deposit(controller).map_or(0, |due| due.unfilled);
        self.slots.deposits.at(controller.into_word()).returned().saturating_add(due)
    }

    /// Gives shares that were minted for a deposit.
    /// # Errors: TrancheNotOperator, TrancheNothingToClaim, TrancheClaimExceeded, ERC20InvalidReceiver
    pub(crate) fn claim_deposit(
        &mut self,
        amount: U256,
        (receiver, controller): (Address, Address),
        take: Take,
    ) -> Result<Claim, Revert> {
        self.require_may_act_for(controller)?;
        self.require_receiver(receiver)?;
        self.collect_deposit(controller)?;
        let mut slots = self.slots.deposits.at_mut(controller.into_word());
        let series = slots.claim_series();
        let (part, left) = part_of(slots.claim(), amount, take, controller)?;
        if part.shares == 0 {
            return Err(revert(&TrancheNothingToClaim { controller }));
        }
        slots.set_claim(left);
        self.release_shares(series, receiver, part.shares)?;
        let (assets, shares) = (from_u128(part.assets), from_u128(part.shares));
        log(self.vm(), &Deposit { sender: controller, owner: receiver, assets, shares });
        Ok(part)
    }

    /// Pays assets that shares were redeemed for.
    /// # Errors: TrancheNotOperator, TrancheNothingToClaim, TrancheClaimExceeded, the token's own
    pub(crate) fn claim_redeem(
        &mut self,
        amount: U256,
        (receiver, controller): (Address, Address),
        take: Take,
    ) -> Result<Claim, Revert> {
        self.require_may_act_for(controller)?;
        self.collect_redeem(controller)?;
        let mut slots = self.slots.redemptions.at_mut(controller.into_word());
        let (part, left) = part_of(slots.claim(), amount, take, controller)?;
        if part.assets == 0 {
            return Err(revert(&TrancheNothingToClaim { controller }));
        }
        slots.set_claim(left);
        let (assets, shares) = (from_u128(part.assets), from_u128(part.shares));
        let sender = self.vm().msg_sender();
        log(self.vm(), &Withdraw { sender, receiver, owner: controller, assets, shares });
        self.pay(receiver, assets)?;
        Ok(part)
    }

    /// Pays assets that were not accepted.
    /// # Errors: TrancheNotOperator, TrancheNothingToClaim, the token's own
    pub(crate) fn claim_returned(&mut self, receiver: Address, controller: Address) -> Result<U256, Revert> {
        self.require_may_act_for(controller)?;
        self.collect_deposit(controller)?;
        let mut slots = self.slots.deposits.at_mut(controller.into_word());
        let assets = from_u128(slots.returned());
        if assets.is_zero() {
            return Err(revert(&TrancheNothingToClaim { controller }));
        }
        let series = slots.claim_series();
        slots.set_returned(series, 0);
        let sender = self.vm().msg_sender();
        log(self.vm(), &CancelDepositClaim { receiver, controller, sender, assets });
        self.pay(receiver, assets)?;
        Ok(assets)
    }

    fn pay(&mut self, to: Address, amount: U256) -> Result<(), Revert> {
        let clearing = self.slots.clearing.address();
        call(self, clearing, &IClearing::payLpClaimCall { to, amountAtoms: amount })?;
        Ok(())
    }
}

fn part_of(claim: Claim, amount: U256, take: Take, controller: Address) -> Result<(Claim, Claim), Revert> {
    let wanted = narrow(amount)?;
    if wanted == 0 || claim == Claim::default() {
        return Err(revert(&TrancheNothingToClaim { controller }));
    }
    take(claim, wanted).ok_or_else(|| {
        // The one that was asked of is known by what the whole of it would take.
        let is_assets = take(claim, claim.assets).is_some_and(|(part, _)| part.assets == claim.assets);
        let claimable = from_u128(if is_assets { claim.assets } else { claim.shares });
        revert(&TrancheClaimExceeded { amount, claimable })
    })
}

#[cold]
fn too_large(amount: u128) -> Revert {
    revert(&TrancheAmountTooLarge { amount: from_u128(amount) })
}
