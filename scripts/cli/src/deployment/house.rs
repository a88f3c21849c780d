//! The clearing house and the vault, which all markets share.

use alloy_primitives::{Address, B256, U256};
use equipoise_interfaces::{Allocation, IClearing, IMarket, IUnderwritten, IVault};

use super::{Arguments, Deployer, Market, NOBODY, SURFACE_THRESHOLD};
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
        let arguments = |owner: Address| {
            let delegates = Arguments::new().with("liquidator", liquidator).with("backstop", backstop);
            delegates.with("registrar", registrar).with("owner", owner).with("token", token)
        };
        let implementation = self.implementation("clearing", arguments(NOBODY))?;
        let clearing = self.proxy("clearing", "clearing", implementation, arguments(self.owner))?;
        Ok(House { token, liquidator, backstop, registrar, clearing, ..House::default() })
    }

    /// Deploys a vault.
    /// # Returns: its steward and itself
    /// # Errors: [`CliError`]
    pub fn vault(&mut self, clearing: Address, epoch_secs: u64) -> Result<[Address; 2], CliError> {
        let steward = self.program("steward")?;
        let arguments = |owner: Address| {
            let owned = Arguments::new().with("steward", steward).with("owner", owner).with("clearing", clearing);
            owned.with("cutSpacingSecs", U256::from(epoch_secs))
        };
        let implementation = self.implementation("vault", arguments(NOBODY))?;
        let vault = self.proxy("vault", "vault", implementation, arguments(self.owner))?;
        Ok([steward, vault])
    }

    /// Deploys the tranches of a vault, which share an implementation.
    /// # Returns: the senior and the junior
    /// # Errors: [`CliError`]
    pub fn tranches(&mut self, vault: Address) -> Result<[Address; 2], CliError> {
        // Both ask their own vault for everything, and the clearing house knows neither implementation.
        let arguments = |is_senior: bool| Arguments::new().with("vault", vault).with("isSenior", is_senior);
        let implementation = self.implementation("tranche", arguments(false))?;
        let senior = self.proxy("senior", "tranche", implementation, arguments(true))?;
        let junior = self.proxy("junior", "tranche", implementation, arguments(false))?;
        Ok([senior, junior])
    }

    /// Deploys a wrapper for each market, by the symbol of its underlying, and registers them.
    /// # Returns: in the order of the markets
    /// # Errors: [`CliError`]
    pub fn wrappers(&mut self, clearing: Address, markets: &[(Address, &str)]) -> Result<Vec<Address>, CliError> {
        let arguments = |(market, symbol): &(Address, &str)| {
            let symbol = B256::right_padding_from(symbol.as_bytes());
            Arguments::new().with("market", *market).with("clearing", clearing).with("underlying", symbol)
        };
        let Some(first) = markets.first() else { return Ok(Vec::new()) };
        let implementation = self.implementation("wrapper", arguments(first))?;
        let mut wrappers = Vec::with_capacity(markets.len());
        for market in markets {
            self.enter(market.1);
            let wrapper = self.proxy("wrapper", "wrapper", implementation, arguments(market))?;
            self.send("register wrapper", clearing, &IClearing::registerProgramCall { program: wrapper })?;
            wrappers.push(wrapper);
        }
        self.enter("");
        Ok(wrappers)
    }

    /// Deploys an underwriter for each market, by the symbol of its underlying, lets them take the lock and wires them.
    /// # Returns: in the order of the markets
    /// # Errors: [`CliError`]
    pub fn underwriters(&mut self, clearing: Address, markets: &[(Address, &str)]) -> Result<Vec<Address>, CliError> {
        let arguments = |market: Address| Arguments::new().with("market", market).with("clearing", clearing);
        let Some((first, _)) = markets.first() else { return Ok(Vec::new()) };
        let implementation = self.implementation("underwriter", arguments(*first))?;
        let mut underwriters = Vec::with_capacity(markets.len());
        for (market, symbol) in markets {
            self.enter(symbol);
            let underwriter = self.proxy("underwriter", "underwriter", implementation, arguments(*market))?;
            self.send("register underwriter", clearing, &IClearing::registerProgramCall { program: underwriter })?;
            self.send("wire underwriter", *market, &IUnderwritten::wireUnderwriterCall { underwriter })?;
            underwriters.push(underwriter);
        }
        self.enter("");
        Ok(underwriters)
    }

    /// Tells the programs of each other: the markets in the order of their numbers, each with its weight in the vault.
    /// # Inputs: surface keepers by rising address, at least [`SURFACE_THRESHOLD`] of them
    /// # Errors: [`CliError`]
    pub fn wire(&mut self, house: &House, markets: &[(Market, u32)], keepers: &[Address]) -> Result<(), CliError> {
        let House { clearing, vault, .. } = *house;
        for (number, (each, _)) in markets.iter().enumerate() {
            let wire = IMarket::wireCall { oracle: each.oracle, clearing, vault };
            self.send(&format!("wire market {number}"), each.market, &wire)?;
            let keepers = keepers.to_vec();
            let set = IMarket::setSurfaceKeepersCall { keepers, threshold: SURFACE_THRESHOLD };
            self.send(&format!("name surface keepers of market {number}"), each.market, &set)?;
        }
        let allocation =
            |(each, weight): &(Market, u32)| Allocation { market: each.market, oracle: each.oracle, weight: *weight };
        self.wire_house(house, markets.iter().map(allocation).collect())
    }

    /// Tells the clearing house and the vault of each other and of the markets.
    /// # Errors: [`CliError`]
    pub fn wire_house(&mut self, house: &House, allocations: Vec<Allocation>) -> Result<(), CliError> {
        let House { clearing, vault, senior, junior, .. } = *house;
        self.send("wire clearing", clearing, &IClearing::wireCall { vault, senior, junior })?;
        for (number, allocation) in allocations.iter().enumerate() {
            let register = IClearing::registerMarketCall { market: allocation.market };
            self.send(&format!("register market {number}"), clearing, &register)?;
        }
        self.send("wire vault", vault, &IVault::wireCall { senior, junior, allocations })?;
        Ok(())
    }
}
