// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @dev What an account has at a venue for perpetual futures, as `IPerpVenue` of contracts/interfaces tells it.
struct Standing {
    int256 sizeWad;
    int256 costAtoms;
    uint256 marginAtoms;
    uint256 order;
    int256 pendingWad;
    int256 pendingCostAtoms;
    uint64 deadline;
}
