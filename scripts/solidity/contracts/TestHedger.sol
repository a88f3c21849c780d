// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Stands in for the hedger, and for its clearing house, towards the programs that only the hedger may call
/// @notice Anybody tells it what to call, several calls in one transaction if need be.
contract TestHedger {
    struct Order {
        address to;
        bytes data;
    }

    /// @notice The underlying.
    address public immutable base;
    /// @notice The stablecoin.
    address public immutable token;

    constructor(address base_, address token_) {
        (base, token) = (base_, token_);
    }

    function clearing() external view returns (address) {
        return address(this);
    }

    /// @notice Makes calls, all of which must succeed.
    function run(Order[] calldata orders) external {
        for (uint256 i = 0; i < orders.length; ++i) {
            (bool done, bytes memory answer) = orders[i].to.call(orders[i].data);
            if (!done) {
                assembly {
                    revert(add(answer, 32), mload(answer))
                }
            }
        }
    }
}
