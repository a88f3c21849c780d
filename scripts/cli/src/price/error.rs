//! Why a row has no answer.

use std::fmt;

use serde::Serialize;

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Problem {
    /// A field that it needs is not there.
    Missing,
    /// Two fields say the same thing.
    Conflict,
    /// A text is no number.
    NotANumber,
    /// A text is no kind of option.
    NotAKind,
    /// A number is outside the domain.
    OutOfDomain,
    /// The price implies no volatility.
    NoVol,
    /// The row itself cannot be read.
    Malformed,
}

/// One row's error: the field, its value as given, what it must be and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct RowError {
    /// What is wrong.
    pub(super) problem: Problem,
    /// Where.
    pub(super) field: &'static str,
    /// As given.
    pub(super) value: String,
    /// What it must be.
    pub(super) domain: String,
    /// What to do.
    pub(super) remedy: &'static str,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, value, domain, remedy, .. } = self;
        match self.problem {
            Problem::Missing => write!(f, "{field} is missing: {domain}; {remedy}"),
            Problem::Malformed => write!(f, "the row cannot be read ({value}): {domain}; {remedy}"),
            _ => write!(f, "{field} {value}: {domain}; {remedy}"),
        }
    }
}
