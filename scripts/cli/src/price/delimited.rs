//! Rows as CSV.

use std::borrow::Cow;
use std::io::{BufRead, Write};

use csv::{ReaderBuilder, StringRecord, Trim, Writer, WriterBuilder};

use super::cells::{Cells, Column, Field};
use super::compute::{answer, Answer, VALUE_OUTPUTS, VOL_OUTPUTS};
use super::error::{Problem, RowError};
use super::number::write_decimal;
use super::Tally;
use crate::error::CliError;

/// Answers every row after the header.
pub(super) fn run(input: impl BufRead, output: &mut impl Write) -> Result<Tally, CliError> {
    let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::All).from_reader(input);
    let header = reader.headers().map_err(refused)?.clone();
    let mut tally = Tally::default();
    let columns = columns(&header, &mut tally)?;
    let mut sheet = Sheet::new(&columns, output)?;
    let mut record = StringRecord::new();
    loop {
        let row = match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => cells(&columns, &record),
            // Text that is no UTF-8 spoils its row alone.
            Err(error) if !error.is_io_error() => Err(malformed(error.to_string(), "write the row as UTF-8 text")),
            Err(error) => return Err(refused(error)),
        };
        let line = record.position().map_or(0, csv::Position::line);
        tally.rows += 1;
        let id = row.as_ref().ok().and_then(|cells| cells.id.as_deref()).unwrap_or_default();
        let answered = row.as_ref().map_err(Clone::clone).and_then(answer);
        tally.refused += u64::from(answered.is_err());
        sheet.write(line, id, &answered).map_err(refused)?;
    }
    Ok(tally)
}

/// What each column holds.
fn columns(header: &StringRecord, tally: &mut Tally) -> Result<Vec<Column>, CliError> {
    let mut columns: Vec<Column> = Vec::new();
    for name in header {
        let name = name.trim_start_matches('\u{feff}');
        let column = Column::of(name);
        if column == Column::Unknown {
            tally.ignore(name);
        } else if columns.contains(&column) {
            return Err(CliError::PriceInput(format!("the column `{name}` is there twice: remove one")));
        }
        columns.push(column);
    }
    let has = |field| columns.iter().any(|column| column.is(field));
    let needed = [
        (has(Field::Forward) || has(Field::Spot), "`forward` or `spot`"),
        (has(Field::Strike), "`strike`"),
        (has(Field::Years), "`years`"),
        (has(Field::Vol) || has(Field::Price), "`vol` or `price`"),
    ];
    match needed.into_iter().find(|(is_there, _)| !is_there) {
        None => Ok(columns),
        Some((_, name)) => Err(CliError::PriceInput(format!(
            "no column {name} in the header line `{}`: the first line must name the columns",
            header.iter().collect::<Vec<_>>().join(",")
        ))),
    }
}

fn cells<'a>(columns: &[Column], record: &'a StringRecord) -> Result<Cells<'a>, RowError> {
    if record.len() != columns.len() {
        let counts = format!("{} cells for {} columns", record.len(), columns.len());
        return Err(malformed(counts, "give every row as many cells as the header has"));
    }
    let mut cells = Cells::default();
    for (column, text) in columns.iter().zip(record) {
        if !text.is_empty() {
            cells.put(*column, Cow::Borrowed(text));
        }
    }
    Ok(cells)
}

fn malformed(value: String, remedy: &'static str) -> RowError {
    let domain = "a row of CSV has one cell for each column".to_owned();
    RowError { problem: Problem::Malformed, field: "row", value, domain, remedy }
}

/// The answers: the line, the id where there is one, each result as a decimal and raw, the error.
struct Sheet<W: Write> {
    writer: Writer<W>,
    has_id: bool,
    has_values: bool,
    has_vol: bool,
    cell: String,
}

impl<W: Write> Sheet<W> {
    fn new(columns: &[Column], output: W) -> Result<Self, CliError> {
        let has = |field| columns.iter().any(|column| column.is(field));
        let mut sheet = Self {
            writer: WriterBuilder::new().flexible(true).from_writer(output),
            has_id: columns.contains(&Column::Id),
            has_values: has(Field::Vol),
            has_vol: has(Field::Price),
            cell: String::new(),
        };
        let mut header = vec!["line".to_owned()];
        header.extend(sheet.has_id.then(|| "id".to_owned()));
        header.extend(sheet.outputs().into_iter().flat_map(|name| [name.to_owned(), format!("{name}_raw")]));
        header.push("error".to_owned());
        sheet.writer.write_record(header).map_err(refused)?;
        Ok(sheet)
    }

    fn outputs(&self) -> Vec<&'static str> {
        let values = VALUE_OUTPUTS.into_iter().filter(|_| self.has_values);
        values.chain(VOL_OUTPUTS.into_iter().filter(|_| self.has_vol)).collect()
    }

    fn write(&mut self, line: u64, id: &str, answered: &Result<Answer, RowError>) -> Result<(), csv::Error> {
        self.writer.write_field(line.to_string())?;
        if self.has_id {
            self.writer.write_field(id)?;
        }
        let (values, vol) = match answered {
            Ok(Answer::Values(values)) => (Some(values.as_slice()), None),
            Ok(Answer::Vol(vol)) => (None, Some(vol.as_slice())),
            Err(_) => (None, None),
        };
        if self.has_values {
            self.numbers(values, VALUE_OUTPUTS.len())?;
        }
        if self.has_vol {
            self.numbers(vol, VOL_OUTPUTS.len())?;
        }
        match answered {
            Ok(_) => self.writer.write_field("")?,
            Err(error) => self.writer.write_field(format!("line {line}: {error}"))?,
        }
        self.writer.write_record(None::<&[u8]>)
    }

    /// The numbers, or as many blanks.
    fn numbers(&mut self, numbers: Option<&[equipoise_math::Fx]>, count: usize) -> Result<(), csv::Error> {
        let Some(numbers) = numbers else {
            return (0..2 * count).try_for_each(|_| self.writer.write_field(""));
        };
        for number in numbers {
            self.cell.clear();
            // Writing to a string cannot fail.
            write_decimal(*number, &mut self.cell).ok();
            self.writer.write_field(&self.cell)?;
            self.writer.write_field(number.to_bits().to_string())?;
        }
        Ok(())
    }
}

fn refused(error: csv::Error) -> CliError {
    let text = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(cause) => CliError::System(cause),
        _ => CliError::PriceInput(format!("{text}: give CSV with a header line, or JSON lines")),
    }
}
