//! The plan: the best of both sides, without venues that are not worth their gas, rounded to atoms, and judged.

use equipoise_math::Fx;
use equipoise_risk::rebalance::{HedgeTerm, Refused, Side};
use equipoise_risk::units::{Atoms, Money};
use equipoise_risk::RiskError;

use crate::cone::{Offer, Program};
use crate::curve::{float, number, Curve};
use crate::legs::{Leg, Order};
use crate::market::{Market, Outcome, Verdict};
use crate::nothing::Nothing;
use crate::venue::{Tier, Venue};

/// A leg smaller than this share of capital is left out.
const LEAST_LEG: f64 = 1e-6;
/// What is taken of an optimum, so that what the optimiser is off stays within every limit.
const WITHIN: f64 = 1.0 - 1e-7;
/// Legs of one rebalance at most: one for each venue.
pub const MOST_LEGS: usize = 8;
/// How much of the optimum, and of the slack in prices, is tried in turn until the rule accepts it.
const ATTEMPTS: [(f64, f64); 5] = [(1.0, 1.0), (1.0, 0.0), (0.999, 0.0), (0.99, 0.0), (0.9, 0.0)];

/// What sending costs, in the stablecoin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Costs {
    /// Gas of a rebalance.
    pub gas: f64,
    /// Gas of each leg.
    pub gas_of_leg: f64,
}

/// What the solver wants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wishes {
    /// The tip at most.
    pub most_tip: Atoms,
    /// What he earns at least, in the stablecoin: the tip less gas.
    pub least_profit: f64,
}

/// A rebalance that the rule accepts.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What is filled where.
    pub legs: Vec<Leg>,
    /// The tip to ask for at most.
    pub most_tip: Atoms,
    /// What it does, if fills come out as expected.
    pub outcome: Outcome,
    /// What the referee says of that.
    pub verdict: Verdict,
    /// What the solver earns by it, in the stablecoin.
    pub profit: f64,
    /// Units of the underlying that it buys, negative if it sells.
    pub bought: f64,
}

/// Plans a rebalance.
/// # Errors: [`Nothing`]: why there is nothing to do
pub fn plan(market: &Market, venues: &[Venue], costs: Costs, wishes: &Wishes) -> Result<Plan, Nothing> {
    let risk = market.risk(market.held)?;
    if !market.window.is_open() {
        return Err(Nothing::WindowClosed { delta: risk.delta_to_hedge, capital: market.state.capital });
    }
    let planner = Planner { market, venues, costs, wishes, curve: Curve::of(market)? };
    let drafts = [Side::Buy, Side::Sell].map(|side| planner.draft(side));
    let is_given_up = drafts.iter().any(Result::is_err);
    let drafts = drafts.into_iter().filter_map(|draft| draft.ok().flatten());
    match drafts.min_by(|one, other| one.value.total_cmp(&other.value)) {
        Some(draft) => planner.finished(&draft),
        None if is_given_up => Err(Nothing::Unsolved),
        None => Err(planner.nothing()?),
    }
}

/// What is taken of each venue's tiers, before it is rounded.
#[derive(Clone, Debug)]
struct Draft {
    side: Side,
    /// By venue, in units.
    taken: Vec<Vec<(Tier, f64)>>,
    /// R and all costs, over capital.
    value: f64,
}

struct Planner<'a> {
    market: &'a Market,
    venues: &'a [Venue],
    costs: Costs,
    wishes: &'a Wishes,
    curve: Curve,
}

impl Planner<'_> {
    fn spot(&self) -> f64 {
        number(self.market.spot.fx())
    }

    fn capital(&self) -> f64 {
        float(self.market.state.capital)
    }

    fn term(&self, term: HedgeTerm) -> Result<f64, RiskError> {
        self.market.terms.number(term).map(number)
    }

    /// The best of one side; none if nothing is better than nothing.
    fn draft(&self, side: Side) -> Result<Option<Draft>, Nothing> {
        let mut venues: Vec<usize> = (0..self.venues.len()).collect();
        let mut best = self.solve(side, &venues)?;
        // One venue fewer, as long as that is better: what gas costs is no convex function.
        while let Some(draft) = &best {
            venues.retain(|venue| draft.taken.get(*venue).is_some_and(|taken| !taken.is_empty()));
            let mut fewer = Vec::new();
            for left_out in &venues {
                let rest: Vec<usize> = venues.iter().copied().filter(|venue| venue != left_out).collect();
                fewer.extend(self.solve(side, &rest)?);
            }
            let better = fewer.into_iter().min_by(|one, other| one.value.total_cmp(&other.value));
            let is_too_many = venues.len() > MOST_LEGS;
            match better {
                Some(better) if is_too_many || better.value < draft.value => best = Some(better),
                _ => break,
            }
        }
        let nothing = float(self.market.risk(self.market.held)?.penalty) / self.capital();
        Ok(best.filter(|draft| draft.value < nothing))
    }

    fn solve(&self, side: Side, venues: &[usize]) -> Result<Option<Draft>, Nothing> {
        let offers = self.offers(side, venues)?;
        if offers.is_empty() {
            return Ok(None);
        }
        let program = self.program(side, &offers)?;
        let Some(taken) = program.solved()? else { return Ok(None) };
        self.drafted(side, &offers, &taken)
    }

    /// A draft of what the optimiser takes.
    fn drafted(&self, side: Side, offers: &[Offer], taken: &[f64]) -> Result<Option<Draft>, Nothing> {
        let unit = self.capital() / self.spot();
        let mut draft = Draft { side, taken: vec![Vec::new(); self.venues.len()], value: 0.0 };
        let of_venue = |venue: usize| -> f64 {
            offers.iter().zip(taken).filter(|(offer, _)| offer.venue == venue).map(|(_, taken)| taken).sum()
        };
        let sign = sign_of(side);
        let (mut total, mut cost) = (0.0, 0.0);
        for (offer, taken) in offers.iter().zip(taken).filter(|(offer, _)| of_venue(offer.venue) >= LEAST_LEG) {
            let taken = taken * WITHIN;
            let tier = Tier { units: taken * unit, price: self.spot() * (1.0 + sign * offer.cost) };
            if let Some(place) = draft.taken.get_mut(offer.venue).filter(|_| taken > 0.0) {
                place.push((tier, tier.units));
                (total, cost) = (total + taken, cost + taken * offer.cost);
            }
        }
        let legs = draft.taken.iter().filter(|taken| !taken.is_empty()).count();
        if legs == 0 {
            return Ok(None);
        }
        let bought = Fx::checked_from_num(sign * total * unit).ok_or(RiskError::Overflow)?;
        let held = self.market.held.plus(self.market.base.atoms_floor(Money::from_fx(bought))?)?;
        let gas = self.costs.gas + self.costs.gas_of_leg * legs as f64;
        draft.value = float(self.market.risk(held)?.penalty) / self.capital() + cost + gas / self.capital();
        Ok(Some(draft))
    }

    /// What venues offer on one side, over capital.
    fn offers(&self, side: Side, venues: &[usize]) -> Result<Vec<Offer>, Nothing> {
        let (spot, unit, sign) = (self.spot(), self.spot() / self.capital(), sign_of(side));
        let band = self.market.band()?;
        let edge = number(if side == Side::Buy { band.most.fx() } else { band.least.fx() });
        let offer = |venue: usize, tier: &Tier| Offer {
            venue,
            most: tier.units * unit,
            cost: sign * (tier.price / spot - 1.0),
            beyond: sign * (tier.price - edge) / spot,
            takes: if side == Side::Buy { edge / spot } else { 1.0 },
        };
        let mut offers = Vec::new();
        for venue in venues {
            let tiers =
                self.venues.get(*venue).filter(|venue| venue.cap > 0.0).map(|venue| venue.tiers(side == Side::Buy));
            let mine = tiers.unwrap_or_default().iter().filter(|tier| tier.units > 0.0 && tier.price > 0.0);
            let mine: Vec<Offer> = mine.map(|tier| offer(*venue, tier)).collect();
            // Prices get worse: if the first is outside of the band, so is every average.
            if mine.first().is_some_and(|first| first.beyond <= 0.0) {
                offers.extend(mine);
            }
        }
        Ok(offers)
    }

    fn program<'a>(&'a self, side: Side, offers: &'a [Offer]) -> Result<Program<'a>, Nothing> {
        let (market, capital) = (self.market, self.capital());
        let before = market.risk(market.held)?;
        let delta = float(before.delta_to_hedge) / capital;
        let units = number(market.units_floor(market.held)?);
        let net = number(market.net_floor(market.held)?);
        let spare = match side {
            Side::Buy => float(market.quote.money_floor(market.spare)?) / capital,
            Side::Sell => units * self.spot() / capital,
        };
        let ramp = number(market.window.ramp_floor(&market.terms, market.at)?);
        Ok(Program {
            curve: &self.curve,
            offers,
            side: sign_of(side),
            caps: self.caps(),
            delta_to_hedge: delta,
            most_delta: self.term(HedgeTerm::InnerBand)?.max(delta.abs()),
            hedge: net * self.spot() / capital,
            most_hedge: self.term(HedgeTerm::HedgeLimit)?,
            spare,
            budget: float(self.budget()?) / capital,
            share: self.term(HedgeTerm::Theta)? * ramp,
            reference: float(market.reference()?) / capital,
        })
    }

    fn caps(&self) -> Vec<f64> {
        self.venues.iter().map(|venue| venue.cap / self.capital()).collect()
    }

    /// What a rebalance may cost by now, tip included.
    fn budget(&self) -> Result<Money, Nothing> {
        let share = |term| self.market.state.capital.scaled_floor(self.market.terms.number(term)?);
        let left = self.market.budget.left_floor(share(HedgeTerm::DayBudget)?, self.market.at)?;
        Ok(left.min(share(HedgeTerm::RebalanceBudget)?))
    }

    /// The plan of a draft, as much of it as the rule accepts.
    fn finished(&self, draft: &Draft) -> Result<Plan, Nothing> {
        let mut refused = None;
        for (share, slack) in ATTEMPTS {
            match self.attempted(draft, share, slack) {
                Ok(plan) if plan.profit < self.wishes.least_profit => {
                    return Err(Nothing::ProfitTooSmall { expected: plan.profit, least: self.wishes.least_profit });
                }
                Err(Nothing::Refused(why)) => refused = refused.or(Some(why)),
                plan => return plan,
            }
        }
        Err(refused.map_or(Nothing::NotWorthIt, Nothing::Refused))
    }

    fn attempted(&self, draft: &Draft, share: f64, slack: f64) -> Result<Plan, Nothing> {
        let (market, band) = (self.market, self.market.band()?);
        let mut legs = Vec::new();
        for (venue, (taken, terms)) in draft.taken.iter().zip(self.venues).enumerate() {
            let taken: Vec<(Tier, f64)> = taken.iter().map(|(tier, units)| (*tier, units * share)).collect();
            let order = Order { venue, side: draft.side, taken: &taken, slack: terms.slack * slack };
            legs.extend(Leg::of(&order, market, &band)?);
        }
        if legs.is_empty() {
            return Err(Nothing::NotWorthIt);
        }
        if let ([leg], Side::Sell) = (&mut legs[..], draft.side) {
            leg.take_the_rest(market)?;
        }
        let quantity = legs.iter().try_fold(Atoms::ZERO, |sum, leg| sum.plus(leg.quantity))?;
        let held = market.held.plus(quantity)?;
        let spent =
            |quote: fn(&Leg) -> Atoms| {
                legs.iter().try_fold(Atoms::ZERO, |sum, leg| {
                    if leg.is_buy() {
                        sum.plus(quote(leg))
                    } else {
                        sum.minus(quote(leg))
                    }
                })
            };
        // Not even the worst fills that the limits permit are refused.
        let worst = Outcome { held, spent: spent(|leg| leg.limit_quote)?, most_tip: Atoms::ZERO };
        let most_tip = self.most_tip(&market.judged(&worst)?, worst.spent)?;
        let outcome = Outcome { held, spent: spent(|leg| leg.expected_quote)?, most_tip };
        let verdict = market.judged(&outcome)?;
        let gas = self.costs.gas + self.costs.gas_of_leg * legs.len() as f64;
        let profit = float(market.quote.money_floor(verdict.tip)?) - gas;
        let bought = number(market.base.money_floor(quantity)?.fx());
        Ok(Plan { legs, most_tip, outcome, verdict, profit, bought })
    }

    /// The tip to ask for: what is wanted, within the budgets and what the vault may spend.
    fn most_tip(&self, worst: &Verdict, spent: Atoms) -> Result<Atoms, Nothing> {
        let market = self.market;
        let lost = worst.lost.max(Money::ZERO);
        let room = self.budget()?.minus(lost)?;
        let room = market.quote.atoms_floor(room)?.minus(Atoms::new(1))?.max(Atoms::ZERO);
        let cash = market.spare.minus(spent)?;
        Ok(self.wishes.most_tip.min(room).min(cash.max(Atoms::ZERO)))
    }

    /// Why neither side is worth it: of the one that takes delta away, first whether anything is offered.
    fn nothing(&self) -> Result<Nothing, Nothing> {
        let every: Vec<usize> = (0..self.venues.len()).collect();
        let is_short = self.market.risk(self.market.held)?.delta_to_hedge < Money::ZERO;
        if !self.offers(if is_short { Side::Buy } else { Side::Sell }, &every)?.is_empty() {
            return Ok(Nothing::NotWorthIt);
        }
        let band = self.market.band()?;
        Ok(Nothing::NoOffer { least: number(band.least.fx()), most: number(band.most.fx()) })
    }
}

const fn sign_of(side: Side) -> f64 {
    match side {
        Side::Buy => 1.0,
        Side::Sell => -1.0,
    }
}

/// So that refusals keep their values.
impl Nothing {
    /// The rule's refusal, if it is one.
    pub const fn refused(&self) -> Option<&Refused> {
        match self {
            Self::Refused(refused) => Some(refused),
            _ => None,
        }
    }
}
