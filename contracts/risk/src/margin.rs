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
//! Prices move between steps, and time passes: an expiry that settles within a day counts, more and more, as if it settled
//! now, and then as if it were gone: [`expiring`]. Both are maxima over prices of sums, and so nothing changes in the above.
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
mod expiring;
mod losses;
mod offset;
mod parameters;
mod scenarios;

use equipoise_math::Fx;

pub use account::{AccountMargin, MarginState};
pub use losses::{ScenarioLosses, ENTRIES, GRID, SCENARIOS, SPOT_STEPS, TAILS, VOL_STEPS};
pub use offset::{combined_ceil, Correlation, OffsetShare};
pub use parameters::{MarginParameter, MarginParameterError, MarginParameters, MarginRule, COUNT, RULES};
pub use scenarios::Shocks;

use crate::arithmetic::{add, div_floor, mul_ceil, sub};
use crate::collateral::{worst_loss_ceil, WorstLoss};
use crate::marks::BoardTerms;
use crate::settlement::Holding;
use crate::units::{lots_to_contracts_ceil, lots_to_contracts_floor, times_lots, Lots, Money, LOTS_PER_CONTRACT};
use crate::RiskError;
use expiring::{Seen, WAYS};
use scenarios::{BoardScenarios, CallSums};

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
    /// What they are worth at mid marks, never less than `value`.
    pub mark: Money,
    /// What is lost in each scenario.
    pub maintenance: ScenarioLosses,
    /// The same times the initial factor.
    pub initial: ScenarioLosses,
}

/// The margin of one account in one market.
/// # Inputs: the account's expiries in any order, each of at most 128 strikes
/// # Rounding: value and mark down, losses up, and all padded by what prices may be off: against the account
/// # Errors: StrikesUnordered, Math, Pricing, Slice, Overflow
pub fn assess(boards: &[BoardHoldings<'_>], shocks: &Shocks) -> Result<MarketMargin, RiskError> {
    let mut totals = Totals::default();
    for board in boards {
        let (sums, seen) = look_at(board, shocks)?;
        totals.add(&sums, &seen, board.holdings, shocks)?;
    }
    totals.finish(shocks)
}

// A program's stack is small: what one expiry takes is given back before the next, and before the totals are made.
#[inline(never)]
fn look_at(board: &BoardHoldings, shocks: &Shocks) -> Result<(BoardSums, Seen), RiskError> {
    let scenarios = BoardScenarios::new(shocks, board.terms)?;
    let sums = BoardSums::new(&scenarios, board)?;
    let losses = sums.losses_ceil(board.terms, shocks, &scenarios)?;
    let worth = add(sums.mark, add(sums.error, sums.error)?)?;
    let seen = Seen::new(board, shocks, worth, &losses)?;
    Ok((sums, seen))
}

/// Sums over one expiry, in lots times quote currency.
#[derive(Default)]
struct BoardSums {
    /// At the bid or the ask, less what prices now may be off.
    value: Fx,
    /// At mid marks, less the same.
    mark: Fx,
    /// The calls that the options are; a put is a call less a forward.
    prices: CallSums,
    /// What prices now may be off.
    error: Fx,
    calls: i64,
    puts: i64,
}

impl BoardSums {
    fn new(scenarios: &BoardScenarios, board: &BoardHoldings) -> Result<Self, RiskError> {
        if board.holdings.len() > CallSums::MOST {
            return Err(RiskError::Overflow);
        }
        let mut sums = Self::default();
        let (mut last, mut gross) = (Fx::ZERO, 0_i64);
        for holding in board.holdings {
            if holding.strike.fx() <= last {
                return Err(RiskError::StrikesUnordered);
            }
            last = holding.strike.fx();
            if holding.is_empty() {
                continue;
            }
            sums.add(scenarios, board.terms, holding)?;
            let (calls, puts) = (i64::from(holding.calls.count()), i64::from(holding.puts.count()));
            // Sums of at most 256 numbers of 32 bits.
            gross = gross.wrapping_add(calls.wrapping_abs()).wrapping_add(puts.wrapping_abs());
            sums.calls = sums.calls.wrapping_add(calls);
            sums.puts = sums.puts.wrapping_add(puts);
        }
        sums.error = times_lots(scenarios.exact_error_ceil()?, gross)?;
        sums.value = sub(sums.value, sums.error)?;
        sums.mark = sub(sums.mark, sums.error)?;
        Ok(sums)
    }

    fn add(&mut self, scenarios: &BoardScenarios, terms: &BoardTerms, holding: &Holding) -> Result<(), RiskError> {
        let strike = scenarios.strike(holding.strike)?;
        let both = i64::from(holding.calls.count()).wrapping_add(i64::from(holding.puts.count()));
        let call = scenarios.call(&strike)?;
        self.prices.add(scenarios, &strike, call, both)?;
        let half_spread = scenarios.half_spread_ceil(&strike)?;
        let put = sub(call, sub(terms.forward.fx(), holding.strike.fx())?)?;
        for (price, lots) in [(call, holding.calls), (put, holding.puts)] {
            self.value = add(self.value, closing_value(price, half_spread, lots)?)?;
            self.mark = add(self.mark, times_lots(price, i64::from(lots.count()))?)?;
        }
        Ok(())
    }

    /// What is lost in each scenario, then the charge for net short options, in lots.
    fn losses_ceil(
        &self,
        terms: &BoardTerms,
        shocks: &Shocks,
        scenarios: &BoardScenarios,
    ) -> Result<[Fx; ENTRIES], RiskError> {
        let before = add(self.prices.now, add(self.prices.error, self.error)?)?;
        // Puts lose what forwards gain.
        let forwards = self.puts.wrapping_sub(self.prices.deep);
        let after = self.prices.values_floor(scenarios, forwards)?;
        let mut losses = [Fx::ZERO; ENTRIES];
        for (loss, after) in losses.iter_mut().zip(after) {
            *loss = sub(before, after)?;
        }
        for (loss, cover) in losses.iter_mut().skip(GRID).zip(shocks.covers) {
            *loss = mul_ceil(*loss, cover)?;
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
#[derive(Default)]
struct Totals {
    value: Money,
    mark: Money,
    /// One for each way to see expiries that settle soon.
    required: [Required; WAYS],
}

/// What is lost in each scenario, in lots times quote currency.
#[derive(Clone, Copy)]
struct Required {
    maintenance: [Fx; ENTRIES],
    /// Before the initial factor.
    initial: [Fx; ENTRIES],
}

impl Default for Required {
    fn default() -> Self {
        Self { maintenance: [Fx::ZERO; ENTRIES], initial: [Fx::ZERO; ENTRIES] }
    }
}

impl Totals {
    #[inline(never)]
    fn add(&mut self, sums: &BoardSums, seen: &Seen, holdings: &[Holding], shocks: &Shocks) -> Result<(), RiskError> {
        let value = Money::from_fx(lots_to_contracts_floor(sums.value)?);
        let (value, most) = match worst_loss_ceil(holdings)? {
            WorstLoss::Unbounded(_) => (value, None),
            WorstLoss::Bounded(worst) => {
                let value = value.max(Money::ZERO.minus(worst)?);
                (value, Some(times_lots(value.plus(worst)?.fx(), LOTS_PER_CONTRACT)?))
            }
        };
        self.value = self.value.plus(value)?;
        let mark = Money::from_fx(lots_to_contracts_floor(sums.mark)?);
        self.mark = self.mark.plus(mark.max(value))?;
        // Times the factor it is again at most the cap.
        let most_initial = most.map(|most| div_floor(most, shocks.initial_factor)).transpose()?;
        for (required, losses) in self.required.iter_mut().zip(seen.ways()) {
            add_capped(&mut required.maintenance, losses, most)?;
            add_capped(&mut required.initial, losses, most_initial)?;
        }
        Ok(())
    }

    #[inline(never)]
    fn finish(&mut self, shocks: &Shocks) -> Result<MarketMargin, RiskError> {
        let [worst, others @ ..] = &mut self.required;
        for other in others {
            raise(&mut worst.maintenance, &other.maintenance);
            raise(&mut worst.initial, &other.initial);
        }
        for loss in &mut worst.initial {
            *loss = mul_ceil(*loss, shocks.initial_factor)?;
        }
        Ok(MarketMargin {
            value: self.value,
            mark: self.mark,
            maintenance: contracts_ceil(&worst.maintenance)?,
            initial: contracts_ceil(&worst.initial)?,
        })
    }
}

fn add_capped(sums: &mut [Fx; ENTRIES], losses: &[Fx; ENTRIES], most: Option<Fx>) -> Result<(), RiskError> {
    for (sum, loss) in sums.iter_mut().zip(losses) {
        *sum = add(*sum, most.map_or(*loss, |most| most.min(*loss)))?;
    }
    Ok(())
}

fn raise(entries: &mut [Fx; ENTRIES], others: &[Fx; ENTRIES]) {
    for (entry, other) in entries.iter_mut().zip(others) {
        *entry = (*entry).max(*other);
    }
}

fn contracts_ceil(lots: &[Fx; ENTRIES]) -> Result<ScenarioLosses, RiskError> {
    let mut entries = [Money::ZERO; ENTRIES];
    for (entry, loss) in entries.iter_mut().zip(lots) {
        *entry = Money::from_fx(lots_to_contracts_ceil(*loss)?);
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
