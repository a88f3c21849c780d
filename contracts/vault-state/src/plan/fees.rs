//! Fees: a share of the net asset value for the time, and a share of what a junior share has gained beyond its best.

use equipoise_kit::number::mul_div_down;
use equipoise_kit::shares::{VIRTUAL_ATOMS, VIRTUAL_SHARES};
use equipoise_risk::millionths::Millionths;
use equipoise_risk::units::Atoms;
use equipoise_risk::waterfall::LONGEST_PAUSE_SECS;
use equipoise_risk::RiskError;

use super::{signed, unsigned, Capital, Terms, Worth};

/// The price of a share in an empty tranche, times 2^64.
pub const BASE_PRICE_X64: u128 = ONE_X64 / VIRTUAL_SHARES;

const ONE_X64: u128 = 1 << 64;
const MILLION: u128 = 1_000_000;
/// A year in millionths of a second: 365 days.
const YEAR_MILLIONTHS: u128 = 365 * 86_400 * MILLION;

impl Capital {
    /// Charges what is due, out of the junior's value at the bid and what may be paid. The rest is waived.
    /// # Rounding: down, for the LPs
    /// # Errors: Math, Overflow
    pub(super) fn charge(self, terms: &Terms, worth: &Worth, junior_supply: u128) -> Result<(Self, Atoms), RiskError> {
        let junior = unsigned(self.sides(worth)?.bid.junior);
        let managed = self.management(terms, worth);
        let price = junior.saturating_sub(managed).saturating_add(VIRTUAL_ATOMS);
        // A price past the range is the best there can be: nothing gains on it, and nothing stops.
        let price_x64 = mul_div_down(price, ONE_X64, junior_supply.saturating_add(VIRTUAL_SHARES)).unwrap_or(u128::MAX);
        let best = self.high_water_x64.max(BASE_PRICE_X64);
        let gained = mul_div_down(price_x64.saturating_sub(best), junior_supply, ONE_X64).unwrap_or(0);
        let performed = part_down(gained, terms.performance_fee);
        let fee = managed.saturating_add(performed).min(junior).min(unsigned(worth.redeemable));
        let charged = Self { charged_at: worth.now, high_water_x64: best.max(price_x64), ..self };
        Ok((charged, signed(fee)?))
    }

    fn management(&self, terms: &Terms, worth: &Worth) -> u128 {
        if self.charged_at == 0 {
            return 0;
        }
        let elapsed = worth.now.saturating_sub(self.charged_at).min(LONGEST_PAUSE_SECS);
        // 32 bits times 22.
        let share = u128::from(elapsed).saturating_mul(u128::from(terms.management_fee.raw()));
        mul_div_down(unsigned(worth.nav), share, YEAR_MILLIONTHS).unwrap_or(0)
    }
}

fn part_down(atoms: u128, part: Millionths) -> u128 {
    mul_div_down(atoms, u128::from(part.raw()), MILLION).unwrap_or(0)
}
