//! Construction, terms, and which venues are open.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolEvent;
use equipoise_hedger_state::{Hedger, Token, VenueTerms};
use equipoise_interfaces::words::write_array;
use equipoise_interfaces::IParameters::guardianCall;
use equipoise_interfaces::ITuned::registryCall;
use equipoise_interfaces::{
    AlreadyWired, HedgeTermsSet, HedgerDecimalsUnsupported, HedgerTermCount, HedgerTermOutOfBounds, IClearing, IVenue,
    IERC20,
};
use equipoise_kit::lean::{emit, only, revert, view};
use equipoise_kit::number::to_u128;
use equipoise_kit::{registry, require_code, Revert};
use equipoise_risk::rebalance::{HedgeTerms, TERM_COUNT};
use equipoise_risk::units::TokenScale;
use stylus_sdk::prelude::*;

use crate::lender::tell_held;

/// Names the owner, the market, the clearing house, the referee and the underlying. Once. No venue is open.
/// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode, HedgerDecimalsUnsupported
pub fn construct(hedger: &mut Hedger, [owner, market, clearing, referee, base]: [Address; 5]) -> Result<(), Revert> {
    if !hedger.slots.market.address().is_zero() {
        return Err(revert(&AlreadyWired {}));
    }
    hedger.ownership.begin(owner)?;
    for program in [market, clearing, referee, base] {
        require_code(hedger.vm(), program)?;
    }
    let quote = view(hedger.vm(), clearing, &IClearing::tokenCall {})?;
    hedger.slots.set_programs([market, clearing, referee]);
    let (quote, base) = (token(hedger, quote)?, token(hedger, base)?);
    hedger.slots.set_tokens(quote, base);
    hedger.slots.set_terms(&HedgeTerms::default());
    Ok(())
}

fn token(hedger: &Hedger, address: Address) -> Result<Token, Revert> {
    let decimals = view(hedger.vm(), address, &IERC20::decimalsCall {})?;
    if TokenScale::from_decimals(decimals).is_none() {
        return Err(revert(&HedgerDecimalsUnsupported { token: address, decimals }));
    }
    Ok(Token { address, decimals })
}

/// Names the program that hedges at perpetual venues, once. Owner only.
/// # Errors: CallerNotOwner, AlreadyWired, AddressIsZero, AddressHasNoCode
pub fn wire_broker(hedger: &mut Hedger, broker: Address) -> Result<(), Revert> {
    hedger.ownership.only_owner()?;
    hedger.slots.broker.name_once(broker)
}

/// Names the program that hedges by options, once. Owner only.
/// # Errors: CallerNotOwner, AlreadyWired, AddressIsZero, AddressHasNoCode
pub fn wire_dealer(hedger: &mut Hedger, dealer: Address) -> Result<(), Revert> {
    hedger.ownership.only_owner()?;
    hedger.slots.dealer.name_once(dealer)
}

/// What a venue may fill in one rebalance; what has more than 128 bits is no limit. Owner only.
/// # Errors: CallerNotOwner, AddressIsZero, AddressHasNoCode, CallFailed if it is no venue
pub fn set_venue(hedger: &mut Hedger, venue: Address, cap_wad: U256) -> Result<(), Revert> {
    hedger.ownership.only_owner()?;
    require_code(hedger.vm(), venue)?;
    // A perpetual venue is no program of ours, and is given nothing to pass on.
    let is_perp = venue == hedger.slots.perp_venue.address();
    let is_passed_on = !is_perp && view(hedger.vm(), venue, &IVenue::isPassedOnCall {})?;
    hedger.keep_venue(venue, VenueTerms { cap_wad: to_u128(cap_wad).unwrap_or(u128::MAX), is_passed_on });
    Ok(())
}

/// Closes a venue at once. The guardian whom the market's registry names or, before one is named, the owner.
/// # Errors: CallerNotAllowed, CallerNotOwner, CallFailed
pub fn close_venue(hedger: &mut Hedger, venue: Address) -> Result<(), Revert> {
    match view(hedger.vm(), hedger.slots.market.address(), &registryCall {})? {
        Address::ZERO => hedger.ownership.only_owner()?,
        registry => only(hedger.vm(), view(hedger.vm(), registry, &guardianCall {})?)?,
    }
    hedger.keep_venue(venue, VenueTerms::default());
    if ![hedger.slots.lender.address(), hedger.slots.perp_venue.address()].contains(&venue) {
        return Ok(());
    }
    // What lies there is written off at once, and comes back once it is opened again and somebody tends or marks.
    let (kept, position) = (hedger.slots.kept(), hedger.position()?);
    tell_held(hedger, &kept, &position)
}

/// Replaces the terms. The registry, or the owner before one is named.
/// # Errors: CallerNotAllowed, CallerNotOwner, HedgerTermCount, HedgerTermOutOfBounds
pub fn set_terms(hedger: &mut Hedger, millionths: &[u32]) -> Result<(), Revert> {
    registry::require(hedger.vm(), &hedger.ownership)?;
    let Ok(terms) = <[u32; TERM_COUNT]>::try_from(millionths) else {
        let (count, expected) = (U256::from(millionths.len()), U256::from(TERM_COUNT));
        return Err(revert(&HedgerTermCount { count, expected }));
    };
    let terms = HedgeTerms::new(terms).map_err(|place| {
        let millionths = millionths.get(place).copied().unwrap_or(0);
        revert(&HedgerTermOutOfBounds { place: U256::from(place), millionths })
    })?;
    hedger.slots.set_terms(&terms);
    hedger.next_epoch();
    let mut data = Vec::new();
    write_array(1, millionths, &mut data);
    emit(hedger.vm(), &[HedgeTermsSet::SIGNATURE_HASH], &data);
    Ok(())
}
