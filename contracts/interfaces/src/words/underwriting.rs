//! The types of shared trades that the word codec knows, and what the underwriter calls, with their fields in order.

use alloc::vec::Vec;

use alloy_primitives::{B256, I256, U256};

use crate::words::{write_array, write_items, ToWords, WORD};
use crate::{
    IMarket, IUnderwritten, MarketSelfTrade, OfferedLeg, OffersCancelled, TradeUnderwritten,
    UnderwriterCallerNotAuthorised, UnderwriterNotOperator, UnderwriterNumberOutOfDomain, UnderwriterOfferCancelled,
    UnderwriterOfferExpired, UnderwriterOfferFilled, UnderwriterPricesNotPulled, UnderwriterProceedsTooLow,
    UnderwriterSlippageExceeded, UnderwriterTakerDiffers, UnderwriterUnitsInvalid, UnderwritingOrder,
    UnderwritingQuote,
};

to_words! {
    OfferedLeg { series, sizeWad }
    UnderwritingQuote { costAtoms, vaultCostAtoms, makerCostAtoms, feeAtoms, wholeCostAtoms, unitsLeft }
    MarketSelfTrade { maker, taker }
    UnderwriterUnitsInvalid { vaultUnits, makerUnits }
    UnderwriterOfferFilled { digest, makerUnits, unitsLeft }
    UnderwriterOfferExpired { validUntil, nowAt }
    UnderwriterOfferCancelled { account, nonce, lastAt }
    UnderwriterTakerDiffers { taker, offeredTo }
    UnderwriterCallerNotAuthorised { caller, account }
    UnderwriterNotOperator { owner, underwriter }
    UnderwriterProceedsTooLow { proceedsAtoms, leastAtoms }
    UnderwriterSlippageExceeded { costAtoms, maxCostAtoms }
    UnderwriterPricesNotPulled { oracle }
    UnderwriterNumberOutOfDomain {}
    IMarket::oracleCall {}
}

from_words! {
    UnderwritingOrder: UnderwritingOrder {
        account: B256, vaultUnits: u64, makerUnits: u64, maxCostAtoms: I256, deadline: u64,
    }
}

from_nothing!(IUnderwritten::crossTradeReturn);

event_words! {
    TradeUnderwritten {
        digest, taker, maker;
        vaultUnits, makerUnits, vaultCostAtoms, makerCostAtoms, feeAtoms, wholeCostAtoms, filledUnits
    }
    OffersCancelled { account, nonce; lastAt }
}

impl ToWords for IMarket::quoteCall {
    fn write(&self, out: &mut Vec<u8>) {
        write_array(1, &self.legs, out);
    }
}

impl ToWords for IMarket::tradeForCall {
    fn write(&self, out: &mut Vec<u8>) {
        const HEAD_WORDS: usize = 4;
        (self.account, U256::from(HEAD_WORDS.saturating_mul(WORD)), self.maxCostAtoms, self.deadline).write(out);
        write_items(&self.legs, out);
    }
}

impl ToWords for IUnderwritten::crossTradeCall {
    fn write(&self, out: &mut Vec<u8>) {
        (self.maker, self.taker, self.costAtoms, self.feeAtoms).write(out);
        write_array(5, &self.legs, out);
    }
}

#[cfg(test)]
mod tests;
