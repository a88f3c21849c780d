//! The one place where errors of the pure crates become errors of the ABI.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::series::MAX_LEGS;
use equipoise_interfaces::{
    Leg, MarketDebtsOpen, MarketDeltaLimitExceeded, MarketExpiryVegaLimitExceeded, MarketGammaLimitExceeded,
    MarketLegsCount, MarketNumberOutOfDomain, MarketParameterOutOfBounds, MarketParametersInconsistent,
    MarketReduceOnly, MarketShortSeriesLimitExceeded, MarketSliceButterflyArbitrage, MarketSliceCalendarArbitrage,
    MarketSliceOutOfRange, MarketSliceVarianceOutOfDomain, MarketSliceWingsTooSteep, MarketSpotStale,
    MarketStressLimitExceeded, MarketSurfaceOutrun, MarketSurfaceStale, MarketVegaLimitExceeded,
};
use equipoise_kit::lean::revert;
use equipoise_kit::Revert;
use equipoise_risk::limits::Limited;
use equipoise_risk::margin::{self, MarginParameter, MarginParameterError};
use equipoise_risk::parameters::{Parameter, ParameterError, RULES};
use equipoise_risk::{RiskError, SliceError};

use crate::layout::BoardDebts;

/// Fails unless a call has as many legs as it may.
/// # Errors: MarketLegsCount
pub fn require_legs(legs: &[Leg]) -> Result<(), Revert> {
    if (1..=MAX_LEGS).contains(&legs.len()) {
        return Ok(());
    }
    Err(revert(&MarketLegsCount { count: U256::from(legs.len()), maximum: U256::from(MAX_LEGS) }))
}

/// That the vault still owes for a board.
#[cold]
pub fn debts_open(owed: &BoardDebts) -> Revert {
    revert(&MarketDebtsOpen { board: owed.board, untilAt: owed.until })
}

/// Maps an error of the arithmetic on a board's numbers.
pub fn number_error(board: u16) -> impl Fn(RiskError) -> Revert {
    move |error| risk_error(board, error)
}

#[cold]
#[inline(never)]
fn risk_error(board: u16, error: RiskError) -> Revert {
    match error {
        RiskError::Slice(reason) => slice_error(board, reason),
        _ => revert(&MarketNumberOutOfDomain { board }),
    }
}

/// Maps an error of a computation over all boards.
pub fn pricing_error(error: RiskError) -> Revert {
    number_error(0)(error)
}

fn slice_error(board: u16, reason: SliceError) -> Revert {
    match reason {
        SliceError::ParameterOutOfRange => revert(&MarketSliceOutOfRange { board }),
        SliceError::WingsTooSteep => revert(&MarketSliceWingsTooSteep { board }),
        SliceError::VarianceOutOfDomain => revert(&MarketSliceVarianceOutOfDomain { board }),
        SliceError::ButterflyArbitrage => revert(&MarketSliceButterflyArbitrage { board }),
        SliceError::CalendarArbitrage => revert(&MarketSliceCalendarArbitrage { board }),
    }
}

/// Why only closing trades may pass, as the pricer tells the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Refusal {
    /// All trades may.
    None,
    /// Dollar delta past its limit.
    Delta,
    /// Vega past its limit.
    Vega,
    /// The loss in the worst stress past its limit.
    Stress,
    /// The spot price is too old.
    SpotStale,
    /// The surface is too old.
    SurfaceStale,
    /// Spot has left the surface behind.
    SurfaceOutrun,
    /// Dollar gamma past its limit.
    Gamma,
    /// One expiry's vega past its limit.
    ExpiryVega,
    /// Short too much of one series.
    ShortSeries,
    /// A breaker is tripped: whoever holds the market's storage knows which.
    Breaker,
}

impl Refusal {
    /// Its number in the ABI.
    pub const fn number(self) -> u8 {
        // A discriminant of one byte.
        #[allow(clippy::as_conversions)]
        let number = self as u8;
        number
    }

    /// A limit that a trade would break.
    pub const fn of_limit(limited: Limited) -> Self {
        match limited {
            Limited::Delta => Self::Delta,
            Limited::Vega => Self::Vega,
            Limited::Stress => Self::Stress,
            Limited::Gamma => Self::Gamma,
            Limited::ExpiryVega => Self::ExpiryVega,
            Limited::ShortSeries => Self::ShortSeries,
        }
    }
}

/// Fails with what the pricer says of trades that open positions: a measure and what it may be at most. Of breakers whoever
/// holds the market's storage says more: [`crate::watch::require_tradable`].
/// # Errors: MarketReduceOnly, MarketSpotStale, MarketSurfaceStale, MarketSurfaceOutrun, and one for each limit of the vault's book
pub fn require_openable(refusal: u8, measured: I256, most: U256) -> Result<(), Revert> {
    const DELTA: u8 = Refusal::Delta.number();
    const VEGA: u8 = Refusal::Vega.number();
    const STRESS: u8 = Refusal::Stress.number();
    const SPOT: u8 = Refusal::SpotStale.number();
    const OUTRUN: u8 = Refusal::SurfaceOutrun.number();
    const GAMMA: u8 = Refusal::Gamma.number();
    const EXPIRY_VEGA: u8 = Refusal::ExpiryVega.number();
    const SHORT: u8 = Refusal::ShortSeries.number();
    const BREAKER: u8 = Refusal::Breaker.number();
    let secs = |number: U256| u64::try_from(number).unwrap_or(u64::MAX);
    Err(match refusal {
        0 => return Ok(()),
        DELTA => revert(&MarketDeltaLimitExceeded { dollarDeltaWad: measured, limitWad: most }),
        VEGA => revert(&MarketVegaLimitExceeded { vegaWad: measured, limitWad: most }),
        STRESS => revert(&MarketStressLimitExceeded { stressLossWad: measured.into_raw(), limitWad: most }),
        GAMMA => revert(&MarketGammaLimitExceeded { dollarGammaWad: measured, limitWad: most }),
        EXPIRY_VEGA => revert(&MarketExpiryVegaLimitExceeded { vegaWad: measured, limitWad: most }),
        SHORT => revert(&MarketShortSeriesLimitExceeded { notionalWad: measured.into_raw(), limitWad: most }),
        BREAKER => revert(&MarketReduceOnly { trippedRules: 0, recoversAt: 0 }),
        OUTRUN => revert(&MarketSurfaceOutrun { ratioWad: measured.into_raw(), mostWad: most }),
        SPOT => revert(&MarketSpotStale { updatedAt: secs(measured.into_raw()), maxAgeSecs: secs(most) }),
        _ => revert(&MarketSurfaceStale { observedAt: secs(measured.into_raw()), maxAgeSecs: secs(most) }),
    })
}

/// Maps why parameters are refused; values are millionths.
pub fn parameter_error(error: ParameterError, millionths: &[u32]) -> Revert {
    let place = |parameter: Parameter| {
        let place = RULES.iter().position(|rule| rule.parameter == parameter).unwrap_or(0);
        u8::try_from(place).unwrap_or(u8::MAX)
    };
    let inconsistent =
        |parameter, other| revert(&MarketParametersInconsistent { parameter: place(parameter), other: place(other) });
    match error {
        ParameterError::OutOfBounds(index) => {
            let bounds = RULES.get(index).map_or((0, 0), |rule| (rule.min, rule.max));
            out_of_bounds(index, millionths, bounds)
        }
        ParameterError::FloorAboveLambda => inconsistent(Parameter::LambdaFloor, Parameter::Lambda),
        ParameterError::VegaHorizonBelowDelta => inconsistent(Parameter::VegaHorizonDays, Parameter::DeltaHorizonDays),
    }
}

/// The same for margin parameters, which are numbered by themselves.
pub fn margin_parameter_error(error: MarginParameterError, millionths: &[u32]) -> Revert {
    let place = |parameter: MarginParameter| {
        let place = margin::RULES.iter().position(|rule| rule.parameter == parameter).unwrap_or(0);
        u8::try_from(place).unwrap_or(u8::MAX)
    };
    let (parameter, other) = match error {
        MarginParameterError::OutOfBounds(index) => {
            let bounds = margin::RULES.get(index).map_or((0, 0), |rule| (rule.min, rule.max));
            return out_of_bounds(index, millionths, bounds);
        }
        MarginParameterError::NearTailInsideGrid => (MarginParameter::NearTail, MarginParameter::SpotShock),
        MarginParameterError::FarTailInsideNear => (MarginParameter::FarTailDown, MarginParameter::NearTail),
    };
    revert(&MarketParametersInconsistent { parameter: place(parameter), other: place(other) })
}

fn out_of_bounds(index: usize, millionths: &[u32], (min, max): (u32, u32)) -> Revert {
    revert(&MarketParameterOutOfBounds {
        parameter: u8::try_from(index).unwrap_or(u8::MAX),
        value: U256::from(millionths.get(index).copied().unwrap_or(0)),
        min: U256::from(min),
        max: U256::from(max),
    })
}
