//! What tests compare: a value in the words of this codec and of the general one.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolError};

use super::{EventWords, ToWords};

pub const WHO: Address = Address::repeat_byte(0xa1);
pub const OTHER: Address = Address::repeat_byte(0xb2);
pub const ACCOUNT: B256 = B256::repeat_byte(0xc3);

pub fn amount(value: u64) -> U256 {
    U256::from(value) << 100
}

pub fn words<T: ToWords>(selector: [u8; 4], value: &T) -> Vec<u8> {
    let mut out = selector.to_vec();
    value.write(&mut out);
    out
}

pub fn same_error<E: SolError + ToWords>(error: &E) {
    assert_eq!(words(E::SELECTOR, error), error.abi_encode(), "{}", E::SIGNATURE);
}

pub fn same_call<C: SolCall + ToWords>(call: &C) {
    assert_eq!(words(C::SELECTOR, call), call.abi_encode(), "{}", C::SIGNATURE);
}

pub fn same_event<E: EventWords>(event: &E) {
    let log = event.encode_log_data();
    let mut topics = E::SIGNATURE_HASH.to_vec();
    event.write_indexed(&mut topics);
    let mut data = Vec::new();
    event.write_data(&mut data);
    let expected: Vec<u8> = log.topics().iter().flat_map(|topic| topic.0).collect();
    assert_eq!(topics, expected, "{}", E::SIGNATURE);
    assert_eq!(topics.len(), 32 * (1 + E::INDEXED), "{}", E::SIGNATURE);
    assert_eq!(data, log.data.to_vec(), "{}", E::SIGNATURE);
}
