//! Records of deployments, as `deployments/README.md` says.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use alloy_primitives::{keccak256, Address, B256};
use alloy_rpc_types_eth::TransactionReceipt;
use alloy_sol_types::SolEvent;
use equipoise_chain::program::prepare;
use serde::{Deserialize, Serialize, Serializer};

use super::error::DeploymentError;
use super::journal::{Entry, Journal, JOURNAL};
use super::rpc::Rpc;
use super::tree::Tree;
use crate::deployment::arbitrum::IArbWasm::ProgramActivated;
use crate::deployment::{Arguments, Part, PartKind};
use crate::error::CliError;
use crate::programs::Programs;

/// One contract of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    /// The chain.
    pub chain_id: u64,
    /// The deployment's number on this chain.
    pub deployment: u64,
    /// What it is called in the deployment.
    pub name: String,
    /// The program or contract.
    pub contract: String,
    /// Where it is.
    #[serde(serialize_with = "checksummed")]
    pub address: Address,
    /// The proxy in front of it.
    #[serde(serialize_with = "checksummed_or_null")]
    pub proxy: Option<Address>,
    /// Who sent the transactions.
    #[serde(serialize_with = "checksummed")]
    pub deployer: Address,
    /// Whom the constructor made owner.
    #[serde(serialize_with = "checksummed_or_null")]
    pub owner: Option<Address>,
    /// The transaction that created it.
    pub deploy_transaction: B256,
    /// The transaction that activated it; none if the same code was active already.
    pub activate_transaction: Option<B256>,
    /// The transaction that created the proxy.
    pub proxy_transaction: Option<B256>,
    /// The block of the deployment.
    pub block_number: u64,
    /// Its time, in unix seconds.
    pub timestamp: u64,
    /// The commit that it was built from.
    pub commit: String,
    /// The toolchain's channel.
    pub toolchain: String,
    /// The Stylus SDK's version.
    pub sdk_version: String,
    /// keccak-256 of the module before compression.
    pub wasm_hash: Option<B256>,
    /// keccak-256 of the code on chain.
    pub code_hash: B256,
    /// The same of the proxy.
    pub proxy_code_hash: Option<B256>,
    /// Length of a program's code on chain.
    pub compressed_bytes: Option<usize>,
    /// What its constructor was told.
    pub constructor_arguments: Vec<Argument>,
    /// What it was told in the proxy.
    pub proxy_arguments: Option<Vec<Argument>>,
    /// Path of the ABI at that commit.
    pub abi: String,
    /// Whether the bytes were rebuilt from the commit and compared with the chain's.
    pub verified: bool,
}

/// What a constructor was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type in the ABI.
    pub r#type: String,
    /// Its value; numbers are decimal.
    pub value: String,
}

impl Record {
    /// Where it is called: at its proxy, if there is one.
    pub fn entry_point(&self) -> Address {
        self.proxy.unwrap_or(self.address)
    }

    /// Whether it is a program.
    pub const fn is_program(&self) -> bool {
        self.wasm_hash.is_some()
    }

    fn file_name(&self) -> String {
        match self.deployment {
            1 => format!("{}.json", self.name),
            number => format!("{}.{number}.json", self.name),
        }
    }
}

/// What all records of a deployment share.
#[derive(Debug)]
pub struct Recorder<'a> {
    /// The chain.
    pub rpc: &'a Rpc,
    /// What was sent.
    pub journal: &'a Journal,
    /// What it was built from.
    pub tree: &'a Tree,
    /// The programs.
    pub programs: &'a Programs,
    /// Who deployed.
    pub deployer: Address,
    /// Whether the programs were built once more and came out the same.
    pub is_reproduced: bool,
}

impl Recorder<'_> {
    /// Records of everything that was made: one for each contract that is called. What proxies run is in theirs.
    /// # Errors: [`DeploymentError::Transport`], [`CliError::ProgramRefused`]
    pub fn records(&self, parts: &[Part]) -> Result<Vec<Record>, CliError> {
        let is_behind =
            |part: &Part| parts.iter().any(|other| other.kind == PartKind::Proxy { implementation: part.address });
        let mut records = Vec::new();
        for part in parts.iter().filter(|part| !is_behind(part)) {
            records.push(match part.kind {
                PartKind::Proxy { implementation } => {
                    let Some(behind) = parts.iter().find(|other| other.address == implementation) else { continue };
                    let own = self.record(behind)?;
                    let code = self.rpc.code(part.address)?;
                    Record {
                        name: part.name.clone(),
                        proxy: Some(part.address),
                        owner: part.arguments.address("owner"),
                        proxy_transaction: self.entry(&part.name).map(|entry| entry.transaction),
                        proxy_code_hash: Some(keccak256(code)),
                        proxy_arguments: Some(described(&part.arguments)),
                        ..own
                    }
                }
                PartKind::Program | PartKind::Contract => self.record(part)?,
            });
        }
        Ok(records)
    }

    fn record(&self, part: &Part) -> Result<Record, CliError> {
        let entry = self.entry(&part.name);
        let confirmed = entry.and_then(|entry| entry.confirmed);
        let transaction = entry.map(|entry| entry.transaction).unwrap_or_default();
        let code = self.rpc.code(part.address)?;
        let is_program = part.kind == PartKind::Program;
        let wasm_hash = is_program.then(|| self.wasm_hash(part.contract)).transpose()?;
        Ok(Record {
            chain_id: self.rpc.chain_id()?,
            deployment: self.journal.number(),
            name: part.name.clone(),
            contract: part.contract.to_owned(),
            address: part.address,
            proxy: None,
            deployer: self.deployer,
            owner: part.arguments.address("owner"),
            deploy_transaction: transaction,
            activate_transaction: self.is_activated_in(transaction)?.then_some(transaction),
            proxy_transaction: None,
            block_number: confirmed.map(|confirmed| confirmed.block_number).unwrap_or_default(),
            timestamp: confirmed.map(|confirmed| confirmed.timestamp).unwrap_or_default(),
            commit: self.tree.commit.clone(),
            toolchain: self.tree.toolchain.clone(),
            sdk_version: self.tree.sdk_version.clone(),
            wasm_hash,
            code_hash: keccak256(&code),
            proxy_code_hash: None,
            compressed_bytes: is_program.then_some(code.len()),
            constructor_arguments: described(&part.arguments),
            proxy_arguments: None,
            abi: abi_of(part.contract, is_program),
            verified: is_program && self.is_reproduced,
        })
    }

    fn entry(&self, step: &str) -> Option<&Entry> {
        self.journal.entry(step)
    }

    fn wasm_hash(&self, program: &'static str) -> Result<B256, CliError> {
        let prepared = prepare(self.programs.wasm(program)?);
        let prepared = prepared.map_err(|cause| CliError::ProgramRefused { name: program, cause })?;
        Ok(keccak256(&prepared.wasm))
    }

    fn is_activated_in(&self, transaction: B256) -> Result<bool, DeploymentError> {
        let receipt = self.rpc.receipt(transaction)?;
        let logs = receipt.iter().flat_map(TransactionReceipt::logs);
        Ok(logs.into_iter().any(|log| log.topic0() == Some(&ProgramActivated::SIGNATURE_HASH)))
    }
}

/// Where a contract's ABI is written.
fn abi_of(contract: &str, is_program: bool) -> String {
    if !is_program {
        return format!("scripts/solidity/artifacts/{contract}.json");
    }
    let file = match contract {
        "clearing" | "liquidator" | "backstop" | "registrar" => "clearing",
        "vault" | "steward" => "vault",
        "signed-source" | "pool-source" => "source",
        "watcher" => "breakers",
        "referee" | "trustee" | "hedger" | "filler" | "pool-venue" => "hedge",
        "underwriter" => "underwriting",
        "broker" | "dealer" | "lender" | "tranche" | "wrapper" | "oracle" | "parameters" => contract,
        _ => "market",
    };
    format!("contracts/interfaces/src/{file}.rs")
}

fn described(arguments: &Arguments) -> Vec<Argument> {
    arguments.described().map(|[name, kind, value]| Argument { name, r#type: kind, value }).collect()
}

/// The records of a chain's folder: of the deployment of that number, of the last if none is given.
/// # Errors: [`DeploymentError::NoRecords`], [`DeploymentError::Format`], [`DeploymentError::File`]
pub fn read(folder: &Path, number: Option<u64>) -> Result<Vec<Record>, DeploymentError> {
    let all = read_all(folder)?;
    let last = all.iter().map(|record| record.deployment).max();
    let wanted = number.or(last);
    let records: Vec<_> = all.into_iter().filter(|record| Some(record.deployment) == wanted).collect();
    if records.is_empty() {
        return Err(DeploymentError::NoRecords(folder.to_owned()));
    }
    Ok(records)
}

/// The number of the next deployment.
/// # Errors: [`DeploymentError::Format`], [`DeploymentError::File`]
pub fn next_number(folder: &Path) -> Result<u64, DeploymentError> {
    Ok(1 + read_all(folder)?.iter().map(|record| record.deployment).max().unwrap_or(0))
}

fn read_all(folder: &Path) -> Result<Vec<Record>, DeploymentError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(DeploymentError::File { path: folder.to_owned(), cause }),
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "json"));
    paths.retain(|path| path.file_name().is_some_and(|name| name != JOURNAL));
    paths.sort_unstable();
    paths.iter().map(|path| read_one(path)).collect()
}

fn read_one(path: &Path) -> Result<Record, DeploymentError> {
    let text = fs::read_to_string(path);
    let text = text.map_err(|cause| DeploymentError::File { path: path.to_owned(), cause })?;
    let record = serde_json::from_str(&text);
    record.map_err(|error| DeploymentError::Format { path: path.to_owned(), problem: error.to_string() })
}

/// Writes records, each to a file that is not there; one that says the same already is left alone.
/// # Errors: [`DeploymentError::RecordExists`], [`DeploymentError::File`]
pub fn write(folder: &Path, records: &[Record]) -> Result<(), DeploymentError> {
    for record in records {
        let path = folder.join(record.file_name());
        let fail = |cause| DeploymentError::File { path: path.clone(), cause };
        fs::create_dir_all(folder).map_err(fail)?;
        if path.exists() {
            if read_one(&path)? == *record {
                continue;
            }
            return Err(DeploymentError::RecordExists(path));
        }
        let mut text = serde_json::to_string_pretty(record).map_err(|error| fail(error.into()))?;
        text.push('\n');
        // Written beside and renamed: an interruption leaves no half of a record.
        let beside = path.with_extension("json.new");
        let mut file = fs::File::create(&beside).map_err(fail)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(fail)?;
        fs::rename(&beside, &path).map_err(fail)?;
    }
    Ok(())
}

fn checksummed<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&address.to_checksum(None))
}

#[allow(clippy::ref_option, reason = "the signature is serde's")]
fn checksummed_or_null<S: Serializer>(address: &Option<Address>, serializer: S) -> Result<S::Ok, S::Error> {
    match address {
        Some(address) => checksummed(address, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::programs::{default_dir, NAMES};

    #[test]
    fn every_program_has_an_abi() {
        let repository = default_dir().join("../..");
        for contract in NAMES {
            let path = repository.join(abi_of(contract, true));
            assert!(path.is_file(), "{}", path.display());
        }
        for contract in ["Stablecoin", "PriceFeed", "EquipoiseToken", "EquipoiseTimelock", "EquipoiseGovernor"] {
            assert!(repository.join(abi_of(contract, false)).is_file(), "{contract}");
        }
    }
}
