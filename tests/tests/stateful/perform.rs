//! Which action is done where.

use crate::action::Action;
use crate::life::{Life, Outcome};

mod breakers;
mod capital;
mod cash;
mod environment;
mod hedging;
mod liquidation;
mod owner;
mod shared;
mod trading;
mod wrapped;

impl Life {
    /// Does an action on what there is.
    pub fn perform(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Trade { by, of, legs, limit } => self.trade(*by, *of, legs, *limit),
            Action::Close { by, of, board, thousandths } => self.close(*by, *of, *board, *thousandths),
            Action::RoundTrip { by, legs, parts } => self.round_trip(*by, legs, *parts),
            Action::Split { by, legs } => self.split(*by, legs),
            Action::Share { by, of, maker, legs, units, is_forged } => {
                self.share(*by, (*of, *maker), legs, *units, *is_forged)
            }
            Action::TransferLongs { by, from, to, board, place, thousandths } => {
                self.transfer_longs(*by, (*from, *to), (*board, *place, *thousandths))
            }
            Action::Poke { by } => self.poke(*by),
            Action::Tighten { by, state } => self.tighten(*by, *state),
            Action::Time(until) => self.pass(*until),
            Action::Feed(round) => self.round(*round),
            Action::Surface { level_millionths, skew_millionths, is_negative } => {
                self.surface(*level_millionths, *skew_millionths, *is_negative)
            }
            Action::List { secs, step } => self.list(*secs, *step),
            Action::SettleBoard { by, board, is_wrong_round } => self.settle_board(*by, *board, *is_wrong_round),
            Action::SettleAccount { by, of, board } => self.settle_account(*by, *of, *board),
            Action::FixRatio { by, board } => self.fix_ratio(*by, *board),
            Action::Donate { by, to, atoms } => self.donate(*by, *to, *atoms),
            Action::SetParameters { seed, count } => self.set_parameters(*seed, *count),
            Action::SetMarginParameters { seed, count } => self.set_margin_parameters(*seed, *count),
            Action::SetTerms { seed } => self.set_terms(*seed),
            Action::SetCorrelation { millionths } => self.set_correlation(*millionths),
            Action::SetInsuranceFloor { tokens } => self.set_insurance_floor(*tokens),
            Action::Stranger { by, call } => self.stranger(*by, *call),
            Action::Hedge(action) => self.hedge(action),
            _ => self.perform_money(action),
        }
    }

    fn perform_money(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Deposit { by, to, atoms } => self.deposit(*by, *to, *atoms),
            Action::DepositPermit { by, atoms, is_forged } => self.deposit_permit(*by, *atoms, *is_forged),
            Action::DepositInsurance { by, atoms } => self.deposit_insurance(*by, *atoms),
            Action::Withdraw { by, of, to, amount } => self.withdraw(*by, *of, *to, *amount),
            Action::TransferCash { by, from, to, amount } => self.transfer_cash(*by, (*from, *to), *amount),
            Action::SetOperator { by, operator, secs } => self.set_operator(*by, *operator, *secs),
            Action::SignOperator { by, operator, secs, is_forged } => {
                self.sign_operator(*by, *operator, *secs, *is_forged)
            }
            Action::StartAuction { by, target } => self.start_auction(*by, *target),
            Action::Bid { by, to, target, share, is_free } => self.bid((*by, *to), *target, *share, *is_free),
            Action::EndAuction { by, target } => self.end_auction(*by, *target),
            Action::TakeOver { by, target } => self.take_over(*by, *target),
            Action::Deleverage { by, target, counter } => self.deleverage(*by, *target, *counter),
            Action::CoverBadDebt { by, target } => self.cover_bad_debt(*by, *target),
            Action::Wrap { by, of, board, place, thousandths, to } => {
                self.wrap(*by, *of, (*board, *place, *thousandths), *to)
            }
            Action::Unwrap { by, place, thousandths, to } => self.unwrap_tokens(*by, (*place, *thousandths), *to),
            Action::RedeemWrapped { by, place, thousandths, to } => self.redeem(*by, (*place, *thousandths), *to),
            Action::SettleWrapped { by, board } => self.settle_wrapped(*by, *board),
            Action::WrappedTransfer { by, from, to, place, thousandths, is_batch } => {
                self.transfer_tokens(*by, (*from, *to), (*place, *thousandths), *is_batch)
            }
            Action::WrappedApprove { by, operator, is_approved } => self.approve_tokens(*by, *operator, *is_approved),
            _ => self.perform_capital(action),
        }
    }
}
