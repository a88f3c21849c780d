//! The hedger of a deployment: its venues, closed until somebody votes, and its owner.

use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_rpc_types_eth::{BlockId, TransactionInput, TransactionRequest};
use alloy_sol_types::SolCall;
use equipoise_cli::deploy::{DeploymentError, KeySource};
use equipoise_interfaces::{IClearing, IHedger};
use equipoise_tests::{has_aave, uniswap_pool, Aave, Lent, TestToken, World};
use serde_json::{json, Value};

use crate::support::Workshop;

/// Pools lend on it: how much, the threshold of liquidation, what a liquidator takes, in hundredths of a percent.
const TERMS: [u64; 3] = [7_500, 8_000, 10_500];

impl Workshop {
    fn view<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        let input = TransactionInput::new(call.abi_encode().into());
        let request = TransactionRequest { to: Some(to.into()), input, ..TransactionRequest::default() };
        let outcome = self.chain().call(&request, BlockId::latest(), None).unwrap();
        assert!(outcome.status, "{} fails", C::SIGNATURE);
        C::abi_decode_returns(&outcome.output).unwrap()
    }

    fn slot(&self, of: Address, namespace: &str, place: u64) -> Address {
        let index = U256::from_be_bytes(keccak256(namespace).0) - U256::from(1);
        let mut root = keccak256(index.to_be_bytes::<32>());
        root[31] = 0;
        let slot = U256::from_be_bytes(root.0) + U256::from(place);
        let word: B256 = self.chain().storage(of, slot, BlockId::latest()).unwrap();
        Address::from_word(word)
    }
}

#[test]
fn a_hedger_is_wired_closed_and_offered_to_the_timelock() {
    let workshop = Workshop::new();
    workshop.run(&["deploy"]).unwrap();
    let [hedger, market, filler, timelock] =
        ["hedger-eth", "market-eth", "filler-eth", "timelock"].map(|name| workshop.record(&format!("{name}.json")));
    let at = hedger.entry_point();
    assert_eq!(hedger.proxy, Some(at));
    assert_eq!(workshop.view(at, &IHedger::marketCall {}), market.entry_point());
    assert_eq!(workshop.view(at, &IHedger::venueCapCall { venue: filler.address }), U256::ZERO);
    assert_eq!(workshop.view(at, &IHedger::ownerCall {}), workshop.deployer());
    let [_, pending] = [0, 1].map(|place| workshop.slot(at, "equipoise.ownership", place));
    assert_eq!(pending, timelock.address);
    // The clearing house lets it have cash of its market's vault, and nobody else.
    let clearing = workshop.record("clearing.json").entry_point();
    let ask = |from: Address| {
        let input = TransactionInput::new(IClearing::openHedgeCall { payments: Vec::new() }.abi_encode().into());
        let request = TransactionRequest { from: Some(from), to: Some(clearing.into()), input, ..<_>::default() };
        workshop.chain().call(&request, BlockId::latest(), None).unwrap().status
    };
    assert_eq!([at, workshop.deployer()].map(ask), [true, false]);
    // The market without a hedge has none.
    assert!(!workshop.records_folder().join("hedger-btc.json").exists());
}

#[test]
fn a_hedger_that_somebody_has_changed_is_not_as_recorded() {
    let workshop = Workshop::new();
    workshop.run(&["deploy"]).unwrap();
    let hedger = workshop.record("hedger-eth.json").entry_point();
    let index = U256::from_be_bytes(keccak256("equipoise.hedger").0) - U256::from(1);
    let root = U256::from_be_bytes(keccak256(index.to_be_bytes::<32>()).0) & !U256::from(0xff);
    let (market, referee, base, lender, broker, dealer) = (0, 2, 5, 12, 15, 23);
    for place in [market, referee, base, lender, broker, dealer] {
        let slot = root + U256::from(place);
        let before = workshop.chain().storage(hedger, slot, BlockId::latest()).unwrap();
        workshop.chain().set_storage(hedger, slot, Address::repeat_byte(0x66).into_word());
        let error = workshop.refused(&["verify"]);
        assert!(matches!(error, DeploymentError::NotAsRecorded { failed: 1.., .. }), "slot {place}: {error}");
        workshop.chain().set_storage(hedger, slot, before);
    }
    workshop.run(&["verify"]).unwrap();
}

/// A chain with Uniswap's and Aave's own pools of a coin, and settings that name them.
fn with_pools() -> (Workshop, Value) {
    let mut world = World::new();
    let (owner, token, feed) = (world.owner, world.token, world.feed);
    world.push_price(3_000);
    let coin = world.deploy("TestToken", Vec::new());
    world.send(owner, coin, &TestToken::setDecimalsCall { decimals: 18 }).unwrap();
    let lent = |asset, decimals, cents| Lent { asset, decimals, cents, collateral_bps: TERMS };
    let aave = Aave::open(&mut world, &[lent(token, 6, 100), lent(coin, 18, 300_000)]);
    let pool = uniswap_pool(&mut world, coin, token).expect("node is there");
    let workshop = Workshop::of(world.chain);
    let mut settings = Workshop::settings();
    settings["stablecoin"] = json!(token);
    settings["markets"] = json!([{ "symbol": "ETH", "strikeShift": 8, "weight": 1, "feed": feed }]);
    settings["markets"][0]["hedge"] = json!({ "underlying": coin, "uniswapPool": pool, "aavePool": aave.pool });
    (workshop, settings)
}

#[test]
fn pools_that_settings_name_become_venues_that_are_closed() {
    if !has_aave() {
        eprintln!("skipped: node is not installed");
        return;
    }
    let (workshop, settings) = with_pools();
    workshop.write_settings(&settings);
    let from = workshop.deployer().to_string();
    let words = ["deploy", "--dry-run", "--from", &from];
    let planned = workshop.run_at(&workshop.server.url(), &KeySource::default(), &words).unwrap();
    workshop.run(&["deploy"]).unwrap();
    let hedger = workshop.record("hedger-eth.json").entry_point();
    for name in ["filler-eth", "pool-venue-eth", "lender-eth"] {
        let record = workshop.record(&format!("{name}.json"));
        assert!(planned.contains(&record.address.to_checksum(None)), "{name}: {planned}");
        let cap = workshop.view(hedger, &IHedger::venueCapCall { venue: record.address });
        assert_eq!((cap, record.owner), (U256::ZERO, None), "{name}");
    }
    let lender = workshop.record("lender-eth.json").address;
    assert_eq!(workshop.view(hedger, &IHedger::lenderCall {}), lender);
    assert!(workshop.run(&["verify"]).unwrap().contains("checks hold"));
}

#[test]
fn pools_that_do_not_fit_are_refused_before_anything_is_sent() {
    if !has_aave() {
        eprintln!("skipped: node is not installed");
        return;
    }
    let (workshop, settings) = with_pools();
    let hedge = &settings["markets"][0]["hedge"];
    // An underlying that neither pool knows; a feed in a pool's place; an account without code.
    let changes = [
        ("underlying", settings["stablecoin"].clone(), "pool-venue"),
        ("uniswapPool", settings["markets"][0]["feed"].clone(), "Uniswap pool of ETH"),
        ("aavePool", hedge["underlying"].clone(), "Aave pool of ETH"),
        ("aavePool", json!(Address::repeat_byte(5)), "Aave pool of ETH"),
    ];
    for (key, value, named) in changes {
        let mut changed = settings.clone();
        changed["markets"][0]["hedge"][key] = value;
        workshop.write_settings(&changed);
        let error = workshop.run(&["deploy"]).unwrap_err().to_string();
        assert!(error.contains(named), "{key}: {error}");
        assert_eq!(workshop.chain().nonce(workshop.deployer(), BlockId::latest()).unwrap(), 0);
    }
}
