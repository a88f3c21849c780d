//! The command `parameters`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use alloy_primitives::Address;
use equipoise_interfaces::{IParameters, Tuning};
use equipoise_risk::governed::Authority;
use serde::{Deserialize, Serialize};

use super::args::{ParametersAction, ParametersArguments};
use super::client::Client;
use super::error::GovernanceError;
use super::numbers::{decimal, parse, GroupName};
use super::proposal::propose;
use super::registry::{Intent, Registry};

/// Every number of every registered program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Export {
    /// The chain.
    pub chain_id: u64,
    /// The registry.
    pub registry: Address,
    /// The programs' groups.
    pub groups: Vec<ExportedGroup>,
}

/// The numbers of a program's group, by name, as decimals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedGroup {
    /// The program.
    pub target: Address,
    /// The group's name.
    pub group: String,
    /// The numbers.
    pub values: BTreeMap<String, String>,
}

/// Does what was asked.
/// # Returns: what to print
/// # Errors: [`GovernanceError`]
pub fn run(arguments: &ParametersArguments) -> Result<String, GovernanceError> {
    let client = Client::new(&arguments.connection.url, arguments.connection.key.as_deref())?;
    let registry = Registry::new(&client, arguments.registry);
    match &arguments.action {
        ParametersAction::Export { json } => {
            let text = encoded(&export(&client, &registry)?);
            let Some(path) = json else { return Ok(text) };
            fs::write(path, text).map_err(|cause| GovernanceError::File { path: path.clone(), cause })?;
            Ok(String::new())
        }
        ParametersAction::Check { file } => Ok(checked(&client, &registry, file)?.0),
        ParametersAction::Import { file, governor, describe } => {
            let (text, intents) = checked(&client, &registry, file)?;
            if intents.is_empty() {
                return Err(GovernanceError::NothingToChange);
            }
            let id = propose(&client, (*governor, registry.address), &intents, describe)?;
            Ok(format!("{text}proposal {id}\n"))
        }
        ParametersAction::Tighten { target, group, set } => {
            let target = registry.target(*target, *group)?;
            let intent = Intent { target, group: *group, tunings: group.tunings(set)? };
            let (text, passes) = registry.describe(&intent, Authority::Guardian)?;
            if !passes {
                anstream::eprintln!("{text}");
                return Err(GovernanceError::Refused(1));
            }
            let changes = intent.tunings;
            client.send(registry.address, &IParameters::tightenCall { target, group: group.number(), changes })?;
            Ok(text)
        }
    }
}

/// What is set now.
fn export(client: &Client, registry: &Registry<'_>) -> Result<Export, GovernanceError> {
    let group = |(target, group): (Address, GroupName)| {
        let numbers = registry.numbers(target, group)?;
        let values = group.names().into_iter().zip(numbers.values).map(|(name, value)| (name, decimal(value)));
        Ok(ExportedGroup { target, group: group.text().to_owned(), values: values.collect() })
    };
    let groups = registry.groups()?.into_iter().map(group).collect::<Result<_, GovernanceError>>()?;
    Ok(Export { chain_id: client.chain_id()?, registry: registry.address, groups })
}

fn encoded(export: &Export) -> String {
    // A struct of texts and numbers can always be encoded.
    serde_json::to_string_pretty(export).map(|text| format!("{text}\n")).unwrap_or_default()
}

/// What a file changes, in words and as calls.
/// # Errors: [`GovernanceError::Refused`] if a vote on it would fail
fn checked(client: &Client, registry: &Registry<'_>, file: &Path) -> Result<(String, Vec<Intent>), GovernanceError> {
    let wanted = read(file)?;
    let here = [("chain", wanted.chain_id.to_string(), client.chain_id()?.to_string())];
    let registries = [("registry", wanted.registry.to_string(), registry.address.to_string())];
    for (what, found, expected) in here.into_iter().chain(registries) {
        if found != expected {
            return Err(GovernanceError::Elsewhere { path: file.to_owned(), what, found, expected });
        }
    }
    let (mut text, mut intents, mut refused) = (String::new(), Vec::new(), 0);
    for group in &wanted.groups {
        let Some(intent) = difference(registry, file, group)? else { continue };
        let (lines, passes) = registry.describe(&intent, Authority::Governor)?;
        refused += usize::from(!passes);
        text.push_str(&lines);
        intents.push(intent);
    }
    if refused > 0 {
        anstream::eprintln!("{text}");
        return Err(GovernanceError::Refused(refused));
    }
    if intents.is_empty() {
        text.push_str("nothing differs from what is set\n");
    }
    Ok((text, intents))
}

fn read(file: &Path) -> Result<Export, GovernanceError> {
    let text = fs::read_to_string(file).map_err(|cause| GovernanceError::File { path: file.to_owned(), cause })?;
    let problem =
        |error: serde_json::Error| GovernanceError::Format { path: file.to_owned(), problem: error.to_string() };
    serde_json::from_str(&text).map_err(problem)
}

/// The numbers of a group that differ from what is set.
fn difference(registry: &Registry<'_>, file: &Path, wanted: &ExportedGroup) -> Result<Option<Intent>, GovernanceError> {
    let unknown = || {
        let problem = format!("there is no group `{}`", wanted.group);
        GovernanceError::Format { path: file.to_owned(), problem }
    };
    let group = GroupName::ALL.into_iter().find(|group| group.text() == wanted.group).ok_or_else(unknown)?;
    let numbers = registry.numbers(wanted.target, group)?;
    let mut tunings = Vec::new();
    for (name, value) in &wanted.values {
        let (parameter, millionths) = (group.place(name)?, parse(value)?);
        if numbers.values.get(usize::from(parameter)) != Some(&millionths) {
            tunings.push(Tuning { parameter, millionths });
        }
    }
    tunings.sort_by_key(|tuning| tuning.parameter);
    Ok((!tunings.is_empty()).then_some(Intent { target: wanted.target, group, tunings }))
}
