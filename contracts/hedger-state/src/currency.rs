//! What every request must keep to, whatever it asks for.

use equipoise_interfaces::{
    AppraisalHead, HedgerCashShort, HedgerDeadlinePassed, HedgerEpochDiffers, HedgerMarketStopped, HedgerPriceTooOld,
};
use equipoise_kit::lean::revert;
use equipoise_kit::number::from_u128;
use equipoise_kit::Revert;
use equipoise_risk::rebalance::{HedgeTerm, HedgeTerms};

/// Fails if a request is late, or was made for another epoch.
/// # Errors: HedgerDeadlinePassed, HedgerEpochDiffers
pub fn require_current((risk_epoch, deadline): (u64, u64), current: u64, now: u64) -> Result<(), Revert> {
    if now > deadline {
        return Err(revert(&HedgerDeadlinePassed { deadline, nowAt: now }));
    }
    if risk_epoch != current {
        return Err(revert(&HedgerEpochDiffers { riskEpoch: risk_epoch, current }));
    }
    Ok(())
}

/// Fails unless the market's prices are safe, and as young as the request and the terms want them.
/// # Errors: HedgerMarketStopped, HedgerPriceTooOld
pub fn require_fresh(told: &AppraisalHead, least_at: u64, terms: &HedgeTerms, now: u64) -> Result<(), Revert> {
    if !told.mayHedge {
        return Err(revert(&HedgerMarketStopped {}));
    }
    let least = least_at.max(now.saturating_sub(terms.secs(HedgeTerm::PriceAgeSecs)));
    if told.spotAt < least {
        return Err(revert(&HedgerPriceTooOld { spotAt: told.spotAt, leastAt: least }));
    }
    Ok(())
}

/// The vault keeps what it may owe.
/// # Errors: HedgerCashShort
pub fn require_spare(wanted: u128, told: &AppraisalHead) -> Result<(), Revert> {
    let wanted = from_u128(wanted);
    if wanted > told.spareAtoms {
        return Err(revert(&HedgerCashShort { wantedAtoms: wanted, spareAtoms: told.spareAtoms }));
    }
    Ok(())
}
