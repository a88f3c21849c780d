use alloy_sol_types::sol;

sol! {
    /// One leg of a trade: a series and its signed size, positive to buy.
    #[derive(Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "program", derive(stylus_sdk::prelude::AbiType))]
    struct Leg { uint32 series; int256 sizeWad; }

    /// A raw-SVI slice of annualised variance on `k = ln(K / forward)`:
    /// `variance(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2))`.
    #[derive(Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "program", derive(stylus_sdk::prelude::AbiType))]
    struct Slice {
        uint16 board;
        uint256 forwardWad;
        int256 aWad;
        uint256 bWad;
        int256 rhoWad;
        int256 mWad;
        uint256 sigmaWad;
    }

    /// What a trade costs and why. Positive amounts are paid by the trader; `skewAtoms` is negative for a rebate.
    #[derive(Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "program", derive(stylus_sdk::prelude::AbiType))]
    struct Quote {
        int256 costAtoms;
        int256 midAtoms;
        int256 skewAtoms;
        uint256 spreadAtoms;
        uint256 feeAtoms;
        uint256 spotWad;
    }

    /// The state of the vault's whole book. Money is WAD of the quote currency.
    #[derive(Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "program", derive(stylus_sdk::prelude::AbiType))]
    struct Book {
        uint256 spotWad;
        int256 navWad;
        /// What marking uncertainty is worth: the net asset value is known to lie within this of the mid.
        uint256 navUncertaintyWad;
        int256 riskCapitalWad;
        int256 valueWad;
        int256 dollarDeltaWad;
        int256 dollarGammaWad;
        int256 vegaWad;
        int256 thetaWad;
        uint256 penaltyWad;
        uint256 stressLossWad;
        uint256 skewReserveAtoms;
    }

    /// A listed expiry.
    #[derive(Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "program", derive(stylus_sdk::prelude::AbiType))]
    struct Board {
        uint16 id;
        uint64 expiry;
        bool isSettled;
        uint256 settlementPriceWad;
        uint256 payoutRatioWad;
        uint256[] strikesWad;
        int256[] inventoryWad;
        Slice slice;
    }

    /// What the owner may set, in whole millionths: multiples of 1e12. Each has hard bounds.
    #[derive(Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "program", derive(stylus_sdk::prelude::AbiType))]
    struct Parameters {
        /// Risk aversion of charges, of rebates, and to jumps.
        uint256 lambdaWad;
        uint256 lambdaFloorWad;
        uint256 jumpLambdaWad;
        /// Horizons of the delta and the vega risk, in days.
        uint256 deltaHorizonDaysWad;
        uint256 vegaHorizonDaysWad;
        /// Volatility of volatility, absolute per square root of a year at 30 days; its correlation with spot.
        uint256 volOfVolWad;
        int256 spotVolCorrelationWad;
        /// Half spread in vol at 30 days; its floor, and the feed's deviation threshold, of spot.
        uint256 volHalfSpreadWad;
        uint256 spreadFloorWad;
        uint256 deviationWad;
        /// Fee of notional; its cap, of premium.
        uint256 feeWad;
        uint256 feeCapWad;
        /// Hard limits as shares of risk capital: |delta|, vega, loss under stress.
        uint256 deltaLimitWad;
        uint256 vegaLimitWad;
        uint256 stressLimitWad;
        /// Ages in hours past which only closing trades pass.
        uint256 maxSpotAgeHoursWad;
        uint256 maxSurfaceAgeHoursWad;
    }

    /// The market: boards, the vault's book, quotes, trades, positions and settlement.
    #[derive(Debug)]
    interface IMarket {
        // The owner and the surface keeper
        function listBoard(uint64 expiry, uint256[] strikesWad) external returns (uint16 board);
        function setParameters(Parameters parameters) external;
        function postSurface(uint256 spotWad, uint64 observedAt, Slice[] slices) external;

        // Anybody
        function trade(Leg[] legs, int256 maxCostAtoms, uint64 deadline) external returns (int256 costAtoms);
        function settleBoard(uint16 board, uint80 firstRound) external returns (uint256 settlementPriceWad);
        function settleAccount(bytes32 account, uint16 board) external returns (int256 payoffAtoms);

        // The vault program
        /// Tells the market that LPs have put in (positive) or taken out `flowAtoms`: risk capital follows at once.
        function recordLpFlow(int256 flowAtoms) external;

        // Views
        function quote(Leg[] legs) external view returns (Quote quoted);
        function book() external view returns (Book state);
        /// For the vault program: the net asset value in atoms at the mid (down), what uncertainty is worth (up),
        /// how much can be paid out within the limits, the time of the spot price, and whether a board awaits settlement.
        function nav() external view
            returns (int256 navAtoms, uint256 uncertaintyAtoms, uint256 redeemableAtoms, uint64 priceAt, bool isSettlementPending);
        function liveBoards() external view returns (uint16[] ids);
        function board(uint16 id) external view returns (Board listed);
        function positions(bytes32 account, uint16 board) external view returns (int256[] sizesWad);
        function accountBoards(bytes32 account) external view returns (uint16[] ids);
        function parameters() external view returns (Parameters current);
    }

    #[derive(Debug)]
    event BoardListed(uint16 indexed board, uint64 expiry, uint256[] strikesWad);
    #[derive(Debug)]
    event SurfacePosted(uint64 observedAt, uint256 spotWad, Slice[] slices);
    #[derive(Debug)]
    event ParametersSet(Parameters parameters);
    /// A trade and the state it left: the account's cash flow, the vault's book and reserve.
    #[derive(Debug)]
    event OptionTraded(
        bytes32 indexed account, Leg[] legs, Quote quoted,
        int256 vaultCashAtoms, int256 dollarDeltaWad, int256 vegaWad, uint256 penaltyWad, uint256 skewReserveAtoms
    );
    #[derive(Debug)]
    event BoardSettled(uint16 indexed board, uint256 settlementPriceWad, int256 vaultPayoffAtoms, uint256 payoutRatioWad);
    #[derive(Debug)]
    event AccountSettled(bytes32 indexed account, uint16 indexed board, int256 payoffAtoms, uint256 lockReleasedAtoms);

    #[derive(Debug, PartialEq, Eq)]
    error MarketSlippageExceeded(int256 costAtoms, int256 maxCostAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error MarketDeadlinePassed(uint64 deadline, uint64 nowAt);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSeriesUnknown(uint32 series);
    #[derive(Debug, PartialEq, Eq)]
    error MarketBoardUnknown(uint16 board);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSizeNotWholeLots(int256 sizeWad, uint256 lotWad);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSizeOutOfRange(int256 sizeWad, uint256 maxSizeWad);
    #[derive(Debug, PartialEq, Eq)]
    error MarketLegsCount(uint256 count, uint256 maximum);
    #[derive(Debug, PartialEq, Eq)]
    error MarketBoardClosed(uint16 board, uint64 closedAt, uint64 nowAt);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSettlementPending(uint16 board);
    #[derive(Debug, PartialEq, Eq)]
    error MarketBoardNotExpired(uint16 board, uint64 expiry, uint64 nowAt);
    #[derive(Debug, PartialEq, Eq)]
    error MarketBoardNotSettled(uint16 board);
    #[derive(Debug, PartialEq, Eq)]
    error MarketBoardSettled(uint16 board);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSpotStale(uint64 updatedAt, uint64 maxAgeSecs);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSurfaceStale(uint64 observedAt, uint64 maxAgeSecs);
    #[derive(Debug, PartialEq, Eq)]
    error MarketShortCallUncovered(bytes32 account, uint16 board, int256 netCallsWad);
    #[derive(Debug, PartialEq, Eq)]
    error MarketDeltaLimitExceeded(int256 dollarDeltaWad, uint256 limitWad);
    #[derive(Debug, PartialEq, Eq)]
    error MarketVegaLimitExceeded(int256 vegaWad, uint256 limitWad);
    #[derive(Debug, PartialEq, Eq)]
    error MarketStressLimitExceeded(uint256 stressLossWad, uint256 limitWad);
    #[derive(Debug, PartialEq, Eq)]
    error MarketVaultInsolvent(int256 navWad);
    #[derive(Debug, PartialEq, Eq)]
    error MarketTooManyBoards(uint256 maximum);
    #[derive(Debug, PartialEq, Eq)]
    error MarketStrikesInvalid(uint256 count, uint256 strikeWad);
    #[derive(Debug, PartialEq, Eq)]
    error MarketExpiryInvalid(uint64 expiry, uint64 nowAt);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSliceOutOfRange(uint16 board);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSliceWingsTooSteep(uint16 board);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSliceVarianceOutOfDomain(uint16 board);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSliceButterflyArbitrage(uint16 board);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSliceCalendarArbitrage(uint16 board);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSliceMissing(uint16 board);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSurfaceOutOfOrder(uint64 observedAt, uint64 lastObservedAt);
    #[derive(Debug, PartialEq, Eq)]
    error MarketParameterOutOfBounds(uint8 parameter, uint256 value, uint256 min, uint256 max);
    #[derive(Debug, PartialEq, Eq)]
    error MarketParameterNotWhole(uint8 parameter, uint256 value, uint256 unit);
    #[derive(Debug, PartialEq, Eq)]
    error MarketParametersInconsistent(uint8 parameter, uint8 other);
    /// A number left the domain of the arithmetic; the board it belongs to, or 0.
    #[derive(Debug, PartialEq, Eq)]
    error MarketNumberOutOfDomain(uint16 board);
}
