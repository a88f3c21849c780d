//! The types of the wrapper that the word codec knows, and what it calls, with their fields in order.

use alloc::vec::Vec;

use alloy_primitives::U256;

use crate::words::{write_array, ToWords};
use crate::{
    ApprovalForAll, Board, ERC1155InsufficientBalance, ERC1155InvalidArrayLength, ERC1155InvalidOperator,
    ERC1155InvalidReceiver, ERC1155InvalidSender, ERC1155MissingApprovalForAll, IMarket, OptionRedeemed,
    OptionUnwrapped, OptionWrapped, TransferSingle, WrappedBoardSettled, WrapperBoardNotSettled, WrapperBoardSettled,
    WrapperCallerNotAuthorised, WrapperLotsOutOfRange, WrapperNothingToRedeem, WrapperReceiverNotOwner,
    WrapperSeriesUnknown, WrapperUnderlyingInvalid,
};

to_words! {
    WrapperUnderlyingInvalid { symbol }
    WrapperSeriesUnknown { id }
    WrapperLotsOutOfRange { lots, mostLots }
    WrapperCallerNotAuthorised { caller, account }
    WrapperReceiverNotOwner { receiver, owner }
    WrapperBoardSettled { board }
    WrapperBoardNotSettled { board }
    WrapperNothingToRedeem { series, lots }
    ERC1155InsufficientBalance { sender, balance, needed, tokenId }
    ERC1155InvalidSender { sender }
    ERC1155InvalidReceiver { receiver }
    ERC1155MissingApprovalForAll { operator, owner }
    ERC1155InvalidOperator { operator }
    ERC1155InvalidArrayLength { idsLength, valuesLength }

    // What it calls
    IMarket::boardCall { id }
    IMarket::strikesCall { board }
}

impl ToWords for IMarket::transferLongsCall {
    fn write(&self, out: &mut Vec<u8>) {
        self.from.write(out);
        self.to.write(out);
        write_array(3, &self.legs, out);
    }
}

from_words! {
    Board: Board {
        id: u16, expiry: u64, strikes: u8, isSettled: bool, forwardWad: U256, basisWad: U256, observedAt: u64,
        settlementPriceWad: U256, payoutRatioWad: U256, debtsUntil: u64,
    }
}

from_nothing!(IMarket::transferLongsReturn);

event_words! {
    TransferSingle { operator, from, to; id, value }
    ApprovalForAll { account, operator; approved }
    OptionWrapped { account, series, to; lots }
    OptionUnwrapped { account, series, from; lots }
    OptionRedeemed { account, series, from; lots, payoutAtoms }
    WrappedBoardSettled { board; receivedAtoms, settlementPriceWad }
}

#[cfg(test)]
mod tests;
