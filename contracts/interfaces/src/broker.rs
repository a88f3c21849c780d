//! Hedging at a venue for perpetual futures, where an order is filled later or not at all.

use crate::sol;

sol! {
    /// What a solver wants ordered.
    #[derive(Debug)]
    struct OrderRequest {
        /// The hedger's, which moves with every rebalance and every change of its terms and venues.
        uint64 riskEpoch;
        /// The oracle's price must be at least as young.
        uint64 minPriceAt;
        /// Until when it may be asked for.
        uint64 deadline;
        /// The tip that is wanted at most.
        uint256 maxTipAtoms;
        /// Of the underlying, bought if positive.
        int256 quantityAtoms;
        uint256 limitPriceWad;
    }

    /// An order in flight.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct PerpOrder {
        /// Who asked for it and is paid for it, zero if there is none.
        address solver;
        /// Until when it may be filled; if there is none, from when on one may be asked for.
        uint64 deadline;
        /// The venue's number of it.
        uint64 number;
        int256 quantityAtoms;
        /// What that costs at its limit, with the fee; negative if it brings something.
        int256 costAtoms;
        /// What was sent with it.
        uint256 marginAtoms;
        /// The tip at most.
        uint256 maxTipAtoms;
    }

    /// What the hedger does at a venue for perpetual futures (`IPerpVenue`), where its account is the hedger's own. The hedger has
    /// all of it run by the broker. There is one order in flight at most, and no other rebalance while there is.
    ///
    /// What lies at the venue counts at the oracle's price, and no further than the venue says and than what was put there. An order
    /// counts at its worst from the moment that it is asked for, and as a hedge only once its fill is confirmed.
    #[derive(Debug)]
    interface IBroker {
        // Anybody
        /// Asks the venue for an order, with margin of the vault's, if it would keep to every rule of rebalances filled at its limit
        /// with its fee. It may be filled for two minutes. `words` are those of a checkpoint.
        function requestHedge(OrderRequest request, bytes32[] calldata words) external returns (uint64 order);
        /// Has what the venue has done of the order counted, and pays who asked for it out of what that has gained by now, at
        /// most the tip that he was promised; nothing if it keeps to the rules no more.
        function confirmHedge(bytes32[] calldata words) external returns (uint256 tipAtoms);
        /// Takes back an order that was not filled in time. The next one may be asked for ten minutes later.
        function cancelHedge() external;
        /// Counts what lies at the venue anew: funding, and what has been liquidated. A venue that does not answer, or that says
        /// what cannot be, is closed, and counts for nothing.
        function markPerp() external;
        /// The same, and has the margin follow what the position asks for.
        function tendPerp() external;

        // Owner
        /// Names the venue, once nothing is left at the one before or that is closed, and so written off. It fills nothing before it is opened as venues are.
        function setPerpVenue(address venue) external;

        // Views
        function perpVenue() external view returns (address);
        /// What counts there: units, and the margin less what they have cost and what an order loses at the worst.
        function perpHeld() external view returns (int256 unitsAtoms, int256 cashAtoms);
        function perpOrder() external view returns (PerpOrder order);
    }

    #[derive(Debug, PartialEq, Eq)]
    event PerpVenueSet(address indexed venue);
    /// An order has been asked for; at the worst the vault loses so much by it.
    #[derive(Debug, PartialEq, Eq)]
    event HedgeOrdered(
        address indexed solver,
        uint64 order,
        int256 quantityAtoms,
        uint256 limitPriceWad,
        uint256 marginAtoms,
        uint256 worstAtoms,
        uint64 deadline
    );
    /// So much of an order has been filled, in which the vault's assets have lost so much; what was paid for it.
    #[derive(Debug, PartialEq, Eq)]
    event HedgeOrderConfirmed(address indexed solver, uint64 order, int256 filledAtoms, uint256 costAtoms, uint256 tipAtoms);
    /// An order was not filled, and so much of its margin is back.
    #[derive(Debug, PartialEq, Eq)]
    event HedgeOrderCancelled(address indexed solver, uint64 order, uint256 backAtoms);
    /// What counts at the venue now.
    #[derive(Debug, PartialEq, Eq)]
    event PerpMarked(int256 unitsAtoms, int256 cashAtoms);
    /// The venue answers nothing, or what cannot be: it is closed.
    #[derive(Debug, PartialEq, Eq)]
    event PerpQuarantined(address indexed venue);

    /// An order is in flight: have it confirmed once it is filled, or cancel it after its deadline.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerOrderPending(uint64 order, uint64 deadline);
    #[derive(Debug, PartialEq, Eq)]
    error HedgerOrderMissing();
    /// The venue has filled it: `confirmHedge` counts it.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerOrderFilled(uint64 order);
    /// The last one was not filled: wait until then.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerOrderTooEarly(uint64 readyAt);
    /// No perpetual venue is named, or it is closed.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerPerpClosed(address venue);
    /// Something lies at the venue that is named, or an order is in flight there.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerPerpInUse(address venue);
    /// What the venue says is not what was asked of it, or not what was there before: `markPerp` counts what is there now.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerPerpDiffers(address venue);
}
