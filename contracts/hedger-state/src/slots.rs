//! Where the hedger keeps what it knows.

use alloy_primitives::{Address, B256, U256};
use equipoise_kit::storage::{
    coupled, eighths, halves, joined, namespace_root, paired, quarters, Mapping, Namespace, Namespaced, Word,
};
use equipoise_market_state::layout::{decode_hedge_terms, encode_hedge_terms};
use equipoise_risk::rebalance::HedgeTerms;
use stylus_sdk::prelude::*;

/// Where the hedger's storage begins.
pub struct HedgerSpace;

impl Namespace for HedgerSpace {
    const ROOT: U256 = namespace_root("equipoise.hedger");
}

/// [`HedgerSlots`] at their place.
pub type Slots = Namespaced<HedgerSpace, HedgerSlots>;

/// The hedger's slots.
#[storage]
pub struct HedgerSlots {
    /// The market.
    pub market: Word,
    /// The clearing house.
    pub clearing: Word,
    /// The referee.
    pub referee: Word,
    /// The program that runs what is rare.
    pub trustee: Word,
    /// The stablecoin, with its decimals.
    quote: Word,
    /// The underlying, with its decimals.
    base: Word,
    /// The underlying held, the epoch, since when the window is open, and when both checkpoints were taken.
    held: Word,
    /// The average price, what of the budget is used, and when either was last moved.
    average: Word,
    /// The younger checkpoint.
    young: Word,
    /// The older one.
    old: Word,
    /// The first eight terms.
    first_terms: Word,
    /// The others.
    other_terms: Word,
    /// Terms of each venue.
    venues: Mapping<Word>,
    /// How many signed requests of each solver have been used.
    pub nonces: Mapping<Word>,
    /// Who borrows the underlying.
    pub lender: Word,
    /// The pool's token of what lies with him.
    pub collateral_token: Word,
    /// The pool's token of what he owes.
    pub debt_token: Word,
}

/// The byte of the underlying's slot that says whether somebody lends it.
const HAS_LENDER: usize = 1;

/// Bits of a number times 2^64 that are not kept of what is used of a budget: it is kept to 2^-24.
const USED_SHIFT: u32 = 40;

/// What every rebalance moves, in two slots. Numbers are times 2^64, times in unix seconds, kept in 32 bits each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Atoms of the underlying that are held.
    pub atoms: u128,
    /// How often anything has changed that a request relies on.
    pub epoch: u64,
    /// Since when solvers are paid, 0 while they are not.
    pub opened_at: u64,
    /// When the checkpoints were taken, the younger first, 0 for never.
    pub taken_at: [u64; 2],
    /// The average price.
    pub average: i128,
    /// What is used of a day's budget, as of `used_at`.
    pub used: i128,
    /// When the average was last moved, 0 for never.
    pub averaged_at: u64,
    /// When the budget was last used.
    pub used_at: u64,
}

/// An inventory to compare with, known by its hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// Of its words.
    pub hash: B256,
    /// When it was taken, in unix seconds, 0 for never.
    pub at: u64,
}

/// A token and its decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its contract.
    pub address: Address,
    /// Its decimals.
    pub decimals: u8,
}

/// What is known of a venue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VenueTerms {
    /// What it may fill at once, in WAD. None if it is closed.
    pub cap_wad: u128,
    /// Whether what is given goes to the solver himself.
    pub is_passed_on: bool,
}

impl Token {
    /// The address, with the decimals before it.
    fn encode(self) -> B256 {
        let mut word = self.address.into_word();
        if let Some(first) = word.first_mut() {
            *first = self.decimals;
        }
        word
    }

    /// The token of a slot.
    fn decode(word: B256) -> Self {
        Self { address: Address::from_word(word), decimals: word.first().copied().unwrap_or(0) }
    }
}

impl HedgerSlots {
    /// The stablecoin.
    pub fn quote(&self) -> Token {
        Token::decode(self.quote.get())
    }

    /// Whether anybody lends the underlying: said beside its decimals, so that who does not borrow reads no slot for it.
    pub fn has_lender(&self) -> bool {
        self.base.get()[HAS_LENDER] != 0
    }

    /// Names who borrows, and the pool's tokens.
    pub fn set_lender(&mut self, [lender, collateral_token, debt_token]: [Address; 3]) {
        let mut base = self.base.get();
        base[HAS_LENDER] = 1;
        self.base.set(base);
        self.lender.set_address(lender);
        self.collateral_token.set_address(collateral_token);
        self.debt_token.set_address(debt_token);
    }

    /// The underlying.
    pub fn base(&self) -> Token {
        Token::decode(self.base.get())
    }

    /// Names both tokens.
    pub fn set_tokens(&mut self, quote: Token, base: Token) {
        self.quote.set(quote.encode());
        self.base.set(base.encode());
    }

    /// What rebalances move.
    pub fn kept(&self) -> Kept {
        let ([atoms, held], [average, moved]) = (halves(self.held.get()), halves(self.average.get()));
        let ([state, taken], [used, times]) = (quarters(held), quarters(moved));
        let [epoch, opened_at] = eighths(state).map(u64::from);
        let [averaged_at, used_at] = eighths(times).map(u64::from);
        let used = (u128::from(used) << USED_SHIFT).cast_signed();
        let (average, taken_at) = (average.cast_signed(), eighths(taken).map(u64::from));
        Kept { atoms, epoch, opened_at, taken_at, average, used, averaged_at, used_at }
    }

    /// Keeps what rebalances move.
    /// # Rounding: what is used up, by less than 2^-24
    pub fn set_kept(&mut self, kept: &Kept) {
        let [young, old] = kept.taken_at;
        let held = paired(in_32_bits(kept.epoch, kept.opened_at), in_32_bits(young, old));
        self.held.set(joined(kept.atoms, held));
        let moved = paired(used_ceil(kept.used), in_32_bits(kept.averaged_at, kept.used_at));
        self.average.set(joined(kept.average.cast_unsigned(), moved));
    }

    /// The checkpoints, the younger first.
    pub fn checkpoints(&self) -> [Checkpoint; 2] {
        let [young, old] = self.kept().taken_at;
        [Checkpoint { hash: self.young.get(), at: young }, Checkpoint { hash: self.old.get(), at: old }]
    }

    /// The hash of one of them: 0 for the younger.
    pub fn checkpoint_hash(&self, place: usize) -> B256 {
        if place == 0 {
            return self.young.get();
        }
        self.old.get()
    }

    /// Keeps the hashes of the checkpoints, the younger first.
    pub fn set_checkpoint_hashes(&mut self, [young, old]: [B256; 2]) {
        self.young.set(young);
        self.old.set(old);
    }

    /// A venue's terms.
    pub fn venue(&self, venue: Address) -> VenueTerms {
        let [passed_on, cap_wad] = halves(self.venues.at(venue.into_word()).get());
        VenueTerms { cap_wad, is_passed_on: passed_on != 0 }
    }

    /// Keeps a venue's terms.
    pub fn set_venue(&mut self, venue: Address, terms: VenueTerms) {
        let word = joined(terms.is_passed_on.into(), terms.cap_wad);
        self.venues.at_mut(venue.into_word()).set(word);
    }

    /// The terms.
    pub fn terms(&self) -> HedgeTerms {
        decode_hedge_terms(&self.packed_terms())
    }

    /// The terms as they are packed.
    pub fn packed_terms(&self) -> [B256; 2] {
        [self.first_terms.get(), self.other_terms.get()]
    }

    /// Keeps the terms.
    pub fn set_terms(&mut self, terms: &HedgeTerms) {
        let [first, others] = encode_hedge_terms(terms);
        self.first_terms.set(first);
        self.other_terms.set(others);
    }
}

/// Two numbers that time or counting makes larger, at their largest once they do not fit: a time in 2106.
fn in_32_bits(high: u64, low: u64) -> u64 {
    let [high, low] = [high, low].map(|number| u32::try_from(number).unwrap_or(u32::MAX));
    coupled(high, low)
}

/// What is used of a budget, as it is kept: what does not fit has used up any budget.
fn used_ceil(used: i128) -> u64 {
    let used = used.max(0).cast_unsigned();
    u64::try_from(used.saturating_add((1 << USED_SHIFT) - 1) >> USED_SHIFT).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_is_kept_up_and_never_forgotten() {
        assert_eq!(used_ceil(0), 0);
        assert_eq!(used_ceil(1), 1);
        assert_eq!(used_ceil(1 << USED_SHIFT), 1);
        assert_eq!(used_ceil((1 << USED_SHIFT) + 1), 2);
        assert_eq!(used_ceil(-1), 0);
        assert_eq!(used_ceil(i128::MAX), u64::MAX);
    }

    #[test]
    fn times_past_32_bits_stay_at_the_last() {
        assert_eq!(in_32_bits(7, u64::MAX), coupled(7, u32::MAX));
    }
}
