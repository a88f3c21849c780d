use crate::sol;

sol! {
    /// One leg of a trade: a series and its signed size, positive to buy.
    #[derive(Debug, PartialEq, Eq)]
    struct Leg { uint32 series; int256 sizeWad; }

    /// A raw-SVI slice of annualised variance on `k = ln(K / forward)`:
    /// `variance(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2))`.
    #[derive(Debug, PartialEq, Eq)]
    struct Slice {
        uint16 board;
        uint256 forwardWad;
        int256 aWad;
        uint256 bWad;
        int256 rhoWad;
        int256 mWad;
        uint256 sigmaWad;
        /// How far, in volatility, it still lies from what the keepers would post if no step limit held them back: at
        /// least that is the board's half spread. In steps of 1e14, rounded up.
        uint256 gapWad;
    }

    /// A surface as its keepers sign it: EIP-712, in the market's domain, "Equipoise Market" of version "1".
    #[derive(Debug, PartialEq, Eq)]
    struct SurfacePost {
        /// Above that of the last surface.
        uint64 sequence;
        /// When the market was seen like this: not in the future, and not before the last surface.
        uint64 observedAt;
        /// The last moment at which it may be taken.
        uint64 validUntil;
        uint256 spotWad;
        Slice[] slices;
    }

    /// What a keeper signed with: 65 bytes of a key's, or what his contract takes for one (ERC-1271).
    #[derive(Debug, PartialEq, Eq)]
    struct SurfaceSignature { address keeper; bytes signature; }

    /// What a trade costs and why. Positive amounts are paid by the trader; `skewAtoms` is negative for a rebate.
    #[derive(Debug, PartialEq, Eq)]
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

    /// A listed expiry. Its slice is zero until a surface is posted.
    #[derive(Debug, PartialEq, Eq)]
    struct Board {
        uint16 id;
        uint64 expiry;
        uint8 strikes;
        bool isSettled;
        /// While it lives: the forward the slice refers to, the forward over spot, when it was observed.
        uint256 forwardWad;
        uint256 basisWad;
        uint64 observedAt;
        /// Once it is settled: the settlement price and the share of payoffs that is paid.
        uint256 settlementPriceWad;
        uint256 payoutRatioWad;
        /// While the vault owes for it: the time from which that share, so far what could be paid at once, may be fixed.
        uint64 debtsUntil;
    }

    /// The market: boards, the vault's book, quotes, trades, positions and settlement.
    #[derive(Debug)]
    interface IMarket {
        // The owner
        function listBoard(uint64 expiry, uint256[] strikesWad) external returns (uint16 board);
        /// Replaces all parameters, in WAD and in the order of `equipoise_risk::parameters::RULES`, each within its
        /// bounds and a whole number of millionths. The parameters' registry only, or the owner before one is named: see
        /// `ITuned`.
        function setParameters(uint256[] parametersWad) external;
        /// Replaces all margin parameters, in WAD and in the order of `equipoise_risk::margin::RULES`. By whom, as above.
        function setMarginParameters(uint256[] parametersWad) external;
        /// Replaces all surface keepers, by rising address and at most 16, and how many of them must sign. Sequences begin
        /// anew.
        function setSurfaceKeepers(address[] keepers, uint8 threshold) external;

        // Anybody
        /// Takes a surface that enough surface keepers have signed, their signatures by rising address, and that is no
        /// further from the last than a step may go. Whoever brings it.
        function postSurface(SurfacePost post, SurfaceSignature[] signatures) external;
        function trade(Leg[] legs, int256 maxCostAtoms, uint64 deadline) external returns (int256 costAtoms);
        /// The same for any account that the caller owns or operates.
        function tradeFor(bytes32 account, Leg[] legs, int256 maxCostAtoms, uint64 deadline)
            external returns (int256 costAtoms);
        /// Moves long positions, each a series and its size, to another account: from one that is short nowhere, for its
        /// owner to any account he owns or operates. For who else may, see [`IClearing::recordTransferCall`].
        function transferLongs(bytes32 from, bytes32 to, Leg[] legs) external;
        function settleBoard(uint16 board, uint80 firstRound) external returns (uint256 settlementPriceWad);
        function settleAccount(bytes32 account, uint16 board) external returns (int256 payoffAtoms);
        /// Fixes the share of payoffs that a settled board pays, where the vault could not pay at once: as soon as it has paid, or an
        /// hour after the settlement with what there is then. Returns the share, also of a board that has its.
        function fixPayoutRatio(uint16 board) external returns (uint256 payoutRatioWad);

        // The vault program
        /// Tells the market that LPs have put in (positive) or taken out `flowAtoms`: risk capital follows at once.
        function recordLpFlow(int256 flowAtoms) external;

        // Views
        function quote(Leg[] legs) external view returns (Quote quoted);
        function book() external view returns (Book state);
        /// For the vault program: the net asset value in atoms at the mid (down), what uncertainty is worth (up),
        /// the skew reserve, which is not in that value yet but is released into it, how much can be paid out
        /// within the limits, the time of the spot price, and whether no epoch may be priced: a board awaits
        /// settlement, or what is held is marked at a price or a surface that is too old or not to be relied on, or the market
        /// is halted.
        function nav() external view
            returns (
                int256 navAtoms, uint256 uncertaintyAtoms, uint256 reserveAtoms, uint256 redeemableAtoms, uint64 priceAt,
                bool isSettlementPending
            );
        function liveBoards() external view returns (uint16[] ids);
        function board(uint16 id) external view returns (Board listed);
        function slice(uint16 board) external view returns (Slice posted);
        function strikes(uint16 board) external view returns (uint256[] strikesWad);
        /// Sizes by rising strike, the call before the put. The vault is account zero.
        function positions(bytes32 account, uint16 board) external view returns (int256[] sizesWad);
        function accountBoards(bytes32 account) external view returns (uint16[] ids);
        function parameters() external view returns (uint256[] parametersWad);
        /// Matched open interest over all boards that are not settled: the contracts that traders hold long against each other's shorts.
        function matchedInterest() external view returns (uint256 sizeWad);
        function marginParameters() external view returns (uint256[] parametersWad);
        function surfaceKeepers() external view returns (address[] keepers, uint8 threshold);
        /// The last surface's sequence, and what posts have used of the steps they may take at once, now.
        function surfaceSteps() external view returns (uint64 sequence, uint256 usedMillionths, uint256 mostMillionths);
        function oracle() external view returns (address);
        function owner() external view returns (address);
        function transferOwnership(address successor) external;
        function acceptOwnership() external;
        /// Names the other programs, once.
        function wire(address oracle, address clearing, address vault) external;
    }

    /// What the market's programs must know of it beside its boards: the moment, and slots as they are packed.
    #[derive(Debug)]
    struct Moment {
        uint256 spotWad;
        uint64 spotAt;
        uint64 nowAt;
        uint8 strikeShift;
        bytes32 directory;
        bytes32[3] parameters;
    }

    /// What the vault stands on, as it is packed in its slots. What the market was like in the last oracle round, and the vault's
    /// cash less the skew reserve, count only in a new round and in views.
    #[derive(Debug)]
    struct VaultState {
        uint64 round;
        uint8 tokenDecimals;
        bytes32 frozen;
        bytes32 trading;
        bytes32[3] conditions;
        int256 freeCashAtoms;
        /// Whether the market trades: 0 open, 1 only what closes, 2 not at all.
        uint8 state;
        /// Whether prices may not be relied on.
        bool isPriceUnsafe;
        /// What is held against the book.
        bytes32 hedge;
    }

    /// One live board as it is packed in its slots, and one account's position in it.
    #[derive(Debug)]
    struct BoardSlots {
        uint16 id;
        bytes32 header;
        bytes32 slice;
        bytes32[2] strikes;
        bytes32[4] inventory;
        bytes32[4] position;
    }

    /// The book and a trade in it, valued: numbers of `equipoise_risk::book::Valuation` in units of 2^-64. An exposure is
    /// in the order of `Exposure::to_array`.
    #[derive(Debug)]
    struct Values {
        int128[40] beforeX64;
        int128[40] changeX64;
        /// What half the spread on everything held is worth: that of volatility, and the rest.
        int128[2] uncertaintyX64;
        int128 midX64;
        /// Half the spread of the trade: that of volatility, and the rest.
        int128[2] spreadX64;
        int128 feeX64;
        int128 throughMidX64;
        /// The cash that the vault may owe once the trade is done.
        int128 mayOweX64;
        /// A board awaits settlement or is in its window.
        bool isSettlementPending;
    }

    /// A priced trade: what it costs, the slots and the state that it leaves, and what it must meet.
    #[derive(Debug)]
    struct Offer {
        Quote quoted;
        bytes32 frozen;
        bytes32 trading;
        bytes32[3] conditions;
        int256 dollarDeltaWad;
        int256 vegaWad;
        uint256 penaltyWad;
        uint256 skewReserveAtoms;
        /// The cash that the vault must keep, after a trade that only closes and after any other.
        uint256 cashToCloseAtoms;
        uint256 cashToOpenAtoms;
        /// Why only closing trades may pass, 0 if all may: `equipoise_market_state::errors::Refusal`. Then the measure
        /// and what it may be at most.
        uint8 refusal;
        int256 measured;
        uint256 most;
        /// What the book then uses of the vault's capacity.
        uint32 usedMillionths;
    }

    /// The assessor: a program without state that says what an account must hold against its options.
    #[derive(Debug)]
    interface IAssessor {
        /// The margin of what `position` is in each board, as [`crate::Margin`] has it. A settled board counts with its
        /// payoff and no risk; one in its settlement window with the forward of the average that has begun, if the first word of its
        /// `inventory` tells that in WAD, as the market does but for trades.
        function assess(Moment moment, uint8 tokenDecimals, bytes32 marginParameters, BoardSlots[] boards)
            external view
            returns (int128 valueX64, int128 markX64, int128[32] maintenanceX64, int128[32] initialX64);
    }

    /// The valuer: a program without state that values the market's slots.
    #[derive(Debug)]
    interface IValuer {
        /// The doubt is [`crate::IOracle`]'s of the moment's spot price.
        function value(Moment moment, uint64 doubtX64, BoardSlots[] boards, Leg[] legs)
            external view
            returns (Values values);
    }

    /// The pricer: a program without state that makes prices of values.
    #[derive(Debug)]
    interface IPricer {
        function price(Moment moment, VaultState vault, Values values) external view returns (Offer offer);
        /// As [`IMarket`] shows them.
        function book(Moment moment, VaultState vault, Values values) external view returns (Book state);
        function nav(Moment moment, VaultState vault, Values values) external view
            returns (
                int256 navAtoms, uint256 uncertaintyAtoms, uint256 reserveAtoms, uint256 redeemableAtoms, uint64 priceAt,
                bool isSettlementPending
            );
    }

    /// The desk: runs what the market has no room for, on the market's storage. This the market's own programs ask of it, and nobody
    /// from outside.
    #[derive(Debug)]
    interface IDesk {
        /// Counts by how many lots a board's matched open interest has grown, at a spot price. Fails if it has grown past what the vault's
        /// capital bears.
        function countMatched(uint16 board, int128 grownLots, uint256 spotWad) external;
    }

    /// The watcher: looks at the market's measures. It runs on the market's storage.
    #[derive(Debug)]
    interface IWatcher {
        /// What the market has seen with a trade, in a new oracle round: the moment, for how many seconds more the sequencer is
        /// not to be relied on, the slots and sums that the trade leaves, and how the vault stands. Returns the slot of what is frozen
        /// with the state in it.
        function observe(Sighting seen) external returns (bytes32 frozen);
    }

    /// What the watcher is told.
    #[derive(Debug)]
    struct Sighting {
        Moment moment;
        uint64 sequencerUnsafeSecs;
        bytes32 frozen;
        bytes32[3] conditions;
        int256 dollarDeltaWad;
        int256 vegaWad;
        uint32 usedMillionths;
        uint256 badDebtAtoms;
        uint64 badDebtAt;
        uint32 insuranceFloorTokens;
        uint256 insuranceAtoms;
    }

    /// What a surface does to a board: its header and slice as they are stored, and as they are about to be.
    #[derive(Debug)]
    struct BoardStep {
        uint16 id;
        bytes32 lastHeader;
        bytes32 lastSlice;
        bytes32 header;
        bytes32 slice;
        bytes32[2] strikes;
    }

    /// The surface: a program without state that proves slices free of arbitrage, and measures how far they move.
    #[derive(Debug)]
    interface ISurface {
        /// Checks slices that are about to be stored: each in itself, at every strike, and against the one before; and
        /// that none is further from the last than a step may go. Boards come by rising expiry. Returns the annualised
        /// variance at the money of the one nearest to 30 days, and the largest share of its limit that a board moves by.
        function checkSurface(
            uint64 nowAt, uint8 strikeShift, uint32 volStepMillionths, uint32 basisStepMillionths, BoardStep[] boards
        ) external view returns (int128 varianceX64, uint32 stepMillionths);
    }

    #[derive(Debug)]
    event BoardListed(uint16 indexed board, uint64 expiry, uint256[] strikesWad);
    #[derive(Debug)]
    event SurfacePosted(uint64 indexed sequence, uint64 observedAt, uint256 spotWad, Slice[] slices);
    #[derive(Debug)]
    event SurfaceKeepersSet(address[] keepers, uint8 threshold);
    #[derive(Debug)]
    event ParametersSet(uint256[] parametersWad);
    /// A trade and the state it left: the price, the vault's cash, its book and reserve.
    #[derive(Debug)]
    event OptionTraded(
        bytes32 indexed account, Quote quoted, int256 vaultCashAtoms, int256 dollarDeltaWad, int256 vegaWad,
        uint256 penaltyWad, uint256 skewReserveAtoms, Leg[] legs
    );
    #[derive(Debug)]
    event BoardSettled(uint16 indexed board, uint256 settlementPriceWad, int256 vaultPayoffAtoms, uint256 payoutRatioWad);
    #[derive(Debug)]
    event AccountSettled(bytes32 indexed account, uint16 indexed board, int256 payoffAtoms);
    /// What is paid of payoffs of a board for which the vault owed: what it and short accounts owed, what of it there was, and
    /// what nobody has paid of the vault's part.
    #[derive(Debug)]
    event PayoutRatioFixed(
        uint16 indexed board, uint256 payoutRatioWad, uint256 owedAtoms, uint256 coveredAtoms, uint256 unpaidAtoms
    );
    /// Longs that went from an account to another, without cash.
    #[derive(Debug)]
    event LongsTransferred(bytes32 indexed from, bytes32 indexed to, Leg[] legs);
    /// A share, of 2^64, of every position of an account, each rounded up to whole lots, that went to a bidder.
    #[derive(Debug)]
    event PositionsMoved(bytes32 indexed from, bytes32 indexed to, int128 shareX64);
    /// All positions of an account, which the vault took at these terms.
    #[derive(Debug)]
    event PositionsTakenOver(
        bytes32 indexed account, Quote quoted, int256 vaultCashAtoms, int256 dollarDeltaWad, int256 vegaWad,
        uint256 penaltyWad, uint256 skewReserveAtoms, Leg[] legs
    );
    /// Positions of an account that were closed against those of another.
    #[derive(Debug)]
    event PositionsClosed(bytes32 indexed account, bytes32 indexed counter, int128 valueX64);
    #[derive(Debug)]
    event MarginParametersSet(uint256[] parametersWad);

    /// The trade would cost more than the caller allows, or pay less: quote again, and leave room for the price to move.
    #[derive(Debug, PartialEq, Eq)]
    error MarketSlippageExceeded(int256 costAtoms, int256 maxCostAtoms);
    /// The transaction came too late: send it again with a later deadline.
    #[derive(Debug, PartialEq, Eq)]
    error MarketDeadlinePassed(uint64 deadline, uint64 nowAt);
    /// No live board has the series: `liveBoards` and `strikes` tell which there are.
    #[derive(Debug, PartialEq, Eq)]
    error MarketSeriesUnknown(uint32 series);
    /// No board has the id: `liveBoards` tells which there are.
    #[derive(Debug, PartialEq, Eq)]
    error MarketBoardUnknown(uint16 board);
    /// Trade a whole number of lots.
    #[derive(Debug, PartialEq, Eq)]
    error MarketSizeNotWholeLots(int256 sizeWad, uint256 lotWad);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSizeOutOfRange(int256 sizeWad, uint256 maxSizeWad);
    #[derive(Debug, PartialEq, Eq)]
    error MarketLegsCount(uint256 count, uint256 maximum);
    /// The board takes no trades any more: trade one that expires later.
    #[derive(Debug, PartialEq, Eq)]
    error MarketBoardClosed(uint16 board, uint64 closedAt, uint64 nowAt);
    #[derive(Debug, PartialEq, Eq)]
    error CalldataMalformed(bytes4 selector);
    #[derive(Debug, PartialEq, Eq)]
    error SelectorUnknown(bytes4 selector);
    #[derive(Debug, PartialEq, Eq)]
    error MarketParameterCount(uint256 count, uint256 expected);
    /// The board has expired: call `settleBoard` first.
    #[derive(Debug, PartialEq, Eq)]
    error MarketSettlementPending(uint16 board);
    #[derive(Debug, PartialEq, Eq)]
    error MarketBoardNotExpired(uint16 board, uint64 expiry, uint64 nowAt);
    #[derive(Debug, PartialEq, Eq)]
    error MarketBoardNotSettled(uint16 board);
    #[derive(Debug, PartialEq, Eq)]
    error MarketBoardSettled(uint16 board);
    /// The vault still owes for the board: wait, then call `fixPayoutRatio`.
    #[derive(Debug, PartialEq, Eq)]
    error MarketDebtsOpen(uint16 board, uint64 untilAt);
    /// The feed has not answered for too long: wait for its next round.
    #[derive(Debug, PartialEq, Eq)]
    error MarketSpotStale(uint64 updatedAt, uint64 maxAgeSecs);
    /// No surface was posted for too long: wait for the next one.
    #[derive(Debug, PartialEq, Eq)]
    error MarketSurfaceStale(uint64 observedAt, uint64 maxAgeSecs);
    /// A transfer of longs would need more than the account has, or is not of a long.
    #[derive(Debug, PartialEq, Eq)]
    error MarketLongsMissing(bytes32 account, uint32 series, int256 heldWad, int256 sizeWad);
    /// A board that the account holds has been settled: call `settleAccount` first.
    #[derive(Debug, PartialEq, Eq)]
    error MarketAccountUnsettled(bytes32 account, uint16 board);
    /// The vault's dollar delta would pass its limit: trade less, or what takes delta away from it.
    #[derive(Debug, PartialEq, Eq)]
    error MarketDeltaLimitExceeded(int256 dollarDeltaWad, uint256 limitWad);
    /// The vault's vega would pass its limit: trade less, or what takes vega away from it.
    #[derive(Debug, PartialEq, Eq)]
    error MarketVegaLimitExceeded(int256 vegaWad, uint256 limitWad);
    /// The vault could lose too much in a jump of spot: trade less, or what makes it lose less.
    #[derive(Debug, PartialEq, Eq)]
    error MarketStressLimitExceeded(uint256 stressLossWad, uint256 limitWad);
    /// The vault's dollar gamma would pass its limit: trade less, or what takes gamma away from it.
    error MarketGammaLimitExceeded(int256 dollarGammaWad, uint256 limitWad);
    /// The vault's vega in one expiry would pass its limit: trade another expiry, or less.
    error MarketExpiryVegaLimitExceeded(int256 vegaWad, uint256 limitWad);
    /// The vault would be short too much of one series: buy another one, or less.
    error MarketShortSeriesLimitExceeded(uint256 notionalWad, uint256 limitWad);
    /// Traders would hold so much against each other that the largest jump could take all of the vault's capital, once one side
    /// has closed: trade less, or close. What that jump would cost, and what it may.
    error MarketMatchedInterestLimitExceeded(uint256 lossWad, uint256 limitWad);
    /// Spot has moved so far since the surface was posted that its smiles hold no more: only closing trades pass until it is
    /// posted anew. The ratio of spot to what it was then, or the inverse.
    error MarketSurfaceOutrun(uint256 ratioWad, uint256 mostWad);
    #[derive(Debug, PartialEq, Eq)]
    error MarketVaultInsolvent(int256 navWad);
    /// A trade would leave the vault too little cash for what it may owe at settlement and for LPs that leave.
    #[derive(Debug, PartialEq, Eq)]
    error MarketVaultCashShort(int256 vaultCashAtoms, uint256 requiredAtoms);
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
    error MarketSurfaceExpired(uint64 validUntil, uint64 nowAt);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSurfaceSequenceUsed(uint64 sequence, uint64 lastSequence);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSurfaceSignaturesTooFew(uint256 count, uint8 threshold);
    /// Nobody may post yet: the owner calls `setSurfaceKeepers` first.
    #[derive(Debug, PartialEq, Eq)]
    error MarketSurfaceKeepersUnset();
    #[derive(Debug, PartialEq, Eq)]
    error MarketSurfaceKeeperUnknown(address keeper);
    /// Keepers come by rising address, each once, in a list of them as in what they sign.
    #[derive(Debug, PartialEq, Eq)]
    error MarketSurfaceKeepersUnordered(address keeper, address previous);
    #[derive(Debug, PartialEq, Eq)]
    error MarketSurfaceKeepersInvalid(uint256 count, uint256 maximum, uint8 threshold);
    /// A strike's volatility would move by more than one post may: post a surface in between, with the rest as its gap.
    #[derive(Debug, PartialEq, Eq)]
    error MarketSurfaceStepTooLarge(uint16 board, uint256 strikeWad, uint256 movedWad, uint256 mostWad);
    /// The forward over spot would move by more of itself than one post may.
    #[derive(Debug, PartialEq, Eq)]
    error MarketBasisStepTooLarge(uint16 board, uint256 movedWad, uint256 mostWad);
    /// The steps of this hour are used up; there is room for this one at `retryAt`.
    #[derive(Debug, PartialEq, Eq)]
    error MarketSurfaceTooFast(uint256 usedMillionths, uint256 mostMillionths, uint64 retryAt);
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
