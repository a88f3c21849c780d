//! Uniswap v3 as its npm package has it compiled.

use alloy_primitives::aliases::U24;
use alloy_primitives::{hex, Address};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use alloy_sol_types::sol;

use crate::world::{repository, World};

const FACTORY: &str =
    "tests/clients/node_modules/@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json";
/// Five basis points, in millionths.
const FEE: u32 = 500;

sol! {
    #[allow(missing_docs)]
    interface Factory {
        function createPool(address tokenA, address tokenB, uint24 fee) external returns (address pool);
        function getPool(address tokenA, address tokenB, uint24 fee) external view returns (address pool);
    }
}

/// A pool of two tokens, without a price and without liquidity.
/// # Panics: the clients are not installed
pub fn uniswap_pool(world: &mut World, one: Address, other: Address) -> Address {
    let text = std::fs::read_to_string(repository(FACTORY)).expect("run `npm ci --ignore-scripts` in tests/clients");
    let artifact: serde_json::Value = serde_json::from_str(&text).expect("an artifact is JSON");
    let code = artifact["bytecode"].as_str().and_then(|code| hex::decode(code).ok()).expect("it has bytecode");
    let input = TransactionInput::new(code.into());
    let request = TransactionRequest { from: Some(world.owner), input, ..TransactionRequest::default() };
    let receipt = world.chain.send(request).expect("the factory is created");
    let factory = receipt.contract_address.expect("it has an address");
    let (owner, fee) = (world.owner, U24::from(FEE));
    let create = Factory::createPoolCall { tokenA: one, tokenB: other, fee };
    world.send(owner, factory, &create).expect("anybody may");
    world.read(factory, &Factory::getPoolCall { tokenA: one, tokenB: other, fee })
}
