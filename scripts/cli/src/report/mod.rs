//! What a demo leaves: figures for machines, tables for people. No wall-clock time is in it: the same seed and data
//! give the same report, bit for bit.

mod file;
mod text;

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::world::GasUse;

pub use file::ReportFile;
pub use text::{grouped, render, table};

/// What the numbers of the file count.
const UNITS: &str =
    "money in atoms of the stablecoin (1e-6), integers above 2^53 as decimal strings; sizes in contracts; \
     prices in USD per coin; vols in vol points; gas in gas units; sizes of programs in bytes on chain";
/// The largest integer that every reader of JSON holds exactly.
const LARGEST_EXACT: i128 = 1 << 53;

/// An amount of atoms: a number in JSON up to 2^53, a decimal string beyond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Atoms(pub i128);

impl Serialize for Atoms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(self.0) {
            Ok(number) if self.0.abs() <= LARGEST_EXACT => serializer.serialize_i64(number),
            _ => serializer.serialize_str(&self.0.to_string()),
        }
    }
}

/// The data a demo ran on.
#[derive(Clone, Debug, Serialize)]
pub struct InputSummary {
    /// Source of the chain.
    pub chain: String,
    /// Source of the prices.
    pub prices: String,
    /// Underlying.
    pub currency: String,
    /// When the chain stood.
    pub observed_at: String,
    /// First moment of trading.
    pub start: String,
    /// Last moment of trading.
    pub end: String,
    /// Whether the smile was taken to another time.
    pub rebased: bool,
    /// Spot at the start and at the end.
    pub spot: [f64; 2],
    /// What the reader must know to judge the figures.
    pub notes: Vec<String>,
}

/// The fit of one expiry.
#[derive(Clone, Debug, Serialize)]
pub struct FitSummary {
    /// Expiry.
    pub expiry: String,
    /// Vol at the money.
    pub at_the_money: f64,
    /// Root mean square error.
    pub rms: f64,
    /// Share of two-sided strikes between bid and ask.
    pub inside: f64,
}

/// An order that had to be refused.
#[derive(Clone, Debug, Serialize)]
pub struct Refusal {
    /// What was wrong with it.
    pub order: String,
    /// The typed error it was refused with; none if it was not refused, or changed anything.
    pub error: Option<String>,
}

/// A board's life.
#[derive(Clone, Debug, Serialize)]
pub struct BoardSummary {
    /// Its id.
    pub board: u16,
    /// Expiry.
    pub expiry: String,
    /// Lowest and highest strike.
    pub strikes: [f64; 2],
    /// How many strikes.
    pub count: usize,
    /// Settlement price, if it was settled.
    pub settlement_price: Option<f64>,
    /// What settlement moved to the vault (positive) or from it.
    pub vault_payoff: Option<Atoms>,
}

/// The vault's quotes of one expiry against the market's.
#[derive(Clone, Debug, Serialize)]
pub struct QuoteSummary {
    /// Expiry; `all` for the total.
    pub expiry: String,
    /// Series that have a bid and an ask in both.
    pub series: usize,
    /// Share whose vault bid, before the fee, is at or above the market's.
    pub bid_inside: f64,
    /// Share whose vault ask is at or below the market's.
    pub ask_inside: f64,
    /// Share with both.
    pub both_inside: f64,
    /// Share whose vault bid is above the market's ask, or ask below its bid.
    pub crossed: f64,
    /// Median half spread of the vault, its charge for risk included, its fee not.
    pub vault_half_spread: f64,
    /// The same with the fee.
    pub vault_half_spread_with_fee: f64,
    /// Median half spread of the market.
    pub market_half_spread: f64,
}

/// Where the LPs' profit comes from. The parts add up to the whole.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ProfitSplit {
    /// Fees.
    pub fees: Atoms,
    /// Half spreads.
    pub spread: Atoms,
    /// Skew charges less rebates, as far as they were released to LPs.
    pub skew_released: Atoms,
    /// Premiums at mid less payoffs: what the vault's unhedged positions won or lost.
    pub positions: Atoms,
    /// What the hedge won or lost, with what it cost.
    pub hedge: Atoms,
    /// What rounding and the virtual shares keep back from LPs who leave.
    pub rounding: Atoms,
}

/// What hedging came to.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct HedgeSummary {
    /// Rebalances that were accepted.
    pub rebalances: u64,
    /// Checkpoints that were taken.
    pub checkpoints: u64,
    /// What solvers were tipped.
    pub tips: Atoms,
    /// What the vault lost at spot, and the tips.
    pub cost: Atoms,
    /// Standard deviation of the delta to hedge over risk capital.
    pub tracking_error: f64,
    /// The same of the options alone.
    pub tracking_error_without: f64,
    /// Variance of the hourly changes of what LPs have, in tokens squared.
    pub lp_pnl_variance_with_solver: f64,
    /// The same less what the hedge won: the shadow book, of identical trades.
    pub lp_pnl_variance_without: f64,
    /// The deepest fall of what LPs have from its highest before, as a share of that.
    pub max_drawdown: f64,
}

/// Every token, by where it is.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// The token's supply.
    pub total_supply: Atoms,
    /// Sum of the balances of all holders that the token's log names.
    pub holders_sum: Atoms,
    /// Holders.
    pub holders: usize,
    /// What the clearing house holds.
    pub clearing_balance: Atoms,
    /// Sum of the cash of all accounts that the ledger's log names, the ledger's own included.
    pub ledger_sum: Atoms,
    /// What is left in the ledger, by account.
    pub remaining: BTreeMap<String, Atoms>,
    /// What of the vault's cash is the skew reserve.
    pub skew_reserve: Atoms,
    /// Shares of the vault that are left.
    pub shares_left: String,
    /// Every check by its sentence.
    pub checks: BTreeMap<String, bool>,
}

/// A demo's report.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What the numbers count.
    pub units: &'static str,
    /// Seed.
    pub seed: u64,
    /// Addresses by contract.
    pub contracts: BTreeMap<String, String>,
    /// The data.
    pub input: InputSummary,
    /// The fit.
    pub fit: Vec<FitSummary>,
    /// Boards in the order they were listed.
    pub boards: Vec<BoardSummary>,
    /// Share of series of a delta of 0.15 to 0.85 and three days or more in which a flat book's bid and ask lie inside of the
    /// market's; none if they are from different times.
    pub inside_market_share: Option<f64>,
    /// Variance of the hourly changes of what LPs have, in tokens squared.
    pub lp_pnl_variance_with_solver: f64,
    /// The same of the same trades without the hedge.
    pub lp_pnl_variance_without: f64,
    /// What hedging cost: lost at spot, and tips.
    pub hedge_cost: Atoms,
    /// The deepest fall of what LPs have, as a share.
    pub max_drawdown: f64,
    /// Debts of accounts that had nothing left.
    pub bad_debt: Atoms,
    /// What the solver was paid for hedges less what he paid, tips included.
    pub solver_pay: Atoms,
    /// What hedging came to.
    pub hedge: HedgeSummary,
    /// Quotes against the input's market; none if they are from different times.
    pub quotes: Option<Vec<QuoteSummary>>,
    /// Trades.
    pub trades: u64,
    /// Trades that were refused, by typed error.
    pub rejected: BTreeMap<String, u64>,
    /// The first of each kind, with its values.
    pub rejected_first: BTreeMap<String, String>,
    /// Orders placed to be refused.
    pub probes: Vec<Refusal>,
    /// Traders.
    pub traders: usize,
    /// Notional traded: contracts times spot, over all legs.
    pub volume: Atoms,
    /// Contracts traded.
    pub volume_contracts: f64,
    /// Premium traded, at mid and without sign.
    pub volume_premium: Atoms,
    /// Fees.
    pub fees: Atoms,
    /// Half spreads.
    pub spread_income: Atoms,
    /// Charges for risk added.
    pub skew_charges: Atoms,
    /// Paid for risk taken away.
    pub rebates: Atoms,
    /// What LPs took out less what they put in.
    pub lp_pnl: Atoms,
    /// What traders took out less what they put in.
    pub trader_pnl: Atoms,
    /// Net asset value before the first trade.
    pub nav_start: Atoms,
    /// Net asset value after the last settlement, before LPs leave.
    pub nav_end: Atoms,
    /// The lowest net asset value seen, once a step.
    pub nav_low: Atoms,
    /// Where the change of the net asset value comes from.
    pub pnl: ProfitSplit,
    /// Gas by call.
    pub gas: BTreeMap<String, GasUse>,
    /// Bytes on chain by program.
    pub sizes: BTreeMap<String, usize>,
    /// Whether no trader has a position or cash left, and no provider a share.
    pub everybody_paid_out: bool,
    /// Every token by where it is.
    pub audit: Audit,
    /// Whether every balance adds up to the last atom.
    pub tokens_accounted_for: bool,
}

impl Report {
    /// What the numbers of a report count.
    pub const fn units() -> &'static str {
        UNITS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_numbers_up_to_2_to_the_53_and_strings_beyond() {
        let json = |atoms: i128| serde_json::to_string(&Atoms(atoms)).unwrap();
        assert_eq!(json(-5), "-5");
        assert_eq!(json(1 << 53), "9007199254740992");
        assert_eq!(json((1 << 53) + 1), "\"9007199254740993\"");
        assert_eq!(json(-(1 << 60)), "\"-1152921504606846976\"");
    }
}
