//! How many lots of each series are wrapped, packed eight series to a slot.

use equipoise_interfaces::series::Series;

/// Series in a slot.
pub const LANES: usize = 8;
/// Slots of a board.
pub(crate) const SUPPLY_SLOTS: u8 = 4;
/// Lots of one series at most: what the market's own positions hold.
pub(crate) const MOST_LOTS: u32 = i32::MAX.unsigned_abs();

/// The supplies in one slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Supplies([u32; LANES]);

impl Supplies {
    /// Unpacks a slot: four bytes for each series, from the left.
    pub fn from_slot(slot: [u8; 32]) -> Self {
        let mut lanes = [0; LANES];
        for (lane, bytes) in lanes.iter_mut().zip(slot.as_chunks::<4>().0) {
            *lane = u32::from_be_bytes(*bytes);
        }
        Self(lanes)
    }

    /// Packs into a slot.
    pub fn to_slot(self) -> [u8; 32] {
        let mut slot = [0; 32];
        for (lane, bytes) in self.0.iter().zip(slot.as_chunks_mut::<4>().0) {
            *bytes = lane.to_be_bytes();
        }
        slot
    }

    /// The lots of each series.
    pub const fn lanes(self) -> [u32; LANES] {
        self.0
    }

    /// The lots of the series at `lane`.
    pub fn lots(self, lane: usize) -> u32 {
        self.0.get(lane).copied().unwrap_or(0)
    }

    /// With the lots of the series at `lane` replaced.
    #[must_use]
    pub fn with(mut self, lane: usize, lots: u32) -> Self {
        if let Some(place) = self.0.get_mut(lane) {
            *place = lots;
        }
        self
    }
}

/// A series' slot within its board, and its place in the slot.
pub(crate) fn place_of(series: Series) -> (u8, usize) {
    // Eight series are four strikes.
    (series.strike >> 2, usize::from(series.strike & 3) << 1 | usize::from(series.is_put))
}

#[cfg(test)]
mod tests {
    use super::*;
    use equipoise_interfaces::series::MAX_SERIES;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn supplies_keep_apart(slot: [u8; 32], lane in 0..LANES, lots: u32) {
            let before = Supplies::from_slot(slot);
            prop_assert_eq!(before.to_slot(), slot);
            let after = Supplies::from_slot(before.with(lane, lots).to_slot());
            for other in 0..LANES {
                prop_assert_eq!(after.lots(other), if other == lane { lots } else { before.lots(other) });
            }
        }
    }

    #[test]
    fn every_series_of_a_board_has_its_own_place() {
        let mut places: Vec<_> = (0..16u8)
            .flat_map(|strike| [false, true].map(|is_put| place_of(Series { board: 1, strike, is_put })))
            .collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), MAX_SERIES);
        assert_eq!(usize::from(SUPPLY_SLOTS) * LANES, MAX_SERIES);
        assert!(places.iter().all(|(slot, lane)| *slot < SUPPLY_SLOTS && *lane < LANES));
    }
}
