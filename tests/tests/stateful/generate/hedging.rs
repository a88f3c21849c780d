//! What solvers do, and the owner and the guardian of a hedger.

use crate::action::hedging::{Delivery, FillOf, FillSize, Flaw, Where};
use crate::action::{Action, HedgeAction, Round, Until};

use super::Draw;

/// Longer than a checkpoint must be old by default.
const RIPE: u32 = 130;

/// Anything that anybody can do about the hedge.
pub fn any(draw: &mut Draw) -> HedgeAction {
    let by = draw.who();
    let owner_or = |draw: &mut Draw| if draw.is_one_in(3) { Some(draw.who()) } else { None };
    match draw.below(100) {
        0..25 => HedgeAction::Checkpoint { by },
        25..62 => rebalance(draw),
        62..70 => options(draw),
        70..74 => {
            let place = if draw.is_one_in(8) { Where::Solver } else { Where::Pool };
            let (solver, fills, is_forged) = (draw.who(), vec![near(draw, place)], draw.is_one_in(3));
            HedgeAction::SignRebalance { by, solver, fills, is_forged }
        }
        74..80 => HedgeAction::Tend { by },
        80..83 => HedgeAction::CloseVenue { by: owner_or(draw), place: venue(draw) },
        83..90 => {
            let dollars = 20_000 + draw.below(1_500_000) as u32;
            HedgeAction::OpenVenue { by: owner_or(draw), place: venue(draw), dollars }
        }
        90..97 => {
            let (seed, count) = (draw.below(1 << 32) as u32, draw.below(3) as u8);
            HedgeAction::SetHedgeTerms { seed, count, is_narrow: !draw.is_one_in(4) }
        }
        _ => HedgeAction::GiveCoins { atoms: draw.below(2_000_000_000) as u32 },
    }
}

/// What the vault holds most of, or something that it does not want.
fn options(draw: &mut Draw) -> HedgeAction {
    let hundredths = if draw.is_one_in(4) { draw.below(400) as i16 - 200 } else { 10 + draw.below(80) as i16 };
    let most_tip = if draw.is_one_in(4) { draw.below(5_000_000) } else { u64::MAX };
    let series = 1 + draw.below(3) as u8;
    HedgeAction::HedgeOptions { by: draw.who(), board: draw.byte(), series, hundredths, most_tip }
}

/// An inventory is kept, grows old, and what there is to hedge is hedged at a fair price: by whoever does not deliver too little, or
/// at the pool, where anybody's signature will do.
pub fn rehedge(draw: &mut Draw) -> [Action; 5] {
    let by = draw.who();
    let place = if draw.is_one_in(2) { Where::Solver } else { Where::Pool };
    let fills = vec![FillOf { size: FillSize::Hundredths(60 + draw.below(45) as i16), ..near(draw, place) }];
    let delivery = match draw.below(8) {
        0 => Delivery::Beyond(draw.below(3_000_000) as u32),
        1 => Delivery::Enter(draw.byte()),
        _ => Delivery::Honest,
    };
    let is_signed = place == Where::Pool && draw.is_one_in(2);
    let hedge = if draw.is_one_in(3) {
        options(draw)
    } else if is_signed {
        HedgeAction::SignRebalance { by, solver: draw.who(), fills, is_forged: false }
    } else {
        HedgeAction::Rebalance { by, fills, most_tip: u64::MAX, delivery, flaw: Flaw::None }
    };
    [
        Action::Hedge(HedgeAction::Checkpoint { by }),
        Action::Time(Until::Secs(RIPE + draw.below(300) as u32)),
        Action::Feed(Round::Move(draw.below(2_000) as i32 - 1_000)),
        Action::Hedge(HedgeAction::Checkpoint { by: draw.who() }),
        Action::Hedge(hedge),
    ]
}

fn rebalance(draw: &mut Draw) -> HedgeAction {
    let count = match draw.below(60) {
        0 => 0,
        1 => 9,
        2..8 => 2 + draw.below(2),
        _ => 1,
    };
    let fills = (0..count).map(|_| fill(draw)).collect();
    let delivery = match draw.below(20) {
        0 | 1 => Delivery::Short(1 + draw.below(1_000_000) as u32),
        2 => Delivery::Beyond(draw.below(3_000_000) as u32),
        3 | 4 => Delivery::Enter(draw.byte()),
        _ => Delivery::Honest,
    };
    let flaw = match draw.below(40) {
        0 => Flaw::Late,
        1 => Flaw::WrongEpoch,
        2 => Flaw::WrongWords,
        3 | 4 => Flaw::YoungWords,
        5 => Flaw::YoungPrice,
        _ => Flaw::None,
    };
    let most_tip = if draw.is_one_in(4) { draw.atoms(50_000_000) } else { u64::MAX };
    HedgeAction::Rebalance { by: draw.who(), fills, most_tip, delivery, flaw }
}

fn fill(draw: &mut Draw) -> FillOf {
    let size = match draw.below(40) {
        0..22 => FillSize::Hundredths(20 + draw.below(90) as i16),
        22..28 => FillSize::Hundredths(draw.below(400) as i16 - 150),
        28..36 => FillSize::Milli(draw.below(250_000) as i32 - 50_000),
        36 => FillSize::Milli(0),
        _ => FillSize::All,
    };
    let worse_millionths = match draw.below(20) {
        0..11 => draw.below(200) as i32 - 50,
        11..17 => draw.below(6_000) as i32 - 1_000,
        _ => draw.below(120_000) as i32 - 60_000,
    };
    let place = match draw.below(60) {
        0 => Where::Nowhere,
        1 => Where::Lender,
        2..20 => Where::Pool,
        _ => Where::Solver,
    };
    FillOf { size, worse_millionths, place }
}

/// What there is to hedge, at a price near spot, or at what the pool asks.
fn near(draw: &mut Draw, place: Where) -> FillOf {
    let pool = if place == Where::Pool { 650 } else { 0 };
    let worse_millionths = pool + draw.below(120) as i32 - 20;
    FillOf { size: FillSize::Hundredths(100), worse_millionths, place }
}

fn venue(draw: &mut Draw) -> Where {
    [Where::Solver, Where::Pool, Where::Lender][draw.below(3) as usize]
}
