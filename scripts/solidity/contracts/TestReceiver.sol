// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

interface Balances {
    function balanceOf(address owner, uint256 id) external view returns (uint256);
}

/// @title Takes ERC-1155 tokens as tests tell it to
contract TestReceiver {
    enum Manner {
        Accept,
        WrongAnswer,
        Revert,
        RevertSilently,
        BurnGas,
        Call
    }

    Manner public manner;
    address public target;
    bytes public data;
    bool public isCallDone;
    bytes public callAnswer;
    uint256 public balanceSeen;
    bytes public dataSeen;
    uint256 public tokensSeen;

    error Rejected();

    function setManner(Manner manner_) external {
        manner = manner_;
    }

    /// @notice Makes a call whenever tokens arrive, and keeps how it went.
    function setCall(address target_, bytes calldata data_) external {
        manner = Manner.Call;
        target = target_;
        data = data_;
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

    function onERC1155Received(address, address, uint256 id, uint256 value, bytes calldata data_)
        external
        returns (bytes4)
    {
        tokensSeen += value;
        return take(id, data_, this.onERC1155Received.selector);
    }

    function onERC1155BatchReceived(
        address,
        address,
        uint256[] calldata ids,
        uint256[] calldata values,
        bytes calldata data_
    ) external returns (bytes4) {
        for (uint256 i = 0; i < values.length; i++) tokensSeen += values[i];
        return take(ids.length == 0 ? 0 : ids[0], data_, this.onERC1155BatchReceived.selector);
    }

    function take(uint256 id, bytes calldata data_, bytes4 yes) private returns (bytes4) {
        balanceSeen = Balances(msg.sender).balanceOf(address(this), id);
        dataSeen = data_;
        if (manner == Manner.WrongAnswer) return 0xffffffff;
        if (manner == Manner.Revert) revert Rejected();
        if (manner == Manner.RevertSilently) {
            assembly {
                revert(0, 0)
            }
        }
        if (manner == Manner.BurnGas) {
            while (true) tokensSeen++;
        }
        if (manner == Manner.Call) (isCallDone, callAnswer) = target.call(data);
        return yes;
    }
}
