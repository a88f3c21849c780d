//! A Uniswap v3 pool as a venue's curve: its price, its liquidity, and the ticks around where that changes.

use alloy_primitives::aliases::I24;
use alloy_primitives::{Address, U256};
use alloy_sol_types::sol;
use equipoise_interfaces::{IPoolVenue, IUniswapV3Pool};
use equipoise_solver::pool::Pool;

use super::abi::Hedge;
use super::error::SolveError;
use crate::keep::Client;

sol! {
    #[derive(Debug)]
    interface IPoolDepth {
        function liquidity() external view returns (uint128);
        function fee() external view returns (uint24);
        function tickSpacing() external view returns (int24);
        function tickBitmap(int16 place) external view returns (uint256);
        function ticks(int24 tick) external view returns (
            uint128 liquidityGross, int128 liquidityNet, uint256 feeGrowthOutside0X128, uint256 feeGrowthOutside1X128,
            int56 tickCumulativeOutside, uint160 secondsPerLiquidityOutsideX128, uint32 secondsOutside, bool initialized
        );
    }
}

/// Ticks of one word of a pool's map.
const WORD_TICKS: i32 = 256;
/// The logarithm of a tick's price.
const TICK_LOG: f64 = 9.999_500_033e-5;

/// Reads a pool as far as a share of its price to both sides.
/// # Returns: none if it does not answer as a pool does
/// # Errors: the connection's
pub fn read(client: &mut dyn Client, hedge: &Hedge, venue: Address, reach: f64) -> Result<Option<Pool>, SolveError> {
    let at = client.view(venue, &IPoolVenue::poolCall {})?;
    let Ok(slot) = client.try_view(at, &IUniswapV3Pool::slot0Call {})? else { return Ok(None) };
    let liquidity = client.view(at, &IPoolDepth::liquidityCall {})?;
    let fee = client.view(at, &IPoolDepth::feeCall {})?.to::<u32>();
    let spacing = client.view(at, &IPoolDepth::tickSpacingCall {})?.as_i32().max(1);
    let tick = i32::try_from(slot.tick).unwrap_or_default();
    let ticks = (libm::log(1.0 + reach) / TICK_LOG) as i32 + spacing;
    let words = [tick - ticks, tick + ticks].map(|tick| tick.div_euclid(spacing).div_euclid(WORD_TICKS));
    let mut crossed = Vec::new();
    for word in words[0]..=words[1] {
        for tick in initialised(client, at, word)?.into_iter().map(|place| (word * WORD_TICKS + place) * spacing) {
            let net = client.view(at, &IPoolDepth::ticksCall { tick: I24::try_from(tick).unwrap_or_default() })?;
            crossed.push((tick, net.liquidityNet as f64));
        }
    }
    Ok(Some(Pool {
        root: root_of(slot.sqrtPriceX96),
        liquidity: liquidity as f64,
        fee,
        ticks: crossed,
        read: [words[0] * WORD_TICKS * spacing, ((words[1] + 1) * WORD_TICKS - 1) * spacing],
        is_base_token0: hedge.base < hedge.quote,
        decimals: hedge.decimals,
    }))
}

/// The places in a word of the map that are set.
fn initialised(client: &mut dyn Client, pool: Address, word: i32) -> Result<Vec<i32>, SolveError> {
    let place = i16::try_from(word).unwrap_or_default();
    let map: U256 = client.view(pool, &IPoolDepth::tickBitmapCall { place })?;
    Ok((0..WORD_TICKS).filter(|place| map.bit(usize::try_from(*place).unwrap_or_default())).collect())
}

/// A root in units of 2^-96.
fn root_of(root_x96: U256) -> f64 {
    let bits = root_x96.bit_len().saturating_sub(64);
    let high = u64::try_from(root_x96 >> bits).unwrap_or(u64::MAX) as f64;
    high * 2_f64.powi(i32::try_from(bits).unwrap_or(0) - 96)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_keep_fifty_bits() {
        for (root, expected) in
            [(U256::from(1) << 96, 1.0), (U256::from(3) << 95, 1.5), (U256::from(5) << 130, 5.0 * 2_f64.powi(34))]
        {
            assert!((root_of(root) / expected - 1.0).abs() < 1e-15);
        }
    }
}
