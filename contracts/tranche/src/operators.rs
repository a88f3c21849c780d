//! Who may act for whom.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::{ITranche, TrancheNotOperator};
use equipoise_kit::lean::{log, revert};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::Tranche;

impl Tranche {
    /// Lets an operator act for the caller, or no longer.
    /// # Returns: true, as ERC-7540 wants
    pub(crate) fn set_operator(&mut self, operator: Address, approved: bool) -> bool {
        let controller = self.vm().msg_sender();
        let mut operators = self.slots.operators.at_mut(controller.into_word());
        operators.at_mut(operator.into_word()).set_number(U256::from(approved));
        log(self.vm(), &ITranche::OperatorSet { controller, operator, approved });
        true
    }

    /// Whether one may act for another.
    pub(crate) fn is_operator(&self, controller: Address, operator: Address) -> bool {
        !self.slots.operators.at(controller.into_word()).at(operator.into_word()).get().is_zero()
    }

    /// Whether the caller may act for somebody.
    pub(crate) fn may_act_for(&self, controller: Address) -> bool {
        let caller = self.vm().msg_sender();
        caller == controller || self.is_operator(controller, caller)
    }

    /// Fails unless the caller may act for somebody.
    /// # Errors: TrancheNotOperator
    pub(crate) fn require_may_act_for(&self, controller: Address) -> Result<(), Revert> {
        if self.may_act_for(controller) {
            return Ok(());
        }
        Err(revert(&TrancheNotOperator { caller: self.vm().msg_sender(), controller }))
    }
}
