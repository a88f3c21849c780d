//! Everything that anybody can do from outside, as plain data.
//!
//! An action names actors, boards and amounts by small numbers that are taken modulo what there is when it is done: so
//! any list of actions can be run, and a part of a list that failed can be run again.

use serde::{Deserialize, Serialize};

pub mod hedging;

pub use hedging::HedgeAction;

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

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    // The market
    Trade {
        by: Who,
        of: Of,
        legs: Vec<LegOf>,
        limit: Limit,
    },
    Close {
        by: Who,
        of: Of,
        board: u8,
        thousandths: u16,
    },
    /// Opens, and closes in parts, in one market state: never profits.
    RoundTrip {
        by: Who,
        legs: Vec<LegOf>,
        parts: u8,
    },
    /// The same legs whole and in parts: parts never cost less. Nothing of it stays.
    Split {
        by: Who,
        legs: Vec<LegOf>,
    },
    /// Trades units with the vault and units with a maker who has signed for them.
    Share {
        by: Who,
        of: Of,
        maker: Of,
        legs: Vec<LegOf>,
        units: (u8, u8),
        is_forged: bool,
    },
    TransferLongs {
        by: Who,
        from: Of,
        to: Of,
        board: u8,
        place: u8,
        thousandths: u16,
    },
    /// Has the breakers look.
    Poke {
        by: Who,
    },
    /// By the owner, who is the guardian, or by somebody else.
    Tighten {
        by: Option<Who>,
        state: u8,
    },
    // Cash
    Deposit {
        by: Who,
        to: Option<Of>,
        atoms: u64,
    },
    DepositPermit {
        by: Who,
        atoms: u64,
        is_forged: bool,
    },
    DepositInsurance {
        by: Who,
        atoms: u64,
    },
    Withdraw {
        by: Who,
        of: Option<Of>,
        to: Who,
        amount: Amount,
    },
    TransferCash {
        by: Who,
        from: Of,
        to: Of,
        amount: Amount,
    },
    SetOperator {
        by: Who,
        operator: Who,
        secs: u32,
    },
    SignOperator {
        by: Who,
        operator: Who,
        secs: u32,
        is_forged: bool,
    },
    // Liquidation
    StartAuction {
        by: Who,
        target: Target,
    },
    Bid {
        by: Who,
        to: Of,
        target: Target,
        share: u16,
        is_free: bool,
    },
    EndAuction {
        by: Who,
        target: Target,
    },
    TakeOver {
        by: Who,
        target: Target,
    },
    Deleverage {
        by: Who,
        target: Target,
        counter: Of,
    },
    CoverBadDebt {
        by: Who,
        target: Target,
    },
    // LP capital: of the senior tranche or the junior
    RequestDeposit {
        by: Who,
        is_senior: bool,
        atoms: u64,
    },
    RequestRedeem {
        by: Who,
        is_senior: bool,
        thousandths: u16,
    },
    CancelDeposit {
        by: Who,
        of: Who,
        is_senior: bool,
    },
    CancelRedeem {
        by: Who,
        of: Who,
        is_senior: bool,
    },
    ClaimDeposit {
        by: Who,
        of: Who,
        is_senior: bool,
        thousandths: u16,
        is_mint: bool,
    },
    ClaimRedeem {
        by: Who,
        of: Who,
        is_senior: bool,
        thousandths: u16,
        is_withdraw: bool,
    },
    ClaimReturned {
        by: Who,
        of: Who,
        is_senior: bool,
    },
    Collect {
        by: Who,
        of: Who,
        is_senior: bool,
    },
    ShareTransfer {
        by: Who,
        to: Who,
        is_senior: bool,
        thousandths: u16,
    },
    ShareTransferFrom {
        by: Who,
        from: Who,
        to: Who,
        is_senior: bool,
        thousandths: u16,
    },
    ShareApprove {
        by: Who,
        spender: Who,
        is_senior: bool,
        thousandths: u16,
    },
    SharePermit {
        by: Who,
        spender: Who,
        is_senior: bool,
        is_forged: bool,
    },
    LpOperator {
        by: Who,
        operator: Who,
        is_senior: bool,
        is_approved: bool,
    },
    ProcessEpoch {
        by: Who,
        is_wrong_round: bool,
    },
    Accrue {
        by: Who,
    },
    PayFees {
        by: Who,
    },
    // Tokens of longs
    Wrap {
        by: Who,
        of: Of,
        board: u8,
        place: u8,
        thousandths: u16,
        to: Who,
    },
    Unwrap {
        by: Who,
        place: u8,
        thousandths: u16,
        to: Of,
    },
    RedeemWrapped {
        by: Who,
        place: u8,
        thousandths: u16,
        to: Of,
    },
    SettleWrapped {
        by: Who,
        board: u8,
    },
    WrappedTransfer {
        by: Who,
        from: Who,
        to: Who,
        place: u8,
        thousandths: u16,
        is_batch: bool,
    },
    WrappedApprove {
        by: Who,
        operator: Who,
        is_approved: bool,
    },
    // The world
    Time(Until),
    Feed(Round),
    Surface {
        level_millionths: i32,
        skew_millionths: i32,
        is_negative: bool,
    },
    List {
        secs: u32,
        step: u8,
    },
    SettleBoard {
        by: Who,
        board: u8,
        is_wrong_round: bool,
    },
    SettleAccount {
        by: Who,
        of: Of,
        board: u8,
    },
    /// Of the board that the vault owes for, if there is one.
    FixRatio {
        by: Who,
        board: u8,
    },
    Donate {
        by: Who,
        to: u8,
        atoms: u64,
    },
    // The owner
    SetParameters {
        seed: u32,
        count: u8,
    },
    SetMarginParameters {
        seed: u32,
        count: u8,
    },
    SetTerms {
        seed: u32,
    },
    SetCorrelation {
        millionths: u32,
    },
    SetInsuranceFloor {
        tokens: u32,
    },
    /// A call that is for others, by a stranger.
    Stranger {
        by: Who,
        call: u8,
    },
    Hedge(HedgeAction),
}

impl Action {
    /// The names of all there are.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().chain(hedging::NAMES)
    }

    /// Whether the breakers look at it, or are told by it.
    pub const fn has_breakers_look(&self) -> bool {
        use Action::{Close, Poke, RoundTrip, Share, Tighten, Trade};
        matches!(self, Trade { .. } | Close { .. } | RoundTrip { .. } | Share { .. } | Poke { .. } | Tighten { .. })
    }

    /// Its name, as it is counted and replayed.
    pub fn name(&self) -> String {
        let told = match self {
            Self::Hedge(action) => format!("{action:?}"),
            action => format!("{action:?}"),
        };
        told.split([' ', '(', '{']).next().unwrap_or_default().to_owned()
    }
}

/// Every action by name: what coverage is counted by.
const NAMES: [&str; 57] = [
    "Trade",
    "Close",
    "RoundTrip",
    "Split",
    "Share",
    "TransferLongs",
    "Poke",
    "Tighten",
    "Deposit",
    "DepositPermit",
    "DepositInsurance",
    "Withdraw",
    "TransferCash",
    "SetOperator",
    "SignOperator",
    "StartAuction",
    "Bid",
    "EndAuction",
    "TakeOver",
    "Deleverage",
    "CoverBadDebt",
    "RequestDeposit",
    "RequestRedeem",
    "CancelDeposit",
    "CancelRedeem",
    "ClaimDeposit",
    "ClaimRedeem",
    "ClaimReturned",
    "Collect",
    "ShareTransfer",
    "ShareTransferFrom",
    "ShareApprove",
    "SharePermit",
    "LpOperator",
    "ProcessEpoch",
    "Accrue",
    "PayFees",
    "Wrap",
    "Unwrap",
    "RedeemWrapped",
    "SettleWrapped",
    "WrappedTransfer",
    "WrappedApprove",
    "Time",
    "Feed",
    "Surface",
    "List",
    "SettleBoard",
    "SettleAccount",
    "FixRatio",
    "Donate",
    "SetParameters",
    "SetMarginParameters",
    "SetTerms",
    "SetCorrelation",
    "SetInsuranceFloor",
    "Stranger",
];
