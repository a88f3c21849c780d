//! What stops a market lets it open again.

use equipoise_risk::breakers::{Measure, State, RULES};

use crate::generate;
use crate::life::{Capital, Life};

/// After the crash there is nothing but time, prices, surfaces and looks.
#[test]
fn a_market_that_bore_bad_debt_opens_again_by_itself() {
    let mut life = Life::born(Capital::Thin);
    let mut tripped = 0;
    for seed in 0..3 {
        life.begin_again();
        let [crash, calm] = generate::crash_and_calm(seed);
        for action in &crash {
            life.act(action);
        }
        tripped |= life.before().breakers.tripped_bits();
        for action in &calm {
            life.act(action);
        }
        let breakers = life.before().breakers;
        let state = breakers.state(life.now());
        assert_eq!(state, State::Open, "seed {seed}: rules {:#b} are tripped for good", breakers.tripped_bits());
    }
    let of_debt = RULES.iter().position(|rule| rule.measure == Measure::BadDebt).unwrap();
    assert!(tripped & 1 << of_debt != 0, "no crash trips the rule that this is about");
}
