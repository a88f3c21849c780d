//! Toxicity: whether those who trade know where the price goes.
//!
//! Traders' flow is marked out against the price of its risk factor (spot; or volatility, in a state of its own). What is
//! traded in one epoch is marked when the next one ends, so everything is held for at least an epoch and
//! nobody chooses his own horizon. Then
//!
//! ```text
//! m     = gain of the flow / (|flow| s sqrt(dt)),   within [-4, 4]
//! w     = |flow| / (|flow| + reference) / 10
//! score = max(0, score exp(-dt / 24 h) + w (m - score))
//! factor = 1 + 4/3 (score - 1/4)+,   at most 3
//! ```
//!
//! m is 1 for traders who are right by one standard deviation. Flow within an oracle round is netted, for buying and selling
//! at one price tells nothing; over rounds it adds up. So the state moves once a round, with the net flow of the round before. The
//! score changes only when an epoch ends: a trade never moves it within one, and dust weighs nothing. Below 1/4 it is noise: uninformed flow of any size leaves it with a
//! standard deviation of `sqrt(w / (2 - w))`, 0.23 at most.

use equipoise_math::{exp_negative, Fx};

use crate::arithmetic::{abs, add, div_floor, mul_ceil, mul_floor, sqrt, sub};
use crate::millionths::Millionths;
use crate::spread::MOST_TOXICITY;
use crate::units::{Money, Years};
use crate::RiskError;

mod amount;

pub use amount::Amount;

/// The length of an epoch.
pub const EPOCH_SECS: u64 = 3_600;
/// The score fades in about this time.
const FADE_SECS: u64 = 86_400;
/// The mean age of a flow when its own epoch ends.
const MEAN_AGE_SECS: u64 = 1_800;
/// For how long a flow is held on average until it is marked out.
pub(crate) const HELD_SECS: u64 = EPOCH_SECS + MEAN_AGE_SECS;
const MOST_MARKOUT: Fx = Fx::lit("4");
const HEAVIEST: Fx = Fx::lit("0.1");
/// The score up to which flow is not told from noise.
pub(crate) const NOISE: Fx = Fx::lit("0.25");
const SLOPE: Fx = Fx::lit("1.333333333333333333");

/// The risk factor at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor {
    /// Its price, above zero.
    pub price: Fx,
    /// Its annualised variance, above zero.
    pub variance: Fx,
}

/// Why flow cannot be marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToxicityError {
    /// A price or a variance is not above zero: take the oracle's next round.
    FactorNotPositive {
        /// What was given.
        factor: Factor,
    },
    /// A number does not fit.
    Risk(RiskError),
}

impl From<RiskError> for ToxicityError {
    fn from(error: RiskError) -> Self {
        Self::Risk(error)
    }
}

/// What was traded in one epoch, as traders hold it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// At the last price, negative if they are short.
    pub held: Amount,
    /// What it has gained since, for the traders.
    pub gain: Amount,
    /// The sizes of the rounds' net flows, added up.
    pub gross: Amount,
}

/// The score and the flow that is still to be marked out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Toxicity {
    /// An average of m, from 0 to 4.
    pub score: Millionths,
    /// When the epoch began, in whole seconds of unix time.
    pub epoch_at: u64,
    /// The factor's price in the last round, 0 before the first.
    pub price: Fx,
    /// What this epoch's rounds have traded.
    pub open: Flow,
    /// What the epoch before has traded.
    pub ripe: Flow,
}

impl Toxicity {
    /// By how much it widens the spread: from 1 to 3.
    /// # Rounding: up, in the vault's favour
    /// # Errors: none in range
    pub fn factor_ceil(&self) -> Result<Millionths, RiskError> {
        let beyond = sub(self.score.number()?, NOISE)?.max(Fx::ZERO);
        let factor = add(Fx::ONE, mul_ceil(beyond.min(MOST_MARKOUT), SLOPE)?)?;
        Ok(Millionths::from_fx_ceil(factor).min(MOST_TOXICITY))
    }

    /// The state in a new oracle round: takes in what traders have bought (negative: sold) in the round before at its price,
    /// brings all flow to the present price, and the score if an epoch has ended.
    /// # Inputs: the net change of their dollar delta, or of their vega times volatility; unix seconds; a flow that
    /// weighs a half: 1 % of risk capital, say
    /// # Rounding: traders' gains and the score up, in the vault's favour; amounts past their range count as its end
    /// # Errors: FactorNotPositive, Math, Overflow
    pub fn after_round(self, flow: Amount, now: u64, factor: Factor, reference: Money) -> Result<Self, ToxicityError> {
        if factor.price <= 0 || factor.variance <= 0 {
            return Err(ToxicityError::FactorNotPositive { factor });
        }
        let next = self.traded(flow).marked(factor.price)?;
        let elapsed = now.saturating_sub(self.epoch_at);
        if elapsed < EPOCH_SECS {
            return Ok(next);
        }
        let score = next.ripe.scored(self.score, elapsed, factor.variance, reference)?;
        Ok(Self { score, epoch_at: now, open: Flow::default(), ripe: next.open, ..next })
    }

    fn traded(self, flow: Amount) -> Self {
        let Flow { held, gain, gross } = self.open;
        Self { open: Flow { held: held.plus(flow), gain, gross: gross.plus(flow.magnitude()) }, ..self }
    }

    fn marked(mut self, price: Fx) -> Result<Self, RiskError> {
        if self.price != 0 && price != self.price {
            let change = sub(div_floor(price, self.price)?, Fx::ONE)?;
            for flow in [&mut self.open, &mut self.ripe] {
                let gain = flow.held.times_ceil(change);
                flow.gain = flow.gain.plus(gain);
                flow.held = flow.held.plus(gain);
            }
        }
        self.price = price;
        Ok(self)
    }
}

impl Flow {
    /// The score after this flow has been marked out, `elapsed` after its own epoch ended.
    fn scored(
        &self,
        before: Millionths,
        elapsed: u64,
        variance: Fx,
        reference: Money,
    ) -> Result<Millionths, RiskError> {
        let fade = div_floor(Fx::from_num(elapsed.min(u64::from(u32::MAX))), Fx::from_num(FADE_SECS))?;
        let faded = mul_ceil(before.number()?, exp_negative(sub(Fx::ZERO, fade)?))?;
        let gross = self.gross.money().fx();
        if gross <= 0 {
            return Ok(Millionths::from_fx_ceil(faded));
        }
        let years = Years::from_secs(elapsed.saturating_add(MEAN_AGE_SECS).min(u64::from(u32::MAX)))?;
        let deviation = sqrt(mul_floor(variance, years.fx())?)?.max(Fx::DELTA);
        let per_flow = div_floor(self.gain.money().fx(), gross)?;
        // A quotient that does not fit is past its bound.
        let bound = if per_flow < 0 { sub(Fx::ZERO, MOST_MARKOUT)? } else { MOST_MARKOUT };
        let markout = div_floor(per_flow, deviation).unwrap_or(bound).clamp(sub(Fx::ZERO, MOST_MARKOUT)?, MOST_MARKOUT);
        let whole = add(gross, abs(reference.fx())?)?;
        let weight = mul_floor(div_floor(gross, whole)?, HEAVIEST)?;
        let score = add(faded, mul_ceil(sub(markout, faded)?, weight)?)?;
        Ok(Millionths::from_fx_ceil(score))
    }
}

#[cfg(test)]
mod tests;
