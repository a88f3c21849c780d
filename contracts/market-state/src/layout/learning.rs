//! What spreads have learned, in a slot.

use equipoise_risk::learning::Learner;

use super::{Reader, Slot, Writer};

/// Packs a learner. What does not fit its field is kept as the nearest that does.
/// # Returns: never None: every field is clamped to its width
pub fn encode_learner(learner: &Learner) -> Option<Slot> {
    let mut writer = Writer::new();
    writer
        .put_most(5, learner.epoch_at)?
        .put_most(3, learner.epochs.into())?
        .put(1, learner.arm.into())?
        .put_most(3, learner.chance.into())?;
    for number in learner.gains {
        writer.put_clamped(4, number.into())?;
    }
    writer.put_clamped(4, learner.baseline.into())?;
    Some(writer.slot)
}

/// The learner of a slot.
pub fn decode_learner(slot: &Slot) -> Learner {
    let mut reader = Reader::new(slot);
    let epoch_at = reader.take_u64(5);
    let mut short = |width| u32::try_from(reader.take(width)).unwrap_or(u32::MAX);
    let (epochs, arm, chance) = (short(3), short(1), short(3));
    let mut signed = || short(4).cast_signed();
    let gains = core::array::from_fn(|_| signed());
    Learner { epoch_at, epochs, arm: u8::try_from(arm).unwrap_or(u8::MAX), chance, gains, baseline: signed() }
}
