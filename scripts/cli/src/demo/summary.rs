//! From a demo that has ended to its report.

use super::Demo;
use crate::error::CliError;
use crate::report::{Atoms, FitSummary, InputSummary, ProfitSplit, QuoteSummary, Refusal, Report};

/// What was measured on the way.
pub(super) struct Ends {
    /// Net asset value before the first trade, in atoms.
    pub nav_start: i128,
    /// Net asset value after the last settlement, in atoms.
    pub nav_end: i128,
    /// Quotes against the market's.
    pub quotes: Option<Vec<QuoteSummary>>,
    /// Orders placed to be refused.
    pub probes: Vec<Refusal>,
}

impl Demo {
    /// The report.
    pub(super) fn report(&mut self, ends: Ends) -> Result<Report, CliError> {
        let audit = self.audit()?;
        let (paid_in, taken_out) = self
            .providers
            .iter()
            .fold((0, 0), |(paid_in, taken_out), each| (paid_in + each.paid_in, taken_out + each.taken_out));
        let mut trader_pnl = 0;
        for trader in self.traders.clone() {
            trader_pnl += self.balance(trader.address)? - trader.deposited as i128;
        }
        let lp_pnl = taken_out - paid_in;
        let solver_pay = self.hedged.paid(&mut self.world)?;
        let hedge = self.hedged.summary();
        let bad_debt = self.bad_debt();
        let tally = self.tally.clone();
        let skew_released = tally.skew_charges - tally.rebates - audit.skew_reserve.0;
        let positions = tally.mid + tally.vault_payoffs;
        let pnl = ProfitSplit {
            fees: Atoms(tally.fees),
            spread: Atoms(tally.spread),
            skew_released: Atoms(skew_released),
            positions: Atoms(positions),
            hedge: Atoms(-solver_pay),
            rounding: Atoms(lp_pnl - tally.fees - tally.spread - skew_released - positions + solver_pay),
        };
        Ok(Report {
            units: Report::units(),
            seed: self.seed,
            contracts: self.named_contracts().map(|(name, at)| (name.to_owned(), at.to_string())).collect(),
            input: self.input_summary(),
            fit: self.fit_summary(),
            boards: self.listed.clone(),
            inside_market_share: self.inside_market_share,
            quotes: ends.quotes,
            lp_pnl_variance_with_solver: hedge.lp_pnl_variance_with_solver,
            lp_pnl_variance_without: hedge.lp_pnl_variance_without,
            hedge_cost: hedge.cost,
            max_drawdown: hedge.max_drawdown,
            bad_debt: Atoms(bad_debt),
            solver_pay: Atoms(solver_pay),
            hedge,
            trades: tally.trades,
            rejected: tally.rejected,
            rejected_first: tally.rejected_first,
            probes: ends.probes,
            traders: self.traders.len(),
            volume: Atoms(tally.notional),
            volume_contracts: tally.contracts,
            volume_premium: Atoms(tally.premium),
            fees: Atoms(tally.fees),
            spread_income: Atoms(tally.spread),
            skew_charges: Atoms(tally.skew_charges),
            rebates: Atoms(tally.rebates),
            lp_pnl: Atoms(lp_pnl),
            trader_pnl: Atoms(trader_pnl),
            nav_start: Atoms(ends.nav_start),
            nav_end: Atoms(ends.nav_end),
            nav_low: Atoms(tally.nav_low.unwrap_or(ends.nav_start)),
            pnl,
            gas: self.world.gas.summary(),
            sizes: self.world.sizes.iter().map(|size| (size.name.to_owned(), size.code)).collect(),
            everybody_paid_out: self.is_everybody_out(&audit)?,
            tokens_accounted_for: audit.checks.values().all(|holds| *holds),
            audit,
        })
    }

    fn named_contracts(&self) -> impl Iterator<Item = (&'static str, alloy_primitives::Address)> {
        let crate::world::Hedging { hedges, base, stock } = self.hedged.hedging;
        let hedge = [
            ("underlying", base),
            ("referee", hedges.referee),
            ("trustee", hedges.trustee),
            ("broker", hedges.broker),
            ("dealer", hedges.dealer),
            ("hedger", hedges.hedger),
            ("filler", hedges.filler),
            ("hedge filler", stock),
        ];
        self.world.contracts.named().into_iter().chain(hedge)
    }

    /// Whether no trader has a position or cash left, and no provider a share.
    fn is_everybody_out(&mut self, audit: &crate::report::Audit) -> Result<bool, CliError> {
        let boards = self.boards.clone();
        for trader in self.traders.clone() {
            if !self.positions(&trader, &boards)?.is_empty() {
                return Ok(false);
            }
        }
        let is_paid = audit.remaining.get("traders") == Some(&Atoms(0));
        Ok(is_paid && self.shareholders()?.is_empty())
    }

    fn input_summary(&self) -> InputSummary {
        let input = &self.input;
        let mut notes = vec![format!(
            "The surface keeps the chain's shape; its level follows the volatility realised over seven days \
             ({}).",
            if input.is_rebased { "in full" } else { "half of the way, in logarithms" }
        )];
        notes.push("Between prices of the history, settlement windows have prices on a straight line.".to_owned());
        if input.is_rebased {
            notes.push(format!(
                "The chain ({}) is from another time than the prices: its smile is used at the level of the \
                 volatility realised then, its quotes cannot be compared.",
                input.chain.observed_at
            ));
        }
        InputSummary {
            chain: input.chain.source.clone(),
            prices: input.history.source.clone(),
            currency: input.chain.currency.clone(),
            observed_at: input.chain.observed_at.to_string(),
            start: input.start.to_string(),
            end: input.end.to_string(),
            rebased: input.is_rebased,
            spot: [input.surface.spot, self.spot],
            notes,
        }
    }

    fn fit_summary(&self) -> Vec<FitSummary> {
        let reports = self.input.fit.reports.iter();
        let line = |report: &equipoise_data::ExpiryFit| FitSummary {
            expiry: report.expiry.to_string(),
            at_the_money: report.at_the_money_points,
            rms: report.rms_points,
            inside: report.share_inside(),
        };
        reports.map(line).collect()
    }
}
