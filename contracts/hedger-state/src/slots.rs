//! Where the hedger keeps what it knows.

use alloy_primitives::{Address, B256, U256};
use equipoise_kit::storage::{
    coupled, eighths, halves, joined, namespace_root, paired, quarters, Lasting, Mapping, Namespace, Namespaced, Word,
};
use equipoise_risk::rebalance::{HedgeTerms, TERM_COUNT, TERM_RULES};
use stylus_sdk::prelude::*;

/// Where the hedger's storage begins.
pub struct HedgerSpace;

impl Namespace for HedgerSpace {
    const ROOT: U256 = namespace_root("equipoise.hedger");
}

/// [`HedgerSlots`] at their place.
pub type Slots = Namespaced<HedgerSpace, HedgerSlots>;

/// The hedger's slots. Five addresses that every rebalance reads have the terms beside them, so that these take no slots of their own.
#[storage]
pub struct HedgerSlots {
    /// The market, after three terms.
    pub market: Lasting,
    /// The clearing house, after the next three.
    pub clearing: Lasting,
    /// The referee, after the next three.
    pub referee: Lasting,
    /// The program that runs what is rare, after the stablecoin's decimals.
    pub trustee: Word,
    /// The stablecoin, after the last three terms.
    pub quote: Lasting,
    /// The underlying, after its decimals, whether anybody lends it, and the first three terms.
    base: Lasting,
    /// The underlying held, the epoch, since when the window is open, and when both checkpoints were taken.
    held: Word,
    /// The average price, what of the budget is used, and when either was last moved.
    average: Word,
    /// The younger checkpoint.
    young: Word,
    /// The older one.
    old: Word,
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
    /// The program that hedges at perpetual venues.
    pub broker: Word,
    /// The perpetual venue.
    pub perp_venue: Word,
    /// What counts there, of the underlying and of the stablecoin.
    perp_held: Word,
    /// What is believed of it at most.
    perp_believed: Word,
    /// The order in flight: until when it may be filled, its number, and who asked for it.
    order: Word,
    /// What it asks for, and what that costs at its limit, with the fee.
    order_asked: Word,
    /// What was sent with it, and its tip at most.
    order_terms: Word,
    /// What it may use of the budget, and the cash that lay there when it was asked for.
    order_start: Word,
    /// The program that hedges by options.
    pub dealer: Word,
    /// Since when options are paid for, when their budget was last used, and what is used of it.
    options: Word,
}

/// Bytes of a term.
const TERM: usize = 4;
/// Terms beside an address that has nothing else beside it.
const BESIDE: usize = 3;
/// Where the underlying's slot says whether anybody lends it, in the byte that has its decimals.
const LENT: u8 = 0x80;
/// Where it says whether a perpetual venue is named.
const PERPETUAL: u8 = 0x40;

const _: () = assert!(TERM_COUNT == 5 * BESIDE, "every place beside an address has a term");
// The first term has three bytes, for the underlying's decimals are in the fourth.
const _: () = assert!(TERM_RULES[0].max < 1 << 24, "the first term fits three bytes");

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

/// What is kept of hedges by options. Numbers are times 2^64, times in unix seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Since when options are paid for, 0 while they are not.
    pub opened_at: u64,
    /// When their budget was last used.
    pub used_at: u64,
    /// What is used of it, as of then.
    pub used: i128,
}

/// What counts, or is believed, of the account at the perpetual venue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Perp {
    /// Atoms of the underlying, negative if it is short.
    pub units: i128,
    /// Atoms of the stablecoin: the margin less what the units have cost.
    pub cash: i128,
}

/// An order at the perpetual venue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Who asked for it, zero if there is none.
    pub solver: Address,
    /// Until when it may be filled; if there is none, from when on one may be asked for.
    pub deadline: u64,
    /// The venue's number of it.
    pub number: u64,
    /// Atoms of the underlying, positive if it buys.
    pub asked: i128,
    /// Atoms of the stablecoin that this costs at its limit, with the fee.
    pub cost: i128,
    /// Atoms that were sent with it.
    pub margin: u128,
    /// The tip at most.
    pub most_tip: u128,
    /// What it may use of the budget, times 2^64.
    pub reserved: i128,
    /// The cash that counted when it was asked for, with what was sent.
    pub cash: i128,
}

impl Order {
    /// Whether there is one.
    pub fn is_pending(&self) -> bool {
        !self.solver.is_zero()
    }
}

impl HedgerSlots {
    /// Whether a perpetual venue is named: said beside the underlying's decimals.
    pub fn has_perp(&self) -> bool {
        self.base.get()[0] & PERPETUAL != 0
    }

    /// Names the perpetual venue.
    pub fn set_perp_venue(&mut self, venue: Address) {
        let mut base = self.base.get();
        base[0] |= PERPETUAL;
        self.base.set(base);
        self.perp_venue.set_address(venue);
    }

    /// What is kept of hedges by options.
    pub fn options(&self) -> Options {
        let [times, used] = halves(self.options.get());
        let [opened_at, used_at] = quarters(times);
        Options { opened_at, used_at, used: used.cast_signed() }
    }

    /// Keeps that, if it is something else.
    pub fn set_options(&mut self, options: &Options) {
        let Options { opened_at, used_at, used } = *options;
        let word = joined(paired(opened_at, used_at), used.cast_unsigned());
        if word != self.options.get() {
            self.options.set(word);
        }
    }

    /// What counts at the perpetual venue.
    pub fn perp_held(&self) -> Perp {
        perp_of(self.perp_held.get())
    }

    /// What is believed of it at most.
    pub fn perp_believed(&self) -> Perp {
        perp_of(self.perp_believed.get())
    }

    /// Keeps what counts there.
    pub fn set_perp_held(&mut self, perp: Perp) {
        self.perp_held.set(word_of(perp));
    }

    /// Keeps what is believed of it.
    pub fn set_perp_believed(&mut self, perp: Perp) {
        self.perp_believed.set(word_of(perp));
    }

    /// Whether an order is in flight, and until when.
    pub fn order_head(&self) -> Order {
        let word = self.order.get();
        let [high, _] = halves(word);
        let [high, low] = quarters(high);
        let ([deadline, first], [second, _]) = (eighths(high), eighths(low));
        let solver = Address::from_word(word);
        Order { solver, deadline: deadline.into(), number: coupled(first, second), ..Order::default() }
    }

    /// The order in flight.
    pub fn order(&self) -> Order {
        let head = self.order_head();
        if !head.is_pending() {
            // What is kept of the last one is not read.
            return head;
        }
        let ([asked, cost], [margin, most_tip]) = (halves(self.order_asked.get()), halves(self.order_terms.get()));
        let [reserved, cash] = halves(self.order_start.get()).map(u128::cast_signed);
        let (asked, cost) = (asked.cast_signed(), cost.cast_signed());
        Order { asked, cost, margin, most_tip, reserved, cash, ..head }
    }

    /// Keeps an order.
    pub fn set_order(&mut self, order: &Order) {
        let signed = |high: i128, low: i128| joined(high.cast_unsigned(), low.cast_unsigned());
        self.set_order_head(order);
        self.order_asked.set(signed(order.asked, order.cost));
        self.order_terms.set(joined(order.margin, order.most_tip));
        self.order_start.set(signed(order.reserved, order.cash));
    }

    /// Keeps until when an order may be filled, its number and its solver, and leaves the rest.
    pub fn set_order_head(&mut self, order: &Order) {
        let deadline = u32::try_from(order.deadline).unwrap_or(u32::MAX);
        let mut word = order.solver.into_word();
        let bytes = deadline.to_be_bytes().into_iter().chain(order.number.to_be_bytes());
        word.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
        self.order.set(word);
    }

    /// The stablecoin's decimals.
    pub fn quote_decimals(&self) -> u8 {
        self.trustee.get()[0]
    }

    /// Whether anybody lends the underlying: said beside its decimals, so that who does not borrow reads no slot for it.
    pub fn has_lender(&self) -> bool {
        self.base.get()[0] & LENT != 0
    }

    /// Names who borrows, and the pool's tokens.
    pub fn set_lender(&mut self, [lender, collateral_token, debt_token]: [Address; 3]) {
        let mut base = self.base.get();
        base[0] |= LENT;
        self.base.set(base);
        self.lender.set_address(lender);
        self.collateral_token.set_address(collateral_token);
        self.debt_token.set_address(debt_token);
    }

    /// The underlying.
    pub fn base(&self) -> Token {
        let word = self.base.get();
        Token { address: Address::from_word(word), decimals: word[0] & !(LENT | PERPETUAL) }
    }

    /// Names the market, the clearing house and the referee.
    pub fn set_programs(&mut self, [market, clearing, referee]: [Address; 3]) {
        self.market.set(market.into_word());
        self.clearing.set(clearing.into_word());
        self.referee.set(referee.into_word());
    }

    /// Names both tokens, once the trustee is named.
    pub fn set_tokens(&mut self, quote: Token, base: Token) {
        let mut trustee = self.trustee.get();
        trustee[0] = quote.decimals;
        self.trustee.set(trustee);
        self.quote.set(quote.address.into_word());
        let mut word = base.address.into_word();
        word[0] = base.decimals;
        self.base.set(word);
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
        let mut base = self.base.get();
        base[0] = 0;
        let words = [base, self.market.get(), self.clearing.get(), self.referee.get(), self.quote.get()];
        let mut terms = words.iter().flat_map(|word| word.as_chunks::<TERM>().0.iter().take(BESIDE));
        let mut next = || terms.next().map_or(0, |term| u32::from_be_bytes(*term));
        HedgeTerms::from_stored(core::array::from_fn(|_| next()))
    }

    /// Keeps the terms, beside addresses that are named.
    pub fn set_terms(&mut self, terms: &HedgeTerms) {
        let decimals = self.base.get()[0];
        let mut terms = terms.all_millionths().into_iter();
        let words = [&mut self.base, &mut self.market, &mut self.clearing, &mut self.referee, &mut self.quote];
        for slot in words {
            let mut word = slot.get();
            for (bytes, term) in word.as_chunks_mut::<TERM>().0.iter_mut().take(BESIDE).zip(terms.by_ref()) {
                *bytes = term.to_be_bytes();
            }
            slot.set(word);
        }
        let mut base = self.base.get();
        base[0] = decimals;
        self.base.set(base);
    }
}

fn perp_of(word: B256) -> Perp {
    let [units, cash] = halves(word).map(u128::cast_signed);
    Perp { units, cash }
}

fn word_of(perp: Perp) -> B256 {
    joined(perp.units.cast_unsigned(), perp.cash.cast_unsigned())
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
