//! Hedging by options, which a solver trades with the vault out of his margin account.

use crate::sol;

sol! {
    /// One leg of a solver's trade, as a [`crate::Leg`]: positive if the solver buys of the vault.
    #[derive(Debug)]
    struct OptionLeg {
        uint32 series;
        int256 sizeWad;
    }

    /// What a solver wants traded.
    #[derive(Debug)]
    struct OptionsRequest {
        /// The hedger's, which moves with every rebalance and every change of its terms and venues.
        uint64 riskEpoch;
        /// The oracle's price must be at least as young.
        uint64 minPriceAt;
        /// Until when it may be done.
        uint64 deadline;
        /// The tip that is wanted at most, and at least: somebody else's trade in between leaves less.
        uint256 maxTipAtoms;
        uint256 minTipAtoms;
        /// The caller's account that trades. It must have named the hedger its operator (`IClearing.setOperator`).
        bytes32 account;
        /// What the account pays at most; negative for what it gets at least.
        int256 maxCostAtoms;
        OptionLeg[] legs;
    }

    /// What the hedger does with options: it pays for trades that lower the vault's gamma and vega. The hedger has all of it run by the
    /// dealer.
    ///
    /// The trade itself is one as any other, for an account of the solver's own, at the market's quote and within its limits and margins.
    /// The tip comes on top, if R has fallen as it is once delta is hedged, by the rules of rebalances. There is a window of its own: it opens once that is past what
    /// delta at the outer band would make of it, and closes within what delta at the inner band would. Checkpoints look. Options that live shorter
    /// than R's horizon of vega are paid for by the share of it that they live, and shorter than its horizon of delta not at all.
    #[derive(Debug)]
    interface IDealer {
        // Anybody
        /// Trades options with the vault for the caller's account, and earns him a tip. `words` are those of a checkpoint.
        /// What is returned is what the account has paid, negative if it was paid, and the tip.
        function hedgeOptions(OptionsRequest request, bytes32[] calldata words) external
            returns (int256 costAtoms, uint256 tipAtoms);

        // Views
        /// Since when options are paid for, 0 while they are not. Of the ramp as much is left after a trade as of the risk.
        function optionsWindow() external view returns (uint64 openedAt);
        /// What trades of options have used of their own day's budget, half as large as that of hedges, as of then.
        function optionsBudget() external view returns (uint256 usedWad, uint64 at);
    }

    /// Options have been traded to lower the vault's risk: what its assets lost by the trade (negative for a gain), the tip, and by how much R fell.
    #[derive(Debug, PartialEq, Eq)]
    event OptionsHedged(
        address indexed solver,
        bytes32 indexed account,
        uint64 riskEpoch,
        int256 costAtoms,
        int256 lostWad,
        uint256 tipAtoms,
        int256 gainWad,
        uint256 spotWad
    );

    /// An account trades here for its owner alone.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerNotOwner(address caller, bytes32 account);
    /// Somebody has traded in between, or asks for too much: read what there is anew.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerTipTooSmall(uint256 tipAtoms, uint256 leastAtoms);
    /// Trade what expires later: the relief of these is gone before the risk is.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerOptionsTooShort(uint64 lifeSecs, uint64 leastSecs);
}
