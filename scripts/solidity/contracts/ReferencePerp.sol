// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "./interfaces/AggregatorV3Interface.sol";
import {Standing} from "./interfaces/PerpStanding.sol";

interface Token {
    function transfer(address to, uint256 value) external returns (bool);
    function balanceOf(address owner) external view returns (uint256);
    function decimals() external view returns (uint8);
}

/// @title The smallest venue for perpetual futures that has the whole life of an order: asked for, filled or cancelled
/// @notice `IPerpVenue` of contracts/interfaces says what its functions do. Positions are against the house, at the price of a
///         feed and a spread; there is no funding. Tokens are sent before the call that takes them, in the same transaction:
///         what is there beyond what is known of belongs to whoever calls first.
contract ReferencePerp {
    struct Position {
        int256 sizeWad;
        int256 costAtoms;
        uint256 marginAtoms;
        uint256 order;
    }

    struct Order {
        address account;
        uint64 requestedAt;
        uint64 deadline;
        int256 sizeWad;
        uint256 limitPriceWad;
        uint256 marginAtoms;
    }

    uint256 private constant BPS = 10_000;
    /// @notice The largest size, which keeps products with prices far from overflow.
    int256 public constant MOST_WAD = 1e27;

    address public immutable quote;
    AggregatorV3Interface public immutable feed;
    /// @notice Fills orders.
    address public immutable keeper;
    uint256 public immutable spreadBps;
    uint256 public immutable feeBps;
    /// @notice What a position and an order need of their value, and below what the position is closed.
    uint256 public immutable initialBps;
    uint256 public immutable maintenanceBps;
    /// @notice How old a price may be.
    uint256 public immutable oldestSecs;
    uint256 private immutable atomScale;
    uint256 private immutable feedScale;

    /// @notice What the venue knows to have: all margins, and the house's.
    uint256 public heldAtoms;
    uint256 public houseAtoms;
    uint256 public lastOrder;
    mapping(address account => Position) private positions;
    mapping(uint256 number => Order) private orders;

    event PerpOrderRequested(
        address indexed account,
        uint256 indexed order,
        int256 sizeWad,
        uint256 limitPriceWad,
        uint256 marginAtoms,
        uint64 deadline
    );
    event PerpOrderFilled(
        address indexed account, uint256 indexed order, int256 sizeWad, uint256 priceWad, uint256 feeAtoms
    );
    event PerpOrderCancelled(address indexed account, uint256 indexed order, uint256 marginAtoms);
    event PerpPositionLiquidated(address indexed account, int256 sizeWad, uint256 priceWad, uint256 feeAtoms);
    event PerpSettled(address indexed account, int256 gainAtoms);

    error CallerNotAllowed(address caller, address allowed);
    error PerpOrderPending(uint256 order);
    error PerpOrderUnknown(uint256 order);
    error PerpSizeInvalid(int256 sizeWad);
    error PerpDeadlinePassed(uint64 deadline, uint64 nowAt);
    error PerpDeadlineAhead(uint64 deadline, uint64 nowAt);
    error PerpPriceBeyondLimit(uint256 priceWad, uint256 limitPriceWad);
    error PerpPriceTooOld(uint64 priceAt, uint64 leastAt);
    error PerpMarginShort(int256 worthAtoms, uint256 neededAtoms);
    error PerpTokensMissing(uint256 sentAtoms, uint256 neededAtoms);
    error PerpHouseShort(uint256 gainAtoms, uint256 houseAtoms);
    error PerpPositionHealthy(int256 worthAtoms, uint256 neededAtoms);

    /// @param bps spread, fee, initial and maintenance margin
    constructor(address quote_, address feed_, address keeper_, uint256[4] memory bps, uint256 oldestSecs_) {
        (quote, feed, keeper, oldestSecs) = (quote_, AggregatorV3Interface(feed_), keeper_, oldestSecs_);
        (spreadBps, feeBps, initialBps, maintenanceBps) = (bps[0], bps[1], bps[2], bps[3]);
        atomScale = 10 ** (36 - Token(quote_).decimals());
        feedScale = 10 ** (18 - feed.decimals());
    }

    // The house

    /// @notice Adds to what gains are paid from.
    function fundHouse(uint256 atoms) external {
        take(atoms);
        houseAtoms += atoms;
    }

    // The account

    function depositMargin(uint256 marginAtoms) external {
        take(marginAtoms);
        positions[msg.sender].marginAtoms += marginAtoms;
    }

    function withdrawMargin(uint256 marginAtoms) external {
        Position storage position = positions[msg.sender];
        uint256 reserved = orders[position.order].marginAtoms;
        int256 free = int256(position.marginAtoms) - int256(reserved);
        if (int256(marginAtoms) > free) revert PerpMarginShort(free, marginAtoms);
        position.marginAtoms -= marginAtoms;
        requireMargin(msg.sender);
        give(msg.sender, marginAtoms);
    }

    function requestOrder(int256 sizeWad, uint256 limitPriceWad, uint256 marginAtoms, uint64 deadline)
        external
        returns (uint256 order)
    {
        Position storage position = positions[msg.sender];
        if (position.order != 0) revert PerpOrderPending(position.order);
        if (sizeWad == 0 || sizeWad > MOST_WAD || sizeWad < -MOST_WAD) revert PerpSizeInvalid(sizeWad);
        uint64 nowAt = uint64(block.timestamp);
        if (deadline < nowAt) revert PerpDeadlinePassed(deadline, nowAt);
        take(marginAtoms);
        order = ++lastOrder;
        orders[order] = Order(msg.sender, nowAt, deadline, sizeWad, limitPriceWad, marginAtoms);
        position.marginAtoms += marginAtoms;
        position.order = order;
        // Whoever only closes may do so whatever is left.
        bool isClosing = sizeWad > 0 ? sizeWad <= -position.sizeWad : sizeWad >= -position.sizeWad;
        if (!isClosing) requireMargin(msg.sender);
        emit PerpOrderRequested(msg.sender, order, sizeWad, limitPriceWad, marginAtoms, deadline);
    }

    // Anybody

    function cancelOrder(uint256 order) external {
        Order memory asked = known(order);
        uint64 nowAt = uint64(block.timestamp);
        if (nowAt <= asked.deadline) revert PerpDeadlineAhead(asked.deadline, nowAt);
        Position storage position = positions[asked.account];
        // A liquidation may have left less.
        uint256 back = asked.marginAtoms < position.marginAtoms ? asked.marginAtoms : position.marginAtoms;
        position.marginAtoms -= back;
        position.order = 0;
        delete orders[order];
        emit PerpOrderCancelled(asked.account, order, back);
        give(asked.account, back);
    }

    /// @notice Closes a position that is worth less than its maintenance margin.
    function liquidate(address account) external {
        Position storage position = positions[account];
        (uint256 mark,) = markPrice();
        int256 worth = int256(position.marginAtoms) + valueFloor(position.sizeWad, mark) - position.costAtoms;
        uint256 needed = magnitude(position.sizeWad) * mark / atomScale * maintenanceBps / BPS;
        if (worth >= int256(needed)) revert PerpPositionHealthy(worth, needed);
        int256 size = -position.sizeWad;
        uint256 price = executed(size, mark);
        uint256 fee = feeOf(size, price);
        move(account, size, price, fee);
        emit PerpPositionLiquidated(account, size, price, fee);
    }

    // The keeper

    function fillOrder(uint256 order) external {
        if (msg.sender != keeper) revert CallerNotAllowed(msg.sender, keeper);
        Order memory asked = known(order);
        uint64 nowAt = uint64(block.timestamp);
        if (nowAt > asked.deadline) revert PerpDeadlinePassed(asked.deadline, nowAt);
        (uint256 mark, uint64 pricedAt) = markPrice();
        if (pricedAt <= asked.requestedAt) revert PerpPriceTooOld(pricedAt, asked.requestedAt + 1);
        uint256 price = executed(asked.sizeWad, mark);
        bool isWorse = asked.sizeWad > 0 ? price > asked.limitPriceWad : price < asked.limitPriceWad;
        if (isWorse) revert PerpPriceBeyondLimit(price, asked.limitPriceWad);
        positions[asked.account].order = 0;
        delete orders[order];
        uint256 fee = feeOf(asked.sizeWad, price);
        move(asked.account, asked.sizeWad, price, fee);
        emit PerpOrderFilled(asked.account, order, asked.sizeWad, price, fee);
    }

    // Views

    function standing(address account) public view returns (Standing memory told) {
        Position storage position = positions[account];
        Order storage asked = orders[position.order];
        told.sizeWad = position.sizeWad;
        told.costAtoms = position.costAtoms;
        told.marginAtoms = position.marginAtoms;
        told.order = position.order;
        told.pendingWad = asked.sizeWad;
        told.pendingCostAtoms = costCeil(asked.sizeWad, asked.limitPriceWad) + int256(worstFee(asked));
        told.deadline = asked.deadline;
    }

    function worthAtoms(address account, uint256 priceWad) public view returns (int256) {
        Standing memory told = standing(account);
        int256 worth = int256(told.marginAtoms) + valueFloor(told.sizeWad, priceWad) - told.costAtoms;
        int256 pending = valueFloor(told.pendingWad, priceWad) - told.pendingCostAtoms;
        return pending < 0 ? worth + pending : worth;
    }

    /// @notice The feed's price, which must be young enough.
    function markPrice() public view returns (uint256 priceWad, uint64 pricedAt) {
        (, int256 answer,, uint256 updatedAt,) = feed.latestRoundData();
        if (answer <= 0 || updatedAt + oldestSecs < block.timestamp) {
            revert PerpPriceTooOld(uint64(updatedAt), uint64(block.timestamp - oldestSecs));
        }
        return (uint256(answer) * feedScale, uint64(updatedAt));
    }

    // Within

    function known(uint256 order) private view returns (Order memory asked) {
        asked = orders[order];
        if (asked.account == address(0)) revert PerpOrderUnknown(order);
    }

    /// @dev What the account is worth at its worst must carry the larger of what it holds and what it would hold.
    function requireMargin(address account) private view {
        Standing memory told = standing(account);
        if (told.sizeWad == 0 && told.pendingWad == 0) return;
        (uint256 mark,) = markPrice();
        uint256 held = magnitude(told.sizeWad);
        uint256 filled = magnitude(told.sizeWad + told.pendingWad);
        uint256 needed = (held > filled ? held : filled) * mark / atomScale * initialBps / BPS;
        int256 worth = worthAtoms(account, mark);
        if (worth < int256(needed)) revert PerpMarginShort(worth, needed);
    }

    /// @dev Changes a position, and settles it with the house once it is closed.
    function move(address account, int256 sizeWad, uint256 priceWad, uint256 feeAtoms) private {
        Position storage position = positions[account];
        position.sizeWad += sizeWad;
        position.costAtoms += costCeil(sizeWad, priceWad) + int256(feeAtoms);
        if (position.sizeWad != 0) return;
        int256 gain = -position.costAtoms;
        position.costAtoms = 0;
        if (gain > 0) {
            if (uint256(gain) > houseAtoms) revert PerpHouseShort(uint256(gain), houseAtoms);
            houseAtoms -= uint256(gain);
            position.marginAtoms += uint256(gain);
        } else {
            // What a loss exceeds the margin by, the house bears.
            uint256 loss = uint256(-gain) < position.marginAtoms ? uint256(-gain) : position.marginAtoms;
            position.marginAtoms -= loss;
            houseAtoms += loss;
        }
        emit PerpSettled(account, gain);
    }

    function take(uint256 atoms) private {
        uint256 sent = Token(quote).balanceOf(address(this)) - heldAtoms;
        if (sent < atoms) revert PerpTokensMissing(sent, atoms);
        heldAtoms += atoms;
    }

    function give(address to, uint256 atoms) private {
        heldAtoms -= atoms;
        require(Token(quote).transfer(to, atoms), "not sent");
    }

    function executed(int256 sizeWad, uint256 mark) private view returns (uint256) {
        return mark * (sizeWad > 0 ? BPS + spreadBps : BPS - spreadBps) / BPS;
    }

    function feeOf(int256 sizeWad, uint256 priceWad) private view returns (uint256) {
        return uint256(costCeil(int256(magnitude(sizeWad)), priceWad)) * feeBps / BPS + 1;
    }

    /// @dev A sale brings more above its limit, and its fee grows with that, but less than what it brings.
    function worstFee(Order storage asked) private view returns (uint256) {
        return asked.sizeWad == 0 ? 0 : feeOf(asked.sizeWad, asked.limitPriceWad);
    }

    function costCeil(int256 sizeWad, uint256 priceWad) private view returns (int256) {
        return -valueFloor(-sizeWad, priceWad);
    }

    function valueFloor(int256 sizeWad, uint256 priceWad) private view returns (int256) {
        int256 product = sizeWad * int256(priceWad);
        int256 scale = int256(atomScale);
        int256 value = product / scale;
        return product < 0 && value * scale != product ? value - 1 : value;
    }

    function magnitude(int256 number) private pure returns (uint256) {
        return uint256(number < 0 ? -number : number);
    }
}
