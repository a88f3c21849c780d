//! The venues of a hedger, found by its events, and what each offers now.

use std::collections::BTreeSet;

use alloy_primitives::{Address, U256};
use alloy_rpc_types_eth::Filter;
use alloy_sol_types::SolEvent;
use clap::ValueEnum;
use equipoise_interfaces::{IFillerVenue, IHedger, IPoolVenue, VenueSet, IERC20};
use equipoise_solver::{Tier, Venue};
use serde::Serialize;

use super::abi::Hedge;
use super::error::SolveError;
use super::pool;
use crate::keep::{Client, KeepError, Tried};
use crate::units::from_unsigned_wad;

/// How much worse than expected a pool's fill may come out, as a share of its price: others trade there meanwhile.
const POOL_SLACK: f64 = 2e-4;
/// How far from spot a pool's curve is looked at, as a share of spot.
const POOL_REACH: f64 = 0.02;
const BASIS_POINT: f64 = 1e-4;

/// A kind of venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum VenueKind {
    /// A Uniswap v3 pool
    Pool,
    /// The solver's own inventory
    Filler,
}

/// A venue that is open or may be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VenueSite {
    /// Its address.
    pub venue: Address,
    /// What it is.
    pub kind: VenueKind,
}

/// What the solver fills with himself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stock {
    /// His contract, a `HedgeFiller`.
    pub filler: Address,
    /// What a unit costs him beyond spot, in basis points, whichever way he trades.
    pub cost_bps: f64,
}

/// The venues that a hedger has ever been told of.
/// # Errors: the connection's
pub fn found(
    client: &mut dyn Client,
    hedger: Address,
    (first_block, blocks_at_once): (u64, u64),
) -> Result<Vec<VenueSite>, SolveError> {
    let (head, mut from, mut addresses) = (client.head()?, first_block, BTreeSet::new());
    while from <= head {
        let to = head.min(from.saturating_add(blocks_at_once.saturating_sub(1)));
        let filter = Filter::new().address(hedger).event_signature(VenueSet::SIGNATURE_HASH);
        let logs = client.logs(&filter.from_block(from).to_block(to))?;
        addresses.extend(logs.iter().filter_map(|log| VenueSet::decode_log(&log.inner).ok()).map(|log| log.venue));
        from = to.saturating_add(1);
    }
    let mut sites = Vec::new();
    for venue in addresses {
        let is_pool = asked(client.try_view(venue, &IPoolVenue::poolCall {}))?.is_some();
        let is_filler = !is_pool && asked(client.try_view(venue, &IFillerVenue::hedgerCall {}))? == Some(hedger);
        let kind = if is_pool { VenueKind::Pool } else { VenueKind::Filler };
        if is_pool || is_filler {
            sites.push(VenueSite { venue, kind });
        }
    }
    Ok(sites)
}

/// The answer of a contract that may be of another kind.
fn asked<T>(answer: Tried<T>) -> Result<Option<T>, SolveError> {
    match answer {
        Ok(answer) => Ok(answer.ok()),
        Err(KeepError::Answer { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What a venue offers now. One that is closed, or that does not answer, offers nothing.
/// # Errors: the connection's
pub fn offered(
    client: &mut dyn Client,
    hedge: &Hedge,
    site: &VenueSite,
    (spot, stock): (f64, Option<Stock>),
) -> Result<Venue, SolveError> {
    let cap = from_unsigned_wad(client.view(hedge.hedger, &IHedger::venueCapCall { venue: site.venue })?);
    if cap <= 0.0 {
        return Ok(Venue::default());
    }
    match (site.kind, stock) {
        (VenueKind::Pool, _) => {
            let Some(pool) = pool::read(client, hedge, site.venue, POOL_REACH)? else { return Ok(Venue::default()) };
            let (buys, sells) = (pool.buys(spot * (1.0 + POOL_REACH)), pool.sells(spot * (1.0 - POOL_REACH)));
            Ok(Venue { cap, buys, sells, slack: POOL_SLACK })
        }
        (VenueKind::Filler, Some(stock)) => filler(client, hedge, stock, (spot, cap)),
        (VenueKind::Filler, None) => Ok(Venue::default()),
    }
}

/// Out of the solver's inventory: what it has of the underlying is sold to the vault, what it has of the stablecoin buys.
fn filler(client: &mut dyn Client, hedge: &Hedge, stock: Stock, (spot, cap): (f64, f64)) -> Result<Venue, SolveError> {
    let owner = stock.filler;
    let [base, quote] = hedge.decimals.map(|decimals| 10_f64.powi(i32::from(decimals)));
    let has = |atoms: U256| u128::try_from(atoms).unwrap_or(u128::MAX) as f64;
    let base = has(client.view(hedge.base, &IERC20::balanceOfCall { owner })?) / base;
    let quote = has(client.view(hedge.quote, &IERC20::balanceOfCall { owner })?) / quote;
    let price = |sign: f64| spot * (1.0 + sign * stock.cost_bps * BASIS_POINT);
    let tier = |units: f64, price: f64| vec![Tier { units, price }];
    Ok(Venue { cap, buys: tier(base, price(1.0)), sells: tier(quote / price(-1.0), price(-1.0)), slack: 0.0 })
}
