//! Attacks on the market that must not pay: each was possible once, or is what an attacker would try first.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    missing_docs
)]

#[path = "market/fixture.rs"]
mod fixture;
#[path = "market/state.rs"]
mod state;

use alloy_primitives::U256;
use equipoise_interfaces::{BoardSettled, EpochSettled, ITranche, Leg, MarketVaultCashShort, VaultSettlementPending};
use equipoise_math::Fx;
use equipoise_risk::book::{Exposure, NUMBERS};
use equipoise_risk::parameters::{Parameter, Parameters};
use equipoise_risk::potential::RiskState;
use equipoise_risk::quote::{price, Package};
use equipoise_risk::skew::SkewReserve;
use equipoise_risk::spread::HalfSpread;
use equipoise_risk::units::{Atoms, Money, TokenScale};
use equipoise_tests::{World, TOKEN};

use fixture::{call_of, leg, put_of, Market, CAPITAL, CONTRACT, DAY, HOUR, K3000, WINDOW};

/// A trader sells what pays the width of the strikes at any price: it risks nothing, so no risk limit holds it.
fn sold_box(board: u16, contracts: i128) -> Vec<Leg> {
    let size = contracts * CONTRACT;
    vec![
        leg(call_of(board, 0), -size),
        leg(call_of(board, 11), size),
        leg(put_of(board, 0), size),
        leg(put_of(board, 11), -size),
    ]
}

/// Sold shortly before a board settles, boxes on a later board would turn the vault's cash into a receivable, fix the
/// payout ratio of the holders of the first near zero, and leave LPs with what the holders lost.
#[test]
fn boxes_cannot_strip_the_vault_of_the_cash_that_a_board_is_settled_with() {
    let mut market = Market::open();
    // What the vault may be short of one series would be the tighter limit.
    market.with_parameter(Parameter::ShortSeriesLimit, 10_000_000);
    let victim = market.trader("victim", 100_000 * TOKEN);
    let attacker = market.trader("attacker", 10_000 * TOKEN);
    market.trade(victim, &[leg(call_of(1, 3), 20 * CONTRACT)]).unwrap();
    let (board, expiry) = market.boards[0];
    market.world.go_to(expiry - WINDOW - 60);
    market.push(3_000);
    market.post_surface().unwrap();
    // What a box costs is an eighth of a percent of the cash that it drains; the attacker needs no more.
    let refused = market.trade(attacker, &sold_box(4, 480)).unwrap_err();
    let short = refused.decode::<MarketVaultCashShort>().unwrap();
    assert!(short.requiredAtoms > U256::from(CAPITAL / 2), "{short:?}");
    // A smaller one passes, and the board is settled in full.
    market.trade(attacker, &sold_box(4, 200)).unwrap();
    let first = market.last_round();
    market.world.go_to(expiry + 1);
    market.push(3_000);
    let settled = market.settle_board(board, first).unwrap();
    let told = World::events::<BoardSettled>(&settled).remove(0);
    assert_eq!(told.payoutRatioWad, U256::from(CONTRACT));
    assert_eq!(market.settle_account(victim, board).unwrap(), 20 * 400 * TOKEN as i128);
}

/// Whoever knows that volatility has moved would leave, or enter, at marks of days ago.
#[test]
fn no_epoch_is_priced_by_an_old_surface_while_options_are_held() {
    let mut market = Market::open();
    let trader = market.trader("trader", 100_000 * TOKEN);
    market.trade(trader, &[leg(put_of(4, K3000), 20 * CONTRACT)]).unwrap();
    let lp = market.lp;
    let shares = U256::from(CAPITAL / 10) * U256::from(1_000_000);
    market.lp_send(lp, &ITranche::requestRedeemCall { shares, controller: lp, owner: lp }).unwrap();
    market.pass(3 * DAY);
    market.push(3_000);
    let refused = market.process(lp).unwrap_err();
    refused.expect(&VaultSettlementPending {});
    market.post_surface().unwrap();
    // Nor by an old price, though it is from after the cut.
    market.pass(3 * HOUR);
    market.process(lp).unwrap_err().expect(&VaultSettlementPending {});
    market.push(3_000);
    let processed = market.process(lp).unwrap();
    let told = World::events::<EpochSettled>(&processed).remove(0);
    assert!(told.paidAtoms > U256::ZERO && told.sharesUnfilled.is_zero(), "{told:?}");
}

/// Closing is always possible, but whoever closes on a surface of days ago pays for what volatility may have done.
#[test]
fn closing_on_an_old_surface_pays_for_its_age() {
    let mut market = Market::open();
    let trader = market.trader("trader", 100_000 * TOKEN);
    market.trade(trader, &[leg(call_of(4, K3000), CONTRACT)]).unwrap();
    let close = [leg(call_of(4, K3000), -CONTRACT)];
    market.pass(25 * HOUR);
    market.push(3_000);
    let young = market.quote(&close).unwrap();
    market.pass(5 * DAY);
    market.push(3_000);
    let old = market.quote(&close).unwrap();
    assert!(old.spreadAtoms > young.spreadAtoms * U256::from(5), "{} and {}", young.spreadAtoms, old.spreadAtoms);
    let told = market.trade(trader, &close).unwrap();
    assert_eq!(told.quoted.spreadAtoms, old.spreadAtoms);
}

fn money(amount: i128) -> Money {
    Money::from_fx(Fx::from_bits(amount << 64))
}

/// A book of nothing but a loss at the deepest jump and vega in one expiry.
fn book(loss: i128, vega: i128) -> Exposure {
    let mut numbers = [Money::ZERO; NUMBERS];
    // after the four measures and the four jumps come the boards, their delta first
    numbers[4] = money(-loss);
    numbers[9] = money(vega);
    Exposure::from_array(numbers)
}

/// Rebates are measured at a lower risk aversion than charges. Where a trade relieves jumps and adds vega, the relief
/// at the lower aversion is more than the reverse trade is charged: to and fro would drain the reserve.
#[test]
fn going_to_and_fro_between_two_books_does_not_draw_on_the_reserve() {
    let state = RiskState::new(money(1_000_000), Fx::lit("0.36"), &Parameters::default()).unwrap();
    let scale = TokenScale::from_decimals(6).unwrap();
    let full = Atoms::new(1_000_000 * TOKEN as i128);
    let mut reserve = SkewReserve { balance: full, budget: Atoms::new(full.count() / 8), updated_at: 1_000 };
    let package = Package::valued(Money::ZERO, HalfSpread::default(), Money::ZERO, money(400));
    let (jumpy, bent) = (book(200_000, 0), book(0, 80_000));
    let mut paid = 0;
    for (before, after) in [(&jumpy, &bent), (&bent, &jumpy), (&jumpy, &bent), (&bent, &jumpy)] {
        let priced = price((before, after), &package, &state, (reserve, 1_000), scale).unwrap();
        assert_ne!(priced.charge.skew, Atoms::ZERO);
        paid += priced.charge.skew.count();
        reserve = priced.reserve;
    }
    assert!(paid >= 0, "two round trips earned {} atoms", -paid);
}
