//! What somebody who arrives does: asks for a price, and trades if it is worth it to him.

use equipoise_math::Fx;
use equipoise_risk::black76::Kind;
use equipoise_risk::breakers::State;
use equipoise_risk::units::Atoms;
use equipoise_simulate::{Leg, Offer, Refusal};

use crate::accounts::{LIQUIDATOR, MOST_POSITIONS, TRADERS};
use crate::explain::{count, Parts};
use crate::flow::{Arrival, Who};
use crate::market::Market;

const YEAR_SECS: f64 = 31_536_000.0;
const LOTS: f64 = 1_000.0;
/// What a trade is worth to a trader beside volatility, of spot.
const FIXED_PATIENCE: f64 = 0.0003;
/// Vol points are worth more for shorter times: the square root of thirty days over the time, of three days at least.
const REFERENCE_YEARS: f64 = 30.0 / 365.0;
const SHORTEST_YEARS: f64 = 3.0 / 365.0;
/// Those who close are in more of a hurry.
const CLOSING_PATIENCE: f64 = 2.0;
/// Of those who close, so many are the liquidator, if it holds anything.
const LIQUIDATOR_SHARE: f64 = 0.4;
/// Insurance's share of fees.
const INSURANCE_SHARE: i64 = 10;

/// What somebody would do.
struct Order {
    account: usize,
    leg: Leg,
    /// What he pays at most beside the mid, in quote units.
    worth: f64,
    /// Whether he would as well take the other side.
    is_indifferent: bool,
}

impl Market<'_> {
    /// Somebody arrives.
    /// # Inputs: the close of the next candle, which the informed know
    pub(crate) fn receive(&mut self, arrival: &Arrival, ahead: f64, spot: f64) -> Result<(), Refusal> {
        let state = self.state();
        let is_closing = arrival.who == Who::Closing;
        if state == State::Halted || (state == State::ReduceOnly && !is_closing) {
            self.tally.day.stopped += 1;
            return Ok(());
        }
        let order = if is_closing { self.closing(arrival)? } else { self.opening(arrival, ahead, spot)? };
        let Some(order) = order else { return Ok(()) };
        match self.best(&order) {
            Ok((leg, offer)) if beside_mid(&offer)? <= order.worth => self.fill(order.account, leg),
            Ok(_) => {
                self.tally.day.declined += 1;
                Ok(())
            }
            Err(Refusal::Closed) => Ok(()),
            Err(refusal) => Err(refusal),
        }
    }

    /// The side that is cheaper, or the one that is wanted.
    fn best(&self, order: &Order) -> Result<(Leg, Offer), Refusal> {
        let own = self.venue.quote(&[order.leg])?;
        if !order.is_indifferent {
            return Ok((order.leg, own));
        }
        let other_leg = Leg { lots: -order.leg.lots, ..order.leg };
        let other = self.venue.quote(&[other_leg])?;
        Ok(if beside_mid(&other)? < beside_mid(&own)? { (other_leg, other) } else { (order.leg, own) })
    }

    fn opening(&self, arrival: &Arrival, ahead: f64, spot: f64) -> Result<Option<Order>, Refusal> {
        let account = (arrival.account * TRADERS as f64) as usize;
        let owner = &self.accounts[account];
        if owner.auction.is_some() || owner.trader.positions().count() >= MOST_POSITIONS {
            return Ok(None);
        }
        let now = self.venue.now();
        let mut live: Vec<usize> = (0..self.venue.boards().len()).collect();
        live.retain(|place| self.venue.boards()[*place].expiry > now);
        live.sort_by_key(|place| self.venue.boards()[*place].expiry);
        let chosen = (arrival.board * arrival.board * live.len() as f64) as usize;
        let Some(board) = live.get(chosen).copied() else { return Ok(None) };
        let years = (self.venue.boards()[board].expiry - now) as f64 / YEAR_SECS;
        let noise = arrival.error * self.posted.vol(REFERENCE_YEARS) / (YEAR_SECS / 3_600.0).sqrt();
        let signal = libm::log(ahead / spot) + noise;
        let informed = arrival.who == Who::Informed;
        let is_call = if informed { signal > 0.0 } else { arrival.is_buyer == arrival.is_bullish };
        // An option out of the money is a call above spot or a put below it.
        let is_above = is_call == (arrival.is_out && !informed);
        let distance = if informed { 0.0 } else { arrival.moneyness * self.posted.theta(years).sqrt() };
        let target = spot * libm::exp(if is_above { distance } else { -distance });
        let Some(strike) = self.nearest(board, target) else { return Ok(None) };
        let kind = if is_call { Kind::Call } else { Kind::Put };
        let option = self.venue.option(board, strike)?;
        let size = (arrival.contracts * LOTS).max(1.0);
        let is_buyer = informed || arrival.is_buyer;
        let lots = if is_buyer { size } else { -size };
        let contracts = size / LOTS;
        let worth = if informed {
            let delta = if is_call { option.call_delta } else { option.put_delta };
            (signal * spot * delta.to_num::<f64>()).abs() * contracts
        } else {
            patience(arrival, option.vega, years, spot) * contracts
        };
        let leg = Leg { board, strike, kind, lots: lots as i32 };
        Ok(Some(Order { account, leg, worth, is_indifferent: arrival.who == Who::Indifferent }))
    }

    fn closing(&self, arrival: &Arrival) -> Result<Option<Order>, Refusal> {
        let is_liquidator = arrival.board < LIQUIDATOR_SHARE && !self.accounts[LIQUIDATOR].trader.is_flat();
        let account = if is_liquidator { LIQUIDATOR } else { (arrival.account * TRADERS as f64) as usize };
        if self.accounts[account].auction.is_some() {
            return Ok(None);
        }
        let now = self.venue.now();
        let positions: Vec<Leg> = self.accounts[account].trader.positions().collect();
        let chosen = (arrival.moneyness * 1e6) as usize % positions.len().max(1);
        let Some(held) = positions.get(chosen).copied() else { return Ok(None) };
        let left = self.venue.boards()[held.board].expiry.saturating_sub(now);
        if left == 0 {
            return Ok(None);
        }
        let whole = arrival.is_out || held.lots.abs() < 2;
        let lots = if whole { -held.lots } else { -held.lots / 2 };
        let option = self.venue.option(held.board, held.strike)?;
        let spot = self.venue.spot().fx().to_num::<f64>();
        let each = patience(arrival, option.vega, left as f64 / YEAR_SECS, spot);
        let worth = CLOSING_PATIENCE * each * f64::from(lots.abs()) / LOTS;
        Ok(Some(Order { account, leg: Leg { lots, ..held }, worth, is_indifferent: false }))
    }

    fn nearest(&self, board: usize, target: f64) -> Option<usize> {
        let held = self.venue.boards().get(board)?.held().iter().enumerate();
        let distance = |strike: f64| libm::log(strike / target).abs();
        let strikes = held.map(|(place, held)| (place, distance(held.strike.fx().to_num::<f64>())));
        strikes.min_by(|(_, first), (_, second)| first.total_cmp(second)).map(|(place, _)| place)
    }

    fn fill(&mut self, account: usize, leg: Leg) -> Result<(), Refusal> {
        let legs = [leg];
        let cost = self.venue.quote(&legs)?.cost;
        let reserve = self.venue.reserve().balance;
        let owner = &mut self.accounts[account];
        let mut funded = owner.clone();
        funded.fund(&self.venue, &legs, cost, &self.shocks)?;
        let offer = match self.venue.trade(&mut funded.trader, &legs) {
            Ok(offer) => offer,
            Err(Refusal::Limit(_) | Refusal::Matched) => {
                self.tally.day.limited += 1;
                return Ok(());
            }
            Err(refusal) => return Err(refusal),
        };
        *owner = funded;
        self.tally.day.trades += 1;
        self.tally.day.lots += u64::from(leg.lots.unsigned_abs());
        let charge = offer.priced.charge;
        let paid = self.venue.scale().money_floor(charge.spread.plus(charge.fee)?)?;
        self.guard.traded(offer.bought_delta()?, paid)?;
        let insured = count(charge.fee) / INSURANCE_SHARE;
        self.venue.receive(Atoms::new(-i128::from(insured)))?;
        self.insurance = self.insurance.plus(Atoms::new(i128::from(insured)))?;
        let kept = count(self.venue.reserve().balance.minus(reserve)?);
        self.remark(Parts {
            spread: count(charge.spread),
            fees: count(charge.fee) - insured,
            skew: count(charge.skew) - kept,
            ..Parts::default()
        })
    }
}

/// What a contract is worth to a trader beside the mid.
fn patience(arrival: &Arrival, vega: Fx, years: f64, spot: f64) -> f64 {
    let scale = (REFERENCE_YEARS / years.max(SHORTEST_YEARS)).sqrt();
    arrival.patience * scale * vega.to_num::<f64>() + FIXED_PATIENCE * spot
}

/// Skew, half spread and fee, in quote units.
fn beside_mid(offer: &Offer) -> Result<f64, Refusal> {
    let charge = offer.priced.charge;
    Ok(count(charge.cost()?.minus(charge.mid)?) as f64 / 1e6)
}
