use crate::sol;

sol! {
    /// A market of the vault: the program, the oracle it reads, and its weight when deposits are split.
    #[derive(Debug, PartialEq, Eq)]
    struct Allocation { address market; address oracle; uint32 weight; }

    /// What may be set. Ratios are millionths: of the claim a year, of the net asset value, of the net asset
    /// value a year, of the junior's gain.
    #[derive(Debug, PartialEq, Eq)]
    struct Terms {
        uint32 seniorRate;
        uint32 coverage;
        uint32 managementFee;
        uint32 performanceFee;
        address feeRecipient;
    }

    /// The vault: the capital of LPs in two tranches, and the epochs in which it moves.
    ///
    /// Epoch `n` cuts at `n` times the spacing of cuts, in unix time. A request joins the epoch whose cut lies between one
    /// and two spacings ahead. After the cut, and a round of every market's feed from then on, anybody may have it priced.
    #[derive(Debug)]
    interface IVault {
        /// Prices the oldest epoch that has requests. `firstRounds` names, for each market, the first round of its feed at or
        /// after the cut that has a price. If the feed has moved since, the epoch is priced at the worse end of what it can have been
        /// worth then. An epoch that nobody has priced within a week of its cut is given back instead.
        function processEpoch(uint80[] firstRounds) external returns (uint64 epoch);
        /// Brings the senior's claim to the present. Anybody may call.
        function accrue() external returns (uint256 claimAtoms);
        /// Sends the fees to their recipient. Anybody may call.
        function payFees() external returns (uint256 amountAtoms);

        // The owner
        /// Names the tranches and the markets, these by the numbers that the clearing house has given them, once.
        function wire(address senior, address junior, Allocation[] allocations) external;
        /// The parameters' registry only, or the owner before one is named: see `ITuned`.
        function setTerms(Terms agreed) external;
        /// Lets deposits in again after bad debt has left the vault worth less than a token for good: it holds no options, and
        /// no market's cash is a token. The insurance fund must hold something, for it pays first what debts are left.
        /// Both tranches start new series; the old shares and the senior's claim are worth nothing, as they were.
        function reopen() external;
        function transferOwnership(address successor) external;
        function acceptOwnership() external;

        // Views
        function openEpoch() external view returns (uint64 epoch, uint64 cutAt);
        /// The epoch that `processEpoch` comes to next, zero if no epoch has requests.
        function nextEpoch() external view returns (uint64 epoch, uint64 cutAt);
        /// All markets together: see `IMarket.nav`.
        function nav() external view
            returns (
                int256 navAtoms, uint256 uncertaintyAtoms, uint256 reserveAtoms, uint256 redeemableAtoms, uint64 priceAt,
                bool isSettlementPending
            );
        /// What a tranche is worth: at the mid, to who leaves, to who enters.
        function trancheValue(bool isSenior) external view returns (uint256 midAtoms, uint256 bidAtoms, uint256 askAtoms);
        /// The senior's claim now, whether the net asset value covers it, and the junior's series.
        function claim() external view returns (uint256 claimAtoms, bool isCovered, uint32 juniorSeries);
        function terms() external view returns (Terms agreed);
        function allocations() external view returns (Allocation[] list);
        function feesAtoms() external view returns (uint256);
        function cutSpacingSecs() external view returns (uint64);
        function clearing() external view returns (address);
        function senior() external view returns (address);
        function junior() external view returns (address);
        /// The program that runs wiring, terms and plain views in the vault's storage.
        function steward() external view returns (address);
        function owner() external view returns (address);
    }

    #[derive(Debug)]
    event EpochProcessed(
        uint64 indexed epoch, int256 navAtoms, uint256 uncertaintyAtoms, uint256 reserveAtoms, uint256 claimAtoms,
        uint256 feeAtoms, uint32 juniorSeries
    );
    #[derive(Debug)]
    event EpochLapsed(uint64 indexed epoch);
    #[derive(Debug)]
    event ClaimAccrued(bool indexed isCovered, uint256 claimAtoms);
    #[derive(Debug)]
    event TermsSet(
        uint32 seniorRate, uint32 coverage, uint32 managementFee, uint32 performanceFee, address indexed feeRecipient
    );
    #[derive(Debug)]
    event VaultReopened(uint32 juniorSeries);
    #[derive(Debug)]
    event FeesPaid(address indexed recipient, uint256 amountAtoms);

    #[derive(Debug, PartialEq, Eq)]
    error VaultEpochNotClosed(uint64 epoch, uint64 cutAt, uint64 priceAt);
    #[derive(Debug, PartialEq, Eq)]
    error VaultNothingToProcess();
    #[derive(Debug, PartialEq, Eq)]
    error VaultCutSpacingOutOfRange(uint64 spacingSecs, uint64 minSecs, uint64 maxSecs);
    #[derive(Debug, PartialEq, Eq)]
    error VaultSettlementPending();
    #[derive(Debug, PartialEq, Eq)]
    error VaultRoundsCount(uint256 count, uint256 expected);
    #[derive(Debug, PartialEq, Eq)]
    error VaultRoundNotFirst(uint80 roundId, uint64 updatedAt, uint64 cutAt);
    #[derive(Debug, PartialEq, Eq)]
    error VaultMarketsCount(uint256 count, uint256 maximum);
    #[derive(Debug, PartialEq, Eq)]
    error VaultWeightIsZero(address market);
    /// The clearing house has another market under this number: name them in the order in which they were registered.
    #[derive(Debug, PartialEq, Eq)]
    error VaultMarketOutOfOrder(address market, uint8 number);
    #[derive(Debug, PartialEq, Eq)]
    error VaultTermOutOfBounds(uint256 place, uint32 value, uint32 min, uint32 max);
    #[derive(Debug, PartialEq, Eq)]
    error VaultNoFees();
    /// A market can come to be worth so much to those who are in the vault; a token is too much.
    #[derive(Debug, PartialEq, Eq)]
    error VaultStillWorth(int256 mostAtoms);
    /// The vault holds options, whose value is uncertain by so much: it may recover.
    #[derive(Debug, PartialEq, Eq)]
    error VaultHoldsOptions(uint256 uncertaintyAtoms);
    /// Debts that nobody has paid would be drawn from new deposits: pay them, and leave something in the fund.
    #[derive(Debug, PartialEq, Eq)]
    error VaultInsuranceEmpty();
    #[derive(Debug, PartialEq, Eq)]
    error VaultNumberOutOfRange(int256 navAtoms);
}
