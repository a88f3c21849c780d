//! One epoch from beginning to end, as arithmetic: who enters, who leaves, at what price, and what is owed after.
//!
//! Everything is priced by one net asset value, before anybody moves: deposits at the ask (the value and its uncertainty
//! and the skew reserve, which is released into the value later), redemptions at the bid (the value less its uncertainty).
//! Then, each within what those before have left:
//!
//! 1. fees, out of the junior's value;
//! 2. junior deposits, unless the value does not cover the senior's claim;
//! 3. senior redemptions, as far as the markets can pay;
//! 4. junior redemptions, as far as the markets can pay and the coverage stays;
//! 5. senior deposits, as far as the coverage stays.
//!
//! Coverage is that of the bid. Nobody is there to be diluted where there are no shares, so the first enter at the mid. Where
//! nobody has a share or a claim and bad debt has taken of the skew reserve, they enter all the same if they bring
//! more than is missing: it is released to them.

use equipoise_kit::shares::{Entry, Exit, Requests, Tranche};
use equipoise_risk::millionths::Millionths;
use equipoise_risk::units::Atoms;
use equipoise_risk::waterfall::{Coverage, Split, Waterfall, WaterfallError};
use equipoise_risk::RiskError;

use crate::survey::MOST_MARKETS;

mod fees;

pub use equipoise_risk::governed::{MOST_MANAGEMENT_FEE, MOST_PERFORMANCE_FEE};
pub use fees::BASE_PRICE_X64;

/// What the owner has set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The least share of the value that the junior tranche has when seniors enter or juniors leave.
    pub coverage: Coverage,
    /// Of the net asset value a year, at most [`MOST_MANAGEMENT_FEE`].
    pub management_fee: Millionths,
    /// Of the junior's gain, at most [`MOST_PERFORMANCE_FEE`].
    pub performance_fee: Millionths,
}

/// What the markets say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worth {
    /// Now, in unix seconds.
    pub now: u64,
    /// The net asset value at mid.
    pub nav: Atoms,
    /// The true value is known to lie within this of the mid.
    pub uncertainty: Atoms,
    /// The skew reserves: not in the net asset value, but released into it while time passes.
    pub reserve: Atoms,
    /// What the markets' limits let the vault pay out.
    pub redeemable: Atoms,
}

/// What a tranche wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// All shares.
    pub supply: u128,
    /// What was requested.
    pub requests: Requests,
}

/// What both tranches want.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Epoch {
    /// The junior tranche.
    pub junior: Asked,
    /// The senior tranche.
    pub senior: Asked,
    /// The smallest deposit there can be; each must be worth a share at least.
    pub min_deposit_atoms: u128,
}

/// What one tranche gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Deposits taken in.
    pub entry: Entry,
    /// Shares redeemed.
    pub exit: Exit,
}

/// How an epoch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What is owed to whom afterwards.
    pub capital: Capital,
    /// The junior tranche.
    pub junior: Filled,
    /// The senior tranche.
    pub senior: Filled,
    /// Whether the junior deposits start a new series.
    pub is_new_series: bool,
    /// Fees, already out of the net asset value.
    pub fee: Atoms,
}

/// What the vault keeps from epoch to epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capital {
    /// The senior's claim and the junior's series.
    pub waterfall: Waterfall,
    /// When fees were last charged.
    pub charged_at: u64,
    /// The best price that a junior share of this series had when fees were charged, times 2^64.
    pub high_water_x64: u128,
}

/// What each tranche is worth on either side and in between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    /// At the net asset value.
    pub mid: Split,
    /// Less its uncertainty.
    pub bid: Split,
    /// With its uncertainty and the skew reserve.
    pub ask: Split,
}

/// What rounding takes of the net asset value, at most: an atom in each market.
const MOST_ROUNDED: Atoms = Atoms::new(4);
const _: () = assert!(MOST_MARKETS == 4, "an atom each");

/// An epoch while it is being planned.
struct Draft {
    waterfall: Waterfall,
    /// The low end of the net asset value, of which coverage is taken.
    low: Atoms,
    redeemable: Atoms,
}

impl Capital {
    /// What each tranche is worth, the claim as it is.
    /// # Errors: Math, Overflow
    pub fn sides(&self, worth: &Worth) -> Result<Sides, RiskError> {
        let waterfall = &self.waterfall;
        let high = worth.nav.plus(worth.uncertainty)?.plus(worth.reserve)?;
        Ok(Sides {
            mid: waterfall.split(worth.nav)?,
            bid: waterfall.split(worth.nav.minus(worth.uncertainty)?)?,
            ask: waterfall.split(high)?,
        })
    }

    /// Brings the claim to the present.
    /// # Errors: Math, Overflow
    pub fn at(self, worth: &Worth) -> Result<Self, RiskError> {
        Ok(Self { waterfall: self.waterfall.at(worth.now, worth.nav)?, ..self })
    }

    /// Plans an epoch.
    /// # Errors: Math, Overflow; nothing else for what [`Worth`] can hold
    pub fn plan(self, terms: &Terms, worth: &Worth, epoch: &Epoch) -> Result<Plan, WaterfallError> {
        let (capital, fee) = self.at(worth)?.charge(terms, worth, epoch.junior.supply)?;
        let worth = Worth { nav: worth.nav.minus(fee)?, redeemable: worth.redeemable.minus(fee)?, ..*worth };
        let sides = capital.sides(&worth)?;
        let mut draft = Draft {
            waterfall: capital.waterfall,
            low: worth.nav.minus(worth.uncertainty)?,
            redeemable: worth.redeemable.max(Atoms::ZERO),
        };
        let junior_entry = draft.juniors_enter(&worth, &sides, epoch)?;
        let senior_exit = draft.seniors_leave(sides.bid.senior, &epoch.senior)?;
        let junior_exit = draft.juniors_leave(terms.coverage, sides.bid.junior, &epoch.junior)?;
        let senior_entry = draft.seniors_enter(terms.coverage, sides.ask.senior, epoch)?;
        let is_new_series = draft.waterfall.junior_series != capital.waterfall.junior_series;
        let high_water_x64 = if is_new_series { BASE_PRICE_X64 } else { capital.high_water_x64 };
        Ok(Plan {
            capital: Self { waterfall: draft.waterfall, high_water_x64, ..capital },
            junior: Filled { entry: junior_entry, exit: junior_exit },
            senior: Filled { entry: senior_entry, exit: senior_exit },
            is_new_series,
            fee,
        })
    }
}

impl Draft {
    fn juniors_enter(&mut self, worth: &Worth, sides: &Sides, epoch: &Epoch) -> Result<Entry, WaterfallError> {
        let Asked { supply, requests } = epoch.junior;
        let next = match self.waterfall.junior_deposit(worth.nav) {
            Ok(next) => next,
            Err(WaterfallError::JuniorClosed { claim, .. })
                if claim == Atoms::ZERO && supply == 0 && fills_reserve(worth, requests.deposit_atoms)? =>
            {
                self.waterfall
            }
            Err(WaterfallError::JuniorClosed { .. }) => return Ok(Entry::default()),
            Err(error) => return Err(error),
        };
        let is_new_series = next.junior_series != self.waterfall.junior_series;
        let supply = if is_new_series { 0 } else { supply };
        let value = if supply == 0 { sides.mid.junior } else { sides.ask.junior };
        let tranche = Tranche { supply, bid_atoms: 0, ask_atoms: unsigned(value) };
        let entry = tranche.enter(requests.deposit_atoms, u128::MAX, epoch.min_deposit_atoms);
        if entry.accepted_atoms > 0 {
            self.waterfall = next;
            self.low = self.low.plus(signed(entry.accepted_atoms)?)?;
        }
        Ok(entry)
    }

    fn seniors_leave(&mut self, bid: Atoms, asked: &Asked) -> Result<Exit, WaterfallError> {
        let exit = self.leave(bid, asked, self.redeemable)?;
        let left = asked.supply.saturating_sub(exit.burned);
        self.waterfall = self.waterfall.after_senior_redemption(signed(exit.paid_atoms)?, bid)?;
        if left == 0 {
            // What rounding has left of the claim is nobody's.
            self.waterfall = Waterfall { fixed: Atoms::ZERO, accrued_secs: 0, ..self.waterfall };
        }
        Ok(exit)
    }

    fn juniors_leave(&mut self, coverage: Coverage, bid: Atoms, asked: &Asked) -> Result<Exit, WaterfallError> {
        let room = coverage.junior_room_floor(self.waterfall.split(self.low)?)?;
        self.leave(bid, asked, room.min(self.redeemable))
    }

    fn seniors_enter(&mut self, coverage: Coverage, ask: Atoms, epoch: &Epoch) -> Result<Entry, WaterfallError> {
        let Asked { supply, requests } = epoch.senior;
        let room = coverage.senior_room_floor(self.waterfall.split(self.low)?)?;
        let tranche = Tranche { supply, bid_atoms: 0, ask_atoms: unsigned(ask) };
        let entry = tranche.enter(requests.deposit_atoms, unsigned(room), epoch.min_deposit_atoms);
        self.waterfall = self.waterfall.after_senior_deposit(signed(entry.accepted_atoms)?)?;
        Ok(entry)
    }

    fn leave(&mut self, bid: Atoms, asked: &Asked, room: Atoms) -> Result<Exit, WaterfallError> {
        let tranche = Tranche { supply: asked.supply, bid_atoms: unsigned(bid), ask_atoms: 0 };
        let exit = tranche.leave(asked.requests.redeem_shares, unsigned(room));
        let paid = signed(exit.paid_atoms)?;
        self.low = self.low.minus(paid)?;
        self.redeemable = self.redeemable.minus(paid)?;
        Ok(exit)
    }
}

/// Whether a value below zero is what is missing of the skew reserve, at most, and deposits bring more.
fn fills_reserve(worth: &Worth, deposit_atoms: u128) -> Result<bool, RiskError> {
    let filled = worth.nav.plus(signed(deposit_atoms)?)?;
    let backed = worth.nav.plus(worth.reserve)?.plus(MOST_ROUNDED)?;
    Ok(backed >= Atoms::ZERO && filled > Atoms::ZERO)
}

/// The amount, nothing if it is negative.
pub fn unsigned(atoms: Atoms) -> u128 {
    u128::try_from(atoms.count()).unwrap_or(0)
}

fn signed(atoms: u128) -> Result<Atoms, RiskError> {
    i128::try_from(atoms).map(Atoms::new).map_err(|_| RiskError::Overflow)
}

#[cfg(test)]
mod tests;
