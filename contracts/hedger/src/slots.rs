//! Where the hedger keeps what it knows.

use alloy_primitives::{Address, B256, U256};
use equipoise_kit::storage::{halves, joined, namespace_root, paired, quarters, Mapping, Namespace, Namespaced, Word};
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
    /// The stablecoin, with its decimals.
    quote: Word,
    /// The underlying, with its decimals.
    base: Word,
    /// The underlying held, the epoch and the window.
    held: Word,
    /// The average price, when it was moved, and when the budget was last used.
    average: Word,
    /// What of the budget is used, and when both checkpoints were taken.
    used: Word,
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

/// What every rebalance moves, in three slots. Numbers are times 2^64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Atoms of the underlying that are held.
    pub atoms: u128,
    /// How often anything has changed that a request relies on.
    pub epoch: u64,
    /// Since when solvers are paid, 0 while they are not.
    pub opened_at: u64,
    /// The average price.
    pub average: i128,
    /// When it was last moved, 0 for never.
    pub averaged_at: u64,
    /// What is used of a day's budget, as of then.
    pub used: i128,
    /// In unix seconds.
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
        let ([atoms, held], [average, times], [used, _]) =
            (halves(self.held.get()), halves(self.average.get()), halves(self.used.get()));
        let ([epoch, opened_at], [averaged_at, used_at]) = (quarters(held), quarters(times));
        let (average, used) = (average.cast_signed(), used.cast_signed());
        Kept { atoms, epoch, opened_at, average, averaged_at, used, used_at }
    }

    /// Keeps what rebalances move.
    pub fn set_kept(&mut self, kept: &Kept) {
        self.held.set(joined(kept.atoms, paired(kept.epoch, kept.opened_at)));
        self.average.set(joined(kept.average.cast_unsigned(), paired(kept.averaged_at, kept.used_at)));
        let [_, taken] = halves(self.used.get());
        self.used.set(joined(kept.used.cast_unsigned(), taken));
    }

    /// The checkpoints, the younger first.
    pub fn checkpoints(&self) -> [Checkpoint; 2] {
        [0, 1].map(|place| self.checkpoint(place))
    }

    /// One of them: 0 for the younger.
    pub fn checkpoint(&self, place: usize) -> Checkpoint {
        let [_, taken] = halves(self.used.get());
        let [young, old] = quarters(taken);
        if place == 0 {
            return Checkpoint { hash: self.young.get(), at: young };
        }
        Checkpoint { hash: self.old.get(), at: old }
    }

    /// Keeps the checkpoints, the younger first.
    pub fn set_checkpoints(&mut self, [young, old]: &[Checkpoint; 2]) {
        let [used, _] = halves(self.used.get());
        self.used.set(joined(used, paired(young.at, old.at)));
        self.young.set(young.hash);
        self.old.set(old.hash);
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
