//! Hedges at Uniswap's own v3 pool, as its npm package has it compiled.

use equipoise_cli::programs::Programs;
use equipoise_tests::{has_clients, repository};

use crate::fixture::Solved;
use crate::kept::SPOT;

/// Some hundred and seventy units for each per cent of the price: both tokens have six decimals.
const LIQUIDITY: u128 = 2_000_000_000_000;

impl Solved {
    /// A pool at spot, all over and more of it near, with an open venue.
    fn with_pool(&mut self) {
        let programs = Programs::load(&repository("target/programs")).unwrap();
        let venue = self.kept.world.pool_venue(&programs, &self.hedging, (SPOT, LIQUIDITY)).unwrap();
        assert!(venue.is_some(), "run `npm ci --ignore-scripts` in tests/clients");
    }
}

#[test]
fn a_pool_fills_whoever_asks_at_the_price_of_its_curve() {
    if !has_clients() {
        eprintln!("skipped: node is not installed");
        return;
    }
    let mut solved = Solved::open();
    solved.with_pool();
    let opened = solved.once(&["--pools"]);
    assert_eq!(opened.result, "checkpoint", "{opened:?}");
    solved.pass(400);
    let cash = solved.vault_cash();
    let done = solved.once(&["--pools"]);
    assert_eq!(done.result, "accepted", "{done:?}");
    let rebalance = done.rebalance.unwrap();
    assert!(rebalance.bought > 10.0 && rebalance.legs == 1, "{rebalance:?}");
    // What was computed of its curve is what it took, but for a hundred-thousandth of it.
    let spent = (cash - solved.vault_cash()) as f64 / 1e6 - rebalance.tip;
    let computed = rebalance.bought * SPOT + rebalance.lost;
    assert!((spent / computed - 1.0).abs() < 1e-9, "{spent} and {computed}");
    let hedger = solved.hedging.hedges.hedger;
    assert_eq!(solved.both(hedger)[0], 0);
}

#[test]
fn a_pool_and_an_inventory_share_by_what_they_cost() {
    if !has_clients() {
        eprintln!("skipped: node is not installed");
        return;
    }
    let mut solved = Solved::open();
    solved.with_pool();
    solved.open_window();
    let both = solved.once(&["--cost-bps", "6", "--dry-run"]);
    assert_eq!(both.result, "planned", "{both:?}");
    assert_eq!(both.rebalance.unwrap().legs, 2, "{both:?}");
    let pool = solved.once(&["--cost-bps", "6", "--venue", "pool", "--dry-run"]);
    assert_eq!(pool.rebalance.unwrap().legs, 1);
    let done = solved.once(&["--cost-bps", "6"]);
    assert_eq!(done.result, "accepted", "{done:?}");
}
