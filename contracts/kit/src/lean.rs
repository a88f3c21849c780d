//! Calls, errors, events and dispatch on the word codec of `equipoise_interfaces::words`, for programs
//! that must be small. The types are those of the interfaces; only the codec differs.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolError};
use equipoise_interfaces::words::{decode, read_array, read_bytes, read_tail, EventWords, FromWords, ToWords, WORD};
use equipoise_interfaces::{CallFailed, CalldataMalformed, CallerNotAllowed, NotWired, SelectorUnknown};
use stylus_sdk::abi::CONSTRUCTOR_SELECTOR;
use stylus_sdk::call::{call as call_contract, delegate_call, static_call};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::Revert;

/// The selector of constructors, which the Stylus deployer calls.
pub const CONSTRUCTOR: [u8; 4] = CONSTRUCTOR_SELECTOR.to_be_bytes();

/// Encodes a typed error.
#[cold]
#[inline(never)]
pub fn revert<E: SolError + ToWords>(error: &E) -> Revert {
    encode(E::SELECTOR, error)
}

/// Calls a view function. Pending storage writes are flushed first and stay cached.
/// # Errors: the callee's own, unchanged; CallFailed if it gave none or returned something else
pub fn view<C>(vm: &VM, to: Address, call: &C) -> Result<C::Return, Revert>
where
    C: SolCall + ToWords,
    C::Return: FromWords,
{
    let data = view_words(vm, to, C::SELECTOR, call)?;
    decode(&data).ok_or_else(|| failed(to, C::SELECTOR))
}

/// Calls a function that may change state. Pending storage writes are flushed first and the
/// cache is cleared, so what is read afterwards is what the callee left.
///
/// Warning: values read into locals before the call are not refreshed.
/// # Errors: the callee's own, unchanged; CallFailed if it gave none or returned something else
pub fn call<P, C>(program: &mut P, to: Address, call: &C) -> Result<C::Return, Revert>
where
    P: TopLevelStorage + HostAccess<Host = VM>,
    C: SolCall + ToWords,
    C::Return: FromWords,
{
    let data = call_bytes(program, to, C::SELECTOR, &encode(C::SELECTOR, call))?;
    decode(&data).ok_or_else(|| failed(to, C::SELECTOR))
}

/// Calls a function that may change state with calldata that is already encoded: see [`call`].
/// # Errors: the callee's own, unchanged; CallFailed if it gave none
pub fn call_bytes<P>(program: &mut P, to: Address, selector: [u8; 4], input: &[u8]) -> Result<Vec<u8>, Revert>
where
    P: TopLevelStorage + HostAccess<Host = VM>,
{
    let context = Call::new_mutating(program);
    let data = call_contract(program.vm(), context, to, input);
    data.map_err(|error| explain(Revert::from(error), to, selector))
}

/// Has a program that construction has named run a call in this program's storage. Pending storage writes are flushed first and
/// the cache is cleared.
///
/// Warning: the program must work on the same layout.
/// # Errors: the program's own, unchanged
#[inline(never)]
pub fn delegate<P>(program: &mut P, to: Address, input: &[u8]) -> Result<Vec<u8>, Revert>
where
    P: TopLevelStorage + HostAccess<Host = VM>,
{
    let context = Call::new_mutating(program);
    // SAFETY: whoever calls this has named the program at construction, for the layout that it was built with.
    unsafe { delegate_call(program.vm(), context, to, input) }.map_err(Revert::from)
}

/// Fails unless the caller is `allowed`, an address that wiring has set.
/// # Errors: NotWired, CallerNotAllowed
pub fn only(vm: &VM, allowed: Address) -> Result<(), Revert> {
    let caller = vm.msg_sender();
    if allowed.is_zero() {
        return Err(revert(&NotWired {}));
    }
    if caller != allowed {
        return Err(revert(&CallerNotAllowed { caller, allowed }));
    }
    Ok(())
}

/// Emits a typed event whose fields are all static.
pub fn log<E: EventWords>(vm: &VM, event: &E) {
    let mut out = E::SIGNATURE_HASH.to_vec();
    event.write_indexed(&mut out);
    event.write_data(&mut out);
    vm.emit_log(&out, E::INDEXED.saturating_add(1));
}

/// Emits an event: its topics, of which the first is its signature, and its data.
pub fn emit(vm: &VM, topics: &[B256], data: &[u8]) {
    // It fails only for more than four topics, which no event has.
    let _ = vm.raw_log(topics, data);
}

/// The answer of a function: static values.
#[allow(clippy::unnecessary_wraps, reason = "it closes the arms of a dispatch")]
pub fn answer<T: ToWords>(values: &T) -> ArbResult {
    let mut out = Vec::new();
    values.write(&mut out);
    Ok(out)
}

/// The answer of a function that returns one array.
#[allow(clippy::unnecessary_wraps, reason = "it closes the arms of a dispatch")]
pub fn answer_array<T: ToWords>(items: &[T]) -> ArbResult {
    let mut out = Vec::new();
    equipoise_interfaces::words::write_array(1, items, &mut out);
    Ok(out)
}

/// The answer of a function that returns a text of at most a word.
#[allow(clippy::unnecessary_wraps, reason = "it closes the arms of a dispatch")]
pub fn answer_text(text: &str) -> ArbResult {
    let mut out = Vec::new();
    (U256::from(WORD), U256::from(text.len())).write(&mut out);
    out.extend_from_slice(B256::right_padding_from(text.as_bytes()).as_slice());
    Ok(out)
}

/// Begins a call: refuses ether, opens the program's storage, splits the calldata.
///
/// Warning: for the entrypoint, once; two handles on the storage would alias.
/// # Errors: no data if the call carries ether, CalldataMalformed
pub fn enter<P>(input: &[u8], vm: VM) -> Result<(P, [u8; 4], Arguments<'_>), Revert>
where
    P: StorageType + TopLevelStorage,
{
    let (selector, arguments) = open(input, &vm)?;
    // SAFETY: a program's storage begins at slot zero, and this is its one handle.
    let program = unsafe { P::new(U256::ZERO, 0, vm) };
    Ok((program, selector, arguments))
}

/// Begins a call: refuses ether and splits the calldata.
/// # Errors: no data if the call carries ether, CalldataMalformed
pub fn open<'a>(input: &'a [u8], vm: &VM) -> Result<([u8; 4], Arguments<'a>), Revert> {
    if !vm.msg_value().is_zero() {
        return Err(Revert::new());
    }
    Arguments::split(input)
}

/// What a call of a function that the program does not have gets.
/// # Errors: always SelectorUnknown
#[cold]
pub fn unknown(selector: [u8; 4]) -> ArbResult {
    Err(revert(&SelectorUnknown { selector: selector.into() }))
}

/// The arguments of a call, read from the left.
pub struct Arguments<'a> {
    selector: [u8; 4],
    data: &'a [u8],
    head: &'a [u8],
}

impl<'a> Arguments<'a> {
    /// Splits calldata into its selector and its arguments.
    /// # Errors: CalldataMalformed if it is shorter than a selector
    fn split(input: &'a [u8]) -> Result<([u8; 4], Self), Revert> {
        let Some((selector, data)) = input.split_first_chunk::<4>() else {
            return Err(revert(&CalldataMalformed { selector: [0; 4].into() }));
        };
        Ok((*selector, Self { selector: *selector, data, head: data }))
    }

    /// The next static value.
    /// # Errors: CalldataMalformed
    pub fn take<T: FromWords>(&mut self) -> Result<T, Revert> {
        T::read(&mut self.head).ok_or_else(|| self.malformed())
    }

    /// The next dynamic array of static values.
    /// # Errors: CalldataMalformed
    pub fn take_array<T: FromWords>(&mut self) -> Result<Vec<T>, Revert> {
        read_array(self.data, &mut self.head).ok_or_else(|| self.malformed())
    }

    /// The next dynamic struct, to take its fields from.
    /// # Errors: CalldataMalformed
    pub fn take_struct(&mut self) -> Result<Self, Revert> {
        let data = read_tail(self.data, &mut self.head).ok_or_else(|| self.malformed())?;
        Ok(Self { selector: self.selector, data, head: data })
    }

    /// Where the next dynamic value lies, and all that comes after it: to hand it on as it came.
    /// # Errors: CalldataMalformed
    pub fn take_tail(&mut self) -> Result<&'a [u8], Revert> {
        read_tail(self.data, &mut self.head).ok_or_else(|| self.malformed())
    }

    /// The next dynamic array of dynamic structs.
    /// # Errors: CalldataMalformed
    pub fn take_structs(&mut self) -> Result<Vec<Self>, Revert> {
        let mut items = self.take_struct()?;
        let count: u64 = items.take()?;
        // Offsets count from behind the length, and each takes a word.
        items.data = items.head;
        let most = items.data.len().checked_div(WORD).unwrap_or(0);
        match usize::try_from(count) {
            Ok(count) if count <= most => (0..count).map(|_| items.take_struct()).collect(),
            _ => Err(self.malformed()),
        }
    }

    /// The next dynamic bytes.
    /// # Errors: CalldataMalformed
    pub fn take_bytes(&mut self) -> Result<&'a [u8], Revert> {
        read_bytes(self.data, &mut self.head).ok_or_else(|| self.malformed())
    }

    #[cold]
    #[inline(never)]
    fn malformed(&self) -> Revert {
        revert(&CalldataMalformed { selector: self.selector.into() })
    }
}

/// A selector and the words after it.
#[inline(never)]
pub fn encode(selector: [u8; 4], values: &dyn ToWords) -> Vec<u8> {
    let mut out = selector.to_vec();
    values.write(&mut out);
    out
}

fn view_words(vm: &VM, to: Address, selector: [u8; 4], call: &dyn ToWords) -> Result<Vec<u8>, Revert> {
    view_bytes(vm, to, selector, &encode(selector, call))
}

/// Calls a view function with calldata that is already encoded.
/// # Errors: the callee's own, unchanged; CallFailed if it gave none
#[inline(never)]
pub fn view_bytes(vm: &VM, to: Address, selector: [u8; 4], input: &[u8]) -> Result<Vec<u8>, Revert> {
    let answer = static_call(vm, Call::new(), to, input);
    answer.map_err(|error| explain(Revert::from(error), to, selector))
}

/// The callee's own error, or that it gave none.
fn explain(data: Revert, callee: Address, selector: [u8; 4]) -> Revert {
    if data.is_empty() {
        failed(callee, selector)
    } else {
        data
    }
}

/// The error that a callee gave nothing that can be read.
#[cold]
#[inline(never)]
pub fn failed(callee: Address, selector: [u8; 4]) -> Revert {
    revert(&CallFailed { callee, selector: selector.into() })
}
