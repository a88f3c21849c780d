//! Every type against the general codec.

use alloy_primitives::B256;
use alloy_sol_types::SolCall;

use super::*;
use crate::words::decode;
use crate::words::same::{amount, same_call, same_error, same_event, ACCOUNT, OTHER, WHO};
use crate::*;

#[test]
fn errors_of_the_clearing_house_are_as_the_general_codec_writes_them() {
    let (cash, two, three) = (I256::MINUS_ONE, amount(2), amount(3));
    same_error(&ClearingInsufficientCash { account: ACCOUNT, cashAtoms: cash, requiredAtoms: two });
    same_error(&ClearingTokenTransferFailed { token: WHO, from: OTHER, to: WHO, amountAtoms: two });
    same_error(&ClearingTransferredAmountDiffers {
        expectedAtoms: two,
        balanceBeforeAtoms: three,
        balanceAfterAtoms: amount(4),
    });
    same_error(&ClearingTokenUnsupported { token: WHO, decimals: 19 });
    same_error(&ClearingAmountIsZero {});
    same_error(&ClearingAmountTooLarge { amountAtoms: two });
    same_error(&ClearingAccountReserved { account: ACCOUNT });
}

#[test]
fn calls_are_as_the_general_codec_writes_them() {
    let (two, three) = (amount(2), amount(3));
    same_call(&IClearing::takeLpDepositCall { from: WHO, amountAtoms: two });
    same_call(&IClearing::settleLpEpochCall {
        market: 5,
        acceptedAtoms: two,
        refusedAtoms: three,
        redeemedAtoms: amount(4),
    });
    same_call(&IClearing::payLpClaimCall { to: WHO, amountAtoms: two });
    same_call(&IClearing::returnLpDepositCall { to: WHO, amountAtoms: two });
    same_call(&IERC20::transferCall { to: WHO, value: two });
    same_call(&IERC20::transferFromCall { from: WHO, to: OTHER, value: two });
    same_call(&IERC20::balanceOfCall { owner: WHO });
    same_call(&IERC20::decimalsCall {});
    same_call(&IERC20::permitCall {
        owner: WHO,
        spender: OTHER,
        value: two,
        deadline: three,
        v: 27,
        r: ACCOUNT,
        s: B256::repeat_byte(0xd4),
    });
    same_call(&IAggregator::decimalsCall {});
    same_call(&IAggregator::getRoundDataCall { roundId: U80::from_limbs([5, 6]) });
    same_call(&IAggregator::latestRoundDataCall {});
}

#[test]
fn answers_of_the_feed_are_read_as_the_general_codec_writes_them() {
    let answer = IAggregator::latestRoundDataReturn {
        id: U80::from_limbs([5, 6]),
        answer: I256::MINUS_ONE,
        startedAt: amount(2),
        updatedAt: amount(3),
        answeredInRound: U80::from_limbs([7, 8]),
    };
    let data = IAggregator::latestRoundDataCall::abi_encode_returns(&answer);
    let read: IAggregator::latestRoundDataReturn = decode(&data).unwrap();
    assert_eq!(
        (read.id, read.answer, read.startedAt, read.updatedAt, read.answeredInRound),
        (answer.id, answer.answer, answer.startedAt, answer.updatedAt, answer.answeredInRound)
    );
    let read: IAggregator::getRoundDataReturn = decode(&data).unwrap();
    assert_eq!((read.id, read.answeredInRound), (answer.id, answer.answeredInRound));
    assert!(decode::<IAggregator::getRoundDataReturn>(&data[..159]).is_none());
}

#[test]
fn events_are_as_the_general_codec_writes_them() {
    let (two, cash) = (amount(2), I256::MINUS_ONE);
    same_event(&CashDeposited { account: ACCOUNT, amountAtoms: two, cashAtoms: cash });
    same_event(&CashWithdrawn { account: ACCOUNT, amountAtoms: two, cashAtoms: cash });
    same_event(&CashMoved {
        from: ACCOUNT,
        to: B256::ZERO,
        amountAtoms: two,
        fromCashAtoms: cash,
        toCashAtoms: I256::ONE,
    });
    same_event(&OwnershipTransferStarted { previousOwner: WHO, newOwner: OTHER });
    same_event(&OwnershipTransferred { previousOwner: WHO, newOwner: OTHER });
    same_event(&ProgramWired { program: WHO, peer: OTHER, role: ACCOUNT });
}
