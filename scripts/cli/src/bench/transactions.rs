//! Whole transactions on a market with many live series: total gas with every program cached, and with none.

use std::path::Path;

use serde::Serialize;

use super::stage::{Stage, BTC, ETH};
use crate::error::CliError;
use crate::programs::Programs;

/// What a transaction costs, in gas.
#[derive(Clone, Debug, Serialize)]
pub struct Transaction {
    /// Its name.
    pub name: &'static str,
    /// Every program cached, as in Arbitrum's cache manager.
    pub gas: u64,
    /// No program cached.
    pub gas_uncached: u64,
    /// What the cached one should cost at most.
    pub target_gas: u64,
    /// What is done.
    pub what: &'static str,
}

impl Transaction {
    /// Whether it costs no more than its target.
    pub const fn meets_target(&self) -> bool {
        self.gas <= self.target_gas
    }
}

/// Name, target in gas with programs cached, and what is done.
pub const TRANSACTIONS: [(&str, u64, &str); 19] = [
    ("trade_first", 270_000, "an account's first trade, 64 live series"),
    ("trade_repeat", 200_000, "another trade of an account that is only long, 64 live series"),
    ("trade_repeat_round", 230_000, "the same, the first trade after a feed round"),
    ("trade_pulled", 330_000, "the same at a price that it brings along, signed by two publishers"),
    ("short_16", 300_000, "a trade of an account with 16 positions, 8 of them short, over 4 expiries, 64 live series"),
    ("short_16_two_markets", 370_000, "the same, over 2 expiries of each of two markets, 64 live series in each"),
    ("lp_request", 140_000, "a request to deposit into the junior tranche"),
    (
        "liquidation_bid",
        450_000,
        "a bid that takes what cures an account of 4 positions over 2 expiries, 64 live series",
    ),
    ("trade_first_256", 450_000, "an account's first trade, 256 live series"),
    ("trade_repeat_256", 380_000, "another trade of an account that is only long, 256 live series"),
    ("nav_256", 250_000, "the net asset value, as a transaction, 256 live series"),
    ("settle_32", 220_000, "an expiry of 32 series settled"),
    (
        "rebalance_callback",
        300_000,
        "another rebalance of the vault's hedge, bought of a solver who is called back, 64 live series",
    ),
    ("rebalance_callback_venue", 20_000, "of that, what the venue and the solver use in the middle of it"),
    ("rebalance_spot", 360_000, "another rebalance, bought at a Uniswap v3 pool, 64 live series"),
    ("rebalance_spot_venue", 150_000, "of that, what the venue and the pool use"),
    ("hedge_options", 450_000, "another trade of options that the vault pays for, two legs, 64 live series"),
    (
        "guardrails_per_trade",
        12_000,
        "what looking at the breakers and insurance is of the first trade after a feed round; of later trades nothing",
    ),
    (
        "feed_real_shaped_extra",
        12_000,
        "what reading a feed of two parts, as Chainlink's are, costs beyond a plain one",
    ),
];

/// Measures all of them; those at a pool only where its package is installed.
/// # Errors: [`CliError`] if a program is missing or refused, or a transaction fails
pub fn transactions(dir: &Path) -> Result<Vec<Transaction>, CliError> {
    let programs = Programs::load(dir)?;
    let cached = measure(&programs, true)?;
    let uncached = measure(&programs, false)?;
    let rows = TRANSACTIONS.into_iter().zip(cached.into_iter().zip(uncached));
    let row = |((name, target_gas, what), (gas, gas_uncached)): ((_, _, _), (Option<u64>, Option<u64>))| {
        Some(Transaction { name, gas: gas?, gas_uncached: gas_uncached?, target_gas, what })
    };
    Ok(rows.filter_map(row).collect())
}

fn measure(programs: &Programs, is_cached: bool) -> Result<Vec<Option<u64>>, CliError> {
    let mut small = Stage::new(programs, is_cached, (4, 8), &[ETH])?;
    let (first, repeat) = small.trades()?;
    let pulled = Stage::pulled(programs, is_cached, (4, 8))?.trade_pulled()?;
    let mut gas = vec![first, repeat, small.trade_of_a_round()?, pulled, small.short_of_sixteen()?];
    gas.push(Stage::new(programs, is_cached, (4, 8), &[ETH, BTC])?.short_in_both()?);
    gas.extend([small.lp_request()?, small.liquidation_bid()?]);
    let extra = small.feed_extra(programs, is_cached)?;
    let guardrails = small.guardrails()?;
    let mut large = Stage::new(programs, is_cached, (8, 16), &[ETH])?;
    let (first, repeat) = large.trades()?;
    gas.extend([first, repeat, large.nav()?, large.settlement()?]);
    let rebalance = Stage::new(programs, is_cached, (4, 8), &[ETH])?.rebalance_by_callback(programs)?;
    gas.extend([rebalance.all, rebalance.venue]);
    let at_pool = Stage::new(programs, is_cached, (4, 8), &[ETH])?.rebalance_at_pool(programs)?;
    let at_pool = [at_pool.as_ref().map(|used| used.all), at_pool.as_ref().map(|used| used.venue)];
    let options = Stage::new(programs, is_cached, (4, 8), &[ETH])?.hedge_by_options(programs)?;
    let rest = [options, guardrails, extra].into_iter().map(Some);
    Ok(gas.into_iter().map(Some).chain(at_pool).chain(rest).collect())
}
