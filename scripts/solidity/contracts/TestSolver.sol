// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

interface Token {
    function transfer(address to, uint256 value) external returns (bool);
}

/// @title Fills hedges out of its own balance, as tests tell it to
contract TestSolver {
    Token public immutable base;
    Token public immutable quote;
    /// @notice What it delivers beyond what is asked for, in atoms; negative for less.
    int256 public beyond;
    address public target;
    bytes public data;
    bool public isCallDone;
    bytes public callAnswer;
    uint256 public fills;

    constructor(address base_, address quote_) {
        (base, quote) = (Token(base_), Token(quote_));
    }

    function setBeyond(int256 beyond_) external {
        beyond = beyond_;
    }

    /// @notice Makes a call in the middle of every fill, and keeps how it went.
    function setCall(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    /// @notice Makes a call now and passes on what comes back.
    function relay(address to, bytes calldata data_) external {
        (bool done, bytes memory answer) = to.call(data_);
        assembly {
            switch done
            case 0 { revert(add(answer, 32), mload(answer)) }
            default { return(add(answer, 32), mload(answer)) }
        }
    }

    function fillHedge(address hedger, bool isBuy, uint256 baseAtoms, uint256 quoteAtoms) external {
        fills += 1;
        if (target != address(0)) {
            (isCallDone, callAnswer) = target.call(data);
        }
        uint256 asked = isBuy ? baseAtoms : quoteAtoms;
        uint256 sent = beyond < 0 ? asked - uint256(-beyond) : asked + uint256(beyond);
        require((isBuy ? base : quote).transfer(hedger, sent), "not sent");
    }
}
