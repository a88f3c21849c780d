//! What the same work costs others on the EVM.
//!
//! Gas of the execution alone, warm and inlined, compiled with each project's own settings; the mean over 90
//! points: spot 3000, strikes 2000 to 4500, 7 to 180 days, vol 0.4 to 1.2. Measured from these versions of their
//! sources, outside of this repository: no command here measures them again.

use serde::Serialize;

/// The projects, with the version or the commit that was measured.
pub const PROJECTS: [&str; 5] =
    ["DeFiMath 4.1", "Derive v2-core 7736900", "Lyra Avalon 70b0c05", "Rysk 521ffa3", "Premia v3 fe3b821"];

/// A piece of work and its gas in each of [`PROJECTS`], none where it does not do that work.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// The row of the bench that does at least the same.
    pub row: &'static str,
    /// What is computed.
    pub what: &'static str,
    /// Gas by project.
    pub gas: [Option<u64>; 5],
}

const fn work(row: &'static str, what: &'static str, gas: [u64; 5]) -> Work {
    const fn some(gas: u64) -> Option<u64> {
        if gas == 0 {
            None
        } else {
            Some(gas)
        }
    }
    let [defimath, derive, lyra, rysk, premia] = gas;
    Work { row, what, gas: [some(defimath), some(derive), some(lyra), some(rysk), some(premia)] }
}

/// Every comparison. A single evaluation of ours gives both prices and all the Greeks, so it stands beside each of
/// their partial ones.
pub const WORKS: [Work; 8] = [
    work("black76_all", "call and put", [5_191, 4_993, 31_186, 74_969, 197_291]),
    work("black76_all", "price and delta", [4_282, 4_944, 51_936, 37_483, 150_098]),
    work("black76_all", "delta, gamma, vega, theta", [7_678, 0, 0, 0, 0]),
    work("implied_vol", "implied vol", [13_668, 0, 0, 0, 0]),
    work("exp", "exp", [289, 442, 427, 2_546, 2_617]),
    work("ln", "ln", [390, 675, 642, 5_771, 6_001]),
    work("sqrt", "sqrt", [167, 886, 866, 832, 842]),
    work("normal_cdf", "normal cdf", [618, 1_086, 6_663, 11_960, 40_168]),
];

/// What a work that stands for a row costs one project.
#[derive(Clone, Debug, Serialize)]
pub struct PeerGas {
    /// The project and its version.
    pub project: &'static str,
    /// What is computed.
    pub what: &'static str,
    /// What it costs there.
    pub gas: u64,
}

/// Every figure that stands beside a row.
pub fn peers_of(row: &str) -> Vec<PeerGas> {
    let works = WORKS.iter().filter(|work| work.row == row);
    let each = |work: &Work| {
        let what = work.what;
        let pairs = PROJECTS.into_iter().zip(work.gas);
        pairs.filter_map(move |(project, gas)| gas.map(|gas| PeerGas { project, what, gas }))
    };
    works.flat_map(each).collect()
}
