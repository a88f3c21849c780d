//! A random life of the wrapper against a simple model: whatever happens, in whatever order, both agree on what is
//! refused and on everything that anybody has.

use std::cell::RefCell;
use std::collections::BTreeMap;

use alloy_primitives::U256;
use equipoise_interfaces::account::of;
use equipoise_interfaces::IWrapper;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::fixture::{every_series, setup, Setup, TestLongs, STRIKES, WAD};

const OWNERS: usize = 3;
const SERIES: usize = 12;
const LIVES: u32 = 20;
const ACTIONS: usize = 70;

#[derive(Clone, Debug)]
enum Action {
    Wrap { who: usize, to: usize, series: usize, lots: u128 },
    Unwrap { who: usize, series: usize, lots: u128 },
    Transfer { from: usize, to: usize, series: usize, lots: u128 },
    SettleInMarket { board: u16, price: u128, ratio_wad: u128 },
    SettleAccount { board: u16 },
    Settle { board: u16 },
    Redeem { who: usize, series: usize, lots: Option<u128> },
}

/// An action of a time in which boards live, or, if they may be `ending`, are settled and redeemed.
fn actions(ending: bool) -> impl Strategy<Value = Action> {
    let (who, series, lots, board) = (0..OWNERS, 0..SERIES, 0..700u128, 1..=2u16);
    let ratio = prop_oneof![3 => Just(WAD), 1 => 0..=WAD];
    let wrap = (who.clone(), who.clone(), series.clone(), lots.clone());
    let unwrap = (who.clone(), series.clone(), lots.clone());
    let transfer = wrap.clone();
    let settle = (board.clone(), 2_900..3_500u128, ratio);
    let redeem = (who, series, proptest::option::of(lots));
    let late = |weight| if ending { weight } else { 0 };
    prop_oneof![
        6 => wrap.prop_map(|(who, to, series, lots)| Action::Wrap { who, to, series, lots }),
        3 => unwrap.prop_map(|(who, series, lots)| Action::Unwrap { who, series, lots }),
        4 => transfer.prop_map(|(from, to, series, lots)| Action::Transfer { from, to, series, lots }),
        late(4) => settle.prop_map(|(board, price, ratio_wad)| Action::SettleInMarket { board, price, ratio_wad }),
        late(2) => board.clone().prop_map(|board| Action::SettleAccount { board }),
        late(3) => board.prop_map(|board| Action::Settle { board }),
        late(20) => redeem.prop_map(|(who, series, lots)| Action::Redeem { who, series, lots }),
    ]
}

/// A board as the model sees it.
#[derive(Clone, Default)]
struct Board {
    /// Price in dollars and ratio, once the market has settled it.
    settled: Option<(u128, u128)>,
    /// What was received and the weight, once the wrapper has settled it.
    fixed: Option<(u128, u128)>,
    cash: u128,
}

struct Model {
    /// Lots by owner and series.
    positions: [[u128; SERIES]; OWNERS],
    tokens: [[u128; SERIES]; OWNERS],
    /// Lots that the wrapper's accounts hold.
    wrapped: [u128; SERIES],
    cash: [u128; OWNERS],
    boards: BTreeMap<u16, Board>,
}

fn board_of(series: usize) -> u16 {
    if series < SERIES / 2 {
        1
    } else {
        2
    }
}

/// What an option pays a contract, in dollars.
fn intrinsic(series: usize, price: u128) -> u128 {
    let place = series % (SERIES / 2);
    let strike = STRIKES[place / 2];
    if place.is_multiple_of(2) {
        price.saturating_sub(strike)
    } else {
        strike.saturating_sub(price)
    }
}

impl Model {
    fn new(positions: &[[u128; SERIES]; OWNERS]) -> Self {
        let boards = [1, 2].map(|board| (board, Board::default())).into();
        let none = [0; SERIES];
        Self { positions: *positions, tokens: [none; OWNERS], wrapped: none, cash: [0; OWNERS], boards }
    }

    fn supply(&self, series: usize) -> u128 {
        self.tokens.iter().map(|held| held[series]).sum()
    }

    fn is_open(&self, series: usize) -> bool {
        self.boards[&board_of(series)].settled.is_none()
    }

    /// Pays the wrapper's account, which then holds nothing of the board.
    fn settle_account(&mut self, board: u16) -> Option<()> {
        let (price, ratio_wad) = self.boards[&board].settled?;
        let mut value = 0;
        for series in (0..SERIES).filter(|series| board_of(*series) == board) {
            // A lot of a dollar is 1,000 atoms.
            value += self.wrapped[series] * intrinsic(series, price) * 1_000;
            self.wrapped[series] = 0;
        }
        self.boards.get_mut(&board).unwrap().cash += value * ratio_wad / WAD;
        Some(())
    }

    fn settle(&mut self, board: u16) -> Option<(u128, u128)> {
        if let Some(fixed) = self.boards[&board].fixed {
            return Some(fixed);
        }
        self.settle_account(board)?;
        let (price, _) = self.boards[&board].settled?;
        let weight = (0..SERIES)
            .filter(|series| board_of(*series) == board)
            .map(|series| self.supply(series) * intrinsic(series, price))
            .sum();
        let state = self.boards.get_mut(&board).unwrap();
        state.fixed = Some((state.cash, weight));
        state.fixed
    }

    /// The action, mostly on what the actor has, now and then on a lot more or on what he has not.
    fn within_reach(&self, action: Action) -> Action {
        match action {
            Action::Wrap { who, to, series, lots } => {
                let lots = lots % (self.positions[who][series] + 2);
                Action::Wrap { who, to, series, lots }
            }
            Action::Unwrap { who, series, lots } => {
                let series = self.held_by(who, series, |series| self.is_open(series));
                Action::Unwrap { who, series, lots: lots % (self.tokens[who][series] + 2) }
            }
            Action::Transfer { from, to, series, lots } => {
                let series = self.held_by(from, series, |_| true);
                Action::Transfer { from, to, series, lots: lots % (self.tokens[from][series] + 2) }
            }
            Action::Redeem { who, series, lots } => {
                let series = self.held_by(who, series, |series| !self.is_open(series));
                Action::Redeem { who, series, lots: lots.map(|lots| lots % (self.tokens[who][series] + 2)) }
            }
            other => other,
        }
    }

    /// One of the series that an owner has tokens of and that fit, by a number; the number itself if there is none.
    fn held_by(&self, who: usize, number: usize, fits: impl Fn(usize) -> bool) -> usize {
        let held: Vec<_> = (0..SERIES).filter(|series| self.tokens[who][*series] > 0 && fits(*series)).collect();
        held.get(number % held.len().max(1)).copied().unwrap_or(number)
    }

    /// Does what the action does, or nothing if it must be refused.
    fn apply(&mut self, action: &Action) -> Option<()> {
        match *action {
            Action::Wrap { who, to, series, lots } => {
                (self.is_open(series) && lots > 0).then_some(())?;
                self.positions[who][series] = self.positions[who][series].checked_sub(lots)?;
                self.tokens[to][series] += lots;
                self.wrapped[series] += lots;
            }
            Action::Unwrap { who, series, lots } => {
                (self.is_open(series) && lots > 0).then_some(())?;
                self.tokens[who][series] = self.tokens[who][series].checked_sub(lots)?;
                self.positions[who][series] += lots;
                self.wrapped[series] -= lots;
            }
            Action::Transfer { from, to, series, lots } => {
                self.tokens[from][series] = self.tokens[from][series].checked_sub(lots)?;
                self.tokens[to][series] += lots;
            }
            Action::SettleInMarket { board, price, ratio_wad } => {
                let state = self.boards.get_mut(&board).unwrap();
                state.settled = state.settled.or(Some((price, ratio_wad)));
            }
            Action::SettleAccount { board } => self.settle_account(board)?,
            Action::Settle { board } => self.settle(board).map(|_| ())?,
            Action::Redeem { who, series, lots } => return self.redeem(who, series, lots),
        }
        Some(())
    }

    fn redeem(&mut self, who: usize, series: usize, lots: Option<u128>) -> Option<()> {
        let board = board_of(series);
        let lots = lots.unwrap_or(self.tokens[who][series]);
        let left = self.tokens[who][series].checked_sub(lots)?;
        let (price, _) = self.boards[&board].settled?;
        let before = (self.boards.clone(), self.wrapped);
        let (received, weight) = self.settle(board)?;
        let share = U256::from(lots * intrinsic(series, price)) * U256::from(received);
        let payout: u128 = share.checked_div(U256::from(weight)).unwrap_or_default().to();
        if payout == 0 {
            // A refusal takes the settlement back.
            (self.boards, self.wrapped) = before;
            return None;
        }
        self.tokens[who][series] = left;
        self.cash[who] += payout;
        self.boards.get_mut(&board).unwrap().cash -= payout;
        Some(())
    }
}

/// Does the action on the chain. Says whether it was done.
fn act(setup: &mut Setup, action: &Action) -> bool {
    let (owners, all) = (setup.owners, every_series());
    match *action {
        Action::Wrap { who, to, series, lots } => setup.wrap(owners[who], all[series], lots, owners[to]).is_ok(),
        Action::Unwrap { who, series, lots } => setup.unwrap(owners[who], all[series], lots).is_ok(),
        Action::Transfer { from, to, series, lots } => {
            setup.transfer(owners[from], owners[from], owners[to], all[series], lots).is_ok()
        }
        Action::SettleInMarket { board, price, ratio_wad } => {
            setup.settle_in_market(board, price, ratio_wad);
            true
        }
        Action::SettleAccount { board } => {
            let account = setup.board_account(board);
            let (owner, longs) = (setup.world.owner, setup.longs);
            setup.world.send(owner, longs, &TestLongs::settleAccountCall { account, id: board }).is_ok()
        }
        Action::Settle { board } => setup.send(owners[0], &IWrapper::settleCall { board }).is_ok(),
        Action::Redeem { who, series, lots } => {
            setup.redeem(owners[who], all[series], lots.map_or(U256::MAX, U256::from)).is_ok()
        }
    }
}

impl Action {
    const fn name(&self) -> &'static str {
        match self {
            Self::Wrap { .. } => "wrap",
            Self::Unwrap { .. } => "unwrap",
            Self::Transfer { .. } => "transfer",
            Self::SettleInMarket { .. } => "settle in market",
            Self::SettleAccount { .. } => "settle account",
            Self::Settle { .. } => "settle",
            Self::Redeem { .. } => "redeem",
        }
    }
}

/// By action: done and refused.
type Tally = BTreeMap<&'static str, (u32, u32)>;

/// What the model says that [`Setup::snapshot`] must find.
fn expected(model: &Model) -> Vec<u128> {
    let mut all = Vec::new();
    for series in 0..SERIES {
        all.push(model.supply(series));
        all.extend(model.tokens.iter().map(|held| held[series]));
        all.extend(model.positions.iter().map(|held| held[series]));
        for board in [1, 2] {
            all.push(if board == board_of(series) { model.wrapped[series] } else { 0 });
        }
    }
    all.extend(model.cash);
    all.extend(model.boards.values().map(|board| board.cash));
    all
}

fn live(actions: &[Action], tally: &mut Tally) -> Result<(), TestCaseError> {
    let mut setup = setup();
    let mut positions = [[0; SERIES]; OWNERS];
    for (owner, held) in setup.owners.into_iter().zip(&mut positions) {
        for (series, lots) in every_series().into_iter().zip(held) {
            *lots = 1_000;
            setup.give(of(owner), series, *lots);
        }
    }
    let mut model = Model::new(&positions);
    for action in actions {
        // The market settles a board once; its stand-in lets tests do so again.
        if matches!(action, Action::SettleInMarket { board, .. } if model.boards[board].settled.is_some()) {
            continue;
        }
        let action = &model.within_reach(action.clone());
        let is_done = act(&mut setup, action);
        let (done, refused) = tally.entry(action.name()).or_default();
        *(if is_done { done } else { refused }) += 1;
        prop_assert_eq!(is_done, model.apply(action).is_some(), "{:?}", action);
        prop_assert_eq!(setup.snapshot(), expected(&model), "after {:?}", action);
        for (board, state) in &model.boards {
            if state.settled.is_none() {
                for series in (0..SERIES).filter(|series| board_of(*series) == *board) {
                    prop_assert_eq!(model.supply(series), model.wrapped[series]);
                }
            }
        }
    }
    Ok(())
}

#[test]
fn a_random_life_agrees_with_a_simple_model() {
    let config = Config { cases: LIVES, failure_persistence: None, ..Config::default() };
    let half = |ending| proptest::collection::vec(actions(ending), 5..ACTIONS / 2);
    let lives = (half(false), half(true)).prop_map(|halves| [halves.0, halves.1].concat());
    let tally = RefCell::new(Tally::new());
    TestRunner::new(config).run(&lives, |actions| live(&actions, &mut tally.borrow_mut())).unwrap();
    let tally = tally.into_inner();
    println!("done and refused: {tally:?}");
    assert_eq!(tally.len(), 7);
    assert!(tally.values().all(|(done, _)| *done > 0), "an action never succeeded: {tally:?}");
}
