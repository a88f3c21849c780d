//! The chain against the records: code, proxies, owners, wiring, time left.

mod hedges;

use std::fmt::{Display, Write};

use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::{
    IClearing, IOracle, IParameters, ITranche, ITuned, IUnderwriter, IUnderwritten, IVault, IWrapper,
};

use super::error::DeploymentError;
use super::record::Record;
use super::rpc::Rpc;
use crate::deployment::arbitrum::{IArbWasm, ARB_WASM};
use crate::deployment::{ProxyAdmin, ADMIN, IMPLEMENTATION, PROPOSER_ROLE};
use crate::governance::abi::{IGovernor, ITimelock};
use crate::governance::GroupName;

/// Where programs keep their owner, and who is offered to follow, in the slot after.
const OWNERSHIP: &str = "equipoise.ownership";
/// Where a market keeps the programs that it is wired to.
const MARKET: &str = "equipoise.market";
/// In order from the first slot: oracle, clearing house, vault.
const MARKET_PEERS: u64 = 3;

/// One thing that must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Of what.
    pub what: String,
    /// As the records have it.
    pub expected: String,
    /// On chain.
    pub found: String,
}

impl Check {
    /// Whether it holds.
    pub fn holds(&self) -> bool {
        self.expected == self.found
    }
}

/// Compares a chain with the records of a deployment.
#[derive(Debug)]
pub struct Verification<'a> {
    rpc: &'a Rpc,
    records: &'a [Record],
    checks: Vec<Check>,
}

impl<'a> Verification<'a> {
    /// Makes every check there is.
    /// # Errors: [`DeploymentError::Transport`]; what differs is no error
    pub fn run(rpc: &'a Rpc, records: &'a [Record]) -> Result<Vec<Check>, DeploymentError> {
        let mut own = Self { rpc, records, checks: Vec::new() };
        for record in records {
            own.code(record)?;
            own.proxy(record)?;
        }
        own.house()?;
        own.vault()?;
        own.governance()?;
        let registered = own.registered()?;
        for market in records.iter().filter(|record| record.contract == "market") {
            own.market(market, &registered)?;
        }
        for hedger in records.iter().filter(|record| record.contract == "hedger") {
            own.hedger(hedger)?;
        }
        own.owners()?;
        Ok(own.checks)
    }

    fn code(&mut self, record: &Record) -> Result<(), DeploymentError> {
        let code = self.rpc.code(record.address)?;
        self.check(format!("code hash of {}", record.name), record.code_hash, keccak256(&code));
        if let (Some(proxy), Some(expected)) = (record.proxy, record.proxy_code_hash) {
            let code = self.rpc.code(proxy)?;
            self.check(format!("code hash of the proxy of {}", record.name), expected, keccak256(&code));
        }
        if record.is_program() {
            let left = IArbWasm::programTimeLeftCall { program: record.address };
            let is_alive = self.rpc.try_view(ARB_WASM, &left)?.is_ok_and(|secs| secs > 0);
            self.check(format!("activation of {}", record.name), "active", if is_alive { "active" } else { "lapsed" });
        }
        Ok(())
    }

    fn proxy(&mut self, record: &Record) -> Result<(), DeploymentError> {
        let Some(proxy) = record.proxy else { return Ok(()) };
        let implementation = Address::from_word(self.rpc.storage(proxy, IMPLEMENTATION)?);
        self.check(format!("implementation of {}", record.name), record.address, implementation);
        let admin = Address::from_word(self.rpc.storage(proxy, ADMIN)?);
        let timelock = self.at("timelock");
        self.view(format!("who upgrades {}", record.name), timelock, admin, &ProxyAdmin::ownerCall {}, |owner| owner)
    }

    fn house(&mut self) -> Result<(), DeploymentError> {
        let clearing = self.at("clearing");
        let tranches = format!("{}, {}", self.at("senior"), self.at("junior"));
        let both = |found: IClearing::tranchesReturn| format!("{}, {}", found.senior, found.junior);
        self.view("tranches of clearing".to_owned(), tranches, clearing, &IClearing::tranchesCall {}, both)?;
        let named =
            [("liquidator", IClearing::liquidatorCall::SELECTOR), ("backstop", IClearing::backstopCall::SELECTOR)];
        let named = named.into_iter().chain([("registrar", IClearing::registrarCall::SELECTOR)]);
        for (name, selector) in named.chain([("vault", IClearing::vaultCall::SELECTOR)]) {
            self.peer("clearing", name, selector)?;
        }
        self.view("whether deposits are let in".to_owned(), true, clearing, &IClearing::isFinalCall {}, |is| is)?;
        self.peer("vault", "clearing", IVault::clearingCall::SELECTOR)?;
        self.peer("vault", "steward", IVault::stewardCall::SELECTOR)?;
        self.peer("vault", "senior", IVault::seniorCall::SELECTOR)?;
        self.peer("vault", "junior", IVault::juniorCall::SELECTOR)?;
        let count = self.records.iter().filter(|record| record.contract == "market").count();
        self.view("markets of clearing".to_owned(), count, clearing, &IClearing::marketCountCall {}, |count| count)?;
        let token = self.told("clearing", "token");
        self.view("token of clearing".to_owned(), token, clearing, &IClearing::tokenCall {}, |token| {
            token.to_checksum(None)
        })
    }

    fn vault(&mut self) -> Result<(), DeploymentError> {
        let vault = self.at("vault");
        for (name, is_senior) in [("senior", true), ("junior", false)] {
            let tranche = self.at(name);
            self.view(format!("seniority of {name}"), is_senior, tranche, &ITranche::isSeniorCall {}, |is| is)?;
            self.view(format!("vault of {name}"), vault, tranche, &ITranche::coreCall {}, |core| core)?;
        }
        let secs = self.told("vault", "cutSpacingSecs");
        self.view("spacing of cuts".to_owned(), secs, vault, &IVault::cutSpacingSecsCall {}, |secs| secs)
    }

    fn governance(&mut self) -> Result<(), DeploymentError> {
        let [timelock, governor, registry] = ["timelock", "governor", "parameters"].map(|name| self.at(name));
        self.peer("governor", "token", IGovernor::tokenCall::SELECTOR)?;
        self.peer("governor", "timelock", IGovernor::timelockCall::SELECTOR)?;
        self.peer("parameters", "clearing", IParameters::clearingCall::SELECTOR)?;
        let who = "governor of parameters".to_owned();
        self.view(who, timelock, registry, &IParameters::governorCall {}, |governor| governor)?;
        let guardian = self.told("timelock", "guardian");
        let shown = |guardian: Address| guardian.to_checksum(None);
        self.view("guardian".to_owned(), guardian, timelock, &ITimelock::guardianCall {}, shown)?;
        let deployer = self.records.first().map(|record| record.deployer).unwrap_or_default();
        let roles = [
            ("governor proposes", governor, PROPOSER_ROLE, true),
            ("deployer rules the timelock", deployer, B256::ZERO, false),
        ];
        for (what, account, role, expected) in roles {
            let asked = ITimelock::hasRoleCall { role, account };
            self.view(what.to_owned(), expected, timelock, &asked, |has| has)?;
        }
        for (name, group) in [("clearing", GroupName::Offset), ("vault", GroupName::Vault)] {
            self.governed(name, group)?;
        }
        Ok(())
    }

    pub(super) fn governed(&mut self, name: &str, group: GroupName) -> Result<(), DeploymentError> {
        let (target, registry) = (self.at(name), self.at("parameters"));
        self.view(format!("registry of {name}"), registry, target, &ITuned::registryCall {}, |registry| registry)?;
        let asked = IParameters::kindCall { target };
        self.view(format!("kind of {name}"), group.kind(), registry, &asked, |kind| kind)
    }

    /// The markets that the clearing house knows.
    fn registered(&self) -> Result<Vec<Address>, DeploymentError> {
        let clearing = self.at("clearing");
        let count = self.rpc.try_view(clearing, &IClearing::marketCountCall {})?.unwrap_or(0);
        let markets = (0..count).map(|number| self.rpc.try_view(clearing, &IClearing::marketCall { number }));
        markets.map(|market| Ok(market?.unwrap_or_default())).collect()
    }

    fn market(&mut self, record: &Record, registered: &[Address]) -> Result<(), DeploymentError> {
        let name = &record.name;
        let symbol = name.trim_start_matches("market-");
        let [oracle, wrapper, underwriter] =
            ["oracle", "wrapper", "underwriter"].map(|part| format!("{part}-{symbol}"));
        let (clearing, market) = (self.at("clearing"), record.entry_point());
        let known = if registered.contains(&market) { "registered" } else { "unknown" };
        self.check(format!("{name} in clearing"), "registered", known);
        let peers = [self.at(&oracle), clearing, self.at("vault")];
        for ((what, expected), place) in ["oracle", "clearing", "vault"].into_iter().zip(peers).zip(0..MARKET_PEERS) {
            let found = self.rpc.storage(market, slot(MARKET, place))?;
            self.check(format!("{what} of {name}"), expected, Address::from_word(found));
        }
        let feed = self.told(&oracle, "feed");
        let shown = |feed: Address| feed.to_checksum(None);
        self.view(format!("feed of {oracle}"), feed, self.at(&oracle), &IOracle::feedCall {}, shown)?;
        let told = ["sequencer", "source", "stablecoin"].map(|name| self.told(&oracle, name));
        let shown = |named: IOracle::sourcesReturn| {
            [named.sequencer, named.source, named.stablecoin].map(|each| each.to_checksum(None)).join(", ")
        };
        self.view(
            format!("other sources of {oracle}"),
            told.join(", "),
            self.at(&oracle),
            &IOracle::sourcesCall {},
            shown,
        )?;
        let (of_wrapper, at) = (format!("market of {wrapper}"), self.at(&wrapper));
        self.view(of_wrapper, market, at, &IWrapper::marketCall {}, |market| market)?;
        self.view(format!("clearing of {wrapper}"), clearing, at, &IWrapper::clearingCall {}, |clearing| clearing)?;
        self.underwriter(name, &underwriter, [market, clearing])?;
        self.governed(name, GroupName::Market)
    }

    fn underwriter(&mut self, market: &str, name: &str, peers: [Address; 2]) -> Result<(), DeploymentError> {
        let (at, [of, clearing]) = (self.at(name), peers);
        self.view(format!("market of {name}"), of, at, &IUnderwriter::marketCall {}, |market| market)?;
        self.view(format!("clearing of {name}"), clearing, at, &IUnderwriter::clearingCall {}, |clearing| clearing)?;
        let call = IUnderwritten::underwriterCall {};
        self.view(format!("underwriter of {market}"), at, of, &call, |underwriter| underwriter)
    }

    /// Every program with an owner is the timelock's, or offered to it by whom the constructor named.
    fn owners(&mut self) -> Result<(), DeploymentError> {
        let timelock = self.at("timelock");
        for record in self.records.iter().filter(|record| record.proxy.is_some()) {
            let Some(first) = record.owner else { continue };
            let program = record.entry_point();
            let [owner, pending] = [0, 1].map(|place| self.rpc.storage(program, slot(OWNERSHIP, place)));
            let (owner, pending) = (Address::from_word(owner?), Address::from_word(pending?));
            let found = match (owner, pending) {
                (owner, _) if owner == timelock => timelock,
                (owner, pending) if owner == first => pending,
                (owner, _) => owner,
            };
            self.check(format!("owner of {}, or who is offered it", record.name), timelock, found);
        }
        Ok(())
    }

    /// Where a record's contract is called; zero if there is no such record, which no check takes for right.
    fn at(&self, name: &str) -> Address {
        self.record(name).map(Record::entry_point).unwrap_or_default()
    }

    fn record(&self, name: &str) -> Option<&Record> {
        self.records.iter().find(|record| record.name == name)
    }

    /// What a constructor was told, in the proxy if there is one.
    fn told(&self, name: &str, argument: &str) -> String {
        let arguments =
            self.record(name).map(|record| record.proxy_arguments.as_ref().unwrap_or(&record.constructor_arguments));
        let found = arguments.and_then(|all| all.iter().find(|each| each.name == argument));
        found.map(|each| each.value.clone()).unwrap_or_default()
    }

    /// A contract must name another one.
    fn peer(&mut self, of: &str, name: &str, selector: [u8; 4]) -> Result<(), DeploymentError> {
        let expected = self.at(name);
        let answer = self.rpc.word(self.at(of), selector)?;
        let found = answer.map_or_else(|failed| failed.message, |word| Address::from_word(word).to_string());
        self.check(format!("{name} of {of}"), expected, found);
        Ok(())
    }

    fn view<C: SolCall, T: Display>(
        &mut self,
        what: String,
        expected: impl Display,
        of: Address,
        call: &C,
        shown: impl FnOnce(C::Return) -> T,
    ) -> Result<(), DeploymentError> {
        let found = match self.rpc.try_view(of, call)? {
            Ok(answer) => shown(answer).to_string(),
            Err(failed) => failed.message,
        };
        self.check(what, expected, found);
        Ok(())
    }

    fn check(&mut self, what: String, expected: impl Display, found: impl Display) {
        self.checks.push(Check { what, expected: expected.to_string(), found: found.to_string() });
    }
}

/// A slot of a namespace.
/// # Source: ERC-7201
fn slot(namespace: &str, place: u64) -> B256 {
    let index = U256::from_be_bytes(keccak256(namespace).0) - U256::ONE;
    let root = U256::from_be_bytes(keccak256(index.to_be_bytes::<32>()).0) & !U256::from(0xff);
    B256::from(root + U256::from(place))
}

/// What fails, or that nothing does.
/// # Errors: [`DeploymentError::NotAsRecorded`]
pub fn judge(checks: &[Check]) -> Result<String, DeploymentError> {
    let failing: Vec<_> = checks.iter().filter(|check| !check.holds()).collect();
    let mut text = String::new();
    for Check { what, expected, found } in &failing {
        // Writing to a string cannot fail.
        writeln!(text, "{what}: {found}, and the records say {expected}").ok();
    }
    if failing.is_empty() {
        writeln!(text, "{} checks hold.", checks.len()).ok();
        return Ok(text);
    }
    eprint!("{text}");
    Err(DeploymentError::NotAsRecorded { failed: failing.len(), checks: checks.len() })
}
