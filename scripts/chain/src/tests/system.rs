use alloy_sol_types::{sol, SolCall, SolValue};

use super::{contracts::*, *};

sol! {
    function arbBlockNumber() external view returns (uint256);
    function arbBlockHash(uint256 arbBlockNum) external view returns (bytes32);
    function arbOSVersion() external view returns (uint256);
    function getMaxStylusContractFragments() external view returns (uint8);
    function allCacheManagers() external view returns (address[] managers);
    function getMaxTxGasLimit() external view returns (uint256);
    function cacheProgram(address program) external;
    function mapL1SenderContractAddressToL2Alias(address sender, address unused) external pure returns (address);
}

const ARB_SYS: Address = address!("0x0000000000000000000000000000000000000064");
const ARB_OWNER_PUBLIC: Address = address!("0x000000000000000000000000000000000000006b");
const ARB_GAS_INFO: Address = address!("0x000000000000000000000000000000000000006C");
const ARB_WASM_CACHE: Address = address!("0x0000000000000000000000000000000000000072");

#[test]
fn precompiles_answer_for_this_chain() {
    let mut chain = chain();
    chain.mine(3, None);
    let mut ask = |to: Address, input: Vec<u8>| call(&mut chain, to, input).output;
    assert_eq!(ask(ARB_SYS, arbBlockNumberCall {}.abi_encode()), word(4));
    assert_eq!(ask(ARB_SYS, arbOSVersionCall {}.abi_encode()), word(55 + 61));
    assert_eq!(ask(ARB_OWNER_PUBLIC, getMaxStylusContractFragmentsCall {}.abi_encode()), word(4));
    assert_eq!(ask(ARB_GAS_INFO, getMaxTxGasLimitCall {}.abi_encode()), word(32_000_000));
    let managers = ask(ARB_WASM_CACHE, allCacheManagersCall {}.abi_encode());
    assert_eq!(Vec::<Address>::abi_decode(&managers).unwrap().len(), 1);
    let alias = mapL1SenderContractAddressToL2AliasCall { sender: Address::ZERO, unused: Address::ZERO };
    let aliased = address!("0x1111000000000000000000000000000000001111");
    assert_eq!(ask(ARB_SYS, alias.abi_encode()), Bytes::from(aliased.into_word()));
    let hash = chain.block(BlockId::number(2)).unwrap().hash;
    let input = arbBlockHashCall { arbBlockNum: U256::from(2) }.abi_encode();
    assert_eq!(call(&mut chain, ARB_SYS, input).output, Bytes::from(hash));
}

#[test]
fn a_view_of_a_precompile_costs_its_state_and_words() {
    let mut chain = chain();
    let receipt = send(&mut chain, ARB_SYS, arbBlockNumberCall {}.abi_encode());
    // Intrinsic gas, opening the state, one word of result.
    assert_eq!(receipt.gas_used, 21_000 + 4 * 16 + 800 + 3);
}

#[test]
fn precompiles_refuse_strangers_delegates_and_value() {
    let mut chain = chain();
    let program = deploy(&mut chain, &wasm_store());
    let cache = request(ARB_WASM_CACHE, cacheProgramCall { program }.abi_encode()).gas_limit(100_000);
    let receipt = chain.send(cache).unwrap();
    assert_eq!((receipt.status, receipt.gas_used), (false, 100_000), "only managers may cache");

    let delegate = install(&mut chain, 0xC4, evm_forwarder(0xF4));
    assert!(!call(&mut chain, delegate, forward(ARB_SYS, &arbBlockNumberCall {}.abi_encode())).status);
    let paid = request(ARB_SYS, arbBlockNumberCall {}.abi_encode()).value(U256::from(1));
    assert!(!chain.call(&paid, BlockId::latest(), None).unwrap().status);
    assert!(!call(&mut chain, ARB_SYS, vec![1, 2, 3, 4]).status);
}

#[test]
fn contracts_see_the_parent_chains_block_number_and_the_batch_poster() {
    let mut chain = chain();
    let wasm = entrypoint(
        "block_number()l block_coinbase(i) block_timestamp()l chainid()l write_result(ii)",
        "(i64.store (i32.const 0) (call $block_number))
         (i64.store (i32.const 8) (call $block_timestamp))
         (i64.store (i32.const 16) (call $chainid))
         (call $block_coinbase (i32.const 24))
         (call $write_result (i32.const 0) (i32.const 44))
         (i32.const 0)",
    );
    let program = deploy(&mut chain, &wasm);
    let read = |output: &[u8], at: usize| u64::from_le_bytes(output[at..at + 8].try_into().unwrap());
    let before = call(&mut chain, program, vec![]).output;
    chain.increase_time(120);
    chain.mine(1, None);
    let after = call(&mut chain, program, vec![]).output;
    assert_eq!(read(&after, 0) - read(&before, 0), 10);
    assert_eq!(read(&after, 8), chain.config().timestamp + 120);
    assert_eq!(read(&after, 16), 412_346);
    assert_eq!(Address::from_slice(&after[24..]), address!("0xA4b000000000000000000073657175656e636572"));
}

#[test]
fn an_account_may_delegate_to_a_program() {
    use alloy_consensus::{SignableTransaction, TxEip7702, TxEnvelope};
    use alloy_eips::eip7702::Authorization;
    use alloy_signer::SignerSync;
    use alloy_signer_local::PrivateKeySigner;

    let mut chain = chain();
    let program = deploy(&mut chain, &wasm_store());
    let signer = PrivateKeySigner::from_slice(&[7; 32]).unwrap();
    let sender = PrivateKeySigner::from_slice(&[8; 32]).unwrap();
    chain.set_balance(sender.address(), U256::from(10).pow(U256::from(20)));
    let authorization = Authorization { chain_id: U256::from(chain.chain_id()), address: program, nonce: 0 };
    let signature = signer.sign_hash_sync(&authorization.signature_hash()).unwrap();
    let tx = TxEip7702 {
        chain_id: chain.chain_id(),
        gas_limit: 1_000_000,
        max_fee_per_gas: chain.base_fee(),
        to: signer.address(),
        input: store(3, 4).into(),
        authorization_list: vec![authorization.into_signed(signature)],
        ..TxEip7702::default()
    };
    let signature = sender.sign_hash_sync(&tx.signature_hash()).unwrap();
    let hash = chain.send_signed(&TxEnvelope::from(tx.into_signed(signature))).unwrap();
    assert!(chain.receipt(hash).unwrap().status);
    assert_eq!(slot(&chain, signer.address(), 3), 4);
    assert_eq!(chain.nonce(signer.address(), BlockId::latest()).unwrap(), 1);
}
