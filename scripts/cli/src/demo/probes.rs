//! Orders that must be refused, each for its own reason, and must change nothing.

use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolValue;
use equipoise_interfaces::{account, series::Series, IClearing, IMarket, Leg};

use super::Demo;
use crate::error::CliError;
use crate::report::Refusal;
use crate::units::{from_unsigned_wad, narrow, size_wad, TOKEN_ATOMS};

/// An order that must be refused.
struct Probe {
    what: &'static str,
    legs: Vec<Leg>,
    max_cost: I256,
    deadline: u64,
}

/// What an order may change: the vault's book, its cash, the trader's cash.
type Trace = (Vec<u8>, I256, I256);

impl Demo {
    /// Places orders that are wrong, as the first trader.
    /// # Returns: what each was refused with; none if it was not refused, or changed anything
    pub(super) fn probe_refusals(&mut self) -> Result<Vec<Refusal>, CliError> {
        let market = self.world.contracts.market;
        let Some(trader) = self.traders.first().map(|trader| trader.address) else { return Ok(Vec::new()) };
        let mut refusals = Vec::new();
        for probe in self.probes(trader)? {
            let before = self.trace(trader)?;
            let call = IMarket::tradeCall { legs: probe.legs, maxCostAtoms: probe.max_cost, deadline: probe.deadline };
            let tried = self.world.try_send("refused", trader, market, &call)?;
            let is_unchanged = before == self.trace(trader)?;
            let error = tried.err().filter(|_| is_unchanged).map(|reason| reason.text);
            refusals.push(Refusal { order: probe.what.to_owned(), error });
        }
        Ok(refusals)
    }

    fn probes(&mut self, trader: Address) -> Result<Vec<Probe>, CliError> {
        let Some(board) = self.boards.last().cloned() else { return Ok(Vec::new()) };
        let middle = u8::try_from(board.strikes.len() / 2).unwrap_or_default();
        let leg = |strike: u8, is_put: bool, size: I256| Leg {
            series: Series { board: board.id, strike, is_put }.id(),
            sizeWad: size,
        };
        let call = |contracts: f64| vec![leg(middle, false, size_wad(contracts))];
        let quote = IMarket::quoteCall { legs: call(1.0) };
        let quoted = self.world.view(self.world.contracts.market, &quote)?;
        let past_limit = I256::try_from(narrow(quoted.costAtoms) - 1).unwrap_or(quoted.costAtoms);
        let beyond = self.beyond_the_margin(trader, quoted.spotWad)?;
        let (soon, past) = (self.now + 900, self.now - 1);
        let nowhere = Series { board: u16::MAX, strike: 0, is_put: false };
        let unknown_board = Leg { series: nowhere.id(), sizeWad: size_wad(1.0) };
        let probe = |what, legs, max_cost, deadline| Probe { what, legs, max_cost, deadline };
        Ok(vec![
            probe("past its limit", call(1.0), past_limit, soon),
            probe("past its deadline", call(1.0), I256::MAX, past),
            probe("of an unknown strike", vec![leg(63, false, size_wad(1.0))], I256::MAX, soon),
            probe("of an unknown board", vec![unknown_board], I256::MAX, soon),
            probe("of a billion contracts", call(1e9), I256::MAX, soon),
            probe("beyond the vault's limits", call(20_000.0), I256::MAX, soon),
            probe("of less than a lot", vec![leg(middle, false, I256::ONE)], I256::MAX, soon),
            probe("of nothing", Vec::new(), I256::MAX, soon),
            probe("calls short beyond the margin", call(-beyond), I256::MAX, soon),
            probe("puts short beyond the margin", vec![leg(middle, true, size_wad(-beyond))], I256::MAX, soon),
        ])
    }

    /// Contracts that nobody with the trader's equity may be short of: each is charged a hundredth of spot at least.
    fn beyond_the_margin(&mut self, trader: Address, spot_wad: U256) -> Result<f64, CliError> {
        let clearing = self.world.contracts.clearing;
        let margin = self.world.view(clearing, &IClearing::accountMarginCall { account: account::of(trader) })?;
        let equity = narrow(margin.equityAtoms).max(0) as f64 / TOKEN_ATOMS as f64;
        Ok((200.0 * equity / from_unsigned_wad(spot_wad)).ceil() + 1.0)
    }

    fn trace(&mut self, trader: Address) -> Result<Trace, CliError> {
        let (market, clearing) = (self.world.contracts.market, self.world.contracts.clearing);
        let book = self.world.view(market, &IMarket::bookCall {})?;
        let vault = self.world.view(clearing, &IClearing::vaultCashCall { market })?;
        let own = self.world.view(clearing, &IClearing::cashOfCall { account: account::of(trader) })?;
        Ok((book.abi_encode(), vault, own.cashAtoms))
    }
}
