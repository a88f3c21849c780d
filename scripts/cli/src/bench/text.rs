//! The bench as tables for people.

use std::fmt::Write;

use super::peers::{PROJECTS, WORKS};
use super::{Bench, Row, Transaction};
use crate::report::{grouped, table};

/// The rows, the comparison with the EVM, the sizes.
pub fn render(bench: &Bench) -> String {
    let mut text = String::new();
    let overheads = || bench.rows.iter().map(|row| row.overhead_ink);
    let overhead = [overheads().min(), overheads().max()].map(|ink| grouped(ink.unwrap_or_default().into()));
    let header = ["operation", "ink", "least", "most", "target", "gas", "native ns", "inputs"];
    // Writing to a string cannot fail.
    writeln!(text, "Ink in WASM on the embedded chain, the mean over the inputs; 10,000 ink are one gas").ok();
    writeln!(text, "{}", table(&header, bench.rows.iter().map(cells))).ok();
    writeln!(text, "Measuring itself costs {} ink, which is taken off.", overhead.join(" to ")).ok();
    for row in &bench.rows {
        writeln!(text, "  {:<22} {}", row.name, row.grid).ok();
    }
    for row in bench.rows.iter().filter(|row| !row.meets_target()) {
        writeln!(text, "{} does not meet its target yet.", row.name).ok();
    }
    if !bench.transactions.is_empty() {
        let header = ["transaction", "gas", "uncached", "target", "what"];
        writeln!(text, "\nWhole transactions: total gas, with every program cached and with none").ok();
        writeln!(text, "{}", table(&header, bench.transactions.iter().map(transaction))).ok();
    }
    let works: Vec<Vec<String>> = WORKS.iter().filter_map(|work| comparison(bench, work)).collect();
    if !works.is_empty() {
        let header: Vec<&str> = ["gas", "here"].into_iter().chain(PROJECTS).collect();
        writeln!(text, "\nBeside others on the EVM").ok();
        writeln!(text, "{}", table(&header, works)).ok();
        writeln!(text, "Theirs: execution only, mean over 90 points like those of black76_all, measured elsewhere.")
            .ok();
    }
    if !bench.sizes.is_empty() {
        let rows = bench.sizes.iter().map(|(name, bytes)| vec![(*name).to_owned(), grouped(*bytes as i128)]);
        writeln!(text, "\n{}", table(&["program", "on chain, bytes"], rows)).ok();
    }
    text
}

fn cells(row: &Row) -> Vec<String> {
    let ink = [row.ink, row.ink_least, row.ink_most].map(|ink| grouped(ink.into()));
    let mut cells = vec![row.name.to_owned()];
    cells.extend(ink);
    cells.push(row.target_ink.map_or_else(String::new, |most| grouped(most.into())));
    cells.extend([format!("{:.2}", row.gas), format!("{:.0}", row.native_ns), row.inputs.to_string()]);
    cells
}

fn transaction(row: &Transaction) -> Vec<String> {
    let gas = [row.gas, row.gas_uncached, row.target_gas].map(|gas| grouped(gas.into()));
    let [cached, uncached, target] = gas;
    let target = if row.meets_target() { target } else { format!("{target}, not met yet") };
    vec![row.name.to_owned(), cached, uncached, target, row.what.to_owned()]
}

fn comparison(bench: &Bench, work: &super::peers::Work) -> Option<Vec<String>> {
    let ours = bench.rows.iter().find(|row| row.name == work.row)?;
    let theirs = work.gas.into_iter().map(|gas| gas.map_or_else(|| "-".to_owned(), |gas| grouped(gas.into())));
    Some([work.what.to_owned(), format!("{:.1}", ours.gas)].into_iter().chain(theirs).collect())
}
