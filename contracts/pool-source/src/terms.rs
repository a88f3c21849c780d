//! What the source was made with.

use alloy_primitives::{Address, B256, U256};
use equipoise_kit::storage::{halves, joined, namespace_root, Namespace, Namespaced, Word};
use stylus_sdk::prelude::*;

use crate::average::Sides;

/// Where the source keeps its terms.
pub struct PoolSourceSpace;

impl Namespace for PoolSourceSpace {
    const ROOT: U256 = namespace_root("equipoise.pool-source");
}

/// [`PoolSourceSlots`] at their place.
pub type Slots = Namespaced<PoolSourceSpace, PoolSourceSlots>;

/// The terms, in two slots.
#[storage]
pub struct PoolSourceSlots {
    pool: Word,
    liquidity: Word,
}

/// What the source was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The pool.
    pub pool: Address,
    /// Which of its sides is priced, and their decimals.
    pub sides: Sides,
    /// The window of the average.
    pub window_secs: u32,
    /// The least harmonic mean of the pool's liquidity over the window.
    pub min_liquidity: u128,
}

impl Terms {
    /// The first slot: side, decimals and window before the pool. The second: the liquidity.
    fn encode(&self) -> [B256; 2] {
        let mut first = self.pool.into_word();
        let Sides { is_base_token1, base_decimals, quote_decimals } = self.sides;
        let [a, b, c, d] = self.window_secs.to_be_bytes();
        if let Some(place) = first.first_chunk_mut() {
            *place = [u8::from(is_base_token1), base_decimals, quote_decimals, a, b, c, d];
        }
        [first, joined(0, self.min_liquidity)]
    }

    fn decode([first, second]: [B256; 2]) -> Self {
        let pool = Address::from_word(first);
        let [side, base_decimals, quote_decimals, a, b, c, d] = *first.first_chunk().unwrap_or(&[0; 7]);
        let sides = Sides { is_base_token1: side != 0, base_decimals, quote_decimals };
        let [_, min_liquidity] = halves(second);
        Self { pool, sides, window_secs: u32::from_be_bytes([a, b, c, d]), min_liquidity }
    }
}

impl PoolSourceSlots {
    /// The pool, zero before the source is constructed.
    pub fn pool(&self) -> Address {
        self.pool.address()
    }

    /// What the source was made with.
    pub fn terms(&self) -> Terms {
        Terms::decode([self.pool.get(), self.liquidity.get()])
    }

    /// Keeps what the source is made with.
    pub fn set_terms(&mut self, terms: &Terms) {
        let [first, second] = terms.encode();
        self.pool.set(first);
        self.liquidity.set(second);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn terms_are_read_back(
            pool in any::<[u8; 20]>(), is_base_token1 in any::<bool>(), base_decimals in any::<u8>(),
            quote_decimals in any::<u8>(), window_secs in any::<u32>(), min_liquidity in any::<u128>(),
        ) {
            let sides = Sides { is_base_token1, base_decimals, quote_decimals };
            let terms = Terms { pool: pool.into(), sides, window_secs, min_liquidity };
            prop_assert_eq!(Terms::decode(terms.encode()), terms);
            prop_assert_eq!(Address::from_word(terms.encode()[0]), terms.pool);
        }
    }
}
