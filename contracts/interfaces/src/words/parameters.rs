//! The types of the parameters' registry that the word codec knows, with their fields in order.

use crate::{
    IClearing, IGuarded, IParameters, ITuned, IVault, ParameterBindsExisting, ParameterChanged, ParameterLoosened,
    ParameterOutOfBounds, ParameterStepTooLarge, ParameterTooEarly, ParameterUnchanged, ParametersAlreadyRegistered,
    ParametersInconsistent, ParametersKindUnknown, ParametersNothingToChange, ParametersOutOfOrder,
    ParametersRegistryNotNamed, ParametersTargetUnknown, RegistryNamed, TargetRegistered, Tuning, TuningRule,
};

to_words! {
    Tuning { parameter, millionths }
    TuningRule { min, max, initially, step, isRelative, intervalSecs, riskier, bindsExisting }
    ITuned::registryCall {}
    IParameters::guardianCall {}
    IGuarded::guardianCall {}
    IClearing::correlationCall {}
    IClearing::setCorrelationCall { millionths }
    IClearing::insuranceFloorCall { market }
    IClearing::setInsuranceFloorCall { market, floorTokens }
    IVault::termsCall {}
    IVault::setTermsCall { agreed }
    ParametersKindUnknown { kind }
    ParametersTargetUnknown { target, group }
    ParametersAlreadyRegistered { target }
    ParametersRegistryNotNamed { target, named }
    ParametersNothingToChange {}
    ParametersOutOfOrder { group, parameter, count }
    ParameterUnchanged { group, parameter, value }
    ParameterOutOfBounds { group, parameter, value, min, max }
    ParameterStepTooLarge { group, parameter, value, current, step }
    ParameterTooEarly { group, parameter, nowAt, earliest }
    ParameterLoosened { group, parameter, value, current }
    ParameterBindsExisting { group, parameter }
    ParametersInconsistent { group, lesser, greater }
}

from_words! {
    Tuning: Tuning { parameter: u8, millionths: u32 }
}

from_nothing!(IClearing::setCorrelationReturn, IClearing::setInsuranceFloorReturn, IVault::setTermsReturn);

event_words! {
    ParameterChanged { target, group, parameter; oldMillionths, newMillionths, isByGuardian }
    TargetRegistered { target; kind }
    RegistryNamed { registry; }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::same::{same_call, same_error, same_event, OTHER, WHO};
    use crate::words::{decode, words_of};
    use crate::Terms;
    use alloy_primitives::Address;
    use alloy_sol_types::SolValue;

    #[test]
    fn errors_are_as_the_general_codec_writes_them() {
        let (group, parameter, value) = (1, 2, 3);
        same_error(&ParametersKindUnknown { kind: 9 });
        same_error(&ParametersTargetUnknown { target: WHO, group });
        same_error(&ParametersAlreadyRegistered { target: WHO });
        same_error(&ParametersRegistryNotNamed { target: WHO, named: OTHER });
        same_error(&ParametersNothingToChange {});
        same_error(&ParametersOutOfOrder { group, parameter, count: 17 });
        same_error(&ParameterUnchanged { group, parameter, value });
        same_error(&ParameterOutOfBounds { group, parameter, value, min: 4, max: 5 });
        same_error(&ParameterStepTooLarge { group, parameter, value, current: 4, step: 5 });
        same_error(&ParameterTooEarly { group, parameter, nowAt: 4, earliest: 5 });
        same_error(&ParameterLoosened { group, parameter, value, current: 4 });
        same_error(&ParameterBindsExisting { group, parameter });
        same_error(&ParametersInconsistent { group, lesser: 4, greater: 5 });
    }

    #[test]
    fn calls_and_events_are_as_the_general_codec_writes_them() {
        let agreed =
            Terms { seniorRate: 1, coverage: 2, managementFee: 3, performanceFee: 4, feeRecipient: Address::ZERO };
        same_call(&ITuned::registryCall {});
        same_call(&IGuarded::guardianCall {});
        same_call(&IClearing::correlationCall {});
        same_call(&IClearing::setCorrelationCall { millionths: 7 });
        same_call(&IClearing::insuranceFloorCall { market: WHO });
        same_call(&IClearing::setInsuranceFloorCall { market: WHO, floorTokens: 7 });
        same_call(&IVault::termsCall {});
        same_call(&IVault::setTermsCall { agreed });
        same_event(&ParameterChanged {
            target: WHO,
            group: 1,
            parameter: 2,
            oldMillionths: 8,
            newMillionths: 9,
            isByGuardian: true,
        });
        same_event(&TargetRegistered { target: WHO, kind: 3 });
        same_event(&RegistryNamed { registry: OTHER });
    }

    #[test]
    fn structs_are_as_the_general_codec_writes_and_reads_them() {
        let tuning = Tuning { parameter: 7, millionths: u32::MAX };
        assert_eq!(words_of(&tuning), tuning.abi_encode());
        assert_eq!(decode::<Tuning>(&tuning.abi_encode()), Some(tuning));
        let rule = TuningRule {
            min: 1,
            max: 2,
            initially: 3,
            step: 4,
            isRelative: true,
            intervalSecs: 5,
            riskier: 1,
            bindsExisting: true,
        };
        assert_eq!(words_of(&rule), rule.abi_encode());
    }
}
