//! A market with many live series, or two of them, and what is done on it to be measured.

use std::mem::swap;

use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, B256, I256, U256};
use alloy_rpc_types_trace::geth::{CallConfig, CallFrame};
use alloy_sol_types::SolCall;
use equipoise_interfaces::series::Series;
use equipoise_interfaces::{
    account, BroughtPrice, BroughtSignature, IClearing, IMarket, IOracle, IParameters, ITranche, ITuned, IUnderwriter,
    IVault, Leg, OfferedLeg, PriceSignature, PriceUpdate, Slice, Tuning,
};
use equipoise_risk::governed::Group;

use crate::deployment::{Deployer, Embedded, FeedAggregator, Sources, Underlying};
use crate::error::CliError;
use crate::programs::Programs;
use crate::units::{feed_answer, narrow, narrow_unsigned, price_wad, signed_wad, size_wad, unsigned_wad, TOKEN_ATOMS};
use crate::world::{Setup, SignedPrice, World, WINDOW_SECS};

const DAY: u64 = 86_400;
/// 2026-01-01 00:00 UTC.
const GENESIS_AT: u64 = 1_767_225_600;
const LP_TOKENS: u128 = 10_000_000;
const LEGS: usize = 8;

/// What a market of the bench is of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asset {
    symbol: &'static str,
    pub(super) spot: f64,
    /// The level of its surface's slices.
    level: f64,
    strike_shift: u8,
}

/// 60 % volatility at the money.
pub(super) const ETH: Asset = Asset { symbol: "ETH", spot: 3_000.0, level: 0.34, strike_shift: 8 };
/// 45 %.
pub(super) const BTC: Asset = Asset { symbol: "BTC", spot: 60_000.0, level: 0.18, strike_shift: 0 };

const fn user(number: u8) -> Address {
    Address::repeat_byte(number)
}

pub(super) const OWNER: Address = user(0x11);
pub(super) const KEEPER: Address = user(0x12);
const LP: Address = user(0x13);
pub(super) const CROWD: Address = user(0x14);
pub(super) const BUYER: Address = user(0x15);
const SELLER: Address = user(0x16);
const DEBTOR: Address = user(0x17);
const BIDDER: Address = user(0x18);

/// Markets whose every series is in the vault's book. What is done is done in the one that is turned to.
pub(super) struct Stage {
    pub(super) world: World,
    side: Side,
    other: Option<Side>,
    now: u64,
}

/// What is a market's own.
struct Side {
    asset: Asset,
    /// Ids and expiries.
    boards: Vec<(u16, u64)>,
    strikes: Vec<f64>,
}

impl Side {
    /// Strikes a thirtieth of spot apart.
    fn new(asset: Asset, strikes: u64) -> Self {
        let middle = strikes as f64 / 2.0;
        let strike = |place: u64| asset.spot + asset.spot / 30.0 * (place as f64 - middle + 0.5).round();
        Self { asset, boards: Vec::new(), strikes: (0..strikes).map(strike).collect() }
    }
}

impl Stage {
    /// # Inputs: expiries and strikes of each market; one market or two
    pub(super) fn new(
        programs: &Programs,
        is_cached: bool,
        sizes: (u64, u64),
        assets: &[Asset],
    ) -> Result<Self, CliError> {
        Self::with(programs, is_cached, sizes, assets, Vec::new())
    }

    /// The same, of one market whose trades are at prices that publishers sign.
    pub(super) fn pulled(programs: &Programs, is_cached: bool, sizes: (u64, u64)) -> Result<Self, CliError> {
        Self::with(programs, is_cached, sizes, &[ETH], (4..=6).map(B256::repeat_byte).collect())
    }

    fn with(
        programs: &Programs,
        is_cached: bool,
        (boards, strikes): (u64, u64),
        assets: &[Asset],
        publisher_keys: Vec<B256>,
    ) -> Result<Self, CliError> {
        let underlying =
            |asset: &Asset| Underlying { symbol: asset.symbol.to_owned(), strike_shift: asset.strike_shift, weight: 1 };
        let setup = Setup {
            genesis_at: GENESIS_AT,
            owner: OWNER,
            keeper: KEEPER,
            surface_keys: (1..=3).map(B256::repeat_byte).collect(),
            publisher_keys,
            funded: vec![LP, CROWD, BUYER, SELLER, DEBTOR, BIDDER],
            epoch_secs: DAY,
            underlyings: assets.iter().map(underlying).collect(),
            are_programs_cached: is_cached,
        };
        let world = World::new(programs, &setup)?;
        let mut sides = assets.iter().map(|asset| Side::new(*asset, strikes));
        let side = sides.next().unwrap_or_else(|| Side::new(ETH, strikes));
        let mut stage = Self { world, side, other: sides.next(), now: GENESIS_AT };
        stage.fill_vault()?;
        stage.deposit(CROWD, 2_000_000)?;
        for _ in assets {
            stage.open(boards)?;
            stage.turn();
        }
        Ok(stage)
    }

    /// Turns to the other market, if there is one.
    fn turn(&mut self) {
        if let Some(other) = &mut self.other {
            swap(&mut self.side, other);
            self.world.turn();
        }
    }

    /// Lists, posts and trades every series.
    fn open(&mut self, boards: u64) -> Result<(), CliError> {
        let first = self.now - self.now % DAY;
        for place in 1..=boards {
            let expiry = first + 7 * DAY * place;
            let id = self.world.list_board(expiry, &self.side.strikes)?;
            self.side.boards.push((id, expiry));
        }
        let spot = self.side.asset.spot;
        self.round(spot)?;
        self.post()?;
        self.trade_everything()?;
        self.round(spot * (1.0 + 1.0 / 3_000.0))?;
        // The first trade of a round freezes risk capital; what is measured are the others.
        self.trade(CROWD, vec![self.leg(0, 0, false, 0.001)])?;
        Ok(())
    }

    /// How many times an ether's worth one of the underlying is.
    fn per_eth(&self) -> f64 {
        self.side.asset.spot / ETH.spot
    }

    /// The price, a minute later.
    pub(super) fn round(&mut self, price: f64) -> Result<(), CliError> {
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
        let mut first_rounds = Vec::new();
        for _ in 0..=self.other.iter().count() {
            self.round(self.side.asset.spot)?;
            first_rounds.push(self.world.first_round_from(cut));
            self.turn();
        }
        self.world.send("process", OWNER, vault, &IVault::processEpochCall { firstRounds: first_rounds })?;
        Ok(())
    }

    /// A surface for every board.
    fn post(&mut self) -> Result<(), CliError> {
        let Asset { spot, level, .. } = self.side.asset;
        let slice = |(board, _): &(u16, u64)| Slice {
            board: *board,
            forwardWad: unsigned_wad(spot),
            aWad: signed_wad(level),
            bWad: unsigned_wad(0.1),
            rhoWad: signed_wad(-0.3),
            mWad: I256::ZERO,
            sigmaWad: unsigned_wad(0.2),
            gapWad: U256::ZERO,
        };
        let slices = self.side.boards.iter().map(slice).collect();
        self.world.post_slices("post", price_wad(spot), self.now, slices)
    }

    pub(super) fn leg(&self, board: usize, strike: usize, is_put: bool, contracts: f64) -> Leg {
        let (board, _) = self.side.boards.get(board).copied().unwrap_or_default();
        let strike = u8::try_from(strike).unwrap_or_default();
        Leg { series: Series { board, strike, is_put }.id(), sizeWad: size_wad(contracts) }
    }

    pub(super) fn trade(&mut self, trader: Address, legs: Vec<Leg>) -> Result<u64, CliError> {
        let call = IMarket::tradeCall { legs, maxCostAtoms: I256::MAX, deadline: u64::MAX >> 8 };
        Ok(self.world.send("trade", trader, self.world.contracts.market, &call)?.gas_used)
    }

    fn clear<C: SolCall>(&mut self, from: Address, call: &C) -> Result<u64, CliError> {
        Ok(self.world.send("clearing", from, self.world.contracts.clearing, call)?.gas_used)
    }

    pub(super) fn deposit(&mut self, trader: Address, tokens: u128) -> Result<(), CliError> {
        self.world.fund(trader, tokens * TOKEN_ATOMS)?;
        self.clear(trader, &IClearing::depositCall { amountAtoms: U256::from(tokens * TOKEN_ATOMS) })?;
        Ok(())
    }

    /// Has somebody operate a trader's account.
    pub(super) fn operate(&mut self, trader: Address, operator: Address) -> Result<(), CliError> {
        self.clear(trader, &IClearing::setOperatorCall { operator, until: u64::MAX >> 8 }).map(drop)
    }

    /// Buys some of every series, and sells some of every other, so that the vault holds all.
    fn trade_everything(&mut self) -> Result<(), CliError> {
        let per_eth = self.per_eth();
        let mut legs = Vec::new();
        for board in 0..self.side.boards.len() {
            for strike in 0..self.side.strikes.len() {
                let size = if (board + strike) % 2 == 0 { 0.5 / per_eth } else { -0.4 / per_eth };
                legs.extend([self.leg(board, strike, false, size), self.leg(board, strike, true, -size)]);
            }
        }
        legs.chunks(LEGS).try_for_each(|legs| self.trade(CROWD, legs.to_vec()).map(drop))
    }

    /// The first and the second trade of an account.
    pub(super) fn trades(&mut self) -> Result<(u64, u64), CliError> {
        self.deposit(BUYER, 100_000)?;
        let leg = self.leg(1, self.side.strikes.len() / 2, false, 1.0);
        let first = self.trade(BUYER, vec![Leg { ..leg.clone() }])?;
        Ok((first, self.trade(BUYER, vec![leg])?))
    }

    /// Another, the first since the feed's last round.
    pub(super) fn trade_of_a_round(&mut self) -> Result<u64, CliError> {
        self.round(ETH.spot)?;
        self.trade(BUYER, vec![self.leg(1, self.side.strikes.len() / 2, false, 0.5)])
    }

    /// Another, at a price that it brings along.
    pub(super) fn trade_pulled(&mut self) -> Result<u64, CliError> {
        let (operator, until) = (self.world.contracts.underwriter, u64::MAX >> 8);
        self.operate(BUYER, operator)?;
        self.trades()?;
        self.now += 1;
        self.world.chain().set_time(self.now)?;
        let SignedPrice { update, signatures, .. } = self.world.sign_price(self.now, ETH.spot)?;
        let Leg { series, sizeWad: size } = self.leg(1, self.side.strikes.len() / 2, false, 1.0);
        let PriceUpdate { underlying, priceWad: price, confidenceWad: confidence, publishedAt: at } = update;
        let brought = |each: PriceSignature| BroughtSignature { publisher: each.publisher, signature: each.signature };
        let call = IUnderwriter::tradeAtCall {
            account: account::of(BUYER),
            legs: vec![OfferedLeg { series, sizeWad: size }],
            maxCostAtoms: I256::MAX,
            deadline: until,
            priceUpdate: BroughtPrice { underlying, priceWad: price, confidenceWad: confidence, publishedAt: at },
            signatures: signatures.into_iter().map(brought).collect(),
        };
        Ok(self.world.send("trade", BUYER, operator, &call)?.gas_used)
    }

    /// What the watcher uses of such a trade, and what the market asks the ledger for on its behalf, where the insurance fund has
    /// a floor: else it is not asked for.
    pub(super) fn guardrails(&mut self) -> Result<u64, CliError> {
        self.insure(100_000)?;
        self.round(ETH.spot)?;
        let legs = vec![self.leg(1, self.side.strikes.len() / 2, false, 0.5)];
        let call = IMarket::tradeCall { legs, maxCostAtoms: I256::MAX, deadline: u64::MAX >> 8 };
        let (market, clearing) = (self.world.contracts.market, self.world.contracts.clearing);
        let cash = self.gas_of_view(clearing, &IClearing::vaultCashCall { market })?;
        let asked = self.gas_of_view(clearing, &IClearing::vaultStandingCall { market })? - cash;
        let receipt = self.world.send("trade", BUYER, market, &call)?;
        let trace = self.world.chain().trace_transaction(receipt.transaction_hash, CallConfig::default())?;
        Ok(gas_in(&trace.calls, self.world.contracts.engines.watcher) + asked)
    }

    /// The insurance fund must hold so many tokens, as the guardian asks, and does.
    fn insure(&mut self, tokens: u32) -> Result<(), CliError> {
        let (target, clearing) = (self.world.contracts.market, self.world.contracts.clearing);
        let registry = self.world.view(clearing, &ITuned::registryCall {})?;
        let guardian = self.world.view(registry, &IParameters::guardianCall {})?;
        let changes = vec![Tuning { parameter: 0, millionths: tokens }];
        let call = IParameters::tightenCall { target, group: Group::Insurance.number(), changes };
        self.world.send("tighten", guardian, registry, &call)?;
        let atoms = u128::from(tokens) * TOKEN_ATOMS;
        self.world.fund(OWNER, atoms)?;
        self.clear(OWNER, &IClearing::depositInsuranceCall { amountAtoms: U256::from(atoms) })?;
        Ok(())
    }

    pub(super) fn short_of_sixteen(&mut self) -> Result<u64, CliError> {
        self.deposit(SELLER, 200_000)?;
        self.four_positions_in_each(4)?;
        self.trade(SELLER, vec![self.leg(1, 5, false, -0.1)])
    }

    /// Eight positions in each of two markets.
    pub(super) fn short_in_both(&mut self) -> Result<u64, CliError> {
        self.deposit(SELLER, 200_000)?;
        for _ in 0..2 {
            self.four_positions_in_each(2)?;
            self.turn();
        }
        self.trade(SELLER, vec![self.leg(1, 5, false, -0.1)])
    }

    /// Two shorts and two longs in each of the first boards.
    fn four_positions_in_each(&mut self, boards: usize) -> Result<(), CliError> {
        let size = self.per_eth().recip();
        for board in 0..boards {
            let legs = [(2, true, size), (3, true, -size), (5, false, -size), (6, false, size)];
            let legs = legs.map(|(strike, is_put, size)| self.leg(board, strike, is_put, size));
            self.trade(SELLER, legs.to_vec())?;
        }
        Ok(())
    }

    /// What the oracle's price costs more if its feed is one of two parts.
    pub(super) fn feed_extra(&mut self, programs: &Programs, are_programs_cached: bool) -> Result<u64, CliError> {
        let real = {
            let mut chain = self.world.chain();
            let site = Embedded::new(&mut chain, OWNER, are_programs_cached);
            let mut deployer = Deployer::new(site, programs, OWNER);
            let [feed, aggregator] = deployer.two_part_feed()?;
            let answer = I256::try_from(feed_answer(ETH.spot)).unwrap_or_default();
            let push = FeedAggregator::pushCall { answer, updatedAt: U256::from(self.now) };
            deployer.send("answer the feed", aggregator, &push)?;
            deployer.oracle(Sources::of(feed))?
        };
        let plain = self.world.contracts.oracle;
        Ok(self.gas_of_view(real, &IOracle::spotCall {})? - self.gas_of_view(plain, &IOracle::spotCall {})?)
    }

    /// What a view would use as a transaction.
    fn gas_of_view<C: SolCall>(&mut self, to: Address, call: &C) -> Result<u64, CliError> {
        let tried = self.world.try_view_from(OWNER, to, call)?;
        let answered = tried.map_err(|reason| CliError::Reverted { call: C::SIGNATURE, reason: reason.text })?;
        Ok(answered.1)
    }

    pub(super) fn lp_request(&mut self) -> Result<u64, CliError> {
        let assets = U256::from(1_000 * TOKEN_ATOMS);
        self.world.fund(BUYER, 1_000 * TOKEN_ATOMS)?;
        let request = ITranche::requestDepositCall { assets, controller: BUYER, owner: BUYER };
        Ok(self.world.send("lp_request", BUYER, self.world.contracts.junior, &request)?.gas_used)
    }

    pub(super) fn liquidation_bid(&mut self) -> Result<u64, CliError> {
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
        self.round(ETH.spot * 1.12)?;
        self.clear(OWNER, &IClearing::startAuctionCall { account: debtor })?;
        self.round(ETH.spot * 1.12)?;
        let bid = IClearing::bidCall {
            account: debtor,
            bidder: account::of(BIDDER),
            mostShareX64: 1 << 64,
            mostPriceAtoms: I256::MAX,
        };
        self.clear(BIDDER, &bid)
    }

    pub(super) fn nav(&mut self) -> Result<u64, CliError> {
        self.gas_of_view(self.world.contracts.market, &IMarket::navCall {})
    }

    pub(super) fn settlement(&mut self) -> Result<u64, CliError> {
        let (board, expiry) = self.side.boards.first().copied().unwrap_or_default();
        self.now = expiry - WINDOW_SECS - 60;
        // A round before the window, five in it, one after.
        self.round(ETH.spot)?;
        for _ in 0..5 {
            self.now += 240;
            self.round(ETH.spot)?;
        }
        self.now = self.now.max(expiry);
        self.round(ETH.spot)?;
        let first_round = self.world.first_round_from(expiry - WINDOW_SECS + 1) - U80::ONE;
        let settle = IMarket::settleBoardCall { board, firstRound: first_round };
        Ok(self.world.send("settle_board", OWNER, self.world.contracts.market, &settle)?.gas_used)
    }
}

/// What all calls of a contract use, down from a call.
pub(super) fn gas_in(frame: &CallFrame, callee: Address) -> u64 {
    if frame.to == Some(callee) {
        return frame.gas_used.saturating_to();
    }
    frame.calls.iter().map(|call| gas_in(call, callee)).sum()
}
