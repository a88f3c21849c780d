//! Whole replays: that they are the same again, add up, and leave no debt on real prices.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

use std::path::{Path, PathBuf};

use equipoise_data::{generate_prices, PathRecipe};
use equipoise_replay::{page, replay, run, FeedKind, Hedge, Input, Numbers, Run, Setup, Solvers, Variant, Without};

const DEFAULT: Variant = Variant { without: None, hedge: Hedge::Solvers, learns: false };
/// Most an account's settlement loses to rounding, in atoms; accounts, the vault and the liquidator.
const MOST_DUST: i64 = 26;

fn generated(seed: u64) -> Setup {
    let history = generate_prices(&PathRecipe { seed, candles: 24 * 20, ..PathRecipe::default() });
    Setup::of(&history.points, 1_000_000.0, seed)
}

/// Every day's parts add up to the change of its value, and all cash is what was paid in.
fn assert_adds_up(run: &Run) {
    let mut before = run.nav_atoms[0];
    for day in &run.days {
        assert_eq!(day.nav_atoms - before, day.parts.total(), "{day:?}");
        let without = day.parts_without_hedge();
        assert_eq!(day.parts.total() - without.total(), day.hedge_pnl_atoms, "with less without is the hedge: {day:?}");
        before = day.nav_atoms;
    }
    assert_eq!(before, run.nav_atoms[1]);
    assert_eq!(run.total.lp_pnl_atoms, run.nav_atoms[1] - run.nav_atoms[0]);
    assert_eq!(run.years.iter().map(|year| year.lp_pnl_atoms).sum::<i64>(), run.total.lp_pnl_atoms);
    assert_eq!(run.unaccounted_atoms, -run.dust_atoms);
    assert!((0..=MOST_DUST * i64::from(run.total.counts.settled)).contains(&run.dust_atoms), "{}", run.dust_atoms);
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let text = |seed| {
        let report = replay("generated", &generated(seed), &[DEFAULT]).unwrap();
        serde_json::to_string(&report).unwrap()
    };
    let first = text(1);
    assert_eq!(first, text(1));
    assert_ne!(first, text(2));
}

#[test]
fn profits_are_explained_to_the_atom_and_cash_is_what_was_paid_in() {
    let setup = generated(3);
    let all = [None, Some(Without::Skew), Some(Without::Rebates), Some(Without::Spreads)];
    let variants: Vec<Variant> = all.map(|without| Variant { without, ..DEFAULT }).to_vec();
    let report = replay("generated", &setup, &variants).unwrap();
    for run in &report.runs {
        assert_adds_up(run);
        assert!(run.total.counts.trades > 100 && run.total.counts.settled >= 2, "{:?}", run.total.counts);
        assert_eq!(run.total.counts.bad_debt_atoms, 0);
    }
    let [default, no_skew, no_rebates, no_spread] = &report.runs[..] else { panic!("four runs") };
    assert!(default.total.parts_atoms.spread > 0 && default.total.parts_atoms.skew != 0);
    assert!(no_skew.total.parts_atoms.skew.abs() < 1_000_000, "less than a dollar");
    assert_ne!(no_rebates.total.parts_atoms, default.total.parts_atoms);
    let trades = i64::from(no_spread.total.counts.trades);
    assert!((0..=trades).contains(&no_spread.total.parts_atoms.spread), "an atom a trade for rounding");
}

fn hedged_by(count: u8, die_at: Option<u64>) -> Run {
    let setup = Setup { solvers: Solvers { count, die_at }, ..generated(3) };
    let run = run(&setup, DEFAULT).unwrap();
    assert_adds_up(&run);
    run
}

#[test]
fn two_solvers_share_the_work_and_one_alone_does_it_as_well() {
    let [both, alone] = [2, 1].map(|count| hedged_by(count, None).hedging);
    let [quick, thrifty] = &both.solvers[..] else { panic!("two solvers") };
    assert!(quick.record.rebalances > 0 && thrifty.record.rebalances > 0, "{both:?}");
    assert!(quick.record.tips_atoms > 0 && thrifty.record.tips_atoms > 0 && quick.record.late > 0, "{both:?}");
    assert_eq!(both.rebalances, quick.record.rebalances + thrifty.record.rebalances);
    assert_eq!(both.tips_atoms, quick.record.tips_atoms + thrifty.record.tips_atoms);
    assert!(both.cost_atoms > both.tips_atoms);
    assert_eq!((alone.rebalances, alone.solvers[1].record.rebalances), (alone.solvers[0].record.rebalances, 0));
    assert!(alone.rebalances > 0 && alone.tracking_error < 2.0 * both.tracking_error, "{alone:?} {both:?}");
}

#[test]
fn a_vault_whose_solvers_are_dead_is_worse_hedged_but_owes_nobody() {
    let both = hedged_by(2, None);
    let middle = both.days[both.days.len() / 2].at;
    let [none, dying] = [hedged_by(0, None), hedged_by(2, Some(middle))];
    assert_eq!((none.hedging.rebalances, none.hedging.cost_atoms), (0, 0));
    assert_eq!(none.variance.with.to_bits(), none.variance.without.to_bits(), "no hedge, no difference");
    assert!(dying.days.iter().all(|day| day.at < middle || day.counts.hedges == 0));
    assert!(dying.hedging.rebalances > 0 && dying.hedging.rebalances < both.hedging.rebalances);
    for run in [&none, &dying] {
        assert!(run.hedging.tracking_error > both.hedging.tracking_error, "{:?} {:?}", run.hedging, both.hedging);
        assert!(run.total.counts.neglected_secs > 0 && run.bad_debt_atoms == 0, "{:?}", run.total.counts);
        assert!(run.total.max_drawdown < 0.1);
    }
}

#[test]
fn the_page_has_every_chart_and_needs_no_network() {
    let unhedged = Variant { hedge: Hedge::None, ..DEFAULT };
    let report = replay("<prices>", &generated(1), &[DEFAULT, unhedged]).unwrap();
    assert!(report.lp_pnl_variance_with_solver > 0.0 && report.lp_pnl_variance_traded_without.is_some());
    let page = page(&report).unwrap();
    assert_eq!(page.matches("<svg").count(), 9);
    assert!(page.contains("&lt;prices&gt;") && page.contains("no hedge") && !page.contains("NaN"));
    assert!(!page.replace("http://www.w3.org", "").contains("http") && !page.contains("<script"));
}

fn real_prices() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = std::env::var_os("EQUIPOISE_DATA").map_or(beside, PathBuf::from).join("ETHUSDT_1h.csv");
    if path.is_file() {
        return Some(path);
    }
    eprintln!("skipped: no prices at {} (set EQUIPOISE_DATA)", path.display());
    None
}

#[test]
fn real_stress_leaves_no_debt_and_everything_adds_up() {
    let Some(prices) = real_prices() else { return };
    for (from, until) in [
        ("2022-05-05", "2022-05-15"),
        ("2022-06-10", "2022-06-20"),
        ("2022-11-06", "2022-11-12"),
        ("2024-08-02", "2024-08-08"),
        ("2025-02-01", "2025-02-06"),
        ("2025-04-05", "2025-04-11"),
    ] {
        let time = |day: &str| Some(format!("{day}T00:00:00Z").parse().unwrap());
        let input = Input {
            prices: prices.clone(),
            chains: None,
            currency: "ETH".into(),
            from: time(from),
            until: time(until),
            capital: 1_000_000.0,
            seed: 1,
            rules: Numbers::default(),
            feed: FeedKind::Push,
            solvers: Solvers::default(),
        };
        let run = run(&input.load().unwrap(), DEFAULT).unwrap();
        assert_adds_up(&run);
        assert_eq!(run.bad_debt_atoms, 0, "{from}: {:?}", run.total.counts);
        assert!(run.total.counts.trades > 20, "{from}: {:?}", run.total.counts);
    }
}
