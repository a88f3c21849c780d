//! Who owns the vault's value: the senior tranche up to its claim, the junior the rest.
//!
//! ```text
//! S = min(NAV, A),   J = NAV - S
//! A = a exp(r t)     a: the claim when it was last fixed; t: the time since then in which it accrued
//! ```
//!
//! A loss is borne by insurance, then junior, then senior; a recovery goes to the senior first, for A is not written
//! down. While NAV < A nothing accrues and no junior deposit is taken. Accrual never lifts A above NAV. If J is nothing when
//! junior deposits are open again, the next one starts a new series, and the old shares are worth nothing for good.
//!
//! A grows by the exponential of a sum of whole seconds: it does not depend on how often anybody calls. Time counts only if
//! NAV covered A at both of its ends.
//!
//! A net asset value below zero belongs to nobody: both tranches are then worth nothing. While the vault holds options that may
//! pass, and a recovery is owed to whoever has borne the loss; once it can hold nothing more than dust ever again, both tranches
//! can start anew, from [`Waterfall::reopened`].

use equipoise_math::exp;

use crate::arithmetic::mul_floor;
use crate::millionths::Millionths;
use crate::units::{Atoms, Years};
use crate::RiskError;

mod amounts;
mod gate;

use amounts::{scaled_floor, times_floor};
pub use gate::Coverage;

/// The rate at which the senior's claim grows, at most: 50 % a year.
pub const MOST_RATE: Millionths = Millionths::from_raw(500_000);
/// Time accrues for at most so long between two calls; the rest of a longer pause does not.
pub const LONGEST_PAUSE_SECS: u64 = 30 * 86_400;

/// Why a step is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaterfallError {
    /// Junior deposits are closed until the net asset value covers the senior's claim.
    JuniorClosed {
        /// The net asset value.
        nav: Atoms,
        /// The senior's claim.
        claim: Atoms,
    },
    /// More is to be paid than the tranche has.
    BeyondTranche {
        /// What was asked for.
        amount: Atoms,
        /// What there is.
        value: Atoms,
    },
    /// An amount is negative.
    Negative {
        /// What was given.
        amount: Atoms,
    },
    /// The rate is above [`MOST_RATE`].
    RateTooHigh {
        /// What was given.
        rate: Millionths,
    },
    /// The vault can still come to be worth something to those who are in it.
    StillWorth {
        /// The most.
        most: Atoms,
    },
    /// A number does not fit.
    Risk(RiskError),
}

impl From<RiskError> for WaterfallError {
    fn from(error: RiskError) -> Self {
        Self::Risk(error)
    }
}

/// What each tranche is worth. The two add up to the net asset value exactly, or to nothing if that is negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// S.
    pub senior: Atoms,
    /// J.
    pub junior: Atoms,
}

/// What each tranche is worth to whoever leaves and to whoever enters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TwoSided {
    /// At the net asset value less its uncertainty: redemptions.
    pub bid: Split,
    /// At the net asset value and its uncertainty: deposits.
    pub ask: Split,
}

/// Who bears a loss. The four add up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// The insurance fund.
    pub insurance: Atoms,
    /// The junior tranche.
    pub junior: Atoms,
    /// The senior tranche.
    pub senior: Atoms,
    /// Nobody: there is nothing left.
    pub unpaid: Atoms,
}

/// The senior's claim and the junior's series: a constant amount of state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waterfall {
    /// The claim when it was last fixed.
    pub fixed: Atoms,
    /// For how many seconds it has accrued since.
    pub accrued_secs: u64,
    /// The rate a year, at most [`MOST_RATE`].
    pub rate: Millionths,
    /// When it was last looked at, in unix seconds.
    pub seen_at: u64,
    /// Whether the net asset value covered the claim then.
    pub was_covered: bool,
    /// The junior series that deposits go to.
    pub junior_series: u32,
}

impl Waterfall {
    /// A: what the senior tranche is owed.
    /// # Rounding: down, for the junior
    /// # Errors: Math, Overflow
    pub fn claim_floor(&self) -> Result<Atoms, RiskError> {
        let years = Years::from_secs(self.accrued_secs)?.fx();
        let growth = exp(mul_floor(self.rate.number()?, years)?).map_err(|_| RiskError::Math)?;
        Ok(self.fixed.max(times_floor(self.fixed, growth)?))
    }

    /// Brings the claim to the present.
    /// # Errors: Math, Overflow
    pub fn at(self, now: u64, nav: Atoms) -> Result<Self, RiskError> {
        let before = self.claim_floor()?;
        let is_covered = nav >= before;
        let seen_at = now.max(self.seen_at);
        let next = Self { seen_at, was_covered: is_covered, ..self };
        if !(is_covered && self.was_covered) {
            return Ok(next);
        }
        let elapsed = seen_at.saturating_sub(self.seen_at).min(LONGEST_PAUSE_SECS);
        let next = Self { accrued_secs: self.accrued_secs.saturating_add(elapsed), ..next };
        if next.claim_floor()? > nav {
            return Ok(Self { fixed: nav, accrued_secs: 0, ..next });
        }
        Ok(next)
    }

    /// What each tranche is worth.
    /// # Errors: Math, Overflow
    pub fn split(&self, nav: Atoms) -> Result<Split, RiskError> {
        let owned = nav.max(Atoms::ZERO);
        let senior = owned.min(self.claim_floor()?);
        Ok(Split { senior, junior: owned.minus(senior)? })
    }

    /// What each tranche is worth on either side.
    /// # Inputs: the true value is known to lie within `uncertainty`, from 0, of `nav`
    /// # Errors: Negative, Math, Overflow
    pub fn two_sided(&self, nav: Atoms, uncertainty: Atoms) -> Result<TwoSided, WaterfallError> {
        let uncertainty = not_negative(uncertainty)?;
        Ok(TwoSided { bid: self.split(nav.minus(uncertainty)?)?, ask: self.split(nav.plus(uncertainty)?)? })
    }

    /// At another rate from now on.
    /// # Rounding: the claim so far down, for the junior
    /// # Errors: RateTooHigh, Math, Overflow
    pub fn with_rate(self, rate: Millionths) -> Result<Self, WaterfallError> {
        if rate > MOST_RATE {
            return Err(WaterfallError::RateTooHigh { rate });
        }
        Ok(Self { rate, ..self.fixed_at(self.claim_floor()?) })
    }

    /// After the senior tranche has been paid in: it is owed as much more.
    /// # Rounding: the claim so far down, for the junior
    /// # Errors: Negative, Math, Overflow
    pub fn after_senior_deposit(self, amount: Atoms) -> Result<Self, WaterfallError> {
        if not_negative(amount)? == Atoms::ZERO {
            return Ok(self);
        }
        let claim = self.claim_floor()?.plus(amount)?;
        Ok(self.fixed_at(claim))
    }

    /// After the senior tranche has been paid out: those who leave take their share of the claim with them. Whoever is
    /// paid nothing takes nothing along: where the tranche is worth nothing, what part of it has left cannot be told.
    /// # Inputs: what is paid, and the value S that it is a part of
    /// # Rounding: the claim that stays down, for the junior
    /// # Errors: Negative, BeyondTranche, Math, Overflow
    pub fn after_senior_redemption(self, paid: Atoms, senior: Atoms) -> Result<Self, WaterfallError> {
        let left = left_of(senior, paid)?;
        if paid == Atoms::ZERO {
            return Ok(self);
        }
        let claim = self.claim_floor()?;
        let claim =
            if senior >= claim { claim.minus(paid)?.max(Atoms::ZERO) } else { scaled_floor(claim, left, senior)? };
        Ok(self.fixed_at(claim))
    }

    /// The series that a junior deposit goes to, once it may come in at all.
    /// # Errors: JuniorClosed, Math, Overflow
    pub fn junior_deposit(self, nav: Atoms) -> Result<Self, WaterfallError> {
        let claim = self.claim_floor()?;
        if nav < claim {
            return Err(WaterfallError::JuniorClosed { nav, claim });
        }
        if nav == claim {
            let junior_series = self.junior_series.checked_add(1).ok_or(RiskError::Overflow)?;
            return Ok(Self { junior_series, ..self });
        }
        Ok(self)
    }

    /// With nothing owed to anybody, after a loss that has left both tranches worth nothing for good. Without it no deposit
    /// could ever be taken in again: whatever came in would be those seniors' to whom the claim is owed, up to all of it.
    /// # Inputs: the most that the vault can come to be worth without new capital; what is dust, more than that
    /// # Errors: StillWorth, Overflow
    pub fn reopened(self, most: Atoms, dust: Atoms) -> Result<Self, WaterfallError> {
        if most >= dust {
            return Err(WaterfallError::StillWorth { most });
        }
        let junior_series = self.junior_series.checked_add(1).ok_or(RiskError::Overflow)?;
        Ok(Self { junior_series, ..self.fixed_at(Atoms::ZERO) })
    }

    /// Who bears a loss.
    /// # Inputs: the net asset value before it; what the insurance fund has, from 0
    /// # Errors: Negative, Math, Overflow
    pub fn absorb(&self, loss: Atoms, insurance: Atoms, nav: Atoms) -> Result<Losses, WaterfallError> {
        let insured = not_negative(loss)?.min(not_negative(insurance)?);
        let rest = loss.minus(insured)?;
        let before = self.split(nav)?;
        let junior = rest.min(before.junior);
        let rest = rest.minus(junior)?;
        let senior = rest.min(before.senior);
        Ok(Losses { insurance: insured, junior, senior, unpaid: rest.minus(senior)? })
    }

    const fn fixed_at(self, claim: Atoms) -> Self {
        Self { fixed: claim, accrued_secs: 0, ..self }
    }
}

fn not_negative(amount: Atoms) -> Result<Atoms, WaterfallError> {
    if amount < Atoms::ZERO {
        return Err(WaterfallError::Negative { amount });
    }
    Ok(amount)
}

fn left_of(value: Atoms, paid: Atoms) -> Result<Atoms, WaterfallError> {
    if not_negative(paid)? > value {
        return Err(WaterfallError::BeyondTranche { amount: paid, value });
    }
    Ok(value.minus(paid)?)
}

#[cfg(test)]
mod tests;
