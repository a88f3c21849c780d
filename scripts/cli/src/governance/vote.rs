//! The command `vote`.

use alloy_primitives::{hex, Address, Bytes, U256};
use alloy_signer::SignerSync;
use alloy_sol_types::{eip712_domain, SolStruct};
use equipoise_risk::governed::Authority;

use super::abi::{Ballot, IGovernor, ITimelock, IVoteToken};
use super::args::{Support, VoteAction, VoteArguments};
use super::client::Client;
use super::error::GovernanceError;
use super::proposal::{propose, state, Proposal};
use super::registry::{Intent, Registry};

/// Does what was asked.
/// # Returns: what to print
/// # Errors: [`GovernanceError`]
pub fn run(arguments: &VoteArguments) -> Result<String, GovernanceError> {
    let client = Client::new(&arguments.connection.url, arguments.connection.key.as_deref())?;
    let (client, governor) = (&client, arguments.governor);
    match &arguments.action {
        VoteAction::Delegate { to } => delegate(client, governor, *to),
        VoteAction::Propose { registry, target, group, set, describe } => {
            let registry = Registry::new(client, *registry);
            let target = registry.target(*target, *group)?;
            let intent = Intent { target, group: *group, tunings: group.tunings(set)? };
            let (text, passes) = registry.describe(&intent, Authority::Governor)?;
            if !passes {
                anstream::eprintln!("{text}");
                return Err(GovernanceError::Refused(1));
            }
            let id = propose(client, (governor, registry.address), &[intent], describe)?;
            Ok(format!("{text}proposal {id}\n"))
        }
        VoteAction::Cast { proposal, support } => {
            client.send(governor, &IGovernor::castVoteCall { proposalId: *proposal, support: *support as u8 })?;
            tell(client, governor, *proposal)
        }
        VoteAction::Sign { proposal, support } => sign(client, governor, *proposal, *support),
        VoteAction::Relay { proposal, support, voter, signature } => {
            relay(client, governor, (*proposal, *support), (*voter, signature))
        }
        VoteAction::Queue { proposal } => {
            client.send(governor, &Proposal::find(client, governor, *proposal)?.queue())?;
            tell(client, governor, *proposal)
        }
        VoteAction::Execute { proposal } => {
            client.send(governor, &Proposal::find(client, governor, *proposal)?.execute())?;
            tell(client, governor, *proposal)
        }
        VoteAction::Veto { proposal } => {
            let id = client.view(governor, &IGovernor::operationOfCall { proposalId: *proposal })?;
            let timelock = client.view(governor, &IGovernor::timelockCall {})?;
            client.send(timelock, &ITimelock::cancelCall { id })?;
            tell(client, governor, *proposal)
        }
        VoteAction::Show { proposal } => Proposal::find(client, governor, *proposal)?.show(client, governor),
    }
}

fn delegate(client: &Client, governor: Address, to: Option<Address>) -> Result<String, GovernanceError> {
    let delegatee = to.unwrap_or(client.signer()?.address());
    let token = client.view(governor, &IGovernor::tokenCall {})?;
    client.send(token, &IVoteToken::delegateCall { delegatee })?;
    let weight = client.view(token, &IVoteToken::getVotesCall { account: delegatee })?;
    Ok(format!("{delegatee} has a weight of {weight} (1e-18 tokens)\n"))
}

fn sign(client: &Client, governor: Address, id: U256, support: Support) -> Result<String, GovernanceError> {
    let signer = client.signer()?;
    let voter = signer.address();
    let nonce = client.view(governor, &IGovernor::noncesCall { owner: voter })?;
    let domain = eip712_domain! {
        name: "Equipoise Governor",
        version: "1",
        chain_id: client.chain_id()?,
        verifying_contract: governor,
    };
    let ballot = Ballot { proposalId: id, support: support as u8, voter, nonce };
    let signature = signer.sign_hash_sync(&ballot.eip712_signing_hash(&domain)).map_err(|_| GovernanceError::Key)?;
    Ok(format!("{}\n", hex::encode_prefixed(signature.as_bytes())))
}

fn relay(
    client: &Client,
    governor: Address,
    (id, support): (U256, Support),
    (voter, signature): (Address, &Bytes),
) -> Result<String, GovernanceError> {
    let signature = signature.clone();
    let call = IGovernor::castVoteBySigCall { proposalId: id, support: support as u8, voter, signature };
    client.send(governor, &call)?;
    tell(client, governor, id)
}

fn tell(client: &Client, governor: Address, id: U256) -> Result<String, GovernanceError> {
    Ok(format!("proposal {id} is {}\n", state(client, governor, id)?))
}
