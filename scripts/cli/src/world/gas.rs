//! Gas by call.

use std::collections::BTreeMap;

use serde::Serialize;

/// Gas of every call that succeeded, by label.
#[derive(Clone, Debug, Default)]
pub struct GasLog(BTreeMap<&'static str, Vec<u64>>);

/// What one kind of call used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct GasUse {
    /// How many there were.
    pub count: usize,
    /// The cheapest.
    pub min: u64,
    /// The middle one, the lower of two.
    pub median: u64,
    /// The dearest.
    pub max: u64,
}

impl GasLog {
    /// Enters one call.
    pub fn note(&mut self, label: &'static str, gas: u64) {
        self.0.entry(label).or_default().push(gas);
    }

    /// What each kind of call used.
    pub fn summary(&self) -> BTreeMap<String, GasUse> {
        let of = |(label, used): (&&'static str, &Vec<u64>)| {
            let mut used = used.clone();
            used.sort_unstable();
            let at = |place: usize| used.get(place).copied().unwrap_or_default();
            let last = used.len().saturating_sub(1);
            let summary = GasUse { count: used.len(), min: at(0), median: at(last / 2), max: at(last) };
            ((*label).to_owned(), summary)
        };
        self.0.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_has_the_least_the_middle_and_the_most() {
        let mut log = GasLog::default();
        for gas in [5, 1, 9, 7] {
            log.note("trade", gas);
        }
        let expected = GasUse { count: 4, min: 1, median: 5, max: 9 };
        assert_eq!(log.summary().get("trade"), Some(&expected));
    }
}
