//! Epochs: when they cut, what they ask for, and how they end.

use alloy_primitives::U256;
use equipoise_interfaces::{EpochSettled, Fill, SeriesStarted, TrancheAmountTooLarge};
use equipoise_kit::lean::{log, only, revert};
use equipoise_kit::number::{from_u128, to_u128};
use equipoise_kit::storage::number_key;
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::parts::Parts;
use crate::Tranche;

/// A request that nobody has priced this long after its cut may be taken back.
pub(crate) const LAPSE_SECS: u64 = 7 * 86_400;

impl Tranche {
    /// The epoch that requests join now.
    pub(crate) fn open_epoch(&self) -> u64 {
        let now = self.vm().block_timestamp().checked_div(self.slots.setting()[0]).unwrap_or(0);
        now.saturating_add(2)
    }

    /// When an epoch cuts.
    pub(crate) fn cut_of(&self, epoch: u64) -> u64 {
        epoch.saturating_mul(self.slots.setting()[0])
    }

    /// The oldest epoch that is not priced and what it asks for; all shares. Shares of an earlier series ask for nothing.
    pub(crate) fn pending(&self) -> (u64, [U256; 3]) {
        let epoch = self.slots.first_epoch();
        let slots = self.slots.epochs.at(number_key(epoch));
        let is_current = slots.redeem_series() == self.slots.series();
        let shares = if is_current { slots.redeem_shares() } else { 0 };
        (epoch, [slots.deposit_atoms(), shares, self.slots.supply()].map(from_u128))
    }

    /// Leaves all shares worth nothing. The vault program only.
    /// # Errors: CallerNotAllowed
    pub(crate) fn start_series(&mut self) -> Result<(), Revert> {
        only(self.vm(), self.slots.core.address())?;
        self.slots.start_series();
        log(self.vm(), &SeriesStarted { series: self.slots.series() });
        Ok(())
    }

    /// Ends the oldest epoch: puts what there is to claim beside what was requested. The vault program only.
    /// # Errors: CallerNotAllowed, TrancheAmountTooLarge
    pub(crate) fn settle_epoch(&mut self, epoch: u64, fill: &Fill, is_new_series: bool) -> Result<(), Revert> {
        only(self.vm(), self.slots.core.address())?;
        let (accepted, minted) = (narrow(fill.acceptedAtoms)?, narrow(fill.sharesMinted)?);
        let (burned, paid) = (narrow(fill.sharesBurned)?, narrow(fill.paidAtoms)?);
        self.burn_kept(burned)?;
        if is_new_series {
            self.slots.start_series();
        }
        self.mint_kept(minted);
        let series = self.slots.series();
        let mut slots = self.slots.epochs.at_mut(number_key(epoch));
        let (deposited, asked) = (slots.deposit_atoms(), slots.redeem_shares());
        slots.set_deposits(Parts { requested: deposited, filled: accepted, given: minted });
        slots.set_redemptions(Parts { requested: asked, filled: burned, given: paid });
        slots.settle(series);
        self.slots.dequeue();
        log(
            self.vm(),
            &EpochSettled {
                epoch,
                series,
                acceptedAtoms: fill.acceptedAtoms,
                refusedAtoms: from_u128(deposited.saturating_sub(accepted)),
                sharesMinted: fill.sharesMinted,
                sharesBurned: fill.sharesBurned,
                paidAtoms: fill.paidAtoms,
                sharesUnfilled: from_u128(asked.saturating_sub(burned)),
                totalSupply: from_u128(self.slots.supply()),
            },
        );
        Ok(())
    }
}

/// An amount in the width the tranche counts in.
/// # Errors: TrancheAmountTooLarge
pub(crate) fn narrow(amount: U256) -> Result<u128, Revert> {
    to_u128(amount).ok_or_else(|| revert(&TrancheAmountTooLarge { amount }))
}
