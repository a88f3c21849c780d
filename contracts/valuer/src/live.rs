//! The market at this moment: spot, the boards with their terms, and the trade that is being priced.

use alloy_primitives::U256;
use equipoise_interfaces::series::{Series, MAX_LEGS};
use equipoise_interfaces::{
    BoardSlots, Leg, MarketBoardClosed, MarketLegsCount, MarketSeriesUnknown, MarketSettlementPending,
    MarketSliceMissing, Moment,
};
use equipoise_kit::lean::revert;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{lots_of, price_of, words_of};
use equipoise_market_state::errors::{number_error, pricing_error};
use equipoise_market_state::layout::{decode_holdings, decode_parameters, decode_slice, BoardState, Directory, Header};
use equipoise_risk::book::{self, StrikeState, Valuation};
use equipoise_risk::clock::{phase, Phase, WINDOW_SECS};
use equipoise_risk::limits::most_owed_ceil;
use equipoise_risk::marks::BoardTerms;
use equipoise_risk::spread::SpreadTerms;
use equipoise_risk::units::{Money, Price};

/// A board that trades or waits for settlement.
#[derive(Clone, Debug)]
struct LiveBoard {
    id: u16,
    /// Unix seconds.
    expiry: u64,
    /// How it is priced now.
    terms: BoardTerms,
    /// Its strikes with what the vault holds and what is traded.
    strikes: Vec<StrikeState>,
}

/// Every live board, priced.
#[derive(Clone, Debug)]
pub struct Live {
    /// A board awaits settlement or is in its window.
    pub is_settlement_pending: bool,
    now: u64,
    directory: Directory,
    spot: Price,
    boards: Vec<LiveBoard>,
}

impl Live {
    /// Unpacks the market's slots.
    /// # Errors: MarketNumberOutOfDomain
    pub fn unpack(moment: &Moment, boards: &[BoardSlots]) -> Result<Self, Revert> {
        let parameters = decode_parameters(&moment.parameters.map(|slot| slot.0));
        let directory = Directory::decode(&moment.directory.0);
        let spot = price_of(moment.spotWad)?;
        let age = moment.nowAt.saturating_sub(moment.spotAt);
        let surface_age = moment.nowAt.saturating_sub(directory.surface_at);
        let spread = SpreadTerms::new(spot, age, directory.variance, &parameters);
        let spread = spread.and_then(|spread| spread.on_surface_of(surface_age, &parameters)).map_err(pricing_error)?;
        let boards_room = Vec::with_capacity(boards.len());
        let now = moment.nowAt;
        let mut live = Self { is_settlement_pending: false, now, directory, spot, boards: boards_room };
        for slots in boards {
            let words = words_of(slots);
            let header = Header::decode(&words.header);
            live.is_settlement_pending |= !header.is_some_and(|header| phase(now, header.expiry) == Phase::Open);
            let Some(Header { expiry, state: BoardState::Live { basis, forward, .. }, .. }) = header else {
                continue;
            };
            let reference = (forward, decode_slice(&words.slice));
            let terms = BoardTerms::new(spot, basis, reference, (now, expiry), spread);
            let held = decode_holdings(&words, &words.inventory, moment.strikeShift);
            live.boards.push(LiveBoard {
                id: slots.id,
                expiry,
                terms: terms.map_err(number_error(slots.id))?,
                strikes: held.into_iter().map(StrikeState::from).collect(),
            });
        }
        Ok(live)
    }

    /// Enters the legs of a trade.
    /// # Errors: one for each way a leg can be wrong
    pub fn enter(&mut self, legs: &[Leg]) -> Result<(), Revert> {
        if legs.len() > MAX_LEGS {
            let (count, maximum) = (U256::from(legs.len()), U256::from(MAX_LEGS));
            return Err(revert(&MarketLegsCount { count, maximum }));
        }
        let expired = self.boards.iter().find(|board| phase(self.now, board.expiry) == Phase::Expired);
        if let (Some(board), false) = (expired, legs.is_empty()) {
            return Err(revert(&MarketSettlementPending { board: board.id }));
        }
        legs.iter().try_for_each(|leg| self.enter_leg(leg))
    }

    fn enter_leg(&mut self, leg: &Leg) -> Result<(), Revert> {
        let unknown = || revert(&MarketSeriesUnknown { series: leg.series });
        let series = Series::from_id(leg.series).ok_or_else(unknown)?;
        let lots = lots_of(leg.sizeWad)?;
        if !self.directory.live().any(|id| id == series.board) {
            return Err(unknown());
        }
        let now = self.now;
        let board = self.boards.iter_mut().find(|board| board.id == series.board);
        let board = board.ok_or_else(|| revert(&MarketSliceMissing { board: series.board }))?;
        if phase(now, board.expiry) != Phase::Open {
            let closed_at = board.expiry.saturating_sub(WINDOW_SECS);
            return Err(revert(&MarketBoardClosed { board: board.id, closedAt: closed_at, nowAt: now }));
        }
        let strike = board.strikes.get_mut(usize::from(series.strike)).ok_or_else(unknown)?;
        let bought = if series.is_put { &mut strike.bought_puts } else { &mut strike.bought_calls };
        *bought = bought.plus(lots).map_err(number_error(series.board))?;
        Ok(())
    }

    /// Values the book and the trade.
    /// # Errors: MarketNumberOutOfDomain
    pub fn value(&self) -> Result<Valuation, Revert> {
        let states = self.boards.iter().map(|board| book::BoardState { terms: &board.terms, strikes: &board.strikes });
        let states: Vec<_> = states.collect();
        book::value(&states).map_err(pricing_error)
    }

    /// The cash that the vault may owe after the trade when its boards settle, each in its own worst case.
    /// # Rounding: up. Errors: MarketNumberOutOfDomain
    pub fn may_owe(&self) -> Result<Money, Revert> {
        let mut owed = Money::ZERO;
        for board in &self.boards {
            let held = board.strikes.iter().map(StrikeState::held_after).collect::<Result<Vec<_>, _>>();
            let most = held.and_then(|held| most_owed_ceil(&held, self.spot)).and_then(|most| owed.plus(most));
            owed = most.map_err(number_error(board.id))?;
        }
        Ok(owed)
    }
}
