//! What is ruled of rebalances, each number within hard bounds, packed in 32 bits.

use equipoise_math::Fx;

use crate::millionths::Millionths;
use crate::RiskError;

/// How many terms there are.
pub const TERM_COUNT: usize = 15;

/// One number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HedgeTerm {
    /// |D*| that nobody need hedge, of risk capital.
    InnerBand,
    /// |D*| from which on the window opens, of risk capital. Up to there skewed quotes do the work.
    OuterBand,
    /// What a rebalance may cost, tip included, of what it gains.
    Theta,
    /// The solver's share of what it gains beyond its cost.
    Kappa,
    /// Seconds after which the shares above are whole.
    RampSecs,
    /// Seconds that the inventory compared with is old at least.
    CheckpointSecs,
    /// How far from the oracle's price a fill may be, of it.
    Slippage,
    /// How far from the average price a fill may be, of it.
    AverageBand,
    /// Time constant of the average, in seconds.
    AverageSecs,
    /// What R must fall by, of risk capital.
    LeastGain,
    /// What one rebalance may cost, of risk capital.
    RebalanceBudget,
    /// What a day's may cost, of risk capital.
    DayBudget,
    /// Seconds that the oracle's price may be old.
    PriceAgeSecs,
    /// What the underlying held or owed may be worth, of risk capital.
    HedgeLimit,
    /// What is posted for the underlying that is owed, of its worth.
    CollateralRatio,
}

/// A term with its default and its bounds, in millionths.
#[derive(Clone, Copy, Debug)]
pub struct TermRule {
    /// Which.
    pub term: HedgeTerm,
    /// At the start.
    pub default: u32,
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
}

const fn rule(term: HedgeTerm, default: u32, min: u32, max: u32) -> TermRule {
    TermRule { term, default, min, max }
}

const SECOND: u32 = 1_000_000;

/// Every term in its order of storage.
///
/// Bands, shares and budgets are for about ten million dollars of capital at a volatility of 0.6. Bands may be next to nothing, so that
/// a vault that ends can have its whole hedge sold. The ramp leaves solvers five minutes to outbid each other; two minutes are some
/// hundreds of blocks. Twice what is owed is posted for it, so that spot may rise by half before a lender who counts three
/// quarters of it liquidates.
pub const TERM_RULES: [TermRule; TERM_COUNT] = [
    rule(HedgeTerm::InnerBand, 30_000, 1, 500_000),
    rule(HedgeTerm::OuterBand, 60_000, 2, 900_000),
    rule(HedgeTerm::Theta, 700_000, 0, 950_000),
    rule(HedgeTerm::Kappa, 500_000, 0, 900_000),
    rule(HedgeTerm::RampSecs, 300 * SECOND, SECOND, 3_600 * SECOND),
    rule(HedgeTerm::CheckpointSecs, 120 * SECOND, 15 * SECOND, 3_600 * SECOND),
    rule(HedgeTerm::Slippage, 5_000, 0, 50_000),
    rule(HedgeTerm::AverageBand, 30_000, 1_000, 200_000),
    rule(HedgeTerm::AverageSecs, 1_800 * SECOND, 60 * SECOND, 4_200 * SECOND),
    rule(HedgeTerm::LeastGain, 1, 0, 10_000),
    rule(HedgeTerm::RebalanceBudget, 2_000, 0, 20_000),
    rule(HedgeTerm::DayBudget, 5_000, 0, 50_000),
    rule(HedgeTerm::PriceAgeSecs, 3_600 * SECOND, 5 * SECOND, 4_200 * SECOND),
    rule(HedgeTerm::HedgeLimit, 1_000_000, 0, 4_000_000),
    rule(HedgeTerm::CollateralRatio, 2_000_000, 1_500_000, 4_000_000),
];

/// All terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HedgeTerms {
    millionths: [u32; TERM_COUNT],
}

impl Default for HedgeTerms {
    fn default() -> Self {
        Self { millionths: TERM_RULES.map(|rule| rule.default) }
    }
}

impl HedgeTerms {
    /// # Inputs: in millionths, in the order of [`TERM_RULES`]
    /// # Errors: the place of the first that is out of its bounds, or of the outer band if it is not past the inner one
    pub fn new(millionths: [u32; TERM_COUNT]) -> Result<Self, usize> {
        let is_out = |(rule, value): (&TermRule, &u32)| !(rule.min..=rule.max).contains(value);
        if let Some(place) = TERM_RULES.iter().zip(&millionths).position(is_out) {
            return Err(place);
        }
        let terms = Self { millionths };
        if terms.millionths(HedgeTerm::OuterBand) <= terms.millionths(HedgeTerm::InnerBand) {
            return Err(OUTER_BAND);
        }
        Ok(terms)
    }

    /// Those that are stored, which were checked before.
    pub const fn from_stored(millionths: [u32; TERM_COUNT]) -> Self {
        Self { millionths }
    }

    /// All of them, in the order of [`TERM_RULES`].
    pub const fn all_millionths(&self) -> [u32; TERM_COUNT] {
        self.millionths
    }

    /// One of them.
    pub fn millionths(&self, term: HedgeTerm) -> u32 {
        let mut pairs = TERM_RULES.iter().zip(self.millionths);
        pairs.find_map(|(rule, value)| (rule.term == term).then_some(value)).unwrap_or(0)
    }

    /// One of them as a number.
    /// # Rounding: down to 2^-64
    /// # Errors: none in range
    pub fn number(&self, term: HedgeTerm) -> Result<Fx, RiskError> {
        Millionths::from_raw(self.millionths(term)).number()
    }

    /// One of them in whole seconds.
    pub fn secs(&self, term: HedgeTerm) -> u64 {
        u64::from(self.millionths(term) / SECOND)
    }
}

/// The place of the outer band.
const OUTER_BAND: usize = 1;
