//! The whole life of a vote from the command line, by JSON-RPC.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use clap::Parser;
use equipoise_chain::rpc::{self, DevAccount, Handle, Options, TEST_MNEMONIC};
use equipoise_chain::{Chain, Config};
use equipoise_cli::args::{Arguments, Command};
use equipoise_cli::governance::abi::{ITimelock, IVoteToken};
use equipoise_cli::governance::{parameters, vote, GovernanceError};

use crate::governed::{Governed, DELAY, LOCK, PERIOD};

/// A served chain, and what is on it.
struct Served {
    governed: Governed,
    chain: Arc<Mutex<Chain>>,
    server: Handle,
    accounts: Vec<DevAccount>,
}

impl Served {
    /// The first account holds a fifth of the tokens, not delegated; the second a tenth, and signs; the third neither.
    fn start() -> Self {
        let accounts = rpc::dev_accounts(TEST_MNEMONIC, 3).unwrap();
        let mut governed = Governed::open();
        let (owner, token) = (governed.owner(), governed.token);
        for (account, share) in accounts.iter().zip([5, 10, 0]) {
            governed.market.world.chain.set_balance(account.address, U256::from(u128::MAX));
            if let Some(value) = crate::governed::SUPPLY.checked_div(share) {
                let value = U256::from(value);
                let call = IVoteToken::transferCall { to: account.address, value };
                governed.send(owner, token, &call).unwrap();
            }
        }
        let chain = std::mem::replace(&mut governed.market.world.chain, Chain::new(Config::default()));
        let chain = Arc::new(Mutex::new(chain));
        let options = Options::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let server = rpc::serve(chain.clone(), &options).unwrap();
        Self { governed, chain, server, accounts }
    }

    fn pass(&self, secs: u64) {
        let mut chain = self.chain.lock().unwrap();
        let at = chain.timestamp() + secs;
        chain.set_time(at).unwrap();
        chain.mine(1, None);
    }

    /// Prices and surfaces as of now, by who may post them.
    fn freshen(&mut self) {
        self.swap();
        self.governed.freshen();
        self.swap();
    }

    /// Takes the chain from the server to the fixture, and back.
    fn swap(&mut self) {
        let mut chain = self.chain.lock().unwrap();
        std::mem::swap(&mut *chain, &mut self.governed.market.world.chain);
    }

    /// A vote names another guardian.
    fn replace_guardian(&mut self, successor: Address) {
        self.swap();
        let call = ITimelock::replaceGuardianCall { successor }.abi_encode();
        let timelock = self.governed.timelock;
        self.governed.pass(vec![(timelock, call)], "another guardian").unwrap();
        self.swap();
    }

    fn run(&self, account: usize, words: &[&str]) -> Result<String, GovernanceError> {
        let key = self.accounts[account].key.to_string();
        let url = self.server.url();
        let connection = ["--url", &url, "--key", &key];
        let words = ["equipoise"].iter().chain(words).chain(&connection).copied();
        match Arguments::try_parse_from(words).unwrap_or_else(|error| panic!("{error}")).command {
            Command::Vote(arguments) => vote::run(&arguments),
            Command::Parameters(arguments) => parameters::run(&arguments),
            other => panic!("{other:?}"),
        }
    }

    fn vote(&self, account: usize, words: &[&str]) -> Result<String, GovernanceError> {
        let governor = self.governed.governor.to_string();
        self.run(account, &[&["vote", "--governor", &governor], words].concat())
    }

    fn parameters(&self, account: usize, words: &[&str]) -> Result<String, GovernanceError> {
        let registry = self.governed.registry.to_string();
        self.run(account, &[&["parameters", "--registry", &registry], words].concat())
    }

    fn propose(&self, set: &str) -> Result<String, GovernanceError> {
        let registry = self.governed.registry.to_string();
        let what = ["propose", "--registry", &registry, "--group", "market", "--describe", "more for risk"];
        self.vote(0, &[&what[..], &["--set", set]].concat())
    }
}

/// What a command printed last on the line of a proposal.
fn id_in(text: &str) -> String {
    let line = text.lines().rev().find_map(|line| line.strip_prefix("proposal ")).expect("an id is printed");
    line.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_vote_lives_its_whole_life_from_the_command_line() {
    let mut served = Served::start();
    // Weight that nobody has delegated does not propose.
    let error = served.propose("lambda=25").unwrap_err().to_string();
    assert!(error.contains("GovernorInsufficientProposerVotes"), "{error}");
    for account in [0, 1] {
        let text = served.vote(account, &["delegate"]).unwrap();
        assert!(text.starts_with(&served.accounts[account].address.to_string()), "{text}");
    }
    served.pass(1);
    // What the registry would refuse is not even proposed.
    for (set, why) in [("lambda=26", "Refused"), ("lamda=25", "NameUnknown"), ("lambda=x", "Number")] {
        let error = served.propose(set).unwrap_err();
        assert!(format!("{error:?}").starts_with(why), "{error:?}");
    }
    let id = id_in(&served.propose("lambda=25").unwrap());
    let shown = served.vote(2, &["show", "--proposal", &id]).unwrap();
    assert!(shown.contains("state    pending") && shown.contains("more for risk"), "{shown}");
    assert!(shown.contains("market lambda: 20 -> 25  (5 to 60, step 25 % = 5, every 72 h, riskier down)"), "{shown}");
    assert!(shown.contains("passes as things are now"), "{shown}");
    served.pass(DELAY + 1);
    let cast = served.vote(0, &["cast", "--proposal", &id, "--support", "for"]).unwrap();
    assert!(cast.contains("is active"), "{cast}");
    // The second voter signs, the third brings it.
    let signature = served.vote(1, &["sign", "--proposal", &id, "--support", "against"]).unwrap();
    let voter = served.accounts[1].address.to_string();
    let words = ["relay", "--proposal", &id, "--voter", &voter, "--signature", signature.trim(), "--support"];
    let forged = served.vote(2, &[&words[..], &["for"]].concat()).unwrap_err().to_string();
    assert!(forged.contains("GovernorInvalidSignature"), "{forged}");
    served.vote(2, &[&words[..], &["against"]].concat()).unwrap();
    let shown = served.vote(2, &["show", "--proposal", &id]).unwrap();
    assert!(shown.contains("for 200000, against 100000, abstain 0") && shown.contains("quorum 40000"), "{shown}");
    served.pass(PERIOD);
    let queued = served.vote(2, &["queue", "--proposal", &id]).unwrap();
    assert!(queued.contains("is queued"), "{queued}");
    served.pass(LOCK);
    served.freshen();
    let executed = served.vote(2, &["execute", "--proposal", &id]).unwrap();
    assert!(executed.contains("is executed"), "{executed}");
    let exported = served.parameters(2, &["export"]).unwrap();
    assert!(exported.contains("\"lambda\": \"25\""), "{exported}");
    let unknown = served.vote(2, &["show", "--proposal", "7"]).unwrap_err();
    assert!(matches!(unknown, GovernanceError::ProposalUnknown(_)));
}

#[test]
fn numbers_are_exported_checked_and_proposed_as_json() {
    let served = Served::start();
    served.vote(0, &["delegate"]).unwrap();
    served.pass(1);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("numbers.json");
    let path = file.to_str().unwrap();
    served.parameters(2, &["export", "--json", path]).unwrap();
    let same = served.parameters(2, &["check", path]).unwrap();
    assert!(same.contains("nothing differs"), "{same}");
    let written = std::fs::read_to_string(&file).unwrap();
    let count = written.matches("\"group\"").count();
    assert_eq!(
        count, 7,
        "market, margin, insurance and learning, the clearing house, the vault, the hedger: {written}"
    );
    let edit = |from: &str, to: &str| {
        assert!(written.contains(from), "{from} in {written}");
        std::fs::write(&file, written.replace(from, to)).unwrap();
    };
    edit("\"lambda\": \"20\"", "\"lambda\": \"61\"");
    assert!(matches!(served.parameters(2, &["check", path]), Err(GovernanceError::Refused(1))));
    edit("\"lambda\": \"20\"", "\"lambada\": \"20\"");
    assert!(matches!(served.parameters(2, &["check", path]), Err(GovernanceError::NameUnknown { .. })));
    let chain_id = served.chain.lock().unwrap().chain_id();
    edit(&format!("\"chainId\": {chain_id}"), "\"chainId\": 1");
    assert!(matches!(served.parameters(2, &["check", path]), Err(GovernanceError::Elsewhere { what: "chain", .. })));
    edit("\"coverage\": \"0.2\"", "\"coverage\": \"0.25\"");
    let governor = served.governed.governor.to_string();
    let text =
        served.parameters(0, &["import", path, "--governor", &governor, "--describe", "thicker junior"]).unwrap();
    assert!(text.contains("vault coverage: 0.2 -> 0.25"), "{text}");
    let shown = served.vote(2, &["show", "--proposal", &id_in(&text)]).unwrap();
    assert!(shown.contains("thicker junior") && shown.contains("vault coverage: 0.2 -> 0.25"), "{shown}");
}

#[test]
fn the_guardian_tightens_and_vetoes_from_the_command_line() {
    let mut served = Served::start();
    let guardian = served.accounts[2].address;
    served.replace_guardian(guardian);
    let text = served.parameters(2, &["tighten", "--group", "market", "--set", "lambda=25"]).unwrap();
    assert!(text.contains("market lambda: 20 -> 25"), "{text}");
    let text = served.parameters(2, &["tighten", "--group", "insurance", "--set", "floor-millions=0.25"]).unwrap();
    assert!(text.contains("insurance floor-millions: 0 -> 0.25"), "{text}");
    for (set, group) in [("lambda=24", "market"), ("fee=0.0002", "market"), ("spot-shock=0.21", "margin")] {
        let refused = served.parameters(2, &["tighten", "--group", group, "--set", set]);
        assert!(matches!(refused, Err(GovernanceError::Refused(1))), "{set}");
    }
    let refused = served.parameters(0, &["tighten", "--group", "market", "--set", "lambda=30"]).unwrap_err();
    assert!(refused.to_string().contains("CallerNotAllowed"), "{refused}");
    served.vote(0, &["delegate"]).unwrap();
    served.pass(1);
    let id = id_in(&served.propose("lambda=20").unwrap());
    served.pass(DELAY + 1);
    served.vote(0, &["cast", "--proposal", &id, "--support", "for"]).unwrap();
    served.pass(PERIOD);
    served.vote(0, &["queue", "--proposal", &id]).unwrap();
    let refused = served.vote(0, &["veto", "--proposal", &id]).unwrap_err();
    assert!(refused.to_string().contains("AccessControlUnauthorizedAccount"), "{refused}");
    let vetoed = served.vote(2, &["veto", "--proposal", &id]).unwrap();
    assert!(vetoed.contains("is canceled"), "{vetoed}");
}
