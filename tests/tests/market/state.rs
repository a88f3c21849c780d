//! All that a call can change, as views show it.

use alloy_primitives::{Address, Bytes, B256, I256, U256};
use equipoise_interfaces::account::{self, SYSTEM_ACCOUNTS};
use equipoise_interfaces::{IClearing, IMarket, IMarketMargin, ITranche};

use crate::fixture::Market;

/// Cash, positions, boards, the book and the vault's shares.
#[derive(Debug, PartialEq, Eq)]
pub struct State {
    /// Of the ledger's own accounts, then of the named.
    pub cash: Vec<i128>,
    /// Of the vault, then of the named, by board.
    pub positions: Vec<(B256, u16, Vec<i128>)>,
    /// Boards of each named account, each with the boards that live.
    pub directory: Vec<Vec<u16>>,
    /// What the market says of the margin of each named account.
    pub margins: Vec<Bytes>,
    /// Answers of `board`, `slice`, `strikes` for each board, and of `book`, encoded.
    pub shown: Vec<Bytes>,
    pub parameters: Vec<U256>,
    pub tokens: Vec<u128>,
    pub shares: Vec<U256>,
    pub vault_cash: I256,
}

impl Market {
    /// Everything that concerns the vault and `owners`.
    pub fn state(&mut self, owners: &[Address]) -> State {
        let system = (0..SYSTEM_ACCOUNTS).map(account::system);
        let ledger: Vec<B256> = system.chain(owners.iter().map(|owner| account::of(*owner))).collect();
        let holders: Vec<B256> =
            std::iter::once(account::VAULT).chain(owners.iter().map(|owner| account::of(*owner))).collect();
        let boards = self.boards.clone();
        let mut positions = Vec::new();
        let mut shown = vec![self.answer(&IMarket::bookCall {})];
        for (board, _) in &boards {
            shown.push(self.answer(&IMarket::boardCall { id: *board }));
            shown.push(self.answer(&IMarket::sliceCall { board: *board }));
            shown.push(self.answer(&IMarket::strikesCall { board: *board }));
            for holder in &holders {
                positions.push((*holder, *board, self.positions(*holder, *board)));
            }
        }
        let mut directory = vec![self.read(&IMarket::liveBoardsCall {})];
        for holder in &holders {
            directory.push(self.read(&IMarket::accountBoardsCall { account: *holder }));
        }
        let (vault, junior, clearing) = (self.vault, self.junior, self.clearing);
        let wallets: Vec<Address> =
            [clearing, vault, junior, self.lp].into_iter().chain(owners.iter().copied()).collect();
        State {
            cash: ledger.into_iter().map(|account| self.cash(account)).collect(),
            margins: owners
                .iter()
                .map(|owner| self.answer(&IMarketMargin::marginCall { account: account::of(*owner) }))
                .collect(),
            positions,
            directory,
            shown,
            parameters: self.read(&IMarket::parametersCall {}),
            tokens: wallets.iter().map(|wallet| self.world.tokens(*wallet)).collect(),
            shares: wallets
                .iter()
                .map(|wallet| self.world.read(junior, &ITranche::balanceOfCall { owner: *wallet }))
                .collect(),
            vault_cash: self.world.read(clearing, &IClearing::vaultCashCall { market: self.market }),
        }
    }

    /// A view's answer as it is encoded, or its revert data.
    fn answer<C: alloy_sol_types::SolCall>(&mut self, call: &C) -> Bytes {
        match self.world.view(self.market, call) {
            Ok(answer) => C::abi_encode_returns(&answer).into(),
            Err(failure) => failure.0,
        }
    }
}
