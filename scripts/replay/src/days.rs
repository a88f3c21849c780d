//! What is written down at the end of each day.

use equipoise_risk::millionths::Millionths;
use serde::Serialize;

use crate::explain::Parts;

/// What happened in a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Trades.
    pub trades: u32,
    /// Options traded, in thousandths of a contract.
    pub lots: u64,
    /// Traders who went away because the price was too high.
    pub declined: u32,
    /// Trades that a limit of the vault refused.
    pub limited: u32,
    /// Traders who found the market stopped.
    pub stopped: u32,
    /// Rebalances.
    pub hedges: u32,
    /// What they cost, tips included, in atoms.
    pub hedge_cost_atoms: i64,
    /// Tips of that, in atoms.
    pub tips_atoms: i64,
    /// Seconds in which spreads were wider since nobody had rebalanced for long.
    pub neglected_secs: u64,
    /// Seconds in which the market only reduced for that.
    pub neglected_reduce_secs: u64,
    /// Expiries settled.
    pub settled: u32,
    /// Liquidations started.
    pub liquidations: u32,
    /// Bids filled in them.
    pub bids: u32,
    /// Debt that accounts left behind, in atoms, whoever paid it.
    pub bad_debt_atoms: i64,
    /// Rules of the breakers that tripped.
    pub trips: u32,
    /// Seconds in which the market only reduced.
    pub reduce_only_secs: u64,
    /// Seconds in which it was halted.
    pub halted_secs: u64,
}

impl Counts {
    /// Both.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            trades: self.trades + other.trades,
            lots: self.lots + other.lots,
            declined: self.declined + other.declined,
            limited: self.limited + other.limited,
            stopped: self.stopped + other.stopped,
            hedges: self.hedges + other.hedges,
            hedge_cost_atoms: self.hedge_cost_atoms + other.hedge_cost_atoms,
            tips_atoms: self.tips_atoms + other.tips_atoms,
            neglected_secs: self.neglected_secs + other.neglected_secs,
            neglected_reduce_secs: self.neglected_reduce_secs + other.neglected_reduce_secs,
            settled: self.settled + other.settled,
            liquidations: self.liquidations + other.liquidations,
            bids: self.bids + other.bids,
            bad_debt_atoms: self.bad_debt_atoms + other.bad_debt_atoms,
            trips: self.trips + other.trips,
            reduce_only_secs: self.reduce_only_secs + other.reduce_only_secs,
            halted_secs: self.halted_secs + other.halted_secs,
        }
    }
}

/// One day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Day {
    /// Its midnight, in unix seconds.
    pub at: u64,
    /// The last spot.
    pub spot: f64,
    /// Implied volatility at thirty days.
    pub vol: f64,
    /// What LPs own at mid marks.
    pub nav_atoms: i64,
    /// What of it is the junior tranche's.
    pub junior_atoms: i64,
    /// The skew reserve.
    pub reserve_atoms: i64,
    /// The insurance fund.
    pub insurance_atoms: i64,
    /// Spot times the delta of options and hedge.
    pub dollar_delta: f64,
    /// Spot times the delta of the options.
    pub option_delta: f64,
    /// Spot squared times gamma.
    pub dollar_gamma: f64,
    /// For 1.00 of volatility.
    pub vega: f64,
    /// For a year.
    pub theta: f64,
    /// Units of the underlying.
    pub hedge_units: f64,
    /// What the hedge earned: its units times the moves of spot, less fills and tips in full.
    pub hedge_pnl_atoms: i64,
    /// Contracts that the vault is long.
    pub long: f64,
    /// Contracts that it is short.
    pub short: f64,
    /// Series that it holds.
    pub series: u32,
    /// 0 calm, 1 normal, 2 stressed, 3 crisis.
    pub regime: u8,
    /// What its change of value is made of.
    pub parts: Parts,
    /// What happened.
    pub counts: Counts,
}

/// Counts as they grow.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) day: Counts,
    trips: u32,
    stopped: [u64; 2],
}

impl Tally {
    /// Counts what neglect has done to the market.
    pub(crate) fn neglected(&mut self, factor: Millionths, only_reduces: bool, secs: u64) {
        self.day.neglected_secs += if factor > Millionths::ONE { secs } else { 0 };
        self.day.neglected_reduce_secs += if only_reduces { secs } else { 0 };
    }

    /// The day's counts.
    /// # Inputs: what the guard has counted since the start
    pub(crate) fn take(&mut self, trips: u32, stopped: [u64; 2]) -> Counts {
        let mut counts = std::mem::take(&mut self.day);
        counts.trips = trips - self.trips;
        counts.reduce_only_secs = stopped[0] - self.stopped[0];
        counts.halted_secs = stopped[1] - self.stopped[1];
        (self.trips, self.stopped) = (trips, stopped);
        counts
    }
}
