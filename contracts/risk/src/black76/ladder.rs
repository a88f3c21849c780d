//! One strike priced at several forwards and volatilities from one logarithm.
//!
//! `ln(j F / K) = ln(F / K) + ln j`: a stress of the forward by a known multiple j costs no logarithm, a stress of
//! volatility none of what depends on the strike alone. Exact prices are those of [`super::evaluate`] but for 2^-56 of
//! the forward; coarse ones cost a tenth and are for sums that nobody is paid.

use equipoise_math::kernel::coarse::{self, density, mills_ratio as coarse_mills_ratio, times, within_reach, Rate};
use equipoise_math::kernel::{
    gaussian, keep_if, log_word, mills_ratio_short, negate_if, negative_mask, sign_mask, Scaled,
};
use equipoise_math::Fx;

use super::{
    outside_prices, outside_range, PricingError, FARTHEST, FORWARD_MAX, FORWARD_MIN, YEARS_MAX, YEARS_MIN, ZERO,
};

/// A forward that many strikes are priced against.
#[derive(Clone, Copy, Debug)]
pub struct Forward {
    price: Fx,
    scaled: Scaled,
    inverse: Scaled,
}

impl Forward {
    /// Whether a price can be a forward.
    /// # Errors: ForwardOutOfDomain unless it is from 1e-4 to 1e9 quote per base
    pub fn check(price: Fx) -> Result<(), PricingError> {
        if outside_range(price, FORWARD_MIN, FORWARD_MAX) >> 63 != 0 {
            return Err(PricingError::ForwardOutOfDomain { forward: price });
        }
        Ok(())
    }

    /// # Inputs: 1e-4 to 1e9 quote per base
    /// # Errors: ForwardOutOfDomain
    pub fn new(price: Fx) -> Result<Self, PricingError> {
        Self::check(price)?;
        let scaled = price_bits(price);
        Ok(Self { price, scaled, inverse: scaled.reciprocal() })
    }

    /// Its number.
    #[inline(always)]
    pub const fn price(&self) -> Fx {
        self.price
    }

    /// `ln(F / price)` in units of 2^-60, for a price of a thousandth to a thousand of it.
    /// # Error: 2^-56
    #[inline(always)]
    pub const fn log_over(&self, price: Fx) -> i64 {
        log_word(self.moneyness(price)).wrapping_neg()
    }

    /// A price over it.
    #[inline(always)]
    const fn moneyness(&self, price: Fx) -> Scaled {
        price_bits(price).times_exactly(self.inverse)
    }

    /// Its number, with 64 significant bits.
    #[inline(always)]
    pub const fn scaled(&self) -> Scaled {
        self.scaled
    }

    /// One over it.
    #[inline(always)]
    pub const fn inverse(&self) -> Scaled {
        self.inverse
    }
}

/// The time of an expiry, with its root: zero, or one second to 4 years.
#[derive(Clone, Copy, Debug)]
pub struct Tenor {
    root: Scaled,
    inverse_root: Scaled,
}

impl Tenor {
    /// # Inputs: years (ACT/365), 0 or from one second to 3
    /// # Errors: YearsOutOfDomain
    pub fn new(years: Fx) -> Result<Self, PricingError> {
        if years == Fx::ZERO {
            return Ok(Self { root: ZERO, inverse_root: ZERO });
        }
        if outside_range(years, YEARS_MIN, YEARS_MAX) >> 63 != 0 {
            return Err(PricingError::YearsOutOfDomain { years });
        }
        // the very root of `Inputs::new`
        let root = Scaled::from_large_bits(years.to_bits().cast_unsigned(), 25).sqrt();
        Ok(Self { root, inverse_root: root.reciprocal() })
    }

    /// The root of the time.
    #[inline(always)]
    pub const fn root(&self) -> Scaled {
        self.root
    }

    /// One over the root; zero at no time.
    #[inline(always)]
    pub const fn inverse_root(&self) -> Scaled {
        self.inverse_root
    }
}

/// A volatility over a time.
#[derive(Clone, Copy, Debug)]
pub struct TotalVol {
    value: Scaled,
    inverse: Scaled,
}

impl TotalVol {
    /// # Inputs: vol 0.01 to 10 per sqrt(year), cut to 64 significant bits
    #[inline(always)]
    pub const fn new(vol: Scaled, tenor: &Tenor) -> Self {
        let value = vol.times(tenor.root);
        let inverse = if value.is_zero() { ZERO } else { value.reciprocal() };
        Self { value, inverse }
    }

    /// From the volatility and one over it.
    #[inline(always)]
    pub const fn from_parts(vol: Scaled, inverse_vol: Scaled, tenor: &Tenor) -> Self {
        Self { value: vol.times(tenor.root), inverse: inverse_vol.times(tenor.inverse_root) }
    }
}

/// A price of the domain as its significant bits.
#[inline(always)]
const fn price_bits(price: Fx) -> Scaled {
    Scaled::from_large_bits(price.to_bits().cast_unsigned(), 24)
}

/// A volatility of the domain, 0.01 to 10, as its significant bits: the very number of `Inputs::new`.
#[inline(always)]
pub const fn vol_bits(vol: Fx) -> Scaled {
    Scaled::from_large_bits(vol.to_bits().cast_unsigned(), 7)
}

/// A volatility over a time, for coarse prices: in the units of [`coarse`].
#[derive(Clone, Copy)]
pub struct CoarseVol {
    rate: Rate,
    half: i64,
}

impl CoarseVol {
    /// The same total volatility, coarsely.
    #[inline(always)]
    pub const fn new(vol: &TotalVol) -> Self {
        if vol.value.is_zero() {
            return Self { rate: Rate::new(Rate::INSTANT), half: 0 };
        }
        Self {
            rate: Rate::new(vol.inverse.times(coarse::UNIT).to_large_word(Rate::PLACES)),
            half: vol.value.times_power_of_two(-1).times_to_large_word(coarse::UNIT, 40).cast_signed(),
        }
    }
}

/// A time prepared for many volatilities over it: the roots of [`Tenor`] in the units of [`coarse`].
#[derive(Clone, Copy, Debug)]
pub struct CoarseTenor {
    rate: Scaled,
    half: Scaled,
    /// What stands for the rate where no time is left, else 0.
    instant: u64,
}

impl CoarseTenor {
    /// The same time, coarsely.
    pub const fn new(tenor: &Tenor) -> Self {
        Self {
            rate: tenor.inverse_root.times(coarse::UNIT),
            half: tenor.root.times(coarse::UNIT).times_power_of_two(-1),
            instant: if tenor.root.is_zero() { Rate::INSTANT } else { 0 },
        }
    }

    /// From a volatility and one over it: that of [`CoarseVol::new`] but for rounding.
    #[inline(always)]
    pub const fn vol(&self, vol: Scaled, inverse_vol: Scaled) -> CoarseVol {
        CoarseVol {
            // all 64 bits of a word at the shortest time
            rate: Rate::new(inverse_vol.times(self.rate).to_large_word(Rate::PLACES) | self.instant),
            half: vol.times_to_large_word(self.half, 40).cast_signed(),
        }
    }
}

/// What the forward is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multiple {
    share: Fx,
    log: Fx,
    coarse_share: i64,
    coarse_log: i64,
    offset: i64,
}

impl Multiple {
    /// The forward as it is.
    pub const ONE: Self = Self::with_log(Fx::ONE, Fx::ZERO);

    /// # Inputs: a share from 1/64 to 4 of the forward: what coarse prices are proved for
    /// # Errors: ForwardOutOfDomain
    #[inline(never)]
    pub fn new(share: Fx) -> Result<Self, PricingError> {
        let is_inside = (SMALLEST..=LARGEST).contains(&share);
        match equipoise_math::ln(share) {
            Ok(log) if is_inside => Ok(Self::with_log(share, log)),
            _ => Err(PricingError::ForwardOutOfDomain { forward: share }),
        }
    }

    /// A constant whose logarithm is known; `black76::ladder::tests` compare it with [`Multiple::new`].
    pub const fn with_log(share: Fx, log: Fx) -> Self {
        let coarse_log = coarse_bits(log);
        // phi(d) j = 2^-(u^2 + offset)
        let twos = coarse_bits(Fx::from_bits((log.to_bits() >> 8).wrapping_mul(LOG2_E_X62) >> 54));
        let offset = coarse::LOG2_SQRT_2_PI.wrapping_sub(twos);
        Self { share, log, coarse_share: coarse_bits(share), coarse_log, offset }
    }

    /// What the forward is multiplied by.
    pub const fn share(&self) -> Fx {
        self.share
    }

    /// The same in units of 2^-40.
    #[inline(always)]
    pub const fn coarse_share(&self) -> i64 {
        self.coarse_share
    }
}

const SMALLEST: Fx = Fx::lit("0.015625");
const LARGEST: Fx = Fx::lit("4");
/// `log2(e)` in units of 2^-62.
const LOG2_E_X62: i128 = 6_653_256_548_922_161_246;

/// A number in units of 2^-40, to the nearest; it must be below 2^23.
#[allow(clippy::many_single_char_names, reason = "eight bytes in their order")]
const fn coarse_bits(number: Fx) -> i64 {
    let [_, _, _, _, _, a, b, c, d, e, f, g, h, ..] = number.to_bits().wrapping_add(1 << 23).to_be_bytes();
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// A strike's logarithmic distance from a forward: all that its prices at other forwards and volatilities share.
#[derive(Clone, Copy, Debug)]
pub struct Ladder {
    forward: Fx,
    scaled: Scaled,
    strike: Fx,
    /// `ln(F / K)` in units of 2^-60.
    log: i64,
    moneyness: i64,
}

impl Ladder {
    /// # Inputs: a strike of 1e-3 to 1e3 forwards
    /// # Errors: StrikeOutOfDomain
    #[inline(always)]
    pub fn new(forward: &Forward, strike: Fx) -> Result<Self, PricingError> {
        if outside_prices(forward.price, strike) >> 63 != 0 {
            return Err(PricingError::StrikeOutOfDomain { strike, forward: forward.price });
        }
        Ok(Self::inside(forward, strike))
    }

    /// As [`Ladder::new`], for a strike that is known to be inside.
    #[inline(always)]
    pub const fn inside(forward: &Forward, strike: Fx) -> Self {
        let moneyness = forward.moneyness(strike);
        Self {
            forward: forward.price,
            scaled: forward.scaled,
            strike,
            log: log_word(moneyness).wrapping_neg(),
            moneyness: moneyness.to_large_word(coarse::PLACES.cast_signed()).cast_signed(),
        }
    }

    /// `ln(F / K)` in units of 2^-60.
    #[inline(always)]
    pub const fn log(&self) -> i64 {
        self.log
    }

    /// The same in the units of [`coarse`].
    #[inline(always)]
    const fn coarse_log(&self) -> i64 {
        self.log.wrapping_add(1 << 19) >> 20
    }

    /// The call at the forward itself.
    /// # Rounding: to the nearest 2^-64. Error: that of [`super::evaluate`] and 2^-56 of the forward, enforced by
    /// `black76::ladder::tests`
    #[inline(always)]
    pub const fn call(&self, vol: &TotalVol) -> Fx {
        exact_call((self.forward, self.scaled), self.strike, Logarithm::new(self.log, -60), vol)
    }

    /// The call at a multiple of the forward, and that forward less the strike: what the call is worth more than the put.
    /// # Rounding: to the nearest 2^-64. Error: 1e-16 of the forward, enforced by `black76::ladder::tests`
    pub fn call_at(&self, multiple: &Multiple, vol: &TotalVol) -> (Fx, Fx) {
        // a share of at most 4 of at most 1e9
        let forward = equipoise_math::mul_floor(self.forward, multiple.share).unwrap_or(self.forward);
        let log = Logarithm::new((self.log >> 1).wrapping_add(log_bits(multiple.log)), -59);
        let scaled = Scaled::from_bits(forward.to_bits().cast_unsigned());
        let call = exact_call((forward, scaled), self.strike, log, vol);
        (call, forward.wrapping_sub(self.strike))
    }

    /// The call at a multiple of the forward as a share of the forward itself, in units of 2^-40.
    /// # Error: 2^-28 of the largest of both forwards and the strike, enforced by `black76::ladder::tests`; not cut
    /// to no-arbitrage bounds
    #[inline(always)]
    pub const fn coarse_call(&self, multiple: &Multiple, vol: &CoarseVol) -> i64 {
        let distance = vol.rate.times(self.coarse_log().wrapping_add(multiple.coarse_log));
        let (d1, d2) = (distance.wrapping_add(vol.half), distance.wrapping_sub(vol.half));
        let (below1, below2) = (sign_of(d1), sign_of(d2));
        let (u1, u2) =
            (within_reach((d1 ^ below1).wrapping_sub(below1)), within_reach((d2 ^ below2).wrapping_sub(below2)));
        let weight = density(u1, multiple.offset);
        let (ratio1, ratio2) = (coarse_mills_ratio(u1), coarse_mills_ratio(u2));
        let tails = (ratio2 ^ below2).wrapping_sub(below2).wrapping_sub((ratio1 ^ below1).wrapping_sub(below1));
        times(tails, weight).wrapping_add(multiple.coarse_share & !below1).wrapping_sub(self.moneyness & !below2)
    }

    /// The density and the delta of a call at the forward itself, and the distance `ln(F / K) / v`, in the units of
    /// [`coarse`].
    /// # Error: 2^-28, and 2^-40 over v for the logarithm is cut there, enforced by `black76::ladder::tests`
    #[inline(always)]
    pub const fn coarse_greeks(&self, vol: &CoarseVol) -> CoarseGreeks {
        let distance = vol.rate.times(self.coarse_log());
        let d1 = distance.wrapping_add(vol.half);
        let below = sign_of(d1);
        let u = within_reach((d1 ^ below).wrapping_sub(below));
        // beyond reach there is no density: what is multiplied by squares of distances must vanish
        let density = density(u, coarse::LOG2_SQRT_2_PI) & !sign_of(coarse::FARTHEST.wrapping_sub(1).wrapping_sub(u));
        let tail = times(coarse_mills_ratio(u), density);
        // the tail itself below, one less the tail above
        let delta = (tail ^ !below).wrapping_sub(!below).wrapping_add(coarse::ONE & !below);
        CoarseGreeks { distance, density, delta }
    }
}

/// All ones for a negative distance, which are all below 2^62, else 0.
#[inline(always)]
pub const fn sign_of(distance: i64) -> i64 {
    // a shift by 63 would be recognised as a comparison and become a conditional move
    distance >> 62
}

/// What Greeks are made of, in units of 2^-40.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CoarseGreeks {
    /// `ln(F / K) / v`, in units of `sqrt(2 ln 2)`.
    pub distance: i64,
    /// `phi(d1)`.
    pub density: i64,
    /// `Phi(d1)`.
    pub delta: i64,
}

/// A logarithm's size, and the mask of all ones where it is negative.
#[derive(Clone, Copy)]
struct Logarithm {
    size: Scaled,
    sign: u64,
}

impl Logarithm {
    /// `word * 2^exponent`.
    #[inline(always)]
    const fn new(word: i64, exponent: i32) -> Self {
        let sign = negative_mask(word);
        Self { size: Scaled::new(negate_if(sign, word.cast_unsigned()), exponent), sign }
    }
}

/// Black's call for a forward, a strike, `ln(F / K)` and a total volatility: as [`super::evaluate`] has it.
///
/// An error e of the logarithm moves both distances and so changes the call by at most `F e`: what it adds to both terms
/// of the formula cancels to first order.
#[inline(always)]
const fn exact_call((forward, scaled): (Fx, Scaled), strike: Fx, log: Logarithm, vol: &TotalVol) -> Fx {
    let sign = log.sign;
    let distance = log.size.times(vol.inverse);
    // a significand has its top bit set unless it is zero: both conditions in one branch
    let room = FARTHEST.wrapping_sub(distance.exponent()) | high_half(!vol.value.significand());
    if room < 0 {
        let value = forward.wrapping_sub(strike);
        return keep_if(!sign_mask(value), value);
    }
    let place = negate_if(sign, distance.to_word(58)).cast_signed();
    let width = vol.value.times_power_of_two(-1).to_large_word(58).cast_signed();
    let (d1, d2) = (place.wrapping_add(width), place.wrapping_sub(width));
    let (below1, below2) = (negative_mask(d1), negative_mask(d2));
    let y1 = negate_if(below1, d1.cast_unsigned());
    let y2 = negate_if(below2, d2.cast_unsigned());
    let weight = gaussian::<6>(y1).times(scaled);
    let (ratio1, ratio2) = (mills_ratio_short(y1 << 1), mills_ratio_short(y2 << 1));
    let tails = negate_if(below2, ratio2).wrapping_sub(negate_if(below1, ratio1));
    let sign = negative_mask(tails.cast_signed());
    let curved = weight.times(Scaled::new(negate_if(sign, tails), -61)).to_signed(sign);
    curved.wrapping_add(keep_if(!below1, forward)).wrapping_sub(keep_if(!below2, strike))
}

/// The upper half of a word.
#[inline(always)]
const fn high_half(word: u64) -> i32 {
    let [a, b, c, d, ..] = word.to_be_bytes();
    i32::from_be_bytes([a, b, c, d])
}

/// A logarithm below 16 in units of 2^-59, rounded down.
#[allow(clippy::many_single_char_names, reason = "eight bytes in their order")]
const fn log_bits(log: Fx) -> i64 {
    let [_, _, _, _, _, _, _, _, a, b, c, d, e, f, g, h] = (log.to_bits() >> 5).to_be_bytes();
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests;
