//! Every type against the general codec.

use alloy_primitives::{B256, I256};
use alloy_sol_types::{SolCall, SolValue};

use super::*;
use crate::words::same::{amount, same_call, same_error, same_event, ACCOUNT, OTHER, WHO};
use crate::words::{decode, read_bytes, write_bytes};
use crate::{IClearing, Leg};

#[test]
fn errors_are_as_the_general_codec_writes_them() {
    let (two, three) = (amount(2), amount(3));
    same_error(&WrapperUnderlyingInvalid { symbol: ACCOUNT });
    same_error(&WrapperSeriesUnknown { id: two });
    same_error(&WrapperLotsOutOfRange { lots: two, mostLots: three });
    same_error(&WrapperCallerNotAuthorised { caller: WHO, account: ACCOUNT });
    same_error(&WrapperReceiverNotOwner { receiver: WHO, owner: OTHER });
    same_error(&WrapperBoardSettled { board: 7 });
    same_error(&WrapperBoardNotSettled { board: 7 });
    same_error(&WrapperNothingToRedeem { series: 7, lots: two });
    same_error(&ERC1155InsufficientBalance { sender: WHO, balance: two, needed: three, tokenId: amount(4) });
    same_error(&ERC1155InvalidSender { sender: WHO });
    same_error(&ERC1155InvalidReceiver { receiver: WHO });
    same_error(&ERC1155MissingApprovalForAll { operator: WHO, owner: OTHER });
    same_error(&ERC1155InvalidOperator { operator: WHO });
    same_error(&ERC1155InvalidArrayLength { idsLength: two, valuesLength: three });
}

#[test]
fn calls_are_as_the_general_codec_writes_them() {
    for count in 0..3 {
        let legs = [(7, I256::MINUS_ONE), (8, I256::ONE)].into_iter().take(count);
        let legs = legs.map(|(series, size)| Leg { series, sizeWad: size }).collect();
        same_call(&IMarket::transferLongsCall { from: ACCOUNT, to: B256::repeat_byte(0xd4), legs });
    }
    same_call(&IMarket::boardCall { id: 7 });
    same_call(&IMarket::strikesCall { board: 7 });
    same_call(&IClearing::isOperatorCall { owner: WHO, operator: OTHER });
    let to = B256::repeat_byte(0xd4);
    same_call(&IClearing::transferCashCall { from: ACCOUNT, to, amountAtoms: amount(2) });
}

#[test]
fn a_board_is_read_as_the_general_codec_writes_it() {
    let board = Board {
        id: 1,
        expiry: 2,
        strikes: 3,
        isSettled: true,
        forwardWad: amount(4),
        basisWad: amount(5),
        observedAt: 6,
        settlementPriceWad: amount(7),
        payoutRatioWad: amount(8),
        debtsUntil: u64::MAX - 2,
    };
    let data = IMarket::boardCall::abi_encode_returns(&board);
    assert_eq!(decode::<Board>(&data), Some(board));
    assert_eq!(decode::<Board>(&data[..data.len() - 1]), None);
}

#[test]
fn events_are_as_the_general_codec_writes_them() {
    let (id, value) = (amount(2), amount(3));
    same_event(&TransferSingle { operator: WHO, from: OTHER, to: WHO, id, value });
    same_event(&ApprovalForAll { account: WHO, operator: OTHER, approved: true });
    same_event(&OptionWrapped { account: ACCOUNT, series: 7, to: WHO, lots: id });
    same_event(&OptionUnwrapped { account: ACCOUNT, series: 7, from: WHO, lots: id });
    same_event(&OptionRedeemed { account: ACCOUNT, series: 7, from: WHO, lots: id, payoutAtoms: value });
    same_event(&WrappedBoardSettled { board: 7, receivedAtoms: id, settlementPriceWad: value });
}

#[test]
fn bytes_are_as_the_general_codec_writes_them() {
    for length in [0, 1, 31, 32, 33, 64, 100] {
        let bytes: Vec<u8> = (0..length).collect();
        let expected = (alloy_primitives::Bytes::from(bytes.clone()),).abi_encode_params();
        let mut written = words_of_offset();
        write_bytes(&bytes, &mut written);
        assert_eq!(written, expected);
        assert_eq!(read_bytes(&expected, &mut expected.as_slice()), Some(bytes.as_slice()));
    }
}

#[test]
fn bytes_past_the_end_are_refused() {
    let mut data = words_of_offset();
    write_bytes(&[1; 40], &mut data);
    assert_eq!(read_bytes(&data[..64 + 39], &mut data.as_slice()), None);
    let far = U256::MAX.to_be_bytes::<32>();
    assert_eq!(read_bytes(&far, &mut far.as_slice()), None);
    let huge = [words_of_offset(), far.to_vec()].concat();
    assert_eq!(read_bytes(&huge, &mut huge.as_slice()), None);
}

/// The head of data that is bytes alone: they come after one word.
fn words_of_offset() -> Vec<u8> {
    let mut out = Vec::new();
    U256::from(32).write(&mut out);
    out
}
