//! The program: takes signed prices, and tells the last.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::IPriceSource::latestCall;
use equipoise_interfaces::IPullSource::pulledCall;
use equipoise_interfaces::ISignedSource::{
    acceptOwnershipCall, maxAgeSecsCall, ownerCall, pendingOwnerCall, publishersCall, setPublishersCall,
    transferOwnershipCall, underlyingCall, updateCall,
};
use equipoise_interfaces::{
    AlreadyWired, PriceUpdate, PriceUpdated, SignedSourceEmpty, SignedSourceMaxAgeOutOfBounds,
    SignedSourceTimeInFuture, SignedSourceTimeNotIncreasing, SignedSourceUnderlyingDiffers,
    SignedSourceUnderlyingIsZero, SignedSourceUpdateTooOld, SourceConfidenceInvalid, SourcePriceOutOfDomain,
};
use equipoise_kit::lean::{answer, enter, log, revert, unknown, Arguments, CONSTRUCTOR};
use equipoise_kit::number::from_u128;
use equipoise_kit::ownership::Ownership;
use equipoise_kit::price::{MAX_PRICE_WAD, MIN_PRICE_WAD};
use equipoise_kit::Revert;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::spread::moved_ceil;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::publishers;
use crate::slots::{Moves, Slots, Terms};
use crate::update::{check, digest_of, Refusal};

/// The shortest age that a source may bound prices by when they are brought: blocks are seconds apart at times.
const MIN_MAX_AGE_SECS: u64 = 5;
/// The longest: what is older says little of now.
const MAX_MAX_AGE_SECS: u64 = 3_600;

/// The source.
#[storage]
pub struct SignedSource {
    ownership: Ownership,
    slots: Slots,
}

// SAFETY: it is the one storage struct of the program.
unsafe impl TopLevelStorage for SignedSource {}

/// Runs one call.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut source, selector, given) = enter::<SignedSource>(&input, vm)?;
    source.dispatch(selector, given)
}

impl SignedSource {
    /// Functions that change state, and the price; all others go on to [`SignedSource::show`].
    fn dispatch(&mut self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            latestCall::SELECTOR => answer(&self.latest()?),
            pulledCall::SELECTOR => answer(&self.pulled()?),
            updateCall::SELECTOR => answer(&self.update(&given.take()?, given.take_structs()?)?),
            setPublishersCall::SELECTOR => {
                self.ownership.only_owner()?;
                let list: Vec<Address> = given.take_array()?;
                answer(&publishers::replace(&mut self.slots, &list, given.take()?)?)
            }
            transferOwnershipCall::SELECTOR => answer(&self.ownership.offer(given.take()?)?),
            acceptOwnershipCall::SELECTOR => answer(&self.ownership.accept()?),
            CONSTRUCTOR => answer(&self.construct(given.take()?, given.take()?, given.take()?)?),
            _ => self.show(selector),
        }
    }

    /// Views beside the price.
    fn show(&self, selector: [u8; 4]) -> ArbResult {
        match selector {
            publishersCall::SELECTOR => Ok(publishers::shown(&self.slots)),
            underlyingCall::SELECTOR => answer(&self.slots.underlying()),
            maxAgeSecsCall::SELECTOR => answer(&self.slots.terms().max_age_secs),
            ownerCall::SELECTOR => answer(&self.ownership.owner()),
            pendingOwnerCall::SELECTOR => answer(&self.ownership.pending_owner()),
            _ => unknown(selector),
        }
    }

    /// Starts a source. Once.
    /// # Errors: AlreadyWired, AddressIsZero, SignedSourceUnderlyingIsZero, SignedSourceMaxAgeOutOfBounds
    fn construct(&mut self, owner: Address, underlying: B256, max_age_secs: u64) -> Result<(), Revert> {
        if !self.slots.underlying().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        if underlying.is_zero() {
            return Err(revert(&SignedSourceUnderlyingIsZero {}));
        }
        if !(MIN_MAX_AGE_SECS..=MAX_MAX_AGE_SECS).contains(&max_age_secs) {
            let (min_secs, max_secs) = (MIN_MAX_AGE_SECS, MAX_MAX_AGE_SECS);
            let error =
                SignedSourceMaxAgeOutOfBounds { maxAgeSecs: max_age_secs, minSecs: min_secs, maxSecs: max_secs };
            return Err(revert(&error));
        }
        self.ownership.begin(owner)?;
        self.slots.set_underlying(underlying);
        self.slots.set_terms(Terms { max_age_secs, ..Terms::default() });
        Ok(())
    }

    /// The last price, how far it may be off, and when it was published; an old one as it is.
    /// # Errors: SignedSourceEmpty
    fn latest(&self) -> Result<(U256, U256, u64), Revert> {
        let published = self.slots.published().ok_or_else(|| revert(&SignedSourceEmpty {}))?;
        Ok((from_u128(published.price_wad), from_u128(published.confidence_wad), published.at))
    }

    /// The last price, how far it may be off, when it was published, and by how much the price has moved in this second.
    /// # Errors: SignedSourceEmpty
    fn pulled(&self) -> Result<(U256, U256, u64, u32), Revert> {
        let (price, confidence, at) = self.latest()?;
        Ok((price, confidence, at, self.slots.moves().now(self.vm().block_timestamp()).raw()))
    }

    /// Takes a price that enough publishers have signed.
    /// # Errors: SignedSource.., SourcePriceOutOfDomain, SourceConfidenceInvalid, SignatureInvalid, CalldataMalformed
    fn update(&mut self, update: &PriceUpdate, signatures: Vec<Arguments<'_>>) -> Result<(), Revert> {
        let expected = self.slots.underlying();
        if update.underlying != expected {
            return Err(revert(&SignedSourceUnderlyingDiffers { underlying: update.underlying, expected }));
        }
        let terms = self.slots.terms();
        let last = self.slots.published();
        let last_at = last.map_or(0, |published| published.at);
        let now = self.vm().block_timestamp();
        let checked = check(update, last_at, now, terms.max_age_secs);
        let published = checked.map_err(|reason| refused(reason, update, last_at, now, terms))?;
        publishers::require_signed(&self.slots, terms, digest_of(self.vm(), update), signatures)?;
        self.slots.set_published(&published);
        let before = self.slots.moves().now(now);
        let moved = last.map_or(before, |last| moved_ceil(before, (last.price_wad, last.at), published.price_wad, now));
        // What is kept of another second counts nothing: most updates are the first since long, and write one slot.
        if moved > Millionths::ZERO {
            self.slots.set_moves(Moves { at: now, moved });
        }
        let event = PriceUpdated {
            priceWad: update.priceWad,
            confidenceWad: update.confidenceWad,
            publishedAt: update.publishedAt,
        };
        log(self.vm(), &event);
        Ok(())
    }
}

#[cold]
fn refused(reason: Refusal, update: &PriceUpdate, last_at: u64, now: u64, terms: Terms) -> Revert {
    let (at, max_age_secs) = (update.publishedAt, terms.max_age_secs);
    match reason {
        Refusal::NotIncreasing => revert(&SignedSourceTimeNotIncreasing { publishedAt: at, lastPublishedAt: last_at }),
        Refusal::InFuture => revert(&SignedSourceTimeInFuture { publishedAt: at, nowAt: now }),
        Refusal::TooOld => revert(&SignedSourceUpdateTooOld { publishedAt: at, maxAgeSecs: max_age_secs, nowAt: now }),
        Refusal::OutOfDomain => {
            let (min_wad, max_wad) = (from_u128(MIN_PRICE_WAD), from_u128(MAX_PRICE_WAD));
            revert(&SourcePriceOutOfDomain { priceWad: update.priceWad, minWad: min_wad, maxWad: max_wad })
        }
        Refusal::ConfidenceInvalid => {
            revert(&SourceConfidenceInvalid { confidenceWad: update.confidenceWad, priceWad: update.priceWad })
        }
    }
}
