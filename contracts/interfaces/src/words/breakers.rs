//! The types of breakers that the word codec knows, with their fields in order.

use alloy_primitives::{B256, I256, U256};

use crate::{
    Breaker, GuardianOnlyTightens, IWatcher, MarketHalted, MarketReduceOnly, MarketStateChanged, MarketTightened,
    Moment, Sighting,
};

to_words! {
    Breaker {
        measure, effect, isSecs, isOfPrice, isTripped, isRead, reading, limit, recoversBelow, cooldownSecs, recoversAt,
    }
    Sighting {
        moment, sequencerUnsafeSecs, frozen, conditions, dollarDeltaWad, vegaWad, usedMillionths,
        badDebtAtoms, badDebtAt, insuranceFloorTokens, insuranceAtoms,
    }
    IWatcher::observeCall { seen }
    MarketReduceOnly { trippedRules, recoversAt }
    MarketHalted { trippedRules, recoversAt }
    GuardianOnlyTightens { toState }
}

from_words! {
    Sighting: Sighting {
        moment: Moment, sequencerUnsafeSecs: u64, frozen: B256, conditions: [B256; 3], dollarDeltaWad: I256,
        vegaWad: I256, usedMillionths: u32, badDebtAtoms: U256, badDebtAt: u64,
        insuranceFloorTokens: u32, insuranceAtoms: U256,
    }
}

event_words! {
    MarketStateChanged { ; fromState, toState, trippedRules, isPriceSafe }
    MarketTightened { guardian; toState, until }
}
