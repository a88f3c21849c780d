//! The contracts of `contracts/governance`, as clients call them.
#![allow(clippy::too_many_arguments, reason = "an event of OpenZeppelin's has nine fields")]

use alloy_sol_types::sol;

sol! {
    /// The token that votes.
    #[derive(Debug, PartialEq, Eq)]
    interface IVoteToken {
        function delegate(address delegatee) external;
        function delegates(address account) external view returns (address);
        function getVotes(address account) external view returns (uint256);
        function getPastVotes(address account, uint256 timepoint) external view returns (uint256);
        function transfer(address to, uint256 value) external returns (bool);
        function balanceOf(address owner) external view returns (uint256);
        function totalSupply() external view returns (uint256);
        function CLOCK_MODE() external view returns (string);
    }

    /// The governor.
    #[derive(Debug, PartialEq, Eq)]
    interface IGovernor {
        function propose(address[] targets, uint256[] values, bytes[] calldatas, string description)
            external returns (uint256 proposalId);
        function castVote(uint256 proposalId, uint8 support) external returns (uint256 weight);
        function castVoteBySig(uint256 proposalId, uint8 support, address voter, bytes signature)
            external returns (uint256 weight);
        function queue(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash)
            external returns (uint256 proposalId);
        function execute(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash)
            external payable returns (uint256 proposalId);
        function state(uint256 proposalId) external view returns (uint8);
        function proposalSnapshot(uint256 proposalId) external view returns (uint256);
        function proposalDeadline(uint256 proposalId) external view returns (uint256);
        function proposalEta(uint256 proposalId) external view returns (uint256);
        function proposalVotes(uint256 proposalId)
            external view returns (uint256 againstVotes, uint256 forVotes, uint256 abstainVotes);
        function operationOf(uint256 proposalId) external view returns (bytes32);
        function quorum(uint256 timepoint) external view returns (uint256);
        function proposalThreshold() external view returns (uint256);
        function votingDelay() external view returns (uint256);
        function votingPeriod() external view returns (uint256);
        function lateQuorumVoteExtension() external view returns (uint48);
        function setLateQuorumVoteExtension(uint48 extension) external;
        function hasVoted(uint256 proposalId, address account) external view returns (bool);
        function nonces(address owner) external view returns (uint256);
        function token() external view returns (address);
        function timelock() external view returns (address);

        event ProposalCreated(
            uint256 proposalId, address proposer, address[] targets, uint256[] values, string[] signatures,
            bytes[] calldatas, uint256 voteStart, uint256 voteEnd, string description
        );

        error GovernorUnexpectedProposalState(uint256 proposalId, uint8 current, bytes32 expectedStates);
        error GovernorInsufficientProposerVotes(address proposer, uint256 votes, uint256 threshold);
        error GovernorAlreadyCastVote(address voter);
        error GovernorInvalidSignature(address voter);
        error GovernorOnlyExecutor(address account);
        error GovernorNonexistentProposal(uint256 proposalId);
        error GovernorExtensionIsFixed(uint48 extension);
    }

    /// The timelock.
    #[derive(Debug, PartialEq, Eq)]
    interface ITimelock {
        function guardian() external view returns (address);
        function replaceGuardian(address successor) external;
        function isReplacement(bytes32 id) external view returns (bool);
        function isExpired(bytes32 id) external view returns (bool);
        function cancel(bytes32 id) external;
        function getMinDelay() external view returns (uint256);
        function updateDelay(uint256 newDelay) external;
        function schedule(
            address target, uint256 value, bytes data, bytes32 predecessor, bytes32 salt, uint256 delay
        ) external;
        function grantRole(bytes32 role, address account) external;
        function renounceRole(bytes32 role, address account) external;
        function hasRole(bytes32 role, address account) external view returns (bool);

        error TimelockReplacementNotCancellable(bytes32 id);
        error TimelockDelayIsFixed(uint256 delay);
        error TimelockUnauthorizedCaller(address caller);
        error TimelockUnexpectedOperationState(bytes32 operationId, bytes32 expectedStates);
        error AccessControlUnauthorizedAccount(address account, bytes32 neededRole);
    }

    /// What a voter signs.
    #[derive(Debug)]
    struct Ballot { uint256 proposalId; uint8 support; address voter; uint256 nonce; }
}
