//! What must hold after every action, whatever it was.

use alloy_primitives::{B256, U256};
use equipoise_clearing_state::bit;
use equipoise_interfaces::account::{self, Holds, INSURANCE, LP_CLAIMS, LP_PENDING};
use equipoise_market_state::account_boards::kind_of;
use equipoise_market_state::convert::price_of;
use equipoise_market_state::layout::Watch;
use equipoise_risk::breakers::State;
use equipoise_risk::interest::excess;
use equipoise_risk::margin::{MarginParameters, MarginState};
use equipoise_risk::parameters::Parameters;
use equipoise_tests::TOKEN;

use crate::double::lots_of;
use crate::life::{Life, Outcome};
use crate::slots::{Board, Picture, Tranche};
use crate::views;

pub mod hedging;

/// Between audits through the views: of what everybody depends on, and of everything.
const BRIEF_AUDIT: usize = 20;
const FULL_AUDIT: usize = 1_000;

/// Checks everything after an action.
pub fn check(life: &mut Life, before: &Picture, after: &Picture, outcome: &Outcome) {
    tokens_and_debts_are_the_sum_of_the_ledger(life, after);
    accounts_of_the_ledger_owe_nothing(life, after);
    shares_are_the_sum_of_balances(&after.senior);
    shares_are_the_sum_of_balances(&after.junior);
    requests_are_in_the_ledger(after);
    claims_are_in_the_ledger(after);
    check_market(life, before, after, outcome);
    count_states(life, after);
    let actions = life.course.actions;
    if life.is_thorough || actions.is_multiple_of(FULL_AUDIT) {
        views::full(life, after);
    } else if actions.is_multiple_of(BRIEF_AUDIT) {
        views::brief(life, after);
    }
}

/// Checks the market that is turned to.
pub fn check_market(life: &mut Life, before: &Picture, after: &Picture, outcome: &Outcome) {
    positions_of_a_series_sum_to_zero(after);
    matched_interest_is_what_traders_hold_against_each_other(after);
    matched_interest_grows_within_what_capital_bears(life, before, after);
    entries_say_what_is_held(after);
    reserve_is_within_the_vaults_cash(after);
    settlement_account_covers_what_is_due(life, after);
    settled_boards_stay_as_they_are(before, after);
    tokens_of_longs_are_backed(life, after);
    parameters_are_within_their_bounds(after);
    others_are_left_alone(before, after, outcome);
    breakers_say_what_their_slots_do(life, after);
    hedging::the_hedge_is_what_the_hedger_holds(life, after);
    hedging::nothing_is_left_at_the_hedger_or_its_venue(life, after);
    hedging::the_underlying_is_conserved(before, after);
    value_is_known(life, after);
}

fn tokens_and_debts_are_the_sum_of_the_ledger(life: &Life, picture: &Picture) {
    let ledger: i128 = picture.ledger.values().map(|entry| entry.cash()).sum();
    let tokens = picture.tokens[&life.market.clearing].cast_signed();
    let donated = life.course.donated.get(&life.market.clearing).copied().unwrap_or(0);
    assert_eq!(tokens, ledger + donated.cast_signed(), "tokens of the clearing house");
}

fn accounts_of_the_ledger_owe_nothing(life: &Life, picture: &Picture) {
    for account in [LP_PENDING, LP_CLAIMS, INSURANCE] {
        let cash = picture.cash(account);
        assert!(cash >= 0, "the ledger's account {} owes {cash}", account[31]);
    }
    for (picture, _) in life.both(picture) {
        let cash = picture.vault_cash();
        assert!(cash >= 0 || picture.debts.is_some(), "the vault of market {} owes {cash}", picture.market);
    }
}

fn positions_of_a_series_sum_to_zero(picture: &Picture) {
    for (id, board) in picture.boards.iter().filter(|(_, board)| !board.is_settled()) {
        let mut sums = lots_of(&board.inventory);
        for held in board.held.values() {
            for (sum, lots) in sums.iter_mut().zip(lots_of(held)) {
                *sum += lots;
            }
        }
        assert!(sums.iter().all(|sum| *sum == 0), "positions of board {id} sum to {sums:?}");
    }
}

fn matched_interest_is_what_traders_hold_against_each_other(picture: &Picture) {
    let mut total = 0;
    for (id, board) in picture.boards.iter().filter(|(_, board)| !board.is_settled()) {
        let mut sides = vec![(0i128, 0i128); 2 * board.inventory.len()];
        for held in board.held.values() {
            for ((long, short), lots) in sides.iter_mut().zip(lots_of(held)) {
                *long += lots.max(0);
                *short -= lots.min(0);
            }
        }
        let matched: i128 = sides.iter().map(|(long, short)| long.min(short)).sum();
        assert_eq!(i128::from(board.matched), matched, "what traders of board {id} hold against each other");
        total += matched;
    }
    assert_eq!(i128::from(picture.matched), total, "what all traders hold against each other");
}

fn matched_interest_grows_within_what_capital_bears(life: &mut Life, before: &Picture, after: &Picture) {
    if after.matched <= before.matched {
        return;
    }
    let moment = life.moment().expect("nothing trades without a price");
    let excess =
        excess(after.matched, price_of(moment.spot_wad).unwrap(), after.frozen.capital.frozen, &after.parameters)
            .unwrap();
    assert_eq!(excess, None, "{} lots", after.matched);
    life.reach("matched open interest grown", true);
}

fn entries_say_what_is_held(picture: &Picture) {
    for (account, boards) in &picture.account_boards {
        let held = picture.boards.iter().filter_map(|(id, board)| Some((*id, board.held.get(account)?)));
        let held: Vec<_> = held.map(|(id, held)| (id, kind_of(held))).collect();
        let mut listed: Vec<u16> = boards.ids().collect();
        listed.sort_unstable();
        assert_eq!(listed, held.iter().map(|(id, _)| *id).collect::<Vec<_>>(), "boards of {account}");
        let holds = held.iter().map(|(_, kind)| *kind).max().unwrap_or_default();
        assert_eq!(boards.holds(), holds, "what {account} holds");
        let entry = picture.ledger[account];
        let bit = bit(picture.market);
        assert_eq!(entry.held() & bit != 0, holds != Holds::Nothing, "whether {account} holds anything in the market");
        assert_eq!(entry.short() & bit != 0, holds == Holds::Short, "whether {account} is short in the market");
        assert_eq!(entry.is_in_auction(), picture.auctions[account], "the auction of {account}");
    }
}

fn reserve_is_within_the_vaults_cash(picture: &Picture) {
    let (balance, budget) = (picture.trading.reserve.balance.count(), picture.trading.reserve.budget.count());
    assert!(balance >= 0 && budget >= 0, "a reserve of {balance}, of which {budget} may go");
    assert!(balance <= picture.vault_cash().max(0), "a reserve of {balance} of {}", picture.vault_cash());
}

fn settlement_account_covers_what_is_due(life: &Life, picture: &Picture) {
    let settled = picture.boards.iter().filter(|(_, board)| board.is_settled());
    let due: i128 =
        settled.flat_map(|(id, board)| board.held.keys().filter_map(|account| picture.due(*account, *id))).sum();
    let cash = picture.settlement_cash();
    // Each account of each board leaves less than an atom, and so does the vault.
    let most = (picture.account_boards.len() as i128 + 1) * i128::from(picture.directory.last_board);
    let left = cash - due;
    assert!(left >= 0, "{cash} of settlement cash for {due}");
    // Where holders share a loss, what accounts owe that settle later stays.
    let is_shared = life.course.here.is_loss_shared || picture.debts.is_some();
    assert!(left <= most || is_shared, "{cash} of settlement cash for {due}");
}

fn settled_boards_stay_as_they_are(before: &Picture, after: &Picture) {
    for (id, board) in &before.boards {
        let Some(now) = after.boards.get(id) else { continue };
        assert_eq!((now.header.expiry, now.header.strikes), (board.header.expiry, board.header.strikes));
        if board.is_settled() {
            let is_fixed = before.debts_of(*id).is_some() && after.debts_of(*id).is_none();
            assert!(now.header == board.header || is_fixed, "board {id} is settled");
            assert_eq!(now.inventory, board.inventory, "the vault's side of board {id} is settled");
            // Claims on it may change hands, and go when they are paid.
            let sides = |board: &Board| {
                let mut sides = vec![[0, 0]; 2 * board.inventory.len()];
                for (side, lots) in board.held.values().flat_map(|held| lots_of(held).into_iter().enumerate()) {
                    sides[side][usize::from(lots < 0)] += lots.abs();
                }
                sides
            };
            let pairs = sides(board).into_iter().flatten().zip(sides(now).into_iter().flatten());
            assert!(
                pairs.into_iter().all(|(before, now)| now <= before),
                "board {id} is settled, and somebody gains in it"
            );
        }
    }
    let listed = after.live();
    let waits = |id: &u16, board: &Board| !board.is_settled() || after.debts_of(*id).is_some();
    let unsettled: Vec<u16> = after.boards.iter().filter(|(id, board)| waits(id, board)).map(|(id, _)| *id).collect();
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, unsettled, "boards that live");
    assert!(listed.is_sorted_by_key(|id| after.boards[id].header.expiry), "boards come by expiry");
}

fn tokens_of_longs_are_backed(life: &Life, picture: &Picture) {
    for (id, board) in &picture.boards {
        for (place, lots) in board.wrapped.iter().enumerate() {
            let owned: U256 = board.tokens.get(place).map_or(U256::ZERO, |owners| owners.values().sum());
            assert_eq!(owned, U256::from(*lots), "tokens of board {id}, series {place}");
        }
        let backing = picture.lots(life.wrapped_account(*id), *id);
        // Once its board is settled anybody may settle the wrapper's account.
        if !(board.is_redeemable || board.is_settled() && backing.iter().all(|lots| *lots == 0)) {
            let wrapped = board.wrapped.iter().map(|lots| i128::from(*lots));
            assert!(wrapped.zip(backing).all(|(token, long)| token == long), "a long behind each token of board {id}");
        }
    }
}

fn shares_are_the_sum_of_balances(tranche: &Tranche) {
    assert_eq!(tranche.balances.values().sum::<u128>(), tranche.supply);
}

fn requests_are_in_the_ledger(picture: &Picture) {
    let mut pending = 0;
    for tranche in [&picture.senior, &picture.junior] {
        for (number, epoch) in tranche.epochs.iter().filter(|(_, epoch)| !epoch.is_settled) {
            let deposits = tranche.deposits.values().filter(|each| each.epoch == *number);
            let asked: u128 = deposits.map(|each| each.amount).sum();
            assert_eq!(epoch.deposits[0], asked, "deposits of epoch {number}");
            pending += asked;
        }
    }
    assert_eq!(picture.cash(LP_PENDING), pending.cast_signed(), "deposits that wait");
}

/// Everyone owed can claim: all of it lies in one account, to the atom.
fn claims_are_in_the_ledger(picture: &Picture) {
    let mut owed = picture.fees;
    for tranche in [&picture.senior, &picture.junior] {
        owed += tranche.redemptions.values().map(|each| each.claim_assets).sum::<u128>();
        owed += tranche.deposits.values().map(|each| each.returned).sum::<u128>();
        for epoch in tranche.epochs.values().filter(|epoch| epoch.is_settled) {
            let [requested, filled] = epoch.deposits;
            owed += requested - filled + epoch.given[1];
        }
    }
    assert_eq!(picture.cash(LP_CLAIMS), owed.cast_signed(), "what LPs may claim");
}

fn parameters_are_within_their_bounds(picture: &Picture) {
    assert!(Parameters::new(picture.parameters.all_millionths()).is_ok());
    assert!(MarginParameters::new(picture.margin_parameters.all_millionths()).is_ok());
}

/// What lies beside the breakers' slots is never looser than they are, and where it says open none of their rules is tripped.
fn breakers_say_what_their_slots_do(life: &Life, picture: &Picture) {
    let Watch { state, is_price_unsafe } = picture.frozen.watch;
    assert!(state >= picture.breakers.state(life.now()), "the market is {state:?} and its breakers are tighter");
    assert_eq!(is_price_unsafe, !picture.breakers.is_price_safe());
    assert!(state != State::Open || picture.breakers.tripped_bits() == 0, "an open market with a tripped rule");
}

/// Nothing moves the breakers but a look and the guardian.
pub fn breakers_stand(before: &Picture, after: &Picture) {
    assert_eq!(after.breakers, before.breakers, "breakers move without a look");
    assert_eq!(after.frozen.watch, before.frozen.watch, "the market's state moves without a look");
}

/// Nobody's cash or positions change but for those that the action is about, and nothing at all if it was refused.
fn others_are_left_alone(before: &Picture, after: &Picture, outcome: &Outcome) {
    let is_named = |account: &B256| outcome.touched.contains(account) || account::owner(*account).is_zero();
    for (account, entry) in before.ledger.iter().filter(|(account, _)| !is_named(account)) {
        // An account that nothing can happen to any more is not read.
        if let Some(now) = after.ledger.get(account) {
            assert_eq!(now, entry, "the entry of {account}");
        }
        for (id, board) in &before.boards {
            let Some(now) = after.boards.get(id) else { continue };
            assert_eq!(now.held.get(account), board.held.get(account), "what {account} holds of board {id}");
        }
    }
    let tokens = |picture: &Picture| picture.tokens.values().sum::<u128>();
    assert_eq!(tokens(before), tokens(after), "tokens neither come nor go");
}

/// The vault's book and every margin have a value by the pure crates wherever there is a price, and no long owes.
fn value_is_known(life: &mut Life, picture: &Picture) {
    let Some(moment) = life.moment() else { return };
    let native = picture.native();
    let _nav = native.nav_atoms(moment);
    let mut worst = MarginState::Healthy;
    for account in picture.account_boards.keys().filter(|account| picture.ledger[*account].is_margined()) {
        let Some(margin) = life.margin_of(picture, *account) else { continue };
        assert!(margin.maintenance <= margin.initial && margin.equity <= margin.marked, "{margin:?}");
        if margin.state() == MarginState::Liquidatable {
            worst = MarginState::Liquidatable;
        }
    }
    let both = |entry: &&equipoise_clearing_state::Account| entry.held().count_ones() > 1;
    life.reach("an account that holds in both markets", picture.ledger.values().any(|entry| both(&entry)));
    life.reach("an account below maintenance", worst == MarginState::Liquidatable);
}

fn count_states(life: &mut Life, picture: &Picture) {
    let now = life.now();
    let entries = || picture.ledger.iter().filter(|(account, _)| !account::owner(**account).is_zero());
    life.reach("an account in auction", entries().any(|(_, entry)| entry.is_in_auction()));
    life.reach("bad debt", entries().any(|(_, entry)| entry.cash() < 0 && entry.held() == 0));
    life.reach("insurance empty", picture.cash(INSURANCE) == 0);
    let floor = i128::from(picture.insurance_floor) * i128::try_from(TOKEN).unwrap();
    life.reach("insurance below its floor", picture.cash(INSURANCE) < floor);
    let mut live = picture.boards.values().filter(|board| !board.is_settled());
    life.reach("the vault owes for a board", picture.debts.is_some());
    life.reach("settlement pending", live.any(|board| board.header.expiry <= now));
    let settled = || picture.boards.values().filter(|board| board.is_settled());
    life.reach("accounts to settle", settled().any(|board| !board.held.is_empty()));
    life.reach("tokens to redeem", settled().any(|board| board.wrapped.iter().any(|lots| *lots > 0)));
    let moment = life.moment();
    life.reach("no usable price", moment.is_none());
    life.reach("stale price", moment.is_some_and(|moment| now - moment.spot_at > 7_200));
    life.reach("stale surface", now.saturating_sub(picture.directory.surface_at) > 26 * 3_600);
    let state = picture.frozen.watch.state;
    life.reach("reduce-only", state == State::ReduceOnly);
    life.reach("halted", state == State::Halted);
    life.reach("a new junior series", picture.junior.series > life.first_series());
}
