//! Accounts below their maintenance margin: an auction, bids of the liquidator, and who pays what is missing.
//!
//! Every account with a short option is checked at every price, which then holds for a quarter of an hour, and every minute
//! of that in the last four hours of an expiry. An auction
//! starts when it is found below maintenance. The liquidator asks for a tenth of the maintenance margin, so he bids 400
//! seconds later, at that price still. While the market is halted nothing starts and nobody bids.

use equipoise_math::Fx;
use equipoise_risk::auction::{Auction, AuctionError, Bid, Health, Stage};
use equipoise_risk::breakers::{allows, Action};
use equipoise_risk::margin::MarginState;
use equipoise_risk::units::{Atoms, Money};
use equipoise_risk::RiskError;
use equipoise_simulate::Refusal;

use crate::accounts::{share_floor, LIQUIDATOR};
use crate::explain::{count, Parts};
use crate::market::Market;

/// The discount has reached what the liquidator asks for after so long.
const BID_SECS: u64 = 400;
/// A bid that takes whatever cures, at any price.
const ANY: Bid = Bid { most_share: Fx::ONE, most_price: Money::from_fx(Fx::MAX) };

fn refused(error: AuctionError) -> Refusal {
    match error {
        AuctionError::Risk(error) => Refusal::Number(error),
        _ => Refusal::Number(RiskError::Math),
    }
}

impl Market<'_> {
    /// Starts auctions and bids in those that run.
    pub(crate) fn liquidate_accounts(&mut self) -> Result<(), Refusal> {
        if !allows(self.guard.state(self.venue.now()), Action::Liquidate) {
            return Ok(());
        }
        for place in 0..LIQUIDATOR {
            if self.accounts[place].auction.is_none() && self.accounts[place].trader.is_short() {
                self.start_auction(place)?;
            }
            self.bid(place)?;
        }
        Ok(())
    }

    fn health(&self, place: usize) -> Result<(Health, MarginState), Refusal> {
        let margin = self.accounts[place].margin_after(&self.venue, &[], Atoms::ZERO, &self.shocks)?;
        Ok((margin.health()?, margin.state()))
    }

    fn start_auction(&mut self, place: usize) -> Result<(), Refusal> {
        let (health, state) = self.health(place)?;
        if state != MarginState::Liquidatable {
            return Ok(());
        }
        let now = self.venue.now();
        let (auction, penalty) = Auction::start(now, Some(0), health).map_err(refused)?;
        let penalty = self.venue.scale().atoms_floor(penalty)?;
        let account = &mut self.accounts[place];
        account.trader.cash = account.trader.cash.minus(penalty)?;
        account.auction = Some(auction);
        self.insurance = self.insurance.plus(penalty)?;
        self.tally.day.liquidations += 1;
        Ok(())
    }

    fn bid(&mut self, place: usize) -> Result<(), Refusal> {
        let Some(auction) = self.accounts[place].auction else { return Ok(()) };
        let auction = auction.at(self.venue.now() + BID_SECS, Some(0));
        let (health, _) = self.health(place)?;
        if self.accounts[place].trader.is_flat() || auction.stage(health)? == Stage::Cured {
            self.accounts[place].auction = None;
            return Ok(());
        }
        let fill = auction.filled(health, ANY).map_err(refused)?;
        self.tally.day.bids += 1;
        let scale = self.venue.scale();
        let [to_account, to_insurance, from_backstop] = [
            scale.atoms_ceil(fill.to_account)?,
            scale.atoms_ceil(fill.to_insurance)?,
            scale.atoms_floor(fill.from_backstop)?,
        ];
        let (account, liquidator) = {
            let (accounts, last) = self.accounts.split_at_mut(LIQUIDATOR);
            (&mut accounts[place], &mut last[0])
        };
        let cash = share_floor(account.trader.cash, fill.share, scale)?;
        account.trader.cash = account.trader.cash.minus(cash)?.plus(to_account)?;
        let paid = to_account.plus(to_insurance)?;
        liquidator.trader.cash = liquidator.trader.cash.plus(cash)?.minus(paid)?;
        self.venue.move_share(&mut account.trader, &mut liquidator.trader, fill.share)?;
        account.auction = (!fill.is_over).then_some(fill.auction);
        self.insurance = self.insurance.plus(to_insurance)?;
        let hole = scale.atoms_ceil(Money::ZERO.minus(health.equity.scaled_floor(fill.share)?)?)?.max(Atoms::ZERO);
        self.tally.day.bad_debt_atoms += count(hole);
        self.pay_backstop(LIQUIDATOR, from_backstop)?;
        self.accounts[LIQUIDATOR].top_up(&self.venue, &self.shocks)
    }

    /// Covers what an account owes that has nothing left.
    pub(crate) fn cover(&mut self, place: usize, debt: Atoms) -> Result<(), Refusal> {
        self.tally.day.bad_debt_atoms += count(debt);
        self.pay_backstop(place, debt)
    }

    /// Pays an account from insurance, then from the vault's tranches.
    fn pay_backstop(&mut self, place: usize, amount: Atoms) -> Result<(), Refusal> {
        if amount <= Atoms::ZERO {
            return Ok(());
        }
        let nav = Atoms::new(i128::from(self.ledger.nav));
        let losses = self.waterfall.absorb(amount, self.insurance, nav).map_err(|_| RiskError::Math)?;
        let by_vault = losses.junior.plus(losses.senior)?;
        self.insurance = self.insurance.minus(losses.insurance)?;
        self.venue.receive(by_vault.negated()?)?;
        let account = &mut self.accounts[place].trader;
        account.cash = account.cash.plus(losses.insurance)?.plus(by_vault)?;
        self.unpaid = self.unpaid.plus(losses.unpaid)?;
        self.remark(Parts { backstop: -count(by_vault), ..Parts::default() })
    }
}
