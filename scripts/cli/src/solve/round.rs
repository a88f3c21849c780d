//! One round for one market: read everything anew, decide, and send at most one transaction.
//!
//! Nothing is remembered that the chain does not say: after a restart, a reorganisation, or somebody else's rebalance the next
//! round sees what there is.

use alloy_primitives::{Address, B256};
use equipoise_interfaces::{OptionsHedged, Rebalanced};
use equipoise_risk::rebalance::{Band, HedgeTerm, Refused};
use equipoise_risk::units::Atoms;
use equipoise_solver::{plan, Costs, Nothing, Plan, Verdict, Wishes};

use super::abi::{self, Appraised, Hedge, Kept, Moment};
use super::error::SolveError;
use super::options::{Desk, OptionsPlan};
use super::venues::{self, Stock, VenueKind, VenueSite};
use crate::keep::Client;
use crate::reverts::Reason;

mod options;

/// Gas of a rebalance without its legs, and of one leg: what those of the demo use, cached, rounded up.
const REBALANCE_GAS: f64 = 300_000.0;
const LEG_GAS: f64 = 100_000.0;
const WEI_PER_ETHER: f64 = 1e18;

/// How a solver works.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// What he fills with himself.
    pub stock: Option<Stock>,
    /// Only venues of this kind.
    pub only: Option<VenueKind>,
    /// Out of which account he trades options, if he does.
    pub options: Option<Desk>,
    /// What he earns at least, in the stablecoin.
    pub least_profit: f64,
    /// The tip that he wants at most, in atoms.
    pub most_tip: Atoms,
    /// What gas costs.
    pub wei_per_gas: u128,
    /// The price of an ether in the stablecoin; without one that of the underlying.
    pub ether_price: Option<f64>,
    /// The block from which events are looked for, and how many blocks the server reads at once.
    pub blocks: (u64, u64),
}

impl Policy {
    fn costs(&self, spot: f64) -> Costs {
        Costs { gas: self.gas_costs(REBALANCE_GAS, spot), gas_of_leg: self.gas_costs(LEG_GAS, spot) }
    }

    /// What so much gas costs, in the stablecoin.
    fn gas_costs(&self, gas: f64, spot: f64) -> f64 {
        gas * self.wei_per_gas as f64 / WEI_PER_ETHER * self.ether_price.unwrap_or(spot)
    }
}

/// What a round has come to.
#[derive(Clone, Debug)]
pub enum Step {
    /// There is nothing to do now.
    Nothing(String),
    /// A checkpoint was taken, or would be.
    Checkpoint {
        /// What for.
        reason: &'static str,
    },
    /// A rebalance was accepted.
    Accepted(Box<Done>),
    /// A rebalance would be sent.
    Planned(Box<Plan>),
    /// Options were traded, or would be.
    Options(Box<OptionsDone>),
    /// Somebody else was faster.
    Lost {
        /// The epoch that the request was for, and that of now.
        epochs: [u64; 2],
    },
    /// A transaction was refused.
    Refused(Reason),
}

/// An accepted rebalance.
#[derive(Clone, Debug)]
pub struct Done {
    /// What was asked for.
    pub plan: Plan,
    /// What the hedger says of it.
    pub told: Rebalanced,
}

/// A trade of options.
#[derive(Clone, Debug)]
pub struct OptionsDone {
    /// What was found before.
    pub plan: OptionsPlan,
    /// What the hedger says of it; none if nothing was sent.
    pub told: Option<OptionsHedged>,
}

impl Done {
    /// Whether the hedger says what was computed before, to the last bit.
    pub fn is_as_computed(&self) -> bool {
        use equipoise_market_state::convert::{signed_wad, unsigned};
        let Verdict { tip, lost, gain, .. } = self.plan.verdict;
        self.told.tipAtoms == unsigned(tip)
            && self.told.lostWad == signed_wad(lost.fx())
            && self.told.gainWad == signed_wad(gain.fx())
            && self.told.heldAtoms == unsigned(self.plan.outcome.held)
    }
}

/// What was seen of a market in a round.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    /// The hedger's epoch.
    pub epoch: u64,
    /// D*, in the stablecoin.
    pub delta_to_hedge: f64,
    /// R.
    pub penalty: f64,
    /// C.
    pub capital: f64,
    /// The underlying held, in units.
    pub held: f64,
    /// Since when the vault pays, 0 while it does not.
    pub opened_at: u64,
}

/// A round: what was seen, and what it has come to.
#[derive(Clone, Debug)]
pub struct Round {
    /// None if the market tells nothing.
    pub seen: Option<Seen>,
    /// What it has come to.
    pub step: Step,
}

/// One round.
/// # Errors: [`SolveError`]
pub fn round(
    client: &mut dyn Client,
    hedge: &Hedge,
    sites: &[VenueSite],
    policy: &Policy,
) -> Result<Round, SolveError> {
    let kept = Kept::of(client, hedge.hedger)?;
    let stopped =
        |reason: Reason| Round { seen: None, step: Step::Nothing(format!("the market tells nothing: {reason}")) };
    let words = match abi::inventory(client, hedge.market)? {
        Ok(words) => words,
        Err(reason) => return Ok(stopped(reason)),
    };
    let sight = match abi::appraised(client, hedge, &kept, words.clone())? {
        Ok(sight) => sight,
        Err(reason) => return Ok(stopped(reason)),
    };
    let mut round = Rounding { client, hedge, sites, policy, kept, words, sight };
    let seen = Some(round.seen()?);
    let step = round.step()?;
    Ok(Round { seen, step })
}

struct Rounding<'a> {
    client: &'a mut dyn Client,
    hedge: &'a Hedge,
    sites: &'a [VenueSite],
    policy: &'a Policy,
    kept: Kept,
    /// The inventory of now.
    words: Vec<B256>,
    /// The market beside it.
    sight: Appraised,
}

/// The best plan, and the words that it is judged with.
struct Best {
    plan: Plan,
    words: Vec<B256>,
}

impl Rounding<'_> {
    fn seen(&self) -> Result<Seen, SolveError> {
        let market = &self.sight.market;
        let risk = market.risk(market.held)?;
        Ok(Seen {
            epoch: self.kept.epoch,
            delta_to_hedge: risk.delta_to_hedge.fx().to_num(),
            penalty: risk.penalty.fx().to_num(),
            capital: market.state.capital.fx().to_num(),
            held: market.units_floor(market.held)?.to_num(),
            opened_at: self.kept.opened_at,
        })
    }

    fn step(&mut self) -> Result<Step, SolveError> {
        if !self.sight.may_hedge {
            return Ok(Step::Nothing("the market is halted, or its prices may not be relied on".to_owned()));
        }
        let age = self.kept.now.saturating_sub(self.sight.spot_at);
        if age > self.kept.terms.secs(HedgeTerm::PriceAgeSecs) {
            return Ok(Step::Nothing(format!("the oracle's price is {age} s old")));
        }
        match (self.hedge()?, self.policy.options) {
            (Step::Nothing(why), Some(desk)) => self.trade_options(desk, why),
            (step, _) => Ok(step),
        }
    }

    /// Hedges in the underlying.
    fn hedge(&mut self) -> Result<Step, SolveError> {
        if !self.sight.market.window.is_open() {
            return self.before_the_window();
        }
        let usable = self.usable_words()?;
        if usable.is_empty() {
            return self.without_checkpoint();
        }
        match self.best(usable)? {
            Ok(best) => self.rebalance(best),
            Err(nothing) => self.nothing(nothing),
        }
    }

    /// The window is opened by a checkpoint, once D* is past the outer band.
    fn before_the_window(&mut self) -> Result<Step, SolveError> {
        let market = &self.sight.market;
        if market.observed()?.is_open() {
            return self.checkpoint("to open the window");
        }
        let risk = market.risk(market.held)?;
        let nothing = Nothing::WindowClosed { delta: risk.delta_to_hedge, capital: market.state.capital };
        Ok(Step::Nothing(nothing.to_string()))
    }

    fn without_checkpoint(&mut self) -> Result<Step, SolveError> {
        if self.kept.is_due() {
            return self.checkpoint("there is none that is known");
        }
        let [(_, young_at), _] = self.kept.checkpoints;
        let until = young_at.saturating_add(self.kept.checkpoint_secs());
        Ok(Step::Nothing(format!("waits until {until}, when the checkpoint is old enough")))
    }

    /// The inventories of checkpoints that a rebalance may bring by now.
    fn usable_words(&mut self) -> Result<Vec<Vec<B256>>, SolveError> {
        let own = abi::hash_of(&self.words);
        let mut all = Vec::new();
        for hash in self.kept.usable() {
            if hash == own {
                all.push(self.words.clone());
            } else {
                all.extend(abi::checkpoint_words(self.client, self.hedge.hedger, hash, self.policy.blocks)?);
            }
        }
        Ok(all)
    }

    /// The most profitable plan over all inventories; or why there is none with the last of them.
    fn best(&mut self, usable: Vec<Vec<B256>>) -> Result<Result<Best, Nothing>, SolveError> {
        let spot: f64 = self.sight.market.spot.fx().to_num();
        let mut offers = Vec::with_capacity(self.sites.len());
        for site in self.sites {
            offers.push(venues::offered(self.client, self.hedge, site, (spot, self.policy.stock))?);
        }
        let wishes = Wishes { most_tip: self.policy.most_tip, least_profit: self.policy.least_profit };
        let mut best: Result<Best, Nothing> = Err(Nothing::NotWorthIt);
        for words in usable {
            let market = if words == self.words {
                self.sight.market.clone()
            } else {
                match abi::appraised(self.client, self.hedge, &self.kept, words.clone())? {
                    Ok(appraised) => appraised.market,
                    Err(_) => continue,
                }
            };
            let planned = plan(&market, &offers, self.policy.costs(spot), &wishes);
            best = match (best, planned) {
                (Ok(best), Ok(plan)) if plan.profit <= best.plan.profit => Ok(best),
                (_, Ok(plan)) => Ok(Best { plan, words }),
                (Ok(best), Err(_)) => Ok(best),
                (Err(_), Err(nothing)) => Err(nothing),
            };
        }
        Ok(best)
    }

    /// Nothing can be done with the checkpoints that there are: maybe with a new one.
    fn nothing(&mut self, nothing: Nothing) -> Result<Step, SolveError> {
        if !self.kept.is_due() || !self.sight.market.observed()?.is_open() {
            return Ok(Step::Nothing(nothing.to_string()));
        }
        let is_of_gain = matches!(nothing, Nothing::NotWorthIt | Nothing::ProfitTooSmall { .. })
            || matches!(nothing.refused(), Some(Refused::GainTooSmall { .. } | Refused::CostTooHigh { .. }));
        if is_of_gain && !self.kept.has(&self.words) {
            return self.checkpoint("the inventory has changed since the last");
        }
        let is_average_old = self.kept.now.saturating_sub(self.kept.averaged_at) >= self.kept.checkpoint_secs();
        let market = &self.sight.market;
        let is_average_binding = market.band()? != Band::around(market.spot, market.spot, &market.terms)?;
        if matches!(nothing, Nothing::NoOffer { .. }) && is_average_old && is_average_binding {
            return self.checkpoint("to move the average price");
        }
        Ok(Step::Nothing(nothing.to_string()))
    }

    fn checkpoint(&mut self, reason: &'static str) -> Result<Step, SolveError> {
        Ok(match self.client.transact(abi::checkpoint(self.hedge))? {
            Ok(_) => Step::Checkpoint { reason },
            Err(reason) => Step::Refused(reason),
        })
    }

    fn rebalance(&mut self, best: Best) -> Result<Step, SolveError> {
        let addresses: Vec<Address> = self.sites.iter().map(|site| site.venue).collect();
        let (epoch, now) = (self.kept.epoch, self.kept.now);
        let request = abi::request(&best.plan, &addresses, Moment { epoch, spot_at: self.sight.spot_at, now });
        let filler = self.policy.stock.map(|stock| stock.filler);
        let order = abi::rebalance(self.hedge, filler, request, best.words);
        let plan = best.plan;
        match self.client.transact(order)? {
            Ok(logs) => Ok(match abi::rebalanced(&logs) {
                Some(told) => Step::Accepted(Box::new(Done { plan, told })),
                None => Step::Planned(Box::new(plan)),
            }),
            Err(reason) => self.refused(reason),
        }
    }

    /// Whatever it was refused with: if the epoch has moved, somebody else was faster.
    fn refused(&mut self, reason: Reason) -> Result<Step, SolveError> {
        let (epoch, current) = (self.kept.epoch, Kept::of(self.client, self.hedge.hedger)?.epoch);
        let is_lost = current != epoch || reason.name == "HedgerEpochDiffers";
        Ok(if is_lost { Step::Lost { epochs: [epoch, current] } } else { Step::Refused(reason) })
    }
}
