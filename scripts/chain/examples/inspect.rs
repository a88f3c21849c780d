//! Deploys a WASM file and prints what deploying and calling it costs.
//!
//! `cargo run -p equipoise-chain --example inspect FILE [CALLDATA-HEX]...`
#![allow(clippy::expect_used, clippy::print_stdout)]

use alloy_primitives::{address, hex, Address, Bytes, U256};
use alloy_rpc_types_eth::TransactionRequest;
use equipoise_chain::{Chain, Config};

const USER: Address = address!("0x0000000000000000000000000000000000000055");

fn main() {
    let mut args = std::env::args().skip(1);
    let file = args.next().expect("give a WASM file");
    let wasm = std::fs::read(&file).expect("the file can be read");
    let inputs: Vec<Bytes> = args.map(|text| hex::decode(text).expect("call data is hex").into()).collect();

    let wealth = U256::from(10).pow(U256::from(24));
    let mut chain = Chain::new(Config { accounts: vec![(USER, wealth)], ..Config::default() });
    let program = match chain.deploy_program(USER, &wasm, Bytes::new(), false) {
        Ok(program) => program,
        Err(error) => return println!("{file}: {error}"),
    };
    println!("{file}: {} bytes, {} as code", program.wasm_size, program.code_size);
    println!("deployment: {} gas, data fee {} wei", program.receipt.gas_used, program.data_fee);
    for cached in [false, true] {
        if cached {
            chain.cache_program(USER, program.address).expect("the program can be cached");
        }
        for input in &inputs {
            let call = TransactionRequest::default().from(USER).to(program.address).input(input.clone().into());
            let receipt = chain.send(call).expect("the call is sent");
            let state = if cached { "cached" } else { "not cached" };
            println!("{input}, {state}: {} gas, ok {}, output {}", receipt.gas_used, receipt.status, receipt.output);
        }
    }
}
