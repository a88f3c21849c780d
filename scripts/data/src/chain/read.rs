//! The reader of option-chain files.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use jiff::Timestamp;

use super::{median, Chain, ChainOptions, ExpiryQuotes, Quote, Snapshot};
use crate::error::{CellProblem, DataError};
use crate::table::{Column, Row, Table};

/// Vols accepted, fraction per sqrt(year): outside, the unit is wrong (or the quote is).
const VOL_LOW: f64 = 0.01;
const VOL_HIGH: f64 = 10.0;
/// Taken from a file of several currencies when none is asked for.
const PREFERRED_CURRENCY: &str = "ETH";

/// Reads one snapshot of one currency from a chain file (CSV, plain or gzip).
/// # Errors: [`DataError`], naming file, line, value and remedy
pub fn read_chain(path: &Path, options: &ChainOptions) -> Result<Chain, DataError> {
    let chains = read_chains(path, options)?;
    let times: Vec<Timestamp> = chains.iter().map(|chain| chain.observed_at).collect();
    let index = match options.snapshot {
        Snapshot::First => Some(0),
        Snapshot::Last => times.len().checked_sub(1),
        Snapshot::At(time) => times.partition_point(|&each| each <= time).checked_sub(1),
    };
    let found = index.and_then(|index| chains.into_iter().nth(index));
    found.ok_or_else(|| {
        let file = path.display().to_string();
        match (options.snapshot, times.first(), times.last()) {
            (Snapshot::At(wanted), Some(&first), Some(&last)) => {
                DataError::NoSnapshot { file, wanted, count: times.len(), first, last }
            }
            _ => DataError::Empty { file },
        }
    })
}

/// Reads every snapshot of one currency from a chain file, earliest first.
/// # Errors: [`DataError`], naming file, line, value and remedy
pub fn read_chains(path: &Path, options: &ChainOptions) -> Result<Vec<Chain>, DataError> {
    chains_of(&Table::open(path)?, options)
}

/// As [`read_chains`], from any source; `file` names it in errors.
/// # Errors: [`DataError`], naming file, line, value and remedy
pub fn parse_chains(input: impl Read, file: &str, options: &ChainOptions) -> Result<Vec<Chain>, DataError> {
    chains_of(&Table::read(input, file)?, options)
}

struct Columns {
    time: Column,
    currency: CurrencyColumn,
    option_type: Column,
    strike: Column,
    expiry: Column,
    bid: Column,
    ask: Column,
    implied_vol: Column,
    index: Column,
    forward: Column,
    mark: Option<Column>,
    open_interest: Option<Column>,
}

/// The currency's own column, or the instrument name that begins with it.
enum CurrencyColumn {
    Own(Column),
    Instrument(Column),
}

/// One row, checked on its own; its forward may be missing.
struct Cells {
    line: u64,
    index: f64,
    forward: Option<f64>,
    quote: Quote,
}

/// Rows of one snapshot by expiry, then by option: the bits of a positive strike sort as it does.
type Rows = BTreeMap<Timestamp, BTreeMap<(u64, bool), Cells>>;

fn chains_of(table: &Table, options: &ChainOptions) -> Result<Vec<Chain>, DataError> {
    let columns = Columns::of(table)?;
    let currency = choose_currency(table, &columns, options)?;
    let mut snapshots: BTreeMap<Timestamp, Rows> = BTreeMap::new();
    for row in table.rows().filter(|row| columns.currency.of(row) == currency) {
        let observed_at = row.time(&columns.time)?;
        let expiry = row.time(&columns.expiry)?;
        if expiry <= observed_at {
            let (file, line) = (table.file().into(), row.line());
            return Err(DataError::Expired { file, line, expiry, observed_at });
        }
        let cells = columns.cells(table, &row)?;
        let quote = cells.quote;
        let options = snapshots.entry(observed_at).or_default().entry(expiry).or_default();
        let (line, strike) = (cells.line, quote.strike);
        if let Some(first) = options.insert((strike.to_bits(), quote.is_put), cells) {
            return Err(DataError::DuplicateQuote {
                file: table.file().into(),
                line,
                first: first.line,
                kind: if quote.is_put { "put" } else { "call" },
                strike,
                expiry,
            });
        }
    }
    snapshots.into_iter().map(|(observed_at, rows)| assemble(table.file(), &currency, observed_at, rows)).collect()
}

impl Columns {
    fn of(table: &Table) -> Result<Self, DataError> {
        let currency = match table.find(&["currency"]) {
            Some(column) => CurrencyColumn::Own(column),
            None => CurrencyColumn::Instrument(table.require(&["instrument_name", "currency"])?),
        };
        Ok(Self {
            time: table.require(&["timestamp"])?,
            currency,
            option_type: table.require(&["option_type"])?,
            strike: table.require(&["strike"])?,
            expiry: table.require(&["expiry_datetime", "expiry"])?,
            bid: table.require(&["bid_price"])?,
            ask: table.require(&["ask_price"])?,
            implied_vol: table.require(&["implied_volatility"])?,
            index: table.require(&["index_price"])?,
            forward: table.require(&["underlying", "futures_price", "forward"])?,
            mark: table.find(&["mark_price"]),
            open_interest: table.find(&["open_interest"]),
        })
    }

    fn cells(&self, table: &Table, row: &Row) -> Result<Cells, DataError> {
        let bid = row.positive_or_none(&self.bid)?;
        let ask = row.positive_or_none(&self.ask)?;
        if let (Some(bid), Some(ask)) = (bid, ask) {
            if bid > ask {
                let (file, line) = (table.file().into(), row.line());
                return Err(DataError::CrossedQuote { file, line, bid, ask });
            }
        }
        let forward = match row.text(&self.forward) {
            "" => None,
            _ => Some(row.positive(&self.forward)?),
        };
        let optional = |column: &Option<Column>| match column {
            Some(column) => row.non_negative(column),
            None => Ok(None),
        };
        let quote = Quote {
            strike: row.positive(&self.strike)?,
            is_put: is_put(row, &self.option_type)?,
            forward: forward.unwrap_or(0.0),
            bid,
            ask,
            mark: optional(&self.mark)?.filter(|&mark| mark > 0.0),
            mark_iv: vol(row, &self.implied_vol)?,
            open_interest: optional(&self.open_interest)?.unwrap_or(0.0),
        };
        Ok(Cells { line: row.line(), index: row.positive(&self.index)?, forward, quote })
    }
}

impl CurrencyColumn {
    fn of(&self, row: &Row) -> String {
        let text = match self {
            Self::Own(column) => row.text(column),
            Self::Instrument(column) => row.text(column).split(['-', '_']).next().unwrap_or(""),
        };
        text.to_ascii_uppercase()
    }
}

fn choose_currency(table: &Table, columns: &Columns, options: &ChainOptions) -> Result<String, DataError> {
    let mut found: Vec<String> = table.rows().map(|row| columns.currency.of(&row)).collect();
    found.sort_unstable();
    found.dedup();
    let (wanted, missing) = match &options.currency {
        Some(wanted) => (wanted.to_ascii_uppercase(), format!("no row of currency `{wanted}`")),
        None if found.len() == 1 => return Ok(found.swap_remove(0)),
        None => (PREFERRED_CURRENCY.into(), "no currency was chosen".into()),
    };
    if found.contains(&wanted) {
        return Ok(wanted);
    }
    let mut names = found.join(", ");
    if names.len() > 80 {
        names = format!("{} different ones", found.len());
    }
    Err(DataError::Currency { file: table.file().into(), wanted: missing, found: names })
}

fn is_put(row: &Row, column: &Column) -> Result<bool, DataError> {
    let text = row.text(column);
    if ["put", "p"].iter().any(|name| text.eq_ignore_ascii_case(name)) {
        Ok(true)
    } else if ["call", "c"].iter().any(|name| text.eq_ignore_ascii_case(name)) {
        Ok(false)
    } else {
        Err(row.bad(column, CellProblem::NotAnOptionType))
    }
}

fn vol(row: &Row, column: &Column) -> Result<Option<f64>, DataError> {
    let vol = row.positive_or_none(column)?;
    if vol.is_some_and(|vol| !(VOL_LOW..=VOL_HIGH).contains(&vol)) {
        let (low, high) = (VOL_LOW, VOL_HIGH);
        let unit = "a fraction per sqrt(year): 0.65 is 65 %";
        return Err(row.bad(column, CellProblem::OutOfRange { low, high, unit }));
    }
    Ok(vol)
}

fn assemble(file: &str, currency: &str, observed_at: Timestamp, rows: Rows) -> Result<Chain, DataError> {
    let indexes = rows.values().flat_map(|row| row.values()).map(|cells| cells.index).collect();
    let spot = median(indexes).ok_or_else(|| DataError::Empty { file: file.into() })?;
    let mut expiries = Vec::with_capacity(rows.len());
    for (expiry, options) in rows {
        let forward = forward_of(&options).ok_or_else(|| DataError::NoForward {
            file: file.into(),
            line: options.values().map(|cells| cells.line).min().unwrap_or(0),
            expiry,
        })?;
        let quotes = options
            .into_values()
            .map(|cells| Quote { forward: cells.forward.unwrap_or(forward), ..cells.quote })
            .collect();
        expiries.push(ExpiryQuotes { expiry, forward, quotes });
    }
    let (source, currency) = (file.into(), currency.into());
    Ok(Chain { source, currency, observed_at, spot, expiries })
}

/// The median of the forwards given; else of those that put-call parity of the prices implies:
/// in coin, call − put = 1 − strike / forward.
fn forward_of(options: &BTreeMap<(u64, bool), Cells>) -> Option<f64> {
    let given: Vec<f64> = options.values().filter_map(|cells| cells.forward).collect();
    if !given.is_empty() {
        return median(given);
    }
    let implied = options.iter().filter(|((_, is_put), _)| !is_put).filter_map(|(key, call)| {
        let put = options.get(&(key.0, true))?;
        let gap = 1.0 - (price(&call.quote)? - price(&put.quote)?);
        let forward = call.quote.strike / gap;
        (forward.is_finite() && forward > 0.0).then_some(forward)
    });
    median(implied.collect())
}

/// Mark price, or else the middle of the market, in coin.
fn price(quote: &Quote) -> Option<f64> {
    quote.mark.or_else(|| Some(f64::midpoint(quote.bid?, quote.ask?)))
}
