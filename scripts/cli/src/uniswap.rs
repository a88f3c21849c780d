//! Uniswap's own v3 factory and pools, as its npm package has them compiled, for chains that have none.

use std::fs;
use std::path::Path;

use alloy_primitives::aliases::U160;
use alloy_primitives::{hex, Bytes};
use alloy_sol_types::sol;

use crate::error::CliError;

/// Where `scripts/setup --clients` leaves the factory.
const FACTORY: &str =
    "tests/clients/node_modules/@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json";
/// What the factory is called.
pub const FACTORY_NAME: &str = "UniswapV3Factory";
/// In millionths: 5 bp. Ticks of such a pool are [`TICK_SPACING`] apart.
pub const FEE: u32 = 500;
/// Between ticks that liquidity may begin and end at.
pub const TICK_SPACING: i32 = 10;
/// The first and the last tick of liquidity over the whole range.
pub const LAST_TICK: i32 = 887_270;

sol! {
    /// Makes pools.
    #[derive(Debug)]
    interface UniswapFactory {
        function createPool(address tokenA, address tokenB, uint24 fee) external returns (address pool);
        function getPool(address tokenA, address tokenB, uint24 fee) external view returns (address pool);
    }

    /// A pool's beginning.
    #[derive(Debug)]
    interface UniswapPool {
        function initialize(uint160 sqrtPriceX96) external;
        function increaseObservationCardinalityNext(uint16 cardinality) external;
        function liquidity() external view returns (uint128);
    }

    /// Provides liquidity and trades.
    #[derive(Debug)]
    interface PoolTrader {
        function provide(address pool, int24 tickLower, int24 tickUpper, uint128 liquidity) external;
        function withdraw(address pool, int24 tickLower, int24 tickUpper, uint128 liquidity) external;
        function move(address pool, bool isDown, uint160 sqrtPriceX96) external;
    }
}

/// The factory's creation code; none if its package is not installed.
/// # Errors: [`CliError::Artifact`] for a damaged one
pub fn factory_code() -> Result<Option<Bytes>, CliError> {
    let damaged = || CliError::Artifact(FACTORY_NAME);
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."));
    let Ok(text) = fs::read_to_string(repository.join(FACTORY)) else { return Ok(None) };
    let artifact: serde_json::Value = serde_json::from_str(&text).map_err(|_| damaged())?;
    let code = artifact.get("bytecode").and_then(|code| code.as_str()).ok_or_else(damaged)?;
    Ok(Some(hex::decode(code).map_err(|_| damaged())?.into()))
}

/// A pool's price as it keeps it.
/// # Inputs: atoms of its second token for one of its first
/// # Rounding: down, of 64 bits of fraction
pub fn root_x96(price: f64) -> U160 {
    U160::from((price.sqrt() * 2_f64.powi(64)) as u128) << 32
}

#[cfg(test)]
mod tests {
    use alloy_primitives::U256;

    use super::*;

    #[test]
    fn roots_are_those_of_the_price() {
        assert_eq!(root_x96(1.0), U160::from(1) << 96);
        assert_eq!(root_x96(4.0), U160::from(1) << 97);
        let low: f64 = U256::from(root_x96(3e-9)).into();
        assert!((low / 2_f64.powi(96) / 3e-9_f64.sqrt() - 1.0).abs() < 1e-12);
    }
}
