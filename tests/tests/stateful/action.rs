//! Everything that anybody can do from outside, as plain data.
//!
//! An action names actors, boards and amounts by small numbers that are taken modulo what there is when it is done: so
//! any list of actions can be run, and a part of a list that failed can be run again.

use serde::{Deserialize, Serialize};

pub mod hedging;
mod names;
mod parts;

pub use hedging::HedgeAction;
use names::NAMES;
pub use parts::{Amount, LegOf, Limit, Of, Round, Size, Target, Until, Who};

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
    /// What follows is done in the other market, if there are two. It is counted as nothing.
    Turn,
}

impl Action {
    /// The names of all there are.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().chain(hedging::NAMES)
    }

    /// Whether the breakers look at it, or are told by it.
    pub const fn has_breakers_look(&self) -> bool {
        use Action::{Close, Poke, RoundTrip, Share, Tighten, Trade};
        let is_options = matches!(self, Self::Hedge(HedgeAction::HedgeOptions { .. }));
        is_options
            || matches!(
                self,
                Trade { .. } | Close { .. } | RoundTrip { .. } | Share { .. } | Poke { .. } | Tighten { .. }
            )
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
