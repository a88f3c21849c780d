//! The parameters' registry as a client sees it.

use alloy_primitives::Address;
use equipoise_interfaces::{IParameters, TargetRegistered, Tuning};
use equipoise_risk::governed::{Authority, Change, Numbers, Refusal};

use super::client::Client;
use super::error::GovernanceError;
use super::numbers::{bounds, decimal, refusal, GroupName};

/// A registry on a chain.
#[derive(Clone, Copy, Debug)]
pub struct Registry<'a> {
    client: &'a Client,
    /// Where it is.
    pub address: Address,
}

/// Numbers of a group to be set.
#[derive(Clone, Debug)]
pub struct Intent {
    /// The program that keeps them.
    pub target: Address,
    /// Which group.
    pub group: GroupName,
    /// The numbers.
    pub tunings: Vec<Tuning>,
}

impl<'a> Registry<'a> {
    /// The registry at an address.
    pub const fn new(client: &'a Client, address: Address) -> Self {
        Self { client, address }
    }

    /// Every registered program with its groups.
    /// # Errors: [`GovernanceError`]
    pub fn groups(&self) -> Result<Vec<(Address, GroupName)>, GovernanceError> {
        let told = self.client.events::<TargetRegistered>(self.address)?;
        let groups = told.into_iter().flat_map(|event| {
            let of_kind = GroupName::ALL.into_iter().filter(move |group| group.kind() == event.kind);
            of_kind.map(move |group| (event.target, group))
        });
        Ok(groups.collect())
    }

    /// The program whose numbers are meant.
    /// # Errors: [`GovernanceError::TargetAmbiguous`] if none is named and not exactly one has the group
    pub fn target(&self, named: Option<Address>, group: GroupName) -> Result<Address, GovernanceError> {
        if let Some(target) = named {
            return Ok(target);
        }
        let groups = self.groups()?;
        let found: Vec<_> = groups.into_iter().filter(|(_, each)| *each == group).collect();
        match found.as_slice() {
            [(target, _)] => Ok(*target),
            _ => Err(GovernanceError::TargetAmbiguous { group: group.text().to_owned(), found: found.len() }),
        }
    }

    /// A group's numbers, and when votes changed them.
    /// # Errors: [`GovernanceError`]
    pub fn numbers(&self, target: Address, group: GroupName) -> Result<Numbers, GovernanceError> {
        let number = group.number();
        let values = self.client.view(self.address, &IParameters::valuesCall { target, group: number })?;
        let times = self.client.view(self.address, &IParameters::changedAtCall { target, group: number })?;
        let mut numbers = Numbers::unchanged(&values);
        for (place, time) in numbers.changed_at.iter_mut().zip(times) {
            *place = time;
        }
        Ok(numbers)
    }

    /// What a change of numbers does, line by line, and why it would be refused now.
    /// # Errors: [`GovernanceError`]
    pub fn explain(
        &self,
        intent: &Intent,
        authority: Authority,
    ) -> Result<(Vec<String>, Option<Refusal>), GovernanceError> {
        let numbers = self.numbers(intent.target, intent.group)?;
        let changes: Vec<Change> = intent.tunings.iter().map(change_of).collect();
        let line = |change: &Change| {
            let name = intent.group.name(change.parameter);
            let current = numbers.values.get(change.parameter).copied().unwrap_or_default();
            let ruled = intent.group.group().rule(change.parameter).map(|rule| bounds(&rule, current));
            let new = decimal(change.value);
            format!(
                "  {} {name}: {} -> {new}  ({})",
                intent.group.text(),
                decimal(current),
                ruled.unwrap_or_else(|| "no such number".to_owned())
            )
        };
        let lines = changes.iter().map(line).collect();
        let refused = intent.group.group().change(&numbers, &changes, self.client.now()?, authority).err();
        Ok((lines, refused))
    }

    /// The same as one text, with what it comes to.
    /// # Errors: [`GovernanceError`]
    pub fn describe(&self, intent: &Intent, authority: Authority) -> Result<(String, bool), GovernanceError> {
        let (lines, refused) = self.explain(intent, authority)?;
        let verdict = refused.map_or_else(
            || "  passes as things are now".to_owned(),
            |refused| format!("  would be refused now: {}", refusal(intent.group, refused)),
        );
        Ok((format!("program {}\n{}\n{verdict}\n", intent.target, lines.join("\n")), refused.is_none()))
    }
}

fn change_of(tuning: &Tuning) -> Change {
    Change { parameter: tuning.parameter.into(), value: tuning.millionths }
}
