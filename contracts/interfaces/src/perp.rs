//! Hedging with perpetual futures: a venue that fills later.

use crate::sol;

sol! {
    /// What an account has at a perpetual venue. At a price its worth in atoms is, rounded down,
    ///
    /// `marginAtoms + value(sizeWad) - costAtoms + min(0, value(pendingWad) - pendingCostAtoms)`
    ///
    /// where `value` is a size times the price. It is exact for what is filled. For what is asked for it is the worse of the two
    /// ends, never filled and filled at the limit with its fee: a fill in part, or at a better price, is worth more. So, with
    /// what is sent back, no fill and no cancellation lowers it, and an order adds nothing before it is filled.
    #[derive(Debug, PartialEq, Eq)]
    struct PerpStanding {
        /// What is held of the underlying, positive if long.
        int256 sizeWad;
        /// What that has cost and not been settled yet, with fees and funding; negative if it has brought something.
        int256 costAtoms;
        /// The stablecoin that is held for the account, that of the order included.
        uint256 marginAtoms;
        /// The order in flight, 0 if there is none; the number of the next order is one more than the last.
        uint256 order;
        /// What it asks for, positive if it buys.
        int256 pendingWad;
        /// What that costs at the limit, with the fee; negative if it brings something.
        int256 pendingCostAtoms;
        /// Until when it may be filled; from then on it may be cancelled.
        uint64 deadline;
    }

    /// A venue for perpetual futures on one underlying against one stablecoin, where an account asks for a size, and gets it
    /// later or not at all. An account is the address that calls; it has one order in flight at most. Tokens are sent to the
    /// venue before it is called, in the same transaction; what comes back is sent to the account.
    ///
    /// The life of an order: `requestOrder` takes its margin. Until its deadline the venue's keeper may fill it, at a price that is
    /// younger than the request and no worse than the limit, and its margin becomes the position's; or the deadline passes, and
    /// anybody may cancel it, and its margin goes back. There is no other way out, so at any time it is known what an order can
    /// cost at most.
    #[derive(Debug)]
    interface IPerpVenue {
        // The account
        /// Adds to the margin what has been sent.
        function depositMargin(uint256 marginAtoms) external;
        /// Sends margin back, as far as what is left carries the position and the order.
        function withdrawMargin(uint256 marginAtoms) external;
        /// Asks for so much of the underlying, bought if positive, at `limitPriceWad` or better, with margin that has been sent;
        /// what only closes needs none.
        function requestOrder(int256 sizeWad, uint256 limitPriceWad, uint256 marginAtoms, uint64 deadline) external
            returns (uint256 order);

        // Anybody
        /// Sends the margin of an order back whose deadline has passed.
        function cancelOrder(uint256 order) external;

        // The keeper
        /// Fills an order at the price of now.
        function fillOrder(uint256 order) external;

        // Views
        function quote() external view returns (address);
        function standing(address account) external view returns (PerpStanding told);
        /// What an account is worth at a price, an order in flight at its worst.
        function worthAtoms(address account, uint256 priceWad) external view returns (int256);
        /// The price of now without a spread, and when it is from.
        function markPrice() external view returns (uint256 priceWad, uint64 pricedAt);
    }

    #[derive(Debug)]
    event PerpOrderRequested(
        address indexed account, uint256 indexed order, int256 sizeWad, uint256 limitPriceWad, uint256 marginAtoms, uint64 deadline
    );
    #[derive(Debug)]
    event PerpOrderFilled(address indexed account, uint256 indexed order, int256 sizeWad, uint256 priceWad, uint256 feeAtoms);
    #[derive(Debug)]
    event PerpOrderCancelled(address indexed account, uint256 indexed order, uint256 marginAtoms);
    #[derive(Debug)]
    event PerpPositionLiquidated(address indexed account, int256 sizeWad, uint256 priceWad, uint256 feeAtoms);
    /// A position is closed, and what it brought is margin; a loss is negative.
    #[derive(Debug)]
    event PerpSettled(address indexed account, int256 gainAtoms);

    /// There is one in flight: wait until it is filled, or cancel it after its deadline.
    #[derive(Debug, PartialEq, Eq)]
    error PerpOrderPending(uint256 order);
    /// It has been filled or cancelled, or was never there.
    #[derive(Debug, PartialEq, Eq)]
    error PerpOrderUnknown(uint256 order);
    #[derive(Debug, PartialEq, Eq)]
    error PerpSizeInvalid(int256 sizeWad);
    /// Ask for more time, or wait until it has passed to cancel.
    #[derive(Debug, PartialEq, Eq)]
    error PerpDeadlinePassed(uint64 deadline, uint64 nowAt);
    #[derive(Debug, PartialEq, Eq)]
    error PerpDeadlineAhead(uint64 deadline, uint64 nowAt);
    #[derive(Debug, PartialEq, Eq)]
    error PerpPriceBeyondLimit(uint256 priceWad, uint256 limitPriceWad);
    /// The price must be younger than the request, and young enough at all.
    #[derive(Debug, PartialEq, Eq)]
    error PerpPriceTooOld(uint64 priceAt, uint64 leastAt);
    /// What the account is worth at its worst is less than its position and its order need: bring margin, or ask for less.
    #[derive(Debug, PartialEq, Eq)]
    error PerpMarginShort(int256 worthAtoms, uint256 neededAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error PerpTokensMissing(uint256 sentAtoms, uint256 neededAtoms);
    /// The house cannot pay what the position has gained.
    #[derive(Debug, PartialEq, Eq)]
    error PerpHouseShort(uint256 gainAtoms, uint256 houseAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error PerpPositionHealthy(int256 worthAtoms, uint256 neededAtoms);
}
