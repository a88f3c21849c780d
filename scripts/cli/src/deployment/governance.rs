//! Governance: the token, the timelock, the governor, and the registry through which they change numbers.

use alloy_primitives::{b256, Address, B256, U256};
use equipoise_interfaces::{IParameters, ITuned};

use super::{Arguments, Deployer, GovernancePlan, House, NOBODY};
use crate::error::CliError;
use crate::governance::abi::ITimelock;
use crate::governance::GroupName;

/// `keccak256("PROPOSER_ROLE")`, as OpenZeppelin's timelock has it.
pub const PROPOSER_ROLE: B256 = b256!("b09aa5aeb3702cfd50b6b62bc4532604938f21248a27a1d5ca736082b6819cc1");

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
        let holder = self.owner;
        self.governance_for(house, markets, &GovernancePlan { guardian, holder, supply })
    }

    /// The same, with the tokens in somebody's hands.
    /// # Errors: [`CliError`]
    pub fn governance_for(
        &mut self,
        house: &House,
        markets: &[Address],
        plan: &GovernancePlan,
    ) -> Result<Governance, CliError> {
        let owner = self.owner;
        let arguments = Arguments::new().with("holder", plan.holder).with("supply", plan.supply);
        let token = self.create("token", "EquipoiseToken", arguments)?;
        let arguments = Arguments::new().with("guardian", plan.guardian).with("admin", owner);
        let timelock = self.create("timelock", "EquipoiseTimelock", arguments)?;
        let arguments = Arguments::new().with("token", token).with("timelock", timelock);
        let governor = self.create("governor", "EquipoiseGovernor", arguments)?;
        let role = PROPOSER_ROLE;
        self.send("let governor propose", timelock, &ITimelock::grantRoleCall { role, account: governor })?;
        let renounce = ITimelock::renounceRoleCall { role: B256::ZERO, account: owner };
        self.send("renounce timelock", timelock, &renounce)?;
        let arguments = |owner: Address| {
            let owned = Arguments::new().with("owner", owner).with("governor", timelock);
            owned.with("clearing", house.clearing)
        };
        let implementation = self.implementation("parameters", arguments(NOBODY))?;
        let registry = self.proxy("parameters", "parameters", implementation, arguments(owner))?;
        let house = [("clearing", house.clearing, GroupName::Offset), ("vault", house.vault, GroupName::Vault)];
        for (name, target, group) in house {
            self.govern(name, target, registry, group)?;
        }
        for (number, target) in markets.iter().enumerate() {
            self.govern(&format!("market {number}"), *target, registry, GroupName::Market)?;
        }
        Ok(Governance { token, timelock, governor, registry })
    }

    /// Has votes change a program's numbers from now on, and nobody else.
    /// # Errors: [`CliError`]
    pub fn govern(&mut self, name: &str, target: Address, registry: Address, group: GroupName) -> Result<(), CliError> {
        let named = ITuned::nameRegistryCall { program: registry };
        self.send(&format!("name registry of {name}"), target, &named)?;
        let register = IParameters::registerCall { target, kind: group.kind() };
        self.send(&format!("register {name} for votes"), registry, &register)
    }
}
