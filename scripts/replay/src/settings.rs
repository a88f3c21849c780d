//! What a run is made with.

use equipoise_risk::parameters::{Parameter, ParameterError, Parameters, RULES};
use equipoise_risk::rebalance::{HedgeTerms, TERM_RULES};
use equipoise_simulate::FeedKind;
use serde::Serialize;

use crate::inside::Inside;
use crate::path::Candle;
use crate::surface::{Realised, Source};
use crate::ReplayError;

/// A mechanism that a run does without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Without {
    /// No charge for the risk that a trade adds, and so no rebates.
    Skew,
    /// No rebate for the risk that a trade takes away.
    Rebates,
    /// No half spread: neither on volatility, nor the floor, nor for the lag of the feed.
    Spreads,
}

/// How the vault is hedged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hedge {
    /// Not at all.
    None,
    /// By solvers, under the rules of the chain.
    Solvers,
}

/// One run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Variant {
    /// What is switched off.
    pub without: Option<Without>,
    /// The hedge.
    pub hedge: Hedge,
    /// Whether spreads learn, as far as votes may let them.
    pub learns: bool,
}

/// What all runs of a replay share.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The period.
    pub candles: Vec<Candle>,
    /// Where surfaces come from.
    pub source: Source,
    /// What is known of volatility when the period starts.
    pub realised: Realised,
    /// The LPs' capital, in quote units.
    pub capital: f64,
    /// Seed of the flow.
    pub seed: u64,
    /// The numbers that votes may move.
    pub rules: Numbers,
    /// How spot comes to the chain.
    pub feed: FeedKind,
    /// Who hedges.
    pub solvers: Solvers,
    /// The vault's quotes against those of the chains, if there are any.
    pub inside: Option<Inside>,
}

/// Who hedges the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Solvers {
    /// How many there are.
    pub count: u8,
    /// From when on there is none, in unix seconds.
    pub die_at: Option<u64>,
}

impl Default for Solvers {
    fn default() -> Self {
        Self { count: 2, die_at: None }
    }
}

impl Solvers {
    /// How many there are at some time.
    pub fn alive(&self, now: u64) -> usize {
        if self.die_at.is_some_and(|at| now >= at) {
            0
        } else {
            usize::from(self.count)
        }
    }
}

/// The numbers that votes may move, within their bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Of quotes and limits.
    pub parameters: Parameters,
    /// Of rebalances.
    pub terms: HedgeTerms,
}

/// Numbers are stored as so many parts.
const MILLION: f64 = 1e6;

impl Numbers {
    /// The defaults with some numbers set, each a name of [`Parameter`] or of a hedge term and its value as a number: a ratio, a
    /// count of days, hours or seconds.
    /// # Errors: [`ReplayError::Setting`]
    pub fn with(settings: &[(String, f64)]) -> Result<Self, ReplayError> {
        let mut parameters = Parameters::default().all_millionths();
        let mut terms = HedgeTerms::default().all_millionths();
        for (name, number) in settings {
            let own = RULES.iter().position(|rule| format!("{:?}", rule.parameter) == *name);
            let hedging = TERM_RULES.iter().position(|rule| format!("{:?}", rule.term) == *name);
            let slot = own.map(|place| &mut parameters[place]).or(hedging.map(|place| &mut terms[place]));
            let Some(slot) = slot else { return Err(ReplayError::unknown_setting(name)) };
            *slot = (number * MILLION).round().clamp(0.0, f64::from(u32::MAX)) as u32;
        }
        let refused = |place: usize, name: String, [min, max]: [u32; 2], value: u32| ReplayError::Setting {
            name,
            problem: format!(
                "{} is not within {} to {} or contradicts the number at place {place}",
                f64::from(value) / MILLION,
                f64::from(min) / MILLION,
                f64::from(max) / MILLION,
            ),
        };
        let terms = HedgeTerms::new(terms).map_err(|place| {
            let rule = TERM_RULES[place];
            refused(place, format!("{:?}", rule.term), [rule.min, rule.max], terms[place])
        })?;
        let parameters = Parameters::new(parameters).map_err(|error| {
            let place = match error {
                ParameterError::OutOfBounds(place) => place,
                ParameterError::FloorAboveLambda => place_of(Parameter::LambdaFloor),
                ParameterError::VegaHorizonBelowDelta => place_of(Parameter::VegaHorizonDays),
            };
            let rule = RULES[place];
            refused(place, format!("{:?}", rule.parameter), [rule.min, rule.max], parameters[place])
        })?;
        Ok(Self { parameters, terms })
    }

    /// Those that are not the defaults, by name.
    pub fn changed(&self) -> Vec<(String, f64)> {
        let number = |millionths: u32| f64::from(millionths) / MILLION;
        let own = RULES.iter().zip(self.parameters.all_millionths());
        let own = own.filter(|(rule, value)| rule.default != *value);
        let hedging = TERM_RULES.iter().zip(self.terms.all_millionths());
        let hedging = hedging.filter(|(rule, value)| rule.default != *value);
        let own = own.map(|(rule, value)| (format!("{:?}", rule.parameter), number(value)));
        own.chain(hedging.map(|(rule, value)| (format!("{:?}", rule.term), number(value)))).collect()
    }
}

fn place_of(parameter: Parameter) -> usize {
    RULES.iter().position(|rule| rule.parameter == parameter).unwrap_or_default()
}

impl Variant {
    /// In a few words.
    pub const fn name(&self) -> &'static str {
        if self.learns {
            return match self.hedge {
                Hedge::Solvers => "learning on",
                Hedge::None => "learning on, no hedge",
            };
        }
        match (self.without, self.hedge) {
            (None, Hedge::Solvers) => "default",
            (None, Hedge::None) => "no hedge",
            (Some(Without::Skew), Hedge::Solvers) => "no skew",
            (Some(Without::Skew), Hedge::None) => "no skew, no hedge",
            (Some(Without::Rebates), Hedge::Solvers) => "no rebates",
            (Some(Without::Rebates), Hedge::None) => "no rebates, no hedge",
            (Some(Without::Spreads), Hedge::Solvers) => "no spread",
            (Some(Without::Spreads), Hedge::None) => "no spread, no hedge",
        }
    }

    /// How spot comes to the chain: without spreads by a feed that is never off, as no pulled price is.
    pub fn feed(&self, base: FeedKind) -> FeedKind {
        if self.without == Some(Without::Spreads) {
            FeedKind::Push
        } else {
            base
        }
    }

    /// The parameters but for what is switched off, which no vote could set.
    pub fn parameters(&self, base: &Parameters) -> Parameters {
        let off: &[(Parameter, u32)] = match self.without {
            None => &[],
            // A millionth, for rebates are a share of it.
            Some(Without::Skew) => &[(Parameter::Lambda, 1), (Parameter::LambdaFloor, 0), (Parameter::JumpLambda, 0)],
            Some(Without::Rebates) => &[(Parameter::LambdaFloor, 0)],
            Some(Without::Spreads) => &[
                (Parameter::VolHalfSpread, 0),
                (Parameter::SpreadFloor, 0),
                (Parameter::Deviation, 0),
                (Parameter::FeedLatencySecs, 0),
            ],
        };
        let mut numbers = base.all_millionths();
        for (number, rule) in numbers.iter_mut().zip(RULES) {
            let switched = off.iter().find(|(parameter, _)| *parameter == rule.parameter);
            *number = switched.map_or(*number, |(_, value)| *value);
        }
        Parameters::from_stored(numbers)
    }
}

#[cfg(test)]
mod tests {
    use equipoise_risk::rebalance::HedgeTerm;

    use super::*;

    #[test]
    fn only_what_is_switched_off_differs_from_the_defaults() {
        let changed = |without| {
            let parameters =
                Variant { without, hedge: Hedge::Solvers, learns: false }.parameters(&Parameters::default());
            let pairs = parameters.all_millionths().into_iter().zip(Parameters::default().all_millionths());
            pairs.filter(|(own, default)| own != default).count()
        };
        assert_eq!(changed(None), 0);
        assert_eq!(changed(Some(Without::Skew)), 3);
        assert_eq!(changed(Some(Without::Rebates)), 1);
        assert_eq!(changed(Some(Without::Spreads)), 4);
    }

    #[test]
    fn numbers_are_set_by_name_and_within_their_bounds() {
        let set = |name: &str, number: f64| Numbers::with(&[(name.to_owned(), number)]);
        let changed = set("OuterBand", 0.04).unwrap().changed();
        assert_eq!(changed, [("OuterBand".to_owned(), 0.04)]);
        assert_eq!(set("RampSecs", 60.0).unwrap().terms.secs(HedgeTerm::RampSecs), 60);
        assert_eq!(set("Fee", 0.0002).unwrap().parameters.millionths(Parameter::Fee), 200);
        assert_eq!(Numbers::with(&[]).unwrap(), Numbers::default());
        for (name, number) in [("OuterBand", 0.02), ("Fee", 0.1), ("LambdaFloor", 30.0), ("Nonsense", 1.0)] {
            let refused = set(name, number).unwrap_err().to_string();
            assert!(refused.contains(name), "{refused}");
        }
    }

    #[test]
    fn solvers_are_alive_until_they_die() {
        let solvers = Solvers { count: 2, die_at: Some(100) };
        assert_eq!([99, 100].map(|now| solvers.alive(now)), [2, 0]);
        assert_eq!(Solvers { count: 1, die_at: None }.alive(u64::MAX), 1);
    }
}
