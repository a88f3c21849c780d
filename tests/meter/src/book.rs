//! A book to value: every series of every board is held.

use equipoise_math::Fx;
use equipoise_risk::book::{value, BoardState, Measure, StrikeState};
use equipoise_risk::marks::BoardTerms;
use equipoise_risk::parameters::Parameters;
use equipoise_risk::spread::SpreadTerms;
use equipoise_risk::surface::Slice;
use equipoise_risk::units::{Lots, Price};

use crate::operation::{Results, REFUSED};

const NOW: u64 = 1_800_000_000;
const WEEK_SECS: u64 = 7 * 86_400;
pub(crate) const SPOT: Fx = Fx::lit("3000");
const VARIANCE: Fx = Fx::lit("0.36");
/// Weekly at-the-money volatility near 60 %, with a skew and wings.
pub(crate) const SLICE: Slice =
    Slice { a: Fx::lit("0.3"), b: Fx::lit("0.2"), rho: Fx::lit("-0.1"), m: Fx::lit("0.02"), sigma: Fx::lit("0.3") };

/// Boards that expire weekly, with strikes from 60 % to 160 % of spot.
pub(crate) struct Book {
    boards: Vec<(BoardTerms, Vec<StrikeState>)>,
}

impl Book {
    pub(crate) fn new(boards: u64, strikes: u64) -> Self {
        let make = |board: u64| {
            let held = (0..strikes).map(|place| {
                let lots = i32::try_from((board * strikes + place) * 37 % 501).unwrap_or_default() - 250;
                StrikeState {
                    strike: Price::from_fx(SPOT * 6 / 10 + SPOT * Fx::from_num(place) / Fx::from_num(strikes)),
                    calls: Lots::new(lots),
                    puts: Lots::new(-lots / 2),
                    ..StrikeState::default()
                }
            });
            (weekly_terms(board), held.collect())
        };
        Self { boards: (0..boards).map(make).collect() }
    }

    pub(crate) fn value(&self) -> Results {
        let states: Vec<_> = self.boards.iter().map(|(terms, strikes)| BoardState { terms, strikes }).collect();
        let Ok(valuation) = value(&states) else {
            return [REFUSED; 9];
        };
        let book = valuation.before;
        let of = |measure| book.of(measure).fx();
        let mut results = Results::default();
        results[0] = of(Measure::Value);
        results[1] = of(Measure::DollarDelta);
        results[2] = of(Measure::DollarGamma);
        results[3] = of(Measure::Theta);
        results[4] = book.stress_loss().map(equipoise_risk::units::Money::fx).unwrap_or_default();
        results[5] = valuation.uncertainty.of_vol.fx().wrapping_add(valuation.uncertainty.rest.fx());
        results
    }
}

/// How the board that expires in `board + 1` weeks is priced.
pub(crate) fn weekly_terms(board: u64) -> BoardTerms {
    let expiry = NOW + (board + 1) * WEEK_SECS;
    let spot = Price::from_fx(SPOT);
    let spread = SpreadTerms::new(spot, 30, VARIANCE, &Parameters::default());
    let terms = spread.and_then(|spread| BoardTerms::new(spot, Fx::ONE, (spot, SLICE), (NOW, expiry), spread));
    // Constants of this file: they are inside every domain.
    terms.unwrap_or_else(|_| std::process::abort())
}
