//! One step of Householder's method of third order for the total volatility.
//!
//! Source: P. Jäckel, "Let's Be Rational" (2015), with the price's logarithm as objective below the
//! point of inflection and that of what is missing to the bound above it.

use equipoise_math::kernel::{gaussian, log_ratio, mills_ratio, negate_if, negative_mask, Aligned, Scaled};

use super::Target;

/// Where a step ends.
pub(super) struct Refined {
    pub(super) total_vol: Scaled,
    /// The normal density at the step's start: the derivative of the price's share of its bound.
    pub(super) density: Scaled,
    /// How far the step went, as a share of where it started, in Q0.62.
    #[cfg(test)]
    pub(super) step: u64,
}

/// Places of the derivatives, which are below 200 and only correct a Newton step.
const PLACES: u32 = 22;

impl Target {
    /// The next total volatility: a relative error `e` becomes about `e^4`.
    /// # Inputs: a total volatility from 1e-6 to 20 and within 10 % of the truth
    #[inline(never)]
    pub(super) fn refine(&self, total_vol: Scaled) -> Refined {
        let inverse = total_vol.reciprocal();
        let place = self.log.times(inverse).to_word(58);
        let half = total_vol.to_word(57);
        let below = negative_mask(half.wrapping_sub(place).cast_signed());
        let near = negate_if(below, half.wrapping_sub(place));
        let density = gaussian::<6>(near);
        let far_ratio = mills_ratio(half.wrapping_add(place) << 1);
        // below the inflection the price is a difference of tails, above it what is missing is a sum
        let tails = mills_ratio(near << 1).wrapping_add(negate_if(below, far_ratio));
        let tails = Scaled::new(tails, -61);
        let share = density.times_exactly(tails);
        let goal = if below == 0 { self.missing_share } else { self.share };

        let gap = log_ratio(Aligned::from_scaled(goal), Aligned::from_scaled(share));
        // upwards where more is missing than shall be, or where the price is too low
        let downwards = below ^ share.minus(goal).1;
        let newton = gap.times(tails).times(inverse);
        let elasticity = total_vol.times(tails.reciprocal()).to_word(22);
        let factor = correction(
            [place, half].map(|arm| (arm >> (58 - PLACES)).cast_signed()),
            negate_if(!below, elasticity).cast_signed(),
            negate_if(downwards, newton.to_word(38)).cast_signed(),
        );
        let step = newton.times(factor).to_word(62);
        let factor = (1_u64 << 62).wrapping_add(negate_if(downwards, step));
        Refined {
            total_vol: total_vol.times_exactly(Scaled::new(factor, -62)),
            density,
            #[cfg(test)]
            step,
        }
    }
}

/// What Newton's relative step `n` is to be multiplied by: `(1 + g n / 2) / (1 + n (g + h n / 6))`,
/// with `g` and `h` the second and third derivative of the objective over the first and in units of
/// the total volatility `s`.
/// # Inputs: `x / s` and `s / 2`, the objective's elasticity to `s`, `n` in Q26.38
fn correction([place, half]: [i64; 2], elasticity: i64, newton: i64) -> Scaled {
    // of the price: d1 d2, and that squared - 3 (x / s)^2 - (s / 2)^2
    let (place_square, half_square) = (place.wrapping_mul(place), half.wrapping_mul(half));
    let second = place_square.wrapping_sub(half_square) >> PLACES;
    let third = second.wrapping_mul(second).wrapping_sub(place_square.wrapping_mul(3)).wrapping_sub(half_square);
    // of its logarithm
    let bend = second.wrapping_sub(elasticity);
    let crossed = elasticity.wrapping_mul(elasticity.wrapping_mul(2).wrapping_sub(second.wrapping_mul(3)));
    let twist = (third.wrapping_add(crossed) >> PLACES).wrapping_mul(SIXTH) >> 16;

    let along = bend.wrapping_mul(newton);
    let short = newton >> 19;
    let under = ONE.wrapping_add(along).wrapping_add(twist.wrapping_mul(short.wrapping_mul(short)));
    let over = ONE.wrapping_add(along >> 1);
    let inverse = Scaled::new(under.cast_unsigned(), -60).reciprocal();
    Scaled::new(over.cast_unsigned(), -60).times(inverse)
}

/// One in Q4.60.
const ONE: i64 = 1 << 60;
/// A sixth in Q0.16.
const SIXTH: i64 = 10_923;
