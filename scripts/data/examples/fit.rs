//! Fits option-chain files and prints what each fit left over:
//! `cargo run -p equipoise-data --example fit -- FILE...`

use std::path::Path;
use std::process::ExitCode;

use equipoise_data::{fit_chain, read_chain, ChainOptions, FitOptions, FitTable};

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

fn report(file: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let chain = read_chain(file, &ChainOptions::default())?;
    let fit = fit_chain(&chain, &FitOptions::default())?;
    let name = file.display();
    Ok(format!(
        "{name}: {} at {}\n{}",
        chain.currency,
        chain.observed_at,
        FitTable(&fit)
    ))
}
