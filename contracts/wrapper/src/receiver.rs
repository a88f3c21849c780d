//! Telling contracts of tokens they get: last of all, and under the clearing house's lock.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::words::{write_bytes, write_items, ToWords, WORD};
use equipoise_interfaces::{ERC1155InvalidReceiver, IERC1155Receiver};
use equipoise_kit::lean::{encode, revert};
use equipoise_kit::lock::held;
use equipoise_kit::Revert;
use stylus_sdk::call::call as call_contract;
use stylus_sdk::prelude::*;

use crate::program::Wrapper;
use crate::slots::Place;

const SINGLE: [u8; 4] = IERC1155Receiver::onERC1155ReceivedCall::SELECTOR;
const BATCH: [u8; 4] = IERC1155Receiver::onERC1155BatchReceivedCall::SELECTOR;

/// The arguments of `onERC1155Received`.
struct Received<'a> {
    operator: Address,
    from: Address,
    id: U256,
    value: U256,
    data: &'a [u8],
}

impl ToWords for Received<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        (self.operator, self.from, self.id, self.value, words(5)).write(out);
        write_bytes(self.data, out);
    }
}

/// The arguments of `onERC1155BatchReceived`.
struct BatchReceived<'a> {
    operator: Address,
    from: Address,
    ids: &'a [U256],
    values: &'a [U256],
    data: &'a [u8],
}

impl ToWords for BatchReceived<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        (self.operator, self.from).write(out);
        let after_arrays = tail_of(5, self.ids, self.values);
        let [first, second] = offsets_of(5, self.ids);
        (first, second, after_arrays).write(out);
        write_items(self.ids, out);
        write_items(self.values, out);
        write_bytes(self.data, out);
    }
}

impl Wrapper {
    /// Tells a contract of tokens of one series; others need not be told.
    /// # Errors: ERC1155InvalidReceiver, the receiver's own, the clearing house's
    pub(crate) fn offer(
        &mut self,
        from: Address,
        to: Address,
        (id, value): (U256, U256),
        data: &[u8],
    ) -> Result<(), Revert> {
        let operator = self.vm().msg_sender();
        self.tell_receiver(to, SINGLE, &Received { operator, from, id, value, data })
    }

    /// Tells a contract of tokens of several series.
    /// # Errors: ERC1155InvalidReceiver, the receiver's own, the clearing house's
    pub(crate) fn offer_batch(
        &mut self,
        from: Address,
        to: Address,
        (ids, values): (&[U256], &[U256]),
        data: &[u8],
    ) -> Result<(), Revert> {
        let operator = self.vm().msg_sender();
        self.tell_receiver(to, BATCH, &BatchReceived { operator, from, ids, values, data })
    }

    fn tell_receiver(&mut self, receiver: Address, selector: [u8; 4], words: &dyn ToWords) -> Result<(), Revert> {
        if self.vm().code_size(receiver) == 0 {
            return Ok(());
        }
        let clearing = self.peer(Place::Clearing);
        held(self, clearing, |program| {
            let context = Call::new_mutating(program);
            let input = encode(selector, words);
            match call_contract(program.vm(), context, receiver, &input).map_err(Revert::from) {
                Ok(data) if is_magic(&data, selector) => Ok(()),
                Err(data) if !data.is_empty() => Err(data),
                _ => Err(revert(&ERC1155InvalidReceiver { receiver })),
            }
        })
    }
}

/// Whether an answer begins with a word that is the selector and zeros.
fn is_magic(data: &[u8], selector: [u8; 4]) -> bool {
    let word = data.first_chunk::<WORD>();
    word.and_then(|word| word.split_first_chunk::<4>())
        .is_some_and(|(first, rest)| *first == selector && rest.iter().all(|byte| *byte == 0))
}

/// Appends two arrays as the tail of data whose head is `head_words` words, of which the last two are theirs.
pub(crate) fn write_arrays(head_words: usize, ids: &[U256], values: &[U256], out: &mut Vec<u8>) {
    offsets_of(head_words, ids).write(out);
    write_items(ids, out);
    write_items(values, out);
}

/// Where two arrays begin after a head.
fn offsets_of(head_words: usize, ids: &[U256]) -> [U256; 2] {
    let first = head_words;
    let second = first.saturating_add(ids.len()).saturating_add(1);
    [words(first), words(second)]
}

/// Where what follows two arrays begins.
fn tail_of(head_words: usize, ids: &[U256], values: &[U256]) -> U256 {
    let items = ids.len().saturating_add(values.len());
    words(head_words.saturating_add(items).saturating_add(2))
}

fn words(count: usize) -> U256 {
    U256::from(count.saturating_mul(WORD))
}

#[cfg(test)]
mod tests {
    use alloy_sol_types::{SolEvent, SolValue};
    use equipoise_interfaces::TransferBatch;

    use super::*;

    const OPERATOR: Address = Address::repeat_byte(1);
    const FROM: Address = Address::repeat_byte(2);

    fn numbers(count: u64) -> Vec<U256> {
        (7..7 + count).map(U256::from).collect()
    }

    #[test]
    fn a_receiver_is_told_as_the_general_codec_writes_it() {
        for data in [&b""[..], b"x", &[5; 32], &[6; 45]] {
            let (id, value) = (U256::from(258), U256::from(9));
            let received = Received { operator: OPERATOR, from: FROM, id, value, data };
            let expected = IERC1155Receiver::onERC1155ReceivedCall {
                operator: OPERATOR,
                from: FROM,
                id,
                value,
                data: data.to_vec().into(),
            };
            assert_eq!(encode(SINGLE, &received), expected.abi_encode());
        }
    }

    #[test]
    fn a_receiver_is_told_of_batches_as_the_general_codec_writes_it() {
        for (count, data) in [(0, &b""[..]), (1, b"x"), (3, &[5; 32]), (9, &[6; 45])] {
            let (ids, values) = (numbers(count), numbers(count));
            let received = BatchReceived { operator: OPERATOR, from: FROM, ids: &ids, values: &values, data };
            let expected = IERC1155Receiver::onERC1155BatchReceivedCall {
                operator: OPERATOR,
                from: FROM,
                ids: ids.clone(),
                values: values.clone(),
                data: data.to_vec().into(),
            };
            assert_eq!(encode(BATCH, &received), expected.abi_encode());
        }
    }

    #[test]
    fn a_batch_is_told_as_the_general_codec_writes_it() {
        for count in [0, 1, 4] {
            let (ids, values) = (numbers(count), numbers(count));
            let mut data = Vec::new();
            write_arrays(2, &ids, &values, &mut data);
            assert_eq!(data, (ids.clone(), values.clone()).abi_encode_params());
            let event = TransferBatch { operator: OPERATOR, from: FROM, to: FROM, ids, values };
            assert_eq!(data, event.encode_data());
        }
    }

    #[test]
    fn only_the_selector_and_zeros_mean_yes() {
        let mut word = [0; 32];
        word[..4].copy_from_slice(&SINGLE);
        assert!(is_magic(&word, SINGLE));
        assert!(!is_magic(&word, BATCH));
        assert!(!is_magic(&word[..31], SINGLE));
        word[31] = 1;
        assert!(!is_magic(&word, SINGLE));
        assert!(!is_magic(&[], SINGLE));
    }
}
