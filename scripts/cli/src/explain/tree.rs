//! What a transaction did, decoded: the tree of its calls with gas, ink, events and errors.

use std::collections::BTreeMap;

use alloy_primitives::{Address, LogData, B256};
use alloy_rpc_types_trace::geth::{CallFrame, CallLogFrame};
use equipoise_chain::HostCall;
use serde::Serialize;

use super::abi::{Abi, Decoded};
use super::values::{raw, short_bytes, show, show_address, Words};

/// Ink that one gas buys, since Stylus began.
const INK_PER_GAS: u64 = 10_000;

/// A transaction, explained.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// Its hash.
    pub transaction: B256,
    /// Whether it succeeded.
    pub status: bool,
    /// Gas charged, refunds deducted.
    pub gas_used: u64,
    /// Gas limit.
    pub gas_limit: u64,
    /// Why it failed.
    pub failure: Option<Cause>,
    /// The outermost call.
    pub call: Call,
    /// What each host call cost, over all programs.
    pub ink_by_host_call: BTreeMap<String, HostUse>,
}

/// The innermost error of a failure.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// The error's name, or what the machine says.
    pub error: String,
    /// Its values.
    pub arguments: Vec<Value>,
    /// The call that it comes from.
    pub raised_in: String,
    /// What it means and what to do.
    pub advice: String,
}

/// A named value.
#[derive(Clone, Debug, Serialize)]
pub struct Value {
    /// As the ABI names it.
    pub name: String,
    /// For people.
    pub shown: String,
    /// As the ABI has it.
    pub raw: String,
}

/// What happened in a call, in order.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// Another call.
    Call(Box<Call>),
    /// An event.
    Event(Said),
}

/// A function with arguments, or an event.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    /// Name; of something unknown its first bytes.
    pub name: String,
    /// Arguments.
    pub arguments: Vec<Value>,
}

/// One call.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// How: `CALL`, `DELEGATECALL`, `STATICCALL`, `CREATE`, …
    pub kind: String,
    /// Who calls.
    pub from: Address,
    /// Whose code runs.
    pub to: Option<Address>,
    /// Its name.
    pub name: String,
    /// What is called.
    pub function: Said,
    /// Wei sent along, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_wei: Option<String>,
    /// What it returned.
    pub returned: Vec<Value>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Said>,
    /// Gas given.
    pub gas: u64,
    /// Gas used, that of inner calls included.
    pub gas_used: u64,
    /// What a program spent its ink on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ink: Option<Ink>,
    /// What happened in it.
    pub steps: Vec<Step>,
}

/// What one call of a program spent its ink on, without that of inner calls.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ink {
    /// Starting it.
    pub start: u64,
    /// Its own code.
    pub code: u64,
    /// Host calls by name.
    pub host_calls: BTreeMap<String, HostUse>,
}

/// How often a host call was made, and what it cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HostUse {
    /// How often.
    pub calls: u64,
    /// Ink in all.
    pub ink: u64,
}

/// Decodes traces.
pub struct Reader<'a> {
    /// What can be decoded.
    pub abi: &'a Abi,
    /// Words for what is decoded.
    pub words: &'a dyn Words,
}

impl Reader<'_> {
    /// Explains a transaction from its trace by calls and, where the node has it, by host calls.
    pub fn explain(&self, transaction: B256, root: &CallFrame, hosts: Option<&[HostCall]>) -> Explanation {
        let call = self.call(root, hosts);
        let mut ink_by_host_call = BTreeMap::new();
        add_host_calls(&call, &mut ink_by_host_call);
        Explanation {
            transaction,
            status: root.error.is_none(),
            gas_used: root.gas_used.saturating_to(),
            gas_limit: root.gas.saturating_to(),
            failure: root.error.as_ref().map(|_| self.cause(innermost(root))),
            call,
            ink_by_host_call,
        }
    }

    fn call(&self, frame: &CallFrame, hosts: Option<&[HostCall]>) -> Call {
        let name = frame.to.map_or_else(|| "new contract".to_owned(), |to| show_address(self.words, to));
        let nested: Vec<&HostCall> = hosts.unwrap_or_default().iter().filter(|host| host.steps.is_some()).collect();
        let calls = frame.calls.iter().enumerate();
        let calls: Vec<Call> = calls
            .map(|(place, call)| self.call(call, nested.get(place).and_then(|host| host.steps.as_deref())))
            .collect();
        let acting = acting(frame);
        let returned = self.abi.returned(&frame.input, output(frame), &name);
        Call {
            kind: frame.typ.clone(),
            from: frame.from,
            to: frame.to,
            function: self.function(frame, &name),
            name,
            value_wei: frame.value.filter(|wei| !wei.is_zero() && moves_value(frame)).map(|wei| wei.to_string()),
            returned: if frame.error.is_none() {
                self.values(acting, &returned.unwrap_or_default())
            } else {
                Vec::new()
            },
            error: frame.error.as_ref().map(|error| self.error(frame, error)),
            gas: frame.gas.saturating_to(),
            gas_used: frame.gas_used.saturating_to(),
            ink: hosts.and_then(|hosts| ink(frame, hosts)),
            steps: self.steps(frame, calls),
        }
    }

    /// Events between the calls that they came between.
    fn steps(&self, frame: &CallFrame, calls: Vec<Call>) -> Vec<Step> {
        let mut logs = frame.logs.iter().peekable();
        let mut steps = Vec::new();
        for (place, call) in calls.into_iter().enumerate() {
            while let Some(log) = logs.next_if(|log| log.position.unwrap_or_default() <= place as u64) {
                steps.push(Step::Event(self.event(frame, log)));
            }
            steps.push(Step::Call(Box::new(call)));
        }
        steps.extend(logs.map(|log| Step::Event(self.event(frame, log))));
        steps
    }

    fn function(&self, frame: &CallFrame, name: &str) -> Said {
        if frame.typ.starts_with("CREATE") {
            return Said { name: format!("constructor of {} bytes", frame.input.len()), arguments: Vec::new() };
        }
        match self.abi.call(&frame.input, name) {
            Some(decoded) => self.said(acting(frame), &decoded),
            None if frame.input.is_empty() => Said { name: "receive".to_owned(), arguments: Vec::new() },
            None => Said { name: short_bytes(&frame.input), arguments: Vec::new() },
        }
    }

    fn event(&self, frame: &CallFrame, log: &CallLogFrame) -> Said {
        let data = LogData::new_unchecked(log.topics.clone().unwrap_or_default(), log.data.clone().unwrap_or_default());
        if let Some(decoded) = self.abi.event(&data) {
            return self.said(log.address.unwrap_or(acting(frame)), &decoded);
        }
        let topic = data.topics().first().map_or_else(|| "log".to_owned(), ToString::to_string);
        Said { name: format!("{topic} {}", short_bytes(&data.data)), arguments: Vec::new() }
    }

    fn error(&self, frame: &CallFrame, machine: &str) -> Said {
        let data = output(frame);
        match self.abi.error(data) {
            Some((decoded, _)) => self.said(acting(frame), &decoded),
            None if data.is_empty() => Said { name: machine.to_owned(), arguments: Vec::new() },
            None => Said { name: format!("unknown revert data {}", short_bytes(data)), arguments: Vec::new() },
        }
    }

    fn cause(&self, frame: &CallFrame) -> Cause {
        let machine = frame.error.as_deref().unwrap_or("failed");
        let Said { name, arguments } = self.error(frame, machine);
        let says = self.abi.error(output(frame)).map_or("", |(_, says)| says);
        let to = frame.to.map_or_else(|| "a new contract".to_owned(), |to| show_address(self.words, to));
        let function = self.function(frame, &to).name;
        Cause { error: name, arguments, raised_in: format!("{to}.{function}"), advice: advice(frame, says) }
    }

    fn said(&self, acting: Address, decoded: &Decoded) -> Said {
        Said { name: decoded.name.clone(), arguments: self.values(acting, &decoded.arguments) }
    }

    fn values(&self, acting: Address, values: &[(alloy_json_abi::Param, alloy_dyn_abi::DynSolValue)]) -> Vec<Value> {
        let value = |(param, value): &(alloy_json_abi::Param, alloy_dyn_abi::DynSolValue)| Value {
            name: param.name.clone(),
            shown: show(self.words, acting, param, value),
            raw: raw(value),
        };
        values.iter().map(value).collect()
    }
}

/// What a frame returned or reverted with.
fn output(frame: &CallFrame) -> &[u8] {
    frame.output.as_ref().map(|data| &data[..]).unwrap_or_default()
}

/// Whose storage a frame works on.
fn acting(frame: &CallFrame) -> Address {
    match frame.typ.as_str() {
        "DELEGATECALL" | "CALLCODE" => frame.from,
        _ => frame.to.unwrap_or(frame.from),
    }
}

fn moves_value(frame: &CallFrame) -> bool {
    frame.typ != "DELEGATECALL"
}

/// The frame that an error comes from: down the last call that failed, as long as its caller fails of it.
fn innermost(frame: &CallFrame) -> &CallFrame {
    let is_cause =
        |call: &&CallFrame| call.error.is_some() && (output(call) == output(frame) || output(frame).is_empty());
    frame.calls.last().filter(is_cause).map_or(frame, innermost)
}

/// What to do: what the error's declaration says, or what follows from how it failed.
fn advice(frame: &CallFrame, says: &str) -> String {
    if !says.is_empty() {
        return says.to_owned();
    }
    let has_data = !output(frame).is_empty();
    match frame.error.as_deref() {
        Some(error) if error.starts_with("out of gas") => "More gas was needed: raise the gas limit.".to_owned(),
        Some("execution reverted") if !has_data => {
            "It reverted without data: nothing has that function, or a program failed (a trap, or a change in a static call)."
                .to_owned()
        }
        _ => String::new(),
    }
}

/// What a program spent; none for what is not a program's frame.
fn ink(frame: &CallFrame, hosts: &[HostCall]) -> Option<Ink> {
    let entry = hosts.first().filter(|host| host.name == "user_entrypoint")?;
    let given = frame.gas.saturating_to::<u64>().saturating_mul(INK_PER_GAS);
    // Of the outermost frame the trace has the transaction's gas, so what a transaction costs in itself counts as start.
    let start = given.saturating_sub(entry.start_ink);
    let used = frame.gas_used.saturating_to::<u64>().saturating_mul(INK_PER_GAS);
    let mut calls = frame.calls.iter();
    let mut host_calls = BTreeMap::<String, HostUse>::new();
    let mut within = 0;
    for host in hosts {
        let callee = if host.steps.is_some() { calls.next() } else { None };
        let inner = callee.map_or(0, |call| call.gas_used.saturating_to::<u64>().saturating_mul(INK_PER_GAS));
        if host.name.starts_with("user_") || host.name.starts_with("evm_") && host.steps.is_some() {
            continue;
        }
        let spent = host.start_ink.saturating_sub(host.end_ink);
        within += spent;
        let entry = host_calls.entry(host.name.to_string()).or_default();
        entry.calls += 1;
        entry.ink += spent.saturating_sub(inner);
    }
    Some(Ink { start, code: used.saturating_sub(start).saturating_sub(within), host_calls })
}

fn add_host_calls(call: &Call, all: &mut BTreeMap<String, HostUse>) {
    for (name, host) in call.ink.iter().flat_map(|ink| &ink.host_calls) {
        let sum = all.entry(name.clone()).or_default();
        sum.calls += host.calls;
        sum.ink += host.ink;
    }
    for step in &call.steps {
        if let Step::Call(call) = step {
            add_host_calls(call, all);
        }
    }
}
