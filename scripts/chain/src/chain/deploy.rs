//! Deploying programs.

use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_rpc_types_eth::{BlockId, TransactionRequest};
use alloy_sol_types::{sol, SolCall, SolEvent};

use super::{Chain, Deployment, Receipt};
use crate::{
    arbos::genesis::{CACHE_MANAGER, STYLUS_DEPLOYER},
    program, DeployError,
};

sol! {
    function deploy(bytes bytecode, bytes initData, uint256 initValue, bytes32 salt) external payable returns (address);
    function placeBid(address program) external payable;
    event ContractDeployed(address deployedContract);
    event ProgramActivated(bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version);
}

/// More than any data fee; what is not needed comes back.
const VALUE_FOR_DATA_FEE: u64 = 1_000_000_000_000_000_000;

impl Chain {
    /// Deploys a program through the Stylus deployer in one transaction: create, activate, construct.
    /// `program` is a WASM file or its deployable form; `constructor` the calldata of the constructor, empty for
    /// none; `cache` places it in the program cache afterwards, by a second transaction.
    /// # Errors: [`DeployError`]
    pub fn deploy_program(
        &mut self,
        from: Address,
        program: &[u8],
        constructor: Bytes,
        cache: bool,
    ) -> Result<Deployment, DeployError> {
        let prepared = program::Prepared::from_wasm_or_deployable(program)?;
        let deploy = deployCall {
            bytecode: program::init_code(&prepared.deployable),
            initData: constructor,
            initValue: U256::ZERO,
            salt: B256::ZERO,
        };
        let balance = self.state.info(from).unwrap_or_default().balance;
        // Keep enough for gas, also if the account is not rich.
        let value = U256::from(VALUE_FOR_DATA_FEE).min(balance / U256::from(2));
        let receipt = self
            .must(TransactionRequest { value: Some(value), ..request(from, STYLUS_DEPLOYER, deploy.abi_encode()) })?;
        let address = event::<ContractDeployed>(&receipt).map(|event| event.deployedContract).unwrap_or_default();
        let data_fee = event::<ProgramActivated>(&receipt).map(|event| event.dataFee).unwrap_or_default();
        if cache {
            self.cache_program(from, address)?;
        }
        let code = self.code(address, BlockId::latest())?;
        Ok(Deployment {
            address,
            code_hash: alloy_primitives::keccak256(&code),
            code_size: code.len(),
            wasm_size: prepared.wasm.len(),
            data_fee,
            receipt,
        })
    }

    /// Places a program in the cache, if it is not there.
    /// # Errors: [`DeployError`]
    pub fn cache_program(&mut self, from: Address, program: Address) -> Result<(), DeployError> {
        let bid = request(from, CACHE_MANAGER, placeBidCall { program }.abi_encode());
        let already = self.call(&bid, BlockId::latest(), None)?;
        if already.status {
            self.must(bid)?;
        }
        Ok(())
    }

    fn must(&mut self, request: TransactionRequest) -> Result<Receipt, DeployError> {
        let receipt = self.send(request)?;
        if receipt.status {
            return Ok(receipt);
        }
        let reason = self.last_refusal().map_or_else(|| format!("revert data {}", receipt.output), ToOwned::to_owned);
        Err(DeployError::Reverted { transaction: receipt.transaction_hash, reason })
    }
}

fn request(from: Address, to: Address, input: Vec<u8>) -> TransactionRequest {
    TransactionRequest::default().from(from).to(to).input(Bytes::from(input).into())
}

fn event<E: SolEvent>(receipt: &Receipt) -> Option<E> {
    receipt.logs.iter().find_map(|log| E::decode_log(&log.inner).ok()).map(|log| log.data)
}
