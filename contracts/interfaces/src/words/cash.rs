//! The types of the token and the feed, and of ownership and wiring, that the word codec
//! knows, with their fields in order.

use alloy_primitives::aliases::U80;
use alloy_primitives::{I256, U256};

use crate::{IAggregator, OwnershipTransferStarted, OwnershipTransferred, ProgramWired, IERC20};

to_words! {
    // The token and the feed
    IERC20::transferCall { to, value }
    IERC20::approveCall { spender, value }
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

from_nothing!(IERC20::permitReturn);

event_words! {
    OwnershipTransferStarted { previousOwner, newOwner; }
    OwnershipTransferred { previousOwner, newOwner; }
    ProgramWired { program, peer, role; }
}

#[cfg(test)]
mod tests;
