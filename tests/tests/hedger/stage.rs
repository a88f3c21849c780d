//! A market whose vault is short of delta, its hedger, and a solver.

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_chain::Receipt;
use equipoise_cli::deployment::Hedges;
use equipoise_interfaces::{
    CheckpointTaken, HedgeLeg, IHedged, IHedger, IMarket, ITranche, Leg, RebalanceRequest, Rebalanced,
};
use equipoise_tests::{Failure, Hedging, TestToken, World, TOKEN};

use crate::fixture::{call_of, leg, Market, CONTRACT, FAR, K3000, SPOT, WAD};

/// Atoms of a unit of the underlying.
pub const UNIT: i128 = CONTRACT;
/// What the vault may be hedged for at once, in whole dollars.
pub const CAP: u64 = 500_000;

pub struct Stage {
    pub market: Market,
    pub hedges: Hedges,
    pub coin: Address,
    pub solver: Address,
    pub trader: Address,
}

impl Stage {
    /// The vault has sold calls, so it lacks the underlying; the window has been open for long.
    pub fn open() -> Self {
        let mut stage = Self::quiet(World::new());
        stage.sell_calls(60);
        stage.open_window();
        stage
    }

    /// Nobody has traded yet.
    pub fn quiet(mut world: World) -> Self {
        let coin = world.deploy("TestToken", Vec::new());
        let owner = world.owner;
        world.send(owner, coin, &TestToken::setDecimalsCall { decimals: 18 }).unwrap();
        Self::with_coin(world, coin)
    }

    /// The same, on an underlying that is there.
    pub fn with_coin(world: World, coin: Address) -> Self {
        let mut market = Market::open_in(world, crate::fixture::CAPITAL);
        let (program, clearing) = (market.market, market.clearing);
        let Hedging { hedges, solver, .. } = Hedging::wire(&mut market.world, program, clearing, coin);
        let trader = market.trader("buyer of calls", 1_000_000 * TOKEN);
        let mut stage = Self { market, hedges, coin, solver, trader };
        stage.stock(solver);
        stage.set_venue(stage.hedges.filler, CAP).unwrap();
        stage
    }

    /// Gives somebody much of both tokens.
    pub fn stock(&mut self, to: Address) {
        let value = U256::from(100_000) * U256::from(UNIT);
        self.hedging().stock(&mut self.market.world, to, value);
    }

    fn hedging(&self) -> Hedging {
        Hedging { hedges: self.hedges, coin: self.coin, solver: self.solver }
    }

    pub fn set_venue(&mut self, venue: Address, dollars: u64) -> Result<(), Failure> {
        let cap = U256::from(dollars) * U256::from(WAD);
        self.hedging().set_venue(&mut self.market.world, venue, cap).map(|_| ())
    }

    /// Traders buy calls at the money, 30 days out.
    pub fn sell_calls(&mut self, contracts: i128) {
        self.trade(&[self.calls(contracts * CONTRACT)]);
    }

    pub fn trade(&mut self, legs: &[Leg]) {
        let trader = self.trader;
        self.market.trade(trader, legs).unwrap();
    }

    /// Calls at the money, of some thirty days.
    pub fn calls(&self, size: i128) -> Leg {
        leg(call_of(self.month(), K3000), size)
    }

    /// The board of some thirty days.
    pub fn month(&self) -> u16 {
        self.market.boards[2].0
    }

    /// Checkpoints until the window has been open for as long as it pays more.
    pub fn open_window(&mut self) {
        self.market.pass(200);
        self.checkpoint();
        self.market.pass(600);
        self.market.push(SPOT);
        self.checkpoint();
    }

    /// An LP asks for a twentieth of what he has, and gets something for it two hours later.
    pub fn an_lp_leaves(&mut self) {
        let (lp, junior, anybody) = (self.market.lp, self.market.junior, self.market.keeper);
        let shares = self.market.world.read(junior, &ITranche::balanceOfCall { owner: lp });
        let redeem = ITranche::requestRedeemCall { shares: shares / U256::from(20), controller: lp, owner: lp };
        self.market.lp_send(lp, &redeem).unwrap();
        self.market.pass(2 * 3_600);
        self.market.push(SPOT);
        self.market.process(anybody).unwrap();
        let claimable = ITranche::maxRedeemCall { controller: lp };
        assert!(self.market.world.read(junior, &claimable) > U256::ZERO);
    }

    /// What the last checkpoint tells.
    pub fn checkpoint(&mut self) -> CheckpointTaken {
        let anybody = self.market.keeper;
        let receipt = self.tell(anybody, &IHedger::checkpointCall {}).unwrap();
        World::events::<CheckpointTaken>(&receipt).remove(0)
    }

    pub fn inventory(&mut self) -> Vec<B256> {
        self.market.read(&IHedged::inventoryCall {})
    }

    pub fn epoch(&mut self) -> u64 {
        self.ask(&IHedger::stateCall {}).riskEpoch
    }

    pub fn ask<C: SolCall>(&mut self, call: &C) -> C::Return {
        self.market.world.read(self.hedges.hedger, call)
    }

    pub fn tell<C: SolCall>(&mut self, from: Address, call: &C) -> Result<Receipt, Failure> {
        self.market.world.send(from, self.hedges.hedger, call)
    }

    /// A leg at the filler venue: so many thousandths of the underlying, at so many cents.
    pub fn leg(&self, milli: i128, cents: u64) -> HedgeLeg {
        HedgeLeg {
            venue: self.hedges.filler,
            quantityAtoms: I256::try_from(milli * UNIT / 1_000).unwrap(),
            limitPriceWad: U256::from(cents) * U256::from(WAD / 100),
        }
    }

    /// A request of these legs that asks for as large a tip as there is.
    pub fn request(&mut self, legs: Vec<HedgeLeg>) -> RebalanceRequest {
        let risk_epoch = self.epoch();
        RebalanceRequest { riskEpoch: risk_epoch, minPriceAt: 0, deadline: FAR, maxTipAtoms: U256::MAX, legs }
    }

    /// Has the solver rebalance.
    pub fn rebalance(&mut self, request: RebalanceRequest) -> Result<Rebalanced, Failure> {
        let words = self.inventory();
        self.rebalance_on(request, words)
    }

    /// The same against an inventory of one's own.
    pub fn rebalance_on(&mut self, request: RebalanceRequest, words: Vec<B256>) -> Result<Rebalanced, Failure> {
        let call = IHedger::rebalanceCall { request, words };
        let receipt = self.relay(self.hedges.hedger, call.abi_encode())?;
        Ok(World::events::<Rebalanced>(&receipt).remove(0))
    }

    /// Has the solver call somebody.
    pub fn relay(&mut self, to: Address, data: Vec<u8>) -> Result<Receipt, Failure> {
        let anybody = self.market.keeper;
        let call = Hedging::relayed(to, data);
        self.market.world.send(anybody, self.solver, &call)
    }

    pub fn coins(&mut self, owner: Address) -> i128 {
        narrow(self.market.world.read(self.coin, &TestToken::balanceOfCall { owner }))
    }

    pub fn tokens(&mut self, owner: Address) -> i128 {
        self.market.world.tokens(owner) as i128
    }

    pub fn vault_cash(&mut self) -> i128 {
        self.market.cash(equipoise_interfaces::account::VAULT)
    }

    /// What LPs own, in atoms.
    pub fn nav(&mut self) -> i128 {
        let nav = self.market.read(&IMarket::navCall {}).navAtoms;
        i128::try_from(nav).unwrap()
    }
}

pub fn narrow(number: U256) -> i128 {
    i128::try_from(number).unwrap()
}

/// Numbers below a bound, the same for the same seed.
pub fn numbers(mut seed: u64) -> impl FnMut(u64) -> u64 {
    move |bound| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % bound
    }
}
