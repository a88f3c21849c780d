//! Orders: a fresh quote, a limit, a deadline, a transaction.

use alloy_primitives::I256;
use equipoise_interfaces::{account, series::Series, IClearing, IMarket, Leg, OptionTraded};

use super::crowd::{scaled, Board, Position, Sight, Trader};
use super::Demo;
use crate::error::CliError;
use crate::units::{narrow, narrow_unsigned, tokens, TOKEN_ATOMS};
use crate::world::{events, WINDOW_SECS};

/// A limit is the quote and this much more, in parts of it.
const TOLERANCE_DIVISOR: i128 = 500;
/// A buyer spends at most this share of his free cash on one order.
const SPENT_SHARE: f64 = 0.5;
/// How long a prompt order and a slow one are good for, in seconds.
const DEADLINE_SECS: u64 = 900;
const SLOW_DEADLINE_SECS: u64 = 12 * 3_600;
/// The chance that an order arrives only after the next price, and that its sender allowed for that.
const SLOW_CHANCE: f64 = 0.06;
const PATIENT_CHANCE: f64 = 0.5;

/// An order on its way.
#[derive(Clone, Debug)]
pub(super) struct Order {
    trader: Trader,
    legs: Vec<Leg>,
    max_cost: I256,
    deadline: u64,
    label: &'static str,
}

impl Demo {
    /// The crowd's funds go into the clearing house.
    pub(super) fn traders_enter(&mut self) -> Result<(), CliError> {
        let clearing = self.world.contracts.clearing;
        for trader in self.traders.clone() {
            self.world.fund(trader.address, trader.deposited)?;
            let deposit = IClearing::depositCall { amountAtoms: alloy_primitives::U256::from(trader.deposited) };
            self.world.send("deposit", trader.address, clearing, &deposit)?;
        }
        Ok(())
    }

    /// Every trader takes out what he has.
    pub(super) fn traders_leave(&mut self) -> Result<(), CliError> {
        let clearing = self.world.contracts.clearing;
        for trader in self.traders.clone() {
            let free = self.free_cash(&trader)?;
            if free > 0 {
                let amount = alloy_primitives::U256::from(free.unsigned_abs());
                let withdraw = IClearing::withdrawCall { amountAtoms: amount };
                self.world.send("withdraw", trader.address, clearing, &withdraw)?;
            }
        }
        Ok(())
    }

    /// Orders that were slow arrive.
    pub(super) fn late_orders_arrive(&mut self) -> Result<(), CliError> {
        for order in std::mem::take(&mut self.late) {
            self.execute(&order)?;
        }
        Ok(())
    }

    /// One trader decides and, if he wants to, orders.
    pub(super) fn one_order(&mut self) -> Result<(), CliError> {
        let place = self.crowd.pick(self.traders.len());
        let Some(trader) = self.traders.get(place).copied() else { return Ok(()) };
        let now = self.now;
        let is_open = |board: &&Board| board.expiry > now + WINDOW_SECS;
        let boards: Vec<Board> = self.boards.iter().filter(is_open).cloned().collect();
        let positions = self.positions(&trader, &boards)?;
        let free = tokens(self.free_cash(&trader)?);
        let sight = Sight { boards: &boards, spot: self.spot, free, positions: &positions };
        let Some(legs) = self.crowd.decide(&sight) else { return Ok(()) };
        let Some(order) = self.prepare(trader, legs, free, &positions)? else { return Ok(()) };
        if self.crowd.uniform() < SLOW_CHANCE {
            let is_patient = self.crowd.uniform() < PATIENT_CHANCE;
            let deadline = if is_patient { now + SLOW_DEADLINE_SECS } else { order.deadline };
            self.late.push(Order { deadline, ..order });
            return Ok(());
        }
        self.execute(&order)
    }

    /// Quotes an order and sets its limit. What costs too much of the trader's cash is made smaller.
    fn prepare(
        &mut self,
        trader: Trader,
        legs: Vec<Leg>,
        free: f64,
        positions: &[Position],
    ) -> Result<Option<Order>, CliError> {
        let Some(cost) = self.quote(&trader, &legs)? else { return Ok(None) };
        let most = SPENT_SHARE * free;
        let is_close = closes(&legs, positions);
        let (legs, cost) = if !is_close && tokens(cost) > most {
            let smaller = scaled(&legs, most / tokens(cost));
            let Some(cost) = self.quote(&trader, &smaller)? else { return Ok(None) };
            (smaller, cost)
        } else {
            (legs, cost)
        };
        let limit = cost + (cost.abs() / TOLERANCE_DIVISOR).max(TOKEN_ATOMS as i128 / 100);
        let label = label(&legs, positions, is_close);
        let deadline = self.now + DEADLINE_SECS;
        Ok(Some(Order { trader, legs, max_cost: I256::try_from(limit).unwrap_or(I256::MAX), deadline, label }))
    }

    fn quote(&mut self, trader: &Trader, legs: &[Leg]) -> Result<Option<i128>, CliError> {
        let call = IMarket::quoteCall { legs: legs.to_vec() };
        match self.world.try_view_from(trader.address, self.world.contracts.market, &call)? {
            Ok((quoted, gas)) => {
                self.world.gas.note("quote", gas);
                Ok(Some(narrow(quoted.costAtoms)))
            }
            Err(reason) => {
                self.tally.reject(&reason);
                Ok(None)
            }
        }
    }

    fn execute(&mut self, order: &Order) -> Result<(), CliError> {
        let call =
            IMarket::tradeCall { legs: order.legs.clone(), maxCostAtoms: order.max_cost, deadline: order.deadline };
        let market = self.world.contracts.market;
        match self.world.try_send(order.label, order.trader.address, market, &call)? {
            Ok(receipt) => {
                for traded in events::<OptionTraded>(&receipt) {
                    self.tally.note(&traded);
                }
            }
            Err(reason) => self.tally.reject(&reason),
        }
        Ok(())
    }

    /// Every position on a board that still lives is closed at the market's price.
    pub(super) fn close_everything(&mut self) -> Result<(), CliError> {
        let boards = self.boards.clone();
        for trader in self.traders.clone() {
            for board in &boards {
                for package in [closing_packages, closing_legs, closing_legs] {
                    let positions = self.positions(&trader, std::slice::from_ref(board))?;
                    for legs in package(&positions) {
                        let Some(order) = self.prepare(trader, legs, f64::INFINITY, &positions)? else { continue };
                        self.execute(&order)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// A trader's positions on some boards.
    pub(super) fn positions(&mut self, trader: &Trader, boards: &[Board]) -> Result<Vec<Position>, CliError> {
        let (market, account) = (self.world.contracts.market, account::of(trader.address));
        let held = self.world.view(market, &IMarket::accountBoardsCall { account })?;
        let mut positions = Vec::new();
        for board in boards.iter().filter(|board| held.contains(&board.id)) {
            let sizes = self.world.view(market, &IMarket::positionsCall { account, board: board.id })?;
            positions.extend(sizes.into_iter().enumerate().filter_map(|(place, size)| {
                let strike = u8::try_from(place / 2).ok()?;
                let series = Series { board: board.id, strike, is_put: place % 2 == 1 }.id();
                (!size.is_zero()).then_some(Position { series, size })
            }));
        }
        Ok(positions)
    }

    /// Cash beyond what margin requires, in atoms.
    fn free_cash(&mut self, trader: &Trader) -> Result<i128, CliError> {
        let call = IClearing::cashOfCall { account: account::of(trader.address) };
        let cash = self.world.view(self.world.contracts.clearing, &call)?;
        let call = IClearing::accountMarginCall { account: account::of(trader.address) };
        let margin = self.world.view(self.world.contracts.clearing, &call)?;
        let spare = narrow(margin.equityAtoms) - narrow_unsigned(margin.initialAtoms);
        Ok(spare.min(narrow(cash.cashAtoms)))
    }
}

/// Whether every leg only makes a position smaller.
fn closes(legs: &[Leg], positions: &[Position]) -> bool {
    legs.iter().all(|leg| {
        let held = positions.iter().find(|held| held.series == leg.series).map(|held| held.size);
        held.is_some_and(|size| {
            size.is_negative() != leg.sizeWad.is_negative() && leg.sizeWad.unsigned_abs() <= size.unsigned_abs()
        })
    })
}

/// What a trade is called in the table of gas.
fn label(legs: &[Leg], positions: &[Position], is_close: bool) -> &'static str {
    let board = |series: u32| series >> 8;
    let is_held = |leg: &Leg| positions.iter().any(|held| board(held.series) == board(leg.series));
    match legs {
        _ if is_close => "trade_close",
        _ if is_short(legs, positions) => "trade_short",
        [_] if legs.iter().all(is_held) => "trade_repeat",
        [_] => "trade_first",
        _ => "trade_two_legs",
    }
}

/// Whether the account is short of anything before the trade or by it, so that its margin is computed.
fn is_short(legs: &[Leg], positions: &[Position]) -> bool {
    let held = |series: u32| positions.iter().find(|held| held.series == series).map_or(I256::ZERO, |held| held.size);
    let is_sold = |leg: &Leg| held(leg.series).saturating_add(leg.sizeWad).is_negative();
    positions.iter().any(|held| held.size.is_negative()) || legs.iter().any(is_sold)
}

/// Orders that close positions of one board: a short with the long beside it first, so that nothing is left unhedged
/// or unaffordable in between.
fn closing_packages(positions: &[Position]) -> Vec<Vec<Leg>> {
    /// The market's limit.
    const MOST_LEGS: usize = 8;
    let (shorts, longs): (Vec<&Position>, Vec<&Position>) = positions.iter().partition(|held| held.size.is_negative());
    let count = shorts.len().max(longs.len());
    let pairs = (0..count).flat_map(|place| [shorts.get(place), longs.get(place)]).flatten();
    let legs: Vec<Leg> = pairs.map(|held| Leg { series: held.series, sizeWad: held.size.wrapping_neg() }).collect();
    legs.chunks(MOST_LEGS).map(<[Leg]>::to_vec).collect()
}

/// The same one leg at a time, shorts first: for what a package could not close.
fn closing_legs(positions: &[Position]) -> Vec<Vec<Leg>> {
    let mut legs: Vec<Leg> =
        positions.iter().map(|held| Leg { series: held.series, sizeWad: held.size.wrapping_neg() }).collect();
    legs.sort_by_key(|leg| leg.sizeWad.is_negative());
    legs.into_iter().map(|leg| vec![leg]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::size_wad;

    fn leg(series: u32, size: f64) -> Leg {
        Leg { series, sizeWad: size_wad(size) }
    }

    fn position(series: u32, size: f64) -> Position {
        Position { series, size: size_wad(size) }
    }

    #[test]
    fn trades_are_named_by_what_they_touch() {
        let held = [position(0x100, 2.0)];
        let name = |legs: &[Leg]| label(legs, &held, closes(legs, &held));
        assert_eq!(name(&[leg(0x100, -2.0)]), "trade_close");
        assert_eq!(name(&[leg(0x100, 2.5)]), "trade_repeat");
        assert_eq!(name(&[leg(0x100, -2.5)]), "trade_short");
        assert_eq!(label(&[leg(0x102, 1.0)], &[position(0x100, -2.0)], false), "trade_short");
        assert_eq!(name(&[leg(0x102, 1.0)]), "trade_repeat");
        assert_eq!(name(&[leg(0x200, 1.0)]), "trade_first");
        assert_eq!(name(&[leg(0x100, 1.0), leg(0x102, 1.0)]), "trade_two_legs");
    }

    #[test]
    fn shorts_are_closed_together_with_longs() {
        let positions = [position(1, 1.0), position(2, -1.0), position(3, 4.0)];
        let packages = closing_packages(&positions);
        assert_eq!(packages, [vec![leg(2, 1.0), leg(1, -1.0), leg(3, -4.0)]]);
        assert_eq!(closing_legs(&positions), [vec![leg(2, 1.0)], vec![leg(1, -1.0)], vec![leg(3, -4.0)]]);
    }
}
