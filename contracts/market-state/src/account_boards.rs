//! The boards that an account holds anything in: one slot.

use equipoise_interfaces::account::Holds;
use equipoise_risk::settlement::Holding;
use equipoise_risk::units::Lots;

use crate::layout::{Slot, ACCOUNT_BOARDS};

/// What these holdings are.
pub fn kind_of(held: &[Holding]) -> Holds {
    let kind = |lots: Lots| match lots.count() {
        0 => Holds::Nothing,
        1.. => Holds::Longs,
        _ => Holds::Short,
    };
    held.iter().map(|each| kind(each.calls).max(kind(each.puts))).max().unwrap_or_default()
}

/// The boards that one account holds anything in.
///
/// Each is kept with whether the account is short in it, so that a long's trade reads no other board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountBoards([u16; ACCOUNT_BOARDS]);

/// Set in an entry if the account is short in the board.
const SHORT: u16 = 1 << 15;
/// The largest id that a board may have.
pub const MAX_BOARD_ID: u16 = SHORT - 1;

impl AccountBoards {
    /// From its slot.
    pub fn decode(slot: &Slot) -> Self {
        let mut entries = [0; ACCOUNT_BOARDS];
        for (entry, bytes) in entries.iter_mut().zip(slot.as_chunks().0) {
            *entry = u16::from_be_bytes(*bytes);
        }
        Self(entries)
    }

    /// Packs it.
    pub fn encode(&self) -> Slot {
        let mut slot = [0; 32];
        for (place, entry) in slot.chunks_exact_mut(2).zip(self.0) {
            place.copy_from_slice(&entry.to_be_bytes());
        }
        slot
    }

    /// The ids.
    pub fn ids(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().map(|entry| entry & MAX_BOARD_ID).filter(|id| *id != 0)
    }

    /// What the account holds over all boards.
    pub fn holds(&self) -> Holds {
        let kind = |entry: &u16| match entry {
            0 => Holds::Nothing,
            1..=MAX_BOARD_ID => Holds::Longs,
            _ => Holds::Short,
        };
        self.0.iter().map(kind).max().unwrap_or_default()
    }

    /// The same once the account holds this of a board.
    /// # Returns: None if there is no room
    pub fn with(mut self, board: u16, holds: Holds) -> Option<Self> {
        let entry = match holds {
            Holds::Nothing => 0,
            Holds::Longs => board,
            Holds::Short => board | SHORT,
        };
        let listed = self.0.iter().position(|listed| listed & MAX_BOARD_ID == board);
        let place = listed.or_else(|| self.0.iter().position(|listed| *listed == 0));
        match place.and_then(|place| self.0.get_mut(place)) {
            Some(place) => *place = entry,
            None if entry == 0 => {}
            None => return None,
        }
        Some(self)
    }
}

#[cfg(test)]
mod tests;
