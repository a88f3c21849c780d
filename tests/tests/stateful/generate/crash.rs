//! What hardly ever comes of single actions: a market that gaps while nobody bids.

use crate::action::{Action, LegOf, Limit, Of, Round, Size, Target, Until};
use crate::actors::{ACTORS, RICH};

use super::Draw;

/// Longer than an auction of a solvent account, and than the rest of one until positions are closed against each other.
const AUCTION: u32 = 5_000;
const DELEVERAGE: u32 = 4_000;
/// The longest time that a look after a gap must wait for.
const COOL_DOWN: u32 = 1_000;
const HOUR: u32 = 3_600;

/// Shorts on little margin, and longs against them or against the vault; a gap; and what comes after it.
pub fn crash(draw: &mut Draw) -> Vec<Action> {
    let is_up = draw.is_one_in(2);
    let mut list = calm_down(draw);
    if draw.is_one_in(2) {
        list.extend(lean_on_seniors());
    }
    list.push(Action::List { secs: 90_000 + draw.below(90_000) as u32, step: 1 + draw.below(3) as u8 });
    list.extend(quiet_round(draw, HOUR / 4));
    for _ in 0..7 {
        list.extend(short(draw, is_up));
        list.push(long(draw, is_up));
    }
    let gap = [100_000, 250_000, 600_000][draw.below(3) as usize] + draw.below(100_000) as i32;
    list.push(Action::Time(Until::Secs(HOUR / 2)));
    list.push(Action::Feed(Round::Move(if is_up { gap } else { -gap.min(600_000) })));
    list.push(Action::Poke { by: draw.who() });
    match draw.below(3) {
        0 => list.extend(settle_debts(draw)),
        1 => list.extend(liquidate(draw, false)),
        _ => list.extend(liquidate(draw, true)),
    }
    list
}

/// A round that hardly moves, a surface of it, and a look.
fn quiet_round(draw: &mut Draw, secs: u32) -> [Action; 4] {
    [
        Action::Time(Until::Secs(secs)),
        Action::Feed(Round::Move(draw.below(2_000) as i32 - 1_000)),
        Action::Surface { level_millionths: 0, skew_millionths: 0, is_negative: false },
        Action::Poke { by: draw.who() },
    ]
}

/// So long that what the last crash has tripped recovers, and all that has expired is settled.
fn calm_down(draw: &mut Draw) -> Vec<Action> {
    let mut list = Vec::new();
    for _ in 0..3 {
        list.extend(quiet_round(draw, 26 * HOUR));
        list.extend((0..2).map(|_| Action::SettleBoard { by: draw.who(), board: 0, is_wrong_round: false }));
    }
    list.extend(settle_accounts());
    list
}

fn settle_accounts() -> impl Iterator<Item = Action> {
    let accounts = (0..ACTORS as u8).flat_map(|who| [Of(who, false), Of(who, true)]);
    accounts.map(|of| Action::SettleAccount { by: of.0, of, board: 0 })
}

/// Senior capital as far as the junior may bear it.
fn lean_on_seniors() -> [Action; 5] {
    let by = RICH as u8;
    [
        Action::RequestDeposit { by, is_senior: true, atoms: 400_000_000_000 },
        Action::Time(Until::Cut(10)),
        Action::Feed(Round::Move(100)),
        Action::ProcessEpoch { by, is_wrong_round: false },
        Action::ClaimDeposit { by, of: by, is_senior: true, thousandths: 1_000, is_mint: false },
    ]
}

/// One is short as much as his cash bears.
fn short(draw: &mut Draw, is_call: bool) -> [Action; 2] {
    let by = draw.who();
    let of = Of(by, draw.is_one_in(2));
    let size = Size::Lever(75 + draw.below(45) as i16);
    let atoms = 2_000_000_000 + draw.below(8_000_000_000);
    [Action::Deposit { by, to: Some(of), atoms }, bet(draw, (by, of), is_call, size)]
}

/// One is long, of whom others are short or the vault is.
fn long(draw: &mut Draw, is_call: bool) -> Action {
    let by = draw.who();
    let size = Size::Lots(500 << draw.below(6));
    bet(draw, (by, Of(by, false)), is_call, size)
}

fn bet(draw: &mut Draw, (by, of): (u8, Of), is_call: bool, size: Size) -> Action {
    let legs = vec![LegOf { board: draw.below(200) as u8, strike: draw.below(200) as u8, is_put: !is_call, size }];
    Action::Trade { by, of, legs, limit: Limit::None }
}

/// Nobody bids until the vault may take over, or until positions are closed against each other.
fn liquidate(draw: &mut Draw, is_late: bool) -> Vec<Action> {
    let mut list = Vec::from(quiet_round(draw, COOL_DOWN));
    let fit = |draw: &mut Draw| Target::Fit(draw.byte());
    list.extend((0..6).map(|_| Action::StartAuction { by: draw.who(), target: fit(draw) }));
    list.extend(quiet_round(draw, AUCTION));
    if is_late {
        list.extend(quiet_round(draw, DELEVERAGE));
        list.extend((0..8).map(|_| Action::Deleverage { by: draw.who(), target: fit(draw), counter: draw.any_of() }));
    }
    list.extend((0..8).map(|_| Action::TakeOver { by: draw.who(), target: fit(draw) }));
    list.extend((0..3).map(|_| Action::CoverBadDebt { by: draw.who(), target: fit(draw) }));
    list
}

/// Everything expires, and who cannot pay owes.
fn settle_debts(draw: &mut Draw) -> Vec<Action> {
    let mut list = Vec::new();
    for _ in 0..3 {
        list.push(Action::Time(Until::Window(0)));
        list.push(Action::Feed(Round::Move(0)));
        list.push(Action::Time(Until::Expiry(10)));
        list.push(Action::Feed(Round::Move(0)));
        list.push(Action::SettleBoard { by: draw.who(), board: 0, is_wrong_round: false });
    }
    list.extend(settle_accounts());
    list.extend((0..5).map(|_| Action::CoverBadDebt { by: draw.who(), target: Target::Fit(draw.byte()) }));
    list
}
