//! One transaction: fees, intrinsic gas, the outermost frame, refunds.

use alloy_primitives::{map::HashSet, Address, Log, TxKind, U256};
use revm::{
    bytecode::Bytecode,
    context::{Transaction, TxEnv},
    context_interface::{
        cfg::gas_params::GasParams, journaled_state::account::JournaledAccountTr, transaction::AccessListItemTr,
        CreateScheme, JournalTr,
    },
    handler::pre_execution::apply_auth_list,
    primitives::{AddressMap, StorageKey},
    state::EvmState,
};

use super::{Call, Create, Evm, Kind, Outcome, RULES};
use crate::arbos::NETWORK_FEES;

/// A transaction that ran.
#[derive(Debug)]
pub(crate) struct Executed {
    pub(crate) outcome: Outcome,
    /// Gas charged, refunds deducted.
    pub(crate) gas_used: u64,
    pub(crate) logs: Vec<Log>,
    /// What it changed, to be committed or dropped.
    pub(crate) changes: EvmState,
}

/// Gas that a transaction costs before it runs. The calldata floor of EIP-7623 is off on Arbitrum.
pub(crate) fn intrinsic_gas(tx: &TxEnv) -> u64 {
    GasParams::new_spec(RULES).initial_tx_gas_for_tx(tx, None).initial_regular_gas
}

impl Evm {
    /// Runs a transaction that was found valid. Its gas price is what it pays: the base fee, tips are not collected.
    pub(crate) fn transact(mut self: Box<Self>, tx: &TxEnv) -> (Box<Self>, Executed) {
        let intrinsic = intrinsic_gas(tx);
        let limit = tx.gas_limit;
        // Gas above the limit of one transaction is held back and returned.
        let available = limit.saturating_sub(intrinsic);
        let gas = available.min(self.arb.tx_gas_limit.saturating_sub(intrinsic));
        let held = available - gas;

        self.buy_gas(tx);
        self.warm_up(tx);
        let authorisation_refund = self.before_call(tx);
        let (mut evm, outcome) = self.outermost_frame(tx.clone(), gas);

        let spent = limit - outcome.gas_left - held;
        let refund = (outcome.refund.max(0).cast_unsigned() + authorisation_refund).min(spent / 5);
        let gas_used = spent - refund;
        evm.settle_fees(tx, limit, gas_used);
        let logs = evm.ctx.journaled_state.take_logs();
        let changes = evm.ctx.journaled_state.finalize();
        (evm, Executed { outcome, gas_used, logs, changes })
    }

    fn buy_gas(&mut self, tx: &TxEnv) {
        let fee = U256::from(tx.gas_limit) * U256::from(tx.gas_price);
        let Ok(mut sender) = self.ctx.journaled_state.load_account_mut(tx.caller);
        let left = sender.balance().saturating_sub(fee);
        sender.set_balance(left);
        sender.touch();
    }

    fn warm_up(&mut self, tx: &TxEnv) {
        let coinbase = self.ctx.block.beneficiary;
        let journal = &mut self.ctx.journaled_state;
        journal.warm_coinbase_account(coinbase);
        let mut warm: AddressMap<HashSet<StorageKey>> = AddressMap::default();
        for item in tx.access_list.iter() {
            let slots = item.storage_slots().map(|slot| StorageKey::from_be_bytes(slot.0));
            warm.entry(*item.address()).or_default().extend(slots);
        }
        journal.warm_access_list(
            warm.into_iter().map(|(address, slots)| (address, slots.into_iter().collect())).collect(),
        );
        if let TxKind::Call(to) = tx.kind {
            let Ok(_) = journal.load_account(to);
        }
        self.ctx.tx = tx.clone();
    }

    /// The sender's nonce and delegations; creations take the nonce themselves.
    /// # Returns: refund for authorities that existed
    fn before_call(&mut self, tx: &TxEnv) -> u64 {
        let TxKind::Call(to) = tx.kind else { return 0 };
        let Ok(mut sender) = self.ctx.journaled_state.load_account_mut(tx.caller);
        let _ = sender.bump_nonce();
        let chain_id = self.ctx.cfg.chain_id;
        let existing: Result<u64, AuthorisationError> =
            apply_auth_list(chain_id, tx.authorization_list(), &mut self.ctx.journaled_state);
        if let Some(delegate) = self.peek(to).code.as_ref().and_then(Bytecode::eip7702_address) {
            let Ok(_) = self.ctx.journaled_state.load_account(delegate);
        }
        existing.unwrap_or_default() * self.ctx.cfg.gas_params.tx_eip7702_auth_refund_regular()
    }

    fn outermost_frame(self: Box<Self>, tx: TxEnv, gas: u64) -> (Box<Self>, Outcome) {
        match tx.kind {
            TxKind::Call(to) => self.call(Call {
                kind: Kind::Call,
                caller: tx.caller,
                acting: to,
                code: to,
                value: tx.value,
                input: tx.data,
                gas,
                is_static: false,
            }),
            TxKind::Create => {
                let scheme = CreateScheme::Create;
                self.create(Create { caller: tx.caller, scheme, value: tx.value, init_code: tx.data, gas })
            }
        }
    }

    fn settle_fees(&mut self, tx: &TxEnv, limit: u64, gas_used: u64) {
        let price = U256::from(tx.gas_price);
        self.credit(tx.caller, U256::from(limit - gas_used) * price);
        self.credit(NETWORK_FEES, U256::from(gas_used) * price);
    }

    fn credit(&mut self, address: Address, wei: U256) {
        if !wei.is_zero() {
            let Ok(()) = self.ctx.journaled_state.balance_incr(address, wei);
        }
    }
}

/// Never made: applying authorisations skips invalid ones.
#[derive(Debug)]
struct AuthorisationError;

impl From<revm::context::result::InvalidTransaction> for AuthorisationError {
    fn from(_: revm::context::result::InvalidTransaction) -> Self {
        Self
    }
}

impl From<std::convert::Infallible> for AuthorisationError {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}
