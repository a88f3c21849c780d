//! What must hold of the hedge, whoever moves it.

use alloy_primitives::U256;
use equipoise_risk::hedge::Hedge;
use equipoise_risk::rebalance::{Accepted, HedgeTerm};
use equipoise_risk::units::{Atoms, Money, Price};

use crate::double::fills::worth_floor;
use crate::double::hedging::units_floor;
use crate::double::lender::Account;
use crate::double::scale;
use crate::life::Life;
use crate::slots::Picture;

const DAY: u64 = 86_400;

/// The market counts what the hedger has bought for it and what lay at the lender when it was told, to the atom, and no gift.
pub fn the_hedge_is_what_the_hedger_holds(life: &Life, picture: &Picture) {
    let (hedger, [collateral, debt]) = (&picture.hedger, life.course.here.told);
    let units = units_floor(hedger.atoms.cast_signed() - debt.cast_signed());
    let cash = Money::from_fx(units_floor(collateral.cast_signed()));
    assert_eq!(picture.hedge, Hedge { units, cash }, "what the market counts as its hedge");
    let held = hedger.coins[&life.own.hedging.hedges.hedger];
    assert_eq!(held, hedger.atoms + life.course.here.given, "what the hedger has of the underlying");
}

/// No stablecoin stays where hedges are filled but what somebody has sent there, and no underlying at a venue or with the lender's
/// account.
pub fn nothing_is_left_at_the_hedger_or_its_venue(life: &Life, picture: &Picture) {
    let (hedges, places) = (life.own.hedging.hedges, life.own.places);
    let between = places.map(|places| [places.pool_venue, places.lender]);
    for wallet in [hedges.hedger, hedges.filler].into_iter().chain(between.into_iter().flatten()) {
        let donated = life.course.donated.get(&wallet).copied().unwrap_or(0);
        assert_eq!(picture.tokens[&wallet], donated, "stablecoins of {wallet}");
    }
    for wallet in [hedges.filler].into_iter().chain(between.into_iter().flatten()) {
        assert_eq!(picture.hedger.coins[&wallet], 0, "the underlying at {wallet}");
    }
}

/// What is lent and swapped comes from somewhere and goes somewhere: the underlying of all who handle it is as much as ever.
pub fn the_underlying_is_conserved(before: &Picture, after: &Picture) {
    let coins = |picture: &Picture| picture.hedger.coins.values().sum::<u128>();
    assert_eq!(coins(before), coins(after), "the underlying neither comes nor goes");
}

/// Nothing moves the hedge, or what its hedger keeps, but a call of the hedger.
pub fn hedges_stand(before: &Picture, after: &Picture) {
    assert_eq!(after.hedge, before.hedge, "the hedge moves by itself");
    assert_eq!(after.hedger, before.hedger, "the hedger's slots move by themselves");
}

/// Nobody may take what a hedge is made of once the rebalance is over.
pub fn no_allowance_is_left_behind(life: &Life) {
    let (hedges, coin, token) = (life.own.hedging.hedges, life.own.hedging.coin, life.market.world.token);
    let places = life.own.places.map(|places| [places.pool_venue, places.lender, places.pool, places.aave.pool]);
    let [venue, lender, pools @ ..] = places.unwrap_or_default();
    let owners = [hedges.hedger, hedges.filler, life.market.clearing, venue, lender];
    for owner in owners {
        for spender in owners.into_iter().chain(pools).chain([life.own.hedging.solver]) {
            for token in [coin, token] {
                let allowed = life.allowance(token, owner, spender);
                assert_eq!(allowed, U256::ZERO, "{owner} lets {spender} take of {token}");
            }
        }
    }
}

/// Every account but the vault's, every position, request, price and breaker is what it was: a rebalance moves the vault's cash, its
/// skew reserve and its hedge.
pub fn a_rebalance_leaves_liabilities_untouched(before: &Picture, after: &Picture) {
    let mut expected = before.clone();
    let vault = before.vault();
    // The ledger and the wallets are the same seen from the other market.
    let take = |expected: &mut Picture| {
        expected.ledger.insert(vault, after.ledger[&vault]);
        expected.tokens.clone_from(&after.tokens);
    };
    take(&mut expected);
    expected.there.as_deref_mut().into_iter().for_each(take);
    expected.trading.reserve.balance = after.trading.reserve.balance;
    (expected.hedge, expected.hedger) = (after.hedge, after.hedger.clone());
    assert!(&expected == after, "a rebalance moves more than a hedge");
}

/// Theta, at most, of what the penalty falls by; and no more than one rebalance may cost. The vault's assets, at the lender too, say
/// so themselves.
pub fn a_rebalance_costs_the_vault_at_most_its_rule(
    (before, after): (&Picture, &Picture),
    accounts: [&Account; 2],
    spot: Price,
    (accepted, lost, capital): (&Accepted, Money, Money),
) -> Money {
    let [had, has] = assets((before, after), accounts, spot);
    let cost = lost.plus(accepted.tip).unwrap().max(Money::ZERO);
    let paid = had.minus(has).unwrap();
    let atom = scale().money_floor(Atoms::new(1)).unwrap();
    assert!(paid <= cost.plus(atom).unwrap(), "a rebalance that costs {cost:?} takes {paid:?}");
    let terms = &before.hedger.terms;
    let share = |of: Money, term| of.scaled_floor(terms.number(term).unwrap()).unwrap();
    assert!(cost <= share(accepted.gain, HedgeTerm::Theta).max(Money::ZERO), "{cost:?} for {accepted:?}");
    assert!(cost <= share(capital, HedgeTerm::RebalanceBudget), "{cost:?} of {capital:?}");
    cost
}

/// The vault's cash and its hedge, before and after something.
pub fn assets((before, after): (&Picture, &Picture), [had, has]: [&Account; 2], spot: Price) -> [Money; 2] {
    [(before, had), (after, has)].map(|(picture, account)| {
        let cash = scale().money_floor(Atoms::new(picture.vault_cash())).unwrap();
        cash.plus(worth_floor(picture.hedger.atoms, account, spot)).unwrap()
    })
}

/// What rebalances have cost within any 24 hours is at most what a day's may.
pub fn a_days_rebalances_cost_at_most_its_budget(life: &Life) {
    let Some((now, ..)) = life.course.here.costs.last().copied() else { return };
    let recent = || life.course.here.costs.iter().filter(|(at, ..)| now - at < DAY);
    let spent = recent().fold(Money::ZERO, |sum, (_, cost, _)| sum.plus(*cost).unwrap());
    let budget = recent().map(|(.., budget)| *budget).max().unwrap();
    assert!(spent <= budget, "{spent:?} in a day of {budget:?}");
}
