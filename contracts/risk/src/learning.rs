//! What spreads learn from what they have earned.
//!
//! A factor out of a small grid widens the spread of volatility for an epoch of a day. At its end the vault's takings on that day's
//! flow are scored, the score is credited to the factor, and the next one is drawn:
//!
//! ```text
//! factors  1, 1.25, 1.5, 2, as far as the governed most reaches
//! earned   half spreads and fees of the epoch's trades
//! lost     |flow| s sqrt(90 min) (toxicity - 1/4)+
//! reward   (earned - lost) a day / (C / 100 s sqrt(1 day)),   within [-4, 4]
//! gain_k   63/64 gain_k + [k in use] (reward - baseline) / chance,   baseline an average of rewards
//! p_k      a fifth in equal parts, the rest as exp(gain_k / 4)
//! ```
//!
//! That is EXP3 (Auer, Cesa-Bianchi, Freund and Schapire 2002, section 3; a fifth of equal chances is their gamma) with gains that fade, as rewards change with the
//! market, and with a baseline, which leaves the differences of gains unbiased and takes most of their noise. The reward is not
//! over the epoch's own flow, as toxicity's markout is, but over a flow of fixed size: per unit of flow the widest spread always
//! earns most, until nobody trades.
//!
//! **No dice.** A chain's randomness belongs to whoever orders its transactions, and Arbitrum has none. Factors are drawn from their chances by a
//! mixture of the epoch's number, which all can compute. A low-discrepancy sequence would keep each factor's part more exactly, but its
//! neighbours lie far apart by design, and a walk of single steps that hears far, near, far, near never gets to the end of the grid. The
//! regret that Auer et al. bound against any adversary needs dice (no fixed rule has it); here it holds against flow that does not plan around
//! the schedule, and against flow that does what holds is this:
//!
//! **Who could train it.** What is learned stays within [1, the most], so without it spreads would be no wider.
//! *Those who want narrow spreads* can take back what was learned, and no more. They do it by being
//! toxic while it is wide, which is worth it to them anyhow, or by staying away, in which case nobody trades with whom the vault
//! lost. Buying and selling does not help: each trade pays its half spread and fee, and raises `earned`.
//! Within an epoch nothing moves, so the trader who trains does not know who gains; down it goes by one step of the grid, at an epoch's end.
//! *Those who want wide spreads*, makers who fill beside the vault or other venues, must pay wide spreads on days of wide factors, or
//! win from the vault on days of narrow ones, for weeks: gains fade in 64 epochs. What they get is at most the most, which votes set and the
//! guardian takes away at once. *Whoever ends an epoch late* lengthens it for all; rewards are per day, and anybody may end it on time.
//! *Liquidations* are not scored: nobody chose their spread.
//!
//! Lambda, charges for risk and the floor of the spread are not touched.

use equipoise_math::{exp_negative, Fx};

use crate::arithmetic::{div_floor, mul_ceil, mul_floor, sqrt, sub};
use crate::conditions::REFERENCE_SHARE;
use crate::millionths::Millionths;
use crate::toxicity::{Amount, HELD_SECS, NOISE};
use crate::units::{Money, Years};
use crate::RiskError;

/// The length of an epoch at least.
pub const EPOCH_SECS: u64 = 86_400;
/// How many factors there are.
pub const ARMS: usize = 4;
/// What a vote may let learning reach at most.
pub const MOST: Millionths = Millionths::from_raw(2_000_000);

/// What each factor is beyond one, in quarters.
const GRID: [u8; ARMS] = [0, 1, 2, 4];
const QUARTER: u32 = 250_000;
const ONE: i64 = 1_000_000;
/// A fifth of the chances is in equal parts.
const EXPLORED: i64 = 200_000;
/// Gains are divided by this in exponents: the inverse of the rate of learning.
const TEMPERATURE: i64 = 4;
/// Gains fade in so many epochs, the baseline in so many.
const FADE: i64 = 64;
const BASELINE_FADE: i64 = 16;
/// Past this no gain makes a difference.
const MOST_GAIN: i64 = 1_000 * ONE;
const MOST_REWARD: i64 = 4 * ONE;

/// By how much the spread is wider: one and up to four quarters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Widening(u8);

impl Widening {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// From storage: quarters beyond one.
    pub const fn from_stored(quarters: u8) -> Self {
        Self(quarters)
    }

    /// For storage.
    pub const fn stored(self) -> u8 {
        self.0
    }

    /// The factor, from 1 to [`MOST`], whatever is stored.
    pub fn factor(self) -> Millionths {
        Millionths::from_raw(Millionths::ONE.raw().wrapping_add(u32::from(self.0).wrapping_mul(QUARTER))).min(MOST)
    }
}

/// What trades of an epoch have brought so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Takings {
    /// Half spreads and fees.
    pub earned: Amount,
    /// The sizes of the trades' dollar deltas, added up.
    pub gross: Amount,
}

impl Takings {
    /// With one trade more.
    /// # Inputs: its half spread and fee; what it has changed in traders' dollar delta
    #[must_use]
    pub fn plus(self, earned: Amount, bought: Amount) -> Self {
        Self { earned: self.earned.plus(earned), gross: self.gross.plus(bought.magnitude()) }
    }
}

/// An epoch that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// What its trades have brought.
    pub takings: Takings,
    /// The toxicity of flow.
    pub toxicity: Millionths,
    /// The annualised variance, above zero.
    pub variance: Fx,
    /// Risk capital, above zero.
    pub capital: Money,
    /// How long it was, above zero.
    pub secs: u64,
}

/// What an epoch has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What markouts have taken.
    pub lost: Money,
    /// The reward in millionths, from -4 to 4.
    pub reward: i32,
}

impl Epoch {
    /// Scores the epoch.
    /// # Rounding: what was lost up, the reward down
    /// # Errors: Math without capital or variance, Overflow
    pub fn outcome(&self) -> Result<Outcome, RiskError> {
        let beyond = sub(self.toxicity.number()?, NOISE)?.max(Fx::ZERO);
        let held = mul_ceil(self.deviation(HELD_SECS)?, beyond)?;
        let lost = mul_ceil(self.takings.gross.money().fx(), held)?;
        let net = sub(self.takings.earned.money().fx(), lost)?;
        let days = div_floor(Fx::from_num(self.secs.clamp(1, u64::from(u32::MAX))), Fx::from_num(EPOCH_SECS))?;
        let reference = self.capital.scaled_floor(REFERENCE_SHARE)?;
        let unit = mul_floor(mul_floor(reference.fx(), self.deviation(EPOCH_SECS)?)?, days)?;
        if unit <= 0 {
            return Err(RiskError::Math);
        }
        let most = Fx::from_num(MOST_REWARD / ONE);
        // A quotient that does not fit is past its bound.
        let bound = if net < 0 { sub(Fx::ZERO, most)? } else { most };
        let reward = div_floor(net, unit).unwrap_or(bound).clamp(sub(Fx::ZERO, most)?, most);
        let reward = mul_floor(reward, Fx::from_num(ONE))?.to_num();
        Ok(Outcome { lost: Money::from_fx(lost), reward })
    }

    /// One standard deviation of spot over a time, as a share of it.
    fn deviation(&self, secs: u64) -> Result<Fx, RiskError> {
        sqrt(mul_floor(self.variance, Years::from_secs(secs)?.fx())?)
    }
}

/// Why an epoch does not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LearningError {
    /// It goes on until then, in unix seconds.
    TooEarly {
        /// Its end.
        due_at: u64,
    },
}

/// What has been learned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Learner {
    /// When the epoch began, in unix seconds.
    pub epoch_at: u64,
    /// Epochs that have ended.
    pub epochs: u32,
    /// The place of the factor that is in use.
    pub arm: u8,
    /// The chance that it had, in millionths.
    pub chance: u32,
    /// What each factor has gained beyond the baseline, in millionths.
    pub gains: [i32; ARMS],
    /// The average reward, in millionths.
    pub baseline: i32,
}

impl Learner {
    /// Nothing learned yet.
    /// # Inputs: unix seconds
    pub fn start(now: u64) -> Self {
        Self { epoch_at: now, chance: Millionths::ONE.raw(), ..Self::default() }
    }

    /// By how much spreads are wider in this epoch.
    pub fn widening(&self) -> Widening {
        Widening(GRID.get(usize::from(self.arm)).copied().unwrap_or(0))
    }

    /// When the epoch may end, in unix seconds.
    pub const fn due_at(&self) -> u64 {
        self.epoch_at.saturating_add(EPOCH_SECS)
    }

    /// The same within the most that votes allow: a lower one binds at once.
    #[must_use]
    pub fn within(self, most: Millionths) -> Self {
        Self { arm: self.arm.min(top(most)), ..self }
    }

    /// The next epoch.
    /// # Inputs: the reward of the one that ends, in millionths, none if it could not be scored; the most that a factor may be; unix seconds
    /// # Errors: TooEarly
    pub fn after_epoch(self, reward: Option<i32>, most: Millionths, now: u64) -> Result<Self, LearningError> {
        if now < self.due_at() {
            return Err(LearningError::TooEarly { due_at: self.due_at() });
        }
        let credited = reward.map_or(self, |reward| self.credited(reward));
        let epochs = self.epochs.wrapping_add(1);
        let chances = credited.chances(most);
        let (arm, chance) = credited.drawn(&chances, mixed(epochs));
        Ok(Self { epoch_at: now, epochs, arm, chance, ..credited })
    }

    /// What is known once the factor in use has earned a reward.
    fn credited(mut self, reward: i32) -> Self {
        let reward = i64::from(reward).clamp(MOST_REWARD.wrapping_neg(), MOST_REWARD);
        let baseline = if self.epochs == 0 { reward } else { i64::from(self.baseline) };
        // At most eight over the least chance, a twentieth.
        let surprise = reward.wrapping_sub(baseline).wrapping_mul(ONE);
        let credit = surprise.checked_div(i64::from(self.chance).max(EXPLORED / 4)).unwrap_or(0);
        for (place, gain) in (0u8..).zip(&mut self.gains) {
            let faded = i64::from(*gain).wrapping_sub(i64::from(*gain) / FADE);
            let next = if place == self.arm { faded.wrapping_add(credit) } else { faded };
            *gain = narrowed(next.clamp(MOST_GAIN.wrapping_neg(), MOST_GAIN));
        }
        let step = reward.wrapping_sub(baseline) / BASELINE_FADE;
        Self { baseline: narrowed(baseline.wrapping_add(step)), ..self }
    }

    /// The chance of each factor within the most, in millionths that add up to a million.
    fn chances(&self, most: Millionths) -> [i64; ARMS] {
        let count = usize::from(top(most)).saturating_add(1);
        let best = self.gains.iter().take(count).copied().max().unwrap_or(0);
        let mut chances = [0; ARMS];
        for (chance, gain) in chances.iter_mut().zip(self.gains).take(count) {
            *chance = weight(i64::from(gain).wrapping_sub(i64::from(best)));
        }
        // The best weighs one, so the sum is not zero.
        let sum: i64 = chances.iter().fold(0, |sum, weight| sum.wrapping_add(*weight));
        let equal = EXPLORED.checked_div(i64::try_from(count).unwrap_or(1)).unwrap_or(0);
        for chance in chances.iter_mut().take(count) {
            let earned = chance.wrapping_mul(ONE.wrapping_sub(EXPLORED)).checked_div(sum).unwrap_or(0);
            *chance = equal.wrapping_add(earned);
        }
        // What rounding leaves is the narrowest one's.
        let [first, rest @ ..] = &mut chances;
        *first = rest.iter().fold(ONE, |left, chance| left.wrapping_sub(*chance));
        chances
    }

    /// The next factor's place, a step away at most, and the chance that it had.
    /// # Inputs: a share of 2^32
    fn drawn(&self, chances: &[i64; ARMS], share: u32) -> (u8, u32) {
        let mut left = i64::try_from(u64::from(share).wrapping_mul(ONE.cast_unsigned()) >> 32).unwrap_or(0);
        let mut target = 0;
        for (place, chance) in (0u8..).zip(chances) {
            target = place;
            left = left.wrapping_sub(*chance);
            if left < 0 {
                break;
            }
        }
        let side = target.cmp(&self.arm);
        let of_side = (0u8..).zip(chances).filter(|(place, _)| place.cmp(&self.arm) == side);
        let chance = of_side.fold(0, |sum: i64, (_, chance)| sum.wrapping_add(*chance));
        let next = target.clamp(self.arm.saturating_sub(1), self.arm.saturating_add(1));
        (next, u32::try_from(chance).unwrap_or(0))
    }
}

/// The place of the largest factor within the most.
fn top(most: Millionths) -> u8 {
    let within = (0u8..).zip(GRID).filter(|(_, quarters)| Widening(*quarters).factor() <= most);
    within.last().map_or(0, |(place, _)| place)
}

/// What a factor so far behind the best one weighs, in millionths: one for the best.
fn weight(behind: i64) -> i64 {
    let exponent = Fx::from_num(behind).checked_div_int(i128::from(ONE.wrapping_mul(TEMPERATURE))).unwrap_or(Fx::ZERO);
    mul_floor(exp_negative(exponent), Fx::from_num(ONE)).map_or(0, Fx::to_num)
}

/// A number whose bits all depend on all of another's, one to one.
/// # Source: the finalizer of `MurmurHash3`, 32 bits (Appleby 2011, public domain)
const fn mixed(number: u32) -> u32 {
    let number = (number ^ number >> 16).wrapping_mul(0x85eb_ca6b);
    let number = (number ^ number >> 13).wrapping_mul(0xc2b2_ae35);
    number ^ number >> 16
}

/// A number that is at most [`MOST_GAIN`] in size.
fn narrowed(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests;
