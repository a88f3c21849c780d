//! Boards: an expiry and its strikes.

use alloy_primitives::U256;
use alloy_sol_types::SolEvent;
use equipoise_interfaces::series::MAX_STRIKES;
use equipoise_interfaces::words::{word_of, words_of, write_array};
use equipoise_interfaces::{BoardListed, MarketExpiryInvalid, MarketStrikesInvalid, MarketTooManyBoards};
use equipoise_kit::lean::{emit, revert};
use equipoise_kit::number::to_u128;
use equipoise_kit::Revert;
use equipoise_market_state::account_boards::MAX_BOARD_ID;
use equipoise_market_state::layout::{encode_lanes, BoardState, Directory, Header, Slot, LANES};
use equipoise_market_state::store::Store;
use equipoise_risk::clock::WINDOW_SECS;
use equipoise_risk::units::YEAR_SECS;
use stylus_sdk::prelude::*;

/// The longest time to expiry, less the days by which Greeks are smoothed.
const LONGEST_SECS: u64 = 3 * YEAR_SECS - 10 * 86_400;

/// Lists an expiry with its strikes.
/// # Errors: MarketExpiryInvalid, MarketStrikesInvalid, MarketTooManyBoards
pub fn list(store: &mut Store, expiry: u64, strikes_wad: &[U256]) -> Result<u16, Revert> {
    let now = store.vm().block_timestamp();
    if expiry <= now.saturating_add(WINDOW_SECS) || expiry > now.saturating_add(LONGEST_SECS) {
        return Err(revert(&MarketExpiryInvalid { expiry, nowAt: now }));
    }
    let mantissas = strike_mantissas(strikes_wad, store.scales().1)?;
    let mut directory = store.directory();
    let id = directory.last_board.checked_add(1).filter(|id| *id <= MAX_BOARD_ID).ok_or_else(too_many_boards)?;
    enter_directory(store, &mut directory, id, expiry)?;
    directory.last_board = id;
    store.set_directory(&directory)?;
    let strikes = u8::try_from(mantissas.len()).unwrap_or(u8::MAX);
    store.set_header(id, &Header { expiry, strikes, state: BoardState::Bare })?;
    store.set_strikes(id, &strike_slots(&mantissas));
    let mut data = words_of(&expiry);
    write_array(2, strikes_wad, &mut data);
    emit(store.vm(), &[BoardListed::SIGNATURE_HASH, word_of(&id)], &data);
    Ok(id)
}

/// Puts a board into the directory by its expiry, which must be its own.
fn enter_directory(store: &Store, directory: &mut Directory, id: u16, expiry: u64) -> Result<(), Revert> {
    let mut listed = Vec::with_capacity(directory.boards.len());
    for other in directory.live() {
        let other_expiry = store.header(other)?.expiry;
        if other_expiry == expiry {
            return Err(revert(&MarketExpiryInvalid { expiry, nowAt: store.vm().block_timestamp() }));
        }
        listed.push((other_expiry, other));
    }
    if listed.len() >= directory.boards.len() {
        return Err(too_many_boards());
    }
    let place = listed.partition_point(|(other, _)| *other < expiry);
    listed.insert(place, (expiry, id));
    let mut ids = listed.into_iter().map(|(_, id)| id);
    directory.boards = core::array::from_fn(|_| ids.next().unwrap_or(0));
    Ok(())
}

fn too_many_boards() -> Revert {
    let maximum = U256::from(equipoise_risk::book::MAX_BOARDS);
    revert(&MarketTooManyBoards { maximum })
}

/// The mantissas of strikes, which must rise, be at most [`MAX_STRIKES`] and be whole multiples of 2^-shift.
fn strike_mantissas(strikes_wad: &[U256], shift: u8) -> Result<Vec<u32>, Revert> {
    let count = U256::from(strikes_wad.len());
    let invalid = |strike: U256| revert(&MarketStrikesInvalid { count, strikeWad: strike });
    if strikes_wad.is_empty() || strikes_wad.len() > MAX_STRIKES {
        return Err(invalid(U256::ZERO));
    }
    let mut mantissas: Vec<u32> = Vec::with_capacity(strikes_wad.len());
    for strike in strikes_wad {
        let scaled = to_u128(*strike).and_then(|wad| wad.checked_mul(1u128.checked_shl(u32::from(shift))?));
        let scaled = scaled.ok_or_else(|| invalid(*strike))?;
        let wad = u128::from(equipoise_risk::units::WAD);
        let (whole, rest) = (scaled.checked_div(wad).unwrap_or(0), scaled.checked_rem(wad).unwrap_or(1));
        let mantissa = u32::try_from(whole).ok().filter(|mantissa| rest == 0 && *mantissa > 0);
        let mantissa = mantissa.ok_or_else(|| invalid(*strike))?;
        if mantissas.last().is_some_and(|last| *last >= mantissa) {
            return Err(invalid(*strike));
        }
        mantissas.push(mantissa);
    }
    Ok(mantissas)
}

/// Packs mantissas, eight to a slot.
fn strike_slots(mantissas: &[u32]) -> Vec<Slot> {
    let slot = |chunk: &[u32]| encode_lanes(core::array::from_fn(|lane| chunk.get(lane).copied().unwrap_or(0)));
    mantissas.chunks(LANES).map(slot).collect()
}
