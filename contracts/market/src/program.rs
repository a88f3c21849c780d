//! The program's entry points. Each checks who calls and hands over.

use alloy_primitives::{aliases::U80, Address, B256, I256, U256, U8};
use equipoise_interfaces::{
    AlreadyWired, Board, Book, IClearing, Leg, MarketNumberOutOfDomain, Parameters, Quote, Slice,
};
use equipoise_kit::ownership::Ownership;
use equipoise_kit::{only, require_code, revert, view, Revert};
use equipoise_risk::parameters::Parameters as RiskParameters;
use equipoise_risk::units::TokenScale;
use stylus_sdk::prelude::*;

use crate::errors::pricing_error;
use crate::store::Store;
use crate::trade::{atoms, quote_of};
use crate::views::{parameters_of, Nav};

/// Binary shift of strikes at most: the mantissa has 32 bits.
const MAX_STRIKE_SHIFT: u8 = 32;

/// The market program.
#[storage]
#[entrypoint]
pub struct Market {
    ownership: Ownership,
    pub(crate) store: Store,
}

/// See `IMarket`.
#[public]
impl Market {
    /// Starts a market whose strikes are whole multiples of `2^-strikeShift`.
    /// # Errors: AddressIsZero, MarketNumberOutOfDomain
    #[constructor]
    pub fn constructor(&mut self, owner: Address, strike_shift: u8) -> Result<(), Revert> {
        if strike_shift > MAX_STRIKE_SHIFT {
            return Err(revert(&MarketNumberOutOfDomain { board: 0 }));
        }
        self.ownership.begin(owner)?;
        self.store.strike_shift.set(U8::from(strike_shift));
        self.store.set_parameters(&RiskParameters::default());
        Ok(())
    }

    /// Names the other programs and the surface keeper, once. Owner only.
    /// # Errors: CallerNotOwner, AlreadyWired, AddressHasNoCode, MarketNumberOutOfDomain
    pub fn wire(&mut self, oracle: Address, clearing: Address, vault: Address, keeper: Address) -> Result<(), Revert> {
        self.ownership.only_owner()?;
        if !self.store.clearing.get().is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        for program in [oracle, clearing, vault] {
            require_code(self.vm(), program)?;
        }
        let decimals = view(self.vm(), clearing, &IClearing::tokenDecimalsCall {})?;
        if TokenScale::from_decimals(decimals).is_none() {
            return Err(revert(&MarketNumberOutOfDomain { board: 0 }));
        }
        self.store.oracle.set(oracle);
        self.store.clearing.set(clearing);
        self.store.vault.set(vault);
        self.store.keeper.set(keeper);
        self.store.token_decimals.set(U8::from(decimals));
        Ok(())
    }

    /// Lists an expiry with its strikes. Owner only.
    /// # Errors: CallerNotOwner, MarketExpiryInvalid, MarketStrikesInvalid, MarketTooManyBoards
    pub fn list_board(&mut self, expiry: u64, strikes_wad: Vec<U256>) -> Result<u16, Revert> {
        self.ownership.only_owner()?;
        self.list(expiry, strikes_wad)
    }

    /// Replaces the parameters within their bounds. Owner only.
    /// # Errors: CallerNotOwner, MarketParameter..
    pub fn set_parameters(&mut self, parameters: Parameters) -> Result<(), Revert> {
        self.ownership.only_owner()?;
        self.replace_parameters(&parameters)
    }

    /// Posts a slice for every live board. Surface keeper only.
    /// # Errors: CallerNotAllowed, MarketSurfaceOutOfOrder, MarketSlice..
    pub fn post_surface(&mut self, spot_wad: U256, observed_at: u64, slices: Vec<Slice>) -> Result<(), Revert> {
        only(self.vm(), self.store.keeper.get())?;
        self.take_surface(spot_wad, observed_at, slices)
    }

    /// Trades at the quoted price, or not at all.
    /// # Errors: MarketDeadlinePassed, MarketSlippageExceeded, and those of `IMarket`
    pub fn trade(&mut self, legs: Vec<Leg>, max_cost_atoms: I256, deadline: u64) -> Result<I256, Revert> {
        self.execute(legs, max_cost_atoms, deadline)
    }

    /// Settles an expired board.
    /// # Errors: MarketBoardNotExpired, MarketBoardSettled, Oracle..
    pub fn settle_board(&mut self, board: u16, first_round: U80) -> Result<U256, Revert> {
        self.settle_one_board(board, first_round)
    }

    /// Settles an account in a settled board; again is nothing.
    /// # Errors: MarketBoardNotSettled
    pub fn settle_account(&mut self, account: B256, board: u16) -> Result<I256, Revert> {
        self.settle_one_account(account, board)
    }

    /// Follows what LPs put in or take out. Vault program only.
    /// # Errors: CallerNotAllowed
    pub fn record_lp_flow(&mut self, flow_atoms: I256) -> Result<(), Revert> {
        only(self.vm(), self.store.vault.get())?;
        let scale = self.store.scale()?;
        let flow = atoms(flow_atoms).and_then(|flow| scale.money_floor(flow).map_err(pricing_error))?;
        let capital = self.store.capital().after_lp_flow(flow).map_err(pricing_error)?;
        self.store.set_capital(&capital)
    }

    /// What the legs cost now.
    /// # Errors: as `trade`, but for those of an account
    pub fn quote(&self, legs: Vec<Leg>) -> Result<Quote, Revert> {
        self.offer(&legs).map(|offer| quote_of(&offer))
    }

    /// The vault's whole book, live.
    /// # Errors: Oracle.., MarketNumberOutOfDomain
    pub fn book(&self) -> Result<Book, Revert> {
        self.live_book()
    }

    /// The net asset value for the vault program.
    /// # Errors: Oracle.., MarketNumberOutOfDomain
    pub fn nav(&self) -> Result<Nav, Revert> {
        self.vault_nav()
    }

    /// Ids of the boards that are not settled, by rising expiry.
    pub fn live_boards(&self) -> Vec<u16> {
        self.show_live_boards()
    }

    /// A board.
    /// # Errors: MarketBoardUnknown
    pub fn board(&self, id: u16) -> Result<Board, Revert> {
        self.show_board(id)
    }

    /// An account's sizes in a board, call and put of each strike in turn.
    /// # Errors: MarketBoardUnknown
    pub fn positions(&self, account: B256, board: u16) -> Result<Vec<I256>, Revert> {
        self.show_positions(account, board)
    }

    /// Boards an account holds anything in.
    pub fn account_boards(&self, account: B256) -> Vec<u16> {
        self.show_account_boards(account)
    }

    /// The parameters in force.
    pub fn parameters(&self) -> Parameters {
        parameters_of(&self.store.parameters())
    }

    /// The owner.
    pub fn owner(&self) -> Address {
        self.ownership.owner()
    }

    /// Offers the ownership to `successor`. Owner only.
    /// # Errors: CallerNotOwner
    pub fn transfer_ownership(&mut self, successor: Address) -> Result<(), Revert> {
        self.ownership.offer(successor)
    }

    /// Takes an ownership that was offered.
    /// # Errors: CallerNotOwner
    pub fn accept_ownership(&mut self) -> Result<(), Revert> {
        self.ownership.accept()
    }
}
