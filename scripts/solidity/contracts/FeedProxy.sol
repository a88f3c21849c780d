// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {AggregatorV3Interface} from "./interfaces/AggregatorV3Interface.sol";
import {FeedAggregator} from "./FeedAggregator.sol";

/// @title A feed's proxy, in the shape of Chainlink's EACAggregatorProxy
/// @notice It asks who may read, loads the current phase, forwards to that phase's aggregator, and puts the phase's number
///         in front of the round ids: `phase << 64 | round`.
contract FeedProxy is AggregatorV3Interface, Ownable {
    /// @dev One slot.
    struct Phase {
        uint16 id;
        FeedAggregator aggregator;
    }

    /// @dev Who decides who may read, nobody if zero: a slot that every read loads.
    address public accessController;

    Phase private currentPhase;
    mapping(uint16 id => FeedAggregator) private phaseAggregators;

    /// @notice Reading is for those that the access controller lets, and this proxy has none.
    error FeedProxyNoAccess(address reader);

    /// @notice There is no such phase.
    error FeedProxyPhaseMissing(uint16 id);

    constructor(FeedAggregator aggregator, address owner) Ownable(owner) {
        nextPhase(aggregator);
    }

    /// @notice Begins the next phase with another aggregator.
    function confirmAggregator(FeedAggregator aggregator) external onlyOwner {
        nextPhase(aggregator);
    }

    function phaseId() external view returns (uint16) {
        return currentPhase.id;
    }

    function decimals() external view override returns (uint8) {
        return currentPhase.aggregator.decimals();
    }

    function description() external pure override returns (string memory) {
        return "ETH / USD";
    }

    function version() external pure override returns (uint256) {
        return 6;
    }

    function latestRoundData() external view override returns (uint80, int256, uint256, uint256, uint80) {
        requireAccess();
        Phase memory phase = currentPhase;
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) =
            phase.aggregator.latestRoundData();
        return (withPhase(phase.id, id), answer, startedAt, updatedAt, withPhase(phase.id, answeredIn));
    }

    function getRoundData(uint80 roundId) external view override returns (uint80, int256, uint256, uint256, uint80) {
        requireAccess();
        uint16 phase = uint16(roundId >> 64);
        FeedAggregator aggregator = phaseAggregators[phase];
        if (address(aggregator) == address(0)) revert FeedProxyPhaseMissing(phase);
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) =
            aggregator.getRoundData(uint64(roundId));
        return (withPhase(phase, id), answer, startedAt, updatedAt, withPhase(phase, answeredIn));
    }

    function nextPhase(FeedAggregator aggregator) private {
        uint16 id = currentPhase.id + 1;
        currentPhase = Phase(id, aggregator);
        phaseAggregators[id] = aggregator;
    }

    function requireAccess() private view {
        if (accessController != address(0)) revert FeedProxyNoAccess(msg.sender);
    }

    function withPhase(uint16 phase, uint80 round) private pure returns (uint80) {
        return (uint80(phase) << 64) | round;
    }
}
