//! The types of the vault program, the token and the feed, and of ownership and wiring, that the word codec
//! knows, with their fields in order.

use alloy_primitives::aliases::U80;
use alloy_primitives::{I256, U256};

use crate::{
    Approval, DepositClaimed, DepositRequested, ERC20InsufficientAllowance, ERC20InsufficientBalance,
    ERC20InvalidReceiver, EpochProcessed, IAggregator, OwnershipTransferStarted, OwnershipTransferred, ProgramWired,
    RedeemClaimed, RedeemRequested, Transfer, VaultAmountTooLarge, VaultCutSpacingOutOfRange, VaultEpochNotClosed,
    VaultInsolvent, VaultNothingToClaim, VaultNothingToProcess, VaultRequestPending, VaultRequestTooSmall,
    VaultSettlementPending, IERC20,
};

to_words! {
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

from_nothing!(IERC20::permitReturn,);

event_words! {
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
