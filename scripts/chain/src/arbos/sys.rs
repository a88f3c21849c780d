//! `ArbSys`, 0x64: this chain's own block numbers, chain id and version.
//!
//! Messages to a parent chain (`sendTxToL1`, `withdrawEth`) are absent: there is no parent chain to take them.

use alloy_primitives::{uint, Address, B256, U160, U256};
use alloy_sol_types::{sol, SolCall, SolInterface, SolValue};

use super::{Context, Precompile, Purity, Refusal, Returned};
use ArbSys::ArbSysCalls as Calls;

sol! {
    #[derive(Debug)]
    interface ArbSys {
        function arbBlockNumber() external view returns (uint256);
        function arbBlockHash(uint256 arbBlockNum) external view returns (bytes32);
        function arbChainID() external view returns (uint256);
        function arbOSVersion() external view returns (uint256);
        function getStorageGasAvailable() external view returns (uint256);
        function isTopLevelCall() external view returns (bool);
        function mapL1SenderContractAddressToL2Alias(address sender, address unused) external pure returns (address);
        function wasMyCallersAddressAliased() external view returns (bool);

        error InvalidBlockNumber(uint256 requested, uint256 current);
    }
}

/// What the address of a parent-chain contract is shifted by.
const ALIAS_OFFSET: U160 = uint!(0x1111000000000000000000000000000000001111_U160);
/// The version that Nitro's first `ArbOS` counts from.
const VERSION_OFFSET: u64 = 55;
/// Blocks whose hashes are known.
const KNOWN_BLOCKS: u64 = 256;

pub(super) const PRECOMPILE: Precompile = Precompile { purity, run };

fn purity(selector: [u8; 4]) -> Option<Purity> {
    match selector {
        ArbSys::mapL1SenderContractAddressToL2AliasCall::SELECTOR => Some(Purity::Pure),
        _ => Calls::valid_selector(selector).then_some(Purity::View),
    }
}

fn run(context: &mut Context<'_>) -> Returned {
    let Ok(call) = Calls::abi_decode(&context.input()) else {
        return Err(context.meter.burn_out());
    };
    let arb = &context.evm.arb;
    Ok(match call {
        Calls::arbBlockNumber(_) => U256::from(arb.block_number).abi_encode(),
        Calls::arbBlockHash(call) => block_hash(context, call.arbBlockNum)?.abi_encode(),
        Calls::arbChainID(_) => U256::from(context.evm.ctx.cfg.chain_id).abi_encode(),
        Calls::arbOSVersion(_) => U256::from(VERSION_OFFSET + arb.version).abi_encode(),
        Calls::getStorageGasAvailable(_) => U256::ZERO.abi_encode(),
        Calls::isTopLevelCall(_) => (arb.depth <= 2).abi_encode(),
        Calls::mapL1SenderContractAddressToL2Alias(call) => {
            Address::from(U160::from_be_bytes(call.sender.into_array()).wrapping_add(ALIAS_OFFSET)).abi_encode()
        }
        Calls::wasMyCallersAddressAliased(_) => false.abi_encode(),
    })
}

fn block_hash(context: &Context<'_>, requested: U256) -> Result<B256, Refusal> {
    let arb = &context.evm.arb;
    let current = arb.block_number;
    let number = u64::try_from(requested).ok().filter(|number| *number < current && number + KNOWN_BLOCKS >= current);
    number
        .and_then(|number| arb.block_hash(number))
        .ok_or_else(|| Refusal::solidity(&ArbSys::InvalidBlockNumber { requested, current: U256::from(current) }))
}
