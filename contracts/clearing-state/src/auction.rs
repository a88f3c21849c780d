//! Running auctions: loading, storing, ending.

use alloy_primitives::{B256, U256};
use equipoise_interfaces::{
    AuctionEnded, ClearingAccountHealthy, ClearingBidTooSmall, ClearingNotInAuction, ClearingTooEarly,
};
use equipoise_kit::lean::{log, revert};
use equipoise_kit::Revert;
use equipoise_math::Fx;
use equipoise_risk::auction::{Auction, AuctionError, Health, Stage};
use equipoise_risk::units::Money;
use stylus_sdk::prelude::*;

use crate::amounts::{number_error, shown_ceil, shown_floor};
use crate::assessment::{safe_since, Assessment};
use crate::{Account, Ledger};

/// An account in auction, and its auction brought to the present.
/// # Errors: ClearingAccountReserved, ClearingNotInAuction, ClearingOracleUnsafe, the markets' own
#[inline(never)]
pub fn running(ledger: &Ledger, account: B256) -> Result<(Assessment, Auction), Revert> {
    let assessment = Assessment::of(ledger, account)?;
    if !assessment.entry.is_in_auction() {
        return Err(revert(&ClearingNotInAuction { account }));
    }
    let since = safe_since(ledger, assessment.entry.held())?;
    let auction = load(ledger, account).at(ledger.vm().block_timestamp(), Some(since));
    Ok((assessment, auction))
}

/// Forgets an auction and tells it. Returns the entry without it, for the caller to store.
/// # Errors: none in range
#[inline(never)]
pub fn close(ledger: &mut Ledger, account: B256, entry: Account, health: Health) -> Result<Account, Revert> {
    let mut slots = ledger.slots.auctions.setter(account);
    slots.first.set(B256::ZERO);
    slots.second.set(B256::ZERO);
    let scale = ledger.scale()?;
    log(
        ledger.vm(),
        &AuctionEnded {
            account,
            equityAtoms: shown_floor(scale, health.equity),
            maintenanceAtoms: shown_ceil(scale, health.maintenance),
        },
    );
    Ok(entry.in_auction(false))
}

/// An auction in its two slots: what is left, when it started and the seconds that count; the bonus budget and until when
/// they are counted.
#[inline(never)]
pub fn store(ledger: &mut Ledger, account: B256, auction: &Auction) {
    let budget = auction.bonus_budget.fx().to_bits();
    let first = pack(auction.left.to_bits(), auction.started_at, auction.elapsed_secs);
    let mut slots = ledger.slots.auctions.setter(account);
    slots.first.set(first);
    slots.second.set(pack(budget, auction.counted_at, 0));
}

fn load(ledger: &Ledger, account: B256) -> Auction {
    let slots = ledger.slots.auctions.getter(account);
    let (left, started_at, elapsed_secs) = unpack(slots.first.get());
    let (budget, counted_at, _) = unpack(slots.second.get());
    let bonus_budget = Money::from_fx(Fx::from_bits(budget));
    Auction { started_at, elapsed_secs, counted_at, left: Fx::from_bits(left), bonus_budget }
}

fn pack(number: i128, high: u64, low: u64) -> B256 {
    let mut slot = B256::ZERO;
    let (first, rest) = slot.split_at_mut(16);
    let (second, third) = rest.split_at_mut(8);
    first.copy_from_slice(&number.to_be_bytes());
    second.copy_from_slice(&high.to_be_bytes());
    third.copy_from_slice(&low.to_be_bytes());
    slot
}

fn unpack(slot: B256) -> (i128, u64, u64) {
    let word = U256::from_be_bytes(slot.0);
    let [low, high, number_low, number_high] = *word.as_limbs();
    ((u128::from(number_high) << 64 | u128::from(number_low)).cast_signed(), high, low)
}

/// Maps an error of the auction of an account.
#[cold]
#[inline(never)]
pub fn auction_revert(ledger: &Ledger, account: B256, error: AuctionError) -> Revert {
    match error {
        AuctionError::Healthy { health } | AuctionError::Cured { health } => match ledger.scale() {
            Ok(scale) => revert(&ClearingAccountHealthy {
                account,
                equityAtoms: shown_floor(scale, health.equity),
                maintenanceAtoms: shown_ceil(scale, health.maintenance),
            }),
            Err(error) => error,
        },
        AuctionError::BidTooSmall { share, least } => {
            revert(&ClearingBidTooSmall { shareX64: share.to_bits(), leastX64: least.to_bits() })
        }
        AuctionError::TooEarly { elapsed_secs, needed_secs } => {
            revert(&ClearingTooEarly { elapsedSecs: elapsed_secs, neededSecs: needed_secs })
        }
        // Limits and safety are checked before: neither comes here.
        AuctionError::Unsafe | AuctionError::PriceAboveLimit { .. } => number_error(equipoise_risk::RiskError::Math),
        AuctionError::Risk(error) => number_error(error),
    }
}

/// Whether an auction is over: nothing is held any more, or the account is healthy. The share that cures is exact but for
/// whole lots and atoms, so after it the buffer may lack a little.
/// # Errors: ClearingNumberOutOfDomain
pub fn is_over(auction: &Auction, entry: Account, health: Health, took_all_asked: bool) -> Result<bool, Revert> {
    let is_cured = auction.stage(health).map_err(number_error)? == Stage::Cured;
    Ok(entry.held() == 0 || is_cured || took_all_asked && health.equity >= health.maintenance)
}
