//! What a price must be to be taken, and what its publishers sign.

use alloy_primitives::B256;
use equipoise_interfaces::PriceUpdate;
use equipoise_kit::number::to_u128;
use equipoise_kit::price::is_usable;
use equipoise_kit::signature::{digest, domain_separator, hash};
use stylus_sdk::host::VM;

use crate::slots::Published;

const NAME: B256 = hash("Equipoise Signed Source");
const VERSION: B256 = hash("1");
const UPDATE_TYPE: B256 =
    hash("PriceUpdate(bytes32 underlying,uint256 priceWad,uint256 confidenceWad,uint64 publishedAt)");

/// Why a price is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is one of this moment, or of a later one.
    NotIncreasing,
    /// It is from after now.
    InFuture,
    /// It comes too late.
    TooOld,
    /// It lies outside of the domain.
    OutOfDomain,
    /// It may be off by nothing, or by itself or more.
    ConfidenceInvalid,
}

/// Checks a price against the time of the last one, zero if there is none, and against the time now.
/// # Errors: every [`Refusal`]
pub fn check(update: &PriceUpdate, last_at: u64, now: u64, max_age_secs: u64) -> Result<Published, Refusal> {
    let at = update.publishedAt;
    if at <= last_at {
        return Err(Refusal::NotIncreasing);
    }
    let age = now.checked_sub(at).ok_or(Refusal::InFuture)?;
    if age > max_age_secs {
        return Err(Refusal::TooOld);
    }
    let price_wad = to_u128(update.priceWad).filter(|price| is_usable(*price)).ok_or(Refusal::OutOfDomain)?;
    let confidence = to_u128(update.confidenceWad).filter(|confidence| (1..price_wad).contains(confidence));
    let confidence_wad = confidence.ok_or(Refusal::ConfidenceInvalid)?;
    Ok(Published { price_wad, confidence_wad, at })
}

/// What publishers sign.
pub fn digest_of(vm: &VM, update: &PriceUpdate) -> B256 {
    let message = (UPDATE_TYPE, update.underlying, update.priceWad, update.confidenceWad, update.publishedAt);
    digest(vm, domain_separator(vm, NAME, VERSION), &message)
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{keccak256, U256};
    use alloy_sol_types::SolStruct;
    use equipoise_kit::price::{MAX_PRICE_WAD, MIN_PRICE_WAD};
    use proptest::prelude::*;

    use super::*;

    const NOW: u64 = 1_000_000;
    const MAX_AGE: u64 = 60;

    fn of(price: u128, confidence: u128, at: u64) -> PriceUpdate {
        PriceUpdate {
            underlying: B256::repeat_byte(1),
            priceWad: U256::from(price),
            confidenceWad: U256::from(confidence),
            publishedAt: at,
        }
    }

    #[test]
    fn the_signed_type_is_that_of_the_interface() {
        assert_eq!(UPDATE_TYPE, keccak256(PriceUpdate::eip712_encode_type().as_bytes()));
    }

    #[test]
    fn times_rise_and_are_neither_future_nor_old() {
        let at = |at, last| check(&of(MIN_PRICE_WAD, 1, at), last, NOW, MAX_AGE).map(|published| published.at);
        assert_eq!(at(NOW, NOW - 1), Ok(NOW));
        assert_eq!(at(NOW, NOW), Err(Refusal::NotIncreasing));
        assert_eq!(at(NOW - 1, NOW), Err(Refusal::NotIncreasing));
        assert_eq!(at(NOW + 1, NOW), Err(Refusal::InFuture));
        assert_eq!(at(u64::MAX, NOW), Err(Refusal::InFuture));
        assert_eq!(at(NOW - MAX_AGE, 0), Ok(NOW - MAX_AGE));
        assert_eq!(at(NOW - MAX_AGE - 1, 0), Err(Refusal::TooOld));
        // Zero is when nothing was published, so nothing can be published then.
        assert_eq!(check(&of(MIN_PRICE_WAD, 1, 0), 0, 30, MAX_AGE), Err(Refusal::NotIncreasing));
    }

    #[test]
    fn prices_end_with_the_domain() {
        let price = |price| check(&of(price, 1, NOW), 0, NOW, MAX_AGE).map(|published| published.price_wad);
        for good in [MIN_PRICE_WAD, MAX_PRICE_WAD] {
            assert_eq!(price(good), Ok(good));
        }
        for bad in [0, MIN_PRICE_WAD - 1, MAX_PRICE_WAD + 1, u128::MAX] {
            assert_eq!(price(bad), Err(Refusal::OutOfDomain));
        }
        let wide = PriceUpdate { priceWad: U256::from(1) << 200, ..of(0, 1, NOW) };
        assert_eq!(check(&wide, 0, NOW, MAX_AGE), Err(Refusal::OutOfDomain));
    }

    #[test]
    fn a_price_is_off_by_something_and_by_less_than_itself() {
        let confidence =
            |confidence| check(&of(MIN_PRICE_WAD, confidence, NOW), 0, NOW, MAX_AGE).map(|taken| taken.confidence_wad);
        for good in [1, MIN_PRICE_WAD - 1] {
            assert_eq!(confidence(good), Ok(good));
        }
        for bad in [0, MIN_PRICE_WAD, u128::MAX] {
            assert_eq!(confidence(bad), Err(Refusal::ConfidenceInvalid));
        }
        let wide = PriceUpdate { confidenceWad: U256::from(1) << 128, ..of(MIN_PRICE_WAD, 0, NOW) };
        assert_eq!(check(&wide, 0, NOW, MAX_AGE), Err(Refusal::ConfidenceInvalid));
    }

    proptest! {
        #[test]
        fn what_is_taken_is_what_was_signed_and_fits_its_slot(
            price in any::<u128>(), confidence in any::<u128>(), at in any::<u64>(), last in any::<u64>(), now in any::<u64>(),
        ) {
            if let Ok(taken) = check(&of(price, confidence, at), last, now, MAX_AGE) {
                prop_assert_eq!(taken, Published { price_wad: price, confidence_wad: confidence, at });
                prop_assert!(price < 1 << 96 && confidence < price && at > last && at <= now);
            }
        }
    }
}
