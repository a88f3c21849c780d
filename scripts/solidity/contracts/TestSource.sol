// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title A second source of a price that says what a test tells it to
contract TestSource {
    uint256 private priceWad;
    uint256 private confidenceWad;
    uint64 private updatedAt;
    bool private isBroken;

    /// @notice There is no usable price.
    error TestSourceBroken();

    /// @notice Sets what it says from now on, or that it fails.
    function set(uint256 priceWad_, uint256 confidenceWad_, uint64 updatedAt_, bool isBroken_) external {
        (priceWad, confidenceWad, updatedAt, isBroken) = (priceWad_, confidenceWad_, updatedAt_, isBroken_);
    }

    /// @notice The price, how far it may be off, and when it was made.
    function latest() external view returns (uint256, uint256, uint64) {
        if (isBroken) revert TestSourceBroken();
        return (priceWad, confidenceWad, updatedAt);
    }
}
