// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title The timelock: what has been voted waits two days, and lapses if nobody executes it within two weeks
/// @notice OpenZeppelin's, with three rules more: operations expire; the delay is fixed; and the guardian may cancel any
/// operation but the one that replaces him.
contract EquipoiseTimelock is TimelockController {
    /// @notice What is queued may be executed after this.
    uint256 public constant DELAY = 2 days;
    /// @notice And for so long from then on.
    uint256 public constant GRACE = 14 days;

    /// @notice Who may cancel, and tighten parameters.
    address public guardian;
    /// @notice Whether an operation replaces the guardian and does nothing else.
    mapping(bytes32 id => bool) public isReplacement;

    event GuardianReplaced(address indexed previous, address indexed guardian);

    /// @dev An operation that only replaces the guardian cannot be cancelled.
    error TimelockReplacementNotCancellable(bytes32 id);
    error TimelockDelayIsFixed(uint256 delay);
    error TimelockGuardianIsZero();

    /// @param guardian_ the first guardian
    /// @param admin grants the governor its role, and must renounce his own then
    constructor(address guardian_, address admin) TimelockController(DELAY, new address[](0), _anybody(), admin) {
        _setGuardian(guardian_);
    }

    /// @notice Replaces the guardian. For operations of this timelock only.
    function replaceGuardian(address successor) external {
        if (msg.sender != address(this)) revert TimelockUnauthorizedCaller(msg.sender);
        _revokeRole(CANCELLER_ROLE, guardian);
        _setGuardian(successor);
    }

    /// @inheritdoc TimelockController
    function schedule(
        address target,
        uint256 value,
        bytes calldata data,
        bytes32 predecessor,
        bytes32 salt,
        uint256 delay
    ) public override {
        super.schedule(target, value, data, predecessor, salt, delay);
        if (_replacesGuardian(target, data)) isReplacement[hashOperation(target, value, data, predecessor, salt)] = true;
    }

    /// @inheritdoc TimelockController
    function scheduleBatch(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt,
        uint256 delay
    ) public override {
        super.scheduleBatch(targets, values, payloads, predecessor, salt, delay);
        // Alone: nothing else may hide behind it.
        if (targets.length == 1 && _replacesGuardian(targets[0], payloads[0])) {
            isReplacement[hashOperationBatch(targets, values, payloads, predecessor, salt)] = true;
        }
    }

    /// @inheritdoc TimelockController
    function cancel(bytes32 id) public override {
        if (isReplacement[id]) revert TimelockReplacementNotCancellable(id);
        super.cancel(id);
    }

    /// @notice Always fails: a vote that shortens the delay would take the time to leave from everybody after it.
    function updateDelay(uint256) public pure override {
        revert TimelockDelayIsFixed(DELAY);
    }

    /// @notice Whether an operation was ready and nobody has executed it in time.
    function isExpired(bytes32 id) public view returns (bool) {
        uint256 readyAt = getTimestamp(id);
        // 1 stands for an operation that is done.
        return readyAt > 1 && block.timestamp > readyAt + GRACE;
    }

    /// @inheritdoc TimelockController
    function getOperationState(bytes32 id) public view override returns (OperationState) {
        return isExpired(id) ? OperationState.Unset : super.getOperationState(id);
    }

    function _setGuardian(address successor) private {
        if (successor == address(0)) revert TimelockGuardianIsZero();
        emit GuardianReplaced(guardian, successor);
        guardian = successor;
        _grantRole(CANCELLER_ROLE, successor);
    }

    function _replacesGuardian(address target, bytes calldata data) private view returns (bool) {
        return target == address(this) && data.length == 36 && bytes4(data) == this.replaceGuardian.selector;
    }

    function _anybody() private pure returns (address[] memory executors) {
        executors = new address[](1);
    }
}
