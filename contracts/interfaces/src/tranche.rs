use crate::sol;

sol! {
    /// What an epoch came to in one tranche.
    #[derive(Debug, PartialEq, Eq)]
    struct Fill {
        uint256 acceptedAtoms;
        uint256 sharesMinted;
        uint256 sharesBurned;
        uint256 paidAtoms;
    }

    /// One tranche of the vault: its shares (ERC-20 with EIP-2612) and the door for LPs (ERC-7540, ERC-7575).
    ///
    /// A request's id is its epoch: see `IVault`. Whoever acts for a controller or an owner must be him or his operator.
    /// Before the cut, and again if the epoch is not priced within a week of it, a request can be taken back whole.
    /// What an epoch has filled is claimable by `deposit`, `mint`, `redeem` and `withdraw`; what it has not filled
    /// comes back: assets by `claimCancelDepositRequest`, shares into the controller's balance with his next claim or
    /// request, or with `collect`.
    #[derive(Debug)]
    interface ITranche {
        // Requests (ERC-7540)
        /// Pulls the assets out of the owner's wallet; he approves the clearing house for them.
        function requestDeposit(uint256 assets, address controller, address owner) external returns (uint256 requestId);
        function requestRedeem(uint256 shares, address controller, address owner) external returns (uint256 requestId);
        function pendingDepositRequest(uint256 requestId, address controller) external view returns (uint256 assets);
        function claimableDepositRequest(uint256 requestId, address controller) external view returns (uint256 assets);
        function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares);
        function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares);
        function setOperator(address operator, bool approved) external returns (bool);
        function isOperator(address controller, address operator) external view returns (bool);
        event OperatorSet(address indexed controller, address indexed operator, bool approved);

        // Taking back (after ERC-7887)
        /// Pays the assets to the controller at once.
        function cancelDepositRequest(uint256 requestId, address controller) external;
        /// Returns the shares to the controller at once.
        function cancelRedeemRequest(uint256 requestId, address controller) external;
        function claimableCancelDepositRequest(uint256 requestId, address controller) external view returns (uint256 assets);
        function claimCancelDepositRequest(uint256 requestId, address receiver, address controller) external returns (uint256 assets);

        // Claims (ERC-4626 as ERC-7540 has it)
        function deposit(uint256 assets, address receiver) external returns (uint256 shares);
        function deposit(uint256 assets, address receiver, address controller) external returns (uint256 shares);
        function mint(uint256 shares, address receiver) external returns (uint256 assets);
        function mint(uint256 shares, address receiver, address controller) external returns (uint256 assets);
        function redeem(uint256 shares, address receiver, address controller) external returns (uint256 assets);
        function withdraw(uint256 assets, address receiver, address controller) external returns (uint256 shares);
        /// Books what priced epochs have for the controller: what it has not filled of a redemption goes to his balance.
        /// Anybody may call.
        function collect(address controller) external;
        function maxDeposit(address controller) external view returns (uint256 assets);
        function maxMint(address controller) external view returns (uint256 shares);
        function maxRedeem(address controller) external view returns (uint256 shares);
        function maxWithdraw(address controller) external view returns (uint256 assets);

        // The vault program
        /// The oldest epoch that is not priced, zero if there is none; what it asks for; all shares.
        function pending() external view returns (uint64 epoch, uint256 depositAtoms, uint256 redeemShares, uint256 supply);
        /// Ends the oldest epoch. A new series leaves the shares of the one before worth nothing.
        function settleEpoch(uint64 epoch, Fill filled, bool isNewSeries) external;
        /// Leaves all shares worth nothing: a new series starts.
        function startSeries() external;

        // Views
        function asset() external view returns (address);
        function share() external view returns (address);
        function vault(address asset) external view returns (address);
        function totalAssets() external view returns (uint256 assets);
        /// What a deposit would get if it were priced now: at the ask.
        function convertToShares(uint256 assets) external view returns (uint256 shares);
        /// What a redemption would get if it were priced now and filled: at the bid.
        function convertToAssets(uint256 shares) external view returns (uint256 assets);
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
        function core() external view returns (address);
        function isSenior() external view returns (bool);
        /// The series that balances and supply are of.
        function series() external view returns (uint32);
        /// Shares of any series. Those of earlier ones are worth nothing.
        function balanceOfSeries(uint32 series, address owner) external view returns (uint256);
        function depositRequest(address controller) external view returns (uint64 epoch, uint256 assets);
        function redeemRequest(address controller) external view returns (uint64 epoch, uint256 shares);

        // ERC-20, EIP-2612
        function name() external view returns (string);
        function symbol() external view returns (string);
        function decimals() external view returns (uint8);
        function totalSupply() external view returns (uint256);
        function balanceOf(address owner) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        function transfer(address to, uint256 value) external returns (bool);
        function approve(address spender, uint256 value) external returns (bool);
        function transferFrom(address from, address to, uint256 value) external returns (bool);
        function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
        function nonces(address owner) external view returns (uint256);
        function DOMAIN_SEPARATOR() external view returns (bytes32);
        // As ERC-7540 wants, these always fail: nobody knows the price of a request when he makes it.
        function previewDeposit(uint256 assets) external view returns (uint256 shares);
        function previewMint(uint256 shares) external view returns (uint256 assets);
        function previewRedeem(uint256 shares) external view returns (uint256 assets);
        function previewWithdraw(uint256 assets) external view returns (uint256 shares);
    }

    #[derive(Debug)]
    event Transfer(address indexed from, address indexed to, uint256 value);
    #[derive(Debug)]
    event Approval(address indexed owner, address indexed spender, uint256 value);
    #[derive(Debug)]
    event DepositRequest(
        address indexed controller, address indexed owner, uint256 indexed requestId, address sender, uint256 assets
    );
    #[derive(Debug)]
    event RedeemRequest(
        address indexed controller, address indexed owner, uint256 indexed requestId, address sender, uint256 shares
    );
    #[derive(Debug)]
    event CancelDepositRequest(address indexed controller, uint256 indexed requestId, address sender, uint256 assets);
    #[derive(Debug)]
    event CancelRedeemRequest(address indexed controller, uint256 indexed requestId, address sender, uint256 shares);
    #[derive(Debug)]
    event CancelDepositClaim(address indexed receiver, address indexed controller, address sender, uint256 assets);
    #[derive(Debug)]
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    #[derive(Debug)]
    event Withdraw(
        address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares
    );
    #[derive(Debug)]
    event EpochSettled(
        uint64 indexed epoch, uint32 series, uint256 acceptedAtoms, uint256 refusedAtoms, uint256 sharesMinted,
        uint256 sharesBurned, uint256 paidAtoms, uint256 sharesUnfilled, uint256 totalSupply
    );

    #[derive(Debug)]
    event SeriesStarted(uint32 series);

    #[derive(Debug, PartialEq, Eq)]
    error TrancheRequestTooSmall(uint256 amount, uint256 minimum);
    #[derive(Debug, PartialEq, Eq)]
    error TrancheRequestPending(address controller, uint64 epoch);
    #[derive(Debug, PartialEq, Eq)]
    error TrancheRequestUnknown(uint256 requestId, address controller);
    #[derive(Debug, PartialEq, Eq)]
    error TrancheCutPassed(uint64 epoch, uint64 cutAt, uint64 lapsesAt);
    #[derive(Debug, PartialEq, Eq)]
    error TrancheNotOperator(address caller, address controller);
    #[derive(Debug, PartialEq, Eq)]
    error TrancheNothingToClaim(address controller);
    #[derive(Debug, PartialEq, Eq)]
    error TrancheClaimExceeded(uint256 amount, uint256 claimable);
    #[derive(Debug, PartialEq, Eq)]
    error TrancheInsolvent();
    #[derive(Debug, PartialEq, Eq)]
    error TrancheAmountTooLarge(uint256 amount);
    #[derive(Debug, PartialEq, Eq)]
    error TranchePreviewUnavailable();
    #[derive(Debug, PartialEq, Eq)]
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    #[derive(Debug, PartialEq, Eq)]
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    #[derive(Debug, PartialEq, Eq)]
    error ERC20InvalidReceiver(address receiver);
    #[derive(Debug, PartialEq, Eq)]
    error ERC2612ExpiredSignature(uint256 deadline);
    #[derive(Debug, PartialEq, Eq)]
    error ERC2612InvalidSigner(address signer, address owner);
}
