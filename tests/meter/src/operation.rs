//! The operations that are measured.

use core::hint::black_box;

use equipoise_math as math;
use equipoise_math::Fx;
use equipoise_risk::black76::{evaluate, implied_vol, Inputs, Kind};

use crate::book::Book;
use crate::margin::Account;
use crate::{measure, Measured};

/// Up to nine numbers.
pub type Results = [Fx; 9];

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
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 13] = [
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
    ];

    /// How many numbers it takes.
    pub const fn arity(self) -> usize {
        match self {
            Self::MulFloor | Self::DivFloor | Self::Book | Self::Margin => 2,
            Self::Black76All | Self::ImpliedVol => 4,
            _ => 1,
        }
    }

    pub(crate) fn measure(self, input: &[Fx], clock: &impl Fn() -> u64) -> Measured {
        let at = |place: usize| black_box(input.get(place).copied().unwrap_or_default());
        let (a, b, c, d) = (at(0), at(1), at(2), at(3));
        match self {
            Self::Nothing => measure(clock, || one(a)),
            Self::Exp => measure(clock, || one(math::exp(a).unwrap_or_default())),
            Self::Ln => measure(clock, || one(math::ln(a).unwrap_or_default())),
            Self::Sqrt => measure(clock, || one(math::sqrt(a).unwrap_or_default())),
            Self::NormalCdf => measure(clock, || one(math::normal_cdf(a))),
            Self::NormalPdf => measure(clock, || one(math::normal_pdf(a))),
            Self::NormalInverseCdf => measure(clock, || one(math::normal_inverse_cdf(a).unwrap_or_default())),
            Self::MulFloor => measure(clock, || one(math::mul_floor(a, b).unwrap_or_default())),
            Self::DivFloor => measure(clock, || one(math::div_floor(a, b).unwrap_or_default())),
            Self::Black76All => measure(clock, || black76(a, b, c, d)),
            Self::ImpliedVol => measure(clock, || one(implied_vol(a, b, c, d, Kind::Call).unwrap_or_default())),
            Self::Book => {
                let book = black_box(Book::new(a.to_num(), b.to_num()));
                measure(clock, || book.value())
            }
            Self::Margin => {
                let account = black_box(Account::new(a.to_num(), b.to_num()));
                measure(clock, || account.assess())
            }
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
fn black76(forward: Fx, strike: Fx, vol: Fx, years: Fx) -> Results {
    let evaluation = Inputs::new(forward, strike, vol, years).map(|inputs| evaluate(&inputs));
    evaluation.map_or(Results::default(), |all| {
        [all.call, all.put, all.call_delta, all.put_delta, all.gamma, all.vega, all.theta, all.vanna, all.volga]
    })
}
