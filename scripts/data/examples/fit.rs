//! Fits every snapshot of option-chain files and prints what each fit left over:
//! `cargo run -p equipoise-data --example fit -- FILE...`

use std::path::Path;
use std::process::ExitCode;

use equipoise_data::{fit_chain, read_chains, ChainOptions, DataError, FitOptions, FitTable};

fn main() -> ExitCode {
    let mut failed = false;
    for file in std::env::args().skip(1) {
        match report(Path::new(&file)) {
            Ok(text) => println!("{text}"),
            Err(error) => {
                eprintln!("{error}");
                failed = true;
            }
        }
    }
    ExitCode::from(u8::from(failed))
}

/// Reports every snapshot of the file; one that cannot be fitted does not stop the others.
fn report(file: &Path) -> Result<String, DataError> {
    let chains = read_chains(file, &ChainOptions::default())?;
    let tables = chains.iter().map(|chain| match fit_chain(chain, &FitOptions::default()) {
        Ok(fit) => {
            let (currency, time) = (&chain.currency, chain.observed_at);
            format!("{}: {currency} at {time}\n{}", file.display(), FitTable(&fit))
        }
        Err(error) => error.to_string(),
    });
    Ok(tables.collect::<Vec<_>>().join("\n"))
}
