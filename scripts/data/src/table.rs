//! CSV tables with named columns, plain or gzip, and their typed cells.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use csv::StringRecord;
use flate2::read::MultiGzDecoder;
use jiff::Timestamp;

use crate::error::{CellProblem, DataError};
use crate::time::parse_time;

/// Most text accepted from one file, after unpacking: some ten years of daily whole chains.
const MAX_TEXT_BYTES: u64 = 1 << 28;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A whole table in memory, its rows still text.
pub(crate) struct Table {
    file: String,
    names: Vec<String>,
    columns: HashMap<String, usize>,
    rows: Vec<StringRecord>,
}

/// A column found in the header.
#[derive(Clone)]
pub(crate) struct Column {
    index: usize,
    name: String,
}

/// One row, with the means to name it in an error.
#[derive(Clone, Copy)]
pub(crate) struct Row<'table> {
    table: &'table Table,
    record: &'table StringRecord,
}

impl Table {
    /// Opens and reads `path`; a gzip file is recognised by its first bytes, whatever its name.
    pub(crate) fn open(path: &Path) -> Result<Self, DataError> {
        let file = path.display().to_string();
        match File::open(path) {
            Ok(handle) => Self::read(BufReader::new(handle), &file),
            Err(cause) => Err(DataError::Unreadable { file, cause }),
        }
    }

    /// Reads a table from `input`; `file` names it in errors.
    pub(crate) fn read(input: impl Read, file: &str) -> Result<Self, DataError> {
        let text = read_text(input, file)?;
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
        let header = reader.headers().map_err(|cause| malformed(file, &cause))?.clone();
        let names: Vec<String> = header.iter().map(str::to_ascii_lowercase).collect();
        let mut columns = HashMap::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            if columns.insert(name.clone(), index).is_some() && !name.is_empty() {
                return Err(DataError::RepeatedColumn { file: file.into(), column: name.clone() });
            }
        }
        let rows = reader.records().collect::<Result<Vec<_>, _>>().map_err(|cause| malformed(file, &cause))?;
        if rows.is_empty() {
            return Err(DataError::Empty { file: file.into() });
        }
        Ok(Self { file: file.into(), names, columns, rows })
    }

    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|record| Row { table: self, record })
    }

    /// The first of `names` that the header has.
    pub(crate) fn find(&self, names: &[&str]) -> Option<Column> {
        names.iter().find_map(|&name| self.columns.get(name).map(|&index| Column { index, name: name.into() }))
    }

    /// As [`Table::find`], or the error that names what is missing.
    pub(crate) fn require(&self, names: &[&str]) -> Result<Column, DataError> {
        self.find(names).ok_or_else(|| {
            let wanted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            DataError::MissingColumn {
                file: self.file.clone(),
                wanted: wanted.join(" or "),
                found: self.names.join(", "),
            }
        })
    }

    /// Names of the header, in its order, in lower case.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }
}

impl<'table> Row<'table> {
    pub(crate) fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    pub(crate) fn text(&self, column: &Column) -> &'table str {
        self.record.get(column.index).unwrap_or("")
    }

    pub(crate) fn bad(&self, column: &Column, problem: CellProblem) -> DataError {
        DataError::BadCell {
            file: self.table.file.clone(),
            line: self.line(),
            column: column.name.clone(),
            value: self.text(column).chars().take(64).collect(),
            problem,
        }
    }

    pub(crate) fn time(&self, column: &Column) -> Result<Timestamp, DataError> {
        parse_time(self.text(column)).ok_or_else(|| self.bad(column, CellProblem::NotATime))
    }

    /// A number above zero.
    pub(crate) fn positive(&self, column: &Column) -> Result<f64, DataError> {
        match self.non_negative(column)? {
            None => Err(self.bad(column, CellProblem::Blank)),
            Some(0.0) => Err(self.bad(column, CellProblem::Zero)),
            Some(value) => Ok(value),
        }
    }

    /// A number above zero; none where the cell is blank or zero.
    pub(crate) fn positive_or_none(&self, column: &Column) -> Result<Option<f64>, DataError> {
        Ok(self.non_negative(column)?.filter(|&value| value > 0.0))
    }

    /// A number from zero; none where the cell is blank.
    pub(crate) fn non_negative(&self, column: &Column) -> Result<Option<f64>, DataError> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        let value: f64 = text.parse().map_err(|_| self.bad(column, CellProblem::NotANumber))?;
        if !value.is_finite() {
            Err(self.bad(column, CellProblem::NotFinite))
        } else if value < 0.0 {
            Err(self.bad(column, CellProblem::Negative))
        } else {
            Ok(Some(value))
        }
    }
}

fn malformed(file: &str, cause: &csv::Error) -> DataError {
    DataError::Malformed {
        file: file.into(),
        line: cause.position().map_or(1, csv::Position::line),
        cause: cause.to_string(),
    }
}

fn read_text(mut input: impl Read, file: &str) -> Result<Vec<u8>, DataError> {
    let unreadable = |cause| DataError::Unreadable { file: file.into(), cause };
    let mut raw = Vec::new();
    input.by_ref().take(MAX_TEXT_BYTES + 1).read_to_end(&mut raw).map_err(unreadable)?;
    let text = if raw.starts_with(&GZIP_MAGIC) {
        let mut unpacked = Vec::new();
        let outcome = MultiGzDecoder::new(&raw[..]).take(MAX_TEXT_BYTES + 1).read_to_end(&mut unpacked);
        outcome.map_err(|cause| DataError::DamagedGzip { file: file.into(), unpacked: unpacked.len(), cause })?;
        unpacked
    } else {
        raw
    };
    if text.len() as u64 > MAX_TEXT_BYTES {
        return Err(DataError::TooLarge { file: file.into(), limit: MAX_TEXT_BYTES });
    }
    Ok(text)
}
