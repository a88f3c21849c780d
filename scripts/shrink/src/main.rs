//! `equipoise-shrink IN OUT`: shrinks a program.

use std::process::ExitCode;

fn main() -> ExitCode {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = paths.as_slice() else {
        eprintln!("usage: equipoise-shrink IN.wasm OUT.wasm");
        return ExitCode::from(2);
    };
    match run(from, to) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("equipoise-shrink: {from}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(from: &str, to: &str) -> Result<(), Box<dyn std::error::Error>> {
    let wasm = std::fs::read(from)?;
    std::fs::write(to, equipoise_shrink::shrink(&wasm)?)?;
    Ok(())
}
