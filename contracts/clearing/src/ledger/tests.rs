use proptest::prelude::*;

use super::*;

fn account(cash: i128, locked: u128) -> Account {
    Account { cash, locked }
}

#[test]
fn empty_slot_is_an_empty_account() {
    assert_eq!(Account::from_slot([0; 32]), Account::default());
}

#[test]
fn slot_holds_cash_high_and_lock_low() {
    let slot = account(-1, 7).to_slot();
    assert_eq!(slot[..16], [0xff; 16]);
    assert_eq!(slot[31], 7);
}

#[test]
fn debit_stops_at_the_lock() {
    assert_eq!(account(100, 40).debit(60), Ok(account(40, 40)));
    let refused = Err(LedgerError::Insufficient { cash: 100, required: 101 });
    assert_eq!(account(100, 40).debit(61), refused);
}

#[test]
fn debit_of_nothing_needs_a_covered_lock() {
    assert_eq!(account(40, 40).debit(0), Ok(account(40, 40)));
    assert!(account(39, 40).debit(0).is_err());
    assert!(account(39, 40).covered().is_err());
}

#[test]
fn only_owing_goes_below_zero() {
    assert_eq!(account(5, 0).owe(8), Ok(account(-3, 0)));
    assert!(account(-3, 0).debit(0).is_err());
    assert_eq!(account(-3, 0).credit(8), Ok(account(5, 0)));
}

#[test]
fn debit_up_to_takes_what_is_free() {
    assert_eq!(account(100, 40).debit_up_to(75), Ok((account(40, 40), 60)));
    assert_eq!(account(100, 40).debit_up_to(30), Ok((account(70, 40), 30)));
    assert_eq!(account(0, 0).debit_up_to(30), Ok((account(0, 0), 0)));
}

#[test]
fn lock_is_not_released_twice() {
    assert_eq!(account(9, 5).relock(-5), Ok(account(9, 0)));
    let refused = Err(LedgerError::LockUnderflow { locked: 5, released: 6 });
    assert_eq!(account(9, 5).relock(-6), refused);
    let whole = 1u128 << 127;
    let refused = Err(LedgerError::LockUnderflow { locked: 5, released: whole });
    assert_eq!(account(9, 5).relock(i128::MIN), refused);
}

#[test]
fn extremes_are_refused_and_never_wrap() {
    let amount = u128::MAX;
    let too_large = Err(LedgerError::TooLarge { amount });
    assert_eq!(account(0, 0).credit(amount), too_large);
    assert_eq!(account(0, 0).owe(amount), too_large);
    assert_eq!(account(0, 1).debit(amount), too_large);
    assert_eq!(account(i128::MAX, 0).credit(1), Err(LedgerError::TooLarge { amount: 1 }));
    assert_eq!(account(i128::MIN, 0).owe(1), Err(LedgerError::TooLarge { amount: 1 }));
    assert_eq!(account(0, amount).relock(1), Err(LedgerError::TooLarge { amount: 1 }));
}

proptest! {
    #[test]
    fn slots_round_trip(cash: i128, locked: u128) {
        let entry = account(cash, locked);
        prop_assert_eq!(Account::from_slot(entry.to_slot()), entry);
    }

    #[test]
    fn movements_keep_the_sum_and_the_lock(
        from in 0i128..1 << 100, to in 0i128..1 << 100, locked in 0u128..1 << 100, amount in 0u128..1 << 100,
    ) {
        let (from, to) = (account(from, locked), account(to, 0));
        match from.debit(amount) {
            Ok(debited) => {
                let credited = to.credit(amount).unwrap();
                prop_assert_eq!(debited.cash() + credited.cash(), from.cash() + to.cash());
                prop_assert_eq!(debited.locked(), locked);
                prop_assert!(debited.covered().is_ok());
            }
            Err(error) => {
                let required = locked + amount;
                prop_assert_eq!(error, LedgerError::Insufficient { cash: from.cash(), required });
                prop_assert!(u128::try_from(from.cash()).unwrap() < required);
            }
        }
    }

    #[test]
    fn partial_debit_takes_the_lesser_of_amount_and_free_cash(cash in 0i128..1 << 100, amount: u128) {
        let (left, taken) = account(cash, 0).debit_up_to(amount).unwrap();
        prop_assert_eq!(taken, amount.min(u128::try_from(cash).unwrap()));
        prop_assert_eq!(left.cash(), cash - i128::try_from(taken).unwrap());
    }
}
