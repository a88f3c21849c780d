//! What the source keeps.

use alloy_primitives::{Address, B256, U256};
use equipoise_kit::storage::{
    halves, joined, namespace_root, number_key, paired, quarters, Mapping, Namespace, Namespaced, Word,
};
use equipoise_risk::millionths::Millionths;
use stylus_sdk::prelude::*;

/// Where the source keeps its state.
pub struct SignedSourceSpace;

impl Namespace for SignedSourceSpace {
    const ROOT: U256 = namespace_root("equipoise.signed-source");
}

/// [`SignedSourceSlots`] at their place.
pub type Slots = Namespaced<SignedSourceSpace, SignedSourceSlots>;

/// Everything the source keeps.
#[storage]
pub struct SignedSourceSlots {
    /// What is priced.
    underlying: Word,
    terms: Word,
    price: Word,
    /// By their place, from 0.
    publishers: Mapping<Word>,
    moves: Word,
}

/// How prices are taken, in one slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Publishers that must sign; zero while there are none.
    pub threshold: u8,
    /// Publishers.
    pub publishers: u8,
    /// How old a price may be when it is brought.
    pub max_age_secs: u64,
}

/// A price that was taken, in one slot: 96 bits of the price, 96 of how far it may be off, 64 of when it was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Within the domain, which ends below 2^90.
    pub price_wad: u128,
    /// Below the price.
    pub confidence_wad: u128,
    /// After 1970.
    pub at: u64,
}

/// By how much the price has moved in a second, in one slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// The second.
    pub at: u64,
    /// See [`equipoise_risk::spread::moved_ceil`].
    pub moved: Millionths,
}

impl Moves {
    /// By how much it has moved in the second that is now.
    pub fn now(self, now: u64) -> Millionths {
        if self.at == now {
            self.moved
        } else {
            Millionths::ZERO
        }
    }

    fn encode(self) -> B256 {
        joined(u128::from(self.moved.raw()), u128::from(self.at))
    }

    fn decode(word: B256) -> Self {
        let [[_, moved], [_, at]] = halves(word).map(quarters);
        Self { at, moved: Millionths::from_raw(u32::try_from(moved).unwrap_or(u32::MAX)) }
    }
}

impl Published {
    fn encode(&self) -> B256 {
        let [confidence_high, confidence_low] = quarters(self.confidence_wad);
        joined(self.price_wad << 32 | u128::from(confidence_high), paired(confidence_low, self.at))
    }

    /// # Returns: None for an empty slot
    fn decode(word: B256) -> Option<Self> {
        let [high, low] = halves(word);
        let [confidence_low, at] = quarters(low);
        let confidence_high = high & u128::from(u32::MAX);
        let confidence_wad = confidence_high << 64 | u128::from(confidence_low);
        (at > 0).then_some(Self { price_wad: high >> 32, confidence_wad, at })
    }
}

impl Terms {
    fn encode(self) -> B256 {
        joined(u128::from(self.threshold), paired(u64::from(self.publishers), self.max_age_secs))
    }

    fn decode(word: B256) -> Self {
        let [high, low] = halves(word);
        let [publishers, max_age_secs] = quarters(low);
        let small = |number: u64| u8::try_from(number).unwrap_or(0);
        Self { threshold: small(quarters(high)[1]), publishers: small(publishers), max_age_secs }
    }
}

impl SignedSourceSlots {
    /// What is priced, zero before the source is constructed.
    pub fn underlying(&self) -> B256 {
        self.underlying.get()
    }

    /// Keeps what is priced.
    pub fn set_underlying(&mut self, underlying: B256) {
        self.underlying.set(underlying);
    }

    /// How prices are taken.
    pub fn terms(&self) -> Terms {
        Terms::decode(self.terms.get())
    }

    /// Keeps how prices are taken.
    pub fn set_terms(&mut self, terms: Terms) {
        self.terms.set(terms.encode());
    }

    /// The last price.
    pub fn published(&self) -> Option<Published> {
        Published::decode(self.price.get())
    }

    /// Keeps a price.
    pub fn set_published(&mut self, published: &Published) {
        self.price.set(published.encode());
    }

    /// By how much the price has last moved in a second.
    pub fn moves(&self) -> Moves {
        Moves::decode(self.moves.get())
    }

    /// Keeps it.
    pub fn set_moves(&mut self, moves: Moves) {
        self.moves.set(moves.encode());
    }

    /// The publishers by rising address.
    pub fn publishers(&self, count: u8) -> impl Iterator<Item = Address> + '_ {
        (0..count).map(|place| self.publishers.at(number_key(place.into())).address())
    }

    /// Replaces the publishers, of whom there were `before`.
    pub fn set_publishers(&mut self, before: u8, publishers: &[Address]) {
        let rest = core::iter::repeat(&Address::ZERO);
        let places = usize::from(before).max(publishers.len());
        for (place, publisher) in (0..).zip(publishers.iter().chain(rest).take(places)) {
            self.publishers.at_mut(number_key(place)).set_address(*publisher);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_price_is_read_back(price in 0_u128..1 << 96, confidence in 0_u128..1 << 96, at in 1_u64..) {
            let published = Published { price_wad: price, confidence_wad: confidence, at };
            prop_assert_eq!(Published::decode(published.encode()), Some(published));
        }

        #[test]
        fn moves_are_read_back_and_are_of_their_second_alone(at in any::<u64>(), now in any::<u64>(), moved in any::<u32>()) {
            let moves = Moves { at, moved: Millionths::from_raw(moved) };
            prop_assert_eq!(Moves::decode(moves.encode()), moves);
            prop_assert_eq!(moves.now(at), moves.moved);
            prop_assert!(now == at || moves.now(now) == Millionths::ZERO);
        }

        #[test]
        fn terms_are_read_back(threshold in any::<u8>(), publishers in any::<u8>(), max_age_secs in any::<u64>()) {
            let terms = Terms { threshold, publishers, max_age_secs };
            prop_assert_eq!(Terms::decode(terms.encode()), terms);
        }
    }

    #[test]
    fn an_empty_slot_is_no_price() {
        assert_eq!(Published::decode(B256::ZERO), None);
        assert_eq!(Terms::decode(B256::ZERO), Terms::default());
    }
}
