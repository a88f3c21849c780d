//! How spot comes to the chain, and how wide that makes the vault quote.

use equipoise_math::Fx;
use equipoise_risk::parameters::Parameters;
use equipoise_risk::spread::{BandError, Feed, SpreadTerms, MOST_PULL_AGE_SECS};
use equipoise_risk::units::Price;
use equipoise_risk::RiskError;
use serde::Serialize;

/// How spot comes to the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedKind {
    /// Written when it moves past the feed's deviation, some seconds late.
    #[default]
    Push,
    /// Brought along by whoever trades, and taken to be as old as it may be.
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
                let band = Feed::Pull.band_ceil(variance, MOST_PULL_AGE_SECS).map_err(unbanded)?;
                SpreadTerms::within(spot, band.share, parameters)
            }
        }
    }
}

const fn unbanded(error: BandError) -> RiskError {
    match error {
        BandError::Risk(error) => error,
        BandError::PulledPriceTooOld { .. } => RiskError::Math,
    }
}
