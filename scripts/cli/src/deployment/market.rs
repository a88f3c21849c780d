//! Markets, and the programs that they share.

use alloy_primitives::{Address, U256};

use super::{Arguments, Deployer, NOBODY};
use crate::error::CliError;
use crate::units::FEED_DECIMALS;

/// The programs that work for any market: none of them keeps anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Engines {
    /// The surface, stateless.
    pub surface: Address,
    /// The valuer, stateless.
    pub valuer: Address,
    /// The pricer, stateless.
    pub pricer: Address,
    /// The assessor, stateless.
    pub assessor: Address,
    /// The desk, which markets call by delegation.
    pub desk: Address,
    /// The mover, which they call by delegation, too.
    pub mover: Address,
    /// The curator, which they call by delegation, too.
    pub curator: Address,
    /// The watcher, which they call by delegation, too.
    pub watcher: Address,
    /// The appraiser, which their desk calls by delegation.
    pub appraiser: Address,
    /// What the markets' proxies run.
    pub market: Address,
}

impl Engines {
    /// What a market's constructor is told first.
    pub const fn named(&self) -> [Address; 9] {
        let Self { desk, mover, curator, watcher, valuer, pricer, surface, assessor, appraiser, .. } = *self;
        [desk, mover, curator, watcher, valuer, pricer, surface, assessor, appraiser]
    }
}

/// What options are on.
#[derive(Clone, Debug)]
pub struct Underlying {
    /// Its symbol, letters and digits.
    pub symbol: String,
    /// Strikes are whole multiples of 2^-shift.
    pub strike_shift: u8,
    /// Its share of the vault's capital, against the others' weights.
    pub weight: u32,
}

/// A market and where its prices come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Market {
    /// The price feed.
    pub feed: Address,
    /// The oracle.
    pub oracle: Address,
    /// The market, a proxy.
    pub market: Address,
}

/// Where an oracle's prices come from, and what it checks them by; zero for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The feed that quotes and settlements come from.
    pub feed: Address,
    /// The sequencer's uptime feed.
    pub sequencer: Address,
    /// A second source of the price.
    pub second: Address,
    /// The stablecoin's feed.
    pub stablecoin: Address,
    /// How old the feed's price may be, in seconds, for trades to be priced by the second source, one of signed prices; zero for
    /// never.
    pub most_push_age_secs: u32,
}

impl Sources {
    /// A feed and nothing to check it by.
    pub fn of(feed: Address) -> Self {
        Self { feed, ..Self::default() }
    }
}

impl Deployer<'_> {
    /// Deploys what all markets share.
    /// # Errors: [`CliError`]
    pub fn engines(&mut self) -> Result<Engines, CliError> {
        let mut engines = Engines {
            surface: self.program("surface")?,
            valuer: self.program("valuer")?,
            pricer: self.program("pricer")?,
            assessor: self.program("assessor")?,
            desk: self.program("desk")?,
            mover: self.program("mover")?,
            curator: self.program("curator")?,
            watcher: self.program("watcher")?,
            appraiser: self.program("appraiser")?,
            market: Address::ZERO,
        };
        engines.market = self.market_implementation(&engines)?;
        Ok(engines)
    }

    /// Deploys what a market's proxy runs.
    /// # Errors: [`CliError`]
    pub fn market_implementation(&mut self, engines: &Engines) -> Result<Address, CliError> {
        self.implementation("market", market_arguments(engines, NOBODY, 0))
    }

    /// Deploys a market and its oracle.
    /// # Errors: [`CliError`]
    pub fn market(&mut self, engines: &Engines, sources: Sources, strike_shift: u8) -> Result<Market, CliError> {
        let oracle = self.oracle(sources)?;
        let arguments = market_arguments(engines, self.owner, strike_shift);
        let market = self.proxy("market", "market", engines.market, arguments)?;
        Ok(Market { feed: sources.feed, oracle, market })
    }

    /// Deploys an oracle.
    /// # Errors: [`CliError`]
    pub fn oracle(&mut self, sources: Sources) -> Result<Address, CliError> {
        let Sources { feed, sequencer, second, stablecoin, most_push_age_secs } = sources;
        let arguments = Arguments::new().with("feed", feed).with("sequencer", sequencer).with("source", second);
        let arguments = arguments.with("stablecoin", stablecoin);
        self.constructed("oracle", arguments.with("mostPushAgeSecs", U256::from(most_push_age_secs)))
    }

    /// Creates a price feed that the owner writes.
    /// # Errors: [`CliError`]
    pub fn feed(&mut self, symbol: &str) -> Result<Address, CliError> {
        let description = format!("{symbol} / USD");
        let arguments = Arguments::new().with("decimals", U256::from(FEED_DECIMALS));
        let arguments = arguments.with("description", description).with("owner", self.owner);
        self.create("feed", "PriceFeed", arguments)
    }

    /// Creates a feed of two parts, as Chainlink's are: the proxy that is read and the aggregator that is written.
    /// # Errors: [`CliError`]
    pub fn two_part_feed(&mut self) -> Result<[Address; 2], CliError> {
        let arguments = Arguments::new().with("decimals", U256::from(FEED_DECIMALS)).with("owner", self.owner);
        let aggregator = self.create("feed aggregator", "FeedAggregator", arguments)?;
        let arguments = Arguments::new().with("aggregator", aggregator).with("owner", self.owner);
        let proxy = self.create("feed", "FeedProxy", arguments)?;
        self.send("let the feed read", aggregator, &super::FeedAggregator::addAccessCall { reader: proxy })?;
        Ok([proxy, aggregator])
    }
}

fn market_arguments(engines: &Engines, owner: Address, strike_shift: u8) -> Arguments {
    let programs = Arguments::new().with_addresses("programs", engines.named());
    programs.with("owner", owner).with("strikeShift", U256::from(strike_shift))
}
