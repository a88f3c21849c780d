//! Where quotes come from: a file that somebody keeps fresh, or a command that lists them.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use equipoise_data::{fit_chain, parse_chains, read_chain, Chain, ChainOptions, FitOptions, Snapshot, Surface};
use tokio::process::Command;
use tokio::time::timeout;

use super::error::KeepError;

/// How long the command may take.
const COMMAND_SECS: u64 = 60;

/// A source of quotes.
#[derive(Clone, Debug)]
pub struct Quotes {
    /// A file, read anew each time.
    pub file: Option<PathBuf>,
    /// A command of the shell, whose output is such a file.
    pub command: Option<String>,
    /// The currency to take, if there are several.
    pub currency: Option<String>,
}

impl Quotes {
    /// Whether there is one.
    pub const fn is_named(&self) -> bool {
        self.file.is_some() || self.command.is_some()
    }

    /// Reads the newest quotes and fits a surface without arbitrage to them.
    /// # Errors: [`KeepError::Quotes`], [`KeepError::QuotesCommand`], [`KeepError::Fit`]
    pub fn surface(&self) -> Result<Surface, KeepError> {
        let options = ChainOptions { currency: self.currency.clone(), snapshot: Snapshot::Last };
        let chain = match (&self.file, &self.command) {
            (Some(file), _) => read_chain(file, &options)?,
            (None, command) => of_command(command.as_deref().unwrap_or_default(), &options)?,
        };
        // An expiry with too few strikes matters only if the market has it listed, and then it is missed below.
        Ok(fit_chain(&chain, &FitOptions { skip_thin: true, ..FitOptions::default() })?.surface)
    }
}

fn of_command(command: &str, options: &ChainOptions) -> Result<Chain, KeepError> {
    let fault = |problem: String| KeepError::QuotesCommand(format!("`{command}` {problem}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let output = runtime.block_on(async {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).stdin(Stdio::null()).kill_on_drop(true);
        timeout(Duration::from_secs(COMMAND_SECS), shell.output()).await
    });
    let output = output.map_err(|_| fault(format!("takes more than {COMMAND_SECS} s")))??;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(fault(format!("ends with {}: {}", output.status, said.trim())));
    }
    let chains = parse_chains(output.stdout.as_slice(), "--quotes-command", options)?;
    chains.into_iter().next_back().ok_or_else(|| fault("lists nothing".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(command: &str) -> Result<Surface, KeepError> {
        Quotes { file: None, command: Some(command.to_owned()), currency: None }.surface()
    }

    #[test]
    fn what_a_command_lists_is_fitted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chain.csv");
        let chain = equipoise_data::generate_chain(&<_>::default());
        equipoise_data::write_chain(&chain, std::fs::File::create(&path).unwrap()).unwrap();
        let surface = of(&format!("cat {}", path.display())).unwrap();
        assert_eq!((surface.observed_at, surface.slices.len()), (chain.observed_at, chain.expiries.len()));
    }

    #[test]
    fn a_command_that_fails_is_told_with_what_it_said() {
        let error = of("echo no quotes today >&2; exit 3").unwrap_err().to_string();
        assert!(error.contains("no quotes today") && error.contains('3'), "{error}");
    }
}
