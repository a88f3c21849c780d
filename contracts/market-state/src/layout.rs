//! How the market's state is packed into storage slots. Pure: bytes in, numbers out.
//!
//! A cold slot costs 2,100 gas and unpacking next to nothing, so every board is one header, one slice,
//! and eight strikes or eight series to a slot.

use alloy_primitives::{B256, U256};
use equipoise_math::Fx;
use equipoise_risk::book::MAX_BOARDS;
use equipoise_risk::breakers::{Breakers, State, WORDS};
use equipoise_risk::capital::RiskCapital;
use equipoise_risk::hedge::Hedge;
use equipoise_risk::margin::MarginParameters;
use equipoise_risk::millionths::Millionths;
use equipoise_risk::parameters::{Parameters, COUNT};
use equipoise_risk::rebalance::{HedgeTerms, TERM_COUNT};
use equipoise_risk::settlement::{Holding, PayoutRatio};
use equipoise_risk::skew::SkewReserve;
use equipoise_risk::spread::SpreadMultiplier;
use equipoise_risk::surface::{Slice, VolGap};
use equipoise_risk::toxicity::Amount;
use equipoise_risk::units::{Atoms, Lots, Money, Price};

mod conditions;
mod debts;
mod learning;

pub use conditions::{
    decode_conditions, encode_conditions, has_hedger, widening, with_hedger, with_widening, CONDITION_SLOTS,
};
pub use debts::BoardDebts;
pub use learning::{decode_learner, encode_learner};

/// A storage slot.
pub type Slot = [u8; 32];
/// Numbers of 32 bits in a slot.
pub const LANES: usize = 8;
/// Slots of a board's strikes, of its series, and of the parameters.
pub const STRIKE_SLOTS: usize = 2;
/// Slots of a board's series.
pub const SERIES_SLOTS: usize = 4;
/// Slots of the parameters.
pub const PARAMETER_SLOTS: usize = COUNT.div_ceil(LANES);
/// Boards that one account may hold positions in.
pub const ACCOUNT_BOARDS: usize = 16;

/// Fraction bits of a slice's numbers, of which each has 48.
const SLICE_FRACTION: u32 = 40;
/// Fraction bits of a stored price, of which it has 96.
const PRICE_FRACTION: u32 = 64;
/// Fraction bits of a stored basis, of which it has 64.
const BASIS_FRACTION: u32 = 62;
/// Fraction bits of stored capital, of which it has 64.
const CAPITAL_FRACTION: u32 = 16;

/// All slots of a board, and of one account's positions in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BoardWords {
    /// See [`Header`].
    pub header: Slot,
    /// See [`decode_slice`].
    pub slice: Slot,
    /// See [`decode_holdings`].
    pub strikes: [Slot; STRIKE_SLOTS],
    /// What the vault holds.
    pub inventory: [Slot; SERIES_SLOTS],
    /// What the account holds.
    pub position: [Slot; SERIES_SLOTS],
}

impl BoardWords {
    /// Tells the average that has begun of a board in its settlement window, in WAD. It takes the place of the vault's inventory, which
    /// nobody needs who asks what an account must hold.
    pub fn set_begun(&mut self, price_wad: U256) {
        let [begun, ..] = &mut self.inventory;
        *begun = price_wad.to_be_bytes();
    }

    /// The average that has begun, zero if nobody has told it.
    pub fn begun(&self) -> U256 {
        let [begun, ..] = &self.inventory;
        U256::from_be_bytes(*begun)
    }
}

/// What is on a board's first slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Unix seconds.
    pub expiry: u64,
    /// Strikes.
    pub strikes: u8,
    /// Where it is in its life.
    pub state: BoardState,
}

/// Where a board is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardState {
    /// Listed; no surface has been posted for it yet.
    Bare,
    /// It has a slice.
    Live {
        /// The forward over spot.
        basis: Fx,
        /// The forward that the slice refers to.
        forward: Price,
        /// When the slice was observed, in unix seconds.
        observed_at: u64,
    },
    /// Its settlement price is known.
    Settled {
        /// The settlement price.
        price: Price,
        /// The share of payoffs that is paid; what the vault could pay at once, until it is fixed.
        ratio: PayoutRatio,
    },
}

/// What is on the market's first slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// Ids of the boards that are not settled, by rising expiry, zero where there is none.
    pub boards: [u16; MAX_BOARDS],
    /// The id that the last listed board got.
    pub last_board: u16,
    /// When the surface was observed, in unix seconds.
    pub surface_at: u64,
    /// The market's annualised variance.
    pub variance: Fx,
    /// Spot when the surface was posted, to 16 bits.
    pub posted_spot: Price,
}

/// Writes numbers from the left of a slot.
pub(crate) struct Writer {
    pub(crate) slot: Slot,
    at: usize,
}

impl Writer {
    pub(crate) const fn new() -> Self {
        Self { slot: [0; 32], at: 0 }
    }

    /// The low `width` bytes of a number that fits them.
    #[inline(never)]
    pub(crate) fn put(&mut self, width: usize, number: u128) -> Option<&mut Self> {
        let bytes = number.to_be_bytes();
        let (high, low) = bytes.split_at_checked(bytes.len().checked_sub(width)?)?;
        if high.iter().any(|byte| *byte != 0) {
            return None;
        }
        let end = self.at.checked_add(width)?;
        self.slot.get_mut(self.at..end)?.copy_from_slice(low);
        self.at = end;
        Some(self)
    }

    /// The nearest signed number of `width` bytes, which are at most 15, in two's complement.
    fn put_clamped(&mut self, width: usize, number: i128) -> Option<&mut Self> {
        let bits = u32::try_from(width.checked_mul(8)?).ok()?;
        let most = 1i128.checked_shl(bits.checked_sub(1)?)?.checked_sub(1)?;
        let clamped = number.clamp(most.checked_neg()?, most);
        let mask = 1u128.checked_shl(bits)?.checked_sub(1)?;
        self.put(width, clamped.cast_unsigned() & mask)
    }

    /// The nearest number of `width` bytes, which are fewer than 8.
    fn put_most(&mut self, width: usize, number: u64) -> Option<&mut Self> {
        let bits = u32::try_from(width.checked_mul(8)?).ok()?;
        let most = 1u64.checked_shl(bits)?.checked_sub(1)?;
        self.put(width, u128::from(number.min(most)))
    }
}

/// Reads numbers from the left of a slot.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(slot: &'a Slot) -> Self {
        Self { rest: slot }
    }

    /// The next `width` bytes; zero past the end, where no layout reads.
    #[inline(never)]
    pub(crate) fn take(&mut self, width: usize) -> u128 {
        let (now, rest) = self.rest.split_at_checked(width).unwrap_or((&[], &[]));
        self.rest = rest;
        now.iter().fold(0, |sum, byte| sum << 8 | u128::from(*byte))
    }

    pub(crate) fn take_u64(&mut self, width: usize) -> u64 {
        u64::try_from(self.take(width)).unwrap_or(u64::MAX)
    }

    /// A signed number of `width` bytes, which are at most 8.
    fn take_i64(&mut self, width: usize) -> i64 {
        let shift = 64usize.saturating_sub(width.saturating_mul(8));
        let shift = u32::try_from(shift).unwrap_or(0);
        self.take_u64(width).wrapping_shl(shift).cast_signed().wrapping_shr(shift)
    }
}

/// The stored bits of a number with fewer fraction bits, if it fits; lower bits are cut.
fn to_stored(number: Fx, fraction: u32) -> Option<u128> {
    u128::try_from(number.to_bits()).ok()?.checked_shr(64u32.checked_sub(fraction)?)
}

fn from_stored(bits: u128, fraction: u32) -> Fx {
    let bits = i128::try_from(bits).unwrap_or(i128::MAX);
    Fx::from_bits(bits.wrapping_shl(64u32.wrapping_sub(fraction)))
}

const TAG_BARE: u128 = 0;
const TAG_LIVE: u128 = 1;
const TAG_SETTLED: u128 = 2;

impl Header {
    /// # Returns: None if a number does not fit its field
    pub fn encode(&self) -> Option<Slot> {
        let mut writer = Writer::new();
        writer.put(5, u128::from(self.expiry))?.put(1, u128::from(self.strikes))?;
        match self.state {
            BoardState::Bare => {
                writer.put(1, TAG_BARE)?;
            }
            BoardState::Live { basis, forward, observed_at } => {
                writer
                    .put(1, TAG_LIVE)?
                    .put(8, to_stored(basis, BASIS_FRACTION)?)?
                    .put(12, to_stored(forward.fx(), PRICE_FRACTION)?)?
                    .put(5, u128::from(observed_at))?;
            }
            BoardState::Settled { price, ratio } => {
                writer
                    .put(1, TAG_SETTLED)?
                    .put(12, to_stored(price.fx(), PRICE_FRACTION)?)?
                    .put(8, u128::from(ratio.raw()))?;
            }
        }
        Some(writer.slot)
    }

    /// # Returns: None for a board that was never listed
    pub fn decode(slot: &Slot) -> Option<Self> {
        let mut reader = Reader::new(slot);
        let expiry = reader.take_u64(5);
        let strikes = u8::try_from(reader.take(1)).ok()?;
        let state = match reader.take(1) {
            TAG_LIVE => BoardState::Live {
                basis: from_stored(reader.take(8), BASIS_FRACTION),
                forward: Price::from_fx(from_stored(reader.take(12), PRICE_FRACTION)),
                observed_at: reader.take_u64(5),
            },
            TAG_SETTLED => BoardState::Settled {
                price: Price::from_fx(from_stored(reader.take(12), PRICE_FRACTION)),
                ratio: PayoutRatio::from_raw(reader.take_u64(8)),
            },
            _ => BoardState::Bare,
        };
        (strikes > 0).then_some(Self { expiry, strikes, state })
    }
}

impl Directory {
    /// # Returns: None if a number does not fit its field
    pub fn encode(&self) -> Option<Slot> {
        let mut writer = Writer::new();
        for board in self.boards {
            writer.put(2, u128::from(board))?;
        }
        writer
            .put(2, u128::from(self.last_board))?
            .put(5, u128::from(self.surface_at))?
            .put(6, to_stored(self.variance, SLICE_FRACTION)?)?
            .put(3, short_price(self.posted_spot)?)?;
        Some(writer.slot)
    }

    /// The directory of a slot.
    pub fn decode(slot: &Slot) -> Self {
        let mut reader = Reader::new(slot);
        let mut next_id = || u16::try_from(reader.take(2)).unwrap_or(0);
        let boards = core::array::from_fn(|_| next_id());
        let last_board = next_id();
        Self {
            boards,
            last_board,
            surface_at: reader.take_u64(5),
            variance: from_stored(reader.take(6), SLICE_FRACTION),
            posted_spot: price_of_short(reader.take(3)),
        }
    }

    /// The ids of the boards that are not settled.
    pub fn live(&self) -> impl Iterator<Item = u16> + '_ {
        self.boards.iter().copied().filter(|id| *id != 0)
    }
}

/// A price in 24 bits: its 16 leading ones, and by how many places they are shifted.
/// # Returns: None for a price below zero
/// # Rounding: down
fn short_price(price: Price) -> Option<u128> {
    let bits = u128::try_from(price.fx().to_bits()).ok()?;
    let shift = 112u32.saturating_sub(bits.leading_zeros());
    Some(u128::from(shift) << 16 | bits.checked_shr(shift)?)
}

fn price_of_short(stored: u128) -> Price {
    let shift = u32::try_from(stored >> 16).unwrap_or(0);
    let bits = (stored & 0xffff).checked_shl(shift).and_then(|bits| i128::try_from(bits).ok());
    Price::from_fx(Fx::from_bits(bits.unwrap_or(i128::MAX)))
}

/// Packs a slice and how far it lies from the market.
/// # Returns: None if a number does not fit its field: 48 bits with 40 of fraction, sign included
/// # Rounding: towards minus infinity, to 2^-40
pub fn encode_slice(slice: &Slice, gap: VolGap) -> Option<Slot> {
    let mut writer = Writer::new();
    for number in [slice.a, slice.b, slice.rho, slice.m, slice.sigma] {
        let stored = number.to_bits() >> 24;
        // It fits if the 80 bits above it are all copies of its sign.
        if (stored << 80) >> 80 != stored {
            return None;
        }
        writer.put(6, (stored << 80).cast_unsigned() >> 80)?;
    }
    writer.put(2, u128::from(gap.raw()))?;
    Some(writer.slot)
}

/// The slice of a slot.
pub fn decode_slice(slot: &Slot) -> Slice {
    let mut reader = Reader::new(slot);
    let mut next = || {
        let bits = (reader.take(6) << 80).cast_signed() >> 80;
        Fx::from_bits(bits << 24)
    };
    Slice { a: next(), b: next(), rho: next(), m: next(), sigma: next() }
}

/// How far the slice of a slot lies from the market.
pub fn decode_gap(slot: &Slot) -> VolGap {
    let [.., high, low] = *slot;
    VolGap::from_raw(u16::from_be_bytes([high, low]))
}

/// The numbers of slots, eight to each.
pub(crate) fn lanes(slots: &[Slot]) -> impl Iterator<Item = u32> + '_ {
    slots.as_flattened().as_chunks().0.iter().map(|bytes| u32::from_be_bytes(*bytes))
}

/// Eight numbers of a slot.
pub fn decode_lanes(slot: &Slot) -> [u32; LANES] {
    let mut lanes = lanes(core::slice::from_ref(slot));
    core::array::from_fn(|_| lanes.next().unwrap_or(0))
}

/// Packs eight numbers.
pub fn encode_lanes(lanes: [u32; LANES]) -> Slot {
    let mut slot = [0; 32];
    for (place, lane) in slot.chunks_exact_mut(4).zip(lanes) {
        place.copy_from_slice(&lane.to_be_bytes());
    }
    slot
}

/// Packs eight positions.
pub fn encode_lots(lots: [Lots; LANES]) -> Slot {
    encode_lanes(lots.map(|lots| lots.count().cast_unsigned()))
}

/// The parameters of their slots.
pub fn decode_parameters(slots: &[Slot; PARAMETER_SLOTS]) -> Parameters {
    let mut lanes = lanes(slots);
    Parameters::from_stored(core::array::from_fn(|_| lanes.next().unwrap_or(0)))
}

/// Packs the parameters.
pub fn encode_parameters(parameters: &Parameters) -> [Slot; PARAMETER_SLOTS] {
    let mut numbers = parameters.all_millionths().into_iter();
    core::array::from_fn(|_| encode_lanes(core::array::from_fn(|_| numbers.next().unwrap_or(0))))
}

/// Slots of the breakers.
pub const BREAKER_SLOTS: usize = WORDS / 4;

/// Packs the breakers.
pub fn encode_breakers(breakers: &Breakers) -> [Slot; BREAKER_SLOTS] {
    let mut slots = [[0; 32]; BREAKER_SLOTS];
    for (place, word) in slots.as_flattened_mut().chunks_exact_mut(8).zip(breakers.to_words()) {
        place.copy_from_slice(&word.to_be_bytes());
    }
    slots
}

/// The breakers of their slots.
pub fn decode_breakers(slots: &[Slot; BREAKER_SLOTS]) -> Breakers {
    let mut words = slots.as_flattened().as_chunks().0.iter().map(|bytes| u64::from_be_bytes(*bytes));
    Breakers::from_words(core::array::from_fn(|_| words.next().unwrap_or(0)))
}

/// What is frozen in an oracle round: risk capital, and by how much spreads are wider. Beside it, what the breakers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// Risk capital, with the round.
    pub capital: RiskCapital,
    /// On the spread of volatility.
    pub multiplier: SpreadMultiplier,
    /// What was found when the measures were last looked at.
    pub watch: Watch,
}

/// What the breakers say. While the market is open, no rule is tripped and nobody need read their slots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// Whether the market trades.
    pub state: State,
    /// Whether prices may not be relied on.
    pub is_price_unsafe: bool,
}

/// The bits of a spread's multiplier: the largest is below 2^25.
const MULTIPLIER_BITS: u32 = 28;

impl Watch {
    fn bits(self) -> u32 {
        u32::from(self.state.number()) << 1 | u32::from(self.is_price_unsafe)
    }

    fn of_bits(bits: u32) -> Self {
        let state = u8::try_from(bits >> 1).ok().and_then(State::of_number).unwrap_or(State::Halted);
        Self { state, is_price_unsafe: bits & 1 == 1 }
    }
}

impl Frozen {
    /// Amounts below zero are kept as zero; fractions are cut to 2^-16.
    /// # Returns: None if a number does not fit its field
    pub fn encode(&self) -> Option<Slot> {
        let mut writer = Writer::new();
        let stored = |money: Money| to_stored(money.max(Money::ZERO).fx(), CAPITAL_FRACTION);
        let capital = &self.capital;
        writer
            .put(7, u128::from(capital.round))?
            .put(8, stored(capital.frozen)?)?
            .put(8, stored(capital.average)?)?
            .put(5, u128::from(capital.averaged_at))?
            .put(4, u128::from(self.watch.bits() << MULTIPLIER_BITS | self.multiplier.stored().raw()))?;
        Some(writer.slot)
    }

    /// The oracle round of a slot.
    pub fn round_of(slot: &Slot) -> u64 {
        Reader::new(slot).take_u64(7)
    }

    /// What is frozen, of a slot.
    pub fn decode(slot: &Slot) -> Self {
        let mut reader = Reader::new(slot);
        let round = reader.take_u64(7);
        let mut money = || Money::from_fx(from_stored(reader.take(8), CAPITAL_FRACTION));
        let (frozen, average) = (money(), money());
        let capital = RiskCapital { round, frozen, average, averaged_at: reader.take_u64(5) };
        let stored = u32::try_from(reader.take(4)).unwrap_or(u32::MAX);
        let multiplier = Millionths::from_raw(stored & !(u32::MAX << MULTIPLIER_BITS));
        let watch = Watch::of_bits(stored >> MULTIPLIER_BITS);
        Self { capital, multiplier: SpreadMultiplier::from_stored(multiplier), watch }
    }
}

const ROUND_MASK: u128 = (1 << 56) - 1;

/// The part of an oracle's round id that is stored: its low 56 bits.
pub fn stored_round(round: u128) -> u64 {
    u64::try_from(round & ROUND_MASK).unwrap_or(0)
}

/// What every trade moves: the skew reserve, and what the round's traders have bought of dollar delta, net.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trading {
    /// The skew reserve.
    pub reserve: SkewReserve,
    /// The flow, negative if traders sold.
    pub flow: Amount,
}

impl Trading {
    /// A flow that does not fit 40 bits is kept as the nearest that does.
    /// # Returns: None if another number does not fit its field
    pub fn encode(&self) -> Option<Slot> {
        let mut writer = Writer::new();
        let reserve = &self.reserve;
        writer
            .put(11, u128::try_from(reserve.balance.count()).ok()?)?
            .put(11, u128::try_from(reserve.budget.count()).ok()?)?
            .put(5, u128::from(reserve.updated_at))?
            .put_clamped(5, i128::from(self.flow.raw()))?;
        Some(writer.slot)
    }

    /// The flow of a slot, in an [`Amount`]'s units.
    pub fn flow_units(slot: &Slot) -> i64 {
        let last = slot.last_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes));
        // It has the last 40 of 64 bits.
        last << 24 >> 24
    }

    /// The reserve and the flow of a slot.
    pub fn decode(slot: &Slot) -> Self {
        let mut reader = Reader::new(slot);
        let atoms = |bits: u128| Atoms::new(i128::try_from(bits).unwrap_or(i128::MAX));
        let balance = atoms(reader.take(11));
        let budget = atoms(reader.take(11));
        let updated_at = reader.take_u64(5);
        Self { reserve: SkewReserve { balance, budget, updated_at }, flow: Amount::from_raw(reader.take_i64(5)) }
    }
}

/// Packs the terms of rebalances.
pub fn encode_hedge_terms(terms: &HedgeTerms) -> [B256; 2] {
    let mut all = terms.all_millionths().into_iter();
    core::array::from_fn(|_| B256::new(encode_lanes(core::array::from_fn(|_| all.next().unwrap_or(0)))))
}

/// The terms of rebalances, of their slots.
pub fn decode_hedge_terms(slots: &[B256; 2]) -> HedgeTerms {
    let slots = slots.map(|slot| slot.0);
    let mut lanes = lanes(&slots);
    HedgeTerms::from_stored(core::array::from_fn(|_| lanes.next().unwrap_or(0)))
}

const _: () = assert!(TERM_COUNT <= 2 * LANES, "the terms of rebalances have two slots");

/// Packs a hedge: the underlying, then the cash, 64 bits of each of fraction.
pub fn encode_hedge(hedge: &Hedge) -> Slot {
    let mut slot = [0; 32];
    let (units, cash) = (hedge.units.to_bits().to_be_bytes(), hedge.cash.fx().to_bits().to_be_bytes());
    slot.as_chunks_mut().0.copy_from_slice(&[units, cash]);
    slot
}

/// The hedge of a slot.
pub fn decode_hedge(slot: &Slot) -> Hedge {
    let mut halves = slot.as_chunks().0.iter().map(|bytes| Fx::from_bits(i128::from_be_bytes(*bytes)));
    let mut next = || halves.next().unwrap_or(Fx::ZERO);
    Hedge { units: next(), cash: Money::from_fx(next()) }
}

/// Packs the margin parameters.
pub fn encode_margin_parameters(parameters: &MarginParameters) -> Slot {
    encode_lanes(parameters.all_millionths())
}

/// The margin parameters of a slot.
pub fn decode_margin_parameters(slot: &Slot) -> MarginParameters {
    MarginParameters::from_stored(decode_lanes(slot))
}

/// The strikes of a board, from its header.
pub fn strike_count(header: &Slot) -> usize {
    let [_, _, _, _, _, count, ..] = *header;
    usize::from(count)
}

/// Strikes to a slot of series: a call and a put each.
const STRIKES_A_SLOT: usize = LANES / 2;

/// The slots that a board of so many strikes uses for them.
pub fn strike_slots(strikes: usize) -> usize {
    strikes.div_ceil(LANES).min(STRIKE_SLOTS)
}

/// The slots that a board of so many strikes uses for its series.
pub fn series_slots(strikes: usize) -> usize {
    strikes.div_ceil(STRIKES_A_SLOT).min(SERIES_SLOTS)
}

/// What is held of each strike of a board, by rising strike.
pub fn decode_holdings(board: &BoardWords, series: &[Slot; SERIES_SLOTS], strike_shift: u8) -> Vec<Holding> {
    let strikes = lanes(&board.strikes).take(strike_count(&board.header));
    let mut lots = lanes(series).map(|lane| Lots::new(lane.cast_signed()));
    let mut next = || lots.next().unwrap_or_default();
    let holding = |mantissa| Holding { strike: strike_price(mantissa, strike_shift), calls: next(), puts: next() };
    strikes.map(holding).collect()
}

/// Packs what is held of each strike.
pub fn encode_holdings(held: &[Holding]) -> [Slot; SERIES_SLOTS] {
    let mut slots = [[0; 32]; SERIES_SLOTS];
    for (slot, chunk) in slots.iter_mut().zip(held.chunks(STRIKES_A_SLOT)) {
        let mut lots = [Lots::ZERO; LANES];
        for (pair, holding) in lots.chunks_exact_mut(2).zip(chunk) {
            pair.copy_from_slice(&[holding.calls, holding.puts]);
        }
        *slot = encode_lots(lots);
    }
    slots
}

/// A price from a strike's mantissa and the market's binary shift.
pub fn strike_price(mantissa: u32, shift: u8) -> Price {
    let bits = i128::from(mantissa) << 64u8.saturating_sub(shift.min(32));
    Price::from_fx(Fx::from_bits(bits))
}

#[cfg(test)]
mod tests;
