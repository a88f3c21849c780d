//! The vault's options at mid marks with the Greeks of those marks, quickly: for histories of many prices.

use equipoise_math::{sqrt, Fx};
use equipoise_risk::black76::{evaluate, Evaluation, Inputs};
use equipoise_risk::clock::pricing_time;
use equipoise_risk::units::{lots_to_contracts_floor, times_lots, Money, Price};
use equipoise_risk::RiskError;

use super::{Board, Refusal, Venue};

/// The vault's options at mid marks. Greeks are those of the marks, not the smoothed ones that the vault quotes by.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mark {
    /// What the options are worth.
    pub value: Money,
    /// Units of the underlying that they move like.
    pub delta: f64,
    /// Change of delta for one quote unit of spot.
    pub gamma: f64,
    /// Change of value for 1.00 of volatility of every strike.
    pub vega: f64,
    /// Change of value in a year.
    pub theta: f64,
    /// Contracts held long.
    pub long: f64,
    /// Contracts held short, from 0.
    pub short: f64,
    /// Series held.
    pub series: u32,
}

impl Venue {
    /// Computes what marks need and posts do not change: the volatility of every strike.
    pub fn prepare_marks(&mut self) -> Result<(), Refusal> {
        for board in self.boards.iter_mut().filter(|board| !board.is_settled && board.vols.is_empty()) {
            let vols: Result<Vec<Fx>, Refusal> = board.held.iter().map(|held| vol(board, held.strike)).collect();
            board.vols = vols?;
        }
        Ok(())
    }

    /// One option's price and Greeks at the present surface.
    pub fn option(&self, board: usize, strike: usize) -> Result<Evaluation, Refusal> {
        let board = self.boards.get(board).ok_or(Refusal::Closed)?;
        let held = board.held.get(strike).ok_or(Refusal::Closed)?;
        let years = pricing_time(self.now, board.expiry)?;
        evaluated(self.spot, held.strike, vol(board, held.strike)?, years.fx())
    }

    /// Marks the vault's options at some spot.
    /// # Inputs: a market whose marks have been prepared since its last post
    pub fn mark(&self, spot: Price) -> Result<Mark, Refusal> {
        let mut mark = Mark::default();
        let mut value = Fx::ZERO;
        for board in self.boards.iter().filter(|board| !board.is_settled) {
            let years = pricing_time(self.now, board.expiry)?.fx();
            for (held, vol) in board.held.iter().zip(&board.vols).filter(|(held, _)| !held.is_empty()) {
                let priced = evaluated(spot, held.strike, *vol, years)?;
                let lots = [held.calls, held.puts].map(|lots| i64::from(lots.count()));
                for (price, lots) in [priced.call, priced.put].into_iter().zip(lots) {
                    value = value.checked_add(times_lots(price, lots)?).ok_or(RiskError::Overflow)?;
                    let contracts = lots as f64 / 1_000.0;
                    mark.long += contracts.max(0.0);
                    mark.short += (-contracts).max(0.0);
                    mark.series += u32::from(lots != 0);
                }
                let [calls, puts] = lots.map(|lots| lots as f64 / 1_000.0);
                let number = |number: Fx| number.to_num::<f64>();
                mark.delta += calls * number(priced.call_delta) + puts * number(priced.put_delta);
                mark.gamma += (calls + puts) * number(priced.gamma);
                mark.vega += (calls + puts) * number(priced.vega);
                mark.theta += (calls + puts) * number(priced.theta);
            }
        }
        mark.value = Money::from_fx(lots_to_contracts_floor(value)?);
        Ok(mark)
    }
}

fn evaluated(spot: Price, strike: Price, vol: Fx, years: Fx) -> Result<Evaluation, Refusal> {
    let inputs = Inputs::new(spot.fx(), strike.fx(), vol, years).map_err(RiskError::from)?;
    Ok(evaluate(&inputs))
}

/// The volatility of a strike.
fn vol(board: &Board, strike: Price) -> Result<Fx, Refusal> {
    let variance = board.slice.variance(strike, board.reference)?;
    Ok(sqrt(variance).map_err(|_| RiskError::Math)?)
}
