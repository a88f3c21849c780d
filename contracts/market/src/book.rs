//! The market at this moment: its slots, spot from the oracle, values from the pricer.

use alloy_primitives::{B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::{decode, write_items, ToWords};
use equipoise_interfaces::IPricer::valueCall;
use equipoise_interfaces::{IClearing, IOracle, Leg, MarketSpotStale, MarketSurfaceStale, Moment, Values};
use equipoise_kit::lean::{failed, revert, view, view_bytes};
use equipoise_kit::Revert;
use equipoise_market_state::convert::{atoms, slots_of, BOARD_BYTES};
use equipoise_market_state::errors::pricing_error;
use equipoise_market_state::layout::{
    decode_capital, decode_parameters, decode_reserve, stored_round, BoardWords, Directory,
};
use equipoise_market_state::store::{Place, Store};
use equipoise_math::Fx;
use equipoise_risk::book::{Exposure, Measure};
use equipoise_risk::capital::RiskCapital;
use equipoise_risk::parameters::{Parameter, Parameters};
use equipoise_risk::quote::Package;
use equipoise_risk::skew::SkewReserve;
use equipoise_risk::units::{times_floor, Atoms, Money, TokenScale};
use stylus_sdk::prelude::*;

const HOUR_SECS: u64 = 3_600;

/// The whole book, valued, before and after a trade.
pub struct LiveBook {
    /// Unix seconds.
    pub now: u64,
    /// Spot as the oracle gave it.
    pub spot_wad: U256,
    /// When the feed was updated, in unix seconds.
    pub spot_at: u64,
    /// The boards and the surface's state.
    pub directory: Directory,
    /// The parameters in force.
    pub parameters: Parameters,
    /// How the token counts.
    pub scale: TokenScale,
    /// The binary shift of strikes.
    pub strike_shift: u8,
    /// The slots of each board that is not settled.
    pub boards: Vec<(u16, BoardWords)>,
    /// The book.
    pub before: Exposure,
    /// The book once the trade is done.
    pub after: Exposure,
    /// What the marks of the book may be off by.
    pub uncertainty: Money,
    /// The cash that it may owe once the trade is done.
    pub may_owe: Money,
    /// The trade.
    pub package: Package,
    round: u64,
}

impl LiveBook {
    /// Loads the market and values it with a trade, or with none if there are no legs.
    /// # Errors: NotWired, the oracle's, the pricer's
    pub fn load(store: &Store, account: Option<B256>, legs: &[Leg]) -> Result<Self, Revert> {
        let spot = view(store.vm(), store.wired(Place::Oracle)?, &IOracle::spotCall {})?;
        let directory = store.get(Place::Directory);
        let parameters = store.parameters();
        let (_, strike_shift) = store.scales();
        let now = store.vm().block_timestamp();
        let moment = Moment {
            spotWad: spot.priceWad,
            spotAt: spot.updatedAt,
            nowAt: now,
            strikeShift: strike_shift,
            directory: B256::new(directory),
            parameters: parameters.map(B256::new),
        };
        let directory = Directory::decode(&directory);
        let is_traded = |id: u16| legs.iter().any(|leg| leg.series >> 8 == u32::from(id));
        let boards: Vec<_> =
            directory.live().map(|id| (id, store.board_words(id, account.filter(|_| is_traded(id))))).collect();
        let values = ask_pricer(store, &moment, &boards, legs)?;
        let before = exposure(values.beforeX64);
        let after = before.plus(&exposure(values.changeX64)).map_err(pricing_error)?;
        Ok(Self {
            now,
            spot_wad: spot.priceWad,
            spot_at: spot.updatedAt,
            directory,
            parameters: decode_parameters(&parameters),
            scale: store.scale()?,
            strike_shift,
            boards,
            before,
            after,
            uncertainty: money(values.uncertaintyX64),
            may_owe: money(values.mayOweX64),
            package: Package::valued(
                money(values.midX64),
                money(values.spreadX64),
                money(values.feeX64),
                money(values.grossVegaX64),
            ),
            round: stored_round(spot.roundId.to::<u128>()),
        })
    }

    /// The vault's net asset value: its free cash and the book at mid marks.
    /// # Errors: NotWired, MarketNumberOutOfDomain
    pub fn net_assets(&self, free_cash: Atoms) -> Result<Money, Revert> {
        let value = self.before.of(Measure::Value);
        self.scale.money_floor(free_cash).and_then(|free| free.plus(value)).map_err(pricing_error)
    }

    /// Risk capital, frozen anew if the oracle is in a new round.
    /// # Errors: NotWired, MarketNumberOutOfDomain
    pub fn risk_capital(&self, store: &Store) -> Result<RiskCapital, Revert> {
        let capital = decode_capital(&store.get(Place::Capital));
        if capital.round == self.round {
            return Ok(capital);
        }
        let nav = self.net_assets(free_cash(store)?)?;
        capital.at(self.round, self.now, nav).map_err(pricing_error)
    }

    /// Fails if spot or the surface is too old to open positions on.
    /// # Errors: MarketSpotStale, MarketSurfaceStale
    pub fn require_fresh(&self) -> Result<(), Revert> {
        let max_age = |parameter| -> Result<u64, Revert> {
            let hours = self.parameters.number(parameter).map_err(pricing_error)?;
            let secs = times_floor(hours, HOUR_SECS).map_err(pricing_error)?;
            Ok(u64::try_from(secs).unwrap_or(u64::MAX))
        };
        let max_spot_age = max_age(Parameter::MaxSpotAgeHours)?;
        if self.now.saturating_sub(self.spot_at) > max_spot_age {
            return Err(revert(&MarketSpotStale { updatedAt: self.spot_at, maxAgeSecs: max_spot_age }));
        }
        let max_surface_age = max_age(Parameter::MaxSurfaceAgeHours)?;
        let observed_at = self.directory.surface_at;
        if self.now.saturating_sub(observed_at) > max_surface_age {
            return Err(revert(&MarketSurfaceStale { observedAt: observed_at, maxAgeSecs: max_surface_age }));
        }
        Ok(())
    }
}

/// Words of the pricer's arguments before its arrays: the moment, and where each array begins.
const HEAD_BYTES: u64 = 10 * 32;

fn ask_pricer(store: &Store, moment: &Moment, boards: &[(u16, BoardWords)], legs: &[Leg]) -> Result<Values, Revert> {
    let mut input = valueCall::SELECTOR.to_vec();
    moment.write(&mut input);
    HEAD_BYTES.write(&mut input);
    let count = u64::try_from(boards.len()).unwrap_or(u64::MAX);
    let boards_bytes = count.saturating_mul(BOARD_BYTES).saturating_add(32);
    HEAD_BYTES.saturating_add(boards_bytes).write(&mut input);
    let slots: Vec<_> = boards.iter().map(|(id, words)| slots_of(*id, words)).collect();
    write_items(&slots, &mut input);
    write_items(legs, &mut input);
    let pricer = store.wired(Place::Pricer)?;
    let data = view_bytes(store.vm(), pricer, valueCall::SELECTOR, &input)?;
    decode(&data).ok_or_else(|| failed(pricer, valueCall::SELECTOR))
}

fn money(bits: i128) -> Money {
    Money::from_fx(Fx::from_bits(bits))
}

fn exposure(bits: [i128; 16]) -> Exposure {
    Exposure::from_array(bits.map(money))
}

/// The skew reserve as it was last left.
pub fn reserve(store: &Store) -> SkewReserve {
    decode_reserve(&store.get(Place::Reserve))
}

/// The vault's cash less the skew reserve.
/// # Errors: NotWired, MarketNumberOutOfDomain
pub fn free_cash(store: &Store) -> Result<Atoms, Revert> {
    let clearing = store.wired(Place::Clearing)?;
    let cash: I256 = view(store.vm(), clearing, &IClearing::vaultCashCall {})?;
    atoms(cash)?.minus(reserve(store).balance).map_err(pricing_error)
}
