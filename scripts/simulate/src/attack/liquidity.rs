//! Trades around the attacker's own entry into the vault or exit from it.

use equipoise_math::Fx;
use equipoise_risk::units::Atoms;

use super::market::{fx, market, package, Attacker, DAY_SECS, HOUR_SECS};
use super::{Attack, Claim, Round};
use crate::{Random, Refusal, Venue};

pub(super) const AROUND_A_DEPOSIT: Attack = Attack {
    name: "around_a_deposit",
    description: "opens positions, puts up to three times its capital into the vault, closes them, leaves",
    claim: Claim::NeverGains,
    play: |random| play(random, false),
};

pub(super) const AROUND_A_REDEMPTION: Attack = Attack {
    name: "around_a_redemption",
    description: "puts up to three times its capital into the vault, opens positions against the larger capital, \
                  leaves, closes them against the smaller",
    claim: Claim::NeverGains,
    play: |random| play(random, true),
};

fn play(random: &mut Random, enters_first: bool) -> Result<Round, Refusal> {
    let mut venue = market(random)?;
    let mut attacker = Attacker::new();
    let amount = venue.capital().scaled_floor(fx(random.scale(0.01, 3.0)))?;
    let amount = venue.scale().atoms_floor(amount)?;
    let mut shares = Fx::ZERO;
    if enters_first {
        shares = enter(&mut venue, &mut attacker, amount)?;
        pass(&mut venue, random);
    }
    for _ in 0..random.whole(1, 5) {
        let legs = package(&venue, random, 300.0);
        let _ = attacker.trade(&mut venue, &legs);
    }
    pass(&mut venue, random);
    if !enters_first {
        shares = enter(&mut venue, &mut attacker, amount)?;
        pass(&mut venue, random);
        attacker.unwind(&mut venue, random)?;
        pass(&mut venue, random);
    }
    attacker.trader.cash = attacker.trader.cash.plus(venue.redeem(shares)?)?;
    if enters_first {
        pass(&mut venue, random);
        attacker.unwind(&mut venue, random)?;
    }
    Ok(attacker.round(&venue))
}

fn enter(venue: &mut Venue, attacker: &mut Attacker, amount: Atoms) -> Result<Fx, Refusal> {
    attacker.trader.cash = attacker.trader.cash.minus(amount)?;
    venue.deposit(amount)
}

/// Requests wait for an hour at least, and everybody may wait for a day: spot and the surface stay, and what time
/// takes from options is given back by the surface's own variance, so that only the flows are left to gain from.
fn pass(venue: &mut Venue, random: &mut Random) {
    let secs = if random.chance(0.5) { HOUR_SECS } else { DAY_SECS / 4 };
    venue.hold_still(secs);
    venue.report(venue.spot());
}
