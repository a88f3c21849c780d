use crate::sol;

sol! {
    /// A Chainlink-style price feed.
    #[derive(Debug)]
    interface IAggregator {
        function decimals() external view returns (uint8);
        function getRoundData(uint80 roundId) external view
            returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
        function latestRoundData() external view
            returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
    }

    /// The stablecoin, as far as the ledger calls it.
    #[derive(Debug)]
    interface IERC20 {
        function transfer(address to, uint256 value) external returns (bool);
        function approve(address spender, uint256 value) external returns (bool);
        function transferFrom(address from, address to, uint256 value) external returns (bool);
        function balanceOf(address owner) external view returns (uint256);
        function decimals() external view returns (uint8);
        function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
    }
}
