//! The types of hedges that the word codec knows, with their fields in order.

use alloy_primitives::{Address, B256, I256, U256};

use crate::{
    Appraisal, AppraisalHead, HedgeLeg, HedgePayment, HedgeRecorded, HedgeState, HedgeTended, HedgerBudgetExceeded,
    HedgerCashShort, HedgerCheckpointTooYoung, HedgerCheckpointUnknown, HedgerCostTooHigh, HedgerDeadlinePassed,
    HedgerDecimalsUnsupported, HedgerDeltaGrows, HedgerEpochDiffers, HedgerFillShort, HedgerGainTooSmall,
    HedgerLegsCount, HedgerLenderInUse, HedgerLimitExceeded, HedgerMarketStopped, HedgerNonceDiffers,
    HedgerNothingToSell, HedgerNumberOutOfDomain, HedgerPriceOutOfBand, HedgerPriceTooOld, HedgerQuantityInvalid,
    HedgerTermCount, HedgerTermOutOfBounds, HedgerVenueCapExceeded, HedgerWindowClosed, Holding, IFiller, IHedged,
    IHedger, ILender, IReferee, IVenue, LegTerms, LenderSet, MarketInventoryMalformed, Outcome, PoolVenueTokensDiffer,
    Rebalanced, TokenTransferFailed, VenueSet, Verdict,
};

to_words! {
    AppraisalHead { spotWad, spotAt, spareAtoms, tokenDecimals, mayHedge, unitsX64, cashX64 }
    Appraisal { head, capitalX64, directory, parameters, nowX64, oldX64 }
    HedgeState { openedAt, averageX64, averagedAt, usedX64, usedAt, nowAt, baseDecimals, terms }
    Outcome { beforeAtoms, afterAtoms, spentAtoms, cashAtoms, maxTipAtoms }
    Holding { unitsX64, cashX64 }
    HedgeLeg { venue, quantityAtoms, limitPriceWad }
    LegTerms { quoteAtoms, notionalWad }
    Verdict { tipAtoms, costAtoms, lostWad, gainWad, holding, openedAt, averageX64, usedX64 }
    ILender::tokensReturn { collateralToken, debtToken }
    IReferee::observeReturn { openedAt, averageX64, optionsOpenedAt }
    IHedged::recordHedgeCall { unitsX64, cashX64, costAtoms }
    IHedged::inventoryCall {}
    IVenue::fillCall { isBuy, baseAtoms, quoteAtoms, solver }
    IVenue::isPassedOnCall {}
    ILender::tokensCall {}
    ILender::borrowCall { collateralAtoms, baseAtoms }
    ILender::repayCall { baseAtoms, collateralAtoms }
    IFiller::fillHedgeCall { to, isBuy, baseAtoms, quoteAtoms }
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
    HedgerLenderInUse { lender }
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
    Outcome: Outcome {
        beforeAtoms: I256, afterAtoms: I256, spentAtoms: I256, cashAtoms: I256, maxTipAtoms: U256,
    }
    Holding: Holding { unitsX64: i128, cashX64: i128 }
    Verdict: Verdict {
        tipAtoms: U256, costAtoms: U256, lostWad: I256, gainWad: I256, holding: Holding, openedAt: u64, averageX64: i128, usedX64: i128,
    }
    ILender::tokensReturn: ILender::tokensReturn { collateralToken: Address, debtToken: Address }
    IReferee::observeReturn: IReferee::observeReturn { openedAt: u64, averageX64: i128, optionsOpenedAt: u64 }
    LegTerms: LegTerms { quoteAtoms: U256, notionalWad: U256 }
    HedgePayment: HedgePayment { to: Address, amountAtoms: U256 }
    HedgeLeg: HedgeLeg { venue: Address, quantityAtoms: I256, limitPriceWad: U256 }
}

from_nothing!(
    ILender::borrowReturn,
    ILender::repayReturn,
    IVenue::fillReturn,
    IFiller::fillHedgeReturn,
    IHedged::recordHedgeReturn,
);

event_words! {
    HedgeRecorded { ; unitsX64, cashX64, costAtoms, reserveAtoms }
    LenderSet { lender; }
    HedgeTended { ; collateralAtoms, debtAtoms }
    Rebalanced { solver; riskEpoch, heldAtoms, debtAtoms, lostWad, tipAtoms, gainWad, spotWad }
    VenueSet { venue; capWad }
}
