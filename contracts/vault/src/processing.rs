//! Epochs: when they cut, and pricing them.

use alloy_primitives::{I256, U256, U64};
use equipoise_interfaces::{
    EpochProcessed, IClearing, IMarket, VaultEpochNotClosed, VaultNothingToProcess, VaultSettlementPending,
};
use equipoise_kit::lean::{call, log, revert, view};
use equipoise_kit::number::{from_i128, from_u128, to_i128, to_u128};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::epoch::{Fill, Pending, Snapshot, Split};
use crate::slots::Stage;
use crate::Vault;

/// The market's word on the vault's value.
pub(crate) struct Value {
    pub(crate) snapshot: Snapshot,
    nav: I256,
    uncertainty: U256,
    reserve: U256,
    price_at: u64,
    is_settlement_pending: bool,
}

impl Vault {
    /// The epoch that requests join now, and when it cuts.
    pub(crate) fn open_epoch(&self) -> (u64, u64) {
        let spacing = self.cut_spacing();
        let now = self.vm().block_timestamp().checked_div(spacing).unwrap_or(0);
        let epoch = now.saturating_add(2);
        (epoch, self.cut_of(epoch))
    }

    /// The oldest epoch with requests that is not priced, and when it cuts; zeros if there is none.
    pub(crate) fn next_epoch(&self) -> (u64, u64) {
        let epoch = self.slots.first_epoch();
        (epoch, self.cut_of(epoch))
    }

    /// Prices the oldest epoch that has requests.
    /// # Errors: VaultNothingToProcess, VaultEpochNotClosed, VaultSettlementPending, the market's own
    pub(crate) fn process_epoch(&mut self) -> Result<u64, Revert> {
        let (epoch, cut_at) = self.next_epoch();
        if epoch == 0 {
            return Err(revert(&VaultNothingToProcess {}));
        }
        let now = self.vm().block_timestamp();
        if now < cut_at {
            return Err(revert(&VaultEpochNotClosed { epoch, cutAt: cut_at, priceAt: now }));
        }
        let value = self.value()?;
        if value.price_at < cut_at {
            let price_at = value.price_at;
            return Err(revert(&VaultEpochNotClosed { epoch, cutAt: cut_at, priceAt: price_at }));
        }
        if value.is_settlement_pending {
            return Err(revert(&VaultSettlementPending {}));
        }
        let fill = self.fill(epoch, &value.snapshot);
        self.slots.dequeue();
        self.mint(fill.minted);
        self.burn(fill.burned)?;
        self.tell_processed(epoch, &value, &fill);
        self.move_assets(&fill)?;
        Ok(epoch)
    }

    /// The vault's value as the market sees it now.
    pub(crate) fn value(&self) -> Result<Value, Revert> {
        let nav = view(self.vm(), self.slots.market.get(), &IMarket::navCall {})?;
        Ok(Value {
            snapshot: Snapshot {
                supply: self.slots.supply(),
                // A value out of range is none: it prices nothing.
                nav_atoms: to_i128(nav.navAtoms).unwrap_or(i128::MIN),
                uncertainty_atoms: to_u128(nav.uncertaintyAtoms).unwrap_or(u128::MAX),
                reserve_atoms: to_u128(nav.reserveAtoms).unwrap_or(u128::MAX),
                redeemable_atoms: to_u128(nav.redeemableAtoms).unwrap_or(u128::MAX),
            },
            nav: nav.navAtoms,
            uncertainty: nav.uncertaintyAtoms,
            reserve: nav.reserveAtoms,
            price_at: nav.priceAt,
            is_settlement_pending: nav.isSettlementPending,
        })
    }

    /// When an epoch cuts.
    pub(crate) fn cut_of(&self, epoch: u64) -> u64 {
        epoch.saturating_mul(self.cut_spacing())
    }

    fn cut_spacing(&self) -> u64 {
        self.slots.cut_spacing.get().to()
    }

    /// Prices an epoch and puts what there is to claim in the place of what was requested.
    fn fill(&mut self, epoch: u64, snapshot: &Snapshot) -> Fill {
        let min_deposit_atoms = self.min_deposit_atoms();
        let mut slots = self.slots.epochs.setter(U64::from(epoch));
        let pending = Pending {
            deposit_atoms: slots.deposits().requested,
            redeem_shares: slots.redemptions().requested,
            min_deposit_atoms,
        };
        let fill = snapshot.price(&pending);
        slots.set_deposits(Split { requested: pending.deposit_atoms, given: fill.minted });
        slots.set_redemptions(Split { requested: pending.redeem_shares, given: fill.paid_atoms });
        slots.set_unfilled(fill.unfilled);
        let is_refused = fill.refused_atoms > 0;
        slots.set_stage(if is_refused { Stage::Refused } else { Stage::Accepted });
        fill
    }

    /// Has the clearing house move the cash, and the market take note.
    fn move_assets(&mut self, fill: &Fill) -> Result<(), Revert> {
        let (clearing, market) = (self.slots.clearing.get(), self.slots.market.get());
        let settle = IClearing::settleLpEpochCall {
            market: 0,
            acceptedAtoms: from_u128(fill.accepted_atoms),
            refusedAtoms: from_u128(fill.refused_atoms),
            redeemedAtoms: from_u128(fill.paid_atoms),
        };
        call(self, clearing, &settle)?;
        // The clearing house has just moved both, so each is far from the ends of the range.
        let flow = 0i128.saturating_add_unsigned(fill.accepted_atoms).saturating_sub_unsigned(fill.paid_atoms);
        if flow != 0 {
            call(self, market, &IMarket::recordLpFlowCall { flowAtoms: from_i128(flow) })?;
        }
        Ok(())
    }

    fn tell_processed(&self, epoch: u64, value: &Value, fill: &Fill) {
        log(
            self.vm(),
            &EpochProcessed {
                epoch,
                navAtoms: value.nav,
                uncertaintyAtoms: value.uncertainty,
                reserveAtoms: value.reserve,
                acceptedAtoms: from_u128(fill.accepted_atoms),
                refusedAtoms: from_u128(fill.refused_atoms),
                sharesMinted: from_u128(fill.minted),
                sharesBurned: from_u128(fill.burned),
                paidAtoms: from_u128(fill.paid_atoms),
                sharesUnfilled: from_u128(fill.unfilled),
                totalSupply: from_u128(self.slots.supply()),
            },
        );
    }
}
