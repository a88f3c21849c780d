//! What an account must hold against its options: the worst it loses over a set of scenarios.
//!
//! Every option is priced in 27 scenarios, nine moves of spot times three of volatility, and in four tails of which a
//! part is covered. Prices in one scenario are one fixed list of numbers, so a portfolio's loss in it is linear in the
//! positions; the requirement is the worst loss, a maximum of linear functions. Hence, exactly and to the last bit:
//!
//! - it is monotone in scenarios: one more never lowers it;
//! - it is sub-additive: two portfolios together are never required more than apart, so hedges are recognised;
//! - it is homogeneous up to the last place, and cash moves equity one for one.
//!
//! The charge for net short options and the pads for rounding are sums of positive parts and keep all of that, and
//! equity, longs at the bid and shorts at the ask, is worth no less together than apart.
//!
//! One thing is added that is not a maximum of sums: in each expiry whose worst loss at settlement is bounded, nothing
//! is required beyond what would leave that loss covered in cash. So an account that holds its worst loss in cash is
//! never liquidated, whatever spreads and shocks say. The price is an exception to sub-additivity: joined with options
//! that are not covered, such an expiry is required what the scenarios ask of it, at most the difference more.
//!
//! Sources: the grid of moves of spot and volatility, extreme moves with partial cover and the minimum for short
//! options are those of CME's SPAN (1988); coherence is that of Artzner, Delbaen, Eber and Heath (1999), whose
//! theorem 4.1 makes every maximum over scenarios coherent.

mod account;
mod losses;
mod offset;
mod parameters;
mod scenarios;

use equipoise_math::Fx;

pub use account::{AccountMargin, MarginState};
pub use losses::{ScenarioLosses, ENTRIES, GRID, SCENARIOS, SPOT_STEPS, TAILS, VOL_STEPS};
pub use offset::{combined_ceil, OffsetShare};
pub use parameters::{MarginParameter, MarginParameterError, MarginParameters, MarginRule, COUNT, RULES};
pub use scenarios::Shocks;

use crate::arithmetic::{add, div_floor, mul_ceil, neg, sqrt, sub};
use crate::collateral::{worst_loss_ceil, WorstLoss};
use crate::marks::BoardTerms;
use crate::settlement::Holding;
use crate::units::{lots_to_contracts_floor, times_lots, Lots, Money, LOTS_PER_CONTRACT};
use crate::RiskError;
use scenarios::BoardScenarios;

/// What an account holds in one expiry.
#[derive(Clone, Copy, Debug)]
pub struct BoardHoldings<'a> {
    /// How the expiry is priced.
    pub terms: &'a BoardTerms,
    /// By rising strike, each strike once.
    pub holdings: &'a [Holding],
}

/// An account's margin in one market.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarketMargin {
    /// What the options are worth to close: longs at the bid, shorts at the ask.
    pub value: Money,
    /// What is lost in each scenario.
    pub maintenance: ScenarioLosses,
    /// The same times the initial factor.
    pub initial: ScenarioLosses,
}

/// The margin of one account in one market.
/// # Inputs: the account's expiries in any order
/// # Rounding: value down, losses up, and both padded by what prices may be off: against the account
/// # Errors: StrikesUnordered, Math, Pricing, Slice, Overflow
pub fn assess(boards: &[BoardHoldings<'_>], shocks: &Shocks) -> Result<MarketMargin, RiskError> {
    let mut totals = Totals::default();
    for board in boards {
        let mut sums = BoardSums::default();
        let scenarios = BoardScenarios::new(shocks, board.terms)?;
        let mut last = Fx::ZERO;
        for holding in board.holdings {
            if holding.strike.fx() <= last {
                return Err(RiskError::StrikesUnordered);
            }
            last = holding.strike.fx();
            if !holding.is_empty() {
                sums.add(&scenarios, board.terms, holding)?;
            }
        }
        totals.add(&sums, board, shocks, &scenarios)?;
    }
    totals.finish(shocks)
}

/// Sums over one expiry, in lots times quote currency.
struct BoardSums {
    /// At the bid or the ask.
    value: Fx,
    /// Gains of the calls that the options are, from now to each scenario; puts are calls less forwards.
    gains: [Fx; SCENARIOS],
    calls: i64,
    puts: i64,
    gross: i64,
}

impl Default for BoardSums {
    fn default() -> Self {
        Self { value: Fx::ZERO, gains: [Fx::ZERO; SCENARIOS], calls: 0, puts: 0, gross: 0 }
    }
}

impl BoardSums {
    fn add(&mut self, scenarios: &BoardScenarios, terms: &BoardTerms, holding: &Holding) -> Result<(), RiskError> {
        let vol = sqrt(terms.slice.variance(holding.strike, terms.reference_forward)?)?;
        let prices = scenarios.prices(holding.strike, vol)?;
        let (calls, puts) = (i64::from(holding.calls.count()), i64::from(holding.puts.count()));
        // Sums of numbers of 32 bits: only 2^30 holdings would fill 64.
        let both = calls.wrapping_add(puts);
        for (gain, price) in self.gains.iter_mut().zip(prices.shocked) {
            *gain = add(*gain, times_lots(sub(price, prices.now)?, both)?)?;
        }
        let half_spread = terms.half_spread_ceil(scenarios.smoothed_vega(holding.strike, vol)?)?;
        let put = sub(prices.now, sub(terms.forward.fx(), holding.strike.fx())?)?;
        for (price, lots) in [(prices.now, holding.calls), (put, holding.puts)] {
            self.value = add(self.value, closing_value(price, half_spread, lots)?)?;
        }
        self.calls = self.calls.wrapping_add(calls);
        self.puts = self.puts.wrapping_add(puts);
        self.gross = self.gross.wrapping_add(calls.wrapping_abs()).wrapping_add(puts.wrapping_abs());
        Ok(())
    }

    /// What is lost in each scenario, then the charge for net short options, in lots.
    fn losses_ceil(
        &self,
        terms: &BoardTerms,
        shocks: &Shocks,
        scenarios: &BoardScenarios,
        pad: Fx,
    ) -> Result<[Fx; ENTRIES], RiskError> {
        let mut losses = [Fx::ZERO; ENTRIES];
        let covers = core::iter::repeat_n(None, GRID).chain(shocks.covers.map(Some));
        let each = losses.iter_mut().zip(self.gains).zip(scenarios.moves()?).zip(covers);
        for (((loss, gain), forward_move), cover) in each {
            let lost = sub(add(pad, times_lots(forward_move, self.puts)?)?, gain)?;
            *loss = match cover {
                Some(cover) => mul_ceil(lost, cover)?,
                None => lost,
            };
        }
        let minimum = mul_ceil(terms.forward.fx(), shocks.short_minimum)?;
        let net_short = self.calls.min(0).wrapping_add(self.puts.min(0)).wrapping_neg();
        if let Some(charge) = losses.last_mut() {
            *charge = times_lots(minimum, net_short)?;
        }
        Ok(losses)
    }
}

/// Sums over all expiries, in lots times quote currency but for the value.
struct Totals {
    value: Money,
    maintenance: [Fx; ENTRIES],
    /// Before the initial factor.
    initial: [Fx; ENTRIES],
}

impl Default for Totals {
    fn default() -> Self {
        Self { value: Money::ZERO, maintenance: [Fx::ZERO; ENTRIES], initial: [Fx::ZERO; ENTRIES] }
    }
}

impl Totals {
    fn add(
        &mut self,
        sums: &BoardSums,
        board: &BoardHoldings,
        shocks: &Shocks,
        scenarios: &BoardScenarios,
    ) -> Result<(), RiskError> {
        let pad = times_lots(scenarios.error_ceil()?, sums.gross)?;
        let losses = sums.losses_ceil(board.terms, shocks, scenarios, pad)?;
        let value = Money::from_fx(lots_to_contracts_floor(sub(sums.value, pad)?)?);
        let (value, most) = match worst_loss_ceil(board.holdings)? {
            WorstLoss::Unbounded(_) => (value, None),
            WorstLoss::Bounded(worst) => {
                let value = value.max(Money::ZERO.minus(worst)?);
                (value, Some(times_lots(value.plus(worst)?.fx(), LOTS_PER_CONTRACT)?))
            }
        };
        self.value = self.value.plus(value)?;
        add_capped(&mut self.maintenance, &losses, most)?;
        // Times the factor it is again at most the cap.
        let most_initial = most.map(|most| div_floor(most, shocks.initial_factor)).transpose()?;
        add_capped(&mut self.initial, &losses, most_initial)
    }

    fn finish(self, shocks: &Shocks) -> Result<MarketMargin, RiskError> {
        let mut initial = self.initial;
        for loss in &mut initial {
            *loss = mul_ceil(*loss, shocks.initial_factor)?;
        }
        Ok(MarketMargin {
            value: self.value,
            maintenance: contracts_ceil(&self.maintenance)?,
            initial: contracts_ceil(&initial)?,
        })
    }
}

fn add_capped(sums: &mut [Fx; ENTRIES], losses: &[Fx; ENTRIES], most: Option<Fx>) -> Result<(), RiskError> {
    for (sum, loss) in sums.iter_mut().zip(losses) {
        *sum = add(*sum, most.map_or(*loss, |most| most.min(*loss)))?;
    }
    Ok(())
}

fn contracts_ceil(lots: &[Fx; ENTRIES]) -> Result<ScenarioLosses, RiskError> {
    let mut entries = [Money::ZERO; ENTRIES];
    for (entry, loss) in entries.iter_mut().zip(lots) {
        *entry = Money::from_fx(neg(lots_to_contracts_floor(neg(*loss)?)?)?);
    }
    Ok(ScenarioLosses::from_array(entries))
}

/// What closing a position brings, in lots: a long at the bid, which is not below zero, a short at the ask.
fn closing_value(mid: Fx, half_spread: Fx, lots: Lots) -> Result<Fx, RiskError> {
    let price = if lots >= Lots::ZERO { sub(mid, half_spread)?.max(Fx::ZERO) } else { add(mid, half_spread)? };
    times_lots(price, i64::from(lots.count()))
}

#[cfg(test)]
mod tests;
