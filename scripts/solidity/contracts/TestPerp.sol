// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Standing} from "./interfaces/PerpStanding.sol";

interface Margin {
    function transfer(address to, uint256 value) external returns (bool);
}

/// @title A venue for perpetual futures that says and does what tests tell it, as `IPerpVenue` of contracts/interfaces
contract TestPerp {
    address public immutable quote;
    Standing public told;
    /// @notice What came with the order in flight.
    uint256 public sentAtoms;
    uint256 public lastOrder;
    /// @notice Answers nothing.
    bool public isMute;
    /// @notice Answers one word.
    bool public isBrief;
    /// @notice Gives nothing back.
    bool public isStubborn;
    /// @notice Says that it has been asked for so much more than it was, and that it has been sent so much less.
    int256 public beyondWad;
    uint256 public keptAtoms;
    address public target;
    bytes public data;
    bool public isCallDone;
    bytes public callAnswer;

    constructor(address quote_) {
        quote = quote_;
    }

    // What tests tell it

    function say(Standing calldata told_) external {
        told = told_;
    }

    function behave(bool isMute_, bool isBrief_, bool isStubborn_) external {
        (isMute, isBrief, isStubborn) = (isMute_, isBrief_, isStubborn_);
    }

    function cheat(int256 beyondWad_, uint256 keptAtoms_) external {
        (beyondWad, keptAtoms) = (beyondWad_, keptAtoms_);
    }

    /// @notice Makes a call in the middle of every order, and keeps how it went.
    function setCall(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    /// @notice Has filled the order in flight: so much of it, for so much.
    function fill(int256 sizeWad, int256 costAtoms) external {
        told.sizeWad += sizeWad;
        told.costAtoms += costAtoms;
        end();
    }

    // The venue

    function requestOrder(int256 sizeWad, uint256 limitPriceWad, uint256 marginAtoms, uint64 deadline)
        external
        returns (uint256 order)
    {
        if (target != address(0)) (isCallDone, callAnswer) = target.call(data);
        order = ++lastOrder;
        sentAtoms = marginAtoms;
        told.marginAtoms += marginAtoms - keptAtoms;
        told.order = order;
        told.pendingWad = sizeWad + beyondWad;
        // A dollar of fee. Its token has six decimals.
        told.pendingCostAtoms = sizeWad * int256(limitPriceWad) / 1e30 + 1e6;
        told.deadline = deadline;
    }

    function cancelOrder(uint256) external {
        require(!isStubborn, "stubborn");
        told.marginAtoms -= sentAtoms;
        end();
        Margin(quote).transfer(msg.sender, sentAtoms - keptAtoms);
    }

    function depositMargin(uint256 marginAtoms) external {
        told.marginAtoms += marginAtoms - keptAtoms;
    }

    function withdrawMargin(uint256 marginAtoms) external {
        require(!isStubborn, "stubborn");
        told.marginAtoms -= marginAtoms;
        Margin(quote).transfer(msg.sender, marginAtoms - keptAtoms);
    }

    function standing(address) external view returns (Standing memory) {
        require(!isMute, "mute");
        if (isBrief) {
            assembly {
                mstore(0, 1)
                return(0, 32)
            }
        }
        return told;
    }

    function end() private {
        (told.order, told.pendingWad, told.pendingCostAtoms, told.deadline) = (0, 0, 0, 0);
    }
}
