//! A feed that answers what is no price.

use alloy_primitives::I256;
use equipoise_interfaces::{IVault, OraclePriceNotPositive, OracleTimeInFuture};
use equipoise_tests::TOKEN;

use crate::fixture::{call_of, leg, Market, CONTRACT, K3000, SPOT};
use crate::stage::RICH;

#[test]
fn nonsense_from_the_feed_opens_nothing_prices_no_epoch_and_keeps_nobody_from_his_cash() {
    let mut market = Market::open();
    let (junior, anybody) = (market.junior, market.world.owner);
    let trader = market.trader("trader", RICH);
    market.trade(trader, &[leg(call_of(3, K3000), CONTRACT)]).unwrap();
    let late = market.lp_with("late", 1_000 * TOKEN);
    market.request_deposit(junior, late, 1_000 * TOKEN).unwrap();
    let cut = market.world.read(market.vault, &IVault::nextEpochCall {}).cutAt;
    market.world.go_to(cut);
    for answer in [0, -1] {
        market.pass(1);
        market.push_answer(answer);
        let told = I256::try_from(answer).unwrap();
        for contracts in [CONTRACT, -CONTRACT] {
            let refused = market.refused(|market| market.trade(trader, &[leg(call_of(3, K3000), contracts)]));
            assert_eq!(refused.decode::<OraclePriceNotPositive>().map(|error| error.answer), Some(told));
        }
        market.refused(|market| market.process(anybody));
        market.withdraw(trader, TOKEN).unwrap();
    }
    // A time that has not come is as good as none.
    let now = market.now();
    let dollar = market.world.dollar;
    market.world.push_round(i128::from(SPOT) * dollar, now + 100);
    let refused = market.refused(|market| market.trade(trader, &[leg(call_of(3, K3000), CONTRACT)]));
    assert!(refused.decode::<OracleTimeInFuture>().is_some());
    market.refused(|market| market.process(anybody));
    market.withdraw(trader, TOKEN).unwrap();
    // Once it has come, everything goes on.
    market.world.go_to(now + 100);
    market.trade(trader, &[leg(call_of(3, K3000), CONTRACT)]).unwrap();
    market.process(anybody).unwrap();
    assert!(market.claim_shares(junior, late) > 0);
}
