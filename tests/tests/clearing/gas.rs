//! What calls cost. Transactions carry the relaying stand-in market with them.

use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::of;
use equipoise_interfaces::IClearing;
use equipoise_tests::TOKEN;

use crate::auctions::ALL;
use crate::fixture::{margin, nothing, setup, trade_of};

#[test]
fn gas_of_each_call() {
    let mut setup = setup();
    setup.fund_vault(1_000 * TOKEN);
    let trader = setup.trader("trader", 1_000 * TOKEN);
    setup.send(trader, &IClearing::depositCall { amountAtoms: U256::from(TOKEN) }).unwrap();
    setup.send(trader, &IClearing::withdrawCall { amountAtoms: U256::from(TOKEN) }).unwrap();
    let (account, market, other) = (of(trader), setup.market, setup.other);
    let mut measured = Vec::new();
    for name in ["recordTrade, longs, first", "recordTrade, longs, again"] {
        let receipt = setup.by_market(&trade_of(account, trader, 7, 1, false, nothing())).unwrap();
        measured.push((name, receipt.gas_used));
    }
    setup.open(market, account, 0, &margin(-1, 5)).unwrap();
    let receipt = setup.open(market, account, 0, &margin(-1, 5)).unwrap();
    measured.push(("recordTrade, short in one market", receipt.gas_used));
    setup.open(other, account, 0, &margin(-1, 5)).unwrap();
    let receipt = setup.open(other, account, 0, &margin(-1, 5)).unwrap();
    measured.push(("recordTrade, short in two markets", receipt.gas_used));
    let distressed = setup.distressed("distressed", &margin(-55, 50));
    let bidder = setup.trader("bidder", 1_000 * TOKEN);
    setup.start(distressed).unwrap();
    setup.bid(distressed, bidder, ALL / 10).unwrap();
    setup.bid(distressed, bidder, ALL).unwrap();
    for (name, gas) in setup.world.gas.iter().map(|(name, gas)| (*name, *gas)).chain(measured.clone()) {
        println!("{name}: {gas}");
    }
    // Three percent above what is measured.
    let gas = &setup.world.gas;
    assert!(gas[IClearing::depositCall::SIGNATURE] < 79_000);
    assert!(gas[IClearing::withdrawCall::SIGNATURE] < 59_000);
    assert!(gas[IClearing::startAuctionCall::SIGNATURE] < 219_500);
    let most = [59_500, 59_500, 56_200, 158_300];
    for ((name, gas), most) in measured.into_iter().zip(most) {
        assert!(gas < most, "{name}: {gas}");
    }
}
