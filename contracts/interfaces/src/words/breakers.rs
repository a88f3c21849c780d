//! The types of breakers that the word codec knows, with their fields in order.

use alloy_primitives::{B256, I256, U256};

use crate::{
    Breaker, GuardianOnlyTightens, IWatcher, MarketHalted, MarketReduceOnly, MarketStateChanged, MarketTightened,
    Sighting,
};

to_words! {
    Breaker {
        measure, effect, isSecs, isOfPrice, isTripped, isRead, reading, limit, recoversBelow, cooldownSecs, recoversAt,
    }
    Sighting {
        spotWad, spotAt, sequencerUnsafeSecs, frozen, conditions, dollarDeltaWad, vegaWad, usedMillionths,
        badDebtAtoms, badDebtAt,
    }
    IWatcher::observeCall { seen }
    MarketReduceOnly { trippedRules, recoversAt }
    MarketHalted { trippedRules, recoversAt }
    GuardianOnlyTightens { toState }
}

from_words! {
    Sighting: Sighting {
        spotWad: U256, spotAt: u64, sequencerUnsafeSecs: u64, frozen: B256, conditions: [B256; 3], dollarDeltaWad: I256,
        vegaWad: I256, usedMillionths: u32, badDebtAtoms: U256, badDebtAt: u64,
    }
}

event_words! {
    MarketStateChanged { ; fromState, toState, trippedRules, isPriceSafe }
    MarketTightened { guardian; toState, until }
}
