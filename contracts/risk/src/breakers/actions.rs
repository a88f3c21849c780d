//! What may be done in each state.

use super::State;

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Trade in a way that is more than closing.
    OpenTrade,
    /// Trade so that every position only shrinks, without crossing zero.
    CloseTrade,
    /// Rebalance the vault's hedge.
    Rebalance,
    /// Bring a price or a surface: what a market recovers by.
    Update,
    /// Pay cash into an account.
    TopUp,
    /// Take cash out of an account that holds positions.
    WithdrawMargin,
    /// Take cash out of an account that holds none.
    WithdrawFree,
    /// Start an auction, bid in it, take over.
    Liquidate,
    /// Ask to enter or leave the vault.
    RequestLp,
    /// Price an epoch of requests.
    PriceEpoch,
    /// Settle an expired board.
    Settle,
    /// Take what is owed: payoffs, filled requests, withdrawals.
    Claim,
}

/// In which states an action is open. When the market is open, all are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The action.
    pub action: Action,
    /// Whether it may be done in reduce-only.
    pub in_reduce_only: bool,
    /// Whether it may be done in a halt.
    pub in_halt: bool,
    /// Whether it also needs [`super::Breakers::is_price_safe`], in any state.
    pub needs_safe_price: bool,
}

const fn always(action: Action) -> Permission {
    Permission { action, in_reduce_only: true, in_halt: true, needs_safe_price: false }
}

const fn until_halt(action: Action, needs_safe_price: bool) -> Permission {
    Permission { action, in_reduce_only: true, in_halt: false, needs_safe_price }
}

/// Every action.
pub const PERMISSIONS: [Permission; 12] = [
    Permission { action: Action::OpenTrade, in_reduce_only: false, in_halt: false, needs_safe_price: true },
    until_halt(Action::CloseTrade, false),
    until_halt(Action::Rebalance, true),
    always(Action::Update),
    always(Action::TopUp),
    until_halt(Action::WithdrawMargin, true),
    always(Action::WithdrawFree),
    until_halt(Action::Liquidate, true),
    always(Action::RequestLp),
    until_halt(Action::PriceEpoch, true),
    always(Action::Settle),
    always(Action::Claim),
];

/// Whether an action may be done in a state, the safety of prices aside.
pub fn allows(state: State, action: Action) -> bool {
    PERMISSIONS.iter().any(|row| {
        row.action == action
            && match state {
                State::Open => true,
                State::ReduceOnly => row.in_reduce_only,
                State::Halted => row.in_halt,
            }
    })
}
