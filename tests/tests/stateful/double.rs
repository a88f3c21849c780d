//! The pure crates on what is in the slots.

use alloy_primitives::{B256, U256};
use equipoise_clearing_state::bit;
use equipoise_interfaces::series::Series;
use equipoise_interfaces::{Leg, MarketHalted, MarketReduceOnly};
use equipoise_market_state::layout::BoardState;
use equipoise_math::Fx;
use equipoise_risk::book::Valuation;
use equipoise_risk::breakers::{Breakers, State};
use equipoise_risk::clock::{phase, Phase};
use equipoise_risk::margin::{AccountMargin, MarketMargin, OffsetShare};
use equipoise_risk::potential::RiskState;
use equipoise_risk::settlement::{payoff_floor, Holding};
use equipoise_risk::units::{Atoms, Money, Price, TokenScale};
use equipoise_tests::Failure;

use crate::fixture::{narrow, LOT};
use crate::life::Life;
use crate::markets::{Scene, Sight};
use crate::native::{self, wad_of, Moment, Native};
use crate::slots::{Board, Picture};

pub mod fills;
pub mod hedging;
pub mod lender;
pub mod pool;

pub fn scale() -> TokenScale {
    TokenScale::from_decimals(6).unwrap()
}

impl Picture {
    /// The market's native double as of now.
    pub fn native(&self) -> Native {
        let mut native = Native::new();
        let unsettled = self.live().into_iter().filter(|id| !self.boards[id].is_settled());
        native.boards = unsettled.map(|id| native_board(id, &self.boards[&id])).collect();
        native.cash = Atoms::new(self.vault_cash());
        (native.reserve, native.flow) = (self.trading.reserve, self.trading.flow);
        (native.frozen, native.conditions) = (self.frozen, self.conditions);
        (native.hedge, native.has_hedger) = (self.hedge, self.has_hedger);
        (native.variance, native.posted_spot) = (self.directory.variance, self.directory.posted_spot);
        native.surface_at = self.directory.surface_at;
        (native.breakers, native.bad_debt) = (self.breakers, self.bad_debt);
        let insured = self.cash(equipoise_interfaces::account::INSURANCE).unsigned_abs();
        native.insurance = native::Insurance { floor_tokens: self.insurance_floor, atoms: insured };
        native.parameters = self.parameters;
        native.margin_parameters = self.margin_parameters;
        native
    }

    /// Lots of an account in a board, by series.
    pub fn lots(&self, account: B256, board: u16) -> Vec<i128> {
        let Some(board) = self.boards.get(&board) else { return Vec::new() };
        board.held.get(&account).map_or_else(|| vec![0; 2 * board.inventory.len()], |held| lots_of(held))
    }

    /// What a settled board pays an account that holds something in it, as far as its payout ratio is known.
    pub fn due(&self, account: B256, board: u16) -> Option<i128> {
        let BoardState::Settled { ratio, .. } = self.boards.get(&board)?.header.state else { return None };
        Some(ratio.applied_floor(self.payoff(account, board)?).unwrap().count())
    }

    /// The same if all is paid.
    pub fn payoff(&self, account: B256, board: u16) -> Option<Atoms> {
        let board = self.boards.get(&board)?;
        let BoardState::Settled { price, .. } = board.header.state else { return None };
        Some(payoff_floor(board.held.get(&account)?, price, scale()).unwrap())
    }

    /// Whether every position that these legs are of only shrinks.
    pub fn is_reducing(&self, account: B256, legs: &[Leg]) -> bool {
        let mut sums = std::collections::BTreeMap::<u32, i128>::new();
        for leg in legs {
            *sums.entry(leg.series).or_default() += narrow(leg.sizeWad) / LOT;
        }
        sums.into_iter().all(|(series, change)| {
            let Series { board, strike, is_put } = Series::from_id(series).unwrap();
            let place = 2 * usize::from(strike) + usize::from(is_put);
            let before = self.lots(account, board).get(place).copied().unwrap_or(0);
            let after = before + change;
            after.abs() <= before.abs() && after * before >= 0
        })
    }

    /// Whether one is long what the other is short.
    pub fn are_opposite(&self, one: B256, other: B256) -> bool {
        self.live().into_iter().any(|board| {
            let mut pairs = self.lots(one, board).into_iter().zip(self.lots(other, board));
            pairs.any(|(one, other)| one.signum() * other.signum() < 0)
        })
    }
}

impl Life {
    /// An account's margin by the pure crates, over all markets it holds anything in; none while that cannot be told: without a
    /// price, or while a board of it waits for settlement.
    pub fn margin_of(&self, picture: &Picture, account: B256) -> Option<AccountMargin> {
        self.margin_by(picture, account, false)
    }

    /// The same as who trades must have it: the market that he trades in counts boards in their window by spot.
    pub fn margin_of_trader(&self, picture: &Picture, account: B256) -> Option<AccountMargin> {
        self.margin_by(picture, account, true)
    }

    fn margin_by(&self, picture: &Picture, account: B256, is_trade: bool) -> Option<AccountMargin> {
        let markets = self.margins_of(picture, account, is_trade)?;
        let cash = scale().money_floor(Atoms::new(picture.cash(account))).unwrap();
        let share = OffsetShare::from_stored(Fx::from_bits(i128::from(picture.offset_share)));
        Some(AccountMargin::new(cash, &markets, share).unwrap())
    }

    /// The parts of it, by market.
    fn margins_of(&self, picture: &Picture, account: B256, is_trade: bool) -> Option<Vec<MarketMargin>> {
        let held = picture.ledger[&account].held();
        let both = self.both(picture).into_iter().filter(|(picture, _)| held & bit(picture.market) != 0);
        let margin = |(there, sight): (&Picture, Sight<'_>)| {
            let begun = Some(sight.scene).filter(|_| !(is_trade && there.market == picture.market));
            margin_in(there, (self.moment_in(sight.scene)?, begun), account)
        };
        both.map(margin).collect()
    }

    /// What its options are worth to close.
    pub fn options_of(&self, picture: &Picture, account: B256) -> Money {
        let margins = self.margins_of(picture, account, false).unwrap_or_default();
        margins.iter().fold(Money::ZERO, |sum, margin| sum.plus(margin.value).unwrap())
    }

    /// The part of it that comes from the market that is turned to.
    pub fn market_margin_of(&self, picture: &Picture, account: B256) -> Option<MarketMargin> {
        margin_in(picture, (self.moment()?, Some(&self.course.here)), account)
    }

    /// What may leave an account, in atoms, down.
    pub fn withdrawable(&self, picture: &Picture, account: B256) -> Option<i128> {
        let margin = self.margin_of(picture, account)?;
        let cash = scale().money_floor(Atoms::new(picture.cash(account))).unwrap();
        Some(scale().atoms_floor(margin.withdrawable(cash).unwrap()).unwrap().count())
    }
}

/// By the averages that have begun, of the rounds of a scene, or by spot.
fn margin_in(picture: &Picture, (moment, begun): (Moment, Option<&Scene>), account: B256) -> Option<MarketMargin> {
    let (mut live, mut settled) = (Vec::new(), Money::ZERO);
    for id in picture.account_boards[&account].ids() {
        let board = &picture.boards[&id];
        if let Some(due) = picture.due(account, id) {
            settled = settled.plus(scale().money_floor(Atoms::new(due)).unwrap()).unwrap();
        } else if board.header.expiry <= moment.now {
            return None;
        } else {
            live.push((id, board.held[&account].clone()));
        }
    }
    let mut native = picture.native();
    for board in native.boards.iter_mut().filter(|board| phase(moment.now, board.expiry) == Phase::InWindow) {
        board.begun = begun.map(|scene| scene.begun(board.expiry));
    }
    Some(native.margin(moment, &live, settled))
}

/// Why the breakers refuse a trade: the state, the rules that are tripped, the earliest recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    pub state: State,
    pub tripped: u32,
    pub recovers_at: u64,
}

impl Stopped {
    fn by(state: State, breakers: &Breakers, now: u64) -> Self {
        let recovers_at = breakers.earliest_recovery(now).unwrap_or(now).max(now);
        Self { state, tripped: breakers.tripped_bits(), recovers_at }
    }

    /// What a refusal says, if it is one of the breakers'.
    pub fn of(failure: &Failure) -> Option<Self> {
        let told = |state, tripped, recovers_at| Self { state, tripped, recovers_at };
        let reduced = failure.decode::<MarketReduceOnly>();
        let reduced = reduced.map(|why| told(State::ReduceOnly, why.trippedRules, why.recoversAt));
        let halted = failure.decode::<MarketHalted>();
        reduced.or(halted.map(|why| told(State::Halted, why.trippedRules, why.recoversAt)))
    }
}

impl Native {
    /// Whether the breakers refuse a trade, and why: by what another look finds where the market is not open, and in a
    /// new oracle round by what the trade itself finds.
    pub fn stopped(&self, moment: Moment, legs: &[Leg], is_closing: bool) -> Option<Stopped> {
        let mut native = self.clone();
        native.look_again(moment).ok()?;
        let is_stopped = |state: State| state == State::Halted || state == State::ReduceOnly && !is_closing;
        let found = native.state(moment);
        if is_stopped(found) {
            return Some(Stopped::by(found, &native.breakers, moment.now));
        }
        let offer = native.offer_in(found, moment, legs).ok()?;
        let (watch, breakers) = native.seen_with(&offer).ok()?;
        let seen = found.max(watch.state);
        is_stopped(seen).then(|| Stopped::by(seen, &breakers, moment.now))
    }

    /// The penalty for the risk of the whole book; zero without capital.
    pub fn penalty_wad(&self, moment: Moment, valuation: &Valuation) -> U256 {
        let capital = self.round(moment, valuation).frozen.capital;
        let state = RiskState::new(capital.frozen, self.variance, &self.parameters);
        let penalty = state.map_or(Money::ZERO, |state| state.penalty(&valuation.before).unwrap().charged);
        wad_of(penalty.fx()).into_raw()
    }

    /// The same state, bit for bit.
    pub fn require_same(&self, other: &Self) {
        assert_eq!((self.cash, self.reserve, self.flow), (other.cash, other.reserve, other.flow));
        assert_eq!((self.frozen, self.conditions), (other.frozen, other.conditions));
        assert_eq!((self.breakers, self.hedge), (other.breakers, other.hedge));
        for (one, other) in self.boards.iter().zip(&other.boards) {
            assert_eq!((one.id, &one.held), (other.id, &other.held), "the vault holds the other side");
        }
    }
}

fn native_board(id: u16, board: &Board) -> native::Board {
    let (basis, forward) = match board.header.state {
        BoardState::Live { basis, forward, .. } => (basis, forward),
        _ => (Fx::ZERO, Price::ZERO),
    };
    native::Board {
        id,
        expiry: board.header.expiry,
        basis,
        forward,
        slice: board.slice,
        gap: board.gap,
        held: board.inventory.clone(),
        begun: None,
    }
}

/// Lots by rising strike, the call before the put.
pub fn lots_of(held: &[Holding]) -> Vec<i128> {
    held.iter().flat_map(|each| [each.calls, each.puts].map(|lots| i128::from(lots.count()))).collect()
}
