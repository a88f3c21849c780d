//! Numbers of the ABI and of the pure crates, each into the other.

use alloy_primitives::{B256, I256, U256};
use equipoise_interfaces::{BoardSlots, MarketNumberOutOfDomain, MarketSizeNotWholeLots, MarketSizeOutOfRange};
use equipoise_kit::lean::revert;
use equipoise_kit::number::{from_i128, from_u128, to_i128, to_u128};
use equipoise_kit::Revert;
use equipoise_math::Fx;
use equipoise_risk::units::{from_wad_floor, to_wad_nearest, Atoms, Lots, Price, LOT_WAD};

use crate::errors::number_error;
use crate::layout::{BoardWords, Slot};

/// A number as the ABI shows it.
pub fn signed_wad(number: Fx) -> I256 {
    from_i128(to_wad_nearest(number).unwrap_or(i128::MAX))
}

/// A number that is not negative as the ABI shows it.
pub fn unsigned_wad(number: Fx) -> U256 {
    let wad = to_wad_nearest(number.max(Fx::ZERO)).unwrap_or(i128::MAX);
    from_u128(wad.max(0).unsigned_abs())
}

/// A price of the ABI.
/// # Rounding: down. Errors: MarketNumberOutOfDomain
pub fn price_of(wad: U256) -> Result<Price, Revert> {
    let wad = to_u128(wad).and_then(|wad| i128::try_from(wad).ok()).ok_or_else(out_of_domain)?;
    from_wad_floor(wad).map(Price::from_fx).map_err(number_error(0))
}

/// Atoms of the ABI.
/// # Errors: MarketNumberOutOfDomain
pub fn atoms(amount: I256) -> Result<Atoms, Revert> {
    to_i128(amount).map(Atoms::new).ok_or_else(out_of_domain)
}

/// Atoms that are not negative, for the ABI.
pub fn unsigned(amount: Atoms) -> U256 {
    from_u128(amount.count().max(0).unsigned_abs())
}

/// Atoms, for the ABI.
pub fn signed(amount: Atoms) -> I256 {
    from_i128(amount.count())
}

/// Lots of one leg at most: beyond any limit, and far from the type's end.
const MAX_LEG_LOTS: i128 = 1_000_000_000;

/// The lots of a leg.
/// # Errors: MarketSizeNotWholeLots, also for nothing; MarketSizeOutOfRange
pub fn lots_of(size: I256) -> Result<Lots, Revert> {
    let out_of_range = || {
        let largest = MAX_LEG_LOTS.unsigned_abs().saturating_mul(LOT_WAD.unsigned_abs());
        revert(&MarketSizeOutOfRange { sizeWad: size, maxSizeWad: U256::from(largest) })
    };
    let wad = to_i128(size).ok_or_else(out_of_range)?;
    let (lots, rest) = (wad.checked_div(LOT_WAD).unwrap_or(0), wad.checked_rem(LOT_WAD).unwrap_or(1));
    if rest != 0 || wad == 0 {
        return Err(revert(&MarketSizeNotWholeLots { sizeWad: size, lotWad: U256::from(LOT_WAD.unsigned_abs()) }));
    }
    if !(-MAX_LEG_LOTS..=MAX_LEG_LOTS).contains(&lots) {
        return Err(out_of_range());
    }
    i32::try_from(lots).map(Lots::new).map_err(|_| out_of_range())
}

/// Bytes of one board in the ABI: id, header, slice, two of strikes, four of inventory, four of positions.
pub const BOARD_BYTES: u64 = 13 * 32;

/// A board's slots for a program without state.
pub fn slots_of(id: u16, words: &BoardWords) -> BoardSlots {
    let all = |slot: Slot| B256::new(slot);
    BoardSlots {
        id,
        header: all(words.header),
        slice: all(words.slice),
        strikes: words.strikes.map(all),
        inventory: words.inventory.map(all),
        position: words.position.map(all),
    }
}

/// The slots of a board as they came.
pub fn words_of(slots: &BoardSlots) -> BoardWords {
    BoardWords {
        header: slots.header.0,
        slice: slots.slice.0,
        strikes: slots.strikes.map(|slot| slot.0),
        inventory: slots.inventory.map(|slot| slot.0),
        position: slots.position.map(|slot| slot.0),
    }
}

#[cold]
fn out_of_domain() -> Revert {
    revert(&MarketNumberOutOfDomain { board: 0 })
}
