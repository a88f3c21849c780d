//! The vault's storage.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::{Allocation, Terms as AbiTerms};
use equipoise_kit::storage::{halves, joined, namespace_root, paired, quarters, Namespace, Namespaced};
use equipoise_risk::millionths::Millionths;
use equipoise_risk::units::Atoms;
use equipoise_risk::waterfall::Waterfall;
use stylus_sdk::prelude::*;
use stylus_sdk::storage::{StorageAddress, StorageB256, StorageMap, StorageU256};

use crate::plan::Capital;

/// Where the vault keeps its state.
pub struct VaultSpace;

impl Namespace for VaultSpace {
    const ROOT: U256 = namespace_root("equipoise.vault");
}

/// [`VaultSlots`] at their place.
pub type Slots = Namespaced<VaultSpace, VaultSlots>;

/// Everything the vault keeps.
#[storage]
pub struct VaultSlots {
    pub(crate) clearing: StorageAddress,
    /// How many markets there are; the spacing of cuts and the token's decimals.
    setting: StorageB256,
    pub(crate) senior: StorageAddress,
    pub(crate) junior: StorageAddress,
    /// The fixed claim; the seconds it has accrued for and when it was last looked at.
    claim: StorageB256,
    /// What the owner has set, 32 bits each; the junior's series and whether the claim was covered, when fees were charged.
    terms: StorageB256,
    /// The junior's high-water mark; fees that wait.
    marks: StorageB256,
    fee_recipient: StorageAddress,
    allocations: StorageMap<U256, AllocationSlots>,
}

/// Beside the series: whether the claim was covered.
const COVERED: u64 = 1 << 32;

/// One of the four numbers of 32 bits in half a slot, counted from the highest.
fn eighth(half: u128, place: u8) -> u32 {
    let low = half >> 96u8.saturating_sub(place.saturating_mul(32)) & u128::from(u32::MAX);
    // Cut to 32 bits.
    u32::try_from(low).unwrap_or(u32::MAX)
}

/// One market.
#[storage]
pub struct AllocationSlots {
    market: StorageAddress,
    oracle: StorageAddress,
    weight: StorageU256,
}

impl VaultSlots {
    /// The state of the tranches.
    pub(crate) fn capital(&self) -> Capital {
        let [fixed, times] = halves(self.claim.get());
        let [accrued_secs, seen_at] = quarters(times);
        let [set, rest] = halves(self.terms.get());
        let [series, charged_at] = quarters(rest);
        let waterfall = Waterfall {
            fixed: Atoms::new(fixed.cast_signed()),
            accrued_secs,
            rate: Millionths::from_raw(eighth(set, 0)),
            seen_at,
            was_covered: series & COVERED != 0,
            junior_series: eighth(u128::from(series), 3),
        };
        Capital { waterfall, charged_at, high_water_x64: halves(self.marks.get())[0] }
    }

    /// Replaces the state of the tranches.
    pub(crate) fn set_capital(&mut self, capital: &Capital) {
        let Capital { waterfall, charged_at, high_water_x64 } = capital;
        let times = paired(waterfall.accrued_secs, waterfall.seen_at);
        self.claim.set(joined(waterfall.fixed.count().cast_unsigned(), times));
        let [set, _] = halves(self.terms.get());
        let set = set & (u128::MAX >> 32) | u128::from(waterfall.rate.raw()) << 96;
        let covered = if waterfall.was_covered { COVERED } else { 0 };
        let series = u64::from(waterfall.junior_series) | covered;
        self.terms.set(joined(set, paired(series, *charged_at)));
        self.marks.set(joined(*high_water_x64, self.fees()));
    }

    /// What the owner has set.
    pub(crate) fn terms(&self) -> AbiTerms {
        let [set, _] = halves(self.terms.get());
        AbiTerms {
            seniorRate: eighth(set, 0),
            coverage: eighth(set, 1),
            managementFee: eighth(set, 2),
            performanceFee: eighth(set, 3),
            feeRecipient: self.fee_recipient.get(),
        }
    }

    /// Replaces what the owner has set, but the senior's rate, which is the claim's.
    pub(crate) fn set_terms(&mut self, terms: &AbiTerms) {
        let [set, rest] = halves(self.terms.get());
        let fees = paired(0, u64::from(terms.managementFee) << 32 | u64::from(terms.performanceFee));
        let set = set >> 96 << 96 | u128::from(terms.coverage) << 64 | fees;
        self.terms.set(joined(set, rest));
        self.fee_recipient.set(terms.feeRecipient);
    }

    /// Fees that wait to be paid.
    pub(crate) fn fees(&self) -> u128 {
        halves(self.marks.get())[1]
    }

    /// Replaces the fees that wait to be paid.
    pub(crate) fn set_fees(&mut self, atoms: u128) {
        let [high_water_x64, _] = halves(self.marks.get());
        self.marks.set(joined(high_water_x64, atoms));
    }

    /// How many markets there are.
    pub(crate) fn market_count(&self) -> u8 {
        // At most four.
        u8::try_from(halves(self.setting.get())[0]).unwrap_or(0)
    }

    /// The spacing of cuts in seconds and the token's decimals.
    pub(crate) fn setting(&self) -> [u64; 2] {
        quarters(halves(self.setting.get())[1])
    }

    /// Replaces the spacing of cuts and the token's decimals.
    pub(crate) fn set_setting(&mut self, cut_spacing_secs: u64, token_decimals: u8) {
        self.setting.set(joined(0, paired(cut_spacing_secs, token_decimals.into())));
    }

    /// One market.
    pub(crate) fn allocation(&self, number: u8) -> Allocation {
        let slots = self.allocations.getter(U256::from(number));
        let [weight, ..] = *slots.weight.get().as_limbs();
        Allocation {
            market: slots.market.get(),
            oracle: slots.oracle.get(),
            weight: u32::try_from(weight).unwrap_or(0),
        }
    }

    /// Adds a market.
    pub(crate) fn add_allocation(&mut self, allocation: &Allocation) {
        let [count, rest] = halves(self.setting.get());
        let mut slots = self.allocations.setter(U256::from(count));
        slots.market.set(allocation.market);
        slots.oracle.set(allocation.oracle);
        slots.weight.set(U256::from(allocation.weight));
        self.setting.set(joined(count.saturating_add(1), rest));
    }

    /// A tranche.
    pub(crate) fn tranche(&self, is_senior: bool) -> Address {
        if is_senior {
            self.senior.get()
        } else {
            self.junior.get()
        }
    }
}
