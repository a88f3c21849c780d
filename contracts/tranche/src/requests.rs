//! Requests, and taking them back.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::{
    CancelDepositRequest, CancelRedeemRequest, DepositRequest, IClearing, RedeemRequest, TrancheAmountTooLarge,
    TrancheCutPassed, TrancheRequestPending, TrancheRequestTooSmall, TrancheRequestUnknown,
};
use equipoise_kit::lean::{call, log, revert};
use equipoise_kit::number::{from_u128, to_u128};
use equipoise_kit::shares::VIRTUAL_SHARES;
use equipoise_kit::storage::number_key;
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::epochs::{narrow, LAPSE_SECS};
use crate::slots::Request;
use crate::Tranche;

impl Tranche {
    /// Enters a deposit into the open epoch, on top of one that is there already.
    /// # Returns: the request's id
    /// # Errors: TrancheNotOperator, TrancheRequestTooSmall, TrancheRequestPending, TrancheAmountTooLarge, Clearing.., the
    /// token's own
    pub(crate) fn request_deposit(
        &mut self,
        assets: U256,
        controller: Address,
        owner: Address,
    ) -> Result<U256, Revert> {
        self.require_may_act_for(owner)?;
        self.require_may_act_for(controller)?;
        let atoms = at_least(assets, self.min_deposit_atoms())?;
        self.collect_deposit(controller)?;
        let epoch = self.open_epoch();
        let total = add(held_in(self.deposit_request(controller), epoch, controller)?, atoms)?;
        let clearing = self.slots.clearing.address();
        call(self, clearing, &IClearing::takeLpDepositCall { from: owner, amountAtoms: assets })?;
        let request = Request { epoch, amount: total, series: 0 };
        self.slots.deposits.at_mut(controller.into_word()).set_request(request);
        let mut slots = self.slots.epochs.at_mut(number_key(epoch));
        let sum = add(slots.deposit_atoms(), atoms)?;
        slots.set_deposit_atoms(sum);
        self.slots.enqueue(epoch);
        let (id, sender) = (U256::from(epoch), self.vm().msg_sender());
        log(self.vm(), &DepositRequest { controller, owner, requestId: id, sender, assets });
        Ok(id)
    }

    /// Enters shares to redeem into the open epoch, on top of those that are there already.
    /// # Returns: the request's id
    /// # Errors: TrancheNotOperator, TrancheRequestTooSmall, TrancheRequestPending, TrancheAmountTooLarge, ERC20..
    pub(crate) fn request_redeem(&mut self, value: U256, controller: Address, owner: Address) -> Result<U256, Revert> {
        self.require_may_act_for(controller)?;
        if !self.may_act_for(owner) {
            self.spend_allowance(owner, value)?;
        }
        // Who has less than the minimum may still leave: a share can have become dear.
        let (least, balance) = (self.min_redeem_shares(), self.balance(self.slots.series(), owner));
        let shares = at_least(value, to_u128(balance).unwrap_or(least).clamp(1, least))?;
        self.collect_redeem(controller)?;
        let (epoch, series) = (self.open_epoch(), self.slots.series());
        let held = self.redeem_request(controller);
        let is_dead = held.amount > 0 && held.series != series;
        if is_dead {
            // Of an earlier series: worth nothing, and in nobody's way.
            self.release_shares(held.series, controller, held.amount)?;
        }
        let held = if is_dead { 0 } else { held_in(held, epoch, controller)? };
        let keeper = self.vm().contract_address();
        self.move_shares(series, owner, keeper, value)?;
        let request = Request { epoch, amount: add(held, shares)?, series };
        self.slots.redemptions.at_mut(controller.into_word()).set_request(request);
        let mut slots = self.slots.epochs.at_mut(number_key(epoch));
        let before = if slots.redeem_series() == series { slots.redeem_shares() } else { 0 };
        slots.set_redeem_series(series);
        let sum = add(before, shares)?;
        slots.set_redeem_shares(sum);
        self.slots.enqueue(epoch);
        let (id, sender) = (U256::from(epoch), self.vm().msg_sender());
        log(self.vm(), &RedeemRequest { controller, owner, requestId: id, sender, shares: value });
        Ok(id)
    }

    /// Takes a deposit back, out of the clearing house to the controller.
    /// # Errors: TrancheNotOperator, TrancheRequestUnknown, TrancheCutPassed, the token's own
    pub(crate) fn cancel_deposit(&mut self, id: U256, controller: Address) -> Result<(), Revert> {
        let request = self.cancellable(self.deposit_request(controller), id, controller)?;
        self.slots.deposits.at_mut(controller.into_word()).set_request(Request::default());
        let mut slots = self.slots.epochs.at_mut(number_key(request.epoch));
        let left = slots.deposit_atoms().saturating_sub(request.amount);
        slots.set_deposit_atoms(left);
        let (assets, clearing, sender) =
            (from_u128(request.amount), self.slots.clearing.address(), self.vm().msg_sender());
        log(self.vm(), &CancelDepositRequest { controller, requestId: id, sender, assets });
        call(self, clearing, &IClearing::returnLpDepositCall { to: controller, amountAtoms: assets })?;
        Ok(())
    }

    /// Takes shares back that wait to be redeemed.
    /// # Errors: TrancheNotOperator, TrancheRequestUnknown, TrancheCutPassed
    pub(crate) fn cancel_redeem(&mut self, id: U256, controller: Address) -> Result<(), Revert> {
        let request = self.cancellable(self.redeem_request(controller), id, controller)?;
        self.slots.redemptions.at_mut(controller.into_word()).set_request(Request::default());
        let mut slots = self.slots.epochs.at_mut(number_key(request.epoch));
        if slots.redeem_series() == request.series {
            let left = slots.redeem_shares().saturating_sub(request.amount);
            slots.set_redeem_shares(left);
        }
        let (shares, sender) = (from_u128(request.amount), self.vm().msg_sender());
        log(self.vm(), &CancelRedeemRequest { controller, requestId: id, sender, shares });
        self.release_shares(request.series, controller, request.amount)
    }

    /// A controller's last deposit.
    pub(crate) fn deposit_request(&self, controller: Address) -> Request {
        self.slots.deposits.at(controller.into_word()).request()
    }

    /// A controller's last redemption.
    pub(crate) fn redeem_request(&self, controller: Address) -> Request {
        self.slots.redemptions.at(controller.into_word()).request()
    }

    /// The smallest deposit: one token, of the 18 decimals at most that the clearing house takes.
    pub(crate) fn min_deposit_atoms(&self) -> u128 {
        10u64.saturating_pow(u32::try_from(self.slots.setting()[1]).unwrap_or(0)).into()
    }

    /// The smallest redemption: the shares that a thousandth of a token buys first.
    fn min_redeem_shares(&self) -> u128 {
        self.min_deposit_atoms().saturating_mul(VIRTUAL_SHARES / 1_000)
    }

    /// A request that may be taken back: before its cut, or when nobody has priced it for a week after.
    fn cancellable(&self, request: Request, id: U256, controller: Address) -> Result<Request, Revert> {
        self.require_may_act_for(controller)?;
        let epoch = request.epoch;
        let is_settled = self.slots.epochs.at(number_key(epoch)).is_settled();
        if request.amount == 0 || is_settled || U256::from(epoch) != id {
            return Err(revert(&TrancheRequestUnknown { requestId: id, controller }));
        }
        let (now, cut_at) = (self.vm().block_timestamp(), self.cut_of(epoch));
        let lapses_at = cut_at.saturating_add(LAPSE_SECS);
        if (cut_at..lapses_at).contains(&now) {
            return Err(revert(&TrancheCutPassed { epoch, cutAt: cut_at, lapsesAt: lapses_at }));
        }
        Ok(request)
    }
}

/// What a controller has requested in the open epoch already. He has one request of a kind at a time.
fn held_in(request: Request, epoch: u64, controller: Address) -> Result<u128, Revert> {
    if request.amount == 0 || request.epoch == epoch {
        return Ok(request.amount);
    }
    Err(revert(&TrancheRequestPending { controller, epoch: request.epoch }))
}

/// A request in the width the tranche counts in, if it is not too small.
fn at_least(amount: U256, minimum: u128) -> Result<u128, Revert> {
    let atoms = narrow(amount)?;
    if atoms < minimum {
        return Err(revert(&TrancheRequestTooSmall { amount, minimum: from_u128(minimum) }));
    }
    Ok(atoms)
}

fn add(total: u128, amount: u128) -> Result<u128, Revert> {
    total.checked_add(amount).ok_or_else(|| revert(&TrancheAmountTooLarge { amount: from_u128(amount) }))
}
