//! What the registry shows.

use alloc::vec::Vec;

use alloy_primitives::Address;
use equipoise_interfaces::{ParametersTargetUnknown, TuningRule};
use equipoise_kit::lean::revert;
use equipoise_kit::Revert;
use equipoise_risk::governed::{Binds, Group, Riskier, Rule, Step};

use crate::program::Registry;

/// What is ruled about each number of a group.
/// # Errors: ParametersTargetUnknown
pub fn rules(group: u8) -> Result<Vec<TuningRule>, Revert> {
    let unknown = || revert(&ParametersTargetUnknown { target: Address::ZERO, group });
    let group = Group::numbered(group).ok_or_else(unknown)?;
    Ok(ruled(group).map(|rule| shown(&rule)).collect())
}

impl Registry {
    /// A group's numbers in millionths.
    /// # Errors: ParametersTargetUnknown, CallFailed
    pub(crate) fn values(&self, target: Address, group: u8) -> Result<Vec<u32>, Revert> {
        let group = self.group_of(target, group)?;
        Ok(self.numbers(target, group)?.values.into_iter().take(group.count()).collect())
    }

    /// When votes changed a group's numbers, or may change them again.
    /// # Errors: ParametersTargetUnknown, CallFailed
    pub(crate) fn times(&self, target: Address, group: u8, is_next: bool) -> Result<Vec<u64>, Revert> {
        let group = self.group_of(target, group)?;
        let numbers = self.numbers(target, group)?;
        let time = |(rule, changed_at): (Rule, u64)| if is_next { rule.earliest(changed_at) } else { changed_at };
        Ok(ruled(group).zip(numbers.changed_at).map(time).collect())
    }
}

fn ruled(group: Group) -> impl Iterator<Item = Rule> {
    (0..group.count()).filter_map(move |place| group.rule(place))
}

fn shown(rule: &Rule) -> TuningRule {
    let Rule { min, max, default, terms } = *rule;
    let (step, is_relative) = match terms.step {
        Step::Absolute(step) => (step, false),
        Step::Relative(step) => (step, true),
    };
    let riskier = match terms.riskier {
        Riskier::Up => 0,
        Riskier::Down => 1,
        Riskier::Either => 2,
    };
    TuningRule {
        min,
        max,
        initially: default,
        step,
        isRelative: is_relative,
        intervalSecs: terms.interval_secs,
        riskier,
        bindsExisting: terms.binds == Binds::Existing,
    }
}
