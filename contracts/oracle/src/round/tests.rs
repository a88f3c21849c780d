use super::*;

const NOW: u64 = 1_800_000_000;

fn answer(price: i128) -> Answer {
    let id = RoundId::new(3, 7);
    Answer { id, answer: I256::try_from(price).unwrap(), updated_at: U256::from(NOW), answered_in: id }
}

#[test]
fn price_scales_exactly_from_any_decimals() {
    for decimals in 0..=MAX_DECIMALS {
        let price = 3_000 * 10i128.pow(decimals.into());
        let round = answer(price).check(decimals, NOW).unwrap();
        assert_eq!(round.price_wad, 3_000 * 10u128.pow(18));
        assert_eq!(round.at, NOW);
        assert_eq!(round.id, RoundId::new(3, 7));
    }
}

#[test]
fn decimals_past_eighteen_are_refused() {
    assert_eq!(answer(1).check(19, NOW), Err(Unusable::OutOfDomain));
}

#[test]
fn price_outside_the_domain_is_refused() {
    assert_eq!(answer(9_999).check(8, NOW), Err(Unusable::OutOfDomain));
    assert_eq!(answer(10_000).check(8, NOW).unwrap().price_wad, MIN_PRICE_WAD);
    let highest = 10i128.pow(17);
    assert_eq!(answer(highest).check(8, NOW).unwrap().price_wad, MAX_PRICE_WAD);
    assert_eq!(answer(highest + 1).check(8, NOW), Err(Unusable::OutOfDomain));
    assert_eq!(answer(i128::MAX).check(0, NOW), Err(Unusable::OutOfDomain));
    let mut enormous = answer(1);
    enormous.answer = I256::MAX;
    assert_eq!(enormous.check(8, NOW), Err(Unusable::OutOfDomain));
}

#[test]
fn price_must_be_positive() {
    assert_eq!(answer(0).check(8, NOW), Err(Unusable::NotPositive));
    assert_eq!(answer(-1).check(8, NOW), Err(Unusable::NotPositive));
}

#[test]
fn round_must_be_answered_by_now_and_by_itself() {
    let mut round = answer(300_000_000_000);
    round.updated_at = U256::ZERO;
    assert_eq!(round.check(8, NOW), Err(Unusable::Incomplete));
    round.updated_at = U256::from(NOW + 1);
    assert_eq!(round.check(8, NOW), Err(Unusable::InFuture));
    round.updated_at = U256::MAX;
    assert_eq!(round.check(8, NOW), Err(Unusable::InFuture));
    round.updated_at = U256::from(NOW);
    round.answered_in = RoundId::new(3, 6);
    assert_eq!(round.check(8, NOW), Err(Unusable::Incomplete));
}

#[test]
fn round_ids_round_trip_and_order_by_phase_first() {
    for id in [RoundId::new(0, 0), RoundId::new(7, u64::MAX), RoundId::new(u16::MAX, 1)] {
        assert_eq!(RoundId::from_raw(id.raw()), id);
    }
    assert_eq!(RoundId::new(1, 1).raw(), U80::from_limbs([1, 1]));
    assert!(RoundId::new(1, u64::MAX) < RoundId::new(2, 1));
    assert_eq!(RoundId::new(1, 1).next(), Some(RoundId::new(1, 2)));
    assert_eq!(RoundId::new(1, u64::MAX).next(), None);
    assert_eq!(RoundId::new(2, 9).previous(), Some(RoundId::new(2, 8)));
    assert_eq!([RoundId::new(2, 1).previous(), RoundId::new(2, 0).previous()], [None; 2]);
    assert_eq!(RoundId::new(1, 9).start_of_next_phase(), Some(RoundId::new(2, 1)));
    assert_eq!(RoundId::new(u16::MAX, 9).start_of_next_phase(), None);
}
