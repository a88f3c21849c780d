//! The vault is hedged while it trades, by the solver's own rounds in process; and what that changes.
//!
//! The shadow book is the same run, trade by trade, less what the hedge has won: what LPs would have had of the identical flow
//! without it.

use equipoise_interfaces::IHedger;
use equipoise_risk::rebalance::{HedgeTerm, HedgeTerms, TERM_RULES};
use equipoise_risk::units::Atoms as Amount;

use super::Demo;
use crate::error::CliError;
use crate::programs::Programs;
use crate::report::{Atoms, HedgeSummary};
use crate::solve::abi::Hedge;
use crate::solve::{self, Policy, Round, SolveError, Step, Stock, VenueSite};
use crate::units::{from_wad, narrow_unsigned, TOKEN_ATOMS};
use crate::world::{Hedging, Stablecoin, World};

/// Where the vault is hedged, of capital: nearer than by default, for the crowd is smaller than what the default is made for.
const INNER_BAND: u32 = 5_000;
const OUTER_BAND: u32 = 15_000;
/// What the keeper's inventory costs him beyond spot, in basis points.
const COST_BPS: f64 = 2.0;
/// Rounds after each price at most, and the seconds between them.
const MOST_ROUNDS: usize = 4;
const ROUND_SECS: u64 = 150;
/// Rounds in which the hedge is wound up at most.
const LAST_ROUNDS: usize = 24;
/// What gas costs, in wei: Arbitrum One's floor.
const WEI_PER_GAS: u128 = 20_000_000;
const HOUR_SECS: u64 = 3_600;

/// The hedge of a demo.
#[derive(Debug)]
pub(super) struct Hedged {
    /// The contracts.
    pub hedging: Hedging,
    hedge: Hedge,
    sites: Vec<VenueSite>,
    /// Of the stablecoin, in the keeper's inventory before anything is filled.
    stocked: i128,
    rebalances: u64,
    checkpoints: u64,
    tips: i128,
    cost: i128,
    /// D* over C, with the hedge and without it.
    shares: [Vec<f64>; 2],
    /// What LPs have, and what they would have without the hedge, each hour.
    samples: Vec<[f64; 2]>,
    sample_at: u64,
    peak: f64,
    drawdown: f64,
}

impl Hedged {
    /// Deploys the hedger of the market, and gives the keeper an inventory.
    pub fn new(world: &mut World, programs: &Programs) -> Result<Self, CliError> {
        let hedging = world.hedge(programs, None)?;
        let market = world.contracts.market;
        let no_hedger = || SolveError::NoHedger(market.to_string());
        let hedge = Hedge::of(world, market)?.ok_or_else(no_hedger)?;
        let sites = solve::found(world, hedge.hedger, (0, u64::MAX >> 1))?;
        let stocked = balance(world, hedging.stock)?;
        set_terms(world, &hedging, &[(HedgeTerm::InnerBand, INNER_BAND), (HedgeTerm::OuterBand, OUTER_BAND)])?;
        Ok(Self {
            hedging,
            hedge,
            sites,
            stocked,
            rebalances: 0,
            checkpoints: 0,
            tips: 0,
            cost: 0,
            shares: [Vec::new(), Vec::new()],
            samples: Vec::new(),
            sample_at: 0,
            peak: 0.0,
            drawdown: 0.0,
        })
    }

    fn policy(&self, cost_bps: f64, wei_per_gas: u128) -> Policy {
        Policy {
            stock: Some(Stock { filler: self.hedging.stock, cost_bps }),
            options: None,
            only: None,
            least_profit: f64::NEG_INFINITY,
            most_tip: Amount::new(i128::MAX >> 1),
            wei_per_gas,
            ether_price: None,
            blocks: (0, u64::MAX >> 1),
        }
    }

    /// What the keeper has been paid for hedges, tips included.
    pub fn paid(&self, world: &mut World) -> Result<i128, CliError> {
        Ok(balance(world, self.hedging.stock)? - self.stocked)
    }

    fn note(&mut self, round: &Round) {
        match &round.step {
            Step::Checkpoint { .. } => self.checkpoints += 1,
            Step::Accepted(done) => {
                let tip = narrow_unsigned(done.told.tipAtoms);
                self.rebalances += 1;
                self.tips += tip;
                self.cost += tip + (from_wad(done.told.lostWad) * TOKEN_ATOMS as f64).round() as i128;
            }
            _ => {}
        }
    }

    fn note_share(&mut self, round: &Round, spot: f64) {
        let Some(seen) = round.seen else { return };
        let [with, without] = &mut self.shares;
        with.push(seen.delta_to_hedge / seen.capital);
        without.push((seen.delta_to_hedge - seen.held * spot) / seen.capital);
    }

    /// What the hedge came to.
    pub fn summary(&self) -> HedgeSummary {
        let [with, without] = [0, 1].map(|which| variance(&changes(&self.samples, which)));
        let [tracking_error, tracking_error_without] =
            [0, 1].map(|which| self.shares.get(which).map_or(0.0, |shares| variance(shares).sqrt()));
        HedgeSummary {
            rebalances: self.rebalances,
            checkpoints: self.checkpoints,
            tips: Atoms(self.tips),
            cost: Atoms(self.cost),
            tracking_error,
            tracking_error_without,
            lp_pnl_variance_with_solver: with,
            lp_pnl_variance_without: without,
            max_drawdown: self.drawdown,
        }
    }
}

impl Demo {
    /// The solver's rounds at this price and, while there is something to do, a little later, before the next price.
    pub(super) fn hedge_until(&mut self, next: u64) -> Result<(), CliError> {
        for number in 0..MOST_ROUNDS {
            let policy = self.hedged.policy(COST_BPS, WEI_PER_GAS);
            let round = solve::round(&mut self.world, &self.hedged.hedge, &self.hedged.sites, &policy)?;
            if number == 0 {
                self.hedged.note_share(&round, self.spot);
            }
            self.hedged.note(&round);
            let is_open = round.seen.is_some_and(|seen| seen.opened_at != 0);
            let is_over = match round.step {
                Step::Nothing(_) => !is_open || number > 1,
                Step::Checkpoint { .. } => false,
                _ => true,
            };
            let at = self.now + ROUND_SECS;
            if is_over || at >= next {
                break;
            }
            let price = self.price_at(at);
            self.advance(at, price)?;
        }
        Ok(())
    }

    /// Enters what LPs have now, and what they would have without the hedge.
    pub(super) fn sample(&mut self) -> Result<(), CliError> {
        let reserve = self.skew_reserve()?;
        let with = (self.nav()? + reserve) as f64 / TOKEN_ATOMS as f64;
        let hedger = self.hedged.hedging.hedges.hedger;
        let held = narrow_unsigned(self.world.view(hedger, &IHedger::heldAtomsCall {})?);
        let paid = self.hedged.paid(&mut self.world)?;
        // The underlying's token has the stablecoin's decimals.
        let won = (held as f64 * self.spot - paid as f64) / TOKEN_ATOMS as f64;
        let hedged = &mut self.hedged;
        hedged.peak = hedged.peak.max(with);
        hedged.drawdown = hedged.drawdown.max((hedged.peak - with) / hedged.peak.max(1.0));
        if self.now >= hedged.sample_at {
            hedged.samples.push([with, with - won]);
            hedged.sample_at = self.now + HOUR_SECS;
        }
        Ok(())
    }

    /// The owner has the hedge wound up, under the tightest terms, by a keeper who fills at spot.
    pub(super) fn wind_up(&mut self) -> Result<(), CliError> {
        let tightest = [
            HedgeTerm::InnerBand,
            HedgeTerm::OuterBand,
            HedgeTerm::RampSecs,
            HedgeTerm::CheckpointSecs,
            HedgeTerm::LeastGain,
        ];
        let least = |term: HedgeTerm| TERM_RULES.iter().find(|rule| rule.term == term).map_or(0, |rule| rule.min);
        let terms = tightest.map(|term| (term, least(term)));
        let hedging = self.hedged.hedging;
        set_terms(&mut self.world, &hedging, &terms)?;
        for _ in 0..LAST_ROUNDS {
            let held = self.world.view(hedging.hedges.hedger, &IHedger::heldAtomsCall {})?;
            if held.is_zero() {
                break;
            }
            // What is left is sold whatever it is worth.
            let policy = self.hedged.policy(0.0, 0);
            let round = match solve::round(&mut self.world, &self.hedged.hedge, &self.hedged.sites, &policy) {
                // Without capital there is nothing to hedge against.
                Err(SolveError::Number(_)) => break,
                round => round?,
            };
            self.hedged.note(&round);
            let is_open = round.seen.is_some_and(|seen| seen.opened_at != 0);
            if matches!(round.step, Step::Nothing(_)) && !is_open {
                break;
            }
            let (at, spot) = (self.now + ROUND_SECS, self.spot);
            self.advance(at, spot)?;
        }
        Ok(())
    }
}

fn balance(world: &mut World, owner: alloy_primitives::Address) -> Result<i128, CliError> {
    let token = world.contracts.token;
    Ok(narrow_unsigned(world.view(token, &Stablecoin::balanceOfCall { owner })?))
}

fn set_terms(world: &mut World, hedging: &Hedging, changes: &[(HedgeTerm, u32)]) -> Result<(), CliError> {
    let mut millionths = HedgeTerms::default().all_millionths();
    for (rule, place) in TERM_RULES.iter().zip(&mut millionths) {
        let change = changes.iter().find(|(term, _)| *term == rule.term);
        *place = change.map_or(*place, |(_, value)| *value);
    }
    let call = IHedger::setTermsCall { millionths: millionths.to_vec() };
    world.send("hedge_terms", world.owner, hedging.hedges.hedger, &call).map(drop)
}

/// From each sample to the next.
fn changes(samples: &[[f64; 2]], which: usize) -> Vec<f64> {
    let of = |sample: &[f64; 2]| sample.get(which).copied().unwrap_or_default();
    samples.iter().zip(samples.iter().skip(1)).map(|(one, next)| of(next) - of(one)).collect()
}

/// The mean square of the distances from the mean; zero of none.
fn variance(values: &[f64]) -> f64 {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variances_are_of_changes_from_sample_to_sample() {
        let samples = [[0.0, 5.0], [2.0, 5.0], [2.0, 5.0], [4.0, 5.0], [4.0, 5.0]];
        assert_eq!(changes(&samples, 0), [2.0, 0.0, 2.0, 0.0]);
        assert!((variance(&changes(&samples, 0)) - 1.0).abs() < 1e-15);
        assert!(variance(&changes(&samples, 1)).abs() < 1e-15 && variance(&[]).abs() < 1e-15);
    }
}
