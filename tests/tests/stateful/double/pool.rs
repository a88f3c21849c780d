//! A Uniswap v3 pool once more, natively, whose liquidity lies over the whole range: what a swap takes and gives.
//!
//! Swaps stay within a word of ticks: at its end the pool would round once more.

use alloy_primitives::U256;
use equipoise_cli::uniswap::{FEE, TICK_SPACING};

/// Ticks that the pool looks through in one step.
pub const TICKS_OF_WORD: i32 = 256 * TICK_SPACING;
const MILLION: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);

/// A pool of the underlying and the stablecoin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    pub root_x96: U256,
    pub liquidity: U256,
    /// Whether the underlying is the pool's first token.
    pub is_coin_first: bool,
}

/// The first tick of the word that a price lies in, and the first of the next.
pub fn word_of_ticks(price: f64) -> (i32, i32) {
    let tick = (price.ln() / 1.0001_f64.ln()).floor() as i32;
    let begin = tick.div_euclid(TICKS_OF_WORD) * TICKS_OF_WORD;
    (begin, begin + TICKS_OF_WORD)
}

fn up(product: U256, divisor: U256) -> U256 {
    product.div_ceil(divisor)
}

impl Pool {
    /// What so much of the underlying costs; none if the price leaves its word of ticks.
    /// # Source: Uniswap v3-core, `SwapMath.computeSwapStep` for an exact output
    pub fn buy(&mut self, coin: u128) -> Option<u128> {
        let (out, root) = (U256::from(coin), self.root_x96);
        let taken = if self.is_coin_first {
            let depth: U256 = self.liquidity << 96;
            let after = up(depth * root, depth.checked_sub(out * root).filter(|left| !left.is_zero())?);
            self.move_to(after)?;
            up(self.liquidity * (after - root), U256::ONE << 96)
        } else {
            let after = root.checked_sub(up(out << 96, self.liquidity))?;
            self.move_to(after)?;
            self.firsts(after, root, up)
        };
        Some((taken + up(taken * U256::from(FEE), MILLION - U256::from(FEE))).to())
    }

    /// What so much of the underlying brings; none if the price leaves its word of ticks.
    /// # Source: Uniswap v3-core, `SwapMath.computeSwapStep` for an exact input
    pub fn sell(&mut self, coin: u128) -> Option<u128> {
        let (taken, root) = (U256::from(coin) * (MILLION - U256::from(FEE)) / MILLION, self.root_x96);
        let given = if self.is_coin_first {
            let depth: U256 = self.liquidity << 96;
            let after = up(depth * root, depth + taken * root);
            self.move_to(after)?;
            (self.liquidity * (root - after)) >> 96
        } else {
            let after = root + (taken << 96) / self.liquidity;
            self.move_to(after)?;
            self.firsts(root, after, |product, divisor| product / divisor)
        };
        Some(given.to())
    }

    /// Of the first token, what lies between two roots.
    fn firsts(&self, low: U256, high: U256, divided: fn(U256, U256) -> U256) -> U256 {
        divided(divided((self.liquidity << 96) * (high - low), high), low)
    }

    fn move_to(&mut self, root_x96: U256) -> Option<()> {
        let word = |root: U256| word_of_ticks((f64::from(root) / 2_f64.powi(96)).powi(2));
        if root_x96.is_zero() || word(self.root_x96) != word(root_x96) {
            return None;
        }
        self.root_x96 = root_x96;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buying_and_selling_back_loses_the_fee_twice_and_some_of_the_curve() {
        for is_coin_first in [true, false] {
            let price: f64 = if is_coin_first { 3_000.0 } else { 1.0 / 3_000.0 };
            let root = U256::from((price.sqrt() * 2_f64.powi(64)) as u128) << 32;
            let mut pool = Pool { root_x96: root, liquidity: U256::from(9_000_000_000_000u64), is_coin_first };
            let paid = pool.buy(10_000_000).unwrap();
            assert!((30_015_000_000..30_020_000_000).contains(&paid), "{paid}");
            let got = pool.sell(10_000_000).unwrap();
            assert!((29_985_000_000..29_990_000_000).contains(&got), "{got}");
        }
    }
}
