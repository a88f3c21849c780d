//! Surfaces are posted when they are due, and as far as a step goes.

use equipoise_cli::keep::{Fate, KeepError};
use equipoise_cli::units::from_unsigned_wad;
use equipoise_interfaces::IMarket;

use crate::fixture::{Kept, HOUR, SPOT, VOL};

fn observed_at(kept: &mut Kept) -> u64 {
    let id = kept.boards[0].0;
    kept.world.view(kept.world.contracts.market, &IMarket::boardCall { id }).unwrap().observedAt
}

fn gap(kept: &mut Kept) -> f64 {
    let board = kept.boards[0].0;
    from_unsigned_wad(kept.world.view(kept.world.contracts.market, &IMarket::sliceCall { board }).unwrap().gapWad)
}

#[test]
fn a_stale_surface_is_posted_again() {
    let mut kept = Kept::open();
    let first = observed_at(&mut kept);
    assert_eq!(kept.once(&["--only", "surface"]).sent(), [""; 0]);
    kept.round(HOUR, SPOT);
    kept.quote(VOL);
    assert_eq!(kept.once(&["--only", "surface"]).sent(), [""; 0], "an hour is fresh");
    assert_eq!(kept.once(&["--only", "surface", "--refresh", "3000"]).sent(), ["post_surface"]);
    assert_eq!(observed_at(&mut kept), first + HOUR);
    assert_eq!(kept.once(&["--only", "surface", "--refresh", "3000"]).sent(), [""; 0]);
}

#[test]
fn a_surface_far_from_the_quotes_is_followed_step_by_step() {
    let mut kept = Kept::open();
    let (mut posts, mut runs) = (0, 0);
    kept.round(120, SPOT);
    kept.quote(VOL + 0.3);
    let mut gaps = vec![f64::INFINITY];
    while gaps.last() != Some(&0.0) {
        let sent = kept.once(&["--only", "surface", "--quotes-age", "100000"]).sent();
        runs += 1;
        assert!(runs < 50, "{gaps:?}");
        if sent.is_empty() {
            // The steps of the hour are used up.
            kept.round(300, SPOT);
            continue;
        }
        posts += 1;
        gaps.push(gap(&mut kept));
    }
    assert!(posts > 2 && gaps.windows(2).all(|pair| pair[1] < pair[0]), "{gaps:?}");
    assert_eq!(kept.once(&["--only", "surface"]).sent(), [""; 0]);
}

#[test]
fn what_a_command_lists_is_posted() {
    let kept = Kept::listed();
    let listing = kept.listing();
    let command = format!("cat {}", listing.display());
    let mut arguments = kept.arguments(&kept.server.url(), &["--only", "surface"]);
    (arguments.quotes, arguments.quotes_command) = (None, Some(command));
    let report = equipoise_cli::keep::once(&arguments, &kept.keys()).unwrap();
    assert_eq!(report.sent(), ["post_surface"], "{}", report.render());
}

#[test]
fn old_quotes_are_not_signed_and_missing_ones_are_told() {
    let mut kept = Kept::listed();
    kept.round(HOUR, SPOT);
    let report = kept.once(&["--only", "surface"]);
    assert!(report.render().contains("the quotes are 3600 s old"), "{}", report.render());

    kept.quote(VOL);
    let expiry = kept.now + 60 * 86_400;
    kept.world.list_board(expiry, &[2_800.0, 3_000.0, 3_200.0]).unwrap();
    let failed = kept.try_once_at(&kept.server.url(), &["--only", "surface"]).unwrap();
    let KeepError::Chores { failed: 1, first, .. } = failed.require_success().unwrap_err() else { panic!() };
    assert!(first.contains("no quotes of the expiry"), "{first}");
}

#[test]
fn too_few_keys_are_told_with_how_many_must_sign() {
    let kept = Kept::listed();
    let mut keys = kept.keys();
    keys.surface.truncate(1);
    let arguments = kept.arguments(&kept.server.url(), &["--only", "surface"]);
    let failed = equipoise_cli::keep::once(&arguments, &keys).unwrap();
    assert!(failed.render().contains("wants 2 signatures"), "{}", failed.render());
    keys.surface.clear();
    assert!(matches!(equipoise_cli::keep::once(&arguments, &keys), Err(KeepError::SurfaceKeysMissing)));
}

#[test]
fn a_dry_run_tells_what_it_would_do_and_sends_nothing() {
    let kept = Kept::listed();
    let before = kept.nonce();
    let report = kept.once(&["--dry-run"]);
    let planned: Vec<_> = report.deeds().filter(|deed| deed.fate == Fate::Planned).map(|deed| deed.label).collect();
    // Since nothing is sent there is no surface still, and a look at the breakers would find that.
    assert_eq!((planned, kept.nonce()), (vec!["post_surface", "poke"], before));
    assert!(report.render().contains("post_surface would be sent"), "{}", report.render());
}
