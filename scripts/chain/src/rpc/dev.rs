//! `evm_*` and `anvil_*`: time, mining, snapshots and accounts. The names of hardhat mean the same.

use std::sync::Arc;

use alloy_primitives::{Address, Bytes, B256, U256, U64};
use alloy_rpc_types_anvil::MineOptions;
use jsonrpsee::{core::RpcResult, proc_macros::rpc, RpcModule};

use super::{context::Context, error};
use crate::SnapshotId;

/// Most blocks that one request mines.
const MAX_MINED_BLOCKS: u64 = 100_000;

/// The end of the year 9999: no clock needs to go further, and sums of times stay far from overflow.
const MAX_TIMESTAMP: u64 = 253_402_300_799;

#[rpc(server)]
trait DevApi {
    #[method(name = "evm_snapshot", aliases = ["anvil_snapshot"], blocking)]
    fn snapshot(&self) -> RpcResult<U64>;

    #[method(name = "evm_revert", aliases = ["anvil_revert"], blocking)]
    fn revert(&self, snapshot: U64) -> RpcResult<bool>;

    #[method(name = "evm_mine", blocking)]
    fn mine_one(&self, options: Option<MineOptions>) -> RpcResult<U64>;

    #[method(name = "anvil_mine", aliases = ["hardhat_mine"], blocking)]
    fn mine(&self, blocks: Option<U64>, interval: Option<U64>) -> RpcResult<()>;

    #[method(name = "evm_increaseTime", aliases = ["anvil_increaseTime"], blocking)]
    fn increase_time(&self, seconds: U64) -> RpcResult<u64>;

    #[method(
        name = "evm_setNextBlockTimestamp",
        aliases = ["anvil_setNextBlockTimestamp", "hardhat_setNextBlockTimestamp"],
        blocking
    )]
    fn set_next_timestamp(&self, timestamp: U64) -> RpcResult<()>;

    #[method(name = "evm_setTime", aliases = ["anvil_setTime"], blocking)]
    fn set_time(&self, timestamp: U64) -> RpcResult<u64>;

    #[method(name = "evm_setAutomine", aliases = ["anvil_setAutoMine", "anvil_setAutomine"], blocking)]
    fn set_automine(&self, automine: bool) -> RpcResult<bool>;

    #[method(name = "anvil_getAutomine", aliases = ["hardhat_getAutomine"], blocking)]
    fn automine(&self) -> RpcResult<bool>;

    #[method(
        name = "anvil_setNextBlockBaseFeePerGas",
        aliases = ["hardhat_setNextBlockBaseFeePerGas"],
        blocking
    )]
    fn set_base_fee(&self, wei: U256) -> RpcResult<()>;

    #[method(name = "anvil_setBalance", aliases = ["hardhat_setBalance"], blocking)]
    fn set_balance(&self, address: Address, wei: U256) -> RpcResult<bool>;

    #[method(name = "anvil_setCode", aliases = ["hardhat_setCode"], blocking)]
    fn set_code(&self, address: Address, code: Bytes) -> RpcResult<bool>;

    #[method(name = "anvil_setNonce", aliases = ["hardhat_setNonce", "evm_setAccountNonce"], blocking)]
    fn set_nonce(&self, address: Address, nonce: U64) -> RpcResult<bool>;

    #[method(name = "anvil_setStorageAt", aliases = ["hardhat_setStorageAt"], blocking)]
    fn set_storage(&self, address: Address, slot: U256, value: B256) -> RpcResult<bool>;

    #[method(name = "anvil_impersonateAccount", aliases = ["hardhat_impersonateAccount"], blocking)]
    fn impersonate(&self, address: Address) -> RpcResult<bool>;

    #[method(
        name = "anvil_stopImpersonatingAccount",
        aliases = ["hardhat_stopImpersonatingAccount"],
        blocking
    )]
    fn stop_impersonating(&self, address: Address) -> RpcResult<bool>;

    #[method(name = "anvil_autoImpersonateAccount", aliases = ["hardhat_autoImpersonateAccount"], blocking)]
    fn impersonate_all(&self, enabled: bool) -> RpcResult<bool>;
}

struct Dev(Arc<Context>);

/// The methods of this file.
pub(super) fn module(context: Arc<Context>) -> RpcModule<impl Send + Sync> {
    Dev(context).into_rpc()
}

impl DevApiServer for Dev {
    fn snapshot(&self) -> RpcResult<U64> {
        Ok(U64::from(self.0.chain().snapshot().0))
    }

    fn revert(&self, snapshot: U64) -> RpcResult<bool> {
        let mut chain = self.0.chain();
        let reverted = chain.revert(SnapshotId(snapshot.to()));
        if reverted {
            self.0.session().filters.rewind(&chain);
        }
        Ok(reverted)
    }

    fn mine_one(&self, options: Option<MineOptions>) -> RpcResult<U64> {
        let (timestamp, blocks) = match options {
            Some(MineOptions::Options { timestamp, blocks }) => (timestamp, blocks),
            Some(MineOptions::Timestamp(timestamp)) => (timestamp, None),
            None => (None, None),
        };
        let blocks = checked_blocks(blocks.unwrap_or(1))?;
        let mut chain = self.0.chain();
        if let Some(timestamp) = timestamp {
            chain.set_next_timestamp(checked_time(timestamp)?)?;
        }
        chain.mine(blocks, None);
        Ok(U64::ZERO)
    }

    fn mine(&self, blocks: Option<U64>, interval: Option<U64>) -> RpcResult<()> {
        let blocks = checked_blocks(blocks.map_or(1, |it| it.to::<u64>()))?;
        let interval = interval.map(|it| it.to::<u64>());
        let mut chain = self.0.chain();
        checked_time(interval.unwrap_or_default().saturating_mul(blocks).saturating_add(chain.timestamp()))?;
        chain.mine(blocks, interval);
        Ok(())
    }

    fn increase_time(&self, seconds: U64) -> RpcResult<u64> {
        let seconds: u64 = seconds.to();
        let mut chain = self.0.chain();
        checked_time(seconds.saturating_add(chain.timestamp()))?;
        chain.increase_time(seconds);
        Ok(seconds)
    }

    fn set_next_timestamp(&self, timestamp: U64) -> RpcResult<()> {
        let timestamp = checked_time(timestamp.to())?;
        Ok(self.0.chain().set_next_timestamp(timestamp)?)
    }

    fn set_time(&self, timestamp: U64) -> RpcResult<u64> {
        let timestamp = checked_time(timestamp.to())?;
        self.0.chain().set_time(timestamp)?;
        Ok(timestamp)
    }

    fn set_automine(&self, automine: bool) -> RpcResult<bool> {
        self.0.chain().set_automine(automine);
        Ok(true)
    }

    fn automine(&self) -> RpcResult<bool> {
        Ok(self.0.chain().automine())
    }

    fn set_base_fee(&self, wei: U256) -> RpcResult<()> {
        // Header fields hold 64 bits.
        let Ok(wei) = u64::try_from(wei) else {
            return Err(error::invalid_params(format!("a base fee of {wei} wei: give at most {}", u64::MAX)));
        };
        self.0.chain().set_base_fee(wei.into());
        Ok(())
    }

    fn set_balance(&self, address: Address, wei: U256) -> RpcResult<bool> {
        self.0.chain().set_balance(address, wei);
        Ok(true)
    }

    fn set_code(&self, address: Address, code: Bytes) -> RpcResult<bool> {
        self.0.chain().set_code(address, code);
        Ok(true)
    }

    fn set_nonce(&self, address: Address, nonce: U64) -> RpcResult<bool> {
        self.0.chain().set_nonce(address, nonce.to());
        Ok(true)
    }

    fn set_storage(&self, address: Address, slot: U256, value: B256) -> RpcResult<bool> {
        self.0.chain().set_storage(address, slot, value);
        Ok(true)
    }

    fn impersonate(&self, address: Address) -> RpcResult<bool> {
        self.0.session().impersonated.insert(address);
        Ok(true)
    }

    fn stop_impersonating(&self, address: Address) -> RpcResult<bool> {
        self.0.session().impersonated.remove(&address);
        Ok(true)
    }

    fn impersonate_all(&self, enabled: bool) -> RpcResult<bool> {
        self.0.session().impersonates_all = enabled;
        Ok(true)
    }
}

fn checked_blocks(blocks: u64) -> RpcResult<u64> {
    if blocks <= MAX_MINED_BLOCKS {
        return Ok(blocks);
    }
    Err(error::invalid_params(format!("{blocks} blocks: mine at most {MAX_MINED_BLOCKS} in one request")))
}

fn checked_time(timestamp: u64) -> RpcResult<u64> {
    if timestamp <= MAX_TIMESTAMP {
        return Ok(timestamp);
    }
    Err(error::invalid_params(format!(
        "time {timestamp} is past the year 9999 ({MAX_TIMESTAMP}): give seconds, not milliseconds"
    )))
}
