//! What keepers and solvers do when something has moved: a market that nobody tends is never open.

use crate::action::{Action, Round, Until};

use super::Draw;

/// The longest time that a look after a gap must wait for.
pub const COOL_DOWN: u32 = 1_000;
/// A move that may trip a breaker, in millionths.
const JUMP: u32 = 25_000;
/// A leap of time in which something may have expired or aged.
const LEAP: u32 = 3_600;

/// A round that hardly moves, a surface of it, and a look.
pub fn quiet_round(draw: &mut Draw, secs: u32) -> Vec<Action> {
    let still = still(draw);
    round(draw, secs, still)
}

fn still(draw: &mut Draw) -> Round {
    Round::Move(draw.below(2_000) as i32 - 1_000)
}

/// The same with a round of its own.
fn round(draw: &mut Draw, secs: u32, round: Round) -> Vec<Action> {
    let mut list = vec![Action::Time(Until::Secs(secs))];
    list.extend(in_each(draw, |draw| {
        let surface = Action::Surface { level_millionths: 0, skew_millionths: 0, is_negative: false };
        vec![Action::Feed(round), surface, Action::Poke { by: draw.who() }]
    }));
    list
}

/// The same, and what has expired is settled before there is a surface: none is posted of what has expired.
pub fn tended(draw: &mut Draw, secs: u32, round: Round) -> Vec<Action> {
    let mut list = vec![Action::Time(Until::Secs(secs))];
    list.extend(in_each(draw, |draw| {
        let surface = Action::Surface { level_millionths: 0, skew_millionths: 0, is_negative: false };
        let settled = [settle_next(draw), settle_next(draw), fix_ratio(draw)];
        [&[Action::Feed(round)][..], &settled, &[surface, Action::Poke { by: draw.who() }]].concat()
    }));
    list
}

/// In the market that is turned to, and in the other if there are two.
pub fn in_each(draw: &mut Draw, mut make: impl FnMut(&mut Draw) -> Vec<Action>) -> Vec<Action> {
    let mut list = make(draw);
    if draw.is_double {
        list.push(Action::Turn);
        list.extend(make(draw));
        list.push(Action::Turn);
    }
    list
}

/// The next board, if it has expired.
pub fn settle_next(draw: &mut Draw) -> Action {
    Action::SettleBoard { by: draw.who(), board: 0, is_wrong_round: false }
}

/// What the vault owes for a board, if its time is over.
pub fn fix_ratio(draw: &mut Draw) -> Action {
    Action::FixRatio { by: draw.who(), board: 0 }
}

/// A bid for an account in auction.
pub fn bid(draw: &mut Draw) -> Action {
    let by = draw.who();
    let share = if draw.is_one_in(3) { 1_000 } else { draw.below(1_000) as u16 };
    Action::Bid { by, to: draw.of(by), target: draw.target(), share, is_free: draw.is_one_in(8) }
}

/// What follows an action, most of the times that it asks for anything.
pub fn tend(draw: &mut Draw, action: &Action) -> Vec<Action> {
    let secs = match action {
        Action::Feed(Round::Move(move_by)) if move_by.unsigned_abs() > JUMP => COOL_DOWN,
        Action::Time(Until::Secs(secs)) if *secs > LEAP => 1,
        Action::Time(Until::Expiry(_) | Until::Cut(_)) => 1,
        Action::StartAuction { .. } if draw.is_one_in(2) => return vec![bid(draw)],
        _ => return Vec::new(),
    };
    if draw.is_one_in(4) {
        return Vec::new();
    }
    // Nothing settles before there is a round after its expiry.
    let still = still(draw);
    tended(draw, secs, still)
}
