//! The hedger between two prices: checkpoints, the window, and the race of solvers under the rules of the chain.
//!
//! Whoever trades comes with a price; a checkpoint follows, and until the next price, a quarter of an hour later, solvers may
//! rebalance at the one that holds. What is judged, and by which function, is what the chain judges:
//! [`equipoise_risk::rebalance`].

use equipoise_math::Fx;
use equipoise_risk::book::Exposure;
use equipoise_risk::breakers::{allows, Action};
use equipoise_risk::potential::RiskState;
use equipoise_risk::rebalance::{
    average_after, Accepted, Band, Budget, HedgeTerm, HedgeTerms, Rebalance, Refused, Risk, Window,
};
use equipoise_risk::units::{Money, Price};
use equipoise_simulate::{Inventory, Random, Refusal};

use crate::explain::{count, Parts};
use crate::market::Market;
use crate::settings::{Hedge, Setup};
use crate::solvers::{delays, random, shares, Proposal, Record, Sent, ALL, SOLVERS};

/// What fills cost, of what is bought or sold.
pub(crate) const FILL_COST: Fx = Fx::lit("0.0007");
/// Rebalances between two prices at most.
const MOST_REBALANCES: usize = 8;

/// What the hedger keeps.
#[derive(Debug)]
pub(crate) struct Hedger {
    terms: HedgeTerms,
    pub(crate) window: Window,
    budget: Budget,
    /// Rebalances so far: each request names it.
    pub(crate) epoch: u64,
    average: (Price, u64),
    /// The younger one first.
    checkpoints: [Option<(u64, Inventory)>; 2],
    random: Random,
    pub(crate) records: [Record; SOLVERS],
    pub(crate) followed: Followed,
}

/// How the hedge has followed what is to be hedged.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Followed {
    /// Prices, and the sums of D*/C and of its square as each price left it to the next.
    prices: f64,
    sums: [f64; 2],
    /// The longest that a window was open, in seconds.
    pub(crate) longest_secs: u64,
}

impl Followed {
    fn at(&mut self, ratio: f64, open_secs: u64) {
        self.prices += 1.0;
        self.sums = [self.sums[0] + ratio, self.sums[1] + ratio * ratio];
        self.longest_secs = self.longest_secs.max(open_secs);
    }

    /// Standard deviation of D*/C.
    pub(crate) fn deviation(&self) -> f64 {
        let [mean, square] = self.sums.map(|sum| sum / self.prices.max(1.0));
        (square - mean * mean).max(0.0).sqrt()
    }
}

/// The book as everybody sees it until the next price.
struct Appraisal {
    options: Exposure,
    state: RiskState,
    spot: Price,
}

impl Hedger {
    pub(crate) fn new(setup: &Setup) -> Self {
        Self {
            terms: setup.rules.terms,
            window: Window::default(),
            budget: Budget::default(),
            epoch: 0,
            average: (Price::ZERO, 0),
            checkpoints: [None, None],
            random: random(setup.seed),
            records: Default::default(),
            followed: Followed::default(),
        }
    }

    fn averaged(&mut self, spot: Price, now: u64) -> Result<(), Refusal> {
        self.average = (average_after(self.average, spot, &self.terms, now)?, now);
        Ok(())
    }
}

impl Market<'_> {
    /// What happens between a price and the next one.
    pub(crate) fn rebalance_until(&mut self, until: u64) -> Result<(), Refusal> {
        let book = self.appraised()?;
        let now = self.venue.now();
        if self.variant.hedge == Hedge::Solvers {
            self.checkpoint(&book)?;
            self.race_until(&book, until)?;
        }
        let risk = Risk::of(&book.options, &self.venue.held_hedge(), book.spot, &book.state)?;
        let ratio = risk.delta_to_hedge.fx().to_num::<f64>() / book.state.capital.fx().to_num::<f64>();
        let window = self.hedger.window;
        let open_secs = if window.is_open() { now.saturating_sub(window.opened_at) } else { 0 };
        self.hedger.followed.at(ratio, open_secs);
        Ok(())
    }

    fn race_until(&mut self, book: &Appraisal, until: u64) -> Result<(), Refusal> {
        let mut from = self.venue.now();
        for _ in 0..MOST_REBALANCES {
            let alive = self.setup.solvers.alive(from);
            let state = self.guard.state(from);
            if alive == 0 || !self.hedger.window.is_open() || !allows(state, Action::Rebalance) {
                break;
            }
            let Some(first) = self.first_of_race(book, alive, (from, until))? else { break };
            from = first.at;
            if !self.rebalance(&first)? {
                break;
            }
        }
        Ok(())
    }

    fn appraised(&self) -> Result<Appraisal, Refusal> {
        let (options, spot) = (self.venue.options()?, self.venue.spot());
        let book = options.hedged(&self.venue.held_hedge(), spot)?;
        let capital = self.venue.capital_at(&book)?.frozen.max(Money::from_fx(Fx::ONE));
        // A run that charges nothing for risk is still hedged by what risk there is.
        let state = RiskState::new(capital, self.venue.variance(), &self.setup.rules.parameters)?;
        Ok(Appraisal { options, state, spot })
    }

    /// Keeps the inventory if the younger of the two that are kept is old enough, moves the average, and looks at the window.
    fn checkpoint(&mut self, book: &Appraisal) -> Result<(), Refusal> {
        let (now, hedge) = (self.venue.now(), self.venue.held_hedge());
        let hedger = &mut self.hedger;
        let least = hedger.terms.secs(HedgeTerm::CheckpointSecs);
        let [younger, older] = &mut hedger.checkpoints;
        if younger.as_ref().is_none_or(|(at, _)| now.saturating_sub(*at) >= least) {
            *older = younger.replace((now, self.venue.inventory()));
        }
        let risk = Risk::of(&book.options, &hedge, book.spot, &book.state)?;
        hedger.window = hedger.window.observed(risk.delta_to_hedge, book.state.capital, &hedger.terms, now)?;
        hedger.averaged(book.spot, now)
    }

    /// Whoever is on chain first, and before the next price; those who come after him are late.
    fn first_of_race(
        &mut self,
        book: &Appraisal,
        alive: usize,
        (from, until): (u64, u64),
    ) -> Result<Option<Sent>, Refusal> {
        let delays = delays(&mut self.hedger.random);
        let least = self.hedger.terms.secs(HedgeTerm::CheckpointSecs);
        let kept = self.hedger.checkpoints.iter().flatten().find(|(at, _)| at + least < until);
        let Some((taken_at, inventory)) = kept else { return Ok(None) };
        let from = from.max(taken_at + least);
        let old = if *inventory == self.venue.inventory() { book.options } else { self.venue.options_of(inventory)? };
        let proposals = self.proposals(book, &old)?;
        let spot = book.spot.fx().to_num::<f64>();
        let judged = |proposal: &Proposal, at: u64| self.judged(&proposal.done, at).ok();
        let mut sent: Vec<Sent> = Vec::new();
        for (solver, delay) in delays.into_iter().enumerate().take(alive) {
            let first = ALL[solver].first_worth(&proposals, spot, (from, until), &judged);
            let on_chain = first.map(|(seen, proposal)| Sent { solver, proposal, at: seen + delay });
            sent.extend(on_chain.filter(|sent| sent.at < until));
        }
        sent.sort_by_key(|sent| sent.at);
        for late in sent.iter().skip(1) {
            self.hedger.records[late.solver].late += 1;
        }
        Ok(sent.first().copied())
    }

    fn proposals(&self, book: &Appraisal, old: &Exposure) -> Result<Vec<Proposal>, Refusal> {
        let hedge = self.venue.held_hedge();
        let before = Risk::of(&book.options, &hedge, book.spot, &book.state)?;
        let old_penalty = Risk::of(old, &hedge, book.spot, &book.state)?.penalty;
        let units = before.delta_to_hedge.ratio_floor(Money::from_fx(book.spot.fx()))?;
        let band = Band::around(book.spot, self.hedger.average.0, &self.hedger.terms)?;
        let mut proposals = Vec::new();
        for share in shares() {
            let fill = self.venue.fill_at(-(units * share), FILL_COST)?;
            if fill.units == Fx::ZERO || !band.permits(fill.side, fill.limit) {
                continue;
            }
            let after = self.venue.hedge_after(&fill)?;
            let done = Rebalance {
                before,
                old_penalty,
                after: Risk::of(&book.options, &after, book.spot, &book.state)?,
                lost: self.venue.lost_by(&fill)?,
                capital: book.state.capital,
                hedge: after.value_floor(book.spot)?,
            };
            proposals.push(Proposal { fill, done });
        }
        Ok(proposals)
    }

    /// What the rules say: the solver asks for all that they give and that the budgets leave.
    fn judged(&self, done: &Rebalance, at: u64) -> Result<Accepted, Refused> {
        let (terms, budget) = (&self.hedger.terms, self.hedger.budget);
        let share = |term| done.capital.scaled_floor(terms.number(term)?);
        let left = budget.left_floor(share(HedgeTerm::DayBudget)?, at)?.min(share(HedgeTerm::RebalanceBudget)?);
        let most_tip = left.minus(done.lost)?.max(Money::ZERO);
        done.judged(terms, (self.hedger.window, budget), most_tip, at)
    }

    /// # Returns: whether the rules accept it; what they refuse changes nothing
    fn rebalance(&mut self, sent: &Sent) -> Result<bool, Refusal> {
        let accepted = match self.judged(&sent.proposal.done, sent.at) {
            Ok(accepted) => accepted,
            Err(Refused::Number(error)) => return Err(Refusal::Number(error)),
            Err(_) => return Ok(false),
        };
        let tip = self.venue.scale().atoms_floor(accepted.tip)?;
        let (cash, reserve) = (self.venue.cash(), self.venue.reserve().balance);
        let cost = self.venue.rebalance(&sent.proposal.fill, tip)?;
        self.outside = self.outside.plus(cash.minus(self.venue.cash())?)?;
        let drawn = count(reserve.minus(self.venue.reserve().balance)?);
        (self.hedger.window, self.hedger.budget) = (accepted.window, accepted.budget);
        self.hedger.epoch += 1;
        self.hedger.averaged(self.venue.spot(), sent.at)?;
        let record = &mut self.hedger.records[sent.solver];
        record.rebalances += 1;
        record.tips_atoms += count(tip);
        self.tally.day.hedges += 1;
        self.tally.day.hedge_cost_atoms += count(cost);
        self.tally.day.tips_atoms += count(tip);
        self.remark(Parts { hedge_cost: -count(cost), skew: drawn, ..Parts::default() })?;
        Ok(true)
    }
}
