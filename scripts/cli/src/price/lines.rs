//! Rows as JSON, one object a line.

use std::borrow::Cow;
use std::fmt;
use std::io::{BufRead, Write};

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::cells::{Cells, Column};
use super::compute::{answer, Answer, VALUE_OUTPUTS, VOL_OUTPUTS};
use super::error::{Problem, RowError};
use super::number::write_decimal;
use super::Tally;
use crate::error::CliError;

/// Answers every line that is not blank.
pub(super) fn run(mut input: impl BufRead, output: &mut impl Write) -> Result<Tally, CliError> {
    let mut tally = Tally::default();
    let (mut bytes, mut text, mut line) = (Vec::new(), String::new(), 0);
    loop {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(tally);
        }
        line += 1;
        let row = bytes.trim_ascii();
        if row.is_empty() {
            continue;
        }
        tally.rows += 1;
        let cells = cells(row, &mut tally);
        let id = cells.as_ref().ok().and_then(|cells| cells.id.as_deref());
        let answered = cells.as_ref().map_err(Clone::clone).and_then(answer);
        tally.refused += u64::from(answered.is_err());
        text.clear();
        // Writing to a string cannot fail.
        encode(line, id, &answered, &mut text).ok();
        output.write_all(text.as_bytes())?;
    }
}

fn cells<'a>(row: &'a [u8], tally: &mut Tally) -> Result<Cells<'a>, RowError> {
    let object: Object<'a> = serde_json::from_slice(row).map_err(|error| malformed(error.to_string()))?;
    let mut cells = Cells::default();
    for (key, value) in object.0 {
        let column = Column::of(&key);
        if column == Column::Unknown {
            tally.ignore(&key);
        } else if value.get() != "null" && !cells.put(column, content(column, value.get())) {
            return Err(malformed(format!("the key `{key}` is there twice")));
        }
    }
    Ok(cells)
}

/// A number's own digits, a string's content; an id is passed through as it stands.
fn content(column: Column, json: &str) -> Cow<'_, str> {
    if column == Column::Id {
        return Cow::Borrowed(json);
    }
    serde_json::from_str::<Text<'_>>(json).map_or(Cow::Borrowed(json), |text| text.0)
}

fn malformed(value: String) -> RowError {
    let domain = "a row is one JSON object, each key once".to_owned();
    RowError { problem: Problem::Malformed, field: "row", value, domain, remedy: "write it on one line" }
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// An object with its values as they are written: a number's digits must not pass through a float.
struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(8));
                while let Some((key, value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    entries.push((key.0, value));
                }
                Ok(Object(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

#[derive(Serialize)]
struct RowErrorLine<'a> {
    #[serde(flatten)]
    error: &'a RowError,
    message: String,
}

fn encode(line: u64, id: Option<&str>, answered: &Result<Answer, RowError>, text: &mut impl fmt::Write) -> fmt::Result {
    write!(text, "{{\"line\":{line}")?;
    if let Some(id) = id {
        write!(text, ",\"id\":{id}")?;
    }
    match answered {
        Ok(Answer::Values(values)) => numbers(&VALUE_OUTPUTS, values, text)?,
        Ok(Answer::Vol(vol)) => numbers(&VOL_OUTPUTS, vol, text)?,
        Err(error) => {
            let whole = RowErrorLine { error, message: format!("line {line}: {error}") };
            write!(text, ",\"error\":{}", serde_json::to_string(&whole).map_err(|_| fmt::Error)?)?;
        }
    }
    text.write_str("}\n")
}

fn numbers(names: &[&str], numbers: &[equipoise_math::Fx], text: &mut impl fmt::Write) -> fmt::Result {
    for (name, number) in names.iter().zip(numbers) {
        write!(text, ",\"{name}\":\"")?;
        write_decimal(*number, text)?;
        write!(text, "\",\"{name}_raw\":\"{}\"", number.to_bits())?;
    }
    Ok(())
}
