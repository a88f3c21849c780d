use crate::sol;

sol! {
    /// One rule of a market's breakers at this moment. Numbers are seconds or millionths.
    #[derive(Debug, PartialEq, Eq)]
    struct Breaker {
        /// What is measured: `equipoise_risk::breakers::Measure`.
        uint8 measure;
        /// What the rule does: 1 reduce-only, 2 halted.
        uint8 effect;
        /// Whether the numbers are seconds.
        bool isSecs;
        /// Whether prices may not be relied on while it is tripped.
        bool isOfPrice;
        bool isTripped;
        /// Whether there is a reading now.
        bool isRead;
        uint32 reading;
        /// It trips from here on, and recovers `cooldownSecs` after the last reading that was not below the other.
        uint32 limit;
        uint32 recoversBelow;
        uint32 cooldownSecs;
        /// If it is tripped, the earliest it recovers, should all readings be good from now on.
        uint64 recoversAt;
    }

    /// A market's breakers: whether it trades. States: 0 open, 1 reduce-only, 2 halted.
    #[derive(Debug)]
    interface IBreakers {
        // Anybody
        /// Looks at every measure and stores what trips or recovers. Returns the state.
        function poke() external returns (uint8 state);

        // The guardian, or the owner while no registry is named
        /// Keeps the market from opening trades (1) or from all trades (2) for 72 hours. Nothing else: it cannot be taken back.
        function tighten(uint8 state) external;

        // Views
        /// The state now; the rules that are tripped, bit by bit in the order of `breakers`; whether prices may be relied on;
        /// and the earliest moment at which the market is open again, 0 if it is.
        function marketState() external view
            returns (uint8 state, uint32 trippedRules, bool isPriceSafe, uint64 recoversAt);
        function breakers() external view returns (Breaker[] rules);
    }

    /// The state of a market changed: the rules that are tripped now, bit by bit, and whether prices may be relied on.
    #[derive(Debug)]
    event MarketStateChanged(uint8 fromState, uint8 toState, uint32 trippedRules, bool isPriceSafe);
    /// The guardian keeps a market tight until then.
    #[derive(Debug)]
    event MarketTightened(address indexed guardian, uint8 toState, uint64 until);

    /// Only trades that close pass. The rules that are tripped, bit by bit in the order of `breakers`, and the earliest moment at
    /// which the market opens.
    #[derive(Debug, PartialEq, Eq)]
    error MarketReduceOnly(uint32 trippedRules, uint64 recoversAt);
    /// No trade passes.
    #[derive(Debug, PartialEq, Eq)]
    error MarketHalted(uint32 trippedRules, uint64 recoversAt);
    /// A guardian can ask for 1, reduce-only, or 2, halted.
    #[derive(Debug, PartialEq, Eq)]
    error GuardianOnlyTightens(uint8 toState);
}
