//! Frames: what is recorded of each kind, and that watching changes nothing.

use alloy_primitives::{address, Address, Bytes, B256, U256};
use alloy_rpc_types_eth::{BlockId, TransactionRequest};
use alloy_rpc_types_trace::geth::{CallConfig, CallFrame};
use equipoise_chain::{Chain, Config, Receipt, TraceError};

pub const ALICE: Address = address!("0xA11CE00000000000000000000000000000000000");
/// Calls the address in the first word with what follows it.
const FORWARDER: &str = "0x6020360360205f375f5f602036035f5f5f355af100";
/// Reverts with its calldata.
const REVERTER: &str = "0x365f5f37365ffd";
/// Stores the block's timestamp in slot 0 and logs nothing but that it did.
const CLOCK: &str = "0x425f555f5fa000";

pub fn chain() -> Chain {
    Chain::new(Config { accounts: vec![(ALICE, U256::from(10).pow(U256::from(24)))], ..Config::default() })
}

/// A contract with this code.
pub fn contract(chain: &mut Chain, byte: u8, code: &str) -> Address {
    let address = Address::repeat_byte(byte);
    chain.set_code(address, code.parse().unwrap());
    address
}

pub fn forwarder(chain: &mut Chain) -> Address {
    contract(chain, 0xf0, FORWARDER)
}

/// Calldata that has a forwarder call `to`.
pub fn forward(to: Address, input: &[u8]) -> Vec<u8> {
    [to.into_word().as_slice(), input].concat()
}

pub fn request(to: Address, input: impl Into<Bytes>) -> TransactionRequest {
    TransactionRequest::default().from(ALICE).to(to).input(input.into().into()).gas_limit(5_000_000)
}

pub fn send(chain: &mut Chain, to: Address, input: impl Into<Bytes>) -> Receipt {
    chain.send(request(to, input)).unwrap()
}

/// The frames of a transaction, which must have used the gas that it used when it ran.
pub fn frames(chain: &mut Chain, receipt: &Receipt) -> CallFrame {
    let config = CallConfig { with_log: Some(true), ..CallConfig::default() };
    let calls = chain.trace_transaction(receipt.transaction_hash, config).unwrap().calls;
    assert_eq!(calls.gas_used, U256::from(receipt.gas_used), "a trace uses the gas of the transaction");
    assert_eq!(calls.error.is_none(), receipt.status);
    calls
}

#[test]
fn frames_say_who_called_whom_and_how_it_ended() {
    let mut chain = chain();
    let (forwarder, reverter) = (forwarder(&mut chain), contract(&mut chain, 0xee, REVERTER));
    // Error(string): "no".
    let error = [
        &[0x08, 0xc3, 0x79, 0xa0][..],
        &U256::from(32).to_be_bytes::<32>(),
        &U256::from(2).to_be_bytes::<32>(),
        &[b"no".as_slice(), &[0; 30]].concat(),
    ]
    .concat();
    let receipt = send(&mut chain, forwarder, forward(reverter, &error));
    let root = frames(&mut chain, &receipt);
    assert_eq!((root.typ.as_str(), root.from, root.to), ("CALL", ALICE, Some(forwarder)));
    assert_eq!((root.gas, root.value), (U256::from(5_000_000), Some(U256::ZERO)));
    let [inner] = root.calls.as_slice() else { panic!("{root:?}") };
    assert_eq!((inner.typ.as_str(), inner.from, inner.to), ("CALL", forwarder, Some(reverter)));
    assert_eq!(inner.error.as_deref(), Some("execution reverted"));
    assert_eq!((inner.revert_reason.as_deref(), inner.output.clone()), (Some("no"), Some(error.into())));
}

#[test]
fn precompiles_creations_and_self_destructions_are_frames() {
    let mut chain = chain();
    let forwarder = forwarder(&mut chain);
    let sha = Address::with_last_byte(2);
    let receipt = send(&mut chain, forwarder, forward(sha, b"abc"));
    let [inner] = &frames(&mut chain, &receipt).calls[..] else { panic!("a precompile is called") };
    assert_eq!((inner.to, inner.gas_used, inner.input.as_ref()), (Some(sha), U256::from(72), b"abc".as_slice()));

    // CREATE of nothing, then CREATE2 of code that is INVALID.
    let factory = contract(&mut chain, 0xfa, "0x5f5f5ff05060fe5f535f60015f5ff500");
    let receipt = send(&mut chain, factory, vec![]);
    let root = frames(&mut chain, &receipt);
    let kinds: Vec<_> = root.calls.iter().map(|call| (call.typ.as_str(), call.to, call.error.is_some())).collect();
    assert_eq!(kinds, [("CREATE", Some(factory.create(0)), false), ("CREATE2", None, true)]);
    assert_eq!(root.calls[1].gas_used, root.calls[1].gas, "what is invalid takes all gas");

    let heir = Address::repeat_byte(0x77);
    let doomed = contract(&mut chain, 0xdd, &format!("0x73{}ff", alloy_primitives::hex::encode(heir)));
    chain.set_balance(doomed, U256::from(5));
    let receipt = send(&mut chain, doomed, vec![]);
    let [destroyed] = &frames(&mut chain, &receipt).calls[..] else { panic!("a self-destruction is a frame") };
    assert_eq!((destroyed.typ.as_str(), destroyed.from), ("SELFDESTRUCT", doomed));
    assert_eq!((destroyed.to, destroyed.value), (Some(heir), Some(U256::from(5))));
}

#[test]
fn only_the_top_call_and_no_logs_are_shown_if_so_asked() {
    let mut chain = chain();
    let (forwarder, clock) = (forwarder(&mut chain), contract(&mut chain, 0xcc, CLOCK));
    let receipt = send(&mut chain, forwarder, forward(clock, &[]));
    let [inner] = &frames(&mut chain, &receipt).calls[..] else { panic!("one call") };
    assert_eq!((inner.logs.len(), inner.logs[0].index, inner.logs[0].position), (1, Some(0), Some(0)));
    let mut shown = |config| chain.trace_transaction(receipt.transaction_hash, config).unwrap().calls;
    assert!(shown(CallConfig::default()).calls[0].logs.is_empty());
    assert!(shown(CallConfig { only_top_call: Some(true), ..CallConfig::default() }).calls.is_empty());
}

#[test]
fn a_transaction_is_traced_on_the_state_that_it_ran_on() {
    let mut chain = chain();
    let clock = contract(&mut chain, 0xcc, CLOCK);
    chain.set_automine(false);
    // The first of the block writes, the second finds its value, and between them the account is changed from outside.
    let first = send(&mut chain, clock, vec![]);
    chain.set_storage(clock, U256::ZERO, B256::with_last_byte(9));
    let second = send(&mut chain, clock, vec![]);
    assert_ne!(first.gas_used, second.gas_used);
    let pending = frames(&mut chain, &second);
    chain.mine(3, Some(60));
    chain.set_storage(clock, U256::ZERO, B256::ZERO);
    frames(&mut chain, &first);
    assert_eq!(frames(&mut chain, &second), pending);
    assert_eq!(chain.storage(clock, U256::ZERO, BlockId::latest()).unwrap(), B256::ZERO, "a trace leaves no trace");
}

#[test]
fn unknown_and_forgotten_transactions_are_refused() {
    let mut chain = chain();
    let unknown = B256::repeat_byte(1);
    let trace = |chain: &mut Chain, hash| chain.trace_transaction(hash, CallConfig::default()).map(|_| ());
    assert_eq!(trace(&mut chain, unknown), Err(TraceError::TransactionUnknown(unknown)));
    let before = chain.snapshot();
    let hash = send(&mut chain, ALICE, vec![]).transaction_hash;
    chain.mine(400, None);
    assert_eq!(trace(&mut chain, hash), Ok(()), "what a snapshot needs is kept");
    chain.release(before);
    chain.mine(1, None);
    assert_eq!(trace(&mut chain, hash), Err(TraceError::StateForgotten(hash)));
    let before = chain.snapshot();
    let hash = send(&mut chain, ALICE, vec![]).transaction_hash;
    assert!(chain.revert(before));
    assert_eq!(trace(&mut chain, hash), Err(TraceError::TransactionUnknown(hash)));
}
