//! The operations that are measured.

use core::hint::black_box;

use equipoise_math as math;
use equipoise_math::Fx;
use equipoise_risk::black76::{evaluate, implied_vol, Inputs, Kind};
use equipoise_risk::black_scholes::{self, Terms};
use equipoise_risk::units::{Price, Years};

use crate::book::{Book, SLICE};
use crate::margin::Account;
use crate::{measure, Measured};

/// Up to nine numbers.
pub type Results = [Fx; 9];

/// The first result where an operation refused its input. None gives the least of all numbers.
pub const REFUSED: Fx = Fx::MIN;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Operation {
    /// Nothing at all: what measuring costs by itself.
    Nothing,
    /// e to the power of x.
    Exp,
    /// The natural logarithm.
    Ln,
    /// The square root.
    Sqrt,
    /// The normal distribution function.
    NormalCdf,
    /// The normal density.
    NormalPdf,
    /// The inverse of the normal distribution function.
    NormalInverseCdf,
    /// The product, rounded down.
    MulFloor,
    /// The quotient, rounded down.
    DivFloor,
    /// Both prices and all Greeks of forward, strike, vol and years.
    Black76All,
    /// The volatility of a call's price, forward, strike and years.
    ImpliedVol,
    /// A whole book: of how many boards, with how many strikes each.
    Book,
    /// The margin of an account: on how many boards, with how many positions each.
    Margin,
    /// The volatility of a put's price, forward, strike and years.
    ImpliedVolOfPut,
    /// The variance of a slice at a strike, of strike and forward.
    SurfaceVariance,
    /// Whether a slice is free of butterfly arbitrage so many seconds before its expiry.
    SurfaceCheck,
    /// Both prices and all Greeks of spot, strike, vol, years and rate.
    BlackScholesAll,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 17] = [
        Self::Nothing,
        Self::Exp,
        Self::Ln,
        Self::Sqrt,
        Self::NormalCdf,
        Self::NormalPdf,
        Self::NormalInverseCdf,
        Self::MulFloor,
        Self::DivFloor,
        Self::Black76All,
        Self::ImpliedVol,
        Self::Book,
        Self::Margin,
        Self::ImpliedVolOfPut,
        Self::SurfaceVariance,
        Self::SurfaceCheck,
        Self::BlackScholesAll,
    ];

    /// How many numbers it takes.
    pub const fn arity(self) -> usize {
        match self {
            Self::MulFloor | Self::DivFloor | Self::Book | Self::Margin | Self::SurfaceVariance => 2,
            Self::Black76All | Self::ImpliedVol | Self::ImpliedVolOfPut => 4,
            Self::BlackScholesAll => 5,
            _ => 1,
        }
    }

    /// The program that has the operation: `meter-` and the feature that it is compiled with. All have [`Self::Nothing`].
    pub const fn program(self) -> &'static str {
        match self {
            Self::Black76All | Self::ImpliedVol | Self::ImpliedVolOfPut | Self::BlackScholesAll => "meter-options",
            Self::SurfaceVariance | Self::SurfaceCheck => "meter-surface",
            Self::Book => "meter-book",
            Self::Margin => "meter-margin",
            _ => "meter-elementary",
        }
    }

    /// What a program without the operation answers is [`REFUSED`].
    pub(crate) fn measure(self, input: &[Fx], clock: &impl Fn() -> u64) -> Measured {
        let at = |place: usize| black_box(input.get(place).copied().unwrap_or_default());
        let (a, b, c, d) = (at(0), at(1), at(2), at(3));
        match self {
            Self::Nothing => measure(clock, || one(a)),
            #[cfg(feature = "elementary")]
            Self::Exp => measure(clock, || one_of(math::exp(a))),
            #[cfg(feature = "elementary")]
            Self::Ln => measure(clock, || one_of(math::ln(a))),
            #[cfg(feature = "elementary")]
            Self::Sqrt => measure(clock, || one_of(math::sqrt(a))),
            #[cfg(feature = "elementary")]
            Self::NormalCdf => measure(clock, || one(math::normal_cdf(a))),
            #[cfg(feature = "elementary")]
            Self::NormalPdf => measure(clock, || one(math::normal_pdf(a))),
            #[cfg(feature = "elementary")]
            Self::NormalInverseCdf => measure(clock, || one_of(math::normal_inverse_cdf(a))),
            #[cfg(feature = "elementary")]
            Self::MulFloor => measure(clock, || one_of(math::mul_floor(a, b))),
            #[cfg(feature = "elementary")]
            Self::DivFloor => measure(clock, || one_of(math::div_floor(a, b))),
            #[cfg(feature = "options")]
            Self::Black76All => measure(clock, || black76(a, b, c, d)),
            #[cfg(feature = "options")]
            Self::ImpliedVol => measure(clock, || one_of(implied_vol(a, b, c, d, Kind::Call))),
            #[cfg(feature = "options")]
            Self::ImpliedVolOfPut => measure(clock, || one_of(implied_vol(a, b, c, d, Kind::Put))),
            #[cfg(feature = "options")]
            Self::BlackScholesAll => measure(clock, || black_scholes_all(a, b, c, d, at(4))),
            #[cfg(feature = "surface")]
            Self::SurfaceVariance => {
                let slice = black_box(SLICE);
                measure(clock, || one_of(slice.variance(Price::from_fx(a), Price::from_fx(b))))
            }
            #[cfg(feature = "surface")]
            Self::SurfaceCheck => {
                let slice = black_box(SLICE);
                let years = black_box(Years::from_secs(a.to_num()).unwrap_or_default());
                measure(clock, || one_of(slice.check(years).map(|()| Fx::ONE)))
            }
            #[cfg(feature = "book")]
            Self::Book => {
                let book = black_box(Book::new(a.to_num(), b.to_num()));
                measure(clock, || book.value())
            }
            #[cfg(feature = "margin")]
            Self::Margin => {
                let account = black_box(Account::new(a.to_num(), b.to_num()));
                measure(clock, || account.assess())
            }
            #[cfg(not(all(
                feature = "elementary",
                feature = "options",
                feature = "surface",
                feature = "book",
                feature = "margin"
            )))]
            _ => measure(clock, || one(REFUSED)),
        }
    }
}

#[inline(always)]
fn one(number: Fx) -> Results {
    let mut results = Results::default();
    results[0] = number;
    results
}

#[inline(always)]
fn one_of<E>(answer: Result<Fx, E>) -> Results {
    one(answer.unwrap_or(REFUSED))
}

#[inline(always)]
fn black76(forward: Fx, strike: Fx, vol: Fx, years: Fx) -> Results {
    let evaluation = Inputs::new(forward, strike, vol, years).map(|inputs| evaluate(&inputs));
    evaluation.map_or(one(REFUSED), |all| {
        [all.call, all.put, all.call_delta, all.put_delta, all.gamma, all.vega, all.theta, all.vanna, all.volga]
    })
}

#[inline(always)]
fn black_scholes_all(spot: Fx, strike: Fx, vol: Fx, years: Fx, rate: Fx) -> Results {
    let terms = Terms { spot, strike, vol, years, rate, dividend_yield: Fx::ZERO };
    let evaluation = black_scholes::Inputs::new(&terms).map(|inputs| black_scholes::evaluate(&inputs));
    evaluation.map_or(one(REFUSED), |all| {
        [all.call, all.put, all.call_delta, all.gamma, all.vega, all.call_theta, all.call_rho, all.vanna, all.volga]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_stands_at_its_own_number() {
        assert!(Operation::ALL.iter().enumerate().all(|(place, operation)| *operation as usize == place));
    }
}
