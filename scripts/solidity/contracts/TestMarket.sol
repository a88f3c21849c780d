// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

interface Ledger {
    function vaultCash() external view returns (int256);
}

/// @title Stands in for the market in tests of the vault and the clearing house
/// @notice Its net asset value is the vault's cash and a mark that the test sets. It makes any call it is told to, so
///         that a test can record trades with it.
contract TestMarket {
    address public clearing;
    int256 public markAtoms;
    uint256 public uncertaintyAtoms;
    uint256 public reserveAtoms;
    uint256 public redeemableAtoms = type(uint256).max;
    uint64 public priceAt;
    bool public isSettlementPending;
    int256 public lpFlowAtoms;

    /// @notice Where the vault's cash is read.
    function follow(address clearing_) external {
        clearing = clearing_;
    }

    /// @notice What the book is worth, how uncertain that is, and how much may be paid out.
    function mark(int256 markAtoms_, uint256 uncertaintyAtoms_, uint256 redeemableAtoms_) external {
        markAtoms = markAtoms_;
        uncertaintyAtoms = uncertaintyAtoms_;
        redeemableAtoms = redeemableAtoms_;
    }

    /// @notice What the skew reserve holds.
    function reserve(uint256 reserveAtoms_) external {
        reserveAtoms = reserveAtoms_;
    }

    /// @notice When the spot price is from, and whether a board awaits settlement.
    function observe(uint64 priceAt_, bool isSettlementPending_) external {
        priceAt = priceAt_;
        isSettlementPending = isSettlementPending_;
    }

    function nav() external view returns (int256, uint256, uint256, uint256, uint64, bool) {
        int256 value = Ledger(clearing).vaultCash() + markAtoms;
        return (value, uncertaintyAtoms, reserveAtoms, redeemableAtoms, priceAt, isSettlementPending);
    }

    function recordLpFlow(int256 flowAtoms) external {
        lpFlowAtoms += flowAtoms;
    }

    /// @notice Makes a call and passes on what comes back.
    function relay(address to, bytes calldata data) external {
        (bool done, bytes memory answer) = to.call(data);
        assembly {
            switch done
            case 0 { revert(add(answer, 32), mload(answer)) }
            default { return(add(answer, 32), mload(answer)) }
        }
    }
}
