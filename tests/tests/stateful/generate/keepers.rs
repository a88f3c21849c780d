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
pub fn quiet_round(draw: &mut Draw, secs: u32) -> [Action; 4] {
    let still = Round::Move(draw.below(2_000) as i32 - 1_000);
    round(draw, secs, still)
}

/// The same with a round of its own.
pub fn round(draw: &mut Draw, secs: u32, round: Round) -> [Action; 4] {
    [
        Action::Time(Until::Secs(secs)),
        Action::Feed(round),
        Action::Surface { level_millionths: 0, skew_millionths: 0, is_negative: false },
        Action::Poke { by: draw.who() },
    ]
}

/// The next board, if it has expired.
pub fn settle_next(draw: &mut Draw) -> Action {
    Action::SettleBoard { by: draw.who(), board: 0, is_wrong_round: false }
}

/// What the vault owes for a board, if its time is over.
pub fn fix_ratio(draw: &mut Draw) -> Action {
    Action::FixRatio { by: draw.who(), board: 0 }
}

/// What follows an action, most of the times that it asks for anything.
pub fn tend(draw: &mut Draw, action: &Action) -> Vec<Action> {
    let secs = match action {
        Action::Feed(Round::Move(move_by)) if move_by.unsigned_abs() > JUMP => COOL_DOWN,
        Action::Time(Until::Secs(secs)) if *secs > LEAP => 1,
        Action::Time(Until::Expiry(_) | Until::Cut(_)) => 1,
        _ => return Vec::new(),
    };
    if draw.is_one_in(4) {
        return Vec::new();
    }
    // Nothing settles before there is a round after its expiry, and no surface is posted of what has expired.
    let [time, feed, surface, look] = quiet_round(draw, secs);
    vec![time, feed, settle_next(draw), settle_next(draw), fix_ratio(draw), surface, look]
}
