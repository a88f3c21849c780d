//! A bid: it moves a share of an account's positions and cash to the bidder, and the price the other way.

use alloc::vec::Vec;

use alloy_primitives::{B256, I256};
use equipoise_clearing_state::amounts::{atoms_ceil, atoms_floor, minus, number_error, out_of_domain, plus, shown};
use equipoise_clearing_state::assessment::{total, Assessment};
use equipoise_clearing_state::auction::{auction_revert, close, is_over, running, store};
use equipoise_clearing_state::entries::ledger_revert;
use equipoise_clearing_state::portfolio::{margin_of, Requirement};
use equipoise_clearing_state::{markets, Account, Holds, Ledger};
use equipoise_interfaces::account::INSURANCE;
use equipoise_interfaces::{
    AuctionBidFilled, ClearingAccountInAuction, ClearingBackstopShort, ClearingBidPriceAboveLimit,
    ClearingInsufficientCash, ClearingSameAccount, IMarketMargin,
};
use equipoise_kit::lean::{call, log, revert, Arguments};
use equipoise_kit::number::{from_i128, from_u128, mul_div_down, mul_div_up};
use equipoise_kit::Revert;
use equipoise_math::Fx;
use equipoise_risk::auction::{Bid, Fill};
use equipoise_risk::margin::MarketMargin;
use equipoise_risk::units::Money;
use stylus_sdk::prelude::*;

/// Both sides of a bid, and what they have in the markets that it touches.
struct Sides {
    account: (B256, Account),
    bidder: (B256, Account),
    account_margins: Vec<MarketMargin>,
    bidder_margins: Vec<MarketMargin>,
}

/// What a bid moves, in atoms.
struct Flows {
    /// The share of the cash, negative if it is a debt.
    cash_share: i128,
    to_account: i128,
    rounding: i128,
    to_insurance: i128,
    from_backstop: i128,
}

/// Fills a bid, for who owns or operates the bidder's account.
/// # Returns: the share that was taken, and what was paid for it beside the share of the cash
/// # Errors: ClearingAccountReserved, ClearingNotAuthorised, ClearingSameAccount, ClearingNotInAuction,
/// ClearingAccountInAuction, ClearingAccountHealthy, ClearingBidTooSmall, ClearingBidPriceAboveLimit,
/// ClearingBackstopShort, ClearingInsufficientCash, ClearingMarginShort, ClearingOracleUnsafe, the markets' own
pub fn bid(ledger: &mut Ledger, given: &mut Arguments<'_>) -> Result<(i128, I256), Revert> {
    let [account, bidder]: [B256; 2] = given.take()?;
    let most_share: i128 = given.take()?;
    let most_price: I256 = given.take()?;
    ledger.require_authority(bidder, ledger.vm().msg_sender())?;
    if bidder == account {
        return Err(revert(&ClearingSameAccount { account }));
    }
    let (before, auction) = running(ledger, account)?;
    let bidder_entry = ledger.entry(bidder);
    if bidder_entry.is_in_auction() {
        return Err(revert(&ClearingAccountInAuction { account: bidder }));
    }
    // The limit holds for whole atoms, below.
    let asked = Bid { most_share: Fx::from_bits(most_share), most_price: Money::from_fx(Fx::MAX) };
    let filled = auction.filled(before.health()?, asked);
    let fill = filled.map_err(|error| auction_revert(ledger, account, error))?;

    let sides = move_positions(ledger, (account, &before), (bidder, bidder_entry), fill.share)?;
    let flows = Flows::new(ledger, &before, &sides.account_margins, &fill)?;
    let price = minus(plus(flows.to_account, flows.to_insurance)?, flows.from_backstop)?;
    let price = from_i128(price);
    if price > most_price {
        return Err(revert(&ClearingBidPriceAboveLimit { priceAtoms: price, mostPriceAtoms: most_price }));
    }
    let sides = settle(ledger, &before, sides, &flows)?;
    finish(ledger, sides, &fill, &flows)?;
    Ok((fill.share.to_bits(), price))
}

/// Moves the share of every position, market by market.
fn move_positions(
    ledger: &mut Ledger,
    (account, before): (B256, &Assessment),
    (bidder, bidder_entry): (B256, Account),
    share: Fx,
) -> Result<Sides, Revert> {
    let mut sides = Sides {
        account: (account, before.entry),
        bidder: (bidder, bidder_entry),
        account_margins: Vec::new(),
        bidder_margins: Vec::new(),
    };
    for market in markets(before.entry.held()) {
        let program = ledger.market(market);
        let order = IMarketMargin::moveShareCall { from: account, to: bidder, shareX64: share.to_bits() };
        let moved = call(ledger, program, &order)?;
        sides.account.1 = sides.account.1.holding(market, Holds::from_number(moved.fromHolds));
        sides.bidder.1 = sides.bidder.1.holding(market, Holds::from_number(moved.toHolds));
        sides.account_margins.push(margin_of(&moved.fromMargin));
        sides.bidder_margins.push(margin_of(&moved.toMargin));
    }
    Ok(sides)
}

impl Flows {
    /// # Rounding: what the bidder pays up, what he gets down
    fn new(ledger: &Ledger, before: &Assessment, after: &[MarketMargin], fill: &Fill) -> Result<Self, Revert> {
        let scale = ledger.scale()?;
        // Lots are whole: what of the options' value has gone beyond the share is paid for in full.
        let held = before.mark()?;
        let gone = held.minus(total(after.iter().map(|margin| margin.mark))?).map_err(number_error)?;
        let due = held.scaled_floor(fill.share).map_err(number_error)?;
        let beyond = gone.minus(due).map_err(number_error)?.max(Money::ZERO);
        let rounding = atoms_floor(scale, beyond)?;
        Ok(Self {
            cash_share: share_floor(before.entry.cash(), fill.share)?,
            to_account: plus(atoms_ceil(scale, fill.to_account)?, rounding)?,
            rounding,
            to_insurance: atoms_ceil(scale, fill.to_insurance)?,
            from_backstop: atoms_floor(scale, fill.from_backstop)?,
        })
    }
}

/// A share of an account's cash.
/// # Rounding: down, towards minus infinity: against the bidder
fn share_floor(cash: i128, share: Fx) -> Result<i128, Revert> {
    let share = u128::try_from(share.to_bits()).map_err(|_| out_of_domain())?;
    let amount = cash.unsigned_abs();
    let part = if cash < 0 { mul_div_up(amount, share, 1 << 64) } else { mul_div_down(amount, share, 1 << 64) };
    let part = part.and_then(|part| i128::try_from(part).ok()).ok_or_else(out_of_domain)?;
    Ok(if cash < 0 { part.saturating_neg() } else { part })
}

/// Moves the cash: between the two, to insurance, from the backstop.
fn settle(ledger: &mut Ledger, before: &Assessment, sides: Sides, flows: &Flows) -> Result<Sides, Revert> {
    let (account, entry) = sides.account;
    let (bidder, taker) = sides.bidder;
    let to_bidder = minus(flows.cash_share, flows.to_account)?;
    let entry = entry.moved(to_bidder.saturating_neg()).map_err(|error| ledger_revert(account, error))?;
    let gain = minus(plus(to_bidder, flows.from_backstop)?, flows.to_insurance)?;
    let taker = taker.moved(gain).map_err(|error| ledger_revert(bidder, error))?;
    if flows.to_insurance != 0 {
        let fund = ledger.entry(INSURANCE).moved(flows.to_insurance);
        ledger.set_entry(INSURANCE, fund.map_err(|error| ledger_revert(INSURANCE, error))?);
    }
    if flows.from_backstop != 0 {
        let drawn = ledger.draw_backstop(flows.from_backstop.unsigned_abs(), before.worst_first())?;
        if drawn.unpaid != 0 {
            return Err(revert(&ClearingBackstopShort { missingAtoms: from_u128(drawn.unpaid) }));
        }
    }
    Ok(Sides { account: (account, entry), bidder: (bidder, taker), ..sides })
}

/// Checks the bidder, ends the auction if the account is healthy or empty, stores and tells.
fn finish(ledger: &mut Ledger, sides: Sides, fill: &Fill, flows: &Flows) -> Result<(), Revert> {
    let (account, entry) = sides.account;
    let (bidder, taker) = sides.bidder;
    if taker.cash() < 0 {
        return Err(revert(&ClearingInsufficientCash {
            account: bidder,
            cashAtoms: from_i128(taker.cash()),
            requiredAtoms: shown(0),
        }));
    }
    if taker.is_margined() {
        let touched = ledger.entry(account).held();
        ledger.require_margin(bidder, taker, (touched, sides.bidder_margins), Requirement::Initial)?;
    }
    let health = ledger.combined(entry.cash(), &sides.account_margins)?.health().map_err(number_error)?;
    let event = AuctionBidFilled {
        account,
        bidder,
        shareX64: fill.share.to_bits(),
        cashShareAtoms: from_i128(flows.cash_share),
        toAccountAtoms: shown(flows.to_account),
        roundingAtoms: shown(flows.rounding),
        toInsuranceAtoms: shown(flows.to_insurance),
        fromBackstopAtoms: shown(flows.from_backstop),
        accountCashAtoms: from_i128(entry.cash()),
        bidderCashAtoms: from_i128(taker.cash()),
        leftX64: fill.auction.left.to_bits(),
        bonusBudgetX64: fill.auction.bonus_budget.fx().to_bits(),
    };
    log(ledger.vm(), &event);
    let entry = if is_over(&fill.auction, entry, health, fill.is_over)? {
        close(ledger, account, entry, health)?
    } else {
        store(ledger, account, &fill.auction);
        entry
    };
    ledger.set_entry(account, entry);
    ledger.set_entry(bidder, taker);
    Ok(())
}
