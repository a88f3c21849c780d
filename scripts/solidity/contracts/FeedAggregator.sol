// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @title The contract behind a feed's proxy, in the shape of Chainlink's aggregators
/// @notice Reading it loads what reading theirs does: who may read, the number of the latest round, the round. It is for
///         measuring what a real feed costs, and for testing round ids with a phase. Whoever pushes is trusted.
contract FeedAggregator is Ownable {
    /// @dev One slot, as in the OCR2 aggregator.
    struct Transmission {
        int192 answer;
        uint32 observationsTimestamp;
        uint32 transmissionTimestamp;
    }

    /// @dev One slot, of which readers need the last field.
    struct HotVars {
        uint8 f;
        uint40 latestEpochAndRound;
        uint32 latestAggregatorRoundId;
    }

    uint8 public immutable decimals;

    /// @notice Whether only those on the list may read.
    bool public checkEnabled = true;

    mapping(address reader => bool isAllowed) private accessList;
    HotVars private hotVars;
    mapping(uint32 aggregatorRoundId => Transmission) private transmissions;

    /// @notice A new round, in the shape that Chainlink's aggregators log it.
    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

    /// @notice The reader is not on the list.
    error FeedAggregatorNoAccess(address reader);

    /// @notice There is no such round.
    error FeedAggregatorRoundMissing(uint80 roundId);

    constructor(uint8 decimals_, address writer) Ownable(writer) {
        decimals = decimals_;
    }

    /// @notice Lets somebody read, as each proxy must be.
    function addAccess(address reader) external onlyOwner {
        accessList[reader] = true;
    }

    /// @notice Opens the next round with its answer and its time.
    /// @return roundId number of the new round, without a phase
    function push(int256 answer, uint256 updatedAt) external onlyOwner returns (uint80 roundId) {
        uint32 round = hotVars.latestAggregatorRoundId + 1;
        hotVars = HotVars(1, hotVars.latestEpochAndRound + 1, round);
        transmissions[round] = Transmission(int192(answer), uint32(updatedAt), uint32(updatedAt));
        emit AnswerUpdated(answer, round, updatedAt);
        return round;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        requireAccess();
        return roundData(hotVars.latestAggregatorRoundId);
    }

    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        requireAccess();
        if (roundId > type(uint32).max) revert FeedAggregatorRoundMissing(roundId);
        return roundData(uint32(roundId));
    }

    function requireAccess() private view {
        bool isAllowed = accessList[msg.sender] || !checkEnabled || msg.sender == tx.origin;
        if (!isAllowed) revert FeedAggregatorNoAccess(msg.sender);
    }

    function roundData(uint32 round) private view returns (uint80, int256, uint256, uint256, uint80) {
        Transmission memory transmission = transmissions[round];
        if (transmission.transmissionTimestamp == 0) revert FeedAggregatorRoundMissing(round);
        return (
            round,
            transmission.answer,
            transmission.observationsTimestamp,
            transmission.transmissionTimestamp,
            round
        );
    }
}
