//! What the tests of this crate share: numbers, boards and a market to trade in.

use std::vec;
use std::vec::Vec;

use equipoise_math::Fx;
use proptest::prelude::*;

use crate::book::{value, BoardState, Exposure, StrikeState, Valuation, NUMBERS};
use crate::marks::BoardTerms;
use crate::parameters::Parameters;
use crate::potential::RiskState;
use crate::quote::{price, Charge, Priced};
use crate::settlement::Holding;
use crate::skew::SkewReserve;
use crate::spread::SpreadTerms;
use crate::surface::Slice;
use crate::units::{Lots, Money, Price, TokenScale};
use crate::RiskError;

pub const NOW: u64 = 1_800_000_000;
pub const DAY: u64 = 86_400;
/// Added to a number of days, it makes the time to price with a whole number of days: two thirds of the window.
pub const LAG: u64 = 1_200;
pub const STRIKES: [f64; 4] = [2_400.0, 2_900.0, 3_000.0, 3_700.0];

pub fn fx(number: f64) -> Fx {
    Fx::from_num(number)
}

pub fn money(number: f64) -> Money {
    Money::from_fx(fx(number))
}

pub fn book_of(numbers: &[f64; NUMBERS]) -> Exposure {
    Exposure::from_array(numbers.map(money))
}

pub fn price_of(number: f64) -> Price {
    Price::from_fx(fx(number))
}

pub fn float(number: Fx) -> f64 {
    number.to_num()
}

pub fn assert_near(actual: Fx, expected: f64, tolerance: f64, what: &str) {
    let actual = float(actual);
    assert!((actual - expected).abs() <= tolerance, "{what}: {actual} is not {expected}");
}

/// Numbers of every length, so that small and large ones meet.
pub fn any_fx() -> impl Strategy<Value = Fx> {
    (any::<i128>(), 0_u32..128).prop_map(|(bits, shift)| Fx::from_bits(bits >> shift))
}

pub fn six_decimals() -> TokenScale {
    TokenScale::from_decimals(6).unwrap()
}

/// At the money 60 % of volatility, with a skew and wings.
pub fn slice() -> Slice {
    Slice { a: fx(0.3), b: fx(0.2), rho: fx(-0.1), m: fx(0.0), sigma: fx(0.3) }
}

pub fn spread(spot: f64) -> SpreadTerms {
    SpreadTerms::new(price_of(spot), 60, fx(0.36), &Parameters::default()).unwrap()
}

/// An expiry in `secs`, with a forward of `spot`.
pub fn terms(spot: f64, secs: u64) -> BoardTerms {
    let spot_price = price_of(spot);
    BoardTerms::new(spot_price, Fx::ONE, (price_of(3_000.0), slice()), (NOW, NOW + secs), spread(spot)).unwrap()
}

/// What the trader buys of a series: its board, its strike, whether a put, the lots.
pub type Leg = (usize, usize, bool, i32);

/// A market in one state: boards, the vault's reserve and its capital.
#[derive(Clone, Debug)]
pub struct World {
    pub boards: Vec<(BoardTerms, Vec<StrikeState>)>,
    pub reserve: SkewReserve,
    pub state: RiskState,
}

impl World {
    /// Two expiries of [`STRIKES`] that hold `lots`, by board, strike, call before put.
    pub fn new(capital: f64, lots: &[i32], reserve: SkewReserve) -> Self {
        Self::with_parameters(capital, lots, reserve, &Parameters::default())
    }

    pub fn with_parameters(capital: f64, lots: &[i32], reserve: SkewReserve, parameters: &Parameters) -> Self {
        let state = RiskState::new(money(capital), fx(0.36), parameters).unwrap();
        let mut lots = lots.iter().copied().chain(core::iter::repeat(0));
        let mut next = || Lots::new(lots.next().unwrap());
        let mut boards = vec![];
        for days in [20, 300] {
            let held = STRIKES.map(|strike| Holding { strike: price_of(strike), calls: next(), puts: next() });
            boards.push((terms(3_000.0, days * DAY), held.map(StrikeState::from).to_vec()));
        }
        Self { boards, reserve, state }
    }

    pub fn value(&self) -> Result<Valuation, RiskError> {
        let boards: Vec<_> = self.boards.iter().map(|(terms, strikes)| BoardState { terms, strikes }).collect();
        value(&boards)
    }

    /// Enters what is bought and values it, without trading.
    pub fn enter(&mut self, legs: &[Leg]) -> Result<Valuation, RiskError> {
        for (board, strike, is_put, lots) in legs {
            let state = &mut self.boards[*board].1[*strike];
            let bought = if *is_put { &mut state.bought_puts } else { &mut state.bought_calls };
            *bought = bought.plus(Lots::new(*lots))?;
        }
        self.value()
    }

    pub fn quote(&self, legs: &[Leg]) -> Result<(Exposure, Priced), RiskError> {
        let valuation = self.clone().enter(legs)?;
        let books = (&valuation.before, &valuation.after()?);
        let priced = price(books, &valuation.package, &self.state, (self.reserve, NOW), six_decimals())?;
        Ok((valuation.before, priced))
    }

    /// Trades: the book and the reserve are then what the trade leaves.
    pub fn trade(&mut self, legs: &[Leg]) -> Charge {
        let (_, priced) = self.quote(legs).unwrap();
        self.enter(legs).unwrap();
        for state in self.boards.iter_mut().flat_map(|(_, strikes)| strikes) {
            *state = StrikeState::from(state.held_after().unwrap());
        }
        self.reserve = priced.reserve;
        priced.charge
    }

    pub fn exposure(&self) -> Exposure {
        self.value().unwrap().before
    }
}
