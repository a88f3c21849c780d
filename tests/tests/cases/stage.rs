//! What the cases do with a market, and what they compare.

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_chain::Receipt;
use equipoise_interfaces::account::{self, INSURANCE, SYSTEM_ACCOUNTS, VAULT};
use equipoise_interfaces::{IClearing, IMarket, ITranche, IVault, Leg};
use equipoise_tests::{Failure, World, TOKEN};

use crate::fixture::{narrow, Market, FAR, HOUR};

pub const RICH: u128 = 1_000_000 * TOKEN;
/// Gas that one transaction may use on Arbitrum.
pub const BLOCK_GAS: u64 = 32_000_000;

impl Market {
    /// Does what must be refused: no storage of any contract may differ afterwards.
    pub fn refused<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Failure {
        let before = self.world.chain.snapshot();
        let Err(failure) = act(self) else { panic!("it is not refused") };
        let changed = self.world.changed_since(before);
        assert!(changed.is_empty(), "what is refused changes {changed:?}");
        assert!(self.world.chain.revert(before));
        failure
    }

    /// What would come of something, which is then undone.
    pub fn suppose<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.world.chain.snapshot();
        let (outcome, boards) = (act(self), self.boards.len());
        assert!(self.world.chain.revert(before));
        self.boards.truncate(boards);
        outcome
    }

    pub fn ledger<C: SolCall>(&mut self, from: Address, call: &C) -> Result<Receipt, Failure> {
        self.world.send(from, self.clearing, call)
    }

    pub fn withdraw(&mut self, owner: Address, atoms: u128) -> Result<Receipt, Failure> {
        self.ledger(owner, &IClearing::withdrawCall { amountAtoms: U256::from(atoms) })
    }

    /// Takes out all but `kept` atoms of what may leave.
    pub fn stretch(&mut self, trader: Address, kept: u128) {
        let margin = self.margin_of(trader);
        let free = narrow(margin.equityAtoms).unsigned_abs() - margin.initialAtoms.to::<u128>() - kept;
        self.withdraw(trader, free).unwrap();
    }

    /// Tokens in the wallet and equity in the ledger.
    pub fn wealth(&mut self, owner: Address) -> i128 {
        self.world.tokens(owner) as i128 + narrow(self.margin_of(owner).equityAtoms)
    }

    /// The cash of the ledger's own accounts and of these owners' first ones, which must be all its tokens.
    pub fn assert_custody(&mut self, owners: &[Address]) {
        let system: i128 = (0..SYSTEM_ACCOUNTS).map(|kind| self.cash(account::system(kind))).sum();
        let sum = system + owners.iter().map(|owner| self.cash_of(*owner)).sum::<i128>();
        assert_eq!(self.world.tokens(self.clearing) as i128, sum, "tokens are the sum of the ledger");
        assert!(self.cash(VAULT) >= 0 && self.cash(INSURANCE) >= 0);
    }

    /// Positions of live boards sum to zero over the vault and these owners' first accounts.
    pub fn assert_zero_sum(&mut self, owners: &[Address]) {
        for board in self.read(&IMarket::liveBoardsCall {}) {
            let mut sums = self.positions(VAULT, board);
            for owner in owners {
                let held = self.positions(account::of(*owner), board);
                sums.iter_mut().zip(held).for_each(|(sum, size)| *sum += size);
            }
            assert!(sums.iter().all(|sum| *sum == 0), "board {board}: {sums:?}");
        }
    }

    /// Lets time pass under the eyes of the oracle and the keeper.
    pub fn watch(&mut self, halves_of_hours: u32, dollars: i64) {
        for _ in 0..halves_of_hours {
            self.pass(HOUR / 2);
            self.push(dollars);
            self.post_surface().unwrap();
        }
    }

    /// A new price, and a surface for it.
    pub fn jump(&mut self, dollars: i64) {
        self.push(dollars);
        self.post_surface().unwrap();
    }

    /// Settles a board at a price that rules from its window's start on.
    pub fn settle_at(&mut self, board: u16, dollars: i64) {
        let first = self.expire_at(board, dollars);
        self.settle_board(board, first).unwrap();
    }

    /// Goes to a board's expiry with a price that rules from its window's start on.
    /// # Returns: the round that settles it
    pub fn expire_at(&mut self, board: u16, dollars: i64) -> u64 {
        let (_, expiry) = self.boards[usize::from(board) - 1];
        self.world.go_to(expiry - crate::fixture::WINDOW);
        self.push(dollars);
        let first = self.last_round();
        self.world.go_to(expiry);
        self.push(dollars);
        first
    }
}

/// LPs.
impl Market {
    /// An LP with tokens in his wallet.
    pub fn lp_with(&mut self, name: &str, atoms: u128) -> Address {
        let lp = self.world.account(name);
        self.fund(lp, atoms)
    }

    pub fn request_deposit(&mut self, tranche: Address, lp: Address, atoms: u128) -> Result<Receipt, Failure> {
        let call = ITranche::requestDepositCall { assets: U256::from(atoms), controller: lp, owner: lp };
        self.world.send(lp, tranche, &call)
    }

    pub fn request_redeem(&mut self, tranche: Address, lp: Address, shares: u128) -> Result<Receipt, Failure> {
        let call = ITranche::requestRedeemCall { shares: U256::from(shares), controller: lp, owner: lp };
        self.world.send(lp, tranche, &call)
    }

    /// Goes to the cut of the oldest epoch with requests, and has it priced.
    pub fn price_epoch(&mut self, dollars: i64) {
        let cut = self.world.read(self.vault, &IVault::nextEpochCall {}).cutAt;
        if self.now() < cut {
            self.world.go_to(cut);
        }
        self.push(dollars);
        let anybody = self.world.owner;
        self.process(anybody).unwrap();
    }

    /// Claims all shares that are claimable.
    pub fn claim_shares(&mut self, tranche: Address, lp: Address) -> u128 {
        let assets = self.world.read(tranche, &ITranche::maxDepositCall { controller: lp });
        self.world.send(lp, tranche, &ITranche::deposit_0Call { assets, receiver: lp }).unwrap();
        self.shares(tranche, lp)
    }

    /// Claims all assets that are claimable.
    /// # Returns: what his wallet got
    pub fn claim_cash(&mut self, tranche: Address, lp: Address) -> u128 {
        let before = self.world.tokens(lp);
        let shares = self.world.read(tranche, &ITranche::maxRedeemCall { controller: lp });
        if shares > U256::ZERO {
            let redeem = ITranche::redeemCall { shares, receiver: lp, controller: lp };
            self.world.send(lp, tranche, &redeem).unwrap();
        }
        self.world.tokens(lp) - before
    }

    /// In with all of this, at a price of the underlying.
    pub fn enter(&mut self, tranche: Address, lp: Address, atoms: u128, dollars: i64) -> u128 {
        self.request_deposit(tranche, lp, atoms).unwrap();
        self.price_epoch(dollars);
        self.claim_shares(tranche, lp)
    }

    /// Out with these shares.
    pub fn leave(&mut self, tranche: Address, lp: Address, shares: u128, dollars: i64) -> u128 {
        self.request_redeem(tranche, lp, shares).unwrap();
        self.price_epoch(dollars);
        self.claim_cash(tranche, lp)
    }

    pub fn shares(&mut self, tranche: Address, owner: Address) -> u128 {
        self.world.read(tranche, &ITranche::balanceOfCall { owner }).to()
    }

    /// What a tranche is worth at the mid.
    pub fn tranche_value(&mut self, is_senior: bool) -> u128 {
        self.world.read(self.vault, &IVault::trancheValueCall { isSenior: is_senior }).midAtoms.to()
    }

    pub fn nav(&mut self) -> i128 {
        narrow(self.world.read(self.vault, &IVault::navCall {}).navAtoms)
    }
}

/// A trade without a limit or a deadline.
pub fn trade(legs: &[Leg]) -> IMarket::tradeCall {
    IMarket::tradeCall { legs: legs.to_vec(), maxCostAtoms: I256::MAX, deadline: FAR }
}

/// Sends tokens from a wallet.
pub fn give(world: &mut World, from: Address, to: Address, atoms: u128) {
    let token = world.token;
    let gift = equipoise_tests::Stablecoin::transferCall { to, value: U256::from(atoms) };
    world.send(from, token, &gift).unwrap();
}

/// The first accounts of owners.
pub fn accounts<const N: usize>(owners: [Address; N]) -> [B256; N] {
    owners.map(account::of)
}
