//! The types of the vault program and the tranches that the word codec knows, with their fields in order.

use alloy_primitives::{Address, I256, U256};

use crate::{
    Allocation, Approval, CancelDepositClaim, CancelDepositRequest, CancelRedeemRequest, ClaimAccrued, Deposit,
    DepositRequest, ERC20InsufficientAllowance, ERC20InsufficientBalance, ERC20InvalidReceiver,
    ERC2612ExpiredSignature, ERC2612InvalidSigner, EpochLapsed, EpochProcessed, EpochSettled, FeesPaid, Fill,
    IClearing, IOracle, ITranche, IVault, RedeemRequest, SeriesStarted, Terms, TermsSet, TrancheAmountTooLarge,
    TrancheClaimExceeded, TrancheCutPassed, TrancheInsolvent, TrancheNotOperator, TrancheNothingToClaim,
    TranchePreviewUnavailable, TrancheRequestPending, TrancheRequestTooSmall, TrancheRequestUnknown, Transfer,
    VaultCutSpacingOutOfRange, VaultEpochNotClosed, VaultHoldsOptions, VaultInsuranceEmpty, VaultMarketOutOfOrder,
    VaultMarketsCount, VaultNoFees, VaultNothingToProcess, VaultNumberOutOfRange, VaultReopened, VaultRoundNotFirst,
    VaultRoundsCount, VaultSettlementPending, VaultStillWorth, VaultTermOutOfBounds, VaultWeightIsZero, Withdraw,
};

to_words! {
    // The vault program
    Allocation { market, oracle, weight }
    Terms { seniorRate, coverage, managementFee, performanceFee, feeRecipient }
    Fill { acceptedAtoms, sharesMinted, sharesBurned, paidAtoms }
    VaultEpochNotClosed { epoch, cutAt, priceAt }
    VaultNothingToProcess {}
    VaultCutSpacingOutOfRange { spacingSecs, minSecs, maxSecs }
    VaultSettlementPending {}
    VaultRoundsCount { count, expected }
    VaultRoundNotFirst { roundId, updatedAt, cutAt }
    VaultMarketsCount { count, maximum }
    VaultWeightIsZero { market }
    VaultMarketOutOfOrder { market, number }
    VaultTermOutOfBounds { place, value, min, max }
    VaultNoFees {}
    VaultNumberOutOfRange { navAtoms }
    VaultStillWorth { mostAtoms }
    VaultHoldsOptions { uncertaintyAtoms }
    VaultInsuranceEmpty {}
    IVault::trancheValueCall { isSenior }
    IVault::clearingCall {}
    IVault::cutSpacingSecsCall {}
    IOracle::feedCall {}
    IClearing::tokenCall {}
    IClearing::cashOfCall { account }
    IClearing::marketCall { number }

    // The tranches
    ITranche::pendingCall {}
    ITranche::settleEpochCall { epoch, filled, isNewSeries }
    ITranche::startSeriesCall {}
    TrancheRequestTooSmall { amount, minimum }
    TrancheRequestPending { controller, epoch }
    TrancheRequestUnknown { requestId, controller }
    TrancheCutPassed { epoch, cutAt, lapsesAt }
    TrancheNotOperator { caller, controller }
    TrancheNothingToClaim { controller }
    TrancheClaimExceeded { amount, claimable }
    TrancheInsolvent {}
    TrancheAmountTooLarge { amount }
    TranchePreviewUnavailable {}
    ERC20InsufficientBalance { sender, balance, needed }
    ERC20InsufficientAllowance { spender, allowance, needed }
    ERC20InvalidReceiver { receiver }
    ERC2612ExpiredSignature { deadline }
    ERC2612InvalidSigner { signer, owner }
}

from_words! {
    Allocation: Allocation { market: Address, oracle: Address, weight: u32 }
    Terms: Terms { seniorRate: u32, coverage: u32, managementFee: u32, performanceFee: u32, feeRecipient: Address }
    Fill: Fill { acceptedAtoms: U256, sharesMinted: U256, sharesBurned: U256, paidAtoms: U256 }
    IVault::trancheValueReturn: IVault::trancheValueReturn { midAtoms: U256, bidAtoms: U256, askAtoms: U256 }
    IClearing::cashOfReturn: IClearing::cashOfReturn {
        cashAtoms: I256, heldMarkets: u8, shortMarkets: u8, isInAuction: bool,
    }
    ITranche::pendingReturn: ITranche::pendingReturn {
        epoch: u64, depositAtoms: U256, redeemShares: U256, supply: U256,
    }
}

from_nothing!(ITranche::settleEpochReturn);
from_nothing!(ITranche::startSeriesReturn);

event_words! {
    EpochProcessed {
        epoch; navAtoms, uncertaintyAtoms, reserveAtoms, claimAtoms, feeAtoms, juniorSeries
    }
    EpochLapsed { epoch; }
    ClaimAccrued { isCovered; claimAtoms }
    TermsSet { feeRecipient; seniorRate, coverage, managementFee, performanceFee }
    FeesPaid { recipient; amountAtoms }
    VaultReopened { ; juniorSeries }
    SeriesStarted { ; series }
    Transfer { from, to; value }
    Approval { owner, spender; value }
    DepositRequest { controller, owner, requestId; sender, assets }
    RedeemRequest { controller, owner, requestId; sender, shares }
    ITranche::OperatorSet { controller, operator; approved }
    CancelDepositRequest { controller, requestId; sender, assets }
    CancelRedeemRequest { controller, requestId; sender, shares }
    CancelDepositClaim { receiver, controller; sender, assets }
    Deposit { sender, owner; assets, shares }
    Withdraw { sender, receiver, owner; assets, shares }
    EpochSettled {
        epoch; series, acceptedAtoms, refusedAtoms, sharesMinted, sharesBurned, paidAtoms, sharesUnfilled, totalSupply
    }
}

#[cfg(test)]
mod tests;
