//! The market at this moment: spot, the boards with their terms, and the trade that is being priced.

use equipoise_interfaces::series::Series;
use equipoise_interfaces::{
    Leg, MarketBoardClosed, MarketSeriesUnknown, MarketSettlementPending, MarketSliceMissing, Moment,
};
use equipoise_kit::lean::revert;
use equipoise_kit::Revert;
use equipoise_market_state::convert::lots_of;
use equipoise_market_state::errors::{number_error, pricing_error};
use equipoise_market_state::layout::{decode_holdings, BoardWords, Header};
use equipoise_market_state::pricing::Pricing;
use equipoise_risk::book::{self, StrikeState, Valuation};
use equipoise_risk::clock::{phase, Phase, WINDOW_SECS};
use equipoise_risk::limits::most_owed_ceil;
use equipoise_risk::marks::BoardTerms;
use equipoise_risk::spread::Doubt;
use equipoise_risk::units::Money;

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
    pricing: Pricing,
    boards: Vec<LiveBoard>,
}

impl Live {
    /// Unpacks the market's slots.
    /// # Errors: MarketNumberOutOfDomain
    pub fn unpack(moment: &Moment, doubt: u64, boards: &[(u16, BoardWords)]) -> Result<Self, Revert> {
        let pricing = Pricing::new(moment, Doubt::from_bits(doubt))?;
        let boards_room = Vec::with_capacity(boards.len());
        let mut live = Self { is_settlement_pending: false, pricing, boards: boards_room };
        for (id, words) in boards {
            let header = Header::decode(&words.header);
            let is_open = header.is_some_and(|header| phase(moment.nowAt, header.expiry) == Phase::Open);
            live.is_settlement_pending |= !is_open;
            let Some(header) = header else { continue };
            let Some(terms) = live.pricing.terms(*id, &header, words)? else { continue };
            let held = decode_holdings(words, &words.inventory, moment.strikeShift);
            let strikes = held.into_iter().map(StrikeState::from).collect();
            live.boards.push(LiveBoard { id: *id, expiry: header.expiry, terms, strikes });
        }
        Ok(live)
    }

    /// Enters the legs of a trade.
    /// # Errors: one for each way a leg can be wrong
    pub fn enter(&mut self, legs: &[Leg]) -> Result<(), Revert> {
        let now = self.pricing.now;
        let expired = self.boards.iter().find(|board| phase(now, board.expiry) == Phase::Expired);
        if let (Some(board), false) = (expired, legs.is_empty()) {
            return Err(revert(&MarketSettlementPending { board: board.id }));
        }
        legs.iter().try_for_each(|leg| self.enter_leg(leg))
    }

    fn enter_leg(&mut self, leg: &Leg) -> Result<(), Revert> {
        let unknown = || revert(&MarketSeriesUnknown { series: leg.series });
        let series = Series::from_id(leg.series).ok_or_else(unknown)?;
        let lots = lots_of(leg.sizeWad)?;
        if !self.pricing.directory.live().any(|id| id == series.board) {
            return Err(unknown());
        }
        let now = self.pricing.now;
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
            let most = held.and_then(|held| most_owed_ceil(&held, self.pricing.spot)).and_then(|most| owed.plus(most));
            owed = most.map_err(number_error(board.id))?;
        }
        Ok(owed)
    }
}
