use crate::sol;

sol! {
    /// A second opinion on a price. Prices are quote per unit of the underlying.
    #[derive(Debug)]
    interface IPriceSource {
        /// The price, how far it may be off, and when it was made. Fails, typed, if there is no usable one. The price lies
        /// within the oracle's domain, and how far it may be off is above zero and below the price. How old is too old is
        /// for whoever asks.
        function latest() external view returns (uint256 priceWad, uint256 confidenceWad, uint64 updatedAt);
    }

    /// A source whose prices anybody brings, so that they are as young as a trade needs them.
    #[derive(Debug)]
    interface IPullSource {
        /// The last price as `IPriceSource` tells it, and by how much the price has moved in this second: 1 and this is the product
        /// over the second's updates of the ratio of both prices, where the old one was at most 5 seconds old. Up.
        function pulled() external view
            returns (uint256 priceWad, uint256 confidenceWad, uint64 publishedAt, uint32 movedMillionths);
    }

    /// A price as its publishers sign it: EIP-712, in the program's domain, "Equipoise Signed Source" of version "1".
    #[derive(Debug, PartialEq, Eq)]
    struct PriceUpdate {
        /// What the source prices.
        bytes32 underlying;
        uint256 priceWad;
        /// How far the price may be off: above zero, below the price.
        uint256 confidenceWad;
        /// After that of the last price, not in the future, and no older than the source takes.
        uint64 publishedAt;
    }

    /// What a publisher signed with: 65 bytes of a key's, or what his contract takes for one (ERC-1271).
    #[derive(Debug, PartialEq, Eq)]
    struct PriceSignature { address publisher; bytes signature; }

    /// A price that m of n publishers have signed and anybody brings. It is also an `IPriceSource` and an `IPullSource`.
    #[derive(Debug)]
    interface ISignedSource {
        // The owner
        /// Replaces all publishers, by rising address and at most 16, and how many of them must sign.
        function setPublishers(address[] publishers, uint8 threshold) external;
        function transferOwnership(address successor) external;
        function acceptOwnership() external;

        // Anybody
        /// Takes a price that enough publishers have signed, their signatures by rising address. Whoever brings it.
        function update(PriceUpdate priceUpdate, PriceSignature[] signatures) external;

        // Views
        function publishers() external view returns (address[] publishers, uint8 threshold);
        function underlying() external view returns (bytes32);
        /// How old a price may be when it is brought.
        function maxAgeSecs() external view returns (uint64);
        function owner() external view returns (address);
        function pendingOwner() external view returns (address);
    }

    /// The time-weighted average of a Uniswap v3 pool. It is also an `IPriceSource`.
    #[derive(Debug)]
    interface IPoolSource {
        /// What it was made with: the pool, the side of it whose price is told, the decimals of both sides, the window of
        /// the average, and the least harmonic mean of the pool's liquidity over it.
        function terms() external view returns (
            address pool, bool isBaseToken1, uint8 baseDecimals, uint8 quoteDecimals, uint64 windowSecs,
            uint256 minLiquidity);
    }

    /// A Uniswap v3 pool, as far as its average is read. Answers are declared wider than the pool declares them: the
    /// words are the same.
    #[derive(Debug)]
    interface IUniswapV3Pool {
        function token0() external view returns (address);
        function token1() external view returns (address);
        function slot0() external view returns (
            uint256 sqrtPriceX96, int128 tick, uint16 observationIndex, uint16 observationCardinality,
            uint16 observationCardinalityNext, uint8 feeProtocol, bool unlocked);
        /// Sums over time, each as it was so many seconds ago: of ticks, and of seconds per liquidity.
        function observe(uint32[] secondsAgos) external view
            returns (int128[] tickCumulatives, uint256[] secondsPerLiquidityCumulativeX128s);
        function observations(uint256 index) external view returns (
            uint32 blockTimestamp, int128 tickCumulative, uint256 secondsPerLiquidityCumulativeX128, bool initialized);
    }

    #[derive(Debug, PartialEq, Eq)]
    event PriceUpdated(uint256 priceWad, uint256 confidenceWad, uint64 publishedAt);
    #[derive(Debug, PartialEq, Eq)]
    event PublishersSet(address[] publishers, uint8 threshold);

    // All sources
    #[derive(Debug, PartialEq, Eq)]
    error SourcePriceOutOfDomain(uint256 priceWad, uint256 minWad, uint256 maxWad);
    /// A price may be off by more than nothing, and by less than itself.
    #[derive(Debug, PartialEq, Eq)]
    error SourceConfidenceInvalid(uint256 confidenceWad, uint256 priceWad);

    // The signed source
    /// Nobody has brought a price yet: call `update`.
    #[derive(Debug, PartialEq, Eq)]
    error SignedSourceEmpty();
    #[derive(Debug, PartialEq, Eq)]
    error SignedSourceUnderlyingIsZero();
    #[derive(Debug, PartialEq, Eq)]
    error SignedSourceMaxAgeOutOfBounds(uint64 maxAgeSecs, uint64 minSecs, uint64 maxSecs);
    /// The price is of something else.
    #[derive(Debug, PartialEq, Eq)]
    error SignedSourceUnderlyingDiffers(bytes32 underlying, bytes32 expected);
    /// There is a price of this moment, or of a later one, already.
    #[derive(Debug, PartialEq, Eq)]
    error SignedSourceTimeNotIncreasing(uint64 publishedAt, uint64 lastPublishedAt);
    #[derive(Debug, PartialEq, Eq)]
    error SignedSourceTimeInFuture(uint64 publishedAt, uint64 nowAt);
    /// It came too late: bring a newer one.
    #[derive(Debug, PartialEq, Eq)]
    error SignedSourceUpdateTooOld(uint64 publishedAt, uint64 maxAgeSecs, uint64 nowAt);
    /// Nobody may publish yet: the owner calls `setPublishers` first.
    #[derive(Debug, PartialEq, Eq)]
    error SignedSourcePublishersUnset();
    #[derive(Debug, PartialEq, Eq)]
    error SignedSourcePublisherUnknown(address publisher);
    /// Publishers come by rising address, each once, in a list of them as in what they sign.
    #[derive(Debug, PartialEq, Eq)]
    error SignedSourcePublishersUnordered(address publisher, address previous);
    #[derive(Debug, PartialEq, Eq)]
    error SignedSourcePublishersInvalid(uint256 count, uint256 maximum, uint8 threshold);
    #[derive(Debug, PartialEq, Eq)]
    error SignedSourceSignaturesTooFew(uint256 count, uint8 threshold);

    // The pool source
    #[derive(Debug, PartialEq, Eq)]
    error PoolSourceWindowOutOfBounds(uint64 windowSecs, uint64 minSecs, uint64 maxSecs);
    /// It must be above zero and below 2^128.
    #[derive(Debug, PartialEq, Eq)]
    error PoolSourceMinLiquidityInvalid(uint256 minLiquidity);
    /// The pool does not trade this token.
    #[derive(Debug, PartialEq, Eq)]
    error PoolSourceTokenUnknown(address token, address token0, address token1);
    #[derive(Debug, PartialEq, Eq)]
    error PoolSourceDecimalsUnsupported(address token, uint8 decimals);
    #[derive(Debug, PartialEq, Eq)]
    error PoolSourcePoolUnreadable(address pool);
    /// The pool has no price yet: somebody calls its `initialize` first.
    #[derive(Debug, PartialEq, Eq)]
    error PoolSourcePoolUninitialised(address pool);
    /// The pool remembers less than the window. Wait, or call its `increaseObservationCardinalityNext` if it keeps too few.
    #[derive(Debug, PartialEq, Eq)]
    error PoolSourceHistoryTooShort(uint64 oldestAgeSecs, uint64 windowSecs, uint16 cardinality);
    /// The harmonic mean over the window.
    #[derive(Debug, PartialEq, Eq)]
    error PoolSourceLiquidityTooLow(uint256 liquidity, uint256 minLiquidity);
    /// The price of this tick, of the average or of the pool now, is outside of the oracle's domain.
    #[derive(Debug, PartialEq, Eq)]
    error PoolSourceTickOutOfDomain(int256 tick);
}
