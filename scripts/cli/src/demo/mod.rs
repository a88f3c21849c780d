//! The main job: a market's whole life on an embedded chain.
//!
//! [`run`] boots the chain and deploys, lets providers in, lists boards, posts the surface, lets the crowd trade while
//! spot follows the history, settles what expires, pays everybody out, and counts every token.

mod audit;
mod boards;
mod compare;
pub mod crowd;
mod hedging;
mod live;
mod lps;
mod probes;
mod summary;
mod tally;
mod trading;

use alloy_primitives::keccak256;
use equipoise_chain::rpc::{dev_accounts, DevAccount, TEST_MNEMONIC};
use equipoise_data::Timestamp;
use equipoise_interfaces::IMarket;

use crate::deployment::Underlying;
use crate::error::CliError;
use crate::input::{path, Input, Listing, Source, Tick};
use crate::programs::Programs;
use crate::progress::Progress;
use crate::report::{BoardSummary, Report};
use crate::units::narrow;
use crate::world::{Setup, World};
use crowd::{Board, Crowd, Trader};
use hedging::Hedged;
use lps::{is_senior, Provider, DEPOSITS};
use tally::Tally;
use trading::Order;

/// Sign the prices that trades are at; their keys are the hashes of these names.
const PUBLISHERS: [&str; 3] = ["first publisher", "second publisher", "third publisher"];
/// Strikes are whole multiples of 2^-8.
const STRIKE_SHIFT: u8 = 8;
/// Spacing of the vault's epochs.
const EPOCH_SECS: u64 = 3_600;
/// The chain boots this long before trading starts: long enough for an epoch to be cut and priced.
const BOOT_SECS: u64 = 3 * EPOCH_SECS;
/// A trader's deposit in tokens: the least, and how much more it may be.
const LEAST_DEPOSIT: f64 = 150_000.0;
const DEPOSIT_RANGE: f64 = 350_000.0;
/// Accounts before the providers and traders: the owner and the keeper.
const ROLES: usize = 2;
/// Accounts after the traders: those who sign surfaces beside the keeper.
const CO_KEEPERS: usize = 2;

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The data.
    pub source: Source,
    /// Traders in the crowd.
    pub traders: usize,
    /// Orders that they place in all.
    pub orders: u64,
    /// Boards that are live at a time.
    pub boards: usize,
}

/// A demo that runs, or has run.
#[derive(Debug)]
pub struct Demo {
    /// The data.
    pub input: Input,
    /// The chain and the market.
    pub world: World,
    /// Accounts with their keys: the owner, the keeper, the providers, the traders, those who sign surfaces with the
    /// keeper.
    pub accounts: Vec<DevAccount>,
    boards_at_once: usize,
    strikes: usize,
    seed: u64,
    listing: Listing,
    boards: Vec<Board>,
    listed: Vec<BoardSummary>,
    traders: Vec<Trader>,
    providers: Vec<Provider>,
    crowd: Crowd,
    late: Vec<Order>,
    tally: Tally,
    hedged: Hedged,
    /// The share of core series whose quotes lie inside of the market's; none if they cannot be compared.
    inside_market_share: Option<f64>,
    now: u64,
    spot: f64,
    posted_at: u64,
    posted_spot: f64,
}

/// Runs a whole demo.
/// # Returns: the demo as it ended, for whoever goes on with its chain, and its report
/// # Errors: [`CliError`]
pub fn run(
    options: &Options,
    input: Input,
    programs: &Programs,
    progress: &mut Progress,
) -> Result<(Demo, Report), CliError> {
    progress.stage("Deploying the market", 1);
    let mut demo = Demo::new(options, input, programs)?;
    progress.stage("Letting providers and traders in", 1);
    demo.providers_enter()?;
    demo.traders_enter()?;
    demo.open()?;
    progress.stage("Comparing quotes with the market's", 1);
    let quotes = demo.compare_quotes()?;
    let probes = demo.probe_refusals()?;
    let nav_start = demo.nav()?;
    demo.trade(options.orders, progress)?;
    progress.stage("Paying everybody out", 1);
    demo.close_everything()?;
    demo.traders_leave()?;
    demo.wind_up()?;
    let nav_end = demo.nav()?;
    demo.providers_leave()?;
    progress.stage("Counting every token", 1);
    let report = demo.report(summary::Ends { nav_start, nav_end, quotes, probes })?;
    Ok((demo, report))
}

impl Demo {
    fn new(options: &Options, input: Input, programs: &Programs) -> Result<Self, CliError> {
        let listing = Listing::of(&input, options.source.strikes)?;
        let count = ROLES + DEPOSITS.len() + options.traders;
        let accounts = dev_accounts(TEST_MNEMONIC, u32::try_from(count + CO_KEEPERS).unwrap_or(u32::MAX))?;
        let address = |place: usize| accounts.get(place).map(|account| account.address).unwrap_or_default();
        let start = seconds(input.start);
        let setup = Setup {
            genesis_at: start.saturating_sub(BOOT_SECS),
            owner: address(0),
            keeper: address(1),
            surface_keys: accounts
                .iter()
                .skip(1)
                .take(1)
                .chain(accounts.iter().skip(count))
                .map(|account| account.key)
                .collect(),
            publisher_keys: PUBLISHERS.map(keccak256).into(),
            funded: accounts.iter().skip(ROLES).map(|account| account.address).collect(),
            epoch_secs: EPOCH_SECS,
            underlyings: vec![Underlying {
                symbol: input.chain.currency.clone(),
                strike_shift: STRIKE_SHIFT,
                weight: 1,
            }],
            are_programs_cached: true,
        };
        let mut world = World::new(programs, &setup)?;
        let hedged = Hedged::new(&mut world, programs)?;
        let mut crowd = Crowd::new(options.source.seed);
        let mut deposit = || ((LEAST_DEPOSIT + DEPOSIT_RANGE * crowd.uniform()) * 1e6).round() as u128;
        let first = ROLES + DEPOSITS.len();
        let traders = (first..count).map(|place| Trader { address: address(place), deposited: deposit() }).collect();
        let provider = |place: usize| Provider {
            address: address(place),
            is_senior: is_senior(place - ROLES),
            paid_in: 0,
            taken_out: 0,
        };
        let spot = input.surface.spot;
        Ok(Self {
            boards_at_once: options.boards,
            strikes: options.source.strikes,
            seed: options.source.seed,
            providers: (ROLES..first).map(provider).collect(),
            now: setup.genesis_at,
            input,
            world,
            accounts,
            listing,
            boards: Vec::new(),
            listed: Vec::new(),
            traders,
            crowd,
            late: Vec::new(),
            tally: Tally::default(),
            hedged,
            inside_market_share: None,
            spot,
            posted_at: 0,
            posted_spot: spot,
        })
    }

    /// The first boards and the first surface, at the chain's own moment and spot.
    fn open(&mut self) -> Result<(), CliError> {
        let (start, spot) = (seconds(self.input.start), self.input.surface.spot);
        self.advance(start, spot)?;
        self.list_boards()?;
        self.post_surface()
    }

    /// The crowd trades while time passes and spot follows the history.
    fn trade(&mut self, orders: u64, progress: &mut Progress) -> Result<(), CliError> {
        let expiries: Vec<u64> = self.boards.iter().map(|board| board.expiry).chain(self.listing.expiries()).collect();
        let ticks = path(&self.input.history, self.input.start, self.input.end, &expiries);
        progress.stage("Trading, step by step", ticks.len() as u64);
        let span = seconds(self.input.end).saturating_sub(seconds(self.input.start)).max(1);
        let (start, mut placed) = (seconds(self.input.start), 0);
        let nav = self.nav()?;
        self.tally.see_nav(nav);
        let nexts = ticks.iter().skip(1).map(|tick| tick.at).chain([u64::MAX]).collect::<Vec<_>>();
        for (Tick { at, price }, next) in ticks.into_iter().zip(nexts) {
            self.advance(at, price)?;
            self.refresh()?;
            self.late_orders_arrive()?;
            let due = (orders as f64 * (at - start) as f64 / span as f64).round() as u64;
            while placed < due {
                self.one_order()?;
                placed += 1;
            }
            self.hedge_until(next)?;
            self.sample()?;
            let nav = self.nav()?;
            self.tally.see_nav(nav);
            progress.step();
        }
        self.late.clear();
        self.post_surface()
    }

    /// Moves the clock, answers the feed and settles what has expired.
    pub(crate) fn advance(&mut self, at: u64, price: f64) -> Result<(), CliError> {
        if self.world.last_round_at() != Some(at) {
            self.world.push_price(at, price)?;
        }
        (self.now, self.spot) = (at, price);
        self.settle_expired()
    }

    /// The vault's net asset value at mid, in atoms.
    fn nav(&mut self) -> Result<i128, CliError> {
        let nav = self.world.view(self.world.contracts.market, &IMarket::navCall {})?;
        Ok(narrow(nav.navAtoms))
    }

    /// The price that the history has for a moment, or the last one known.
    fn price_at(&self, at: u64) -> f64 {
        let is_running = at >= seconds(self.input.start);
        let known = crate::input::interpolated(&self.input.history, at);
        known.filter(|_| is_running).unwrap_or(self.spot)
    }
}

pub(crate) fn seconds(time: Timestamp) -> u64 {
    u64::try_from(time.as_second()).unwrap_or_default()
}

pub(crate) fn timestamp(at: u64) -> Timestamp {
    i64::try_from(at).ok().and_then(|at| Timestamp::from_second(at).ok()).unwrap_or(Timestamp::MAX)
}
