//! What an account must hold against its options, and how a liquidation moves them.

use std::collections::BTreeMap;

use equipoise_math::{mul_ceil, Fx};
use equipoise_risk::black76::Kind;
use equipoise_risk::margin::{assess, BoardHoldings, MarketMargin, Shocks};
use equipoise_risk::settlement::Holding;
use equipoise_risk::units::Lots;
use equipoise_risk::RiskError;

use super::{kind, Leg, Refusal, Trader, Venue};

impl Trader {
    /// Its positions.
    pub fn positions(&self) -> impl Iterator<Item = Leg> + '_ {
        let held = self.positions.iter().filter(|(_, lots)| **lots != 0);
        held.map(|(&(board, strike, is_put), &lots)| Leg { board, strike, kind: kind(is_put), lots })
    }

    /// Whether it is short in any series.
    pub fn is_short(&self) -> bool {
        self.positions.values().any(|lots| *lots < 0)
    }

    /// Whether it holds nothing.
    pub fn is_flat(&self) -> bool {
        self.positions.values().all(|lots| *lots == 0)
    }

    /// Whether a trade makes every position it touches smaller, none of them past zero.
    pub fn closes_with(&self, legs: &[Leg]) -> bool {
        self.only_closes(legs)
    }

    /// Moves a share of every position to another account: of each its lots times the share, rounded up in size.
    /// # Inputs: share from 0 to 1
    pub(super) fn move_share(&mut self, to: &mut Self, share: Fx) -> Result<(), Refusal> {
        for (series, lots) in &mut self.positions {
            let size = mul_ceil(Fx::from_num(lots.unsigned_abs()), share).map_err(|_| RiskError::Overflow)?;
            let size = size.ceil().to_num::<i64>().min(i64::from(lots.unsigned_abs()));
            let moved = i32::try_from(size * i64::from(lots.signum())).map_err(|_| RiskError::Overflow)?;
            *lots -= moved;
            *to.positions.entry(*series).or_default() += moved;
        }
        self.positions.retain(|_, lots| *lots != 0);
        Ok(())
    }
}

impl Venue {
    /// The margin of an account after a trade, or of what it holds if the trade is nothing.
    pub fn margin(&self, trader: &Trader, legs: &[Leg], shocks: &Shocks) -> Result<MarketMargin, Refusal> {
        let mut after = trader.clone();
        after.apply(legs);
        let mut boards: BTreeMap<usize, BTreeMap<usize, Holding>> = BTreeMap::new();
        for leg in after.positions() {
            let board = self.boards.get(leg.board).ok_or(Refusal::Closed)?;
            let strike = board.held.get(leg.strike).ok_or(Refusal::Closed)?.strike;
            let empty = Holding { strike, ..Holding::default() };
            let holding = boards.entry(leg.board).or_default().entry(leg.strike).or_insert(empty);
            let lots = Lots::new(leg.lots);
            let (calls, puts) = if leg.kind == Kind::Put { (Lots::ZERO, lots) } else { (lots, Lots::ZERO) };
            *holding = holding.plus(calls, puts)?;
        }
        let held: Vec<(usize, Vec<Holding>)> =
            boards.into_iter().map(|(place, holdings)| (place, holdings.into_values().collect())).collect();
        self.assess(&held, shocks)
    }

    fn assess(&self, held: &[(usize, Vec<Holding>)], shocks: &Shocks) -> Result<MarketMargin, Refusal> {
        let terms = held.iter().map(|(place, _)| self.terms(&self.boards[*place]));
        let terms = terms.collect::<Result<Vec<_>, _>>()?;
        let boards: Vec<_> =
            terms.iter().zip(held).map(|(terms, (_, holdings))| BoardHoldings { terms, holdings }).collect();
        Ok(assess(&boards, shocks)?)
    }
}
