//! A clearing house with two stand-in markets, and what tests do with it.

use alloy_primitives::{Address, Bytes, B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_chain::Receipt;
use equipoise_cli::deployment::House;
use equipoise_interfaces::account::{of, system, INSURANCE, SYSTEM_ACCOUNTS};
use equipoise_interfaces::{AuctionState, IClearing, Margin, Report};
use equipoise_tests::{program, Failure, TestMarket, World};

/// One unit of the quote currency, times 2^64.
pub const UNIT: i128 = 1 << 64;

pub struct Setup {
    pub world: World,
    pub clearing: Address,
    pub liquidator: Address,
    pub backstop: Address,
    pub registrar: Address,
    pub market: Address,
    pub other: Address,
    pub vault: Address,
}

pub fn bare_program(world: &mut World, name: &str) -> Address {
    world.chain.deploy_program(world.owner, &program(name), Bytes::new(), true).unwrap().address
}

pub fn unwired(token: impl Fn(&mut World) -> Address) -> Setup {
    let mut world = World::new();
    let token = token(&mut world);
    let House { clearing, liquidator, backstop, registrar, .. } = world.deployer().clearing(token).unwrap();
    // The third stands in for the vault program: all it must do is make calls.
    let [market, other, vault] = [(); 3].map(|()| world.deploy("TestMarket", Vec::new()));
    Setup { world, clearing, liquidator, backstop, registrar, market, other, vault }
}

pub fn setup_with(token: impl Fn(&mut World) -> Address) -> Setup {
    let mut setup = unwired(token);
    let (owner, vault) = (setup.world.owner, setup.vault);
    setup.send(owner, &IClearing::wireCall { vault, senior: vault, junior: vault }).unwrap();
    let clearing = setup.clearing;
    setup.world.let_deposits_in(clearing);
    for market in [setup.market, setup.other] {
        setup.send(owner, &IClearing::registerMarketCall { market }).unwrap();
        let clearing = setup.clearing;
        setup.world.send(owner, market, &TestMarket::followCall { clearing }).unwrap();
    }
    setup
}

pub fn setup() -> Setup {
    setup_with(|world| world.token)
}

pub fn signed(amount: i128) -> I256 {
    I256::try_from(amount).unwrap()
}

/// A margin of whole units: the value, at mid and to close alike, and one loss in all scenarios. Initial is 1.3 times
/// maintenance.
pub fn margin(value: i128, loss: i128) -> Margin {
    spread_margin(value, value, loss)
}

/// The same, worth `value` to close and `mark` at mid.
pub fn spread_margin(value: i128, mark: i128, loss: i128) -> Margin {
    Margin {
        valueX64: value * UNIT,
        markX64: mark * UNIT,
        maintenanceX64: [loss * UNIT; 32],
        initialX64: [loss * UNIT / 10 * 13; 32],
    }
}

pub fn nothing() -> Margin {
    margin(0, 0)
}

pub fn trade_of(
    account: B256,
    caller: Address,
    cost: i128,
    holds: u8,
    is_reducing: bool,
    margin: Margin,
) -> IClearing::recordTradeCall {
    let report = Report { holds, isReducing: is_reducing, margin };
    IClearing::recordTradeCall { account, caller, costAtoms: signed(cost), report }
}

impl Setup {
    /// A trader with cash in the ledger and as much in his wallet.
    pub fn trader(&mut self, name: &str, atoms: u128) -> Address {
        let trader = self.world.account_with(name, 2 * atoms);
        self.world.approve(trader, self.clearing);
        self.send(trader, &IClearing::depositCall { amountAtoms: U256::from(atoms) }).unwrap();
        trader
    }

    /// Gives the first market's vault cash the way it gets it.
    pub fn fund_vault(&mut self, atoms: u128) {
        let lp = self.world.account_with("an LP", atoms);
        self.world.approve(lp, self.clearing);
        let amount = U256::from(atoms);
        self.by_vault(&IClearing::takeLpDepositCall { from: lp, amountAtoms: amount }).unwrap();
        self.by_vault(&IClearing::settleLpEpochCall {
            market: 0,
            acceptedAtoms: amount,
            refusedAtoms: U256::ZERO,
            redeemedAtoms: U256::ZERO,
        })
        .unwrap();
    }

    pub fn insure(&mut self, atoms: u128) {
        let donor = self.world.account_with("donor", atoms);
        self.world.approve(donor, self.clearing);
        self.send(donor, &IClearing::depositInsuranceCall { amountAtoms: U256::from(atoms) }).unwrap();
    }

    pub fn send<C: SolCall>(&mut self, from: Address, call: &C) -> Result<Receipt, Failure> {
        self.world.send(from, self.clearing, call)
    }

    pub fn by_market<C: SolCall>(&mut self, call: &C) -> Result<Receipt, Failure> {
        self.world.relay(self.market, self.clearing, call)
    }

    pub fn by_vault<C: SolCall>(&mut self, call: &C) -> Result<Receipt, Failure> {
        self.world.relay(self.vault, self.clearing, call)
    }

    /// A trade of longs, for the trader's first account.
    pub fn trade(&mut self, trader: Address, cost: i128) -> Result<I256, Failure> {
        let receipt = self.by_market(&trade_of(of(trader), trader, cost, 1, false, nothing()))?;
        Ok(IClearing::recordTradeCall::abi_decode_returns(&receipt.output).unwrap())
    }

    /// Has an account hold what a margin says in a market, with the cash that it costs.
    pub fn open(&mut self, market: Address, account: B256, cost: i128, held: &Margin) -> Result<Receipt, Failure> {
        let owner = equipoise_interfaces::account::owner(account);
        self.mark(market, account, held);
        self.world.relay(market, self.clearing, &trade_of(account, owner, cost, 2, false, held.clone()))
    }

    /// Moves the marks of what an account holds, short.
    pub fn mark(&mut self, market: Address, account: B256, held: &Margin) {
        let owner = self.world.owner;
        let margin = equipoise_tests::Margin {
            valueX64: held.valueX64,
            markX64: held.markX64,
            maintenanceX64: held.maintenanceX64,
            initialX64: held.initialX64,
        };
        self.world.send(owner, market, &TestMarket::holdCall { account, holds: 2, margin_: margin }).unwrap();
    }

    pub fn settle(&mut self, trader: Address, payoff: i128, holds: u8) {
        let call = IClearing::settleAccountCall { account: of(trader), payoffAtoms: signed(payoff), holds };
        self.by_market(&call).unwrap();
    }

    pub fn cash(&mut self, account: B256) -> i128 {
        self.world.read(self.clearing, &IClearing::cashOfCall { account }).cashAtoms.try_into().unwrap()
    }

    /// An account's held and short markets, and whether it is in auction.
    pub fn flags(&mut self, account: B256) -> (u8, u8, bool) {
        let entry = self.world.read(self.clearing, &IClearing::cashOfCall { account });
        (entry.heldMarkets, entry.shortMarkets, entry.isInAuction)
    }

    /// Equity, maintenance, initial, state.
    pub fn margin_of(&mut self, account: B256) -> (i128, u128, u128, u8) {
        let margin = self.world.read(self.clearing, &IClearing::accountMarginCall { account });
        let narrow = |number: U256| u128::try_from(number).unwrap();
        let equity = margin.equityAtoms.try_into().unwrap();
        (equity, narrow(margin.maintenanceAtoms), narrow(margin.initialAtoms), margin.state)
    }

    pub fn auction(&mut self, account: B256) -> AuctionState {
        self.world.read(self.clearing, &IClearing::auctionCall { account })
    }

    pub fn wait(&mut self, secs: u64) {
        let at = self.world.chain.timestamp() + secs;
        self.world.go_to(at);
    }

    /// Tokens held must be the sum of all cash, and of the ledger's own accounts only settlement owes.
    pub fn assert_custody(&mut self, others: &[B256]) {
        let mut cash = 0;
        for account in (0..SYSTEM_ACCOUNTS).map(system).collect::<Vec<_>>() {
            let held = self.cash(account);
            assert!(held >= 0 || account[31] == 1, "{account} owes {held}");
            cash += held;
        }
        cash += others.iter().map(|account| self.cash(*account)).sum::<i128>();
        assert_eq!(u128::try_from(cash).unwrap(), self.world.tokens(self.clearing));
        assert!(self.cash(INSURANCE) >= 0);
    }
}
