//! Positions into tokens, tokens into positions, and tokens into cash.

use alloy_primitives::{Address, B256, U256};
use equipoise_interfaces::account::owner;
use equipoise_interfaces::series::Series;
use equipoise_interfaces::{
    ERC1155InvalidReceiver, IClearing, IMarket, OptionRedeemed, OptionUnwrapped, OptionWrapped, WrappedBoardSettled,
    WrapperBoardNotSettled, WrapperBoardSettled, WrapperLotsOutOfRange, WrapperNothingToRedeem,
    WrapperReceiverNotOwner,
};
use equipoise_kit::lean::{call, log, revert};
use equipoise_kit::number::from_u128;
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::metadata::{metadata_uri, Terms};
use crate::peers::{id_of, series_of, NOBODY};
use crate::program::{symbol, Wrapper};
use crate::redemption::{intrinsic_wad, total_weight, Redemption};
use crate::slots::Place;
use crate::supply::{place_of, Supplies, MOST_LOTS, SUPPLY_SLOTS};

impl Wrapper {
    /// Moves longs out of an account and mints tokens. The caller is the account's owner or his operator, and the
    /// owner has made the wrapper his operator. Operators in the clearing house cannot take what they operate, and cannot
    /// here: they wrap for the owner only.
    /// # Errors: WrapperSeriesUnknown, WrapperLotsOutOfRange, ERC1155InvalidReceiver, WrapperBoardSettled,
    /// WrapperCallerNotAuthorised, WrapperReceiverNotOwner, the market's, the receiver's own
    pub(crate) fn wrap(&mut self, from: B256, id: U256, lots: U256, to: Address) -> Result<(), Revert> {
        let series = series_of(id)?;
        let lots = whole_lots(lots)?;
        if to == NOBODY {
            return Err(revert(&ERC1155InvalidReceiver { receiver: to }));
        }
        self.require_open(series.board)?;
        self.require_authority(from)?;
        let owner = owner(from);
        if self.vm().msg_sender() != owner && to != owner {
            return Err(revert(&WrapperReceiverNotOwner { receiver: to, owner }));
        }
        let account = self.account_of(series.board);
        self.move_longs(from, account, series.id(), lots)?;

        self.change_supply(series, |supply| supply.checked_add(lots))?;
        let value = U256::from(lots);
        self.credit(to, series.id(), value);
        self.tell_transfer(NOBODY, to, id, value);
        log(self.vm(), &OptionWrapped { account: from, series: series.id(), to, lots: value });
        self.offer(NOBODY, to, (id, value), &[])
    }

    /// Burns the caller's tokens and moves longs into an account, of which he is the owner or an operator and whose
    /// owner has made the wrapper his operator: nobody is given positions that he does not ask for.
    /// # Errors: WrapperSeriesUnknown, WrapperLotsOutOfRange, WrapperBoardSettled, WrapperCallerNotAuthorised,
    /// ERC1155InsufficientBalance, the market's
    pub(crate) fn unwrap(&mut self, id: U256, lots: U256, to: B256) -> Result<(), Revert> {
        let series = series_of(id)?;
        let lots = whole_lots(lots)?;
        self.require_open(series.board)?;
        self.require_authority(to)?;
        self.burn(series, lots)?;
        let (from, value) = (self.vm().msg_sender(), U256::from(lots));
        log(self.vm(), &OptionUnwrapped { account: to, series: series.id(), from, lots: value });
        let account = self.account_of(series.board);
        self.move_longs(account, to, series.id(), lots)
    }

    /// Burns the caller's tokens, all for the largest number, and pays their part of what the board received.
    /// # Returns: what is paid, in atoms. # Rounding: down
    /// # Errors: WrapperSeriesUnknown, WrapperLotsOutOfRange, WrapperNothingToRedeem, ERC1155InsufficientBalance,
    /// those of `settle` and the clearing house
    pub(crate) fn redeem(&mut self, id: U256, lots: U256, to: B256) -> Result<U256, Revert> {
        let series = series_of(id)?;
        let from = self.vm().msg_sender();
        let lots = if lots == U256::MAX { self.balance_of(from, id) } else { lots };
        let lots = whole_lots(lots)?;
        self.settle(series.board)?;
        let payout = self.payout(series, lots)?;
        let value = U256::from(lots);
        if payout.is_zero() {
            return Err(revert(&WrapperNothingToRedeem { series: series.id(), lots: value }));
        }
        self.burn(series, lots)?;
        let event = OptionRedeemed { account: to, series: series.id(), from, lots: value, payoutAtoms: payout };
        log(self.vm(), &event);
        let account = self.account_of(series.board);
        let clearing = self.peer(Place::Clearing);
        call(self, clearing, &IClearing::transferCashCall { from: account, to, amountAtoms: payout })?;
        Ok(payout)
    }

    /// Settles what is wrapped of a board and fixes what its tokens share. What is fixed once stays so.
    /// # Returns: what the board's account received, in atoms
    /// # Errors: the market's: unknown, not settled; the clearing house's
    pub(crate) fn settle(&mut self, board: u16) -> Result<U256, Revert> {
        if let Some(redemption) = self.redemption(board) {
            return Ok(from_u128(redemption.received_atoms()));
        }
        let account = self.account_of(board);
        let market = self.peer(Place::Market);
        // Anybody may have settled the account before, so that what counts is the cash and not the answer.
        call(self, market, &IMarket::settleAccountCall { account, board })?;
        let received = self.cash_of(account)?;
        let listed = self.board(board)?;
        let price = self.narrow_price(listed.settlementPriceWad)?;
        let strikes = self.strikes(board)?;
        let mut supplies = Vec::new();
        for slot in 0..SUPPLY_SLOTS {
            supplies.extend(self.supplies(board, slot).lanes());
        }
        let redemption = total_weight(&supplies, &strikes, price).and_then(|weight| Redemption::fix(received, weight));
        let redemption = redemption.ok_or_else(|| out_of_range(U256::MAX))?;
        self.save(self.redemption_key(board), B256::new(redemption.to_slot()));
        let received_atoms = from_u128(received);
        let event =
            WrappedBoardSettled { board, receivedAtoms: received_atoms, settlementPriceWad: listed.settlementPriceWad };
        log(self.vm(), &event);
        Ok(received_atoms)
    }

    /// What tokens get once their board is settled here.
    /// # Rounding: down. Errors: WrapperSeriesUnknown, WrapperLotsOutOfRange, WrapperBoardNotSettled
    pub(crate) fn preview_redeem(&self, id: U256, lots: U256) -> Result<U256, Revert> {
        self.payout(series_of(id)?, whole_lots(lots)?)
    }

    /// A token's metadata.
    /// # Errors: WrapperSeriesUnknown, the market's
    pub(crate) fn uri(&self, id: U256) -> Result<Vec<u8>, Revert> {
        let series = series_of(id)?;
        let expiry = self.board(series.board)?.expiry;
        let strike_wad = self.strike_of(series)?;
        let underlying = self.underlying();
        Ok(metadata_uri(Terms { underlying: symbol(&underlying), strike_wad, expiry, is_put: series.is_put }))
    }

    /// How many lots of a series are wrapped.
    pub(crate) fn supply_of(&self, id: U256) -> U256 {
        let Some(series) = id_of(id).and_then(Series::from_id) else {
            return U256::ZERO;
        };
        let (slot, lane) = place_of(series);
        U256::from(self.supplies(series.board, slot).lots(lane))
    }

    fn payout(&self, series: Series, lots: u32) -> Result<U256, Revert> {
        let board = series.board;
        let redemption = self.redemption(board).ok_or_else(|| revert(&WrapperBoardNotSettled { board }))?;
        let strike = self.strike_of(series)?;
        let price = self.narrow_price(self.board(board)?.settlementPriceWad)?;
        let intrinsic = intrinsic_wad(price, strike, series.is_put);
        let payout = redemption.payout_down(lots, intrinsic).ok_or_else(|| out_of_range(U256::from(lots)))?;
        Ok(from_u128(payout))
    }

    fn redemption(&self, board: u16) -> Option<Redemption> {
        Redemption::from_slot(self.load(self.redemption_key(board)).0)
    }

    /// Fails once what is wrapped of a board is settled: positions no longer stand behind its tokens.
    fn require_open(&self, board: u16) -> Result<(), Revert> {
        if self.redemption(board).is_some() {
            return Err(revert(&WrapperBoardSettled { board }));
        }
        Ok(())
    }

    /// Burns tokens of the caller.
    fn burn(&mut self, series: Series, lots: u32) -> Result<(), Revert> {
        let (from, id, value) = (self.vm().msg_sender(), U256::from(series.id()), U256::from(lots));
        self.debit(from, id, value)?;
        // Every balance is part of the supply.
        self.change_supply(series, |supply| supply.checked_sub(lots))?;
        self.tell_transfer(from, NOBODY, id, value);
        Ok(())
    }

    fn change_supply(&mut self, series: Series, change: impl Fn(u32) -> Option<u32>) -> Result<(), Revert> {
        let (slot, lane) = place_of(series);
        let supplies = self.supplies(series.board, slot);
        let lots = change(supplies.lots(lane)).filter(|lots| *lots <= MOST_LOTS);
        let lots = lots.ok_or_else(|| out_of_range(U256::from(supplies.lots(lane))))?;
        let after = B256::new(supplies.with(lane, lots).to_slot());
        self.save(self.supplies_key(series.board, slot), after);
        Ok(())
    }

    fn supplies(&self, board: u16, slot: u8) -> Supplies {
        Supplies::from_slot(self.load(self.supplies_key(board, slot)).0)
    }
}

/// Lots that a position can have: at least one.
/// # Errors: WrapperLotsOutOfRange
fn whole_lots(lots: U256) -> Result<u32, Revert> {
    let whole = id_of(lots).filter(|lots| (1..=MOST_LOTS).contains(lots));
    whole.ok_or_else(|| out_of_range(lots))
}

#[cold]
fn out_of_range(lots: U256) -> Revert {
    revert(&WrapperLotsOutOfRange { lots, mostLots: U256::from(MOST_LOTS) })
}
