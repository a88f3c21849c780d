use alloy_sol_types::sol;

sol! {
    /// The clearing house: custody of the stablecoin and the cash ledger.
    ///
    /// Amounts are the token's atoms. The settlement account may owe; every other account's cash is
    /// at least zero, and what an account itself starts never takes its cash below its lock.
    #[derive(Debug)]
    interface IClearing {
        // Anybody, for his own first account
        function deposit(uint256 amountAtoms) external;
        function depositWithPermit(uint256 amountAtoms, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
        function withdraw(uint256 amountAtoms) external;

        // The market
        /// Moves `costAtoms` from the account to the vault (back if negative) and changes what the
        /// account must keep by `lockChangeAtoms`; fails if its cash would not cover it.
        /// Returns the vault's cash afterwards.
        function recordTrade(bytes32 account, int256 costAtoms, int256 lockChangeAtoms) external returns (int256 vaultCashAtoms);
        /// Moves the vault's payoff of a settled board between the settlement account and the
        /// vault. A debt is paid as far as the vault's cash goes; returns what was paid or received.
        function settleVault(int256 payoffAtoms) external returns (int256 movedAtoms);
        /// Moves an account's payoff between the settlement account and it, and releases its lock.
        function settleAccount(bytes32 account, int256 payoffAtoms, uint256 lockReleasedAtoms) external;

        // The vault program
        /// Pulls an LP's deposit out of his wallet; he approves the clearing house for it.
        function takeLpDeposit(address from, uint256 amountAtoms) external;
        /// Ends an epoch: pending deposits become the vault's cash or, refused, claims; what the
        /// vault pays for redeemed shares becomes claims.
        function settleLpEpoch(uint256 acceptedAtoms, uint256 refusedAtoms, uint256 redeemedAtoms) external;
        /// Sends a claim to the LP's wallet.
        function payLpClaim(address to, uint256 amountAtoms) external;

        // The owner, once; until then no function moves anything
        function wire(address market, address vault) external;

        // Views
        function cashOf(bytes32 account) external view returns (int256 cashAtoms, uint256 lockedAtoms);
        function vaultCash() external view returns (int256 cashAtoms);
        function token() external view returns (address);
        function tokenDecimals() external view returns (uint8);
        function market() external view returns (address);
        function vault() external view returns (address);
        function owner() external view returns (address);
    }

    #[derive(Debug)]
    event CashDeposited(bytes32 indexed account, uint256 amountAtoms, int256 cashAtoms);
    #[derive(Debug)]
    event CashWithdrawn(bytes32 indexed account, uint256 amountAtoms, int256 cashAtoms);
    #[derive(Debug)]
    event CashMoved(bytes32 indexed from, bytes32 indexed to, uint256 amountAtoms, int256 fromCashAtoms, int256 toCashAtoms);
    #[derive(Debug)]
    event CashLocked(bytes32 indexed account, uint256 lockedAtoms);

    #[derive(Debug, PartialEq, Eq)]
    error ClearingInsufficientCash(bytes32 account, int256 cashAtoms, uint256 requiredAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingTokenTransferFailed(address token, address from, address to, uint256 amountAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingTransferredAmountDiffers(uint256 expectedAtoms, uint256 balanceBeforeAtoms, uint256 balanceAfterAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingTokenUnsupported(address token, uint8 decimals);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingAmountIsZero();
    #[derive(Debug, PartialEq, Eq)]
    error ClearingAmountTooLarge(uint256 amountAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingLockUnderflow(bytes32 account, uint256 lockedAtoms, uint256 releasedAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error ClearingAccountReserved(bytes32 account);

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
