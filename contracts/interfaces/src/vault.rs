use alloy_sol_types::sol;

sol! {
    /// The LP vault: one class of shares (ERC-20), entered and left by request.
    ///
    /// A request joins the epoch that is open; an epoch closes at a fixed cut, is priced once by an
    /// oracle round after the cut, and is then claimed from, by each in his own time. Epoch `n` cuts
    /// at `n` times the spacing of cuts, in unix time; between one and two spacings lie before it.
    #[derive(Debug)]
    interface IVault {
        /// Pulls the assets out of the caller's wallet; he approves the clearing house for them.
        function requestDeposit(uint256 assetsAtoms) external returns (uint64 epoch);
        /// Takes the caller's shares into the vault's keeping.
        function requestRedeem(uint256 shares) external returns (uint64 epoch);
        /// Prices the oldest epoch that has requests: deposits at the high end of the net asset
        /// value, redemptions at the low end and as far as the market's limits let them be paid, all
        /// in proportion. Deposits into an insolvent vault are refused. Anybody may call.
        function processEpoch() external returns (uint64 epoch);
        /// Gives `owner` the shares, or the assets back if the deposits were refused or the epoch is
        /// not priced within a week of its cut.
        function claimDeposit(address owner) external returns (uint256 shares, uint256 assetsReturnedAtoms);
        /// Pays the claimable assets to `owner` and gives back the shares that could not be filled, all
        /// of them if the epoch is not priced within a week of its cut.
        function claimRedeem(address owner) external returns (uint256 assetsAtoms, uint256 sharesReturned);

        function openEpoch() external view returns (uint64 epoch, uint64 cutAt);
        /// The epoch that `processEpoch` comes to next, zero if no epoch has requests.
        function nextEpoch() external view returns (uint64 epoch, uint64 cutAt);
        function depositRequest(address owner) external view returns (uint64 epoch, uint256 assetsAtoms);
        function redeemRequest(address owner) external view returns (uint64 epoch, uint256 shares);
        function totalAssets() external view returns (uint256 assetsAtoms);
        function convertToShares(uint256 assetsAtoms) external view returns (uint256 shares);
        function convertToAssets(uint256 shares) external view returns (uint256 assetsAtoms);
        function clearing() external view returns (address);
        function market() external view returns (address);

        // ERC-20
        function name() external view returns (string);
        function symbol() external view returns (string);
        function decimals() external view returns (uint8);
        function totalSupply() external view returns (uint256);
        function balanceOf(address owner) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        function transfer(address to, uint256 value) external returns (bool);
        function approve(address spender, uint256 value) external returns (bool);
        function transferFrom(address from, address to, uint256 value) external returns (bool);
    }

    #[derive(Debug)]
    event Transfer(address indexed from, address indexed to, uint256 value);
    #[derive(Debug)]
    event Approval(address indexed owner, address indexed spender, uint256 value);
    #[derive(Debug)]
    event DepositRequested(address indexed owner, uint64 indexed epoch, uint256 assetsAtoms);
    #[derive(Debug)]
    event RedeemRequested(address indexed owner, uint64 indexed epoch, uint256 shares);
    #[derive(Debug)]
    event EpochProcessed(
        uint64 indexed epoch, int256 navAtoms, uint256 uncertaintyAtoms, uint256 reserveAtoms, uint256 acceptedAtoms,
        uint256 refusedAtoms, uint256 sharesMinted, uint256 sharesBurned, uint256 paidAtoms, uint256 sharesUnfilled,
        uint256 totalSupply
    );
    #[derive(Debug)]
    event DepositClaimed(address indexed owner, uint64 indexed epoch, uint256 shares, uint256 assetsReturnedAtoms);
    #[derive(Debug)]
    event RedeemClaimed(address indexed owner, uint64 indexed epoch, uint256 assetsAtoms, uint256 sharesReturned);

    #[derive(Debug, PartialEq, Eq)]
    error VaultRequestTooSmall(uint256 amount, uint256 minimum);
    #[derive(Debug, PartialEq, Eq)]
    error VaultRequestPending(address owner, uint64 epoch);
    #[derive(Debug, PartialEq, Eq)]
    error VaultNothingToClaim(address owner);
    #[derive(Debug, PartialEq, Eq)]
    error VaultEpochNotClosed(uint64 epoch, uint64 cutAt, uint64 priceAt);
    #[derive(Debug, PartialEq, Eq)]
    error VaultNothingToProcess();
    #[derive(Debug, PartialEq, Eq)]
    error VaultCutSpacingOutOfRange(uint64 spacingSecs, uint64 minSecs, uint64 maxSecs);
    #[derive(Debug, PartialEq, Eq)]
    error VaultSettlementPending();
    #[derive(Debug, PartialEq, Eq)]
    error VaultInsolvent(int256 navAtoms);
    #[derive(Debug, PartialEq, Eq)]
    error VaultAmountTooLarge(uint256 amount);
    #[derive(Debug, PartialEq, Eq)]
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    #[derive(Debug, PartialEq, Eq)]
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    #[derive(Debug, PartialEq, Eq)]
    error ERC20InvalidReceiver(address receiver);
}
