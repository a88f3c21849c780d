//! The reader of price-history files.

use std::io::Read;
use std::path::Path;

use super::{PriceHistory, PricePoint};
use crate::error::DataError;
use crate::table::{Column, Row, Table};

const TIME_NAMES: [&str; 5] = ["timestamp", "open_time", "time", "datetime", "date"];

/// Reads a price history (CSV, plain or gzip): candles with `open,high,low,close`, or an index with
/// a column `<currency>_index`; the header tells which.
/// # Errors: [`DataError`], naming file, line, value and remedy
pub fn read_prices(path: &Path, currency: &str) -> Result<PriceHistory, DataError> {
    history_of(&Table::open(path)?, currency)
}

/// As [`read_prices`], from any source; `file` names it in errors.
/// # Errors: [`DataError`], naming file, line, value and remedy
pub fn parse_prices(input: impl Read, file: &str, currency: &str) -> Result<PriceHistory, DataError> {
    history_of(&Table::read(input, file)?, currency)
}

enum Columns {
    Candles { open: Column, high: Column, low: Column, close: Column },
    Index(Column),
}

fn history_of(table: &Table, currency: &str) -> Result<PriceHistory, DataError> {
    let time = table.require(&TIME_NAMES)?;
    let columns = Columns::of(table, currency)?;
    let mut points: Vec<PricePoint> = Vec::new();
    for row in table.rows() {
        let point = columns.point(table, &row, &time)?;
        if let Some(previous) = points.last().filter(|previous| previous.time >= point.time) {
            return Err(DataError::UnsortedTime {
                file: table.file().into(),
                line: row.line(),
                time: point.time,
                previous: previous.time,
            });
        }
        points.push(point);
    }
    Ok(PriceHistory { source: table.file().into(), points })
}

impl Columns {
    fn of(table: &Table, currency: &str) -> Result<Self, DataError> {
        let candles = ["open", "high", "low", "close"];
        if table.names().iter().any(|name| candles.contains(&name.as_str())) {
            return Ok(Self::Candles {
                open: table.require(&["open"])?,
                high: table.require(&["high"])?,
                low: table.require(&["low"])?,
                close: table.require(&["close"])?,
            });
        }
        let index = format!("{}_index", currency.to_ascii_lowercase());
        if let Some(column) = table.find(&[&index]) {
            return Ok(Self::Index(column));
        }
        Err(DataError::MissingColumn {
            file: table.file().into(),
            wanted: format!("`{index}`, nor `open`, `high`, `low` and `close`"),
            found: table.names().join(", "),
        })
    }

    fn point(&self, table: &Table, row: &Row, time: &Column) -> Result<PricePoint, DataError> {
        let time = row.time(time)?;
        match self {
            Self::Index(column) => {
                let price = row.positive(column)?;
                Ok(PricePoint { time, open: price, high: price, low: price, close: price })
            }
            Self::Candles { open, high, low, close } => {
                let (open, high) = (row.positive(open)?, row.positive(high)?);
                let (low, close) = (row.positive(low)?, row.positive(close)?);
                if low > open.min(close) || high < open.max(close) {
                    let (file, line) = (table.file().into(), row.line());
                    return Err(DataError::BrokenCandle { file, line, open, high, low, close });
                }
                Ok(PricePoint { time, open, high, low, close })
            }
        }
    }
}
