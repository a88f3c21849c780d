//! The one place where errors of the pure crates become errors of the ABI.

use alloy_primitives::U256;
use equipoise_interfaces::{
    MarketDeltaLimitExceeded, MarketNumberOutOfDomain, MarketParameterOutOfBounds, MarketParametersInconsistent,
    MarketSliceButterflyArbitrage, MarketSliceCalendarArbitrage, MarketSliceOutOfRange, MarketSliceVarianceOutOfDomain,
    MarketSliceWingsTooSteep, MarketStressLimitExceeded, MarketVegaLimitExceeded,
};
use equipoise_kit::lean::revert;
use equipoise_kit::Revert;
use equipoise_risk::limits::{Breach, Limited};
use equipoise_risk::parameters::{Parameter, ParameterError, RULES};
use equipoise_risk::{RiskError, SliceError};

use crate::convert::{signed_wad, unsigned_wad};

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

/// Maps a limit that a trade would break.
#[cold]
pub fn limit_error(breach: &Breach) -> Revert {
    let limit = unsigned_wad(breach.limit.fx());
    match breach.limit_of {
        Limited::Delta => {
            revert(&MarketDeltaLimitExceeded { dollarDeltaWad: signed_wad(breach.value.fx()), limitWad: limit })
        }
        Limited::Vega => revert(&MarketVegaLimitExceeded { vegaWad: signed_wad(breach.value.fx()), limitWad: limit }),
        Limited::Stress => {
            revert(&MarketStressLimitExceeded { stressLossWad: unsigned_wad(breach.value.fx()), limitWad: limit })
        }
    }
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
            let (min, max) = RULES.get(index).map_or((0, 0), |rule| (rule.min, rule.max));
            revert(&MarketParameterOutOfBounds {
                parameter: u8::try_from(index).unwrap_or(u8::MAX),
                value: U256::from(millionths.get(index).copied().unwrap_or(0)),
                min: U256::from(min),
                max: U256::from(max),
            })
        }
        ParameterError::FloorAboveLambda => inconsistent(Parameter::LambdaFloor, Parameter::Lambda),
        ParameterError::VegaHorizonBelowDelta => inconsistent(Parameter::VegaHorizonDays, Parameter::DeltaHorizonDays),
    }
}
