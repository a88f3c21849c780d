//! The marks of one strike: its value, its smoothed Greeks and what it is worth after each jump.
//!
//! Values use the time that is left. Greeks are *smoothed*: they use [`SMOOTHING_SECS`] more, and vega fades
//! to nothing over the last day, for the Greeks of an expiring option explode and could be pumped.
//!
//! The value is exact, for it is paid. Greeks and values after jumps only feed the risk penalty and the limits, which
//! are functions of their sums: they are *coarse*, within 2^-28 of the forward or the strike, and as deterministic.

#![allow(
    clippy::inline_always,
    clippy::many_single_char_names,
    reason = "a call costs 8,700 ink in WASM, more than most of what is inlined here; limbs and bytes have letters"
)]

use equipoise_math::kernel::{coarse, sign_mask, Scaled};
use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor, mul_ceil, mul_floor, sqrt, sub};
use crate::black76::ladder::{sign_of, CoarseGreeks, CoarseTenor, Forward, Ladder, Multiple, Tenor, TotalVol};
use crate::book::JUMP_MULTIPLES;
use crate::clock;
use crate::spread::SpreadTerms;
use crate::surface::{Slice, VolGap};
use crate::units::{Price, Years};
use crate::RiskError;

mod smile;

use smile::Smile;

/// Added to the time of the Greeks: the horizon of the delta risk.
const SMOOTHING_SECS: u64 = 2 * 86_400;
const DAY_SECS: u64 = 86_400;
/// Vega is weighted for time by `sqrt(30 d / max(T, 3 d))`: short vols move more.
const WEIGHT_NUMERATOR_SECS: u64 = 30 * DAY_SECS;
const WEIGHT_SHORTEST_SECS: u64 = 3 * DAY_SECS;
/// Beyond these shares of the forward a strike is worth its intrinsic value: the pricing formula's domain
/// less room for jumps.
const DEEPEST: Scaled = Scaled::from_bits(Fx::lit("0.002").to_bits().cast_unsigned());
const FARTHEST: Scaled = Scaled::from_bits(Fx::lit("500").to_bits().cast_unsigned());

/// How the strikes of one board are priced at this moment.
#[derive(Clone, Copy, Debug)]
pub struct BoardTerms {
    /// The forward of the expiry now.
    pub forward: Price,
    /// The forward that the slice's log-moneyness refers to.
    pub reference_forward: Price,
    /// The volatility slice.
    pub slice: Slice,
    /// The time to price with.
    pub years: Years,
    /// The time of the smoothed Greeks.
    pub smoothed_years: Years,
    /// Weight of this expiry's vega in the book's: for its time, and fading over the last day.
    pub vega_weight: Fx,
    /// Half the spread in volatility for this expiry's time.
    pub vol_half_spread: Fx,
    /// What all expiries share.
    pub spread: SpreadTerms,
}

impl BoardTerms {
    /// # Inputs: `basis`, the forward over spot; `now` and `expiry` in unix seconds
    /// # Errors: Math, Overflow
    pub fn new(
        spot: Price,
        basis: Fx,
        reference: (Price, Slice),
        (now, expiry): (u64, u64),
        spread: SpreadTerms,
    ) -> Result<Self, RiskError> {
        let left = expiry.saturating_sub(now);
        let tenor = tenor_weight_floor(left)?;
        let fade = div_floor(Fx::from_num(left.min(DAY_SECS)), Fx::from_num(DAY_SECS))?;
        let years = clock::pricing_time(now, expiry)?;
        Ok(Self {
            forward: spot.scaled_floor(basis)?,
            reference_forward: reference.0,
            slice: reference.1,
            years,
            smoothed_years: years.plus(Years::from_secs(SMOOTHING_SECS)?)?,
            vega_weight: mul_floor(tenor, fade)?,
            vol_half_spread: mul_ceil(spread.vol_half_spread, tenor)?,
            spread,
        })
    }

    /// Sees to at least as much spread as the slice lies from the market.
    pub fn cover(&mut self, gap: VolGap) {
        self.vol_half_spread = self.vol_half_spread.max(gap.vol_ceil());
    }

    /// Half the spread that the marks of a strike are uncertain by.
    /// # Inputs: the strike's smoothed vega
    /// # Rounding: up
    /// # Errors: Overflow
    pub fn half_spread_ceil(&self, vega: Fx) -> Result<Fx, RiskError> {
        add(mul_ceil(vega, self.vol_half_spread)?, self.spread.floor)
    }
}

/// How much more than at 30 days volatility moves so long before expiry: `sqrt(30 d / max(T, 3 d))`.
/// # Rounding: down
/// # Errors: none in range
pub fn tenor_weight_floor(left_secs: u64) -> Result<Fx, RiskError> {
    let weight_secs = left_secs.max(WEIGHT_SHORTEST_SECS);
    sqrt(div_floor(Fx::from_num(WEIGHT_NUMERATOR_SECS), Fx::from_num(weight_secs))?)
}

/// A call and, by parity, a put at some forward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shifted {
    /// The call.
    pub call: Fx,
    /// Forward less strike: what the call is worth more than the put.
    pub forward_value: Fx,
}

impl Shifted {
    /// The put.
    /// # Errors: Overflow
    pub fn put(&self) -> Result<Fx, RiskError> {
        sub(self.call, self.forward_value)
    }
}

/// A board prepared for its strikes: all that they share, computed once.
#[derive(Clone, Copy, Debug)]
pub struct PreparedBoard {
    forward: Forward,
    tenor: Tenor,
    smile: Smile,
    /// The time that is left, and the smoothed one.
    left: CoarseTenor,
    smoothed: CoarseTenor,
    /// Strikes outside are worth their intrinsic value.
    deepest: Fx,
    farthest: Fx,
    /// What the sums of its marks are multiplied by.
    pub units: Units,
}

/// What a board's sums of marks over lots are multiplied by to be quote currency.
#[derive(Clone, Copy, Debug)]
pub struct Units {
    /// F: of values.
    pub forward: Fx,
    /// F: of deltas and values after jumps.
    pub share: Scaled,
    /// `F / sqrt(T)` of the smoothed time: of [`Marks::gamma`].
    pub gamma: Scaled,
    /// `F / (2 sqrt(T))`: of [`Marks::decay`].
    pub decay: Scaled,
    /// `F sqrt(T)`: of [`Marks::vega`].
    pub vega: Scaled,
    /// The same for the squared deviations of [`Marks::wings`].
    pub wing: Scaled,
    /// Both times the expiry's weight.
    pub weighted_vega: Scaled,
    /// See [`Units::weighted_vega`].
    pub weighted_wing: Scaled,
    /// The vega's times half the spread in volatility.
    pub spread_vega: Scaled,
    /// The floor of half the spread: of lots.
    pub spread_floor: Scaled,
}

impl Units {
    fn new(terms: &BoardTerms, forward: &Forward, smoothed: &Tenor) -> Self {
        // a lot of a contract, in the places of a mark
        let share = forward.scaled().times(LOT).times_power_of_two(-40);
        let slow = share.times(smoothed.inverse_root());
        let vega = share.times(smoothed.root());
        let wing = vega.times(coarse::SQUARED_DEVIATION).times_power_of_two(8);
        let weight = Scaled::from_bits(terms.vega_weight.to_bits().cast_unsigned());
        let spread = Scaled::from_bits(terms.vol_half_spread.to_bits().cast_unsigned());
        Self {
            forward: forward.price(),
            share,
            gamma: slow.times_power_of_two(7),
            decay: slow.times_power_of_two(1),
            vega,
            wing,
            weighted_vega: vega.times(weight),
            weighted_wing: wing.times(weight),
            spread_vega: vega.times(spread),
            spread_floor: LOT.times(Scaled::from_bits(terms.spread.floor.to_bits().cast_unsigned())),
        }
    }
}

/// `0.001`: a lot, in contracts.
const LOT: Scaled = Scaled::new(0x8312_6e97_8d4f_df3b, -73);

impl PreparedBoard {
    /// # Errors: Math, Pricing, Slice, Overflow
    pub fn new(terms: &BoardTerms) -> Result<Self, RiskError> {
        let price = terms.forward.fx();
        let forward = Forward::new(price)?;
        let reference = terms.reference_forward.fx();
        Forward::check(reference)?;
        let (tenor, smoothed) = (Tenor::new(terms.years.fx())?, Tenor::new(terms.smoothed_years.fx())?);
        let scaled = forward.scaled();
        Ok(Self {
            smile: Smile::new(&terms.slice, forward.log_over(reference))?,
            left: CoarseTenor::new(&tenor),
            smoothed: CoarseTenor::new(&smoothed),
            deepest: scaled.times(DEEPEST).to_fixed(),
            farthest: scaled.times(FARTHEST).to_fixed(),
            units: Units::new(terms, &forward, &smoothed),
            tenor,
            forward,
        })
    }

    /// Whether the pricing formula's domain holds the strike, and room for jumps.
    #[inline(always)]
    fn prices(&self, strike: Fx) -> bool {
        let outside = sign_mask(strike.wrapping_sub(self.deepest)) | sign_mask(self.farthest.wrapping_sub(strike));
        (outside | sign_mask(strike)) == 0
    }

    /// Prices at the edges of the feed's band.
    /// # Errors: Slice, Overflow
    #[inline(never)]
    pub fn banded(&self, strike: Price, edges: &[Multiple; 2]) -> Result<[Shifted; 2], RiskError> {
        let strike = strike.fx();
        if !self.prices(strike) {
            let at = |edge: &Multiple| -> Result<Shifted, RiskError> {
                let forward_value = sub(mul_floor(self.units.forward, edge.share())?, strike)?;
                Ok(Shifted { call: forward_value.max(Fx::ZERO), forward_value })
            };
            let [up, down] = edges;
            return Ok([at(up)?, at(down)?]);
        }
        let ladder = Ladder::inside(&self.forward, strike);
        let (vol, inverse_vol) = self.smile.vol(ladder.log())?;
        let vol = TotalVol::from_parts(vol, inverse_vol, &self.tenor);
        Ok(edges.map(|edge| {
            let (call, forward_value) = ladder.call_at(&edge, &vol);
            Shifted { call, forward_value }
        }))
    }
}

/// The multiples of the forward at the upper and the lower edge of the feed's band.
/// # Errors: Overflow, Pricing
pub fn band_edges(terms: &BoardTerms) -> Result<[Multiple; 2], RiskError> {
    let band = terms.spread.band;
    Ok([Multiple::new(add(Fx::ONE, band)?)?, Multiple::new(sub(Fx::ONE, band)?)?])
}

/// The marks of one call, per contract; by parity a put is a call less a forward.
///
/// But for the price they are shares of [`Units`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The price: that of [`crate::black76::evaluate`] at the strike's volatility but for 2^-56 of the forward, enforced by
    /// `marks::tests`.
    pub call: Fx,
    /// Smoothed delta, in units of 2^-40.
    pub delta: i64,
    /// The density over the volatility, in units of 2^-33.
    pub gamma: i64,
    /// The density times the volatility, in units of 2^-38: what passing time takes away.
    pub decay: i64,
    /// The density, in units of 2^-40.
    pub vega: i64,
    /// The density times `(ln(F / K) / v)^2 / (2 ln 2)`, in units of 2^-32: for strikes below the forward, and above it.
    pub wings: [i64; 2],
    /// The price after each jump, in units of 2^-40.
    pub jumped: [i64; JUMP_MULTIPLES.len()],
}

impl Marks {
    /// The marks of a strike.
    /// # Errors: Math unless the strike is above zero, Slice, Overflow
    #[inline(always)]
    pub fn of(board: &PreparedBoard, strike: Price) -> Result<Self, RiskError> {
        if board.prices(strike.fx()) {
            Self::inside(board, strike.fx())
        } else {
            Self::outside(board, strike.fx())
        }
    }

    /// The marks of a strike that the pricing formula's domain holds.
    #[inline(always)]
    fn inside(board: &PreparedBoard, strike: Fx) -> Result<Self, RiskError> {
        let ladder = Ladder::inside(&board.forward, strike);
        let (vol, inverse_vol) = board.smile.vol(ladder.log())?;
        let total = TotalVol::from_parts(vol, inverse_vol, &board.tenor);
        let left = board.left.vol(vol, inverse_vol);
        let CoarseGreeks { distance, density, delta } = ladder.coarse_greeks(&board.smoothed.vol(vol, inverse_vol));
        let above = sign_of(distance);
        let far = coarse::within_reach((distance ^ above).wrapping_sub(above));
        let wing = coarse::times(coarse::square(far) >> 8, density);
        // written out: a loop would keep the jumps' constants in memory
        let [crash, fall, rise, surge] = &JUMP_MULTIPLES;
        Ok(Self {
            call: ladder.call(&total),
            delta,
            gamma: coarse::times(density, inverse_vol.to_large_word(33).cast_signed()),
            decay: coarse::times(density, vol.to_large_word(38).cast_signed()),
            vega: density,
            wings: [wing & !above, wing & above],
            jumped: [
                ladder.coarse_call(crash, &left),
                ladder.coarse_call(fall, &left),
                ladder.coarse_call(rise, &left),
                ladder.coarse_call(surge, &left),
            ],
        })
    }

    /// Far from the forward nothing but the intrinsic value is left, and nothing of that above it.
    #[inline(always)]
    fn outside(board: &PreparedBoard, strike: Fx) -> Result<Self, RiskError> {
        let (call, moneyness, mask) = intrinsic(board, strike)?;
        let jumped = |jump: &Multiple| jump.coarse_share().wrapping_sub(moneyness) & mask;
        let [crash, fall, rise, surge] = &JUMP_MULTIPLES;
        let jumped = [jumped(crash), jumped(fall), jumped(rise), jumped(surge)];
        Ok(Self { call, delta: coarse::ONE & mask, jumped, ..Self::default() })
    }
}

/// Strikes end below this: sums keep their words.
const STRIKE_END: u128 = 1 << 40;

/// A call far from the forward, its strike over the forward in units of 2^-40, and the mask of all ones if it is worth
/// anything, else 0.
#[cold]
#[inline(never)]
fn intrinsic(board: &PreparedBoard, strike: Fx) -> Result<(Fx, i64, i64), RiskError> {
    if strike <= 0 {
        return Err(RiskError::Math);
    }
    if strike.unsigned_abs() >= STRIKE_END {
        return Err(RiskError::Overflow);
    }
    if strike > board.units.forward {
        return Ok((Fx::ZERO, 0, 0));
    }
    // at most a five hundredth
    let moneyness = Scaled::from_bits(strike.to_bits().cast_unsigned()).times(board.forward.inverse());
    Ok((sub(board.units.forward, strike)?, moneyness.to_word(40).cast_signed(), -1))
}

#[cfg(test)]
mod tests;
