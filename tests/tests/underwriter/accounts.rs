//! What both accounts must hold, and that nothing is made or lost between them.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::account::{self, SYSTEM_ACCOUNTS};
use equipoise_interfaces::{
    ClearingAccountInAuction, ClearingInsufficientCash, ClearingMarginShort, IClearing, MarketSelfTrade,
};
use equipoise_tests::TOKEN;

use crate::fixture::{leg, narrow, SPOT};
use crate::offering::{domain_of, offer_of, sign};
use crate::stage::{plain, times, Stage};

const CENT: i128 = TOKEN as i128 / 100;

impl Stage {
    /// Takes all but so many atoms out of somebody's account.
    fn leave(&mut self, owner: Address, atoms: i128) {
        let cash = self.market.cash_of(owner);
        let amount = U256::try_from(cash - atoms).unwrap();
        self.ledger(owner, &IClearing::withdrawCall { amountAtoms: amount });
    }
}

#[test]
fn a_maker_who_sells_has_the_margin_to_open_it() {
    let mut stage = Stage::open();
    let unit = stage.call();
    let (maker, offer) = (stage.maker(), stage.offer(&unit, 10));
    stage.leave(maker, 100 * TOKEN as i128);
    let short = stage.trade(stage.order(1, 8), &offer).unwrap_err().decode::<ClearingMarginShort>().unwrap();
    assert_eq!(short.account, account::of(maker));
    // What he needs is the initial margin of what he is short of then, and not a cent less: it falls by less while he deposits.
    let missing = plain(short.requiredAtoms) - narrow(short.equityAtoms);
    let deposit = |atoms: i128| IClearing::depositCall { amountAtoms: U256::try_from(atoms).unwrap() };
    let clearing = stage.market.clearing;
    stage.market.world.send(maker, clearing, &deposit(missing - CENT)).unwrap();
    let short = stage.trade(stage.order(1, 8), &offer).unwrap_err().decode::<ClearingMarginShort>().unwrap();
    let left = plain(short.requiredAtoms) - narrow(short.equityAtoms);
    assert!(left > 0 && left <= CENT, "{left}");
    stage.market.world.send(maker, clearing, &deposit(left)).unwrap();
    stage.trade(stage.order(1, 8), &offer).unwrap();
}

#[test]
fn whoever_buys_has_the_cash() {
    let mut stage = Stage::open();
    let (taker, maker) = (stage.taker, stage.maker());
    let offer = stage.offer(&stage.sold_put(), 10);
    let before = stage.suppose(|stage| {
        stage.leave(maker, 10 * TOKEN as i128);
        stage.trade(stage.order(1, 8), &offer).unwrap_err()
    });
    assert_eq!(before.decode::<ClearingInsufficientCash>().unwrap().account, account::of(maker));
    let offer = stage.offer(&stage.call(), 10);
    let vault_cost = stage.quote(stage.order(1, 8), &offer).vaultCostAtoms;
    stage.leave(taker, narrow(vault_cost) + 1);
    let refused = stage.trade(stage.order(1, 8), &offer).unwrap_err();
    assert_eq!(refused.decode::<ClearingInsufficientCash>().unwrap().account, account::of(taker));
}

#[test]
fn a_maker_in_auction_opens_nothing() {
    let mut stage = Stage::open();
    let unit = stage.call();
    let (maker, offer) = (stage.maker(), stage.offer(&unit, 1_000));
    stage.leave(maker, 11_000 * TOKEN as i128);
    stage.trade(stage.order(2, 15), &offer).unwrap();
    stage.market.climb_to(SPOT + 300);
    stage.market.post_surface().unwrap();
    stage.ledger(stage.taker, &IClearing::startAuctionCall { account: offer.account });
    let refused = stage.trade(stage.order(1, 1), &offer).unwrap_err();
    refused.expect(&ClearingAccountInAuction { account: offer.account });
    // What he is short of he may buy back, as much as leaves him what he must hold.
    let back: Vec<_> = times(&unit, 1).iter().map(|each| leg(each.series, -narrow(each.sizeWad))).collect();
    let offer = stage.offer(&back, 10);
    stage.trade(stage.order(2, 10), &offer).unwrap();
    stage.assert_zero_sum();
}

#[test]
fn nobody_is_maker_and_taker_at_once() {
    let mut stage = Stage::open();
    let maker = stage.maker();
    stage.let_trade(maker);
    let offer = stage.offer(&stage.call(), 10);
    for taker in [account::of(maker), account::sub(maker, 2)] {
        if taker != offer.account {
            let move_cash = IClearing::transferCashCall {
                from: offer.account,
                to: taker,
                amountAtoms: U256::from(100_000 * TOKEN),
            };
            stage.ledger(maker, &move_cash);
        }
        let mut order = stage.order(1, 1);
        order.account = taker;
        let signature = stage.signature(&offer);
        let refused = stage.bring(maker, order, &offer, signature).unwrap_err();
        refused.expect(&MarketSelfTrade { maker: offer.account, taker });
    }
}

#[test]
fn other_accounts_of_both_take_part() {
    let mut stage = Stage::open();
    let (taker, maker) = (stage.taker, stage.maker());
    let [taken, made] = [account::sub(taker, 5), account::sub(maker, 9)];
    for (owner, to) in [(taker, taken), (maker, made)] {
        let amount = U256::from(200_000 * TOKEN);
        stage.ledger(owner, &IClearing::transferCashCall { from: account::of(owner), to, amountAtoms: amount });
    }
    let mut offer = offer_of(maker, &stage.call(), 10);
    offer.account = made;
    let mut order = stage.order(1, 3);
    order.account = taken;
    let signature = sign(&offer, &stage.maker, &domain_of(&stage.market, stage.underwriter));
    let told = stage.bring(taker, order, &offer, signature).unwrap();
    assert_eq!((told.taker, told.maker), (taken, made));
    assert_eq!(stage.market.cash(taken), 200_000 * TOKEN as i128 - narrow(told.vaultCostAtoms + told.makerCostAtoms));
}

#[test]
fn cash_goes_round_and_none_is_made() {
    let mut stage = Stage::open();
    for (legs, units) in [(stage.call(), (1, 7)), (stage.sold_put(), (2, 5)), (stage.calendar(), (3, 9))] {
        let offer = stage.offer(&legs, 10);
        stage.trade(stage.order(units.0, units.1), &offer).unwrap();
        stage.assert_zero_sum();
        let system = (0..SYSTEM_ACCOUNTS).map(account::system);
        let owners = [stage.taker, stage.maker()].map(account::of);
        let cash: i128 = system.chain(owners).map(|account| stage.market.cash(account)).sum();
        let clearing = stage.market.clearing;
        assert_eq!(cash, stage.market.world.tokens(clearing) as i128);
    }
}
