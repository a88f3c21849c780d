//! What else tells whether the feed's price may be relied on: a second source, the stablecoin's price, the sequencer.

use equipoise_interfaces::{IAggregator, IPriceSource, IPullSource};
use equipoise_kit::number::{to_u128, to_u64};
use equipoise_kit::price::is_usable;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::spread::{apart_ceil, Doubt, Signed};

use crate::round::WAD;

/// Two prices are compared while the second is at most this old: later they may differ for its age alone.
pub const FRESH_SECS: u64 = 600;
/// What is said of a source that is unusable: its age, or since when the sequencer has been up.
pub const UNUSABLE: u64 = u64::MAX;

/// What a source that is compared says: how old it is, and how far away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// In seconds; 0 if no source is named, [`UNUSABLE`] if it is not usable.
    pub age_secs: u64,
    /// In millionths; 0 where there is nothing to compare.
    pub millionths: u32,
}

impl Compared {
    /// A source that is named and says nothing that can be used.
    pub const NOTHING: Self = Self { age_secs: UNUSABLE, millionths: 0 };
}

/// A second price against the first.
/// # Rounding: up
pub fn compared(spot_wad: u128, said: &IPriceSource::latestReturn, now: u64) -> Compared {
    let usable = || {
        let price = to_u128(said.priceWad).filter(|price| is_usable(*price))?;
        let confidence = to_u128(said.confidenceWad).filter(|confidence| *confidence < price)?;
        let age_secs = now.checked_sub(said.updatedAt)?;
        let millionths = if age_secs > FRESH_SECS { 0 } else { apart_ceil(spot_wad, price, confidence).raw() };
        Some(Compared { age_secs, millionths })
    };
    usable().unwrap_or(Compared::NOTHING)
}

/// The stablecoin's price, which a checked round has told, against a dollar.
/// # Rounding: up
pub fn from_a_dollar(price_wad: u128, at: u64, now: u64) -> Compared {
    now.checked_sub(at)
        .map_or(Compared::NOTHING, |age_secs| Compared { age_secs, millionths: apart_ceil(WAD, price_wad, 0).raw() })
}

/// A signed price, if it may be traded at beside the feed's.
/// # Returns: None if it is unusable, too old, or too far from the feed's
pub fn pulled_beside(pushed_wad: u128, said: &IPullSource::pulledReturn, now: u64) -> Option<(Signed, Doubt)> {
    let price = to_u128(said.priceWad).filter(|price| is_usable(*price))?;
    let confidence = to_u128(said.confidenceWad).filter(|confidence| *confidence < price)?;
    let moved = Millionths::from_raw(said.movedMillionths);
    let signed = Signed { price, confidence, at: said.publishedAt, moved };
    Doubt::beside(pushed_wad, &signed, now).map(|doubt| (signed, doubt))
}

/// Since when the sequencer has been up, by its uptime feed: [`UNUSABLE`] while it is down, or if the answer says nothing.
/// # Source: Chainlink's L2 sequencer uptime feeds: the answer is 0 while it is up, and `startedAt` the last change
pub fn up_since(said: &IAggregator::latestRoundDataReturn, now: u64) -> u64 {
    let since = to_u64(said.startedAt).filter(|since| *since != 0 && *since <= now);
    since.filter(|_| said.answer.is_zero()).unwrap_or(UNUSABLE)
}

#[cfg(test)]
mod tests {
    use alloy_primitives::aliases::U80;
    use alloy_primitives::{I256, U256};
    use proptest::prelude::*;

    use super::*;
    use crate::round::{MAX_PRICE_WAD, MIN_PRICE_WAD};

    const NOW: u64 = 1_800_000_000;
    const MILLION: u128 = 1_000_000;

    fn said(price: u128, confidence: u128, at: u64) -> IPriceSource::latestReturn {
        let (price, confidence) = (U256::from(price), U256::from(confidence));
        IPriceSource::latestReturn { priceWad: price, confidenceWad: confidence, updatedAt: at }
    }

    #[test]
    fn distance_counts_what_the_second_may_be_off_by() {
        let of = |price, confidence| compared(3_000 * WAD, &said(price, confidence, NOW - 7), NOW);
        assert_eq!(of(3_000 * WAD, 0), Compared { age_secs: 7, millionths: 0 });
        assert_eq!(of(3_030 * WAD, 0).millionths, 10_000);
        assert_eq!(of(2_970 * WAD, 15 * WAD).millionths, 15_000);
        assert_eq!(of(3_000 * WAD + 1, 0).millionths, 1, "up");
    }

    #[test]
    fn a_price_that_is_not_fresh_is_told_by_its_age_alone() {
        let at = |age| compared(3_000 * WAD, &said(1_500 * WAD, 0, NOW - age), NOW);
        assert_eq!(at(FRESH_SECS), Compared { age_secs: FRESH_SECS, millionths: 500_000 });
        assert_eq!(at(FRESH_SECS + 1), Compared { age_secs: FRESH_SECS + 1, millionths: 0 });
    }

    #[test]
    fn what_cannot_be_is_unusable() {
        let of = |price, confidence, at| compared(3_000 * WAD, &said(price, confidence, at), NOW);
        assert_eq!(of(0, 0, NOW), Compared::NOTHING);
        assert_eq!(of(MIN_PRICE_WAD - 1, 0, NOW), Compared::NOTHING);
        assert_eq!(of(MAX_PRICE_WAD + 1, 0, NOW), Compared::NOTHING);
        assert_eq!(of(3_000 * WAD, 3_000 * WAD, NOW), Compared::NOTHING, "it may be anything");
        assert_eq!(of(3_000 * WAD, 0, NOW + 1), Compared::NOTHING, "from the future");
        let huge = IPriceSource::latestReturn { priceWad: U256::MAX, confidenceWad: U256::ZERO, updatedAt: NOW };
        assert_eq!(compared(3_000 * WAD, &huge, NOW), Compared::NOTHING);
    }

    #[test]
    fn a_pulled_price_is_one_that_can_be_and_may_be_traded_at() {
        let told = |price, confidence, at| {
            let (price, confidence) = (U256::from(price), U256::from(confidence));
            let said = IPullSource::pulledReturn {
                priceWad: price,
                confidenceWad: confidence,
                publishedAt: at,
                movedMillionths: 7,
            };
            pulled_beside(3_000 * WAD, &said, NOW).map(|(signed, doubt)| {
                // It is told to 2^-64 more.
                (signed.price, signed.at, Millionths::from_fx_ceil(doubt.share()).raw() - 1)
            })
        };
        assert_eq!(told(3_003 * WAD, 1, NOW - 5), Some((3_003 * WAD, NOW - 5, 508)));
        assert_eq!(told(3_003 * WAD, 1, NOW - 6), None, "old");
        assert_eq!(told(3_045 * WAD, 0, NOW), None, "apart");
        assert_eq!(told(0, 0, NOW), None);
        assert_eq!(told(MAX_PRICE_WAD + 1, 0, NOW), None);
        assert_eq!(told(3_000 * WAD, 3_000 * WAD, NOW), None, "it may be anything");
    }

    #[test]
    fn a_stablecoin_is_measured_from_a_dollar_either_way() {
        assert_eq!(from_a_dollar(WAD, NOW - 9, NOW), Compared { age_secs: 9, millionths: 0 });
        assert_eq!(from_a_dollar(WAD / 100 * 97, NOW, NOW).millionths, 30_000);
        assert_eq!(from_a_dollar(WAD / 100 * 101, NOW, NOW).millionths, 10_000);
        assert_eq!(from_a_dollar(WAD, NOW + 1, NOW), Compared::NOTHING);
    }

    #[test]
    fn the_sequencer_is_up_since_its_last_change_or_not_to_be_relied_on() {
        let status = |answer: i64, since: u64| {
            let (id, answer, at) = (U80::from(1), I256::try_from(answer).unwrap(), U256::from(since));
            let round =
                IAggregator::latestRoundDataReturn { id, answer, startedAt: at, updatedAt: at, answeredInRound: id };
            up_since(&round, NOW)
        };
        assert_eq!(status(0, NOW - 50), NOW - 50);
        for (answer, since) in [(1, NOW - 50), (-1, NOW - 50), (0, 0), (0, NOW + 1)] {
            assert_eq!(status(answer, since), UNUSABLE);
        }
    }

    proptest! {
        #[test]
        fn a_distance_is_never_told_too_small(
            spot in MIN_PRICE_WAD..=MAX_PRICE_WAD, price in MIN_PRICE_WAD..=MAX_PRICE_WAD, off in any::<u64>(),
        ) {
            let off = u128::from(off).min(price - 1);
            let told = compared(spot, &said(price, off, NOW), NOW).millionths;
            let apart = spot.abs_diff(price) + off;
            let least = U256::from(told).saturating_mul(U256::from(spot));
            prop_assert!(told == u32::MAX || least >= U256::from(apart) * U256::from(MILLION));
            prop_assert!(told == 0 || U256::from(told - 1) * U256::from(spot) < U256::from(apart) * U256::from(MILLION));
        }
    }
}
