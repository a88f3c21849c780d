//! The whole book in one pass: value, Greeks and jump losses, before a trade and what the trade changes.
//!
//! Sums run over lots and are divided into contracts once, at the end. The call and the put of a strike
//! share one evaluation: by parity a put is a call less a forward.

#![allow(
    clippy::inline_always,
    clippy::many_single_char_names,
    reason = "a call costs 8,700 ink in WASM, more than most of what is inlined here; limbs and bytes have letters"
)]

use equipoise_math::Fx;

use crate::black76::ladder::Multiple;
use crate::marks::{band_edges, BoardTerms, Marks, PreparedBoard, Shifted};
use crate::quote::Package;
use crate::settlement::Holding;
use crate::spread::HalfSpread;
use crate::units::{Lots, Money, Price};
use crate::RiskError;

mod sums;
mod wide;

use sums::{BoardSums, BookSums, Gross};
pub use sums::{BoardVega, MAX_STRIKES};

/// Boards that live at one time at most.
pub const MAX_BOARDS: usize = 8;
/// Spot after each jump of the stress, as a share of spot.
pub const JUMPS: [Fx; 4] = [Fx::lit("0.7"), Fx::lit("0.85"), Fx::lit("1.15"), Fx::lit("1.3")];
/// [`JUMPS`] with their logarithms.
pub const JUMP_MULTIPLES: [Multiple; JUMPS.len()] = [
    Multiple::with_log(Fx::lit("0.7"), Fx::lit("-0.3566749439387323789126387")),
    Multiple::with_log(Fx::lit("0.85"), Fx::lit("-0.162518929497774913185689")),
    Multiple::with_log(Fx::lit("1.15"), Fx::lit("0.1397619423751586973715293")),
    Multiple::with_log(Fx::lit("1.3"), Fx::lit("0.262364264467491052035496")),
];
/// The wings of a smile: strikes below the forward, and strikes above it.
pub const WINGS: usize = 2;

/// One strike of a board: what the vault holds and what a trader is about to buy from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StrikeState {
    /// The strike.
    pub strike: Price,
    /// The vault's calls, negative if short.
    pub calls: Lots,
    /// The vault's puts, negative if short.
    pub puts: Lots,
    /// Calls the trader buys, negative if he sells.
    pub bought_calls: Lots,
    /// Puts the trader buys, negative if he sells.
    pub bought_puts: Lots,
}

impl From<Holding> for StrikeState {
    fn from(held: Holding) -> Self {
        Self { strike: held.strike, calls: held.calls, puts: held.puts, ..Self::default() }
    }
}

impl StrikeState {
    /// What the vault holds once the trade is done: it sells what the trader buys.
    /// # Errors: Overflow
    pub fn held_after(&self) -> Result<Holding, RiskError> {
        Ok(Holding {
            strike: self.strike,
            calls: self.calls.minus(self.bought_calls)?,
            puts: self.puts.minus(self.bought_puts)?,
        })
    }

    /// Whether nobody holds or trades it, so that it need not be priced.
    pub fn is_idle(&self) -> bool {
        // without branches: each costs more than all of them
        self.bought_bits() | self.calls.count() | self.puts.count() == 0
    }

    /// Whether the trade touches it.
    pub fn is_traded(&self) -> bool {
        self.bought_bits() != 0
    }

    const fn bought_bits(&self) -> i32 {
        self.bought_calls.count() | self.bought_puts.count()
    }
}

/// What is summed over the book: its value, its Greeks, and its value after each of [`JUMPS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Measure {
    /// At mid marks.
    Value,
    /// Spot times smoothed delta.
    DollarDelta,
    /// Spot squared times smoothed gamma.
    DollarGamma,
    /// Change of value in a year of time.
    Theta,
}

/// How many measures there are: those of [`Measure`], then one for each jump.
pub const MEASURES: usize = FIRST_JUMP + JUMPS.len();
/// Where the values after jumps begin.
pub const FIRST_JUMP: usize = 4;

/// What one board adds to the risks that boards do not share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Spot times smoothed delta: what a move of this expiry's forward alone changes.
    pub delta: Money,
    /// Smoothed vega for 1.00 of volatility, weighted for its time.
    pub vega: Money,
    /// Smoothed vega times the square of `ln(K / F) / (vol sqrt(T))`, weighted for its time: of the strikes below the
    /// forward, and of those above it. It is what the wing's curvature moves: a volatility that is a parabola of
    /// that moneyness, as in Zhang and Xiang, "The implied volatility smirk" (2008).
    pub wing_vegas: [Money; WINGS],
}

impl Bucket {
    /// Whether nothing is held of the board, or of no risk.
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }

    const fn of([delta, vega, low, high]: [Money; BUCKET_NUMBERS]) -> Self {
        Self { delta, vega, wing_vegas: [low, high] }
    }

    const fn numbers(&self) -> [Money; BUCKET_NUMBERS] {
        let [low, high] = self.wing_vegas;
        [self.delta, self.vega, low, high]
    }

    fn plus(&self, change: &Self) -> Result<Self, RiskError> {
        let mut numbers = self.numbers();
        for (sum, added) in numbers.iter_mut().zip(change.numbers()) {
            *sum = sum.plus(added)?;
        }
        Ok(Self::of(numbers))
    }
}

const BUCKET_NUMBERS: usize = 2 + WINGS;
/// How many numbers an [`Exposure`] is.
pub const NUMBERS: usize = MEASURES + MAX_BOARDS * BUCKET_NUMBERS;

/// The book's value and risks, for the vault, in quote currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    measures: [Money; MEASURES],
    /// Of each board.
    pub buckets: [Bucket; MAX_BOARDS],
}

impl Exposure {
    /// All numbers: the measures, then of each board its delta, its vega and its wings' vegas.
    pub fn to_array(&self) -> [Money; NUMBERS] {
        let mut numbers = [Money::ZERO; NUMBERS];
        let (measures, buckets) = numbers.split_at_mut(MEASURES);
        measures.copy_from_slice(&self.measures);
        for (numbers, bucket) in buckets.as_chunks_mut().0.iter_mut().zip(&self.buckets) {
            *numbers = bucket.numbers();
        }
        numbers
    }

    /// From all numbers, in the order of [`Exposure::to_array`].
    pub fn from_array(numbers: [Money; NUMBERS]) -> Self {
        let mut exposure = Self::default();
        let (measures, buckets) = numbers.split_at(MEASURES);
        exposure.measures.copy_from_slice(measures);
        for (bucket, numbers) in exposure.buckets.iter_mut().zip(buckets.as_chunks().0) {
            *bucket = Bucket::of(*numbers);
        }
        exposure
    }

    /// One of the measures.
    pub fn of(&self, measure: Measure) -> Money {
        let [value, delta, gamma, theta, ..] = self.measures;
        match measure {
            Measure::Value => value,
            Measure::DollarDelta => delta,
            Measure::DollarGamma => gamma,
            Measure::Theta => theta,
        }
    }

    /// Adds to one of the measures.
    /// # Errors: Overflow
    pub(crate) fn add(&mut self, measure: Measure, amount: Money) -> Result<(), RiskError> {
        // A discriminant: the place that the measure has.
        #[allow(clippy::as_conversions)]
        self.add_at(measure as usize, amount)
    }

    /// Adds to the value after one of [`JUMPS`].
    /// # Errors: Overflow
    pub(crate) fn add_after_jump(&mut self, jump: usize, amount: Money) -> Result<(), RiskError> {
        self.add_at(FIRST_JUMP.saturating_add(jump), amount)
    }

    fn add_at(&mut self, place: usize, amount: Money) -> Result<(), RiskError> {
        let sum = self.measures.get_mut(place).ok_or(RiskError::Overflow)?;
        *sum = sum.plus(amount)?;
        Ok(())
    }

    /// What would be lost if spot jumped to each of [`JUMPS`], negative for a gain.
    /// # Errors: Overflow
    pub fn jump_losses(&self) -> Result<[Money; JUMPS.len()], RiskError> {
        let mut losses = [self.of(Measure::Value); JUMPS.len()];
        for (loss, jumped) in losses.iter_mut().zip(self.measures.iter().skip(FIRST_JUMP)) {
            *loss = loss.minus(*jumped)?;
        }
        Ok(losses)
    }

    /// The worst of the jump losses, not negative.
    /// # Errors: Overflow
    pub fn stress_loss(&self) -> Result<Money, RiskError> {
        Ok(self.jump_losses()?.into_iter().fold(Money::ZERO, Money::max))
    }

    /// The time-weighted vega over all boards.
    /// # Errors: Overflow
    pub fn weighted_vega(&self) -> Result<Money, RiskError> {
        self.buckets.iter().try_fold(Money::ZERO, |sum, bucket| sum.plus(bucket.vega))
    }

    /// The book after `change` is added.
    /// # Errors: Overflow
    pub fn plus(mut self, change: &Self) -> Result<Self, RiskError> {
        for (sum, added) in self.measures.iter_mut().zip(change.measures) {
            *sum = sum.plus(added)?;
        }
        for (sum, added) in self.buckets.iter_mut().zip(&change.buckets).filter(|(_, added)| !added.is_empty()) {
            *sum = sum.plus(added)?;
        }
        Ok(self)
    }
}

/// A board with its terms and strikes.
#[derive(Clone, Copy, Debug)]
pub struct BoardState<'a> {
    /// How it is priced.
    pub terms: &'a BoardTerms,
    /// Its strikes by rising strike.
    pub strikes: &'a [StrikeState],
}

impl Valuation {
    /// The book after the trade.
    /// # Errors: Overflow
    pub fn after(&self) -> Result<Exposure, RiskError> {
        self.before.plus(&self.change)
    }
}

/// The book before a trade, what the trade changes in it, and the package that is traded.
#[derive(Clone, Copy, Debug)]
pub struct Valuation {
    /// The book before.
    pub before: Exposure,
    /// What the trade changes; nothing if nothing is traded.
    pub change: Exposure,
    /// What half the spread on everything held is worth: the marking uncertainty.
    pub uncertainty: HalfSpread,
    /// The trade itself.
    pub package: Package,
}

/// Values every board.
/// # Inputs: boards in their order of storage, at most [`MAX_BOARDS`] of at most [`MAX_STRIKES`] strikes
/// # Rounding: the value down to 2^-64, once; the others to 60 significant bits for each board. Error: a price's as that of
/// [`Marks::call`]; the others come from coarse marks,
/// within 2^-28 of a contract's forward or strike, enforced by `book::tests`
/// # Errors: Math, Pricing, Slice, Overflow
pub fn value(boards: &[BoardState<'_>]) -> Result<Valuation, RiskError> {
    let (mut held, mut traded) = (BookSums::default(), None);
    let mut valuation = Valuation {
        before: Exposure::default(),
        change: Exposure::default(),
        uncertainty: HalfSpread::default(),
        package: Package::default(),
    };
    for (place, board) in boards.iter().enumerate() {
        value_board((place, board), &mut held, &mut traded, &mut valuation)?;
    }
    valuation.before.measures = held.measures()?;
    if let Some(traded) = traded {
        valuation.change.measures = traded.measures()?;
        valuation.package = valuation.package.finish()?;
    }
    Ok(valuation)
}

/// Values one board.
fn value_board(
    (place, board): (usize, &BoardState<'_>),
    held: &mut BookSums,
    traded: &mut Option<BookSums>,
    valuation: &mut Valuation,
) -> Result<(), RiskError> {
    if board.strikes.len() > MAX_STRIKES {
        return Err(RiskError::Overflow);
    }
    // results are looked at where they are: moving one costs more than what it is made from
    let prepared = PreparedBoard::new(board.terms);
    let prepared = prepared.as_ref().map_err(|error| *error)?;
    let units = &prepared.units;
    let mut trade = BoardTrade { prepared, terms: board.terms, traded: None };
    let summed = trade.sum_strikes(board.strikes, &mut valuation.package);
    let (own, gross) = summed.as_ref().map_err(|error| *error)?;
    *valuation.before.buckets.get_mut(place).ok_or(RiskError::Overflow)? = held.add(units, own)?;
    gross.add_uncertainty_ceil(units, &mut valuation.uncertainty)?;
    if let Some(Traded { sums, .. }) = &trade.traded {
        *valuation.change.buckets.get_mut(place).ok_or(RiskError::Overflow)? =
            traded.get_or_insert_default().add(units, sums)?;
        valuation.package.close_board(board.terms, &own.vega(units)?, &sums.vega(units)?)?;
    }
    Ok(())
}

/// A board while its strikes are summed.
struct BoardTrade<'a> {
    prepared: &'a PreparedBoard,
    terms: &'a BoardTerms,
    /// Nothing until a strike is traded.
    traded: Option<Traded>,
}

/// What is traded on a board.
struct Traded {
    sums: BoardSums,
    /// The feed's band.
    edges: [Multiple; 2],
}

impl BoardTrade<'_> {
    /// Sums what is held, and adds what is traded. What is held is nobody else's until it is done, so that it stays in
    /// registers.
    #[inline(never)]
    fn sum_strikes(&mut self, strikes: &[StrikeState], package: &mut Package) -> Result<(BoardSums, Gross), RiskError> {
        let mut sums = BoardSums::default();
        let mut gross = Gross::default();
        let board = *self.prepared;
        for state in strikes.iter().filter(|state| !state.is_idle()) {
            let marks = Marks::of(&board, state.strike)?;
            sums.add(&marks, state.strike, state.calls, state.puts);
            gross.add(&marks, state.calls, state.puts);
            if state.is_traded() {
                // a copy, for what others see must be in memory
                let traded = marks;
                self.add_traded(package, &traded, state)?;
            }
        }
        Ok((sums, gross))
    }

    /// Adds what is traded in one strike: the vault sells what the trader buys.
    #[cold]
    #[inline(never)]
    fn add_traded(&mut self, package: &mut Package, marks: &Marks, state: &StrikeState) -> Result<(), RiskError> {
        let calls = Lots::ZERO.minus(state.bought_calls)?;
        let puts = Lots::ZERO.minus(state.bought_puts)?;
        let traded = match &mut self.traded {
            Some(traded) => traded,
            none => none.insert(Traded { sums: BoardSums::default(), edges: band_edges(self.terms)? }),
        };
        traded.sums.add(marks, state.strike, calls, puts);
        let edges = traded.edges;
        let forward_value = self.terms.forward.minus(state.strike)?.fx();
        let now = Shifted { call: marks.call, forward_value };
        let [up, down] = self.prepared.banded(state.strike, &edges)?;
        package.add(self.terms, &[now, up, down], state)
    }
}

#[cfg(test)]
mod tests;
