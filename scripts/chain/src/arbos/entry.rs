//! An entry of the table of programs: one word of state.

use alloy_primitives::U256;

use super::{
    meter::Refusal,
    programs::{ProgramExpired, ProgramNeedsUpgrade, ProgramNotActivated},
};
use crate::stylus::StylusParams;

/// When hours are counted from.
pub(super) const ARBITRUM_START: u64 = 1_421_388_000;

/// Whole hours from [`ARBITRUM_START`] to a time.
pub(super) fn hours(time: u64) -> u32 {
    ((time.saturating_sub(ARBITRUM_START) / 3600) as u32).min(0x00ff_ffff)
}

/// An entry of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ActiveProgram {
    /// Stylus version; zero if never activated.
    pub(crate) version: u16,
    /// Own part of the init gas.
    pub(crate) init_cost: u16,
    /// Own part of the cached gas.
    pub(crate) cached_cost: u16,
    /// Initial pages.
    pub(crate) footprint: u16,
    /// Hours between [`ARBITRUM_START`] and activation.
    pub(super) activated_hours: u32,
    /// Predicted machine code, kilobytes.
    pub(super) asm_kilobytes: u32,
    /// Whether the program is in the cache.
    pub(crate) cached: bool,
}

impl ActiveProgram {
    pub(super) fn unpack(word: U256) -> Self {
        let bytes = word.to_be_bytes::<32>();
        let number = |range: std::ops::Range<usize>| {
            bytes.get(range).unwrap_or_default().iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
        };
        Self {
            version: number(0..2) as u16,
            init_cost: number(2..4) as u16,
            cached_cost: number(4..6) as u16,
            footprint: number(6..8) as u16,
            activated_hours: number(8..11),
            asm_kilobytes: number(11..14),
            cached: bytes[14] != 0,
        }
    }

    pub(super) fn pack(self) -> U256 {
        let mut bytes = [0; 32];
        bytes[0..2].copy_from_slice(&self.version.to_be_bytes());
        bytes[2..4].copy_from_slice(&self.init_cost.to_be_bytes());
        bytes[4..6].copy_from_slice(&self.cached_cost.to_be_bytes());
        bytes[6..8].copy_from_slice(&self.footprint.to_be_bytes());
        bytes[8..11].copy_from_slice(&self.activated_hours.to_be_bytes()[1..]);
        bytes[11..14].copy_from_slice(&self.asm_kilobytes.to_be_bytes()[1..]);
        bytes[14] = self.cached.into();
        U256::from_be_bytes(bytes)
    }

    /// Seconds since activation.
    pub(super) fn age(&self, now: u64) -> u64 {
        now.saturating_sub(ARBITRUM_START + u64::from(self.activated_hours) * 3600)
    }

    /// Predicted machine code, bytes.
    pub(super) fn asm_size(&self) -> u32 {
        self.asm_kilobytes.saturating_mul(1024)
    }

    pub(super) fn check(self, params: &StylusParams, now: u64) -> Result<Self, Refusal> {
        if self.version == 0 {
            return Err(Refusal::solidity(&ProgramNotActivated {}));
        }
        self.check_version(params)?;
        self.check_age(params, now)
    }

    pub(super) fn check_version(self, params: &StylusParams) -> Result<Self, Refusal> {
        if self.version != params.version {
            let (version, current) = (self.version, params.version);
            return Err(Refusal::solidity(&ProgramNeedsUpgrade { version, stylusVersion: current }));
        }
        Ok(self)
    }

    pub(super) fn check_age(self, params: &StylusParams, now: u64) -> Result<Self, Refusal> {
        let age = self.age(now);
        if age > params.expiry_seconds() {
            return Err(Refusal::solidity(&ProgramExpired { ageInSeconds: age }));
        }
        Ok(self)
    }
}
