//! The market at this moment: spot, the boards with their terms, and the trade that is being priced.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::series::Series;
use equipoise_interfaces::{
    Leg, MarketBoardClosed, MarketLegsCount, MarketNumberOutOfDomain, MarketSeriesUnknown, MarketSettlementPending,
    MarketSizeNotWholeLots, MarketSizeOutOfRange, MarketSliceMissing,
};
use equipoise_kit::number::{to_i128, to_u128};
use equipoise_kit::{revert, Revert};
use equipoise_risk::book::{self, StrikeState, Valuation};
use equipoise_risk::clock::{phase, Phase, WINDOW_SECS};
use equipoise_risk::marks::{BoardTerms, SpreadTerms};
use equipoise_risk::parameters::Parameters;
use equipoise_risk::units::{from_wad_floor, Lots, Price, LOT_WAD};

use crate::errors::{number_error, pricing_error};
use crate::layout::{BoardState, Directory};
use crate::store::MarketSlots;

/// Legs of a trade at most.
pub const MAX_LEGS: usize = 8;
/// Contracts of one leg at most: beyond any limit, and far from the type's end.
const MAX_LEG_LOTS: i128 = 1_000_000_000;

/// The oracle's answer.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    /// The price.
    pub price: Price,
    /// The price as the oracle gave it.
    pub wad: U256,
    /// The feed's round.
    pub round: u128,
    /// When the feed was updated, in unix seconds.
    pub updated_at: u64,
}

/// A board that trades or waits for settlement.
#[derive(Clone, Debug)]
pub struct LiveBoard {
    /// Its id.
    pub id: u16,
    /// Unix seconds.
    pub expiry: u64,
    /// How it is priced now.
    pub terms: BoardTerms,
    /// Its strikes with what the vault holds and what is traded.
    pub strikes: Vec<StrikeState>,
}

/// Every live board, priced.
#[derive(Clone, Debug)]
pub struct Live {
    /// Unix seconds.
    pub now: u64,
    /// Spot.
    pub spot: Spot,
    /// The parameters in force.
    pub parameters: Parameters,
    /// The boards and the surface's state.
    pub directory: Directory,
    /// The boards with a surface, in the directory's order.
    pub boards: Vec<LiveBoard>,
}

impl Live {
    /// Loads every live board and its terms.
    /// # Errors: MarketNumberOutOfDomain
    pub fn load(store: &MarketSlots, spot: Spot, now: u64) -> Result<Self, Revert> {
        let parameters = store.parameters();
        let directory = store.directory();
        let vol = equipoise_math::sqrt(directory.variance).map_err(|error| number_error(0)(error.into()))?;
        let age = now.saturating_sub(spot.updated_at);
        let spread = SpreadTerms::new(spot.price, age, vol, &parameters).map_err(number_error(0))?;
        let mut boards = Vec::with_capacity(directory.boards.len());
        for id in directory.live() {
            let header = store.header(id)?;
            let BoardState::Live { basis, forward, .. } = header.state else {
                continue;
            };
            let reference = (forward, store.slice(id));
            let terms = BoardTerms::new(spot.price, basis, reference, (now, header.expiry), spread)
                .map_err(number_error(id))?;
            let strikes = store.inventory(id, header.strikes).into_iter().map(StrikeState::from).collect();
            boards.push(LiveBoard { id, expiry: header.expiry, terms, strikes });
        }
        Ok(Self { now, spot, parameters, directory, boards })
    }

    /// Whether a board's settlement average runs or its settlement is due.
    pub fn is_settlement_pending(&self) -> bool {
        self.boards.iter().any(|board| phase(self.now, board.expiry) != Phase::Open)
    }

    /// Enters the legs of a trade.
    /// # Errors: one for each way a leg can be wrong
    pub fn enter(&mut self, legs: &[Leg]) -> Result<(), Revert> {
        if legs.is_empty() || legs.len() > MAX_LEGS {
            let (count, maximum) = (U256::from(legs.len()), U256::from(MAX_LEGS));
            return Err(revert(&MarketLegsCount { count, maximum }));
        }
        for board in &self.boards {
            if phase(self.now, board.expiry) == Phase::Expired {
                return Err(revert(&MarketSettlementPending { board: board.id }));
            }
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
}

/// The lots of a leg.
/// # Errors: MarketSizeNotWholeLots, also for nothing; MarketSizeOutOfRange
fn lots_of(size: I256) -> Result<Lots, Revert> {
    let out_of_range = || {
        let largest = MAX_LEG_LOTS.unsigned_abs().saturating_mul(LOT_WAD.unsigned_abs());
        revert(&MarketSizeOutOfRange { sizeWad: size, maxSizeWad: U256::from(largest) })
    };
    let wad = to_i128(size).ok_or_else(out_of_range)?;
    let (lots, rest) = (wad.checked_div(LOT_WAD).unwrap_or(0), wad.checked_rem(LOT_WAD).unwrap_or(1));
    if rest != 0 || wad == 0 {
        return Err(revert(&MarketSizeNotWholeLots { sizeWad: size, lotWad: U256::from(LOT_WAD.unsigned_abs()) }));
    }
    if !(-MAX_LEG_LOTS..=MAX_LEG_LOTS).contains(&lots) {
        return Err(out_of_range());
    }
    i32::try_from(lots).map(Lots::new).map_err(|_| out_of_range())
}

/// A price of the ABI.
/// # Rounding: down. Errors: MarketNumberOutOfDomain
pub fn price_of(wad: U256) -> Result<Price, Revert> {
    let out = || revert(&MarketNumberOutOfDomain { board: 0 });
    let wad = to_u128(wad).and_then(|wad| i128::try_from(wad).ok()).ok_or_else(out)?;
    from_wad_floor(wad).map(Price::from_fx).map_err(number_error(0))
}
