use crate::sol;

sol! {
    /// Cash of a market's vault, paid out for its hedge.
    #[derive(Debug)]
    struct HedgePayment {
        address to;
        uint256 amountAtoms;
    }

    /// The clearing house: custody of the stablecoin, the cash ledger, margin over all markets, liquidation.
    ///
    /// Amounts are the token's atoms. The ledger's own accounts never owe, but for those of settlement. A trader's account
    /// owes only while it holds options, or as bad debt.
    #[derive(Debug)]
    interface IClearing {
        // Anybody
        /// Deposits into the caller's first account, or into any trader's.
        function deposit(uint256 amountAtoms) external;
        function depositFor(bytes32 account, uint256 amountAtoms) external;
        function depositWithPermit(uint256 amountAtoms, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
        /// Gives to the insurance fund. Nobody ever gets it back.
        function depositInsurance(uint256 amountAtoms) external;

        // An account's owner
        function withdraw(uint256 amountAtoms) external;
        function withdrawFrom(bytes32 account, uint256 amountAtoms, address to) external;
        /// To any trader's account; an operator, between accounts of one owner only.
        function transferCash(bytes32 from, bytes32 to, uint256 amountAtoms) external;
        /// Lets `operator` trade for all accounts of the caller up to the time `until`, zero to revoke. It cannot withdraw.
        function setOperator(address operator, uint64 until) external;
        /// The same by EIP-712 signature `SetOperator(address owner,address operator,uint64 until,uint256 nonce,uint64 deadline)`
        /// of the domain "Equipoise Clearing", version "1". A contract signs by ERC-1271.
        function setOperatorBySignature(address owner, address operator, uint64 until, uint64 deadline, bytes signature) external;

        // Liquidation, by anybody
        /// Puts an account below its maintenance margin up for auction; it pays a penalty.
        function startAuction(bytes32 account) external;
        /// Takes at most `mostShareX64` (of 2^64) of an account in auction into an account of the caller's, or of one he
        /// operates, for at most `mostPriceAtoms` beside the share of its cash; negative to be paid.
        function bid(bytes32 account, bytes32 bidder, int128 mostShareX64, int256 mostPriceAtoms) external
            returns (int128 shareX64, int256 priceAtoms);
        /// Ends the auction of an account that is healthy again.
        function endAuction(bytes32 account) external;
        /// Moves all of an account whose auction has run out into the vault.
        function takeOver(bytes32 account) external;
        /// Closes an account's options at mark against those of `counter` on the other side, last of all.
        function deleverage(bytes32 account, bytes32 counter) external;
        /// Pays the debt of an account that holds nothing: by insurance, then by the vault of the market it came from.
        function coverBadDebt(bytes32 account) external;

        // A market
        /// Moves `costAtoms` from the account to the market's vault, back if negative, on behalf of `caller`, who must own
        /// or operate the account. After it cash must not be negative unless the trade is reducing; an account that is
        /// short anywhere must have the equity for its initial margin over all markets, for maintenance if it is reducing.
        /// `report.margin` is read only then: where the account is short here, it must be its margin here after the trade.
        /// Where it is not, zero will do: then what it holds here does not count in this check.
        /// Returns the vault's cash afterwards.
        function recordTrade(bytes32 account, address caller, int256 costAtoms, Report report) external
            returns (int256 vaultCashAtoms);
        /// Moves what accounts hold from one to another without cash, on behalf of `caller`. The first must be short nowhere.
        function recordTransfer(bytes32 from, bytes32 to, address caller, uint8 fromHolds, uint8 toHolds) external;
        /// Moves the vault's payoff of a settled board between the settlement account and the
        /// vault, into debt if need be. Returns the vault's cash afterwards.
        function settleVault(int256 payoffAtoms) external returns (int256 vaultCashAtoms);
        /// Ends a debt of the vault's: insurance pays, then the other markets' vaults; the rest the settlement account gives back.
        /// Returns that rest.
        function settleVaultDebt() external returns (uint256 unpaidAtoms);
        /// Moves an account's payoff between the settlement account and it, into debt if need be. `holds` is what it still
        /// holds in the market: 0 nothing, 1 longs only, 2 a short too. Returns the account's cash afterwards.
        function settleAccount(bytes32 account, int256 payoffAtoms, uint8 holds) external returns (int256 cashAtoms);
        /// Moves a part of the fees from the market's vault to insurance.
        function fundInsurance(uint256 amountAtoms) external;

        // The vault program and the tranches
        /// Pulls an LP's deposit out of his wallet; he approves the clearing house for it. Tranches only.
        function takeLpDeposit(address from, uint256 amountAtoms) external;
        /// Sends a deposit that is taken back to the LP's wallet. Tranches only.
        function returnLpDeposit(address to, uint256 amountAtoms) external;
        /// Sends a claim to the LP's wallet, or fees to who is due them. Tranches and vault program only.
        function payLpClaim(address to, uint256 amountAtoms) external;
        /// Ends an epoch for one market: pending deposits become its vault's cash or, refused, claims; what the
        /// vault pays for redeemed shares becomes claims. Vault program only.
        function settleLpEpoch(uint8 market, uint256 acceptedAtoms, uint256 refusedAtoms, uint256 redeemedAtoms) external;
        /// Moves LP capital from one market to another. Vault program only.
        function reallocate(uint8 from, uint8 to, uint256 amountAtoms) external;

        // Registered programs
        /// Takes the lock that all programs see: until it is given back, or the transaction ends, every function of the
        /// clearing house but `isLocked` and `exitLock` fails. For whoever calls untrusted code.
        function enterLock() external;
        function exitLock() external;

        // The program's owner
        /// Names the vault program and its tranches, once; until then no function moves anything.
        function wire(address vault, address senior, address junior) external;
        function registerMarket(address market) external returns (uint8 number);
        /// Lets a program take the lock, and move longs between accounts that have made it their operator.
        function registerProgram(address program) external;
        /// Lets a program hold the hedge of a market: take the lock, and the cash of that market's vault.
        function registerHedger(address hedger, address market) external;
        /// Lets deposits in, once and for ever: the vault, its tranches, a market and the parameters' registry must have been
        /// named. Until then every deposit is refused.
        function finalize() external;
        /// Sets the lowest correlation that two underlyings are trusted to keep, in millionths. The parameters' registry
        /// only, or the owner before one is named: see `ITuned`.
        function setCorrelation(uint32 millionths) external;
        /// Sets what the insurance fund must hold, in whole tokens, for a market to open trades; 0 for nothing. The
        /// parameters' registry only, or the owner before one is named.
        function setInsuranceFloor(address market, uint32 floorTokens) external;
        function transferOwnership(address successor) external;
        function acceptOwnership() external;

        // Hedgers
        /// Pays cash of the vault that the calling hedger is for, and takes the lock. Returns the stablecoin that is left here.
        function openHedge(HedgePayment[] payments) external returns (uint256 leftAtoms);
        /// Gives the lock back, credits the vault with what has come here since, and pays the solver his tip out of its cash.
        function closeHedge(address solver, uint256 tipAtoms) external;

        // Views
        /// An account's cash and, bit by bit, the markets it holds anything in and those it is short in.
        function cashOf(bytes32 account) external view
            returns (int256 cashAtoms, uint8 heldMarkets, uint8 shortMarkets, bool isInAuction);
        /// What a market's vault has: cash, and what it has borne of accounts' debts, or nobody has paid, with when the last of
        /// it came. Debts within an hour of each other are told together. Then what the insurance fund must hold for the market,
        /// in whole tokens, and what it holds, which is told only where there is such a floor.
        function vaultStanding(address market) external view
            returns (
                int256 cashAtoms, uint256 badDebtAtoms, uint64 badDebtAt, uint32 insuranceFloorTokens, uint256 insuranceAtoms
            );
        /// What the insurance fund must hold, in whole tokens, for a market to open trades; 0 for nothing.
        function insuranceFloor(address market) external view returns (uint32 floorTokens);
        /// The cash of a market's vault.
        function vaultCash(address market) external view returns (int256 cashAtoms);
        /// Equity down, requirements up. States: 0 healthy, 1 reduce-only, 2 liquidatable.
        function accountMargin(bytes32 account) external view
            returns (int256 equityAtoms, uint256 maintenanceAtoms, uint256 initialAtoms, uint8 state);
        /// Stages: 0 none, 1 cured, 2 solvent, 3 insolvent, 4 takeover, 5 deleverage. Times as of now.
        function auction(bytes32 account) external view returns (AuctionState state);
        function operatorUntil(address owner, address operator) external view returns (uint64 until);
        function isOperator(address owner, address operator) external view returns (bool);
        function nonces(address owner) external view returns (uint256);
        function DOMAIN_SEPARATOR() external view returns (bytes32);
        function isLocked() external view returns (bool);
        function market(uint8 number) external view returns (address);
        function marketCount() external view returns (uint8);
        function correlation() external view returns (uint32 millionths);
        /// Whether deposits are let in.
        function isFinal() external view returns (bool);
        function token() external view returns (address);
        function tokenDecimals() external view returns (uint8);
        function vault() external view returns (address);
        function tranches() external view returns (address senior, address junior);
        function liquidator() external view returns (address);
        function backstop() external view returns (address);
        function registrar() external view returns (address);
        function owner() external view returns (address);
    }

    /// An account's margin in one market, in quote currency times 2^64: what its options are worth to close
    /// and at mid marks, and what is lost in each scenario, as `equipoise_risk::margin::MarketMargin` orders them.
    #[derive(Debug, PartialEq, Eq)]
    struct Margin {
        int128 valueX64;
        int128 markX64;
        int128[32] maintenanceX64;
        int128[32] initialX64;
    }

    /// What a market tells the clearing house with a trade: what the account holds in it afterwards (0 nothing, 1 longs only,
    /// 2 a short too), whether every position only shrank, and the margin, zero where the clearing house does not read it.
    #[derive(Debug, PartialEq, Eq)]
    struct Report {
        uint8 holds;
        bool isReducing;
        Margin margin;
    }

    /// What the clearing house asks of a market.
    #[derive(Debug)]
    interface IMarketMargin {
        /// An account's margin at live marks. A settled board counts with its payoff and no risk; fails with
        /// MarketSettlementPending while a board has expired and is not settled.
        function margin(bytes32 account) external view returns (Margin held);
        /// Whether the market's prices may be liquidated on, and since when they may.
        function safeSince() external view returns (uint64 since, bool isSafe);

        // The clearing house
        /// Moves a share, of 2^64, of every position from one account to another: lots are rounded up.
        function moveShare(bytes32 from, bytes32 to, int128 shareX64) external
            returns (Margin fromMargin, Margin toMargin, uint8 fromHolds, uint8 toHolds);
        /// Moves all positions of an account into the vault's book, within the vault's limits. Returns what they are worth
        /// at mid, the change of the penalty for risk, from 0, and half the stressed spread, in quote currency times 2^64.
        /// The vault's cash before it is told, for the market cannot ask back.
        function takeOver(bytes32 account, int256 vaultCashAtoms) external
            returns (int128 valueX64, int128 riskChargeX64, int128 spreadX64);
        /// Closes positions of `account` against opposite ones of `counter`, as far as both go. Returns what `account` gave
        /// up is worth at mid, negative if it was relieved of a debt.
        function deleverage(bytes32 account, bytes32 counter) external
            returns (int128 valueX64, Margin accountMargin, Margin counterMargin, uint8 accountHolds, uint8 counterHolds);
    }

    /// A running auction. The discount is a share of maintenance margin, the curing share of the account.
    #[derive(Debug, PartialEq, Eq)]
    struct AuctionState {
        uint8 stage;
        uint64 startedAt;
        uint64 elapsedSecs;
        int128 leftX64;
        int128 bonusBudgetX64;
        int128 discountX64;
        int128 curingShareX64;
    }

    #[derive(Debug)]
    event CashDeposited(bytes32 indexed account, uint256 amountAtoms, int256 cashAtoms);
    #[derive(Debug)]
    event CashWithdrawn(bytes32 indexed account, uint256 amountAtoms, int256 cashAtoms);
    #[derive(Debug)]
    event CashMoved(bytes32 indexed from, bytes32 indexed to, uint256 amountAtoms, int256 fromCashAtoms, int256 toCashAtoms);
    #[derive(Debug)]
    event OperatorSet(address indexed owner, address indexed operator, uint64 until);
    #[derive(Debug)]
    event MarketRegistered(address indexed market, uint8 indexed number, bytes32 codeHash);
    #[derive(Debug)]
    event ProgramRegistered(address indexed program, bytes32 codeHash);
    #[derive(Debug)]
    event HedgerRegistered(address indexed hedger, address indexed market, bytes32 codeHash);
    /// Deposits are let in from here on.
    #[derive(Debug, PartialEq, Eq)]
    event ClearingFinalized(address indexed registry, uint8 marketCount);
    #[derive(Debug)]
    event CorrelationSet(uint32 millionths, uint64 offsetShareX64);
    /// What the insurance fund must hold for a market, in whole tokens.
    #[derive(Debug)]
    event InsuranceFloorSet(address indexed market, uint32 floorTokens);
    /// What it was worth and had to be worth, before the penalty that it paid.
    #[derive(Debug)]
    event AuctionStarted(bytes32 indexed account, int256 equityAtoms, uint256 maintenanceAtoms, uint256 penaltyAtoms, int256 cashAtoms);
    /// What a bidder took and paid, and the cash that account and bidder are left with. `roundingAtoms` is for what he took of
    /// options beyond the share, because lots are whole; `toAccountAtoms` has it in it.
    #[derive(Debug)]
    event AuctionBidFilled(
        bytes32 indexed account, bytes32 indexed bidder, int128 shareX64, int256 cashShareAtoms, uint256 toAccountAtoms,
        uint256 roundingAtoms, uint256 toInsuranceAtoms, uint256 fromBackstopAtoms, int256 accountCashAtoms, int256 bidderCashAtoms,
        int128 leftX64, int128 bonusBudgetX64
    );
    #[derive(Debug)]
    event AuctionEnded(bytes32 indexed account, int256 equityAtoms, uint256 maintenanceAtoms);
    /// What all vaults paid for the account's options, charges taken off (negative if they were paid), the penalty, and what
    /// insurance and vaults paid of the debt that was left.
    #[derive(Debug)]
    event AccountTakenOver(
        bytes32 indexed account, int256 fromVaultsAtoms, uint256 penaltyAtoms, uint256 insuredAtoms, uint256 borneByVaultsAtoms,
        int256 cashAtoms
    );
    #[derive(Debug)]
    event AccountDeleveraged(
        bytes32 indexed account, bytes32 indexed counter, int256 valueAtoms, int256 accountCashAtoms, int256 counterCashAtoms
    );
    /// Who paid a debt, and what of it is left as a claim.
    #[derive(Debug)]
    event BadDebtCovered(
        bytes32 indexed account, uint256 fromInsuranceAtoms, uint256 fromVaultsAtoms, uint256 leftAtoms, int256 insuranceCashAtoms
    );

    /// Who paid what the vault of a market owed for a settled board, and what nobody did.
    #[derive(Debug)]
    event VaultDebtSettled(
        address indexed market, uint256 fromInsuranceAtoms, uint256 fromVaultsAtoms, uint256 leftAtoms, int256 insuranceCashAtoms
    );

    /// The account has too little cash for what it shall pay: deposit the difference.
    #[derive(Debug, PartialEq, Eq)]
    error ClearingInsufficientCash(bytes32 account, int256 cashAtoms, uint256 requiredAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingTokenTransferFailed(address token, address from, address to, uint256 amountAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingTransferredAmountDiffers(uint256 expectedAtoms, uint256 balanceBeforeAtoms, uint256 balanceAfterAtoms);
    /// Deposits are not let in yet: the owner calls `finalize` first.
    #[derive(Debug, PartialEq, Eq)]
    error ClearingNotFinal();
    /// What is zero is still to be named: see `wire`, `registerMarket` and `ITuned.nameRegistry`.
    #[derive(Debug, PartialEq, Eq)]
    error ClearingIncomplete(address vault, uint8 marketCount, address registry);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingTokenUnsupported(address token, uint8 decimals);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingAmountIsZero();
    #[derive(Debug, PartialEq, Eq)]
    error ClearingAmountTooLarge(uint256 amountAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingAccountReserved(bytes32 account);
    /// The caller neither owns nor, where that is enough, operates the account.
    #[derive(Debug, PartialEq, Eq)]
    error ClearingNotAuthorised(bytes32 account, address caller);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingMarketUnknown(address market);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingMarketsFull(uint8 maximum);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingAlreadyRegistered(address program);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingCorrelationOutOfBounds(uint32 millionths, uint32 min, uint32 max);
    /// More than the insurance fund may be made to hold, in whole tokens.
    #[derive(Debug, PartialEq, Eq)]
    error ClearingInsuranceFloorTooHigh(uint32 floorTokens, uint32 maxTokens);
    /// Equity would be below what is required: deposit the difference, or trade less.
    #[derive(Debug, PartialEq, Eq)]
    error ClearingMarginShort(bytes32 account, int256 equityAtoms, uint256 requiredAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingAccountShort(bytes32 account, uint8 shortMarkets);
    /// While it lasts the account only reduces: cure it, then call `endAuction`.
    #[derive(Debug, PartialEq, Eq)]
    error ClearingAccountInAuction(bytes32 account);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingNotInAuction(bytes32 account);
    /// Equity covers maintenance margin, or for an auction's end does not yet cover what it must.
    #[derive(Debug, PartialEq, Eq)]
    error ClearingAccountHealthy(bytes32 account, int256 equityAtoms, uint256 maintenanceAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingAuctionNotCured(bytes32 account, int256 equityAtoms, uint256 maintenanceAtoms);
    /// The market's prices are too old or too new to liquidate on, and to pay out who is short: wait for fresh ones.
    #[derive(Debug, PartialEq, Eq)]
    error ClearingOracleUnsafe(address market, uint64 since);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingBidTooSmall(int128 shareX64, int128 leastX64);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingBidPriceAboveLimit(int256 priceAtoms, int256 mostPriceAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingBackstopShort(uint256 missingAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingTooEarly(uint64 elapsedSecs, uint64 neededSecs);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingSameAccount(bytes32 account);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingNothingInCommon(bytes32 account, bytes32 counter);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingNothingHeld(bytes32 account);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingNoBadDebt(bytes32 account, int256 cashAtoms, uint8 heldMarkets);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingNumberOutOfDomain();

    // Shared by all programs
    /// Untrusted code is running: call again when it has ended.
    #[derive(Debug, PartialEq, Eq)]
    error ProgramsLocked(address holder);
    #[derive(Debug, PartialEq, Eq)]
    error LockNotHeld(address caller, address holder);
    #[derive(Debug, PartialEq, Eq)]
    error SignatureDeadlinePassed(uint64 deadline, uint64 nowAt);
    /// Nobody, or somebody else, has signed this digest; or its s is in the upper half of the curve's order.
    #[derive(Debug, PartialEq, Eq)]
    error SignatureInvalid(address signer, bytes32 digest);

    // Wiring, shared by all programs
    #[derive(Debug, PartialEq, Eq)]
    error CallerNotOwner(address caller, address owner);
    #[derive(Debug, PartialEq, Eq)]
    error CallerNotAllowed(address caller, address allowed);
    #[derive(Debug, PartialEq, Eq)]
    error AlreadyWired();
    #[derive(Debug, PartialEq, Eq)]
    error NotWired();
    #[derive(Debug, PartialEq, Eq)]
    error AddressIsZero();
    #[derive(Debug, PartialEq, Eq)]
    error AddressHasNoCode(address account);
    #[derive(Debug, PartialEq, Eq)]
    error CallFailed(address callee, bytes4 selector);
    #[derive(Debug)]
    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    #[derive(Debug)]
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    #[derive(Debug)]
    event ProgramWired(address indexed program, address indexed peer, bytes32 indexed role);
}
