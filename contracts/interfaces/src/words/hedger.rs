//! The types of hedges that the word codec knows, with their fields in order.

use alloy_primitives::{Address, B256, I256, U256};

use crate::{
    Appraisal, AppraisalHead, HedgeLeg, HedgeRecorded, HedgeState, HedgerBudgetExceeded, HedgerCashShort,
    HedgerCheckpointTooYoung, HedgerCheckpointUnknown, HedgerCostTooHigh, HedgerDeadlinePassed,
    HedgerDecimalsUnsupported, HedgerDeltaGrows, HedgerEpochDiffers, HedgerFillShort, HedgerFillTooDear,
    HedgerGainTooSmall, HedgerLegsCount, HedgerLimitExceeded, HedgerMarketStopped, HedgerNonceDiffers,
    HedgerNothingToSell, HedgerNumberOutOfDomain, HedgerPriceOutOfBand, HedgerPriceTooOld, HedgerQuantityInvalid,
    HedgerTermCount, HedgerTermOutOfBounds, HedgerVenueCapExceeded, HedgerWindowClosed, IFiller, IHedged, IHedger,
    IReferee, IVenue, LegTerms, MarketInventoryMalformed, Outcome, PoolVenueTokensDiffer, Rebalanced,
    TokenTransferFailed, VenueSet, Verdict,
};

to_words! {
    AppraisalHead { spotWad, spotAt, spareAtoms, tokenDecimals, mayHedge, unitsX64, cashX64 }
    Appraisal { head, capitalX64, directory, parameters, nowX64, oldX64 }
    HedgeState { openedAt, averageX64, averagedAt, usedX64, usedAt, nowAt, baseDecimals, terms }
    Outcome { beforeAtoms, afterAtoms, spentAtoms, maxTipAtoms }
    HedgeLeg { venue, quantityAtoms, limitPriceWad }
    LegTerms { quoteAtoms, notionalWad }
    Verdict { tipAtoms, costAtoms, lostWad, gainWad, unitsX64, openedAt, averageX64, usedX64 }
    IReferee::observeReturn { openedAt, averageX64 }
    IHedged::recordHedgeCall { unitsX64, cashX64, costAtoms }
    IHedged::inventoryCall {}
    IVenue::fillCall { isBuy, baseAtoms, quoteAtoms, solver }
    IFiller::fillHedgeCall { hedger, isBuy, baseAtoms, quoteAtoms }
    MarketInventoryMalformed { words }
    HedgerEpochDiffers { riskEpoch, current }
    HedgerDeadlinePassed { deadline, nowAt }
    HedgerPriceTooOld { spotAt, leastAt }
    HedgerMarketStopped {}
    HedgerCheckpointUnknown { hash }
    HedgerCheckpointTooYoung { takenAt, leastSecs }
    HedgerLegsCount { count, maximum }
    HedgerQuantityInvalid { quantityAtoms }
    HedgerVenueCapExceeded { venue, notionalWad, capWad }
    HedgerPriceOutOfBand { limitPriceWad, mostWad, leastWad }
    HedgerFillShort { venue, gotAtoms, leastAtoms }
    HedgerFillTooDear { venue, spentAtoms, mostAtoms }
    HedgerNothingToSell { wantedAtoms, heldAtoms }
    HedgerCashShort { wantedAtoms, spareAtoms }
    HedgerLimitExceeded { valueWad, limitWad }
    HedgerWindowClosed {}
    HedgerDeltaGrows { afterWad, mostWad }
    HedgerGainTooSmall { gainWad, leastWad }
    HedgerCostTooHigh { lostWad, mostWad }
    HedgerBudgetExceeded { costWad, mostWad }
    HedgerTermOutOfBounds { place, millionths }
    HedgerTermCount { count, expected }
    HedgerNumberOutOfDomain {}
    HedgerNonceDiffers { nonce, expected }
    HedgerDecimalsUnsupported { token, decimals }
    TokenTransferFailed { token, amountAtoms }
    PoolVenueTokensDiffer { token0, token1 }
    IHedger::baseCall {}
    IHedger::clearingCall {}
}

from_words! {
    AppraisalHead: AppraisalHead {
        spotWad: U256, spotAt: u64, spareAtoms: U256, tokenDecimals: u8, mayHedge: bool, unitsX64: i128, cashX64: i128,
    }
    Appraisal: Appraisal {
        head: AppraisalHead, capitalX64: i128, directory: B256, parameters: [B256; 3], nowX64: [i128; 40],
        oldX64: [i128; 40],
    }
    HedgeState: HedgeState {
        openedAt: u64, averageX64: i128, averagedAt: u64, usedX64: i128, usedAt: u64, nowAt: u64, baseDecimals: u8, terms: [B256; 2],
    }
    Outcome: Outcome { beforeAtoms: U256, afterAtoms: U256, spentAtoms: I256, maxTipAtoms: U256 }
    Verdict: Verdict {
        tipAtoms: U256, costAtoms: U256, lostWad: I256, gainWad: I256, unitsX64: i128, openedAt: u64, averageX64: i128, usedX64: i128,
    }
    IReferee::observeReturn: IReferee::observeReturn { openedAt: u64, averageX64: i128 }
    LegTerms: LegTerms { quoteAtoms: U256, notionalWad: U256 }
    HedgeLeg: HedgeLeg { venue: Address, quantityAtoms: I256, limitPriceWad: U256 }
}

from_nothing!(IVenue::fillReturn, IFiller::fillHedgeReturn, IHedged::recordHedgeReturn,);

event_words! {
    HedgeRecorded { ; unitsX64, cashX64, costAtoms, reserveAtoms }
    Rebalanced { solver; riskEpoch, heldAtoms, lostWad, tipAtoms, gainWad, spotWad }
    VenueSet { venue; capWad }
}
