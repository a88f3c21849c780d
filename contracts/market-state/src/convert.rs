//! Numbers of the ABI and of the pure crates, each into the other.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::words::{FromWords, ToWords, WORD};
use equipoise_interfaces::{MarketNumberOutOfDomain, MarketSizeNotWholeLots, MarketSizeOutOfRange};
use equipoise_kit::lean::revert;
use equipoise_kit::number::{from_i128, from_u128, to_i128, to_u128};
use equipoise_kit::Revert;
use equipoise_math::Fx;
use equipoise_risk::book::{Exposure, NUMBERS};
use equipoise_risk::settlement::PayoutRatio;
use equipoise_risk::units::{from_wad_floor, to_wad_nearest, Atoms, Lots, Money, Price, TokenScale, LOT_WAD};
use equipoise_risk::RiskError;

use crate::errors::number_error;
use crate::layout::BoardWords;

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

/// Money of its bits, in units of 2^-64.
pub const fn money_of_bits(bits: i128) -> Money {
    Money::from_fx(Fx::from_bits(bits))
}

/// An exposure of the bits of its numbers.
pub fn exposure_of_bits(bits: &[i128; NUMBERS]) -> Exposure {
    Exposure::from_array(bits.map(money_of_bits))
}

/// Atoms of the ABI.
/// # Errors: MarketNumberOutOfDomain
pub fn atoms(amount: I256) -> Result<Atoms, Revert> {
    to_i128(amount).map(Atoms::new).ok_or_else(out_of_domain)
}

/// Units of so many atoms of a token.
/// # Rounding: down
/// # Errors: Overflow
pub fn units_floor(decimals: u8, atoms: I256) -> Result<Fx, RiskError> {
    let scale = TokenScale::from_decimals(decimals).ok_or(RiskError::Overflow)?;
    let atoms = to_i128(atoms).ok_or(RiskError::Overflow)?;
    scale.money_floor(Atoms::new(atoms)).map(Money::fx)
}

/// Atoms that are not negative, for the ABI.
pub fn unsigned(amount: Atoms) -> U256 {
    from_u128(amount.count().max(0).unsigned_abs())
}

/// Atoms, for the ABI.
pub fn signed(amount: Atoms) -> I256 {
    from_i128(amount.count())
}

/// The share of payoffs that is paid, for the ABI.
pub fn payout_ratio_wad(ratio: PayoutRatio) -> U256 {
    if ratio == PayoutRatio::FULL {
        return unsigned_wad(Fx::ONE);
    }
    unsigned_wad(Fx::from_bits(i128::from(ratio.raw())))
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

/// Lots as the ABI has a size.
pub fn size_wad(lots: Lots) -> I256 {
    from_i128(i128::from(lots.count()).wrapping_mul(LOT_WAD))
}

/// Bytes in the ABI of a board that programs without state are told of: its id and its [`BoardWords`], as `BoardSlots` of
/// the interfaces has them.
pub const BOARD_BYTES: u64 = 13 * 32;

impl ToWords for BoardWords {
    fn write(&self, out: &mut Vec<u8>) {
        let Self { header, slice, strikes, inventory, position } = self;
        for slots in [core::slice::from_ref(header), core::slice::from_ref(slice), strikes, inventory, position] {
            out.extend_from_slice(slots.as_flattened());
        }
    }
}

impl FromWords for BoardWords {
    const WORDS: usize = 12;

    fn read(input: &mut &[u8]) -> Option<Self> {
        let mut next = || input.split_off(..WORD)?.try_into().ok();
        let mut words = Self { header: next()?, slice: next()?, ..Self::default() };
        let Self { strikes, inventory, position, .. } = &mut words;
        for slot in strikes.iter_mut().chain(inventory).chain(position) {
            *slot = next()?;
        }
        Some(words)
    }
}

#[cold]
fn out_of_domain() -> Revert {
    revert(&MarketNumberOutOfDomain { board: 0 })
}

#[cfg(test)]
mod tests {
    use alloy_primitives::B256;
    use alloy_sol_types::SolValue;
    use equipoise_interfaces::words::{decode, words_of};
    use equipoise_interfaces::BoardSlots;

    use super::*;

    #[test]
    fn a_board_in_a_call_is_what_the_interface_says() {
        let slot = |number: u8| [number; 32];
        let words = BoardWords {
            header: slot(1),
            slice: slot(2),
            strikes: [slot(3), slot(4)],
            inventory: [5, 6, 7, 8].map(slot),
            position: [9, 10, 11, 12].map(slot),
        };
        let board = (777_u16, words);
        let all = |number: u8| B256::new(slot(number));
        let told = BoardSlots {
            id: 777,
            header: all(1),
            slice: all(2),
            strikes: [3, 4].map(all),
            inventory: [5, 6, 7, 8].map(all),
            position: [9, 10, 11, 12].map(all),
        };
        let written = words_of(&board);
        assert_eq!(written, told.abi_encode());
        assert_eq!(written.len(), usize::try_from(BOARD_BYTES).unwrap());
        assert_eq!(decode::<(u16, BoardWords)>(&written), Some(board));
        assert_eq!(decode::<(u16, BoardWords)>(&written[1..]), None, "a byte is missing");
    }
}
