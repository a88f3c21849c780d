use crate::sol;

sol! {
    /// One leg of a package: a series and its signed size, positive to buy. As [`crate::Leg`], which is declared elsewhere.
    #[derive(Debug, PartialEq, Eq)]
    struct OfferedLeg { uint32 series; int256 sizeWad; }

    /// What a maker offers: to take the other side of so many units of a package, at the price that the vault itself asks for its
    /// own part of the same trade. Signed by the owner of `account` (EIP-712) in the underwriter's domain, "Equipoise
    /// Underwriter" of version "1", by his key or his contract (ERC-1271).
    #[derive(Debug, PartialEq, Eq)]
    struct UnderwritingOffer {
        /// The maker's account, which takes the positions and the cash.
        bytes32 account;
        /// One unit, as the taker trades it.
        OfferedLeg[] legs;
        /// Units over all fills.
        uint64 maxUnits;
        /// What the maker must be paid for a unit at least, after the vault's fee; negative if he pays.
        int256 minProceedsAtoms;
        /// Who may take it by any of his accounts; zero for anybody.
        address taker;
        /// Whatever the maker likes: offers of one number are cancelled together.
        uint256 nonce;
        /// The last moment at which it may be taken.
        uint64 validUntil;
    }

    /// What a taker wants: the vault's units and the maker's, one of each at least.
    #[derive(Debug, PartialEq, Eq)]
    struct UnderwritingOrder {
        /// An account that the caller owns or operates.
        bytes32 account;
        uint64 vaultUnits;
        uint64 makerUnits;
        /// What all of it may cost at most.
        int256 maxCostAtoms;
        uint64 deadline;
    }

    /// A price as its publishers sign it. As [`crate::PriceUpdate`], which is declared elsewhere.
    #[derive(Debug, PartialEq, Eq)]
    struct BroughtPrice { bytes32 underlying; uint256 priceWad; uint256 confidenceWad; uint64 publishedAt; }

    /// What a publisher signed with. As [`crate::PriceSignature`], which is declared elsewhere.
    #[derive(Debug, PartialEq, Eq)]
    struct BroughtSignature { address publisher; bytes signature; }

    /// What a shared trade would cost now. Positive amounts are paid by the taker.
    #[derive(Debug, PartialEq, Eq)]
    struct UnderwritingQuote {
        int256 costAtoms;
        int256 vaultCostAtoms;
        int256 makerCostAtoms;
        /// What the vault keeps of the maker's part.
        uint256 feeAtoms;
        /// What the vault alone would ask for all.
        int256 wholeCostAtoms;
        /// The offer's units that nobody has taken yet; none once it is cancelled or its time is over.
        uint64 unitsLeft;
    }

    /// The underwriter of one market: trades that the vault shares with a maker who has signed for it.
    #[derive(Debug)]
    interface IUnderwriter {
        /// Trades the vault's units with the vault and the maker's with the maker. The account's owner must have made the underwriter
        /// his operator in the clearing house. Returns what both cost.
        function trade(UnderwritingOrder order, UnderwritingOffer offer, bytes signature)
            external returns (int256 costAtoms);
        /// Brings a price to the source that the market's oracle pulls prices from, then trades with the vault, as `IMarket.tradeFor` does: within
        /// the same limits, with the same events. Where the source has that price already, or a newer one, the update is left alone.
        /// For who owns or operates the account, whose owner must have made the underwriter his operator in the clearing house.
        function tradeAt(
            bytes32 account, OfferedLeg[] legs, int256 maxCostAtoms, uint64 deadline, BroughtPrice priceUpdate,
            BroughtSignature[] signatures
        ) external returns (int256 costAtoms);
        /// Ends all offers of an account under a number, 60 seconds from now: until then who has seen one may take it. For
        /// who owns or operates the account. Returns the last moment at which they may be taken, the first one that was told.
        function cancel(bytes32 account, uint256 nonce) external returns (uint64 lastAt);

        // Views
        /// The price alone: whoever signed, and whether the market's limits and margins let it pass, is not looked at.
        function quote(UnderwritingOrder order, UnderwritingOffer offer) external view returns (UnderwritingQuote quoted);
        /// What is signed for an offer, and by which its fills are counted.
        function digestOf(UnderwritingOffer offer) external view returns (bytes32 digest);
        function filledUnits(bytes32 digest) external view returns (uint64 units);
        /// The last moment at which offers under a number may be taken, zero if they are not cancelled.
        function cancelledAt(bytes32 account, uint256 nonce) external view returns (uint64 lastAt);
        function market() external view returns (address);
        function clearing() external view returns (address);
    }

    /// A market's side of trades that makers share.
    #[derive(Debug)]
    interface IUnderwritten {
        // Owner
        /// Names the program that brings makers, once.
        function wireUnderwriter(address underwriter) external;

        // Underwriter
        /// Moves legs from the maker to the taker, who pays `costAtoms` for them, of which the vault keeps `feeAtoms`. The vault's
        /// book stays as it is. Whoever calls has traded with the vault in this transaction, and vouches for the maker.
        function crossTrade(bytes32 maker, bytes32 taker, int256 costAtoms, uint256 feeAtoms, OfferedLeg[] legs) external;

        // Views
        function underwriter() external view returns (address);
    }

    /// A trade that was shared. `wholeCostAtoms` is what the vault alone asked for all of it; `filledUnits` are the
    /// offer's over all its fills.
    #[derive(Debug, PartialEq, Eq)]
    event TradeUnderwritten(
        bytes32 indexed digest, bytes32 indexed taker, bytes32 indexed maker, uint64 vaultUnits, uint64 makerUnits,
        int256 vaultCostAtoms, int256 makerCostAtoms, uint256 feeAtoms, int256 wholeCostAtoms, uint64 filledUnits
    );
    #[derive(Debug, PartialEq, Eq)]
    event OffersCancelled(bytes32 indexed account, uint256 indexed nonce, uint64 lastAt);
    /// Legs that the taker bought of the maker.
    #[derive(Debug, PartialEq, Eq)]
    event OptionsCrossed(
        bytes32 indexed taker, bytes32 indexed maker, int256 costAtoms, uint256 feeAtoms, OfferedLeg[] legs
    );

    /// Whoever takes and whoever makes must be two.
    #[derive(Debug, PartialEq, Eq)]
    error MarketSelfTrade(bytes32 maker, bytes32 taker);
    /// The vault and the maker take a unit each at least, the maker nine for each of the vault's at most.
    #[derive(Debug, PartialEq, Eq)]
    error UnderwriterUnitsInvalid(uint64 vaultUnits, uint64 makerUnits);
    /// Less than that is left of the offer: take less, or another one.
    #[derive(Debug, PartialEq, Eq)]
    error UnderwriterOfferFilled(bytes32 digest, uint64 makerUnits, uint64 unitsLeft);
    #[derive(Debug, PartialEq, Eq)]
    error UnderwriterOfferExpired(uint64 validUntil, uint64 nowAt);
    #[derive(Debug, PartialEq, Eq)]
    error UnderwriterOfferCancelled(bytes32 account, uint256 nonce, uint64 lastAt);
    /// The offer is to somebody else.
    #[derive(Debug, PartialEq, Eq)]
    error UnderwriterTakerDiffers(address taker, address offeredTo);
    /// Neither owns nor operates the account.
    #[derive(Debug, PartialEq, Eq)]
    error UnderwriterCallerNotAuthorised(address caller, bytes32 account);
    /// The taker's owner must let the underwriter trade for him: `setOperator` in the clearing house.
    #[derive(Debug, PartialEq, Eq)]
    error UnderwriterNotOperator(address owner, address underwriter);
    /// The vault's price is worse for the maker than he signed for: wait, or let the vault take less of the trade.
    #[derive(Debug, PartialEq, Eq)]
    error UnderwriterProceedsTooLow(int256 proceedsAtoms, int256 leastAtoms);
    /// The trade would cost more than the taker allows, or pay less.
    #[derive(Debug, PartialEq, Eq)]
    error UnderwriterSlippageExceeded(int256 costAtoms, int256 maxCostAtoms);
    /// The market's oracle pulls no prices: trade with the market.
    #[derive(Debug, PartialEq, Eq)]
    error UnderwriterPricesNotPulled(address oracle);
    /// A number left the domain of the arithmetic.
    #[derive(Debug, PartialEq, Eq)]
    error UnderwriterNumberOutOfDomain();
}
