//! The embedded chain as chores see it. They are sent by the keeper.

use alloy_primitives::{Address, Bytes};
use alloy_rpc_types_eth::{BlockId, Filter, Log, TransactionInput, TransactionRequest};

use super::World;
use crate::keep::{Client, KeepError, Order, Tried};
use crate::reverts::Reason;

impl Client for World {
    fn now(&mut self) -> Result<u64, KeepError> {
        Ok(self.chain().timestamp())
    }

    fn chain_id(&mut self) -> Result<u64, KeepError> {
        Ok(self.chain().chain_id())
    }

    fn head(&mut self) -> Result<u64, KeepError> {
        Ok(self.chain().head_number())
    }

    fn sender(&self) -> Address {
        self.keeper
    }

    fn call(&mut self, to: Address, data: Bytes) -> Tried<Bytes> {
        let request = request(self.keeper, to, data);
        let outcome = self.chain().call(&request, BlockId::pending(), None)?;
        Ok(if outcome.status { Ok(outcome.output) } else { Err(Reason::of(&outcome.output)) })
    }

    fn transact(&mut self, order: Order) -> Tried<Vec<Log>> {
        let receipt = self.chain().send(request(self.keeper, order.to, order.data))?;
        if !receipt.status {
            return Ok(Err(Reason::of(&receipt.output)));
        }
        self.gas.note(order.label, receipt.gas_used);
        Ok(Ok(receipt.logs))
    }

    fn logs(&mut self, filter: &Filter) -> Result<Vec<Log>, KeepError> {
        Ok(self.chain().logs(filter))
    }
}

fn request(from: Address, to: Address, data: Bytes) -> TransactionRequest {
    let input = TransactionInput::new(data);
    TransactionRequest { from: Some(from), to: Some(to.into()), input, ..TransactionRequest::default() }
}
