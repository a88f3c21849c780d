use super::*;

/// Enough rounds for each attack to meet refusals, rebates and full reserves.
const ROUNDS: u32 = 300;

#[test]
fn no_attacker_gains_beyond_what_he_is_allowed() {
    for attack in ATTACKS {
        let report = attack.run(1, ROUNDS);
        assert!(report.rounds > ROUNDS / 4, "{}: the market refused {} of {ROUNDS}", attack.name, report.refused);
        assert!(report.holds(), "{report:#?}");
    }
}

#[test]
fn the_same_seed_plays_the_same_rounds() {
    for attack in ATTACKS {
        assert_eq!(attack.run(7, 5), attack.run(7, 5));
    }
}
