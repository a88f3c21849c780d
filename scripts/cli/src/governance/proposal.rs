//! Proposals: made, found again, and decoded.

use std::fmt::Write;

use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::IParameters;
use equipoise_risk::governed::Authority;

use super::abi::{IGovernor, ITimelock};
use super::client::Client;
use super::error::GovernanceError;
use super::numbers::GroupName;
use super::registry::{Intent, Registry};

/// States of a proposal as the governor numbers them.
const STATES: [&str; 8] = ["pending", "active", "canceled", "defeated", "succeeded", "queued", "expired", "executed"];
/// Units of the vote token in one.
const TOKEN: u128 = 1_000_000_000_000_000_000;

/// A proposal's calls.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// Its id.
    pub id: U256,
    targets: Vec<Address>,
    values: Vec<U256>,
    calldatas: Vec<Bytes>,
    description: String,
}

/// Proposes to change numbers.
/// # Returns: the proposal's id
/// # Errors: [`GovernanceError`]
pub fn propose(
    client: &Client,
    (governor, registry): (Address, Address),
    intents: &[Intent],
    description: &str,
) -> Result<U256, GovernanceError> {
    let calldata = |intent: &Intent| {
        let Intent { target, group, tunings } = intent;
        let call = IParameters::changeCall { target: *target, group: group.number(), changes: tunings.clone() };
        Bytes::from(call.abi_encode())
    };
    let call = IGovernor::proposeCall {
        targets: vec![registry; intents.len()],
        values: vec![U256::ZERO; intents.len()],
        calldatas: intents.iter().map(calldata).collect(),
        description: description.to_owned(),
    };
    let receipt = client.send(governor, &call)?;
    let created = receipt.inner.logs().iter().find_map(|log| log.log_decode::<IGovernor::ProposalCreated>().ok());
    let id = created.map(|event| event.inner.data.proposalId);
    id.ok_or(GovernanceError::Answer { call: IGovernor::proposeCall::SIGNATURE, contract: governor })
}

impl Proposal {
    /// Finds a proposal by its id in what the governor has told.
    /// # Errors: [`GovernanceError::ProposalUnknown`]
    pub fn find(client: &Client, governor: Address, id: U256) -> Result<Self, GovernanceError> {
        let told = client.events::<IGovernor::ProposalCreated>(governor)?;
        let event = told.into_iter().find(|event| event.proposalId == id);
        let event = event.ok_or(GovernanceError::ProposalUnknown(id))?;
        let IGovernor::ProposalCreated { targets, values, calldatas, description, .. } = event;
        Ok(Self { id, targets, values, calldatas, description })
    }

    /// The call that queues it.
    pub fn queue(&self) -> IGovernor::queueCall {
        IGovernor::queueCall {
            targets: self.targets.clone(),
            values: self.values.clone(),
            calldatas: self.calldatas.clone(),
            descriptionHash: self.hash(),
        }
    }

    /// The call that executes it.
    pub fn execute(&self) -> IGovernor::executeCall {
        IGovernor::executeCall {
            targets: self.targets.clone(),
            values: self.values.clone(),
            calldatas: self.calldatas.clone(),
            descriptionHash: self.hash(),
        }
    }

    fn hash(&self) -> B256 {
        keccak256(&self.description)
    }

    /// Where it stands, and what each of its calls does.
    /// # Errors: [`GovernanceError`]
    pub fn show(&self, client: &Client, governor: Address) -> Result<String, GovernanceError> {
        let id = self.id;
        let state = state(client, governor, id)?;
        let snapshot = client.view(governor, &IGovernor::proposalSnapshotCall { proposalId: id })?;
        let deadline = client.view(governor, &IGovernor::proposalDeadlineCall { proposalId: id })?;
        let eta = client.view(governor, &IGovernor::proposalEtaCall { proposalId: id })?;
        let votes = client.view(governor, &IGovernor::proposalVotesCall { proposalId: id })?;
        let mut text = format!("proposal {id}\n{}\nstate    {state}\n", self.description);
        // Writing to a string cannot fail.
        writeln!(text, "votes    from {snapshot} to {deadline} (unix seconds)").ok();
        let counts = [votes.forVotes, votes.againstVotes, votes.abstainVotes].map(tokens);
        writeln!(text, "         for {}, against {}, abstain {}", counts[0], counts[1], counts[2]).ok();
        if snapshot < U256::from(client.now()?) {
            let quorum = client.view(governor, &IGovernor::quorumCall { timepoint: snapshot })?;
            writeln!(text, "         quorum {}", tokens(quorum)).ok();
        }
        if !eta.is_zero() {
            writeln!(text, "timelock from {eta} on, for two weeks").ok();
        }
        for (target, data) in self.targets.iter().zip(&self.calldatas) {
            text.push_str(&shown(client, *target, data)?);
        }
        Ok(text)
    }
}

/// A proposal's state in words.
/// # Errors: [`GovernanceError`]
pub fn state(client: &Client, governor: Address, id: U256) -> Result<&'static str, GovernanceError> {
    let state = client.view(governor, &IGovernor::stateCall { proposalId: id })?;
    Ok(STATES.get(usize::from(state)).copied().unwrap_or("unknown"))
}

/// One call of a proposal.
fn shown(client: &Client, target: Address, data: &Bytes) -> Result<String, GovernanceError> {
    if let Ok(call) = IParameters::changeCall::abi_decode(data) {
        if let Some(group) = GroupName::of(call.group) {
            let intent = Intent { target: call.target, group, tunings: call.changes };
            return Ok(Registry::new(client, target).describe(&intent, Authority::Governor)?.0);
        }
    }
    if let Ok(call) = IParameters::setFeeRecipientCall::abi_decode(data) {
        return Ok(format!("program {}\n  fees go to {}\n", call.target, call.recipient));
    }
    if let Ok(call) = ITimelock::replaceGuardianCall::abi_decode(data) {
        return Ok(format!("timelock {target}\n  the guardian is replaced by {}\n", call.successor));
    }
    Ok(format!("program {target}\n  is called with {data}\n"))
}

fn tokens(units: U256) -> U256 {
    units / U256::from(TOKEN)
}
