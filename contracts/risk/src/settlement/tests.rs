//! Settlement: what positions pay, and that no more is paid out than comes in.

use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::fixtures::{any_fx, price_of, six_decimals};

fn holding(strike: f64, calls: i32, puts: i32) -> Holding {
    Holding { strike: price_of(strike), calls: Lots::new(calls), puts: Lots::new(puts) }
}

#[test]
fn options_pay_their_intrinsic_value() {
    let pays = |held: Holding, price| payoff_floor(&[held], price_of(price), six_decimals()).unwrap().count();
    // A call of half a contract, 250.25 in the money.
    assert_eq!(pays(holding(3_000.0, 500, 0), 3_250.25), 125_125_000);
    assert_eq!(pays(holding(3_000.0, 500, 0), 3_000.0), 0);
    assert_eq!(pays(holding(3_000.0, 500, 0), 2_000.0), 0);
    assert_eq!(pays(holding(3_000.0, 0, 2_000), 2_999.5), 1_000_000);
    assert_eq!(pays(holding(3_000.0, 0, -1), 2_000.0), -1_000_000);
    assert_eq!(pays(holding(3_000.0, 0, -1_000), 0.0), -3_000_000_000, "a put of nothing");
}

#[test]
fn fractions_of_an_atom_are_kept_from_who_is_paid_and_taken_from_who_owes() {
    // A lot of a call 0.0001 in the money: a tenth of an atom.
    let settles = |lots| payoff_floor(&[holding(1.0, lots, 0)], price_of(1.000_1), six_decimals()).unwrap().count();
    assert_eq!((settles(1), settles(-1)), (0, -1));
}

#[test]
fn a_payout_ratio_is_the_share_of_the_debt_that_was_paid() {
    let half = PayoutRatio::from_payment(Atoms::new(500_000), Atoms::new(1_000_000)).unwrap();
    assert_eq!(half.raw(), 1 << 63);
    assert_eq!(half.applied_floor(Atoms::new(1_000_001)).unwrap().count(), 500_000, "down");
    assert_eq!(half.applied_floor(Atoms::new(-70)).unwrap().count(), -70, "debts are owed in full");
    let nothing = PayoutRatio::from_payment(Atoms::ZERO, Atoms::new(5)).unwrap();
    assert_eq!(nothing.applied_floor(Atoms::new(5)).unwrap(), Atoms::ZERO);
    for (paid, debt) in [(0, 0), (5, 5), (7, 5), (0, -5)] {
        assert_eq!(PayoutRatio::from_payment(Atoms::new(paid), Atoms::new(debt)), Ok(PayoutRatio::FULL));
    }
}

#[test]
fn debts_count_what_accounts_had_and_what_the_vault_may_still_pay() {
    let debts = Debts::of_vault(Atoms::new(1_000));
    assert_eq!(debts, Debts { owed: Atoms::new(1_000), covered: Atoms::new(1_000) });
    // One pays all that it owes, one has 30 of 100, one had a debt before.
    let all = debts.with_account(Atoms::new(200), Atoms::new(5)).unwrap();
    let part = all.with_account(Atoms::new(100), Atoms::new(-70)).unwrap();
    let none = part.with_account(Atoms::new(60), Atoms::new(-90)).unwrap();
    assert_eq!(none, Debts { owed: Atoms::new(1_360), covered: Atoms::new(1_230) });
    // Of 1,360 there are 1,230 less the 550 that nobody pays: a half.
    assert_eq!(none.ratio(Atoms::new(550)).unwrap().raw(), 1 << 63);
    assert_eq!(none.ratio(Atoms::ZERO), Ok(PayoutRatio::FULL), "what the accounts lack is bad debt");
    assert_eq!(none.ratio(Atoms::new(1_230)).unwrap().raw(), 0);
    assert_eq!(debts.with_account(Atoms::ZERO, Atoms::new(-7)), Ok(debts));
    let most = Atoms::new(i128::MAX);
    assert_eq!(Debts { owed: most, covered: most }.with_account(Atoms::new(1), Atoms::ZERO), Err(RiskError::Overflow));
}

#[test]
fn a_token_of_eighteen_decimals_settles_whatever_the_amount() {
    // A vault that pays 30 of 40 million units.
    let unit = 10_i128.pow(18);
    let ratio = PayoutRatio::from_payment(Atoms::new(30_000_000 * unit), Atoms::new(40_000_000 * unit)).unwrap();
    let paid = ratio.applied_floor(Atoms::new(1_000_000 * unit)).unwrap().count();
    // Down, by less than 2^-63 of it.
    assert!((0..=(1_000_000 * unit) >> 63).contains(&(750_000 * unit - paid)), "{paid}");
}

#[test]
fn a_share_next_to_one_is_not_taken_for_one() {
    let debt = 1_i128 << 120;
    let ratio = PayoutRatio::from_payment(Atoms::new(debt - 1), Atoms::new(debt)).unwrap();
    assert_ne!(ratio, PayoutRatio::FULL);
    assert!(ratio.applied_floor(Atoms::new(debt)).unwrap().count() < debt);
}

#[test]
fn a_holding_grows_shrinks_and_empties() {
    let held = holding(100.0, 3, -4).plus(Lots::new(2), Lots::new(4)).unwrap();
    assert_eq!(held, holding(100.0, 5, 0));
    assert!(!held.is_empty());
    assert_eq!(held.emptied(), holding(100.0, 0, 0));
    assert!(held.emptied().is_empty());
    assert_eq!(holding(100.0, i32::MAX, 0).plus(Lots::new(1), Lots::ZERO), Err(RiskError::Overflow));
}

/// Positions of three accounts in four strikes, and of the vault that is their counterparty.
fn accounts() -> impl Strategy<Value = Vec<Vec<Holding>>> {
    let lots = prop::collection::vec(-100_000_i32..100_000, 24);
    (lots, prop::collection::vec(0.5_f64..9_000.0, 4)).prop_map(|(lots, mut strikes)| {
        strikes.sort_by(f64::total_cmp);
        let account = |place: usize| -> Vec<_> {
            let lots = &lots[place * 8..];
            strikes.iter().zip(lots.chunks(2)).map(|(strike, pair)| holding(*strike, pair[0], pair[1])).collect()
        };
        let mut all: Vec<_> = (0..3).map(account).collect();
        let opposite = |place: usize| -> Holding {
            let sum = |lots: fn(&Holding) -> Lots| -> i32 { all.iter().map(|held| lots(&held[place]).count()).sum() };
            holding(strikes[place], -sum(|held| held.calls), -sum(|held| held.puts))
        };
        let vault = (0..4).map(opposite).collect();
        all.push(vault);
        all
    })
}

proptest! {
    #[test]
    fn payoffs_of_positions_that_sum_to_zero_lose_less_than_an_atom_an_account(
        accounts in accounts(), settlement in 0.0_f64..20_000.0, decimals in 0_u8..=18,
    ) {
        let scale = TokenScale::from_decimals(decimals).unwrap();
        let payoffs = accounts.iter().map(|held| payoff_floor(held, price_of(settlement), scale).unwrap().count());
        let sum: i128 = payoffs.sum();
        // Each floor loses less than an atom; one in contracts loses less than 2^-64 units before it.
        prop_assert!((-i128::from(accounts.len() == 4) * 4..=0).contains(&sum), "{}", sum);
    }

    #[test]
    fn an_insolvent_vault_pays_out_no_more_than_came_in(
        accounts in accounts(), settlement in 0.0_f64..20_000.0, share in 0.0_f64..1.0,
    ) {
        let payoffs: Vec<_> =
            accounts.iter().map(|held| payoff_floor(held, price_of(settlement), six_decimals()).unwrap()).collect();
        let (vault, traders) = payoffs.split_last().unwrap();
        prop_assume!(vault.count() < 0);
        let debt = -vault.count();
        let paid = i128::from(Fx::from_num(share).checked_mul_int(debt).unwrap().to_num::<i64>());
        let ratio = PayoutRatio::from_payment(Atoms::new(paid), Atoms::new(debt)).unwrap();
        let out: i128 = traders.iter().map(|payoff| ratio.applied_floor(*payoff).unwrap().count()).sum();
        prop_assert!(out <= paid, "{} out of {}", out, paid);
    }

    #[test]
    fn holders_share_what_there_is_and_no_more(
        accounts in accounts(), settlement in 0.0_f64..20_000.0, (paid, late) in (0.0_f64..1.0, 0_usize..4),
        had in prop::collection::vec(0.0_f64..1.2, 3),
    ) {
        let payoffs: Vec<_> =
            accounts.iter().map(|held| payoff_floor(held, price_of(settlement), six_decimals()).unwrap()).collect();
        let (vault, traders) = payoffs.split_last().unwrap();
        prop_assume!(vault.count() < 0);
        let part = |share: f64, of: i128| (Fx::from_num(share).checked_mul_int(of).unwrap().to_num::<i128>()).min(of);
        let mut debts = Debts::of_vault(vault.negated().unwrap());
        // All short accounts but one settle in time; each has a part of what it owes.
        let mut collected = part(paid, -vault.count());
        let unpaid = -vault.count() - collected;
        for (place, (payoff, had)) in traders.iter().zip(&had).enumerate() {
            let debt = -payoff.count();
            if debt > 0 && place != late {
                let cash = part(*had, debt);
                debts = debts.with_account(Atoms::new(debt), Atoms::new(cash - debt)).unwrap();
                collected += cash;
            } else if debt > 0 {
                collected += debt;
            }
        }
        let ratio = debts.ratio(Atoms::new(unpaid)).unwrap();
        let longs = || traders.iter().filter(|payoff| payoff.count() > 0);
        let out: i128 = longs().map(|payoff| ratio.applied_floor(*payoff).unwrap().count()).sum();
        prop_assert!(unpaid == 0 || out <= collected, "{} out of {}", out, collected);
        // Nothing to speak of is left where all have settled.
        let owed: i128 = longs().map(|payoff| payoff.count()).sum();
        if late == 3 && unpaid > 0 && collected < owed {
            prop_assert!(collected - out <= 5 + (owed >> 60), "{} left", collected - out);
        }
    }

    #[test]
    fn a_ratio_pays_the_floor_of_the_share(debt in 2_i128..1 << 126, paid in any::<u128>(), payoff in any::<u128>()) {
        let (paid, payoff) = ((paid >> 2).cast_signed() % debt, (payoff >> 2).cast_signed() % debt + 1);
        let ratio = PayoutRatio::from_payment(Atoms::new(paid), Atoms::new(debt)).unwrap();
        let out = ratio.applied_floor(Atoms::new(payoff)).unwrap().count();
        prop_assert!((0..=payoff).contains(&out));
        prop_assert!(ratio.applied_floor(Atoms::new(debt)).unwrap().count() <= paid);
        // Within an atom and 2^-63 of the payoff, while the product fits.
        if let Some(product) = payoff.checked_mul(paid) {
            prop_assert!(out <= product / debt);
            prop_assert!(out + (payoff >> 63) + 2 > product / debt);
        }
    }

    #[test]
    fn no_position_or_price_makes_a_payoff_wrap(
        strike in any_fx(), settlement in any_fx(), (calls, puts) in (any::<i32>(), any::<i32>()), decimals in 0_u8..=18,
    ) {
        let held = Holding { strike: Price::from_fx(strike), calls: Lots::new(calls), puts: Lots::new(puts) };
        let scale = TokenScale::from_decimals(decimals).unwrap();
        if let Ok(paid) = payoff_floor(&[held], Price::from_fx(settlement), scale) {
            let lots = if settlement >= strike { calls } else { puts };
            prop_assert!(paid.count() == 0 || (paid.count() > 0) == (lots > 0));
        }
    }
}
