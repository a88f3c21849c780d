//! The command `fit`: a chain's surface and what the fit left over.

use std::path::Path;

use equipoise_data::{fit_chain, read_chain, ChainOptions, FitOptions, FitTable};

use crate::error::CliError;

/// Fits a chain file and shows the errors per expiry.
/// # Errors: [`CliError::Data`], [`CliError::Fit`]
pub fn show(file: &Path, currency: Option<String>) -> Result<String, CliError> {
    let options = ChainOptions { currency, ..ChainOptions::default() };
    let chain = read_chain(file, &options)?;
    let fit = fit_chain(&chain, &FitOptions::default())?;
    Ok(format!(
        "{} {} at {}, spot {:.2} USD\n{}",
        chain.source,
        chain.currency,
        chain.observed_at,
        chain.spot,
        FitTable(&fit)
    ))
}
