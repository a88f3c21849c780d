//! A market on a served chain, its quotes in a file, and a keeper that is run once.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use alloy_primitives::{Address, B256, I256, U256};
use alloy_rpc_types_eth::BlockId;
use clap::Parser;
use equipoise_chain::rpc::{self, DevAccount, Handle, Options, TEST_MNEMONIC};
use equipoise_cli::args::{Arguments, Command};
use equipoise_cli::deploy::KeySource;
use equipoise_cli::deployment::Underlying;
use equipoise_cli::error::CliError;
use equipoise_cli::keep::args::{KeepArguments, Keys};
use equipoise_cli::keep::{self, KeepError, KeepReport};
use equipoise_cli::programs::Programs;
use equipoise_cli::units::{size_wad, TOKEN_ATOMS};
use equipoise_cli::world::{Setup, World};
use equipoise_data::{coin_price, write_chain, year_fraction, Chain, ExpiryQuotes, Quote, Timestamp};
use equipoise_interfaces::series::Series;
use equipoise_interfaces::{account, IBreakers, IClearing, IMarket, ITranche, IVault, Leg};
use equipoise_tests::repository;
use tempfile::TempDir;

/// 2026-01-01 00:00:00 UTC.
const GENESIS_AT: u64 = 1_767_225_600;
pub const HOUR: u64 = 3_600;
pub const DAY: u64 = 86_400;
pub const SPOT: f64 = 3_000.0;
pub const VOL: f64 = 0.6;
/// Whole multiples of ten dollars about the money.
const STRIKES: [f64; 9] = [2_200.0, 2_400.0, 2_600.0, 2_800.0, 3_000.0, 3_200.0, 3_400.0, 3_700.0, 4_000.0];
const LIFE_DAYS: [u64; 2] = [7, 30];

pub struct Kept {
    pub folder: TempDir,
    pub world: World,
    pub server: Handle,
    pub accounts: Vec<DevAccount>,
    pub boards: Vec<(u16, u64)>,
    pub now: u64,
    pub spot: f64,
}

impl Kept {
    /// A market with LPs and two boards, and quotes at the same moment; without a surface.
    pub fn listed() -> Self {
        let accounts = rpc::dev_accounts(TEST_MNEMONIC, 6).unwrap();
        let programs = Programs::load(&repository("target/programs")).expect("run scripts/build-programs");
        let setup = Setup {
            genesis_at: GENESIS_AT,
            owner: accounts[0].address,
            keeper: accounts[1].address,
            surface_keys: surface_keys(),
            publisher_keys: Vec::new(),
            funded: accounts.iter().skip(2).map(|account| account.address).collect(),
            epoch_secs: HOUR,
            underlyings: vec![Underlying { symbol: "ETH".to_owned(), strike_shift: 8, weight: 1 }],
            are_programs_cached: true,
        };
        let world = World::new(&programs, &setup).unwrap();
        let options = Options::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let server = rpc::serve(world.share_chain(), &options).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (now, spot) = (GENESIS_AT, SPOT);
        let mut kept = Self { folder, world, server, accounts, boards: Vec::new(), now, spot };
        kept.lps_enter();
        for days in LIFE_DAYS {
            let expiry = kept.now + days * DAY;
            let id = kept.world.list_board(expiry, &STRIKES).unwrap();
            kept.boards.push((id, expiry));
        }
        kept.quote(VOL);
        kept
    }

    /// The same with a surface.
    pub fn open() -> Self {
        let kept = Self::listed();
        assert_eq!(kept.once(&["--only", "surface"]).sent(), ["post_surface"]);
        kept
    }

    fn lps_enter(&mut self) {
        let cut = self.request_deposit(10_000_000);
        self.round(cut + 60 - self.now, SPOT);
        assert_eq!(self.once(&["--only", "epochs"]).sent(), ["process_epoch"]);
    }

    /// An LP asks to enter the junior tranche.
    /// # Returns: when the epoch cuts
    pub fn request_deposit(&mut self, tokens: u128) -> u64 {
        let (lp, junior, vault) = (self.account(2), self.world.contracts.junior, self.world.contracts.vault);
        let atoms = tokens * TOKEN_ATOMS;
        self.world.fund(lp, atoms).unwrap();
        let request = ITranche::requestDepositCall { assets: U256::from(atoms), controller: lp, owner: lp };
        self.world.send("request", lp, junior, &request).unwrap();
        self.world.view(vault, &IVault::nextEpochCall {}).unwrap().cutAt
    }

    pub fn account(&self, place: usize) -> Address {
        self.accounts[place].address
    }

    /// The feed's answer some time later.
    pub fn round(&mut self, secs: u64, spot: f64) {
        self.now += secs;
        self.spot = spot;
        self.world.push_price(self.now, spot).unwrap();
    }

    /// Time passes, and the feed says nothing.
    pub fn wait(&mut self, secs: u64) {
        self.now += secs;
        let mut chain = self.world.chain();
        chain.set_time(self.now).unwrap();
        chain.mine(1, None);
    }

    /// The file of quotes.
    pub fn listing(&self) -> PathBuf {
        self.folder.path().join("quotes.csv")
    }

    /// Quotes of every board that lives, at the present and this volatility at the money.
    pub fn quote(&self, vol: f64) {
        let at = |secs: u64| Timestamp::from_second(i64::try_from(secs).unwrap()).unwrap();
        let observed_at = at(self.now);
        let live = self.boards.iter().map(|(_, expiry)| *expiry).filter(|expiry| *expiry > self.now);
        let expiries = live.map(|expiry| ExpiryQuotes {
            expiry: at(expiry),
            forward: self.spot,
            quotes: STRIKES
                .iter()
                .flat_map(|strike| pair(self.spot, *strike, vol, year_fraction(observed_at, at(expiry))))
                .collect(),
        });
        let chain = Chain {
            source: "a test".to_owned(),
            currency: "ETH".to_owned(),
            observed_at,
            spot: self.spot,
            expiries: expiries.collect(),
        };
        write_chain(&chain, File::create(self.listing()).unwrap()).unwrap();
    }

    pub fn arguments(&self, url: &str, words: &[&str]) -> KeepArguments {
        let [vault, records, listing] = [
            self.world.contracts.vault.to_string(),
            self.folder.path().join("records").display().to_string(),
            self.listing().display().to_string(),
        ];
        let own = ["equipoise", "keep", "--network", "embedded", "--url", url, "--vault", &vault];
        let rest = ["--records", &records, "--quotes", &listing, "--once"];
        let all = own.iter().chain(&rest).chain(words);
        match Arguments::try_parse_from(all).unwrap_or_else(|error| panic!("{error}")).command {
            Command::Keep(arguments) => *arguments,
            other => panic!("{other:?}"),
        }
    }

    pub fn keys(&self) -> Keys {
        let of = |key: B256| KeySource { key: Some(key.to_string()), keystore: None };
        Keys { sender: of(self.accounts[1].key), surface: surface_keys().into_iter().map(of).collect() }
    }

    /// Every chore once.
    pub fn try_once_at(&self, url: &str, words: &[&str]) -> Result<KeepReport, KeepError> {
        keep::once(&self.arguments(url, words), &self.keys())
    }

    /// Every chore once; none may fail.
    pub fn once_at(&self, url: &str, words: &[&str]) -> KeepReport {
        let report = self.try_once_at(url, words).unwrap();
        report.require_success().unwrap();
        report
    }

    pub fn once(&self, words: &[&str]) -> KeepReport {
        self.once_at(&self.server.url(), words)
    }

    /// Transactions of the keeper's.
    pub fn nonce(&self) -> u64 {
        self.world.chain().nonce(self.account(1), BlockId::latest()).unwrap()
    }

    pub fn deposit(&mut self, place: usize, tokens: u128) {
        let (owner, clearing) = (self.account(place), self.world.contracts.clearing);
        self.world.fund(owner, tokens * TOKEN_ATOMS).unwrap();
        let deposit = IClearing::depositCall { amountAtoms: U256::from(tokens * TOKEN_ATOMS) };
        self.world.send("deposit", owner, clearing, &deposit).unwrap();
    }

    /// Trades contracts of one series.
    pub fn trade(&mut self, place: usize, board: usize, strike: u8, contracts: f64) -> Result<(), CliError> {
        let series = Series { board: self.boards[board].0, strike, is_put: false }.id();
        let legs = vec![Leg { series, sizeWad: size_wad(contracts) }];
        let call = IMarket::tradeCall { legs, maxCostAtoms: I256::MAX, deadline: u64::MAX >> 8 };
        self.world.send("trade", self.account(place), self.world.contracts.market, &call).map(drop)
    }

    /// Whether the market is open, reduces only or is halted.
    pub fn state(&mut self) -> u8 {
        self.world.view(self.world.contracts.market, &IBreakers::marketStateCall {}).unwrap().state
    }

    pub fn cash(&mut self, place: usize) -> IClearing::cashOfReturn {
        let account = account::of(self.account(place));
        self.world.view(self.world.contracts.clearing, &IClearing::cashOfCall { account }).unwrap()
    }
}

/// The surface keepers' keys.
pub fn surface_keys() -> Vec<B256> {
    (1..=3).map(B256::repeat_byte).collect()
}

/// The call and the put of a strike on a gentle smile, a point of volatility between bid and ask.
fn pair(forward: f64, strike: f64, vol: f64, years: f64) -> [Quote; 2] {
    let distance = (strike / forward).ln();
    let iv = vol + 0.15 * distance * distance - 0.05 * distance;
    [false, true].map(|is_put| {
        let price = |vol: f64| coin_price(forward, strike, vol, years, is_put);
        Quote {
            strike,
            is_put,
            forward,
            bid: Some(price(iv - 0.005)),
            ask: Some(price(iv + 0.005)),
            mark: Some(price(iv)),
            mark_iv: Some(iv),
            open_interest: 1.0,
        }
    })
}
