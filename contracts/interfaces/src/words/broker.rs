//! The types of hedges at perpetual venues that the word codec knows, with their fields in order.

use alloy_primitives::{I256, U256};

use crate::{
    HedgeOrderCancelled, HedgeOrderConfirmed, HedgeOrdered, HedgerOrderFilled, HedgerOrderMissing, HedgerOrderPending,
    HedgerOrderTooEarly, HedgerPerpClosed, HedgerPerpDiffers, HedgerPerpInUse, IPerpVenue, OrderRequest, PerpKept,
    PerpMark, PerpMarked, PerpOrder, PerpQuarantined, PerpStanding, PerpTold, PerpVenueSet,
};

to_words! {
    PerpKept { unitsAtoms, cashAtoms, askedAtoms, costAtoms }
    PerpMark { isSound, unitsAtoms, believedAtoms, cashAtoms, worstAtoms, worthAtoms }
    PerpStanding { sizeWad, costAtoms, marginAtoms, order, pendingWad, pendingCostAtoms, deadline }
    PerpOrder { solver, deadline, number, quantityAtoms, costAtoms, marginAtoms, maxTipAtoms }
    IPerpVenue::requestOrderCall { sizeWad, limitPriceWad, marginAtoms, deadline }
    IPerpVenue::depositMarginCall { marginAtoms }
    IPerpVenue::withdrawMarginCall { marginAtoms }
    IPerpVenue::cancelOrderCall { order }
    IPerpVenue::standingCall { account }
    IPerpVenue::quoteCall {}
    HedgerOrderPending { order, deadline }
    HedgerOrderMissing {}
    HedgerOrderFilled { order }
    HedgerOrderTooEarly { readyAt }
    HedgerPerpClosed { venue }
    HedgerPerpInUse { venue }
    HedgerPerpDiffers { venue }
}

from_words! {
    OrderRequest: OrderRequest {
        riskEpoch: u64, minPriceAt: u64, deadline: u64, maxTipAtoms: U256, quantityAtoms: I256, limitPriceWad: U256,
    }
    PerpKept: PerpKept { unitsAtoms: I256, cashAtoms: I256, askedAtoms: I256, costAtoms: I256 }
    PerpTold: PerpTold {
        sizeWad: I256, costAtoms: I256, marginAtoms: U256, order: U256, pendingWad: I256, pendingCostAtoms: I256,
        deadline: u64,
    }
    PerpMark: PerpMark {
        isSound: bool, unitsAtoms: I256, believedAtoms: I256, cashAtoms: I256, worstAtoms: U256, worthAtoms: U256,
    }
    PerpStanding: PerpStanding {
        sizeWad: I256, costAtoms: I256, marginAtoms: U256, order: U256, pendingWad: I256, pendingCostAtoms: I256,
        deadline: u64,
    }
}

from_nothing!(IPerpVenue::depositMarginReturn, IPerpVenue::withdrawMarginReturn, IPerpVenue::cancelOrderReturn);

event_words! {
    PerpVenueSet { venue; }
    HedgeOrdered { solver; order, quantityAtoms, limitPriceWad, marginAtoms, worstAtoms, deadline }
    HedgeOrderConfirmed { solver; order, filledAtoms, costAtoms, tipAtoms }
    HedgeOrderCancelled { solver; order, backAtoms }
    PerpMarked { ; unitsAtoms, cashAtoms }
    PerpQuarantined { venue; }
}
