//! What a deployment is given: a small JSON file.

use std::fs;
use std::path::Path;

use alloy_primitives::utils::parse_ether;
use alloy_primitives::Address;
use serde::Deserialize;

use super::error::DeploymentError;
use super::network::Network;
use crate::deployment::{GovernancePlan, HedgePlan, MarketPlan, Plan, Sources, Underlying, SURFACE_THRESHOLD};

/// What a deployment is given.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The stablecoin; on a local network none creates a test token.
    stablecoin: Option<Address>,
    /// Spacing of the vault's epochs in seconds.
    epoch_secs: u64,
    /// The markets, in the order of their numbers.
    markets: Vec<MarketSettings>,
    /// Who signs surfaces.
    surface_keepers: Vec<Address>,
    /// The sequencer's uptime feed, and the stablecoin's price in dollars. Where real money is, both must be named.
    sequencer_feed: Option<Address>,
    stablecoin_feed: Option<Address>,
    /// Who may tighten and veto.
    guardian: Address,
    /// The tokens that vote.
    vote_tokens: VoteTokens,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MarketSettings {
    symbol: String,
    /// Strikes are whole multiples of 2^-shift.
    strike_shift: u8,
    /// The market's share of the vault's capital, against the others'.
    weight: u32,
    /// Its price feed; on a local network none creates a test feed.
    feed: Option<Address>,
    /// A second source of its price; none compares with nothing.
    second_source: Option<Address>,
    /// How old the feed's price may be, in seconds, for trades to be priced by the second source, one of signed prices; none for never.
    most_push_age_secs: Option<u32>,
    /// How its book is hedged; none for a market without a hedger.
    hedge: Option<HedgeSettings>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HedgeSettings {
    /// The token of the underlying; on a local network none creates a test token.
    underlying: Option<Address>,
    /// A Uniswap v3 pool of it and the stablecoin; none for no venue there.
    uniswap_pool: Option<Address>,
    /// An Aave v3 pool that lends both; none for a hedge that is never short.
    aave_pool: Option<Address>,
}

impl HedgeSettings {
    /// # Errors: what is wrong, in words
    fn check(&self, symbol: &str, network: Network) -> Result<(), String> {
        if self.underlying.is_some() {
            return Ok(());
        }
        if !network.is_local() {
            return Err(format!("hedge.underlying of {symbol} must be named on {network}"));
        }
        if self.uniswap_pool.is_some() || self.aave_pool.is_some() {
            return Err(format!("hedge.underlying of {symbol} must be named where a pool of it is"));
        }
        Ok(())
    }

    const fn plan(&self) -> HedgePlan {
        HedgePlan { base: self.underlying, pool: self.uniswap_pool, lending_pool: self.aave_pool }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct VoteTokens {
    /// Gets them all.
    holder: Address,
    /// Whole tokens, decimal.
    supply: String,
}

impl Settings {
    /// Reads a file and checks it for a network.
    /// # Errors: [`DeploymentError::Settings`], [`DeploymentError::File`]
    pub fn read(path: &Path, network: Network) -> Result<Plan, DeploymentError> {
        let text = fs::read_to_string(path);
        let text = text.map_err(|cause| DeploymentError::File { path: path.to_owned(), cause })?;
        let refuse = |problem: String| DeploymentError::Settings { path: path.to_owned(), problem };
        let settings: Self = serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))?;
        settings.check(network).map_err(refuse)?;
        settings.plan().map_err(refuse)
    }

    fn check(&self, network: Network) -> Result<(), String> {
        let needed = usize::from(SURFACE_THRESHOLD);
        if self.surface_keepers.len() < needed || !self.surface_keepers.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err(format!("surfaceKeepers takes {needed} or more addresses, by rising address"));
        }
        if self.markets.is_empty() {
            return Err("markets takes one or more".to_owned());
        }
        self.check_markets(network)?;
        if self.stablecoin.is_none() && !network.is_local() {
            return Err(format!("stablecoin must be named on {network}"));
        }
        let watched = [("sequencerFeed", self.sequencer_feed), ("stablecoinFeed", self.stablecoin_feed)];
        if let Some((name, _)) = watched.iter().find(|(_, feed)| feed.is_none() && network == Network::ArbitrumOne) {
            return Err(format!("{name} must be named on {network}"));
        }
        Ok(())
    }

    fn check_markets(&self, network: Network) -> Result<(), String> {
        for (place, market) in self.markets.iter().enumerate() {
            let symbol = &market.symbol;
            let is_word = (1..=8).contains(&symbol.len()) && symbol.chars().all(|each| each.is_ascii_alphanumeric());
            if !is_word || self.markets.iter().take(place).any(|other| other.symbol.eq_ignore_ascii_case(symbol)) {
                return Err(format!("symbol `{symbol}`: one to eight letters and digits, of one market only"));
            }
            if market.weight == 0 {
                return Err(format!("weight of {symbol} is zero"));
            }
            if market.feed.is_none() && !network.is_local() {
                return Err(format!("feed of {symbol} must be named on {network}"));
            }
            market.hedge.as_ref().map_or(Ok(()), |hedge| hedge.check(symbol, network))?;
        }
        Ok(())
    }

    fn plan(self) -> Result<Plan, String> {
        let VoteTokens { holder, supply } = self.vote_tokens;
        let supply = parse_ether(&supply).map_err(|error| format!("supply `{supply}`: {error}"))?;
        let market = |market: MarketSettings| {
            let MarketSettings { symbol, strike_shift, weight, feed, second_source, most_push_age_secs, hedge } =
                market;
            let sources = Sources {
                feed: feed.unwrap_or_default(),
                sequencer: self.sequencer_feed.unwrap_or_default(),
                second: second_source.unwrap_or_default(),
                stablecoin: self.stablecoin_feed.unwrap_or_default(),
                most_push_age_secs: most_push_age_secs.unwrap_or_default(),
            };
            let hedge = hedge.map(|hedge| hedge.plan());
            MarketPlan { underlying: Underlying { symbol, strike_shift, weight }, sources, hedge }
        };
        Ok(Plan {
            stablecoin: self.stablecoin,
            markets: self.markets.into_iter().map(market).collect(),
            keepers: self.surface_keepers,
            epoch_secs: self.epoch_secs,
            governance: GovernancePlan { guardian: self.guardian, holder, supply },
        })
    }
}
