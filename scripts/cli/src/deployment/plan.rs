//! The whole of a deployment, in its order: what exists first is named by what comes after.

use alloy_primitives::{Address, U256};
use equipoise_interfaces::{IClearing, IHedger, IMarket, IParameters, IVault};

use super::{Arguments, Deployer, Engines, Governance, HedgePlan, Hedges, House, Market, Sources, Underlying};
use crate::error::CliError;
use crate::governance::GroupName;

/// Name and symbol of the stablecoin that is created where there is none.
pub const TEST_TOKEN: (&str, &str) = ("Demo Dollar", "DUSD");

/// What is to be deployed.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The stablecoin; none to create one that the owner mints.
    pub stablecoin: Option<Address>,
    /// The markets, in the order of their numbers.
    pub markets: Vec<MarketPlan>,
    /// Surface keepers by rising address.
    pub keepers: Vec<Address>,
    /// Spacing of the vault's epochs in seconds.
    pub epoch_secs: u64,
    /// Who governs.
    pub governance: GovernancePlan,
}

/// A market to be deployed.
#[derive(Clone, Debug)]
pub struct MarketPlan {
    /// What its options are on.
    pub underlying: Underlying,
    /// Where its prices come from; a feed of zero to create one that the owner writes.
    pub sources: Sources,
    /// How its book is hedged, if it is.
    pub hedge: Option<HedgePlan>,
}

/// Who is to govern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GovernancePlan {
    /// May tighten and veto.
    pub guardian: Address,
    /// Gets the tokens that vote.
    pub holder: Address,
    /// How many of them there are, in 1e-18.
    pub supply: U256,
}

/// What has been deployed.
#[derive(Clone, Debug)]
pub struct Deployed {
    /// What all markets share.
    pub engines: Engines,
    /// The clearing house, the vault and its tranches.
    pub house: House,
    /// The markets, in the order of their numbers.
    pub markets: Vec<Market>,
    /// The wrapper of each.
    pub wrappers: Vec<Address>,
    /// The underwriter of each.
    pub underwriters: Vec<Address>,
    /// The hedger of each that has one.
    pub hedges: Vec<Option<Hedges>>,
    /// Who governs.
    pub governance: Governance,
}

impl Plan {
    /// Takes every step up to the one that lets deposits in.
    /// # Errors: [`CliError`]
    pub fn build(&self, deployer: &mut Deployer<'_>) -> Result<Deployed, CliError> {
        let token = match self.stablecoin {
            Some(token) => token,
            None => create_stablecoin(deployer)?,
        };
        let engines = deployer.engines()?;
        let house = deployer.house(token, self.epoch_secs)?;
        let markets = self.markets(deployer, &engines)?;
        let weighted: Vec<_> =
            markets.iter().copied().zip(self.markets.iter().map(|each| each.underlying.weight)).collect();
        deployer.wire(&house, &weighted, &self.keepers)?;
        let named = markets.iter().zip(&self.markets);
        let named: Vec<_> = named.map(|(each, plan)| (each.market, plan.underlying.symbol.as_str())).collect();
        let wrappers = deployer.wrappers(house.clearing, &named)?;
        let underwriters = deployer.underwriters(house.clearing, &named)?;
        let hedged = named.iter().zip(&self.markets).map(|((market, symbol), plan)| (*market, *symbol, plan.hedge));
        let hedges = deployer.hedgers(house.clearing, &hedged.collect::<Vec<_>>())?;
        let governed: Vec<_> = markets.iter().map(|each| each.market).collect();
        let governance = deployer.governance_for(&house, &governed, &self.governance)?;
        for ((_, symbol), hedges) in named.iter().zip(&hedges) {
            let Some(Hedges { hedger, .. }) = *hedges else { continue };
            deployer.enter(symbol);
            deployer.govern("hedger", hedger, governance.registry, GroupName::Hedge)?;
        }
        deployer.enter("");
        deployer.send("finalize", house.clearing, &IClearing::finalizeCall {})?;
        Ok(Deployed { engines, house, markets, wrappers, underwriters, hedges, governance })
    }

    fn markets(&self, deployer: &mut Deployer<'_>, engines: &Engines) -> Result<Vec<Market>, CliError> {
        let mut markets = Vec::with_capacity(self.markets.len());
        for MarketPlan { underlying, sources, .. } in &self.markets {
            deployer.enter(&underlying.symbol);
            let feed = if sources.feed.is_zero() { deployer.feed(&underlying.symbol)? } else { sources.feed };
            markets.push(deployer.market(engines, Sources { feed, ..*sources }, underlying.strike_shift)?);
        }
        deployer.enter("");
        Ok(markets)
    }

    /// Gives the timelock the right to upgrade every proxy, and offers it every program that has an owner: the first vote
    /// accepts.
    /// # Errors: [`CliError`]
    pub fn hand_over(&self, deployer: &mut Deployer<'_>, deployed: &Deployed) -> Result<(), CliError> {
        let Deployed { house, governance: Governance { timelock, registry, .. }, .. } = deployed;
        let successor = *timelock;
        let house_proxies =
            [("clearing", house.clearing), ("vault", house.vault), ("senior", house.senior), ("junior", house.junior)];
        for (name, proxy) in house_proxies.into_iter().chain([("parameters", *registry)]) {
            deployer.hand_over_proxy(name, proxy, successor)?;
        }
        deployer.send("offer clearing", house.clearing, &IClearing::transferOwnershipCall { successor })?;
        deployer.send("offer vault", house.vault, &IVault::transferOwnershipCall { successor })?;
        deployer.send("offer parameters", *registry, &IParameters::transferOwnershipCall { successor })?;
        let beside = deployed.wrappers.iter().zip(&deployed.underwriters);
        for ((plan, market), (wrapper, underwriter)) in self.markets.iter().zip(&deployed.markets).zip(beside) {
            deployer.enter(&plan.underlying.symbol);
            deployer.hand_over_proxy("market", market.market, successor)?;
            deployer.hand_over_proxy("wrapper", *wrapper, successor)?;
            deployer.hand_over_proxy("underwriter", *underwriter, successor)?;
            deployer.send("offer market", market.market, &IMarket::transferOwnershipCall { successor })?;
        }
        for (plan, hedges) in self.markets.iter().zip(&deployed.hedges) {
            let Some(Hedges { hedger, .. }) = *hedges else { continue };
            deployer.enter(&plan.underlying.symbol);
            deployer.hand_over_proxy("hedger", hedger, successor)?;
            deployer.send("offer hedger", hedger, &IHedger::transferOwnershipCall { successor })?;
        }
        deployer.enter("");
        Ok(())
    }
}

fn create_stablecoin(deployer: &mut Deployer<'_>) -> Result<Address, CliError> {
    let (name, symbol) = TEST_TOKEN;
    let arguments = Arguments::new().with("name", name.to_owned()).with("symbol", symbol.to_owned());
    deployer.create("stablecoin", "Stablecoin", arguments.with("owner", deployer.owner))
}
