//! Every type against the general codec.

use std::vec;

use alloy_primitives::I256;
use alloy_sol_types::{SolCall, SolValue};
use proptest::prelude::*;

use super::*;
use crate::words::same::{amount, same_call, same_error, same_event, ACCOUNT, OTHER, WHO};
use crate::words::{decode, words_of};

#[test]
fn errors_are_as_the_general_codec_writes_them() {
    let (two, three) = (amount(2), amount(3));
    same_error(&SourcePriceOutOfDomain { priceWad: two, minWad: three, maxWad: amount(4) });
    same_error(&SourceConfidenceInvalid { confidenceWad: two, priceWad: three });
    same_error(&SignedSourceEmpty {});
    same_error(&SignedSourceUnderlyingIsZero {});
    same_error(&SignedSourceMaxAgeOutOfBounds { maxAgeSecs: 7, minSecs: 8, maxSecs: 9 });
    same_error(&SignedSourceUnderlyingDiffers { underlying: ACCOUNT, expected: B256::ZERO });
    same_error(&SignedSourceTimeNotIncreasing { publishedAt: 7, lastPublishedAt: 8 });
    same_error(&SignedSourceTimeInFuture { publishedAt: 7, nowAt: 8 });
    same_error(&SignedSourceUpdateTooOld { publishedAt: 7, maxAgeSecs: 8, nowAt: 9 });
    same_error(&SignedSourcePublishersUnset {});
    same_error(&SignedSourcePublisherUnknown { publisher: WHO });
    same_error(&SignedSourcePublishersUnordered { publisher: WHO, previous: OTHER });
    same_error(&SignedSourcePublishersInvalid { count: two, maximum: three, threshold: 7 });
    same_error(&SignedSourceSignaturesTooFew { count: two, threshold: 7 });
    same_error(&PoolSourceWindowOutOfBounds { windowSecs: 7, minSecs: 8, maxSecs: 9 });
    same_error(&PoolSourceMinLiquidityInvalid { minLiquidity: two });
    same_error(&PoolSourceTokenUnknown { token: WHO, token0: OTHER, token1: WHO });
    same_error(&PoolSourceDecimalsUnsupported { token: WHO, decimals: 7 });
    same_error(&PoolSourcePoolUnreadable { pool: WHO });
    same_error(&PoolSourcePoolUninitialised { pool: WHO });
    same_error(&PoolSourceHistoryTooShort { oldestAgeSecs: 7, windowSecs: 8, cardinality: 9 });
    same_error(&PoolSourceLiquidityTooLow { liquidity: two, minLiquidity: three });
    same_error(&PoolSourceTickOutOfDomain { tick: I256::MINUS_ONE });
}

#[test]
fn calls_and_events_are_as_the_general_codec_writes_them() {
    same_call(&IPriceSource::latestCall {});
    same_call(&IPullSource::pulledCall {});
    same_call(&ISignedSource::maxAgeSecsCall {});
    same_call(&IUniswapV3Pool::token0Call {});
    same_call(&IUniswapV3Pool::token1Call {});
    same_call(&IUniswapV3Pool::slot0Call {});
    same_call(&IUniswapV3Pool::observationsCall { index: amount(2) });
    for secs in [vec![], vec![0], vec![1_800, 0]] {
        same_call(&IUniswapV3Pool::observeCall { secondsAgos: secs });
    }
    same_event(&PriceUpdated { priceWad: amount(2), confidenceWad: amount(3), publishedAt: 7 });
}

proptest! {
    #[test]
    fn answers_and_structs_are_read_as_the_general_codec_writes_them(
        ticks in prop::collection::vec(any::<i128>(), 0..4), number in any::<u64>(), tick in any::<i128>(),
        small in any::<u16>(), is_so in any::<bool>(),
    ) {
        let sums: Vec<_> = (0..=ticks.len()).map(|place| amount(number) + U256::from(place)).collect();
        let observed = IUniswapV3Pool::observeReturn { tickCumulatives: ticks, secondsPerLiquidityCumulativeX128s: sums };
        let data = IUniswapV3Pool::observeCall::abi_encode_returns(&observed);
        let read = decode::<IUniswapV3Pool::observeReturn>(&data).unwrap();
        prop_assert_eq!(read.tickCumulatives, observed.tickCumulatives);
        prop_assert_eq!(
            &read.secondsPerLiquidityCumulativeX128s, &observed.secondsPerLiquidityCumulativeX128s
        );
        for cut in 0..data.len() {
            prop_assert!(decode::<IUniswapV3Pool::observeReturn>(&data[..cut]).is_none());
        }

        let slot = IUniswapV3Pool::slot0Return {
            sqrtPriceX96: amount(number), tick, observationIndex: small, observationCardinality: small ^ 1,
            observationCardinalityNext: small ^ 2, feeProtocol: small.to_be_bytes()[0], unlocked: is_so,
        };
        let data = IUniswapV3Pool::slot0Call::abi_encode_returns(&slot);
        let read = decode::<IUniswapV3Pool::slot0Return>(&data).unwrap();
        prop_assert_eq!(IUniswapV3Pool::slot0Call::abi_encode_returns(&read), data);

        let one = IUniswapV3Pool::observationsReturn {
            blockTimestamp: u32::from(small), tickCumulative: tick, secondsPerLiquidityCumulativeX128: amount(number),
            initialized: is_so,
        };
        let data = IUniswapV3Pool::observationsCall::abi_encode_returns(&one);
        let read = decode::<IUniswapV3Pool::observationsReturn>(&data).unwrap();
        prop_assert_eq!(IUniswapV3Pool::observationsCall::abi_encode_returns(&read), data);

        let latest = IPriceSource::latestReturn { priceWad: amount(number), confidenceWad: amount(1), updatedAt: number };
        let data = IPriceSource::latestCall::abi_encode_returns(&latest);
        let read = decode::<IPriceSource::latestReturn>(&data).unwrap();
        prop_assert_eq!(IPriceSource::latestCall::abi_encode_returns(&read), data);

        let pulled = IPullSource::pulledReturn {
            priceWad: amount(number), confidenceWad: amount(1), publishedAt: number, movedMillionths: small.into(),
        };
        let data = IPullSource::pulledCall::abi_encode_returns(&pulled);
        let read = decode::<IPullSource::pulledReturn>(&data).unwrap();
        prop_assert_eq!(IPullSource::pulledCall::abi_encode_returns(&read), data);

        let update = PriceUpdate {
            underlying: B256::repeat_byte(7), priceWad: amount(number), confidenceWad: amount(2), publishedAt: number,
        };
        prop_assert_eq!(decode::<PriceUpdate>(&update.abi_encode()), Some(update.clone()));
        prop_assert_eq!(words_of(&update), update.abi_encode());
    }
}
