//! A row's answer, by the functions that the programs are made of.

use equipoise_math::{div_floor, Fx};
use equipoise_risk::black76::{self, implied_vol, ImpliedVolError, PricingError};
use equipoise_risk::black_scholes::{self, Evaluation, Terms};

use super::cells::{Cells, Field};
use super::error::{Problem, RowError};

/// What is computed of a volatility.
pub(super) const VALUE_OUTPUTS: [&str; 13] = [
    "call",
    "put",
    "call_delta",
    "put_delta",
    "gamma",
    "vega",
    "call_theta",
    "put_theta",
    "call_rho",
    "put_rho",
    "vanna",
    "volga",
    "discount",
];
/// What is computed of a price.
pub(super) const VOL_OUTPUTS: [&str; 1] = ["vol"];

/// A row's results, in the order of their names.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    Values([Fx; VALUE_OUTPUTS.len()]),
    Vol([Fx; VOL_OUTPUTS.len()]),
}

const FORWARD: &str = "it must be from 0.0001 to 1000000000 quote per base";
const STRIKE: &str = "it must be from 0.001 to 1000 times the forward";
const VOL: &str = "it must be from 0.01 to 10 per square root of a year";
const YEARS: &str = "it must be 0 or from one second (0.0000000317097919838) to 3 years of 365 days";
const RATE: &str = "it must be from -0.5 to 2 a year";
/// A volatility of the domain, where only the discount and the forward are asked for.
const ANY_VOL: Fx = Fx::ONE;

/// What an option is on.
#[derive(Clone, Copy, Debug)]
enum Underlying {
    Forward(Fx),
    Spot { spot: Fx, dividend_yield: Fx },
}

/// A row without its volatility or price.
#[derive(Clone, Copy, Debug)]
struct Contract {
    underlying: Underlying,
    strike: Fx,
    years: Fx,
    rate: Fx,
}

impl Contract {
    fn new(cells: &Cells<'_>) -> Result<Self, RowError> {
        cells.either(Field::Forward, Field::Spot, "a row gives either a forward or a spot")?;
        let underlying = if let Some(spot) = cells.number(Field::Spot)? {
            let dividend_yield = cells.number(Field::DividendYield)?.unwrap_or_default();
            Underlying::Spot { spot, dividend_yield }
        } else {
            cells.either(Field::DividendYield, Field::Forward, "a forward has the dividend yield in it")?;
            Underlying::Forward(cells.required(Field::Forward, FORWARD)?)
        };
        Ok(Self {
            underlying,
            strike: cells.required(Field::Strike, STRIKE)?,
            years: cells.required(Field::Years, YEARS)?,
            rate: cells.number(Field::Rate)?.unwrap_or_default(),
        })
    }

    /// Today's prices and Greeks.
    fn evaluate(&self, vol: Fx) -> Result<Evaluation, PricingError> {
        let Self { underlying, strike, years, rate } = *self;
        let inputs = match underlying {
            Underlying::Forward(forward) => black_scholes::Inputs::on_forward(forward, strike, vol, years, rate),
            Underlying::Spot { spot, dividend_yield } => {
                black_scholes::Inputs::new(&Terms { spot, strike, vol, years, rate, dividend_yield })
            }
        }?;
        let mut all = black_scholes::evaluate(&inputs);
        match underlying {
            Underlying::Forward(forward) if rate == Fx::ZERO => {
                replace(&mut all, &black76::evaluate(&black76::Inputs::new(forward, strike, vol, years)?));
            }
            _ => {}
        }
        Ok(all)
    }

    /// What one unit of the quote currency at expiry is worth today.
    fn discount(&self) -> Result<Fx, PricingError> {
        if self.rate == Fx::ZERO {
            return Ok(Fx::ONE);
        }
        let inputs = black_scholes::Inputs::on_forward(Fx::ONE, Fx::ONE, ANY_VOL, self.years, self.rate)?;
        Ok(black_scholes::evaluate(&inputs).cash_leg)
    }
}

/// Without a rate the programs use Black's formula: its bits, which has no rho.
fn replace(all: &mut Evaluation, undiscounted: &black76::Evaluation) {
    all.call = undiscounted.call;
    all.put = undiscounted.put;
    all.call_delta = undiscounted.call_delta;
    all.put_delta = undiscounted.put_delta;
    all.gamma = undiscounted.gamma;
    all.vega = undiscounted.vega;
    all.call_theta = undiscounted.theta;
    all.put_theta = undiscounted.theta;
    all.vanna = undiscounted.vanna;
    all.volga = undiscounted.volga;
}

/// The row's answer.
pub(super) fn answer(cells: &Cells<'_>) -> Result<Answer, RowError> {
    cells.either(Field::Vol, Field::Price, "a row gives either a vol or a price")?;
    let contract = Contract::new(cells)?;
    if let Some(price) = cells.number(Field::Price)? {
        return vol(cells, &contract, price).map(|vol| Answer::Vol([vol]));
    }
    let vol = cells.required(Field::Vol, "a row needs a vol, or a price to imply it from")?;
    let refused = |error| pricing_error(cells, &error);
    let all = contract.evaluate(vol).map_err(refused)?;
    Ok(Answer::Values([
        all.call,
        all.put,
        all.call_delta,
        all.put_delta,
        all.gamma,
        all.vega,
        all.call_theta,
        all.put_theta,
        all.call_rho,
        all.put_rho,
        all.vanna,
        all.volga,
        contract.discount().map_err(refused)?,
    ]))
}

/// The volatility of today's price: of the price at expiry, where there is a rate or a spot.
/// # Rounding: price and forward at expiry down
fn vol(cells: &Cells<'_>, contract: &Contract, price: Fx) -> Result<Fx, RowError> {
    let kind = cells.kind()?;
    let refused = |error| pricing_error(cells, &error);
    let discount = contract.discount().map_err(refused)?;
    let at_expiry_floor = |amount, field| {
        let too_large = |_| cells.error(Problem::OutOfDomain, field, "it is too large at expiry", "give a smaller one");
        if discount == Fx::ONE {
            Ok(amount)
        } else {
            div_floor(amount, discount).map_err(too_large)
        }
    };
    let forward = match contract.underlying {
        Underlying::Forward(forward) => forward,
        Underlying::Spot { .. } => {
            at_expiry_floor(contract.evaluate(ANY_VOL).map_err(refused)?.asset_leg, Field::Spot)?
        }
    };
    let price = at_expiry_floor(price, Field::Price)?;
    implied_vol(price, forward, contract.strike, contract.years, kind).map_err(|error| vol_error(cells, &error))
}

fn pricing_error(cells: &Cells<'_>, error: &PricingError) -> RowError {
    let (field, domain, remedy) = match error {
        PricingError::ForwardOutOfDomain { .. } => (Field::Forward, FORWARD, "quote in another unit of the base"),
        PricingError::SpotOutOfDomain { .. } => (Field::Spot, FORWARD, "quote in another unit of the base"),
        PricingError::StrikeOutOfDomain { .. } => (Field::Strike, STRIKE, "take a strike nearer to the forward"),
        PricingError::VolOutOfDomain { .. } | PricingError::TotalVolOutOfDomain { .. } => {
            (Field::Vol, VOL, "give it as a fraction: 0.65 is 65 %")
        }
        PricingError::YearsOutOfDomain { .. } => (Field::Years, YEARS, "give years: divide days by 365"),
        PricingError::RateOutOfDomain { .. } => (Field::Rate, RATE, "give it as a fraction: 0.05 is 5 %"),
        PricingError::DividendYieldOutOfDomain { .. } => {
            (Field::DividendYield, RATE, "give it as a fraction: 0.05 is 5 %")
        }
    };
    cells.error(Problem::OutOfDomain, field, domain, remedy)
}

fn vol_error(cells: &Cells<'_>, error: &ImpliedVolError) -> RowError {
    const CHECK: &str = "check price, kind and forward";
    let no_vol = |domain: &str| cells.error(Problem::NoVol, Field::Price, domain, CHECK);
    match error {
        ImpliedVolError::Pricing(PricingError::YearsOutOfDomain { .. }) => {
            let domain = "to imply a vol it must be from one second (0.0000000317097919838) to 3 years of 365 days";
            cells.error(Problem::OutOfDomain, Field::Years, domain, "give years: divide days by 365")
        }
        ImpliedVolError::Pricing(error) => pricing_error(cells, error),
        ImpliedVolError::NotAboveIntrinsic { intrinsic, .. } => {
            no_vol(&format!("at expiry it must be above the intrinsic value {intrinsic}"))
        }
        ImpliedVolError::NotBelowBound { bound, .. } => {
            no_vol(&format!("at expiry it must be below {bound}, the most the option can be worth"))
        }
        ImpliedVolError::VolOutOfDomain { .. } => no_vol("it implies a vol outside 0.01 to 10"),
    }
}
