//! How spot comes to the chain, and how wide that makes the vault quote.

use equipoise_math::Fx;
use equipoise_risk::parameters::Parameters;
use equipoise_risk::spread::{Doubt, SpreadTerms, MOST_PULL_AGE_SECS};
use equipoise_risk::units::Price;
use equipoise_risk::RiskError;
use serde::Serialize;

/// What publishers say that their price may be off by: 1 bp, several times half the spread of the perpetual futures that they look at.
const PUBLISHERS_CONFIDENCE: Fx = Fx::lit("0.0001");

/// How spot comes to the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedKind {
    /// Written when it moves past the feed's deviation, some seconds late.
    Push,
    /// Brought along by whoever trades, and taken to be as old as it may be.
    #[default]
    Pull,
}

impl FeedKind {
    /// What half the spread is made of at a price of some age.
    pub fn spread_terms(
        self,
        spot: Price,
        age_secs: u64,
        variance: Fx,
        parameters: &Parameters,
    ) -> Result<SpreadTerms, RiskError> {
        match self {
            Self::Push => SpreadTerms::new(spot, age_secs, variance, parameters),
            Self::Pull => {
                let doubt = Some(Doubt::of_confidence(PUBLISHERS_CONFIDENCE));
                SpreadTerms::at((spot, doubt), MOST_PULL_AGE_SECS, variance, parameters)
            }
        }
    }
}
