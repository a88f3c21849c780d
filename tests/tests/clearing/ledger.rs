//! Random lives of the ledger, with auctions: after each action all cash is the tokens held, insurance and claims are not
//! negative, and a call that is refused has changed nothing.

use alloy_primitives::{Address, B256, I256, U256};
use equipoise_interfaces::account::{of, settlement_of, sub, system, vault_of, INSURANCE, LP_CLAIMS, LP_PENDING};
use equipoise_interfaces::{IClearing, IMarketMargin};
use equipoise_tests::{Offer, TestMarket, TOKEN};
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::fixture::{margin, setup, trade_of, Setup, UNIT};

const LIVES: u64 = 4;
const ACTIONS: usize = 150;
const TRADERS: usize = 3;

struct Life {
    setup: Setup,
    dice: ChaCha20Rng,
    traders: Vec<Address>,
    accounts: Vec<B256>,
    done: usize,
    auctions: usize,
    bids: usize,
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut setup = setup();
        setup.fund_vault(2_000 * TOKEN);
        setup.insure(50 * TOKEN);
        let traders: Vec<Address> =
            (0..TRADERS).map(|number| setup.trader(&format!("trader {number}"), 100 * TOKEN)).collect();
        let accounts = traders.iter().flat_map(|trader| [of(*trader), sub(*trader, 1)]).collect();
        Self { setup, dice: ChaCha20Rng::seed_from_u64(seed), traders, accounts, done: 0, auctions: 0, bids: 0 }
    }

    fn roll(&mut self, below: u64) -> u64 {
        self.dice.next_u64() % below
    }

    fn trader(&mut self) -> Address {
        let place = self.roll(TRADERS as u64);
        self.traders[place as usize]
    }

    fn account(&mut self) -> B256 {
        let place = self.roll(self.accounts.len() as u64);
        self.accounts[place as usize]
    }

    /// The first account of which it holds, from a random one on; that one if of none.
    fn account_with(&mut self, holds: impl Fn((u8, u8, bool)) -> bool) -> B256 {
        let first = self.roll(self.accounts.len() as u64) as usize;
        let mut round = self.accounts.clone();
        round.rotate_left(first);
        let found = round.iter().find(|account| holds(self.setup.flags(**account)));
        *found.unwrap_or(&round[0])
    }

    fn amount(&mut self, below: u64) -> U256 {
        U256::from(1 + self.roll(below * TOKEN as u64))
    }

    fn ledger(&mut self) -> Vec<i128> {
        let mut all: Vec<B256> = (0..5).map(system).collect();
        all.extend([vault_of(1), settlement_of(1)]);
        all.extend(&self.accounts);
        all.into_iter().map(|account| self.setup.cash(account)).collect()
    }

    /// Whether the action was done.
    fn act(&mut self) -> bool {
        let (account, trader, amount) = (self.account(), self.trader(), self.amount(60));
        let owner = equipoise_interfaces::account::owner(account);
        let market = if self.roll(2) == 0 { self.setup.market } else { self.setup.other };
        match self.roll(16) {
            0 => self.setup.send(trader, &IClearing::depositForCall { account, amountAtoms: amount }).is_ok(),
            1 => self
                .setup
                .send(owner, &IClearing::withdrawFromCall { account, amountAtoms: amount, to: trader })
                .is_ok(),
            2 => {
                let to = self.account();
                self.setup.send(owner, &IClearing::transferCashCall { from: account, to, amountAtoms: amount }).is_ok()
            }
            3..=5 => self.trade(market, account, owner),
            6 | 7 => {
                // Marks move.
                let bit = if market == self.setup.market { 1 } else { 2 };
                let account = self.account_with(|(held, ..)| held & bit != 0);
                let (value, loss) = (40 - i128::from(self.roll(240)), i128::from(self.roll(60)));
                let (held, ..) = self.setup.flags(account);
                if held & bit != 0 {
                    self.setup.mark(market, account, &margin(value, loss));
                }
                true
            }
            8 | 9 => {
                let account = self.account_with(|(held, _, is_in_auction)| held != 0 && !is_in_auction);
                self.setup.start(account).inspect(|_| self.auctions += 1).is_ok()
            }
            10..=12 => {
                let account = self.account_with(|(.., is_in_auction)| is_in_auction);
                let bidder = of(trader);
                let share = (UNIT / 64) * (1 + i128::from(self.roll(64)));
                let bid = IClearing::bidCall { account, bidder, mostShareX64: share, mostPriceAtoms: I256::MAX };
                self.setup.send(trader, &bid).inspect(|_| self.bids += 1).is_ok()
            }
            13 => {
                let account = self.account_with(|(.., is_in_auction)| is_in_auction);
                self.resolve(market, account, trader)
            }
            14 => {
                let secs = self.roll(3_000);
                self.setup.wait(secs);
                true
            }
            _ => self.settle(market, account),
        }
    }

    fn trade(&mut self, market: Address, account: B256, owner: Address) -> bool {
        let cost = i128::from(self.roll(80 * TOKEN as u64)) - 40 * TOKEN as i128;
        let held = margin(20 - i128::from(self.roll(50)), i128::from(self.roll(40)));
        let is_reducing = self.roll(3) == 0;
        let call = trade_of(account, owner, cost, 2, is_reducing, held.clone());
        let clearing = self.setup.clearing;
        // As a market does: it stores what the account holds, then tells the ledger.
        let ask = IMarketMargin::marginCall { account };
        let before = self.setup.world.read(market, &ask);
        self.setup.mark(market, account, &held);
        let is_done = self.setup.world.relay(market, clearing, &call).is_ok();
        if !is_done {
            self.setup.mark(market, account, &before);
        }
        is_done
    }

    fn resolve(&mut self, market: Address, account: B256, trader: Address) -> bool {
        let owner = self.setup.world.owner;
        let value = 40 - i128::from(self.roll(100));
        let offer = Offer { valueX64: value * UNIT, riskChargeX64: UNIT, spreadX64: UNIT / 3 };
        self.setup.world.send(owner, market, &TestMarket::askCall { offer }).unwrap();
        match self.roll(4) {
            0 => self.setup.send(trader, &IClearing::coverBadDebtCall { account }).is_ok(),
            1 => self.setup.send(trader, &IClearing::endAuctionCall { account }).is_ok(),
            2 => self.setup.send(trader, &IClearing::deleverageCall { account, counter: of(trader) }).is_ok(),
            _ => self.setup.send(trader, &IClearing::takeOverCall { account }).is_ok(),
        }
    }

    /// A board whose payoffs add up to nothing, between an account and the vault.
    fn settle(&mut self, market: Address, account: B256) -> bool {
        let payoff = i128::from(self.roll(120 * TOKEN as u64)) - 60 * TOKEN as i128;
        let clearing = self.setup.clearing;
        let atoms = I256::try_from(payoff).unwrap();
        let call = IClearing::settleAccountCall { account, payoffAtoms: atoms, holds: 0 };
        self.setup.world.relay(market, clearing, &call).unwrap();
        let none = equipoise_tests::Margin { valueX64: 0, markX64: 0, maintenanceX64: [0; 32], initialX64: [0; 32] };
        let owner = self.setup.world.owner;
        self.setup.world.send(owner, market, &TestMarket::holdCall { account, holds: 0, margin_: none }).unwrap();
        let call = IClearing::settleVaultCall { payoffAtoms: -atoms };
        self.setup.world.relay(market, clearing, &call).unwrap();
        self.setup.world.relay(market, clearing, &IClearing::settleVaultDebtCall {}).unwrap();
        true
    }

    fn check(&mut self, step: &str) {
        let mut others = self.accounts.clone();
        others.extend([vault_of(1), settlement_of(1)]);
        self.setup.assert_custody(&others);
        for account in [INSURANCE, LP_PENDING, LP_CLAIMS, vault_of(0), vault_of(1)] {
            assert!(self.setup.cash(account) >= 0, "{step}: {account} owes");
        }
        for account in self.accounts.clone() {
            let (held, short, is_in_auction) = self.setup.flags(account);
            let stage = if is_in_auction { self.setup.auction(account).startedAt } else { 0 };
            assert_eq!(is_in_auction, stage != 0, "{step}: an auction is stored while it runs");
            assert_eq!(short & !held, 0, "{step}: short only in what is held");
        }
    }
}

#[test]
fn all_cash_is_the_tokens_held_through_trades_auctions_and_debts() {
    let (mut auctions, mut bids) = (0, 0);
    for seed in 0..LIVES {
        let mut life = Life::new(seed);
        for number in 0..ACTIONS {
            let before = life.ledger();
            if life.act() {
                life.done += 1;
            } else {
                assert_eq!(life.ledger(), before, "seed {seed}, action {number}: refused and yet something moved");
            }
            life.check(&format!("seed {seed}, action {number}"));
        }
        assert!(life.done > ACTIONS / 4, "seed {seed}: {} actions done", life.done);
        auctions += life.auctions;
        bids += life.bids;
    }
    assert!(auctions > 5 && bids > 3, "{auctions} auctions, {bids} bids");
}
