//! The types of the clearing house, the vault program, the token and the feed that the word codec
//! knows, with their fields in order.

use alloy_primitives::aliases::U80;
use alloy_primitives::{I256, U256};

use crate::{
    Approval, CashDeposited, CashLocked, CashMoved, CashWithdrawn, ClearingAccountReserved, ClearingAmountIsZero,
    ClearingAmountTooLarge, ClearingInsufficientCash, ClearingLockUnderflow, ClearingTokenTransferFailed,
    ClearingTokenUnsupported, ClearingTransferredAmountDiffers, DepositClaimed, DepositRequested,
    ERC20InsufficientAllowance, ERC20InsufficientBalance, ERC20InvalidReceiver, EpochProcessed, IAggregator, IClearing,
    OwnershipTransferStarted, OwnershipTransferred, ProgramWired, RedeemClaimed, RedeemRequested, Transfer,
    VaultAmountTooLarge, VaultCutSpacingOutOfRange, VaultEpochNotClosed, VaultInsolvent, VaultNothingToClaim,
    VaultNothingToProcess, VaultRequestPending, VaultRequestTooSmall, VaultSettlementPending, IERC20,
};

to_words! {
    // The clearing house
    ClearingInsufficientCash { account, cashAtoms, requiredAtoms }
    ClearingTokenTransferFailed { token, from, to, amountAtoms }
    ClearingTransferredAmountDiffers { expectedAtoms, balanceBeforeAtoms, balanceAfterAtoms }
    ClearingTokenUnsupported { token, decimals }
    ClearingAmountIsZero {}
    ClearingAmountTooLarge { amountAtoms }
    ClearingLockUnderflow { account, lockedAtoms, releasedAtoms }
    ClearingAccountReserved { account }
    IClearing::takeLpDepositCall { from, amountAtoms }
    IClearing::settleLpEpochCall { acceptedAtoms, refusedAtoms, redeemedAtoms }
    IClearing::payLpClaimCall { to, amountAtoms }

    // The vault program
    VaultRequestTooSmall { amount, minimum }
    VaultRequestPending { owner, epoch }
    VaultNothingToClaim { owner }
    VaultEpochNotClosed { epoch, cutAt, priceAt }
    VaultNothingToProcess {}
    VaultCutSpacingOutOfRange { spacingSecs, minSecs, maxSecs }
    VaultSettlementPending {}
    VaultInsolvent { navAtoms }
    VaultAmountTooLarge { amount }
    ERC20InsufficientBalance { sender, balance, needed }
    ERC20InsufficientAllowance { spender, allowance, needed }
    ERC20InvalidReceiver { receiver }

    // The token and the feed
    IERC20::transferCall { to, value }
    IERC20::transferFromCall { from, to, value }
    IERC20::balanceOfCall { owner }
    IERC20::decimalsCall {}
    IERC20::permitCall { owner, spender, value, deadline, v, r, s }
    IAggregator::decimalsCall {}
    IAggregator::getRoundDataCall { roundId }
    IAggregator::latestRoundDataCall {}
}

from_words! {
    IAggregator::getRoundDataReturn: IAggregator::getRoundDataReturn {
        id: U80, answer: I256, startedAt: U256, updatedAt: U256, answeredInRound: U80,
    }
    IAggregator::latestRoundDataReturn: IAggregator::latestRoundDataReturn {
        id: U80, answer: I256, startedAt: U256, updatedAt: U256, answeredInRound: U80,
    }
}

from_nothing!(
    IClearing::takeLpDepositReturn,
    IClearing::settleLpEpochReturn,
    IClearing::payLpClaimReturn,
    IERC20::permitReturn,
);

event_words! {
    CashDeposited { account; amountAtoms, cashAtoms }
    CashWithdrawn { account; amountAtoms, cashAtoms }
    CashMoved { from, to; amountAtoms, fromCashAtoms, toCashAtoms }
    CashLocked { account; lockedAtoms }
    OwnershipTransferStarted { previousOwner, newOwner; }
    OwnershipTransferred { previousOwner, newOwner; }
    ProgramWired { program, peer, role; }
    Transfer { from, to; value }
    Approval { owner, spender; value }
    DepositRequested { owner, epoch; assetsAtoms }
    RedeemRequested { owner, epoch; shares }
    EpochProcessed {
        epoch; navAtoms, uncertaintyAtoms, reserveAtoms, acceptedAtoms, refusedAtoms, sharesMinted, sharesBurned,
        paidAtoms, sharesUnfilled, totalSupply
    }
    DepositClaimed { owner, epoch; shares, assetsReturnedAtoms }
    RedeemClaimed { owner, epoch; assetsAtoms, sharesReturned }
}

#[cfg(test)]
mod tests;
