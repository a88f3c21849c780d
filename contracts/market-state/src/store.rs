//! The market's storage, slot by slot: where each is, and loading and storing what is packed in it.
//!
//! The market works on these slots, and its desk, mover, curator and watcher do by delegate call. From [`ROOT`] on:
//!
//! | slot | holds |
//! |---|---|
//! | 0 | the oracle |
//! | 1 | the ledger; the token's decimals; the binary shift of strikes; the market's number there and one; matched open interest; how far
//! |   | spreads may learn |
//! | 2, 3 | the vault program, the curator |
//! | 4, 5 | the desk, the pricer |
//! | 6, 7, 8 | directory; risk capital, the spread's multiplier and whether the market trades; skew reserve and the round's flow |
//! | 9 to 11 | parameters |
//! | 12 | by board: header, slice, 2 of strikes, 4 of the vault's inventory, matched open interest |
//! | 13 | by account and board: 4 of positions |
//! | 14 | by account: the boards it holds anything in |
//! | 15, 16, 17, 18 | the valuer, the surface, the assessor, the mover |
//! | 19 | margin parameters |
//! | 20 | how many surface keepers there are and must sign, the last sequence, the steps taken |
//! | 21 | by place: surface keepers |
//! | 22 | the watcher |
//! | 23 | what is held against the book: the underlying, the cash beside it |
//! | 24 to 26 | the conditions that widen spreads |
//! | 27 to 30 | the breakers |
//! | 31, 32, 33 | the hedger, the appraiser, the underwriter |
//! | 34 | the board whose payout ratio is not fixed yet, what is owed for it, and what there is |
//! | 35, 36 | what spreads have learned; what trades have brought since |

use alloy_primitives::{Address, B256, U256};
use equipoise_interfaces::{
    AlreadyWired, MarketBoardUnknown, MarketNumberOutOfDomain, MarketTooManyBoards, NotWired, Offer,
};
use equipoise_kit::lean::revert;
use equipoise_kit::storage::namespace_root;
use equipoise_kit::{require_code, Revert};
use equipoise_risk::breakers::Breakers;
use equipoise_risk::interest::{of_trader, of_vault};
use equipoise_risk::learning::Learner;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::settlement::Holding;
use equipoise_risk::units::{Lots, TokenScale};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;

use crate::account_boards::{kind_of, AccountBoards};
use crate::layout::{
    decode_breakers, decode_holdings, encode_breakers, encode_holdings, encode_learner, lanes, series_slots,
    strike_count, strike_slots, with_hedger, with_widening, BoardDebts, BoardWords, Directory, Frozen, Header, Slot,
    ACCOUNT_BOARDS, CONDITION_SLOTS, PARAMETER_SLOTS,
};
use crate::surface_guard::SurfaceGuard;

/// Where the market's storage begins.
pub const ROOT: U256 = namespace_root("equipoise.market");

/// Programs that a market's constructor is told of.
pub const PROGRAMS: usize = 9;

/// A slot that holds one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Place {
    /// Prices.
    Oracle,
    /// The cash ledger, with the token's decimals, the strikes' shift, the market's number, matched open interest and the most that
    /// learning may reach.
    Clearing,
    /// The vault program.
    Vault,
    /// The program that lists boards and takes the surface.
    Curator,
    /// The program that runs what the market has no room for.
    Desk,
    /// The program that makes prices of values.
    Pricer,
    /// The boards that are not settled.
    Directory,
    /// Risk capital and the spread's multiplier: what is frozen in an oracle round.
    Frozen,
    /// The skew reserve and the round's flow: what every trade moves.
    Trading,
    /// The first of the parameters.
    Parameters,
    /// Boards by id.
    Boards = 12,
    /// Positions by account and board.
    Positions,
    /// Boards by account.
    AccountBoards,
    /// The program that values the book.
    Valuer,
    /// The program that proves slices free of arbitrage.
    Surface,
    /// The program that says what accounts must hold.
    Assessor,
    /// The program that moves positions.
    Mover,
    /// The margin parameters.
    MarginParameters,
    /// What bounds the posting of surfaces.
    SurfaceGuard,
    /// Who may sign surfaces, by place.
    SurfaceKeepers,
    /// The program that looks at the measures of the breakers.
    Watcher,
    /// What is held against the book.
    Hedge,
    /// The first of the conditions that widen spreads.
    Conditions,
    /// The first of the breakers.
    Breakers = 27,
    /// The program that holds it.
    Hedger = 31,
    /// The program that says what the book is worth to a hedger.
    Appraiser,
    /// The program that brings makers who share trades.
    Underwriter,
    /// What is owed for a board whose payout ratio is not fixed yet.
    Debts,
    /// What spreads have learned.
    Learner,
    /// What trades have brought since the epoch of learning began.
    Takings,
}

/// The first of a board's slots of each kind.
const SLICE: u8 = 1;
const STRIKES: u8 = 2;
const INVENTORY: u8 = 4;
const MATCHED: u8 = 8;

/// The market's storage.
pub struct Store {
    vm: VM,
}

// SAFETY: it stands for the storage of the whole program; only entrypoints make one.
unsafe impl TopLevelStorage for Store {}

impl HostAccess for Store {
    type Host = VM;

    fn vm(&self) -> &VM {
        &self.vm
    }
}

impl Store {
    /// The storage of the program that runs.
    pub const fn new(vm: VM) -> Self {
        Self { vm }
    }

    /// A slot that holds one thing.
    pub fn get(&self, place: Place) -> Slot {
        self.load(key(place))
    }

    /// Stores a slot that holds one thing.
    pub fn set(&mut self, place: Place, slot: Slot) {
        self.save(key(place), slot);
    }

    /// An address that construction or wiring has set.
    /// # Errors: NotWired
    pub fn wired(&self, place: Place) -> Result<Address, Revert> {
        let address = self.address(place);
        if address.is_zero() {
            return Err(revert(&NotWired {}));
        }
        Ok(address)
    }

    /// An address, zero if it is not set.
    pub fn address(&self, place: Place) -> Address {
        let slot = self.get(place);
        slot.last_chunk::<20>().map_or(Address::ZERO, |bytes| Address::new(*bytes))
    }

    /// Keeps an address and leaves the rest of its slot.
    pub fn set_address(&mut self, place: Place, address: Address) {
        let mut slot = self.get(place);
        if let Some(bytes) = slot.last_chunk_mut::<20>() {
            *bytes = address.into_array();
        }
        self.set(place, slot);
    }

    /// Names a program, once.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode
    pub fn name_once(&mut self, place: Place, program: Address) -> Result<(), Revert> {
        if !self.address(place).is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        require_code(self.vm(), program)?;
        self.set_address(place, program);
        Ok(())
    }

    /// The token's decimals and the binary shift of strikes, from the ledger's slot.
    pub fn scales(&self) -> (u8, u8) {
        let [.., decimals, shift, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
            self.get(Place::Clearing);
        (decimals, shift)
    }

    /// Keeps the token's decimals and the binary shift of strikes.
    pub fn set_scales(&mut self, decimals: u8, shift: u8) {
        let mut slot = self.get(Place::Clearing);
        let [.., at_decimals, at_shift, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = &mut slot;
        (*at_decimals, *at_shift) = (decimals, shift);
        self.set(Place::Clearing, slot);
    }

    /// The market's number in the clearing house, if it was known there when a hedger was named.
    pub fn number(&self) -> Option<u8> {
        let [_, _, _, _, _, _, _, _, _, next, ..] = self.get(Place::Clearing);
        next.checked_sub(1)
    }

    /// Keeps the market's number in the clearing house.
    pub fn set_number(&mut self, number: u8) {
        let mut slot = self.get(Place::Clearing);
        let [_, _, _, _, _, _, _, _, _, next, ..] = &mut slot;
        *next = number.saturating_add(1);
        self.set(Place::Clearing, slot);
    }

    /// The most that learning may widen spreads, in millionths; zero where nothing is learned. It lies beside the ledger's address, which every
    /// trade reads: so a trade asks for nothing.
    pub fn learning_most(&self) -> Millionths {
        let [a, b, c, d, ..] = self.get(Place::Clearing);
        Millionths::from_raw(u32::from_be_bytes([a, b, c, d]))
    }

    /// Keeps what learning may reach, what it has learned, what has been earned since, and with the next round how wide spreads are.
    /// # Errors: MarketNumberOutOfDomain
    pub fn set_learning(&mut self, most: Millionths, learner: &Learner) -> Result<(), Revert> {
        let mut slot = self.get(Place::Clearing);
        let [a, b, c, d, ..] = &mut slot;
        [*a, *b, *c, *d] = most.raw().to_be_bytes();
        self.set(Place::Clearing, slot);
        let learned = fits(encode_learner(learner), 0)?;
        self.set(Place::Learner, learned);
        self.set(Place::Takings, [0; 32]);
        let [first, second, third] = self.conditions();
        self.save_run(key(Place::Conditions), &[first, second, with_widening(third, learner.widening())]);
        Ok(())
    }

    /// How the token counts.
    /// # Errors: MarketNumberOutOfDomain
    pub fn scale(&self) -> Result<TokenScale, Revert> {
        TokenScale::from_decimals(self.scales().0).ok_or_else(|| revert(&MarketNumberOutOfDomain { board: 0 }))
    }

    /// The slots of the parameters.
    pub fn parameters(&self) -> [Slot; PARAMETER_SLOTS] {
        self.load_run(key(Place::Parameters))
    }

    /// Stores the slots of the parameters.
    pub fn set_parameters(&mut self, slots: [Slot; PARAMETER_SLOTS]) {
        self.save_run(key(Place::Parameters), &slots);
    }

    /// The slots of the conditions that widen spreads.
    pub fn conditions(&self) -> [Slot; CONDITION_SLOTS] {
        self.load_run(key(Place::Conditions))
    }

    /// Keeps that the market has a hedger.
    pub fn mark_hedged(&mut self) {
        let [first, second, third] = self.conditions();
        self.save_run(key(Place::Conditions), &[first, second, with_hedger(third)]);
    }

    /// Stores what a priced trade leaves. Conditions move with the oracle's rounds alone.
    pub fn keep_offer(&mut self, offer: &Offer) {
        let stored = self.get(Place::Frozen);
        self.set(Place::Trading, offer.trading.0);
        if stored != offer.frozen.0 {
            self.set(Place::Frozen, offer.frozen.0);
        }
        if Frozen::round_of(&stored) != Frozen::round_of(&offer.frozen.0) {
            self.save_run(key(Place::Conditions), &offer.conditions.map(|slot| slot.0));
        }
    }

    /// What is frozen in an oracle round.
    pub fn frozen(&self) -> Frozen {
        Frozen::decode(&self.get(Place::Frozen))
    }

    /// The breakers.
    pub fn breakers(&self) -> Breakers {
        decode_breakers(&self.load_run(key(Place::Breakers)))
    }

    /// Stores the breakers.
    pub fn set_breakers(&mut self, breakers: &Breakers) {
        self.save_run(key(Place::Breakers), &encode_breakers(breakers));
    }

    /// The boards that are not settled.
    pub fn directory(&self) -> Directory {
        Directory::decode(&self.get(Place::Directory))
    }

    /// # Errors: MarketNumberOutOfDomain
    pub fn set_directory(&mut self, directory: &Directory) -> Result<(), Revert> {
        let slot = fits(directory.encode(), 0)?;
        self.set(Place::Directory, slot);
        Ok(())
    }

    /// A board's header.
    /// # Errors: MarketBoardUnknown
    pub fn header(&self, board: u16) -> Result<Header, Revert> {
        let slot = self.load(self.board(board));
        Header::decode(&slot).ok_or_else(|| revert(&MarketBoardUnknown { board }))
    }

    /// # Errors: MarketNumberOutOfDomain
    pub fn set_header(&mut self, board: u16, header: &Header) -> Result<(), Revert> {
        let slot = fits(header.encode(), board)?;
        self.save(self.board(board), slot);
        Ok(())
    }

    /// What is owed for the board whose payout ratio is not fixed yet, if there is one.
    pub fn debts(&self) -> Option<BoardDebts> {
        BoardDebts::decode(&self.get(Place::Debts))
    }

    /// What is owed for a board, if its payout ratio is not fixed yet.
    pub fn debts_of(&self, board: u16) -> Option<BoardDebts> {
        self.debts().filter(|owed| owed.board == board)
    }

    /// # Errors: MarketNumberOutOfDomain
    pub fn set_debts(&mut self, debts: &BoardDebts) -> Result<(), Revert> {
        let slot = fits(debts.encode(), debts.board)?;
        self.set(Place::Debts, slot);
        Ok(())
    }

    /// Nothing is owed for any board any more.
    pub fn clear_debts(&mut self) {
        self.set(Place::Debts, [0; 32]);
    }

    /// A board's slice.
    pub fn slice(&self, board: u16) -> Slot {
        self.load(offset(self.board(board), SLICE))
    }

    /// What bounds the posting of surfaces.
    pub fn surface_guard(&self) -> SurfaceGuard {
        SurfaceGuard::decode(&self.get(Place::SurfaceGuard))
    }

    /// # Errors: MarketNumberOutOfDomain
    pub fn set_surface_guard(&mut self, guard: &SurfaceGuard) -> Result<(), Revert> {
        let slot = fits(guard.encode(), 0)?;
        self.set(Place::SurfaceGuard, slot);
        Ok(())
    }

    /// Who may sign surfaces, by rising address.
    pub fn surface_keepers(&self, count: u8) -> impl Iterator<Item = Address> + '_ {
        (0..count).map(|place| Address::from_word(B256::new(self.load(self.keeper(place)))))
    }

    /// Replaces who may sign surfaces, of whom there were `before`.
    pub fn set_surface_keepers(&mut self, before: u8, keepers: &[Address]) {
        let rest = core::iter::repeat(&Address::ZERO);
        for (place, keeper) in
            (0..before.max(u8::try_from(keepers.len()).unwrap_or(u8::MAX))).zip(keepers.iter().chain(rest))
        {
            self.save(self.keeper(place), keeper.into_word().0);
        }
    }

    fn keeper(&self, place: u8) -> U256 {
        self.mapped(B256::with_last_byte(place), key(Place::SurfaceKeepers))
    }

    /// Stores a board's header and slice.
    pub fn set_board(&mut self, board: u16, header: Slot, slice: Slot) {
        self.save(self.board(board), header);
        self.save(offset(self.board(board), SLICE), slice);
    }

    /// Stores the slots of a board's strikes.
    pub fn set_strikes(&mut self, board: u16, slots: &[Slot]) {
        self.save_run(offset(self.board(board), STRIKES), slots);
    }

    /// All of a board's slots, and an account's positions in it if one is named. What is past the
    /// board's last strike is not read.
    pub fn board_words(&self, id: u16, account: Option<B256>) -> BoardWords {
        let base = self.board(id);
        let mut words = self.surface_words(id);
        let used = series_slots(strike_count(&words.header));
        self.load_into(offset(base, INVENTORY), words.inventory.iter_mut().take(used));
        if let Some(account) = account {
            self.load_into(self.positions(account, id), words.position.iter_mut().take(used));
        }
        words
    }

    /// A board's slots with nothing that anybody holds.
    pub fn surface_words(&self, id: u16) -> BoardWords {
        let base = self.board(id);
        BoardWords { slice: self.load(offset(base, SLICE)), ..self.frame(base) }
    }

    /// A board's slots with what an account holds of it, and nothing of the vault's.
    pub fn held_words(&self, id: u16, account: B256) -> BoardWords {
        let mut words = self.surface_words(id);
        let used = series_slots(strike_count(&words.header));
        self.load_into(self.positions(account, id), words.position.iter_mut().take(used));
        words
    }

    /// What an account, or the vault if none is named, holds of a board.
    /// # Errors: MarketBoardUnknown
    pub fn holdings(&self, board: u16, account: Option<B256>) -> Result<Vec<Holding>, Revert> {
        let base = self.board(board);
        let mut words = self.frame(base);
        let count = strike_count(&words.header);
        if count == 0 {
            return Err(revert(&MarketBoardUnknown { board }));
        }
        let held = account.map_or_else(|| offset(base, INVENTORY), |account| self.positions(account, board));
        self.load_into(held, words.position.iter_mut().take(series_slots(count)));
        Ok(decode_holdings(&words, &words.position, self.scales().1))
    }

    /// A board's header and strikes.
    fn frame(&self, base: U256) -> BoardWords {
        let mut words = BoardWords { header: self.load(base), ..BoardWords::default() };
        let used = strike_slots(strike_count(&words.header));
        self.load_into(offset(base, STRIKES), words.strikes.iter_mut().take(used));
        words
    }

    /// Stores what an account, or the vault if none is named, holds of a board, and for an account that it does.
    ///
    /// Slots that did not change cost nothing: the host drops such writes.
    /// # Returns: by how many lots the board's matched open interest has grown, for [`Store::count_matched`]
    /// # Errors: MarketTooManyBoards
    pub fn set_holdings(&mut self, board: u16, account: Option<B256>, held: &[Holding]) -> Result<i64, Revert> {
        let slots = encode_holdings(held);
        let used = slots.get(..series_slots(held.len())).unwrap_or(&slots);
        let Some(account) = account else {
            return Ok(self.replace_lots(offset(self.board(board), INVENTORY), used, of_vault));
        };
        let grown = self.replace_lots(self.positions(account, board), used, of_trader);
        let boards = self.account_boards(account).with(board, kind_of(held));
        let boards = boards.ok_or_else(|| revert(&MarketTooManyBoards { maximum: U256::from(ACCOUNT_BOARDS) }))?;
        self.save(self.mapped(account, key(Place::AccountBoards)), boards.encode());
        Ok(grown)
    }

    /// Stores slots of lots.
    /// # Returns: by how much their part of the matched open interest has grown
    #[inline(never)]
    fn replace_lots(&mut self, base: U256, slots: &[Slot], part: fn(Lots) -> i64) -> i64 {
        let sum = |slot: Slot| lanes(&[slot]).map(|lane| part(Lots::new(lane.cast_signed()))).sum::<i64>();
        let mut grown = 0i64;
        for (place, slot) in (0u8..).zip(slots) {
            let key = offset(base, place);
            grown = grown.saturating_add(sum(*slot)).saturating_sub(sum(self.load(key)));
            self.save(key, *slot);
        }
        grown
    }

    /// The matched open interest of all boards that are not settled, in lots. It lies beside the ledger's address, which every trade
    /// reads.
    #[allow(clippy::many_single_char_names, reason = "the bytes of one number")]
    pub fn matched(&self) -> u64 {
        let [_, _, _, _, a, b, c, d, e, ..] = self.get(Place::Clearing);
        u64::from_be_bytes([0, 0, 0, a, b, c, d, e])
    }

    /// Counts by how many lots a board's matched open interest has grown.
    /// # Errors: MarketNumberOutOfDomain
    #[allow(clippy::many_single_char_names, reason = "the bytes of one number")]
    pub fn count_matched(&mut self, board: u16, grown: i64) -> Result<(), Revert> {
        if grown == 0 {
            return Ok(());
        }
        let key = offset(self.board(board), MATCHED);
        let before = last_number(&self.load(key));
        // Positions that stay in a board once it is settled count no more.
        let after = before.saturating_add_signed(grown);
        self.save(key, B256::from(U256::from(after)).0);
        let total = self.matched().saturating_sub(before).saturating_add(after);
        let [0, 0, 0, total @ ..] = total.to_be_bytes() else {
            return Err(revert(&MarketNumberOutOfDomain { board }));
        };
        let mut slot = self.get(Place::Clearing);
        let [_, _, _, _, a, b, c, d, e, ..] = &mut slot;
        [*a, *b, *c, *d, *e] = total;
        self.set(Place::Clearing, slot);
        Ok(())
    }

    /// Takes a board that is settled out of the matched open interest.
    /// # Errors: none in range
    pub fn forget_matched(&mut self, board: u16) -> Result<(), Revert> {
        let matched = last_number(&self.load(offset(self.board(board), MATCHED)));
        self.count_matched(board, 0i64.saturating_sub_unsigned(matched))
    }

    /// The boards an account holds anything in.
    pub fn account_boards(&self, account: B256) -> AccountBoards {
        AccountBoards::decode(&self.load(self.mapped(account, key(Place::AccountBoards))))
    }

    fn board(&self, id: u16) -> U256 {
        self.mapped(B256::from(U256::from(id)), key(Place::Boards))
    }

    fn positions(&self, account: B256, board: u16) -> U256 {
        self.mapped(B256::from(U256::from(board)), self.mapped(account, key(Place::Positions)))
    }

    /// Where a mapping keeps a key, as in Solidity.
    #[inline(never)]
    fn mapped(&self, entry: B256, mapping: U256) -> U256 {
        let mut preimage = entry.to_vec();
        preimage.extend_from_slice(&mapping.to_be_bytes::<32>());
        self.vm.native_keccak256(&preimage).into()
    }

    #[inline(never)]
    fn load(&self, key: U256) -> Slot {
        self.vm.storage_load_bytes32(key).0
    }

    #[inline(never)]
    fn save(&self, key: U256, slot: Slot) {
        // SAFETY: every key of this program comes from this module, which keeps them apart.
        unsafe { self.vm.storage_cache_bytes32(key, B256::new(slot)) };
    }

    fn load_into<'a>(&self, base: U256, slots: impl Iterator<Item = &'a mut Slot>) {
        for (place, slot) in (0u8..).zip(slots) {
            *slot = self.load(offset(base, place));
        }
    }

    fn load_run<const N: usize>(&self, base: U256) -> [Slot; N] {
        let mut slots = [[0; 32]; N];
        self.load_into(base, slots.iter_mut());
        slots
    }

    fn save_run(&self, base: U256, slots: &[Slot]) {
        for (place, slot) in (0u8..).zip(slots) {
            self.save(offset(base, place), *slot);
        }
    }
}

const fn key(place: Place) -> U256 {
    // A discriminant of one byte.
    #[allow(clippy::as_conversions)]
    let place = place as u8;
    // The last byte of a namespace's root is zero.
    let mut bytes: [u8; 32] = ROOT.to_be_bytes();
    bytes[31] = place;
    U256::from_be_bytes(bytes)
}

/// The number of 64 bits at the end of a slot.
fn last_number(slot: &Slot) -> u64 {
    slot.last_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

#[inline(never)]
fn offset(base: U256, places: u8) -> U256 {
    base.wrapping_add(U256::from(places))
}

/// A slot that was packed, or the error that a number of `board` does not fit its field.
pub fn fits(slot: Option<Slot>, board: u16) -> Result<Slot, Revert> {
    slot.ok_or_else(|| revert(&MarketNumberOutOfDomain { board }))
}
