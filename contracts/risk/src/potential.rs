//! The risk penalty R of the whole book: one potential, of which every charge and rebate is a difference.
//!
//! ```text
//! R = C/2 { lambda [ d^2 s^2 h_d + (g s^2 h_d)^2 / 2 + v^2 n^2 h_v + 2 r d v s n h_d
//!                    + sum over expiries of d_e^2 b^2 h_d + v_e^2 n^2 h_v + w_e^2 m^2 h_v + u_e^2 k^2 h_v ]
//!           + lambda_J h_d sum p_j (L_j / C)+^2 }
//! ```
//!
//! with C the risk capital; d, g, v the book's dollar delta, dollar gamma and time-weighted vega over C;
//! d_e, v_e, w_e and u_e the delta, the vega and both wings' vegas of one expiry over C; s the market's volatility,
//! n the volatility of volatility, r their correlation; b how much an expiry's forward moves by itself, m and k how
//! much its wings do; h_d and h_v the horizons; L_j the loss of the book when spot jumps by j.
//!
//! Every term is the square of a sum over positions, but for the cross term, with which the first and the third are
//! still a definite form: R is zero for the empty book, never negative, convex, and homogeneous of degree two in the
//! book, of degree one in book and capital together.
//!
//! R depends on the book and the market state alone, so no order or split of trades changes their sum.
//! Avellaneda and Stoikov (2008) and Ho and Stoll (1981) are its one-asset cases.

use equipoise_math::kernel::Scaled;
use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor, mul_floor, sqrt, square_floor, sub};
use crate::book::{Exposure, Measure, JUMPS, WINGS};
use crate::parameters::{Parameter, Parameters};
use crate::spread::SpreadMultiplier;
use crate::units::Money;
use crate::RiskError;

/// How often a jump of each size of [`JUMPS`] comes, in times a year.
///
/// Separate moves within two days, counted on hourly ETH prices of 2022 to 2025: 0, 5.9, 5.4 and 0.26 a year.
/// The outer two are too rare to measure and are set at one in two years.
pub const JUMPS_A_YEAR: [Fx; JUMPS.len()] = [Fx::lit("0.5"), Fx::lit("6"), Fx::lit("5.5"), Fx::lit("0.5")];

/// b: the volatility of a forward over spot, per square root of a year.
///
/// Daily changes of Deribit's ETH futures over their index, December 2025 to May 2026, are 0.015 to 0.021 of it by
/// root mean square, alike for expiries of 3 days and of 9 months.
pub const BASIS_VOL: Fx = Fx::lit("0.02");
/// m and k over n: how much the curvature of the lower and of the upper wing moves for what volatility at the money does.
///
/// On the same days, parabolas of `ln(K / F) / (vol sqrt(T))` fitted to each side of each smile from 10 to 120 days: daily
/// changes of the lower curvature are 0.43 to 0.51 of those at the money by root mean square, of the upper 0.14 to 0.17.
pub const WING_SHARES: [Fx; WINGS] = [Fx::lit("0.5"), Fx::lit("0.17")];

/// The largest magnitude of a number with 127 bits.
const MOST: u128 = i128::MAX.unsigned_abs();
const DAYS_A_YEAR: Fx = Fx::lit("365");
const HALF: Fx = Fx::lit("0.5");

/// What R and the spread depend on beside the book. Frozen within a market state.
#[derive(Clone, Copy, Debug)]
pub struct RiskState {
    /// C, above zero.
    pub capital: Money,
    /// The market's annualised variance, s squared, and its root.
    pub variance: Fx,
    /// s.
    pub vol: Fx,
    /// By how much the spread of volatility is wider.
    pub multiplier: SpreadMultiplier,
    lambda: Fx,
    /// The floor of risk aversion over the live one.
    rebate_share: Fx,
    jump_lambda: Fx,
    delta_horizon: Fx,
    vega_horizon: Fx,
    vol_of_vol: Fx,
    correlation: Fx,
    inverse_capital: Scaled,
}

/// R at the two risk aversions: that of charges and that of rebates.
///
/// For rebates all of R, jumps included, shrinks by the floor over the live lambda. Were jumps weighted alike in
/// both, a trade that adds jump risk and takes delta away would be charged less than its way back is rebated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Penalty {
    /// At the live lambda.
    pub charged: Money,
    /// At the floor, never more than `charged`.
    pub rebated: Money,
}

impl RiskState {
    /// # Inputs: capital > 0; the market's annualised variance
    /// # Errors: NoCapital, Math
    pub fn new(capital: Money, variance: Fx, parameters: &Parameters) -> Result<Self, RiskError> {
        if capital <= Money::ZERO {
            return Err(RiskError::NoCapital);
        }
        let days = |parameter| -> Result<Fx, RiskError> { div_floor(parameters.number(parameter)?, DAYS_A_YEAR) };
        let lambda = parameters.number(Parameter::Lambda)?;
        let correlation = sub(parameters.number(Parameter::SpotVolCorrelationPlusOne)?, Fx::ONE)?;
        Ok(Self {
            capital,
            variance,
            vol: sqrt(variance)?,
            multiplier: SpreadMultiplier::ONE,
            lambda,
            rebate_share: div_floor(parameters.number(Parameter::LambdaFloor)?, lambda)?,
            jump_lambda: parameters.number(Parameter::JumpLambda)?,
            delta_horizon: days(Parameter::DeltaHorizonDays)?,
            vega_horizon: days(Parameter::VegaHorizonDays)?,
            vol_of_vol: parameters.number(Parameter::VolOfVol)?,
            correlation,
            inverse_capital: Scaled::from_bits(capital.fx().to_bits().cast_unsigned()).reciprocal(),
        })
    }

    /// With the spread of volatility so much wider.
    #[must_use]
    pub const fn widened(self, multiplier: SpreadMultiplier) -> Self {
        Self { multiplier, ..self }
    }

    /// R of a book.
    /// # Rounding: down
    /// # Errors: Math, Overflow
    pub fn penalty(&self, book: &Exposure) -> Result<Penalty, RiskError> {
        let quadratic = self.quadratic(book)?;
        let jumps = mul_floor(self.jump_lambda, self.jumps(book)?)?;
        let weighted = add(mul_floor(self.lambda, quadratic)?, jumps)?;
        let charged = self.capital.scaled_floor(mul_floor(weighted, HALF)?)?;
        Ok(Penalty { charged, rebated: charged.scaled_floor(self.rebate_share)? })
    }

    /// D*: the dollar delta that is left when the one that volatility moves with spot is counted, `D + r n V / s`. A hedge in the
    /// underlying that takes it away makes R least.
    /// # Inputs: D and V, the time-weighted vega
    /// # Rounding: the vega's part down, by a few units of 2^-64
    /// # Errors: Math for a market that does not move; Overflow
    pub fn delta_to_hedge(&self, delta: Money, vega: Money) -> Result<Money, RiskError> {
        let per_vega = div_floor(mul_floor(self.correlation, self.vol_of_vol)?, self.vol)?;
        delta.plus(vega.scaled_floor(per_vega)?)
    }

    /// What dollar delta of a share of C makes of R where there is nothing else and spot does not jump.
    /// # Rounding: down
    /// # Errors: Overflow
    pub fn penalty_of_delta_floor(&self, share: Fx) -> Result<Money, RiskError> {
        let move_squared = mul_floor(self.variance, self.delta_horizon)?;
        let weighted = mul_floor(self.lambda, mul_floor(square_floor(share)?, move_squared)?)?;
        self.capital.scaled_floor(mul_floor(weighted, HALF)?)
    }

    /// The bracket that lambda weighs. Not negative: the horizons and |r| < 1 make the form definite.
    fn quadratic(&self, book: &Exposure) -> Result<Fx, RiskError> {
        let delta = self.per_capital(book.of(Measure::DollarDelta))?;
        let gamma = self.per_capital(book.of(Measure::DollarGamma))?;
        let vega = self.per_capital(book.weighted_vega()?)?;

        let spot_move = mul_floor(self.variance, self.delta_horizon)?;
        let vol_move = mul_floor(square_floor(self.vol_of_vol)?, self.vega_horizon)?;
        let co_move = mul_floor(mul_floor(self.vol, self.vol_of_vol)?, self.delta_horizon)?;
        let covariance = mul_floor(self.correlation, co_move)?;

        let mut deltas = Fx::ZERO;
        let mut vegas = square_floor(vega)?;
        let mut wings = Fx::ZERO;
        for bucket in book.buckets.iter().filter(|bucket| !bucket.is_empty()) {
            deltas = add(deltas, square_floor(self.per_capital(bucket.delta)?)?)?;
            vegas = add(vegas, square_floor(self.per_capital(bucket.vega)?)?)?;
            for (wing, share) in bucket.wing_vegas.into_iter().zip(WING_SHARES) {
                wings = add(wings, square_floor(mul_floor(self.per_capital(wing)?, share)?)?)?;
            }
        }
        let basis_move = mul_floor(square_floor(BASIS_VOL)?, self.delta_horizon)?;
        let crossed = mul_floor(mul_floor(delta, vega)?, covariance)?;
        let terms = [
            mul_floor(square_floor(delta)?, spot_move)?,
            mul_floor(square_floor(mul_floor(gamma, spot_move)?)?, HALF)?,
            mul_floor(vegas, vol_move)?,
            mul_floor(deltas, basis_move)?,
            mul_floor(wings, vol_move)?,
            crossed,
            crossed,
        ];
        let sum = terms.into_iter().try_fold(Fx::ZERO, add)?;
        Ok(sum.max(Fx::ZERO))
    }

    /// An amount over C.
    /// # Rounding: to the nearest 2^-64, or to 60 significant bits
    /// # Errors: Overflow
    fn per_capital(&self, amount: Money) -> Result<Fx, RiskError> {
        let bits = amount.fx().to_bits();
        let ratio = Scaled::from_bits(bits.unsigned_abs().min(MOST)).times(self.inverse_capital);
        // its last place is 2^exponent, and it has 64
        if ratio.exponent() > -2 {
            return Err(RiskError::Overflow);
        }
        Ok(ratio.to_signed(if bits < 0 { u64::MAX } else { 0 }))
    }

    /// `h_d sum p_j (L_j / C)+^2`.
    fn jumps(&self, book: &Exposure) -> Result<Fx, RiskError> {
        let mut sum = Fx::ZERO;
        for (loss, frequency) in book.jump_losses()?.into_iter().zip(JUMPS_A_YEAR) {
            let loss = self.per_capital(loss.max(Money::ZERO))?;
            sum = add(sum, mul_floor(square_floor(loss)?, frequency)?)?;
        }
        mul_floor(sum, self.delta_horizon)
    }
}

#[cfg(test)]
mod tests;
