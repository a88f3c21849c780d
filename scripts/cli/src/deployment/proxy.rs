//! Proxies, and who may upgrade them.

use alloy_primitives::{b256, Address, Bytes, B256};
use alloy_rpc_types_eth::BlockId;
use alloy_sol_types::{sol, SolValue};
use equipoise_chain::Chain;

use super::{construction, contracts, Action, Arguments, Deployer, PartKind};
use crate::error::CliError;

sol! {
    #![sol(abi)]

    /// Upgrades one proxy. Its owner may.
    #[derive(Debug)]
    interface ProxyAdmin {
        function owner() external view returns (address);
        function transferOwnership(address newOwner) external;
        function upgradeAndCall(address proxy, address implementation, bytes data) external payable;
        #[derive(PartialEq, Eq)]
        error OwnableUnauthorizedAccount(address account);
    }
}

/// The contract that all proxies are.
const PROXY: &str = "TransparentUpgradeableProxy";

/// `keccak256("eip1967.proxy.implementation") - 1`.
/// # Source: ERC-1967
pub const IMPLEMENTATION: B256 = b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");
/// `keccak256("eip1967.proxy.admin") - 1`.
/// # Source: ERC-1967
pub const ADMIN: B256 = b256!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103");

/// What a proxy keeps for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProxyState {
    /// The program that it runs.
    pub implementation: Address,
    /// The contract that upgrades it.
    pub admin: Address,
}

impl ProxyState {
    /// Reads it; zeros if there is no proxy.
    /// # Errors: [`CliError::Refused`]
    pub fn of(chain: &Chain, proxy: Address) -> Result<Self, CliError> {
        let read = |slot: B256| chain.storage(proxy, slot.into(), BlockId::latest()).map(Address::from_word);
        Ok(Self { implementation: read(IMPLEMENTATION)?, admin: read(ADMIN)? })
    }
}

impl Deployer<'_> {
    /// Puts a proxy in front of an implementation, and constructs the program in it with these arguments.
    /// # Errors: [`CliError::Reverted`] with what the program's constructor refuses
    pub fn proxy(
        &mut self,
        name: &str,
        program: &'static str,
        implementation: Address,
        arguments: Arguments,
    ) -> Result<Address, CliError> {
        let own: (_, _, Bytes) = (implementation, self.owner, construction(&arguments));
        let code = [contracts::creation_code(PROXY)?, own.abi_encode_params()].concat().into();
        let kind = PartKind::Proxy { implementation };
        self.make(name, program, Action::Create { contract: PROXY, code }, kind, arguments)
    }

    /// Gives the right to upgrade a proxy to somebody else.
    /// # Errors: [`CliError`]
    pub fn hand_over_proxy(&mut self, name: &str, proxy: Address, successor: Address) -> Result<(), CliError> {
        let admin = Address::from_word(self.storage(proxy, ADMIN)?);
        self.send(&format!("hand over proxy {name}"), admin, &ProxyAdmin::transferOwnershipCall { newOwner: successor })
    }
}
