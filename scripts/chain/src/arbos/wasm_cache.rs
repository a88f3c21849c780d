//! `ArbWasmCache`, 0x72: the programs that start at the cached price.

use alloy_primitives::B256;
use alloy_sol_types::{sol, SolCall, SolEvent, SolInterface, SolValue};

use super::{address_set, genesis, programs, wasm, Context, Precompile, Purity, Returned};
use ArbWasmCache::ArbWasmCacheCalls as Calls;

sol! {
    #[derive(Debug)]
    interface ArbWasmCache {
        function isCacheManager(address manager) external view returns (bool);
        function allCacheManagers() external view returns (address[] memory managers);
        function cacheProgram(address program) external;
        function evictCodehash(bytes32 codehash) external;
        function codehashIsCached(bytes32 codehash) external view returns (bool);

        event UpdateProgramCache(address indexed manager, bytes32 indexed codehash, bool cached);
    }
}

pub(super) const PRECOMPILE: Precompile = Precompile { purity, run };

fn purity(selector: [u8; 4]) -> Option<Purity> {
    match selector {
        ArbWasmCache::cacheProgramCall::SELECTOR | ArbWasmCache::evictCodehashCall::SELECTOR => Some(Purity::Write),
        _ => Calls::valid_selector(selector).then_some(Purity::View),
    }
}

fn run(context: &mut Context<'_>) -> Returned {
    let Ok(call) = Calls::abi_decode(&context.input()) else {
        return Err(context.meter.burn_out());
    };
    let managers = programs::cache_managers();
    match call {
        Calls::isCacheManager(call) => {
            address_set::contains(context.evm, &mut context.meter, managers, call.manager).map(|is| is.abi_encode())
        }
        Calls::allCacheManagers(_) => {
            address_set::members(context.evm, &mut context.meter, managers).map(|all| all.abi_encode())
        }
        Calls::codehashIsCached(call) => {
            programs::entry(context.evm, &mut context.meter, call.codehash).map(|program| program.cached.abi_encode())
        }
        Calls::cacheProgram(call) => {
            let codehash = wasm::code_hash(context, call.program)?;
            set_cached(context, codehash, true)
        }
        Calls::evictCodehash(call) => set_cached(context, call.codehash, false),
    }
}

fn set_cached(context: &mut Context<'_>, codehash: B256, cached: bool) -> Returned {
    if !may_manage(context) {
        return Err(context.meter.burn_out());
    }
    let change = programs::cache_change(context.evm, &mut context.meter, codehash, cached)?;
    let Some(program) = change else {
        return Ok(Vec::new());
    };
    let manager = context.call.caller;
    context.emit(ArbWasmCache::UpdateProgramCache { manager, codehash, cached }.encode_log_data())?;
    programs::store_cached(context.evm, &mut context.meter, codehash, program)?;
    Ok(Vec::new())
}

fn may_manage(context: &mut Context<'_>) -> bool {
    let (caller, meter) = (context.call.caller, &mut context.meter);
    let mut is_in = |set| address_set::contains(context.evm, meter, set, caller).unwrap_or(false);
    is_in(programs::cache_managers()) || is_in(genesis::chain_owners())
}
