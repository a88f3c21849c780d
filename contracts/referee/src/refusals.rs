//! Errors of the pure crates, as callers are told of them.

use equipoise_interfaces::{
    HedgerBudgetExceeded, HedgerCostTooHigh, HedgerDeltaGrows, HedgerGainTooSmall, HedgerLimitExceeded,
    HedgerNumberOutOfDomain, HedgerOptionsTooShort, HedgerWindowClosed,
};
use equipoise_kit::lean::revert;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{signed_wad, unsigned_wad};
use equipoise_market_state::errors::{require_openable, Refusal};
use equipoise_risk::limits::Breach;
use equipoise_risk::rebalance::Refused;
use equipoise_risk::RiskError;

/// A number that could not be computed.
#[cold]
pub fn number_error(_: RiskError) -> Revert {
    revert(&HedgerNumberOutOfDomain {})
}

/// Why a rebalance is refused.
#[cold]
pub fn refusal(refused: Refused) -> Revert {
    match refused {
        Refused::WindowClosed => revert(&HedgerWindowClosed {}),
        Refused::DeltaGrows { after, most } => {
            revert(&HedgerDeltaGrows { afterWad: unsigned_wad(after.fx()), mostWad: unsigned_wad(most.fx()) })
        }
        Refused::HedgeTooLarge { value, most } => {
            revert(&HedgerLimitExceeded { valueWad: unsigned_wad(value.fx()), limitWad: unsigned_wad(most.fx()) })
        }
        Refused::GainTooSmall { gain, least } => {
            revert(&HedgerGainTooSmall { gainWad: signed_wad(gain.fx()), leastWad: unsigned_wad(least.fx()) })
        }
        Refused::CostTooHigh { lost, most } => {
            revert(&HedgerCostTooHigh { lostWad: signed_wad(lost.fx()), mostWad: unsigned_wad(most.fx()) })
        }
        Refused::BudgetExceeded { cost, most } => {
            revert(&HedgerBudgetExceeded { costWad: unsigned_wad(cost.fx()), mostWad: unsigned_wad(most.fx()) })
        }
        Refused::BookLimit(Breach { limit_of, value, limit }) => {
            let refusal = Refusal::of_limit(limit_of).number();
            match require_openable(refusal, signed_wad(value.fx()), unsigned_wad(limit.fx())) {
                Err(error) => error,
                Ok(()) => revert(&HedgerNumberOutOfDomain {}),
            }
        }
        Refused::LifeTooShort { life_secs, least_secs } => {
            revert(&HedgerOptionsTooShort { lifeSecs: life_secs, leastSecs: least_secs })
        }
        Refused::Number(error) => number_error(error),
    }
}
