//! What legs move, step by step as the hedger goes: what is borrowed, filled and repaid.

use equipoise_interfaces::HedgeLeg;
use equipoise_risk::rebalance::HedgeTerm;
use equipoise_risk::units::{Atoms, Money, Price};

use super::hedging::{quote_of, units_floor};
use super::lender::Account;
use super::pool::Pool;
use super::scale;
use crate::action::hedging::Where;
use crate::fixture::narrow;
use crate::slots::hedging::Hedger;

/// What is there before a rebalance, and what its solver delivers beyond what is asked for.
#[derive(Clone, Copy)]
pub struct Before<'a> {
    pub hedger: &'a Hedger,
    /// At the lender.
    pub account: Account,
    pub spot: Price,
    /// Nothing for a solver who delivers nothing.
    pub beyond: Option<i128>,
}

/// What a rebalance moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Atoms of the underlying that are held less those that are owed, before and after.
    pub before: i128,
    pub after: i128,
    /// Atoms that are held after.
    pub held: u128,
    /// At the lender, after.
    pub account: Account,
    /// Stablecoins by which what lies at the lender becomes more.
    pub posted: i128,
    /// Stablecoins that are paid out, and those that come.
    pub drawn: i128,
    pub come: i128,
    /// Stablecoins that the solver gets for what he delivers.
    pub delivered: i128,
    /// Whether anything is borrowed, and how much is repaid.
    pub borrowed: u128,
    pub repaid: u128,
    pub pool: Option<Pool>,
}

impl Before<'_> {
    /// What lies at a lender who is closed counts for nothing.
    pub fn counted(&self) -> Account {
        if self.hedger.caps[Where::Lender as usize] == 0 {
            return Account::default();
        }
        self.account
    }

    /// What a debt asks for, and what it is worth.
    pub fn collateral(&self, debt: u128) -> (u128, Money) {
        let owed = units_floor(-debt.cast_signed());
        let worth = Money::from_fx(self.spot.scaled_floor(owed).unwrap().fx());
        let ratio = self.hedger.terms.number(HedgeTerm::CollateralRatio).unwrap();
        let posted = scale().atoms_floor(worth.scaled_floor(ratio).unwrap()).unwrap().negated().unwrap();
        (posted.count().unsigned_abs(), Money::ZERO.minus(worth).unwrap())
    }

    /// What legs move; none if somebody cannot do his part.
    pub fn moved(&self, legs: &[(Where, HedgeLeg)]) -> Option<Moved> {
        let account = self.counted();
        let mut moved = Moved {
            before: account.net(self.hedger.atoms),
            after: 0,
            held: 0,
            account,
            posted: 0,
            drawn: 0,
            come: 0,
            delivered: 0,
            borrowed: 0,
            repaid: 0,
            pool: self.hedger.pool,
        };
        let mut held = self.hedger.atoms.cast_signed();
        self.borrow(legs, &mut moved)?;
        held += moved.borrowed.cast_signed();
        for (place, leg) in legs {
            held += self.fill(*place, leg, &mut moved)?;
        }
        moved.held = held.try_into().ok()?;
        self.repay(&mut moved);
        moved.posted = moved.account.collateral.balance().cast_signed() - account.collateral.balance().cast_signed();
        moved.after = moved.account.net(moved.held);
        Some(moved)
    }

    /// What is sold beyond what is held.
    fn borrow(&self, legs: &[(Where, HedgeLeg)], moved: &mut Moved) -> Option<()> {
        let sales = legs.iter().map(|(_, leg)| narrow(leg.quantityAtoms)).filter(|atoms| *atoms < 0);
        let sold: u128 = sales.map(i128::unsigned_abs).sum();
        let borrowed = sold.saturating_sub(self.hedger.atoms);
        if borrowed == 0 {
            return Some(());
        }
        let (needed, worth) = self.collateral(moved.account.debt.balance() + borrowed);
        let cap = self.hedger.caps[Where::Lender as usize];
        if cap == 0 || crate::native::wad_of(worth.fx()).into_raw() > alloy_primitives::U256::from(cap) {
            return None;
        }
        let posted = needed.saturating_sub(moved.account.collateral.balance());
        if posted != 0 {
            moved.account.collateral.grow(posted);
        }
        moved.account.debt.grow(borrowed);
        moved.borrowed = borrowed;
        moved.drawn += posted.cast_signed();
        Some(())
    }

    /// # Returns: what is held more of the underlying
    fn fill(&self, place: Where, leg: &HedgeLeg, moved: &mut Moved) -> Option<i128> {
        let (atoms, quote) = (narrow(leg.quantityAtoms), quote_of(leg));
        let is_buy = atoms > 0;
        moved.drawn += if is_buy { quote } else { 0 };
        match place {
            Where::Solver => {
                let beyond = self.beyond.filter(|beyond| *beyond >= 0)?;
                moved.come += if is_buy { 0 } else { quote + beyond };
                moved.delivered += if is_buy { quote } else { -quote - beyond };
                Some(if is_buy { atoms + beyond } else { atoms })
            }
            Where::Pool => {
                let pool = moved.pool.as_mut()?;
                let atoms = atoms.unsigned_abs();
                let swapped = if is_buy { pool.buy(atoms) } else { pool.sell(atoms) }?.cast_signed();
                let left = if is_buy { quote - swapped } else { swapped - quote };
                if left < 0 {
                    return None;
                }
                moved.come += if is_buy { left } else { swapped };
                Some(narrow(leg.quantityAtoms))
            }
            Where::Lender | Where::Nowhere => None,
        }
    }

    /// What is held goes back to the lender first, and he gives back what lies with him beyond what the rest asks for.
    fn repay(&self, moved: &mut Moved) {
        let account = &mut moved.account;
        if account.debt.balance() == 0 {
            return;
        }
        let repaid = account.debt.balance().min(moved.held);
        if repaid == 0 {
            return;
        }
        let (left, lies) = (account.debt.balance() - repaid, account.collateral.balance());
        let freed = if left == 0 { lies } else { lies.saturating_sub(self.collateral(left).0) };
        account.debt.shrink(repaid);
        if freed != 0 {
            account.collateral.shrink(freed);
            moved.come += freed.cast_signed();
        }
        moved.held -= repaid;
        moved.repaid = repaid;
    }
}

/// What a hedge is worth with what lies at the lender.
pub fn worth_floor(held: u128, account: &Account, spot: Price) -> Money {
    let units = Money::from_fx(spot.scaled_floor(units_floor(account.net(held))).unwrap().fx());
    units.plus(scale().money_floor(Atoms::new(account.collateral.balance().cast_signed())).unwrap()).unwrap()
}
