//! What a trade does to an account, as the ledger is told of it.

use alloy_primitives::B256;
use equipoise_interfaces::account::Holds;
use equipoise_interfaces::{Moment, Report};
use equipoise_kit::Revert;
use equipoise_risk::units::Lots;

use crate::assessment::{margin_of, NO_MARGIN};
use crate::store::Store;

/// What a trade does to an account's positions, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Shorts shrink, and nothing else changes.
    Unwinds,
    /// Longs shrink too, which may have stood against shorts.
    Sells,
    /// Something grows.
    Opens,
}

impl Effect {
    /// Of one series.
    pub fn of(held: Lots, next: Lots) -> Self {
        if !held.is_reduced_by_going_to(next) {
            Self::Opens
        } else if next < held {
            Self::Sells
        } else {
            Self::Unwinds
        }
    }
}

/// What the ledger is told of an account: its margin only where it counts, if it is short here. Who sells a long and stays
/// short does not reduce: he needs what he would need to open the short by itself.
/// # Errors: NotWired, the assessor's
pub fn report(store: &Store, moment: &Moment, account: B256, effect: Effect) -> Result<Report, Revert> {
    let holds = store.account_boards(account).holds();
    let is_reducing = match effect {
        Effect::Unwinds => true,
        Effect::Sells => holds != Holds::Short,
        Effect::Opens => false,
    };
    let margin = if holds == Holds::Short { margin_of(store, moment, account)? } else { NO_MARGIN };
    Ok(Report { holds: holds.number(), isReducing: is_reducing, margin })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_shrinks_towards_nothing_reduces() {
        let of = |held, next| Effect::of(Lots::new(held), Lots::new(next));
        for (held, next) in [(-5, -4), (-5, 0), (0, 0), (7, 7)] {
            assert_eq!(of(held, next), Effect::Unwinds, "{held} to {next}");
        }
        assert_eq!([of(5, 4), of(5, 0)], [Effect::Sells; 2]);
        for (held, next) in [(5, 6), (-5, -6), (5, -1), (-5, 1), (0, 1), (0, -1)] {
            assert_eq!(of(held, next), Effect::Opens, "{held} to {next}");
        }
    }
}
