//! Why there is nothing to do.

use equipoise_risk::rebalance::Refused;
use equipoise_risk::units::Money;
use equipoise_risk::RiskError;

/// Why there is nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Nothing {
    /// The vault does not pay for being hedged.
    #[error("the window is closed: {:.0} of delta to hedge, {:.2} % of capital", float(*delta), 100.0 * float(*delta) / float(*capital))]
    WindowClosed {
        /// D*.
        delta: Money,
        /// C.
        capital: Money,
    },
    /// No venue offers anything at a price within the band.
    #[error("no venue offers anything between {least:.4} and {most:.4}")]
    NoOffer {
        /// What a sale must bring.
        least: f64,
        /// What a buy may cost.
        most: f64,
    },
    /// Whatever is done costs more than it takes away of R, or is against the rule.
    #[error("no rebalance within the rule is worth what it costs")]
    NotWorthIt,
    /// The rule refuses the best plan.
    #[error("refused: {0:?}")]
    Refused(Refused),
    /// It pays the solver too little.
    #[error("it would earn {expected:.6}, and {least:.6} are wanted")]
    ProfitTooSmall {
        /// The tip less the gas.
        expected: f64,
        /// What is wanted.
        least: f64,
    },
    /// The optimiser has not come to an end.
    #[error("the optimiser gives up")]
    Unsolved,
    /// A number could not be computed.
    #[error("a number is out of range: {0:?}")]
    Number(RiskError),
}

impl From<RiskError> for Nothing {
    fn from(error: RiskError) -> Self {
        Self::Number(error)
    }
}

impl From<Refused> for Nothing {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

fn float(money: Money) -> f64 {
    money.fx().to_num()
}
