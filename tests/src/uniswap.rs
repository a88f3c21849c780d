//! Uniswap's own v3 contracts, as their npm package has them compiled.

use alloy_primitives::aliases::U24;
use alloy_primitives::Address;
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use equipoise_cli::uniswap::{factory_code, UniswapFactory, FEE};

use crate::clients::has_clients;
use crate::world::World;

/// A pool of two tokens, without a price and without liquidity. None if node is not there.
/// # Panics: node is there, but the packages are not installed
pub fn uniswap_pool(world: &mut World, one: Address, other: Address) -> Option<Address> {
    if !has_clients() {
        return None;
    }
    let code = factory_code().expect("an artifact").expect("run `npm ci --ignore-scripts` in tests/clients");
    let request =
        TransactionRequest { from: Some(world.owner), input: TransactionInput::new(code), ..Default::default() };
    let receipt = world.chain.send(request).expect("a factory is created");
    assert!(receipt.status, "{}", receipt.output);
    let (factory, owner, fee) = (receipt.contract_address.expect("it has an address"), world.owner, U24::from(FEE));
    let create = UniswapFactory::createPoolCall { tokenA: one, tokenB: other, fee };
    world.send(owner, factory, &create).expect("anybody may");
    Some(world.read(factory, &UniswapFactory::getPoolCall { tokenA: one, tokenB: other, fee }))
}
