//! What LPs earn, explained: every change of the net asset value is one of these parts, and the parts add up to it exactly.

use equipoise_risk::units::Atoms;
use serde::Serialize;

/// What the vault's value changed by, in atoms of the stablecoin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Parts {
    /// Spot moved: the delta of options and hedge at the start of the move.
    pub delta: i64,
    /// Spot moved: half of gamma times the square of the move.
    pub gamma: i64,
    /// Time passed at one spot and one surface.
    pub theta: i64,
    /// A surface was posted at one spot and time.
    pub vega: i64,
    /// Half spreads that traders paid.
    pub spread: i64,
    /// Fees that traders paid, less insurance's share.
    pub fees: i64,
    /// Charges for risk as they are released from the skew reserve, less rebates, and what hedges have drawn from it.
    pub skew: i64,
    /// Costs of the hedge.
    pub hedge_cost: i64,
    /// Payoffs at the settlement price against the marks before.
    pub settlement: i64,
    /// What the vault paid for bankrupt accounts.
    pub backstop: i64,
    /// The rest: higher orders of moves, and rounding.
    pub residual: i64,
}

/// How many parts there are.
pub const COUNT: usize = 11;
/// Their names, in the order of [`Parts::to_array`].
pub const NAMES: [&str; COUNT] =
    ["delta", "gamma", "theta", "vega", "spread", "fees", "skew", "hedge cost", "settlement", "backstop", "residual"];

impl Parts {
    /// All of them.
    pub const fn to_array(self) -> [i64; COUNT] {
        let Self { delta, gamma, theta, vega, spread, fees, skew, hedge_cost, settlement, backstop, residual } = self;
        [delta, gamma, theta, vega, spread, fees, skew, hedge_cost, settlement, backstop, residual]
    }

    /// Their sum.
    pub fn total(self) -> i64 {
        self.to_array().into_iter().sum()
    }

    /// Both.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            delta: self.delta + other.delta,
            gamma: self.gamma + other.gamma,
            theta: self.theta + other.theta,
            vega: self.vega + other.vega,
            spread: self.spread + other.spread,
            fees: self.fees + other.fees,
            skew: self.skew + other.skew,
            hedge_cost: self.hedge_cost + other.hedge_cost,
            settlement: self.settlement + other.settlement,
            backstop: self.backstop + other.backstop,
            residual: self.residual + other.residual,
        }
    }
}

/// The net asset value and what has made it.
#[derive(Clone, Copy, Debug)]
pub struct Ledger {
    /// The net asset value, in atoms.
    pub nav: i64,
    /// Since the last [`Ledger::take`].
    parts: Parts,
}

impl Ledger {
    /// Starts at a value.
    pub fn new(nav: i64) -> Self {
        Self { nav, parts: Parts::default() }
    }

    /// The value is another one now. What the known parts do not explain is residual.
    pub fn moved(&mut self, nav: i64, known: Parts) {
        let residual = nav - self.nav - known.total();
        self.parts = self.parts.plus(known).plus(Parts { residual, ..Parts::default() });
        self.nav = nav;
    }

    /// The value is another one now, all of it for one reason.
    /// # Inputs: which part of [`Parts`] it is
    pub fn moved_by(&mut self, nav: i64, reason: impl FnOnce(i64) -> Parts) {
        let change = nav - self.nav;
        self.moved(nav, reason(change));
    }

    /// The parts since the last call.
    pub fn take(&mut self) -> Parts {
        std::mem::take(&mut self.parts)
    }
}

/// An amount of atoms as an integer of 64 bits; a vault of nine trillion dollars is the end of it.
pub fn count(atoms: Atoms) -> i64 {
    i64::try_from(atoms.count()).unwrap_or(i64::MAX)
}

/// Quote units as atoms of a token with six decimals, to the nearest.
pub fn to_atoms(amount: f64) -> i64 {
    (amount * 1e6).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_add_up_to_the_change_and_the_residual_is_what_is_left() {
        let mut ledger = Ledger::new(1_000);
        ledger.moved(1_070, Parts { delta: 50, gamma: -10, ..Parts::default() });
        ledger.moved(1_065, Parts { theta: -5, ..Parts::default() });
        let parts = ledger.take();
        assert_eq!((parts.total(), parts.residual, parts.theta), (65, 30, -5));
        assert_eq!(parts.to_array().into_iter().sum::<i64>(), 65);
        assert_eq!((ledger.take(), ledger.nav), (Parts::default(), 1_065));
    }

    #[test]
    fn adding_parts_adds_each() {
        let mut next = 0;
        let mut one = || {
            next += 1;
            next
        };
        let parts = Parts {
            delta: one(),
            gamma: one(),
            theta: one(),
            vega: one(),
            spread: one(),
            fees: one(),
            skew: one(),
            hedge_cost: one(),
            settlement: one(),
            backstop: one(),
            residual: one(),
        };
        let doubled: Vec<i64> = parts.to_array().iter().map(|part| 2 * part).collect();
        assert_eq!(parts.plus(parts).to_array().to_vec(), doubled);
        assert_eq!(parts.total(), 66);
    }
}
