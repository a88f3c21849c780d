//! Being short of the underlying: the hedger's account at a lending pool.

use crate::sol;

sol! {
    /// The hedger's account at Aave v3: stablecoins are supplied there, and the underlying is borrowed against them at the
    /// variable rate. It keeps no tokens, and says nothing about them that the pool's own tokens do not.
    #[derive(Debug)]
    interface ILender {
        // Hedger
        /// Supplies `collateralAtoms` of the stablecoin, which have been sent to the lender, then borrows `baseAtoms` of the
        /// underlying and sends them to the hedger. Either may be zero.
        function borrow(uint256 collateralAtoms, uint256 baseAtoms) external;
        /// Repays `baseAtoms` of the underlying, which have been sent to the lender, but no more than is owed; then withdraws
        /// `collateralAtoms` of the stablecoin to the clearing house, all of them if that is 2^256 - 1. Either may be zero.
        function repay(uint256 baseAtoms, uint256 collateralAtoms) external;

        // Anybody
        /// Has the pool no longer count as collateral what somebody has given the lender in another asset: once the pool
        /// lends nothing on it, it would bar withdrawals of the stablecoin.
        function disregard(address asset) external;

        // Views
        function hedger() external view returns (address);
        function pool() external view returns (address);
        /// The pool's tokens whose balances are the position: of the stablecoin that is supplied, and of the underlying that
        /// is owed at the variable rate.
        function tokens() external view returns (address collateralToken, address debtToken);
        /// What is supplied and what is owed, with interest until now.
        function position() external view returns (uint256 collateralAtoms, uint256 debtAtoms);
        /// The pool's health factor, which is what the collateral counts for over what is owed, and the least that is left
        /// by borrowing and withdrawing. Below one, anybody may liquidate.
        function health() external view returns (uint256 healthWad, uint256 leastWad);
    }

    /// What Aave knows of an asset.
    /// # Source: aave-v3-core, `DataTypes.ReserveData`
    #[derive(Debug)]
    struct AaveReserve {
        uint256 configuration;
        uint128 liquidityIndex;
        uint128 currentLiquidityRate;
        uint128 variableBorrowIndex;
        uint128 currentVariableBorrowRate;
        uint128 currentStableBorrowRate;
        uint40 lastUpdateTimestamp;
        uint16 id;
        address aTokenAddress;
        address stableDebtTokenAddress;
        address variableDebtTokenAddress;
        address interestRateStrategyAddress;
        uint128 accruedToTreasury;
        uint128 unbacked;
        uint128 isolationModeTotalDebt;
    }

    /// A lending pool: what the lender calls of Aave v3.
    #[derive(Debug)]
    interface IAavePool {
        function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode) external;
        function withdraw(address asset, uint256 amount, address to) external returns (uint256);
        function borrow(
            address asset, uint256 amount, uint256 interestRateMode, uint16 referralCode, address onBehalfOf
        ) external;
        function repay(address asset, uint256 amount, uint256 interestRateMode, address onBehalfOf) external
            returns (uint256);
        function setUserUseReserveAsCollateral(address asset, bool useAsCollateral) external;
        function getUserAccountData(address user) external view returns (
            uint256 totalCollateralBase,
            uint256 totalDebtBase,
            uint256 availableBorrowsBase,
            uint256 currentLiquidationThreshold,
            uint256 ltv,
            uint256 healthFactor
        );
        function getReserveData(address asset) external view returns (AaveReserve reserve);
    }

    /// Bring more collateral, borrow less, or repay more.
    #[derive(Debug, PartialEq, Eq)]
    error LenderHealthTooLow(uint256 healthWad, uint256 leastWad);
    /// The pool does not lend this token: name one that lends both.
    #[derive(Debug, PartialEq, Eq)]
    error LenderReserveMissing(address asset);
    /// The pool has refused this call for this reason, a text: in Aave v3 a number of its `Errors.sol`.
    #[derive(Debug, PartialEq, Eq)]
    error LenderPoolRefused(bytes4 call, bytes32 reason);
    /// The stablecoin is what the lender borrows against: only other assets may be disregarded.
    #[derive(Debug, PartialEq, Eq)]
    error LenderCollateralNeeded(address asset);
}
