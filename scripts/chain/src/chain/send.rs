//! Sending transactions.

use alloy_consensus::{transaction::Recovered, Transaction as _, TxEnvelope};
use alloy_primitives::{Address, B256, U256};
use alloy_rpc_types_eth::{Log, Transaction, TransactionRequest};

use super::{blocks::Open, request, Chain, Receipt};
use crate::{
    evm::{Evm, Executed},
    SendError,
};

impl Chain {
    /// Runs a transaction from `from` without a signature; the nonce and gas limit are filled in if missing.
    /// Automine puts it in a block of its own; otherwise it joins the open block, and its receipt has no block hash.
    /// # Errors: [`SendError`] if refused; a reverted transaction is a receipt with `status` false
    pub fn send(&mut self, request: TransactionRequest) -> Result<Receipt, SendError> {
        let from = request.from.unwrap_or_default();
        let request = self.fill(request, from);
        let tx = request::impersonate(request, from)?;
        self.check_funds_and_nonce(&tx, from)?;
        self.run(tx, from)
    }

    /// Runs a signed transaction (types 0, 1, 2, 4).
    /// # Returns: its hash; the receipt is there as soon as it is mined
    /// # Errors: [`SendError`] if refused
    pub fn send_signed(&mut self, tx: &TxEnvelope) -> Result<B256, SendError> {
        let from = tx_signer(tx)?;
        let code = self.state.info(from).and_then(|info| info.code).unwrap_or_default();
        if !code.is_empty() && !code.is_eip7702() {
            return Err(SendError::SenderHasCode(from));
        }
        self.check_funds_and_nonce(tx, from)?;
        Ok(self.run(tx.clone(), from)?.transaction_hash)
    }

    fn fill(&self, mut request: TransactionRequest, from: Address) -> TransactionRequest {
        let account = self.state.info(from).unwrap_or_default();
        request.nonce.get_or_insert(account.nonce);
        request.chain_id.get_or_insert(self.config.chain_id);
        if request.to.is_none() {
            request.to = Some(alloy_primitives::TxKind::Create);
        }
        if request.gas_price.is_none() {
            request.max_fee_per_gas.get_or_insert(self.base_fee);
            request.max_priority_fee_per_gas.get_or_insert(0);
        }
        let cap = request.gas_price.or(request.max_fee_per_gas).unwrap_or_default().max(1);
        let spendable = account.balance.saturating_sub(request.value.unwrap_or_default());
        let affordable: u64 = (spendable / U256::from(cap)).saturating_to();
        request.gas.get_or_insert(self.config.block_gas_limit.min(affordable));
        request
    }

    fn check_funds_and_nonce(&self, tx: &TxEnvelope, from: Address) -> Result<(), SendError> {
        let account = self.state.info(from).unwrap_or_default();
        if tx.nonce() != account.nonce {
            return Err(SendError::Nonce { from, nonce: tx.nonce(), expected: account.nonce });
        }
        let required = request::required_wei(tx.value(), tx.gas_limit(), tx.max_fee_per_gas());
        if account.balance < required {
            return Err(SendError::InsufficientFunds { from, balance: account.balance, required });
        }
        Ok(())
    }

    fn run(&mut self, tx: TxEnvelope, from: Address) -> Result<Receipt, SendError> {
        let mut open = self.open_block();
        let env = request::tx_env(&tx, from, open.base_fee);
        if let Err(refused) = request::check_form(&tx, &env, self.config.chain_id, open.base_fee) {
            self.open = Some(open).filter(|open| !open.transactions.is_empty());
            return Err(refused);
        }
        let block = self.block_env(open.timestamp, open.base_fee);
        self.origins.insert(*tx.tx_hash(), self.origin(&open));
        let mut arb = self.arb();
        arb.recent = std::mem::take(&mut open.recent);
        let evm = Evm::new(std::mem::take(&mut self.state), self.config.chain_id, block, arb);
        let (mut evm, executed) = evm.transact(&env);
        open.recent = std::mem::take(&mut evm.arb.recent);
        self.last_refusal = evm.arb.last_refusal.take();
        self.state = evm.into_state();
        let receipt = self.record(&mut open, tx, from, executed);
        self.open = Some(open);
        if self.automine {
            self.seal();
            return Ok(self.receipts.get(&receipt.transaction_hash).cloned().unwrap_or(receipt));
        }
        Ok(receipt)
    }

    fn record(&mut self, open: &mut Open, tx: TxEnvelope, from: Address, executed: Executed) -> Receipt {
        let hash = *tx.tx_hash();
        let number = self.blocks.len() as u64;
        let index = open.transactions.len() as u64;
        open.gas_used += executed.gas_used;
        let status = executed.outcome.result.is_ok();
        let raw = if status { executed.logs } else { Vec::new() };
        let logs = (open.logs..)
            .zip(raw)
            .map(|(log_index, inner)| Log {
                inner,
                block_hash: None,
                block_number: Some(number),
                block_timestamp: Some(open.timestamp),
                transaction_hash: Some(hash),
                transaction_index: Some(index),
                log_index: Some(log_index),
                removed: false,
            })
            .collect::<Vec<_>>();
        open.logs += logs.len() as u64;
        let receipt = Receipt {
            transaction_hash: hash,
            transaction_index: index,
            transaction_type: tx.tx_type().into(),
            block_hash: B256::ZERO,
            block_number: number,
            from,
            to: tx.to(),
            contract_address: tx.kind().is_create().then(|| from.create(tx.nonce())),
            status,
            gas_used: executed.gas_used,
            cumulative_gas_used: open.gas_used,
            effective_gas_price: open.base_fee,
            logs,
            output: executed.outcome.output,
        };
        self.state.commit(executed.changes);
        let transaction = Transaction {
            inner: Recovered::new_unchecked(tx, from),
            block_hash: None,
            block_number: None,
            transaction_index: Some(index),
            effective_gas_price: Some(open.base_fee),
            block_timestamp: None,
        };
        self.transactions.insert(hash, transaction);
        open.transactions.push(hash);
        open.receipts.push(receipt.clone());
        receipt
    }
}

fn tx_signer(tx: &TxEnvelope) -> Result<Address, SendError> {
    use alloy_consensus::transaction::SignerRecoverable;
    tx.recover_signer().map_err(|error| SendError::Signature(error.to_string()))
}
