//! The measuring programs on an embedded chain, and the same measurement in native code.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use alloy_primitives::{address, Address, Bytes, U256};
use alloy_rpc_types_eth::{BlockId, TransactionRequest};
use equipoise_chain::{Chain, Config};
use equipoise_math::Fx;
use equipoise_meter::{run, Measured, Operation, Results};

use super::Case;
use crate::error::CliError;

const USER: Address = address!("0x0000000000000000000000000000000000000055");
/// Bytes of a number in the program's input and output.
const WORD: usize = 16;
/// Bytes of a cost.
const COST: usize = 8;
/// Runs in one call: its memory is never freed.
const RUNS: usize = 200;
/// Rounds of the native measurement; each input's fastest counts.
const ROUNDS: usize = 9;

/// The deployed programs.
pub(super) struct Meter {
    chain: Chain,
    programs: BTreeMap<&'static str, Program>,
}

#[derive(Clone, Copy)]
struct Program {
    address: Address,
    overhead_ink: u64,
}

impl Meter {
    /// Deploys the programs that the cases need, from the folder of the programs, and measures their overhead.
    pub(super) fn deploy(dir: &Path, cases: &[Case]) -> Result<Self, CliError> {
        let accounts = vec![(USER, U256::from(10).pow(U256::from(24)))];
        let cache_dir = Some(dir.join("compiled"));
        let chain = Chain::new(Config { accounts, cache_dir, ..Config::default() });
        let mut meter = Self { chain, programs: BTreeMap::new() };
        for case in cases {
            let name = case.operation.program();
            if !meter.programs.contains_key(name) {
                let program = meter.deploy_one(dir, name)?;
                meter.programs.insert(name, program);
            }
        }
        Ok(meter)
    }

    fn deploy_one(&mut self, dir: &Path, name: &'static str) -> Result<Program, CliError> {
        let path = dir.join(name).with_extension("wasm");
        let wasm = fs::read(&path).map_err(|cause| CliError::ProgramFile { name, path, cause })?;
        let deployed = self.chain.deploy_program(USER, &wasm, Bytes::new(), true);
        let address = deployed.map_err(|cause| CliError::Deploy { name, cause: Box::new(cause) })?.address;
        let nothing = self.call(address, Operation::Nothing, &[Fx::ONE])?;
        Ok(Program { address, overhead_ink: nothing.first().map_or(0, |one| one.cost) })
    }

    /// What measuring nothing costs in the operation's program, and the operation's runs on every input.
    pub(super) fn run(&mut self, case: &Case) -> Result<(u64, Vec<Measured>), CliError> {
        let name = case.operation.program();
        let Some(program) = self.programs.get(name).copied() else {
            return Err(CliError::MeterFailed { operation: format!("{:?}", case.operation), gas_used: 0 });
        };
        let mut measured = Vec::new();
        for inputs in case.inputs.chunks(RUNS * case.operation.arity()) {
            measured.extend(self.call(program.address, case.operation, inputs)?);
        }
        Ok((program.overhead_ink, measured))
    }

    fn call(&mut self, program: Address, operation: Operation, inputs: &[Fx]) -> Result<Vec<Measured>, CliError> {
        let mut data = vec![operation as u8];
        for input in inputs {
            data.extend(input.to_le_bytes());
        }
        let call = TransactionRequest::default().from(USER).to(program).input(Bytes::from(data).into());
        let outcome = self.chain.call(&call, BlockId::latest(), None)?;
        let rows: Option<Vec<Measured>> = outcome.output.chunks(size_of::<Results>() + COST).map(decode).collect();
        let whole = rows.filter(|rows| outcome.status && rows.len() == inputs.len() / operation.arity());
        whole.ok_or(CliError::MeterFailed { operation: format!("{operation:?}"), gas_used: outcome.gas_used })
    }
}

fn decode(row: &[u8]) -> Option<Measured> {
    let (cost, words) = row.split_at_checked(COST)?;
    let mut results = Results::default();
    let mut words = words.chunks(WORD);
    for result in &mut results {
        *result = Fx::from_le_bytes(words.next()?.try_into().ok()?);
    }
    Some(Measured { cost: u64::from_le_bytes(cost.try_into().ok()?), results })
}

/// The mean over the inputs of the fastest of several runs, less what reading the clock takes.
pub(super) fn native_ns(operation: Operation, inputs: &[Fx]) -> f64 {
    let count = inputs.len() / operation.arity();
    let clock = fastest(Operation::Nothing, &vec![Fx::ONE; count]).iter().sum::<u64>();
    let spent = fastest(operation, inputs).iter().sum::<u64>();
    spent.saturating_sub(clock) as f64 / count.max(1) as f64
}

fn fastest(operation: Operation, inputs: &[Fx]) -> Vec<u64> {
    let start = Instant::now();
    let clock = || u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let costs = |measured: Vec<Measured>| measured.into_iter().map(|one| one.cost).collect::<Vec<_>>();
    let mut least = costs(run(operation, inputs, clock));
    for _ in 1..ROUNDS {
        for (least, cost) in least.iter_mut().zip(costs(run(operation, inputs, clock))) {
            *least = cost.min(*least);
        }
    }
    least
}
