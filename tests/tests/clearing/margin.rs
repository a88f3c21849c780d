//! Margin over all markets: what may be traded, and what may leave.

use alloy_primitives::{I256, U256};
use equipoise_interfaces::account::of;
use equipoise_interfaces::{ClearingInsufficientCash, ClearingMarginShort, IClearing};
use equipoise_math::Fx;
use equipoise_risk::margin::{AccountMargin, Correlation, MarketMargin, OffsetShare, ScenarioLosses};
use equipoise_risk::units::{Atoms, Money, TokenScale};
use equipoise_tests::{TestMarket, TOKEN};

use crate::fixture::{margin, nothing, setup, signed, trade_of, UNIT};

const T: i128 = TOKEN as i128;

#[test]
fn a_short_needs_initial_margin_and_a_reduction_only_maintenance() {
    let mut setup = setup();
    setup.fund_vault(1_000 * TOKEN);
    let trader = setup.trader("trader", 100 * TOKEN);
    let (account, market) = (of(trader), setup.market);
    // 100 and a premium of 20 cover a value of -20 and 1.3 * 77 = 100.1 not quite.
    let refused = setup.open(market, account, -20 * T, &margin(-20, 77)).unwrap_err();
    let required = U256::from(100_100_000u64);
    refused.expect(&ClearingMarginShort { account, equityAtoms: signed(100 * T), requiredAtoms: required });
    setup.open(market, account, -20 * T, &margin(-20, 76)).unwrap();
    assert_eq!(setup.flags(account), (1, 1, false));
    assert_eq!(setup.margin_of(account), (100 * T, 76_000_000, 98_800_000, 0));
    // It turns against him: he may still reduce, but not trade otherwise.
    let worse = margin(-44, 76);
    setup.mark(market, account, &worse);
    assert_eq!(setup.margin_of(account), (76 * T, 76_000_000, 98_800_000, 1));
    let buy = |is_reducing, cost, held| trade_of(account, trader, cost, 2, is_reducing, held);
    let refused = setup.by_market(&buy(false, 0, worse.clone())).unwrap_err();
    let required = U256::from(98_800_000u64);
    refused.expect(&ClearingMarginShort { account, equityAtoms: signed(76 * T), requiredAtoms: required });
    setup.by_market(&buy(true, 22 * T, margin(-22, 38))).unwrap();
    assert_eq!(setup.cash(account), 98 * T);
    setup.assert_custody(&[account]);
}

#[test]
fn only_a_reduction_takes_cash_below_zero_and_only_with_equity() {
    let mut setup = setup();
    let trader = setup.trader("trader", 10 * TOKEN);
    let (account, market) = (of(trader), setup.market);
    setup.open(market, account, 0, &margin(50, 20)).unwrap();
    let held = margin(60, 15);
    let refused = setup.by_market(&trade_of(account, trader, 11 * T, 2, false, held.clone())).unwrap_err();
    refused.expect(&ClearingInsufficientCash { account, cashAtoms: signed(10 * T), requiredAtoms: U256::from(11 * T) });
    setup.by_market(&trade_of(account, trader, 11 * T, 2, true, held)).unwrap();
    assert_eq!(setup.cash(account), -T);
    // A debt with nothing behind it is refused, whatever closes.
    let refused = setup.by_market(&trade_of(account, trader, 0, 0, true, nothing())).unwrap_err();
    refused.expect(&ClearingMarginShort { account, equityAtoms: signed(-T), requiredAtoms: U256::ZERO });
    setup.assert_custody(&[account]);
}

#[test]
fn longs_alone_ask_nothing_of_any_market() {
    let mut setup = setup();
    let trader = setup.trader("trader", 100);
    // A market that cannot say what an account is worth stops nobody who is short nowhere.
    let (owner, market) = (setup.world.owner, setup.market);
    let pending = TestMarket::observeCall { priceAt: 0, isSettlementPending: true };
    setup.world.send(owner, market, &pending).unwrap();
    setup.trade(trader, 60).unwrap();
    setup.send(trader, &IClearing::withdrawCall { amountAtoms: U256::from(40) }).unwrap();
    assert_eq!(setup.cash(of(trader)), 0);
}

#[test]
fn cash_that_margin_requires_does_not_leave() {
    let mut setup = setup();
    let (trader, friend) = (setup.trader("trader", 100 * TOKEN), setup.trader("friend", TOKEN));
    let (account, market) = (of(trader), setup.market);
    setup.open(market, account, 0, &margin(-10, 50)).unwrap();
    // 90 of equity, 65 of initial margin: 25 may go. An atom is no multiple of 2^-64: cash is rounded down, and so is what
    // is shown of the equity.
    let out = |atoms| IClearing::withdrawCall { amountAtoms: U256::from(atoms) };
    let short =
        |left: i128| ClearingMarginShort { account, equityAtoms: signed(left), requiredAtoms: U256::from(65 * TOKEN) };
    setup.send(trader, &out(25 * TOKEN + 1)).unwrap_err().expect(&short(65 * T - 2));
    let give = IClearing::transferCashCall { from: account, to: of(friend), amountAtoms: U256::from(25 * TOKEN + 1) };
    setup.send(trader, &give).unwrap_err().expect(&short(65 * T - 2));
    setup.send(trader, &out(25 * TOKEN)).unwrap();
    // Who holds nothing is shown his cash to the atom, so that he can withdraw it all.
    let odd = of(setup.trader("odd", 999_999));
    assert_eq!(setup.margin_of(odd), (999_999, 0, 0, 0));
    // What options are worth is no cash.
    setup.mark(market, account, &margin(500, 50));
    let refused = setup.send(trader, &out(75 * TOKEN + 1)).unwrap_err();
    let required = U256::from(75 * TOKEN + 1);
    refused.expect(&ClearingInsufficientCash { account, cashAtoms: signed(75 * T), requiredAtoms: required });
    setup.assert_custody(&[account, of(friend), odd]);
}

#[test]
fn two_markets_offset_as_far_as_the_pure_crate_credits_it() {
    let mut setup = setup();
    let trader = setup.trader("trader", 100 * TOKEN);
    let (account, market, other) = (of(trader), setup.market, setup.other);
    // One loses when prices rise, the other when they fall.
    let (mut up, mut down) = (margin(-7, 0), margin(3, 0));
    for scenario in 0..32 {
        let loss = (scenario as i128 - 16) * UNIT + 12_345;
        (up.maintenanceX64[scenario], up.initialX64[scenario]) = (loss, loss * 2);
        (down.maintenanceX64[scenario], down.initialX64[scenario]) = (-loss, -loss * 2);
    }
    setup.open(market, account, 0, &up).unwrap();
    setup.mark(market, account, &up);
    setup.open(other, account, 0, &down).unwrap();
    assert_eq!(setup.flags(account), (3, 3, false));
    let money = |bits: i128| Money::from_fx(Fx::from_bits(bits));
    let pure = [&up, &down].map(|margin| MarketMargin {
        value: money(margin.valueX64),
        mark: money(margin.markX64),
        maintenance: ScenarioLosses::from_array(margin.maintenanceX64.map(money)),
        initial: ScenarioLosses::from_array(margin.initialX64.map(money)),
    });
    let share = OffsetShare::new_floor(Correlation::DEFAULT).unwrap();
    let scale = TokenScale::from_decimals(6).unwrap();
    let cash = scale.money_floor(Atoms::new(100 * T)).unwrap();
    let expected = AccountMargin::new(cash, &pure, share).unwrap();
    let ceil = |money| u128::try_from(scale.atoms_ceil(money).unwrap().count()).unwrap();
    let equity = scale.atoms_floor(expected.equity).unwrap().count();
    assert_eq!(setup.margin_of(account), (equity, ceil(expected.maintenance), ceil(expected.initial), 0));
    assert!(expected.maintenance < money(31 * UNIT), "{expected:?} credits an offset");
    // Longs here while short elsewhere: what they are worth does not count in this trade.
    let buy = trade_of(account, trader, 50 * T, 1, false, nothing());
    setup.by_market(&buy).unwrap();
    assert_eq!(setup.flags(account), (3, 2, false));
    assert_eq!(I256::try_from(setup.cash(account)).unwrap(), signed(50 * T));
}
