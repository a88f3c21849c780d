//! The clearing house and the vault, which all markets share.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolValue;
use equipoise_interfaces::{Allocation, IClearing, IMarket, IVault};

use super::{Deployer, Market, NOBODY, SURFACE_THRESHOLD};
use crate::error::CliError;

/// What all markets of one stablecoin share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct House {
    /// The stablecoin.
    pub token: Address,
    /// The liquidator, which the clearing house calls by delegation.
    pub liquidator: Address,
    /// The backstop, which it calls by delegation, too.
    pub backstop: Address,
    /// The registrar, which it calls by delegation, too.
    pub registrar: Address,
    /// The clearing house, a proxy.
    pub clearing: Address,
    /// The steward, which the vault calls by delegation.
    pub steward: Address,
    /// The LP vault, a proxy.
    pub vault: Address,
    /// The senior tranche, a proxy.
    pub senior: Address,
    /// The junior tranche, a proxy.
    pub junior: Address,
}

impl Deployer<'_> {
    /// Deploys the clearing house of a stablecoin, and a vault whose epochs cut every so many seconds, with its tranches.
    /// # Errors: [`CliError`]
    pub fn house(&mut self, token: Address, epoch_secs: u64) -> Result<House, CliError> {
        let house = self.clearing(token)?;
        let [steward, vault] = self.vault(house.clearing, epoch_secs)?;
        let [senior, junior] = self.tranches(vault)?;
        Ok(House { steward, vault, senior, junior, ..house })
    }

    /// Deploys the clearing house of a stablecoin.
    /// # Errors: [`CliError`]
    pub fn clearing(&mut self, token: Address) -> Result<House, CliError> {
        let liquidator = self.program("liquidator")?;
        let backstop = self.program("backstop")?;
        let registrar = self.program("registrar")?;
        let arguments = |owner| (liquidator, backstop, registrar, owner, token).abi_encode_params();
        let implementation = self.constructed("clearing", &arguments(NOBODY))?;
        let clearing = self.proxy(implementation, &arguments(self.owner))?;
        Ok(House { token, liquidator, backstop, registrar, clearing, ..House::default() })
    }

    /// Deploys a vault.
    /// # Returns: its steward and itself
    /// # Errors: [`CliError`]
    pub fn vault(&mut self, clearing: Address, epoch_secs: u64) -> Result<[Address; 2], CliError> {
        let steward = self.program("steward")?;
        let arguments = |owner| (steward, owner, clearing, U256::from(epoch_secs)).abi_encode_params();
        let implementation = self.constructed("vault", &arguments(NOBODY))?;
        let vault = self.proxy(implementation, &arguments(self.owner))?;
        Ok([steward, vault])
    }

    /// Deploys the tranches of a vault, which share an implementation.
    /// # Returns: the senior and the junior
    /// # Errors: [`CliError`]
    pub fn tranches(&mut self, vault: Address) -> Result<[Address; 2], CliError> {
        // Both ask their own vault for everything, and the clearing house knows neither implementation.
        let implementation = self.constructed("tranche", &(vault, false).abi_encode_params())?;
        let mut tranche = |is_senior: bool| self.proxy(implementation, &(vault, is_senior).abi_encode_params());
        Ok([tranche(true)?, tranche(false)?])
    }

    /// Deploys a wrapper for each market, by the symbol of its underlying, and registers them.
    /// # Returns: in the order of the markets
    /// # Errors: [`CliError`]
    pub fn wrappers(&mut self, clearing: Address, markets: &[(Address, &str)]) -> Result<Vec<Address>, CliError> {
        let arguments = |(market, symbol): &(Address, &str)| {
            (*market, clearing, B256::right_padding_from(symbol.as_bytes())).abi_encode_params()
        };
        let Some(first) = markets.first() else { return Ok(Vec::new()) };
        let implementation = self.constructed("wrapper", &arguments(first))?;
        let mut wrappers = Vec::with_capacity(markets.len());
        for market in markets {
            let wrapper = self.proxy(implementation, &arguments(market))?;
            self.send(clearing, &IClearing::registerProgramCall { program: wrapper })?;
            wrappers.push(wrapper);
        }
        Ok(wrappers)
    }

    /// Tells the programs of each other: the markets in the order of their numbers, each with its weight in the vault.
    /// # Inputs: surface keepers by rising address, at least [`SURFACE_THRESHOLD`] of them
    /// # Errors: [`CliError`]
    pub fn wire(&mut self, house: &House, markets: &[(Market, u32)], keepers: &[Address]) -> Result<(), CliError> {
        let House { clearing, vault, .. } = *house;
        for (each, _) in markets {
            self.send(each.market, &IMarket::wireCall { oracle: each.oracle, clearing, vault })?;
            let keepers = keepers.to_vec();
            let set = IMarket::setSurfaceKeepersCall { keepers, threshold: SURFACE_THRESHOLD };
            self.send(each.market, &set)?;
        }
        let allocation =
            |(each, weight): &(Market, u32)| Allocation { market: each.market, oracle: each.oracle, weight: *weight };
        self.wire_house(house, markets.iter().map(allocation).collect())
    }

    /// Tells the clearing house and the vault of each other and of the markets.
    /// # Errors: [`CliError`]
    pub fn wire_house(&mut self, house: &House, allocations: Vec<Allocation>) -> Result<(), CliError> {
        let House { clearing, vault, senior, junior, .. } = *house;
        self.send(clearing, &IClearing::wireCall { vault, senior, junior })?;
        for allocation in &allocations {
            self.send(clearing, &IClearing::registerMarketCall { market: allocation.market })?;
        }
        self.send(vault, &IVault::wireCall { senior, junior, allocations })?;
        Ok(())
    }
}
