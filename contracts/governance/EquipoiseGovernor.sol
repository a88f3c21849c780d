// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {EquipoiseTimelock} from "./EquipoiseTimelock.sol";

/// @title The governor: proposals, votes, the queue of the timelock
/// @notice OpenZeppelin's, with settings that no vote can change: who holds a majority for a week must not make the next
/// vote shorter than the time that others need to leave.
contract EquipoiseGovernor is
    Governor,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorPreventLateQuorum,
    GovernorTimelockControl
{
    /// @dev Of the supply at a proposal's snapshot, in ten-thousandths: 4 % must vote for it or abstain.
    uint256 private constant QUORUM = 400;
    /// @dev Of the supply, in ten-thousandths: 0.25 % may propose.
    uint256 private constant THRESHOLD = 25;
    uint256 private constant WHOLE = 10_000;
    uint48 private constant EXTENSION = 2 days;

    /// @notice The timelock's operation of a proposal that has been queued.
    mapping(uint256 proposalId => bytes32) public operationOf;

    error GovernorExtensionIsFixed(uint48 extension);

    constructor(IVotes token, EquipoiseTimelock timelock_)
        Governor("Equipoise Governor")
        GovernorVotes(token)
        GovernorPreventLateQuorum(EXTENSION)
        GovernorTimelockControl(timelock_)
    {}

    /// @notice Seconds from a proposal to its snapshot: time to gather or move delegations.
    function votingDelay() public pure override returns (uint256) {
        return 1 days;
    }

    /// @notice Seconds of voting.
    function votingPeriod() public pure override returns (uint256) {
        return 5 days;
    }

    /// @notice Weight that must vote for a proposal or abstain.
    function quorum(uint256 timepoint) public view override returns (uint256) {
        return token().getPastTotalSupply(timepoint) * QUORUM / WHOLE;
    }

    /// @notice Weight that a proposer must have had a second ago.
    function proposalThreshold() public view override returns (uint256) {
        return token().getPastTotalSupply(clock() - 1) * THRESHOLD / WHOLE;
    }

    /// @notice Where a proposal stands; one that has lapsed in the timelock is Expired.
    function state(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (ProposalState)
    {
        ProposalState current = super.state(proposalId);
        bool hasLapsed = current == ProposalState.Canceled
            && EquipoiseTimelock(payable(timelock())).isExpired(operationOf[proposalId]);
        return hasLapsed ? ProposalState.Expired : current;
    }

    /// @inheritdoc Governor
    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, GovernorPreventLateQuorum)
        returns (uint256)
    {
        return super.proposalDeadline(proposalId);
    }

    /// @inheritdoc Governor
    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        bytes32 salt = bytes20(address(this)) ^ descriptionHash;
        operationOf[proposalId] =
            EquipoiseTimelock(payable(timelock())).hashOperationBatch(targets, values, calldatas, 0, salt);
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    function _setLateQuorumVoteExtension(uint48 extension) internal override {
        if (extension != EXTENSION) revert GovernorExtensionIsFixed(EXTENSION);
        super._setLateQuorumVoteExtension(extension);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
