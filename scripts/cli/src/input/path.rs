//! The moments a demo lives through, each with its price.

use std::collections::BTreeMap;

use equipoise_data::{PriceHistory, Timestamp};

use crate::world::WINDOW_SECS;

/// Spacing of the prices within a settlement window.
const WINDOW_STEP_SECS: u64 = 300;

/// A moment and the price the feed answers then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    /// Unix seconds.
    pub at: u64,
    /// USD per coin.
    pub price: f64,
}

/// The history's own prices after `start` and up to `end`, and prices every five minutes through the settlement
/// window of each expiry. What lies between two points of the history is on the straight line between them.
pub fn path(history: &PriceHistory, start: Timestamp, end: Timestamp, expiries: &[u64]) -> Vec<Tick> {
    let (from, until) = (seconds(start), seconds(end));
    let own = history.between(start, end).iter().map(|point| (seconds(point.time), point.open));
    let mut ticks: BTreeMap<u64, f64> = own.filter(|(at, _)| *at > from).collect();
    for expiry in expiries.iter().filter(|expiry| **expiry <= until) {
        let window = expiry.saturating_sub(WINDOW_SECS)..=*expiry;
        let step = usize::try_from(WINDOW_STEP_SECS).unwrap_or(1);
        for at in window.step_by(step).filter(|at| *at > from) {
            if let Some(price) = interpolated(history, at) {
                ticks.entry(at).or_insert(price);
            }
        }
    }
    ticks.into_iter().map(|(at, price)| Tick { at, price }).collect()
}

/// The price at a moment, on the line between the points around it; at the ends the nearest.
pub fn interpolated(history: &PriceHistory, at: u64) -> Option<f64> {
    let after = history.points.partition_point(|point| seconds(point.time) <= at);
    let (before, next) = (after.checked_sub(1).and_then(|place| history.points.get(place)), history.points.get(after));
    match (before, next) {
        (Some(before), Some(next)) => {
            let (from, to) = (seconds(before.time), seconds(next.time));
            let share = at.saturating_sub(from) as f64 / to.saturating_sub(from).max(1) as f64;
            Some(before.open + share * (next.open - before.open))
        }
        (Some(only), None) | (None, Some(only)) => Some(only.open),
        (None, None) => None,
    }
}

fn seconds(time: Timestamp) -> u64 {
    u64::try_from(time.as_second()).unwrap_or_default()
}
