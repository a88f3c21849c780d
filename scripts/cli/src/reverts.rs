//! Revert data as words: which typed error it is, with its values.

use std::fmt;

use alloy_primitives::hex;
use alloy_sol_types::{sol, SolError};
#[allow(clippy::wildcard_imports, reason = "every error of the programs")]
use equipoise_interfaces::*;

use crate::governance::abi::IGovernor::{
    GovernorAlreadyCastVote, GovernorExtensionIsFixed, GovernorInsufficientProposerVotes, GovernorInvalidSignature,
    GovernorNonexistentProposal, GovernorOnlyExecutor, GovernorUnexpectedProposalState,
};
use crate::governance::abi::ITimelock::{
    AccessControlUnauthorizedAccount, TimelockDelayIsFixed, TimelockReplacementNotCancellable,
    TimelockUnauthorizedCaller, TimelockUnexpectedOperationState,
};

sol! {
    #[derive(Debug)]
    error Error(string message);
    #[derive(Debug)]
    error Panic(uint256 code);
    #[derive(Debug)]
    error PriceFeedTimeNotIncreasing(uint256 updatedAt, uint256 lastUpdatedAt);
    #[derive(Debug)]
    error PriceFeedRoundMissing(uint80 roundId, uint80 latestRound);
    #[derive(Debug)]
    error OwnableUnauthorizedAccount(address account);
}

/// Why a call reverted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The error's name, or `Unknown`.
    pub name: String,
    /// The error with its values.
    pub text: String,
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl Reason {
    /// Reads revert data.
    pub fn of(data: &[u8]) -> Self {
        typed(data).unwrap_or_else(|| Self {
            name: "Unknown".to_owned(),
            text: format!("unknown revert data 0x{}", hex::encode(data)),
        })
    }
}

macro_rules! typed_errors {
    ($($error:ident),* $(,)?) => {
        fn typed(data: &[u8]) -> Option<Reason> {
            let selector: [u8; 4] = data.get(..4)?.try_into().ok()?;
            match selector {
                $($error::SELECTOR => {
                    let error = $error::abi_decode(data).ok()?;
                    Some(Reason { name: stringify!($error).to_owned(), text: format!("{error:?}") })
                })*
                _ => None,
            }
        }

        #[cfg(test)]
        const SELECTORS: &[[u8; 4]] = &[$($error::SELECTOR),*];
    };
}

typed_errors!(
    Error,
    Panic,
    PriceFeedTimeNotIncreasing,
    PriceFeedRoundMissing,
    OwnableUnauthorizedAccount,
    AddressHasNoCode,
    AddressIsZero,
    AlreadyWired,
    CallFailed,
    CalldataMalformed,
    CallerNotAllowed,
    CallerNotOwner,
    ClearingAccountReserved,
    ClearingAmountIsZero,
    ClearingAmountTooLarge,
    ClearingInsufficientCash,
    ClearingNotAuthorised,
    ClearingMarketUnknown,
    ClearingMarketsFull,
    ClearingAlreadyRegistered,
    ClearingCorrelationOutOfBounds,
    ClearingInsuranceFloorTooHigh,
    ClearingMarginShort,
    ClearingAccountShort,
    ClearingAccountInAuction,
    ClearingNotInAuction,
    ClearingAccountHealthy,
    ClearingAuctionNotCured,
    ClearingOracleUnsafe,
    ClearingBidTooSmall,
    ClearingBidPriceAboveLimit,
    ClearingBackstopShort,
    ClearingTooEarly,
    ClearingSameAccount,
    ClearingNothingInCommon,
    ClearingNothingHeld,
    ClearingNoBadDebt,
    ClearingNumberOutOfDomain,
    ProgramsLocked,
    LockNotHeld,
    SignatureDeadlinePassed,
    SignatureInvalid,
    ClearingTokenTransferFailed,
    ClearingTokenUnsupported,
    ClearingNotFinal,
    ClearingIncomplete,
    ClearingTransferredAmountDiffers,
    ERC20InsufficientAllowance,
    ERC20InsufficientBalance,
    ERC20InvalidReceiver,
    GuardianOnlyTightens,
    MarketBasisStepTooLarge,
    MarketBoardClosed,
    MarketBoardNotExpired,
    MarketBoardNotSettled,
    MarketBoardSettled,
    MarketBoardUnknown,
    MarketDeadlinePassed,
    MarketDeltaLimitExceeded,
    MarketExpiryInvalid,
    MarketHalted,
    MarketAccountUnsettled,
    MarketLegsCount,
    MarketLongsMissing,
    MarketNumberOutOfDomain,
    MarketParameterCount,
    MarketParameterNotWhole,
    MarketParameterOutOfBounds,
    MarketParametersInconsistent,
    MarketReduceOnly,
    MarketSeriesUnknown,
    MarketSettlementPending,
    MarketSizeNotWholeLots,
    MarketSizeOutOfRange,
    MarketSliceButterflyArbitrage,
    MarketSliceCalendarArbitrage,
    MarketSliceMissing,
    MarketSliceOutOfRange,
    MarketSliceVarianceOutOfDomain,
    MarketSliceWingsTooSteep,
    MarketSlippageExceeded,
    MarketSpotStale,
    MarketStressLimitExceeded,
    MarketStrikesInvalid,
    MarketSurfaceExpired,
    MarketSurfaceKeeperUnknown,
    MarketSurfaceKeepersInvalid,
    MarketSurfaceKeepersUnordered,
    MarketSurfaceKeepersUnset,
    MarketSurfaceOutOfOrder,
    MarketSurfaceSequenceUsed,
    MarketSurfaceSignaturesTooFew,
    MarketSurfaceStale,
    MarketSurfaceStepTooLarge,
    MarketSurfaceTooFast,
    MarketTooManyBoards,
    MarketVaultCashShort,
    MarketVaultInsolvent,
    MarketVegaLimitExceeded,
    NotWired,
    OracleDecimalsUnsupported,
    OracleFeedUnreadable,
    OracleFirstRoundTooEarly,
    OracleFirstRoundTooLate,
    OracleFirstRoundUnusable,
    OraclePriceNotPositive,
    OraclePriceOutOfDomain,
    OracleRoundIncomplete,
    OracleRoundsNotIncreasing,
    OracleTimeInFuture,
    OracleWindowInvalid,
    OracleWindowOpen,
    ParameterBindsExisting,
    ParameterLoosened,
    ParameterOutOfBounds,
    ParameterStepTooLarge,
    ParameterTooEarly,
    ParameterUnchanged,
    ParametersAlreadyRegistered,
    ParametersInconsistent,
    ParametersKindUnknown,
    ParametersNothingToChange,
    ParametersOutOfOrder,
    ParametersRegistryNotNamed,
    ParametersTargetUnknown,
    GovernorAlreadyCastVote,
    GovernorExtensionIsFixed,
    GovernorInsufficientProposerVotes,
    GovernorInvalidSignature,
    GovernorNonexistentProposal,
    GovernorOnlyExecutor,
    GovernorUnexpectedProposalState,
    AccessControlUnauthorizedAccount,
    TimelockDelayIsFixed,
    TimelockReplacementNotCancellable,
    TimelockUnauthorizedCaller,
    TimelockUnexpectedOperationState,
    SelectorUnknown,
    VaultCutSpacingOutOfRange,
    VaultEpochNotClosed,
    VaultHoldsOptions,
    VaultInsuranceEmpty,
    VaultNothingToProcess,
    VaultSettlementPending,
    VaultStillWorth,
    ERC2612ExpiredSignature,
    ERC2612InvalidSigner,
    TrancheAmountTooLarge,
    TrancheClaimExceeded,
    TrancheCutPassed,
    TrancheInsolvent,
    TrancheNotOperator,
    TrancheNothingToClaim,
    TranchePreviewUnavailable,
    TrancheRequestPending,
    TrancheRequestTooSmall,
    TrancheRequestUnknown,
    VaultMarketOutOfOrder,
    VaultMarketsCount,
    VaultNoFees,
    VaultNumberOutOfRange,
    VaultRoundNotFirst,
    VaultRoundsCount,
    VaultTermOutOfBounds,
    VaultWeightIsZero,
    WrapperUnderlyingInvalid,
    WrapperSeriesUnknown,
    WrapperLotsOutOfRange,
    WrapperCallerNotAuthorised,
    WrapperReceiverNotOwner,
    WrapperBoardSettled,
    WrapperBoardNotSettled,
    WrapperNothingToRedeem,
    MarketSelfTrade,
    UnderwriterUnitsInvalid,
    UnderwriterOfferFilled,
    UnderwriterOfferExpired,
    UnderwriterOfferCancelled,
    UnderwriterTakerDiffers,
    UnderwriterCallerNotAuthorised,
    UnderwriterNotOperator,
    UnderwriterProceedsTooLow,
    UnderwriterSlippageExceeded,
    UnderwriterNumberOutOfDomain,
    ERC1155InsufficientBalance,
    ERC1155InvalidSender,
    ERC1155InvalidReceiver,
    ERC1155MissingApprovalForAll,
    ERC1155InvalidOperator,
    ERC1155InvalidArrayLength,
);

#[cfg(test)]
mod tests {
    use alloy_primitives::I256;

    use super::*;

    #[test]
    fn a_typed_error_is_named_with_its_values() {
        let error =
            MarketSlippageExceeded { costAtoms: I256::unchecked_from(7), maxCostAtoms: I256::unchecked_from(5) };
        let reason = Reason::of(&error.abi_encode());
        assert_eq!(reason.name, "MarketSlippageExceeded");
        assert!(reason.text.contains("costAtoms: 7") && reason.text.contains("maxCostAtoms: 5"), "{reason}");
    }

    #[test]
    fn solidity_reasons_and_nonsense_are_told_apart() {
        let reason = Reason::of(&Error { message: "no".to_owned() }.abi_encode());
        assert_eq!(reason.name, "Error");
        assert_eq!(Reason::of(&[1, 2, 3, 4, 5]).text, "unknown revert data 0x0102030405");
        assert_eq!(Reason::of(&[]).name, "Unknown");
    }

    #[test]
    fn no_two_errors_share_a_selector() {
        let mut selectors = SELECTORS.to_vec();
        selectors.sort_unstable();
        selectors.dedup();
        assert_eq!(selectors.len(), SELECTORS.len());
    }
}
