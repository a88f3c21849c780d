//! The types of the lender and of its pool that the word codec knows, with their fields in order.

use crate::{IAavePool, LenderCollateralNeeded, LenderHealthTooLow, LenderPoolRefused, LenderReserveMissing};

to_words! {
    IAavePool::supplyCall { asset, amount, onBehalfOf, referralCode }
    IAavePool::withdrawCall { asset, amount, to }
    IAavePool::borrowCall { asset, amount, interestRateMode, referralCode, onBehalfOf }
    IAavePool::repayCall { asset, amount, interestRateMode, onBehalfOf }
    IAavePool::setUserUseReserveAsCollateralCall { asset, useAsCollateral }
    IAavePool::getUserAccountDataCall { user }
    IAavePool::getReserveDataCall { asset }
    LenderHealthTooLow { healthWad, leastWad }
    LenderReserveMissing { asset }
    LenderPoolRefused { call, reason }
    LenderCollateralNeeded { asset }
}
