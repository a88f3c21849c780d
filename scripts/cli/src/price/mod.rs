//! The command `price`: options priced row by row, to the last bit.
//!
//! Every number goes through the functions that the programs are made of, so a row's answer is what the chain computes from
//! the same numbers. Decimals are converted to Q64.64 (64 bits before and 64 after the binary point) to the nearest,
//! ties to even; a column that ends in `_raw` gives the integer number of 2^-64 itself. Each result is written
//! twice: as that integer, and as the exact decimal expansion of it.
//!
//! Rows stream: one is read, answered and written before the next, in constant memory.

mod cells;
mod compute;
mod delimited;
mod error;
mod lines;
mod number;

use std::io::{BufRead, Write};

use clap::ValueEnum;

use crate::error::CliError;

/// The form of the rows, read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Comma-separated, with a header line
    Csv,
    /// One JSON object a line
    Jsonl,
}

/// How many rows there were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows read.
    pub rows: u64,
    /// Rows that could not be answered.
    pub refused: u64,
    /// Columns or keys that mean nothing here, in the order they were met.
    pub ignored: Vec<String>,
}

impl Tally {
    fn ignore(&mut self, name: &str) {
        if !self.ignored.iter().any(|known| known == name) && self.ignored.len() < IGNORED_MAX {
            self.ignored.push(name.to_owned());
        }
    }
}

/// Names beyond this many are not told: memory stays constant.
const IGNORED_MAX: usize = 20;

/// Answers every row of `input` on `output`, in the form that was asked for or that its first character shows.
/// # Returns: how many rows there were, and how many were refused
/// # Errors: [`CliError::PriceInput`] if the input as a whole makes no sense, [`CliError::System`]
pub fn run(mut input: impl BufRead, mut output: impl Write, format: Option<Format>) -> Result<Tally, CliError> {
    let format = match format {
        Some(format) => format,
        None => detect(&mut input)?,
    };
    let tally = match format {
        Format::Csv => delimited::run(input, &mut output)?,
        Format::Jsonl => lines::run(input, &mut output)?,
    };
    output.flush()?;
    Ok(tally)
}

/// JSON begins with a brace.
fn detect(input: &mut impl BufRead) -> Result<Format, CliError> {
    let first = input.fill_buf()?.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None => Err(CliError::PriceInput(
            "the standard input is empty: give it CSV with a header line, or JSON lines".into(),
        )),
        Some(b'{') => Ok(Format::Jsonl),
        Some(_) => Ok(Format::Csv),
    }
}

#[cfg(test)]
mod tests;
