//! The market's side of its hedge: who holds it, what is held, and what a hedger must know.

use core::ops::BitOr;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::MAX_MARKETS;
use equipoise_interfaces::series::Series;
use equipoise_interfaces::words::decode;
use equipoise_interfaces::IValuer::valueCall;
use equipoise_interfaces::{Appraisal, AppraisalHead, HedgeRecorded, IClearing, Leg, MarketInventoryMalformed, Values};
use equipoise_kit::lean::{failed, log, only, revert, view};
use equipoise_kit::lock::require_unlocked;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{exposure_of_bits, money_of_bits, price_of, size_wad, unsigned};
use equipoise_market_state::errors::pricing_error;
use equipoise_market_state::layout::{
    decode_hedge, decode_holdings, encode_hedge, BoardWords, Directory, Header, Slot, Trading, SERIES_SLOTS,
};
use equipoise_market_state::snapshot::Snapshot;
use equipoise_market_state::store::{fits, Place};
use equipoise_math::Fx;
use equipoise_risk::book::Measure;
use equipoise_risk::breakers::{allows, Action};
use equipoise_risk::clock::{phase, Phase};
use equipoise_risk::hedge::Hedge;
use equipoise_risk::limits::HEDGE_LIQUID_SHARE;
use equipoise_risk::units::{Atoms, Money};
use stylus_sdk::prelude::*;

use crate::program::Appraiser;

/// Words of one board in an inventory: its id, and its slots.
const BOARD_WORDS: usize = 1 + SERIES_SLOTS;

impl Appraiser {
    /// Names the program that holds the hedge, once. Owner only.
    /// # Errors: CallerNotOwner, NotWired, AlreadyWired, AddressIsZero, AddressHasNoCode
    pub(crate) fn wire_hedger(&mut self, hedger: Address) -> Result<(), Revert> {
        self.ownership.only_owner()?;
        self.store.name_once(Place::Hedger, hedger)?;
        // From now on the market widens while nobody hedges.
        self.store.mark_hedged();
        if let Some(number) = self.number()? {
            self.store.set_number(number);
        }
        Ok(())
    }

    /// The number that the clearing house has given the market, if it knows it by now: a hedger's appraisals ask by it.
    fn number(&self) -> Result<Option<u8>, Revert> {
        let (vm, clearing) = (self.store.vm(), self.store.wired(Place::Clearing)?);
        for number in 0..MAX_MARKETS {
            if view(vm, clearing, &IClearing::marketCall { number })? == vm.contract_address() {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    /// Keeps what is held, and draws what it has cost from the skew reserve. Hedger only.
    /// # Errors: NotWired, CallerNotAllowed, MarketNumberOutOfDomain
    pub(crate) fn record_hedge(&mut self, units: i128, cash: i128, cost_atoms: U256) -> Result<(), Revert> {
        only(self.store.vm(), self.store.address(Place::Hedger))?;
        let hedge = Hedge { units: Fx::from_bits(units), cash: Money::from_fx(Fx::from_bits(cash)) };
        self.store.set(Place::Hedge, encode_hedge(&hedge));
        let mut trading = Trading::decode(&self.store.get(Place::Trading));
        let cost = i128::try_from(cost_atoms).map_or(Atoms::new(i128::MAX), Atoms::new);
        let drawn = cost.min(trading.reserve.balance);
        if drawn > Atoms::ZERO {
            trading.reserve.balance = trading.reserve.balance.minus(drawn).map_err(pricing_error)?;
            self.store.set(Place::Trading, fits(trading.encode(), 0)?);
        }
        let told =
            HedgeRecorded { unitsX64: units, cashX64: cash, costAtoms: cost_atoms, reserveAtoms: unsigned(drawn) };
        log(self.store.vm(), &told);
        Ok(())
    }

    /// What is held.
    pub(crate) fn show_hedge(&self) -> (i128, i128) {
        let hedge = decode_hedge(&self.store.get(Place::Hedge));
        (hedge.units.to_bits(), hedge.cash.fx().to_bits())
    }

    /// The vault's options, as [`Appraiser::appraise`] takes them.
    /// # Errors: ProgramsLocked
    pub(crate) fn inventory(&self) -> Result<Vec<B256>, Revert> {
        self.require_open()?;
        let mut words = Vec::new();
        for id in self.store.directory().live() {
            words.push(B256::from(U256::from(id)));
            words.extend(self.store.board_words(id, None).inventory.map(B256::new));
        }
        Ok(words)
    }

    /// Values an earlier inventory and the book, as what has been traded since makes it, at the prices of now.
    /// # Rounding: what may be spent down
    /// # Errors: ProgramsLocked, MarketInventoryMalformed, MarketSettlementPending if anything has been traded since,
    /// MarketSizeOutOfRange, MarketNumberOutOfDomain, NotWired, the oracle's, the valuer's
    #[inline(never)]
    pub(crate) fn appraise(&self, old: &[B256]) -> Result<Appraisal, Revert> {
        let old = boards_of(old)?;
        // The clearing house answers nothing while it is locked.
        let mut snapshot = Snapshot::for_hedge(&self.store)?;
        let mut traded = Vec::new();
        for (id, words) in &mut snapshot.boards {
            let held = old.iter().find(|(old, _)| *old == U256::from(*id));
            self.turn_back(*id, words, held.map_or([[0; 32]; SERIES_SLOTS], |(_, held)| *held), &mut traded);
        }
        let data = snapshot.value(&self.store, &traded)?;
        let values = decode(&data).ok_or_else(|| failed(self.store.address(Place::Valuer), valueCall::SELECTOR))?;
        self.appraisal(&snapshot, &values)
    }

    /// Turns a board back to what was held of it, and tells what has been traded since. One that does not trade any more stays.
    fn turn_back(&self, board: u16, words: &mut BoardWords, old: [Slot; SERIES_SLOTS], traded: &mut Vec<Leg>) {
        let header = Header::decode(&words.header);
        let is_open =
            header.is_some_and(|header| phase(self.store.vm().block_timestamp(), header.expiry) == Phase::Open);
        if !is_open || is_same(&words.inventory, &old) {
            return;
        }
        let shift = self.store.scales().1;
        let now = decode_holdings(words, &words.inventory, shift);
        words.inventory = old;
        let old = decode_holdings(words, &words.inventory, shift);
        for (strike, (now, old)) in (0u8..).zip(now.iter().zip(&old)) {
            for (now, old, is_put) in [(now.calls, old.calls, false), (now.puts, old.puts, true)] {
                // What traders have bought the vault holds less of.
                let size = size_wad(old).wrapping_sub(size_wad(now));
                if !size.is_zero() {
                    traded.push(Leg { series: Series { board, strike, is_put }.id(), sizeWad: size });
                }
            }
        }
    }

    fn appraisal(&self, snapshot: &Snapshot, values: &Values) -> Result<Appraisal, Revert> {
        let (moment, scale) = (&snapshot.sight.moment, self.store.scale()?);
        let hedge = decode_hedge(&self.store.get(Place::Hedge));
        let options = exposure_of_bits(&values.beforeX64).plus(&exposure_of_bits(&values.changeX64));
        let options = options.map_err(pricing_error)?;
        let book = options.hedged(&hedge, price_of(moment.spotWad)?).map_err(pricing_error)?;
        let free = snapshot.free_cash()?;
        let in_cash = scale.money_floor(free).map_err(pricing_error)?;
        let nav = in_cash.plus(book.of(Measure::Value)).map_err(pricing_error)?;
        let capital = self.store.frozen().capital.at(snapshot.sight.round, moment.nowAt, nav);
        let capital = capital.map_err(pricing_error)?.frozen;
        let may_owe = money_of_bits(values.mayOweX64);
        let kept = capital.max(Money::ZERO).scaled_floor(HEDGE_LIQUID_SHARE).and_then(|liquid| liquid.plus(may_owe));
        let spare = kept.and_then(|kept| free.minus(scale.atoms_ceil(kept)?)).map_err(pricing_error)?;
        let (units, cash) = self.show_hedge();
        Ok(Appraisal {
            head: AppraisalHead {
                spotWad: moment.spotWad,
                spotAt: moment.spotAt,
                spareAtoms: unsigned(spare.max(Atoms::ZERO)),
                tokenDecimals: self.store.scales().0,
                mayHedge: allows(snapshot.state, Action::Rebalance) && !snapshot.is_price_unsafe(),
                unitsX64: units,
                cashX64: cash,
            },
            capitalX64: capital.fx().to_bits(),
            directory: moment.directory,
            parameters: moment.parameters,
            nowX64: options.to_array().map(|number| number.fx().to_bits()),
            oldX64: values.beforeX64,
        })
    }

    pub(crate) fn require_open(&self) -> Result<(), Revert> {
        require_unlocked(self.store.vm(), self.store.wired(Place::Clearing)?)
    }
}

/// Whether slots hold the same. Eight bytes at a time: byte by byte a program takes two hundred gas for it.
fn is_same(left: &[Slot; SERIES_SLOTS], right: &[Slot; SERIES_SLOTS]) -> bool {
    let [left, right] = [left, right].map(|slots| slots.as_flattened().as_chunks().0);
    let differs = |(left, right): (&[u8; 8], &[u8; 8])| u64::from_ne_bytes(*left) ^ u64::from_ne_bytes(*right);
    left.iter().zip(right).map(differs).fold(0, u64::bitor) == 0
}

/// A board's id, and what is held of it.
type Held = (U256, [Slot; SERIES_SLOTS]);

/// The boards of an inventory.
/// # Errors: MarketInventoryMalformed
fn boards_of(words: &[B256]) -> Result<Vec<Held>, Revert> {
    let (boards, rest) = words.as_chunks::<BOARD_WORDS>();
    if !rest.is_empty() || boards.len() > Directory::default().boards.len() {
        return Err(revert(&MarketInventoryMalformed { words: U256::from(words.len()) }));
    }
    let board = |[id, slots @ ..]: &[B256; BOARD_WORDS]| (U256::from_be_bytes(id.0), slots.map(|slot| slot.0));
    Ok(boards.iter().map(board).collect())
}
