// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

interface Ledger {
    function vaultCash(address market) external view returns (int256);
}

struct Margin {
    int128 valueX64;
    int128 markX64;
    int128[32] maintenanceX64;
    int128[32] initialX64;
}

/// @title Stands in for the market in tests of the vault and the clearing house
/// @notice Its net asset value is the vault's cash and a mark that the test sets, and so is what accounts hold. It makes any
///         call it is told to, so that a test can record trades with it.
contract TestMarket {
    struct Held {
        uint8 holds;
        Margin margin;
    }

    struct Offer {
        int128 valueX64;
        int128 riskChargeX64;
        int128 spreadX64;
    }

    address public clearing;
    int256 public markAtoms;
    uint256 public uncertaintyAtoms;
    uint256 public reserveAtoms;
    uint256 public redeemableAtoms = type(uint256).max;
    uint64 public priceAt;
    bool public isSettlementPending;
    int256 public lpFlowAtoms;

    /// @notice Where the vault's cash is read.
    function follow(address clearing_) external {
        clearing = clearing_;
    }

    /// @notice What the book is worth, how uncertain that is, and how much may be paid out.
    function mark(int256 markAtoms_, uint256 uncertaintyAtoms_, uint256 redeemableAtoms_) external {
        markAtoms = markAtoms_;
        uncertaintyAtoms = uncertaintyAtoms_;
        redeemableAtoms = redeemableAtoms_;
    }

    /// @notice What the skew reserve holds.
    function reserve(uint256 reserveAtoms_) external {
        reserveAtoms = reserveAtoms_;
    }

    /// @notice When the spot price is from, and whether a board awaits settlement.
    function observe(uint64 priceAt_, bool isSettlementPending_) external {
        priceAt = priceAt_;
        isSettlementPending = isSettlementPending_;
    }

    function nav() external view returns (int256, uint256, uint256, uint256, uint64, bool) {
        int256 value = Ledger(clearing).vaultCash(address(this)) + markAtoms;
        return (value, uncertaintyAtoms, reserveAtoms, redeemableAtoms, priceAt, isSettlementPending);
    }

    function recordLpFlow(int256 flowAtoms) external {
        lpFlowAtoms += flowAtoms;
    }

    mapping(bytes32 account => Held) private held;
    uint64 public safeFrom;
    bool public isUnsafe;
    Offer public offer;
    int256 public seenVaultCashAtoms;

    error MarketSettlementPending(uint16 board);

    /// @notice What an account holds: 0 nothing, 1 longs only, 2 a short too; and its margin.
    function hold(bytes32 account, uint8 holds, Margin calldata margin_) external {
        held[account].holds = holds;
        held[account].margin = margin_;
    }

    /// @notice Whether accounts may be liquidated, and since when.
    function watch(uint64 safeFrom_, bool isUnsafe_) external {
        safeFrom = safeFrom_;
        isUnsafe = isUnsafe_;
    }

    /// @notice What the vault will say of the next account that it takes over.
    function ask(Offer calldata offer_) external {
        offer = offer_;
    }

    function holdsOf(bytes32 account) external view returns (uint8) {
        return held[account].holds;
    }

    function margin(bytes32 account) external view returns (Margin memory) {
        if (isSettlementPending) revert MarketSettlementPending(1);
        return held[account].margin;
    }

    function safeSince() external view returns (uint64, bool) {
        return (safeFrom, !isUnsafe);
    }

    /// @notice Every number moves in proportion, down; all of it for a share of one.
    function moveShare(bytes32 from, bytes32 to, int128 shareX64) external returns (Margin memory, Margin memory, uint8, uint8) {
        move(held[from].margin, held[to].margin, shareX64);
        if (held[to].holds < held[from].holds) held[to].holds = held[from].holds;
        if (shareX64 == 2 ** 64) held[from].holds = 0;
        return (held[from].margin, held[to].margin, held[from].holds, held[to].holds);
    }

    function takeOver(bytes32 account, int256 vaultCashAtoms) external returns (int128, int128, int128) {
        delete held[account];
        seenVaultCashAtoms = vaultCashAtoms;
        return (offer.valueX64, offer.riskChargeX64, offer.spreadX64);
    }

    /// @notice The counter's options are taken to be on the other side of all that the account holds.
    function deleverage(bytes32 account, bytes32 counter) external returns (int128, Margin memory, Margin memory, uint8, uint8) {
        int128 value = held[account].margin.markX64;
        move(held[account].margin, held[counter].margin, 2 ** 64);
        held[account].holds = 0;
        if (held[counter].margin.markX64 == 0) held[counter].holds = 0;
        return (value, held[account].margin, held[counter].margin, 0, held[counter].holds);
    }

    function move(Margin storage from, Margin storage to, int128 shareX64) private {
        int128 part = portion(from.valueX64, shareX64);
        from.valueX64 -= part;
        to.valueX64 += part;
        part = portion(from.markX64, shareX64);
        from.markX64 -= part;
        to.markX64 += part;
        for (uint256 i; i < 32; ++i) {
            part = portion(from.maintenanceX64[i], shareX64);
            from.maintenanceX64[i] -= part;
            to.maintenanceX64[i] += part;
            part = portion(from.initialX64[i], shareX64);
            from.initialX64[i] -= part;
            to.initialX64[i] += part;
        }
    }

    /// @dev A shift rounds towards minus infinity.
    function portion(int128 number, int128 shareX64) private pure returns (int128) {
        return int128((int256(number) * shareX64) >> 64);
    }

    bytes32 public confirmed;

    /// @notice What it signs, as a contract does (ERC-1271).
    function confirm(bytes32 digest) external {
        confirmed = digest;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return digest == confirmed ? this.isValidSignature.selector : bytes4(0);
    }

    /// @notice Makes several calls in one transaction; fails with the first that fails.
    function relayAll(address to, bytes[] calldata data) external {
        for (uint256 i; i < data.length; ++i) {
            (bool done, bytes memory answer) = to.call(data[i]);
            assembly {
                if iszero(done) { revert(add(answer, 32), mload(answer)) }
            }
        }
    }

    /// @notice Makes a call and passes on what comes back.
    function relay(address to, bytes calldata data) external {
        (bool done, bytes memory answer) = to.call(data);
        assembly {
            switch done
            case 0 { revert(add(answer, 32), mload(answer)) }
            default { return(add(answer, 32), mload(answer)) }
        }
    }
}
