//! `ArbWasm`, 0x71: activating programs and asking about them.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{sol, SolCall, SolEvent, SolInterface, SolValue};

use super::{meter::Refusal, programs, ActiveProgram, Context, Precompile, Purity, Returned, NETWORK_FEES};
use crate::{stylus::StylusParams, wasm::prices::gas};
use ArbWasm::ArbWasmCalls as Calls;

sol! {
    #[derive(Debug)]
    interface ArbWasm {
        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
        function codehashKeepalive(bytes32 codehash) external payable;
        function stylusVersion() external view returns (uint16 version);
        function codehashVersion(bytes32 codehash) external view returns (uint16 version);
        function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
        function programVersion(address program) external view returns (uint16 version);
        function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
        function programMemoryFootprint(address program) external view returns (uint16 footprint);
        function programTimeLeft(address program) external view returns (uint64 secs);
        function inkPrice() external view returns (uint32 price);
        function maxStackDepth() external view returns (uint32 depth);
        function freePages() external view returns (uint16 pages);
        function pageGas() external view returns (uint16 gas);
        function pageRamp() external view returns (uint64 ramp);
        function pageLimit() external view returns (uint16 limit);
        function minInitGas() external view returns (uint64 gas, uint64 cached);
        function initCostScalar() external view returns (uint64 percent);
        function expiryDays() external view returns (uint16 _days);
        function keepaliveDays() external view returns (uint16 _days);
        function blockCacheSize() external view returns (uint16 count);
        function activationGas() external view returns (uint64 gas);

        event ProgramActivated(bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version);
        event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);
    }
}

/// Fixed gas of an activation.
const ACTIVATION_GAS: u64 = 1_659_168;
/// Gas of reading an account's code hash.
pub(super) const CODE_HASH_GAS: u64 = gas::COLD_ACCOUNT;

pub(super) const PRECOMPILE: Precompile = Precompile { purity, run };

fn purity(selector: [u8; 4]) -> Option<Purity> {
    match selector {
        ArbWasm::activateProgramCall::SELECTOR | ArbWasm::codehashKeepaliveCall::SELECTOR => Some(Purity::Payable),
        _ => Calls::valid_selector(selector).then_some(Purity::View),
    }
}

fn run(context: &mut Context<'_>) -> Returned {
    let Ok(call) = Calls::abi_decode(&context.input()) else {
        return Err(context.meter.burn_out());
    };
    match call {
        Calls::activateProgram(call) => activate(context, call.program),
        Calls::codehashKeepalive(call) => keep_alive(context, call.codehash),
        Calls::codehashVersion(call) => by_hash(context, call.codehash, |program| program.version.abi_encode()),
        Calls::codehashAsmSize(call) => by_hash(context, call.codehash, |program| program.asm_size().abi_encode()),
        Calls::programVersion(call) => program_version(context, call.program),
        Calls::programInitGas(call) => init_gas(context, call.program),
        Calls::programMemoryFootprint(call) => {
            by_address(context, call.program).map(|(program, _)| program.footprint.abi_encode())
        }
        Calls::programTimeLeft(call) => time_left(context, call.program),
        Calls::activationGas(_) => {
            programs::activation_gas(context.evm, &mut context.meter).map(|gas| gas.abi_encode())
        }
        parameter => parameters(context, &parameter),
    }
}

fn parameters(context: &mut Context<'_>, call: &Calls) -> Returned {
    let params = programs::params(context.evm, &mut context.meter)?;
    Ok(match call {
        Calls::stylusVersion(_) => params.version.abi_encode(),
        Calls::inkPrice(_) => params.ink_price.abi_encode(),
        Calls::maxStackDepth(_) => params.max_stack_depth.abi_encode(),
        Calls::freePages(_) => params.free_pages.abi_encode(),
        Calls::pageGas(_) => params.page_gas.abi_encode(),
        Calls::pageRamp(_) => params.page_ramp.abi_encode(),
        Calls::pageLimit(_) => params.page_limit.abi_encode(),
        Calls::minInitGas(_) => (params.min_init_gas, params.min_cached_gas).abi_encode(),
        Calls::initCostScalar(_) => params.init_cost_percent.abi_encode(),
        Calls::expiryDays(_) => params.expiry_days.abi_encode(),
        Calls::keepaliveDays(_) => params.keepalive_days.abi_encode(),
        _ => params.block_cache_size.abi_encode(),
    })
}

fn activate(context: &mut Context<'_>, program: Address) -> Returned {
    let chain_gas = programs::activation_gas(context.evm, &mut context.meter)?;
    context.meter.burn(chain_gas)?;
    context.meter.burn(ACTIVATION_GAS)?;
    let activation = programs::activate(context.evm, &mut context.meter, program)?;
    pay_data_fee(context, activation.data_fee)?;
    let event = ArbWasm::ProgramActivated {
        codehash: activation.code_hash,
        moduleHash: activation.module_hash,
        program,
        dataFee: activation.data_fee,
        version: activation.version,
    };
    context.emit(event.encode_log_data())?;
    Ok((activation.version, activation.data_fee).abi_encode())
}

fn keep_alive(context: &mut Context<'_>, codehash: B256) -> Returned {
    let data_fee = programs::keep_alive(context.evm, &mut context.meter, codehash)?;
    pay_data_fee(context, data_fee)?;
    context.emit(ArbWasm::ProgramLifetimeExtended { codehash, dataFee: data_fee }.encode_log_data())?;
    Ok(Vec::new())
}

/// Keeps the fee, gives the rest of the value back.
fn pay_data_fee(context: &mut Context<'_>, fee: U256) -> Result<(), Refusal> {
    let value = context.call.value;
    let Some(rest) = value.checked_sub(fee) else {
        return Err(Refusal::solidity(&programs::ProgramInsufficientValue { have: value, want: fee }));
    };
    context.meter.burn(super::storage::READ_GAS)?;
    let (own, caller) = (context.call.code, context.call.caller);
    context.evm.pay(own, NETWORK_FEES, fee).map_err(|error| Refusal::reverted(&error))?;
    context.evm.pay(own, caller, rest).map_err(|error| Refusal::reverted(&error))
}

fn by_hash(context: &mut Context<'_>, codehash: B256, answer: fn(&ActiveProgram) -> Vec<u8>) -> Returned {
    programs::params(context.evm, &mut context.meter)?;
    programs::active_entry(context.evm, &mut context.meter, codehash).map(|program| answer(&program))
}

fn program_version(context: &mut Context<'_>, program: Address) -> Returned {
    let codehash = code_hash(context, program)?;
    by_hash(context, codehash, |program| program.version.abi_encode())
}

/// Reads an account's code hash.
pub(super) fn code_hash(context: &mut Context<'_>, account: Address) -> Result<B256, Refusal> {
    context.meter.burn(CODE_HASH_GAS)?;
    Ok(context.evm.peek(account).code_hash)
}

fn by_address(context: &mut Context<'_>, program: Address) -> Result<(ActiveProgram, StylusParams), Refusal> {
    let params = programs::params(context.evm, &mut context.meter)?;
    let codehash = code_hash(context, program)?;
    Ok((programs::active_entry(context.evm, &mut context.meter, codehash)?, params))
}

fn init_gas(context: &mut Context<'_>, program: Address) -> Returned {
    let (program, params) = by_address(context, program)?;
    let cached = params.cached_gas(program.cached_cost);
    Ok((params.init_gas(program.init_cost) + cached, cached).abi_encode())
}

fn time_left(context: &mut Context<'_>, program: Address) -> Returned {
    let (program, params) = by_address(context, program)?;
    let age = programs::age(context.evm, &program);
    Ok(params.expiry_seconds().saturating_sub(age).abi_encode())
}
