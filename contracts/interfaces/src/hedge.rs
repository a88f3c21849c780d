use crate::sol;

sol! {
    /// What a hedger needs to know of a market, at one price. Numbers with `X64` are times 2^64.
    #[derive(Debug)]
    struct Appraisal {
        AppraisalHead head;
        /// C, as a trade would find it now.
        int128 capitalX64;
        bytes32 directory;
        bytes32[3] parameters;
        /// The options alone: those of now, and those of the inventory that was given.
        int128[40] nowX64;
        int128[40] oldX64;
    }

    /// What a hedger reads of it himself.
    #[derive(Debug)]
    struct AppraisalHead {
        uint256 spotWad;
        uint64 spotAt;
        /// What the vault may spend on a hedge, so that it keeps what it may owe and a quarter of its capital in cash.
        uint256 spareAtoms;
        uint8 tokenDecimals;
        /// Whether the market's breakers let its hedge move: it is not halted, and prices may be relied on.
        bool mayHedge;
        /// What is held against the options.
        int128 unitsX64;
        int128 cashX64;
    }

    /// A market's side of its hedge.
    #[derive(Debug)]
    interface IHedged {
        // Owner
        /// Names the program that holds the hedge, once.
        function wireHedger(address hedger) external;

        // Hedger
        /// Keeps what is held now. What the change has cost is drawn from the skew reserve as far as that goes.
        function recordHedge(int128 unitsX64, int128 cashX64, uint256 costAtoms) external;

        // Views
        function hedger() external view returns (address);
        function hedge() external view returns (int128 unitsX64, int128 cashX64);
        /// The vault's options: of each live board its id, then four slots of series.
        function inventory() external view returns (bytes32[] words);
        /// Values the book, and an inventory as `inventory` has told it before, at the market's prices of now. Boards that have
        /// been settled since do not count, and of those listed since the old inventory has nothing.
        function appraise(bytes32[] calldata words) external view returns (Appraisal appraisal);
    }

    /// One fill: so much of the underlying, bought if positive, at `limitPriceWad` a unit or better.
    #[derive(Debug)]
    struct HedgeLeg {
        address venue;
        int256 quantityAtoms;
        uint256 limitPriceWad;
    }

    /// What a hedger keeps, as the referee is told of it.
    #[derive(Debug)]
    struct HedgeState {
        uint64 openedAt;
        int128 averageX64;
        uint64 averagedAt;
        int128 usedX64;
        uint64 usedAt;
        uint64 nowAt;
        uint8 baseDecimals;
        /// As they are packed.
        bytes32[2] terms;
    }

    /// What a rebalance has done: the underlying held before and after, less what is owed; the stablecoin that it took (negative if
    /// it brought some), beside what it posted; what of it lies elsewhere now; and the tip that is wanted at most.
    #[derive(Debug)]
    struct Outcome {
        int256 beforeAtoms;
        int256 afterAtoms;
        int256 spentAtoms;
        int256 cashAtoms;
        uint256 maxTipAtoms;
    }

    /// What an accepted rebalance leaves. The cost is what the vault lost, with the tip, and not below zero.
    #[derive(Debug)]
    struct Verdict {
        uint256 tipAtoms;
        uint256 costAtoms;
        int256 lostWad;
        int256 gainWad;
        Holding holding;
        uint64 openedAt;
        int128 averageX64;
        int128 usedX64;
    }

    /// What is held for a market: of the underlying, less what is owed, and of the stablecoin, posted for that or owed.
    #[derive(Debug)]
    struct Holding {
        int128 unitsX64;
        int128 cashX64;
    }

    /// What a leg is: of the stablecoin, what a buy may cost or a sale must bring; and what it is worth at spot.
    #[derive(Debug)]
    struct LegTerms {
        uint256 quoteAtoms;
        uint256 notionalWad;
    }

    /// What a hedger keeps of its account at a perpetual venue: what is believed of the position, and what an order asks for, if
    /// any, with what that costs at least.
    #[derive(Debug)]
    struct PerpKept {
        int256 unitsAtoms;
        int256 cashAtoms;
        int256 askedAtoms;
        int256 costAtoms;
    }

    /// What the venue says. As [`crate::PerpStanding`], which is declared elsewhere.
    #[derive(Debug)]
    struct PerpTold {
        int256 sizeWad;
        int256 costAtoms;
        uint256 marginAtoms;
        uint256 order;
        int256 pendingWad;
        int256 pendingCostAtoms;
        uint64 deadline;
    }

    /// What is made of that. Cash is margin less what the units have cost; what an order in flight loses at the worst is told apart.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct PerpMark {
        /// Whether it can be so at all: units that the order may have led to, worth at least nothing, the order that was asked for.
        bool isSound;
        int256 unitsAtoms;
        /// The cash that is believed at most, for the next mark.
        int256 believedAtoms;
        /// The cash that counts.
        int256 cashAtoms;
        uint256 worstAtoms;
        /// What all of it is worth.
        uint256 worthAtoms;
    }

    /// What a trade of options has done, as the referee is told of it.
    #[derive(Debug)]
    struct OptionsTraded {
        /// Since when options are paid for, 0 while they are not.
        uint64 openedAt;
        /// What trades of options have used of their budget, as of then.
        int128 usedX64;
        uint64 usedAt;
        /// When the first of the options that were traded expires.
        uint64 expiry;
        /// The underlying held, less what is owed.
        int256 netAtoms;
        /// What the solver has paid.
        int256 costAtoms;
        uint256 maxTipAtoms;
    }

    /// What an accepted trade leaves.
    #[derive(Debug)]
    struct OptionsVerdict {
        uint256 tipAtoms;
        int256 lostWad;
        int256 gainWad;
        /// The window for hedges.
        uint64 openedAt;
        /// The window for options.
        uint64 optionsOpenedAt;
        int128 averageX64;
        /// Of the budget of options.
        int128 usedX64;
    }

    /// Judges rebalances: a pure function, of what the market has told and the hedger keeps.
    #[derive(Debug)]
    interface IReferee {
        /// What must be posted for a debt of the underlying, and what the debt is worth at spot.
        function collateral(HedgeState state, AppraisalHead head, uint256 debtAtoms) external pure
            returns (LegTerms terms);
        /// What an order of so much of the underlying may cost or must bring at its limit, and what it is worth at spot.
        function perpLimit(HedgeState state, AppraisalHead head, HedgeLeg leg) external pure returns (LegTerms terms);
        /// What must lie at a perpetual venue with so much of the underlying, and what that is worth at spot.
        function perpMargin(HedgeState state, AppraisalHead head, int256 unitsAtoms) external pure
            returns (LegTerms terms);
        /// What is made of what a perpetual venue tells.
        function perpMark(HedgeState state, AppraisalHead head, PerpKept kept, PerpTold told) external pure
            returns (PerpMark mark);
        /// What is held, in the market's units.
        function holding(HedgeState state, uint8 tokenDecimals, int256 netAtoms, int256 cashAtoms) external pure
            returns (Holding held);
        /// The window for hedges, the average, and the window for options as of now.
        function observe(HedgeState state, int256 netAtoms, uint64 optionsWereOpenedAt, Appraisal told) external pure
            returns (uint64 openedAt, int128 averageX64, uint64 optionsOpenedAt);
        /// What a rebalance leaves, if it keeps to every rule.
        function judge(HedgeState state, Outcome outcome, Appraisal told) external pure returns (Verdict verdict);
        /// What a trade of options leaves, if it keeps to every rule: what the market told before, and its options after.
        function judgeOptions(HedgeState state, OptionsTraded traded, Appraisal told, int128[40] afterX64) external pure
            returns (OptionsVerdict verdict);
    }

    /// The hedge changed: the underlying and the cash held beside it, what that cost, and what the skew reserve paid of it.
    #[derive(Debug)]
    event HedgeRecorded(int128 unitsX64, int128 cashX64, uint256 costAtoms, uint256 reserveAtoms);

    /// An inventory has five words for each board, at most eight boards.
    #[derive(Debug, PartialEq, Eq)]
    error MarketInventoryMalformed(uint256 words);

    // The hedger
    /// What a solver wants done.
    #[derive(Debug)]
    struct RebalanceRequest {
        /// The hedger's, which moves with every rebalance and every change of its terms and venues.
        uint64 riskEpoch;
        /// The oracle's price must be at least as young.
        uint64 minPriceAt;
        uint64 deadline;
        /// The tip that is wanted at most.
        uint256 maxTipAtoms;
        HedgeLeg[] legs;
    }

    /// Where hedges are filled. Before it is called it has what the hedger gives, or the solver has if the venue passes it on.
    /// Underlying goes to the hedger, stablecoins go to the clearing house, what was not used of them too: balances there are
    /// counted, and no answer is trusted.
    #[derive(Debug)]
    interface IVenue {
        /// Buys `baseAtoms` of the underlying for at most `quoteAtoms`, or sells them for at least as many.
        function fill(bool isBuy, uint256 baseAtoms, uint256 quoteAtoms, address solver) external;
        /// Whether what is given goes to the solver himself.
        function isPassedOn() external view returns (bool);
    }

    /// A solver that fills hedges himself, called by the filler venue once he has what is given.
    #[derive(Debug)]
    interface IFiller {
        /// Send `to` the other side: `baseAtoms` of the underlying if the vault buys, else `quoteAtoms`.
        function fillHedge(address to, bool isBuy, uint256 baseAtoms, uint256 quoteAtoms) external;
    }

    /// The venue that has solvers fill hedges themselves: it calls the solver, who has been given what the vault gives, and has
    /// no privilege that he could use.
    #[derive(Debug)]
    interface IFillerVenue {
        function hedger() external view returns (address);
    }

    /// The venue that fills at a Uniswap v3 pool.
    #[derive(Debug)]
    interface IPoolVenue {
        /// The pool, while it swaps: pays what it asks for out of what the hedger has sent.
        function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external;
        function hedger() external view returns (address);
        function pool() external view returns (address);
    }

    /// A pool where spot is traded.
    #[derive(Debug)]
    interface IUniswapV3Swap {
        function swap(
            address recipient, bool zeroForOne, int256 amountSpecified, uint160 sqrtPriceLimitX96, bytes calldata data
        ) external returns (int256 amount0, int256 amount1);
    }

    /// The program that holds a market's hedge, and lets solvers move it under rules.
    #[derive(Debug)]
    interface IHedger {
        // Anybody
        /// Keeps the vault's inventory as one to compare with, moves the average price, opens and closes the windows.
        /// `CheckpointTaken` tells the words that a rebalance must bring.
        function checkpoint() external;
        /// Fills legs and earns the caller a tip, if what is measured keeps to every rule. `words` are those of a checkpoint.
        function rebalance(RebalanceRequest calldata request, bytes32[] calldata words) external
            returns (uint256 tipAtoms);
        /// The same, sent by anybody for a solver who has signed the request (EIP-712, ERC-1271); the tip is the solver's.
        function rebalanceBySignature(
            RebalanceRequest calldata request,
            bytes32[] calldata words,
            address solver,
            uint256 nonce,
            bytes calldata signature
        ) external returns (uint256 tipAtoms);

        /// Posts at the lender what the debt asks for at the oracle's price, takes back what lies there beyond that, and tells the
        /// market what is held, with the interest since.
        function tend() external;

        // Owner
        /// What may be filled at a venue in one rebalance, at most so much, or owed to the lender, or held at the perpetual venue;
        /// zero closes it. A lender or a perpetual venue that is closed counts for nothing, neither what lies there nor what is owed
        /// there.
        function setVenue(address venue, uint256 capWad) external;
        /// Names the account that borrows the underlying, once nothing is left at the one before.
        function setLender(address lender) external;
        /// Names the program that hedges at perpetual venues, once.
        function wireBroker(address broker) external;
        /// Names the program that hedges by options, once. Before that, nobody is paid for them.
        function wireDealer(address dealer) external;
        /// In millionths, in the order of `equipoise_risk::rebalance::TERM_RULES`. The registry's, once one is named (`ITuned`).
        function setTerms(uint32[] calldata millionths) external;
        function transferOwnership(address successor) external;
        function acceptOwnership() external;

        // Guardian of the market's registry, or the owner before one is named
        /// Closes a venue at once.
        function closeVenue(address venue) external;

        // Views
        function owner() external view returns (address);
        function market() external view returns (address);
        function clearing() external view returns (address);
        /// The program that runs what is rarer than a rebalance, in the hedger's storage.
        function trustee() external view returns (address);
        /// The program that hedges at perpetual venues, in the hedger's storage (`IBroker`); zero for none.
        function broker() external view returns (address);
        /// The program that hedges by options, in the hedger's storage (`IDealer`); zero for none.
        function dealer() external view returns (address);
        function base() external view returns (address);
        function terms() external view returns (uint32[] millionths);
        function venueCap(address venue) external view returns (uint256 capWad);
        /// The underlying held for the market; what was given to the hedger beside it is not counted.
        function heldAtoms() external view returns (uint256 atoms);
        /// The account that borrows the underlying, zero for none.
        function lender() external view returns (address);
        /// What lies at the lender and what is owed there, with interest until now; nothing if he is closed.
        function position() external view returns (uint256 collateralAtoms, uint256 debtAtoms);
        /// The epoch; since when the window for hedges is open, 0 if it is closed; the average price and when it was last moved.
        function state() external view
            returns (uint64 riskEpoch, uint64 openedAt, uint256 averageWad, uint64 averagedAt);
        /// What rebalances have used of a day's budget, as of then.
        function budget() external view returns (uint256 usedWad, uint64 at);
        /// The hashes of the last two checkpoints, the younger first, and when they were taken.
        function checkpoints() external view returns (bytes32[2] hashes, uint64[2] takenAt);
        /// How many signed requests of a solver's have been used: the next has this number.
        function nonces(address solver) external view returns (uint256);
        function DOMAIN_SEPARATOR() external view returns (bytes32);
    }

    #[derive(Debug)]
    event CheckpointTaken(bytes32 indexed hash, uint64 at, uint256 spotWad, uint256 averageWad, uint64 openedAt, bytes32[] words);
    /// What the vault holds now, what it lost by it at spot (negative for a gain), and by how much R fell.
    #[derive(Debug)]
    event Rebalanced(
        address indexed solver,
        uint64 riskEpoch,
        uint256 heldAtoms,
        uint256 debtAtoms,
        int256 lostWad,
        uint256 tipAtoms,
        int256 gainWad,
        uint256 spotWad
    );
    #[derive(Debug)]
    event VenueSet(address indexed venue, uint256 capWad);
    #[derive(Debug)]
    event HedgeTermsSet(uint32[] millionths);
    #[derive(Debug)]
    event LenderSet(address indexed lender);
    /// What lies at the lender and what is owed there.
    #[derive(Debug)]
    event HedgeTended(uint256 collateralAtoms, uint256 debtAtoms);

    /// Read the epoch anew and sign for it.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerEpochDiffers(uint64 riskEpoch, uint64 current);
    #[derive(Debug, PartialEq, Eq)]
    error HedgerDeadlinePassed(uint64 deadline, uint64 nowAt);
    /// The oracle's price is older than the request, or than the terms permit.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerPriceTooOld(uint64 spotAt, uint64 leastAt);
    /// The market is halted, or its prices may not be relied on: `marketState` says until when.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerMarketStopped();
    /// The words are those of neither checkpoint: `CheckpointTaken` tells them.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerCheckpointUnknown(bytes32 hash);
    #[derive(Debug, PartialEq, Eq)]
    error HedgerCheckpointTooYoung(uint64 takenAt, uint64 leastSecs);
    #[derive(Debug, PartialEq, Eq)]
    error HedgerLegsCount(uint256 count, uint256 maximum);
    /// Not zero, and at most 2^127.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerQuantityInvalid(int256 quantityAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error HedgerVenueCapExceeded(address venue, uint256 notionalWad, uint256 capWad);
    /// A buy may cost at most the one, a sale must bring at least the other.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerPriceOutOfBand(uint256 limitPriceWad, uint256 mostWad, uint256 leastWad);
    /// The venue has delivered too little for what it was given.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerFillShort(address venue, uint256 gotAtoms, uint256 leastAtoms);
    /// Something lies at or is owed to the lender that is named: repay first.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerLenderInUse(address lender);
    /// A sale of more than is held, where nobody lends the rest.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerNothingToSell(uint256 wantedAtoms, uint256 heldAtoms);
    /// The vault keeps the rest for what it may owe.
    #[derive(Debug, PartialEq, Eq)]
    error HedgerCashShort(uint256 wantedAtoms, uint256 spareAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error HedgerLimitExceeded(uint256 valueWad, uint256 limitWad);
    #[derive(Debug, PartialEq, Eq)]
    error HedgerWindowClosed();
    #[derive(Debug, PartialEq, Eq)]
    error HedgerDeltaGrows(uint256 afterWad, uint256 mostWad);
    #[derive(Debug, PartialEq, Eq)]
    error HedgerGainTooSmall(int256 gainWad, uint256 leastWad);
    #[derive(Debug, PartialEq, Eq)]
    error HedgerCostTooHigh(int256 lostWad, uint256 mostWad);
    #[derive(Debug, PartialEq, Eq)]
    error HedgerBudgetExceeded(uint256 costWad, uint256 mostWad);
    #[derive(Debug, PartialEq, Eq)]
    error HedgerTermOutOfBounds(uint256 place, uint32 millionths);
    #[derive(Debug, PartialEq, Eq)]
    error HedgerTermCount(uint256 count, uint256 expected);
    #[derive(Debug, PartialEq, Eq)]
    error HedgerNumberOutOfDomain();
    #[derive(Debug, PartialEq, Eq)]
    error HedgerNonceDiffers(uint256 nonce, uint256 expected);
    #[derive(Debug, PartialEq, Eq)]
    error HedgerDecimalsUnsupported(address token, uint8 decimals);
    /// The pool trades other tokens than the hedger's.
    #[derive(Debug, PartialEq, Eq)]
    error PoolVenueTokensDiffer(address token0, address token1);
    /// The token said no, or moved another amount.
    #[derive(Debug, PartialEq, Eq)]
    error TokenTransferFailed(address token, uint256 amountAtoms);
}
