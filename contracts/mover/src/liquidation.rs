//! What the clearing house has done with the positions of accounts that cannot meet their margin.

use alloy_primitives::{B256, I256, U256};
use alloy_sol_types::SolEvent;
use equipoise_interfaces::words::{words_of, ToWords};
use equipoise_interfaces::IMarketMargin::takeOverReturn;
use equipoise_interfaces::{
    MarketAccountUnsettled, MarketVaultCashShort, Moment, Offer, PositionsClosed, PositionsMoved, PositionsTakenOver,
};
use equipoise_kit::lean::{emit, revert};
use equipoise_kit::Revert;
use equipoise_market_state::assessment::assess;
use equipoise_market_state::convert::{atoms, signed, unsigned};
use equipoise_market_state::errors::{number_error, pricing_error, require_openable};
use equipoise_market_state::interest::count_matched;
use equipoise_market_state::layout::{encode_holdings, BoardState, BoardWords, Frozen, Trading};
use equipoise_market_state::snapshot::{as_signed, log_priced, FreeCash, Sight, Snapshot};
use equipoise_market_state::store::{fits, Place, Store};
use equipoise_math::Fx;
use equipoise_risk::clock::{phase, Phase};
use equipoise_risk::settlement::Holding;
use equipoise_risk::toxicity::Amount;
use equipoise_risk::units::{Atoms, Lots};
use equipoise_risk::RiskError;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::begun::Begun;
use crate::positions::sale_of;

/// Moves a share of every position to a bidder.
/// # Returns: as `moveShare` of [`equipoise_interfaces::IMarketMargin`], encoded
/// # Rounding: each position up to whole lots
/// # Errors: MarketTooManyBoards, MarketNumberOutOfDomain, the oracle's, the assessor's
pub fn move_share(store: &mut Store, [from, to]: [B256; 2], share: i128) -> ArbResult {
    let boards: Vec<u16> = store.account_boards(from).ids().collect();
    for board in boards {
        move_lots(store, board, (from, Some(to)), &|mine, _| mine.share_ceil(Fx::from_bits(share)))?;
    }
    let Sight { moment, .. } = Sight::of(store)?;
    emit(store.vm(), &[PositionsMoved::SIGNATURE_HASH, from, to], &words_of(&share));
    let mut answer = Vec::new();
    show_left(store, &moment, [from, to], &mut answer)?;
    Ok(answer)
}

/// Moves all positions of an account into the vault's book, at mid less what the vault asks of a trade: the charge for
/// risk, no rebate, and half the spread.
/// # Errors: MarketAccountUnsettled, MarketBoardClosed, MarketSettlementPending, the vault's limits and MarketVaultCashShort
pub fn take_over(store: &mut Store, account: B256, vault_cash: I256) -> Result<takeOverReturn, Revert> {
    let mut legs = Vec::new();
    for board in store.account_boards(account).ids() {
        if matches!(store.header(board)?.state, BoardState::Settled { .. }) {
            return Err(revert(&MarketAccountUnsettled { account, board }));
        }
        sale_of(board, &store.holdings(board, Some(account))?, &mut legs);
    }
    let snapshot = Snapshot::load(store, None, &[], FreeCash::Told(vault_cash))?;
    let mut offer = snapshot.price(store, &legs)?;
    require_openable(offer.refusal, offer.measured, offer.most)?;

    let terms = Terms::new(&offer).map_err(pricing_error)?;
    let left = atoms(vault_cash)?.minus(terms.paid().map_err(pricing_error)?).map_err(pricing_error)?;
    let required = as_signed(offer.cashToOpenAtoms);
    if left < atoms(required)? {
        let left = signed(left);
        return Err(revert(&MarketVaultCashShort { vaultCashAtoms: left, requiredAtoms: offer.cashToOpenAtoms }));
    }
    give_to_vault(store, account)?;
    keep_taken_over(store, &mut offer)?;
    log_priced(store, [PositionsTakenOver::SIGNATURE_HASH, account], &legs, &offer, vault_cash);
    terms.shown(store)
}

/// Keeps what a takeover leaves. Nobody is paid the rebate, so it stays in the reserve; and what the vault takes is no flow
/// of traders who know where the price goes.
/// # Errors: MarketNumberOutOfDomain
fn keep_taken_over(store: &mut Store, offer: &mut Offer) -> Result<(), Revert> {
    let is_same_round = Frozen::round_of(&store.get(Place::Frozen)) == Frozen::round_of(&offer.frozen.0);
    let before = Trading::decode(&store.get(Place::Trading));
    let mut trading = Trading::decode(&offer.trading.0);
    let rebate = atoms(offer.quoted.skewAtoms)?.min(Atoms::ZERO);
    trading.reserve = trading.reserve.without(rebate).map_err(pricing_error)?;
    trading.flow = if is_same_round { before.flow } else { Amount::ZERO };
    offer.trading = B256::new(fits(trading.encode(), 0)?);
    offer.skewReserveAtoms = unsigned(trading.reserve.balance);
    store.keep_offer(offer);
    Ok(())
}

/// What the vault pays for an account's options, and why.
struct Terms {
    value: Atoms,
    risk: Atoms,
    spread: Atoms,
}

impl Terms {
    fn new(offer: &Offer) -> Result<Self, RiskError> {
        let quoted = &offer.quoted;
        let number = |amount| atoms(amount).map_err(|_| RiskError::Overflow);
        Ok(Self {
            value: number(quoted.midAtoms)?.negated()?,
            risk: number(quoted.skewAtoms)?.max(Atoms::ZERO),
            spread: number(as_signed(quoted.spreadAtoms))?,
        })
    }

    fn paid(&self) -> Result<Atoms, RiskError> {
        self.value.minus(self.risk)?.minus(self.spread)
    }

    /// # Rounding: the value down, the charges up
    fn shown(&self, store: &Store) -> Result<takeOverReturn, Revert> {
        let scale = store.scale()?;
        let floor = |amount: Atoms| scale.money_floor(amount).map(|money| money.fx().to_bits());
        let ceil = |amount: Atoms| floor(amount.negated()?).map(i128::wrapping_neg);
        let shown = || {
            Ok(takeOverReturn {
                valueX64: floor(self.value)?,
                riskChargeX64: ceil(self.risk)?,
                spreadX64: ceil(self.spread)?,
            })
        };
        shown().map_err(pricing_error)
    }
}

/// Adds all that an account holds to the vault's book.
fn give_to_vault(store: &mut Store, account: B256) -> Result<(), Revert> {
    let boards: Vec<u16> = store.account_boards(account).ids().collect();
    for board in boards {
        move_lots(store, board, (account, None), &|mine, _| mine)?;
    }
    Ok(())
}

/// Closes what an account and its counter hold on opposite sides of one series, as far as both go, in every board
/// that trades: once a settlement average runs, marks no longer say what will be paid.
/// # Returns: as `deleverage` of [`equipoise_interfaces::IMarketMargin`], encoded
/// # Errors: MarketNumberOutOfDomain, the oracle's, the assessor's
pub fn deleverage(store: &mut Store, [account, counter]: [B256; 2]) -> ArbResult {
    let Sight { moment, .. } = Sight::of(store)?;
    let common: Vec<u16> = store.account_boards(account).ids().collect();
    let mut given_up = Vec::with_capacity(common.len());
    for board in common {
        if phase(moment.nowAt, store.header(board)?.expiry) != Phase::Open {
            continue;
        }
        let closed = move_lots(store, board, (account, Some(counter)), &Lots::closed_by)?;
        let mut words = store.held_words(board, account);
        words.position = encode_holdings(&closed);
        given_up.push((board, words));
    }
    let value = mark(store, &moment, &given_up)?;
    emit(store.vm(), &[PositionsClosed::SIGNATURE_HASH, account, counter], &words_of(&value));
    let mut answer = words_of(&value);
    show_left(store, &moment, [account, counter], &mut answer)?;
    Ok(answer)
}

#[inline(never)]
fn mark(store: &Store, moment: &Moment, boards: &[(u16, BoardWords)]) -> Result<i128, Revert> {
    Ok(assess(store, moment, boards)?.markX64)
}

/// Appends what two accounts are left with: the margin of each, then what each holds. One after the other, for
/// a margin takes a kilobyte of the stack and each copy another.
fn show_left(store: &Store, moment: &Moment, accounts: [B256; 2], answer: &mut Vec<u8>) -> Result<(), Revert> {
    let mut begun = Begun::default();
    for account in accounts {
        show_margin(store, moment, (account, &mut begun), answer)?;
    }
    for account in accounts {
        store.account_boards(account).holds().number().write(answer);
    }
    Ok(())
}

#[inline(never)]
fn show_margin(
    store: &Store,
    moment: &Moment,
    (account, begun): (B256, &mut Begun),
    answer: &mut Vec<u8>,
) -> Result<(), Revert> {
    begun.margin_of(store, moment, account)?.write(answer);
    Ok(())
}

/// Moves lots of every series of a board from an account to another, or to the vault if none is named: as many as `part`
/// says of what each side has.
/// # Returns: what was moved
/// # Errors: MarketTooManyBoards, MarketNumberOutOfDomain
fn move_lots(
    store: &mut Store,
    board: u16,
    (from, to): (B256, Option<B256>),
    part: &dyn Fn(Lots, Lots) -> Lots,
) -> Result<Vec<Holding>, Revert> {
    let mut kept = store.holdings(board, Some(from))?;
    let mut taken = store.holdings(board, to)?;
    let mut moved = Vec::with_capacity(kept.len());
    for (mine, his) in kept.iter_mut().zip(&mut taken) {
        let (calls, puts) = (part(mine.calls, his.calls), part(mine.puts, his.puts));
        let less = |lots| Lots::ZERO.minus(lots).map_err(number_error(board));
        *mine = mine.plus(less(calls)?, less(puts)?).map_err(number_error(board))?;
        *his = his.plus(calls, puts).map_err(number_error(board))?;
        moved.push(Holding { calls, puts, ..mine.emptied() });
    }
    let given = store.set_holdings(board, Some(from), &kept)?;
    let received = store.set_holdings(board, to, &taken)?;
    // It only shrinks, which no price is asked for.
    count_matched(store, board, given.saturating_add(received), U256::ZERO)?;
    Ok(moved)
}
