//! The program: reads the pool, averages, answers.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::IPoolSource::termsCall;
use equipoise_interfaces::IPriceSource::latestCall;
use equipoise_interfaces::{
    AlreadyWired, IUniswapV3Pool, PoolSourceDecimalsUnsupported, PoolSourceLiquidityTooLow,
    PoolSourceMinLiquidityInvalid, PoolSourcePoolUnreadable, PoolSourceTickOutOfDomain, PoolSourceTokenUnknown,
    PoolSourceWindowOutOfBounds, SourceConfidenceInvalid, IERC20,
};
use equipoise_kit::lean::{answer, enter, revert, unknown, view, Arguments, CONSTRUCTOR};
use equipoise_kit::number::{from_i128, from_u128, to_u128};
use equipoise_kit::{require_code, Revert};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::average::{confidence_wad_ceil, mean_liquidity_down, Sides};
use crate::pool::Pool;
use crate::terms::{Slots, Terms};

/// The shortest window: a trade that stands for a second moves the average by a sixtieth of its ticks.
const MIN_WINDOW_SECS: u64 = 60;
/// The longest window.
const MAX_WINDOW_SECS: u64 = 86_400;
/// As of feeds: with more decimals than WAD has, a token's unit is finer than a price can be.
const MAX_DECIMALS: u8 = 18;

/// The source.
#[storage]
pub struct PoolSource {
    slots: Slots,
}

// SAFETY: it is the one storage struct of the program.
unsafe impl TopLevelStorage for PoolSource {}

/// Runs one call.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (mut source, selector, given) = enter::<PoolSource>(&input, vm)?;
    source.dispatch(selector, given)
}

impl PoolSource {
    fn dispatch(&mut self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            latestCall::SELECTOR => answer(&self.latest()?),
            termsCall::SELECTOR => {
                let Terms { pool, sides, window_secs, min_liquidity } = self.slots.terms();
                let decimals = (sides.base_decimals, sides.quote_decimals);
                answer(&(pool, sides.is_base_token1, decimals, u64::from(window_secs), from_u128(min_liquidity)))
            }
            CONSTRUCTOR => answer(&self.construct(given.take()?, given.take()?, given.take()?, given.take()?)?),
            _ => unknown(selector),
        }
    }

    /// Reads the pool's tokens and their decimals and keeps them, for none of them changes. Once.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode, PoolSource..
    fn construct(&mut self, pool: Address, base: Address, window_secs: u64, liquidity: U256) -> Result<(), Revert> {
        if !self.slots.pool().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        require_code(self.vm(), pool)?;
        let bounded = (MIN_WINDOW_SECS..=MAX_WINDOW_SECS).contains(&window_secs);
        let Some(window) = u32::try_from(window_secs).ok().filter(|_| bounded) else {
            let (min_secs, max_secs) = (MIN_WINDOW_SECS, MAX_WINDOW_SECS);
            let error = PoolSourceWindowOutOfBounds { windowSecs: window_secs, minSecs: min_secs, maxSecs: max_secs };
            return Err(revert(&error));
        };
        let Some(min_liquidity) = to_u128(liquidity).filter(|liquidity| *liquidity > 0) else {
            return Err(revert(&PoolSourceMinLiquidityInvalid { minLiquidity: liquidity }));
        };
        let sides = self.sides_of(pool, base)?;
        self.slots.set_terms(&Terms { pool, sides, window_secs: window, min_liquidity });
        Ok(())
    }

    fn sides_of(&self, pool: Address, base: Address) -> Result<Sides, Revert> {
        let unreadable = |_| revert(&PoolSourcePoolUnreadable { pool });
        let token0 = view(self.vm(), pool, &IUniswapV3Pool::token0Call {}).map_err(unreadable)?;
        let token1 = view(self.vm(), pool, &IUniswapV3Pool::token1Call {}).map_err(unreadable)?;
        let quote = if base == token0 {
            token1
        } else if base == token1 {
            token0
        } else {
            return Err(revert(&PoolSourceTokenUnknown { token: base, token0, token1 }));
        };
        let (base_decimals, quote_decimals) = (self.decimals_of(base)?, self.decimals_of(quote)?);
        Ok(Sides { is_base_token1: base == token1, base_decimals, quote_decimals })
    }

    fn decimals_of(&self, token: Address) -> Result<u8, Revert> {
        let decimals = view(self.vm(), token, &IERC20::decimalsCall {})?;
        if decimals > MAX_DECIMALS {
            return Err(revert(&PoolSourceDecimalsUnsupported { token, decimals }));
        }
        Ok(decimals)
    }

    /// The average over the window that ends now, how far the pool is from it, and the time now.
    /// # Rounding: the price down, how far it may be off up
    /// # Errors: PoolSourcePoolUnreadable, PoolSourcePoolUninitialised, PoolSourceHistoryTooShort,
    /// PoolSourceLiquidityTooLow, PoolSourceTickOutOfDomain, SourceConfidenceInvalid
    fn latest(&self) -> Result<(U256, U256, u64), Revert> {
        let Terms { pool, sides, window_secs, min_liquidity } = self.slots.terms();
        let observed = Pool { vm: self.vm(), address: pool, window_secs }.observe()?;
        let secs = u64::from(window_secs);
        let liquidity = mean_liquidity_down(secs, observed.seconds_per_liquidity_x128);
        if liquidity < min_liquidity {
            let (liquidity, min_liquidity) = (from_u128(liquidity), from_u128(min_liquidity));
            return Err(revert(&PoolSourceLiquidityTooLow { liquidity, minLiquidity: min_liquidity }));
        }
        let average = price(sides, observed.tick_seconds, secs)?;
        let confidence = confidence_wad_ceil(average, price(sides, observed.tick, 1)?);
        let (price_wad, confidence_wad) = (from_u128(average), from_u128(confidence));
        if confidence >= average {
            return Err(revert(&SourceConfidenceInvalid { confidenceWad: confidence_wad, priceWad: price_wad }));
        }
        Ok((price_wad, confidence_wad, self.vm().block_timestamp()))
    }
}

fn price(sides: Sides, tick_seconds: i128, secs: u64) -> Result<u128, Revert> {
    sides.price_wad_floor(tick_seconds, secs).ok_or_else(|| {
        let tick = tick_seconds.checked_div_euclid(i128::from(secs)).unwrap_or(tick_seconds);
        revert(&PoolSourceTickOutOfDomain { tick: from_i128(tick) })
    })
}
