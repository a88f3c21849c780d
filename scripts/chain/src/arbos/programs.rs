//! The table of activated programs: activation, data fee, keepalive, caching.

use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_sol_types::sol;

use super::{
    data_pricer,
    entry::{hours, ActiveProgram},
    meter::{Meter, Refusal},
    storage::{self, Space},
};
use crate::{
    evm::Evm,
    stylus::{
        call::activate_cached,
        code::{self, CodeError, Program},
        StylusParams,
    },
    wasm::prices::gas,
};

sol! {
    /// The code is not a program.
    error ProgramNotWasm();
    /// The code was never activated.
    error ProgramNotActivated();
    /// The code was activated for another version.
    error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
    /// The code was activated too long ago.
    error ProgramExpired(uint64 ageInSeconds);
    /// The code is active already.
    error ProgramUpToDate();
    /// The code was activated too lately to be kept alive.
    error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
    /// The value does not cover the data fee.
    error ProgramInsufficientValue(uint256 have, uint256 want);
}

/// Gas of reading the parameters.
const PARAMS_GAS: u64 = gas::WARM;

fn space() -> Space {
    Space::ROOT.open(&[8])
}

fn table() -> Space {
    space().open(&[1])
}

fn module_hashes() -> Space {
    space().open(&[2])
}

/// The key space of the data pricer.
pub(super) fn pricer() -> Space {
    space().open(&[3])
}

/// The set of cache managers.
pub(super) fn cache_managers() -> Space {
    space().open(&[4])
}

fn activation_gas_slot() -> U256 {
    space().open(&[5]).nth(0)
}

fn now(evm: &Evm) -> u64 {
    evm.ctx.block.timestamp.saturating_to()
}

/// The program of a code, if it may run. Free: calls pay for it in their init gas.
/// # Errors: as the precompile's
pub(crate) fn active(evm: &Evm, code_hash: B256) -> Result<ActiveProgram, Refusal> {
    let program = ActiveProgram::unpack(storage::peek(evm, table().slot(code_hash)));
    program.check(&evm.arb.params, now(evm))
}

/// The module of a code.
pub(crate) fn module_hash(evm: &Evm, code_hash: B256) -> B256 {
    storage::peek(evm, module_hashes().slot(code_hash)).into()
}

/// Charges for the parameters.
/// # Errors: as [`Meter::burn`]
pub(super) fn params(evm: &Evm, meter: &mut Meter) -> Result<StylusParams, Refusal> {
    meter.burn(PARAMS_GAS)?;
    Ok(evm.arb.params)
}

/// The entry of a code, active or not.
/// # Errors: as [`Meter::burn`]
pub(super) fn entry(evm: &Evm, meter: &mut Meter, code_hash: B256) -> Result<ActiveProgram, Refusal> {
    Ok(ActiveProgram::unpack(storage::read(evm, meter, table().slot(code_hash))?))
}

/// The entry of an active code.
/// # Errors: why it is not active
pub(super) fn active_entry(evm: &Evm, meter: &mut Meter, code_hash: B256) -> Result<ActiveProgram, Refusal> {
    entry(evm, meter, code_hash)?.check(&evm.arb.params, now(evm))
}

/// Seconds since a program's activation.
pub(super) fn age(evm: &Evm, program: &ActiveProgram) -> u64 {
    program.age(now(evm))
}

/// The configurable part of activation gas.
/// # Errors: as [`Meter::burn`]
pub(super) fn activation_gas(evm: &Evm, meter: &mut Meter) -> Result<u64, Refusal> {
    Ok(storage::read(evm, meter, activation_gas_slot())?.saturating_to())
}

/// What an activation leaves for the event and the caller.
pub(super) struct Activation {
    pub(super) version: u16,
    pub(super) code_hash: B256,
    pub(super) module_hash: B256,
    pub(super) data_fee: U256,
}

/// Activates the code of an account.
/// # Errors: the ABI's for code that needs no or cannot have activation; all gas for a module that is no program
pub(super) fn activate(evm: &mut Evm, meter: &mut Meter, account: Address) -> Result<Activation, Refusal> {
    let info = evm.peek(account);
    let code_hash = info.code_hash;
    let params = params(evm, meter)?;
    let old = entry(evm, meter, code_hash)?;
    let expired = old.activated_hours == 0 || old.check_age(&params, now(evm)).is_err();
    if old.version == params.version && !expired {
        return Err(Refusal::solidity(&ProgramUpToDate {}));
    }
    let code = info.code.map(|code| code.original_bytes()).unwrap_or_default();
    let wasm = read_wasm(evm, meter, &code)?;
    let page_limit = params.page_limit.saturating_sub(evm.arb.pages.open);
    let activated = activate_cached(&wasm, page_limit).map_err(|error| Refusal::Activation(error.to_string()))?;
    meter.burn(activated.gas).map_err(|_| Refusal::Activation("out of gas in the activation".into()))?;

    let take_all = |_| Refusal::Activation("out of gas in the activation".into());
    if old.cached {
        meter.burn(storage::READ_GAS).map_err(take_all)?;
    }
    let module_hash = activated.module_hash;
    storage::write(evm, meter, module_hashes().slot(code_hash), module_hash.into()).map_err(take_all)?;
    let time = now(evm);
    let data_fee = data_pricer::update(evm, meter, pricer(), activated.asm_estimate, time).map_err(take_all)?;
    let program = ActiveProgram {
        version: params.version,
        init_cost: activated.init_cost,
        cached_cost: activated.cached_cost,
        footprint: activated.footprint,
        activated_hours: hours(time),
        asm_kilobytes: activated.asm_estimate.div_ceil(1024),
        cached: old.cached,
    };
    storage::write(evm, meter, table().slot(code_hash), program.pack())?;
    Ok(Activation { version: params.version, code_hash, module_hash, data_fee })
}

/// The WASM of a code; reading fragments is charged.
fn read_wasm(evm: &mut Evm, meter: &mut Meter, code: &Bytes) -> Result<Vec<u8>, Refusal> {
    let refuse = |error: CodeError| match error {
        CodeError::NotWasm => Refusal::solidity(&ProgramNotWasm {}),
        other => Refusal::reverted(&other),
    };
    let params = evm.arb.params;
    match Program::parse(code, &params).map_err(refuse)? {
        Program::Classic { dictionary, stream } => {
            code::decompress(stream, dictionary, params.max_wasm_size).map_err(refuse)
        }
        Program::Root { dictionary, length, fragments } => {
            let mut stream = Vec::new();
            for address in fragments {
                let fragment = read_fragment(evm, meter, address)?;
                stream.extend_from_slice(code::fragment_stream(address, &fragment).map_err(refuse)?);
            }
            code::join(&stream, dictionary, length).map_err(refuse)
        }
    }
}

/// Warms and reads a fragment; the longest possible one must be affordable beforehand.
fn read_fragment(evm: &mut Evm, meter: &mut Meter, address: Address) -> Result<Bytes, Refusal> {
    let cost = |access: u64, bytes: usize| access + gas::COPY_WORD * (bytes as u64).div_ceil(32);
    let access = if evm.is_warm(address) { gas::WARM } else { gas::COLD_ACCOUNT };
    if meter.left() < cost(access, crate::evm::MAX_CODE_SIZE) {
        return Err(meter.burn_out());
    }
    let (info, _) = evm.touch_account(address);
    let code = info.code.map(|code| code.original_bytes()).unwrap_or_default();
    meter.burn(cost(access, code.len()))?;
    Ok(code)
}

/// Starts an active program's year anew.
/// # Returns: the data fee in wei
/// # Errors: the ABI's
pub(super) fn keep_alive(evm: &mut Evm, meter: &mut Meter, code_hash: B256) -> Result<U256, Refusal> {
    let params = params(evm, meter)?;
    let program = active_entry(evm, meter, code_hash)?;
    let time = now(evm);
    let age = program.age(time);
    if age < u64::from(params.keepalive_days) * 86_400 {
        return Err(Refusal::solidity(&ProgramKeepaliveTooSoon { ageInSeconds: age }));
    }
    let fee = data_pricer::update(evm, meter, pricer(), program.asm_size(), time)?;
    let program = ActiveProgram { activated_hours: hours(time), ..program };
    storage::write(evm, meter, table().slot(code_hash), program.pack())?;
    Ok(fee)
}

/// Whether caching a program would change anything; refuses to cache what may not run.
/// # Returns: the entry to store, if it changes
/// # Errors: the ABI's
pub(super) fn cache_change(
    evm: &Evm,
    meter: &mut Meter,
    code_hash: B256,
    cached: bool,
) -> Result<Option<ActiveProgram>, Refusal> {
    let params = params(evm, meter)?;
    let program = entry(evm, meter, code_hash)?;
    if cached {
        program.check_version(&params)?.check_age(&params, now(evm))?;
    }
    Ok((program.cached != cached).then_some(ActiveProgram { cached, ..program }))
}

/// Charges for and stores a change of caching.
/// # Errors: as [`Meter::burn`]
pub(super) fn store_cached(
    evm: &mut Evm,
    meter: &mut Meter,
    code_hash: B256,
    program: ActiveProgram,
) -> Result<(), Refusal> {
    meter.burn(program.init_cost.into())?;
    meter.burn(storage::READ_GAS)?;
    storage::write(evm, meter, table().slot(code_hash), program.pack())
}
