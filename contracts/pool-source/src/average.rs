//! From sums of ticks to a price, from sums of seconds over liquidity to a liquidity.

use alloy_primitives::U256;
use equipoise_kit::number::mul_div_down;
use equipoise_kit::price::is_usable;
use equipoise_math::{exp, Fx};

/// `ln(1.0001)`, of a tick's width, in 2^-80, to the nearest.
const LN_TICK_X80: i128 = 120_886_537_735_309_896_802;
/// `ln(10)` in 2^-80, to the nearest.
const LN_TEN_X80: i128 = 2_783_654_570_780_253_816_072_539;
/// One in a price.
const WAD: u128 = 1_000_000_000_000_000_000;
/// A price of the pool is within a ten-thousandth of that of its tick.
const TICKS_IN_PRICE: u128 = 10_000;

/// Which side of a pool is priced in the other, and how their atoms count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides {
    /// Whether the pool's second token is the one that is priced.
    pub is_base_token1: bool,
    /// Decimals of the token that is priced.
    pub base_decimals: u8,
    /// Decimals of the other.
    pub quote_decimals: u8,
}

impl Sides {
    /// The price at the mean tick `tick_seconds / secs`, which need not be whole: the geometric mean of the prices of the
    /// ticks that were summed. Of one token, in the other's.
    /// # Inputs: `secs` above 0
    /// # Returns: within the oracle's domain; `None` if the price is not
    /// # Rounding: down. Error: at most a unit and 1e-15 of the price, enforced by `tests::prices_are_those_of_the_reference`
    pub fn price_wad_floor(&self, tick_seconds: i128, secs: u64) -> Option<u128> {
        let ln = tick_seconds.checked_mul(LN_TICK_X80)?.checked_div_euclid(i128::from(secs))?;
        let ln = if self.is_base_token1 { ln.checked_neg()? } else { ln };
        let missing = i128::from(self.base_decimals).checked_sub(i128::from(self.quote_decimals))?;
        let ln = ln.checked_add(missing.checked_mul(LN_TEN_X80)?)?;
        let price = exp(Fx::from_bits(ln >> 16)).ok()?;
        let bits = u128::try_from(price.to_bits()).ok()?;
        mul_div_down(bits, WAD, 1 << 64).filter(|price_wad| is_usable(*price_wad))
    }
}

/// How far the pool's price of now may lie from its average: as far as the price of its tick does, and what a tick leaves
/// open, of the higher of the two.
/// # Inputs: within the oracle's domain
/// # Returns: above 0
/// # Rounding: up
pub fn confidence_wad_ceil(average_wad: u128, now_wad: u128) -> u128 {
    let width = average_wad.max(now_wad).div_ceil(TICKS_IN_PRICE);
    average_wad.abs_diff(now_wad).saturating_add(width)
}

/// The harmonic mean of a pool's liquidity over `secs`, from what they and the liquidity have added to its sum.
/// # Returns: 0 for a sum that has not moved, which no pool has
/// # Rounding: down. Where the mean is below `secs` atoms, by at most one more
/// # Source: `OracleLibrary.consult` of Uniswap's v3-periphery
pub fn mean_liquidity_down(secs: u64, seconds_per_liquidity_x128: U256) -> u128 {
    let [low, high, rest, top] = *seconds_per_liquidity_x128.as_limbs();
    let sum = u128::from(high) << 64 | u128::from(low);
    if rest == 0 && top == 0 {
        // It is `secs * 2^128 / sum`: too large for 128 bits only if the pool holds more than can be.
        return if sum == 0 { 0 } else { mul_div_down(1 << 127, u128::from(secs) << 1, sum).unwrap_or(u128::MAX) };
    }
    let upper = (u128::from(top) << 64 | u128::from(rest)).checked_mul(1 << 64);
    let upper = upper.and_then(|upper| upper.checked_add(u128::from(high))?.checked_add(1));
    upper.and_then(|upper| (u128::from(secs) << 64).checked_div(upper)).unwrap_or(0)
}

#[cfg(test)]
mod tests;
