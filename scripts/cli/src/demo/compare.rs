//! The vault's quotes against those of the market that the chain was read from.

use alloy_primitives::Address;
use equipoise_data::{call_delta, implied_vol, year_fraction, ExpiryQuotes, Quote, Slice};
use equipoise_interfaces::{series::Series, IMarket, Leg};

use super::crowd::Board;
use super::Demo;
use crate::error::CliError;
use crate::report::QuoteSummary;
use crate::units::{narrow, narrow_unsigned, size_wad, tokens};

/// Contracts quoted.
const SIZE: f64 = 1.0;
/// The series whose quotes count in the share inside of the market's: by the magnitude of their delta, and the days to expiry.
const DELTAS: std::ops::RangeInclusive<f64> = 0.15..=0.85;
const LEAST_DAYS: f64 = 3.0;
const DAYS_A_YEAR: f64 = 365.0;
/// An option settles at an average over half an hour: two thirds of it are off its time.
const WINDOW_LAG_YEARS: f64 = 1_200.0 / equipoise_data::SECONDS_PER_YEAR;

/// The vault's bid and ask for one contract in USD, before its fee, as markets quote, and with it.
#[derive(Clone, Copy, Debug)]
struct TwoSided {
    without_fee: [f64; 2],
    with_fee: [f64; 2],
}

/// Prices in USD; vols in vol points, where a price has one.
#[derive(Clone, Copy, Debug)]
struct Compared {
    vault: [f64; 2],
    market: [f64; 2],
    vault_half_spread: Option<f64>,
    half_spread_with_fee: Option<f64>,
    market_half_spread: Option<f64>,
    /// Whether it counts in the share inside of the market's quotes.
    is_core: bool,
}

impl Demo {
    /// Quotes one contract of every series that the market quotes on both sides, at the chain's own moment.
    /// # Returns: a line per expiry and one for all; none if chain and prices are from different times
    pub(super) fn compare_quotes(&mut self) -> Result<Option<Vec<QuoteSummary>>, CliError> {
        if self.input.is_rebased {
            return Ok(None);
        }
        let mut lines = Vec::new();
        let mut all = Vec::new();
        for board in self.boards.clone() {
            let expiries = self.input.chain.expiries.clone();
            let is_his = |quotes: &&ExpiryQuotes| u64::try_from(quotes.expiry.as_second()) == Ok(board.expiry);
            let Some(quotes) = expiries.iter().find(is_his) else { continue };
            let slices = &self.input.surface.slices;
            let Some(slice) = slices.iter().find(|slice| slice.expiry == quotes.expiry).copied() else { continue };
            let compared = self.compare_board(&board, quotes, &slice)?;
            lines.push(summary(&quotes.expiry.to_string(), &compared));
            all.extend(compared);
        }
        lines.push(summary("all", &all));
        let core: Vec<Compared> = all.into_iter().filter(|each| each.is_core).collect();
        self.inside_market_share = (!core.is_empty()).then(|| summary("core", &core).both_inside);
        Ok(Some(lines))
    }

    fn compare_board(
        &mut self,
        board: &Board,
        quotes: &ExpiryQuotes,
        slice: &Slice,
    ) -> Result<Vec<Compared>, CliError> {
        let mut compared = Vec::new();
        for (place, strike) in board.strikes.iter().enumerate() {
            for is_put in [false, true] {
                let Some(quote) = quotes.quote(*strike, is_put) else { continue };
                let (Some(bid), Some(ask)) = (quote.bid, quote.ask) else { continue };
                let series = Series { board: board.id, strike: u8::try_from(place).unwrap_or(u8::MAX), is_put };
                let Some(vault) = self.two_sided(series)? else { continue };
                compared.push(compare(quote, [bid, ask], vault, slice, self.input.start));
            }
        }
        Ok(compared)
    }

    /// The vault's quotes for one contract.
    fn two_sided(&mut self, series: Series) -> Result<Option<TwoSided>, CliError> {
        let (owner, market) = (self.world.owner, self.world.contracts.market);
        let mut price = |size: f64, from: Address| -> Result<Option<[f64; 2]>, CliError> {
            let leg = Leg { series: series.id(), sizeWad: size_wad(size) };
            let call = IMarket::quoteCall { legs: vec![leg] };
            match self.world.try_view_from(from, market, &call)? {
                Ok((quoted, gas)) => {
                    self.world.gas.note("quote", gas);
                    let (cost, fee) = (narrow(quoted.costAtoms), narrow_unsigned(quoted.feeAtoms));
                    Ok(Some([cost - fee, cost].map(|cost| tokens(cost) / size)))
                }
                Err(reason) => {
                    self.tally.reject(&reason);
                    Ok(None)
                }
            }
        };
        let bid = price(-SIZE, owner)?;
        let ask = price(SIZE, owner)?;
        Ok(bid.zip(ask).map(|([bid, bid_with_fee], [ask, ask_with_fee])| TwoSided {
            without_fee: [bid, ask],
            with_fee: [bid_with_fee, ask_with_fee],
        }))
    }
}

fn compare(quote: &Quote, coin: [f64; 2], vault: TwoSided, slice: &Slice, now: equipoise_data::Timestamp) -> Compared {
    let years = year_fraction(now, slice.expiry);
    let half_spread = |prices: [f64; 2], forward: f64, years: f64| {
        let [bid, ask] = prices.map(|price| implied_vol(forward, quote.strike, price, years, quote.is_put));
        Some(50.0 * (ask? - bid?))
    };
    let of_vault = |prices: [f64; 2]| {
        let coin = prices.map(|price| price / slice.forward);
        half_spread(coin, slice.forward, years - WINDOW_LAG_YEARS)
    };
    Compared {
        vault: vault.without_fee,
        market: coin.map(|price| price * quote.forward),
        vault_half_spread: of_vault(vault.without_fee),
        half_spread_with_fee: of_vault(vault.with_fee),
        market_half_spread: half_spread(coin, quote.forward, years),
        is_core: years * DAYS_A_YEAR >= LEAST_DAYS
            && delta_of(quote, coin, years).is_some_and(|delta| DELTAS.contains(&delta)),
    }
}

/// The magnitude of an option's delta, at the middle of its market.
fn delta_of(quote: &Quote, [bid, ask]: [f64; 2], years: f64) -> Option<f64> {
    let vol = implied_vol(quote.forward, quote.strike, f64::midpoint(bid, ask), years, quote.is_put)?;
    let call = call_delta(quote.forward, quote.strike, vol, years);
    Some(if quote.is_put { 1.0 - call } else { call })
}

fn summary(expiry: &str, compared: &[Compared]) -> QuoteSummary {
    let share = |holds: &dyn Fn(&Compared) -> bool| {
        let count = compared.iter().filter(|each| holds(each)).count();
        count as f64 / compared.len().max(1) as f64
    };
    let bid_inside = |each: &Compared| each.vault[0] >= each.market[0];
    let ask_inside = |each: &Compared| each.vault[1] <= each.market[1];
    QuoteSummary {
        expiry: expiry.to_owned(),
        series: compared.len(),
        bid_inside: share(&bid_inside),
        ask_inside: share(&ask_inside),
        both_inside: share(&|each| bid_inside(each) && ask_inside(each)),
        crossed: share(&|each| each.vault[0] > each.market[1] || each.vault[1] < each.market[0]),
        vault_half_spread: median(compared.iter().filter_map(|each| each.vault_half_spread)),
        vault_half_spread_with_fee: median(compared.iter().filter_map(|each| each.half_spread_with_fee)),
        market_half_spread: median(compared.iter().filter_map(|each| each.market_half_spread)),
    }
}

/// The middle value, the lower of two; zero of none.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}
