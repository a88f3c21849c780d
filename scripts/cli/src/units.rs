//! Between floating point, WAD and atoms. The one place where scales are.

use alloy_primitives::{I256, U256};
use equipoise_risk::units::LOT_WAD;

/// Atoms in one stablecoin.
pub const TOKEN_ATOMS: u128 = 1_000_000;
/// Decimals of the feed's answers.
pub const FEED_DECIMALS: u8 = 8;
/// A feed's unit in WAD.
const FEED_UNIT_WAD: u128 = 10_000_000_000;
const FEED_ONE: f64 = 1e8;
const WAD: f64 = 1e18;
const LOTS: f64 = 1e3;

/// A price as the feed answers it, rounded to the nearest.
pub fn feed_answer(price: f64) -> i128 {
    (price * FEED_ONE).round() as i128
}

/// The same price in WAD, exactly.
pub fn price_wad(price: f64) -> U256 {
    U256::from(feed_answer(price).unsigned_abs() * FEED_UNIT_WAD)
}

/// A non-negative number in WAD, rounded to the nearest double.
pub fn unsigned_wad(value: f64) -> U256 {
    U256::from((value * WAD).round() as u128)
}

/// A number in WAD, rounded to the nearest double.
pub fn signed_wad(value: f64) -> I256 {
    let wad = (value * WAD).round() as i128;
    I256::try_from(wad).unwrap_or_default()
}

/// A size in whole lots as WAD, the nearest to `contracts`.
pub fn size_wad(contracts: f64) -> I256 {
    let lots = (contracts * LOTS).round() as i128;
    I256::try_from(lots * LOT_WAD).unwrap_or_default()
}

/// A WAD number as a double.
pub fn from_wad(value: I256) -> f64 {
    narrow(value) as f64 / WAD
}

/// An unsigned WAD number as a double.
pub fn from_unsigned_wad(value: U256) -> f64 {
    u128::try_from(value).unwrap_or(u128::MAX) as f64 / WAD
}

/// A signed amount in 128 bits, the nearest there is.
pub fn narrow(value: I256) -> i128 {
    let bound = if value.is_negative() { i128::MIN } else { i128::MAX };
    i128::try_from(value).unwrap_or(bound)
}

/// An unsigned amount in 128 bits, the nearest there is.
pub fn narrow_unsigned(value: U256) -> i128 {
    i128::try_from(value).unwrap_or(i128::MAX)
}

/// Atoms as whole tokens in floating point, for people.
pub fn tokens(atoms: i128) -> f64 {
    atoms as f64 / TOKEN_ATOMS as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feed_and_wad_are_the_same_price() {
        assert_eq!(feed_answer(2978.25), 297_825_000_000);
        assert_eq!(price_wad(2978.25), U256::from(2_978_250_000_000_000_000_000_u128));
    }

    #[test]
    fn sizes_are_whole_lots() {
        assert_eq!(narrow(size_wad(-0.001_4)), -LOT_WAD);
        assert_eq!(narrow(size_wad(2.5)), 2_500 * LOT_WAD);
        assert!((from_wad(size_wad(2.5)) - 2.5).abs() < 1e-15);
    }
}
