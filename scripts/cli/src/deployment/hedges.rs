//! Hedgers, and the venues that they fill at.

use alloy_primitives::Address;
use equipoise_interfaces::{IClearing, IHedged, IHedger};

use super::{Arguments, Deployer, NOBODY};
use crate::error::CliError;

/// A hedge to be deployed. Every venue begins with a cap of zero, and so with nothing that it may fill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HedgePlan {
    /// The underlying; none to create a test token of six decimals that the owner mints.
    pub base: Option<Address>,
    /// A Uniswap v3 pool of the underlying and the stablecoin, to fill at.
    pub pool: Option<Address>,
    /// An Aave v3 pool that lends both, to be short by.
    pub lending_pool: Option<Address>,
}

/// The hedger of a market, and what belongs to it; zero where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hedges {
    /// The referee, stateless.
    pub referee: Address,
    /// What runs in the hedger's storage.
    pub trustee: Address,
    /// What runs there for perpetual futures.
    pub broker: Address,
    /// What runs there for options.
    pub dealer: Address,
    /// The hedger, a proxy.
    pub hedger: Address,
    /// The venue where solvers fill themselves.
    pub filler: Address,
    /// The venue at a Uniswap v3 pool.
    pub pool_venue: Address,
    /// The hedger's account at an Aave v3 pool.
    pub lender: Address,
}

/// What the hedgers of all markets share.
#[derive(Clone, Copy, Debug)]
struct Shared {
    referee: Address,
    trustee: Address,
    broker: Address,
    dealer: Address,
    /// What their proxies run.
    implementation: Address,
}

/// Name and symbol of the underlying that is created where there is none.
const TEST_UNDERLYING: (&str, &str) = ("Demo Ether", "DETH");

impl Deployer<'_> {
    /// Deploys the hedger of a market in an underlying, with the venue that needs no other contract, and lets it have cash of the
    /// market's vault. No venue is open: see `IHedger.setVenue`.
    /// # Errors: [`CliError`]
    pub fn hedges(&mut self, market: Address, clearing: Address, base: Address) -> Result<Hedges, CliError> {
        let shared = self.shared_hedges(market, clearing, base)?;
        self.hedger(shared, market, clearing, base)
    }

    /// Deploys the hedgers of the markets that have one, with their venues, none of them open.
    /// # Returns: in the order of the markets
    /// # Errors: [`CliError`]
    pub fn hedgers(
        &mut self,
        clearing: Address,
        markets: &[(Address, &str, Option<HedgePlan>)],
    ) -> Result<Vec<Option<Hedges>>, CliError> {
        let mut shared = None;
        let mut all = Vec::with_capacity(markets.len());
        for (market, symbol, plan) in markets {
            let Some(plan) = plan else {
                all.push(None);
                continue;
            };
            self.enter(symbol);
            let base = match plan.base {
                Some(base) => base,
                None => self.underlying()?,
            };
            self.enter("");
            let own = match shared {
                Some(shared) => shared,
                None => *shared.insert(self.shared_hedges(*market, clearing, base)?),
            };
            self.enter(symbol);
            let hedges = self.hedger(own, *market, clearing, base)?;
            all.push(Some(self.venues(hedges, *plan)?));
        }
        self.enter("");
        Ok(all)
    }

    /// Creates a token to stand for an underlying.
    /// # Errors: [`CliError`]
    pub fn underlying(&mut self) -> Result<Address, CliError> {
        let (name, symbol) = TEST_UNDERLYING;
        let arguments = Arguments::new().with("name", name.to_owned()).with("symbol", symbol.to_owned());
        self.create("underlying", "Stablecoin", arguments.with("owner", self.owner))
    }

    fn shared_hedges(&mut self, market: Address, clearing: Address, base: Address) -> Result<Shared, CliError> {
        let (referee, trustee) = (self.program("referee")?, self.program("trustee")?);
        let (broker, dealer) = (self.program("broker")?, self.program("dealer")?);
        let arguments = hedger_arguments(NOBODY, [trustee, referee], [market, clearing, base]);
        let implementation = self.implementation("hedger", arguments)?;
        Ok(Shared { referee, trustee, broker, dealer, implementation })
    }

    fn hedger(
        &mut self,
        shared: Shared,
        market: Address,
        clearing: Address,
        base: Address,
    ) -> Result<Hedges, CliError> {
        let Shared { referee, trustee, broker, dealer, implementation } = shared;
        let arguments = hedger_arguments(self.owner, [trustee, referee], [market, clearing, base]);
        let hedger = self.proxy("hedger", "hedger", implementation, arguments)?;
        self.send("wire broker", hedger, &IHedger::wireBrokerCall { broker })?;
        self.send("wire dealer", hedger, &IHedger::wireDealerCall { dealer })?;
        let filler = self.constructed("filler", Arguments::new().with("hedger", hedger))?;
        self.send("register hedger", clearing, &IClearing::registerHedgerCall { hedger, market })?;
        self.send("wire hedger", market, &IHedged::wireHedgerCall { hedger })?;
        Ok(Hedges { referee, trustee, broker, dealer, hedger, filler, ..Hedges::default() })
    }

    fn venues(&mut self, hedges: Hedges, plan: HedgePlan) -> Result<Hedges, CliError> {
        let hedger = hedges.hedger;
        let pool_venue = plan.pool.map(|pool| self.pool_venue(hedger, pool)).transpose()?;
        let lender = plan.lending_pool.map(|pool| self.lender(hedger, pool)).transpose()?;
        if let Some(lender) = lender {
            self.send("name lender", hedger, &IHedger::setLenderCall { lender })?;
        }
        Ok(Hedges { pool_venue: pool_venue.unwrap_or_default(), lender: lender.unwrap_or_default(), ..hedges })
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

fn hedger_arguments(
    owner: Address,
    [trustee, referee]: [Address; 2],
    [market, clearing, base]: [Address; 3],
) -> Arguments {
    let owned = Arguments::new().with("trustee", trustee).with("owner", owner).with("market", market);
    owned.with("clearing", clearing).with("referee", referee).with("base", base)
}
