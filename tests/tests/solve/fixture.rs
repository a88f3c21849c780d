//! A market whose vault has sold calls, its hedger, and solvers with inventories.

use alloy_primitives::{Address, U256};
use alloy_rpc_types_eth::BlockId;
use clap::Parser;
use equipoise_cli::args::{Arguments, Command};
use equipoise_cli::deploy::KeySource;
use equipoise_cli::programs::Programs;
use equipoise_cli::solve::args::SolveArguments;
use equipoise_cli::solve::{self, MarketReport, SolveError, SolveReport};
use equipoise_cli::world::{Hedging, Stablecoin};
use equipoise_interfaces::{IClearing, IHedger};
use equipoise_risk::rebalance::{HedgeTerm, HedgeTerms, TERM_RULES};
use equipoise_tests::repository;

use crate::kept::{Kept, SPOT};

/// The account that solves: the keeper's.
pub const SOLVER: usize = 1;
/// Another that does.
pub const RIVAL: usize = 4;
/// The place of the strike at the money, and of the board of thirty days.
const AT_THE_MONEY: u8 = 4;
const MONTH: usize = 1;

pub struct Solved {
    pub kept: Kept,
    pub hedging: Hedging,
}

impl Solved {
    /// The vault has sold calls on some three per cent of its capital's worth of delta; nobody has looked yet.
    pub fn open() -> Self {
        Self::in_market(Kept::open(), None)
    }

    /// The same in a market of one's own, on an underlying that is there.
    pub fn in_market(mut kept: Kept, base: Option<Address>) -> Self {
        let programs = Programs::load(&repository("target/programs")).unwrap();
        let hedging = kept.world.hedge(&programs, base).unwrap();
        let mut solved = Self { kept, hedging };
        solved.terms(&[(HedgeTerm::InnerBand, 10_000), (HedgeTerm::OuterBand, 20_000)]);
        solved.kept.deposit(3, 1_000_000);
        solved.buy_calls(200.0);
        solved
    }

    pub fn terms(&mut self, changes: &[(HedgeTerm, u32)]) {
        let mut all = HedgeTerms::default().all_millionths();
        for (term, millionths) in changes {
            all[TERM_RULES.iter().position(|rule| rule.term == *term).unwrap()] = *millionths;
        }
        let call = IHedger::setTermsCall { millionths: all.to_vec() };
        let (owner, hedger) = (self.kept.world.owner, self.hedging.hedges.hedger);
        self.kept.world.send("terms", owner, hedger, &call).unwrap();
    }

    /// The trader buys, or sells back, calls at the money.
    pub fn buy_calls(&mut self, contracts: f64) {
        self.kept.trade(3, MONTH, AT_THE_MONEY, contracts).unwrap();
    }

    /// Rounds until the window has been open for as long as it pays more, with a checkpoint that is old enough.
    pub fn open_window(&mut self) {
        assert_eq!(self.once(&[]).result, "checkpoint");
        self.pass(400);
    }

    /// Time passes, and the feed answers again.
    pub fn pass(&mut self, secs: u64) {
        self.kept.round(secs, SPOT);
    }

    pub fn arguments(&self, url: &str, words: &[&str]) -> SolveArguments {
        let [vault, records, filler] = [
            self.kept.world.contracts.vault.to_string(),
            self.kept.folder.path().join("records").display().to_string(),
            self.hedging.stock.to_string(),
        ];
        let own = [
            "equipoise",
            "solve",
            "--network",
            "embedded",
            "--url",
            url,
            "--once",
            "--vault",
            &vault,
            "--records",
            &records,
        ];
        let mut all: Vec<&str> = own.to_vec();
        if !words.contains(&"--filler") && !words.contains(&"--pools") {
            all.extend(["--filler", &filler]);
        }
        all.extend(words.iter().filter(|word| **word != "--pools"));
        match Arguments::parse_from(all).command {
            Command::Solve(arguments) => *arguments,
            other => panic!("{other:?}"),
        }
    }

    pub fn key(&self, place: usize) -> KeySource {
        KeySource { key: Some(self.kept.accounts[place].key.to_string()), keystore: None }
    }

    pub fn try_once_at(&self, place: usize, url: &str, words: &[&str]) -> Result<SolveReport, SolveError> {
        solve::once(&self.arguments(url, words), &self.key(place))
    }

    pub fn once_at(&self, place: usize, url: &str, words: &[&str]) -> MarketReport {
        let mut report = self.try_once_at(place, url, words).unwrap();
        assert_eq!(report.markets.len(), 1);
        report.markets.remove(0)
    }

    /// One round of the solver's.
    pub fn once(&self, words: &[&str]) -> MarketReport {
        self.once_at(SOLVER, &self.kept.server.url(), words)
    }

    /// Transactions of an account.
    pub fn nonce(&self, place: usize) -> u64 {
        self.kept.world.chain().nonce(self.kept.account(place), BlockId::latest()).unwrap()
    }

    /// Another solver's inventory.
    pub fn rival(&mut self) -> Address {
        let programs = Programs::load(&repository("target/programs")).unwrap();
        let Hedging { hedges, base, .. } = self.hedging;
        let of = self.kept.account(RIVAL);
        self.kept.world.stock(&programs, &hedges, base, of).unwrap()
    }

    pub fn held(&mut self) -> U256 {
        self.kept.world.view(self.hedging.hedges.hedger, &IHedger::heldAtomsCall {}).unwrap()
    }

    pub fn balance(&mut self, token: Address, owner: Address) -> i128 {
        i128::try_from(self.kept.world.view(token, &Stablecoin::balanceOfCall { owner }).unwrap()).unwrap()
    }

    /// What somebody has of the stablecoin and the underlying.
    pub fn both(&mut self, owner: Address) -> [i128; 2] {
        [self.kept.world.contracts.token, self.hedging.base].map(|token| self.balance(token, owner))
    }

    pub fn vault_cash(&mut self) -> i128 {
        let clearing = self.kept.world.contracts.clearing;
        let account = equipoise_interfaces::account::VAULT;
        let cash = self.kept.world.view(clearing, &IClearing::cashOfCall { account }).unwrap();
        i128::try_from(cash.cashAtoms).unwrap()
    }
}
