use proptest::prelude::*;

use super::*;

fn account(cash: i128) -> Account {
    Account { cash, ..Account::default() }
}

#[test]
fn empty_slot_is_an_empty_account() {
    assert_eq!(Account::from_slot([0; 32]), Account::default());
}

#[test]
fn slot_holds_cash_high_and_the_markets_low() {
    let entry = account(-1).holding(0, Holds::Short).holding(7, Holds::Longs).blaming(3, account(0)).in_auction(true);
    let slot = entry.to_slot();
    assert_eq!(slot[..16], [0xff; 16]);
    assert_eq!(slot[16..], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 1, 0x01, 0x81]);
}

#[test]
fn only_what_an_account_holds_in_a_market_sets_its_bits() {
    let entry = account(5).holding(2, Holds::Short);
    assert_eq!((entry.held(), entry.short()), (4, 4));
    let entry = entry.holding(2, Holds::Longs).holding(0, Holds::Longs);
    assert_eq!((entry.held(), entry.short()), (5, 0));
    assert_eq!(entry.holding(2, Holds::Nothing).holding(0, Holds::Nothing), account(5));
    assert_eq!(Holds::from_number(9), Holds::Short, "the unknown is the worst");
    assert_eq!(account(0).holding(8, Holds::Short), account(0), "there is no ninth market");
    assert_eq!(markets(0b1000_0101).collect::<Vec<_>>(), [0, 2, 7]);
}

#[test]
fn shorts_debts_and_auctions_bind_what_leaves() {
    assert!(!account(0).holding(1, Holds::Longs).is_margined());
    assert!(account(9).holding(1, Holds::Short).is_margined());
    assert!(account(-1).is_margined());
    assert!(account(9).in_auction(true).is_margined());
}

#[test]
fn a_market_is_blamed_for_debts_only_that_it_adds_to() {
    assert_eq!(account(0).blaming(3, account(1)).blamed(), 0);
    let owing = account(-1).blaming(3, account(0));
    assert_eq!(owing.blamed(), 3);
    assert_eq!(owing.blaming(5, owing).blamed(), 3, "nothing has moved");
    assert_eq!(owing.blaming(5, account(-2)).blamed(), 3, "it has paid");
    assert_eq!(owing.moved(-1).unwrap().blaming(5, owing).blamed(), 5);
}

#[test]
fn debit_stops_at_zero() {
    assert_eq!(account(100).debit(100), Ok(account(0)));
    assert_eq!(account(100).debit(101), Err(LedgerError::Insufficient { cash: 100, required: 101 }));
    assert_eq!(account(-1).debit(1), Err(LedgerError::Insufficient { cash: -1, required: 1 }));
    assert_eq!(account(-1).debit(0), Ok(account(-1)), "nothing is there even of a debt");
}

#[test]
fn only_owing_and_moving_go_below_zero() {
    assert_eq!(account(5).owe(8), Ok(account(-3)));
    assert_eq!(account(5).moved(-8), Ok(account(-3)));
    assert_eq!(account(-3).credit(8), Ok(account(5)));
}

#[test]
fn debit_up_to_takes_what_there_is() {
    assert_eq!(account(100).debit_up_to(175), Ok((account(0), 100)));
    assert_eq!(account(100).debit_up_to(30), Ok((account(70), 30)));
    assert_eq!(account(0).debit_up_to(30), Ok((account(0), 0)));
    assert_eq!(account(-7).debit_up_to(30), Ok((account(-7), 0)));
}

#[test]
fn extremes_are_refused_and_never_wrap() {
    let amount = u128::MAX;
    let too_large = Err(LedgerError::TooLarge { amount });
    assert_eq!(account(0).credit(amount), too_large);
    assert_eq!(account(0).owe(amount), too_large);
    assert_eq!(account(i128::MAX).credit(1), Err(LedgerError::TooLarge { amount: 1 }));
    assert_eq!(account(i128::MIN).owe(1), Err(LedgerError::TooLarge { amount: 1 }));
    assert_eq!(account(-1).moved(i128::MIN), Err(LedgerError::TooLarge { amount: 1 << 127 }));
}

proptest! {
    #[test]
    fn slots_round_trip(cash: i128, held: u8, short: u8, blamed: u8, is_in_auction: bool) {
        let entry = Account { cash, held, short, blamed, is_in_auction };
        prop_assert_eq!(Account::from_slot(entry.to_slot()), entry);
    }

    #[test]
    fn movements_keep_the_sum(from in 0i128..1 << 100, to in -(1i128 << 100)..1 << 100, amount in 0u128..1 << 100) {
        let (from, to) = (account(from), account(to));
        match from.debit(amount) {
            Ok(debited) => {
                let credited = to.credit(amount).unwrap();
                prop_assert_eq!(debited.cash() + credited.cash(), from.cash() + to.cash());
                prop_assert!(debited.cash() >= 0);
            }
            Err(error) => {
                prop_assert_eq!(error, LedgerError::Insufficient { cash: from.cash(), required: amount });
                prop_assert!(u128::try_from(from.cash()).unwrap() < amount);
            }
        }
    }

    #[test]
    fn partial_debit_takes_the_lesser_of_amount_and_cash(cash in 0i128..1 << 100, amount: u128) {
        let (left, taken) = account(cash).debit_up_to(amount).unwrap();
        prop_assert_eq!(taken, amount.min(u128::try_from(cash).unwrap()));
        prop_assert_eq!(left.cash(), cash - i128::try_from(taken).unwrap());
    }
}
