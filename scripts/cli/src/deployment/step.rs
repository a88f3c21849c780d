//! What a deployment is made of: steps, and where they are taken.

use std::fmt::Debug;

use alloy_dyn_abi::DynSolValue;
use alloy_primitives::{hex, Address, Bytes, B256};

use crate::error::CliError;

/// One step of a deployment. Its name is its own in the whole deployment.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    /// What it is called, in journals and messages.
    pub name: String,
    /// What is done.
    pub action: Action<'a>,
}

/// What a step does. It says everything: who takes it decides nothing.
#[derive(Clone, Debug)]
pub enum Action<'a> {
    /// Creates an EVM contract.
    Create {
        /// Its name.
        contract: &'static str,
        /// Its creation code, with the constructor's arguments behind it.
        code: Bytes,
    },
    /// Deploys a program: creates, activates and constructs it in one transaction, and then bids for the cache.
    Program {
        /// Its name.
        program: &'static str,
        /// Its module.
        wasm: &'a [u8],
        /// The calldata of its constructor, empty for none.
        constructor: Bytes,
    },
    /// Calls a function that must succeed.
    Call {
        /// Of whom.
        to: Address,
        /// Its signature.
        signature: &'static str,
        /// Its calldata.
        data: Bytes,
    },
}

/// Where steps are taken: the embedded chain in process, or a chain by JSON-RPC.
pub trait Site: Debug {
    /// Takes a step, or finds that it has been taken.
    /// # Returns: the address of what it made; of a call, whom it called
    /// # Errors: [`CliError`]
    fn take(&mut self, step: &Step<'_>) -> Result<Address, CliError>;

    /// Reads a storage slot.
    /// # Errors: [`CliError`]
    fn storage(&mut self, of: Address, slot: B256) -> Result<B256, CliError>;
}

impl<S: Site + ?Sized> Site for &mut S {
    fn take(&mut self, step: &Step<'_>) -> Result<Address, CliError> {
        (**self).take(step)
    }

    fn storage(&mut self, of: Address, slot: B256) -> Result<B256, CliError> {
        (**self).storage(of, slot)
    }
}

/// What a constructor is told: names and values, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments(Vec<(&'static str, DynSolValue)>);

impl Arguments {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// One more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<DynSolValue>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// One more: a fixed number of addresses.
    #[must_use]
    pub fn with_addresses<const N: usize>(self, name: &'static str, addresses: [Address; N]) -> Self {
        self.with(name, DynSolValue::FixedArray(addresses.map(DynSolValue::Address).to_vec()))
    }

    /// As the ABI encodes them.
    pub fn encode(&self) -> Vec<u8> {
        DynSolValue::Tuple(self.0.iter().map(|(_, value)| value.clone()).collect()).abi_encode_params()
    }

    /// Name, type and value of each.
    pub fn described(&self) -> impl Iterator<Item = [String; 3]> + '_ {
        self.0.iter().map(|(name, value)| {
            let kind = value.sol_type_name().unwrap_or_default();
            [(*name).to_owned(), kind.into_owned(), text(value)]
        })
    }

    /// The address of a name.
    pub fn address(&self, name: &str) -> Option<Address> {
        self.0.iter().find(|(each, _)| *each == name)?.1.as_address()
    }
}

/// A value as records have it.
fn text(value: &DynSolValue) -> String {
    match value {
        DynSolValue::Address(address) => address.to_checksum(None),
        DynSolValue::Bool(is) => is.to_string(),
        DynSolValue::Uint(number, _) => number.to_string(),
        DynSolValue::Int(number, _) => number.to_string(),
        DynSolValue::String(text) => text.clone(),
        DynSolValue::FixedBytes(word, _) => word.to_string(),
        DynSolValue::Bytes(bytes) => hex::encode_prefixed(bytes),
        DynSolValue::FixedArray(values) | DynSolValue::Array(values) | DynSolValue::Tuple(values) => {
            format!("[{}]", values.iter().map(text).collect::<Vec<_>>().join(", "))
        }
        // No constructor takes one.
        DynSolValue::Function(function) => hex::encode_prefixed(function.0),
    }
}

/// What a step has made.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The step's name.
    pub name: String,
    /// The program's or contract's name.
    pub contract: &'static str,
    /// Where it is.
    pub address: Address,
    /// What it is.
    pub kind: PartKind,
    /// What its constructor was told; a proxy's, what the program's was in it.
    pub arguments: Arguments,
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// A program.
    Program,
    /// An EVM contract.
    Contract,
    /// A proxy in front of a program.
    Proxy {
        /// The program.
        implementation: Address,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;
    use alloy_sol_types::SolValue;

    #[test]
    fn arguments_are_encoded_as_solidity_does() {
        let [one, two] = [1, 2].map(Address::repeat_byte);
        let arguments = Arguments::new()
            .with_addresses("programs", [one, two])
            .with("name", "a name".to_owned())
            .with("isSenior", true)
            .with("secs", U256::from(7));
        let expected = ([one, two], "a name", true, U256::from(7)).abi_encode_params();
        assert_eq!(arguments.encode(), expected);
        assert_eq!(Arguments::new().encode(), Vec::<u8>::new());
    }

    #[test]
    fn arguments_are_described_by_name_type_and_value() {
        let owner = Address::repeat_byte(0xab);
        let arguments = Arguments::new().with_addresses("all", [owner]).with("owner", owner).with("secs", U256::MAX);
        let described: Vec<_> = arguments.described().collect();
        let shown = owner.to_checksum(None);
        let expected = [
            ["all".to_owned(), "address[1]".to_owned(), format!("[{shown}]")],
            ["owner".to_owned(), "address".to_owned(), shown],
            ["secs".to_owned(), "uint256".to_owned(), U256::MAX.to_string()],
        ];
        assert_eq!(described, expected);
        assert_eq!(arguments.address("owner"), Some(owner));
    }
}
