//! What a run of every chore came to.

use std::fmt::Write;

use serde::Serialize;

use super::error::KeepError;
use super::remote::{Deed, Fate};

/// What one chore came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChoreReport {
    /// Its name.
    pub chore: &'static str,
    /// What there was to do, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What was sent, or would be.
    pub deeds: Vec<Deed>,
}

/// What every chore came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct KeepReport {
    /// In the order in which they were done.
    pub chores: Vec<ChoreReport>,
}

impl KeepReport {
    /// What was done, of all chores.
    pub fn deeds(&self) -> impl Iterator<Item = &Deed> {
        self.chores.iter().flat_map(|chore| &chore.deeds)
    }

    /// The labels of what was sent.
    pub fn sent(&self) -> Vec<&'static str> {
        self.deeds().filter(|deed| matches!(deed.fate, Fate::Sent { .. })).map(|deed| deed.label).collect()
    }

    /// For people.
    pub fn render(&self) -> String {
        let mut text = String::new();
        for chore in &self.chores {
            let told = chore.note.clone().or_else(|| chore.error.as_ref().map(|error| format!("failed: {error}")));
            // Writing to a string cannot fail.
            writeln!(text, "{:<12} {}", chore.chore, told.unwrap_or_default()).ok();
            for deed in &chore.deeds {
                let fate = match &deed.fate {
                    Fate::Sent { transaction, gas } => format!("sent in {} ({gas} gas)", transaction.trim()),
                    Fate::Planned => "would be sent".to_owned(),
                    Fate::Refused { reason } => format!("refused: {reason}"),
                };
                writeln!(text, "{:<12} {} {fate}", "", deed.label).ok();
            }
        }
        text
    }

    /// Fails if a chore has.
    /// # Errors: [`KeepError::Chores`]
    pub fn require_success(&self) -> Result<(), KeepError> {
        let errors: Vec<_> = self
            .chores
            .iter()
            .filter_map(|chore| Some(format!("{}: {}", chore.chore, chore.error.as_ref()?)))
            .collect();
        match errors.first() {
            None => Ok(()),
            Some(first) => {
                Err(KeepError::Chores { failed: errors.len(), chores: self.chores.len(), first: first.clone() })
            }
        }
    }
}
