//! Which prices can be used at all.

/// The lowest usable price, 1e-4 quote per unit of underlying.
pub const MIN_PRICE_WAD: u128 = 100_000_000_000_000;
/// The highest usable price, 1e9 quote per unit of underlying.
pub const MAX_PRICE_WAD: u128 = 1_000_000_000_000_000_000_000_000_000;

/// Whether a price lies within the domain.
pub fn is_usable(price_wad: u128) -> bool {
    (MIN_PRICE_WAD..=MAX_PRICE_WAD).contains(&price_wad)
}
