//! What is measured, and on which inputs.
//!
//! Grids are made with exact arithmetic and with the functions of `libm`, which give the same bits everywhere.

use equipoise_math::Fx;
use equipoise_meter::{run, Operation, REFUSED};

/// One row of the bench.
#[derive(Clone, Debug)]
pub struct Case {
    /// The row's name.
    pub name: &'static str,
    /// What is measured.
    pub operation: Operation,
    /// What the inputs are, for people.
    pub grid: &'static str,
    /// [`Operation::arity`] numbers for each run.
    pub inputs: Vec<Fx>,
}

/// The most ink that the dearest input of a row should cost.
pub const TARGETS: [(&str, u64); 11] = [
    ("black76_all", 700_000),
    ("black76_all_domain", 700_000),
    ("exp", 90_000),
    ("ln", 90_000),
    ("sqrt", 90_000),
    ("normal_cdf", 90_000),
    ("implied_vol", 3_000_000),
    ("implied_vol_domain", 3_000_000),
    ("implied_vol_put_domain", 3_000_000),
    ("book_128", 60_000_000),
    ("margin_32", 300_000_000),
];

const SECOND: f64 = 1.0 / 31_536_000.0;
const DAY: f64 = 1.0 / 365.0;

/// Every row, in the order of the table.
pub fn cases() -> Vec<Case> {
    let mut all = elementary();
    all.extend(options());
    all.extend(whole());
    all
}

fn case(name: &'static str, operation: Operation, inputs: Vec<Fx>, grid: &'static str) -> Case {
    Case { name, operation, grid, inputs }
}

fn elementary() -> Vec<Case> {
    let positive = || geometric(1e-18, 9e18, 400);
    vec![
        case("mul_floor", Operation::MulFloor, even(-1e6, 1e6, 400), "200 pairs from -1e6 to 1e6"),
        case("div_floor", Operation::DivFloor, even(-1e6, 1e6, 400), "200 pairs from -1e6 to 1e6"),
        case("exp", Operation::Exp, even(-44.5, 43.5, 400), "even from -44.5 to 43.5"),
        case("ln", Operation::Ln, positive(), "geometric from 1e-18 to 9e18"),
        case("ln_near_one", Operation::Ln, even(0.5, 2.0, 400), "even from 0.5 to 2"),
        case("sqrt", Operation::Sqrt, positive(), "geometric from 1e-18 to 9e18"),
        case("normal_cdf", Operation::NormalCdf, even(-9.5, 9.5, 400), "even from -9.5 to 9.5"),
        case("normal_pdf", Operation::NormalPdf, even(-9.5, 9.5, 400), "even from -9.5 to 9.5"),
        case(
            "normal_inverse_cdf",
            Operation::NormalInverseCdf,
            [geometric(1e-18, 0.4, 100), even(0.5, 1.0 - 1e-12, 100)].concat(),
            "geometric from 1e-18 to 0.4, even from 0.5 to 1 - 1e-12",
        ),
    ]
}

fn options() -> Vec<Case> {
    let (market, domain) = (market(), domain());
    let inputs = |options: &[[Fx; 4]]| options.concat();
    vec![
        case("black76_all", Operation::Black76All, inputs(&market), MARKET),
        case("black76_all_domain", Operation::Black76All, inputs(&domain), DOMAIN),
        case("black_scholes_all", Operation::BlackScholesAll, market.iter().flat_map(with_rate).collect(), SPOT_MARKET),
        case("implied_vol", Operation::ImpliedVol, recoverable(&market, Operation::ImpliedVol, &[]), MARKET),
        case(
            "implied_vol_domain",
            Operation::ImpliedVol,
            recoverable(&domain, Operation::ImpliedVol, &SHARES),
            "calls: the domain's prices, and shares of what a price can be, that imply a vol of 1 % to 1000 %",
        ),
        case(
            "implied_vol_put_domain",
            Operation::ImpliedVolOfPut,
            recoverable(&domain, Operation::ImpliedVolOfPut, &SHARES),
            "puts: the domain's prices, and shares of what a price can be, that imply a vol of 1 % to 1000 %",
        ),
    ]
}

fn whole() -> Vec<Case> {
    let strikes = geometric(300.0, 30_000.0, 100).into_iter().flat_map(|strike| [strike, fx(3_000.0)]).collect();
    vec![
        case("surface_variance", Operation::SurfaceVariance, strikes, "strikes from a tenth to ten times the forward"),
        case("surface_check", Operation::SurfaceCheck, even(86_400.0, 15_552_000.0, 20), "from 1 to 180 days"),
        case("book_128", Operation::Book, vec![fx(8.0), fx(16.0)], "8 expiries of 16 strikes, a call and a put each"),
        case("margin_32", Operation::Margin, vec![fx(8.0), fx(4.0)], "32 positions, 4 in each of 8 expiries"),
    ]
}

const MARKET: &str = "forward 3000; strikes 2000, 2500 ... 4500; 7, 30, 60, 90, 180 days; vol 0.4, 0.8, 1.2";
const SPOT_MARKET: &str = "the same with a spot of 3000 and a rate of 0.05";
const DOMAIN: &str = "forward 1e-4 to 1e9, strike/forward 1e-3 to 1e3, vol 0.01 to 10, one second to 3 years";

/// Forward, strike, vol and years of 90 options near the market.
fn market() -> Vec<[Fx; 4]> {
    let mut options = Vec::new();
    for strike in [2_000.0, 2_500.0, 3_000.0, 3_500.0, 4_000.0, 4_500.0] {
        for days in [7.0, 30.0, 60.0, 90.0, 180.0] {
            for vol in [0.4, 0.8, 1.2] {
                options.push([3_000.0, strike, vol, days * DAY].map(fx));
            }
        }
    }
    options
}

fn with_rate(option: &[Fx; 4]) -> [Fx; 5] {
    let [spot, strike, vol, years] = *option;
    [spot, strike, vol, years, fx(0.05)]
}

/// Options all over the domain, up to its edges.
fn domain() -> Vec<[Fx; 4]> {
    let mut options = Vec::new();
    for forward in [1e-4, 0.01, 3_000.0, 5e8, 1e9] {
        for moneyness in [0.001_001, 0.01, 0.5, 0.9, 0.999, 1.0, 1.001, 1.1, 1.5, 3.0, 100.0, 999.0] {
            for vol in [0.01, 0.02, 0.4, 0.6, 1.2, 10.0] {
                for years in [SECOND * 1.000_001, 1e-6, DAY, 7.0 * DAY, 0.25, 3.0] {
                    options.push([forward, forward * moneyness, vol, years].map(fx));
                }
            }
        }
    }
    options
}

/// Where between the intrinsic value and the bound prices lie.
const SHARES: [f64; 9] = [1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 0.1, 0.5, 0.9, 0.999];

/// Price, forward, strike and years: of the options' own prices and of prices at the shares, those that imply a
/// volatility. At the domain's edges a price may round to the intrinsic value, and a share may imply less or more than the
/// volatilities that there are.
fn recoverable(options: &[[Fx; 4]], operation: Operation, shares: &[f64]) -> Vec<Fx> {
    let is_call = operation == Operation::ImpliedVol;
    let mut inputs = Vec::new();
    for [forward, strike, vol, years] in options.iter().copied() {
        let priced = run(Operation::Black76All, &[forward, strike, vol, years], || 0);
        let price = priced.first().and_then(|one| one.results.get(usize::from(!is_call)).copied());
        let (intrinsic, bound) = if is_call {
            ((forward - strike).max(Fx::ZERO), forward)
        } else {
            ((strike - forward).max(Fx::ZERO), strike)
        };
        let at_share = |share: &f64| intrinsic + (bound - intrinsic) * fx(*share);
        for price in price.into_iter().chain(shares.iter().map(at_share)) {
            let input = [price, forward, strike, years];
            let answer = run(operation, &input, || 0);
            if answer.iter().all(|one| one.results.first() != Some(&REFUSED)) {
                inputs.extend(input);
            }
        }
    }
    inputs
}

fn fx(number: f64) -> Fx {
    Fx::from_num(number)
}

fn even(low: f64, high: f64, count: u32) -> Vec<Fx> {
    (0..count).map(|step| fx(low + (high - low) * f64::from(step) / f64::from(count - 1))).collect()
}

fn geometric(low: f64, high: f64, count: u32) -> Vec<Fx> {
    (0..count).map(|step| fx(low * libm::pow(high / low, f64::from(step) / f64::from(count - 1)))).collect()
}
