//! Names of errors, for the counts.

use alloy_primitives::hex;
use alloy_sol_types::SolError;
use equipoise_interfaces as errors;
use equipoise_tests::Failure;

macro_rules! names {
    ($($error:ident),* $(,)?) => {
        /// An error's name, or its selector.
        pub fn name_of(failure: &Failure) -> String {
            let selector = failure.0.get(..4).unwrap_or_default();
            $(if selector == errors::$error::SELECTOR {
                return stringify!($error).to_owned();
            })*
            hex::encode(selector)
        }
    };
}

names!(
    ClearingInsufficientCash,
    ClearingAmountIsZero,
    ClearingNotAuthorised,
    ClearingMarginShort,
    ClearingAccountShort,
    ClearingAccountInAuction,
    ClearingAccountHealthy,
    ClearingAuctionNotCured,
    ClearingNotInAuction,
    ClearingOracleUnsafe,
    ClearingBidTooSmall,
    ClearingBidPriceAboveLimit,
    ClearingBackstopShort,
    ClearingTooEarly,
    ClearingSameAccount,
    ClearingNothingInCommon,
    ClearingNothingHeld,
    ClearingNoBadDebt,
    ClearingMarketUnknown,
    ClearingNumberOutOfDomain,
    ClearingTokenTransferFailed,
    ClearingCorrelationOutOfBounds,
    CallerNotAllowed,
    CallerNotOwner,
    MarketSlippageExceeded,
    MarketDeadlinePassed,
    MarketSeriesUnknown,
    MarketBoardUnknown,
    MarketSizeNotWholeLots,
    MarketLegsCount,
    MarketBoardClosed,
    MarketSettlementPending,
    MarketBoardNotExpired,
    MarketBoardNotSettled,
    MarketBoardSettled,
    MarketSpotStale,
    MarketSurfaceStale,
    MarketLongsMissing,
    MarketAccountUnsettled,
    MarketDeltaLimitExceeded,
    MarketVegaLimitExceeded,
    MarketStressLimitExceeded,
    MarketVaultInsolvent,
    MarketVaultCashShort,
    MarketTooManyBoards,
    MarketStrikesInvalid,
    MarketExpiryInvalid,
    MarketSliceMissing,
    MarketSliceVarianceOutOfDomain,
    MarketSliceButterflyArbitrage,
    MarketSliceCalendarArbitrage,
    MarketSliceWingsTooSteep,
    MarketSliceOutOfRange,
    MarketParameterOutOfBounds,
    MarketParametersInconsistent,
    MarketNumberOutOfDomain,
    OraclePriceNotPositive,
    OracleRoundIncomplete,
    OracleWindowOpen,
    OracleFirstRoundTooLate,
    OracleFirstRoundTooEarly,
    OracleFirstRoundUnusable,
    OracleRoundsNotIncreasing,
    TrancheRequestTooSmall,
    TrancheRequestPending,
    TrancheRequestUnknown,
    TrancheCutPassed,
    TrancheNotOperator,
    TrancheNothingToClaim,
    TrancheClaimExceeded,
    TrancheInsolvent,
    ERC20InsufficientBalance,
    ERC20InsufficientAllowance,
    ERC2612InvalidSigner,
    VaultEpochNotClosed,
    VaultNothingToProcess,
    VaultSettlementPending,
    VaultRoundNotFirst,
    VaultTermOutOfBounds,
    VaultNoFees,
    WrapperLotsOutOfRange,
    WrapperCallerNotAuthorised,
    WrapperReceiverNotOwner,
    WrapperBoardSettled,
    WrapperBoardNotSettled,
    WrapperNothingToRedeem,
    ERC1155InsufficientBalance,
    ERC1155MissingApprovalForAll,
    SignatureInvalid,
);
