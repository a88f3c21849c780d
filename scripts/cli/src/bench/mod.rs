//! The bench: what the operations of the pure crates cost in ink, measured in WASM on the embedded chain.
//!
//! Ink is exact: the same programs give the same figures on every machine, so a committed baseline is compared with
//! them. Each operation runs on a stated grid of inputs; of its cost the table shows the mean, the least and
//! the most, after what the measurement itself costs is taken off. Native code runs the same inputs and must give
//! the same bits. Whole transactions on a market with many live series are measured in gas.

mod cases;
mod hedges;
mod meter;
pub mod peers;
mod stage;
mod text;
mod transactions;

use std::collections::BTreeMap;
use std::path::Path;

use equipoise_meter::{Measured, REFUSED};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

pub use cases::{cases, Case, TARGETS};
use meter::{native_ns, Meter};
pub use text::render;
pub use transactions::{Transaction, TRANSACTIONS};

use crate::error::CliError;
use crate::programs::Programs;
use peers::{peers_of, PeerGas};

/// Ink that one gas buys.
pub const INK_PER_GAS: u64 = 10_000;

/// What the bench measures.
#[derive(Clone, Debug)]
pub struct Bench {
    /// One per operation and grid.
    pub rows: Vec<Row>,
    /// Whole transactions.
    pub transactions: Vec<Transaction>,
    /// Bytes of each program on chain: compressed, with prefix. Empty where only some rows were asked for.
    pub sizes: BTreeMap<&'static str, usize>,
}

/// For machines all rows are in one list.
impl Serialize for Bench {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Either<'a> {
            Operation(&'a Row),
            Transaction(&'a Transaction),
        }
        let operations = self.rows.iter().map(Either::Operation);
        let rows: Vec<_> = operations.chain(self.transactions.iter().map(Either::Transaction)).collect();
        let mut document = serializer.serialize_struct("Bench", 2)?;
        document.serialize_field("rows", &rows)?;
        document.serialize_field("sizes", &self.sizes)?;
        document.end()
    }
}

/// The cost of one operation over a grid of inputs.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The operation, and the grid where there are several.
    pub name: &'static str,
    /// The mean over the grid, to the nearest whole.
    pub ink: u64,
    /// The same in gas.
    pub gas: f64,
    /// The cheapest input.
    pub ink_least: u64,
    /// The dearest input.
    pub ink_most: u64,
    /// What the dearest input should cost at most, where there is such a target.
    pub target_ink: Option<u64>,
    /// Inputs in the grid.
    pub inputs: usize,
    /// What the measurement costs, already taken off the figures above.
    pub overhead_ink: u64,
    /// The mean over the grid in native code of this build, in nanoseconds: differs between machines.
    pub native_ns: f64,
    /// What the grid is.
    pub grid: &'static str,
    /// What others pay for the same on the EVM.
    pub peers: Vec<PeerGas>,
}

impl Row {
    /// Whether every input costs no more than the target, where there is one.
    pub fn meets_target(&self) -> bool {
        self.target_ink.is_none_or(|most| self.ink_most <= most)
    }
}

/// Measures every operation whose name begins with `prefix`, and with an empty one also transactions and the programs'
/// sizes.
/// # Errors: [`CliError`] if a program is missing or refused, an operation refuses an input or native code gives
/// other bits
pub fn run(dir: &Path, prefix: &str) -> Result<Bench, CliError> {
    let chosen: Vec<Case> = cases().into_iter().filter(|case| case.name.starts_with(prefix)).collect();
    if chosen.is_empty() {
        return Err(CliError::NoSuchRow { prefix: prefix.to_owned() });
    }
    let (mut sizes, mut gas) = (BTreeMap::new(), Vec::new());
    if prefix.is_empty() {
        gas = transactions::transactions(dir)?;
        sizes.extend(Programs::load(dir)?.sizes()?.into_iter().map(|size| (size.name, size.code)));
    }
    let mut meter = Meter::deploy(dir, &chosen)?;
    let rows = chosen.iter().map(|case| row(&mut meter, case)).collect::<Result<_, _>>()?;
    Ok(Bench { rows, transactions: gas, sizes })
}

fn row(meter: &mut Meter, case: &Case) -> Result<Row, CliError> {
    let (overhead_ink, measured) = meter.run(case)?;
    compare(case, &measured)?;
    let costs = || measured.iter().map(|one| one.cost.saturating_sub(overhead_ink));
    let count = measured.len().max(1) as u64;
    let ink = (costs().sum::<u64>() + count / 2) / count;
    Ok(Row {
        name: case.name,
        ink,
        gas: ink as f64 / INK_PER_GAS as f64,
        ink_least: costs().min().unwrap_or_default(),
        ink_most: costs().max().unwrap_or_default(),
        target_ink: TARGETS.iter().find(|(name, _)| *name == case.name).map(|(_, most)| *most),
        inputs: measured.len(),
        overhead_ink,
        native_ns: native_ns(case.operation, &case.inputs),
        grid: case.grid,
        peers: peers_of(case.name),
    })
}

/// Every input must have been answered, and with the bits that native code gives.
fn compare(case: &Case, measured: &[Measured]) -> Result<(), CliError> {
    let native = equipoise_meter::run(case.operation, &case.inputs, || 0);
    let inputs = case.inputs.chunks_exact(case.operation.arity());
    for ((native, wasm), input) in native.iter().zip(measured).zip(inputs) {
        let about = || (case.name, format!("{input:?}"));
        if native.results != wasm.results {
            let (row, input) = about();
            return Err(CliError::OtherBits { row, input });
        }
        if native.results.first() == Some(&REFUSED) {
            let (row, input) = about();
            return Err(CliError::InputRefused { row, input });
        }
    }
    Ok(())
}
