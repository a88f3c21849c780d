//! Options, where hedges in the underlying leave nothing to do.

use alloy_primitives::{B256, U256};
use equipoise_interfaces::IDealer;
use equipoise_risk::rebalance::{Budget, HedgeTerm, OptionHedge};
use equipoise_risk::units::{from_wad_floor, Money};

use super::{OptionsDone, Rounding, Step};
use crate::reverts::Reason;
use crate::solve::abi::Moment;
use crate::solve::error::SolveError;
use crate::solve::options::{account_of, best, boards, hedged, packages, window, Ask, Desk, OptionsPlan};

/// Gas of a trade of two legs that is paid for, cached, rounded up.
const OPTIONS_GAS: f64 = 450_000.0;

/// The best plan over all inventories, or why the chain has refused the last that was tried.
type Found = (Option<OptionsPlan>, Option<Reason>);

/// Whether a newer inventory may do.
fn is_of_gain(refused: &Reason) -> bool {
    ["HedgerGainTooSmall", "HedgerCostTooHigh"].contains(&refused.name.as_str())
}

impl Rounding<'_> {
    /// Trades options, if that is paid for and earns enough.
    /// # Inputs: why there is nothing to hedge in the underlying
    pub(super) fn trade_options(&mut self, desk: Desk, why: String) -> Result<Step, SolveError> {
        let Some(window) = window(self.client, self.hedge)? else { return Ok(Step::Nothing(why)) };
        let market = &self.sight.market;
        if !window.observed_risk(market.bare_penalty()?, &market.state, &market.terms, market.at)?.is_open() {
            return Ok(Step::Nothing(format!("{why}; and no risk that options are paid for")));
        }
        if !window.is_open() {
            return self.checkpoint("to open the window for options");
        }
        let usable = self.usable_words()?;
        if usable.is_empty() {
            return self.without_checkpoint();
        }
        let most_tip = self.most_tip()?;
        match self.best_options(desk, usable, most_tip)? {
            (Some(plan), _) if plan.profit > self.policy.least_profit => self.send_options(desk, plan, most_tip),
            (Some(plan), _) => Ok(Step::Nothing(format!("{why}; and options would earn {:.6}", plan.profit))),
            (None, Some(refused)) if is_of_gain(&refused) && self.kept.is_due() && !self.kept.has(&self.words) => {
                self.checkpoint("the inventory has changed since the last")
            }
            (None, refused) => {
                let text = refused.map_or_else(|| "none takes much vega off".to_owned(), |reason| reason.text);
                Ok(Step::Nothing(format!("{why}; and no options: {text}")))
            }
        }
    }

    fn best_options(&mut self, desk: Desk, usable: Vec<Vec<B256>>, most_tip: U256) -> Result<Found, SolveError> {
        let spot: f64 = self.sight.market.spot.fx().to_num();
        let vegas = self.sight.market.now.buckets.iter().map(|bucket| bucket.vega.fx().to_num::<f64>());
        let vegas: Vec<(u16, f64)> = boards(&self.words).into_iter().zip(vegas).collect();
        let packages = packages(self.client, self.hedge, &vegas, spot)?;
        let gas = self.policy.gas_costs(OPTIONS_GAS, spot);
        let (mut found, mut refused): Found = (None, None);
        for words in usable {
            let ask = self.ask(desk, (words, most_tip));
            let (plan, reason) = best(self.client, &ask, &packages, (desk.edge, gas))?;
            refused = refused.filter(is_of_gain).or(reason);
            found = found.into_iter().chain(plan).max_by(|one, other| one.profit.total_cmp(&other.profit));
        }
        Ok((found, refused))
    }

    /// The tip at most: what is wanted, and what the budgets leave.
    fn most_tip(&mut self) -> Result<U256, SolveError> {
        let told = self.client.view(self.hedge.hedger, &IDealer::optionsBudgetCall {})?;
        let market = &self.sight.market;
        let share = |term| market.state.capital.scaled_floor(market.terms.number(term)?);
        let used = Money::from_fx(from_wad_floor(i128::try_from(told.usedWad).unwrap_or(i128::MAX))?);
        let day = OptionHedge::day_budget_floor(market.state.capital, &market.terms)?;
        let left = Budget { used, at: told.at }.left_floor(day, market.at)?.min(share(HedgeTerm::RebalanceBudget)?);
        // What is used is told down to a wad, and kept to more.
        let left = market.quote.atoms_floor(left)?.count().saturating_sub(1);
        Ok(U256::from(left.min(self.policy.most_tip.count()).max(0).unsigned_abs()))
    }

    fn ask(&self, desk: Desk, (words, most_tip): (Vec<B256>, U256)) -> Ask {
        Ask {
            hedger: self.hedge.hedger,
            market: self.hedge.market,
            moment: Moment { epoch: self.kept.epoch, spot_at: self.sight.spot_at, now: self.kept.now },
            account: account_of(self.client, desk),
            most_tip,
            words,
        }
    }

    fn send_options(&mut self, desk: Desk, plan: OptionsPlan, most_tip: U256) -> Result<Step, SolveError> {
        let ask = self.ask(desk, (plan.words.clone(), most_tip));
        match self.client.transact(ask.order(&plan))? {
            Ok(logs) => Ok(Step::Options(Box::new(OptionsDone { plan, told: hedged(&logs) }))),
            Err(reason) => self.refused(reason),
        }
    }
}
