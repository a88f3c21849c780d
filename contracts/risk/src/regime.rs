//! The regime of the market.

use crate::millionths::Millionths;

/// How wild the market is against what options price in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Regime {
    /// Less moves than options price in.
    Calm,
    /// About as much.
    #[default]
    Normal,
    /// Much more.
    Stressed,
    /// Several times as much.
    Crisis,
}

impl Regime {
    /// By how much it widens the spread: 1, 1.25, 2 or 4.
    pub const fn factor(self) -> Millionths {
        Millionths::from_raw(match self {
            Self::Calm => 1_000_000,
            Self::Normal => 1_250_000,
            Self::Stressed => 2_000_000,
            Self::Crisis => 4_000_000,
        })
    }
}
