//! Hedgers, and the venues that they fill at.

use alloy_primitives::Address;
use equipoise_interfaces::{IClearing, IHedged};

use super::{Arguments, Deployer, NOBODY};
use crate::error::CliError;

/// The hedger of a market, and what belongs to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hedges {
    /// The referee, stateless.
    pub referee: Address,
    /// What runs in the hedger's storage.
    pub trustee: Address,
    /// The hedger, a proxy.
    pub hedger: Address,
    /// The venue where solvers fill themselves.
    pub filler: Address,
}

impl Deployer<'_> {
    /// Deploys the hedger of a market in an underlying, with the venue that needs no other contract, and lets it have cash of the
    /// market's vault. No venue is open: see `IHedger.setVenue`.
    /// # Errors: [`CliError`]
    pub fn hedges(&mut self, market: Address, clearing: Address, base: Address) -> Result<Hedges, CliError> {
        let (referee, trustee) = (self.program("referee")?, self.program("trustee")?);
        let arguments = |owner: Address| {
            let owned = Arguments::new().with("trustee", trustee).with("owner", owner);
            let owned = owned.with("market", market).with("clearing", clearing);
            owned.with("referee", referee).with("base", base)
        };
        let implementation = self.implementation("hedger", arguments(NOBODY))?;
        let hedger = self.proxy("hedger", "hedger", implementation, arguments(self.owner))?;
        let filler = self.constructed("filler", Arguments::new().with("hedger", hedger))?;
        self.send("register hedger", clearing, &IClearing::registerHedgerCall { hedger, market })?;
        self.send("wire hedger", market, &IHedged::wireHedgerCall { hedger })?;
        Ok(Hedges { referee, trustee, hedger, filler })
    }

    /// Deploys a venue at a Uniswap v3 pool of the hedger's tokens.
    /// # Errors: [`CliError`]
    pub fn pool_venue(&mut self, hedger: Address, pool: Address) -> Result<Address, CliError> {
        self.constructed("pool-venue", Arguments::new().with("hedger", hedger).with("pool", pool))
    }

    /// Creates a solver's contract, which fills at a filler venue out of what it holds.
    /// # Errors: [`CliError`]
    pub fn hedge_filler(&mut self, owner: Address, venue: Address) -> Result<Address, CliError> {
        let arguments = Arguments::new().with("owner", owner).with("venue", venue);
        self.create("hedge filler", "HedgeFiller", arguments)
    }

    /// Deploys the hedger's account at an Aave v3 pool that lends the hedger's tokens.
    /// # Errors: [`CliError`]
    pub fn lender(&mut self, hedger: Address, pool: Address) -> Result<Address, CliError> {
        self.constructed("lender", Arguments::new().with("hedger", hedger).with("pool", pool))
    }
}
