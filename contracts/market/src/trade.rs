//! Quotes and trades, on one path: value, price, check, store, pay, emit.

use alloy_primitives::{B256, I256, U256};
use alloy_sol_types::SolEvent;
use equipoise_interfaces::series::{Series, MAX_LEGS};
use equipoise_interfaces::words::{write_array, ToWords};
use equipoise_interfaces::{
    account, IClearing, Leg, MarketDeadlinePassed, MarketLegsCount, MarketShortCallUncovered, MarketSlippageExceeded,
    MarketTooManyBoards, MarketVaultCashShort, MarketVaultInsolvent, OptionTraded, Quote,
};
use equipoise_kit::lean::{call, emit, revert};
use equipoise_kit::number::from_i128;
use equipoise_kit::Revert;
use equipoise_market_state::convert::{lots_of, signed, signed_wad, unsigned, unsigned_wad};
use equipoise_market_state::errors::{limit_error, number_error, pricing_error};
use equipoise_market_state::layout::{
    decode_holdings, encode_capital, encode_holdings, encode_reserve, with_board, BoardWords, Slot, ACCOUNT_BOARDS,
};
use equipoise_market_state::store::{fits, Place, Store};
use equipoise_math::Fx;
use equipoise_risk::book::Measure;
use equipoise_risk::capital::RiskCapital;
use equipoise_risk::collateral::{worst_loss_ceil, WorstLoss};
use equipoise_risk::limits::{breach, LIQUID_SHARE};
use equipoise_risk::potential::RiskState;
use equipoise_risk::quote::{price, Charge, Priced};
use equipoise_risk::settlement::Holding;
use equipoise_risk::units::{Atoms, Lots, TokenScale, LOT_WAD};
use equipoise_risk::RiskError;
use stylus_sdk::prelude::*;

use crate::book::{reserve, LiveBook};

/// A trade with its price, before anything is stored.
pub struct Offer {
    book: LiveBook,
    capital: RiskCapital,
    priced: Priced,
    cost: Atoms,
}

/// Prices a trade. Both `quote` and `trade` go through here.
/// # Errors: MarketLegsCount, MarketVaultInsolvent, those of [`LiveBook::load`]
fn offer(store: &Store, account: Option<B256>, legs: &[Leg]) -> Result<Offer, Revert> {
    if legs.is_empty() {
        return Err(revert(&MarketLegsCount { count: U256::ZERO, maximum: U256::from(MAX_LEGS) }));
    }
    let book = LiveBook::load(store, account, legs)?;
    let capital = book.risk_capital(store)?;
    let state = RiskState::new(capital.frozen, book.directory.variance, &book.parameters);
    let state = state.map_err(|error| match error {
        RiskError::NoCapital => revert(&MarketVaultInsolvent { navWad: signed_wad(capital.frozen.fx()) }),
        other => pricing_error(other),
    })?;
    let kept = (reserve(store), book.now);
    let priced = price((&book.before, &book.after), &book.package, &state, kept, book.scale);
    let priced = priced.map_err(pricing_error)?;
    let cost = priced.charge.cost().map_err(pricing_error)?;
    Ok(Offer { book, capital, priced, cost })
}

/// What legs would cost now.
/// # Errors: as [`execute`], but for those of an account, of stale prices and of the vault's limits
pub fn quote(store: &Store, legs: &[Leg]) -> Result<Quote, Revert> {
    offer(store, None, legs).map(|offer| quote_of(&offer))
}

/// Trades at the quoted price for the caller's first account.
/// # Errors: MarketDeadlinePassed, MarketSlippageExceeded; those of the legs, of the account's collateral,
/// of stale prices, of the vault's limits, of the oracle and of the ledger
pub fn execute(store: &mut Store, legs: &[Leg], max_cost: I256, deadline: u64) -> Result<I256, Revert> {
    let now = store.vm().block_timestamp();
    if now > deadline {
        return Err(revert(&MarketDeadlinePassed { deadline, nowAt: now }));
    }
    let account = account::of(store.vm().msg_sender());
    let offer = offer(store, Some(account), legs)?;
    let cost = signed(offer.cost);
    if cost > max_cost {
        return Err(revert(&MarketSlippageExceeded { costAtoms: cost, maxCostAtoms: max_cost }));
    }
    let mut lock_change = Atoms::ZERO;
    let mut is_closing = true;
    for (id, words) in &offer.book.boards {
        let mine: Vec<_> = legs.iter().filter(|leg| leg.series >> 8 == u32::from(*id)).collect();
        if !mine.is_empty() {
            let change = Change::new(account, *id, words, &mine, &offer.book)?;
            change.keep(store, account)?;
            lock_change = lock_change.plus(change.lock).map_err(number_error(*id))?;
            is_closing &= change.is_closing;
        }
    }
    if !is_closing {
        check_open(&offer)?;
    }
    store.set(Place::Reserve, fits(encode_reserve(&offer.priced.reserve), 0)?);
    store.set(Place::Capital, fits(encode_capital(&offer.capital), 0)?);
    let record = IClearing::recordTradeCall { account, costAtoms: cost, lockChangeAtoms: signed(lock_change) };
    let clearing = store.wired(Place::Clearing)?;
    let vault_cash = call(store, clearing, &record)?;
    if cost < I256::ZERO {
        check_cash(&offer, is_closing, vault_cash)?;
    }
    log_trade(store, account, legs, &offer, vault_cash)?;
    Ok(cost)
}

/// What a trade makes of one board: the vault's inventory, the account's position and what it must keep more.
struct Change {
    board: u16,
    inventory: Vec<Holding>,
    position: Vec<Holding>,
    lock: Atoms,
    is_closing: bool,
}

impl Change {
    fn new(account: B256, board: u16, words: &BoardWords, legs: &[&Leg], book: &LiveBook) -> Result<Self, Revert> {
        let mut inventory = decode_holdings(words, &words.inventory, book.strike_shift);
        let before = decode_holdings(words, &words.position, book.strike_shift);
        let mut position = before.clone();
        for leg in legs {
            let Some(series) = Series::from_id(leg.series) else { continue };
            let place = usize::from(series.strike);
            let lots = lots_of(leg.sizeWad)?;
            let sold = Lots::ZERO.minus(lots).map_err(number_error(board))?;
            buy(&mut position, place, series.is_put, lots).map_err(number_error(board))?;
            buy(&mut inventory, place, series.is_put, sold).map_err(number_error(board))?;
        }
        let reduces = |(held, next): (&Holding, &Holding)| {
            held.calls.is_reduced_by_going_to(next.calls) && held.puts.is_reduced_by_going_to(next.puts)
        };
        let is_closing = before.iter().zip(&position).all(reduces);
        let lock = lock_of(account, board, &position, book.scale)?;
        let lock = lock.minus(lock_of(account, board, &before, book.scale)?).map_err(number_error(board))?;
        Ok(Self { board, inventory, position, lock, is_closing })
    }

    /// Stores it. Slots that did not change cost nothing: the host drops such writes.
    fn keep(&self, store: &mut Store, account: B256) -> Result<(), Revert> {
        let used = self.position.len().div_ceil(4);
        let pack = |held: &[Holding]| -> Vec<Slot> { encode_holdings(held).into_iter().take(used).collect() };
        store.set_inventory(self.board, &pack(&self.inventory));
        store.set_position(account, self.board, &pack(&self.position));
        let is_held = self.position.iter().any(|held| !held.is_empty());
        let boards = with_board(&store.account_boards(account), self.board, is_held);
        store.set_account_boards(account, boards.ok_or_else(too_many_boards)?);
        Ok(())
    }
}

fn buy(held: &mut [Holding], place: usize, is_put: bool, lots: Lots) -> Result<(), RiskError> {
    let holding = held.get_mut(place).ok_or(RiskError::Overflow)?;
    let (calls, puts) = if is_put { (Lots::ZERO, lots) } else { (lots, Lots::ZERO) };
    *holding = holding.plus(calls, puts)?;
    Ok(())
}

/// What an account must keep for its positions in a board: all that they can lose.
/// # Rounding: up. Errors: MarketShortCallUncovered, MarketNumberOutOfDomain
fn lock_of(account: B256, board: u16, held: &[Holding], scale: TokenScale) -> Result<Atoms, Revert> {
    match worst_loss_ceil(held).map_err(number_error(board))? {
        WorstLoss::Bounded(loss) => scale.atoms_ceil(loss).map_err(number_error(board)),
        WorstLoss::Unbounded(net_calls) => {
            let net_calls = i128::from(net_calls).saturating_mul(LOT_WAD);
            Err(revert(&MarketShortCallUncovered { account, board, netCallsWad: from_i128(net_calls) }))
        }
    }
}

/// What a trade must meet that does not only close: fresh prices, and the vault's limits.
fn check_open(offer: &Offer) -> Result<(), Revert> {
    let book = &offer.book;
    book.require_fresh()?;
    match breach(&book.before, &book.after, offer.capital.frozen, &book.parameters).map_err(pricing_error)? {
        Some(breach) => Err(limit_error(&breach)),
        None => Ok(()),
    }
}

/// Fails if a trade that the vault pays for leaves it without the cash for what it may owe, and, unless it only
/// closes, for LPs that want to leave.
/// # Errors: MarketVaultCashShort, MarketNumberOutOfDomain
fn check_cash(offer: &Offer, is_closing: bool, cash: I256) -> Result<(), Revert> {
    let liquid = if is_closing { Fx::ZERO } else { LIQUID_SHARE };
    let required = offer.capital.frozen.scaled_floor(liquid).and_then(|liquid| liquid.plus(offer.book.may_owe));
    let required = required.and_then(|required| offer.book.scale.atoms_ceil(required)).map_err(pricing_error)?;
    if cash < signed(required) {
        return Err(revert(&MarketVaultCashShort { vaultCashAtoms: cash, requiredAtoms: unsigned(required) }));
    }
    Ok(())
}

fn quote_of(offer: &Offer) -> Quote {
    let Charge { mid, skew, spread, fee } = offer.priced.charge;
    Quote {
        costAtoms: signed(offer.cost),
        midAtoms: signed(mid),
        skewAtoms: signed(skew),
        spreadAtoms: unsigned(spread),
        feeAtoms: unsigned(fee),
        spotWad: offer.book.spot_wad,
    }
}

/// Words of `OptionTraded` before its legs: a quote, five numbers, and where the legs begin.
const TRADE_HEAD_WORDS: u64 = 12;

fn log_trade(store: &Store, account: B256, legs: &[Leg], offer: &Offer, vault_cash: I256) -> Result<(), Revert> {
    let after = &offer.book.after;
    let vega = after.weighted_vega().map_err(pricing_error)?;
    let mut data = Vec::new();
    quote_of(offer).write(&mut data);
    vault_cash.write(&mut data);
    signed_wad(after.of(Measure::DollarDelta).fx()).write(&mut data);
    signed_wad(vega.fx()).write(&mut data);
    unsigned_wad(offer.priced.penalty.charged.fx()).write(&mut data);
    unsigned(offer.priced.reserve.balance).write(&mut data);
    write_array(TRADE_HEAD_WORDS, legs, &mut data);
    emit(store.vm(), &[OptionTraded::SIGNATURE_HASH, account], &data);
    Ok(())
}

#[cold]
fn too_many_boards() -> Revert {
    revert(&MarketTooManyBoards { maximum: U256::from(ACCOUNT_BOARDS) })
}
