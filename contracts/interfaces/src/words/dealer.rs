//! The types of hedges by options that the word codec knows, with their fields in order.

use alloy_primitives::{I256, U256};

use crate::{HedgerNotOwner, HedgerOptionsTooShort, HedgerTipTooSmall, OptionsHedged, OptionsTraded, OptionsVerdict};

to_words! {
    OptionsTraded { openedAt, usedX64, usedAt, expiry, netAtoms, costAtoms, maxTipAtoms }
    OptionsVerdict { tipAtoms, lostWad, gainWad, openedAt, optionsOpenedAt, averageX64, usedX64 }
    HedgerNotOwner { caller, account }
    HedgerOptionsTooShort { lifeSecs, leastSecs }
    HedgerTipTooSmall { tipAtoms, leastAtoms }
}

from_words! {
    OptionsTraded: OptionsTraded {
        openedAt: u64, usedX64: i128, usedAt: u64, expiry: u64, netAtoms: I256, costAtoms: I256, maxTipAtoms: U256,
    }
    OptionsVerdict: OptionsVerdict {
        tipAtoms: U256, lostWad: I256, gainWad: I256, openedAt: u64, optionsOpenedAt: u64, averageX64: i128, usedX64: i128,
    }
}

event_words! {
    OptionsHedged { solver, account; riskEpoch, costAtoms, lostWad, tipAtoms, gainWad, spotWad }
}
