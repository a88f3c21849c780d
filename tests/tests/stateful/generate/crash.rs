//! What hardly ever comes of single actions: a market that gaps while nobody bids.

use crate::action::{Action, LegOf, Limit, Of, Round, Size, Target, Until};
use crate::actors::{ACTORS, RICH};

use super::keepers::{fix_ratio, in_each, quiet_round, settle_next, tended, COOL_DOWN};
use super::Draw;

/// Longer than an auction of a solvent account, and than the rest of one until positions are closed against each other.
const AUCTION: u32 = 5_000;
const DELEVERAGE: u32 = 4_000;
const HOUR: u32 = 3_600;
/// Falls are no larger, so that the way back takes days and not weeks.
const MOST_FALL: i32 = 450_000;

/// What a crash is about: one board, two neighbouring strikes of it, and which way it goes.
#[derive(Clone, Copy)]
struct Bets {
    board: u8,
    strike: u8,
    is_up: bool,
}

/// The first crash of a life goes so far that whoever was short owes more than the thin vaults' junior has.
pub fn wipe_out(draw: &mut Draw) -> Vec<Action> {
    crash_by(draw, 600_000, true)
}

/// Any other: of any size, either way.
pub fn crash(draw: &mut Draw) -> Vec<Action> {
    let gap = [150_000, 300_000, 600_000][draw.below(3) as usize];
    let is_up = draw.is_one_in(2);
    crash_by(draw, gap, is_up)
}

/// Shorts on little margin, and longs against them; a gap; and what comes after it, mostly until the market is open again.
fn crash_by(draw: &mut Draw, gap: i32, is_up: bool) -> Vec<Action> {
    let mut list = calm_down(draw);
    if draw.is_one_in(3) {
        list.push(Action::DepositInsurance { by: RICH as u8, atoms: draw.below(40_000_000_000) });
    }
    match draw.below(4) {
        0 | 1 => list.extend(enter(draw, true)),
        2 => list.extend(enter(draw, false)),
        _ => {}
    }
    let (secs, step) = (90_000 + draw.below(90_000) as u32, 1 + draw.below(3) as u8);
    list.extend(in_each(draw, |_| vec![Action::List { secs, step }]));
    list.extend(quiet_round(draw, HOUR / 4));
    let bets = Bets { board: draw.below(200) as u8, strike: draw.below(200) as u8, is_up };
    list.extend(in_each(draw, |draw| bets_of_all(draw, bets)));
    let gap = gap + draw.below(100_000) as i32;
    let round = Round::Move(if bets.is_up { gap } else { -gap.min(MOST_FALL) });
    list.push(Action::Time(Until::Secs(HOUR / 2)));
    list.extend(in_each(draw, |draw| vec![Action::Feed(round), Action::Poke { by: draw.who() }]));
    match draw.below(3) {
        0 => list.extend(settle_debts(draw)),
        1 => list.extend(liquidate(draw, false)),
        _ => list.extend(liquidate(draw, true)),
    }
    if !draw.is_one_in(4) {
        list.extend(calm_down(draw));
    }
    list
}

/// So long that what a crash has tripped recovers and the price is back where there is room both ways; all that has
/// expired is settled, debts are paid, and who holds nothing any more is out of his auction.
fn calm_down(draw: &mut Draw) -> Vec<Action> {
    let mut list = Vec::new();
    for _ in 0..2 {
        list.extend(tended(draw, 26 * HOUR, Round::Home));
    }
    list.extend(in_each(draw, |_| settle_accounts()));
    list.extend((0..3).map(|_| Action::CoverBadDebt { by: draw.who(), target: Target::Fit(draw.byte()) }));
    list.extend((0..3).map(|_| Action::EndAuction { by: draw.who(), target: Target::Fit(draw.byte()) }));
    list
}

/// Days in which nothing happens, and a board that could be traded after them.
pub fn long_calm(draw: &mut Draw) -> Vec<Action> {
    let mut list: Vec<_> = (0..3).flat_map(|_| calm_down(draw)).collect();
    list.push(Action::List { secs: 90_000, step: 1 });
    list.extend(quiet_round(draw, HOUR / 4));
    list
}

fn settle_accounts() -> Vec<Action> {
    let accounts = (0..ACTORS as u8).flat_map(|who| [Of(who, false), Of(who, true)]);
    accounts.map(|of| Action::SettleAccount { by: of.0, of, board: 0 }).collect()
}

/// Senior capital as far as the junior may bear it, or junior capital: after a wipe-out the first of a new series.
fn enter(draw: &mut Draw, is_senior: bool) -> Vec<Action> {
    let by = RICH as u8;
    let atoms = if is_senior { 400_000_000_000 } else { 60_000_000_000 };
    let mut list = vec![Action::RequestDeposit { by, is_senior, atoms }, Action::Time(Until::Cut(10))];
    list.extend(quiet_round(draw, 1));
    list.push(Action::ProcessEpoch { by, is_wrong_round: false });
    list.push(Action::ClaimDeposit { by, of: by, is_senior, thousandths: 1_000, is_mint: false });
    list
}

fn bets_of_all(draw: &mut Draw, bets: Bets) -> Vec<Action> {
    let mut list = Vec::new();
    for by in 0..ACTORS as u8 {
        list.extend(short(draw, by, bets));
        list.push(long(draw, bets));
    }
    list
}

/// One is short as much as his cash bears; of two markets half as much in each. The rich one gives it: who has lost all has none to lose.
fn short(draw: &mut Draw, by: u8, bets: Bets) -> [Action; 2] {
    let of = Of(by, !draw.is_one_in(4));
    let size = Size::Lever((70 + draw.below(30) as i16) >> u8::from(draw.is_double));
    let atoms = 20_000_000_000 + draw.below(20_000_000_000);
    [Action::Deposit { by: RICH as u8, to: Some(of), atoms }, bet(draw, (by, of), bets, size)]
}

/// One is long what the vault has of the shorts: it is left with what they cannot pay.
fn long(draw: &mut Draw, bets: Bets) -> Action {
    let by = draw.who();
    let size = Size::OfVault(if draw.is_one_in(4) { draw.below(200) as i16 } else { 100 });
    bet(draw, (by, Of(by, false)), bets, size)
}

fn bet(draw: &mut Draw, (by, of): (u8, Of), Bets { board, strike, is_up }: Bets, size: Size) -> Action {
    let strike = strike + draw.below(2) as u8;
    let legs = vec![LegOf { board, strike, is_put: !is_up, size }];
    Action::Trade { by, of, legs, limit: Limit::None }
}

/// Nobody bids until the vault may take over, or until positions are closed against each other; but of two markets sometimes
/// one does.
fn liquidate(draw: &mut Draw, is_late: bool) -> Vec<Action> {
    let mut list = quiet_round(draw, COOL_DOWN);
    let fit = |draw: &mut Draw| Target::Fit(draw.byte());
    list.extend((0..6).map(|_| Action::StartAuction { by: draw.who(), target: fit(draw) }));
    if draw.is_double && draw.is_one_in(2) {
        list.extend(bids(draw));
    }
    list.extend(quiet_round(draw, AUCTION));
    if is_late {
        list.extend(quiet_round(draw, DELEVERAGE));
        list.extend((0..8).map(|_| Action::Deleverage { by: draw.who(), target: fit(draw), counter: draw.any_of() }));
    }
    list.extend((0..8).map(|_| Action::TakeOver { by: draw.who(), target: fit(draw) }));
    list.extend((0..3).map(|_| Action::CoverBadDebt { by: draw.who(), target: fit(draw) }));
    list
}

/// One who has the cash for it bids, though not for all.
fn bids(draw: &mut Draw) -> Vec<Action> {
    let (by, share) = (ACTORS as u8 - 1, 200 + draw.below(600) as u16);
    let to = Of(by, false);
    let mut list = vec![Action::Deposit { by: RICH as u8, to: Some(to), atoms: 400_000_000_000 }];
    list.extend((0..3).map(|_| Action::Bid { by, to, target: Target::Fit(draw.byte()), share, is_free: false }));
    list
}

/// Everything expires, and who cannot pay owes.
fn settle_debts(draw: &mut Draw) -> Vec<Action> {
    let mut list = Vec::new();
    for _ in 0..3 {
        list.push(Action::Time(Until::Window(0)));
        list.extend(in_each(draw, |_| vec![Action::Feed(Round::Move(0))]));
        list.push(Action::Time(Until::Expiry(10)));
        list.extend(in_each(draw, |draw| vec![Action::Feed(Round::Move(0)), settle_next(draw)]));
    }
    // Who owes settles while what the vault owes is open; who is owed, when it is fixed.
    list.extend(in_each(draw, |_| settle_accounts()));
    list.push(Action::Time(Until::Secs(HOUR)));
    list.extend(in_each(draw, |draw| [vec![fix_ratio(draw)], settle_accounts()].concat()));
    list.extend((0..5).map(|_| Action::CoverBadDebt { by: draw.who(), target: Target::Fit(draw.byte()) }));
    list
}
