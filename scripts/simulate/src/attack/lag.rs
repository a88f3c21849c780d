//! Trades on a price that the feed does not have yet.

use equipoise_risk::black76::Kind;
use equipoise_risk::parameters::{Parameter, MILLION};
use equipoise_risk::units::Price;

use super::market::{fx, market, step, Attacker};
use super::{Attack, Claim, Round};
use crate::{Leg, Random, Refusal, Venue};

pub(super) const WITHIN_THE_THRESHOLD: Attack = Attack {
    name: "ahead_of_the_feed",
    description: "knows the price that the feed reports only once it is off by the threshold: buys what will be worth \
                  more and sells it after the report",
    claim: Claim::NoGainOnAverage,
    play: within_the_threshold,
};

pub(super) const AFTER_A_JUMP: Attack = Attack {
    name: "ahead_of_a_jump",
    description: "the same when the price has jumped by 1 to 5 % a second ago. It gains what the jump exceeds the \
                  band by, until the feed reports",
    claim: Claim::Excepted,
    play: after_a_jump,
};

/// Seconds from the price's crossing of the threshold to the feed's report.
const LATENCY_SECS: u64 = 2;

fn within_the_threshold(random: &mut Random) -> Result<Round, Refusal> {
    let mut venue = market(random)?;
    let threshold = venue_threshold(&venue);
    let (start, limit) = (price(&venue), random.between(0.5, 1.0) * threshold);
    let mut truth = start;
    let mut waited = 0;
    while (truth / start - 1.0).abs() < limit && waited < 3_600 {
        truth *= step(random, 1.0);
        venue.wait(1);
        waited += 1;
    }
    let mut attacker = Attacker::new();
    let leg = bet(&venue, random, truth > start);
    attacker.trade(&mut venue, &[leg])?;
    let mut crossed = None;
    for second in 0..3_600 {
        truth *= step(random, 1.0);
        venue.wait(1);
        if crossed.is_none() && (truth / start - 1.0).abs() >= threshold {
            crossed = Some(second);
        }
        if crossed.is_some_and(|at| second >= at + LATENCY_SECS) {
            break;
        }
    }
    venue.report(Price::from_fx(fx(truth)));
    attacker.unwind(&mut venue, random)?;
    Ok(attacker.round(&venue))
}

fn after_a_jump(random: &mut Random) -> Result<Round, Refusal> {
    let mut venue = market(random)?;
    let jump = random.between(0.01, 0.05) * if random.chance(0.5) { 1.0 } else { -1.0 };
    venue.wait(1);
    let mut attacker = Attacker::new();
    let leg = bet(&venue, random, jump > 0.0);
    attacker.trade(&mut venue, &[leg])?;
    venue.wait(LATENCY_SECS);
    venue.report(Price::from_fx(fx(price(&venue) * (1.0 + jump))));
    attacker.unwind(&mut venue, random)?;
    Ok(attacker.round(&venue))
}

fn price(venue: &Venue) -> f64 {
    venue.spot().fx().to_num()
}

fn venue_threshold(venue: &Venue) -> f64 {
    f64::from(venue.parameters().millionths(Parameter::Deviation)) / MILLION as f64
}

/// Something that gains when spot is seen to have risen, or fallen.
fn bet(venue: &Venue, random: &mut Random, has_risen: bool) -> Leg {
    let is_call = random.chance(0.5);
    let size = (random.scale(0.01, 300.0) * 1_000.0) as i32;
    Leg {
        board: random.place(venue.boards().len()),
        strike: random.place(venue.boards()[0].held().len()),
        kind: if is_call { Kind::Call } else { Kind::Put },
        lots: if is_call == has_risen { size } else { -size },
    }
}
