//! Whatever stops a deployment, the same command goes on with it, and nothing is sent twice.

use std::fs;

use alloy_rpc_types_eth::BlockId;
use equipoise_cli::deploy::DeploymentError;

use crate::relay::Relay;
use crate::support::{refusal, Workshop};

impl Workshop {
    fn transactions(&self) -> u64 {
        self.chain().nonce(self.deployer(), BlockId::latest()).unwrap()
    }

    /// Deploys through a server that fails after so many transactions.
    fn interrupt(&self, after: usize, is_last_heard: bool) {
        let relay = Relay::failing(self.server.address(), after, is_last_heard);
        let error = refusal(self.run_at(&relay.url(), &self.keys(), &["deploy"]));
        assert!(matches!(error, DeploymentError::Transport { .. }), "{error}");
    }
}

#[test]
fn an_interrupted_deployment_goes_on_where_it_was() {
    let whole = Workshop::new();
    whole.run(&["deploy"]).unwrap();
    let all = whole.transactions();

    let workshop = Workshop::new();
    // In every kind of step, also if the answer is lost but the transaction is not.
    let mut reached = 0;
    for (steps, is_last_heard) in [(0, true), (1, false), (2, true), (13, true), (9, false), (17, true), (20, false)] {
        workshop.interrupt(steps, is_last_heard);
        reached += u64::try_from(steps).unwrap() + u64::from(is_last_heard);
        assert_eq!(workshop.transactions(), reached, "after {steps} more");
    }
    assert!(reached < all);
    workshop.run(&["deploy"]).unwrap();
    assert_eq!(workshop.transactions(), all);
    workshop.run(&["verify"]).unwrap();
    for name in ["clearing", "market-btc", "wrapper-eth", "parameters", "governor"] {
        let file = format!("{name}.json");
        assert_eq!(workshop.record(&file).entry_point(), whole.record(&file).entry_point(), "{name}");
    }
}

#[test]
fn a_deployment_goes_on_only_as_it_was_begun() {
    let workshop = Workshop::new();
    workshop.interrupt(32, true);
    let journal = workshop.records_folder().join("journal.json");
    let begun = fs::read(&journal).unwrap();

    let mut settings = Workshop::settings();
    settings["epochSecs"] = 7_200.into();
    workshop.write_settings(&settings);
    let error = workshop.refused(&["deploy"]);
    assert!(matches!(&error, DeploymentError::StepChanged { step, .. } if step.starts_with("vault")), "{error}");
    workshop.write_settings(&Workshop::settings());

    let other = equipoise_cli::deploy::KeySource { key: Some(workshop.accounts[1].key.to_string()), keystore: None };
    let error = refusal(workshop.run_at(&workshop.server.url(), &other, &["deploy"]));
    assert!(matches!(error, DeploymentError::JournalOfAnother { .. }), "{error}");

    // The same journal on a chain that was started anew.
    let anew = Workshop::new();
    let error = refusal(workshop.run_at(&anew.server.url(), &workshop.keys(), &["deploy"]));
    assert!(matches!(error, DeploymentError::StepUnknown { .. }), "{error}");

    assert_eq!(fs::read(&journal).unwrap(), begun);
    workshop.run(&["deploy"]).unwrap();
}

#[test]
fn a_journal_that_is_damaged_is_named() {
    let workshop = Workshop::new();
    workshop.interrupt(1, true);
    fs::write(workshop.records_folder().join("journal.json"), "{").unwrap();
    assert!(matches!(workshop.refused(&["deploy"]), DeploymentError::Format { .. }));
}
