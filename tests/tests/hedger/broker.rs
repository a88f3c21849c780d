//! Hedging by perpetual futures: an order is debited at its worst, and counts once it is filled and confirmed.

use alloy_primitives::{Address, I256, U256};
use equipoise_interfaces::{
    CallerNotOwner, HedgeOrderCancelled, HedgerBudgetExceeded, HedgerCashShort, HedgerCheckpointUnknown,
    HedgerDeadlinePassed, HedgerDeltaGrows, HedgerEpochDiffers, HedgerNothingToSell, HedgerOrderFilled,
    HedgerOrderMissing, HedgerOrderPending, HedgerOrderTooEarly, HedgerPerpClosed, HedgerPerpDiffers, HedgerPerpInUse,
    HedgerPriceOutOfBand, HedgerVenueCapExceeded, HedgerWindowClosed, IBroker, IHedger, IPerpVenue, PerpOrder,
};
use equipoise_risk::rebalance::HedgeTerm;
use equipoise_tests::World;

use crate::fixture::{CONTRACT, SPOT};
use crate::floor::{near, Floor, CENTS, DOLLAR, LIMIT};
use crate::stage::{narrow, numbers, Stage, UNIT};

/// Six hundredths of a per cent, and an atom for rounding.
fn fee(notional: i128) -> i128 {
    notional * 6 / 10_000 + 1
}

#[test]
fn an_order_is_debited_at_its_worst_and_counts_as_a_hedge_only_once_its_fill_is_confirmed() {
    let mut floor = Floor::open();
    let (cash, nav, delta) = (floor.stage.vault_cash(), floor.stage.nav(), floor.delta());
    let told = floor.ask(30_000, LIMIT).unwrap();
    // Half of what thirty are worth at spot; their limit and its fee are what it loses at the worst.
    let cost = 30 * 3_002 * DOLLAR + fee(30 * 3_002 * DOLLAR);
    let worst = cost - 90_000 * DOLLAR;
    assert_eq!((told.solver, told.marginAtoms), (floor.asker, U256::from(45_000 * DOLLAR)));
    assert_eq!(told.worstAtoms, U256::from(worst));
    assert_eq!(cash - floor.stage.vault_cash(), 45_000 * DOLLAR);
    assert_eq!(floor.held(), (0, 45_000 * DOLLAR - worst));
    assert_eq!(floor.counted(), floor.held());
    near(nav - floor.stage.nav(), worst, 2);
    near(floor.delta(), delta, 1);
    assert_eq!(floor.stage.tokens(floor.asker), 0);
    let pending = floor.pending();
    assert_eq!((pending.number, pending.costAtoms), (told.order, I256::try_from(cost).unwrap()));

    floor.fill(told.order);
    // The venue has filled it, and nobody has told the hedger.
    assert_eq!(floor.held(), (0, 45_000 * DOLLAR - worst));
    near(floor.delta(), delta, 100);
    // A second of the options' decay.
    near(nav - floor.stage.nav(), worst, DOLLAR / 10);
    let filled = HedgerOrderFilled { order: told.order };
    floor.poke(&IBroker::markPerpCall {}).unwrap_err().expect(&filled);
    floor.cancel().unwrap_err().expect(&filled);

    let confirmed = floor.confirm().unwrap();
    let paid = 90_045 * DOLLAR + fee(90_045 * DOLLAR);
    let tip = narrow(confirmed.tipAtoms);
    assert_eq!((confirmed.solver, confirmed.order), (floor.asker, told.order));
    assert_eq!(confirmed.filledAtoms, I256::try_from(30 * UNIT).unwrap());
    assert!(tip > 0 && narrow(pending.maxTipAtoms) >= tip, "{confirmed:?} of {pending:?}");
    near(narrow(confirmed.costAtoms), paid - 90_000 * DOLLAR + tip, 2);
    assert_eq!(floor.stage.tokens(floor.asker), tip);
    assert_eq!(floor.held(), (30_000, 45_000 * DOLLAR - paid));
    assert_eq!(floor.counted(), floor.held());
    near(floor.delta() - delta, 9_000_000, 100);
    // The skew reserve pays what it can of the cost.
    let lost = nav - floor.stage.nav();
    assert!((-DOLLAR / 10..=paid - 90_000 * DOLLAR + tip + 2).contains(&lost), "lost {lost}");
    assert_eq!(floor.pending(), PerpOrder::default());
    assert_eq!(floor.stage.tokens(floor.stage.hedges.hedger), 0);
    assert_eq!(floor.stage.ask(&IHedger::stateCall {}).openedAt, 0, "the window has closed");
}

#[test]
fn an_order_that_nobody_fills_is_taken_back_and_costs_nothing() {
    for is_taken_back_by_others in [false, true] {
        let mut floor = Floor::open();
        let before = (floor.stage.vault_cash(), floor.counted());
        let (used, ends_at) = (floor.stage.ask(&IHedger::budgetCall {}).usedWad, floor.stage.market.now() + 121);
        let nav = floor.nav_at(ends_at);
        // Nobody sells at spot: the venue has its spread.
        let told = floor.ask(30_000, CENTS).unwrap();
        let pending = HedgerOrderPending { order: told.order, deadline: told.deadline };
        assert_eq!(told.deadline, floor.stage.market.now() + 120);
        assert!(floor.stage.ask(&IHedger::budgetCall {}).usedWad > used);
        floor.cancel().unwrap_err().expect(&pending);
        floor.confirm().unwrap_err().expect(&pending);
        floor.stage.market.world.go_to(told.deadline);
        floor.cancel().unwrap_err().expect(&pending);
        floor.go_past(told.deadline);
        let receipt = if is_taken_back_by_others {
            let (stranger, venue) = (floor.keeper, floor.venue);
            let order = U256::from(told.order);
            floor.stage.market.world.send(stranger, venue, &IPerpVenue::cancelOrderCall { order }).unwrap();
            floor.poke(&IBroker::markPerpCall {}).unwrap()
        } else {
            floor.cancel().unwrap()
        };
        let cancelled = &World::events::<HedgeOrderCancelled>(&receipt)[0];
        assert_eq!((cancelled.order, cancelled.backAtoms), (told.order, told.marginAtoms));
        assert_eq!((floor.stage.vault_cash(), floor.counted()), before);
        near(floor.stage.nav(), nav, 2);
        // It is kept to 2^-24.
        assert!(floor.stage.ask(&IHedger::budgetCall {}).usedWad - used < U256::from(1_000_000_000_000_u64));
        assert_eq!(floor.stage.tokens(floor.stage.hedges.hedger), 0);
        floor.cancel().unwrap_err().expect(&HedgerOrderMissing {});

        // Whoever asks for what nobody fills does not ask again at once, and others hedge meanwhile.
        let ready_at = floor.pending().deadline;
        assert_eq!(ready_at, floor.stage.market.now() + 600);
        let early = floor.ask(30_000, LIMIT).unwrap_err();
        early.expect(&HedgerOrderTooEarly { readyAt: ready_at });
        let request = floor.stage.request(vec![floor.stage.leg(1_000, CENTS)]);
        floor.stage.rebalance(request).unwrap();
        floor.stage.market.world.go_to(ready_at - 1);
        floor.ask(29_000, LIMIT).unwrap_err().expect(&HedgerOrderTooEarly { readyAt: ready_at });
        floor.stage.market.world.go_to(ready_at);
        floor.ask(29_000, LIMIT).unwrap();
    }
}

#[test]
fn while_an_order_is_in_flight_nobody_else_rebalances_or_asks() {
    let mut floor = Floor::open();
    let told = floor.ask(10_000, LIMIT).unwrap();
    let pending = HedgerOrderPending { order: told.order, deadline: told.deadline };
    let request = floor.stage.request(vec![floor.stage.leg(10_000, CENTS)]);
    floor.stage.rebalance(request).unwrap_err().expect(&pending);
    floor.ask(10_000, LIMIT).unwrap_err().expect(&pending);
    floor.poke(&IBroker::tendPerpCall {}).unwrap_err().expect(&pending);
    // Traders trade, and checkpoints are taken.
    let words = floor.stage.inventory();
    floor.stage.sell_calls(1);
    floor.stage.checkpoint();
    floor.fill(told.order);
    let request = floor.stage.request(vec![floor.stage.leg(10_000, CENTS)]);
    floor.stage.rebalance(request).unwrap_err().expect(&pending);
    floor.confirm_on(words).unwrap();
    floor.stage.open_window();
    // The perpetual future counts in what others may do.
    let request = floor.stage.request(vec![floor.stage.leg(10_000, CENTS)]);
    floor.stage.rebalance(request).unwrap();
    assert_eq!(floor.counted().0, 20_000);
    assert_eq!(floor.held().0, 10_000);
    floor.ask(5_000, LIMIT).unwrap();
    assert_eq!(floor.counted().0, 20_000);
    let sale = floor.stage.request(vec![floor.stage.leg(-11_000, CENTS)]);
    assert!(floor.stage.rebalance(sale).is_err());
}

#[test]
fn what_the_venue_holds_is_not_sold_elsewhere() {
    let mut floor = Floor::open();
    floor.hold_thirty();
    floor.stage.sell_calls(-60);
    floor.stage.open_window();
    let request = floor.stage.request(vec![floor.stage.leg(-1_000, CENTS)]);
    let refused = floor.stage.rebalance(request).unwrap_err();
    refused.expect(&HedgerNothingToSell { wantedAtoms: U256::from(UNIT), heldAtoms: U256::ZERO });
}

#[test]
fn an_order_keeps_to_the_rules_of_rebalances_at_its_limit_with_its_fee() {
    let mut floor = Floor::open();
    floor.stage.set_venue(floor.venue, 50_000_000).unwrap();
    let now = floor.stage.market.now();
    let mut order = floor.order(10_000, LIMIT);
    order.riskEpoch += 1;
    assert!(floor.ask_for(order).unwrap_err().decode::<HedgerEpochDiffers>().is_some());
    let mut order = floor.order(10_000, LIMIT);
    order.deadline = now - 1;
    assert!(floor.ask_for(order).unwrap_err().decode::<HedgerDeadlinePassed>().is_some());
    let words = vec![alloy_primitives::B256::ZERO];
    let (request, asker) = (floor.order(10_000, LIMIT), floor.asker);
    let unknown = floor.stage.tell(asker, &IBroker::requestHedgeCall { request, words }).unwrap_err();
    assert!(unknown.decode::<HedgerCheckpointUnknown>().is_some());
    // Half a per cent of 3,000 is 15.
    assert!(floor.ask(10_000, CENTS + 1_501).unwrap_err().decode::<HedgerPriceOutOfBand>().is_some());
    assert!(floor.ask(80_000, LIMIT).unwrap_err().decode::<HedgerDeltaGrows>().is_some());
    assert!(floor.ask(2_000_000, LIMIT).unwrap_err().decode::<HedgerCashShort>().is_some());
    let before = (floor.stage.vault_cash(), floor.held(), floor.standing());
    assert_eq!((before.1, before.2.marginAtoms), ((0, 0), U256::ZERO));

    // Five at two dollars more cost ten dollars and nine of fees; at 2.40 more twelve, and then it is too much.
    floor.stage.with_terms(&[(HedgeTerm::RebalanceBudget, 20), (HedgeTerm::DayBudget, 100)]);
    let without_tip = |floor: &mut Floor, cents: u64| {
        let mut order = floor.order(5_000, cents);
        order.maxTipAtoms = U256::ZERO;
        floor.ask_for(order)
    };
    let dear = without_tip(&mut floor, CENTS + 240).unwrap_err();
    assert!(dear.decode::<HedgerBudgetExceeded>().is_some(), "{dear:?}");
    without_tip(&mut floor, CENTS + 200).unwrap();
}

#[test]
fn a_closed_window_takes_no_orders() {
    let mut floor = Floor::open();
    floor.stage.sell_calls(-55);
    floor.stage.open_window();
    floor.ask(1_000, LIMIT).unwrap_err().expect(&HedgerWindowClosed {});
}

#[test]
fn a_venue_holds_nothing_before_it_is_opened_and_no_more_than_its_cap() {
    let mut floor = Floor::closed();
    let (owner, venue) = (floor.stage.market.world.owner, floor.venue);
    let closed = HedgerPerpClosed { venue };
    floor.ask(30_000, LIMIT).unwrap_err().expect(&closed);
    floor.poke(&IBroker::markPerpCall {}).unwrap_err().expect(&closed);
    floor.poke(&IBroker::tendPerpCall {}).unwrap_err().expect(&closed);
    floor.stage.set_venue(venue, 89_999).unwrap();
    let beyond = floor.ask(30_000, LIMIT).unwrap_err();
    assert!(beyond.decode::<HedgerVenueCapExceeded>().is_some_and(|told| told.venue == venue), "{beyond:?}");
    floor.stage.set_venue(venue, 90_000).unwrap();
    floor.ask(30_000, LIMIT).unwrap();
    floor.stage.tell(owner, &IHedger::closeVenueCall { venue }).unwrap();
    floor.cancel().unwrap_err().expect(&closed);
}

#[test]
fn a_venue_is_named_by_the_owner_and_stays_while_anything_is_there() {
    let mut floor = Floor::open();
    let (owner, stranger, venue) = (floor.stage.market.world.owner, floor.keeper, floor.venue);
    let call = IBroker::setPerpVenueCall { venue };
    floor.stage.tell(stranger, &call).unwrap_err().expect(&CallerNotOwner { caller: stranger, owner });
    assert_eq!(floor.stage.ask(&IBroker::perpVenueCall {}), venue);
    floor.stage.tell(owner, &call).unwrap();
    floor.ask(30_000, LIMIT).unwrap();
    floor.stage.tell(owner, &call).unwrap_err().expect(&HedgerPerpInUse { venue });
    // One of another stablecoin.
    let mut other = Floor::closed();
    let coin = other.stage.coin;
    let wrong = other.stage.market.world.deploy("TestPerp", alloy_sol_types::SolValue::abi_encode(&coin));
    let refused = other.stage.tell(owner, &IBroker::setPerpVenueCall { venue: wrong }).unwrap_err();
    refused.expect(&HedgerPerpDiffers { venue: wrong });
    let broker = other.stage.hedges.broker;
    let again = other.stage.tell(owner, &IHedger::wireBrokerCall { broker }).unwrap_err();
    assert!(again.decode::<equipoise_interfaces::AlreadyWired>().is_some());
    assert_eq!(other.stage.ask(&IHedger::brokerCall {}), broker);
}

#[test]
fn anybody_has_the_margin_follow_the_price() {
    let mut floor = Floor::open();
    floor.hold_thirty();
    for spot in [SPOT + SPOT / 10, SPOT - SPOT / 20] {
        floor.stage.market.push(spot);
        let (nav, cash, (_, held)) = (floor.stage.nav(), floor.stage.vault_cash(), floor.held());
        floor.poke(&IBroker::tendPerpCall {}).unwrap();
        let (units, after) = floor.held();
        assert_eq!(units, 30_000);
        // Half of what they are worth at the price of now.
        near(after + 30 * i128::from(spot) * DOLLAR, 15 * i128::from(spot) * DOLLAR, 1);
        assert_eq!(after - held, cash - floor.stage.vault_cash(), "it moves, and nothing is lost");
        near(floor.stage.nav(), nav, 2);
        assert_eq!(floor.counted(), floor.held());
    }
}

#[test]
fn what_is_held_is_closed_by_an_order_and_all_of_it_comes_home() {
    let mut floor = Floor::open();
    floor.hold_thirty();
    floor.stage.sell_calls(-60);
    floor.stage.open_window();
    let nav = floor.stage.nav();
    let told = floor.ask(-30_000, CENTS - 200).unwrap();
    assert_eq!(told.marginAtoms, U256::ZERO, "what closes needs no margin");
    near(nav - floor.stage.nav(), narrow(told.worstAtoms), 2);
    floor.fill(told.order);
    floor.confirm().unwrap();
    let paid = 2 * 45 * DOLLAR + fee(90_045 * DOLLAR) + fee(89_955 * DOLLAR);
    assert_eq!(floor.held(), (0, 45_000 * DOLLAR - paid));
    let (nav, cash) = (floor.stage.nav(), floor.stage.vault_cash());
    floor.poke(&IBroker::tendPerpCall {}).unwrap();
    assert_eq!((floor.held(), floor.counted()), ((0, 0), (0, 0)));
    assert_eq!(floor.stage.vault_cash() - cash, 45_000 * DOLLAR - paid);
    near(floor.stage.nav(), nav, 2);
    assert_eq!(floor.standing().marginAtoms, U256::ZERO);
    assert_eq!(floor.stage.tokens(floor.stage.hedges.hedger), 0);
}

#[test]
fn a_vault_that_is_long_goes_short_without_borrowing() {
    let mut floor = Floor::open();
    floor.stage.sell_calls(-120);
    floor.stage.open_window();
    let (delta, nav) = (floor.delta(), floor.stage.nav());
    let told = floor.ask(-30_000, CENTS - 200).unwrap();
    assert_eq!(floor.held().0, 0);
    near(floor.delta(), delta, 1);
    near(nav - floor.stage.nav(), narrow(told.worstAtoms), 2);
    floor.fill(told.order);
    floor.confirm().unwrap();
    near(delta - floor.delta(), 9_000_000, 100);
    assert_eq!(floor.held(), (-30_000, 45_000 * DOLLAR + 89_955 * DOLLAR - fee(89_955 * DOLLAR)));
}

#[test]
fn who_confirms_after_the_risk_has_gone_pays_no_tip() {
    let mut floor = Floor::open();
    let told = floor.ask(30_000, LIMIT).unwrap();
    // Traders take the delta away that it was asked for to hedge.
    let words = floor.stage.inventory();
    floor.stage.sell_calls(-60);
    floor.fill(told.order);
    let confirmed = floor.confirm_on(words).unwrap();
    assert_eq!((confirmed.tipAtoms, confirmed.costAtoms), (U256::ZERO, U256::ZERO));
    assert_eq!(floor.stage.tokens(floor.asker), 0);
    assert_eq!(floor.held().0, 30_000, "it counts all the same");
}

#[test]
fn confirming_takes_an_inventory_that_is_known() {
    let mut floor = Floor::open();
    let told = floor.ask(30_000, LIMIT).unwrap();
    floor.fill(told.order);
    let refused = floor.confirm_on(Vec::new()).unwrap_err();
    assert!(refused.decode::<HedgerCheckpointUnknown>().is_some(), "{refused:?}");
    floor.confirm().unwrap();
    floor.confirm().unwrap_err().expect(&HedgerOrderMissing {});
}

#[test]
fn a_hedger_without_a_venue_has_nothing_there() {
    let mut stage = Stage::open();
    let zero = Address::ZERO;
    assert_eq!(stage.ask(&IBroker::perpVenueCall {}), zero);
    let anybody = stage.market.keeper;
    stage.tell(anybody, &IBroker::markPerpCall {}).unwrap_err().expect(&HedgerPerpClosed { venue: zero });
    stage.tell(anybody, &IBroker::cancelHedgeCall {}).unwrap_err().expect(&HedgerOrderMissing {});
}

/// Whatever is asked for, filled, taken back, marked and tended, at one price nothing is lost but what was told when it was asked for.
#[test]
fn no_course_of_orders_loses_more_than_was_told() {
    let mut floor = Floor::open();
    let mut next = numbers(0x2545_f491_4f6c_dd1d);
    let (mut asked, mut confirmed, mut cancelled) = (0, 0, 0);
    for _ in 0..150 {
        floor.stage.market.pass(30 + next(200));
        floor.stage.market.push(SPOT);
        if next(3) == 0 {
            floor.stage.checkpoint();
        }
        if next(4) == 0 {
            let calls = floor.stage.calls((i128::from(next(121)) - 60) * CONTRACT);
            let trader = floor.stage.trader;
            let _refused = floor.stage.market.trade(trader, &[calls]);
        }
        let (nav, order) = (floor.stage.nav(), floor.pending());
        let lost = |floor: &mut Floor| nav - floor.stage.nav();
        if order.solver.is_zero() {
            let (milli, beyond) = (1 + i128::from(next(30_000)), 100 + next(500));
            let is_buy = next(2) == 0;
            let (milli, limit) = if is_buy { (milli, CENTS + beyond) } else { (-milli, CENTS - beyond) };
            if let Ok(told) = floor.ask(milli, limit) {
                asked += 1;
                near(lost(&mut floor), narrow(told.worstAtoms), 3);
                if next(3) != 0 {
                    floor.stage.market.pass(1);
                    floor.stage.market.push(SPOT);
                    let (keeper, venue) = (floor.keeper, floor.venue);
                    let call = IPerpVenue::fillOrderCall { order: U256::from(told.order) };
                    let _refused = floor.stage.market.world.send(keeper, venue, &call);
                }
            } else {
                near(lost(&mut floor), 0, 0);
            }
        } else if let Ok(told) = floor.confirm() {
            confirmed += 1;
            let tip = narrow(told.tipAtoms);
            assert!(lost(&mut floor) <= tip + 3, "{told:?}");
            assert!(order.quantityAtoms == told.filledAtoms);
        } else if floor.cancel().is_ok() {
            cancelled += 1;
            assert!(lost(&mut floor) <= 3);
        }
        if next(3) == 0 {
            let nav = floor.stage.nav();
            if floor.poke(&IBroker::tendPerpCall {}).is_ok() {
                near(floor.stage.nav(), nav, 3);
            }
        }
        assert_eq!(floor.counted(), floor.held());
        assert_eq!(floor.stage.tokens(floor.stage.hedges.hedger), 0);
        let (told, order) = (floor.standing(), floor.pending());
        if order.solver.is_zero() {
            let cash = narrow(told.marginAtoms) - i128::try_from(told.costAtoms).unwrap();
            assert!(floor.held().1 <= cash, "never more than the venue owes");
        }
    }
    assert!(asked >= 5 && confirmed >= 3 && cancelled >= 1, "{asked} {confirmed} {cancelled}");
}
