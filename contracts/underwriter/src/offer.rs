//! What makers sign, how much of it is left, and how it ends.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use equipoise_interfaces::account::owner;
use equipoise_interfaces::words::words_of;
use equipoise_interfaces::{
    Leg, OffersCancelled, UnderwriterNumberOutOfDomain, UnderwriterOfferCancelled, UnderwriterOfferExpired,
    UnderwriterOfferFilled, UnderwriterTakerDiffers,
};
use equipoise_kit::lean::{log, revert, Arguments};
use equipoise_kit::lock::{held, require_unlocked};
use equipoise_kit::number::{from_i128, to_i128};
use equipoise_kit::signature::{digest, domain_separator, hash, require_signed};
use equipoise_kit::Revert;
use equipoise_risk::underwriting::{least_proceeds, Split};
use equipoise_risk::units::Atoms;
use stylus_sdk::prelude::*;

use crate::program::Underwriter;

/// How long an offer stands once it is cancelled.
const STANDING_SECS: u64 = 60;

const NAME: B256 = hash("Equipoise Underwriter");
const VERSION: B256 = hash("1");

macro_rules! leg_type {
    () => {
        "OfferedLeg(uint32 series,int256 sizeWad)"
    };
}

const LEG_TYPE: B256 = hash(leg_type!());
const OFFER_TYPE: B256 = hash(concat!(
    "UnderwritingOffer(bytes32 account,OfferedLeg[] legs,uint64 maxUnits,int256 minProceedsAtoms,address taker,uint256 nonce,\
     uint64 validUntil)",
    leg_type!(),
));

/// An offer: see `UnderwritingOffer` of the interfaces.
pub struct Offer {
    pub account: B256,
    pub legs: Vec<Leg>,
    pub max_units: u64,
    pub min_proceeds: Atoms,
    pub taker: Address,
    pub nonce: U256,
    pub valid_until: u64,
}

impl Offer {
    /// Of a call's arguments.
    /// # Errors: CalldataMalformed, UnderwriterNumberOutOfDomain
    pub fn take(given: &mut Arguments<'_>) -> Result<Self, Revert> {
        Ok(Self {
            account: given.take()?,
            legs: given.take_array()?,
            max_units: given.take()?,
            min_proceeds: to_i128(given.take()?).map(Atoms::new).ok_or_else(out_of_domain)?,
            taker: given.take()?,
            nonce: given.take()?,
            valid_until: given.take()?,
        })
    }

    /// So many units of it.
    /// # Errors: UnderwriterNumberOutOfDomain
    pub fn legs_of(&self, units: u64) -> Result<Vec<Leg>, Revert> {
        let of = |leg: &Leg| {
            let size = to_i128(leg.sizeWad)?.checked_mul(i128::from(units))?;
            Some(Leg { series: leg.series, sizeWad: from_i128(size) })
        };
        self.legs.iter().map(of).collect::<Option<_>>().ok_or_else(out_of_domain)
    }

    /// What the maker must be paid for so many units at least.
    /// # Errors: UnderwriterNumberOutOfDomain
    pub fn least_proceeds(&self, split: Split) -> Result<Atoms, Revert> {
        least_proceeds(self.min_proceeds, split.maker()).map_err(|_| out_of_domain())
    }
}

impl Underwriter {
    /// What is signed for an offer.
    pub(crate) fn digest_of(&self, offer: &Offer) -> B256 {
        let hash_of = |leg: &Leg| self.vm().native_keccak256(&words_of(&(LEG_TYPE, leg.series, leg.sizeWad)));
        let legs: Vec<u8> = offer.legs.iter().flat_map(|leg| hash_of(leg).0).collect();
        let legs = self.vm().native_keccak256(&legs);
        let terms = (offer.max_units, from_i128(offer.min_proceeds.count()));
        let message = (OFFER_TYPE, (offer.account, legs), terms, offer.taker, offer.nonce, offer.valid_until);
        digest(self.vm(), domain_separator(self.vm(), NAME, VERSION), &message)
    }

    /// Units of an offer that nobody has taken yet; none once it is cancelled or its time is over.
    pub(crate) fn units_left(&self, offer: &Offer) -> u64 {
        if self.require_standing(offer).is_err() {
            return 0;
        }
        offer.max_units.saturating_sub(self.slots.filled_units(self.digest_of(offer)))
    }

    /// Makes sure that a maker has signed an offer, that it stands and is to this taker, and counts what he takes.
    /// # Returns: its digest, and the units that are taken with these
    /// # Errors: UnderwriterOfferExpired, UnderwriterOfferCancelled, UnderwriterTakerDiffers, UnderwriterOfferFilled,
    /// SignatureInvalid, ProgramsLocked
    pub(crate) fn use_offer(
        &mut self,
        offer: &Offer,
        signature: &[u8],
        taker: B256,
        units: u64,
    ) -> Result<(B256, u64), Revert> {
        self.require_standing(offer)?;
        let taker = owner(taker);
        if !offer.taker.is_zero() && offer.taker != taker {
            return Err(revert(&UnderwriterTakerDiffers { taker, offeredTo: offer.taker }));
        }
        let digest = self.digest_of(offer);
        let filled = self.slots.filled_units(digest);
        let left = offer.max_units.saturating_sub(filled);
        if units > left {
            return Err(revert(&UnderwriterOfferFilled { digest, makerUnits: units, unitsLeft: left }));
        }
        // At most the offer's own.
        let filled = filled.saturating_add(units);
        self.slots.set_filled_units(digest, filled);
        let clearing = self.slots.clearing.address();
        // A contract that signs runs its own code.
        held(self, clearing, |program| require_signed(program.vm(), owner(offer.account), digest, signature))?;
        Ok((digest, filled))
    }

    /// Fails once an offer's time is over, or its cancellation has come to rule.
    /// # Errors: UnderwriterOfferExpired, UnderwriterOfferCancelled
    fn require_standing(&self, offer: &Offer) -> Result<(), Revert> {
        let now = self.vm().block_timestamp();
        if now > offer.valid_until {
            return Err(revert(&UnderwriterOfferExpired { validUntil: offer.valid_until, nowAt: now }));
        }
        let Offer { account, nonce, .. } = *offer;
        let last_at = self.slots.cancelled_at(account, nonce);
        if last_at != 0 && now > last_at {
            return Err(revert(&UnderwriterOfferCancelled { account, nonce, lastAt: last_at }));
        }
        Ok(())
    }

    /// Ends the offers of an account under a number, a minute from now. What is cancelled stays so, and a second time changes
    /// nothing.
    /// # Returns: the last moment at which they may be taken
    /// # Errors: UnderwriterCallerNotAuthorised, ProgramsLocked
    pub(crate) fn cancel(&mut self, account: B256, nonce: U256) -> Result<u64, Revert> {
        self.require_authority(account)?;
        require_unlocked(self.vm(), self.slots.clearing.address())?;
        let before = self.slots.cancelled_at(account, nonce);
        if before != 0 {
            return Ok(before);
        }
        let last_at = self.vm().block_timestamp().saturating_add(STANDING_SECS);
        self.slots.set_cancelled_at(account, nonce, last_at);
        log(self.vm(), &OffersCancelled { account, nonce, lastAt: last_at });
        Ok(last_at)
    }
}

#[cold]
pub fn out_of_domain() -> Revert {
    revert(&UnderwriterNumberOutOfDomain {})
}
