//! Uniswap's own v3 contracts, as their npm package has them compiled.

use alloy_primitives::Address;
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use equipoise_cli::uniswap::factory_code;

use crate::clients::has_clients;
use crate::world::World;

/// A factory of pools, the owner's. None if node is not there.
/// # Panics: node is there, but the packages are not installed
pub fn uniswap_factory(world: &mut World) -> Option<Address> {
    if !has_clients() {
        return None;
    }
    let code = factory_code().expect("an artifact").expect("run `npm ci --ignore-scripts` in tests/clients");
    let request =
        TransactionRequest { from: Some(world.owner), input: TransactionInput::new(code), ..Default::default() };
    let receipt = world.chain.send(request).expect("a factory is created");
    assert!(receipt.status, "{}", receipt.output);
    receipt.contract_address
}
