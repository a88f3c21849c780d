//! The program: reads the feed, checks, answers.

use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, U256, U8};
use alloy_sol_types::{SolCall, SolError};
use equipoise_interfaces::IOracle::{feedCall, settlementPriceCall, spotCall};
use equipoise_interfaces::{
    AlreadyWired, CallFailed, IAggregator, OracleDecimalsUnsupported, OracleFeedUnreadable, OracleFirstRoundTooEarly,
    OracleFirstRoundTooLate, OracleFirstRoundUnusable, OraclePriceNotPositive, OraclePriceOutOfDomain,
    OracleRoundIncomplete, OracleRoundsNotIncreasing, OracleTimeInFuture, OracleWindowInvalid, OracleWindowOpen,
};
use equipoise_kit::lean::{answer, enter, revert, unknown, view, Arguments, CONSTRUCTOR};
use equipoise_kit::number::{from_u128, to_u64};
use equipoise_kit::storage::{namespace_root, Namespace, Namespaced};
use equipoise_kit::{require_code, Revert};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::storage::{StorageAddress, StorageU8};
use stylus_sdk::ArbResult;

use crate::round::{Answer, Round, RoundId, Unusable, MAX_DECIMALS};
use crate::settlement::{settle, Rounds, SettlementError, Window, MAX_WINDOW_SECS};

/// Where the oracle keeps its feed.
pub struct OracleSpace;

impl Namespace for OracleSpace {
    const ROOT: U256 = namespace_root("equipoise.oracle");
}

/// The feed and its decimals, in one slot.
#[storage]
pub struct OracleSlots {
    feed: StorageAddress,
    decimals: StorageU8,
}

/// The oracle program.
#[storage]
pub struct Oracle {
    slots: Namespaced<OracleSpace, OracleSlots>,
}

// SAFETY: it is the one storage struct of the program.
unsafe impl TopLevelStorage for Oracle {}

/// Runs one call.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut oracle, selector, given) = enter::<Oracle>(&input, vm)?;
    oracle.dispatch(selector, given)
}

impl Oracle {
    fn dispatch(&mut self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            spotCall::SELECTOR => answer(&self.spot()?),
            settlementPriceCall::SELECTOR => {
                answer(&self.settlement_price(given.take()?, given.take()?, given.take()?)?)
            }
            feedCall::SELECTOR => answer(&self.slots.feed.get()),
            CONSTRUCTOR => answer(&self.construct(given.take()?)?),
            _ => unknown(selector),
        }
    }

    /// Reads the feed's decimals and keeps them, for a feed never changes its own. Once.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode, OracleFeedUnreadable, OracleDecimalsUnsupported
    fn construct(&mut self, feed: Address) -> Result<(), Revert> {
        if !self.slots.feed.get().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        require_code(self.vm(), feed)?;
        let decimals =
            view(self.vm(), feed, &IAggregator::decimalsCall {}).map_err(|_| revert(&OracleFeedUnreadable { feed }))?;
        if decimals > MAX_DECIMALS {
            return Err(revert(&OracleDecimalsUnsupported { decimals }));
        }
        self.slots.feed.set(feed);
        self.slots.decimals.set(U8::from(decimals));
        Ok(())
    }

    /// The latest spot price, its round and time.
    /// # Errors: OracleFeedUnreadable, OracleRoundIncomplete, OraclePriceNotPositive,
    /// OracleTimeInFuture, OraclePriceOutOfDomain
    fn spot(&self) -> Result<(U256, U80, u64), Revert> {
        let feed = self.connect();
        let answer = feed.latest_answer()?;
        let round = answer.check(feed.decimals, feed.now).map_err(|reason| feed.refusal(&answer, reason))?;
        Ok((from_u128(round.price_wad), round.id.raw(), round.at))
    }

    /// The average over the `window_secs` that end at `expiry`.
    /// # Rounding: down
    /// # Errors: OracleWindowInvalid, OracleWindowOpen, OracleFirstRound..., OracleFeedUnreadable,
    /// OracleRoundsNotIncreasing
    fn settlement_price(&self, expiry: u64, window_secs: u64, first_round: U80) -> Result<U256, Revert> {
        let window = Window::ending_at(expiry, window_secs).ok_or_else(|| {
            let max_window_secs = MAX_WINDOW_SECS;
            revert(&OracleWindowInvalid { expiry, windowSecs: window_secs, maxWindowSecs: max_window_secs })
        })?;
        let feed = self.connect();
        settle(&feed, window, RoundId::from_raw(first_round), feed.now)
            .map(from_u128)
            .map_err(|error| settlement_revert(error, window, first_round))
    }

    fn connect(&self) -> Feed<'_> {
        let [decimals] = self.slots.decimals.get().to_be_bytes();
        Feed { oracle: self, address: self.slots.feed.get(), decimals, now: self.vm().block_timestamp() }
    }
}

/// The feed as one call sees it.
struct Feed<'a> {
    oracle: &'a Oracle,
    address: Address,
    decimals: u8,
    now: u64,
}

impl Feed<'_> {
    fn latest_answer(&self) -> Result<Answer, Revert> {
        let call = IAggregator::latestRoundDataCall {};
        let data = view(self.oracle.vm(), self.address, &call).map_err(|_| self.unreadable())?;
        Ok(Answer {
            id: RoundId::from_raw(data.id),
            answer: data.answer,
            updated_at: data.updatedAt,
            answered_in: RoundId::from_raw(data.answeredInRound),
        })
    }

    #[cold]
    fn unreadable(&self) -> Revert {
        revert(&OracleFeedUnreadable { feed: self.address })
    }

    #[cold]
    fn refusal(&self, answer: &Answer, reason: Unusable) -> Revert {
        let round_id = answer.id.raw();
        match reason {
            Unusable::Incomplete => {
                revert(&OracleRoundIncomplete { roundId: round_id, answeredInRound: answer.answered_in.raw() })
            }
            Unusable::NotPositive => revert(&OraclePriceNotPositive { answer: answer.answer, roundId: round_id }),
            Unusable::InFuture => revert(&OracleTimeInFuture { updatedAt: answer.updated_at, nowAt: self.now }),
            Unusable::OutOfDomain => revert(&OraclePriceOutOfDomain { answer: answer.answer, decimals: self.decimals }),
        }
    }
}

impl Rounds for Feed<'_> {
    type Error = Revert;

    fn latest(&self) -> Result<(RoundId, u64), Revert> {
        let answer = self.latest_answer()?;
        match to_u64(answer.updated_at) {
            Some(at) if at <= self.now => Ok((answer.id, at)),
            _ => Err(self.refusal(&answer, Unusable::InFuture)),
        }
    }

    fn round(&self, id: RoundId) -> Result<Option<Round>, Revert> {
        let call = IAggregator::getRoundDataCall { roundId: id.raw() };
        let data = match view(self.oracle.vm(), self.address, &call) {
            Ok(data) => data,
            // A feed that explains itself has no such round. One that fails without a word may only
            // have run out of gas, and whoever limits the gas must not choose the price.
            Err(data) if data.starts_with(&CallFailed::SELECTOR) => return Err(self.unreadable()),
            Err(_) => return Ok(None),
        };
        let answer = Answer {
            id,
            answer: data.answer,
            updated_at: data.updatedAt,
            answered_in: RoundId::from_raw(data.answeredInRound),
        };
        Ok(answer.check(self.decimals, self.now).ok())
    }
}

#[cold]
fn settlement_revert(error: SettlementError<Revert>, window: Window, first: U80) -> Revert {
    let window_start = window.start();
    match error {
        SettlementError::Feed(data) => data,
        SettlementError::WindowOpen { latest_at } => {
            revert(&OracleWindowOpen { expiry: window.end(), latestRoundAt: latest_at })
        }
        SettlementError::FirstRoundUnusable => revert(&OracleFirstRoundUnusable { roundId: first }),
        SettlementError::FirstRoundTooLate { at } => {
            revert(&OracleFirstRoundTooLate { roundId: first, updatedAt: at, windowStart: window_start })
        }
        SettlementError::FirstRoundTooEarly { later } => revert(&OracleFirstRoundTooEarly {
            roundId: first,
            laterRoundId: later.id.raw(),
            laterUpdatedAt: later.at,
            windowStart: window_start,
        }),
        SettlementError::NotIncreasing { round, previous_at } => {
            revert(&OracleRoundsNotIncreasing { roundId: round.id.raw(), updatedAt: round.at, previousAt: previous_at })
        }
    }
}
