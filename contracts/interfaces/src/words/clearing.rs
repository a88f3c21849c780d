//! The types of the clearing house, and of its dealings with markets, that the word codec knows, with their fields in
//! order.

use alloy_primitives::{I256, U256};

use crate::{
    AccountDeleveraged, AccountTakenOver, AuctionBidFilled, AuctionEnded, AuctionStarted, AuctionState, BadDebtCovered,
    CashDeposited, CashMoved, CashWithdrawn, ClearingAccountHealthy, ClearingAccountInAuction, ClearingAccountReserved,
    ClearingAccountShort, ClearingAlreadyRegistered, ClearingAmountIsZero, ClearingAmountTooLarge,
    ClearingAuctionNotCured, ClearingBackstopShort, ClearingBidPriceAboveLimit, ClearingBidTooSmall,
    ClearingCorrelationOutOfBounds, ClearingFinalized, ClearingIncomplete, ClearingInsufficientCash,
    ClearingInsuranceFloorTooHigh, ClearingMarginShort, ClearingMarketUnknown, ClearingMarketsFull, ClearingNoBadDebt,
    ClearingNotAuthorised, ClearingNotFinal, ClearingNotInAuction, ClearingNothingHeld, ClearingNothingInCommon,
    ClearingNumberOutOfDomain, ClearingOracleUnsafe, ClearingSameAccount, ClearingTokenTransferFailed,
    ClearingTokenUnsupported, ClearingTooEarly, ClearingTransferredAmountDiffers, CorrelationSet, HedgePayment,
    HedgerRegistered, IClearing, IMarketMargin, InsuranceFloorSet, LockNotHeld, Margin, MarketRegistered, OperatorSet,
    ProgramRegistered, ProgramsLocked, Report, SignatureDeadlinePassed, SignatureInvalid, VaultDebtSettled,
};

to_words! {
    ClearingInsufficientCash { account, cashAtoms, requiredAtoms }
    ClearingTokenTransferFailed { token, from, to, amountAtoms }
    ClearingTransferredAmountDiffers { expectedAtoms, balanceBeforeAtoms, balanceAfterAtoms }
    ClearingTokenUnsupported { token, decimals }
    ClearingNotFinal {}
    ClearingIncomplete { vault, marketCount, registry }
    ClearingAmountIsZero {}
    ClearingAmountTooLarge { amountAtoms }
    ClearingAccountReserved { account }
    ClearingNotAuthorised { account, caller }
    ClearingMarketUnknown { market }
    ClearingMarketsFull { maximum }
    ClearingAlreadyRegistered { program }
    ClearingCorrelationOutOfBounds { millionths, min, max }
    ClearingInsuranceFloorTooHigh { floorTokens, maxTokens }
    ClearingMarginShort { account, equityAtoms, requiredAtoms }
    ClearingAccountShort { account, shortMarkets }
    ClearingAccountInAuction { account }
    ClearingNotInAuction { account }
    ClearingAccountHealthy { account, equityAtoms, maintenanceAtoms }
    ClearingAuctionNotCured { account, equityAtoms, maintenanceAtoms }
    ClearingOracleUnsafe { market, since }
    ClearingBidTooSmall { shareX64, leastX64 }
    ClearingBidPriceAboveLimit { priceAtoms, mostPriceAtoms }
    ClearingBackstopShort { missingAtoms }
    ClearingTooEarly { elapsedSecs, neededSecs }
    ClearingSameAccount { account }
    ClearingNothingInCommon { account, counter }
    ClearingNothingHeld { account }
    ClearingNoBadDebt { account, cashAtoms, heldMarkets }
    ClearingNumberOutOfDomain {}
    ProgramsLocked { holder }
    LockNotHeld { caller, holder }
    SignatureDeadlinePassed { deadline, nowAt }
    SignatureInvalid { signer, digest }

    AuctionState { stage, startedAt, elapsedSecs, leftX64, bonusBudgetX64, discountX64, curingShareX64 }
    Margin { valueX64, markX64, maintenanceX64, initialX64 }
    Report { holds, isReducing, margin }

    // As markets, the vault program and others call it
    IClearing::recordTradeCall { account, caller, costAtoms, report }
    IClearing::recordTransferCall { from, to, caller, fromHolds, toHolds }
    IClearing::settleVaultCall { payoffAtoms }
    IClearing::settleVaultDebtCall {}
    IClearing::settleAccountCall { account, payoffAtoms, holds }
    IClearing::fundInsuranceCall { amountAtoms }
    IClearing::takeLpDepositCall { from, amountAtoms }
    IClearing::returnLpDepositCall { to, amountAtoms }
    IClearing::payLpClaimCall { to, amountAtoms }
    IClearing::settleLpEpochCall { market, acceptedAtoms, refusedAtoms, redeemedAtoms }
    IClearing::reallocateCall { from, to, amountAtoms }
    IClearing::enterLockCall {}
    IClearing::exitLockCall {}
    IClearing::isLockedCall {}
    IClearing::vaultStandingCall { market }
    IClearing::closeHedgeCall { solver, tipAtoms }
    HedgePayment { to, amountAtoms }
    IClearing::vaultCashCall { market }
    IClearing::tokenDecimalsCall {}
    IClearing::isOperatorCall { owner, operator }
    IClearing::transferCashCall { from, to, amountAtoms }

    // As markets answer it
    IMarketMargin::takeOverReturn { valueX64, riskChargeX64, spreadX64 }

    // As it calls markets
    IMarketMargin::marginCall { account }
    IMarketMargin::safeSinceCall {}
    IMarketMargin::moveShareCall { from, to, shareX64 }
    IMarketMargin::takeOverCall { account, vaultCashAtoms }
    IMarketMargin::deleverageCall { account, counter }
}

from_words! {
    IClearing::vaultStandingReturn: IClearing::vaultStandingReturn {
        cashAtoms: I256, badDebtAtoms: U256, badDebtAt: u64, insuranceFloorTokens: u32, insuranceAtoms: U256,
    }
    Margin: Margin { valueX64: i128, markX64: i128, maintenanceX64: [i128; 32], initialX64: [i128; 32] }
    IMarketMargin::safeSinceReturn: IMarketMargin::safeSinceReturn { since: u64, isSafe: bool }
    IMarketMargin::moveShareReturn: IMarketMargin::moveShareReturn {
        fromMargin: Margin, toMargin: Margin, fromHolds: u8, toHolds: u8,
    }
    IMarketMargin::takeOverReturn: IMarketMargin::takeOverReturn {
        valueX64: i128, riskChargeX64: i128, spreadX64: i128,
    }
    IMarketMargin::deleverageReturn: IMarketMargin::deleverageReturn {
        valueX64: i128, accountMargin: Margin, counterMargin: Margin, accountHolds: u8, counterHolds: u8,
    }
}

from_nothing!(
    IClearing::recordTransferReturn,
    IClearing::fundInsuranceReturn,
    IClearing::takeLpDepositReturn,
    IClearing::returnLpDepositReturn,
    IClearing::payLpClaimReturn,
    IClearing::settleLpEpochReturn,
    IClearing::reallocateReturn,
    IClearing::closeHedgeReturn,
    IClearing::enterLockReturn,
    IClearing::exitLockReturn,
    IClearing::transferCashReturn,
);

event_words! {
    CashDeposited { account; amountAtoms, cashAtoms }
    CashWithdrawn { account; amountAtoms, cashAtoms }
    CashMoved { from, to; amountAtoms, fromCashAtoms, toCashAtoms }
    OperatorSet { owner, operator; until }
    MarketRegistered { market, number; codeHash }
    ProgramRegistered { program; codeHash }
    HedgerRegistered { hedger, market; codeHash }
    CorrelationSet { ; millionths, offsetShareX64 }
    InsuranceFloorSet { market; floorTokens }
    ClearingFinalized { registry; marketCount }
    AuctionStarted { account; equityAtoms, maintenanceAtoms, penaltyAtoms, cashAtoms }
    AuctionBidFilled {
        account, bidder; shareX64, cashShareAtoms, toAccountAtoms, roundingAtoms, toInsuranceAtoms, fromBackstopAtoms,
        accountCashAtoms, bidderCashAtoms, leftX64, bonusBudgetX64
    }
    AuctionEnded { account; equityAtoms, maintenanceAtoms }
    AccountTakenOver { account; fromVaultsAtoms, penaltyAtoms, insuredAtoms, borneByVaultsAtoms, cashAtoms }
    AccountDeleveraged { account, counter; valueAtoms, accountCashAtoms, counterCashAtoms }
    BadDebtCovered { account; fromInsuranceAtoms, fromVaultsAtoms, leftAtoms, insuranceCashAtoms }
    VaultDebtSettled { market; fromInsuranceAtoms, fromVaultsAtoms, leftAtoms, insuranceCashAtoms }
}
