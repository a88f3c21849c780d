//! The risk penalty R of the whole book: one potential, of which every charge and rebate is a difference.
//!
//! ```text
//! R = C/2 { lambda [ d^2 s^2 h_d + (g s^2 h_d)^2 / 2 + v^2 n^2 h_v + 2 r d v s n h_d + n^2 h_v sum v_e^2 ]
//!           + lambda_J h_d sum p_j (L_j / C)+^2 }
//! ```
//!
//! with C the risk capital; d, g, v the book's dollar delta, dollar gamma and time-weighted vega over C;
//! v_e the vega of one expiry over C; s the market's volatility, n the volatility of volatility, r their
//! correlation; h_d and h_v the horizons; L_j the loss of the book when spot jumps by j.
//!
//! R depends on the book and the market state alone, so no order or split of trades changes their sum.
//! Avellaneda and Stoikov (2008) and Ho and Stoll (1981) are its one-asset cases.

use equipoise_math::Fx;

use crate::arithmetic::{add, div_floor, mul_floor, sqrt, square_floor, sub};
use crate::book::{Exposure, Measure, JUMPS};
use crate::parameters::{Parameter, Parameters};
use crate::units::Money;
use crate::RiskError;

/// How often a jump of each size of [`JUMPS`] comes, in times a year.
///
/// Separate moves within two days, counted on hourly ETH prices of 2022 to 2025: 0, 5.9, 5.4 and 0.26 a year.
/// The outer two are too rare to measure and are set at one in two years.
pub const JUMPS_A_YEAR: [Fx; JUMPS.len()] = [Fx::lit("0.5"), Fx::lit("6"), Fx::lit("5.5"), Fx::lit("0.5")];

const DAYS_A_YEAR: Fx = Fx::lit("365");
const HALF: Fx = Fx::lit("0.5");

/// What R depends on beside the book. Frozen within a market state.
#[derive(Clone, Copy, Debug)]
pub struct RiskState {
    /// C, above zero.
    pub capital: Money,
    /// The market's annualised variance, s squared, and its root.
    pub variance: Fx,
    /// s.
    pub vol: Fx,
    lambda: Fx,
    /// The floor of risk aversion over the live one.
    rebate_share: Fx,
    jump_lambda: Fx,
    delta_horizon: Fx,
    vega_horizon: Fx,
    vol_of_vol: Fx,
    correlation: Fx,
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
            lambda,
            rebate_share: div_floor(parameters.number(Parameter::LambdaFloor)?, lambda)?,
            jump_lambda: parameters.number(Parameter::JumpLambda)?,
            delta_horizon: days(Parameter::DeltaHorizonDays)?,
            vega_horizon: days(Parameter::VegaHorizonDays)?,
            vol_of_vol: parameters.number(Parameter::VolOfVol)?,
            correlation,
        })
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

    /// The bracket that lambda weighs. Not negative: the horizons and |r| < 1 make the form definite.
    fn quadratic(&self, book: &Exposure) -> Result<Fx, RiskError> {
        let per_capital = |amount: Money| amount.ratio_floor(self.capital);
        let delta = per_capital(book.of(Measure::DollarDelta))?;
        let gamma = per_capital(book.of(Measure::DollarGamma))?;
        let vega = per_capital(book.weighted_vega()?)?;

        let spot_move = mul_floor(self.variance, self.delta_horizon)?;
        let vol_move = mul_floor(square_floor(self.vol_of_vol)?, self.vega_horizon)?;
        let co_move = mul_floor(mul_floor(self.vol, self.vol_of_vol)?, self.delta_horizon)?;
        let covariance = mul_floor(self.correlation, co_move)?;

        let mut vegas = square_floor(vega)?;
        for vega in book.vega_by_board {
            vegas = add(vegas, square_floor(per_capital(vega)?)?)?;
        }
        let crossed = mul_floor(mul_floor(delta, vega)?, covariance)?;
        let terms = [
            mul_floor(square_floor(delta)?, spot_move)?,
            mul_floor(square_floor(mul_floor(gamma, spot_move)?)?, HALF)?,
            mul_floor(vegas, vol_move)?,
            crossed,
            crossed,
        ];
        let sum = terms.into_iter().try_fold(Fx::ZERO, add)?;
        Ok(sum.max(Fx::ZERO))
    }

    /// `h_d sum p_j (L_j / C)+^2`.
    fn jumps(&self, book: &Exposure) -> Result<Fx, RiskError> {
        let mut sum = Fx::ZERO;
        for (loss, frequency) in book.jump_losses()?.into_iter().zip(JUMPS_A_YEAR) {
            let loss = loss.max(Money::ZERO).ratio_floor(self.capital)?;
            sum = add(sum, mul_floor(square_floor(loss)?, frequency)?)?;
        }
        mul_floor(sum, self.delta_horizon)
    }
}

#[cfg(test)]
mod tests;
