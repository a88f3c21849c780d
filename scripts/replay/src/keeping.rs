//! What keepers do at the start of each candle: list, post, settle; and once a day the books.

use equipoise_math::Fx;
use equipoise_risk::units::{Atoms, Price};
use equipoise_simulate::{Refusal, Trader};

use crate::accounts::LIQUIDATOR;
use crate::days::Day;
use crate::explain::{count, to_atoms, Parts};
use crate::listing::{expiries, strikes};
use crate::market::{price, Market};
use crate::path::Candle;
use crate::surface::Posted;

const DAY_SECS: u64 = 86_400;
const YEAR_SECS: f64 = 31_536_000.0;
/// The surface is posted after this time, or when spot or a volatility has moved so far.
const POST_SECS: u64 = 6 * 3_600;
const POST_MOVE: f64 = 0.02;
const POST_POINTS: f64 = 0.01;
const THIRTY_DAYS: f64 = 30.0 / 365.0;
/// Standard deviations of a price at expiry are capped here when strikes are chosen.
const WIDEST: f64 = 0.4;

impl Market<'_> {
    /// Lists what should live, posts the surface if it is due, reads the vault's own margin.
    pub(crate) fn keep(&mut self, candle: &Candle) -> Result<(), Refusal> {
        let (now, spot) = (candle.at, candle.point.open);
        let fresh = self.setup.source.at(now, spot, self.realised);
        let mut is_new = false;
        for expiry in expiries(now) {
            if self.venue.boards().iter().any(|board| board.expiry == expiry) {
                continue;
            }
            let years = (expiry - now) as f64 / YEAR_SECS;
            let chosen = strikes(spot, fresh.theta(years).sqrt().min(WIDEST));
            let chosen: Vec<Price> = chosen.into_iter().map(price).collect();
            self.venue.list(expiry, fresh.slice(expiry), &chosen);
            is_new = true;
        }
        let moved = libm::log(spot / self.posted_spot).abs();
        let change = self.change_of_vol(&fresh);
        if is_new || now >= self.posted_at + POST_SECS || moved > POST_MOVE || change.abs() > POST_POINTS {
            for place in 0..self.venue.boards().len() {
                let board = &self.venue.boards()[place];
                if !board.is_settled() && board.expiry > now {
                    let slice = fresh.slice(board.expiry);
                    self.venue.post(place, slice);
                }
            }
            self.guard.posted(change);
            self.venue.set_variance(Fx::from_num(fresh.reference_variance()));
            (self.posted_at, self.posted_spot, self.posted) = (now, spot, fresh);
            self.remark_by(|vega| Parts { vega, ..Parts::default() })?;
        }
        self.venue.prepare_marks()
    }

    /// How far volatility at thirty days has moved since the last post.
    fn change_of_vol(&self, fresh: &Posted) -> f64 {
        fresh.vol(THIRTY_DAYS) - self.posted.vol(THIRTY_DAYS)
    }

    /// Settles what has expired, and covers accounts that are left owing.
    pub(crate) fn settle_expired(&mut self, average: f64) -> Result<(), Refusal> {
        let now = self.venue.now();
        let expired: Vec<usize> = (0..self.venue.boards().len())
            .filter(|place| {
                let board = &self.venue.boards()[*place];
                !board.is_settled() && board.expiry <= now
            })
            .collect();
        for place in expired {
            let before = self.cash_of_all()?;
            let mut traders: Vec<&mut Trader> = self.accounts.iter_mut().map(|account| &mut account.trader).collect();
            self.venue.settle(place, price(average), &mut traders)?;
            self.dust += count(before.minus(self.cash_of_all()?)?);
            self.tally.day.settled += 1;
            self.remark_by(|settlement| Parts { settlement, ..Parts::default() })?;
            for place in 0..LIQUIDATOR {
                let hole = self.accounts[place].hole();
                if hole < Atoms::ZERO {
                    self.accounts[place].auction = None;
                    self.cover(place, hole.negated()?)?;
                }
            }
        }
        Ok(())
    }

    /// All cash there is in the clearing house.
    pub(crate) fn cash_of_all(&self) -> Result<Atoms, Refusal> {
        let mut sum = self.venue.cash().plus(self.insurance)?.plus(self.outside)?;
        for account in &self.accounts {
            sum = sum.plus(account.trader.cash)?;
        }
        Ok(sum)
    }

    /// What has been paid in less what has been taken out, in atoms.
    pub(crate) fn paid_in(&self) -> Result<Atoms, Refusal> {
        let capital = Atoms::new(i128::from(to_atoms(self.setup.capital)));
        let mut sum = capital;
        for account in &self.accounts {
            sum = sum.plus(account.paid_in)?;
        }
        Ok(sum)
    }

    /// Closes the books of a day.
    /// # Inputs: when its last candle began
    pub(crate) fn end_day(&mut self, candle_at: u64) -> Result<(), Refusal> {
        let Self { accounts, venue, shocks, .. } = self;
        for account in accounts.iter_mut().take(LIQUIDATOR) {
            account.withdraw(venue, shocks)?;
        }
        accounts[LIQUIDATOR].top_up(venue, shocks)?;
        accounts[LIQUIDATOR].withdraw(venue, shocks)?;
        let now = self.venue.now();
        let nav = Atoms::new(i128::from(self.ledger.nav));
        self.waterfall = self.waterfall.at(now, nav)?;
        let split = self.waterfall.split(nav)?;
        let spot = self.venue.spot().fx().to_num::<f64>();
        let mark = self.mark;
        let hedge = self.venue.hedge().to_num::<f64>();
        let earned = self.hedge_earned()?;
        let hedge_pnl_atoms = earned - std::mem::replace(&mut self.hedge_pnl, earned);
        self.days.push(Day {
            at: candle_at / DAY_SECS * DAY_SECS,
            spot,
            vol: self.posted.vol(THIRTY_DAYS),
            nav_atoms: self.ledger.nav,
            junior_atoms: count(split.junior),
            reserve_atoms: count(self.venue.reserve().balance),
            insurance_atoms: count(self.insurance),
            dollar_delta: (mark.delta + hedge) * spot,
            option_delta: mark.delta * spot,
            dollar_gamma: mark.gamma * spot * spot,
            vega: mark.vega,
            theta: mark.theta,
            hedge_units: hedge,
            hedge_pnl_atoms,
            long: mark.long,
            short: mark.short,
            series: mark.series,
            regime: self.guard.conditions.regime.regime as u8,
            parts: self.ledger.take(),
            counts: self.tally.take(self.guard.all_trips(), self.guard.stopped_secs),
        });
        Ok(())
    }
}
