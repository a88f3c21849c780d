//! Steps taken on a chain by JSON-RPC, each noted in the journal.

use alloy_primitives::{keccak256, Address, Bytes, B256, U256};
use alloy_rpc_types_eth::TransactionReceipt;
use alloy_sol_types::{SolCall, SolEvent};
use equipoise_chain::program::{init_code, prepare, Prepared};

use super::error::DeploymentError;
use super::fees::{activation_fee, is_cached, with_margin, CacheManager};
use super::journal::{Confirmed, Entry, Journal};
use super::sender::{Call, Sender, Signed};
use crate::deployment::arbitrum::{deployCall, placeBidCall, ContractDeployed, STYLUS_DEPLOYER};
use crate::deployment::{Action, Site, Step};
use crate::error::CliError;

/// A chain, the journal of what is deployed on it, and who deploys.
#[derive(Debug)]
pub struct Remote<'a> {
    sender: &'a Sender,
    journal: &'a mut Journal,
    cache: Option<CacheManager>,
    most_bid: U256,
}

/// What a step's transaction has made.
type Made = fn(&TransactionReceipt) -> Option<Address>;

impl<'a> Remote<'a> {
    /// Bids at most so many wei for each program's place in the cache.
    /// # Errors: [`DeploymentError::Transport`]
    pub fn new(sender: &'a Sender, journal: &'a mut Journal, most_bid: U256) -> Result<Self, DeploymentError> {
        let cache = CacheManager::of(&sender.rpc)?;
        Ok(Self { sender, journal, cache, most_bid })
    }

    fn install(
        &mut self,
        name: &str,
        wasm: &[u8],
        constructor: &Bytes,
        program: &'static str,
    ) -> Result<Address, CliError> {
        let prepared = prepare(wasm).map_err(|cause| CliError::ProgramRefused { name: program, cause })?;
        let data = deploy_data(&prepared, constructor);
        let fee = |sender: &Sender| activation_fee(&sender.rpc, program, &prepared.deployable).map(with_margin);
        let address = self.transact(name, Some(STYLUS_DEPLOYER), data, fee, deployed_address)?;
        if self.sender.rpc.code(address)? != prepared.deployable {
            return Err(DeploymentError::OtherCode { step: name.to_owned(), address }.into());
        }
        self.bid(name, address, &prepared)?;
        Ok(address)
    }

    /// Bids for the cache, unless the code is there, there is no manager, or it costs too much.
    fn bid(&mut self, name: &str, program: Address, prepared: &Prepared) -> Result<(), DeploymentError> {
        let step = format!("cache {name}");
        let is_pending = self.journal.entry(&step).is_some_and(|entry| entry.confirmed.is_none());
        let Some(manager) = self.cache else { return Ok(()) };
        if !is_pending && is_cached(&self.sender.rpc, keccak256(&prepared.deployable))? {
            return Ok(());
        }
        let Some(bid) = manager.least_bid(&self.sender.rpc, program)?.filter(|bid| *bid <= self.most_bid) else {
            eprintln!("{step}: no room within the bid; the program starts at the uncached price");
            return Ok(());
        };
        let data = placeBidCall { program }.abi_encode().into();
        self.transact(&step, Some(manager.address), data, |_| Ok(bid), |receipt| receipt.to).map(|_| ())
    }

    /// Sends a step's transaction, unless it has been sent; waits for it and notes what it came to.
    fn transact(
        &mut self,
        name: &str,
        to: Option<Address>,
        data: Bytes,
        value: impl FnOnce(&Sender) -> Result<U256, DeploymentError>,
        made: Made,
    ) -> Result<Address, DeploymentError> {
        let digest = keccak256([to.unwrap_or_default().as_slice(), &data].concat());
        let receipt = match self.begun(name, digest)? {
            Begun::Confirmed(address) => return Ok(address),
            Begun::Sent(receipt) => *receipt,
            Begun::Signed(signed) => self.send(name, &signed)?,
            Begun::No => {
                let value = value(self.sender)?;
                let signed = self.sender.sign(name, &Call { to, data, value })?;
                self.note(name, digest, &signed)?;
                eprintln!("{name} ...");
                self.send(name, &signed)?
            }
        };
        self.confirm(name, &receipt, made)
    }

    /// Sends; what the server refuses is forgotten, so that the next run signs it anew, at the price of then.
    fn send(&mut self, name: &str, signed: &Signed) -> Result<TransactionReceipt, DeploymentError> {
        let sent = self.sender.send(name, signed);
        if matches!(sent, Err(DeploymentError::StepFails { .. })) {
            self.journal.forget(name)?;
        }
        sent
    }

    /// How far a step had come.
    fn begun(&self, name: &str, digest: B256) -> Result<Begun, DeploymentError> {
        let Some(entry) = self.journal.entry(name) else { return Ok(Begun::No) };
        let path = || self.journal.path().to_owned();
        if entry.digest != digest {
            return Err(DeploymentError::StepChanged { step: name.to_owned(), path: path() });
        }
        // In this order: a transaction that is mined in between is found.
        let next_nonce = self.sender.rpc.nonce(self.sender.address())?;
        let receipt = self.sender.rpc.receipt(entry.transaction)?;
        match (entry.confirmed, receipt) {
            (Some(confirmed), Some(_)) => Ok(Begun::Confirmed(confirmed.address)),
            (Some(_), None) => Err(DeploymentError::StepUnknown {
                step: name.to_owned(),
                transaction: entry.transaction,
                path: path(),
            }),
            (None, Some(receipt)) => Ok(Begun::Sent(Box::new(receipt))),
            // Its nonce is another transaction's by now: it can never be mined.
            (None, None) if next_nonce > entry.nonce => Ok(Begun::No),
            (None, None) => {
                Ok(Begun::Signed(Signed { hash: entry.transaction, nonce: entry.nonce, raw: entry.raw.clone() }))
            }
        }
    }

    fn note(&mut self, name: &str, digest: B256, signed: &Signed) -> Result<(), DeploymentError> {
        let Signed { hash, nonce, raw } = signed.clone();
        self.journal.note(Entry { step: name.to_owned(), digest, transaction: hash, nonce, raw, confirmed: None })
    }

    fn confirm(&mut self, name: &str, receipt: &TransactionReceipt, made: Made) -> Result<Address, DeploymentError> {
        let made = if receipt.status() { made(receipt) } else { None };
        let Some(address) = made else {
            self.journal.forget(name)?;
            let reason = format!("transaction {} reverted", receipt.transaction_hash);
            return Err(DeploymentError::StepFails { step: name.to_owned(), reason });
        };
        let block_number = receipt.block_number.unwrap_or_default();
        let timestamp = self.sender.rpc.time_of(block_number)?;
        let confirmed = Confirmed { address, block_number, timestamp, gas_used: receipt.gas_used };
        self.journal.confirm(name, confirmed)?;
        Ok(address)
    }
}

/// How far a step had come.
enum Begun {
    /// Nothing is on its way.
    No,
    /// It is signed, and maybe sent.
    Signed(Signed),
    /// It is mined.
    Sent(Box<TransactionReceipt>),
    /// It is done.
    Confirmed(Address),
}

impl Site for Remote<'_> {
    fn take(&mut self, step: &Step<'_>) -> Result<Address, CliError> {
        let name = &step.name;
        match &step.action {
            Action::Program { program, wasm, constructor } => self.install(name, wasm, constructor, program),
            Action::Create { code, .. } => {
                let created = |receipt: &TransactionReceipt| receipt.contract_address;
                Ok(self.transact(name, None, code.clone(), |_| Ok(U256::ZERO), created)?)
            }
            Action::Call { to, data, .. } => {
                Ok(self.transact(name, Some(*to), data.clone(), |_| Ok(U256::ZERO), |receipt| receipt.to)?)
            }
        }
    }

    fn storage(&mut self, of: Address, slot: B256) -> Result<B256, CliError> {
        Ok(self.sender.rpc.storage(of, slot)?)
    }
}

/// The calldata by which the Stylus deployer creates, activates and constructs a program.
pub fn deploy_data(prepared: &Prepared, constructor: &Bytes) -> Bytes {
    let (bytecode, init) = (init_code(&prepared.deployable), constructor.clone());
    let call = deployCall { bytecode, initData: init, initValue: U256::ZERO, salt: B256::ZERO };
    call.abi_encode().into()
}

fn deployed_address(receipt: &TransactionReceipt) -> Option<Address> {
    let events = receipt.logs().iter().filter(|log| log.address() == STYLUS_DEPLOYER);
    let mut deployed = events.filter_map(|log| ContractDeployed::decode_log(&log.inner).ok());
    deployed.next().map(|event| event.deployedContract)
}
