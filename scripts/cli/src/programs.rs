//! The programs' WASM files and their sizes.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use comfy_table::{presets::UTF8_FULL_CONDENSED, CellAlignment, Table};
use equipoise_chain::program::{prepare, MAX_CODE_SIZE};

use crate::error::CliError;

/// The programs of a market, in the order they are deployed in; the last ten are not part of every market.
pub const NAMES: [&str; 31] = [
    "oracle",
    "surface",
    "valuer",
    "pricer",
    "assessor",
    "desk",
    "mover",
    "curator",
    "watcher",
    "appraiser",
    "market",
    "liquidator",
    "backstop",
    "registrar",
    "clearing",
    "steward",
    "vault",
    "tranche",
    "wrapper",
    "underwriter",
    "parameters",
    "signed-source",
    "pool-source",
    "referee",
    "trustee",
    "broker",
    "dealer",
    "hedger",
    "filler",
    "pool-venue",
    "lender",
];

/// Where `scripts/build-programs` leaves the programs, in the repository this program was built from.
pub fn default_dir() -> PathBuf {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    repository.unwrap_or(Path::new(".")).join("target/programs")
}

/// The programs' WASM.
#[derive(Clone, Debug)]
pub struct Programs {
    files: Vec<(&'static str, Vec<u8>)>,
    /// Where compiled modules are kept between runs.
    pub cache_dir: PathBuf,
}

/// One program's sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The program.
    pub name: &'static str,
    /// Its module.
    pub wasm: usize,
    /// What goes on chain: compressed, with prefix.
    pub code: usize,
}

impl Programs {
    /// Reads every program's file.
    /// # Errors: [`CliError::ProgramFile`]
    pub fn load(dir: &Path) -> Result<Self, CliError> {
        let read = |name: &'static str| {
            let path = dir.join(format!("{name}.wasm"));
            let file = fs::read(&path);
            file.map(|wasm| (name, wasm)).map_err(|cause| CliError::ProgramFile { name, path, cause })
        };
        let files = NAMES.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { files, cache_dir: dir.join("compiled") })
    }

    /// One program's module.
    /// # Errors: [`CliError::ProgramFile`] if there is no program of that name
    pub fn wasm(&self, name: &'static str) -> Result<&[u8], CliError> {
        let found = self.files.iter().find(|(each, _)| *each == name);
        found.map(|(_, wasm)| wasm.as_slice()).ok_or_else(|| CliError::ProgramFile {
            name,
            path: PathBuf::from(format!("{name}.wasm")),
            cause: std::io::ErrorKind::NotFound.into(),
        })
    }

    /// Every program's sizes.
    /// # Errors: [`CliError::ProgramRefused`] for the first that cannot go on chain
    pub fn sizes(&self) -> Result<Vec<Size>, CliError> {
        let size = |(name, wasm): &(&'static str, Vec<u8>)| {
            let prepared = prepare(wasm).map_err(|cause| CliError::ProgramRefused { name, cause })?;
            Ok(Size { name, wasm: prepared.wasm.len(), code: prepared.deployable.len() })
        };
        self.files.iter().map(size).collect()
    }
}

/// The command `programs`: a table of sizes.
/// # Errors: [`CliError`]
pub fn show(dir: &Path) -> Result<String, CliError> {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["program", "module, bytes", "on chain, bytes", "of the limit"]);
    for size in Programs::load(dir)?.sizes()? {
        let share = 100.0 * size.code as f64 / MAX_CODE_SIZE as f64;
        table.add_row([size.name.to_owned(), size.wasm.to_string(), size.code.to_string(), format!("{share:.1} %")]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = table.to_string();
    // Writing to a string cannot fail.
    writeln!(text, "\nThe limit is {MAX_CODE_SIZE} bytes of compressed code, prefix included.").ok();
    Ok(text)
}
