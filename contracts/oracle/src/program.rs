//! The program: reads the feed, checks, answers.

use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError};
use equipoise_interfaces::IOracle::{
    begunAverageCall, checkCall, feedCall, mostPushAgeSecsCall, priceCall, settlementPriceCall, sourcesCall, spotCall,
};
use equipoise_interfaces::{
    AlreadyWired, CallFailed, IAggregator, IPriceSource, IPullSource, ISignedSource, OracleDecimalsUnsupported,
    OracleFeedUnreadable, OracleFirstRoundTooEarly, OracleFirstRoundTooLate, OracleFirstRoundUnusable,
    OraclePriceNotPositive, OraclePriceOutOfDomain, OraclePushAgeTooLong, OracleRoundIncomplete,
    OracleRoundsNotIncreasing, OracleSourceNotPulled, OracleTimeInFuture, OracleWindowInvalid, OracleWindowOpen,
    OracleWindowPhaseBegan, OracleWindowTooLong,
};
use equipoise_kit::lean::{answer, enter, revert, unknown, view, Arguments, CONSTRUCTOR};
use equipoise_kit::number::{from_u128, to_u128, to_u64};
use equipoise_kit::{require_code, Revert};
use equipoise_risk::breakers::SPOT_HALT_SECS;
use equipoise_risk::spread::{Doubt, Signed};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::round::{Answer, Round, RoundId, Unusable, MAX_DECIMALS};
use crate::settlement::{begun, settle, Rounds, SettlementError, Window, MAX_WINDOW_SECS, MOST_ROUNDS};
use crate::slots::{Named, Slots, Terms};
use crate::sources::{compared, from_a_dollar, pulled_beside, up_since, Compared, UNUSABLE};

/// The answer of `price`.
type Price = (U256, U80, u64, u64, u64);

/// The oracle program.
#[storage]
pub struct Oracle {
    slots: Slots,
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
            priceCall::SELECTOR => answer(&self.price(given.take()?)?),
            settlementPriceCall::SELECTOR => {
                answer(&self.settlement_price(given.take()?, given.take()?, given.take()?)?)
            }
            begunAverageCall::SELECTOR => answer(&self.begun_average(given.take()?, given.take()?)?),
            checkCall::SELECTOR => answer(&self.check(given.take()?)),
            feedCall::SELECTOR => answer(&self.slots.terms().feed),
            sourcesCall::SELECTOR => answer(&self.slots.others()),
            mostPushAgeSecsCall::SELECTOR => answer(&self.slots.terms().most_push_age_secs),
            CONSTRUCTOR => answer(&self.construct(given.take()?, given.take()?)?),
            _ => unknown(selector),
        }
    }

    /// Names the feed, the sequencer's uptime feed, the second source and the stablecoin's feed, the last three zero for none.
    /// Keeps the feeds' decimals, for a feed never changes its own. Once.
    /// # Inputs: how old the feed's price may be for the second source's to be traded at, zero for never
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode, OracleFeedUnreadable, OracleDecimalsUnsupported,
    /// OracleSourceNotPulled, OraclePushAgeTooLong
    fn construct(
        &mut self,
        [feed, sequencer, source, stablecoin]: [Address; 4],
        most_push_age_secs: u32,
    ) -> Result<(), Revert> {
        if !self.slots.terms().feed.is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        let decimals = self.decimals_of(feed)?;
        let named =
            Named { sequencer: !sequencer.is_zero(), source: !source.is_zero(), stablecoin: !stablecoin.is_zero() };
        if named.sequencer {
            require_code(self.vm(), sequencer)?;
        }
        if named.source {
            require_code(self.vm(), source)?;
        }
        let stablecoin_decimals = if named.stablecoin { self.decimals_of(stablecoin)? } else { 0 };
        if most_push_age_secs > 0 {
            self.require_pulled(source, most_push_age_secs)?;
        }
        self.slots.set_terms(Terms { feed, decimals, stablecoin_decimals, named, most_push_age_secs });
        self.slots.set_others([sequencer, source, stablecoin]);
        Ok(())
    }

    /// Fails unless a source is one of signed prices, and the feed's may be so old beside them.
    /// # Errors: OracleSourceNotPulled, OraclePushAgeTooLong
    fn require_pulled(&self, source: Address, most_push_age_secs: u32) -> Result<(), Revert> {
        if most_push_age_secs >= SPOT_HALT_SECS {
            let too_long = OraclePushAgeTooLong { mostPushAgeSecs: most_push_age_secs, limitSecs: SPOT_HALT_SECS };
            return Err(revert(&too_long));
        }
        let told = view(self.vm(), source, &ISignedSource::maxAgeSecsCall {});
        told.map(|_| ()).map_err(|_| revert(&OracleSourceNotPulled { source }))
    }

    fn decimals_of(&self, feed: Address) -> Result<u8, Revert> {
        require_code(self.vm(), feed)?;
        let decimals =
            view(self.vm(), feed, &IAggregator::decimalsCall {}).map_err(|_| revert(&OracleFeedUnreadable { feed }))?;
        if decimals > MAX_DECIMALS {
            return Err(revert(&OracleDecimalsUnsupported { decimals }));
        }
        Ok(decimals)
    }

    /// The latest spot price, its round and time, and since when the sequencer has been up.
    /// # Errors: OracleFeedUnreadable, OracleRoundIncomplete, OraclePriceNotPositive,
    /// OracleTimeInFuture, OraclePriceOutOfDomain
    fn spot(&self) -> Result<(U256, U80, u64, u64), Revert> {
        let terms = self.slots.terms();
        let round = self.connect(terms).latest_round()?;
        Ok((from_u128(round.price_wad), round.id.raw(), round.at, self.sequencer_up_since(terms)))
    }

    /// The feed's price or, for a trade, the second source's while it may be traded at. The round is the feed's.
    /// # Errors: as [`Oracle::spot`]
    fn price(&self, is_trade: bool) -> Result<Price, Revert> {
        let terms = self.slots.terms();
        let round = self.connect(terms).latest_round()?;
        let pulled = if is_trade { self.pulled(&round, terms.most_push_age_secs) } else { None };
        let (price_wad, at, doubt) = match pulled {
            Some((signed, doubt)) => (signed.price, signed.at, doubt.bits()),
            None => (round.price_wad, round.at, 0),
        };
        Ok((from_u128(price_wad), round.id.raw(), at, self.sequencer_up_since(terms), doubt))
    }

    /// The second source's price, if it may be traded at. One that fails is none: the market trades at the feed's, and learns of it
    /// by [`Oracle::check`].
    fn pulled(&self, round: &Round, most: u32) -> Option<(Signed, Doubt)> {
        let now = self.vm().block_timestamp();
        // Zero while prices are never pulled: a feed that has answered in this second would pass.
        if most == 0 || now.saturating_sub(round.at) > u64::from(most) {
            return None;
        }
        let said = view(self.vm(), self.slots.source(), &IPullSource::pulledCall {}).ok()?;
        pulled_beside(round.price_wad, &said, now)
    }

    fn sequencer_up_since(&self, terms: Terms) -> u64 {
        if !terms.named.sequencer {
            return 0;
        }
        let said = view(self.vm(), self.slots.sequencer(), &IAggregator::latestRoundDataCall {});
        said.map_or(UNUSABLE, |said| up_since(&said, self.vm().block_timestamp()))
    }

    /// What the second source and the stablecoin's feed say of a spot price. A source that fails is unusable and no failure:
    /// the market must learn of it.
    fn check(&self, spot_wad: U256) -> (u64, u32, u64, u32) {
        let terms = self.slots.terms();
        let (source, stablecoin) = (self.second_price(terms, spot_wad), self.stablecoin_price(terms));
        (source.age_secs, source.millionths, stablecoin.age_secs, stablecoin.millionths)
    }

    fn second_price(&self, terms: Terms, spot_wad: U256) -> Compared {
        if !terms.named.source {
            return Compared::default();
        }
        let said = view(self.vm(), self.slots.source(), &IPriceSource::latestCall {}).ok();
        let now = self.vm().block_timestamp();
        // The spot price may be the source's own.
        let first = if terms.most_push_age_secs > 0 { self.pushed(terms) } else { to_u128(spot_wad) };
        let told = said.zip(first).map(|(said, spot_wad)| compared(spot_wad, &said, now));
        told.unwrap_or(Compared::NOTHING)
    }

    fn pushed(&self, terms: Terms) -> Option<u128> {
        self.connect(terms).latest_round().map(|round| round.price_wad).ok()
    }

    fn stablecoin_price(&self, terms: Terms) -> Compared {
        if !terms.named.stablecoin {
            return Compared::default();
        }
        let (address, decimals) = (self.slots.stablecoin(), terms.stablecoin_decimals);
        let feed = Feed { oracle: self, address, decimals, now: self.vm().block_timestamp() };
        feed.latest_round().map_or(Compared::NOTHING, |round| from_a_dollar(round.price_wad, round.at, feed.now))
    }

    /// The average over the `window_secs` that end at `expiry`.
    /// # Rounding: down
    /// # Errors: OracleWindowInvalid, OracleWindowOpen, OracleFirstRound..., OracleFeedUnreadable,
    /// OracleRoundsNotIncreasing
    fn settlement_price(&self, expiry: u64, window_secs: u64, first_round: U80) -> Result<U256, Revert> {
        let window = window_of(expiry, window_secs)?;
        let feed = self.connect(self.slots.terms());
        settle(&feed, window, RoundId::from_raw(first_round), feed.now)
            .map(from_u128)
            .map_err(|error| settlement_revert(error, window, first_round))
    }

    /// What the average over the `window_secs` that end at `expiry` comes to if the feed says nothing more.
    /// # Rounding: down
    /// # Errors: OracleWindowInvalid, OracleWindowTooLong, OracleWindowPhaseBegan, OracleFeedUnreadable,
    /// OracleTimeInFuture, OracleRoundsNotIncreasing
    fn begun_average(&self, expiry: u64, window_secs: u64) -> Result<U256, Revert> {
        let window = window_of(expiry, window_secs)?;
        let average = begun(&self.connect(self.slots.terms()), window);
        average.map(from_u128).map_err(|error| settlement_revert(error, window, U80::ZERO))
    }

    fn connect(&self, terms: Terms) -> Feed<'_> {
        let Terms { feed: address, decimals, .. } = terms;
        Feed { oracle: self, address, decimals, now: self.vm().block_timestamp() }
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
    fn latest_round(&self) -> Result<Round, Revert> {
        let answer = self.latest_answer()?;
        answer.check(self.decimals, self.now).map_err(|reason| self.refusal(&answer, reason))
    }

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

/// # Errors: OracleWindowInvalid
fn window_of(expiry: u64, window_secs: u64) -> Result<Window, Revert> {
    Window::ending_at(expiry, window_secs).ok_or_else(|| {
        let max_window_secs = MAX_WINDOW_SECS;
        revert(&OracleWindowInvalid { expiry, windowSecs: window_secs, maxWindowSecs: max_window_secs })
    })
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
        SettlementError::TooManyRounds => {
            revert(&OracleWindowTooLong { windowStart: window_start, mostRounds: MOST_ROUNDS })
        }
        SettlementError::PhaseBegan { first } => {
            revert(&OracleWindowPhaseBegan { firstRoundId: first.raw(), windowStart: window_start })
        }
    }
}
