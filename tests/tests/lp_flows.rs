//! Random lives of a vault and its clearing house, real WASM, with what must hold after every action.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::as_conversions, missing_docs)]

use std::collections::BTreeMap;

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, SolValue};
use equipoise_interfaces::account::{of, system, LP_CLAIMS, LP_PENDING, SETTLEMENT, VAULT};
use equipoise_interfaces::{EpochProcessed, IClearing, IVault, Margin, Report};
use equipoise_tests::{Failure, TestMarket, World, TOKEN};

const HOUR: u64 = 3_600;
const LPS: usize = 5;
const TRADERS: usize = 3;
const WALLET: u128 = 1_000_000 * TOKEN;

/// A deterministic source of choices (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn amount(&mut self, most: u128) -> u128 {
        most * u128::from(self.roll(1_000_001)) / 1_000_000
    }
}

struct Life {
    world: World,
    dice: Dice,
    clearing: Address,
    market: Address,
    vault: Address,
    lps: Vec<Address>,
    traders: Vec<Address>,
    /// Requests by owner that are not claimed: epoch and amount.
    deposits: BTreeMap<Address, (u64, u128)>,
    redemptions: BTreeMap<Address, (u64, u128)>,
    priced: Vec<u64>,
}

fn narrow(amount: U256) -> u128 {
    amount.try_into().unwrap()
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut world = World::new();
        let owner = world.owner;
        let clearing = world.deploy_clearing(world.token);
        let market = world.deploy("TestMarket", Vec::new());
        let arguments = (clearing, market, U256::from(HOUR)).abi_encode();
        let vault = world.deploy_program("vault", arguments).unwrap();
        world.wire_clearing(clearing, market, vault);
        world.send(owner, market, &TestMarket::followCall { clearing }).unwrap();
        let mut crowd = |kind: &str, count: usize| -> Vec<Address> {
            let names = (0..count).map(|number| format!("{kind} {number}"));
            names.map(|name| world.account_with(&name, WALLET)).collect()
        };
        let (lps, traders) = (crowd("LP", LPS), crowd("trader", TRADERS));
        for person in lps.iter().chain(&traders) {
            world.approve(*person, clearing);
        }
        let (deposits, redemptions, priced) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        Self { world, dice: Dice(seed), clearing, market, vault, lps, traders, deposits, redemptions, priced }
    }

    fn of_vault<C: SolCall>(&mut self, from: Address, call: &C) -> Result<C::Return, Failure> {
        let receipt = self.world.send(from, self.vault, call)?;
        Ok(C::abi_decode_returns_validate(&receipt.output).unwrap())
    }

    fn act(&mut self) {
        let lp = self.lps[usize::try_from(self.dice.roll(LPS as u64)).unwrap()];
        match self.dice.roll(12) {
            0 | 1 => self.request_deposit(lp),
            2 | 3 => self.request_redeem(lp),
            4 => self.claim_deposit(lp),
            5 => self.claim_redeem(lp),
            6 => self.send_shares(lp),
            7 | 8 => self.trade(),
            9 => self.settle(),
            10 => self.pass_time(),
            _ => self.process(),
        }
    }

    fn request_deposit(&mut self, lp: Address) {
        let atoms = self.dice.amount(100_000 * TOKEN);
        if let Ok(epoch) = self.of_vault(lp, &IVault::requestDepositCall { assetsAtoms: U256::from(atoms) }) {
            let held = self.deposits.entry(lp).or_insert((epoch, 0));
            assert_eq!(held.0, epoch);
            held.1 += atoms;
        }
    }

    fn request_redeem(&mut self, lp: Address) {
        let held = self.shares(lp);
        let shares = if self.dice.roll(3) == 0 { held } else { self.dice.amount(held) };
        if let Ok(epoch) = self.of_vault(lp, &IVault::requestRedeemCall { shares: U256::from(shares) }) {
            let held = self.redemptions.entry(lp).or_insert((epoch, 0));
            assert_eq!(held.0, epoch);
            held.1 += shares;
        }
    }

    fn claim_deposit(&mut self, lp: Address) {
        let before = self.world.tokens(lp);
        let claimed = self.of_vault(self.traders[0], &IVault::claimDepositCall { owner: lp });
        let is_due = self.deposits.get(&lp).is_some_and(|(epoch, _)| self.priced.contains(epoch));
        assert_eq!(claimed.is_ok(), is_due);
        if let Ok(claimed) = claimed {
            let (_, atoms) = self.deposits.remove(&lp).unwrap();
            let returned = narrow(claimed.assetsReturnedAtoms);
            assert!(returned == 0 || returned == atoms);
            assert_eq!(claimed.shares.is_zero(), returned == atoms);
            assert_eq!(self.world.tokens(lp), before + returned);
        }
    }

    fn claim_redeem(&mut self, lp: Address) {
        let (before, shares_before) = (self.world.tokens(lp), self.shares(lp));
        let claimed = self.of_vault(self.traders[0], &IVault::claimRedeemCall { owner: lp });
        let is_due = self.redemptions.get(&lp).is_some_and(|(epoch, _)| self.priced.contains(epoch));
        assert_eq!(claimed.is_ok(), is_due);
        if let Ok(claimed) = claimed {
            let (_, shares) = self.redemptions.remove(&lp).unwrap();
            let returned = narrow(claimed.sharesReturned);
            assert!(returned <= shares);
            assert_eq!(self.world.tokens(lp), before + narrow(claimed.assetsAtoms));
            assert_eq!(self.shares(lp), shares_before + returned);
        }
    }

    fn send_shares(&mut self, lp: Address) {
        let to = self.lps[usize::try_from(self.dice.roll(LPS as u64)).unwrap()];
        let held = self.shares(lp);
        let value = U256::from(self.dice.amount(held));
        assert!(self.of_vault(lp, &IVault::transferCall { to, value }).unwrap());
    }

    /// A trader deposits or withdraws, then pays or is paid, or neither.
    fn trade(&mut self) {
        let trader = self.traders[usize::try_from(self.dice.roll(TRADERS as u64)).unwrap()];
        let amount = U256::from(self.dice.amount(50_000 * TOKEN));
        let _ = match self.dice.roll(3) {
            0 => self.world.send(trader, self.clearing, &IClearing::withdrawCall { amountAtoms: amount }),
            _ => self.world.send(trader, self.clearing, &IClearing::depositCall { amountAtoms: amount }),
        };
        let cost = self.signed(20_000 * TOKEN);
        let margin = Margin { valueX64: 0, markX64: 0, maintenanceX64: [0; 32], initialX64: [0; 32] };
        let report = Report { holds: 1, isReducing: false, margin };
        let call = IClearing::recordTradeCall { account: of(trader), caller: trader, costAtoms: cost, report };
        let _ = self.world.relay(self.market, self.clearing, &call);
    }

    /// A board whose payoffs add up to nothing: one trader's gain is the vault's and another's loss.
    fn settle(&mut self) {
        let loser = self.traders[usize::try_from(self.dice.roll(TRADERS as u64)).unwrap()];
        let cash = self.cash(of(loser));
        let loss = self.dice.amount(u128::try_from(cash).unwrap());
        let of_vault = self.dice.amount(loss);
        let winner = self.traders[usize::try_from(self.dice.roll(TRADERS as u64)).unwrap()];
        let vault = IClearing::settleVaultCall { payoffAtoms: I256::try_from(of_vault).unwrap() };
        self.world.relay(self.market, self.clearing, &vault).unwrap();
        let payoffs = [(winner, I256::try_from(loss - of_vault).unwrap()), (loser, -I256::try_from(loss).unwrap())];
        for (trader, payoff) in payoffs {
            let call = IClearing::settleAccountCall { account: of(trader), payoffAtoms: payoff, holds: 0 };
            self.world.relay(self.market, self.clearing, &call).unwrap();
        }
        assert_eq!(self.cash(SETTLEMENT), 0);
    }

    fn pass_time(&mut self) {
        let later = self.world.chain.timestamp() + self.dice.roll(2 * HOUR);
        self.world.go_to(later);
        let owner = self.world.owner;
        let seen = TestMarket::observeCall { priceAt: later, isSettlementPending: false };
        self.world.send(owner, self.market, &seen).unwrap();
        // The book's value moves, at worst so far that the vault is insolvent.
        let mark = self.signed(40_000 * TOKEN);
        let redeemable = if self.dice.roll(2) == 0 { u128::MAX } else { self.dice.amount(60_000 * TOKEN) };
        let cash = self.cash(VAULT);
        let call = TestMarket::markCall {
            markAtoms: mark,
            uncertaintyAtoms: U256::from(self.dice.amount(2_000 * TOKEN)),
            redeemableAtoms: U256::from(redeemable.min(cash.unsigned_abs())),
        };
        self.world.send(owner, self.market, &call).unwrap();
    }

    fn process(&mut self) {
        let sent = self.world.send(self.traders[0], self.vault, &IVault::processEpochCall {});
        if let Ok(receipt) = sent {
            let told = World::events::<EpochProcessed>(&receipt).remove(0);
            assert!(self.priced.last().is_none_or(|last| *last < told.epoch));
            self.priced.push(told.epoch);
        }
    }

    fn check(&mut self) {
        let supply = narrow(self.world.read(self.vault, &IVault::totalSupplyCall {}));
        let vault = self.vault;
        let held: u128 = self.lps.clone().into_iter().map(|lp| self.shares(lp)).sum();
        assert_eq!(held + self.shares(vault), supply, "balances add up to the supply");

        let is_waiting = |epoch: &u64| !self.priced.contains(epoch);
        let waiting: u128 = self.deposits.values().filter(|(epoch, _)| is_waiting(epoch)).map(|(_, atoms)| atoms).sum();
        assert_eq!(self.cash(LP_PENDING), i128::try_from(waiting).unwrap(), "requests are kept");

        let accounts = (0..4).map(system).chain(self.traders.clone().into_iter().map(of));
        let mut cash = 0;
        for account in accounts.collect::<Vec<_>>() {
            cash += u128::try_from(self.cash(account)).unwrap();
        }
        assert_eq!(cash, self.world.tokens(self.clearing), "tokens are the cash");
        if self.deposits.is_empty() && self.redemptions.is_empty() {
            assert_eq!(self.cash(LP_CLAIMS), 0, "nothing is left when all have claimed");
            assert_eq!(self.shares(vault), 0);
        }
    }

    /// Prices and claims everything.
    fn finish(&mut self) {
        while !self.world.read(self.vault, &IVault::nextEpochCall {}).epoch.eq(&0) {
            self.pass_time();
            self.process();
        }
        for lp in self.lps.clone() {
            self.claim_deposit(lp);
            self.claim_redeem(lp);
        }
        assert!(self.deposits.is_empty() && self.redemptions.is_empty());
        self.check();
    }

    fn signed(&mut self, most: u128) -> I256 {
        let amount = I256::try_from(self.dice.amount(most)).unwrap();
        if self.dice.roll(2) == 0 {
            amount
        } else {
            -amount
        }
    }

    fn shares(&mut self, owner: Address) -> u128 {
        narrow(self.world.read(self.vault, &IVault::balanceOfCall { owner }))
    }

    fn cash(&mut self, account: alloy_primitives::B256) -> i128 {
        self.world.read(self.clearing, &IClearing::cashOfCall { account }).cashAtoms.try_into().unwrap()
    }
}

#[test]
fn no_atom_and_no_share_is_lost_or_made() {
    for seed in 0..8 {
        let mut life = Life::new(seed);
        for _ in 0..250 {
            life.act();
            life.check();
        }
        assert!(life.priced.len() > 3, "seed {seed} prices {} epochs", life.priced.len());
        life.finish();
    }
}
