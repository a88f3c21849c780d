//! The one place where errors of the pure crates become errors of the ABI.

use alloy_primitives::{B256, I256, U256};
use equipoise_interfaces::{
    MarketDeltaLimitExceeded, MarketNumberOutOfDomain, MarketParameterOutOfBounds, MarketParametersInconsistent,
    MarketShortCallUncovered, MarketSliceButterflyArbitrage, MarketSliceCalendarArbitrage, MarketSliceOutOfRange,
    MarketSliceVarianceOutOfDomain, MarketSliceWingsTooSteep, MarketStressLimitExceeded, MarketVegaLimitExceeded,
};
use equipoise_kit::number::{from_i128, from_u128};
use equipoise_kit::{revert, Revert};
use equipoise_math::Fx;
use equipoise_risk::limits::{Breach, Measure};
use equipoise_risk::parameters::{Parameter, ParameterError, RULES};
use equipoise_risk::units::{to_wad_nearest, LOT_WAD};
use equipoise_risk::{RiskError, SliceError};

/// Maps an error of the arithmetic on a board's numbers.
pub fn number_error(board: u16) -> impl Fn(RiskError) -> Revert {
    move |error| match error {
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

/// Maps what an account may not hold.
pub fn collateral_error(account: B256, board: u16) -> impl Fn(RiskError) -> Revert {
    move |error| match error {
        RiskError::ShortCallUncovered { net_calls } => {
            let wad = i128::from(net_calls).saturating_mul(LOT_WAD);
            revert(&MarketShortCallUncovered { account, board, netCallsWad: from_i128(wad) })
        }
        other => number_error(board)(other),
    }
}

/// Maps a limit that a trade would break.
pub fn limit_error(breach: &Breach) -> Revert {
    let limit = unsigned_wad(breach.limit.fx());
    match breach.measure {
        Measure::Delta => {
            revert(&MarketDeltaLimitExceeded { dollarDeltaWad: signed_wad(breach.value.fx()), limitWad: limit })
        }
        Measure::Vega => revert(&MarketVegaLimitExceeded { vegaWad: signed_wad(breach.value.fx()), limitWad: limit }),
        Measure::Stress => {
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
    let inconsistent = |parameter, other| {
        revert(&MarketParametersInconsistent { parameter: place(parameter), other: place(other) })
    };
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
        ParameterError::VegaHorizonBelowDelta => {
            inconsistent(Parameter::VegaHorizonDays, Parameter::DeltaHorizonDays)
        }
    }
}

/// A number as the ABI shows it.
pub fn signed_wad(number: Fx) -> I256 {
    from_i128(to_wad_nearest(number).unwrap_or(i128::MAX))
}

/// A number that is not negative as the ABI shows it.
pub fn unsigned_wad(number: Fx) -> U256 {
    let wad = to_wad_nearest(number.max(Fx::ZERO)).unwrap_or(i128::MAX);
    from_u128(wad.max(0).unsigned_abs())
}
