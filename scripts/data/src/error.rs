//! What can be wrong with a data file.

use std::io;

use jiff::Timestamp;
use thiserror::Error;

/// Why a data file was refused: names the file, the line and the value, and says what to do.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file is missing or cannot be read.
    #[error("{file}: cannot be read ({cause}); check the path and its permissions")]
    Unreadable {
        /// Path as given.
        file: String,
        /// What the operating system said.
        cause: io::Error,
    },
    /// The gzip stream ends early or fails its checksum.
    #[error(
        "{file}: the gzip data is truncated or damaged after {unpacked} unpacked bytes ({cause}); \
         fetch the file again, or unpack it yourself and pass the .csv"
    )]
    DamagedGzip {
        /// Path as given.
        file: String,
        /// Bytes that could be unpacked.
        unpacked: usize,
        /// What the decoder said.
        cause: io::Error,
    },
    /// The text is longer than the readers accept.
    #[error("{file}: holds more than {limit} bytes of text; split it into shorter periods")]
    TooLarge {
        /// Path as given.
        file: String,
        /// Most bytes accepted, after unpacking.
        limit: u64,
    },
    /// There is a header and no row, or nothing at all.
    #[error("{file}: has no data rows; pass a file with a header line and at least one row")]
    Empty {
        /// Path as given.
        file: String,
    },
    /// A row that is not CSV, has another number of cells than the header, or is not UTF-8.
    #[error(
        "{file}, line {line}: {cause}; each row needs as many comma-separated UTF-8 cells as the \
         header (is the file cut off?)"
    )]
    Malformed {
        /// Path as given.
        file: String,
        /// Line, 1 is the header.
        line: u64,
        /// What the CSV reader said.
        cause: String,
    },
    /// A column the format needs is not in the header.
    #[error("{file}: the header has no column {wanted} (it has: {found}); add it or rename yours")]
    MissingColumn {
        /// Path as given.
        file: String,
        /// Accepted names.
        wanted: String,
        /// The header's names.
        found: String,
    },
    /// A header names the same column twice.
    #[error("{file}: the header names column `{column}` twice; remove or rename one of them")]
    RepeatedColumn {
        /// Path as given.
        file: String,
        /// The name.
        column: String,
    },
    /// A cell whose text is not what its column needs.
    #[error("{file}, line {line}, column `{column}`: `{value}` {problem}")]
    BadCell {
        /// Path as given.
        file: String,
        /// Line, 1 is the header.
        line: u64,
        /// Column name of the header.
        column: String,
        /// Text of the cell.
        value: String,
        /// What is wrong and what would be right.
        problem: CellProblem,
    },
    /// A bid above its ask.
    #[error("{file}, line {line}: bid {bid} is above ask {ask}; correct the row or blank both cells")]
    CrossedQuote {
        /// Path as given.
        file: String,
        /// Line, 1 is the header.
        line: u64,
        /// Bid, in coin.
        bid: f64,
        /// Ask, in coin.
        ask: f64,
    },
    /// An option that has expired when it is quoted.
    #[error(
        "{file}, line {line}: expiry {expiry} is not after the quote's time {observed_at}; drop \
         the expired rows"
    )]
    Expired {
        /// Path as given.
        file: String,
        /// Line, 1 is the header.
        line: u64,
        /// Expiry of the row.
        expiry: Timestamp,
        /// Time of the row.
        observed_at: Timestamp,
    },
    /// Two rows for one option at one time.
    #[error(
        "{file}, line {line}: repeats the {kind} of strike {strike} expiring {expiry} first seen \
         on line {first}; keep one of them"
    )]
    DuplicateQuote {
        /// Path as given.
        file: String,
        /// Line of the second row, 1 is the header.
        line: u64,
        /// Line of the first row.
        first: u64,
        /// `call` or `put`.
        kind: &'static str,
        /// Strike, USD.
        strike: f64,
        /// Expiry of both.
        expiry: Timestamp,
    },
    /// A time that is not after the one on the line before.
    #[error(
        "{file}, line {line}: time {time} is not after {previous} on the line before; sort the \
         rows by time and keep one per time"
    )]
    UnsortedTime {
        /// Path as given.
        file: String,
        /// Line, 1 is the header.
        line: u64,
        /// Time of the row.
        time: Timestamp,
        /// Time of the row before.
        previous: Timestamp,
    },
    /// A candle whose high or low does not contain its open and close.
    #[error(
        "{file}, line {line}: low {low} and high {high} do not enclose open {open} and close \
         {close}; correct the row"
    )]
    BrokenCandle {
        /// Path as given.
        file: String,
        /// Line, 1 is the header.
        line: u64,
        /// Open, USD.
        open: f64,
        /// High, USD.
        high: f64,
        /// Low, USD.
        low: f64,
        /// Close, USD.
        close: f64,
    },
    /// The file has no row of the wanted currency, or several currencies and none was chosen.
    #[error("{file}: {wanted}, the file has {found}; choose one of these currencies")]
    Currency {
        /// Path as given.
        file: String,
        /// What was asked for, in words.
        wanted: String,
        /// Currencies in the file.
        found: String,
    },
    /// No snapshot at or before the wanted time.
    #[error("{file}: no snapshot at or before {wanted}; the file has {count}, from {first} to {last}")]
    NoSnapshot {
        /// Path as given.
        file: String,
        /// Time asked for.
        wanted: Timestamp,
        /// Snapshots in the file.
        count: usize,
        /// Earliest of them.
        first: Timestamp,
        /// Latest of them.
        last: Timestamp,
    },
    /// The chain is too thin for its purpose.
    #[error(
        "{file}: only {found} expiries have {strikes} strikes or more, {needed} are needed; use a \
         fuller chain"
    )]
    TooFewExpiries {
        /// Path as given.
        file: String,
        /// Expiries with enough strikes.
        found: usize,
        /// Expiries needed.
        needed: usize,
        /// Strikes each must have.
        strikes: usize,
    },
    /// No forward is given for an expiry and none follows from put-call parity.
    #[error(
        "{file}, line {line}: expiry {expiry} has no forward in any row, and no strike with both a \
         call and a put price to derive it from; fill `underlying` or `futures_price`"
    )]
    NoForward {
        /// Path as given.
        file: String,
        /// First line of the expiry.
        line: u64,
        /// The expiry.
        expiry: Timestamp,
    },
    /// The price history does not cover the period needed of it.
    #[error(
        "{prices}: covers {first} to {last}, but {chain} needs prices from {from} to {until}; \
         pass a price history of that period"
    )]
    NoOverlap {
        /// Price file as given.
        prices: String,
        /// Chain file as given.
        chain: String,
        /// First price.
        first: Timestamp,
        /// Last price.
        last: Timestamp,
        /// First time needed.
        from: Timestamp,
        /// Last time needed.
        until: Timestamp,
    },
}

/// What is wrong with a single cell; the text says what would be right.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum CellProblem {
    /// Blank where a value is needed.
    #[error("is blank where a value is needed; fill it or drop the row")]
    Blank,
    /// Not a decimal number.
    #[error("is not a number; write a plain decimal such as 0.0425")]
    NotANumber,
    /// Infinite or NaN.
    #[error("is not finite; drop the row or give the true value")]
    NotFinite,
    /// Zero where a positive number is needed.
    #[error("is zero where a positive number is needed; drop the row or give the true value")]
    Zero,
    /// Below zero.
    #[error("is negative; drop the row or give the true value")]
    Negative,
    /// Outside what the unit allows.
    #[error("is outside {low} to {high}; check the unit ({unit})")]
    OutOfRange {
        /// Least value accepted.
        low: f64,
        /// Largest value accepted.
        high: f64,
        /// Unit of the column.
        unit: &'static str,
    },
    /// Not a time.
    #[error("is not a time; write UTC like 2026-01-05T08:00:00Z, or unix seconds")]
    NotATime,
    /// Neither call nor put.
    #[error("is neither `call` nor `put`; write one of them")]
    NotAnOptionType,
}
