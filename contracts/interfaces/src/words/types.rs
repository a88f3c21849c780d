//! Which types of the interfaces the word codec knows, with their fields in order.

use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, B256, I256, U256};

use crate::{
    AddressHasNoCode, AddressIsZero, AlreadyWired, Board, BoardSlots, BoardStep, Book, CallFailed, CalldataMalformed,
    CallerNotAllowed, CallerNotOwner, IDesk, IMarket, IOracle, ISurface, Leg, MarketAccountUnsettled,
    MarketBasisStepTooLarge, MarketBoardClosed, MarketBoardNotExpired, MarketBoardNotSettled, MarketBoardSettled,
    MarketBoardUnknown, MarketDeadlinePassed, MarketDebtsOpen, MarketDeltaLimitExceeded, MarketExpiryInvalid,
    MarketExpiryVegaLimitExceeded, MarketGammaLimitExceeded, MarketLegsCount, MarketLongsMissing,
    MarketMatchedInterestLimitExceeded, MarketNumberOutOfDomain, MarketParameterCount, MarketParameterNotWhole,
    MarketParameterOutOfBounds, MarketParametersInconsistent, MarketSeriesUnknown, MarketSettlementPending,
    MarketShortSeriesLimitExceeded, MarketSizeNotWholeLots, MarketSizeOutOfRange, MarketSliceButterflyArbitrage,
    MarketSliceCalendarArbitrage, MarketSliceMissing, MarketSliceOutOfRange, MarketSliceVarianceOutOfDomain,
    MarketSliceWingsTooSteep, MarketSlippageExceeded, MarketSpotStale, MarketStressLimitExceeded, MarketStrikesInvalid,
    MarketSurfaceExpired, MarketSurfaceKeeperUnknown, MarketSurfaceKeepersInvalid, MarketSurfaceKeepersUnordered,
    MarketSurfaceKeepersUnset, MarketSurfaceOutOfOrder, MarketSurfaceOutrun, MarketSurfaceSequenceUsed,
    MarketSurfaceSignaturesTooFew, MarketSurfaceStale, MarketSurfaceStepTooLarge, MarketSurfaceTooFast,
    MarketTooManyBoards, MarketVaultCashShort, MarketVaultInsolvent, MarketVegaLimitExceeded, Moment, NotWired, Offer,
    OracleDecimalsUnsupported, OracleFeedUnreadable, OracleFirstRoundTooEarly, OracleFirstRoundTooLate,
    OracleFirstRoundUnusable, OraclePriceNotPositive, OraclePriceOutOfDomain, OraclePushAgeTooLong,
    OracleRoundIncomplete, OracleRoundsNotIncreasing, OracleSourceNotPulled, OracleTimeInFuture, OracleWindowInvalid,
    OracleWindowOpen, OracleWindowPhaseBegan, OracleWindowTooLong, Quote, SelectorUnknown, Slice, Values, VaultState,
};

to_words! {
    // The market's programs without state
    Moment { spotWad, spotAt, nowAt, strikeShift, directory, parameters }
    VaultState { round, tokenDecimals, frozen, trading, conditions, freeCashAtoms, state, isPriceUnsafe, hedge }
    Values {
        beforeX64, changeX64, uncertaintyX64, midX64, spreadX64, feeX64, throughMidX64, mayOweX64, isSettlementPending,
    }
    BoardSlots { id, header, slice, strikes, inventory, position }
    BoardStep { id, lastHeader, lastSlice, header, slice, strikes }
    Offer {
        quoted, frozen, trading, conditions, dollarDeltaWad, vegaWad, penaltyWad, skewReserveAtoms,
        cashToCloseAtoms, cashToOpenAtoms, refusal, measured, most, usedMillionths,
    }

    // Shared by all programs
    CallerNotOwner { caller, owner }
    CallerNotAllowed { caller, allowed }
    AlreadyWired {}
    NotWired {}
    AddressIsZero {}
    AddressHasNoCode { account }
    CallFailed { callee, selector }

    // The market
    CalldataMalformed { selector }
    SelectorUnknown { selector }
    MarketParameterCount { count, expected }
    MarketSlippageExceeded { costAtoms, maxCostAtoms }
    MarketDeadlinePassed { deadline, nowAt }
    MarketSeriesUnknown { series }
    MarketBoardUnknown { board }
    MarketSizeNotWholeLots { sizeWad, lotWad }
    MarketSizeOutOfRange { sizeWad, maxSizeWad }
    MarketLegsCount { count, maximum }
    MarketBoardClosed { board, closedAt, nowAt }
    MarketSettlementPending { board }
    MarketBoardNotExpired { board, expiry, nowAt }
    MarketBoardNotSettled { board }
    MarketBoardSettled { board }
    MarketDebtsOpen { board, untilAt }
    MarketSpotStale { updatedAt, maxAgeSecs }
    MarketSurfaceStale { observedAt, maxAgeSecs }
    MarketLongsMissing { account, series, heldWad, sizeWad }
    MarketAccountUnsettled { account, board }
    MarketDeltaLimitExceeded { dollarDeltaWad, limitWad }
    MarketVegaLimitExceeded { vegaWad, limitWad }
    MarketStressLimitExceeded { stressLossWad, limitWad }
    MarketGammaLimitExceeded { dollarGammaWad, limitWad }
    MarketExpiryVegaLimitExceeded { vegaWad, limitWad }
    MarketShortSeriesLimitExceeded { notionalWad, limitWad }
    MarketMatchedInterestLimitExceeded { lossWad, limitWad }
    MarketSurfaceOutrun { ratioWad, mostWad }
    MarketVaultInsolvent { navWad }
    MarketVaultCashShort { vaultCashAtoms, requiredAtoms }
    MarketTooManyBoards { maximum }
    MarketStrikesInvalid { count, strikeWad }
    MarketExpiryInvalid { expiry, nowAt }
    MarketSliceOutOfRange { board }
    MarketSliceWingsTooSteep { board }
    MarketSliceVarianceOutOfDomain { board }
    MarketSliceButterflyArbitrage { board }
    MarketSliceCalendarArbitrage { board }
    MarketSliceMissing { board }
    MarketSurfaceOutOfOrder { observedAt, lastObservedAt }
    MarketSurfaceExpired { validUntil, nowAt }
    MarketSurfaceSequenceUsed { sequence, lastSequence }
    MarketSurfaceSignaturesTooFew { count, threshold }
    MarketSurfaceKeepersUnset {}
    MarketSurfaceKeeperUnknown { keeper }
    MarketSurfaceKeepersUnordered { keeper, previous }
    MarketSurfaceKeepersInvalid { count, maximum, threshold }
    MarketSurfaceStepTooLarge { board, strikeWad, movedWad, mostWad }
    MarketBasisStepTooLarge { board, movedWad, mostWad }
    MarketSurfaceTooFast { usedMillionths, mostMillionths, retryAt }
    MarketParameterOutOfBounds { parameter, value, min, max }
    MarketParameterNotWhole { parameter, value, unit }
    MarketParametersInconsistent { parameter, other }
    MarketNumberOutOfDomain { board }
    IMarket::navCall {}
    IMarket::recordLpFlowCall { flowAtoms }
    IMarket::settleBoardCall { board, firstRound }
    IMarket::settleAccountCall { account, board }
    IMarket::fixPayoutRatioCall { board }
    IDesk::countMatchedCall { board, grownLots, spotWad }
    Leg { series, sizeWad }
    Slice { board, forwardWad, aWad, bWad, rhoWad, mWad, sigmaWad, gapWad }
    Board {
        id, expiry, strikes, isSettled, forwardWad, basisWad, observedAt, settlementPriceWad, payoutRatioWad, debtsUntil,
    }
    Book {
        spotWad, navWad, navUncertaintyWad, riskCapitalWad, valueWad, dollarDeltaWad, dollarGammaWad, vegaWad,
        thetaWad, penaltyWad, stressLossWad, skewReserveAtoms,
    }
    Quote { costAtoms, midAtoms, skewAtoms, spreadAtoms, feeAtoms, spotWad }

    // The oracle
    OracleFeedUnreadable { feed }
    OraclePriceNotPositive { answer, roundId }
    OracleRoundIncomplete { roundId, answeredInRound }
    OracleTimeInFuture { updatedAt, nowAt }
    OraclePriceOutOfDomain { answer, decimals }
    OracleDecimalsUnsupported { decimals }
    OracleWindowInvalid { expiry, windowSecs, maxWindowSecs }
    OracleWindowOpen { expiry, latestRoundAt }
    OracleFirstRoundUnusable { roundId }
    OracleFirstRoundTooLate { roundId, updatedAt, windowStart }
    OracleFirstRoundTooEarly { roundId, laterRoundId, laterUpdatedAt, windowStart }
    OracleRoundsNotIncreasing { roundId, updatedAt, previousAt }
    OracleWindowTooLong { windowStart, mostRounds }
    OracleWindowPhaseBegan { firstRoundId, windowStart }
    OracleSourceNotPulled { source }
    OraclePushAgeTooLong { mostPushAgeSecs, limitSecs }
    IOracle::spotCall {}
    IOracle::priceCall { isTrade }
    IOracle::sourcesCall {}
    IOracle::mostPushAgeSecsCall {}
    IOracle::checkCall { spotWad }
    IOracle::settlementPriceCall { expiry, windowSecs, firstRound }
    IOracle::begunAverageCall { expiry, windowSecs }
}

from_words! {
    Moment: Moment {
        spotWad: U256, spotAt: u64, nowAt: u64, strikeShift: u8, directory: B256, parameters: [B256; 3],
    }
    VaultState: VaultState {
        round: u64, tokenDecimals: u8, frozen: B256, trading: B256, conditions: [B256; 3], freeCashAtoms: I256,
        state: u8, isPriceUnsafe: bool, hedge: B256,
    }
    Values: Values {
        beforeX64: [i128; 40], changeX64: [i128; 40], uncertaintyX64: [i128; 2], midX64: i128, spreadX64: [i128; 2],
        feeX64: i128, throughMidX64: i128, mayOweX64: i128, isSettlementPending: bool,
    }
    BoardSlots: BoardSlots {
        id: u16, header: B256, slice: B256, strikes: [B256; 2], inventory: [B256; 4], position: [B256; 4],
    }
    BoardStep: BoardStep {
        id: u16, lastHeader: B256, lastSlice: B256, header: B256, slice: B256, strikes: [B256; 2],
    }
    ISurface::checkSurfaceReturn: ISurface::checkSurfaceReturn { varianceX64: i128, stepMillionths: u32 }
    Quote: Quote {
        costAtoms: I256, midAtoms: I256, skewAtoms: I256, spreadAtoms: U256, feeAtoms: U256, spotWad: U256,
    }
    Offer: Offer {
        quoted: Quote, frozen: B256, trading: B256, conditions: [B256; 3], dollarDeltaWad: I256, vegaWad: I256, penaltyWad: U256,
        skewReserveAtoms: U256, cashToCloseAtoms: U256, cashToOpenAtoms: U256, refusal: u8, measured: I256, most: U256,
        usedMillionths: u32,
    }
    Leg: Leg { series: u32, sizeWad: I256 }
    Slice: Slice {
        board: u16, forwardWad: U256, aWad: I256, bWad: U256, rhoWad: I256, mWad: I256, sigmaWad: U256,
        gapWad: U256,
    }
    IMarket::navReturn: IMarket::navReturn {
        navAtoms: I256, uncertaintyAtoms: U256, reserveAtoms: U256, redeemableAtoms: U256, priceAt: u64,
        isSettlementPending: bool,
    }
    IOracle::spotReturn: IOracle::spotReturn { priceWad: U256, roundId: U80, updatedAt: u64, sequencerUpSince: u64 }
    IOracle::priceReturn: IOracle::priceReturn {
        priceWad: U256, roundId: U80, updatedAt: u64, sequencerUpSince: u64, doubtX64: u64,
    }
    IOracle::sourcesReturn: IOracle::sourcesReturn { sequencer: Address, source: Address, stablecoin: Address }
    IOracle::checkReturn: IOracle::checkReturn {
        sourceAgeSecs: u64, deviationMillionths: u32, stablecoinAgeSecs: u64, stablecoinMillionths: u32,
    }
}

from_nothing!(IMarket::recordLpFlowReturn);
