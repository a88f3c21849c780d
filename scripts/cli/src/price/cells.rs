//! The cells of a row, whatever it was written in, and the numbers in them.

use std::borrow::Cow;

use equipoise_math::Fx;
use equipoise_risk::black76::Kind;

use super::error::{Problem, RowError};
use super::number::{parse_decimal, parse_raw, NumberError};

/// A number that a row may give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Forward,
    Spot,
    Strike,
    Vol,
    Price,
    Years,
    Rate,
    DividendYield,
}

impl Field {
    const ALL: [Self; COUNT] =
        [Self::Forward, Self::Spot, Self::Strike, Self::Vol, Self::Price, Self::Years, Self::Rate, Self::DividendYield];

    /// The column's name; with [`RAW`] behind it, the name of its raw form.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Spot => "spot",
            Self::Strike => "strike",
            Self::Vol => "vol",
            Self::Price => "price",
            Self::Years => "years",
            Self::Rate => "rate",
            Self::DividendYield => "dividend_yield",
        }
    }
}

const COUNT: usize = 8;
const RAW: &str = "_raw";

/// What a column or a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Decimal(Field),
    Raw(Field),
    Kind,
    Id,
    Unknown,
}

impl Column {
    /// By its name.
    pub(super) fn of(name: &str) -> Self {
        let (stem, is_raw) = name.strip_suffix(RAW).map_or((name, false), |stem| (stem, true));
        match Field::ALL.into_iter().find(|field| field.name() == stem) {
            Some(field) if is_raw => Self::Raw(field),
            Some(field) => Self::Decimal(field),
            None if name == "kind" => Self::Kind,
            None if name == "id" => Self::Id,
            None => Self::Unknown,
        }
    }

    pub(super) fn is(self, field: Field) -> bool {
        self == Self::Decimal(field) || self == Self::Raw(field)
    }
}

/// The cells of one row that are not blank.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells<'a> {
    decimals: [Option<Cow<'a, str>>; COUNT],
    raws: [Option<Cow<'a, str>>; COUNT],
    kind: Option<Cow<'a, str>>,
    /// Passed through as it is.
    pub(super) id: Option<Cow<'a, str>>,
}

impl<'a> Cells<'a> {
    /// Puts a cell into its column.
    /// # Returns: false if the column has a value already
    pub(super) fn put(&mut self, column: Column, text: Cow<'a, str>) -> bool {
        let place = match column {
            Column::Decimal(field) => self.decimals.get_mut(field as usize),
            Column::Raw(field) => self.raws.get_mut(field as usize),
            Column::Kind => Some(&mut self.kind),
            Column::Id => Some(&mut self.id),
            Column::Unknown => None,
        };
        place.is_none_or(|place| place.replace(text).is_none())
    }

    fn decimal(&self, field: Field) -> Option<&str> {
        self.decimals.get(field as usize)?.as_deref()
    }

    fn raw(&self, field: Field) -> Option<&str> {
        self.raws.get(field as usize)?.as_deref()
    }

    /// The value as given, for errors.
    pub(super) fn text(&self, field: Field) -> String {
        match (self.decimal(field), self.raw(field)) {
            (Some(text), _) => text.to_owned(),
            (None, Some(text)) => format!("{text} (raw)"),
            (None, None) => String::new(),
        }
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.decimal(field).is_some() || self.raw(field).is_some()
    }

    /// The number, if it is given.
    pub(super) fn number(&self, field: Field) -> Result<Option<Fx>, RowError> {
        let parsed = match (self.decimal(field), self.raw(field)) {
            (None, None) => return Ok(None),
            (Some(text), None) => parse_decimal(text),
            (None, Some(text)) => parse_raw(text),
            (Some(_), Some(_)) => return Err(self.twice(field)),
        };
        parsed.map(Some).map_err(|error| {
            let (domain, remedy) = match (error, self.raw(field).is_some()) {
                (NumberError::TooLarge, _) => ("it does not fit 63 bits before the point", "give a smaller number"),
                (NumberError::Malformed, false) => ("it is not a decimal number", "write it like 3000.5 or 1e-4"),
                (NumberError::Malformed, true) => ("it is not an integer", "give the integer number of 2^-64"),
            };
            self.error(Problem::NotANumber, field, domain, remedy)
        })
    }

    /// The number, which must be given.
    pub(super) fn required(&self, field: Field, domain: &str) -> Result<Fx, RowError> {
        let missing = || self.error(Problem::Missing, field, domain, "give one, or leave the row out");
        self.number(field)?.ok_or_else(missing)
    }

    /// Whether it is a call or a put; a call where nothing is said.
    pub(super) fn kind(&self) -> Result<Kind, RowError> {
        let Some(text) = self.kind.as_deref() else { return Ok(Kind::Call) };
        match text.to_ascii_lowercase().as_str() {
            "call" | "c" => Ok(Kind::Call),
            "put" | "p" => Ok(Kind::Put),
            _ => Err(RowError {
                problem: Problem::NotAKind,
                field: "kind",
                value: text.to_owned(),
                domain: "it is neither call nor put".to_owned(),
                remedy: "write `call` or `put`",
            }),
        }
    }

    /// Refuses a row that gives both of two fields.
    pub(super) fn either(&self, one: Field, other: Field, domain: &str) -> Result<(), RowError> {
        if self.has(one) && self.has(other) {
            return Err(self.error(Problem::Conflict, other, domain, "leave one of them blank"));
        }
        Ok(())
    }

    fn twice(&self, field: Field) -> RowError {
        self.error(Problem::Conflict, field, "it is given as a decimal and raw", "leave one of them blank")
    }

    pub(super) fn error(&self, problem: Problem, field: Field, domain: &str, remedy: &'static str) -> RowError {
        RowError { problem, field: field.name(), value: self.text(field), domain: domain.to_owned(), remedy }
    }
}
