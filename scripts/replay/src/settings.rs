//! What a run is made with.

use equipoise_risk::parameters::{Parameter, Parameters, RULES};
use serde::Serialize;

use crate::path::Candle;
use crate::surface::{Realised, Source};

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
    /// To nothing whenever it leaves the outer band.
    Band,
}

/// One run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Variant {
    /// What is switched off.
    pub without: Option<Without>,
    /// The hedge.
    pub hedge: Hedge,
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
}

impl Variant {
    /// In a few words.
    pub const fn name(&self) -> &'static str {
        match (self.without, self.hedge) {
            (None, Hedge::Band) => "default",
            (None, Hedge::None) => "no hedge",
            (Some(Without::Skew), Hedge::Band) => "no skew",
            (Some(Without::Skew), Hedge::None) => "no skew, no hedge",
            (Some(Without::Rebates), Hedge::Band) => "no rebates",
            (Some(Without::Rebates), Hedge::None) => "no rebates, no hedge",
            (Some(Without::Spreads), Hedge::Band) => "no spread",
            (Some(Without::Spreads), Hedge::None) => "no spread, no hedge",
        }
    }

    /// The protocol's defaults but for what is switched off, which no vote could set.
    pub fn parameters(&self) -> Parameters {
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
        Parameters::from_stored(RULES.map(|rule| {
            let switched = off.iter().find(|(parameter, _)| *parameter == rule.parameter);
            switched.map_or(rule.default, |(_, value)| *value)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_switched_off_differs_from_the_defaults() {
        let changed = |without| {
            let parameters = Variant { without, hedge: Hedge::Band }.parameters();
            let pairs = parameters.all_millionths().into_iter().zip(Parameters::default().all_millionths());
            pairs.filter(|(own, default)| own != default).count()
        };
        assert_eq!(changed(None), 0);
        assert_eq!(changed(Some(Without::Skew)), 3);
        assert_eq!(changed(Some(Without::Rebates)), 1);
        assert_eq!(changed(Some(Without::Spreads)), 4);
    }
}
