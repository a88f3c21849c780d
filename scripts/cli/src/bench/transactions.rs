//! Whole transactions on a market with many live series: total gas with every program cached, and with none.

use std::path::Path;

use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::series::Series;
use equipoise_interfaces::{account, IClearing, IMarket, ITranche, IVault, Leg, Slice};
use serde::Serialize;

use crate::error::CliError;
use crate::programs::Programs;
use crate::units::{narrow, narrow_unsigned, price_wad, signed_wad, size_wad, unsigned_wad, TOKEN_ATOMS};
use crate::world::{Setup, World, WINDOW_SECS};

/// What a transaction costs, in gas.
#[derive(Clone, Debug, Serialize)]
pub struct Transaction {
    /// Its name.
    pub name: &'static str,
    /// Every program cached, as in Arbitrum's cache manager.
    pub gas: u64,
    /// No program cached.
    pub gas_uncached: u64,
    /// What the cached one should cost at most.
    pub target_gas: u64,
    /// What is done.
    pub what: &'static str,
}

impl Transaction {
    /// Whether it costs no more than its target.
    pub const fn meets_target(&self) -> bool {
        self.gas <= self.target_gas
    }
}

/// Name, target in gas with programs cached, and what is done.
pub const TRANSACTIONS: [(&str, u64, &str); 10] = [
    ("trade_first", 270_000, "an account's first trade, 64 live series"),
    ("trade_repeat", 200_000, "another trade of an account that is only long, 64 live series"),
    ("trade_repeat_round", 230_000, "the same, the first trade after a feed round"),
    ("short_16", 300_000, "a trade of an account with 16 positions, 8 of them short, over 4 expiries, 64 live series"),
    ("lp_request", 140_000, "a request to deposit into the junior tranche"),
    (
        "liquidation_bid",
        450_000,
        "a bid that takes what cures an account of 4 positions over 2 expiries, 64 live series",
    ),
    ("trade_first_256", 450_000, "an account's first trade, 256 live series"),
    ("trade_repeat_256", 380_000, "another trade of an account that is only long, 256 live series"),
    ("nav_256", 250_000, "the net asset value, as a transaction, 256 live series"),
    ("settle_32", 220_000, "an expiry of 32 series settled"),
];

/// Measures all of them.
/// # Errors: [`CliError`] if a program is missing or refused, or a transaction fails
pub fn transactions(dir: &Path) -> Result<Vec<Transaction>, CliError> {
    let programs = Programs::load(dir)?;
    let cached = measure(&programs, true)?;
    let uncached = measure(&programs, false)?;
    let rows = TRANSACTIONS.into_iter().zip(cached.into_iter().zip(uncached));
    Ok(rows
        .map(|((name, target_gas, what), (gas, gas_uncached))| Transaction {
            name,
            gas,
            gas_uncached,
            target_gas,
            what,
        })
        .collect())
}

fn measure(programs: &Programs, is_cached: bool) -> Result<Vec<u64>, CliError> {
    let mut small = Stage::new(programs, is_cached, (4, 8))?;
    let (first, repeat) = small.trades()?;
    let of_round = small.trade_of_a_round()?;
    let mut gas =
        vec![first, repeat, of_round, small.short_of_sixteen()?, small.lp_request()?, small.liquidation_bid()?];
    let mut large = Stage::new(programs, is_cached, (8, 16))?;
    let (first, repeat) = large.trades()?;
    gas.extend([first, repeat, large.nav()?, large.settlement()?]);
    Ok(gas)
}

const DAY: u64 = 86_400;
/// 2026-01-01 00:00 UTC.
const GENESIS_AT: u64 = 1_767_225_600;
const SPOT: f64 = 3_000.0;
const LP_TOKENS: u128 = 10_000_000;
const LEGS: usize = 8;

const fn user(number: u8) -> Address {
    Address::repeat_byte(number)
}

const OWNER: Address = user(0x11);
const KEEPER: Address = user(0x12);
const LP: Address = user(0x13);
const CROWD: Address = user(0x14);
const BUYER: Address = user(0x15);
const SELLER: Address = user(0x16);
const DEBTOR: Address = user(0x17);
const BIDDER: Address = user(0x18);

/// A market whose every series is in the vault's book.
struct Stage {
    world: World,
    /// Ids and expiries.
    boards: Vec<(u16, u64)>,
    strikes: Vec<f64>,
    now: u64,
}

impl Stage {
    fn new(programs: &Programs, is_cached: bool, (boards, strikes): (u64, u64)) -> Result<Self, CliError> {
        let setup = Setup {
            genesis_at: GENESIS_AT,
            owner: OWNER,
            keeper: KEEPER,
            funded: vec![LP, CROWD, BUYER, SELLER, DEBTOR, BIDDER],
            epoch_secs: DAY,
            underlying: "ETH".to_owned(),
            are_programs_cached: is_cached,
        };
        let world = World::new(programs, &setup)?;
        let middle = strikes as f64 / 2.0;
        let strikes: Vec<f64> =
            (0..strikes).map(|place| SPOT + 100.0 * (place as f64 - middle + 0.5).round()).collect();
        let mut stage = Self { world, boards: Vec::new(), strikes, now: GENESIS_AT };
        stage.fill_vault()?;
        for place in 1..=boards {
            let expiry = stage.now + 7 * DAY * place;
            let id = stage.world.list_board(expiry, &stage.strikes)?;
            stage.boards.push((id, expiry));
        }
        stage.round(SPOT)?;
        stage.post()?;
        stage.trade_everything()?;
        stage.round(SPOT + 1.0)?;
        // The first trade of a round freezes risk capital; what is measured are the others.
        stage.trade(CROWD, vec![stage.leg(0, 0, false, 0.001)])?;
        Ok(stage)
    }

    /// The price, a minute later.
    fn round(&mut self, price: f64) -> Result<(), CliError> {
        self.now += 60;
        self.world.push_price(self.now, price)
    }

    fn fill_vault(&mut self) -> Result<(), CliError> {
        let assets = U256::from(LP_TOKENS * TOKEN_ATOMS);
        self.world.fund(LP, LP_TOKENS * TOKEN_ATOMS)?;
        let (junior, vault) = (self.world.contracts.junior, self.world.contracts.vault);
        let request = ITranche::requestDepositCall { assets, controller: LP, owner: LP };
        self.world.send("lp_request", LP, junior, &request)?;
        let cut = self.world.view(vault, &IVault::nextEpochCall {})?.cutAt;
        self.now = cut;
        self.round(SPOT)?;
        let first_rounds = vec![self.world.first_round_from(cut)];
        self.world.send("process", OWNER, vault, &IVault::processEpochCall { firstRounds: first_rounds })?;
        Ok(())
    }

    /// A surface of 60 % volatility at the money for every board.
    fn post(&mut self) -> Result<(), CliError> {
        let slice = |(board, _): &(u16, u64)| Slice {
            board: *board,
            forwardWad: unsigned_wad(SPOT),
            aWad: signed_wad(0.34),
            bWad: unsigned_wad(0.1),
            rhoWad: signed_wad(-0.3),
            mWad: I256::ZERO,
            sigmaWad: unsigned_wad(0.2),
        };
        let slices = self.boards.iter().map(slice).collect();
        let call = IMarket::postSurfaceCall { spotWad: price_wad(SPOT), observedAt: self.now, slices };
        self.world.send("post", KEEPER, self.world.contracts.market, &call)?;
        Ok(())
    }

    fn leg(&self, board: usize, strike: usize, is_put: bool, contracts: f64) -> Leg {
        let (board, _) = self.boards.get(board).copied().unwrap_or_default();
        let strike = u8::try_from(strike).unwrap_or_default();
        Leg { series: Series { board, strike, is_put }.id(), sizeWad: size_wad(contracts) }
    }

    fn trade(&mut self, trader: Address, legs: Vec<Leg>) -> Result<u64, CliError> {
        let call = IMarket::tradeCall { legs, maxCostAtoms: I256::MAX, deadline: u64::MAX >> 8 };
        Ok(self.world.send("trade", trader, self.world.contracts.market, &call)?.gas_used)
    }

    fn clear<C: SolCall>(&mut self, from: Address, call: &C) -> Result<u64, CliError> {
        Ok(self.world.send("clearing", from, self.world.contracts.clearing, call)?.gas_used)
    }

    fn deposit(&mut self, trader: Address, tokens: u128) -> Result<(), CliError> {
        self.world.fund(trader, tokens * TOKEN_ATOMS)?;
        self.clear(trader, &IClearing::depositCall { amountAtoms: U256::from(tokens * TOKEN_ATOMS) })?;
        Ok(())
    }

    /// Buys some of every series, and sells some of every other, so that the vault holds all.
    fn trade_everything(&mut self) -> Result<(), CliError> {
        self.deposit(CROWD, 2_000_000)?;
        let mut legs = Vec::new();
        for board in 0..self.boards.len() {
            for strike in 0..self.strikes.len() {
                let size = if (board + strike) % 2 == 0 { 0.5 } else { -0.4 };
                legs.extend([self.leg(board, strike, false, size), self.leg(board, strike, true, -size)]);
            }
        }
        legs.chunks(LEGS).try_for_each(|legs| self.trade(CROWD, legs.to_vec()).map(drop))
    }

    /// The first and the second trade of an account.
    fn trades(&mut self) -> Result<(u64, u64), CliError> {
        self.deposit(BUYER, 100_000)?;
        let leg = self.leg(1, self.strikes.len() / 2, false, 1.0);
        let first = self.trade(BUYER, vec![Leg { ..leg.clone() }])?;
        Ok((first, self.trade(BUYER, vec![leg])?))
    }

    /// Another, the first since the feed's last round.
    fn trade_of_a_round(&mut self) -> Result<u64, CliError> {
        self.round(SPOT)?;
        self.trade(BUYER, vec![self.leg(1, self.strikes.len() / 2, false, 0.5)])
    }

    fn short_of_sixteen(&mut self) -> Result<u64, CliError> {
        self.deposit(SELLER, 200_000)?;
        for board in 0..4 {
            let legs = [(2, true, 1.0), (3, true, -1.0), (5, false, -1.0), (6, false, 1.0)];
            let legs = legs.map(|(strike, is_put, size)| self.leg(board, strike, is_put, size));
            self.trade(SELLER, legs.to_vec())?;
        }
        self.trade(SELLER, vec![self.leg(1, 5, false, -0.1)])
    }

    fn lp_request(&mut self) -> Result<u64, CliError> {
        let assets = U256::from(1_000 * TOKEN_ATOMS);
        self.world.fund(BUYER, 1_000 * TOKEN_ATOMS)?;
        let request = ITranche::requestDepositCall { assets, controller: BUYER, owner: BUYER };
        Ok(self.world.send("lp_request", BUYER, self.world.contracts.junior, &request)?.gas_used)
    }

    fn liquidation_bid(&mut self) -> Result<u64, CliError> {
        self.deposit(DEBTOR, 1_000_000)?;
        let legs = [(0, 4, -8.0), (0, 6, 4.0), (1, 4, -8.0), (1, 7, 4.0)];
        let legs = legs.map(|(board, strike, size)| self.leg(board, strike, false, size));
        self.trade(DEBTOR, legs.to_vec())?;
        let debtor = account::of(DEBTOR);
        let margin =
            self.world.view(self.world.contracts.clearing, &IClearing::accountMarginCall { account: debtor })?;
        let free = narrow(margin.equityAtoms) - narrow_unsigned(margin.initialAtoms) - 10;
        self.clear(DEBTOR, &IClearing::withdrawCall { amountAtoms: U256::from(free.unsigned_abs()) })?;
        self.deposit(BIDDER, 1_000_000)?;
        self.round(SPOT * 1.12)?;
        self.clear(OWNER, &IClearing::startAuctionCall { account: debtor })?;
        self.round(SPOT * 1.12)?;
        let bid = IClearing::bidCall {
            account: debtor,
            bidder: account::of(BIDDER),
            mostShareX64: 1 << 64,
            mostPriceAtoms: I256::MAX,
        };
        self.clear(BIDDER, &bid)
    }

    fn nav(&mut self) -> Result<u64, CliError> {
        let market = self.world.contracts.market;
        let tried = self.world.try_view_from(OWNER, market, &IMarket::navCall {})?;
        let answered = tried.map_err(|reason| CliError::Reverted { call: "nav()", reason: reason.text })?;
        Ok(answered.1)
    }

    fn settlement(&mut self) -> Result<u64, CliError> {
        let (board, expiry) = self.boards.first().copied().unwrap_or_default();
        self.now = expiry - WINDOW_SECS - 60;
        // A round before the window, five in it, one after.
        self.round(SPOT)?;
        for _ in 0..5 {
            self.now += 240;
            self.round(SPOT)?;
        }
        self.now = self.now.max(expiry);
        self.round(SPOT)?;
        let first_round = self.world.first_round_from(expiry - WINDOW_SECS + 1) - U80::ONE;
        let settle = IMarket::settleBoardCall { board, firstRound: first_round };
        Ok(self.world.send("settle_board", OWNER, self.world.contracts.market, &settle)?.gas_used)
    }
}
