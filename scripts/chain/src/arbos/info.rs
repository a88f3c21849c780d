//! `ArbInfo`, `ArbGasInfo` and `ArbOwnerPublic`: prices, limits, accounts. Data for a parent chain costs nothing here.

use alloy_primitives::U256;
use alloy_sol_types::{sol, SolInterface, SolValue};
use revm::context_interface::Host as _;

use super::{address_set, genesis, storage, Context, Precompile, Purity, Returned, NETWORK_FEES};
use crate::wasm::prices::gas;

sol! {
    #[derive(Debug)]
    interface ArbInfo {
        function getBalance(address account) external view returns (uint256);
        function getCode(address account) external view returns (bytes memory);
    }

    #[derive(Debug)]
    interface ArbGasInfo {
        function getPricesInWei() external view returns (uint256, uint256, uint256, uint256, uint256, uint256);
        function getPricesInArbGas() external view returns (uint256, uint256, uint256);
        function getGasAccountingParams() external view returns (uint256, uint256, uint256);
        function getMaxTxGasLimit() external view returns (uint256);
        function getMinimumGasPrice() external view returns (uint256);
        function getL1BaseFeeEstimate() external view returns (uint256);
        function getL1GasPriceEstimate() external view returns (uint256);
        function getCurrentTxL1GasFees() external view returns (uint256);
        function getGasBacklog() external view returns (uint64);
        function getMaxBlockGasLimit() external view returns (uint64);
    }

    #[derive(Debug)]
    interface ArbOwnerPublic {
        function isChainOwner(address addr) external view returns (bool);
        function getAllChainOwners() external view returns (address[] memory);
        function getNetworkFeeAccount() external view returns (address);
        function getInfraFeeAccount() external view returns (address);
        function getBrotliCompressionLevel() external view returns (uint64);
        function getScheduledUpgrade() external view returns (uint64 arbosVersion, uint64 scheduledForTimestamp);
        function isCalldataPriceIncreaseEnabled() external view returns (bool);
        function getMaxStylusContractFragments() external view returns (uint8);
        function getCollectTips() external view returns (bool);
    }
}

pub(super) const ARB_INFO: Precompile =
    Precompile { purity: |selector| view::<ArbInfo::ArbInfoCalls>(selector), run: run_info };
pub(super) const ARB_GAS_INFO: Precompile =
    Precompile { purity: |selector| view::<ArbGasInfo::ArbGasInfoCalls>(selector), run: run_gas_info };
pub(super) const ARB_OWNER_PUBLIC: Precompile =
    Precompile { purity: |selector| view::<ArbOwnerPublic::ArbOwnerPublicCalls>(selector), run: run_owner_public };

/// Wei that the chain's own gas price never falls below.
const MINIMUM_GAS_PRICE: u64 = 10_000_000;
/// Gas a second that the chain aims at.
const SPEED_LIMIT: u64 = 7_000_000;
/// Gas of reading a balance.
const BALANCE_GAS: u64 = 700;

fn view<C: SolInterface>(selector: [u8; 4]) -> Option<Purity> {
    C::valid_selector(selector).then_some(Purity::View)
}

fn run_info(context: &mut Context<'_>) -> Returned {
    use ArbInfo::ArbInfoCalls as Calls;
    let Ok(call) = Calls::abi_decode(&context.input()) else {
        return Err(context.meter.burn_out());
    };
    match call {
        Calls::getBalance(call) => {
            context.meter.burn(BALANCE_GAS)?;
            Ok(context.evm.peek(call.account).balance.abi_encode())
        }
        Calls::getCode(call) => {
            context.meter.burn(gas::COLD_SLOT)?;
            let code = context.evm.peek(call.account).code.map(|code| code.original_bytes()).unwrap_or_default();
            context.meter.copy(code.len())?;
            Ok(code.abi_encode())
        }
    }
}

fn run_gas_info(context: &mut Context<'_>) -> Returned {
    use ArbGasInfo::ArbGasInfoCalls as Calls;
    let Ok(call) = Calls::abi_decode(&context.input()) else {
        return Err(context.meter.burn_out());
    };
    let number = |value: u64| U256::from(value);
    let base_fee = context.evm.ctx.basefee();
    let limit = context.evm.arb.tx_gas_limit;
    let storage_price = base_fee.saturating_mul(number(20_000));
    let floor = base_fee.min(number(MINIMUM_GAS_PRICE));
    context.meter.burn(storage::READ_GAS)?;
    Ok(match call {
        Calls::getPricesInWei(_) => {
            context.meter.burn(storage::READ_GAS)?;
            (number(0), number(0), storage_price, floor, base_fee - floor, base_fee).abi_encode()
        }
        Calls::getPricesInArbGas(_) => (number(0), number(0), number(20_000)).abi_encode(),
        Calls::getGasAccountingParams(_) => {
            context.meter.burn(storage::READ_GAS)?;
            (number(SPEED_LIMIT), number(limit), number(limit)).abi_encode()
        }
        Calls::getMaxTxGasLimit(_) => number(limit).abi_encode(),
        Calls::getMinimumGasPrice(_) => number(MINIMUM_GAS_PRICE).abi_encode(),
        Calls::getMaxBlockGasLimit(_) => limit.abi_encode(),
        Calls::getGasBacklog(_) => 0_u64.abi_encode(),
        Calls::getL1BaseFeeEstimate(_) | Calls::getL1GasPriceEstimate(_) | Calls::getCurrentTxL1GasFees(_) => {
            number(0).abi_encode()
        }
    })
}

fn run_owner_public(context: &mut Context<'_>) -> Returned {
    use ArbOwnerPublic::ArbOwnerPublicCalls as Calls;
    let Ok(call) = Calls::abi_decode(&context.input()) else {
        return Err(context.meter.burn_out());
    };
    let owners = genesis::chain_owners();
    match call {
        Calls::isChainOwner(call) => {
            return address_set::contains(context.evm, &mut context.meter, owners, call.addr).map(|is| is.abi_encode())
        }
        Calls::getAllChainOwners(_) => {
            return address_set::members(context.evm, &mut context.meter, owners).map(|all| all.abi_encode())
        }
        Calls::getMaxStylusContractFragments(_) => context.meter.burn(gas::WARM)?,
        Calls::getScheduledUpgrade(_) => context.meter.burn(2 * storage::READ_GAS)?,
        _ => context.meter.burn(storage::READ_GAS)?,
    }
    Ok(match call {
        Calls::getNetworkFeeAccount(_) | Calls::getInfraFeeAccount(_) => NETWORK_FEES.abi_encode(),
        Calls::getBrotliCompressionLevel(_) => 1_u64.abi_encode(),
        Calls::getScheduledUpgrade(_) => (0_u64, 0_u64).abi_encode(),
        Calls::getMaxStylusContractFragments(_) => U256::from(context.evm.arb.params.max_fragments).abi_encode(),
        _ => false.abi_encode(),
    })
}
