//! The EVM contracts beside the programs: the stablecoin and the price feed.

use alloy_primitives::{hex, Bytes};
use alloy_sol_types::sol;

use crate::error::CliError;

sol! {
    /// The stablecoin.
    #[derive(Debug)]
    interface Stablecoin {
        function mint(address to, uint256 amountAtoms) external;
        function approve(address spender, uint256 value) external returns (bool);
        function transfer(address to, uint256 value) external returns (bool);
        function balanceOf(address owner) external view returns (uint256);
        function totalSupply() external view returns (uint256);
        function symbol() external view returns (string);
    }

    /// The price feed's writing side.
    #[derive(Debug)]
    interface PriceFeed {
        function push(int256 answer, uint256 updatedAt) external returns (uint80 roundId);
        function latestRound() external view returns (uint80);
        event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);
    }
}

const STABLECOIN: &str = include_str!("../../../solidity/artifacts/Stablecoin.json");
const PRICE_FEED: &str = include_str!("../../../solidity/artifacts/PriceFeed.json");

/// The stablecoin's creation code.
pub(super) fn stablecoin_code() -> Result<Bytes, CliError> {
    creation_code("Stablecoin", STABLECOIN)
}

/// The feed's creation code.
pub(super) fn price_feed_code() -> Result<Bytes, CliError> {
    creation_code("PriceFeed", PRICE_FEED)
}

fn creation_code(name: &'static str, artifact: &str) -> Result<Bytes, CliError> {
    let damaged = || CliError::Artifact(name);
    let artifact: serde_json::Value = serde_json::from_str(artifact).map_err(|_| damaged())?;
    let code = artifact.get("bytecode").and_then(|code| code.as_str()).ok_or_else(damaged)?;
    hex::decode(code).map(Bytes::from).map_err(|_| damaged())
}
