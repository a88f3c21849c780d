use crate::sol;

sol! {
    /// The oracle: one spot price, checked; what else tells whether it may be relied on; and the settlement average.
    #[derive(Debug)]
    interface IOracle {
        /// The latest spot price with its round and time. Fails if the feed is unusable; an old
        /// price is returned as it is, for the market decides how old is too old. Beside it, since when the sequencer has been
        /// up: 0 if no feed tells, the largest number while it is down or its feed is unusable.
        function spot() external view
            returns (uint256 priceWad, uint80 roundId, uint64 updatedAt, uint64 sequencerUpSince);

        /// As `spot`; for a trade, though, the second source's price, of the second `updatedAt`, while it may be traded at beside the
        /// feed's. The round is the feed's. `doubtX64` is what widens the market's band at a pulled price beside its age, as a share in
        /// units of 2^-64; zero for the feed's price alone.
        function price(bool isTrade) external view
            returns (uint256 priceWad, uint80 roundId, uint64 updatedAt, uint64 sequencerUpSince, uint64 doubtX64);

        /// What the other sources say of a spot price: ages in seconds, 0 for a source that is not named and the largest number for one
        /// that is unusable; distances in millionths, up, 0 where there is nothing to compare. The two prices are compared where the
        /// second is fresh, and what it may be off by counts as distance. Where the second is traded at, the feed's own price is
        /// what it is compared with.
        function check(uint256 spotWad) external view
            returns (uint64 sourceAgeSecs, uint32 deviationMillionths, uint64 stablecoinAgeSecs, uint32 stablecoinMillionths);

        /// The time-weighted average over the window of `windowSecs` that ends at `expiry`, down.
        /// `firstRound` must be the last round at or before the window's start; the rounds after it
        /// are read in order until one at or past the expiry has been seen, or the feed has been
        /// silent for a day after it. A round that carries no usable price changes nothing: the
        /// last price goes on. So does the end of a phase whose successor has no later round.
        function settlementPrice(uint64 expiry, uint64 windowSecs, uint80 firstRound) external view
            returns (uint256 priceWad);

        /// What the average over the window of `windowSecs` that ends at `expiry` comes to if the feed says nothing more, down: what
        /// has been so far, and the last price for the rest. It reads the rounds backwards, from the newest to the last at or before
        /// the window's start, so nobody names one: those of one phase, and no more than can be read in one transaction.
        function begunAverage(uint64 expiry, uint64 windowSecs) external view returns (uint256 priceWad);

        function feed() external view returns (address);
        /// The sequencer's uptime feed, the second source, and the stablecoin's feed; zero for none.
        function sources() external view returns (address sequencer, address source, address stablecoin);
        /// How old the feed's price may be for the second source's to be traded at; 0 if it never is.
        function mostPushAgeSecs() external view returns (uint32);
    }

    /// Prices can only be pulled from a source that is one of signed prices.
    #[derive(Debug, PartialEq, Eq)]
    error OracleSourceNotPulled(address source);
    /// Of a price this old no market trades at all.
    #[derive(Debug, PartialEq, Eq)]
    error OraclePushAgeTooLong(uint32 mostPushAgeSecs, uint32 limitSecs);

    #[derive(Debug, PartialEq, Eq)]
    error OracleFeedUnreadable(address feed);
    #[derive(Debug, PartialEq, Eq)]
    error OraclePriceNotPositive(int256 answer, uint80 roundId);
    #[derive(Debug, PartialEq, Eq)]
    error OracleRoundIncomplete(uint80 roundId, uint80 answeredInRound);
    #[derive(Debug, PartialEq, Eq)]
    error OracleTimeInFuture(uint256 updatedAt, uint64 nowAt);
    #[derive(Debug, PartialEq, Eq)]
    error OraclePriceOutOfDomain(int256 answer, uint8 decimals);
    #[derive(Debug, PartialEq, Eq)]
    error OracleDecimalsUnsupported(uint8 decimals);
    #[derive(Debug, PartialEq, Eq)]
    error OracleWindowInvalid(uint64 expiry, uint64 windowSecs, uint64 maxWindowSecs);
    #[derive(Debug, PartialEq, Eq)]
    error OracleWindowOpen(uint64 expiry, uint64 latestRoundAt);
    #[derive(Debug, PartialEq, Eq)]
    error OracleFirstRoundUnusable(uint80 roundId);
    #[derive(Debug, PartialEq, Eq)]
    error OracleFirstRoundTooLate(uint80 roundId, uint64 updatedAt, uint64 windowStart);
    #[derive(Debug, PartialEq, Eq)]
    error OracleFirstRoundTooEarly(uint80 roundId, uint80 laterRoundId, uint64 laterUpdatedAt, uint64 windowStart);
    #[derive(Debug, PartialEq, Eq)]
    error OracleRoundsNotIncreasing(uint80 roundId, uint64 updatedAt, uint64 previousAt);
    /// More rounds than are read backwards lie in a window that has begun: wait until the board is settled.
    #[derive(Debug, PartialEq, Eq)]
    error OracleWindowTooLong(uint64 windowStart, uint32 mostRounds);
    /// The feed's phase began inside the window, and nothing says where the one before ended: wait until the board is settled.
    #[derive(Debug, PartialEq, Eq)]
    error OracleWindowPhaseBegan(uint80 firstRoundId, uint64 windowStart);
}
