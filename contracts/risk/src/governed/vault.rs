//! What the vault's tranches have agreed.

use super::{Binds, Riskier, Rule, Step, Terms, DAY_SECS};
use crate::millionths::Millionths;
use crate::waterfall::MOST_RATE;

/// The management fee is at most 2 % a year.
pub const MOST_MANAGEMENT_FEE: Millionths = Millionths::from_raw(20_000);
/// The performance fee is at most 20 %.
pub const MOST_PERFORMANCE_FEE: Millionths = Millionths::from_raw(200_000);

/// One of the terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultTerm {
    /// By which the senior's claim grows, a year.
    SeniorRate,
    /// What the junior has of the value at least where it is asked for.
    Coverage,
    /// Of the value, a year.
    ManagementFee,
    /// Of the junior's gain.
    PerformanceFee,
}

/// A term and what is ruled about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultRule {
    /// Which.
    pub term: VaultTerm,
    /// Its bounds, its default, and how it may be moved.
    pub rule: Rule,
}

/// Every term in its order in `IVault::Terms`. What one party gains another one pays: none has a safe direction. More
/// coverage protects the senior and locks the junior in.
pub const VAULT_RULES: [VaultRule; 4] = [
    rule(VaultTerm::SeniorRate, (0, MOST_RATE.raw()), 60_000, (20_000, 7)),
    rule(VaultTerm::Coverage, (100_000, 900_000), 200_000, (50_000, 7)),
    rule(VaultTerm::ManagementFee, (0, MOST_MANAGEMENT_FEE.raw()), 0, (2_500, 14)),
    rule(VaultTerm::PerformanceFee, (0, MOST_PERFORMANCE_FEE.raw()), 0, (25_000, 14)),
];

const fn rule(term: VaultTerm, (min, max): (u32, u32), default: u32, (step, days): (u32, u64)) -> VaultRule {
    let terms = Terms {
        step: Step::Absolute(step),
        interval_secs: days.saturating_mul(DAY_SECS),
        riskier: Riskier::Either,
        binds: Binds::Existing,
    };
    VaultRule { term, rule: Rule { min, max, default, terms } }
}
