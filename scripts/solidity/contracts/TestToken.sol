// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title A token that misbehaves as tests tell it to
/// @notice Anybody mints. There are no allowances: whoever wants may move anybody's tokens.
contract TestToken {
    enum Answer {
        True,
        False,
        Nothing,
        Two
    }

    uint8 public decimals = 6;
    mapping(address owner => uint256) public balanceOf;
    mapping(address owner => bool) public isBlocked;

    Answer public answer;
    uint256 public feeBps;
    uint256 public surchargeBps;
    address public target;
    bytes public data;
    bool public isCallDone;
    bytes public callAnswer;

    error Blocked(address owner);

    function mint(address to, uint256 value) external {
        balanceOf[to] += value;
    }

    function setDecimals(uint8 decimals_) external {
        decimals = decimals_;
    }

    function setBlocked(address owner, bool blocked) external {
        isBlocked[owner] = blocked;
    }

    function setAnswer(Answer answer_) external {
        answer = answer_;
    }

    /// @notice The fee is taken off what arrives, the surcharge comes on top of what leaves.
    function setFees(uint256 feeBps_, uint256 surchargeBps_) external {
        feeBps = feeBps_;
        surchargeBps = surchargeBps_;
    }

    /// @notice Makes a call within every transfer.
    function setCall(address target_, bytes calldata data_) external {
        target = target_;
        data = data_;
    }

    function approve(address, uint256) external pure returns (bool) {
        return true;
    }

    function transfer(address to, uint256 value) external {
        move(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) external {
        move(from, to, value);
    }

    function move(address from, address to, uint256 value) private {
        if (isBlocked[from]) revert Blocked(from);
        if (isBlocked[to]) revert Blocked(to);
        if (target != address(0)) (isCallDone, callAnswer) = target.call(data);
        if (answer != Answer.False) {
            balanceOf[from] -= value + value * surchargeBps / 10_000;
            balanceOf[to] += value - value * feeBps / 10_000;
        }
        if (answer == Answer.Nothing) return;
        uint256 word = answer == Answer.True ? 1 : answer == Answer.Two ? 2 : 0;
        assembly {
            mstore(0, word)
            return(0, 32)
        }
    }
}
