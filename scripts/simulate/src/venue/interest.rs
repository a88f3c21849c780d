//! What traders hold against each other.

use std::collections::BTreeMap;

use equipoise_math::Fx;
use equipoise_risk::black76::Kind;
use equipoise_risk::interest::{of_trader, of_vault};
use equipoise_risk::units::Lots;

use super::{Board, Leg, Refusal, Trader, Venue};

impl Venue {
    /// The boards that are not settled.
    fn live(&self) -> impl Iterator<Item = &Board> {
        self.boards.iter().filter(|board| !board.is_settled)
    }

    /// By how many lots a trade makes each board's matched open interest grow.
    pub(super) fn matched_by(&self, trader: &Trader, legs: &[Leg]) -> Result<BTreeMap<usize, i64>, Refusal> {
        let mut traded: BTreeMap<(usize, usize, bool), i32> = BTreeMap::new();
        for leg in legs {
            *traded.entry((leg.board, leg.strike, leg.kind == Kind::Put)).or_default() += leg.lots;
        }
        let mut grown = BTreeMap::new();
        for ((board, strike, is_put), lots) in traded {
            let held = self.boards.get(board).and_then(|board| board.held.get(strike)).ok_or(Refusal::Closed)?;
            let by_vault = if is_put { held.puts } else { held.calls };
            let by_trader = trader.positions.get(&(board, strike, is_put)).copied().map_or(Lots::ZERO, Lots::new);
            let lots = Lots::new(lots);
            let bought = of_trader(by_trader.plus(lots)?) - of_trader(by_trader);
            let sold = of_vault(by_vault.minus(lots)?) - of_vault(by_vault);
            *grown.entry(board).or_default() += bought + sold;
        }
        Ok(grown)
    }

    /// Moves a share of every position from an account to another: of each its lots times the share, rounded up in size.
    /// # Inputs: share from 0 to 1
    pub fn move_share(&mut self, from: &mut Trader, to: &mut Trader, share: Fx) -> Result<(), Refusal> {
        let longs = |board: usize, trader: &Trader| -> i64 {
            let held = trader.positions.iter().filter(|((place, ..), _)| *place == board);
            held.map(|(_, lots)| of_trader(Lots::new(*lots))).sum()
        };
        let both = |from: &Trader, to: &Trader| -> Vec<i64> {
            (0..self.boards.len()).map(|board| longs(board, from) + longs(board, to)).collect()
        };
        let before = both(from, to);
        from.move_share(to, share)?;
        let after = both(from, to);
        for ((board, before), after) in self.boards.iter_mut().zip(before).zip(after) {
            board.matched += after - before;
        }
        Ok(())
    }

    /// What traders hold against each other, in lots.
    pub fn matched_lots(&self) -> i64 {
        self.live().map(|board| board.matched).sum()
    }
}
