//! R as a function of what is bought: a parabola, and the squares of what jumps would lose.
//!
//! The coefficients are read off R itself, at a few points, so that the formula stands in one place alone. Everything is over
//! risk capital.

use equipoise_math::Fx;
use equipoise_risk::book::{Exposure, Measure, FIRST_JUMP, JUMPS, NUMBERS};
use equipoise_risk::hedge::Hedge;
use equipoise_risk::potential::RiskState;
use equipoise_risk::units::Money;
use equipoise_risk::RiskError;

use crate::market::Market;

/// Where an exposure has the dollar delta.
const DELTA: usize = Measure::DollarDelta as usize;
/// Where it has its value.
const VALUE: usize = Measure::Value as usize;

/// R over capital, of a dollar delta over capital, and of what jumps lose over capital.
#[derive(Clone, Copy, Debug)]
pub struct Curve {
    /// `square d^2 + linear d + constant`.
    pub square: f64,
    pub linear: f64,
    pub constant: f64,
    /// Of the square of each jump's loss, where it is one.
    pub jumps: [f64; JUMPS.len()],
    /// The dollar delta now, hedge included.
    pub delta: f64,
    /// What each jump would lose now, hedge included.
    pub losses: [f64; JUMPS.len()],
    /// By how much each jump's loss rises with what is held.
    pub slopes: [f64; JUMPS.len()],
}

impl Curve {
    /// # Errors: Math, Overflow
    pub fn of(market: &Market) -> Result<Self, RiskError> {
        let hedge = Hedge { units: market.net_floor(market.held)?, cash: market.cash };
        let book = market.now.hedged(&hedge, market.spot)?;
        let (state, capital) = (&market.state, float(market.state.capital));
        let at = |delta| calm(&book, delta, state);
        let (ahead, behind) = (at(state.capital)?, at(Money::ZERO.minus(state.capital)?)?);
        let constant = at(Money::ZERO)?;
        let losses = book.jump_losses()?.map(|loss| float(loss) / capital);
        Ok(Self {
            square: f64::midpoint(ahead, behind) - constant,
            linear: (ahead - behind) / 2.0,
            constant,
            jumps: of_jumps(state)?,
            delta: float(book.of(Measure::DollarDelta)) / capital,
            losses,
            slopes: JUMPS.map(|jump| 1.0 - jump.to_num::<f64>()),
        })
    }

    /// R over capital once so much is bought, over capital.
    #[cfg(test)]
    pub fn penalty(&self, bought: f64) -> f64 {
        let delta = self.delta + bought;
        let losses = self.losses.iter().zip(self.slopes).map(|(loss, slope)| (loss + slope * bought).max(0.0));
        let jumps: f64 = losses.zip(self.jumps).map(|(loss, weight)| weight * loss * loss).sum();
        self.square * delta * delta + self.linear * delta + self.constant + jumps
    }
}

/// R over capital of the book with another dollar delta, if no jump lost anything.
fn calm(book: &Exposure, delta: Money, state: &RiskState) -> Result<f64, RiskError> {
    let mut numbers = book.to_array();
    for place in FIRST_JUMP..FIRST_JUMP + JUMPS.len() {
        copy(&mut numbers, VALUE, place);
    }
    if let Some(place) = numbers.get_mut(DELTA) {
        *place = delta;
    }
    per_capital(&Exposure::from_array(numbers), state)
}

fn copy(numbers: &mut [Money; NUMBERS], from: usize, to: usize) {
    let value = numbers.get(from).copied().unwrap_or_default();
    if let Some(place) = numbers.get_mut(to) {
        *place = value;
    }
}

/// R over capital of a loss of all capital by each jump alone.
fn of_jumps(state: &RiskState) -> Result<[f64; JUMPS.len()], RiskError> {
    let mut weights = [0.0; JUMPS.len()];
    for (jump, weight) in weights.iter_mut().enumerate() {
        let mut numbers = [Money::ZERO; NUMBERS];
        if let Some(place) = numbers.get_mut(FIRST_JUMP + jump) {
            *place = Money::ZERO.minus(state.capital)?;
        }
        *weight = per_capital(&Exposure::from_array(numbers), state)?;
    }
    Ok(weights)
}

fn per_capital(book: &Exposure, state: &RiskState) -> Result<f64, RiskError> {
    Ok(float(state.penalty(book)?.charged) / float(state.capital))
}

pub fn float(money: Money) -> f64 {
    number(money.fx())
}

pub fn number(number: Fx) -> f64 {
    number.to_num()
}

#[cfg(test)]
mod tests {
    use equipoise_risk::parameters::Parameters;
    use equipoise_risk::rebalance::{Budget, HedgeTerms, Window};
    use equipoise_risk::units::{Atoms, Price, TokenScale};

    use super::*;

    const SPOT: f64 = 3_000.0;
    const CAPITAL: f64 = 1e7;

    fn money(number: f64) -> Money {
        Money::from_fx(Fx::from_num(number))
    }

    /// A book of all kinds of risk, with forty units held.
    fn market() -> Market {
        let numbers: [f64; NUMBERS] = core::array::from_fn(|place| match place {
            0 => -50_000.0,
            1 => 700_000.0,
            2 => 900_000.0,
            4 => -450_000.0,
            5 => -140_000.0,
            6 => -30_000.0,
            7 => -110_000.0,
            _ => (place as f64 * 7.0 % 5.0 - 2.0) * 10_000.0,
        });
        let spot = Price::from_fx(Fx::from_num(SPOT));
        let now = Exposure::from_array(numbers.map(money));
        Market {
            spot,
            quote: TokenScale::from_decimals(6).unwrap(),
            base: TokenScale::from_decimals(18).unwrap(),
            cash: Money::ZERO,
            state: RiskState::new(money(CAPITAL), Fx::lit("0.36"), &Parameters::default()).unwrap(),
            now,
            old: now,
            terms: HedgeTerms::default(),
            window: Window::default(),
            budget: Budget::default(),
            average: spot,
            averaged_at: 0,
            held: Atoms::new(40_000_000_000_000_000_000),
            elsewhere: Atoms::new(-7_000_000_000_000_000_000),
            spare: Atoms::ZERO,
            at: 0,
        }
    }

    #[test]
    fn the_curve_is_r_wherever_it_is_looked_at() {
        let market = market();
        let curve = Curve::of(&market).unwrap();
        for milli in [-700_000_i128, -230_000, -40_000, 0, 11_000, 400_000] {
            let held = market.held.plus(Atoms::new(milli * 1_000_000_000_000_000)).unwrap();
            let exact = float(market.risk(held).unwrap().penalty) / CAPITAL;
            let read = curve.penalty(milli as f64 / 1e3 * SPOT / CAPITAL);
            assert!((read / exact - 1.0).abs() < 1e-9, "{read} for {exact}");
        }
    }
}
