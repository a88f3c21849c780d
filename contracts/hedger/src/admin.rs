//! Construction, terms, and which venues are open.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolEvent;
use equipoise_interfaces::words::write_array;
use equipoise_interfaces::IParameters::guardianCall;
use equipoise_interfaces::ITuned::registryCall;
use equipoise_interfaces::{
    AlreadyWired, HedgeTermsSet, HedgerDecimalsUnsupported, HedgerTermCount, HedgerTermOutOfBounds, IClearing, IVenue,
    VenueSet, IERC20,
};
use equipoise_kit::lean::{emit, log, only, revert, view};
use equipoise_kit::number::{from_u128, to_u128};
use equipoise_kit::{require_code, Revert};
use equipoise_risk::rebalance::{HedgeTerms, TERM_COUNT};
use equipoise_risk::units::TokenScale;
use stylus_sdk::prelude::*;

use crate::lending::Position;
use crate::program::Hedger;
use crate::slots::{Token, VenueTerms};

impl Hedger {
    /// Names the owner, the market, the clearing house, the referee and the underlying. Once. No venue is open.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode, HedgerDecimalsUnsupported
    pub(crate) fn construct(&mut self, [owner, market, clearing, referee, base]: [Address; 5]) -> Result<(), Revert> {
        if !self.slots.market.address().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        self.ownership.begin(owner)?;
        for program in [market, clearing, referee, base] {
            require_code(self.vm(), program)?;
        }
        let quote = view(self.vm(), clearing, &IClearing::tokenCall {})?;
        self.slots.market.set_address(market);
        self.slots.clearing.set_address(clearing);
        self.slots.referee.set_address(referee);
        let (quote, base) = (self.token(quote)?, self.token(base)?);
        self.slots.set_tokens(quote, base);
        self.slots.set_terms(&HedgeTerms::default());
        Ok(())
    }

    fn token(&self, address: Address) -> Result<Token, Revert> {
        let decimals = view(self.vm(), address, &IERC20::decimalsCall {})?;
        if TokenScale::from_decimals(decimals).is_none() {
            return Err(revert(&HedgerDecimalsUnsupported { token: address, decimals }));
        }
        Ok(Token { address, decimals })
    }

    /// What a venue may fill in one rebalance; what has more than 128 bits is no limit. Owner only.
    /// # Errors: CallerNotOwner, AddressIsZero, AddressHasNoCode, CallFailed if it is no venue
    pub(crate) fn set_venue(&mut self, venue: Address, cap_wad: U256) -> Result<(), Revert> {
        self.ownership.only_owner()?;
        require_code(self.vm(), venue)?;
        let is_passed_on = view(self.vm(), venue, &IVenue::isPassedOnCall {})?;
        self.keep_venue(venue, VenueTerms { cap_wad: to_u128(cap_wad).unwrap_or(u128::MAX), is_passed_on });
        Ok(())
    }

    /// Closes a venue at once. The guardian whom the market's registry names or, before one is named, the owner.
    /// # Errors: CallerNotAllowed, CallerNotOwner, CallFailed
    pub(crate) fn close_venue(&mut self, venue: Address) -> Result<(), Revert> {
        match view(self.vm(), self.slots.market.address(), &registryCall {})? {
            Address::ZERO => self.ownership.only_owner()?,
            registry => only(self.vm(), view(self.vm(), registry, &guardianCall {})?)?,
        }
        self.keep_venue(venue, VenueTerms::default());
        if venue != self.slots.lender.address() {
            return Ok(());
        }
        // What lies with him is written off at once, and comes back once he is opened again and somebody tends.
        let kept = self.slots.kept();
        self.tell_held(&kept, &Position::default())
    }

    fn keep_venue(&mut self, venue: Address, terms: VenueTerms) {
        self.slots.set_venue(venue, terms);
        self.next_epoch();
        log(self.vm(), &VenueSet { venue, capWad: from_u128(terms.cap_wad) });
    }

    /// Replaces the terms. Owner only.
    /// # Errors: CallerNotOwner, HedgerTermCount, HedgerTermOutOfBounds
    pub(crate) fn set_terms(&mut self, millionths: &[u32]) -> Result<(), Revert> {
        self.ownership.only_owner()?;
        let Ok(terms) = <[u32; TERM_COUNT]>::try_from(millionths) else {
            let (count, expected) = (U256::from(millionths.len()), U256::from(TERM_COUNT));
            return Err(revert(&HedgerTermCount { count, expected }));
        };
        let terms = HedgeTerms::new(terms).map_err(|place| {
            let millionths = millionths.get(place).copied().unwrap_or(0);
            revert(&HedgerTermOutOfBounds { place: U256::from(place), millionths })
        })?;
        self.slots.set_terms(&terms);
        self.next_epoch();
        let mut data = Vec::new();
        write_array(1, millionths, &mut data);
        emit(self.vm(), &[HedgeTermsSet::SIGNATURE_HASH], &data);
        Ok(())
    }

    fn next_epoch(&mut self) {
        let mut kept = self.slots.kept();
        kept.epoch = kept.epoch.saturating_add(1);
        self.slots.set_kept(&kept);
    }
}
