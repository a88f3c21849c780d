//! Watching a transaction run: its frames, logs and host calls.
//!
//! Frames go to the inspector of `revm-inspectors`, which renders them as geth does. Host calls are kept as Nitro's
//! `stylusTracer` keeps them. Watching reads; it charges nothing and changes nothing.

use std::borrow::Cow;

use alloy_primitives::{Address, Bytes, U256};
use alloy_rpc_types_trace::geth::{CallConfig, CallFrame};
use revm::{
    context::journal::JournalEntry,
    context_interface::{ContextTr, JournalTr},
    inspector::Inspector,
    interpreter::{
        CallInput, CallInputs, CallOutcome, CallScheme, CallValue, CreateInputs, CreateOutcome, Gas, InterpreterResult,
    },
};
use revm_inspectors::tracing::{TracingInspector, TracingInspectorConfig};
use serde::{Deserialize, Serialize};

use super::{Call, Create, Ctx, Evm, Kind, Outcome};

/// A host call of a program, or a call or creation by EVM code (then its name begins with `evm_`), as Nitro's
/// `stylusTracer` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HostCall {
    /// Its name.
    pub name: Cow<'static, str>,
    /// What it was given, encoded.
    pub args: Bytes,
    /// What it left, encoded.
    pub outs: Bytes,
    /// Ink before it.
    pub start_ink: u64,
    /// Ink after it.
    pub end_ink: u64,
    /// Of a call, who was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Of a call, what the callee did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<HostCall>>,
}

impl HostCall {
    /// One without ink and without a callee.
    pub(crate) fn new(name: &'static str, args: Vec<u8>, outs: Vec<u8>) -> Self {
        let (args, outs) = (args.into(), outs.into());
        Self { name: Cow::Borrowed(name), args, outs, start_ink: 0, end_ink: 0, address: None, steps: None }
    }
}

/// What is known of a transaction while it runs.
#[derive(Clone, Debug)]
pub(crate) struct Tracer {
    config: CallConfig,
    frames: TracingInspector,
    /// The journal's logs that the frames have.
    logs: usize,
    /// Host calls of the innermost frame.
    open: Vec<HostCall>,
    /// Those of the frames around it.
    around: Vec<Vec<HostCall>>,
    depth: usize,
}

impl Tracer {
    pub(crate) fn new(config: CallConfig) -> Self {
        Self {
            config,
            frames: TracingInspector::new(TracingInspectorConfig::from_geth_call_config(&config)),
            logs: 0,
            open: Vec::new(),
            around: Vec::new(),
            depth: 0,
        }
    }

    /// The frames as geth's `callTracer` shows them, and the host calls of the outermost one.
    pub(crate) fn finish(self, gas_limit: u64, gas_used: u64) -> (CallFrame, Vec<HostCall>) {
        let mut calls = self.frames.into_geth_builder().geth_call_traces(self.config, gas_used);
        calls.gas = U256::from(gas_limit);
        number_logs(&mut calls, 0);
        (calls, self.open)
    }

    /// A program's host call has returned.
    pub(crate) fn host_call(&mut self, mut call: HostCall) {
        let is_its_frame = |last: &mut HostCall| last.name.strip_prefix("evm_") == Some(&call.name);
        if let Some(frame) = self.open.pop_if(|last| is_nesting(&call.name) && is_its_frame(last)) {
            (call.address, call.steps) = (frame.address, frame.steps);
        }
        self.open.push(call);
    }

    fn enter(&mut self, name: &'static str, address: Address) {
        if self.depth > 0 {
            let address = Some(address);
            self.open.push(HostCall { address, ..HostCall::new(name, Vec::new(), Vec::new()) });
            self.around.push(std::mem::take(&mut self.open));
        }
        self.depth += 1;
    }

    fn leave(&mut self) {
        self.depth -= 1;
        if let Some(around) = self.around.pop() {
            let steps = std::mem::replace(&mut self.open, around);
            if let Some(last) = self.open.last_mut() {
                last.steps = Some(steps);
            }
        }
    }

    /// Gives the innermost frame the logs that came since the last time.
    fn take_logs(&mut self, ctx: &mut Ctx) {
        let new: Vec<_> = ctx.journaled_state.logs().iter().skip(self.logs).cloned().collect();
        self.logs += new.len();
        for log in new {
            self.frames.log(ctx, log);
        }
    }

    /// The same at a frame's end: the logs of one that failed are gone already.
    fn take_last_logs(&mut self, ctx: &mut Ctx) {
        self.logs = self.logs.min(ctx.journaled_state.logs().len());
        self.take_logs(ctx);
    }
}

/// Whether a host call is shown with what its callee did, instead of after it.
fn is_nesting(name: &str) -> bool {
    matches!(name, "call_contract" | "delegate_call_contract" | "static_call_contract")
}

/// Numbers logs as the receipt does, without those of frames that failed.
/// # Returns: the next number
fn number_logs(frame: &mut CallFrame, mut next: u64) -> u64 {
    let (mut logs, mut calls) = (frame.logs.iter_mut().peekable(), frame.calls.iter_mut());
    let mut position = 0;
    loop {
        while let Some(log) = logs.next_if(|log| log.position.unwrap_or_default() <= position) {
            log.index = Some(next);
            next += 1;
        }
        let Some(call) = calls.next() else { return next };
        next = number_logs(call, next);
        position += 1;
    }
}

impl Evm {
    /// Makes a call that somebody watches.
    pub(super) fn watched_call(mut self: Box<Self>, call: Call) -> (Box<Self>, Outcome) {
        let mut inputs = inputs_of(&call);
        self.watch(|tracer, ctx| {
            tracer.take_logs(ctx);
            tracer.frames.call(ctx, &mut inputs);
            tracer.enter(name_of(call.kind), call.code);
        });
        let (mut evm, outcome) = self.call_here(call);
        let mut left = CallOutcome::new(result_of(&outcome, inputs.gas_limit), 0..0);
        evm.watch(|tracer, ctx| {
            tracer.take_last_logs(ctx);
            tracer.frames.call_end(ctx, &inputs, &mut left);
            tracer.leave();
        });
        (evm, outcome)
    }

    /// Makes a creation that somebody watches.
    pub(super) fn watched_create(mut self: Box<Self>, create: Create) -> (Box<Self>, Outcome) {
        let Create { caller, scheme, value, ref init_code, gas } = create;
        let mut inputs = CreateInputs::new(caller, scheme, value, init_code.clone(), gas, 0);
        let nonce = self.peek(caller).nonce;
        let is_salted = matches!(scheme, revm::context_interface::CreateScheme::Create2 { .. });
        self.watch(|tracer, ctx| {
            tracer.take_logs(ctx);
            tracer.frames.create(ctx, &mut inputs);
            tracer.enter(if is_salted { "evm_create2" } else { "evm_create1" }, inputs.created_address(nonce));
        });
        let (mut evm, outcome) = self.create_here(create);
        let mut left = CreateOutcome::new(result_of(&outcome, gas), outcome.created);
        evm.watch(|tracer, ctx| {
            tracer.take_last_logs(ctx);
            tracer.frames.create_end(ctx, &inputs, &mut left);
            tracer.leave();
        });
        (evm, outcome)
    }

    /// EVM code has destroyed its contract: who got the ether is in the journal.
    pub(super) fn watch_self_destruct(&mut self, contract: Address) {
        self.watch(|tracer, ctx| {
            let moved = ctx.journal().inner.journal.iter().rev().find_map(|entry| match *entry {
                JournalEntry::AccountDestroyed { address, target, had_balance, .. } if address == contract => {
                    Some((target, had_balance))
                }
                JournalEntry::BalanceTransfer { from, to, balance } if from == contract => Some((to, balance)),
                _ => None,
            });
            let (target, wei) = moved.unwrap_or((contract, U256::ZERO));
            <TracingInspector as Inspector<Ctx>>::selfdestruct(&mut tracer.frames, contract, target, wei);
            tracer.enter("evm_self_destruct", target);
            tracer.leave();
        });
    }

    fn watch(&mut self, tell: impl FnOnce(&mut Tracer, &mut Ctx)) {
        if let Some(tracer) = &mut self.arb.tracer {
            tell(tracer, &mut self.ctx);
        }
    }
}

const fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Call | Kind::CallCode => "evm_call_contract",
        Kind::Delegate => "evm_delegate_call_contract",
        Kind::Static => "evm_static_call_contract",
    }
}

fn inputs_of(call: &Call) -> CallInputs {
    CallInputs {
        input: CallInput::Bytes(call.input.clone()),
        return_memory_offset: 0..0,
        gas_limit: call.gas,
        reservoir: 0,
        bytecode_address: call.code,
        known_bytecode: Default::default(),
        target_address: call.acting,
        caller: call.caller,
        value: CallValue::Transfer(call.value),
        scheme: match call.kind {
            Kind::Call => CallScheme::Call,
            Kind::CallCode => CallScheme::CallCode,
            Kind::Delegate => CallScheme::DelegateCall,
            Kind::Static => CallScheme::StaticCall,
        },
        is_static: call.is_static,
        charged_new_account_state_gas: false,
    }
}

fn result_of(outcome: &Outcome, gas_limit: u64) -> InterpreterResult {
    let mut gas = Gas::new(gas_limit);
    gas.set_spent(gas_limit.saturating_sub(outcome.gas_left));
    InterpreterResult { result: outcome.result, output: outcome.output.clone(), gas }
}
