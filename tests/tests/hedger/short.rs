//! A vault that is long of delta: the hedger borrows at Aave's own v3 pool what it sells.

use alloy_primitives::{Address, I256, U256};
use equipoise_interfaces::{
    CallerNotOwner, HedgerLenderInUse, HedgerNothingToSell, HedgerVenueCapExceeded, IHedged, IHedger,
};
use equipoise_tests::{has_aave, Aave, AaveConfigurator, Lent, World, TOKEN};

use crate::fixture::{CONTRACT, SPOT, WAD};
use crate::lender::{mint, mintable, TERMS};
use crate::stage::{Stage, UNIT};

const AT_SPOT: u64 = SPOT as u64 * 100;
const DOLLAR: i128 = TOKEN as i128;
/// What may be owed, in dollars.
const OWED: u64 = 200_000;

struct Short {
    stage: Stage,
    aave: Aave,
    lender: Address,
}

impl Short {
    /// Traders have sold sixty calls to the vault, a lender is open, and so is the window.
    fn open() -> Option<Self> {
        if !has_aave() {
            return None;
        }
        let mut world = World::new();
        let (coin, token) = (mintable(&mut world, 18), world.token);
        let lent = |asset, decimals, cents| Lent { asset, decimals, cents, collateral_bps: TERMS };
        let aave = Aave::open(&mut world, &[lent(token, 6, 100), lent(coin, 18, AT_SPOT as i64)]);
        let rich = world.account_with("rich", 1_000 * TOKEN);
        mint(&mut world, coin, rich, 1_000 * UNIT.unsigned_abs());
        aave.supply(&mut world, rich, coin, U256::from(500 * UNIT), rich);
        let mut stage = Stage::with_coin(world, coin);
        let (hedger, owner) = (stage.hedges.hedger, stage.market.world.owner);
        let lender = stage.market.world.deployer().lender(hedger, aave.pool).unwrap();
        stage.tell(owner, &IHedger::setLenderCall { lender }).unwrap();
        stage.set_venue(lender, OWED).unwrap();
        stage.sell_calls(-60);
        stage.open_window();
        Some(Self { stage, aave, lender })
    }

    /// Has the solver buy (sell if negative) so many units at spot.
    fn rebalance(&mut self, units: i128) -> equipoise_interfaces::Rebalanced {
        let request = self.stage.request(vec![self.stage.leg(units * 1_000, AT_SPOT)]);
        self.stage.rebalance(request).unwrap()
    }

    /// Supplied and owed.
    fn position(&mut self) -> (i128, i128) {
        let told = self.stage.ask(&IHedger::positionCall {});
        (crate::stage::narrow(told.collateralAtoms), crate::stage::narrow(told.debtAtoms))
    }

    /// What the market counts: units and dollars.
    fn counted(&mut self) -> (f64, f64) {
        let told = self.stage.market.read(&IHedged::hedgeCall {});
        (told.unitsX64 as f64 / 2f64.powi(64), told.cashX64 as f64 / 2f64.powi(64))
    }

    fn tend(&mut self) {
        let anybody = self.stage.market.keeper;
        self.stage.tell(anybody, &IHedger::tendCall {}).unwrap();
    }
}

fn near(one: f64, other: f64, by: f64) {
    assert!((one - other).abs() <= by, "{one} is not within {by} of {other}");
}

#[test]
fn a_vault_that_is_long_sells_what_it_borrows_and_buys_it_back() {
    let Some(mut short) = Short::open() else { return };
    let before = (short.stage.vault_cash(), short.stage.nav(), short.stage.market.book());
    assert!(before.2.dollarDeltaWad > I256::ZERO);
    let told = short.rebalance(-30);
    let tip = crate::stage::narrow(told.tipAtoms);
    assert!(tip > 0);
    assert_eq!((told.heldAtoms, told.debtAtoms), (U256::ZERO, U256::from(30 * UNIT)));
    // Twice what is owed lies there, and the sale has come in.
    assert_eq!(short.position(), (180_000 * DOLLAR, 30 * UNIT));
    assert_eq!(before.0 - short.stage.vault_cash(), (180_000 - 90_000) * DOLLAR + tip);
    assert_eq!(short.counted(), (-30.0, 180_000.0));
    let moved = short.stage.market.book().dollarDeltaWad - before.2.dollarDeltaWad;
    assert_eq!(moved, I256::try_from(-90_000).unwrap() * I256::try_from(WAD).unwrap());
    let lost = before.1 - short.stage.nav();
    assert!((-2..=tip + 2).contains(&lost), "lost {lost} for a tip of {tip}");
    let (hedger, lender) = (short.stage.hedges.hedger, short.lender);
    assert_eq!([short.stage.coins(hedger), short.stage.coins(lender), short.stage.tokens(lender)], [0; 3]);
    // Everything turns: the calls go back, and the short is what is too much.
    let calls = short.stage.calls(60 * CONTRACT);
    short.stage.trade(&[calls]);
    short.stage.open_window();
    let told = short.rebalance(30);
    let (collateral, debt) = short.position();
    // Interest of some minutes is left, and twice its worth of collateral.
    assert!(debt > 0 && debt < UNIT / 10_000, "{debt}");
    near(collateral as f64, 2.0 * debt as f64 / UNIT as f64 * SPOT as f64 * DOLLAR as f64, 2.0);
    assert_eq!((told.heldAtoms, short.stage.coins(hedger)), (U256::ZERO, 0));
    // What is bought beyond is held.
    let calls = short.stage.calls(10 * CONTRACT);
    short.stage.trade(&[calls]);
}

#[test]
fn nobody_borrows_without_a_lender_nor_beyond_his_cap() {
    let Some(mut short) = Short::open() else { return };
    let (owner, lender) = (short.stage.market.world.owner, short.lender);
    short.stage.set_venue(lender, 89_999).unwrap();
    let request = short.stage.request(vec![short.stage.leg(-30_000, AT_SPOT)]);
    let refused = short.stage.rebalance(request).unwrap_err();
    assert!(refused.decode::<HedgerVenueCapExceeded>().is_some_and(|told| told.venue == lender), "{refused:?}");
    short.stage.set_venue(lender, 90_000).unwrap();
    short.rebalance(-30);
    short.stage.tell(owner, &IHedger::closeVenueCall { venue: lender }).unwrap();
    let request = short.stage.request(vec![short.stage.leg(-1_000, AT_SPOT)]);
    let refused = short.stage.rebalance(request).unwrap_err();
    refused.expect(&HedgerNothingToSell { wantedAtoms: U256::from(UNIT), heldAtoms: U256::ZERO });
}

#[test]
fn a_lender_is_named_by_the_owner_and_stays_while_he_is_owed() {
    let Some(mut short) = Short::open() else { return };
    let (owner, stranger) = (short.stage.market.world.owner, short.stage.market.keeper);
    let call = IHedger::setLenderCall { lender: short.lender };
    let no = CallerNotOwner { caller: stranger, owner };
    short.stage.tell(stranger, &call).unwrap_err().expect(&no);
    short.rebalance(-30);
    let refused = short.stage.tell(owner, &call).unwrap_err();
    refused.expect(&HedgerLenderInUse { lender: short.lender });
}

#[test]
fn anybody_has_what_is_posted_follow_the_price() {
    let Some(mut short) = Short::open() else { return };
    short.rebalance(-30);
    let coin = short.stage.coin;
    for spot in [SPOT + SPOT / 10, SPOT - SPOT / 20] {
        short.aave.set_price(&mut short.stage.market.world, coin, spot * 100);
        short.stage.market.push(spot);
        let cash = short.stage.vault_cash();
        let before = short.position();
        let nav = short.stage.nav();
        short.tend();
        let after = short.position();
        near(after.0 as f64, 2.0 * after.1 as f64 / UNIT as f64 * spot as f64 * DOLLAR as f64, 2.0);
        assert_eq!(before.0 - after.0, short.stage.vault_cash() - cash, "it moves, and nothing is lost");
        // Interest of some minutes.
        near(short.stage.nav() as f64, nav as f64, DOLLAR as f64);
        let (units, posted) = short.counted();
        near(units, -after.1 as f64 / UNIT as f64, 1e-9);
        near(posted, after.0 as f64 / DOLLAR as f64, 1e-6);
    }
}

/// The pool stops lending and paying out; the guardian, or the owner before there is one, closes the lender.
#[test]
fn lender_that_is_frozen_is_marked_down_and_everything_else_goes_on() {
    let Some(mut short) = Short::open() else { return };
    short.rebalance(-30);
    let (owner, lender, coin) = (short.stage.market.world.owner, short.lender, short.stage.coin);
    let (configurator, token) = (short.aave.configurator, short.stage.market.world.token);
    for asset in [coin, token] {
        let pause = AaveConfigurator::setReservePauseCall { asset, paused: true };
        short.stage.market.world.send(owner, configurator, &pause).unwrap();
    }
    // Nothing can be bought back through him, and what tries to is undone.
    let request = short.stage.request(vec![short.stage.leg(10_000, AT_SPOT)]);
    assert!(short.stage.rebalance(request).is_err());
    let nav = short.stage.nav();
    short.stage.tell(owner, &IHedger::closeVenueCall { venue: lender }).unwrap();
    assert_eq!((short.counted(), short.position()), ((0.0, 0.0), (0, 0)));
    near((nav - short.stage.nav()) as f64, 90_000.0 * DOLLAR as f64, 3.0);
    // Trades and rebalances go on without him, and so do those who leave.
    short.stage.sell_calls(120);
    short.stage.open_window();
    short.rebalance(10);
    short.stage.an_lp_leaves();

    for asset in [coin, token] {
        let pause = AaveConfigurator::setReservePauseCall { asset, paused: false };
        short.stage.market.world.send(owner, configurator, &pause).unwrap();
    }
    short.stage.set_venue(lender, OWED).unwrap();
    short.tend();
    assert!(short.counted().0 < -19.9);
    assert_eq!(short.position().1 / (UNIT / 1_000), 30_000);
}
