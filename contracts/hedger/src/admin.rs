//! Construction, terms, and which venues are open.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolEvent;
use equipoise_interfaces::words::write_array;
use equipoise_interfaces::IParameters::guardianCall;
use equipoise_interfaces::ITuned::registryCall;
use equipoise_interfaces::{
    AlreadyWired, HedgeTermsSet, HedgerDecimalsUnsupported, HedgerTermCount, HedgerTermOutOfBounds, IClearing,
    VenueSet, IERC20,
};
use equipoise_kit::lean::{emit, log, only, revert, view};
use equipoise_kit::{require_code, Revert};
use equipoise_risk::rebalance::{HedgeTerms, TERM_COUNT};
use equipoise_risk::units::TokenScale;
use stylus_sdk::prelude::*;

use crate::program::Hedger;
use crate::slots::Token;

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

    /// What a venue may fill in one rebalance. Owner only.
    /// # Errors: CallerNotOwner, AddressIsZero, AddressHasNoCode
    pub(crate) fn set_venue(&mut self, venue: Address, cap_wad: U256) -> Result<(), Revert> {
        self.ownership.only_owner()?;
        require_code(self.vm(), venue)?;
        self.cap_venue(venue, cap_wad);
        Ok(())
    }

    /// Closes a venue at once. The guardian whom the market's registry names or, before one is named, the owner.
    /// # Errors: CallerNotAllowed, CallerNotOwner, CallFailed
    pub(crate) fn close_venue(&mut self, venue: Address) -> Result<(), Revert> {
        match view(self.vm(), self.slots.market.address(), &registryCall {})? {
            Address::ZERO => self.ownership.only_owner()?,
            registry => only(self.vm(), view(self.vm(), registry, &guardianCall {})?)?,
        }
        self.cap_venue(venue, U256::ZERO);
        Ok(())
    }

    fn cap_venue(&mut self, venue: Address, cap_wad: U256) {
        self.slots.caps.at_mut(venue.into_word()).set_number(cap_wad);
        self.next_epoch();
        log(self.vm(), &VenueSet { venue, capWad: cap_wad });
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
