//! What selectors and topics stand for: the interfaces' own declarations, and the ABI of the EVM contracts beside them.

use std::collections::{BTreeMap, BTreeSet};

use alloy_dyn_abi::{DynSolValue, EventExt, FunctionExt, JsonAbiExt};
use alloy_json_abi::{Error, Event, EventParam, Function, JsonAbi, Param};
use alloy_primitives::{LogData, Selector, B256};
use equipoise_interfaces::abi::declared;

use crate::deployment::arbitrum::IArbWasm;
use crate::deployment::{artifact_abis, ProxyAdmin};

/// The errors that Solidity itself has.
const SOLIDITY_ERRORS: [&str; 2] = ["error Error(string message)", "error Panic(uint256 code)"];

/// Everything that can be decoded.
#[derive(Debug, Default)]
pub struct Abi {
    /// Functions of each interface or contract, by its name.
    contracts: Vec<(String, BTreeMap<Selector, Function>)>,
    events: BTreeMap<B256, Vec<Event>>,
    errors: BTreeMap<Selector, (Error, String)>,
}

/// What calldata, a log or revert data says.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The function's, event's or error's name.
    pub name: String,
    /// Its arguments with what the ABI says of each.
    pub arguments: Vec<(Param, DynSolValue)>,
}

impl Abi {
    /// Collects what this repository declares.
    pub fn collect() -> Self {
        let mut abi = Self::default();
        for text in SOLIDITY_ERRORS {
            abi.errors.extend(Error::parse(text).ok().map(|error| (error.selector(), (error, String::new()))));
        }
        for file in declared() {
            for (name, interface) in file.interfaces {
                abi.add(name.to_owned(), interface);
            }
            file.events.into_iter().for_each(|event| abi.add_event(event));
            for (error, docs) in file.errors {
                let text: Vec<&str> = docs.into_iter().map(str::trim).collect();
                abi.errors.insert(error.selector(), (error, text.join(" ")));
            }
        }
        let beside = [("ProxyAdmin", ProxyAdmin::abi::contract()), ("ArbWasm", IArbWasm::abi::contract())];
        for (name, contract) in artifact_abis().chain(beside) {
            abi.add(name.to_owned(), contract);
        }
        abi
    }

    fn add(&mut self, name: String, contract: JsonAbi) {
        for error in contract.errors.into_values().flatten() {
            self.errors.entry(error.selector()).or_insert((error, String::new()));
        }
        contract.events.into_values().flatten().for_each(|event| self.add_event(event));
        let functions = contract.functions.into_values().flatten();
        self.contracts.push((name, functions.map(|function| (function.selector(), function)).collect()));
    }

    fn add_event(&mut self, event: Event) {
        self.events.entry(event.selector()).or_default().push(event);
    }

    /// A function with a selector, of the contract of that name if it has one.
    pub fn function(&self, selector: Selector, contract: &str) -> Option<&Function> {
        let with = || self.contracts.iter().filter_map(|(name, functions)| Some((name, functions.get(&selector)?)));
        let named = with().find(|(name, _)| is_named(name, contract));
        named.or_else(|| with().next()).map(|(_, function)| function)
    }

    /// The first interface that has all these functions.
    pub fn interface_with(&self, selectors: &BTreeSet<Selector>) -> Option<&str> {
        let has_all = |functions: &BTreeMap<_, _>| selectors.iter().all(|selector| functions.contains_key(selector));
        let found = self.contracts.iter().find(|(_, functions)| has_all(functions));
        found.map(|(name, _)| name.as_str()).filter(|_| !selectors.is_empty())
    }

    /// Decodes calldata.
    pub fn call(&self, data: &[u8], contract: &str) -> Option<Decoded> {
        let (selector, arguments) = data.split_first_chunk()?;
        let function = self.function(Selector::from(selector), contract)?;
        let values = function.abi_decode_input(arguments).ok()?;
        Some(Decoded { name: function.name.clone(), arguments: zip(&function.inputs, values) })
    }

    /// Decodes what a call returned.
    pub fn returned(&self, call: &[u8], data: &[u8], contract: &str) -> Option<Vec<(Param, DynSolValue)>> {
        let function = self.function(Selector::from(call.first_chunk()?), contract)?;
        Some(zip(&function.outputs, function.abi_decode_output(data).ok()?))
    }

    /// Decodes a log.
    pub fn event(&self, log: &LogData) -> Option<Decoded> {
        let candidates = self.events.get(log.topics().first()?)?;
        candidates.iter().find_map(|event| {
            let decoded = event.decode_log(log).ok()?;
            let (mut indexed, mut body) = (decoded.indexed.into_iter(), decoded.body.into_iter());
            let value = |input: &EventParam| if input.indexed { indexed.next() } else { body.next() };
            let values: Option<Vec<_>> = event.inputs.iter().map(value).collect();
            let params: Vec<_> = event.inputs.iter().map(param).collect();
            Some(Decoded { name: event.name.clone(), arguments: zip(&params, values?) })
        })
    }

    /// Decodes revert data.
    /// # Returns: the error, and what its declaration says of it
    pub fn error(&self, data: &[u8]) -> Option<(Decoded, &str)> {
        let (selector, arguments) = data.split_first_chunk()?;
        let (error, says) = self.errors.get(&Selector::from(selector))?;
        let values = error.abi_decode_input(arguments).ok()?;
        Some((Decoded { name: error.name.clone(), arguments: zip(&error.inputs, values) }, says))
    }
}

/// Whether an interface is that of a contract: `IMarket` of `market`, or of itself where it was a guess.
fn is_named(interface: &str, contract: &str) -> bool {
    let contract = contract.trim_end_matches('?');
    let bare = interface.strip_prefix('I').unwrap_or(interface);
    interface == contract || bare.eq_ignore_ascii_case(contract)
}

fn zip(params: &[Param], values: Vec<DynSolValue>) -> Vec<(Param, DynSolValue)> {
    params.iter().cloned().zip(values).collect()
}

fn param(input: &EventParam) -> Param {
    Param {
        ty: input.ty.clone(),
        name: input.name.clone(),
        components: input.components.clone(),
        internal_type: input.internal_type.clone(),
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::I256;
    use alloy_sol_types::{SolCall, SolError};
    use equipoise_interfaces::{IMarket, MarketSlippageExceeded};

    use super::*;

    #[test]
    fn calls_and_errors_are_decoded_by_the_interfaces_own_declarations() {
        let abi = Abi::collect();
        let call = IMarket::tradeCall { legs: Vec::new(), maxCostAtoms: I256::ONE, deadline: 7 };
        let decoded = abi.call(&call.abi_encode(), "IMarket").unwrap();
        let names: Vec<&str> = decoded.arguments.iter().map(|(param, _)| param.name.as_str()).collect();
        assert_eq!((decoded.name.as_str(), names), ("trade", vec!["legs", "maxCostAtoms", "deadline"]));

        let error = MarketSlippageExceeded { costAtoms: I256::ONE, maxCostAtoms: I256::ZERO };
        let (decoded, says) = abi.error(&error.abi_encode()).unwrap();
        assert_eq!(decoded.name, "MarketSlippageExceeded");
        assert!(says.contains("quote again"), "{says}");
        assert_eq!(abi.error(&[1, 2, 3, 4, 5]), None);
    }

    #[test]
    fn an_interface_is_known_by_its_functions() {
        let abi = Abi::collect();
        let selectors = [IMarket::tradeCall::SELECTOR, IMarket::quoteCall::SELECTOR].map(Selector::from);
        assert_eq!(abi.interface_with(&BTreeSet::from(selectors)), Some("IMarket"));
        assert_eq!(abi.interface_with(&BTreeSet::from([Selector::ZERO])), None);
    }
}
