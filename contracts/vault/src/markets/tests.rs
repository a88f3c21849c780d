use proptest::prelude::*;

use super::*;

fn sources(list: &[(u32, u128)]) -> Each<Source> {
    let mut sources = Each::<Source>::default();
    for (source, (weight, redeemable_atoms)) in sources.iter_mut().zip(list) {
        *source = Source { weight: *weight, redeemable_atoms: *redeemable_atoms, ..Source::default() };
    }
    sources
}

#[test]
fn deposits_go_by_weight_and_payments_by_what_can_be_paid() {
    let flow = Flow { accepted_atoms: 100, refused_atoms: 7, paid_atoms: 31 };
    let parts = split(&flow, &sources(&[(1, 10), (2, 0), (3, 30)]));
    assert_eq!(parts[0], Flow { accepted_atoms: 17, refused_atoms: 7, paid_atoms: 8 });
    assert_eq!(parts[1], Flow { accepted_atoms: 33, refused_atoms: 0, paid_atoms: 0 });
    assert_eq!(parts[2], Flow { accepted_atoms: 50, refused_atoms: 0, paid_atoms: 23 });
}

#[test]
fn one_market_takes_and_pays_everything() {
    let flow = Flow { accepted_atoms: 5, refused_atoms: 6, paid_atoms: 7 };
    assert_eq!(split(&flow, &sources(&[(9, u128::MAX)]))[0], flow);
}

proptest! {
    #[test]
    fn parts_add_up_and_no_market_pays_more_than_it_can(
        list in prop::collection::vec((1u32.., 0u128..1 << 100), 1..=4),
        accepted_atoms in 0u128..1 << 100,
        part in 0u128..=1 << 20,
    ) {
        let list = sources(&list);
        let payable: u128 = list.iter().map(|source| source.redeemable_atoms).sum();
        let flow = Flow { accepted_atoms, refused_atoms: 3, paid_atoms: (payable >> 20) * part };
        let parts = split(&flow, &list);
        prop_assert_eq!(parts.iter().map(|part| part.accepted_atoms).sum::<u128>(), flow.accepted_atoms);
        prop_assert_eq!(parts.iter().map(|part| part.refused_atoms).sum::<u128>(), flow.refused_atoms);
        prop_assert_eq!(parts.iter().map(|part| part.paid_atoms).sum::<u128>(), flow.paid_atoms);
        prop_assert!(parts.iter().zip(&list).all(|(part, source)| part.paid_atoms <= source.redeemable_atoms));
    }
}
