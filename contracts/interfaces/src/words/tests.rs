//! The lean codec against the general one of `alloy-sol-types`, on every type that the lean one knows.

use std::string::String;
use std::vec::Vec;

use alloy_primitives::keccak256;
use alloy_sol_types::{SolCall, SolError, SolEvent, SolValue};
use proptest::prelude::*;

use super::*;
use crate::*;

/// Words enough for every type.
const MANY: usize = 140;

/// One type: what it is called, its signature, and a value in the words of both codecs.
struct Written {
    name: String,
    signature: &'static str,
    selector: Vec<u8>,
    general: Vec<u8>,
    lean: Vec<u8>,
}

fn plain(name: &str) -> String {
    name.split_whitespace().collect()
}

macro_rules! written {
    ($words:expr, $codec:ident, $decode:ident: $($name:ty),* $(,)?) => {
        [$({
            let value = <$name as $codec>::$decode($words).unwrap();
            Written {
                name: plain(stringify!($name)),
                signature: <$name as $codec>::SIGNATURE,
                selector: <$name as $codec>::SELECTOR.to_vec(),
                general: <$name as $codec>::abi_encode(&value).split_off(4),
                lean: words_of(&value),
            }
        }),*]
    };
}

macro_rules! structs {
    ($words:expr; $($name:ty),* $(,)?) => {
        [$({
            let value = <$name as SolValue>::abi_decode($words).unwrap();
            (plain(stringify!($name)), value.abi_encode(), words_of(&value))
        }),*]
    };
}

fn errors(words: &[u8]) -> Vec<Written> {
    let mut all = Vec::from(written!(words, SolError, abi_decode_raw:
        CallerNotOwner, CallerNotAllowed, AlreadyWired, NotWired, AddressIsZero, AddressHasNoCode, CallFailed,
        CalldataMalformed, SelectorUnknown, MarketParameterCount, MarketSlippageExceeded, MarketDeadlinePassed,
        MarketSeriesUnknown, MarketBoardUnknown, MarketSizeNotWholeLots, MarketSizeOutOfRange, MarketLegsCount,
        MarketBoardClosed, MarketSettlementPending, MarketBoardNotExpired, MarketBoardNotSettled, MarketBoardSettled,
        MarketSpotStale, MarketSurfaceStale, MarketLongsMissing, MarketAccountUnsettled, MarketDebtsOpen, MarketDeltaLimitExceeded,
        MarketVegaLimitExceeded, MarketStressLimitExceeded, MarketGammaLimitExceeded, MarketExpiryVegaLimitExceeded,
        MarketShortSeriesLimitExceeded, MarketMatchedInterestLimitExceeded, MarketSurfaceOutrun, MarketVaultInsolvent, MarketVaultCashShort,
        MarketTooManyBoards, MarketStrikesInvalid, MarketExpiryInvalid, MarketSliceOutOfRange,
        MarketSliceWingsTooSteep, MarketSliceVarianceOutOfDomain, MarketSliceButterflyArbitrage,
        MarketSliceCalendarArbitrage, MarketSliceMissing, MarketSurfaceOutOfOrder, MarketSurfaceExpired, MarketSurfaceSequenceUsed,
        MarketSurfaceSignaturesTooFew, MarketSurfaceKeepersUnset, MarketSurfaceKeeperUnknown,
        MarketSurfaceKeepersUnordered, MarketSurfaceKeepersInvalid, MarketSurfaceStepTooLarge, MarketBasisStepTooLarge,
        MarketSurfaceTooFast, MarketParameterOutOfBounds,
        MarketParameterNotWhole, MarketParametersInconsistent, MarketNumberOutOfDomain, OracleFeedUnreadable,
        OraclePriceNotPositive, OracleRoundIncomplete, OracleTimeInFuture, OraclePriceOutOfDomain,
        OracleSourceNotPulled, OraclePushAgeTooLong, OracleDecimalsUnsupported, OracleWindowInvalid, OracleWindowOpen, OracleFirstRoundUnusable,
        OracleFirstRoundTooLate, OracleFirstRoundTooEarly, OracleRoundsNotIncreasing, OracleWindowTooLong, OracleWindowPhaseBegan, ClearingInsufficientCash,
        ClearingTokenTransferFailed, ClearingTransferredAmountDiffers, ClearingTokenUnsupported, ClearingNotFinal, ClearingIncomplete,
        ClearingAmountIsZero, ClearingAmountTooLarge, ClearingAccountReserved, ClearingNotAuthorised,
        ClearingMarketUnknown, ClearingMarketsFull, ClearingAlreadyRegistered, ClearingCorrelationOutOfBounds, ClearingInsuranceFloorTooHigh,
        ClearingMarginShort, ClearingAccountShort, ClearingAccountInAuction, ClearingNotInAuction,
        ClearingAccountHealthy, ClearingAuctionNotCured, ClearingOracleUnsafe, ClearingBidTooSmall,
        ClearingBidPriceAboveLimit, ClearingBackstopShort, ClearingTooEarly, ClearingSameAccount,
        ClearingNothingInCommon, ClearingNothingHeld, ClearingNoBadDebt, ClearingNumberOutOfDomain, ProgramsLocked,
        LockNotHeld, SignatureDeadlinePassed, SignatureInvalid,
        VaultEpochNotClosed, VaultNothingToProcess, VaultCutSpacingOutOfRange, VaultSettlementPending,
        VaultRoundsCount, VaultRoundNotFirst, VaultMarketsCount, VaultMarketOutOfOrder, VaultWeightIsZero, VaultTermOutOfBounds, VaultNoFees,
        VaultStillWorth, VaultHoldsOptions, VaultInsuranceEmpty,
        VaultNumberOutOfRange, TrancheRequestTooSmall, TrancheRequestPending, TrancheRequestUnknown, TrancheCutPassed,
        TrancheNotOperator, TrancheNothingToClaim, TrancheClaimExceeded, TrancheInsolvent, TrancheAmountTooLarge,
        TranchePreviewUnavailable, ERC20InsufficientBalance, ERC20InsufficientAllowance, ERC20InvalidReceiver,
        ERC2612ExpiredSignature, ERC2612InvalidSigner,
    ));
    all.extend(written!(words, SolError, abi_decode_raw:
        MarketLearningOff, MarketLearningTooEarly, MarketLearningOutOfBounds,
        MarketInventoryMalformed, HedgerEpochDiffers, HedgerDeadlinePassed, HedgerPriceTooOld, HedgerMarketStopped, HedgerCheckpointUnknown, HedgerCheckpointTooYoung, HedgerLegsCount, HedgerQuantityInvalid, HedgerVenueCapExceeded, HedgerPriceOutOfBand, HedgerFillShort, HedgerLenderInUse, HedgerNothingToSell, HedgerCashShort, HedgerLimitExceeded, HedgerWindowClosed, HedgerDeltaGrows, HedgerGainTooSmall, HedgerCostTooHigh, HedgerBudgetExceeded, HedgerTermOutOfBounds, HedgerTermCount, HedgerNumberOutOfDomain, HedgerNonceDiffers, HedgerDecimalsUnsupported, TokenTransferFailed, PoolVenueTokensDiffer,
    ));
    all.extend(written!(words, SolError, abi_decode_raw:
        LenderHealthTooLow, LenderReserveMissing, LenderPoolRefused, LenderCollateralNeeded,
        HedgerOrderPending, HedgerOrderMissing, HedgerOrderFilled, HedgerOrderTooEarly, HedgerPerpClosed, HedgerPerpInUse,
        HedgerPerpDiffers, HedgerNotOwner, HedgerOptionsTooShort, HedgerTipTooSmall,
    ));
    all
}

fn calls(words: &[u8]) -> Vec<Written> {
    Vec::from(written!(words, SolCall, abi_decode_raw:
        IMarket::navCall, IMarket::recordLpFlowCall, IMarket::settleBoardCall, IMarket::settleAccountCall, IMarket::fixPayoutRatioCall, IDesk::countMatchedCall,
        IOracle::spotCall, IOracle::priceCall, IOracle::sourcesCall, IOracle::mostPushAgeSecsCall, IOracle::settlementPriceCall, IClearing::recordTradeCall, IClearing::settleVaultCall, IClearing::settleVaultDebtCall,
        IClearing::settleAccountCall, IClearing::vaultCashCall, IClearing::tokenDecimalsCall,
        IClearing::takeLpDepositCall, IClearing::settleLpEpochCall, IClearing::payLpClaimCall,
        IClearing::recordTransferCall, IClearing::fundInsuranceCall, IClearing::reallocateCall,
        IClearing::enterLockCall, IClearing::exitLockCall, IClearing::isLockedCall, IMarketMargin::marginCall,
        IMarketMargin::safeSinceCall, IMarketMargin::moveShareCall, IMarketMargin::takeOverCall,
        IMarketMargin::deleverageCall,
        IClearing::returnLpDepositCall, IClearing::vaultStandingCall, IOracle::checkCall, IOracle::begunAverageCall, IClearing::tokenCall, IClearing::marketCall, IOracle::feedCall, IVault::trancheValueCall,
        IVault::clearingCall, IVault::cutSpacingSecsCall, ITranche::pendingCall, ITranche::settleEpochCall,
        ITranche::startSeriesCall, IClearing::cashOfCall,
        IClearing::isOperatorCall, IClearing::transferCashCall, IERC20::transferCall, IERC20::transferFromCall, IERC20::balanceOfCall, IERC20::decimalsCall, IERC20::permitCall,
        IAggregator::decimalsCall, IAggregator::getRoundDataCall, IAggregator::latestRoundDataCall,
        ILearning::learningCall, ILearning::setLearningCall, IHedged::recordHedgeCall, IHedged::inventoryCall, IVenue::fillCall, IFiller::fillHedgeCall, IHedger::baseCall, IHedger::clearingCall, IClearing::closeHedgeCall, IVenue::isPassedOnCall, ILender::tokensCall, ILender::borrowCall, ILender::repayCall, IERC20::approveCall,
        IAavePool::supplyCall, IAavePool::withdrawCall, IAavePool::borrowCall, IAavePool::repayCall,
        IAavePool::setUserUseReserveAsCollateralCall, IAavePool::getUserAccountDataCall, IAavePool::getReserveDataCall,
        IPerpVenue::requestOrderCall, IPerpVenue::depositMarginCall, IPerpVenue::withdrawMarginCall,
        IPerpVenue::cancelOrderCall, IPerpVenue::standingCall, IPerpVenue::quoteCall,
    ))
}

/// Their names, and a value in the words of the general codec and of the lean one.
fn structs(words: &[u8]) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    Vec::from(structs!(words;
        Moment, VaultState, Values, BoardSlots, BoardStep, Offer, Leg, Slice, Board, Book, Quote, Margin, Report, AuctionState,
        Allocation, Terms, Fill, AppraisalHead, Appraisal, HedgeState, Outcome, HedgeLeg, LegTerms, Verdict, HedgePayment, Holding, Learning,
        PerpKept, PerpMark, PerpStanding, PerpOrder, OptionsTraded, OptionsVerdict,
    ))
}

/// Answers of several values: their names, and the same.
fn returned(words: &[u8]) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    macro_rules! returned {
        ($($call:ty => $name:ty),* $(,)?) => {
            [$({
                let value = <$call as SolCall>::abi_decode_returns(words).unwrap();
                (plain(stringify!($name)), <$call as SolCall>::abi_encode_returns(&value), words_of(&value))
            }),*]
        };
    }
    Vec::from(returned!(
        IMarketMargin::takeOverCall => IMarketMargin::takeOverReturn,
        IReferee::observeCall => IReferee::observeReturn, ILender::tokensCall => ILender::tokensReturn,
    ))
}

/// An event of random words: its name, topics and data by the general codec, and both by the lean one.
type WrittenEvent = (String, [Vec<u8>; 2], [Vec<u8>; 2]);

macro_rules! events {
    ($words:expr; $($name:ty),* $(,)?) => {
        [$({
            let mut words = $words.chunks_exact(WORD).map(B256::from_slice);
            let indexed = <$name as EventWords>::INDEXED;
            let topics = core::iter::once(<$name>::SIGNATURE_HASH).chain(words.by_ref().take(indexed));
            let event = <$name as SolEvent>::decode_raw_log(topics.collect::<Vec<_>>(), $words).unwrap();
            let topics = event.encode_topics().into_iter().skip(1).flat_map(|topic| topic.0.0).collect();
            let (mut own_topics, mut own_data) = (Vec::new(), Vec::new());
            event.write_indexed(&mut own_topics);
            event.write_data(&mut own_data);
            (plain(stringify!($name)), [topics, event.encode_data()], [own_topics, own_data])
        }),*]
    };
}

fn events(words: &[u8]) -> Vec<WrittenEvent> {
    Vec::from(events!(words;
        CashDeposited, CashWithdrawn, CashMoved, OperatorSet, MarketRegistered, ProgramRegistered, CorrelationSet, InsuranceFloorSet, ClearingFinalized,
        AuctionStarted, AuctionBidFilled, AuctionEnded, AccountTakenOver, AccountDeleveraged, BadDebtCovered, VaultDebtSettled,
        OwnershipTransferStarted, OwnershipTransferred,
        ProgramWired, Transfer, Approval, EpochProcessed, EpochLapsed, ClaimAccrued, TermsSet, FeesPaid,
        VaultReopened, SeriesStarted,
        DepositRequest, RedeemRequest, ITranche::OperatorSet, CancelDepositRequest, CancelRedeemRequest, CancelDepositClaim,
        Deposit, Withdraw, EpochSettled, HedgerRegistered, HedgeRecorded, Rebalanced, VenueSet, LenderSet, HedgeTended, LearningSet, SpreadsLearned,
        PerpVenueSet, HedgeOrdered, HedgeOrderConfirmed, HedgeOrderCancelled, PerpMarked, PerpQuarantined, OptionsHedged,
    ))
}

fn random_words() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        any::<[u8; WORD]>(),
        any::<u64>().prop_map(|low| B256::from(U256::from(low)).0),
        Just([0; WORD]),
        Just([0xff; WORD]),
    ];
    prop::collection::vec(word, MANY).prop_map(|words| words.concat())
}

/// A type that is read, in the general codec.
struct General<T> {
    decode: fn(&[u8]) -> alloy_sol_types::Result<T>,
    encode: fn(&T) -> Vec<u8>,
}

/// The lean codec reads exactly what the general one would write.
fn reads_strictly<T: FromWords>(general: &General<T>, words: &[u8], bit: usize) {
    let canonical = (general.encode)(&(general.decode)(words).unwrap());
    let length = canonical.len();
    assert_eq!(length, T::WORDS * WORD);
    let read = decode::<T>(&canonical).expect("clean words are read");
    assert_eq!((general.encode)(&read), canonical);

    let mut flipped = canonical.clone();
    flipped[bit / 8 % length] ^= 1 << (bit % 8);
    let is_clean = (general.decode)(&flipped).is_ok_and(|value| (general.encode)(&value) == flipped);
    match decode::<T>(&flipped) {
        Some(value) => assert_eq!((general.encode)(&value), flipped),
        None => assert!(!is_clean, "a bit of the type was refused"),
    }
    assert!(decode::<T>(&canonical[..bit % length]).is_none(), "truncated");
    let longer = [canonical.as_slice(), &words[..bit % WORD]].concat();
    assert_eq!((general.encode)(&decode::<T>(&longer).unwrap()), canonical, "what follows is ignored");
}

macro_rules! answers {
    ($($call:ty),*) => {
        [$(General {
            decode: <$call as SolCall>::abi_decode_returns,
            encode: |value| <$call as SolCall>::abi_encode_returns(value),
        }),*]
    };
}

fn of_value<T>() -> General<T>
where
    T: SolValue + From<<T::SolType as alloy_sol_types::SolType>::RustType>,
{
    General { decode: T::abi_decode, encode: T::abi_encode }
}

/// The names in a block of the tables, for example of `to_words!`.
fn listed(block: &str) -> Vec<String> {
    let tables = [
        include_str!("types.rs"),
        include_str!("cash.rs"),
        include_str!("clearing.rs"),
        include_str!("capital.rs"),
        include_str!("hedger.rs"),
        include_str!("lender.rs"),
        include_str!("learning.rs"),
        include_str!("broker.rs"),
        include_str!("dealer.rs"),
    ];
    let blocks = tables.iter().flat_map(|table| table.split(block).skip(1));
    let lines = blocks.flat_map(|rest| rest.lines().skip(1).take_while(|line| !line.starts_with('}')));
    let entries = lines.filter(|line| line.starts_with("    ") && !line.starts_with("     "));
    let names = entries.filter_map(|line| line.trim().split([' ', ',']).next());
    names.filter(|name| name.starts_with(char::is_uppercase)).map(|name| name.trim_end_matches(':').into()).collect()
}

fn sorted<'a>(names: impl Iterator<Item = &'a String>) -> Vec<&'a String> {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    names
}

#[test]
fn every_type_that_is_written_is_compared() {
    let words = [0; MANY * WORD];
    let structs = [structs(&words), returned(&words)].concat();
    let (errors, calls, events) = (errors(&words), calls(&words), events(&words));
    let written = errors.iter().chain(&calls).map(|each| &each.name).chain(structs.iter().map(|each| &each.0));
    assert_eq!(sorted(written), sorted(listed("to_words! {").iter()));
    assert_eq!(sorted(events.iter().map(|each| &each.0)), sorted(listed("event_words! {").iter()));
}

#[test]
fn every_type_that_is_read_is_compared() {
    let known = [
        "Moment",
        "VaultState",
        "Values",
        "BoardSlots",
        "BoardStep",
        "ISurface::checkSurfaceReturn",
        "Offer",
        "Quote",
        "Leg",
        "Slice",
        "IMarket::navReturn",
        "IOracle::spotReturn",
        "IOracle::priceReturn",
        "IOracle::sourcesReturn",
        "IOracle::checkReturn",
        "IClearing::vaultStandingReturn",
        "IAggregator::getRoundDataReturn",
        "IAggregator::latestRoundDataReturn",
        "Margin",
        "IMarketMargin::safeSinceReturn",
        "IMarketMargin::moveShareReturn",
        "IMarketMargin::takeOverReturn",
        "IMarketMargin::deleverageReturn",
        "Allocation",
        "Terms",
        "Fill",
        "IVault::trancheValueReturn",
        "ITranche::pendingReturn",
        "IClearing::cashOfReturn",
        "AppraisalHead",
        "Appraisal",
        "HedgeState",
        "Outcome",
        "Verdict",
        "IReferee::observeReturn",
        "LegTerms",
        "HedgeLeg",
        "HedgePayment",
        "Holding",
        "ILender::tokensReturn",
        "Learning",
        "OrderRequest",
        "PerpKept",
        "PerpTold",
        "PerpMark",
        "PerpStanding",
        "OptionsTraded",
        "OptionsVerdict",
    ]
    .map(String::from);
    assert_eq!(sorted(known.iter()), sorted(listed("from_words! {").iter()));
}

#[test]
fn selectors_are_hashes_of_signatures_and_differ() {
    let words = [0; MANY * WORD];
    for kind in [errors(&words), calls(&words)] {
        let mut selectors: Vec<_> = kind.iter().map(|each| &each.selector).collect();
        for each in &kind {
            assert_eq!(keccak256(each.signature)[..4], each.selector, "{}", each.name);
        }
        selectors.sort_unstable();
        let all = selectors.len();
        selectors.dedup();
        // The feed and the token both have `decimals()`, the vault and the hedger `clearing()`.
        assert!(all - selectors.len() <= 2);
    }
    assert_eq!(IERC20::transferCall::SELECTOR, [0xa9, 0x05, 0x9c, 0xbb]);
    assert_eq!(IAggregator::latestRoundDataCall::SELECTOR, [0xfe, 0xaf, 0x96, 0x8c]);
}

#[test]
fn answers_of_nothing_are_read_from_nothing() {
    assert!(decode::<IMarket::recordLpFlowReturn>(&[]).is_some());
    assert!(decode::<IClearing::takeLpDepositReturn>(&[]).is_some());
    assert!(decode::<IClearing::settleLpEpochReturn>(&[]).is_some());
    assert!(decode::<IClearing::returnLpDepositReturn>(&[]).is_some());
    assert!(decode::<IClearing::payLpClaimReturn>(&[]).is_some());
    assert!(decode::<ITranche::settleEpochReturn>(&[]).is_some());
    assert!(decode::<IClearing::recordTransferReturn>(&[]).is_some());
    assert!(decode::<IClearing::fundInsuranceReturn>(&[]).is_some());
    assert!(decode::<IClearing::reallocateReturn>(&[]).is_some());
    assert!(decode::<IClearing::enterLockReturn>(&[]).is_some());
    assert!(decode::<IClearing::exitLockReturn>(&[]).is_some());
    assert!(decode::<IERC20::permitReturn>(&[]).is_some());
    assert_eq!(decode::<()>(&[]), Some(()));
}

#[test]
fn an_array_longer_than_its_data_is_refused_before_anything_is_reserved() {
    for count in [2, u64::MAX / 32, u64::MAX / 2, u64::MAX] {
        let data = words_of(&(32_u64, count, U256::from(7)));
        assert_eq!(read_array::<U256>(&data, &mut data.as_slice()), None, "{count}");
    }
    for offset in [65, 96, u64::MAX - 31, u64::MAX] {
        let data = words_of(&(offset, 1_u64, U256::from(7)));
        assert_eq!(read_array::<U256>(&data, &mut data.as_slice()), None, "{offset}");
    }
}

proptest! {
    #[test]
    fn bytes_are_read_from_what_the_general_codec_writes(
        signature in prop::collection::vec(any::<u8>(), 0..200), until in any::<u64>(), cut in 0_usize..400,
    ) {
        let call = IClearing::setOperatorBySignatureCall {
            owner: Address::repeat_byte(1), operator: Address::repeat_byte(2), until, deadline: 7, signature: signature.clone().into(),
        };
        let data = call.abi_encode().split_off(4);
        let mut head = &data[4 * WORD..];
        prop_assert_eq!(read_bytes(&data, &mut head), Some(signature.as_slice()));
        prop_assert!(head.len() >= WORD, "the head goes on after the offset");
        let short = &data[..cut.min(6 * WORD + signature.len() - 1)];
        prop_assert_eq!(short.get(4 * WORD..).and_then(|mut head| read_bytes(short, &mut head)), None);
    }

    #[test]
    fn what_is_written_is_what_the_general_codec_writes(words in random_words()) {
        for each in errors(&words).into_iter().chain(calls(&words)) {
            prop_assert_eq!(each.lean, each.general, "{}", each.name);
        }
        for (name, general, lean) in structs(&words) {
            prop_assert_eq!(lean, general, "{}", name);
        }
        for (name, general, lean) in events(&words) {
            prop_assert_eq!(lean, general, "{}", name);
        }
    }

    #[test]
    fn what_is_read_is_exactly_what_the_general_codec_writes(words in random_words(), bit in 0..MANY * 256) {
        reads_strictly::<Moment>(&of_value(), &words, bit);
        reads_strictly::<VaultState>(&of_value(), &words, bit);
        reads_strictly::<Values>(&of_value(), &words, bit);
        reads_strictly::<BoardSlots>(&of_value(), &words, bit);
        reads_strictly::<BoardStep>(&of_value(), &words, bit);
        let [checked] = answers!(ISurface::checkSurfaceCall);
        reads_strictly(&checked, &words, bit);
        reads_strictly::<Offer>(&of_value(), &words, bit);
        reads_strictly::<Quote>(&of_value(), &words, bit);
        reads_strictly::<Leg>(&of_value(), &words, bit);
        reads_strictly::<Slice>(&of_value(), &words, bit);
        let [nav] = answers!(IMarket::navCall);
        reads_strictly(&nav, &words, bit);
        let [spot] = answers!(IOracle::spotCall);
        reads_strictly(&spot, &words, bit);
        let [price] = answers!(IOracle::priceCall);
        reads_strictly(&price, &words, bit);
        let [sources] = answers!(IOracle::sourcesCall);
        reads_strictly(&sources, &words, bit);
        let [check] = answers!(IOracle::checkCall);
        reads_strictly(&check, &words, bit);
        let [standing] = answers!(IClearing::vaultStandingCall);
        reads_strictly(&standing, &words, bit);
        let [round] = answers!(IAggregator::getRoundDataCall);
        reads_strictly(&round, &words, bit);
        let [latest] = answers!(IAggregator::latestRoundDataCall);
        reads_strictly(&latest, &words, bit);
        reads_strictly::<Margin>(&of_value(), &words, bit);
        let [safe] = answers!(IMarketMargin::safeSinceCall);
        reads_strictly(&safe, &words, bit);
        let [moved] = answers!(IMarketMargin::moveShareCall);
        reads_strictly(&moved, &words, bit);
        let [taken] = answers!(IMarketMargin::takeOverCall);
        reads_strictly(&taken, &words, bit);
        let [closed] = answers!(IMarketMargin::deleverageCall);
        reads_strictly(&closed, &words, bit);
        reads_strictly::<Allocation>(&of_value(), &words, bit);
        reads_strictly::<Terms>(&of_value(), &words, bit);
        reads_strictly::<Fill>(&of_value(), &words, bit);
        let [value] = answers!(IVault::trancheValueCall);
        reads_strictly(&value, &words, bit);
        let [held] = answers!(IClearing::cashOfCall);
        reads_strictly(&held, &words, bit);
        let [pending] = answers!(ITranche::pendingCall);
        reads_strictly(&pending, &words, bit);
        reads_strictly::<AppraisalHead>(&of_value(), &words, bit);
        reads_strictly::<Appraisal>(&of_value(), &words, bit);
        reads_strictly::<HedgeState>(&of_value(), &words, bit);
        reads_strictly::<Outcome>(&of_value(), &words, bit);
        reads_strictly::<Verdict>(&of_value(), &words, bit);
        reads_strictly::<LegTerms>(&of_value(), &words, bit);
        reads_strictly::<HedgeLeg>(&of_value(), &words, bit);
        reads_strictly::<HedgePayment>(&of_value(), &words, bit);
        reads_strictly::<Holding>(&of_value(), &words, bit);
        reads_strictly::<Learning>(&of_value(), &words, bit);
        reads_strictly::<OrderRequest>(&of_value(), &words, bit);
        reads_strictly::<PerpKept>(&of_value(), &words, bit);
        reads_strictly::<PerpTold>(&of_value(), &words, bit);
        reads_strictly::<PerpMark>(&of_value(), &words, bit);
        reads_strictly::<PerpStanding>(&of_value(), &words, bit);
        reads_strictly::<OptionsTraded>(&of_value(), &words, bit);
        reads_strictly::<OptionsVerdict>(&of_value(), &words, bit);
        let [observed] = answers!(IReferee::observeCall);
        reads_strictly(&observed, &words, bit);
    }

    #[test]
    fn single_words_are_read_strictly(words in random_words(), bit in 0_usize..256) {
        reads_strictly::<U256>(&of_value(), &words, bit);
        reads_strictly::<I256>(&of_value(), &words, bit);
        reads_strictly::<B256>(&of_value(), &words, bit);
        reads_strictly::<Address>(&of_value(), &words, bit);
        reads_strictly::<bool>(&of_value(), &words, bit);
        reads_strictly::<u16>(&of_value(), &words, bit);
        reads_strictly::<u32>(&of_value(), &words, bit);
        reads_strictly::<u64>(&of_value(), &words, bit);
        reads_strictly::<i128>(&of_value(), &words, bit);
        reads_strictly::<[B256; 3]>(&of_value(), &words, bit);
    }

    #[test]
    fn an_array_is_read_from_what_the_general_codec_writes(
        items in prop::collection::vec((any::<u32>(), any::<[u8; WORD]>()), 0..9), cost in any::<[u8; WORD]>(), deadline in any::<u64>(),
    ) {
        let number = |bytes| I256::from_raw(U256::from_be_bytes(bytes));
        let legs: Vec<_> = items.iter().map(|(series, size)| Leg { series: *series, sizeWad: number(*size) }).collect();
        let call = IMarket::tradeCall { legs: legs.clone(), maxCostAtoms: number(cost), deadline };
        let data = call.abi_encode().split_off(4);
        let mut head = data.as_slice();
        prop_assert_eq!(read_array::<Leg>(&data, &mut head).unwrap(), legs.clone());
        prop_assert_eq!(I256::read(&mut head), Some(number(cost)));
        prop_assert_eq!(u64::read(&mut head), Some(deadline));
        let mut own = Vec::new();
        write_array(1, &legs, &mut own);
        prop_assert_eq!(&own, &legs.abi_encode());
        for cut in 0..own.len() {
            let short = &own[..cut];
            prop_assert_eq!(read_array::<Leg>(short, &mut &*short), None);
        }
    }

    #[test]
    fn no_data_makes_reading_an_array_panic(data in prop::collection::vec(any::<u8>(), 0..200), offset in 0_u64..100, count in any::<u64>()) {
        let _ = read_array::<Leg>(&data, &mut data.as_slice());
        let framed = [words_of(&(offset, count)), data].concat();
        if let Some(items) = read_array::<U256>(&framed, &mut framed.as_slice()) {
            prop_assert!(items.len() * WORD <= framed.len());
        }
    }
}

#[test]
fn a_topic_is_its_one_word() {
    assert_eq!(word_of(&7_u8), B256::with_last_byte(7));
    assert_eq!(word_of(&FixedBytes([1, 2, 3, 4])), B256::right_padding_from(&[1, 2, 3, 4]));
    assert_eq!(word_of(&-1_i128), B256::repeat_byte(0xff));
    assert_eq!(words_of(&()).len(), 0);
}
