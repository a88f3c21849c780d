//! What the markets say together.

use alloy_primitives::aliases::U80;
use alloy_primitives::{I256, U256};
use equipoise_interfaces::{IMarket, VaultEpochNotClosed, VaultNumberOutOfRange};
use equipoise_kit::lean::{revert, view};
use equipoise_kit::lock::require_unlocked;
use equipoise_kit::number::{from_i128, from_u128, to_i128, to_u128};
use equipoise_kit::Revert;
use equipoise_risk::units::Atoms;
use stylus_sdk::prelude::*;

use crate::plan::{unsigned, Capital, Worth};
use crate::rounds::move_since;
use crate::Vault;

/// The most markets a vault has.
pub const MOST_MARKETS: usize = 4;

/// A number or more for each market, nothing beyond the last.
pub type Each<T> = [T; MOST_MARKETS];

/// A market's weight, and what can be paid out of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Its part of deposits, against the others' weights.
    pub weight: u32,
    /// What its limits let it pay.
    pub redeemable_atoms: u128,
    /// Its value and its skew reserve: the most that it can come to be worth while it holds no options.
    pub most: Atoms,
}

/// An epoch that is to be priced, and the first round of each market's feed from its cut on.
#[derive(Clone, Copy)]
pub struct Cut<'a> {
    /// The epoch.
    pub epoch: u64,
    /// When it cuts, in unix seconds.
    pub at: u64,
    /// By market.
    pub first_rounds: &'a [U80],
}

/// What all markets say together.
pub struct Survey {
    /// Their value.
    pub worth: Worth,
    /// The oldest spot price.
    pub price_at: u64,
    /// Whether a market waits for a settlement, or for fresh prices.
    pub is_settlement_pending: bool,
    /// Each market's part.
    pub sources: Each<Source>,
}

impl Survey {
    /// That a number does not fit, which starts from the net asset value.
    #[cold]
    pub fn out_of_range(&self) -> Revert {
        out_of_range(from_i128(self.worth.nav.count()))
    }
}

impl Vault {
    /// What all markets say now.
    /// # Inputs: for an epoch its cut: what the feeds have moved since makes the value less certain
    /// # Errors: VaultNumberOutOfRange, VaultEpochNotClosed, VaultRoundNotFirst, the markets' and feeds' own
    pub fn survey(&self, cut: Option<Cut<'_>>) -> Result<Survey, Revert> {
        let now = self.vm().block_timestamp();
        let worth = Worth { now, ..Worth::default() };
        let mut survey = Survey { worth, price_at: u64::MAX, is_settlement_pending: false, sources: Each::default() };
        for (number, source) in (0..self.slots.market_count()).zip(&mut survey.sources) {
            let allocation = self.slots.allocation(number);
            let said = view(self.vm(), allocation.market, &IMarket::navCall {})?;
            let nav = to_i128(said.navAtoms).ok_or_else(|| out_of_range(said.navAtoms))?;
            let mut uncertainty = narrow(said.uncertaintyAtoms);
            if let Some(cut) = cut {
                if said.priceAt < cut.at {
                    return Err(not_closed(cut.epoch, cut.at, said.priceAt));
                }
                let first = cut.first_rounds.get(usize::from(number)).copied().unwrap_or_default();
                let moved = move_since(self.vm(), allocation.oracle, first, cut.at)?;
                uncertainty = uncertainty.saturating_add(moved.of_up(nav.unsigned_abs()));
            }
            let redeemable_atoms = narrow(said.redeemableAtoms);
            let reserve = narrow(said.reserveAtoms);
            let sum = add_up(&survey.worth, nav, [uncertainty, reserve, redeemable_atoms]);
            survey.worth = sum.ok_or_else(|| out_of_range(said.navAtoms))?;
            let most = Atoms::new(nav.saturating_add_unsigned(reserve));
            survey.price_at = survey.price_at.min(said.priceAt);
            survey.is_settlement_pending |= said.isSettlementPending;
            *source = Source { weight: allocation.weight, redeemable_atoms, most };
        }
        Ok(survey)
    }

    /// What the markets say now, and the tranches' state with the claim brought to the present.
    /// # Errors: VaultNumberOutOfRange, the markets' own
    #[inline(never)]
    pub fn present(&self) -> Result<(Survey, Capital), Revert> {
        let survey = self.survey(None)?;
        let capital = self.slots.capital().at(&survey.worth);
        let capital = capital.map_err(|_| survey.out_of_range())?;
        Ok((survey, capital))
    }

    /// Fails while untrusted code runs: what asks the clearing house for nothing else asks it for this.
    /// # Errors: ProgramsLocked
    #[inline(never)]
    pub fn require_unlocked(&self) -> Result<(), Revert> {
        require_unlocked(self.vm(), self.slots.clearing.address())
    }
}

/// The senior's claim, as the ABI shows it.
pub fn claim_of(capital: &Capital) -> U256 {
    from_u128(capital.waterfall.claim_floor().map_or(0, unsigned))
}

/// An amount in the width the vault counts in; what does not fit is as much as can be.
fn narrow(amount: U256) -> u128 {
    to_u128(amount).unwrap_or(u128::MAX)
}

/// Unsigned amounts that do not fit count as the most that can be, for as long as sums of them are safe to take.
fn add_up(worth: &Worth, nav: i128, [uncertainty, reserve, redeemable]: [u128; 3]) -> Option<Worth> {
    let plus = |sum: Atoms, amount: u128| sum.plus(Atoms::new(i128::try_from(amount).ok()?)).ok();
    let most = Atoms::new(i128::MAX);
    Some(Worth {
        nav: worth.nav.plus(Atoms::new(nav)).ok()?,
        uncertainty: plus(worth.uncertainty, uncertainty)?,
        reserve: plus(worth.reserve, reserve)?,
        redeemable: plus(worth.redeemable, redeemable).unwrap_or(most),
        now: worth.now,
    })
}

/// That an epoch cannot be priced yet.
#[cold]
pub fn not_closed(epoch: u64, cut_at: u64, price_at: u64) -> Revert {
    revert(&VaultEpochNotClosed { epoch, cutAt: cut_at, priceAt: price_at })
}

#[cold]
fn out_of_range(nav_atoms: I256) -> Revert {
    revert(&VaultNumberOutOfRange { navAtoms: nav_atoms })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_out_of_range_is_no_value() {
        let worth = Worth { nav: Atoms::new(i128::MAX), ..Worth::default() };
        assert_eq!(add_up(&worth, 1, [0; 3]), None);
        assert_eq!(add_up(&Worth::default(), 1, [u128::MAX, 0, 0]), None);
        let most = add_up(&Worth::default(), 1, [0, 0, u128::MAX]).unwrap();
        assert_eq!(most.redeemable, Atoms::new(i128::MAX));
    }
}
