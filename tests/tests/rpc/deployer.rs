//! The Stylus deployer and the cache manager, Solidity over the precompiles.

use alloy_network::{EthereumWallet, TransactionBuilder};
use alloy_primitives::{address, keccak256, Address, Bytes, B256, U256};
use alloy_provider::{Provider, ProviderBuilder};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::sol;
use equipoise_chain::program;

use crate::support::Server;

sol!(
    #[sol(rpc)]
    #[derive(Debug)]
    #[allow(missing_docs)]
    StylusDeployer,
    "../scripts/solidity/artifacts/StylusDeployer.json"
);

sol! {
    #[sol(rpc)]
    #[derive(Debug)]
    #[allow(missing_docs)]
    interface ArbWasmCache {
        function allCacheManagers() external view returns (address[] managers);
        function codehashIsCached(bytes32 codehash) external view returns (bool);
    }
}

sol!(
    #[sol(rpc)]
    #[derive(Debug)]
    #[allow(missing_docs)]
    CacheManager,
    "../scripts/solidity/artifacts/CacheManager.json"
);

const DEPLOYER: Address = address!("0xcEcba2F1DC234f70Dd89F2041029807F8D03A990");
const ARB_WASM_CACHE: Address = address!("0x0000000000000000000000000000000000000072");
/// More than any activation here costs, in wei.
const PLENTY: u64 = 1_000_000_000_000_000;

fn provider(server: &Server) -> impl Provider + Clone {
    let signer = PrivateKeySigner::from_bytes(&server.accounts[0].key).unwrap();
    ProviderBuilder::new().wallet(EthereumWallet::from(signer)).connect_http(server.url().parse().unwrap())
}

/// Creation code of a program that returns its input and ends with `status`: 0 returns, 1 reverts.
fn echo(status: u32) -> Bytes {
    let text = format!(
        r#"(module
            (import "vm_hooks" "read_args" (func $read (param i32)))
            (import "vm_hooks" "write_result" (func $write (param i32 i32)))
            (import "vm_hooks" "pay_for_memory_grow" (func $grow (param i32)))
            (memory (export "memory") 1)
            (func (export "user_entrypoint") (param $length i32) (result i32)
                (call $read (i32.const 0))
                (call $write (i32.const 0) (local.get $length))
                (i32.const {status})))"#
    );
    let prepared = program::prepare(&wat::parse_str(text).unwrap()).unwrap();
    program::init_code(&prepared.deployable)
}

#[tokio::test]
async fn a_deployment_activates_once_and_refunds_what_is_left() {
    let server = Server::start();
    let provider = provider(&server);
    let deployer = StylusDeployer::new(DEPLOYER, &provider);
    let mut addresses = Vec::new();
    for (value, activates) in [(PLENTY, true), (PLENTY, false), (0, false)] {
        let before = provider.get_balance(server.account(0)).await.unwrap();
        let call = deployer.deploy_call(echo(0), Bytes::new(), U256::ZERO, B256::ZERO).value(U256::from(value));
        let receipt = call.send().await.unwrap().get_receipt().await.unwrap();
        let after = provider.get_balance(server.account(0)).await.unwrap();
        let gas = U256::from(u128::from(receipt.gas_used) * receipt.effective_gas_price);
        let fee = before - after - gas;
        assert_eq!(fee > U256::ZERO, activates, "a data fee of {fee} wei");
        assert!(fee < U256::from(PLENTY) / U256::from(2), "a data fee of {fee} wei");
        assert_eq!(provider.get_balance(DEPLOYER).await.unwrap(), U256::ZERO);
        let deployed = receipt.decoded_log::<StylusDeployer::ContractDeployed>().unwrap();
        assert!(!deployer.requiresActivation(deployed.deployedContract).call().await.unwrap());
        addresses.push(deployed.deployedContract);
    }
    addresses.dedup();
    assert_eq!(addresses.len(), 3);
}

#[tokio::test]
async fn a_salt_fixes_the_address_together_with_the_constructor() {
    let server = Server::start();
    let provider = provider(&server);
    let deployer = StylusDeployer::new(DEPLOYER, &provider);
    let (salt, constructor) = (B256::repeat_byte(3), Bytes::from_static(b"constructor"));
    let expected_salt = keccak256([salt.as_slice(), &constructor].concat());
    assert_eq!(deployer.initSalt(salt, constructor.clone()).call().await.unwrap(), expected_salt);
    let call = deployer.deploy_call(echo(0), constructor, U256::from(5), salt).value(U256::from(PLENTY));
    let receipt = call.send().await.unwrap().get_receipt().await.unwrap();
    let deployed = receipt.decoded_log::<StylusDeployer::ContractDeployed>().unwrap().deployedContract;
    assert_eq!(deployed, DEPLOYER.create2_from_code(expected_salt, echo(0)));
    assert_eq!(provider.get_balance(deployed).await.unwrap(), U256::from(5), "the constructor's value");
    // The address is taken now, and a second creation has no reason to give.
    let again = deployer.deploy_call(echo(0), Bytes::from_static(b"constructor"), U256::ZERO, salt);
    let error = again.call().await.unwrap_err();
    assert!(error.as_decoded_error::<StylusDeployer::ContractDeploymentError>().is_some(), "{error}");
}

#[tokio::test]
async fn a_deployment_that_cannot_be_completed_says_why() {
    let server = Server::start();
    let provider = provider(&server);
    let deployer = StylusDeployer::new(DEPLOYER, &provider);
    let plenty = U256::from(PLENTY);

    let empty = deployer.deploy_call(Bytes::new(), Bytes::new(), U256::ZERO, B256::ZERO).value(plenty);
    let error = empty.call().await.unwrap_err();
    assert!(error.as_decoded_error::<StylusDeployer::EmptyBytecode>().is_some(), "{error}");

    let unasked = deployer.deploy_call(echo(0), Bytes::new(), U256::from(1), B256::ZERO).value(plenty);
    let error = unasked.call().await.unwrap_err();
    assert!(error.as_decoded_error::<StylusDeployer::InitValueButNotInitData>().is_some(), "{error}");

    let reason = Bytes::from_static(b"why");
    let failing = deployer.deploy_call(echo(1), reason.clone(), U256::ZERO, B256::ZERO).value(plenty);
    let error = failing.call().await.unwrap_err();
    let failed = error.as_decoded_error::<StylusDeployer::ContractInitializationError>().unwrap();
    assert_eq!(failed.data, reason);

    // Nothing pays the data fee, so the activation fails.
    let unpaid = deployer.deploy_call(echo(0), Bytes::new(), U256::ZERO, B256::ZERO);
    unpaid.call().await.unwrap_err();
    // EVM code is not a program: the activation refuses it.
    let evm = deployer.deploy_call(program::init_code(&[0x00]), Bytes::new(), U256::ZERO, B256::ZERO).value(plenty);
    evm.call().await.unwrap_err();
}

#[tokio::test]
async fn a_bid_caches_a_program_and_takes_its_room() {
    let server = Server::start();
    let provider = provider(&server);
    let deployer = StylusDeployer::new(DEPLOYER, &provider);
    let call = deployer.deploy_call(echo(0), Bytes::new(), U256::ZERO, B256::ZERO).value(U256::from(PLENTY));
    let receipt = call.send().await.unwrap().get_receipt().await.unwrap();
    let program = receipt.decoded_log::<StylusDeployer::ContractDeployed>().unwrap().deployedContract;
    let codehash = keccak256(provider.get_code_at(program).await.unwrap());

    let cache = ArbWasmCache::new(ARB_WASM_CACHE, &provider);
    assert!(!cache.codehashIsCached(codehash).call().await.unwrap());
    let managers = cache.allCacheManagers().call().await.unwrap();
    let manager = CacheManager::new(*managers.last().unwrap(), &provider);
    assert_eq!(manager.getMinBid_0(program).call().await.unwrap().to::<u64>(), 0);
    let receipt = manager.placeBid(program).send().await.unwrap().get_receipt().await.unwrap();
    let bid = receipt.decoded_log::<CacheManager::InsertBid>().unwrap();
    assert_eq!((bid.codehash, bid.program), (codehash, program));
    assert_eq!(manager.queueSize().call().await.unwrap(), bid.size);
    assert!(cache.codehashIsCached(codehash).call().await.unwrap());

    let error = manager.placeBid(program).call().await.unwrap_err();
    assert!(error.as_decoded_error::<CacheManager::AlreadyCached>().is_some(), "{error}");
    let error = manager.getMinBid_2(u64::MAX).call().await.unwrap_err();
    assert!(error.as_decoded_error::<CacheManager::AsmTooLarge>().is_some(), "{error}");
    // A contract that is no program has no room to ask for.
    let request = alloy_rpc_types_eth::TransactionRequest::default().with_to(*manager.address());
    provider.call(request.with_input(manager.placeBid(DEPLOYER).calldata().clone())).await.unwrap_err();
}
