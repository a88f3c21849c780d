//! What a settled board's tokens share, packed in a slot. Pure.

use equipoise_kit::number::mul_div_down;

/// Marks a slot in which a redemption is fixed: the highest bit, which no cash reaches.
const IS_FIXED: u128 = 1 << 127;

/// What a board's account received, and the weight of all tokens among which it is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redemption {
    received_atoms: u128,
    weight: u128,
}

impl Redemption {
    /// Fixes that tokens of `weight` share `received_atoms`.
    /// # Returns: `None` if the cash has 128 bits
    pub fn fix(received_atoms: u128, weight: u128) -> Option<Self> {
        (received_atoms < IS_FIXED).then_some(Self { received_atoms, weight })
    }

    /// Unpacks a slot.
    /// # Returns: `None` if nothing is fixed
    pub fn from_slot(slot: [u8; 32]) -> Option<Self> {
        let mut received = [0; 16];
        let mut weight = [0; 16];
        let (high, low) = slot.split_at(16);
        received.copy_from_slice(high);
        weight.copy_from_slice(low);
        let received_atoms = u128::from_be_bytes(received).checked_sub(IS_FIXED)?;
        Some(Self { received_atoms, weight: u128::from_be_bytes(weight) })
    }

    /// Packs into a slot.
    pub fn to_slot(self) -> [u8; 32] {
        let mut slot = [0; 32];
        let (high, low) = slot.split_at_mut(16);
        high.copy_from_slice(&(self.received_atoms | IS_FIXED).to_be_bytes());
        low.copy_from_slice(&self.weight.to_be_bytes());
        slot
    }

    /// What the board's account had received when the redemption was fixed.
    pub const fn received_atoms(self) -> u128 {
        self.received_atoms
    }

    /// What `lots` get of a series that pays `intrinsic_wad` a contract.
    /// # Rounding: down, so that all tokens together get no more than was received
    /// # Returns: `None` if the weight exceeds 128 bits; nothing if no token of the board pays
    pub fn payout_down(self, lots: u32, intrinsic_wad: u128) -> Option<u128> {
        if self.weight == 0 {
            return Some(0);
        }
        mul_div_down(self.received_atoms, weight_of(lots, intrinsic_wad)?, self.weight)
    }
}

/// What an option pays a contract at a settlement price.
pub const fn intrinsic_wad(price_wad: u128, strike_wad: u128, is_put: bool) -> u128 {
    if is_put {
        strike_wad.saturating_sub(price_wad)
    } else {
        price_wad.saturating_sub(strike_wad)
    }
}

/// The weight of all tokens of a board. Supplies are in the order of series: by rising strike, the call before the put.
/// # Returns: `None` if it exceeds 128 bits, which prices below 2^92 cannot reach
pub(crate) fn total_weight(supplies: &[u32], strikes_wad: &[u128], price_wad: u128) -> Option<u128> {
    let mut total = 0u128;
    for (pair, strike_wad) in supplies.chunks(2).zip(strikes_wad) {
        for (lots, is_put) in pair.iter().zip([false, true]) {
            total = total.checked_add(weight_of(*lots, intrinsic_wad(price_wad, *strike_wad, is_put))?)?;
        }
    }
    Some(total)
}

fn weight_of(lots: u32, intrinsic_wad: u128) -> Option<u128> {
    u128::from(lots).checked_mul(intrinsic_wad)
}

#[cfg(test)]
mod tests;
