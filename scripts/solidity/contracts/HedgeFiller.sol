// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @notice The venue that has solvers fill hedges themselves, of `equipoise_interfaces::IFillerVenue`.
interface IFillerVenue {
    function hedger() external view returns (address);
}

/// @notice Of `equipoise_interfaces::IHedger`.
interface IHedger {
    function base() external view returns (address);
    function clearing() external view returns (address);
}

/// @notice Of `equipoise_interfaces::IClearing`.
interface IClearing {
    function token() external view returns (address);
}

/// @title A solver's inventory, out of which it fills the hedges of one hedger
/// @notice Its owner alone makes it call the hedger, and takes out what it holds. It delivers the underlying to nobody but that
/// hedger and stablecoins to nobody but its clearing house, nothing but while a call of its owner's to that hedger runs, and nothing that
/// it has not been paid for first: in a buy what the request's limit prices come to, in a sale the underlying. Tips of the calls that it makes come to it.
contract HedgeFiller {
    using SafeERC20 for IERC20;

    address public immutable owner;
    address public immutable venue;
    address public immutable hedger;
    address public immutable clearing;
    IERC20 public immutable base;
    IERC20 public immutable quote;

    /// @notice What it held of what it is to be given when the call began, or after the last fill: each fill must add to it.
    uint256 private transient baseSeen;
    uint256 private transient quoteSeen;
    bool private transient isCalling;

    error CallerNotOwner(address caller);
    error CallerNotVenue(address caller);
    /// @notice A fill is asked for outside of a call of the owner's, or for somebody else.
    error FillNotCalledFor(address to);
    error FillNotPaid(uint256 receivedAtoms, uint256 dueAtoms);

    /// @param venue_ the filler venue of the hedger, of which the tokens are learnt
    constructor(address owner_, address venue_) {
        (owner, venue) = (owner_, venue_);
        hedger = IFillerVenue(venue_).hedger();
        base = IERC20(IHedger(hedger).base());
        clearing = IHedger(hedger).clearing();
        quote = IERC20(IClearing(clearing).token());
    }

    modifier onlyOwner() {
        if (msg.sender != owner) revert CallerNotOwner(msg.sender);
        _;
    }

    /// @notice Calls the hedger, and fills what it has filled here meanwhile. Owner only.
    /// @param data a call of `rebalance`
    /// @return what the hedger answers; what it reverts with is passed on
    function callHedger(bytes calldata data) external onlyOwner returns (bytes memory) {
        (baseSeen, quoteSeen, isCalling) = (base.balanceOf(address(this)), quote.balanceOf(address(this)), true);
        bytes memory answer = Address.functionCall(hedger, data);
        isCalling = false;
        return answer;
    }

    /// @notice Delivers the other side of what has just been sent here. Venue only.
    function fillHedge(address to, bool isBuy, uint256 baseAtoms, uint256 quoteAtoms) external {
        if (msg.sender != venue) revert CallerNotVenue(msg.sender);
        if (!isCalling || to != (isBuy ? hedger : clearing)) revert FillNotCalledFor(to);
        if (isBuy) {
            requirePaid(quote.balanceOf(address(this)) - quoteSeen, quoteAtoms);
            base.safeTransfer(to, baseAtoms);
        } else {
            requirePaid(base.balanceOf(address(this)) - baseSeen, baseAtoms);
            quote.safeTransfer(to, quoteAtoms);
        }
        (baseSeen, quoteSeen) = (base.balanceOf(address(this)), quote.balanceOf(address(this)));
    }

    /// @notice Takes out tokens. Owner only.
    function withdraw(IERC20 token, address to, uint256 atoms) external onlyOwner {
        token.safeTransfer(to, atoms);
    }

    function requirePaid(uint256 receivedAtoms, uint256 dueAtoms) private pure {
        if (receivedAtoms < dueAtoms) revert FillNotPaid(receivedAtoms, dueAtoms);
    }
}
