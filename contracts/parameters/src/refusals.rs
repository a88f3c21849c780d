//! Why a change is refused, as typed errors.

use equipoise_interfaces::{
    ParameterBindsExisting, ParameterLoosened, ParameterOutOfBounds, ParameterStepTooLarge, ParameterTooEarly,
    ParameterUnchanged, ParametersInconsistent, ParametersNothingToChange, ParametersOutOfOrder,
};
use equipoise_kit::lean::revert;
use equipoise_kit::Revert;
use equipoise_risk::governed::Refusal;

/// The typed error of a refusal.
pub fn refused(group: u8, now: u64, refusal: Refusal) -> Revert {
    match refusal {
        Refusal::Nothing => revert(&ParametersNothingToChange {}),
        Refusal::OutOfOrder { parameter, count } => {
            revert(&ParametersOutOfOrder { group, parameter: place(parameter), count: place(count) })
        }
        Refusal::Unchanged { parameter, value } => {
            revert(&ParameterUnchanged { group, parameter: place(parameter), value })
        }
        Refusal::OutOfBounds { parameter, value, min, max } => {
            revert(&ParameterOutOfBounds { group, parameter: place(parameter), value, min, max })
        }
        Refusal::StepTooLarge { parameter, value, current, step } => {
            revert(&ParameterStepTooLarge { group, parameter: place(parameter), value, current, step })
        }
        Refusal::TooEarly { parameter, earliest } => {
            revert(&ParameterTooEarly { group, parameter: place(parameter), nowAt: now, earliest })
        }
        Refusal::Loosening { parameter, value, current } => {
            revert(&ParameterLoosened { group, parameter: place(parameter), value, current })
        }
        Refusal::BindsExisting { parameter } => revert(&ParameterBindsExisting { group, parameter: place(parameter) }),
        Refusal::Inconsistent { lesser, greater } => {
            revert(&ParametersInconsistent { group, lesser: place(lesser), greater: place(greater) })
        }
    }
}

/// A place as the ABI has it.
fn place(place: usize) -> u8 {
    u8::try_from(place).unwrap_or(u8::MAX)
}
