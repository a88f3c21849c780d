//! What bounds the posting of surfaces, in one slot.

use equipoise_risk::millionths::Millionths;
use equipoise_risk::surface::step::StepBucket;

use crate::layout::{Reader, Slot, Writer};

/// Who must sign, and what was posted last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SurfaceGuard {
    /// Keepers that must sign; zero while there are none.
    pub threshold: u8,
    /// Keepers.
    pub keepers: u8,
    /// The sequence of the last surface.
    pub sequence: u64,
    /// The steps that surfaces took.
    pub steps: StepBucket,
}

impl SurfaceGuard {
    /// # Returns: None if a number does not fit its field
    pub fn encode(&self) -> Option<Slot> {
        let mut writer = Writer::new();
        writer
            .put(1, u128::from(self.threshold))?
            .put(1, u128::from(self.keepers))?
            .put(8, u128::from(self.sequence))?
            .put(4, u128::from(self.steps.used.raw()))?
            .put(5, u128::from(self.steps.at))?;
        Some(writer.slot)
    }

    /// The guard of a slot.
    pub fn decode(slot: &Slot) -> Self {
        let mut reader = Reader::new(slot);
        let mut small = || u8::try_from(reader.take(1)).unwrap_or(0);
        let (threshold, keepers) = (small(), small());
        let sequence = reader.take_u64(8);
        let used = Millionths::from_raw(u32::try_from(reader.take(4)).unwrap_or(u32::MAX));
        let steps = StepBucket { used, at: reader.take_u64(5) };
        Self { threshold, keepers, sequence, steps }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_guard_is_read_back_or_refused(
            threshold in any::<u8>(), keepers in any::<u8>(), sequence in any::<u64>(), used in any::<u32>(),
            at in 0_u64..1 << 41,
        ) {
            let steps = StepBucket { used: Millionths::from_raw(used), at };
            let guard = SurfaceGuard { threshold, keepers, sequence, steps };
            let read = guard.encode().map(|slot| SurfaceGuard::decode(&slot));
            prop_assert_eq!(read, (at < 1 << 40).then_some(guard));
        }
    }
}
