//! Keepers follow a shock post by post, and the market goes on quoting.

#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

use alloy_primitives::{Address, B256, I256, U256};
use equipoise_cli::deployment::Underlying;
use equipoise_cli::programs::{default_dir, Programs, NAMES};
use equipoise_cli::units::{from_unsigned_wad, price_wad, signed_wad, size_wad, unsigned_wad, TOKEN_ATOMS};
use equipoise_cli::world::{Setup, World};
use equipoise_interfaces::series::Series;
use equipoise_interfaces::{IMarket, ITranche, IVault, Leg, Quote, Slice};

const START: u64 = 1_767_225_600;
const DAY: u64 = 86_400;
const SPOT: f64 = 3_000.0;
const LP: Address = Address::repeat_byte(3);
const DAYS: [u64; 3] = [7, 30, 90];

/// A market with LPs and three boards, without a surface.
fn listed(programs: &Programs) -> (World, Vec<u16>, u64) {
    let setup = Setup {
        genesis_at: START,
        owner: Address::repeat_byte(1),
        keeper: Address::repeat_byte(2),
        surface_keys: (1..=3).map(B256::repeat_byte).collect(),
        publisher_keys: Vec::new(),
        funded: vec![LP],
        epoch_secs: DAY,
        underlyings: vec![Underlying { symbol: "ETH".to_owned(), strike_shift: 8, weight: 1 }],
        are_programs_cached: true,
    };
    let mut world = World::new(programs, &setup).unwrap();
    let (junior, vault, owner) = (world.contracts.junior, world.contracts.vault, world.owner);
    let atoms = 10_000_000 * TOKEN_ATOMS;
    world.fund(LP, atoms).unwrap();
    let request = ITranche::requestDepositCall { assets: U256::from(atoms), controller: LP, owner: LP };
    world.send("request", LP, junior, &request).unwrap();
    let now = world.view(vault, &IVault::nextEpochCall {}).unwrap().cutAt + 60;
    world.push_price(now, SPOT).unwrap();
    let first_rounds = vec![world.first_round_from(now - 60)];
    world.send("process", owner, vault, &IVault::processEpochCall { firstRounds: first_rounds }).unwrap();
    let strikes = [2_200.0, 2_600.0, 3_000.0, 3_400.0, 4_000.0];
    let ids = DAYS.map(|days| world.list_board(now + days * DAY, &strikes).unwrap());
    (world, ids.to_vec(), now)
}

/// Slices of these volatilities at the money.
fn at_levels(ids: &[u16], vols: [f64; 3], forward: f64) -> Vec<Slice> {
    let slice = |(id, vol): (&u16, f64)| Slice {
        board: *id,
        forwardWad: unsigned_wad(forward),
        aWad: signed_wad(vol * vol - 0.02),
        bWad: unsigned_wad(0.1),
        rhoWad: signed_wad(-0.3),
        mWad: I256::ZERO,
        sigmaWad: unsigned_wad(0.2),
        gapWad: U256::ZERO,
    };
    ids.iter().zip(vols).map(slice).collect()
}

fn quote(world: &mut World, board: u16) -> Quote {
    let series = Series { board, strike: 2, is_put: false }.id();
    let legs = vec![Leg { series, sizeWad: size_wad(1.0) }];
    world.view(world.contracts.market, &IMarket::quoteCall { legs }).unwrap()
}

#[test]
fn a_shock_of_40_points_is_followed_in_several_posts_while_the_spread_covers_the_gap() {
    let folder = default_dir();
    if let Some(name) = NAMES.iter().find(|name| !folder.join(format!("{name}.wasm")).exists()) {
        eprintln!("skipped: no {name}.wasm in {}; run ./scripts/build-programs", folder.display());
        return;
    }
    let (mut world, ids, mut now) = listed(&Programs::load(&folder).unwrap());
    world.post_slices("post", price_wad(SPOT), now, at_levels(&ids, [0.6; 3], SPOT)).unwrap();
    let calm = quote(&mut world, ids[1]);
    // Spot falls a tenth; volatility rises by 40 points at 30 days, by more before that and by less after it.
    let spot = 2_700.0;
    let wanted = at_levels(&ids, [1.4, 1.0, 0.83], spot);
    let mut gaps: Vec<f64> = Vec::new();
    while gaps.last() != Some(&0.0) {
        assert!(gaps.len() < 100, "an hour and a half is enough: {gaps:?}");
        now += 60;
        world.push_price(now, spot).unwrap();
        world.post_slices("post", price_wad(spot), now, wanted.clone()).unwrap();
        let posted = world.view(world.contracts.market, &IMarket::sliceCall { board: ids[1] }).unwrap();
        let gap = from_unsigned_wad(posted.gapWad);
        let quoted = quote(&mut world, ids[1]);
        // At 30 days a point of volatility is worth 3.0 to 3.4 dollars of a strike near the money.
        let spread = u64::try_from(quoted.spreadAtoms).unwrap();
        assert!(f64::from(u32::try_from(spread).unwrap()) / 1e6 > 250.0 * gap, "{spread} for {gap}");
        assert!(quoted.costAtoms > I256::ZERO);
        gaps.push(gap);
    }
    assert!(gaps.len() > 8, "{gaps:?}");
    assert!(gaps[0] > 0.25 && gaps.windows(2).all(|pair| pair[1] < pair[0]), "{gaps:?}");
    for (id, wanted) in ids.iter().zip(&wanted) {
        let posted = world.view(world.contracts.market, &IMarket::sliceCall { board: *id }).unwrap();
        assert!((posted.aWad - wanted.aWad).unsigned_abs() < U256::from(1_000_000));
        assert_eq!(posted.gapWad, U256::ZERO);
    }
    assert!(quote(&mut world, ids[1]).spreadAtoms < calm.spreadAtoms * U256::from(3));
}
