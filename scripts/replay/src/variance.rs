//! How much of the days' ups and downs the hedge takes away, and what is left of them.
//!
//! The same run is looked at twice. *With*: the daily change of the net asset value at mid marks. *Without*: a shadow book that has made
//! the same trades at the same prices and paid and received the same cash, but has never held a hedge nor paid for one, so
//! that
//!
//! ```text
//! change with = change without + hedge,   hedge = units x change of spot - fills - tips
//! ```
//!
//! to the atom, each day. Both are shares of the value before the day, the one with the hedge. The shadow's reserve is the run's:
//! what hedges draw from it is a release like any other.

use serde::Serialize;

use crate::days::Day;
use crate::explain::Parts;

/// Variances of the daily change of what LPs own, as shares of it, squared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Variance {
    /// As it was, with the hedge.
    pub with: f64,
    /// Of the shadow book on the same trades.
    pub without: f64,
    /// The first over the second.
    pub ratio: f64,
    /// What makes up the first.
    pub with_shares: Shares,
    /// What makes up the second.
    pub without_shares: Shares,
}

/// The covariance of each part of the daily change with all of it, over its variance: they add up to one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Shares {
    /// Spot moves times delta, of options and of the hedge if there is one.
    pub delta: f64,
    /// Half of gamma times squared moves.
    pub gamma: f64,
    /// Time.
    pub theta: f64,
    /// Surfaces posted.
    pub vega: f64,
    /// Spreads, fees and skew.
    pub flow: f64,
    /// Fills of the hedge and tips.
    pub hedge_cost: f64,
    /// Settlements, debts of others, higher orders.
    pub other: f64,
}

const GROUPS: usize = 7;

fn groups(parts: &Parts) -> [i64; GROUPS] {
    let flow = parts.spread + parts.fees + parts.skew;
    let other = parts.settlement + parts.backstop + parts.residual;
    [parts.delta, parts.gamma, parts.theta, parts.vega, flow, parts.hedge_cost, other]
}

impl Day {
    /// What the day's change of value is made of for a book that has no hedge.
    pub fn parts_without_hedge(&self) -> Parts {
        // what the hedge has earned before its cost is in the delta
        let gross = self.hedge_pnl_atoms - self.parts.hedge_cost;
        Parts { delta: self.parts.delta - gross, hedge_cost: 0, ..self.parts }
    }
}

impl Variance {
    /// Of a run.
    /// # Inputs: what LPs had before the first day, in atoms
    pub(crate) fn of(days: &[Day], start: i64) -> Self {
        let (with, with_shares) = explained(days, start, |day| day.parts);
        let (without, without_shares) = explained(days, start, Day::parts_without_hedge);
        Self { with, without, ratio: with / without.max(f64::MIN_POSITIVE), with_shares, without_shares }
    }
}

fn explained(days: &[Day], start: i64, parts: impl Fn(&Day) -> Parts) -> (f64, Shares) {
    let before = std::iter::once(start).chain(days.iter().map(|day| day.nav_atoms));
    let rows = days.iter().zip(before).map(|(day, before)| {
        let parts = parts(day);
        let share = |atoms: i64| atoms as f64 / before as f64;
        (share(parts.total()), groups(&parts).map(share))
    });
    let rows: Vec<(f64, [f64; GROUPS])> = rows.collect();
    let count = rows.len() as f64;
    let mean = rows.iter().map(|(total, _)| total).sum::<f64>() / count.max(1.0);
    let mut covariances = [0.0; GROUPS];
    let mut variance = 0.0;
    for (total, groups) in &rows {
        variance += (total - mean) * (total - mean);
        for (sum, group) in covariances.iter_mut().zip(groups) {
            *sum += (total - mean) * group;
        }
    }
    let [delta, gamma, theta, vega, flow, hedge_cost, other] =
        covariances.map(|sum| if variance > 0.0 { sum / variance } else { 0.0 });
    let shares = Shares { delta, gamma, theta, vega, flow, hedge_cost, other };
    (variance / (count - 1.0).max(1.0), shares)
}

impl Shares {
    /// All of them with their names.
    pub const fn named(&self) -> [(&'static str, f64); GROUPS] {
        [
            ("delta", self.delta),
            ("gamma", self.gamma),
            ("theta", self.theta),
            ("vega", self.vega),
            ("spread, fees, skew", self.flow),
            ("hedge cost", self.hedge_cost),
            ("other", self.other),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(nav_atoms: i64, parts: Parts, hedge_pnl_atoms: i64) -> Day {
        Day { nav_atoms, hedge_pnl_atoms, parts, ..Day::default() }
    }

    #[test]
    fn a_hedge_that_takes_all_of_the_delta_away_takes_its_variance() {
        // options move by 100 up and down, the hedge the other way and pays 1 each time
        let mut days = Vec::new();
        let mut nav = 1_000_000;
        for place in 0..100 {
            let options = if place % 2 == 0 { 100 } else { -100 };
            let parts =
                Parts { delta: 0, hedge_cost: -1, theta: if place % 3 == 0 { 5 } else { 0 }, ..Parts::default() };
            nav += parts.total();
            days.push(day(nav, parts, -options - 1));
        }
        let variance = Variance::of(&days, 1_000_000);
        for (parts, day) in days.iter().map(|day| (day.parts_without_hedge(), day)) {
            assert_eq!(day.parts.total(), parts.total() + day.hedge_pnl_atoms);
        }
        assert!((variance.without - 1e-8).abs() < 2e-10 && variance.ratio < 0.001, "{variance:?}");
        for shares in [variance.with_shares, variance.without_shares] {
            assert!((shares.named().iter().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-12);
        }
        assert!(variance.with_shares.theta > 0.99 && variance.without_shares.delta > 0.99);
    }
}
