//! Where the oracle keeps what it reads.

use alloy_primitives::{Address, B256, U256};
use equipoise_kit::storage::{coupled, eighths, halves, joined, namespace_root, quarters, Namespace, Namespaced, Word};
use stylus_sdk::prelude::*;

/// Where the oracle keeps its state.
pub struct OracleSpace;

impl Namespace for OracleSpace {
    const ROOT: U256 = namespace_root("equipoise.oracle");
}

/// The oracle's state.
pub type Slots = Namespaced<OracleSpace, OracleSlots>;

/// The fields of [`Slots`]: the feed and what a price takes to read, in one slot; then the others.
#[storage]
pub struct OracleSlots {
    terms: Word,
    sequencer: Word,
    source: Word,
    stablecoin: Word,
}

/// What a price takes to read, in one slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The feed, zero before the oracle is constructed.
    pub feed: Address,
    /// Its decimals.
    pub decimals: u8,
    /// The stablecoin's feed's decimals.
    pub stablecoin_decimals: u8,
    /// Whether the others are named.
    pub named: Named,
    /// How old the feed's price may be for the second source's to be traded at; 0 if it never is.
    pub most_push_age_secs: u32,
}

/// Which of the others are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The sequencer's uptime feed.
    pub sequencer: bool,
    /// The second source.
    pub source: bool,
    /// The stablecoin's feed.
    pub stablecoin: bool,
}

impl Terms {
    fn encode(self) -> B256 {
        let [head, tail] = halves(self.feed.into_word());
        let Named { sequencer, source, stablecoin } = self.named;
        let named = u8::from(sequencer) | u8::from(source) << 1 | u8::from(stablecoin) << 2;
        let small = u32::from_be_bytes([0, named, self.stablecoin_decimals, self.decimals]);
        joined(head | u128::from(coupled(self.most_push_age_secs, small)) << 32, tail)
    }

    fn decode(word: B256) -> Self {
        let [high, tail] = halves(word);
        let [upper, lower] = quarters(high);
        let [_, most_push_age_secs] = eighths(upper);
        let [small, head] = eighths(lower);
        let [_, named, stablecoin_decimals, decimals] = small.to_be_bytes();
        let named = Named { sequencer: named & 1 != 0, source: named & 2 != 0, stablecoin: named & 4 != 0 };
        let feed = Address::from_word(joined(head.into(), tail));
        Self { feed, decimals, stablecoin_decimals, named, most_push_age_secs }
    }
}

impl OracleSlots {
    /// What a price takes to read.
    pub fn terms(&self) -> Terms {
        Terms::decode(self.terms.get())
    }

    /// Keeps it.
    pub fn set_terms(&mut self, terms: Terms) {
        self.terms.set(terms.encode());
    }

    /// The sequencer's uptime feed, the second source and the stablecoin's feed; zero for none.
    pub fn others(&self) -> [Address; 3] {
        [self.sequencer.address(), self.source.address(), self.stablecoin.address()]
    }

    /// Keeps them.
    pub fn set_others(&mut self, [sequencer, source, stablecoin]: [Address; 3]) {
        self.sequencer.set_address(sequencer);
        self.source.set_address(source);
        self.stablecoin.set_address(stablecoin);
    }

    /// The sequencer's uptime feed.
    pub fn sequencer(&self) -> Address {
        self.sequencer.address()
    }

    /// The second source.
    pub fn source(&self) -> Address {
        self.source.address()
    }

    /// The stablecoin's feed.
    pub fn stablecoin(&self) -> Address {
        self.stablecoin.address()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn terms_are_read_back(
            feed in any::<[u8; 20]>(),
            (decimals, stablecoin_decimals, most_push_age_secs) in any::<(u8, u8, u32)>(),
            (sequencer, source, stablecoin) in any::<(bool, bool, bool)>(),
        ) {
            let named = Named { sequencer, source, stablecoin };
            let feed = Address::from(feed);
            let terms = Terms { feed, decimals, stablecoin_decimals, named, most_push_age_secs };
            prop_assert_eq!(Terms::decode(terms.encode()), terms);
        }
    }

    #[test]
    fn an_oracle_without_a_feed_has_nothing() {
        assert_eq!(Terms::decode(B256::ZERO), Terms::default());
    }
}
