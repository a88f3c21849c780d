//! What actions are made of.

use serde::{Deserialize, Serialize};

/// One of the actors, by number.
pub type Who = u8;

/// An account: an actor's first or second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Of(pub Who, pub bool);

/// One leg: place among live boards, place of the strike, put or call, and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegOf {
    pub board: u8,
    pub strike: u8,
    pub is_put: bool,
    pub size: Size,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Size {
    Lots(i32),
    /// A short of so many hundredths of what the account's cash bears.
    Lever(i16),
    /// A long of so many hundredths of what the vault is long of it.
    OfVault(i16),
}

/// A trade's limit: none, what is quoted, or an atom less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Limit {
    None,
    Exact,
    TooTight,
    Late,
}

/// An amount of what there is: thousandths, or atoms whatever there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Amount {
    Part(u16),
    Atoms(u64),
}

/// How far time goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Until {
    Secs(u32),
    /// The start of the next settlement window, less so many seconds.
    Window(u16),
    /// The next expiry, with so many seconds more.
    Expiry(u16),
    /// The cut of the oldest epoch, with so many seconds more.
    Cut(u16),
}

/// What a round of the feed says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Round {
    /// A move in millionths.
    Move(i32),
    /// A move back towards where it began.
    Home,
    /// A round that no price can be read from.
    Zero,
    Negative,
}

/// Whom a step of liquidation is against: one who is in that state, if anybody is, or anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    Fit(u8),
    Any(Of),
}
