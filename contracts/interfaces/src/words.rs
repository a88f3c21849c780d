//! A lean codec for static ABI data: every value is one or more 32-byte words in their order.
//!
//! Programs pay for each byte of code. The general codec of `alloy-sol-types` costs a program of this
//! size about 100 kB of WASM; this one costs a few. It encodes the very types of the interfaces, so
//! there is still one definition of the ABI, and tests compare it with the general codec on every type.

use alloc::vec::Vec;

use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, FixedBytes, B256, I256, U256};

/// Bytes of a word.
pub const WORD: usize = 32;

/// Writes itself as words.
pub trait ToWords {
    /// Appends its words.
    fn write(&self, out: &mut Vec<u8>);
}

/// An event whose fields are all static: words for its topics, words for its data.
pub trait EventWords: alloy_sol_types::SolEvent {
    /// How many of its fields are indexed.
    const INDEXED: usize;

    /// Appends the indexed fields.
    fn write_indexed(&self, out: &mut Vec<u8>);

    /// Appends the other fields.
    fn write_data(&self, out: &mut Vec<u8>);
}

/// Reads itself from words, strictly: bits outside its type are refused.
pub trait FromWords: Sized {
    /// How many words it takes.
    const WORDS: usize;

    /// Takes its words from the front of `input`.
    fn read(input: &mut &[u8]) -> Option<Self>;
}

/// Reads arguments or answers that are all static; what follows them is ignored, as in Solidity.
pub fn decode<T: FromWords>(data: &[u8]) -> Option<T> {
    let mut rest = data;
    T::read(&mut rest)
}

/// The words of a value.
pub fn words_of<T: ToWords>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    value.write(&mut out);
    out
}

/// The one word of a value of one word: a topic of an event.
pub fn word_of<T: ToWords>(value: &T) -> B256 {
    B256::try_from(words_of(value).as_slice()).unwrap_or_default()
}

/// Takes one word.
pub fn take_word<'a>(input: &mut &'a [u8]) -> Option<&'a [u8; WORD]> {
    let (word, rest) = input.split_first_chunk::<WORD>()?;
    *input = rest;
    Some(word)
}

/// Reads a dynamic array of static items, whose offset is the next word of `head`, relative to `data`.
pub fn read_array<T: FromWords>(data: &[u8], head: &mut &[u8]) -> Option<Vec<T>> {
    let offset = usize::try_from(u64::read(head)?).ok()?;
    let mut rest = data.get(offset..)?;
    let count = usize::try_from(u64::read(&mut rest)?).ok()?;
    // Bounds the allocation by what the caller has paid to send.
    if rest.len().checked_div(WORD)? < count.checked_mul(T::WORDS)? {
        return None;
    }
    (0..count).map(|_| T::read(&mut rest)).collect()
}

/// Where a dynamic struct begins, whose offset is the next word of `head`, relative to `data`.
pub fn read_tail<'a>(data: &'a [u8], head: &mut &[u8]) -> Option<&'a [u8]> {
    let offset = usize::try_from(u64::read(head)?).ok()?;
    data.get(offset..)
}

/// Reads dynamic bytes, whose offset is the next word of `head`, relative to `data`.
pub fn read_bytes<'a>(data: &'a [u8], head: &mut &[u8]) -> Option<&'a [u8]> {
    let offset = usize::try_from(u64::read(head)?).ok()?;
    let mut rest = data.get(offset..)?;
    let length = usize::try_from(u64::read(&mut rest)?).ok()?;
    rest.get(..length)
}

/// Appends the length of bytes and the bytes, filled up to whole words.
pub fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    U256::from(bytes.len()).write(out);
    for chunk in bytes.chunks(WORD) {
        B256::right_padding_from(chunk).write(out);
    }
}

/// Appends a dynamic array as the tail of data whose head is `head_words` words.
pub fn write_array<T: ToWords>(head_words: usize, items: &[T], out: &mut Vec<u8>) {
    let bytes = head_words.saturating_mul(32);
    U256::from(bytes).write(out);
    write_items(items, out);
}

/// Appends the length and the items of an array.
pub fn write_items<T: ToWords>(items: &[T], out: &mut Vec<u8>) {
    U256::from(items.len()).write(out);
    for item in items {
        item.write(out);
    }
}

/// Appends one word. Never inlined: a program writes words in a hundred places.
#[inline(never)]
fn push(out: &mut Vec<u8>, word: &[u8; WORD]) {
    out.extend_from_slice(word);
}

impl ToWords for U256 {
    #[inline(never)]
    fn write(&self, out: &mut Vec<u8>) {
        push(out, &self.to_be_bytes::<WORD>());
    }
}

impl FromWords for U256 {
    const WORDS: usize = 1;

    #[inline(never)]
    fn read(input: &mut &[u8]) -> Option<Self> {
        take_word(input).map(|word| Self::from_be_bytes(*word))
    }
}

impl ToWords for I256 {
    fn write(&self, out: &mut Vec<u8>) {
        self.into_raw().write(out);
    }
}

impl FromWords for I256 {
    const WORDS: usize = 1;

    fn read(input: &mut &[u8]) -> Option<Self> {
        U256::read(input).map(Self::from_raw)
    }
}

impl ToWords for B256 {
    fn write(&self, out: &mut Vec<u8>) {
        push(out, &self.0);
    }
}

impl FromWords for B256 {
    const WORDS: usize = 1;

    fn read(input: &mut &[u8]) -> Option<Self> {
        take_word(input).map(|word| Self::new(*word))
    }
}

impl ToWords for FixedBytes<4> {
    fn write(&self, out: &mut Vec<u8>) {
        let mut word = [0; WORD];
        if let Some(place) = word.first_chunk_mut() {
            *place = self.0;
        }
        push(out, &word);
    }
}

/// The limbs of a word, the lowest first. Whole limbs are looked at, for a branch costs a program as much as thirty additions.
fn take_limbs(input: &mut &[u8]) -> Option<[u64; 4]> {
    take_word(input).map(|word| *U256::from_be_bytes(*word).as_limbs())
}

/// The last eight bytes of a word whose others are zero.
#[inline(never)]
fn read_low(input: &mut &[u8]) -> Option<u64> {
    let [low, a, b, c] = take_limbs(input)?;
    (a | b | c == 0).then_some(low)
}

#[inline(never)]
fn write_low(number: u64, out: &mut Vec<u8>) {
    U256::from_limbs([number, 0, 0, 0]).write(out);
}

macro_rules! unsigned {
    ($($name:ty),*) => {$(
        impl ToWords for $name {
            fn write(&self, out: &mut Vec<u8>) {
                write_low((*self).into(), out);
            }
        }

        impl FromWords for $name {
            const WORDS: usize = 1;

            fn read(input: &mut &[u8]) -> Option<Self> {
                read_low(input)?.try_into().ok()
            }
        }
    )*};
}

unsigned!(u8, u16, u32, u64);

impl ToWords for U80 {
    fn write(&self, out: &mut Vec<u8>) {
        U256::from(*self).write(out);
    }
}

impl FromWords for U80 {
    const WORDS: usize = 1;

    fn read(input: &mut &[u8]) -> Option<Self> {
        let [low, high, a, b] = take_limbs(input)?;
        (high >> 16 | a | b == 0).then(|| Self::from_limbs([low, high]))
    }
}

impl ToWords for Address {
    fn write(&self, out: &mut Vec<u8>) {
        self.into_word().write(out);
    }
}

impl FromWords for Address {
    const WORDS: usize = 1;

    #[inline(never)]
    fn read(input: &mut &[u8]) -> Option<Self> {
        let word = take_word(input)?;
        let [.., a, b] = *U256::from_be_bytes(*word).as_limbs();
        (a >> 32 | b == 0).then(|| Self::from_word(B256::new(*word)))
    }
}

impl ToWords for bool {
    fn write(&self, out: &mut Vec<u8>) {
        u8::from(*self).write(out);
    }
}

impl FromWords for bool {
    const WORDS: usize = 1;

    fn read(input: &mut &[u8]) -> Option<Self> {
        match u8::read(input)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl ToWords for () {
    fn write(&self, _: &mut Vec<u8>) {}
}

impl FromWords for () {
    const WORDS: usize = 0;

    fn read(_: &mut &[u8]) -> Option<Self> {
        Some(())
    }
}

impl<T: ToWords, const N: usize> ToWords for [T; N] {
    fn write(&self, out: &mut Vec<u8>) {
        for item in self {
            item.write(out);
        }
    }
}

impl<T: FromWords + Copy + Default, const N: usize> FromWords for [T; N] {
    const WORDS: usize = N * T::WORDS;

    fn read(input: &mut &[u8]) -> Option<Self> {
        let mut items = [T::default(); N];
        for item in &mut items {
            *item = T::read(input)?;
        }
        Some(items)
    }
}

impl ToWords for i128 {
    #[inline(never)]
    fn write(&self, out: &mut Vec<u8>) {
        let fill = if *self < 0 { 0xff } else { 0 };
        let mut word = [fill; WORD];
        if let Some(place) = word.last_chunk_mut() {
            *place = self.to_be_bytes();
        }
        push(out, &word);
    }
}

impl FromWords for i128 {
    const WORDS: usize = 1;

    #[inline(never)]
    fn read(input: &mut &[u8]) -> Option<Self> {
        let [low, high, a, b] = take_limbs(input)?;
        let fill = if high >> 63 == 0 { 0 } else { u64::MAX };
        let number = u128::from(high) << 64 | u128::from(low);
        (a == fill && b == fill).then_some(number.cast_signed())
    }
}

macro_rules! tuples {
    ($(($($name:ident),*))*) => {$(
        impl<$($name: ToWords),*> ToWords for ($($name,)*) {
            fn write(&self, out: &mut Vec<u8>) {
                #[allow(non_snake_case)]
                let ($($name,)*) = self;
                $($name.write(out);)*
            }
        }

        impl<$($name: FromWords),*> FromWords for ($($name,)*) {
            const WORDS: usize = 0 $(+ $name::WORDS)*;

            fn read(input: &mut &[u8]) -> Option<Self> {
                Some(($($name::read(input)?,)*))
            }
        }
    )*};
}

tuples!((A)(A, B)(A, B, C)(A, B, C, D)(A, B, C, D, E)(A, B, C, D, E, F));

/// Gives types of the interfaces, whose fields are all static, their words: errors and structs are
/// written, calls and answers too.
macro_rules! to_words {
    ($($name:path { $($field:ident),* $(,)? })*) => {$(
        impl $crate::words::ToWords for $name {
            #[allow(unused_variables)]
            fn write(&self, out: &mut alloc::vec::Vec<u8>) {
                $($crate::words::ToWords::write(&self.$field, out);)*
            }
        }
    )*};
}

/// Lets the empty answers of functions that return nothing be read.
macro_rules! from_nothing {
    ($($($path:ident)::+),* $(,)?) => {$(
        impl $crate::words::FromWords for $($path)::+ {
            const WORDS: usize = 0;

            fn read(_: &mut &[u8]) -> Option<Self> {
                Some($($path)::+ {})
            }
        }
    )*};
}

/// Lets types of the interfaces, whose fields are all static, be read from words.
macro_rules! from_words {
    ($($name:ty: $($path:ident)::+ { $($field:ident: $kind:ty),* $(,)? })*) => {$(
        impl $crate::words::FromWords for $name {
            const WORDS: usize = 0 $(+ <$kind as $crate::words::FromWords>::WORDS)*;

            fn read(input: &mut &[u8]) -> Option<Self> {
                Some($($path)::+ { $($field: $crate::words::FromWords::read(input)?),* })
            }
        }
    )*};
}

/// Gives events, whose fields are all static, their words: the indexed fields, then the others.
macro_rules! event_words {
    ($($name:path { $($indexed:ident),*; $($field:ident),* })*) => {$(
        impl $crate::words::EventWords for $name {
            const INDEXED: usize = <[&str]>::len(&[$(stringify!($indexed)),*]);

            #[allow(unused_variables)]
            fn write_indexed(&self, out: &mut alloc::vec::Vec<u8>) {
                $($crate::words::ToWords::write(&self.$indexed, out);)*
            }

            #[allow(unused_variables)]
            fn write_data(&self, out: &mut alloc::vec::Vec<u8>) {
                $($crate::words::ToWords::write(&self.$field, out);)*
            }
        }
    )*};
}

mod breakers;
mod broker;
mod capital;
mod cash;
mod clearing;
mod dealer;
mod hedger;
mod learning;
mod lender;
mod parameters;
mod source;
mod types;
mod underwriting;
mod wrapper;

#[cfg(test)]
mod same;
#[cfg(test)]
mod tests;
