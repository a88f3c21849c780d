//! The same package in parts.

use super::market::{market, notional, package, quote, Attacker};
use super::{Attack, Claim, Round};
use crate::{Leg, Random, Refusal, Venue};

pub(super) const IN_PROPORTION: Attack = Attack {
    name: "split_in_proportion",
    description: "buys a package in two to six equal parts instead of at once",
    claim: Claim::NeverGains,
    play: in_proportion,
};

pub(super) const AT_WILL: Attack = Attack {
    name: "split_at_will",
    description: "buys the legs of a package one by one, each in any parts, in any order",
    claim: Claim::NeverGains,
    play: at_will,
};

fn in_proportion(random: &mut Random) -> Result<Round, Refusal> {
    let mut venue = market(random)?;
    let part = package(&venue, random, 300.0);
    let parts = random.whole(2, 7) as usize;
    compare(&mut venue, &vec![part; parts])
}

fn at_will(random: &mut Random) -> Result<Round, Refusal> {
    let mut venue = market(random)?;
    let mut parts = Vec::new();
    for leg in package(&venue, random, 300.0) {
        let mut left = leg.lots;
        while left != 0 {
            let size = random.whole(1, i64::from(left.abs()) + 1) as i32;
            let lots = if random.chance(0.3) { left } else { size * left.signum() };
            parts.insert(random.place(parts.len() + 1), vec![Leg { lots, ..leg }]);
            left -= lots;
        }
    }
    compare(&mut venue, &parts)
}

/// What the whole costs more than its parts, one after the other.
fn compare(venue: &mut Venue, parts: &[Vec<Leg>]) -> Result<Round, Refusal> {
    let mut legs: Vec<Leg> = Vec::new();
    for leg in parts.iter().flatten() {
        match legs.iter_mut().find(|sum| (sum.board, sum.strike, sum.kind) == (leg.board, leg.strike, leg.kind)) {
            Some(sum) => sum.lots += leg.lots,
            None => legs.push(*leg),
        }
    }
    let whole = quote(venue.quote(&legs)?.cost, venue);
    let mut attacker = Attacker::new();
    for part in parts {
        attacker.trade(venue, part)?;
    }
    Ok(Round { gain: whole + quote(attacker.trader.cash, venue), notional: notional(venue, &legs) })
}
