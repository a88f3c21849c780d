//! Names of addresses: from deployment records, from the code that runs there, or from what is called.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use alloy_primitives::{Address, Bytes, Selector};
use alloy_rpc_types_trace::geth::CallFrame;
use equipoise_chain::program;
use serde::Deserialize;

use super::abi::Abi;
use crate::programs::NAMES;

/// What a deployment record says of addresses.
#[derive(Debug, Deserialize)]
struct Record {
    contract: String,
    address: Address,
    proxy: Option<Address>,
}

/// Names by address.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeMap<Address, String>);

impl Names {
    /// The name of an address, if there is one.
    pub fn get(&self, address: Address) -> Option<&str> {
        self.0.get(&address).map(String::as_str)
    }

    /// Reads every record of a folder. Files that are no records are passed over: names are a convenience.
    pub fn from_records(folder: &Path) -> Self {
        let mut names = Self::default();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            let Ok(record) = serde_json::from_str::<Record>(&text) else { continue };
            if let Some(proxy) = record.proxy {
                names.0.insert(proxy, record.contract.clone());
            }
            names.0.entry(record.address).or_insert(record.contract);
        }
        names
    }

    /// Names whatever is called and has no name yet.
    pub fn complete(&mut self, root: &CallFrame, abi: &Abi, programs: &Path, code: impl Fn(Address) -> Option<Bytes>) {
        let mut called = BTreeMap::<Address, BTreeSet<Selector>>::new();
        visit(root, &mut |frame| {
            if let Some((to, selector)) = frame.to.zip(selector(frame)) {
                called.entry(to).or_default().insert(selector);
            }
        });
        let modules = Modules::load(programs);
        for (address, selectors) in &called {
            if !self.0.contains_key(address) {
                let name = code(*address).and_then(|code| modules.name(&code).map(str::to_owned));
                let guess = || abi.interface_with(selectors).map(|interface| format!("{interface}?"));
                self.0.extend(name.or_else(guess).map(|name| (*address, name)));
            }
        }
        self.name_proxies(root);
    }

    /// A proxy is called what its implementation is called.
    fn name_proxies(&mut self, root: &CallFrame) {
        visit(root, &mut |frame| {
            let Some((proxy, implementation)) = frame.to.zip(delegate(frame)) else { return };
            if let Some(name) = self.0.get(&implementation).filter(|name| !name.ends_with('?')).cloned() {
                self.0.insert(proxy, name);
            }
        });
    }
}

/// Whom a frame of a proxy hands on to: it delegates its whole calldata, and does nothing else.
fn delegate(frame: &CallFrame) -> Option<Address> {
    let [only] = frame.calls.as_slice() else { return None };
    let hands_on = only.typ == "DELEGATECALL" && only.input == frame.input && frame.typ != "DELEGATECALL";
    only.to.filter(|_| hands_on)
}

fn selector(frame: &CallFrame) -> Option<Selector> {
    frame.input.first_chunk().map(Selector::from)
}

fn visit(frame: &CallFrame, see: &mut impl FnMut(&CallFrame)) {
    see(frame);
    frame.calls.iter().for_each(|call| visit(call, see));
}

/// The modules of the programs that were built here.
struct Modules(Vec<(&'static str, Vec<u8>)>);

impl Modules {
    /// Those that can be read: without the programs' files nothing is named by its code.
    fn load(folder: &Path) -> Self {
        let module = |name: &'static str| {
            let file = fs::read(folder.join(format!("{name}.wasm"))).ok()?;
            program::strip(&file).ok().map(|module| (name, module))
        };
        Self(NAMES.into_iter().filter_map(module).collect())
    }

    fn name(&self, code: &[u8]) -> Option<&'static str> {
        let module = program::Prepared::from_wasm_or_deployable(code).ok()?.wasm;
        self.0.iter().find(|(_, each)| *each == module).map(|(name, _)| *name)
    }
}
