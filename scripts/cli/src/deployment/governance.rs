//! Governance: the token, the timelock, the governor, and the registry through which they change numbers.

use alloy_primitives::{keccak256, Address, B256, U256};
use alloy_sol_types::SolValue;
use equipoise_interfaces::{IParameters, ITuned};

use super::{Deployer, House, NOBODY};
use crate::error::CliError;
use crate::governance::abi::ITimelock;
use crate::governance::GroupName;

/// Who governs a house and its markets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Governance {
    /// The token that votes.
    pub token: Address,
    /// The timelock.
    pub timelock: Address,
    /// The governor.
    pub governor: Address,
    /// The parameters' registry, a proxy.
    pub registry: Address,
}

impl Deployer<'_> {
    /// Deploys governance, whose tokens the owner gets, and hands the numbers of a house and its markets over to it. Of the
    /// timelock the owner keeps nothing. The programs themselves he still owns: he offers them to the timelock, and the
    /// first vote accepts.
    /// # Inputs: tokens in 1e-18
    /// # Errors: [`CliError`]
    pub fn governance(
        &mut self,
        house: &House,
        markets: &[Address],
        guardian: Address,
        supply: U256,
    ) -> Result<Governance, CliError> {
        let owner = self.owner;
        let token = self.create("EquipoiseToken", &(owner, supply).abi_encode_params())?;
        let timelock = self.create("EquipoiseTimelock", &(guardian, owner).abi_encode_params())?;
        let governor = self.create("EquipoiseGovernor", &(token, timelock).abi_encode_params())?;
        let role = keccak256("PROPOSER_ROLE");
        self.send(timelock, &ITimelock::grantRoleCall { role, account: governor })?;
        self.send(timelock, &ITimelock::renounceRoleCall { role: B256::ZERO, account: owner })?;
        let arguments = |owner| (owner, timelock, house.clearing).abi_encode_params();
        let implementation = self.constructed("parameters", &arguments(NOBODY))?;
        let registry = self.proxy(implementation, &arguments(owner))?;
        let house = [(house.clearing, GroupName::Offset), (house.vault, GroupName::Vault)];
        let markets = markets.iter().map(|market| (*market, GroupName::Market));
        for (target, group) in house.into_iter().chain(markets) {
            self.send(target, &ITuned::nameRegistryCall { program: registry })?;
            self.send(registry, &IParameters::registerCall { target, kind: group.kind() })?;
        }
        Ok(Governance { token, timelock, governor, registry })
    }
}
