//! Quotes and trades, on one path: value, price, check, store, pay, emit.

use alloy_primitives::{B256, I256};
use alloy_sol_types::SolEvent;
use equipoise_interfaces::account::Holds;
use equipoise_interfaces::series::Series;
use equipoise_interfaces::{
    IClearing, Leg, MarketDeadlinePassed, MarketSlippageExceeded, MarketVaultCashShort, Offer, OptionTraded, Quote,
};
use equipoise_kit::lean::{call, revert};
use equipoise_kit::lock::require_unlocked;
use equipoise_kit::Revert;
use equipoise_market_state::assessment::margin_of;
use equipoise_market_state::convert::{lots_of, price_of, signed_wad, unsigned_wad};
use equipoise_market_state::effect::{report, Effect};
use equipoise_market_state::errors::{number_error, require_legs, require_openable, Refusal};
use equipoise_market_state::interest::count_matched;
use equipoise_market_state::layout::{decode_holdings, decode_parameters, BoardWords, Frozen};
use equipoise_market_state::snapshot::{as_signed, log_priced, FreeCash, Snapshot};
use equipoise_market_state::store::{Place, Store};
use equipoise_market_state::takings;
use equipoise_market_state::watch::{look_again, observe, require_tradable};
use equipoise_risk::limits::short_breach;
use equipoise_risk::settlement::Holding;
use equipoise_risk::units::Lots;
use equipoise_risk::RiskError;
use stylus_sdk::prelude::*;

/// Prices a trade. Both `quote` and `trade` go through here.
/// # Errors: MarketLegsCount, those of the valuer and of the pricer
fn offer(store: &Store, snapshot: &Snapshot, legs: &[Leg]) -> Result<Offer, Revert> {
    require_legs(legs)?;
    snapshot.price(store, legs)
}

/// What legs would cost now.
/// # Errors: ProgramsLocked; as [`execute`], but for those of an account, of stale prices and of the vault's limits
pub fn quote(store: &Store, legs: &[Leg]) -> Result<Quote, Revert> {
    require_unlocked(store.vm(), store.wired(Place::Clearing)?)?;
    let snapshot = Snapshot::load(store, None, legs, FreeCash::ForTrade)?;
    offer(store, &snapshot, legs).map(|offer| offer.quoted)
}

/// Trades at the quoted price for an account that the caller owns or operates, of which the ledger makes sure.
/// # Inputs: what it may cost at most, and until when
/// # Errors: MarketDeadlinePassed, MarketSlippageExceeded, MarketReduceOnly, MarketHalted; those of the legs, of stale prices, of the vault's limits, of
/// the oracle, and of the ledger, the account's margin among them
pub fn execute(
    store: &mut Store,
    account: B256,
    legs: &[Leg],
    (max_cost, deadline): (I256, u64),
) -> Result<I256, Revert> {
    let now = store.vm().block_timestamp();
    if now > deadline {
        return Err(revert(&MarketDeadlinePassed { deadline, nowAt: now }));
    }
    look_again(store)?;
    let snapshot = Snapshot::load(store, Some(account), legs, FreeCash::ForTrade)?;
    let mut offer = offer(store, &snapshot, legs)?;
    let cost = offer.quoted.costAtoms;
    if cost > max_cost {
        return Err(revert(&MarketSlippageExceeded { costAtoms: cost, maxCostAtoms: max_cost }));
    }
    let mut changes = changes(store, &snapshot, legs)?;
    let effect = changes.iter().map(|(_, change)| change.effect).max().unwrap_or(Effect::Unwinds);
    let is_closing = effect != Effect::Opens;
    require_tradable(store, &snapshot, snapshot.state, is_closing)?;
    if !is_closing {
        require_openable(offer.refusal, offer.measured, offer.most)?;
        require_short_within(&snapshot, &offer, &changes)?;
    }
    let state = observe(store, &snapshot, &mut offer)?;
    require_tradable(store, &snapshot, state, is_closing)?;
    for (id, change) in &mut changes {
        let sold = store.set_holdings(*id, None, &change.inventory)?;
        let bought = store.set_holdings(*id, Some(account), &change.position)?;
        change.matched = sold.saturating_add(bought);
    }
    takings::count(store, &snapshot, &offer);
    store.keep_offer(&offer);
    let report = report(store, &snapshot.sight.moment, account, effect)?;
    let caller = store.vm().msg_sender();
    let mut record = IClearing::recordTradeCall { account, caller, costAtoms: cost, report };
    let clearing = store.wired(Place::Clearing)?;
    let vault_cash = match call(store, clearing, &record) {
        // Longs that are kept stand against a debt, which few have: their margin is computed for those alone.
        Err(_) if is_closing && record.report.holds == Holds::Longs.number() => {
            record.report.margin = margin_of(store, &snapshot.sight.moment, account)?;
            call(store, clearing, &record)?
        }
        recorded => recorded?,
    };
    for (id, change) in &changes {
        count_matched(store, *id, change.matched, snapshot.sight.moment.spotWad)?;
    }
    let required = if is_closing { offer.cashToCloseAtoms } else { offer.cashToOpenAtoms };
    // only a trade that the vault pays for can leave it short
    if cost < I256::ZERO && vault_cash < as_signed(required) {
        return Err(revert(&MarketVaultCashShort { vaultCashAtoms: vault_cash, requiredAtoms: required }));
    }
    log_priced(store, [OptionTraded::SIGNATURE_HASH, account], legs, &offer, vault_cash);
    Ok(cost)
}

/// What a trade makes of each board that it is in.
fn changes(store: &Store, snapshot: &Snapshot, legs: &[Leg]) -> Result<Vec<(u16, Change)>, Revert> {
    let strike_shift = store.scales().1;
    let mut changes = Vec::new();
    for (id, words) in &snapshot.boards {
        let mine: Vec<_> = legs.iter().filter(|leg| leg.series >> 8 == u32::from(*id)).collect();
        if !mine.is_empty() {
            changes.push((*id, Change::new(*id, words, &mine, strike_shift)?));
        }
    }
    Ok(changes)
}

/// Fails if the vault would be short too much of a series of which it sells.
/// # Errors: MarketShortSeriesLimitExceeded
fn require_short_within(snapshot: &Snapshot, offer: &Offer, changes: &[(u16, Change)]) -> Result<(), Revert> {
    let spot = price_of(snapshot.sight.moment.spotWad)?;
    let capital = Frozen::decode(&offer.frozen.0).capital.frozen;
    let parameters = decode_parameters(&snapshot.sight.moment.parameters.map(|slot| slot.0));
    for (id, change) in changes {
        let books = (&change.inventory_before[..], &change.inventory[..]);
        if let Some(breach) = short_breach(books, spot, capital, &parameters).map_err(number_error(*id))? {
            let (value, limit) = (signed_wad(breach.value.fx()), unsigned_wad(breach.limit.fx()));
            return require_openable(Refusal::of_limit(breach.limit_of).number(), value, limit);
        }
    }
    Ok(())
}

/// What a trade makes of one board: the vault's inventory and the account's position.
struct Change {
    inventory_before: Vec<Holding>,
    inventory: Vec<Holding>,
    position: Vec<Holding>,
    effect: Effect,
    /// By how many lots the board's matched open interest grows, once it is stored.
    matched: i64,
}

impl Change {
    fn new(board: u16, words: &BoardWords, legs: &[&Leg], strike_shift: u8) -> Result<Self, Revert> {
        let inventory_before = decode_holdings(words, &words.inventory, strike_shift);
        let mut inventory = inventory_before.clone();
        let before = decode_holdings(words, &words.position, strike_shift);
        let mut position = before.clone();
        for leg in legs {
            let Some(series) = Series::from_id(leg.series) else { continue };
            let place = usize::from(series.strike);
            let lots = lots_of(leg.sizeWad)?;
            let sold = Lots::ZERO.minus(lots).map_err(number_error(board))?;
            buy(&mut position, place, series.is_put, lots).map_err(number_error(board))?;
            buy(&mut inventory, place, series.is_put, sold).map_err(number_error(board))?;
        }
        let pairs = before.iter().zip(&position);
        let effects =
            pairs.map(|(held, next)| Effect::of(held.calls, next.calls).max(Effect::of(held.puts, next.puts)));
        let effect = effects.max().unwrap_or(Effect::Unwinds);
        Ok(Self { inventory_before, inventory, position, effect, matched: 0 })
    }
}

fn buy(held: &mut [Holding], place: usize, is_put: bool, lots: Lots) -> Result<(), RiskError> {
    let holding = held.get_mut(place).ok_or(RiskError::Overflow)?;
    let (calls, puts) = if is_put { (Lots::ZERO, lots) } else { (lots, Lots::ZERO) };
    *holding = holding.plus(calls, puts)?;
    Ok(())
}
