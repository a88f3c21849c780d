//! Where everything lies.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use equipoise_interfaces::{Allocation, Terms as AbiTerms};
use equipoise_kit::ownership::Ownership;
use equipoise_kit::storage::{
    coupled, eighths, halves, joined, namespace_root, paired, quarters, Namespace, Namespaced, Word,
};
use equipoise_risk::millionths::Millionths;
use equipoise_risk::units::Atoms;
use equipoise_risk::waterfall::Waterfall;
use stylus_sdk::prelude::*;
use stylus_sdk::storage::StorageArray;

use crate::plan::Capital;
use crate::survey::MOST_MARKETS;

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
    /// The clearing house.
    pub clearing: Word,
    /// How many markets there are; the spacing of cuts and the token's decimals.
    setting: Word,
    /// The senior tranche.
    pub senior: Word,
    /// The junior tranche.
    pub junior: Word,
    /// The fixed claim; the seconds it has accrued for and when it was last looked at.
    claim: Word,
    /// What the owner has set, 32 bits each; the junior's series and whether the claim was covered, when fees were charged.
    terms: Word,
    /// The junior's high-water mark; fees that wait.
    marks: Word,
    fee_recipient: Word,
    /// The program that runs what is rare.
    pub steward: Word,
    /// The last, so that there can be more of them.
    allocations: StorageArray<AllocationSlots, MOST_MARKETS>,
}

/// One market.
#[storage]
pub struct AllocationSlots {
    market: Word,
    oracle: Word,
    weight: Word,
}

// Out of line: a byte of code costs more at every start than a call does.
impl VaultSlots {
    /// The state of the tranches.
    #[inline(never)]
    pub fn capital(&self) -> Capital {
        let [fixed, times] = halves(self.claim.get());
        let [accrued_secs, seen_at] = quarters(times);
        let [set, rest] = halves(self.terms.get());
        let [series, charged_at] = quarters(rest);
        let ([rate, _], [covered, junior_series]) = (eighths(quarters(set)[0]), eighths(series));
        let waterfall = Waterfall {
            fixed: Atoms::new(fixed.cast_signed()),
            accrued_secs,
            rate: Millionths::from_raw(rate),
            seen_at,
            was_covered: covered == 1,
            junior_series,
        };
        Capital { waterfall, charged_at, high_water_x64: halves(self.marks.get())[0] }
    }

    /// Replaces the state of the tranches.
    #[inline(never)]
    pub fn set_capital(&mut self, capital: &Capital) {
        let Capital { waterfall, charged_at, high_water_x64 } = capital;
        let times = paired(waterfall.accrued_secs, waterfall.seen_at);
        self.claim.set(joined(waterfall.fixed.count().cast_unsigned(), times));
        let [first, fees] = quarters(halves(self.terms.get())[0]);
        let first = coupled(waterfall.rate.raw(), eighths(first)[1]);
        let series = coupled(waterfall.was_covered.into(), waterfall.junior_series);
        self.terms.set(joined(paired(first, fees), paired(series, *charged_at)));
        self.marks.set(joined(*high_water_x64, self.fees()));
    }

    /// What the owner has set.
    #[inline(never)]
    pub fn terms(&self) -> AbiTerms {
        let [first, fees] = quarters(halves(self.terms.get())[0]).map(eighths);
        AbiTerms {
            seniorRate: first[0],
            coverage: first[1],
            managementFee: fees[0],
            performanceFee: fees[1],
            feeRecipient: self.fee_recipient.address(),
        }
    }

    /// Replaces what the owner has set, but the senior's rate, which is the claim's.
    pub fn set_terms(&mut self, terms: &AbiTerms) {
        let [set, rest] = halves(self.terms.get());
        let [rate, _] = eighths(quarters(set)[0]);
        let set = paired(coupled(rate, terms.coverage), coupled(terms.managementFee, terms.performanceFee));
        self.terms.set(joined(set, rest));
        self.fee_recipient.set_address(terms.feeRecipient);
    }

    /// Fees that wait to be paid.
    #[inline(never)]
    pub fn fees(&self) -> u128 {
        halves(self.marks.get())[1]
    }

    /// Replaces the fees that wait to be paid.
    #[inline(never)]
    pub fn set_fees(&mut self, atoms: u128) {
        let [high_water_x64, _] = halves(self.marks.get());
        self.marks.set(joined(high_water_x64, atoms));
    }

    /// How many markets there are.
    #[inline(never)]
    pub fn market_count(&self) -> u8 {
        // At most four.
        u8::try_from(halves(self.setting.get())[0]).unwrap_or(0)
    }

    /// The spacing of cuts in seconds and the token's decimals.
    #[inline(never)]
    pub fn setting(&self) -> [u64; 2] {
        quarters(halves(self.setting.get())[1])
    }

    /// The smallest deposit: one token, of the 18 decimals at most that the clearing house takes.
    pub fn min_deposit_atoms(&self) -> u128 {
        10u64.saturating_pow(u32::try_from(self.setting()[1]).unwrap_or(0)).into()
    }

    /// The markets.
    pub fn allocation_list(&self) -> Vec<Allocation> {
        (0..self.market_count()).map(|number| self.allocation(number)).collect()
    }

    /// Replaces the spacing of cuts and the token's decimals.
    pub fn set_setting(&mut self, cut_spacing_secs: u64, token_decimals: u8) {
        self.setting.set(joined(0, paired(cut_spacing_secs, token_decimals.into())));
    }

    /// One market.
    pub fn allocation(&self, number: u8) -> Allocation {
        let Some(slots) = self.allocations.getter(number) else {
            return Allocation { market: Address::ZERO, oracle: Address::ZERO, weight: 0 };
        };
        let [_, weight] = halves(slots.weight.get());
        Allocation {
            market: slots.market.address(),
            oracle: slots.oracle.address(),
            weight: u32::try_from(weight).unwrap_or(0),
        }
    }

    /// Adds a market.
    pub fn add_allocation(&mut self, allocation: &Allocation) {
        let [count, rest] = halves(self.setting.get());
        if let Some(mut slots) = self.allocations.setter(self.market_count()) {
            slots.market.set_address(allocation.market);
            slots.oracle.set_address(allocation.oracle);
            slots.weight.set(joined(0, allocation.weight.into()));
        }
        self.setting.set(joined(count.saturating_add(1), rest));
    }

    /// A tranche.
    #[inline(never)]
    pub fn tranche(&self, is_senior: bool) -> Address {
        if is_senior {
            self.senior.address()
        } else {
            self.junior.address()
        }
    }
}

/// The vault's storage.
#[storage]
pub struct Vault {
    /// Who owns the program.
    pub ownership: Ownership,
    /// All the rest.
    pub slots: Slots,
}

// SAFETY: it is the one storage struct of each program.
unsafe impl TopLevelStorage for Vault {}
