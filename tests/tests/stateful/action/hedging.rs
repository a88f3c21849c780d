//! What can be done about the hedge, as plain data.

use serde::{Deserialize, Serialize};

use super::Who;

/// A fill of a rebalance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillOf {
    pub size: FillSize,
    /// By how much the vault pays more than spot, or gets less, in millionths of it.
    pub worse_millionths: i32,
    pub place: Where,
}

/// Where a fill is asked for, and whose cap is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Where {
    /// The solver delivers.
    Solver,
    Pool,
    /// Who lends, and fills nothing.
    Lender,
    /// Where there is no venue.
    Nowhere,
}

/// How much of the underlying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FillSize {
    /// Hundredths of what would leave nothing to hedge.
    Hundredths(i16),
    /// Thousandths of a unit.
    Milli(i32),
    /// All that is held is sold, or all that is owed bought.
    All,
}

/// What a solver does when he is to deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delivery {
    Honest,
    /// So many atoms too few.
    Short(u32),
    /// So many atoms too many.
    Beyond(u32),
    /// He first tries one of the doors of the programs.
    Enter(u8),
}

/// What is wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flaw {
    None,
    Late,
    WrongEpoch,
    WrongWords,
    /// It compares with the younger checkpoint, however young.
    YoungWords,
    YoungPrice,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HedgeAction {
    Checkpoint {
        by: Who,
    },
    /// Has the solver rebalance for a tip of so many atoms at most.
    Rebalance {
        by: Who,
        fills: Vec<FillOf>,
        most_tip: u64,
        delivery: Delivery,
        flaw: Flaw,
    },
    /// An actor signs as solver, and another sends it: he is no contract, so nobody delivers but the pool.
    SignRebalance {
        by: Who,
        solver: Who,
        fills: Vec<FillOf>,
        is_forged: bool,
    },
    /// An actor trades hundredths of what the vault holds most of in a board, so many series, back to it.
    HedgeOptions {
        by: Who,
        board: u8,
        series: u8,
        hundredths: i16,
        most_tip: u64,
    },
    Tend {
        by: Who,
    },
    /// By the owner, who is the guardian, or by somebody else.
    CloseVenue {
        by: Option<Who>,
        place: Where,
    },
    OpenVenue {
        by: Option<Who>,
        place: Where,
        dollars: u32,
    },
    /// A few of the defaults changed; with bands so narrow that there is nearly always something to hedge.
    SetHedgeTerms {
        seed: u32,
        count: u8,
        is_narrow: bool,
    },
    /// The solver sends the hedger what nobody has asked him for.
    GiveCoins {
        atoms: u32,
    },
}

/// Every action by name.
pub const NAMES: [&str; 9] = [
    "Checkpoint",
    "Rebalance",
    "SignRebalance",
    "HedgeOptions",
    "Tend",
    "CloseVenue",
    "OpenVenue",
    "SetHedgeTerms",
    "GiveCoins",
];
