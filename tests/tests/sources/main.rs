//! The price sources' real WASM on the embedded chain: publishers' signatures, and Uniswap's own v3 pool.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    missing_docs
)]

mod exchange;
mod pool;
mod signed;

use alloy_primitives::Address;
use equipoise_interfaces::IPriceSource;
use equipoise_tests::{Failure, World};

/// The selector of constructors, `stylus_constructor()`.
const CONSTRUCTOR: [u8; 4] = [0x55, 0x85, 0x25, 0x8d];

fn latest(world: &mut World, source: Address) -> Result<IPriceSource::latestReturn, Failure> {
    world.view(source, &IPriceSource::latestCall {})
}

/// Constructs a program that has been deployed without.
fn construct(world: &mut World, source: Address, arguments: Vec<u8>) -> Result<(), Failure> {
    let owner = world.owner;
    let receipt = world.submit(owner, source, [CONSTRUCTOR.to_vec(), arguments].concat());
    if receipt.status {
        Ok(())
    } else {
        Err(Failure(receipt.output))
    }
}
