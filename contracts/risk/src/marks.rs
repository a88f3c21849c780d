//! The marks of one strike: its value, its smoothed Greeks and what it is worth after each jump.
//!
//! Values use the time that is left. Greeks are *smoothed*: they use [`SMOOTHING_SECS`] more, and vega fades
//! to nothing over the last day, for the Greeks of an expiring option explode and could be pumped.
//!
//! The value is exact, for it is paid. Greeks and values after jumps only feed the risk penalty and the limits, which
//! are functions of their sums: they are *coarse*, within 2^-33 of the forward or the strike, and as deterministic.

use equipoise_math::kernel::{coarse, Scaled};
use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor, mul_ceil, mul_floor, sqrt, sub};
use crate::black76::ladder::{vol_bits, CoarseGreeks, CoarseVol, Forward, Ladder, Multiple, Tenor, TotalVol};
use crate::book::JUMP_MULTIPLES;
use crate::clock;
use crate::spread::SpreadTerms;
use crate::surface::Slice;
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
const DEEPEST: Fx = Fx::lit("0.002");
const FARTHEST: Fx = Fx::lit("500");

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
        let weight_secs = left.max(WEIGHT_SHORTEST_SECS);
        let tenor = sqrt(div_floor(Fx::from_num(WEIGHT_NUMERATOR_SECS), Fx::from_num(weight_secs))?)?;
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

    /// Half the spread that the marks of a strike are uncertain by.
    /// # Inputs: the strike's smoothed vega
    /// # Rounding: up
    /// # Errors: Overflow
    pub fn half_spread_ceil(&self, vega: Fx) -> Result<Fx, RiskError> {
        add(mul_ceil(vega, self.vol_half_spread)?, self.spread.floor)
    }
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
    /// `1 / sqrt(T)` and `sqrt(T) / 2` of the smoothed time, in the units of coarse distances.
    smoothed_rate: Scaled,
    smoothed_half: Scaled,
    /// Strikes outside are worth their intrinsic value.
    deepest: Fx,
    farthest: Fx,
    /// What the sums of its marks are multiplied by.
    pub units: Units,
}

/// What a board's sums of marks are multiplied by to be quote currency.
#[derive(Clone, Copy, Debug)]
pub struct Units {
    /// F: of values, deltas and values after jumps.
    pub forward: Fx,
    /// `F / sqrt(T)` of the smoothed time: of [`Marks::gamma`].
    pub gamma: Fx,
    /// `-F / (2 sqrt(T))`: of [`Marks::theta`].
    pub theta: Fx,
    /// `F sqrt(T)`: of [`Marks::vega`].
    pub vega: Fx,
}

impl PreparedBoard {
    /// # Errors: Math, Pricing, Slice, Overflow
    pub fn new(terms: &BoardTerms) -> Result<Self, RiskError> {
        let price = terms.forward.fx();
        let forward = Forward::new(price)?;
        let smoothed = Tenor::new(terms.smoothed_years.fx())?;
        let scaled = forward.scaled();
        let gamma = scaled.times(smoothed.inverse_root());
        let reference = Forward::new(terms.reference_forward.fx())?;
        Ok(Self {
            tenor: Tenor::new(terms.years.fx())?,
            smile: Smile::new(&terms.slice, forward.log_over(&reference, smile::PLACES))?,
            smoothed_rate: smoothed.inverse_root().times(coarse::UNIT),
            smoothed_half: smoothed.root().times(coarse::UNIT).times_power_of_two(-1),
            deepest: mul_floor(price, DEEPEST)?,
            farthest: mul_floor(price, FARTHEST)?,
            units: Units {
                forward: price,
                gamma: gamma.to_fixed(),
                theta: gamma.times_power_of_two(-1).to_signed(u64::MAX),
                vega: scaled.times(smoothed.root()).to_fixed(),
            },
            forward,
        })
    }

    /// Whether the pricing formula's domain holds the strike, and room for jumps.
    #[inline(always)]
    fn prices(&self, strike: Fx) -> bool {
        strike >= self.deepest && strike <= self.farthest
    }

    /// The volatility over the time that is left.
    #[inline(always)]
    fn vol(&self, ladder: &Ladder) -> Result<Scaled, RiskError> {
        Ok(vol_bits(self.smile.vol(ladder.log_word(smile::PLACES))?))
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
        let ladder = Ladder::seldom(&self.forward, strike);
        let vol = TotalVol::new(self.vol(&ladder)?, &self.tenor);
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
    /// The price: the very bits of [`crate::black76::evaluate`] at the strike's volatility.
    pub call: Fx,
    /// Smoothed delta, in units of 2^-40.
    pub delta: i64,
    /// The density over the volatility, in units of 2^-33.
    pub gamma: i64,
    /// The density times the volatility, in units of 2^-38.
    pub theta: i64,
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
        let strike = strike.fx();
        if !board.prices(strike) {
            return Self::intrinsic(board, strike);
        }
        let ladder = Ladder::inside(&board.forward, strike);
        let vol = board.vol(&ladder)?;
        let total = TotalVol::new(vol, &board.tenor);
        let coarse_vol = CoarseVol::new(&total);
        let inverse_vol =
            if total.inverse().is_zero() { vol.reciprocal() } else { total.inverse().times(board.tenor.root()) };
        let smoothed = CoarseVol::from_parts(inverse_vol.times(board.smoothed_rate), vol.times(board.smoothed_half));
        let CoarseGreeks { distance, density, delta } = ladder.coarse_greeks(&smoothed);
        let above = distance >> 63;
        let far = coarse::within_reach((distance ^ above).wrapping_sub(above));
        let wing = coarse::times(coarse::square(far) >> 8, density);
        let mut jumped = [0; JUMP_MULTIPLES.len()];
        for (price, jump) in jumped.iter_mut().zip(&JUMP_MULTIPLES) {
            *price = ladder.coarse_call(jump, &coarse_vol);
        }
        Ok(Self {
            call: ladder.call(&total),
            delta,
            gamma: coarse::times(density, inverse_vol.to_word(33).cast_signed()),
            theta: coarse::times(density, vol.to_word(38).cast_signed()),
            vega: density,
            wings: [wing & !above, wing & above],
            jumped,
        })
    }

    /// Far from the forward nothing but the intrinsic value is left.
    #[cold]
    #[inline(never)]
    fn intrinsic(board: &PreparedBoard, strike: Fx) -> Result<Self, RiskError> {
        if strike <= 0 {
            return Err(RiskError::Math);
        }
        if strike > board.units.forward {
            return Ok(Self::default());
        }
        // at most a five hundredth
        let moneyness = Scaled::from_bits(strike.to_bits().cast_unsigned()).times(board.forward.inverse());
        let moneyness = moneyness.to_word(40).cast_signed();
        Ok(Self {
            call: sub(board.units.forward, strike)?,
            delta: coarse::ONE,
            jumped: JUMP_MULTIPLES.map(|jump| jump.coarse_share().wrapping_sub(moneyness)),
            ..Self::default()
        })
    }
}

#[cfg(test)]
mod tests;
