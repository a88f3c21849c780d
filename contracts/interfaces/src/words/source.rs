//! The types of the price sources that the word codec knows, and what they call, with their fields in order.

use alloc::vec::Vec;

use alloy_primitives::{B256, U256};

use crate::words::{read_array, write_array, FromWords, ToWords};
use crate::{
    IPriceSource, IPullSource, ISignedSource, IUniswapV3Pool, PoolSourceDecimalsUnsupported, PoolSourceHistoryTooShort,
    PoolSourceLiquidityTooLow, PoolSourceMinLiquidityInvalid, PoolSourcePoolUninitialised, PoolSourcePoolUnreadable,
    PoolSourceTickOutOfDomain, PoolSourceTokenUnknown, PoolSourceWindowOutOfBounds, PriceUpdate, PriceUpdated,
    SignedSourceEmpty, SignedSourceMaxAgeOutOfBounds, SignedSourcePublisherUnknown, SignedSourcePublishersInvalid,
    SignedSourcePublishersUnordered, SignedSourcePublishersUnset, SignedSourceSignaturesTooFew,
    SignedSourceTimeInFuture, SignedSourceTimeNotIncreasing, SignedSourceUnderlyingDiffers,
    SignedSourceUnderlyingIsZero, SignedSourceUpdateTooOld, SourceConfidenceInvalid, SourcePriceOutOfDomain,
};

to_words! {
    // All sources
    IPriceSource::latestCall {}
    IPullSource::pulledCall {}
    SourcePriceOutOfDomain { priceWad, minWad, maxWad }
    SourceConfidenceInvalid { confidenceWad, priceWad }

    // The signed source
    ISignedSource::maxAgeSecsCall {}
    PriceUpdate { underlying, priceWad, confidenceWad, publishedAt }
    SignedSourceEmpty {}
    SignedSourceUnderlyingIsZero {}
    SignedSourceMaxAgeOutOfBounds { maxAgeSecs, minSecs, maxSecs }
    SignedSourceUnderlyingDiffers { underlying, expected }
    SignedSourceTimeNotIncreasing { publishedAt, lastPublishedAt }
    SignedSourceTimeInFuture { publishedAt, nowAt }
    SignedSourceUpdateTooOld { publishedAt, maxAgeSecs, nowAt }
    SignedSourcePublishersUnset {}
    SignedSourcePublisherUnknown { publisher }
    SignedSourcePublishersUnordered { publisher, previous }
    SignedSourcePublishersInvalid { count, maximum, threshold }
    SignedSourceSignaturesTooFew { count, threshold }

    // The pool source
    PoolSourceWindowOutOfBounds { windowSecs, minSecs, maxSecs }
    PoolSourceMinLiquidityInvalid { minLiquidity }
    PoolSourceTokenUnknown { token, token0, token1 }
    PoolSourceDecimalsUnsupported { token, decimals }
    PoolSourcePoolUnreadable { pool }
    PoolSourcePoolUninitialised { pool }
    PoolSourceHistoryTooShort { oldestAgeSecs, windowSecs, cardinality }
    PoolSourceLiquidityTooLow { liquidity, minLiquidity }
    PoolSourceTickOutOfDomain { tick }

    // What it calls
    IUniswapV3Pool::token0Call {}
    IUniswapV3Pool::token1Call {}
    IUniswapV3Pool::slot0Call {}
    IUniswapV3Pool::observationsCall { index }
}

impl ToWords for IUniswapV3Pool::observeCall {
    fn write(&self, out: &mut Vec<u8>) {
        write_array(1, &self.secondsAgos, out);
    }
}

from_words! {
    PriceUpdate: PriceUpdate { underlying: B256, priceWad: U256, confidenceWad: U256, publishedAt: u64 }
    IPriceSource::latestReturn: IPriceSource::latestReturn { priceWad: U256, confidenceWad: U256, updatedAt: u64 }
    IPullSource::pulledReturn: IPullSource::pulledReturn {
        priceWad: U256, confidenceWad: U256, publishedAt: u64, movedMillionths: u32,
    }
    IUniswapV3Pool::slot0Return: IUniswapV3Pool::slot0Return {
        sqrtPriceX96: U256, tick: i128, observationIndex: u16, observationCardinality: u16,
        observationCardinalityNext: u16, feeProtocol: u8, unlocked: bool,
    }
    IUniswapV3Pool::observationsReturn: IUniswapV3Pool::observationsReturn {
        blockTimestamp: u32, tickCumulative: i128, secondsPerLiquidityCumulativeX128: U256, initialized: bool,
    }
}

/// An answer as a whole: its offsets count from its front.
impl FromWords for IUniswapV3Pool::observeReturn {
    const WORDS: usize = 2;

    fn read(input: &mut &[u8]) -> Option<Self> {
        let data = *input;
        Some(Self {
            tickCumulatives: read_array(data, input)?,
            secondsPerLiquidityCumulativeX128s: read_array(data, input)?,
        })
    }
}

event_words! {
    PriceUpdated { ; priceWad, confidenceWad, publishedAt }
}

#[cfg(test)]
mod tests;
