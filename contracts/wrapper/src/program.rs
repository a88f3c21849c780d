//! The program: its storage and what can be called.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::{AlreadyWired, IWrapper, WrapperUnderlyingInvalid};
use equipoise_kit::lean::{answer, answer_array, open, revert, unknown, Arguments, CONSTRUCTOR};
use equipoise_kit::{require_code, Revert};
use stylus_sdk::host::VM;
use stylus_sdk::prelude::*;
use stylus_sdk::ArbResult;

use crate::peers::answer_string;
use crate::slots::Place;

/// The wrapper program.
pub struct Wrapper {
    pub(crate) vm: VM,
}

// SAFETY: it stands for the storage of the whole program; only the entrypoint makes one.
unsafe impl TopLevelStorage for Wrapper {}

impl HostAccess for Wrapper {
    type Host = VM;

    fn vm(&self) -> &VM {
        &self.vm
    }
}

/// Runs one call. No function takes ether.
#[entrypoint]
#[allow(clippy::needless_pass_by_value, reason = "the signature is the SDK's")]
fn run(input: Vec<u8>, vm: VM) -> ArbResult {
    let (selector, given) = open(&input, &vm)?;
    Wrapper { vm }.change(selector, given)
}

impl Wrapper {
    /// Functions that change state; all others go on to [`Wrapper::show`].
    fn change(&mut self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            IWrapper::wrapCall::SELECTOR => {
                answer(&self.wrap(given.take()?, given.take()?, given.take()?, given.take()?)?)
            }
            IWrapper::unwrapCall::SELECTOR => answer(&self.unwrap(given.take()?, given.take()?, given.take()?)?),
            IWrapper::redeemCall::SELECTOR => answer(&self.redeem(given.take()?, given.take()?, given.take()?)?),
            IWrapper::settleCall::SELECTOR => answer(&self.settle(given.take()?)?),
            IWrapper::setApprovalForAllCall::SELECTOR => answer(&self.approve(given.take()?, given.take()?)?),
            IWrapper::safeTransferFromCall::SELECTOR => {
                let (from, to, id, value) = (given.take()?, given.take()?, given.take()?, given.take()?);
                answer(&self.transfer(from, to, (id, value), given.take_bytes()?)?)
            }
            IWrapper::safeBatchTransferFromCall::SELECTOR => {
                let (from, to) = (given.take()?, given.take()?);
                let (ids, values) = (given.take_array()?, given.take_array()?);
                answer(&self.transfer_batch(from, to, (&ids, &values), given.take_bytes()?)?)
            }
            CONSTRUCTOR => answer(&self.construct(given.take()?, given.take()?, given.take()?)?),
            _ => self.show(selector, given),
        }
    }

    /// Views.
    fn show(&self, selector: [u8; 4], mut given: Arguments<'_>) -> ArbResult {
        match selector {
            IWrapper::balanceOfCall::SELECTOR => answer(&self.balance_of(given.take()?, given.take()?)),
            IWrapper::balanceOfBatchCall::SELECTOR => {
                let (owners, ids): (Vec<Address>, Vec<U256>) = (given.take_array()?, given.take_array()?);
                answer_array(&self.balances_of(&owners, &ids)?)
            }
            IWrapper::isApprovedForAllCall::SELECTOR => answer(&self.is_approved(given.take()?, given.take()?)),
            IWrapper::totalSupplyCall::SELECTOR => answer(&self.supply_of(given.take()?)),
            IWrapper::previewRedeemCall::SELECTOR => answer(&self.preview_redeem(given.take()?, given.take()?)?),
            IWrapper::accountOfCall::SELECTOR => answer(&self.account_of(given.take()?)),
            IWrapper::uriCall::SELECTOR => answer_string(&self.uri(given.take()?)?),
            IWrapper::supportsInterfaceCall::SELECTOR => answer(&is_supported(given.take()?)),
            IWrapper::marketCall::SELECTOR => answer(&self.peer(Place::Market)),
            IWrapper::clearingCall::SELECTOR => answer(&self.peer(Place::Clearing)),
            IWrapper::underlyingCall::SELECTOR => answer(&self.underlying()),
            _ => unknown(selector),
        }
    }

    /// Names the market, the clearing house and the underlying, whose symbol is letters and digits. Once.
    /// # Errors: AlreadyWired, AddressIsZero, AddressHasNoCode, WrapperUnderlyingInvalid
    fn construct(&mut self, market: Address, clearing: Address, underlying: B256) -> Result<(), Revert> {
        if !self.peer(Place::Market).is_zero() {
            return Err(revert(&AlreadyWired {}));
        }
        require_code(self.vm(), market)?;
        require_code(self.vm(), clearing)?;
        let symbol = symbol(&underlying);
        let rest = underlying.get(symbol.len()..).unwrap_or(&[]);
        if symbol.is_empty() || rest.iter().any(|byte| *byte != 0) {
            return Err(revert(&WrapperUnderlyingInvalid { symbol: underlying }));
        }
        self.set_peer(Place::Market, market);
        self.set_peer(Place::Clearing, clearing);
        self.set_underlying(underlying);
        Ok(())
    }
}

/// The letters and digits that a word begins with.
pub(crate) fn symbol(word: &B256) -> &[u8] {
    let length = word.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(word.len());
    word.get(..length).unwrap_or(&[])
}

/// ERC-165, ERC-1155 and its metadata.
fn is_supported(interface: B256) -> bool {
    matches!(interface.0, [0x01, 0xff, 0xc9, 0xa7, ..] | [0xd9, 0xb6, 0x7a, 0x26, ..] | [0x0e, 0x89, 0x34, 0x1c, ..])
}
