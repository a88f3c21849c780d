// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {AggregatorV3Interface} from "./interfaces/AggregatorV3Interface.sol";

/// @title A price feed with the reading side of Chainlink's and one writer
/// @notice Rounds are numbered from 1 without gaps and their times strictly increase, so that any two consecutive
///         rounds bracket an interval. The feed checks nothing else about an answer: zero, negative, stale and future
///         ones are for its readers to refuse.
contract PriceFeed is AggregatorV3Interface, Ownable {
    /// @dev One slot: answers up to 2^191 and times up to 2^64.
    struct Round {
        int192 answer;
        uint64 updatedAt;
    }

    /// @inheritdoc AggregatorV3Interface
    uint256 public constant override version = 1;

    /// @inheritdoc AggregatorV3Interface
    uint8 public immutable override decimals;

    /// @inheritdoc AggregatorV3Interface
    string public override description;

    /// @notice Number of the latest round, 0 before the first.
    uint80 public latestRound;

    mapping(uint80 roundId => Round) private rounds;

    /// @notice A new round, in the shape that Chainlink's aggregators log it.
    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

    /// @notice There is no such round: rounds run from 1 to `latestRound`.
    error PriceFeedRoundMissing(uint80 roundId, uint80 latestRound);

    /// @notice Times must strictly increase.
    error PriceFeedTimeNotIncreasing(uint256 updatedAt, uint256 lastUpdatedAt);

    /// @notice The time does not fit 64 bits.
    error PriceFeedTimeTooLarge(uint256 updatedAt);

    /// @notice The answer does not fit 192 bits.
    error PriceFeedAnswerTooLarge(int256 answer);

    /// @param decimals_ decimals of the answers
    /// @param description_ what the answers price, such as "ETH / USD"
    /// @param writer owner, the only account that pushes rounds
    constructor(uint8 decimals_, string memory description_, address writer) Ownable(writer) {
        decimals = decimals_;
        description = description_;
    }

    /// @notice Opens the next round with its answer and its time.
    /// @return roundId number of the new round
    function push(int256 answer, uint256 updatedAt) external onlyOwner returns (uint80 roundId) {
        int192 packedAnswer = int192(answer);
        if (packedAnswer != answer) revert PriceFeedAnswerTooLarge(answer);
        uint64 packedTime = uint64(updatedAt);
        if (packedTime != updatedAt) revert PriceFeedTimeTooLarge(updatedAt);
        uint256 lastUpdatedAt = rounds[latestRound].updatedAt;
        if (updatedAt <= lastUpdatedAt) revert PriceFeedTimeNotIncreasing(updatedAt, lastUpdatedAt);

        roundId = latestRound + 1;
        latestRound = roundId;
        rounds[roundId] = Round(packedAnswer, packedTime);
        emit AnswerUpdated(answer, roundId, updatedAt);
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData() external view override returns (uint80, int256, uint256, uint256, uint80) {
        return _roundData(latestRound);
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(uint80 roundId_) external view override returns (uint80, int256, uint256, uint256, uint80) {
        return _roundData(roundId_);
    }

    function _roundData(uint80 roundId) private view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory round = rounds[roundId];
        // Times strictly increase from 0, so only a round that was pushed has one.
        if (round.updatedAt == 0) revert PriceFeedRoundMissing(roundId, latestRound);
        return (roundId, round.answer, round.updatedAt, round.updatedAt, roundId);
    }
}
