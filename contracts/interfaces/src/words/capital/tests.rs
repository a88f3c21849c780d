//! Every type against the general codec.

use alloy_primitives::aliases::U80;
use alloy_primitives::I256;
use alloy_sol_types::{SolCall, SolValue};

use super::*;
use crate::words::same::{amount, same_call, same_error, same_event, OTHER, WHO};
use crate::words::{decode, words_of};

fn filled() -> Fill {
    Fill { acceptedAtoms: amount(1), sharesMinted: amount(2), sharesBurned: amount(3), paidAtoms: amount(4) }
}

#[test]
fn errors_are_as_the_general_codec_writes_them() {
    let (two, three) = (amount(2), amount(3));
    same_error(&VaultEpochNotClosed { epoch: 7, cutAt: 8, priceAt: 9 });
    same_error(&VaultNothingToProcess {});
    same_error(&VaultCutSpacingOutOfRange { spacingSecs: 7, minSecs: 8, maxSecs: 9 });
    same_error(&VaultSettlementPending {});
    same_error(&VaultRoundsCount { count: two, expected: three });
    same_error(&VaultRoundNotFirst { roundId: U80::MAX, updatedAt: 7, cutAt: 8 });
    same_error(&VaultMarketsCount { count: two, maximum: three });
    same_error(&VaultWeightIsZero { market: WHO });
    same_error(&VaultMarketOutOfOrder { market: WHO, number: 7 });
    same_error(&VaultTermOutOfBounds { place: two, value: 7, min: 8, max: 9 });
    same_error(&VaultNoFees {});
    same_error(&VaultStillWorth { mostAtoms: I256::MINUS_ONE });
    same_error(&VaultHoldsOptions { uncertaintyAtoms: two });
    same_error(&VaultInsuranceEmpty {});
    same_error(&VaultNumberOutOfRange { navAtoms: I256::MIN });
    same_error(&TrancheRequestTooSmall { amount: two, minimum: three });
    same_error(&TrancheRequestPending { controller: WHO, epoch: 7 });
    same_error(&TrancheRequestUnknown { requestId: two, controller: WHO });
    same_error(&TrancheCutPassed { epoch: 7, cutAt: 8, lapsesAt: 9 });
    same_error(&TrancheNotOperator { caller: WHO, controller: OTHER });
    same_error(&TrancheNothingToClaim { controller: WHO });
    same_error(&TrancheClaimExceeded { amount: two, claimable: three });
    same_error(&TrancheInsolvent {});
    same_error(&TrancheAmountTooLarge { amount: two });
    same_error(&TranchePreviewUnavailable {});
    same_error(&ERC20InsufficientBalance { sender: WHO, balance: two, needed: three });
    same_error(&ERC20InsufficientAllowance { spender: WHO, allowance: two, needed: three });
    same_error(&ERC20InvalidReceiver { receiver: WHO });
    same_error(&ERC2612ExpiredSignature { deadline: two });
    same_error(&ERC2612InvalidSigner { signer: WHO, owner: OTHER });
}

#[test]
fn calls_are_as_the_general_codec_writes_them() {
    same_call(&IVault::trancheValueCall { isSenior: true });
    same_call(&IVault::clearingCall {});
    same_call(&IVault::cutSpacingSecsCall {});
    same_call(&IOracle::feedCall {});
    same_call(&IClearing::tokenCall {});
    same_call(&IClearing::marketCall { number: 7 });
    same_call(&IClearing::cashOfCall { account: WHO.into_word() });
    same_call(&ITranche::startSeriesCall {});
    same_call(&ITranche::pendingCall {});
    same_call(&ITranche::settleEpochCall { epoch: 7, filled: filled(), isNewSeries: true });
}

#[test]
fn structs_and_answers_are_read_as_the_general_codec_writes_them() {
    let allocation = Allocation { market: WHO, oracle: OTHER, weight: 7 };
    assert_eq!(words_of(&allocation), allocation.abi_encode());
    assert_eq!(decode::<Allocation>(&allocation.abi_encode()), Some(allocation));
    let terms = Terms { seniorRate: 1, coverage: 2, managementFee: 3, performanceFee: 4, feeRecipient: WHO };
    assert_eq!(words_of(&terms), terms.abi_encode());
    assert_eq!(decode::<Terms>(&terms.abi_encode()), Some(terms));
    assert_eq!(decode::<Fill>(&filled().abi_encode()), Some(filled()));
    let value = IVault::trancheValueReturn { midAtoms: amount(1), bidAtoms: amount(2), askAtoms: amount(3) };
    let read: IVault::trancheValueReturn = decode(&IVault::trancheValueCall::abi_encode_returns(&value)).unwrap();
    assert_eq!((read.midAtoms, read.bidAtoms, read.askAtoms), (amount(1), amount(2), amount(3)));
    let held =
        IClearing::cashOfReturn { cashAtoms: I256::MINUS_ONE, heldMarkets: 3, shortMarkets: 1, isInAuction: true };
    let read: IClearing::cashOfReturn = decode(&IClearing::cashOfCall::abi_encode_returns(&held)).unwrap();
    assert_eq!((read.cashAtoms, read.heldMarkets, read.shortMarkets, read.isInAuction), (I256::MINUS_ONE, 3, 1, true));
    let totals =
        ITranche::pendingReturn { epoch: 7, depositAtoms: amount(1), redeemShares: amount(2), supply: amount(3) };
    let read: ITranche::pendingReturn = decode(&ITranche::pendingCall::abi_encode_returns(&totals)).unwrap();
    assert_eq!((read.epoch, read.depositAtoms, read.redeemShares, read.supply), (7, amount(1), amount(2), amount(3)));
}

#[test]
fn events_are_as_the_general_codec_writes_them() {
    let (two, three, four) = (amount(2), amount(3), amount(4));
    same_event(&EpochProcessed {
        epoch: 7,
        navAtoms: I256::MINUS_ONE,
        uncertaintyAtoms: two,
        reserveAtoms: three,
        claimAtoms: four,
        feeAtoms: amount(5),
        juniorSeries: 6,
    });
    same_event(&EpochLapsed { epoch: 7 });
    same_event(&ClaimAccrued { isCovered: true, claimAtoms: two });
    same_event(&TermsSet { seniorRate: 1, coverage: 2, managementFee: 3, performanceFee: 4, feeRecipient: WHO });
    same_event(&FeesPaid { recipient: WHO, amountAtoms: two });
    same_event(&VaultReopened { juniorSeries: 7 });
    same_event(&SeriesStarted { series: 7 });
    same_event(&Transfer { from: WHO, to: OTHER, value: two });
    same_event(&Approval { owner: WHO, spender: OTHER, value: two });
    same_event(&DepositRequest { controller: WHO, owner: OTHER, requestId: two, sender: WHO, assets: three });
    same_event(&RedeemRequest { controller: WHO, owner: OTHER, requestId: two, sender: WHO, shares: three });
    same_event(&ITranche::OperatorSet { controller: WHO, operator: OTHER, approved: true });
    same_event(&CancelDepositRequest { controller: WHO, requestId: two, sender: OTHER, assets: three });
    same_event(&CancelRedeemRequest { controller: WHO, requestId: two, sender: OTHER, shares: three });
    same_event(&CancelDepositClaim { receiver: WHO, controller: OTHER, sender: WHO, assets: three });
    same_event(&Deposit { sender: WHO, owner: OTHER, assets: two, shares: three });
    same_event(&Withdraw { sender: WHO, receiver: OTHER, owner: WHO, assets: two, shares: three });
    same_event(&EpochSettled {
        epoch: 7,
        series: 8,
        acceptedAtoms: two,
        refusedAtoms: three,
        sharesMinted: four,
        sharesBurned: amount(5),
        paidAtoms: amount(6),
        sharesUnfilled: amount(7),
        totalSupply: amount(8),
    });
}
