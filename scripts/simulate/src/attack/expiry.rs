//! Trades timed around an expiry.

use equipoise_risk::clock::WINDOW_SECS;
use equipoise_risk::units::Price;

use super::market::{fx, market, package, step, Attacker};
use super::{Attack, Claim, Round};
use crate::{Leg, Random, Refusal, Venue};

pub(super) const BEFORE_THE_WINDOW: Attack = Attack {
    name: "before_the_settlement_window",
    description: "trades the first expiry in the last seconds or hours before its window and waits for the average",
    claim: Claim::NoGainOnAverage,
    play: before_the_window,
};

/// The feed reports once in so many seconds.
const FEED_SECS: u64 = 60;

fn before_the_window(random: &mut Random) -> Result<Round, Refusal> {
    let mut venue = market(random)?;
    let opens = venue.boards()[0].expiry - WINDOW_SECS;
    let before = random.scale(1.0, 7_200.0) as u64;
    let at = opens.saturating_sub(before).max(venue.now());
    venue.wait(at - venue.now());
    venue.report(venue.spot());
    // As it is after a day with its own surface: smiles follow spot.
    venue.post_surface();
    let legs: Vec<Leg> =
        package(&venue, random, 100.0).into_iter().map(|leg| Leg { board: 0, ..leg }).take(1).collect();
    let mut attacker = Attacker::new();
    attacker.trade(&mut venue, &legs)?;
    let settlement = average(&venue, random, opens);
    venue.settle(0, settlement, &mut [&mut attacker.trader])?;
    Ok(attacker.round(&venue))
}

/// The average over the window of a spot without a drift.
fn average(venue: &Venue, random: &mut Random, opens: u64) -> Price {
    let mut spot = venue.spot().fx().to_num::<f64>() * step(random, (opens - venue.now()) as f64);
    let reports = WINDOW_SECS / FEED_SECS;
    let mut sum = 0.0;
    for _ in 0..reports {
        // A price holds until the next one is reported.
        sum += spot;
        spot *= step(random, FEED_SECS as f64);
    }
    Price::from_fx(fx(sum / reports as f64))
}
