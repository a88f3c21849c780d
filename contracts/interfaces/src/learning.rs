use crate::sol;

sol! {
    /// What spreads have learned. Millionths are of a ratio, or of a reward's unit.
    #[derive(Debug, PartialEq, Eq)]
    struct Learning {
        /// The most that spreads may be widened; nothing is learned at one.
        uint32 mostMillionths;
        /// By how much they are wider from the next round of the feed on, if that is not so already.
        uint32 factorMillionths;
        /// Epochs that have ended.
        uint32 epochs;
        uint64 epochAt;
        /// When `learn` may end the epoch.
        uint64 dueAt;
        /// Half spreads and fees of the epoch's trades, and the sizes of their dollar deltas.
        uint256 earnedWad;
        uint256 grossWad;
        /// The chance that the factor had, what each factor has gained beyond the average reward, and that average.
        uint32 chanceMillionths;
        int128[4] gainsMillionths;
        int128 baselineMillionths;
    }

    /// A market whose spreads learn from what they have earned.
    #[derive(Debug)]
    interface ILearning {
        /// How far learning may widen spreads: from 1, where it is off, to 2. Less binds at once, which is from the next round of the
        /// feed on. The registry of parameters, or before one is named the owner.
        function setLearning(uint32 mostMillionths) external;
        /// Ends an epoch of a day, scores it, and takes the next factor, a step away at most. Anybody, once it is due.
        function learn() external;
        function learning() external view returns (Learning learned);
    }

    /// Learning may widen spreads so far.
    #[derive(Debug)]
    event LearningSet(uint32 mostMillionths);
    /// An epoch has ended: what its trades have brought, what markouts have taken, the reward, and the factor of the next one.
    #[derive(Debug)]
    event SpreadsLearned(
        uint32 epochs, uint32 factorMillionths, int128 rewardMillionths, uint256 earnedWad, uint256 lostWad
    );

    /// Nothing is learned: votes have not allowed it, or nobody has traded yet.
    #[derive(Debug, PartialEq, Eq)]
    error MarketLearningOff();
    /// The epoch goes on.
    #[derive(Debug, PartialEq, Eq)]
    error MarketLearningTooEarly(uint64 dueAt, uint64 nowAt);
    /// Learning may widen spreads by a factor within bounds only.
    #[derive(Debug, PartialEq, Eq)]
    error MarketLearningOutOfBounds(uint32 mostMillionths, uint32 leastAllowed, uint32 mostAllowed);
}
