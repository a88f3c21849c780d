//! Trades at a price that the trader brings along.

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::{SolCall, SolError};
use equipoise_interfaces::words::{ToWords, WORD};
use equipoise_interfaces::ISignedSource::updateCall;
use equipoise_interfaces::{
    IMarket, IOracle, IPriceSource, PriceUpdate, SignedSourceEmpty, UnderwriterPricesNotPulled,
};
use equipoise_kit::lean::{call, call_bytes, revert, view};
use equipoise_kit::Revert;
use stylus_sdk::prelude::*;

use crate::program::Underwriter;

/// Words of an update before its signatures: its four fields, and where they begin.
const HEAD_WORDS: usize = 5;

impl Underwriter {
    /// Brings a price to the source that the market's oracle pulls prices from, and trades.
    /// # Inputs: the signatures as they came: an array, and whatever follows it
    /// # Returns: what the trade costs, negative if the account is paid
    /// # Errors: UnderwriterCallerNotAuthorised, UnderwriterNotOperator, UnderwriterPricesNotPulled; the source's, the market's
    pub(crate) fn trade_at(
        &mut self,
        order: &IMarket::tradeForCall,
        update: &PriceUpdate,
        signatures: &[u8],
    ) -> Result<I256, Revert> {
        self.require_trader(order.account)?;
        let source = self.source()?;
        if update.publishedAt > self.last_published_at(source)? {
            let mut input = updateCall::SELECTOR.to_vec();
            update.write(&mut input);
            U256::from(HEAD_WORDS.saturating_mul(WORD)).write(&mut input);
            input.extend_from_slice(signatures);
            call_bytes(self, source, updateCall::SELECTOR, &input)?;
        }
        let market = self.slots.market.address();
        call(self, market, order)
    }

    /// Where the market's oracle pulls prices from. Both are asked each time: a market may come to have another oracle.
    /// # Errors: UnderwriterPricesNotPulled
    fn source(&self) -> Result<Address, Revert> {
        let oracle = view(self.vm(), self.slots.market.address(), &IMarket::oracleCall {})?;
        if view(self.vm(), oracle, &IOracle::mostPushAgeSecsCall {})? == 0 {
            return Err(revert(&UnderwriterPricesNotPulled { oracle }));
        }
        view(self.vm(), oracle, &IOracle::sourcesCall {}).map(|sources| sources.source)
    }

    /// When the source's last price was published, zero before the first.
    /// # Errors: the source's
    fn last_published_at(&self, source: Address) -> Result<u64, Revert> {
        match view(self.vm(), source, &IPriceSource::latestCall {}) {
            Ok(last) => Ok(last.updatedAt),
            Err(data) if data == SignedSourceEmpty::SELECTOR => Ok(0),
            Err(data) => Err(data),
        }
    }
}
