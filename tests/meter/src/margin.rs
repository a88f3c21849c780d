//! An account to margin: every position in a strike of its own, half of them short.

use equipoise_math::Fx;
use equipoise_risk::margin::{assess, BoardHoldings, MarginParameters, Shocks};
use equipoise_risk::marks::BoardTerms;
use equipoise_risk::settlement::Holding;
use equipoise_risk::units::{Lots, Price};

use crate::book::{weekly_terms, SPOT};
use crate::operation::{Results, REFUSED};

/// An account's positions on boards that expire weekly.
pub(crate) struct Account {
    boards: Vec<(BoardTerms, Vec<Holding>)>,
    shocks: Shocks,
}

impl Account {
    /// Calls and puts alternate, and so do long and short, on strikes from 70 % to 130 % of spot.
    pub(crate) fn new(boards: u64, strikes: u64) -> Self {
        let make = |board: u64| {
            let held = (0..strikes).map(|place| {
                let number = i32::try_from(board * strikes + place).unwrap_or_default();
                let lots = Lots::new(if number / 2 % 2 == 0 { -1_000 - number } else { 700 + number });
                let (calls, puts) = if number % 2 == 0 { (lots, Lots::ZERO) } else { (Lots::ZERO, lots) };
                let strike = SPOT * 7 / 10 + SPOT * 6 / 10 * Fx::from_num(place) / Fx::from_num(strikes);
                Holding { strike: Price::from_fx(strike), calls, puts }
            });
            (weekly_terms(board), held.collect())
        };
        // Defaults: they are inside their bounds.
        let shocks = Shocks::new(&MarginParameters::default()).unwrap_or_else(|_| std::process::abort());
        Self { boards: (0..boards).map(make).collect(), shocks }
    }

    pub(crate) fn assess(&self) -> Results {
        let held: Vec<_> = self.boards.iter().map(|(terms, holdings)| BoardHoldings { terms, holdings }).collect();
        let Ok(margin) = assess(&held, &self.shocks) else {
            return [REFUSED; 9];
        };
        let mut results = Results::default();
        results[0] = margin.value.fx();
        results[1] = margin.maintenance.worst().fx();
        results[2] = margin.initial.worst().fx();
        for (result, loss) in results.iter_mut().skip(3).zip(margin.maintenance.to_array().iter().step_by(6)) {
            *result = loss.fx();
        }
        results
    }
}
