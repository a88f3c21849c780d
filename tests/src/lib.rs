//! End-to-end, invariant and differential tests, and the worlds they run in.
//!
//! [`World`] is an embedded chain with the programs' real WASM, a stablecoin and a price feed.

// A host tool for tests: a world that cannot be set up has nothing to go on with.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::missing_panics_doc
)]

mod aave;
mod clients;
mod contracts;
mod failure;
mod hedging;
mod uniswap;
mod world;

pub use aave::{deploy_of_aave, has_aave, Aave, AaveConfigurator, AaveLiquidations, AaveOracle, Lent};
pub use clients::{cast, cast_offline, fail, has_clients, has_node, succeed};
pub use contracts::{creation_code, Margin, Offer, PriceFeed, Stablecoin, TestMarket, TestSource, TestToken};
pub use failure::Failure;
pub use hedging::{hedger_domain, signed_rebalance, Hedging, TestSolver};
pub use uniswap::uniswap_pool;
pub use world::{program, repository, World, ATOM, TOKEN};
