//! What the venue says, and what is made of it.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use equipoise_hedger_state::{Appraised, Hedger, Kept, Order, Perp, VenueTerms};
use equipoise_interfaces::words::decode;
use equipoise_interfaces::{
    HedgerPerpClosed, IPerpVenue, PerpKept, PerpMark, PerpMarked, PerpQuarantined, PerpStanding,
};
use equipoise_kit::lean::{encode, log, revert, view_bytes};
use equipoise_kit::number::{from_i128, from_u128, to_i128, to_u128};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

/// What the market and the venue have said at one moment.
pub struct Sight {
    /// The venue.
    pub venue: Address,
    /// What it may hold.
    pub cap_wad: u128,
    /// What the hedger keeps.
    pub kept: Kept,
    /// The market, at one price.
    pub told: Appraised,
}

/// What lies at the venue.
pub struct Mark {
    /// The venue's number of the order in flight, zero for none.
    pub order: U256,
    /// What is believed at most.
    pub believed: Perp,
    /// What counts, the worst of an order not off.
    pub perp: Perp,
    /// What an order in flight loses at the worst.
    pub worst: u128,
    /// What all of it is worth.
    pub worth: u128,
    /// What the order in flight costs at its limit, by the venue's word.
    pub pending_cost: i128,
    /// The margin, by the venue's word.
    pub margin: U256,
}

impl Sight {
    /// Asks the market. An inventory to compare with, if there is one.
    /// # Errors: HedgerPerpClosed, ProgramsLocked, the market's
    pub fn of(hedger: &Hedger, words: Option<&[B256]>) -> Result<Self, Revert> {
        let venue = hedger.slots.perp_venue.address();
        let cap_wad = hedger.slots.venue(venue).cap_wad;
        if cap_wad == 0 {
            return Err(revert(&HedgerPerpClosed { venue }));
        }
        let now: Vec<_>;
        let words = if let Some(words) = words {
            words
        } else {
            now = hedger.inventory()?;
            &now
        };
        Ok(Self { venue, cap_wad, kept: hedger.slots.kept(), told: hedger.appraised(words)? })
    }

    /// Looks at the venue.
    /// # Inputs: what is believed to lie there; the order that may be in flight or have been filled
    /// # Returns: nothing if it does not answer or says what cannot be
    /// # Errors: HedgerNumberOutOfDomain
    pub fn mark(&self, hedger: &Hedger, believed: Perp, order: &Order) -> Result<Option<Mark>, Revert> {
        let Some(standing) = standing(hedger, self.venue) else { return Ok(None) };
        let kept = PerpKept {
            unitsAtoms: from_i128(believed.units),
            cashAtoms: from_i128(believed.cash),
            askedAtoms: from_i128(order.asked),
            costAtoms: from_i128(order.cost),
        };
        let mark = hedger.perp_mark(&self.kept, &kept, &standing, &self.told)?;
        let is_ours = standing.order.is_zero() || standing.order == U256::from(order.number);
        Ok(if mark.isSound && is_ours { Mark::of(&mark, &standing) } else { None })
    }
}

impl Mark {
    /// # Returns: nothing if a number does not fit
    fn of(mark: &PerpMark, standing: &PerpStanding) -> Option<Self> {
        let units = to_i128(mark.unitsAtoms)?;
        Some(Self {
            order: standing.order,
            believed: Perp { units, cash: to_i128(mark.believedAtoms)? },
            perp: Perp { units, cash: to_i128(mark.cashAtoms)? },
            worst: to_u128(mark.worstAtoms)?,
            worth: to_u128(mark.worthAtoms)?,
            pending_cost: to_i128(standing.pendingCostAtoms)?,
            margin: standing.marginAtoms,
        })
    }

    /// Keeps what lies there, an order at its worst.
    pub fn keep(&self, hedger: &mut Hedger) {
        let worst = i128::try_from(self.worst).unwrap_or(i128::MAX);
        let held = Perp { cash: self.perp.cash.saturating_sub(worst), ..self.perp };
        hedger.slots.set_perp_believed(self.believed);
        hedger.slots.set_perp_held(held);
        log(hedger.vm(), &PerpMarked { unitsAtoms: from_i128(held.units), cashAtoms: from_i128(held.cash) });
    }
}

/// Closes the venue, so that nothing there counts, and tells the market.
///
/// That a view fails for want of gas alone closes nothing: the last sixty-fourth, which is what is left then, does not do for what
/// comes after.
/// # Errors: HedgerNumberOutOfDomain, the market's, the pool's tokens'
pub fn quarantine(hedger: &mut Hedger, venue: Address) -> Result<(), Revert> {
    log(hedger.vm(), &PerpQuarantined { venue });
    hedger.keep_venue(venue, VenueTerms::default());
    let (kept, position) = (hedger.slots.kept(), hedger.position()?);
    hedger.tell_held(&kept, &position, U256::ZERO)
}

/// What the venue says of the hedger's account, if that is anything.
pub fn standing(hedger: &Hedger, venue: Address) -> Option<PerpStanding> {
    let selector = IPerpVenue::standingCall::SELECTOR;
    let account = hedger.vm().contract_address();
    let input = encode(selector, &IPerpVenue::standingCall { account });
    let data = view_bytes(hedger.vm(), venue, selector, &input).ok()?;
    decode(&data)
}

/// The margin that is asked for beyond what is there.
pub fn missing(needed: U256, worth: u128) -> u128 {
    to_u128(needed.saturating_sub(from_u128(worth))).unwrap_or(u128::MAX)
}
