//! What the solver refuses or fails at.

use alloy_primitives::Address;
use equipoise_risk::RiskError;

use crate::deploy::DeploymentError;
use crate::keep::KeepError;

/// Why a round, or the solver, failed.
#[derive(Debug, thiserror::Error)]
pub enum SolveError {
    /// The chain, a key, a record, a contract.
    #[error(transparent)]
    Chain(#[from] KeepError),
    /// Nobody hedges the markets.
    #[error("none of the markets has a hedger: {0}; deploy one and wire it (`IHedged.wireHedger`)")]
    NoHedger(String),
    /// The solver's contract is another hedger's, or another owner's.
    #[error(
        "--filler {filler}: its {what} is {found}, not {expected}; deploy a HedgeFiller for this hedger with this key"
    )]
    FillerDiffers {
        /// The contract.
        filler: Address,
        /// Of what it is another.
        what: &'static str,
        /// Which it has.
        found: Address,
        /// Which it should have.
        expected: Address,
    },
    /// A number of the chain's is out of range.
    #[error("a number of the market's is out of range: {0:?}")]
    Number(RiskError),
    /// Some markets failed in a run of `--once`.
    #[error("{failed} of {markets} markets failed: {first}")]
    Markets {
        /// Those that failed.
        failed: usize,
        /// All of them.
        markets: usize,
        /// Why the first of them failed.
        first: String,
    },
}

impl SolveError {
    /// Whether the same may work later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Chain(error) if error.is_passing())
    }
}

impl From<RiskError> for SolveError {
    fn from(error: RiskError) -> Self {
        Self::Number(error)
    }
}

impl From<DeploymentError> for SolveError {
    fn from(error: DeploymentError) -> Self {
        Self::Chain(error.into())
    }
}
