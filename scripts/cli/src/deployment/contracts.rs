//! The EVM contracts beside the programs: the stablecoin, feeds, the proxy.

use alloy_json_abi::JsonAbi;
use alloy_primitives::hex;
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

    /// A solver's contract, which fills hedges out of what it holds.
    #[derive(Debug)]
    interface HedgeFiller {
        function callHedger(bytes data) external returns (bytes answer);
        function withdraw(address token, address to, uint256 atoms) external;
        function owner() external view returns (address);
        function venue() external view returns (address);
        function hedger() external view returns (address);
    }

    /// The writing side of a feed of two parts.
    #[derive(Debug)]
    interface FeedAggregator {
        function push(int256 answer, uint256 updatedAt) external returns (uint80 roundId);
        function addAccess(address reader) external;
    }
}

const ARTIFACTS: [(&str, &str); 10] = [
    ("Stablecoin", include_str!("../../../solidity/artifacts/Stablecoin.json")),
    ("PriceFeed", include_str!("../../../solidity/artifacts/PriceFeed.json")),
    ("FeedAggregator", include_str!("../../../solidity/artifacts/FeedAggregator.json")),
    ("FeedProxy", include_str!("../../../solidity/artifacts/FeedProxy.json")),
    ("HedgeFiller", include_str!("../../../solidity/artifacts/HedgeFiller.json")),
    ("PoolTrader", include_str!("../../../solidity/artifacts/PoolTrader.json")),
    ("TransparentUpgradeableProxy", include_str!("../../../solidity/artifacts/TransparentUpgradeableProxy.json")),
    ("EquipoiseToken", include_str!("../../../solidity/artifacts/EquipoiseToken.json")),
    ("EquipoiseTimelock", include_str!("../../../solidity/artifacts/EquipoiseTimelock.json")),
    ("EquipoiseGovernor", include_str!("../../../solidity/artifacts/EquipoiseGovernor.json")),
];

/// Name and ABI of each; a damaged one is left out.
pub(crate) fn artifact_abis() -> impl Iterator<Item = (&'static str, JsonAbi)> {
    let abi = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok()?.get("abi").cloned();
    let read = move |(name, text)| Some((name, serde_json::from_value(abi(text)?).ok()?));
    ARTIFACTS.into_iter().filter_map(read)
}

/// A contract's creation code, without its constructor's arguments.
/// # Errors: [`CliError::Artifact`]
pub fn creation_code(name: &'static str) -> Result<Vec<u8>, CliError> {
    let damaged = || CliError::Artifact(name);
    let (_, text) = ARTIFACTS.into_iter().find(|(each, _)| *each == name).ok_or_else(damaged)?;
    let artifact: serde_json::Value = serde_json::from_str(text).map_err(|_| damaged())?;
    let code = artifact.get("bytecode").and_then(|code| code.as_str()).ok_or_else(damaged)?;
    hex::decode(code).map_err(|_| damaged())
}
