//! The market's conditions in three slots.

use equipoise_math::Fx;
use equipoise_risk::conditions::Conditions;
use equipoise_risk::learning::Widening;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::regime::{Regime, RegimeState};
use equipoise_risk::toxicity::{Amount, Flow, Toxicity};

use super::{Reader, Slot, Writer};

/// Slots of the market's conditions.
pub const CONDITION_SLOTS: usize = 3;

/// Bits of logarithms and of the variance that are cut: 40 of fraction stay, of 48.
const CUT: u32 = 24;
/// Bits of the price that are cut: 48 of fraction stay, of 80.
const PRICE_CUT: u32 = 16;
/// The price that fits, in those bits.
const MOST_PRICE: u128 = (1 << 80) - 1;
/// Bits of the time since which nobody has hedged that are cut: four minutes and a bit, in the vault's favour.
const UNHEDGED_SHIFT: u32 = 8;
/// The byte of the third slot that says whether the market has a hedger.
const HAS_HEDGER: usize = 30;
/// The byte of the third slot with what spreads have learned.
const WIDENING: usize = 31;
/// The samples that may be counted: six bits, twenty times what a lower regime takes.
const MOST_SAMPLES: u32 = 63;

/// Packs the market's conditions. What does not fit its field is kept as the nearest that does, for nothing
/// that is observed may stop the market.
/// # Inputs: the slots before, of which stays what no round moves: whether there is a hedger, and what spreads have learned
/// # Rounding: fractions are cut, the time since which nobody has hedged down
/// # Returns: never None: every field is clamped to its width
pub fn encode_conditions(
    conditions: &Conditions,
    [_, _, before]: &[Slot; CONDITION_SLOTS],
) -> Option<[Slot; CONDITION_SLOTS]> {
    let Conditions { regime, toxicity, unhedged_since } = conditions;
    let Toxicity { score, epoch_at, price, open, ripe } = toxicity;
    let [older, newer] = regime.times;
    let [oldest, middle] = regime.logs;
    let tag = u128::from(regime_tag(regime.regime)) << 6 | u128::from(regime.quiet_samples.min(MOST_SAMPLES));
    let mut first = Writer::new();
    first.put(1, tag)?;
    for number in [regime.variance, oldest, middle, regime.filtered] {
        first.put_clamped(6, number.to_bits() >> CUT)?;
    }
    first.put_clamped(6, i128::from(open.held.raw()))?;
    let mut second = Writer::new();
    second
        .put_most(4, regime.quiet_since)?
        .put_most(4, newer)?
        .put_most(3, newer.saturating_sub(older))?
        .put_most(4, *epoch_at)?
        .put_most(3, unhedged_since >> UNHEDGED_SHIFT)?
        .put(4, u128::from(score.raw()))?
        .put(10, u128::try_from(price.to_bits() >> PRICE_CUT).unwrap_or(0).min(MOST_PRICE))?;
    let mut third = Writer::new();
    for amount in [open.gain, open.gross, ripe.held, ripe.gain, ripe.gross] {
        third.put_clamped(6, i128::from(amount.raw()))?;
    }
    let mut third = third.slot;
    (third[HAS_HEDGER], third[WIDENING]) = (before[HAS_HEDGER], before[WIDENING]);
    Some([first.slot, second.slot, third])
}

/// Whether the market has a hedger, who is expected to keep its book within a band.
pub fn has_hedger(slots: &[Slot; CONDITION_SLOTS]) -> bool {
    let [_, _, third] = slots;
    third[HAS_HEDGER] != 0
}

/// The third slot of a market that has a hedger.
#[must_use]
pub fn with_hedger(mut third: Slot) -> Slot {
    third[HAS_HEDGER] = 1;
    third
}

/// What spreads have learned.
pub fn widening(slots: &[Slot; CONDITION_SLOTS]) -> Widening {
    let [_, _, third] = slots;
    Widening::from_stored(third[WIDENING])
}

/// The third slot of a market whose spreads have learned so much.
#[must_use]
pub fn with_widening(mut third: Slot, widening: Widening) -> Slot {
    third[WIDENING] = widening.stored();
    third
}

/// The market's conditions of their slots.
/// # Returns: None before the first sample
pub fn decode_conditions(slots: &[Slot; CONDITION_SLOTS]) -> Option<Conditions> {
    let [first, second, third] = slots;
    let mut reader = Reader::new(first);
    let tag = u8::try_from(reader.take(1)).unwrap_or(0);
    let mut number = || Fx::from_bits(i128::from(reader.take_i64(6)) << CUT);
    let (variance, logs, filtered) = (number(), [number(), number()], number());
    let held = Amount::from_raw(reader.take_i64(6));
    let mut reader = Reader::new(second);
    let (quiet_since, newer, gap) = (reader.take_u64(4), reader.take_u64(4), reader.take_u64(3));
    if newer == 0 {
        return None;
    }
    let (epoch_at, unhedged_since) = (reader.take_u64(4), reader.take_u64(3) << UNHEDGED_SHIFT);
    let score = reader.take_u64(4);
    let price = Fx::from_bits(i128::try_from(reader.take(10)).unwrap_or(0) << PRICE_CUT);
    let mut reader = Reader::new(third);
    let mut amount = || Amount::from_raw(reader.take_i64(6));
    let open = Flow { held, gain: amount(), gross: amount() };
    let ripe = Flow { held: amount(), gain: amount(), gross: amount() };
    Some(Conditions {
        regime: RegimeState {
            regime: regime_of(tag >> 6),
            variance,
            logs,
            times: [newer.saturating_sub(gap), newer],
            filtered,
            quiet_since,
            quiet_samples: u32::from(tag) & MOST_SAMPLES,
        },
        toxicity: Toxicity {
            score: Millionths::from_raw(u32::try_from(score).unwrap_or(u32::MAX)),
            epoch_at,
            price,
            open,
            ripe,
        },
        unhedged_since,
    })
}

const fn regime_tag(regime: Regime) -> u8 {
    match regime {
        Regime::Calm => 0,
        Regime::Normal => 1,
        Regime::Stressed => 2,
        Regime::Crisis => 3,
    }
}

const fn regime_of(tag: u8) -> Regime {
    match tag {
        0 => Regime::Calm,
        1 => Regime::Normal,
        2 => Regime::Stressed,
        _ => Regime::Crisis,
    }
}
