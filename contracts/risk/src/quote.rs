//! What a package of options costs: mid, skew, spread and fee.
//!
//! ```text
//! cost = sum n mid + [R(after) - R(before)] + half spread + fee
//! ```
//!
//! The half spread is that of volatility on each expiry's vega and its wings', a floor of spot for every contract, and the
//! larger change of the package's price at the edges of where the market may be while the feed lags. Each is subadditive and R is a
//! potential: no cycle profits and no parts cost less than the whole. The state of the market widens the first, by the same factor
//! for everybody in an oracle round.
//!
//! A rebate may carry the price through the mid only by what the trade takes from the vault's own vega:
//!
//! ```text
//! rebate <= half spread + sum over expiries of min(0.5 points, half spread of volatility) (|V| - |V after|)
//! ```
//!
//! That sum is a difference of a potential, too, and never below minus the half spread. So the price above the mid is the
//! larger of two numbers, each of which is at least as much for parts together as for the whole. A cap
//! that depended on the package alone could not do that unless it were zero: a package and its reverse would
//! earn twice where together they are nothing.

use equipoise_math::Fx;

use crate::arithmetic::{abs, add, mul_ceil, sub};
use crate::book::{BoardVega, Exposure, StrikeState};
use crate::marks::{BoardTerms, Shifted};
use crate::potential::{Penalty, RiskState};
use crate::skew::SkewReserve;
use crate::spread::{bucket_spread_ceil, BucketChange, HalfSpread};
use crate::units::{lots_to_contracts_ceil, times_lots, Atoms, Money, TokenScale};
use crate::RiskError;

/// A rebate may carry the price at most this much volatility through the mid.
const THROUGH_MID_VOL: Fx = Fx::lit("0.005");

/// The package that is traded, as the trader buys it: sums over its legs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// At mid marks, negative if the trader sells more than he buys.
    pub mid: Money,
    /// Half the spread, not negative. That of volatility is in contracts from the start.
    pub spread: HalfSpread,
    /// The fee, not negative.
    pub fee: Money,
    /// How far a rebate may carry the price through the mid; below zero, how far above it the price stays.
    pub through_mid: Money,
    /// Change of the package's mid at the upper and the lower edge of the feed's band, until it is finished.
    band: [Fx; 2],
}

impl Package {
    /// A package that has been valued: its mid, half spread, fee and how far a rebate may go through the mid.
    pub const fn valued(mid: Money, spread: HalfSpread, fee: Money, through_mid: Money) -> Self {
        Self { mid, spread, fee, through_mid, band: [Fx::ZERO; 2] }
    }

    /// Adds what is traded in one strike. Sums stay in lots until [`Package::finish`].
    pub(crate) fn add(
        &mut self,
        terms: &BoardTerms,
        [now, up, down]: &[Shifted; 3],
        state: &StrikeState,
    ) -> Result<(), RiskError> {
        let call = [now.call, up.call, down.call];
        let put = [now.put()?, up.put()?, down.put()?];
        for (lots, [mid, up, down]) in [(state.bought_calls, call), (state.bought_puts, put)] {
            let signed = i64::from(lots.count());
            let gross = signed.saturating_abs();
            let money = |each: Fx, lots: i64| times_lots(each, lots).map(Money::from_fx);
            self.mid = self.mid.plus(money(mid, signed)?)?;
            self.spread.rest = self.spread.rest.plus(money(terms.spread.floor, gross)?)?;
            let fee = terms.spread.fee.min(mul_ceil(terms.spread.fee_cap, mid)?);
            self.fee = self.fee.plus(money(fee, gross)?)?;
            for (change, price) in self.band.iter_mut().zip([up, down]) {
                *change = add(*change, times_lots(sub(price, mid)?, signed)?)?;
            }
        }
        Ok(())
    }

    /// Adds the volatility spread on the vega that is traded in one expiry, and what is taken from the vega held.
    pub(crate) fn close_board(
        &mut self,
        terms: &BoardTerms,
        held: &BoardVega,
        change: &BoardVega,
    ) -> Result<(), RiskError> {
        let [low, high] = change.wings;
        let wing_vega = low.magnitude()?.plus(high.magnitude()?)?.fx();
        let spread = bucket_spread_ceil(terms.vol_half_spread, BucketChange { vega: change.whole.fx(), wing_vega })?;
        self.spread.of_vol = self.spread.of_vol.plus(Money::from_fx(spread))?;
        let taken = held.whole.magnitude()?.minus(held.whole.plus(change.whole)?.magnitude()?)?;
        let through = taken.scaled_floor(THROUGH_MID_VOL.min(terms.vol_half_spread))?;
        self.through_mid = self.through_mid.plus(through)?;
        Ok(())
    }

    /// Adds what the feed's lag may cost and turns lots into contracts.
    /// # Rounding: up, in the vault's favour
    /// # Errors: Overflow
    pub(crate) fn finish(self) -> Result<Self, RiskError> {
        let [up, down] = self.band;
        let lag = abs(up)?.max(abs(down)?);
        let rest = self.spread.rest.plus(Money::from_fx(lag))?;
        let contracts =
            |sum: Money| -> Result<Money, RiskError> { Ok(Money::from_fx(lots_to_contracts_ceil(sum.fx())?)) };
        Ok(Self {
            mid: contracts(self.mid)?,
            spread: HalfSpread { of_vol: self.spread.of_vol, rest: contracts(rest)? },
            fee: contracts(self.fee)?,
            band: [Fx::ZERO; 2],
            ..self
        })
    }
}

/// The parts of a price in atoms. The trader pays what is positive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Charge {
    /// The package at mid marks.
    pub mid: Atoms,
    /// The charge for the risk it adds, or the rebate for the risk it takes away.
    pub skew: Atoms,
    /// Half the spread.
    pub spread: Atoms,
    /// The fee.
    pub fee: Atoms,
}

impl Charge {
    /// What the trader pays in all, negative if he is paid.
    /// # Errors: Overflow
    pub fn cost(&self) -> Result<Atoms, RiskError> {
        self.mid.plus(self.skew)?.plus(self.spread)?.plus(self.fee)
    }
}

/// A priced trade and the penalty and the reserve that it leaves.
#[derive(Clone, Copy, Debug)]
pub struct Priced {
    /// What it costs.
    pub charge: Charge,
    /// R of the book it leaves.
    pub penalty: Penalty,
    /// The skew reserve it leaves.
    pub reserve: SkewReserve,
}

/// Prices a valued trade.
/// # Inputs: the book before and after; the reserve as it was stored and `now` in unix seconds
/// # Rounding: every part up, in the vault's favour
/// # Errors: Math, Overflow
pub fn price(
    (before, after): (&Exposure, &Exposure),
    package: &Package,
    state: &RiskState,
    (reserve, now): (SkewReserve, u64),
    scale: TokenScale,
) -> Result<Priced, RiskError> {
    let before = state.penalty(before)?;
    let after = state.penalty(after)?;
    let reserve = reserve.at(now, scale.atoms_ceil(before.charged)?)?;
    let added = after.charged.minus(before.charged)?;
    let spread = package.spread.widened_ceil(state.multiplier)?;
    let skew = if added > Money::ZERO {
        scale.atoms_ceil(added)?
    } else {
        // At the floor the same trade may relieve more than it does at the live aversion, where its reverse is
        // charged: a rebate above that would let a round trip draw on the reserve.
        let relief = before.rebated.minus(after.rebated)?.min(before.charged.minus(after.charged)?);
        let earned = reserve.rebate_floor(relief, before.rebated, scale)?;
        // not below zero but for rounding
        let most = scale.atoms_floor(spread.plus(package.through_mid)?)?.max(Atoms::ZERO);
        earned.min(most).negated()?
    };
    let charge = Charge {
        mid: scale.atoms_ceil(package.mid)?,
        skew,
        spread: scale.atoms_ceil(spread)?,
        fee: scale.atoms_ceil(package.fee)?,
    };
    Ok(Priced { charge, penalty: after, reserve: reserve.moved(skew)? })
}

#[cfg(test)]
mod tests;
