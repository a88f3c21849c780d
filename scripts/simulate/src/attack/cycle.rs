//! Trades that end where they began.

use super::market::{market, package, step, Attacker, HOUR_SECS};
use super::{Attack, Claim, Round};
use crate::{Random, Refusal, Venue};
use equipoise_risk::units::Price;

pub(super) const WITHIN_A_ROUND: Attack = Attack {
    name: "cycle_within_a_round",
    description: "opens up to eight packages and closes them again in one state of the market",
    claim: Claim::NeverGains,
    play: |random| play(random, |_, _| {}),
};

pub(super) const OVER_ROUNDS: Attack = Attack {
    name: "cycle_over_rounds",
    description: "the same with a round of the feed, seconds later and at the same price, between any two trades",
    claim: Claim::NeverGains,
    play: |random| {
        play(random, |venue, random| {
            venue.wait(random.whole(1, 31) as u64);
            venue.report(venue.spot());
        })
    },
};

pub(super) const OVER_HOURS: Attack = Attack {
    name: "cycle_over_hours",
    description: "the same over up to two hours between trades, while spot moves without a drift",
    claim: Claim::NoGainOnAverage,
    play: |random| {
        play(random, |venue, random| {
            let secs = random.whole(60, 2 * HOUR_SECS as i64);
            venue.wait(secs as u64);
            move_spot(venue, random, secs as f64);
        })
    },
};

fn move_spot(venue: &mut Venue, random: &mut Random, secs: f64) {
    let spot = venue.spot().fx().to_num::<f64>() * step(random, secs);
    venue.report(Price::from_fx(super::market::fx(spot)));
}

fn play(random: &mut Random, between: fn(&mut Venue, &mut Random)) -> Result<Round, Refusal> {
    let mut venue = market(random)?;
    let mut attacker = Attacker::new();
    for _ in 0..random.whole(1, 9) {
        let legs = package(&venue, random, 300.0);
        // He goes on with what he has if a limit is in the way.
        let _ = attacker.trade(&mut venue, &legs);
        between(&mut venue, random);
    }
    attacker.unwind(&mut venue, random)?;
    Ok(attacker.round(&venue))
}
