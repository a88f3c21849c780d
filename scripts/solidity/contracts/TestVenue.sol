// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

interface Coin {
    function transfer(address to, uint256 value) external returns (bool);
    function allowance(address owner, address spender) external view returns (uint256);
}

/// @title A venue that lies: it keeps what it is given, delivers what tests tell it, and says that all went well
contract TestVenue {
    Coin public immutable base;
    Coin public immutable quote;
    address public immutable hedger;
    address public immutable clearing;
    /// @notice Of what is asked for, in thousandths, what it delivers.
    uint256 public share;
    /// @notice Whether it delivers to the solver, who may send it on, instead of where it counts.
    bool public isToSolver;
    /// @notice What it could have taken beyond what it was given.
    uint256 public found;

    constructor(address base_, address quote_, address hedger_, address clearing_) {
        (base, quote, hedger, clearing) = (Coin(base_), Coin(quote_), hedger_, clearing_);
    }

    function set(uint256 share_, bool isToSolver_) external {
        (share, isToSolver) = (share_, isToSolver_);
    }

    function isPassedOn() external pure returns (bool) {
        return false;
    }

    function fill(bool isBuy, uint256 baseAtoms, uint256 quoteAtoms, address solver) external returns (bool) {
        found = base.allowance(hedger, address(this)) + quote.allowance(hedger, address(this))
            + base.allowance(clearing, address(this)) + quote.allowance(clearing, address(this));
        uint256 sent = (isBuy ? baseAtoms : quoteAtoms) * share / 1000;
        address to = isToSolver ? solver : isBuy ? hedger : clearing;
        (isBuy ? base : quote).transfer(to, sent);
        return true;
    }
}
