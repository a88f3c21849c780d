//! A whole deployment on the embedded chain: its records, its check, its programs' lives.

use std::fs;

use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_rpc_types_eth::BlockId;
use equipoise_cli::deploy::DeploymentError;
use equipoise_cli::deployment::{ADMIN, IMPLEMENTATION};
use serde_json::Value;

use crate::support::{refusal, Workshop};

const DAY: u64 = 86_400;
/// Arbitrum's rules: so long does a program live.
const LIFE_DAYS: u64 = 365;

#[test]
fn a_deployment_is_recorded_and_found_as_recorded() {
    let workshop = Workshop::new();
    let told = workshop.run(&["deploy"]).unwrap();
    assert!(told.contains("checks hold"), "{told}");
    let mut files: Vec<_> = fs::read_dir(workshop.records_folder()).unwrap().collect();
    files.retain(|file| file.as_ref().unwrap().file_name() != "journal.json");
    let (engines, delegates, house, of_each_market, others) = (9, 4, 4, 5, 5);
    // The referee, the trustee, the broker, the dealer, the hedger, its venue, and the token that stands for the underlying.
    let hedge = 7;
    assert_eq!(files.len(), engines + delegates + house + 2 * of_each_market + others + hedge);

    let market = workshop.record("market-eth.json");
    let chain = workshop.chain();
    let proxy = market.proxy.unwrap();
    let at =
        |slot: B256| Address::from_word(chain.storage(proxy, U256::from_be_bytes(slot.0), BlockId::latest()).unwrap());
    assert_eq!(at(IMPLEMENTATION), market.address);
    let code = chain.code(market.address, BlockId::latest()).unwrap();
    assert_eq!((market.code_hash, market.compressed_bytes), (keccak256(&code), Some(code.len())));
    assert_eq!(chain.receipt(market.deploy_transaction).unwrap().block_number, market.block_number);
    assert_eq!(market.activate_transaction, Some(market.deploy_transaction));
    assert_eq!(market.commit, workshop.commit());
    assert_eq!(market.owner, Some(workshop.deployer()));
    drop(chain);
    let text = fs::read_to_string(workshop.records_folder().join("market-eth.json")).unwrap();
    assert!(text.contains(&market.address.to_checksum(None)), "{text}");
    let both: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        both["proxyArguments"][2],
        serde_json::json!({ "name": "strikeShift", "type": "uint256", "value": "8" })
    );
    // The second market's proxy runs the same implementation.
    assert_eq!(workshop.record("market-btc.json").address, market.address);

    assert!(workshop.run(&["verify"]).unwrap().contains("checks hold"));
}

#[test]
fn what_is_deployed_is_deployed_again_only_if_that_is_said() {
    let workshop = Workshop::new();
    workshop.run(&["deploy"]).unwrap();
    let first = workshop.record("clearing.json");
    assert!(matches!(workshop.refused(&["deploy"]), DeploymentError::DeployedAlready { .. }));
    workshop.run(&["deploy", "--again"]).unwrap();
    let second = workshop.record("clearing.2.json");
    assert_eq!((first.deployment, second.deployment), (1, 2));
    assert_ne!(first.entry_point(), second.entry_point());
    // The same code is active already, and costs no data fee.
    assert_eq!((second.code_hash, second.activate_transaction), (first.code_hash, None));
    assert_eq!(workshop.record("clearing.json"), first);
    workshop.run(&["verify", "--deployment", "1"]).unwrap();
    workshop.run(&["verify"]).unwrap();
}

#[test]
fn a_chain_that_somebody_has_changed_is_not_as_recorded() {
    let workshop = Workshop::new();
    workshop.run(&["deploy"]).unwrap();
    let clearing = workshop.record("clearing.json").entry_point();
    let admin = {
        let chain = workshop.chain();
        Address::from_word(chain.storage(clearing, U256::from_be_bytes(ADMIN.0), BlockId::latest()).unwrap())
    };
    let oracle = workshop.record("oracle-eth.json").address;
    let stranger = Address::repeat_byte(0x66).into_word();
    let market = workshop.record("market-eth.json").entry_point();
    let market_root = U256::from_be_bytes(slot_root("equipoise.market").0);
    let slots = [(clearing, U256::from_be_bytes(IMPLEMENTATION.0)), (admin, U256::ZERO), (market, market_root)];
    for (of, slot) in slots {
        let before = workshop.chain().storage(of, slot, BlockId::latest()).unwrap();
        workshop.chain().set_storage(of, slot, stranger);
        assert!(
            matches!(workshop.refused(&["verify"]), DeploymentError::NotAsRecorded { failed: 1.., .. }),
            "{of} {slot}"
        );
        workshop.chain().set_storage(of, slot, before);
        workshop.run(&["verify"]).unwrap();
    }
    workshop.chain().set_code(oracle, vec![0].into());
    assert!(matches!(workshop.refused(&["verify"]), DeploymentError::NotAsRecorded { .. }));
}

#[test]
fn programs_are_kept_alive_before_they_lapse_and_activated_again_after() {
    let workshop = Workshop::new();
    workshop.run(&["deploy"]).unwrap();
    let pass = |days: u64| {
        let mut chain = workshop.chain();
        chain.increase_time(days * DAY + 1);
        chain.mine(1, None);
    };
    let nonce = || workshop.chain().nonce(workshop.deployer(), BlockId::latest()).unwrap();
    let before = nonce();
    assert!(!workshop.run(&["keepalive"]).unwrap().contains("kept alive"));
    assert_eq!(nonce(), before);

    pass(LIFE_DAYS - 30);
    let planned = workshop.run(&["keepalive", "--dry-run"]).unwrap();
    assert!(planned.contains("Nothing was sent") && planned.contains("29 days left: kept alive"), "{planned}");
    assert_eq!(nonce(), before);
    let told = workshop.run(&["keepalive"]).unwrap();
    let kept = told.matches("kept alive").count();
    assert_eq!(nonce() - before, u64::try_from(kept).unwrap());
    assert!(kept >= 17, "{told}");
    assert_eq!(workshop.run(&["keepalive"]).unwrap().matches("364 days left").count(), kept);

    pass(LIFE_DAYS + 1);
    assert!(matches!(workshop.refused(&["verify"]), DeploymentError::NotAsRecorded { .. }));
    assert_eq!(workshop.run(&["keepalive"]).unwrap().matches("activated").count(), kept);
    workshop.run(&["verify"]).unwrap();
}

#[test]
fn keeping_alive_takes_a_key_and_records() {
    let workshop = Workshop::new();
    assert!(matches!(workshop.refused(&["keepalive"]), DeploymentError::NoRecords(_)));
    workshop.run(&["deploy"]).unwrap();
    let keyless = workshop.run_at(&workshop.server.url(), &<_>::default(), &["keepalive"]);
    assert!(matches!(refusal(keyless), DeploymentError::KeyMissing));
}

/// # Source: ERC-7201
fn slot_root(namespace: &str) -> B256 {
    let index = U256::from_be_bytes(keccak256(namespace).0) - U256::from(1);
    let mut root = keccak256(index.to_be_bytes::<32>());
    root[31] = 0;
    root
}
