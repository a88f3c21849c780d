//! Price sources beside a market's own feed.

use alloy_primitives::{Address, B256, U256};
use equipoise_interfaces::ISignedSource;

use super::{Arguments, Deployer};
use crate::error::CliError;

/// How many publishers must sign a price where there are at least as many.
pub const PUBLISHER_THRESHOLD: u8 = 2;
/// How old a signed price may be when it is brought. The oracle trades at younger ones only.
pub const MAX_SIGNED_AGE_SECS: u64 = 60;
/// How old the feed's price may be for trades to be priced by publishers: as old as the market opens trades on, by default.
pub const MOST_PUSH_AGE_SECS: u32 = 7_200;

/// What publishers call an underlying.
pub fn underlying_id(symbol: &str) -> B256 {
    B256::right_padding_from(symbol.as_bytes())
}

/// What a source on a Uniswap v3 pool is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolTerms {
    /// The pool.
    pub pool: Address,
    /// The side of it that is priced, in the other.
    pub base: Address,
    /// The window of the average.
    pub window_secs: u64,
    /// The least harmonic mean of its liquidity over the window.
    pub min_liquidity: u128,
}

impl Deployer<'_> {
    /// Deploys a source that takes prices of an underlying which so many publishers have signed, of at most this age.
    /// # Inputs: publishers by rising address
    /// # Errors: [`CliError`]
    pub fn signed_source(
        &mut self,
        underlying: B256,
        max_age_secs: u64,
        publishers: &[Address],
        threshold: u8,
    ) -> Result<Address, CliError> {
        let arguments = Arguments::new().with("owner", self.owner).with("underlying", underlying);
        let source = self.constructed("signed-source", arguments.with("maxAgeSecs", U256::from(max_age_secs)))?;
        let publishers = publishers.to_vec();
        self.send("name publishers", source, &ISignedSource::setPublishersCall { publishers, threshold })?;
        Ok(source)
    }

    /// Deploys a source that averages a Uniswap v3 pool.
    /// # Errors: [`CliError`]
    pub fn pool_source(&mut self, terms: &PoolTerms) -> Result<Address, CliError> {
        let PoolTerms { pool, base, window_secs, min_liquidity } = *terms;
        let arguments =
            Arguments::new().with("pool", pool).with("base", base).with("windowSecs", U256::from(window_secs));
        self.constructed("pool-source", arguments.with("minLiquidity", U256::from(min_liquidity)))
    }
}
