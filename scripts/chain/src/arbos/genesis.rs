//! The state that the chain starts with.

use alloy_primitives::{address, bytes, hex, Address, Bytes, B256, U256};
use revm::{bytecode::Bytecode, state::AccountInfo};

use super::{address_set, data_pricer, programs, storage::Space, PRECOMPILES, STATE};
use crate::state::State;

/// Creates, activates and constructs programs in one transaction.
pub(crate) const STYLUS_DEPLOYER: Address = address!("0xcEcba2F1DC234f70Dd89F2041029807F8D03A990");
/// Takes bids for the program cache.
pub(crate) const CACHE_MANAGER: Address = address!("0x51dEDBD2f190E0696AFbEE5E60bFdE96d86464ec");
/// Creates contracts at addresses that depend on a salt only.
const CREATE2_DEPLOYER: Address = address!("0x4e59b44847b379578588920cA78FbF26c0B4956C");
/// The owner of the chain; nobody holds its key.
const CHAIN_OWNER: Address = address!("0xA4B00000000000000000000000000000000000E0");

const CREATE2_DEPLOYER_CODE: Bytes = bytes!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);

const STYLUS_DEPLOYER_ARTIFACT: &str = include_str!("../../../solidity/artifacts/StylusDeployer.json");
const CACHE_MANAGER_ARTIFACT: &str = include_str!("../../../solidity/artifacts/CacheManager.json");

/// The set of chain owners.
pub(super) fn chain_owners() -> Space {
    Space::ROOT.open(&[4])
}

/// The state before the first block, with ether for `accounts`.
pub(crate) fn state(arbos_version: u64, accounts: &[(Address, U256)]) -> State {
    let mut state = State::default();
    for address in PRECOMPILES {
        put_code(&mut state, address, Bytes::from_static(&[0xFE]));
    }
    put_code(&mut state, CREATE2_DEPLOYER, CREATE2_DEPLOYER_CODE);
    put_code(&mut state, STYLUS_DEPLOYER, deployed_code(STYLUS_DEPLOYER_ARTIFACT));
    put_code(&mut state, CACHE_MANAGER, deployed_code(CACHE_MANAGER_ARTIFACT));
    state.set_info(STATE, AccountInfo { nonce: 1, ..AccountInfo::default() });
    for (slot, value) in arbos_slots(arbos_version) {
        state.set_slot(STATE, slot, value);
    }
    for (address, wei) in accounts {
        let info = state.info(*address).unwrap_or_default();
        state.set_info(*address, AccountInfo { balance: *wei, ..info });
    }
    state.forget_before(state.mark());
    state
}

fn arbos_slots(version: u64) -> Vec<(U256, U256)> {
    let mut slots = vec![(Space::ROOT.nth(0), U256::from(version))];
    slots.extend(data_pricer::INITIAL.map(|(key, value)| (programs::pricer().nth(key), U256::from(value))));
    slots.extend(address_set::slots(programs::cache_managers(), &[CACHE_MANAGER]));
    slots.extend(address_set::slots(chain_owners(), &[CHAIN_OWNER]));
    slots
}

fn put_code(state: &mut State, address: Address, code: Bytes) {
    let info = AccountInfo { nonce: 1, ..AccountInfo::default() };
    state.set_info(address, info.with_code(Bytecode::new_legacy(code)));
}

/// The deployed code in a compiler artifact.
fn deployed_code(artifact: &str) -> Bytes {
    let start = artifact.split_once("\"deployedBytecode\"").map_or("", |(_, rest)| rest);
    let code = start.split('"').nth(1).unwrap_or_default();
    hex::decode(code).unwrap_or_default().into()
}

/// Digest of the genesis state's parameters, the first block's parent hash.
pub(crate) fn digest(chain_id: u64) -> B256 {
    alloy_primitives::keccak256(chain_id.to_be_bytes())
}
