//! Why a replay cannot run.

use equipoise_data::{DataError, FitError, Timestamp};
use equipoise_simulate::Refusal;
use thiserror::Error;

/// Why a replay cannot run.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// A file is refused.
    #[error(transparent)]
    Data(Box<DataError>),
    /// A chain cannot be fitted.
    #[error(transparent)]
    Fit(Box<FitError>),
    /// A folder cannot be read.
    #[error("--chains {path}: cannot be read ({cause}); name a folder of option chains, or one file")]
    Folder {
        /// As given.
        path: std::path::PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// The period holds too few prices.
    #[error(
        "{file}: holds {found} prices from {from} to {until}, a day of them is needed; \
         choose another --from and --to, or a longer file"
    )]
    TooFewPrices {
        /// The price file.
        file: String,
        /// Prices in the period.
        found: usize,
        /// Start of the period.
        from: Timestamp,
        /// End of the period.
        until: Timestamp,
    },
    /// The market refuses what must always be possible.
    #[error("{at}: {doing}: {refusal}; check the prices around that time and --capital")]
    Market {
        /// When.
        at: Timestamp,
        /// What was done.
        doing: &'static str,
        /// Why not.
        refusal: Refusal,
    },
    /// A number cannot be set so.
    #[error("--set {name}: {problem}")]
    Setting {
        /// Its name.
        name: String,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// A chart cannot be drawn.
    #[error("the chart `{chart}` cannot be drawn: {cause}")]
    Chart {
        /// Which.
        chart: &'static str,
        /// What the plotter said.
        cause: String,
    },
    /// A run ended without a result.
    #[error("the run `{0}` ended without a result; run it alone to see why")]
    Lost(&'static str),
}

impl ReplayError {
    /// No number has this name.
    pub(crate) fn unknown_setting(name: &str) -> Self {
        let parameters = equipoise_risk::parameters::RULES.iter().map(|rule| format!("{:?}", rule.parameter));
        let terms = equipoise_risk::rebalance::TERM_RULES.iter().map(|rule| format!("{:?}", rule.term));
        let names: Vec<String> = parameters.chain(terms).collect();
        Self::Setting {
            name: name.to_owned(),
            problem: format!("no number has this name; there are {}", names.join(", ")),
        }
    }
}

impl From<DataError> for ReplayError {
    fn from(error: DataError) -> Self {
        Self::Data(Box::new(error))
    }
}

impl From<FitError> for ReplayError {
    fn from(error: FitError) -> Self {
        Self::Fit(Box::new(error))
    }
}
