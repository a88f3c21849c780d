//! What must hold after every action, whatever it was.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolError, SolValue};
use equipoise_interfaces::account::{self, LP_CLAIMS, LP_PENDING, SETTLEMENT, VAULT};
use equipoise_interfaces::{IMarket, ITranche, Margin, MarketSettlementPending};
use equipoise_risk::clock::{phase, Phase};
use equipoise_risk::settlement::{payoff_floor, Holding};
use equipoise_risk::units::{Lots, Money, TokenScale};

use crate::fixture::{Market, LOT};
use crate::native::{price_of, wad_of, Native};
use crate::state::State;

fn scale() -> TokenScale {
    TokenScale::from_decimals(6).unwrap()
}

/// Positions of one account in one board.
fn holdings(strikes: &[U256], sizes: &[i128]) -> Vec<Holding> {
    let lots = |size: i128| Lots::new((size / LOT) as i32);
    let pairs = strikes.iter().zip(sizes.chunks_exact(2));
    pairs
        .map(|(strike, pair)| Holding { strike: price_of(*strike), calls: lots(pair[0]), puts: lots(pair[1]) })
        .collect()
}

/// Checks everything in a state of a market and its native double.
pub fn audit(market: &mut Market, native: &Native, owners: &[Address], state: &State) {
    positions_of_a_live_series_sum_to_zero(market, native, state);
    tokens_are_the_sum_of_the_ledger(state);
    margins_are_what_the_pure_crate_says(market, native, owners, state);
    settlement_account_covers_what_is_due(market, owners, state);
    net_asset_value_is_cash_less_reserve_and_the_book(market, native, state);
    shares_are_the_sum_of_balances(market, state);
}

fn positions_of_a_live_series_sum_to_zero(market: &Market, native: &Native, state: &State) {
    for (board, _) in market.boards.iter().filter(|(id, _)| state.directory[0].contains(id)) {
        let held: Vec<&Vec<i128>> =
            state.positions.iter().filter(|each| each.1 == *board).map(|each| &each.2).collect();
        for series in 0..held[0].len() {
            let sum: i128 = held.iter().map(|sizes| sizes[series]).sum();
            assert_eq!(sum, 0, "board {board}, series {series}");
        }
        let traded = native.boards.iter().find(|each| each.id == *board).unwrap();
        let inventory: Vec<i128> = traded
            .held
            .iter()
            .flat_map(|each| [each.calls, each.puts].map(|lots| i128::from(lots.count()) * LOT))
            .collect();
        assert_eq!(held[0], &inventory, "the vault holds the other side of every trade");
    }
}

fn tokens_are_the_sum_of_the_ledger(state: &State) {
    let ledger: i128 = state.cash.iter().sum();
    assert_eq!(state.tokens[0] as i128, ledger, "tokens of the clearing house");
    let places = [VAULT, LP_PENDING, LP_CLAIMS].map(|account| usize::from(account[31]));
    for place in places {
        assert!(state.cash[place] >= 0, "the ledger's account {place} owes");
    }
}

fn margins_are_what_the_pure_crate_says(market: &mut Market, native: &Native, owners: &[Address], state: &State) {
    let moment = market.moment();
    let mut native = native.clone();
    for board in &mut native.boards {
        board.begun =
            (phase(moment.now, board.expiry) == Phase::InWindow).then(|| price_of(market.begun_average(board.expiry)));
    }
    for (owner, told) in owners.iter().zip(&state.margins) {
        let account = account::of(*owner);
        let (mut live, mut settled) = (Vec::new(), Money::ZERO);
        let mut pending = Vec::new();
        for (board, sizes) in held_by(account, state) {
            let strikes = market.read(&IMarket::strikesCall { board });
            let held = holdings(&strikes, sizes);
            let listed = market.read(&IMarket::boardCall { id: board });
            if listed.isSettled {
                let payoff = payoff_floor(&held, price_of(listed.settlementPriceWad), scale()).unwrap();
                settled = settled.plus(scale().money_floor(payoff).unwrap()).unwrap();
            } else if listed.expiry <= moment.now {
                pending.push(MarketSettlementPending { board }.abi_encode());
            } else {
                live.push((board, held));
            }
        }
        if !pending.is_empty() {
            assert!(pending.contains(&told.to_vec()), "a margin is told while a board waits: {told}");
            continue;
        }
        let margin = native.margin(moment, &live, settled);
        let bits = |money: Money| money.fx().to_bits();
        let expected = Margin {
            valueX64: bits(margin.value),
            markX64: bits(margin.mark),
            maintenanceX64: margin.maintenance.to_array().map(bits),
            initialX64: margin.initial.to_array().map(bits),
        };
        assert_eq!(told.to_vec(), expected.abi_encode(), "{owner}");
    }
}

/// The boards an account holds anything in.
fn held_by(account: B256, state: &State) -> impl Iterator<Item = (u16, &Vec<i128>)> {
    let mine = state.positions.iter().filter(move |each| each.0 == account);
    mine.filter(|each| each.2.iter().any(|size| *size != 0)).map(|each| (each.1, &each.2))
}

fn settlement_account_covers_what_is_due(market: &mut Market, owners: &[Address], state: &State) {
    let mut due = 0;
    for owner in owners {
        for (board, sizes) in held_by(account::of(*owner), state) {
            let listed = market.read(&IMarket::boardCall { id: board });
            if listed.isSettled {
                let strikes = market.read(&IMarket::strikesCall { board });
                let held = holdings(&strikes, sizes);
                due += payoff_floor(&held, price_of(listed.settlementPriceWad), scale()).unwrap().count();
            }
        }
    }
    let cash = state.cash[usize::from(SETTLEMENT[31])];
    // Each account of each board leaves less than an atom, and so does the vault.
    let most = (owners.len() as i128 + 1) * i128::from(market.boards.last().map_or(0, |board| board.0));
    assert!((0..=most).contains(&(cash - due)), "{cash} of settlement cash for {due}");
}

fn net_asset_value_is_cash_less_reserve_and_the_book(market: &mut Market, native: &Native, state: &State) {
    assert_eq!(state.cash[0], native.cash.count(), "the vault's cash");
    let moment = market.moment();
    let valuation = native.value(moment, &[]);
    let book = market.book();
    let reserve = book.skewReserveAtoms.to::<u128>() as i128;
    assert_eq!(reserve, native.reserve.balance.count());
    assert!((0..=state.cash[0]).contains(&reserve), "a reserve of {reserve} of {:?}", state.cash[0]);
    assert_eq!(book.navWad, wad_of(native.net_assets(&valuation).fx()));
    let nav = market.read(&IMarket::navCall {});
    assert_eq!(i128::try_from(nav.navAtoms).unwrap(), native.nav_atoms(moment));
    assert!(nav.redeemableAtoms <= U256::from(state.cash[0] - reserve));
}

fn shares_are_the_sum_of_balances(market: &mut Market, state: &State) {
    let supply = market.world.read(market.junior, &ITranche::totalSupplyCall {});
    assert_eq!(state.shares.iter().sum::<U256>(), supply);
}
