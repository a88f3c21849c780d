//! `ArbOS`: the precompiles of Arbitrum and the state behind them.
//!
//! * `programs`: the table of activated programs, activation, data fee, keepalive
//! * `storage`: where `ArbOS` keeps its state
//! * `meter`: what precompiles charge
//! * one module per precompile

mod address_set;
mod data_pricer;
mod entry;
mod eth;
pub(crate) mod genesis;
mod info;
mod meter;
pub(crate) mod programs;
mod storage;
mod sys;
mod wasm;
mod wasm_cache;

use std::sync::LazyLock;

use alloy_primitives::{address, Address, Bytes};
use revm::{interpreter::InstructionResult, primitives::AddressSet};

use crate::evm::{Call, Evm, Kind, Outcome};
pub(crate) use entry::ActiveProgram;
use meter::{Meter, Refusal};

/// The account that holds `ArbOS`'s state.
pub(crate) const STATE: Address = address!("0xA4B05FffffFffFFFFfFFfffFfffFFfffFfFfFFfF");
/// Where base fees and data fees go.
pub(crate) const NETWORK_FEES: Address = address!("0xA4B000000000000000000000000000000000fEE5");
/// The batch poster: `block.coinbase`.
pub(crate) const BATCH_POSTER: Address = address!("0xA4b000000000000000000073657175656e636572");

pub(crate) const ARB_SYS: Address = address!("0x0000000000000000000000000000000000000064");
pub(crate) const ARB_INFO: Address = address!("0x0000000000000000000000000000000000000065");
pub(crate) const ARB_OWNER_PUBLIC: Address = address!("0x000000000000000000000000000000000000006b");
pub(crate) const ARB_GAS_INFO: Address = address!("0x000000000000000000000000000000000000006C");
pub(crate) const ARB_WASM: Address = address!("0x0000000000000000000000000000000000000071");
pub(crate) const ARB_WASM_CACHE: Address = address!("0x0000000000000000000000000000000000000072");

/// The precompiles of Arbitrum that this chain has.
pub(crate) const PRECOMPILES: [Address; 6] =
    [ARB_SYS, ARB_INFO, ARB_OWNER_PUBLIC, ARB_GAS_INFO, ARB_WASM, ARB_WASM_CACHE];

static WARM: LazyLock<AddressSet> = LazyLock::new(|| eth::addresses().chain(PRECOMPILES).collect());

/// Addresses that are warm in every transaction.
pub(crate) fn warm_addresses() -> &'static AddressSet {
    &WARM
}

/// Whether calls to the address run a precompile, Ethereum's or Arbitrum's.
pub(crate) fn is_precompile(address: Address) -> bool {
    WARM.contains(&address)
}

/// How much a method may do, in rising order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Purity {
    Pure,
    View,
    Write,
    Payable,
}

/// A call of one of Arbitrum's precompiles.
struct Context<'a> {
    evm: &'a mut Evm,
    meter: Meter,
    call: &'a Call,
}

/// What a method gives: its encoded return values.
type Returned = Result<Vec<u8>, Refusal>;

/// One of Arbitrum's precompiles.
struct Precompile {
    /// Purity of the method with a selector; none if there is no such method.
    purity: fn([u8; 4]) -> Option<Purity>,
    /// Runs a method.
    run: fn(&mut Context<'_>) -> Returned,
}

/// Runs a precompile. State is restored by the frame around it.
pub(crate) fn run_precompile(mut evm: Box<Evm>, call: &Call) -> (Box<Evm>, Outcome) {
    let precompile = match call.code {
        ARB_SYS => sys::PRECOMPILE,
        ARB_INFO => info::ARB_INFO,
        ARB_OWNER_PUBLIC => info::ARB_OWNER_PUBLIC,
        ARB_GAS_INFO => info::ARB_GAS_INFO,
        ARB_WASM => wasm::PRECOMPILE,
        ARB_WASM_CACHE => wasm_cache::PRECOMPILE,
        _ => return (evm, eth::run(call)),
    };
    evm.arb.depth += 1;
    let outcome = precompile.call(&mut evm, call);
    evm.arb.depth -= 1;
    (evm, outcome)
}

impl Precompile {
    fn call(&self, evm: &mut Evm, call: &Call) -> Outcome {
        let burnt = Outcome { result: InstructionResult::Revert, ..Outcome::halt(InstructionResult::Revert) };
        let Some(purity) = self.admitted(call) else {
            return burnt;
        };
        let mut meter = Meter::new(call.gas);
        if open(&mut meter, evm, call, purity).is_err() {
            return burnt;
        }
        let mut context = Context { evm, meter, call };
        let returned = (self.run)(&mut context);
        let mut meter = context.meter;
        match returned {
            Ok(output) => meter.outcome(InstructionResult::Return, output),
            Err(Refusal::Solidity(data)) => meter.outcome(InstructionResult::Revert, data),
            Err(Refusal::Reverted(reason)) => {
                evm.arb.last_refusal = Some(reason);
                Outcome::unused(InstructionResult::Revert, meter.left())
            }
            Err(Refusal::Activation(reason)) => {
                evm.arb.last_refusal = Some(reason);
                Outcome::halt(InstructionResult::PrecompileError)
            }
        }
    }

    /// The method's purity, if this call may use it.
    fn admitted(&self, call: &Call) -> Option<Purity> {
        let selector = call.input.first_chunk::<4>()?;
        let purity = (self.purity)(*selector)?;
        let acts_as_itself = call.acting == call.code;
        let refused = (purity >= Purity::View && !acts_as_itself)
            || (purity >= Purity::Write && call.kind == Kind::Static)
            || (purity < Purity::Payable && !call.value.is_zero() && call.kind != Kind::Static);
        (!refused).then_some(purity)
    }
}

/// Charges for opening the state and for the arguments.
fn open(meter: &mut Meter, evm: &Evm, call: &Call, purity: Purity) -> Result<(), Refusal> {
    if purity > Purity::Pure {
        meter.burn(storage::READ_GAS)?;
    }
    if purity >= Purity::Write && call.is_static {
        meter.burn(evm.arb.tx_gas_limit)?;
    }
    meter.copy(call.input.len().saturating_sub(4))
}

impl Context<'_> {
    /// Emits an event of the precompile and charges for it.
    fn emit(&mut self, event: alloy_primitives::LogData) -> Result<(), Refusal> {
        use crate::wasm::prices::gas::{LOG_BYTE, LOG_TOPIC};
        let cost = LOG_TOPIC * (1 + event.topics().len() as u64) + LOG_BYTE * event.data.len() as u64;
        self.meter.burn(cost)?;
        self.evm.log(alloy_primitives::Log { address: self.call.code, data: event });
        Ok(())
    }

    /// Call data after the selector.
    fn input(&self) -> Bytes {
        self.call.input.clone()
    }
}
