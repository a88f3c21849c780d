//! Auctions: they start, are bid in and end as the pure crate says, and nothing stops them.

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::{of, sub, INSURANCE};
use equipoise_interfaces::{
    AuctionBidFilled, AuctionEnded, AuctionStarted, ClearingAccountHealthy, ClearingAccountInAuction,
    ClearingAuctionNotCured, ClearingBidPriceAboveLimit, ClearingBidTooSmall, ClearingMarginShort,
    ClearingNotInAuction, ClearingNothingHeld, ClearingOracleUnsafe, ClearingSameAccount, IClearing, Margin,
};
use equipoise_math::Fx;
use equipoise_risk::auction::{Auction, Bid, Fill, Health};
use equipoise_risk::units::{Atoms, Money, TokenScale};
use equipoise_tests::{Failure, TestMarket, World, TOKEN};

use crate::fixture::{margin, setup, signed, spread_margin, trade_of, Setup, UNIT};

const T: i128 = TOKEN as i128;
pub const ALL: i128 = UNIT;

pub fn scale() -> TokenScale {
    TokenScale::from_decimals(6).unwrap()
}

pub fn money(units: i128) -> Money {
    Money::from_fx(Fx::from_bits(units * UNIT))
}

/// What an auction goes by, of who must hold 50: his worth at mid, and what it costs to close beside the 50.
fn health_of(cash: i128, held: &Margin) -> Health {
    let mark = Money::from_fx(Fx::from_bits(held.markX64));
    let equity = scale().money_floor(Atoms::new(cash)).unwrap().plus(mark).unwrap();
    let closing = Money::from_fx(Fx::from_bits(held.markX64 - held.valueX64));
    Health { equity, maintenance: money(50).plus(closing).unwrap() }
}

impl Setup {
    /// An account with 100 of cash that is short, and then worth less than it must be: `held`.
    pub fn distressed(&mut self, name: &str, held: &Margin) -> B256 {
        let trader = self.trader(name, 100 * TOKEN);
        let market = self.market;
        self.open(market, of(trader), 0, &margin(0, 50)).unwrap();
        self.mark(market, of(trader), held);
        of(trader)
    }

    pub fn start(&mut self, account: B256) -> Result<AuctionStarted, Failure> {
        let anybody = self.world.account("anybody");
        let receipt = self.send(anybody, &IClearing::startAuctionCall { account })?;
        Ok(World::events::<AuctionStarted>(&receipt).remove(0))
    }

    pub fn bid(&mut self, account: B256, bidder: Address, share: i128) -> Result<AuctionBidFilled, Failure> {
        let call = IClearing::bidCall { account, bidder: of(bidder), mostShareX64: share, mostPriceAtoms: I256::MAX };
        let receipt = self.send(bidder, &call)?;
        let told = World::events::<AuctionBidFilled>(&receipt).remove(0);
        let answer = IClearing::bidCall::abi_decode_returns(&receipt.output).unwrap();
        assert_eq!(answer.shareX64, told.shareX64);
        let paid = told.toAccountAtoms + told.toInsuranceAtoms;
        assert_eq!(answer.priceAtoms, I256::try_from(paid).unwrap() - I256::try_from(told.fromBackstopAtoms).unwrap());
        Ok(told)
    }
}

/// A fill of the pure crate is what the program told, to the last atom.
fn assert_same(told: &AuctionBidFilled, fill: &Fill) {
    let ceil = |money| U256::try_from(scale().atoms_ceil(money).unwrap().count()).unwrap();
    let floor = |money| U256::try_from(scale().atoms_floor(money).unwrap().count()).unwrap();
    assert_eq!(told.shareX64, fill.share.to_bits());
    assert_eq!(told.toAccountAtoms - told.roundingAtoms, ceil(fill.to_account));
    assert_eq!(told.toInsuranceAtoms, ceil(fill.to_insurance));
    assert_eq!(told.fromBackstopAtoms, floor(fill.from_backstop));
    assert_eq!(told.leftX64, fill.auction.left.to_bits());
    assert_eq!(told.bonusBudgetX64, fill.auction.bonus_budget.fx().to_bits());
}

#[test]
fn bids_fill_as_the_pure_crate_says_to_the_last_bit() {
    for (held, wait, share) in [
        (margin(-55, 50), 400, ALL),
        (margin(-55, 50), 400, ALL / 10),
        (margin(-51, 50), 0, ALL),
        (margin(-98, 50), 900, ALL),
        (margin(-98, 50), 900, ALL / 3),
        (margin(-120, 50), 60, ALL),
        (margin(-120, 50), 60, ALL / 2),
        (spread_margin(-55, -45, 50), 400, ALL / 3),
        (spread_margin(-120, -30, 50), 400, ALL),
        (spread_margin(-130, -101, 50), 60, ALL),
    ] {
        let mut setup = setup();
        setup.insure(1_000 * TOKEN);
        let account = setup.distressed("trader", &held);
        let bidder = setup.trader("bidder", 1_000 * TOKEN);
        let health = health_of(100 * T, &held);
        setup.start(account).unwrap();
        let started_at = setup.auction(account).startedAt;
        let (auction, penalty) = Auction::start(started_at, Some(0), health).unwrap();
        let paid = scale().atoms_ceil(penalty).unwrap().count();
        assert_eq!((setup.cash(account), setup.cash(INSURANCE)), (100 * T - paid, 1_000 * T + paid));
        setup.wait(wait);

        let before = health_of(100 * T - paid, &held);
        let (insured, own, his) = (setup.cash(INSURANCE), setup.cash(account), setup.cash(of(bidder)));
        let told = setup.bid(account, bidder, share).unwrap();
        let now = auction.at(setup.world.chain.timestamp(), Some(0));
        let asked = Bid { most_share: Fx::from_bits(share), most_price: Money::from_fx(Fx::MAX) };
        let fill = now.filled(before, asked).unwrap();
        assert_same(&told, &fill);
        assert_eq!(setup.flags(account).2, !fill.is_over, "it goes on unless it is over");
        let narrow = |amount: U256| i128::try_from(amount).unwrap();
        let share_of_cash: i128 = told.cashShareAtoms.try_into().unwrap();
        assert_eq!(setup.cash(account), own - share_of_cash + narrow(told.toAccountAtoms));
        assert_eq!(setup.cash(INSURANCE), insured + narrow(told.toInsuranceAtoms) - narrow(told.fromBackstopAtoms));
        let gain = share_of_cash + narrow(told.fromBackstopAtoms);
        assert_eq!(setup.cash(of(bidder)), his + gain - narrow(told.toAccountAtoms) - narrow(told.toInsuranceAtoms));
        setup.assert_custody(&[account, of(bidder)]);
    }
}

#[test]
fn healthy_and_empty_accounts_are_not_auctioned() {
    let mut setup = setup();
    let healthy = setup.distressed("trader", &margin(-50, 50));
    let refused = setup.start(healthy).unwrap_err();
    let maintenance = U256::from(50 * TOKEN);
    refused.expect(&ClearingAccountHealthy {
        account: healthy,
        equityAtoms: signed(50 * T),
        maintenanceAtoms: maintenance,
    });
    let empty = of(setup.trader("empty", 5));
    setup.start(empty).unwrap_err().expect(&ClearingNothingHeld { account: empty });
    let bidder = setup.trader("bidder", TOKEN);
    setup.bid(healthy, bidder, ALL).unwrap_err().expect(&ClearingNotInAuction { account: healthy });
    let end = IClearing::endAuctionCall { account: healthy };
    setup.send(bidder, &end).unwrap_err().expect(&ClearingNotInAuction { account: healthy });
}

#[test]
fn an_unsafe_oracle_stops_auctions_and_its_time_does_not_count() {
    let mut setup = setup();
    let account = setup.distressed("trader", &margin(-55, 50));
    let bidder = setup.trader("bidder", 1_000 * TOKEN);
    let (owner, market) = (setup.world.owner, setup.market);
    let watch = |since, is_unsafe| TestMarket::watchCall { safeFrom: since, isUnsafe: is_unsafe };
    setup.world.send(owner, market, &watch(7, true)).unwrap();
    let refused = ClearingOracleUnsafe { market, since: 7 };
    setup.start(account).unwrap_err().expect(&refused);
    setup.world.send(owner, market, &watch(0, false)).unwrap();
    setup.start(account).unwrap();
    setup.start(account).unwrap_err().expect(&ClearingAccountInAuction { account });
    setup.wait(100);
    setup.world.send(owner, market, &watch(9, true)).unwrap();
    setup.bid(account, bidder, ALL).unwrap_err().expect(&ClearingOracleUnsafe { market, since: 9 });
    // It takes a thousand seconds to recover, of which none is counted; top-ups are always taken.
    setup.wait(1_000);
    let safe_from = setup.world.chain.timestamp();
    setup.send(bidder, &IClearing::depositForCall { account, amountAtoms: U256::ONE }).unwrap();
    setup.world.send(owner, market, &watch(safe_from, false)).unwrap();
    setup.wait(50);
    assert_eq!(setup.auction(account).elapsedSecs, 50, "nothing before it was safe again");
    setup.bid(account, bidder, ALL).unwrap();
}

#[test]
fn the_owner_in_auction_tops_up_and_reduces_and_nothing_else() {
    let mut setup = setup();
    let account = setup.distressed("trader", &margin(-55, 50));
    let trader = equipoise_interfaces::account::owner(account);
    setup.start(account).unwrap();
    let trade = |is_reducing, cost, held: Margin| trade_of(account, trader, cost, 2, is_reducing, held);
    let in_auction = ClearingAccountInAuction { account };
    setup.by_market(&trade(false, 0, margin(-55, 50))).unwrap_err().expect(&in_auction);
    // 99 - 55 = 44 are not the 45 that half a reduction must leave.
    let refused = setup.by_market(&trade(true, 0, margin(-55, 45))).unwrap_err();
    let required = U256::from(45 * TOKEN);
    refused.expect(&ClearingMarginShort { account, equityAtoms: signed(44 * T), requiredAtoms: required });
    // 1.1 times 40, the buffer rounded up: 44 are not enough, an atom more is.
    setup.by_market(&trade(true, 10 * T - 1, margin(-45, 40))).unwrap();
    let held = margin(-45, 40);
    setup.mark(setup.market, account, &held);
    let end = IClearing::endAuctionCall { account };
    setup.send(trader, &end).unwrap();
    let again = setup.send(trader, &end).unwrap_err();
    again.expect(&ClearingNotInAuction { account });
    // Another time, by a deposit: the end needs the buffer, too.
    setup.mark(setup.market, account, &margin(-50, 40));
    setup.start(account).unwrap();
    let cash = setup.cash(account);
    let missing = 94 * T - cash;
    let top_up = |atoms| IClearing::depositCall { amountAtoms: U256::try_from(atoms).unwrap() };
    setup.send(trader, &top_up(missing)).unwrap();
    let refused = setup.send(trader, &end).unwrap_err();
    let maintenance = U256::from(40 * TOKEN);
    refused.expect(&ClearingAuctionNotCured { account, equityAtoms: signed(44 * T), maintenanceAtoms: maintenance });
    setup.send(trader, &top_up(1)).unwrap();
    let receipt = setup.send(trader, &end).unwrap();
    assert_eq!(World::events::<AuctionEnded>(&receipt).len(), 1);
    assert_eq!(setup.flags(account), (1, 1, false));
}

#[test]
fn bidders_keep_their_price_limit_and_must_be_healthy_themselves() {
    let mut setup = setup();
    let account = setup.distressed("trader", &margin(-55, 50));
    setup.start(account).unwrap();
    setup.wait(400);
    let bidder = setup.trader("bidder", 1_000 * TOKEN);
    let bid = |bidder, most| IClearing::bidCall { account, bidder, mostShareX64: ALL, mostPriceAtoms: most };
    let limit = signed(T);
    let refused = setup.send(bidder, &bid(of(bidder), limit)).unwrap_err();
    let refused = refused.decode::<ClearingBidPriceAboveLimit>().unwrap();
    assert!(refused.priceAtoms > limit && refused.mostPriceAtoms == limit);
    setup.send(bidder, &bid(of(bidder), refused.priceAtoms)).unwrap();

    // A bidder with nothing cannot carry what he would take.
    let second = setup.distressed("second", &margin(-90, 80));
    setup.start(second).unwrap();
    let poor = setup.trader("poor", TOKEN);
    let refused = setup.bid(second, poor, ALL).unwrap_err();
    assert!(refused.decode::<ClearingMarginShort>().is_some_and(|error| error.account == of(poor)));
    let itself = IClearing::bidCall { account: second, bidder: second, mostShareX64: ALL, mostPriceAtoms: I256::MAX };
    let owner = equipoise_interfaces::account::owner(second);
    setup.send(owner, &itself).unwrap_err().expect(&ClearingSameAccount { account: second });
}

#[test]
fn dust_stops_no_bid_and_resets_no_auction() {
    let mut setup = setup();
    let account = setup.distressed("trader", &margin(-55, 50));
    let (bidder, dust) = (setup.trader("bidder", 1_000 * TOKEN), setup.trader("dust", 1_000 * TOKEN));
    setup.start(account).unwrap();
    let started_at = setup.auction(account).startedAt;
    setup.wait(400);
    // Deposits, transfers and small bids before it: the bid for all is cut down to what cures.
    setup.send(dust, &IClearing::depositForCall { account, amountAtoms: U256::ONE }).unwrap();
    let transfer = IClearing::transferCashCall { from: of(dust), to: account, amountAtoms: U256::ONE };
    setup.send(dust, &transfer).unwrap();
    let refused = setup.bid(account, dust, ALL / 100).unwrap_err();
    assert!(refused.decode::<ClearingBidTooSmall>().is_some());
    setup.bid(account, dust, ALL / 15).unwrap();
    assert_eq!(setup.auction(account).startedAt, started_at);
    assert!(setup.auction(account).elapsedSecs >= 400);
    let told = setup.bid(account, bidder, ALL).unwrap();
    assert!(told.shareX64 < ALL / 2 && !setup.flags(account).2);
    setup.assert_custody(&[account, of(bidder), of(dust)]);
}

#[test]
fn whoever_bids_on_his_own_account_loses() {
    for (held, wait, share) in [
        (margin(-55, 50), 0, ALL),
        (margin(-55, 50), 900, ALL),
        (margin(-55, 50), 4_000, ALL / 3),
        (margin(-95, 50), 1_700, ALL),
        (margin(-101, 50), 100, ALL),
        // Worth 70 at mid and less than nothing to close: the spread is not insurance's to pay.
        (spread_margin(-101, -30, 50), 100, ALL),
        (spread_margin(-101, -30, 50), 1_700, ALL / 2),
    ] {
        let mut setup = setup();
        setup.insure(1_000 * TOKEN);
        let account = setup.distressed("trader", &held);
        let trader = equipoise_interfaces::account::owner(account);
        let own = sub(trader, 1);
        let deposit = IClearing::depositForCall { account: own, amountAtoms: U256::from(100 * TOKEN) };
        setup.send(trader, &deposit).unwrap();
        let value = held.markX64 / UNIT * T;
        // He owes nothing beyond what the account has.
        let before = (setup.cash(account) + value).max(0) + setup.cash(own);
        setup.insure(10 * TOKEN);
        setup.start(account).unwrap();
        setup.wait(wait);
        let big = setup.world.account_with("backer", 1_000 * TOKEN);
        setup.world.approve(big, setup.clearing);
        let lend = IClearing::depositForCall { account: own, amountAtoms: U256::from(1_000 * TOKEN) };
        setup.send(big, &lend).unwrap();
        let call = IClearing::bidCall { account, bidder: own, mostShareX64: share, mostPriceAtoms: I256::MAX };
        setup.send(trader, &call).unwrap();
        let marks = |setup: &mut Setup, id| {
            let call = equipoise_interfaces::IMarketMargin::marginCall { account: id };
            let margin = setup.world.read(setup.market, &call);
            scale().atoms_floor(Money::from_fx(Fx::from_bits(margin.markX64))).unwrap().count()
        };
        let left = (setup.cash(account) + marks(&mut setup, account)).max(0);
        let after = left + setup.cash(own) + marks(&mut setup, own) - 1_000 * T;
        assert!(after < before || before == 100 * T && after <= before, "{held:?} after {wait} s: {before} -> {after}");
    }
}

#[test]
fn a_bidder_whose_code_fails_whatever_it_is_asked_stops_nothing() {
    // There are no callbacks: a contract without any function of theirs bids as anybody does.
    let mut setup = setup();
    let account = setup.distressed("trader", &margin(-55, 50));
    setup.start(account).unwrap();
    let bidder = setup.vault;
    let payer = setup.trader("payer", 1_000 * TOKEN);
    let fund = IClearing::depositForCall { account: of(bidder), amountAtoms: U256::from(500 * TOKEN) };
    setup.send(payer, &fund).unwrap();
    let bid = IClearing::bidCall { account, bidder: of(bidder), mostShareX64: ALL, mostPriceAtoms: I256::MAX };
    setup.by_vault(&bid).unwrap();
    assert!(!setup.flags(account).2);
}

#[test]
fn what_the_ledger_has_stored_counts_and_no_list_of_the_callers() {
    // A market that the account is short in is asked whether or not anybody names it.
    let mut setup = setup();
    let account = setup.distressed("trader", &margin(-10, 50));
    let other = setup.other;
    setup.open(other, account, 0, &margin(0, 10)).unwrap();
    setup.mark(other, account, &margin(-35, 10));
    setup.start(account).unwrap();
    let bidder = setup.trader("bidder", 1_000 * TOKEN);
    setup.bid(account, bidder, ALL).unwrap();
    assert_eq!(setup.flags(of(bidder)), (3, 3, false));
}
