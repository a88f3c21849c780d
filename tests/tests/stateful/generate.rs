//! Lists of actions from a seed, weighted so that rare states are reached often.

use equipoise_risk::governed::MOST_FLOOR;

use crate::action::{Action, Limit, Of, Round, Until};

mod crash;
mod draw;
mod hedging;
mod keepers;

pub use draw::Draw;

/// How violent the market is: what a life is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Climate {
    Calm,
    Violent,
    /// Calm but for crashes in which nobody bids.
    Forsaken,
}

/// In a forsaken market one in so many actions is a crash, which is some fifty.
const CRASHES: u64 = 60;
/// One in so many actions is a solver who does all that a rebalance needs, which is five.
const REHEDGES: u64 = 40;
/// And of two markets one in so many turns to the other.
const TURNS: u64 = 8;

type Make = fn(&mut Draw, Climate) -> Action;

/// What may happen, with its weight.
const MAKERS: &[(u32, Make)] = &[
    (210, |draw, _| {
        let by = draw.who();
        let limit = match draw.below(60) {
            0 => Limit::Exact,
            1 => Limit::TooTight,
            2 => Limit::Late,
            _ => Limit::None,
        };
        Action::Trade { by, of: draw.of(by), legs: draw.legs(), limit }
    }),
    (45, |draw, _| {
        let by = draw.who();
        Action::Close { by, of: draw.of(by), board: draw.byte(), thousandths: draw.thousandths() }
    }),
    (12, |draw, _| Action::RoundTrip { by: draw.who(), legs: draw.legs(), parts: 1 + draw.below(3) as u8 }),
    (8, |draw, _| Action::Split { by: draw.who(), legs: draw.legs() }),
    (18, |draw, _| {
        let by = draw.who();
        let from = draw.of(by);
        let to = match draw.below(3) {
            0 => draw.any_of(),
            1 => Of(from.0, !from.1),
            // One whom he operates.
            _ => Of((by + 6) % 7, draw.is_one_in(2)),
        };
        Action::TransferLongs { by, from, to, board: draw.byte(), place: draw.byte(), thousandths: draw.thousandths() }
    }),
    (22, |draw, _| Action::Deposit {
        by: draw.who(),
        to: if draw.is_one_in(2) { Some(draw.any_of()) } else { None },
        atoms: draw.atoms(40_000_000_000),
    }),
    (4, |draw, _| Action::DepositPermit {
        by: draw.who(),
        atoms: draw.atoms(2_000_000_000),
        is_forged: draw.is_one_in(3),
    }),
    (3, |draw, _| Action::DepositInsurance { by: draw.who(), atoms: draw.atoms(400_000_000) }),
    (12, |draw, _| {
        let (by, to) = (draw.who(), draw.who());
        let of = if draw.is_one_in(2) { Some(draw.of(by)) } else { None };
        Action::Withdraw { by, of, to, amount: draw.amount() }
    }),
    (16, |draw, _| {
        let by = draw.who();
        Action::TransferCash { by, from: draw.of(by), to: draw.any_of(), amount: draw.amount() }
    }),
    (6, |draw, _| Action::SetOperator { by: draw.who(), operator: draw.who(), secs: draw.secs() }),
    (3, |draw, _| Action::SignOperator {
        by: draw.who(),
        operator: draw.who(),
        secs: draw.secs(),
        is_forged: draw.is_one_in(3),
    }),
    (26, |draw, _| Action::StartAuction { by: draw.who(), target: draw.target() }),
    (40, |draw, _| keepers::bid(draw)),
    (10, |draw, _| Action::EndAuction { by: draw.who(), target: draw.target() }),
    (16, |draw, _| Action::TakeOver { by: draw.who(), target: draw.target() }),
    (16, |draw, _| Action::Deleverage { by: draw.who(), target: draw.target(), counter: draw.any_of() }),
    (14, |draw, _| Action::CoverBadDebt { by: draw.who(), target: draw.target() }),
    (16, |draw, _| Action::RequestDeposit {
        by: draw.who(),
        is_senior: draw.is_one_in(2),
        atoms: draw.atoms(60_000_000_000),
    }),
    (16, |draw, _| {
        let thousandths = if draw.is_one_in(4) { 1_000 } else { draw.below(400) as u16 };
        Action::RequestRedeem { by: draw.who(), is_senior: draw.is_one_in(2), thousandths }
    }),
    (4, |draw, _| lp(draw, |by, of, is_senior| Action::CancelDeposit { by, of, is_senior })),
    (4, |draw, _| lp(draw, |by, of, is_senior| Action::CancelRedeem { by, of, is_senior })),
    (14, |draw, _| {
        let (thousandths, is_mint) = (draw.thousandths(), draw.is_one_in(2));
        lp(draw, |by, of, is_senior| Action::ClaimDeposit { by, of, is_senior, thousandths, is_mint })
    }),
    (14, |draw, _| {
        let (thousandths, is_withdraw) = (draw.thousandths(), draw.is_one_in(2));
        lp(draw, |by, of, is_senior| Action::ClaimRedeem { by, of, is_senior, thousandths, is_withdraw })
    }),
    (6, |draw, _| lp(draw, |by, of, is_senior| Action::ClaimReturned { by, of, is_senior })),
    (4, |draw, _| lp(draw, |by, of, is_senior| Action::Collect { by, of, is_senior })),
    (6, |draw, _| {
        let thousandths = draw.thousandths();
        lp(draw, |by, to, is_senior| Action::ShareTransfer { by, to, is_senior, thousandths })
    }),
    (5, |draw, _| {
        let (thousandths, to) = (draw.thousandths(), draw.who());
        lp(draw, |by, from, is_senior| Action::ShareTransferFrom { by, from, to, is_senior, thousandths })
    }),
    (4, |draw, _| {
        let thousandths = draw.thousandths();
        lp(draw, |by, spender, is_senior| Action::ShareApprove { by, spender, is_senior, thousandths })
    }),
    (3, |draw, _| {
        let is_forged = draw.is_one_in(3);
        lp(draw, |by, spender, is_senior| Action::SharePermit { by, spender, is_senior, is_forged })
    }),
    (3, |draw, _| {
        let is_approved = draw.is_one_in(2);
        lp(draw, |by, operator, is_senior| Action::LpOperator { by, operator, is_senior, is_approved })
    }),
    (26, |draw, _| Action::ProcessEpoch { by: draw.who(), is_wrong_round: draw.is_one_in(12) }),
    (3, |draw, _| Action::Accrue { by: draw.who() }),
    (4, |draw, _| Action::PayFees { by: draw.who() }),
    (18, |draw, _| {
        let by = draw.who();
        let (of, to) = (draw.of(by), if draw.is_one_in(3) { draw.who() } else { by });
        Action::Wrap { by, of, board: draw.byte(), place: draw.byte(), thousandths: draw.thousandths(), to }
    }),
    (8, |draw, _| {
        let by = draw.who();
        Action::Unwrap { by, place: draw.byte(), thousandths: draw.thousandths(), to: draw.of(by) }
    }),
    (12, |draw, _| {
        let by = draw.who();
        Action::RedeemWrapped { by, place: draw.byte(), thousandths: draw.thousandths(), to: draw.any_of() }
    }),
    (4, |draw, _| Action::SettleWrapped { by: draw.who(), board: draw.byte() }),
    (12, |draw, _| {
        let by = draw.who();
        let from = if draw.is_one_in(2) { draw.who() } else { by };
        let (to, place, is_batch) = (draw.who(), draw.byte(), draw.is_one_in(3));
        Action::WrappedTransfer { by, from, to, place, thousandths: draw.thousandths(), is_batch }
    }),
    (3, |draw, _| Action::WrappedApprove { by: draw.who(), operator: draw.who(), is_approved: draw.is_one_in(2) }),
    (30, |draw, _| Action::Poke { by: draw.who() }),
    (3, |draw, _| {
        let by = if draw.is_one_in(3) { None } else { Some(draw.who()) };
        Action::Tighten { by, state: draw.below(4) as u8 }
    }),
    (70, |draw, _| {
        Action::Time(match draw.below(20) {
            0 => Until::Window(draw.below(120) as u16),
            1 => Until::Window(0),
            2 | 3 => Until::Expiry(draw.below(60) as u16),
            4..7 => Until::Cut(draw.below(60) as u16),
            7 => Until::Secs(draw.below(40 * 3_600) as u32),
            8..12 => Until::Secs(draw.below(3_600) as u32),
            _ => Until::Secs(draw.below(400) as u32),
        })
    }),
    (90, |draw, climate| {
        let widest = match (climate, draw.below(40)) {
            (_, 0) => return Action::Feed([Round::Zero, Round::Negative][draw.below(2) as usize]),
            (Climate::Calm | Climate::Forsaken, 1) => 60_000,
            (Climate::Calm | Climate::Forsaken, 2..12) => 15_000,
            (Climate::Violent, 1) => 600_000,
            (Climate::Violent, 2) => 300_000,
            (Climate::Violent, 3..13) => 40_000,
            _ => 5_000,
        };
        Action::Feed(Round::Move(draw.below(2 * widest + 1) as i32 - widest as i32))
    }),
    (55, |draw, climate| {
        let most = if climate == Climate::Violent { 600_000 } else { 100_000 };
        Action::Surface {
            level_millionths: draw.below(2 * most + 1) as i32 - most as i32,
            skew_millionths: draw.below(600_001) as i32 - 300_000,
            is_negative: draw.is_one_in(25),
        }
    }),
    (22, |draw, _| Action::List { secs: 1_000 + draw.below(5 * 86_400) as u32, step: draw.byte() }),
    (220, |draw, _| Action::SettleBoard { by: draw.who(), board: draw.byte(), is_wrong_round: draw.is_one_in(15) }),
    (24, |draw, _| Action::SettleAccount { by: draw.who(), of: draw.any_of(), board: draw.byte() }),
    (40, |draw, _| {
        let by = draw.who();
        let (of, maker, legs) = (draw.of(by), draw.any_of(), draw.legs());
        let units = (1 + draw.below(4) as u8, 1 + draw.below(12) as u8);
        Action::Share { by, of, maker, legs, units, is_forged: draw.is_one_in(8) }
    }),
    (12, |draw, _| Action::FixRatio { by: draw.who(), board: draw.byte() }),
    (5, |draw, _| Action::Donate { by: draw.who(), to: draw.byte(), atoms: draw.atoms(5_000_000_000) }),
    (4, |draw, _| Action::SetParameters { seed: draw.below(1 << 32) as u32, count: draw.below(4) as u8 }),
    (4, |draw, _| Action::SetMarginParameters { seed: draw.below(1 << 32) as u32, count: draw.below(3) as u8 }),
    (3, |draw, _| match draw.below(1 << 32) as u32 {
        seed if seed % 3 == 0 => Action::SetInsuranceFloor { tokens: floor_of(seed / 3) },
        seed => Action::SetTerms { seed },
    }),
    (2, |draw, _| Action::SetCorrelation { millionths: draw.below(1_200_000) as u32 }),
    (14, |draw, _| Action::Stranger { by: draw.who(), call: draw.byte() }),
    (90, |draw, _| Action::Hedge(hedging::any(draw))),
];

/// Too high, some, or mostly none: below a floor nobody opens what all the rest is done on.
fn floor_of(number: u32) -> u32 {
    match number % 16 {
        0..4 => MOST_FLOOR + 1 + number % 1_000,
        4 => number / 16 % 400,
        _ => 0,
    }
}

/// An action about an LP: mostly his own.
fn lp(draw: &mut Draw, make: impl FnOnce(u8, u8, bool) -> Action) -> Action {
    let of = draw.who();
    let by = if draw.is_one_in(6) { draw.who() } else { of };
    make(by, of, draw.is_one_in(2))
}

/// So many actions of a seed, in one market or in two.
pub fn actions(seed: u64, count: usize, is_double: bool) -> Vec<Action> {
    let mut draw = if is_double { Draw::of_two(seed) } else { Draw::new(seed) };
    let climate = [Climate::Calm, Climate::Violent, Climate::Forsaken][(seed % 3) as usize];
    let total: u32 = MAKERS.iter().map(|(weight, _)| weight).sum();
    let one = |draw: &mut Draw| {
        let mut place = draw.below(total.into()) as u32;
        for (weight, make) in MAKERS {
            if place < *weight {
                return make(draw, climate);
            }
            place -= weight;
        }
        Action::Accrue { by: 0 }
    };
    // Nobody bids where all have left.
    let is_left_out = |action: &Action| climate == Climate::Forsaken && matches!(action, Action::Bid { .. });
    let mut list = Vec::with_capacity(count);
    if climate == Climate::Forsaken {
        list.extend(crash::wipe_out(&mut draw));
    }
    while list.len() < count {
        if climate == Climate::Forsaken && draw.is_one_in(CRASHES) {
            list.extend(crash::crash(&mut draw));
            continue;
        }
        if is_double && draw.is_one_in(TURNS) {
            list.push(Action::Turn);
        }
        if draw.is_one_in(REHEDGES) {
            list.extend(hedging::rehedge(&mut draw));
        }
        let action = one(&mut draw);
        if is_left_out(&action) {
            continue;
        }
        let follows = keepers::tend(&mut draw, &action);
        list.push(action);
        list.extend(follows.into_iter().filter(|next| !is_left_out(next)));
    }
    list.truncate(count);
    list
}

/// A crash whose debts the vault bears, and days in which nothing happens.
pub fn crash_and_calm(seed: u64) -> [Vec<Action>; 2] {
    let mut draw = Draw::new(seed);
    let mut crash = crash::wipe_out(&mut draw);
    // While the debts are young: who looks later has not seen them.
    crash.push(Action::Poke { by: 0 });
    [crash, crash::long_calm(&mut draw)]
}
