//! The program's door: decodes a call, prices, and answers.

use alloy_sol_types::SolCall;
use equipoise_interfaces::IPricer::{bookCall, navCall, priceCall};
use equipoise_interfaces::Values;
use equipoise_kit::lean::{answer, open, unknown, Arguments};
use equipoise_kit::Revert;
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::counter::Counter;

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature that the SDK calls")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (selector, mut given) = open(&input, &vm)?;
    match selector {
        priceCall::SELECTOR => answer(&unpack(&mut given)?.price()?),
        bookCall::SELECTOR => answer(&unpack(&mut given)?.book()?),
        navCall::SELECTOR => answer(&unpack(&mut given)?.nav()?),
        _ => unknown(selector),
    }
}

/// Unpacks the arguments, which all functions share. In parts, and on the heap: the stack has 16 KiB, and each copy of the
/// values takes one and a half.
/// # Errors: CalldataMalformed, MarketNumberOutOfDomain
fn unpack(given: &mut Arguments<'_>) -> Result<Box<Counter>, Revert> {
    let (moment, vault, values) = (given.take()?, given.take()?, take_values(given)?);
    Counter::unpack(&moment, &vault, &values)
}

#[inline(never)]
fn take_values(given: &mut Arguments<'_>) -> Result<Box<Values>, Revert> {
    given.take().map(Box::new)
}
