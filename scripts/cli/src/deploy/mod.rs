//! Deployment to a network by JSON-RPC: a dry run, the deployment itself, its check, keeping it alive.
//!
//! Programs go on chain as cargo-stylus sends them: compressed, through the Stylus deployer, which creates, activates and
//! constructs in one transaction, with the data fee that the chain asks for and a fifth on top; then a bid for the cache.
//! The crate `stylus-tools` is not used: it builds what it deploys, by a build that unifies the programs' features, takes no
//! constructor with a finished WASM file, and would bring a second alloy.

pub mod args;
mod error;
mod fees;
mod journal;
pub(crate) mod keepalive;
pub(crate) mod key;
mod network;
pub(crate) mod record;
mod rehearsal;
mod remote;
mod reproduce;
pub(crate) mod rpc;
pub(crate) mod sender;
mod settings;
mod stand_ins;
mod tape;
mod tree;
mod verify;

use std::fmt::Write;
use std::path::Path;

use alloy_primitives::utils::format_ether;

use args::{DeployArguments, KeepaliveArguments, VerifyArguments};
pub use error::DeploymentError;
pub use journal::JOURNAL;
pub use key::KeySource;
pub use network::Network;
pub use record::Record;
pub use tree::BUILT_FROM;

use journal::Journal;
use record::Recorder;
use rehearsal::Rehearsal;
use remote::Remote;
use rpc::Rpc;
use sender::Sender;
use settings::Settings;
use tree::Tree;
use verify::Verification;

use crate::deployment::{Deployer, Part, Plan};
use crate::error::CliError;
use crate::programs::Programs;

/// Deploys, or rehearses it.
/// # Returns: what was done, in words
/// # Errors: [`CliError`]
pub fn deploy(arguments: &DeployArguments, keys: &KeySource) -> Result<String, CliError> {
    let plan = Settings::read(&arguments.settings, arguments.target.network)?;
    let programs = Programs::load(&arguments.programs_dir())?;
    // Whatever cannot go on chain is refused before anything does.
    programs.sizes()?;
    if arguments.dry_run {
        let from = keys.address_or(arguments.from)?;
        let rpc = arguments.connect()?;
        return Ok(Rehearsal::of(&plan, &programs, &rpc, from)?.render());
    }
    let signer = keys.require()?;
    let tree = Tree::clean(&arguments.target.tree())?;
    tree.require_built(&arguments.programs_dir())?;
    if arguments.rebuild {
        reproduce::require(&tree, &arguments.programs_dir())?;
    }
    let sender = Sender::new(arguments.connect()?, signer)?;
    Deployment { arguments, plan, programs, tree, sender }.run()
}

/// A deployment that nothing speaks against.
struct Deployment<'a> {
    arguments: &'a DeployArguments,
    plan: Plan,
    programs: Programs,
    tree: Tree,
    sender: Sender,
}

impl Deployment<'_> {
    fn run(&self) -> Result<String, CliError> {
        let folder = self.arguments.target.folder();
        let number = journal::number_under_way(&folder)?.map_or_else(|| record::next_number(&folder), Ok)?;
        let rpc = &self.sender.rpc;
        let ids = [rpc.chain_id()?, number];
        let deployer = self.sender.address();
        let mut journal = Journal::open(&folder, ids, deployer, &self.tree.commit, self.arguments.again)?;
        if journal.is_empty() {
            self.require_funds()?;
        }
        let parts = self.take_steps(&mut journal)?;
        let recorder = Recorder {
            rpc,
            journal: &journal,
            tree: &self.tree,
            programs: &self.programs,
            deployer,
            is_reproduced: self.arguments.rebuild,
        };
        let records = recorder.records(&parts)?;
        let verdict = verify::judge(&Verification::run(rpc, &records)?)?;
        record::write(&folder, &records)?;
        journal.finish()?;
        Ok(summary(&records, &folder, &verdict))
    }

    /// A rehearsal first: whatever would fail halfway fails before anything is spent.
    fn require_funds(&self) -> Result<(), CliError> {
        let account = self.sender.address();
        let rehearsal = Rehearsal::of(&self.plan, &self.programs, &self.sender.rpc, account)?;
        let (needs, has) = (rehearsal.total(), self.sender.rpc.balance(account)?);
        eprintln!("{} transactions, about {} ETH", rehearsal.lines.len(), format_ether(needs));
        if has < needs {
            let [has, needs] = [has, needs].map(format_ether);
            return Err(DeploymentError::FundsShort { account, has, needs }.into());
        }
        Ok(())
    }

    fn take_steps(&self, journal: &mut Journal) -> Result<Vec<Part>, CliError> {
        let site = Remote::new(&self.sender, journal, self.arguments.most_bid)?;
        let mut deployer = Deployer::new(site, &self.programs, self.sender.address());
        let deployed = self.plan.build(&mut deployer)?;
        self.plan.hand_over(&mut deployer, &deployed)?;
        Ok(deployer.parts().to_vec())
    }
}

fn summary(records: &[Record], folder: &Path, verdict: &str) -> String {
    let mut text = String::new();
    for record in records {
        // Writing to a string cannot fail.
        writeln!(text, "{:<16} {}", record.name, record.entry_point().to_checksum(None)).ok();
    }
    writeln!(text, "{verdict}Recorded in {}.", folder.display()).ok();
    text
}

/// Compares a chain with the records.
/// # Returns: what holds, in words
/// # Errors: [`CliError`]
pub fn verify(arguments: &VerifyArguments) -> Result<String, CliError> {
    let records = record::read(&arguments.target.folder(), arguments.deployment)?;
    let rpc: Rpc = arguments.target.connect()?;
    Ok(verify::judge(&Verification::run(&rpc, &records)?)?)
}

/// Keeps alive what would soon lapse, and activates again what has.
/// # Returns: what was done, in words
/// # Errors: [`CliError`]
pub fn keepalive(arguments: &KeepaliveArguments, keys: &KeySource) -> Result<String, CliError> {
    let records = record::read(&arguments.target.folder(), arguments.deployment)?;
    if arguments.dry_run {
        let rpc = arguments.target.connect()?;
        return Ok(keepalive::rehearse(&rpc, &keepalive::states(&rpc, &records, arguments.days)?)?);
    }
    let sender = Sender::new(arguments.target.connect()?, keys.require()?)?;
    let states = keepalive::states(&sender.rpc, &records, arguments.days)?;
    Ok(keepalive::keep(&sender, &states)?)
}
