//! The market's storage: where each slot is, and loading and storing what is packed in it.

use alloy_primitives::{Address, B256, U16, U256};
use equipoise_interfaces::{MarketBoardUnknown, MarketNumberOutOfDomain, MarketTooManyBoards};
use equipoise_kit::storage::{namespace_root, Namespace, Namespaced};
use equipoise_kit::{revert, Revert};
use equipoise_risk::capital::RiskCapital;
use equipoise_risk::parameters::Parameters;
use equipoise_risk::settlement::Holding;
use equipoise_risk::skew::SkewReserve;
use equipoise_risk::surface::Slice;
use equipoise_risk::units::{Lots, Price, TokenScale};
use stylus_sdk::prelude::*;
use stylus_sdk::storage::{StorageAddress, StorageArray, StorageB256, StorageMap, StorageU8};

use crate::layout::{
    decode_capital, decode_ids, decode_lanes, decode_lots, decode_parameters, decode_reserve, decode_slice,
    encode_capital, encode_ids, encode_lanes, encode_lots, encode_parameters, encode_reserve,
    strike_price, Directory, Header, Slot, ACCOUNT_BOARDS, LANES, PARAMETER_SLOTS, SERIES_SLOTS, STRIKE_SLOTS,
};

/// Where the market keeps its state.
pub struct MarketSpace;

impl Namespace for MarketSpace {
    const ROOT: U256 = namespace_root("equipoise.market");
}

/// [`MarketSlots`] at their place.
pub type Store = Namespaced<MarketSpace, MarketSlots>;

/// One board: its header, its slice, its strikes and what the vault holds of its series.
#[storage]
pub struct BoardSlots {
    header: StorageB256,
    slice: StorageB256,
    strikes: StorageArray<StorageB256, STRIKE_SLOTS>,
    inventory: StorageArray<StorageB256, SERIES_SLOTS>,
}

/// Everything the market keeps.
#[storage]
pub struct MarketSlots {
    /// Prices.
    pub oracle: StorageAddress,
    /// The cash ledger; in its slot the token's decimals and the binary shift of strikes.
    pub clearing: StorageAddress,
    /// Decimals of the token.
    pub token_decimals: StorageU8,
    /// A strike is its 32-bit mantissa over two to this.
    pub strike_shift: StorageU8,
    /// The vault program.
    pub vault: StorageAddress,
    /// Who may post the surface.
    pub keeper: StorageAddress,
    directory: StorageB256,
    capital: StorageB256,
    reserve: StorageB256,
    parameters: StorageArray<StorageB256, PARAMETER_SLOTS>,
    boards: StorageMap<U16, BoardSlots>,
    positions: StorageMap<B256, StorageMap<U16, StorageArray<StorageB256, SERIES_SLOTS>>>,
    account_boards: StorageMap<B256, StorageB256>,
}

/// The holdings of one account, or of the vault, in the series of one board.
pub type Holdings = Vec<Holding>;

impl MarketSlots {
    /// The boards that are not settled.
    pub fn directory(&self) -> Directory {
        Directory::decode(&self.directory.get().0)
    }

    /// # Errors: MarketNumberOutOfDomain
    pub fn set_directory(&mut self, directory: &Directory) -> Result<(), Revert> {
        self.directory.set(packed(directory.encode(), 0)?);
        Ok(())
    }

    /// Risk capital as it was last frozen.
    pub fn capital(&self) -> RiskCapital {
        decode_capital(&self.capital.get().0)
    }

    /// # Errors: MarketNumberOutOfDomain
    pub fn set_capital(&mut self, capital: &RiskCapital) -> Result<(), Revert> {
        self.capital.set(packed(encode_capital(capital), 0)?);
        Ok(())
    }

    /// The skew reserve as it was last left.
    pub fn reserve(&self) -> SkewReserve {
        decode_reserve(&self.reserve.get().0)
    }

    /// # Errors: MarketNumberOutOfDomain
    pub fn set_reserve(&mut self, reserve: &SkewReserve) -> Result<(), Revert> {
        self.reserve.set(packed(encode_reserve(reserve), 0)?);
        Ok(())
    }

    /// The parameters in force.
    pub fn parameters(&self) -> Parameters {
        decode_parameters(&core::array::from_fn(|place| slot_at(&self.parameters, place)))
    }

    /// Replaces the parameters.
    pub fn set_parameters(&mut self, parameters: &Parameters) {
        for (place, slot) in encode_parameters(parameters).into_iter().enumerate() {
            set_slot(&mut self.parameters, place, slot);
        }
    }

    /// How the token counts.
    /// # Errors: MarketNumberOutOfDomain before wiring
    pub fn scale(&self) -> Result<TokenScale, Revert> {
        let decimals = self.token_decimals.get().to::<u8>();
        TokenScale::from_decimals(decimals).ok_or_else(|| revert(&MarketNumberOutOfDomain { board: 0 }))
    }

    /// A board's header.
    /// # Errors: MarketBoardUnknown
    pub fn header(&self, board: u16) -> Result<Header, Revert> {
        let slot = self.boards.getter(U16::from(board)).header.get();
        Header::decode(&slot.0).ok_or_else(|| revert(&MarketBoardUnknown { board }))
    }

    /// # Errors: MarketNumberOutOfDomain
    pub fn set_header(&mut self, board: u16, header: &Header) -> Result<(), Revert> {
        self.boards.setter(U16::from(board)).header.set(packed(header.encode(), board)?);
        Ok(())
    }

    /// A board's slice.
    pub fn slice(&self, board: u16) -> Slice {
        decode_slice(&self.boards.getter(U16::from(board)).slice.get().0)
    }

    /// Stores a slice, given as it is packed.
    pub fn set_slice(&mut self, board: u16, slice: Slot) {
        self.boards.setter(U16::from(board)).slice.set(B256::new(slice));
    }

    /// A board's strikes, rising.
    pub fn strikes(&self, board: u16, count: u8) -> Vec<Price> {
        let shift = self.strike_shift.get().to::<u8>();
        let guard = self.boards.getter(U16::from(board));
        (0..STRIKE_SLOTS)
            .take_while(|place| place.wrapping_mul(LANES) < usize::from(count))
            .flat_map(|place| decode_lanes(&slot_at(&guard.strikes, place)))
            .take(usize::from(count))
            .map(|mantissa| strike_price(mantissa, shift))
            .collect()
    }

    /// Stores a board's strikes, given as mantissas.
    pub fn set_strikes(&mut self, board: u16, mantissas: &[u32]) {
        let mut guard = self.boards.setter(U16::from(board));
        for (place, chunk) in mantissas.chunks(LANES).enumerate() {
            let lanes = core::array::from_fn(|lane| chunk.get(lane).copied().unwrap_or(0));
            set_slot(&mut guard.strikes, place, encode_lanes(lanes));
        }
    }

    /// What the vault holds of a board.
    pub fn inventory(&self, board: u16, count: u8) -> Holdings {
        let strikes = self.strikes(board, count);
        holdings(strikes, &self.boards.getter(U16::from(board)).inventory)
    }

    /// Stores what the vault holds of a board.
    pub fn set_inventory(&mut self, board: u16, held: &[Holding]) {
        store_holdings(&mut self.boards.setter(U16::from(board)).inventory, held);
    }

    /// What an account holds of a board.
    pub fn position(&self, account: B256, board: u16, count: u8) -> Holdings {
        let strikes = self.strikes(board, count);
        holdings(strikes, &self.positions.getter(account).getter(U16::from(board)))
    }

    /// Stores what an account holds of a board, and whether it holds anything there.
    /// # Errors: MarketTooManyBoards
    pub fn set_position(&mut self, account: B256, board: u16, held: &[Holding]) -> Result<(), Revert> {
        store_holdings(&mut self.positions.setter(account).setter(U16::from(board)), held);
        let is_held = held.iter().any(|holding| holding.calls != Lots::ZERO || holding.puts != Lots::ZERO);
        let mut ids = self.boards_of(account);
        let listed = ids.iter().position(|id| *id == board);
        match (is_held, listed) {
            (true, None) => {
                let free = ids.iter_mut().find(|id| **id == 0);
                *free.ok_or_else(too_many_boards)? = board;
            }
            (false, Some(place)) => {
                if let Some(id) = ids.get_mut(place) {
                    *id = 0;
                }
            }
            _ => return Ok(()),
        }
        self.account_boards.insert(account, B256::new(encode_ids(ids)));
        Ok(())
    }

    /// The boards an account holds anything in, zero in free places.
    pub fn boards_of(&self, account: B256) -> [u16; ACCOUNT_BOARDS] {
        decode_ids(&self.account_boards.get(account).0)
    }

    /// An address that wiring must have set.
    /// # Errors: NotWired
    pub fn wired(&self, address: &StorageAddress) -> Result<Address, Revert> {
        let address = address.get();
        if address.is_zero() {
            return Err(revert(&equipoise_interfaces::NotWired {}));
        }
        Ok(address)
    }
}

fn too_many_boards() -> Revert {
    revert(&MarketTooManyBoards { maximum: U256::from(ACCOUNT_BOARDS) })
}

/// A slot that was packed, or the error that a number of `board` does not fit its field.
fn packed(slot: Option<Slot>, board: u16) -> Result<B256, Revert> {
    slot.map(B256::new).ok_or_else(|| revert(&MarketNumberOutOfDomain { board }))
}

fn slot_at<const N: usize>(slots: &StorageArray<StorageB256, N>, place: usize) -> Slot {
    slots.get(place).unwrap_or_default().0
}

fn set_slot<const N: usize>(slots: &mut StorageArray<StorageB256, N>, place: usize, slot: Slot) {
    if let Some(mut guard) = slots.setter(place) {
        guard.set(B256::new(slot));
    }
}

/// Strikes to a slot of series: a call and a put each.
const STRIKES_A_SLOT: usize = LANES / 2;

fn holdings(strikes: Vec<Price>, slots: &StorageArray<StorageB256, SERIES_SLOTS>) -> Holdings {
    let mut held = Vec::with_capacity(strikes.len());
    for (place, chunk) in strikes.chunks(STRIKES_A_SLOT).enumerate() {
        let lots = decode_lots(&slot_at(slots, place));
        for (strike, pair) in chunk.iter().zip(lots.chunks_exact(2)) {
            if let [calls, puts] = *pair {
                held.push(Holding { strike: *strike, calls, puts });
            }
        }
    }
    held
}

/// Stores the slots that differ: the SDK's cache drops writes that change nothing.
fn store_holdings(slots: &mut StorageArray<StorageB256, SERIES_SLOTS>, held: &[Holding]) {
    for (place, chunk) in held.chunks(STRIKES_A_SLOT).enumerate() {
        let mut lots = [Lots::ZERO; LANES];
        for (pair, holding) in lots.chunks_exact_mut(2).zip(chunk) {
            pair.copy_from_slice(&[holding.calls, holding.puts]);
        }
        set_slot(slots, place, encode_lots(lots));
    }
}
