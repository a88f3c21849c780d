//! Quotes and trades: one path, from the legs to the price.

use alloy_primitives::{B256, I256, U256};
use equipoise_interfaces::{
    account, IClearing, IOracle, Leg, MarketDeadlinePassed, MarketSlippageExceeded, MarketSpotStale,
    MarketSurfaceStale, MarketVaultInsolvent, OptionTraded, Quote,
};
use equipoise_kit::number::{from_i128, from_u128, to_i128};
use equipoise_kit::{call, revert, view, Revert};
use equipoise_risk::book::{StrikeState, Valuation};
use equipoise_risk::capital::RiskCapital;
use equipoise_risk::collateral::worst_loss_ceil;
use equipoise_risk::limits::breach;
use equipoise_risk::parameters::Parameter;
use equipoise_risk::potential::RiskState;
use equipoise_risk::quote::{price, Charge, Priced};
use equipoise_risk::settlement::Holding;
use equipoise_risk::units::{times_floor, Atoms, Money, TokenScale};
use equipoise_risk::RiskError;
use stylus_sdk::prelude::*;

use crate::errors::{collateral_error, limit_error, pricing_error, signed_wad, unsigned_wad};
use crate::layout::stored_round;
use crate::live::{price_of, Live, LiveBoard, Spot};
use crate::store::Holdings;
use crate::Market;

const HOUR_SECS: u64 = 3_600;

/// A trade with its price, before anything is stored.
pub struct Offer {
    /// The market with the trade entered.
    pub live: Live,
    /// The book before and after.
    pub valuation: Valuation,
    /// Risk capital of this oracle round.
    pub capital: RiskCapital,
    /// The charge and what it leaves.
    pub priced: Priced,
    /// How the token counts.
    pub scale: TokenScale,
}

/// What an account holds of one board before and after a trade, and what it must keep for it.
struct AccountChange {
    board: u16,
    after: Holdings,
    lock_change: Atoms,
    is_closing: bool,
}

impl Market {
    /// Spot, checked by the oracle.
    /// # Errors: the oracle's, MarketNumberOutOfDomain
    pub(crate) fn spot(&self) -> Result<Spot, Revert> {
        let oracle = self.store.wired(&self.store.oracle)?;
        let answer = view(self.vm(), oracle, &IOracle::spotCall {})?;
        Ok(Spot {
            price: price_of(answer.priceWad)?,
            wad: answer.priceWad,
            round: answer.roundId.to::<u128>(),
            updated_at: answer.updatedAt,
        })
    }

    /// The market at this moment.
    pub(crate) fn live(&self) -> Result<Live, Revert> {
        Live::load(&self.store, self.spot()?, self.vm().block_timestamp())
    }

    /// The vault's cash and its net asset value: cash less the skew reserve, plus the book at mid marks.
    pub(crate) fn net_assets(&self, value: Money, scale: TokenScale) -> Result<(Atoms, Money), Revert> {
        let clearing = self.store.wired(&self.store.clearing)?;
        let cash = view(self.vm(), clearing, &IClearing::vaultCashCall {})?;
        let cash = atoms(cash)?;
        let free = cash.minus(self.store.reserve().balance).map_err(pricing_error)?;
        let nav = scale.money_floor(free).and_then(|free| free.plus(value)).map_err(pricing_error)?;
        Ok((cash, nav))
    }

    /// Risk capital, frozen anew if the oracle is in a new round.
    pub(crate) fn risk_capital(&self, live: &Live, value: Money, scale: TokenScale) -> Result<RiskCapital, Revert> {
        let capital = self.store.capital();
        let round = stored_round(live.spot.round);
        if capital.round == round {
            return Ok(capital);
        }
        let (_, nav) = self.net_assets(value, scale)?;
        capital.at(round, live.now, nav).map_err(pricing_error)
    }

    /// Prices a trade. Both `quote` and `trade` go through here.
    /// # Errors: those of the legs, of the oracle, MarketVaultInsolvent, MarketNumberOutOfDomain
    pub(crate) fn offer(&self, legs: &[Leg]) -> Result<Offer, Revert> {
        let mut live = self.live()?;
        live.enter(legs)?;
        let valuation = live.value()?;
        let scale = self.store.scale()?;
        let capital = self.risk_capital(&live, valuation.before.value, scale)?;
        let state = RiskState::new(capital.frozen, live.directory.variance, &live.parameters);
        let state = state.map_err(|error| match error {
            RiskError::NoCapital => revert(&MarketVaultInsolvent { navWad: signed_wad(capital.frozen.fx()) }),
            other => pricing_error(other),
        })?;
        let priced = price(&valuation, &state, self.store.reserve(), live.now, scale).map_err(pricing_error)?;
        Ok(Offer { live, valuation, capital, priced, scale })
    }

    /// Trades at the quoted price for the caller's first account.
    /// # Errors: those of [`Market::offer`], of the deadline, the limit, the account's collateral, the
    /// vault's limits and the cash ledger
    pub(crate) fn execute(&mut self, legs: Vec<Leg>, max_cost: I256, deadline: u64) -> Result<I256, Revert> {
        let now = self.vm().block_timestamp();
        if now > deadline {
            return Err(revert(&MarketDeadlinePassed { deadline, nowAt: now }));
        }
        let offer = self.offer(&legs)?;
        let cost = offer.priced.charge.cost().map_err(pricing_error)?;
        if from_i128(cost.count()) > max_cost {
            return Err(revert(&MarketSlippageExceeded { costAtoms: from_i128(cost.count()), maxCostAtoms: max_cost }));
        }
        let account = account::of(self.vm().msg_sender());
        let changes = self.account_changes(account, &offer)?;
        if !changes.iter().all(|change| change.is_closing) {
            check_open(&offer)?;
        }
        let lock = changes.iter().try_fold(Atoms::ZERO, |sum, change| sum.plus(change.lock_change));
        let lock = lock.map_err(pricing_error)?;
        self.store_trade(account, &offer, &changes)?;
        let record = IClearing::recordTradeCall {
            account,
            costAtoms: from_i128(cost.count()),
            lockChangeAtoms: from_i128(lock.count()),
        };
        let clearing = self.store.wired(&self.store.clearing)?;
        let vault_cash = call(self, clearing, &record)?;
        self.log_trade(account, legs, &offer, vault_cash);
        Ok(from_i128(cost.count()))
    }

    fn account_changes(&self, account: B256, offer: &Offer) -> Result<Vec<AccountChange>, Revert> {
        let touched = |board: &&LiveBoard| board.strikes.iter().any(StrikeState::is_traded);
        let mut changes = Vec::new();
        for board in offer.live.boards.iter().filter(touched) {
            let count = u8::try_from(board.strikes.len()).unwrap_or(u8::MAX);
            let before = self.store.position(account, board.id, count);
            let change = AccountChange::new(board, &before, offer.scale);
            changes.push(change.map_err(collateral_error(account, board.id))?);
        }
        Ok(changes)
    }

    fn store_trade(&mut self, account: B256, offer: &Offer, changes: &[AccountChange]) -> Result<(), Revert> {
        for change in changes {
            self.store.set_position(account, change.board, &change.after)?;
            if let Some(board) = offer.live.boards.iter().find(|board| board.id == change.board) {
                let held: Result<Holdings, RiskError> = board.strikes.iter().map(StrikeState::held_after).collect();
                self.store.set_inventory(board.id, &held.map_err(pricing_error)?);
            }
        }
        self.store.set_reserve(&offer.priced.reserve)?;
        self.store.set_capital(&offer.capital)
    }

    fn log_trade(&self, account: B256, legs: Vec<Leg>, offer: &Offer, vault_cash: I256) {
        let after = &offer.valuation.after;
        self.vm().log(OptionTraded {
            account,
            legs,
            quoted: quote_of(offer),
            vaultCashAtoms: vault_cash,
            dollarDeltaWad: signed_wad(after.dollar_delta.fx()),
            vegaWad: signed_wad(after.weighted_vega().unwrap_or_default().fx()),
            penaltyWad: unsigned_wad(offer.priced.penalty.charged.fx()),
            skewReserveAtoms: unsigned(offer.priced.reserve.balance),
        });
    }
}

impl AccountChange {
    fn new(board: &LiveBoard, before: &[Holding], scale: TokenScale) -> Result<Self, RiskError> {
        let mut after = Vec::with_capacity(before.len());
        let mut is_closing = true;
        for (held, traded) in before.iter().zip(&board.strikes) {
            let next = Holding {
                strike: held.strike,
                calls: held.calls.plus(traded.bought_calls)?,
                puts: held.puts.plus(traded.bought_puts)?,
            };
            is_closing &= held.calls.is_reduced_by_going_to(next.calls) && held.puts.is_reduced_by_going_to(next.puts);
            after.push(next);
        }
        let lock = |held: &[Holding]| scale.atoms_ceil(worst_loss_ceil(held)?);
        let lock_change = lock(&after)?.minus(lock(before)?)?;
        Ok(Self { board: board.id, after, lock_change, is_closing })
    }
}

/// What a trade must meet that does not only close: fresh prices, and the vault's limits.
fn check_open(offer: &Offer) -> Result<(), Revert> {
    let live = &offer.live;
    let max_age = |parameter| -> Result<u64, Revert> {
        let hours = live.parameters.number(parameter).map_err(pricing_error)?;
        let secs = times_floor(hours, HOUR_SECS).map_err(pricing_error)?;
        Ok(u64::try_from(secs).unwrap_or(u64::MAX))
    };
    let max_spot_age = max_age(Parameter::MaxSpotAgeHours)?;
    if live.now.saturating_sub(live.spot.updated_at) > max_spot_age {
        return Err(revert(&MarketSpotStale { updatedAt: live.spot.updated_at, maxAgeSecs: max_spot_age }));
    }
    let max_surface_age = max_age(Parameter::MaxSurfaceAgeHours)?;
    let observed_at = live.directory.surface_at;
    if live.now.saturating_sub(observed_at) > max_surface_age {
        return Err(revert(&MarketSurfaceStale { observedAt: observed_at, maxAgeSecs: max_surface_age }));
    }
    let valuation = &offer.valuation;
    let broken = breach(&valuation.before, &valuation.after, offer.capital.frozen, &live.parameters);
    match broken.map_err(pricing_error)? {
        Some(breach) => Err(limit_error(&breach)),
        None => Ok(()),
    }
}

/// A quote as the ABI shows it.
pub fn quote_of(offer: &Offer) -> Quote {
    let Charge { mid, skew, spread, fee } = offer.priced.charge;
    let cost = offer.priced.charge.cost().unwrap_or_default();
    Quote {
        costAtoms: from_i128(cost.count()),
        midAtoms: from_i128(mid.count()),
        skewAtoms: from_i128(skew.count()),
        spreadAtoms: unsigned(spread),
        feeAtoms: unsigned(fee),
        spotWad: offer.live.spot.wad,
    }
}

/// Atoms of the ABI.
/// # Errors: MarketNumberOutOfDomain
pub fn atoms(amount: I256) -> Result<Atoms, Revert> {
    to_i128(amount).map(Atoms::new).ok_or_else(|| pricing_error(RiskError::Overflow))
}

/// Atoms that are not negative, for the ABI.
pub fn unsigned(amount: Atoms) -> U256 {
    from_u128(amount.count().max(0).unsigned_abs())
}
