//! What is refused, before anything is sent, and by what name.

use std::fs;

use alloy_primitives::{Address, U256};
use alloy_rpc_types_eth::BlockId;
use equipoise_chain::ProgramError;
use equipoise_cli::deploy::{DeploymentError, KeySource};
use equipoise_cli::error::CliError;
use serde_json::json;

use crate::support::{git, refusal, Workshop};

/// The first account of the test mnemonic, as Web3 secret storage has it, under "a password".
const KEYSTORE: &str = r#"{
  "version": 3,
  "id": "00000000-0000-4000-8000-000000000001",
  "crypto": {
    "cipher": "aes-128-ctr",
    "cipherparams": {
      "iv": "000102030405060708090a0b0c0d0e0f"
    },
    "ciphertext": "87a5e80f57ccf0b87e1470286b21a5df3b72240ad4471258400ad0a400cc1186",
    "kdf": "scrypt",
    "kdfparams": {
      "dklen": 32,
      "n": 1024,
      "p": 1,
      "r": 8,
      "salt": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    },
    "mac": "12be245ed3afae0b2016fc916fa8ec548e82a4afa94242f76d1a5551b843e561"
  }
}"#;

impl Workshop {
    /// Nothing has been sent.
    fn require_untouched(&self) {
        assert_eq!(self.chain().nonce(self.deployer(), BlockId::latest()).unwrap(), 0);
        assert!(!self.records_folder().exists());
    }

    fn keyless(&self) -> DeploymentError {
        refusal(self.run_at(&self.server.url(), &KeySource::default(), &["deploy"]))
    }
}

#[test]
fn a_tree_that_differs_from_its_commit_is_refused() {
    let workshop = Workshop::new();
    fs::write(workshop.path("tree").join("new.rs"), "").unwrap();
    let error = workshop.refused(&["deploy"]);
    assert!(matches!(&error, DeploymentError::DirtyTree { changes, .. } if changes == "?? new.rs"), "{error}");
    workshop.require_untouched();
}

#[test]
fn records_do_not_make_a_tree_dirty() {
    let workshop = Workshop::new();
    let folder = workshop.path("tree").join("deployments/42161");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("journal.json"), "{}").unwrap();
    workshop.run(&["deploy"]).unwrap();
}

#[test]
fn a_folder_without_a_repository_is_refused() {
    let workshop = Workshop::new();
    fs::remove_dir_all(workshop.path("tree").join(".git")).unwrap();
    assert!(matches!(workshop.refused(&["deploy"]), DeploymentError::NoRepository { .. }));
    workshop.require_untouched();
}

#[test]
fn programs_of_another_commit_are_refused() {
    let workshop = Workshop::new();
    let tree = workshop.path("tree");
    fs::write(tree.join("new.rs"), "").unwrap();
    git(&tree, &["add", "."]);
    git(&tree, &["commit", "-q", "-m", "another"]);
    let error = workshop.refused(&["deploy"]);
    assert!(matches!(&error, DeploymentError::BuiltElsewhere { head, .. } if *head == workshop.commit()), "{error}");
    workshop.require_untouched();
}

#[test]
fn a_program_that_is_too_large_is_refused() {
    let workshop = Workshop::new();
    let file = workshop.path("programs").join("vault.wasm");
    // Bytes that do not compress.
    let noise = (0..1_000_u32).flat_map(|place| alloy_primitives::keccak256(place.to_be_bytes()).0);
    let noise = noise.fold(String::new(), |text, byte| text + &format!("\\{byte:02x}"));
    let text = format!("(module (memory (export \"memory\") 1) (data (i32.const 0) \"{noise}\"))");
    fs::write(file, wat::parse_str(text).unwrap()).unwrap();
    match workshop.run(&["deploy"]) {
        Err(CliError::ProgramRefused { name: "vault", cause: ProgramError::TooLarge { bytes, limit } }) => {
            assert!(bytes > limit);
        }
        other => panic!("{other:?}"),
    }
    workshop.require_untouched();
}

#[test]
fn another_chain_is_refused() {
    let workshop = Workshop::on(1_337);
    let error = workshop.refused(&["deploy"]);
    assert!(matches!(error, DeploymentError::WrongChain { found: 1_337, expected: 412_346, .. }), "{error}");
    workshop.require_untouched();
}

#[test]
fn a_key_that_is_missing_or_is_none_is_refused() {
    let workshop = Workshop::new();
    assert!(matches!(workshop.keyless(), DeploymentError::KeyMissing));
    let damaged = KeySource { key: Some("0x12".to_owned()), keystore: None };
    let error = refusal(workshop.run_at(&workshop.server.url(), &damaged, &["deploy"]));
    assert!(matches!(error, DeploymentError::Key), "{error}");
    let nowhere = KeySource { key: None, keystore: Some((workshop.path("key.json"), String::new())) };
    let error = refusal(workshop.run_at(&workshop.server.url(), &nowhere, &["deploy"]));
    assert!(matches!(error, DeploymentError::Keystore { .. }), "{error}");
    workshop.require_untouched();
}

#[test]
fn a_keystore_signs() {
    let workshop = Workshop::new();
    let file = workshop.path("key.json");
    fs::write(&file, KEYSTORE).unwrap();
    let wrong = KeySource { key: None, keystore: Some((file.clone(), "another".to_owned())) };
    assert!(matches!(
        refusal(workshop.run_at(&workshop.server.url(), &wrong, &["deploy"])),
        DeploymentError::Keystore { .. }
    ));
    let right = KeySource { key: None, keystore: Some((file, "a password".to_owned())) };
    workshop.run_at(&workshop.server.url(), &right, &["deploy"]).unwrap();
    assert_eq!(workshop.record("clearing.json").deployer, workshop.deployer());
}

#[test]
fn too_little_ether_is_refused() {
    let workshop = Workshop::new();
    workshop.chain().set_balance(workshop.deployer(), U256::from(1_000_000_000_000_000_u64));
    let error = workshop.refused(&["deploy"]);
    assert!(matches!(error, DeploymentError::FundsShort { .. }), "{error}");
    workshop.require_untouched();
}

#[test]
fn a_stablecoin_or_a_feed_that_is_none_is_refused() {
    let workshop = Workshop::new();
    let mut settings = Workshop::settings();
    settings["stablecoin"] = json!(Address::repeat_byte(5));
    workshop.write_settings(&settings);
    let error = workshop.refused(&["deploy"]);
    assert!(matches!(&error, DeploymentError::NoCode { what, .. } if what == "stablecoin"), "{error}");
    let mut settings = Workshop::settings();
    settings["markets"][0]["feed"] = json!("0xcEcba2F1DC234f70Dd89F2041029807F8D03A990");
    workshop.write_settings(&settings);
    let error = workshop.refused(&["deploy"]);
    assert!(matches!(&error, DeploymentError::Unfit { what, .. } if what == "feed of ETH"), "{error}");
    workshop.require_untouched();
}

#[test]
fn a_chain_without_the_stylus_deployer_is_refused() {
    let workshop = Workshop::new();
    let deployer = "0xcEcba2F1DC234f70Dd89F2041029807F8D03A990".parse().unwrap();
    workshop.chain().set_code(deployer, <_>::default());
    let error = workshop.refused(&["deploy"]);
    assert!(matches!(error, DeploymentError::NoCode { .. }), "{error}");
    workshop.require_untouched();
}

#[test]
fn settings_that_make_no_sense_are_refused_by_name() {
    let workshop = Workshop::new();
    let account = |number: u8| json!(Address::repeat_byte(number));
    let changes = [
        ("surfaceKeepers", json!([account(1)]), "surfaceKeepers"),
        ("surfaceKeepers", json!([account(2), account(1)]), "rising"),
        ("markets", json!([]), "markets"),
        ("colour", json!("blue"), "colour"),
        ("guardian", json!("nobody"), "guardian"),
    ];
    for (key, value, named) in changes {
        let mut settings = Workshop::settings();
        settings[key] = value;
        workshop.write_settings(&settings);
        let error = workshop.refused(&["deploy"]);
        assert!(matches!(&error, DeploymentError::Settings { .. }), "{error}");
        assert!(error.to_string().contains(named) || key == "guardian", "{error}");
    }
    // What a program's constructor refuses, the rehearsal finds.
    let mut settings = Workshop::settings();
    settings["epochSecs"] = json!(60);
    workshop.write_settings(&settings);
    let refused = workshop.run(&["deploy"]).unwrap_err().to_string();
    assert!(refused.contains("vault"), "{refused}");
    workshop.require_untouched();
}

#[test]
fn public_networks_take_no_test_contracts() {
    let workshop = Workshop::on(421_614);
    let error = workshop.refused(&["deploy", "--network", "arbitrum-sepolia"]);
    assert!(matches!(&error, DeploymentError::Settings { problem, .. } if problem.contains("feed of ETH")), "{error}");
    workshop.require_untouched();
}
