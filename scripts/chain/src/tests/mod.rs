//! Whole-chain tests: programs written by hand, deployed and called like any other.
#![allow(clippy::format_collect, reason = "a few imports a test: clearer than folding into a string")]

mod activation;
mod contracts;
mod gas;
mod ledger;
mod nesting;
mod smoke;
mod system;

use alloy_primitives::{address, Address, Bytes, U256};
use alloy_rpc_types_eth::{BlockId, TransactionRequest};

use crate::{CallOutcome, Chain, Config, Deployment, Receipt};

const ALICE: Address = address!("0xA11CE00000000000000000000000000000000000");
const BOB: Address = address!("0xB0B0000000000000000000000000000000000000");

/// A chain where Alice and Bob have a million ether.
fn chain() -> Chain {
    let wealth = U256::from(10).pow(U256::from(24));
    Chain::new(Config { accounts: vec![(ALICE, wealth), (BOB, wealth)], ..Config::default() })
}

/// A module around functions: host calls imported by `imports` as `name(params)result`, one page of memory.
fn program(imports: &str, body: &str) -> Vec<u8> {
    let imports: String = imports
        .split_whitespace()
        .map(|import| {
            let (name, rest) = import.split_once('(').unwrap();
            let (params, result) = rest.split_once(')').unwrap();
            let ty = |letter: char| if letter == 'l' { "i64" } else { "i32" };
            let params: String = params.chars().map(|letter| format!("(param {})", ty(letter))).collect();
            let result: String = result.chars().map(|letter| format!("(result {})", ty(letter))).collect();
            format!("(import \"vm_hooks\" \"{name}\" (func ${name} {params} {result}))")
        })
        .collect();
    wat::parse_str(format!("(module {imports} (memory (export \"memory\") 1 1) {body})")).unwrap()
}

/// A program with only an entrypoint.
fn entrypoint(imports: &str, body: &str) -> Vec<u8> {
    program(imports, &format!("(func (export \"user_entrypoint\") (param $len i32) (result i32) {body})"))
}

fn deploy(chain: &mut Chain, wasm: &[u8]) -> Address {
    deployment(chain, wasm).address
}

fn deployment(chain: &mut Chain, wasm: &[u8]) -> Deployment {
    chain.deploy_program(ALICE, wasm, Bytes::new(), false).unwrap()
}

fn request(to: Address, input: impl Into<Bytes>) -> TransactionRequest {
    TransactionRequest::default().from(ALICE).to(to).input(input.into().into())
}

fn call(chain: &mut Chain, to: Address, input: impl Into<Bytes>) -> CallOutcome {
    chain.call(&request(to, input), BlockId::latest(), None).unwrap()
}

fn send(chain: &mut Chain, to: Address, input: impl Into<Bytes>) -> Receipt {
    chain.send(request(to, input)).unwrap()
}

fn word(value: u64) -> Bytes {
    U256::from(value).to_be_bytes_vec().into()
}
