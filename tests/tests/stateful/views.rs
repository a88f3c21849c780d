//! What the programs show, against what is in their slots and what the pure crates make of it.

use alloy_primitives::{B256, I256, U256};
use alloy_sol_types::{SolError, SolValue};
use equipoise_interfaces::{
    account, IBreakers, IClearing, IMarket, IMarketMargin, ITranche, IVault, Margin, MarketSettlementPending,
};
use equipoise_risk::book::Measure;
use equipoise_risk::breakers::{live_state, Rule, State, RULE_COUNT};
use equipoise_risk::margin::MarginState;

use crate::double::scale;
use crate::fixture::{narrow, signed, LOT};
use crate::life::Life;
use crate::native::{wad_of, Moment, Native};
use crate::slots::Picture;

/// The book, the net asset value and who owns it, and the margins of two accounts.
pub fn brief(life: &mut Life, picture: &Picture) {
    let Some(moment) = life.moment() else { return };
    let native = picture.native();
    book_is_native(life, &native);
    let nav = life.market.read(&IMarket::navCall {});
    assert_eq!(narrow(nav.navAtoms), native.nav_atoms(moment));
    assert!(nav.redeemableAtoms <= U256::from(native.cash.minus(native.reserve.balance).unwrap().count().max(0)));
    if life.both(picture).into_iter().all(|(_, sight)| life.moment_in(sight.scene).is_some()) {
        tranches_are_the_net_asset_value(life);
    }
    state_is_native(life, &native);
    let accounts: Vec<B256> = life.actors.accounts().collect();
    for place in 0..2 {
        let place = (life.course.actions / 7 + 5 * place) % accounts.len();
        margin_is_native(life, picture, accounts[place]);
    }
}

/// Everything.
pub fn full(life: &mut Life, picture: &Picture) {
    brief(life, picture);
    life.reach("a full audit through the views", true);
    ledger_is_shown(life, picture);
    boards_are_shown(life, picture);
    shares_are_shown(life, picture);
    if let Some(moment) = life.moment() {
        rules_are_native(life, &picture.native(), moment);
        for account in life.actors.accounts().collect::<Vec<_>>() {
            margin_is_native(life, picture, account);
        }
    }
}

fn book_is_native(life: &mut Life, native: &Native) {
    let Some(moment) = life.moment() else { return };
    let valuation = native.value(moment, &[]);
    let of = |measure| wad_of(valuation.before.of(measure).fx());
    let book = life.market.book();
    assert_eq!(book.valueWad, of(Measure::Value));
    assert_eq!(book.dollarDeltaWad, of(Measure::DollarDelta));
    assert_eq!(book.dollarGammaWad, of(Measure::DollarGamma));
    assert_eq!(book.thetaWad, of(Measure::Theta));
    assert_eq!(book.vegaWad, wad_of(valuation.before.weighted_vega().unwrap().fx()));
    assert_eq!(book.stressLossWad, wad_of(valuation.before.stress_loss().unwrap().fx()).into_raw());
    assert_eq!(book.navUncertaintyWad, wad_of(native.uncertainty(moment, &valuation).fx()).into_raw());
    assert_eq!(book.navWad, wad_of(native.net_assets(&valuation).fx()));
    assert_eq!(
        book.penaltyWad,
        native.penalty_wad(moment, &valuation),
        "the penalty is of book and market state alone"
    );
}

/// Whether the market trades, and since when it is fit to liquidate on.
fn state_is_native(life: &mut Life, native: &Native) {
    let Some(moment) = life.moment() else { return };
    let told = life.market.read(&IBreakers::marketStateCall {});
    let ages = live_state(moment.now - moment.spot_at, 0);
    let state = native.breakers.state(moment.now).max(ages);
    assert_eq!((told.state, told.trippedRules), (state.number(), native.breakers.tripped_bits()));
    assert_eq!(told.isPriceSafe, native.breakers.is_price_safe() && ages == State::Open);
    let recovers_at = native.breakers.earliest_recovery(moment.now).unwrap_or(0).max(moment.now);
    assert_eq!(told.recoversAt, if state == State::Open { 0 } else { recovers_at });
    let safe = life.market.read(&IMarketMargin::safeSinceCall {});
    assert_eq!((safe.isSafe, safe.since), (native.is_safe(moment), native.breakers.safe_since()));
}

/// Every rule with its reading, to the last millionth.
fn rules_are_native(life: &mut Life, native: &Native, moment: Moment) {
    let told = life.market.read(&IBreakers::breakersCall {});
    for (told, rule) in told.iter().zip(native.rules_now(moment)) {
        let shown = (told.isRead.then_some(told.reading), told.isTripped, told.recoversAt);
        assert_eq!(shown, (rule.reading, rule.is_tripped, rule.recovers_at.unwrap_or(0)), "{:?}", rule.rule);
        let Rule { limit, recovers_below, cooldown_secs, .. } = rule.rule;
        assert_eq!((told.limit, told.recoversBelow, told.cooldownSecs), (limit, recovers_below, cooldown_secs));
    }
    assert_eq!(told.len(), RULE_COUNT);
}

/// Junior and senior together are the net asset value, less fees that are due.
fn tranches_are_the_net_asset_value(life: &mut Life) {
    let vault = life.market.vault;
    let nav = narrow(life.market.world.read(vault, &IVault::navCall {}).navAtoms);
    let value =
        |life: &mut Life, is_senior| life.market.world.read(vault, &IVault::trancheValueCall { isSenior: is_senior });
    let [senior, junior] = [true, false].map(|is_senior| value(life, is_senior));
    let both = senior.midAtoms + junior.midAtoms;
    assert_eq!(both, U256::from(nav.max(0).unsigned_abs()), "junior and senior of {nav}");
    for tranche in [&senior, &junior] {
        assert!(tranche.bidAtoms <= tranche.midAtoms && tranche.midAtoms <= tranche.askAtoms, "{tranche:?}");
    }
    let claim = life.market.world.read(vault, &IVault::claimCall {});
    assert!(senior.midAtoms <= claim.claimAtoms, "the senior gets no more than its claim");
    life.reach("the junior has nothing", junior.midAtoms.is_zero());
    life.reach("the senior's claim is not covered", !claim.isCovered);
}

fn margin_is_native(life: &mut Life, picture: &Picture, account: B256) {
    let market = life.market.market;
    let told = life.market.world.view(market, &IMarketMargin::marginCall { account });
    let Some(here) = life.market_margin_of(picture, account) else {
        let now = life.now();
        let waiting = picture.account_boards[&account].ids().filter(|id| {
            let board = &picture.boards[id];
            !board.is_settled() && board.header.expiry <= now
        });
        let waiting: Vec<Vec<u8>> = waiting.map(|board| MarketSettlementPending { board }.abi_encode()).collect();
        assert!(told.is_err_and(|told| waiting.contains(&told.0.to_vec())), "a margin is told while a board waits");
        return;
    };
    let bits = |money: equipoise_risk::units::Money| money.fx().to_bits();
    let expected = Margin {
        valueX64: bits(here.value),
        markX64: bits(here.mark),
        maintenanceX64: here.maintenance.to_array().map(bits),
        initialX64: here.initial.to_array().map(bits),
    };
    let told = told.unwrap_or_else(|failure| panic!("margin of {account} reverts with {}", failure.0));
    assert_eq!(told.abi_encode(), expected.abi_encode(), "{account}");
    whole_margin_is_native(life, picture, account);
}

/// Over all markets that an account holds anything in.
fn whole_margin_is_native(life: &mut Life, picture: &Picture, account: B256) {
    let Some(expected) = life.margin_of(picture, account) else { return };
    let clearing = life.market.clearing;
    let shown = life.market.world.read(clearing, &IClearing::accountMarginCall { account });
    let state = match expected.state() {
        MarginState::Healthy => 0,
        MarginState::ReduceOnly => 1,
        MarginState::Liquidatable => 2,
    };
    assert_eq!(shown.state, state, "{account}");
    let atoms = |money| scale().atoms_ceil(money).unwrap().count().unsigned_abs();
    // Cash is whole atoms: only what the options are worth is rounded.
    let options = scale().atoms_floor(life.options_of(picture, account)).unwrap().count();
    assert_eq!(shown.equityAtoms, signed(picture.cash(account) + options));
    assert_eq!(shown.maintenanceAtoms, U256::from(atoms(expected.maintenance)));
    assert_eq!(shown.initialAtoms, U256::from(atoms(expected.initial)));
    life.reach("a margin over both markets", picture.ledger[&account].held().count_ones() > 1);
}

fn ledger_is_shown(life: &mut Life, picture: &Picture) {
    let clearing = life.market.clearing;
    for (account, entry) in &picture.ledger {
        let shown = life.market.world.read(clearing, &IClearing::cashOfCall { account: *account });
        assert_eq!(narrow(shown.cashAtoms), entry.cash());
        assert_eq!((shown.heldMarkets, shown.shortMarkets), (entry.held(), entry.short()));
        assert_eq!(shown.isInAuction, entry.is_in_auction());
    }
    for (wallet, atoms) in &picture.tokens {
        assert_eq!(life.market.world.tokens(*wallet), *atoms, "tokens of {wallet}");
    }
}

fn boards_are_shown(life: &mut Life, picture: &Picture) {
    assert_eq!(life.market.read(&IMarket::liveBoardsCall {}), picture.live());
    for (id, board) in &picture.boards {
        let shown = life.market.read(&IMarket::boardCall { id: *id });
        assert_eq!((shown.expiry, shown.isSettled), (board.header.expiry, board.is_settled()));
        assert_eq!(shown.debtsUntil, picture.debts_of(*id).map_or(0, |owed| owed.until));
        let inventory = super::double::lots_of(&board.inventory);
        let in_lots = |sizes: Vec<I256>| sizes.into_iter().map(|size| narrow(size) / LOT).collect::<Vec<i128>>();
        let vault = IMarket::positionsCall { account: account::VAULT, board: *id };
        assert_eq!(in_lots(life.market.read(&vault)), inventory);
        for account in picture.account_boards.keys() {
            let shown = in_lots(life.market.read(&IMarket::positionsCall { account: *account, board: *id }));
            let held = picture.lots(*account, *id);
            assert!(shown == held || held.is_empty() && shown.iter().all(|lots| *lots == 0), "{account} in {id}");
        }
    }
    let parameters = life.market.read(&IMarket::parametersCall {});
    let wads = picture.parameters.all_millionths().map(|number| U256::from(number) * U256::from(1_000_000_000_000u64));
    assert_eq!(parameters, wads);
}

fn shares_are_shown(life: &mut Life, picture: &Picture) {
    for (address, tranche) in [(life.market.senior, &picture.senior), (life.market.junior, &picture.junior)] {
        assert_eq!(life.market.world.read(address, &ITranche::totalSupplyCall {}), U256::from(tranche.supply));
        for (owner, shares) in &tranche.balances {
            let shown = life.market.world.read(address, &ITranche::balanceOfCall { owner: *owner });
            assert_eq!(shown, U256::from(*shares), "shares of {owner}");
        }
    }
}
