//! Trades around a change of parameters.

use super::market::{market, package, parameters, Attacker};
use super::{Attack, Claim, Round};
use crate::{Random, Refusal};

pub(super) const AROUND_A_VOTE: Attack = Attack {
    name: "around_a_vote",
    description: "opens positions, waits for a vote that redraws every parameter within its bounds, closes them. It \
                  may gain where a vote makes relief of risk dearer than its taking was: a rebate comes out of the \
                  skew reserve, and at most 0.5 points of volatility through the mid",
    claim: Claim::Excepted,
    play,
};

fn play(random: &mut Random) -> Result<Round, Refusal> {
    let mut venue = market(random)?;
    let mut attacker = Attacker::new();
    for _ in 0..random.whole(1, 5) {
        let legs = package(&venue, random, 300.0);
        let _ = attacker.trade(&mut venue, &legs);
    }
    let adopted = parameters(random);
    venue.adopt(adopted);
    venue.report(venue.spot());
    attacker.unwind(&mut venue, random)?;
    Ok(attacker.round(&venue))
}
