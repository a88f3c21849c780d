// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

struct Leg {
    uint32 series;
    int256 sizeWad;
}

struct Board {
    uint16 id;
    uint64 expiry;
    uint8 strikes;
    bool isSettled;
    uint256 forwardWad;
    uint256 basisWad;
    uint64 observedAt;
    uint256 settlementPriceWad;
    uint256 payoutRatioWad;
    uint64 debtsUntil;
}

/// @title Stands in for the market and the clearing house in tests of the wrapper
/// @notice Anybody lists boards, settles them, and is given positions and cash. What moves them asks for authority and
///         for the lock as the programs do.
contract TestLongs {
    int256 private constant LOT_WAD = 1e15;

    mapping(uint16 board => Board) private boards;
    mapping(uint16 board => uint256[]) private strikesOf;
    mapping(bytes32 account => mapping(uint32 series => int256)) public sizeOf;
    mapping(bytes32 account => int256) private cash;
    mapping(address owner => mapping(address operator => bool)) public isOperator;
    bool public isLocked;

    error TestNotAuthorised(address caller, bytes32 account);
    error TestNotHeld(bytes32 account, uint32 series, int256 sizeWad);
    error TestLocked();
    error TestNotEnoughCash(bytes32 account);
    error MarketBoardUnknown(uint16 board);
    error MarketSeriesUnknown(uint32 series);
    error MarketBoardSettled(uint16 board);
    error MarketBoardNotSettled(uint16 board);

    modifier unlocked() {
        if (isLocked) revert TestLocked();
        _;
    }

    function listBoard(uint16 id, uint64 expiry, uint256[] calldata strikesWad) external {
        boards[id].id = id;
        boards[id].expiry = expiry;
        boards[id].strikes = uint8(strikesWad.length);
        strikesOf[id] = strikesWad;
    }

    /// @notice Settles a board, which pays the ratio's share of what its positions are worth.
    function settleBoardAt(uint16 id, uint256 priceWad, uint256 ratioWad) external {
        boards[id].isSettled = true;
        boards[id].settlementPriceWad = priceWad;
        boards[id].payoutRatioWad = ratioWad;
    }

    function give(bytes32 account, uint32 series, int256 sizeWad) external {
        sizeOf[account][series] += sizeWad;
    }

    function giveCash(bytes32 account, int256 atoms) external {
        cash[account] += atoms;
    }

    function setOperator(address operator, bool approved) external {
        isOperator[msg.sender][operator] = approved;
    }

    function enterLock() external unlocked {
        isLocked = true;
    }

    function exitLock() external {
        isLocked = false;
    }

    /// @notice Makes a call while the lock is held, as when a token is moved.
    function callLocked(address to, bytes calldata data) external unlocked {
        isLocked = true;
        (bool done, bytes memory answer) = to.call(data);
        isLocked = false;
        if (!done) {
            assembly {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    function transferLongs(bytes32 from, bytes32 to, Leg[] calldata legs) external unlocked {
        authorise(from);
        authorise(to);
        for (uint256 i = 0; i < legs.length; i++) {
            (uint32 series, int256 size) = (legs[i].series, legs[i].sizeWad);
            Board storage listed = boards[uint16(series >> 8)];
            if (listed.id == 0) revert MarketBoardUnknown(uint16(series >> 8));
            if (uint8(series) >> 1 >= listed.strikes) revert MarketSeriesUnknown(series);
            if (listed.isSettled) revert MarketBoardSettled(listed.id);
            if (size <= 0 || size % LOT_WAD != 0 || sizeOf[from][series] < size) revert TestNotHeld(from, series, size);
            sizeOf[from][series] -= size;
            sizeOf[to][series] += size;
        }
    }

    function settleAccount(bytes32 account, uint16 id) external unlocked returns (int256 payoffAtoms) {
        Board storage listed = boards[id];
        if (listed.id == 0) revert MarketBoardUnknown(id);
        if (!listed.isSettled) revert MarketBoardNotSettled(id);
        uint256 price = listed.settlementPriceWad;
        uint256 value = 0;
        for (uint256 i = 0; i < listed.strikes; i++) {
            uint256 strike = strikesOf[id][i];
            uint32 call = (uint32(id) << 8) | uint32(i << 1);
            if (price > strike) value += uint256(sizeOf[account][call]) * (price - strike);
            else value += uint256(sizeOf[account][call | 1]) * (strike - price);
            sizeOf[account][call] = 0;
            sizeOf[account][call | 1] = 0;
        }
        // Atoms are millionths: down, as is the ratio's share of them.
        payoffAtoms = int256(value / 1e30 * listed.payoutRatioWad / 1e18);
        cash[account] += payoffAtoms;
    }

    function transferCash(bytes32 from, bytes32 to, uint256 amountAtoms) external unlocked {
        authorise(from);
        if (cash[from] < int256(amountAtoms)) revert TestNotEnoughCash(from);
        cash[from] -= int256(amountAtoms);
        cash[to] += int256(amountAtoms);
    }

    function board(uint16 id) external view returns (Board memory) {
        if (boards[id].id == 0) revert MarketBoardUnknown(id);
        return boards[id];
    }

    function strikes(uint16 id) external view returns (uint256[] memory) {
        return strikesOf[id];
    }

    function cashOf(bytes32 account) external view returns (int256 cashAtoms, uint256 more) {
        return (cash[account], 0);
    }

    function authorise(bytes32 account) private view {
        address owner = address(bytes20(account));
        if (msg.sender != owner && !isOperator[owner][msg.sender]) revert TestNotAuthorised(msg.sender, account);
    }
}
