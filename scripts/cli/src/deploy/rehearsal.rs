//! A dry run: every step taken on an embedded chain that has the network's id and time, with stand-ins where the network
//! has a stablecoin and feeds, and priced with what the network answers. Nothing is sent.

use std::fmt::Write;

use alloy_primitives::utils::format_ether;
use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_rpc_types_eth::BlockId;
use alloy_sol_types::SolCall;
use comfy_table::{presets::UTF8_FULL_CONDENSED, CellAlignment, Table};
use equipoise_chain::program::init_code;
use equipoise_chain::{Chain, Config};

use super::error::DeploymentError;
use super::fees::{activation_fee, with_margin, CacheManager};
use super::rpc::Rpc;
use super::stand_ins::{stand_in, STAGEHAND};
use crate::deployment::arbitrum::INodeInterface::gasEstimateL1ComponentCall;
use crate::deployment::arbitrum::{deployCall, NODE_INTERFACE, STYLUS_DEPLOYER};
use crate::deployment::{Deployer, Embedded, Part, PartKind, Plan, Sent};
use crate::error::CliError;
use crate::programs::Programs;

/// What a deployment takes, step by step.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// Its transactions.
    pub lines: Vec<Line>,
    /// Wei per gas.
    pub gas_price: u128,
    /// What the stablecoin and the feeds call themselves.
    pub found: Vec<String>,
}

/// One transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The step's name.
    pub step: String,
    /// Where what it makes would be, or whom it calls.
    pub address: Address,
    /// Gas that it uses on chain.
    pub gas: u64,
    /// Gas for the parent chain's data.
    pub l1_gas: u64,
    /// The data fee of an activation in wei.
    pub data_fee: U256,
}

impl Line {
    fn wei(&self, gas_price: u128) -> U256 {
        U256::from(self.gas + self.l1_gas) * U256::from(gas_price) + self.data_fee
    }
}

impl Rehearsal {
    /// Rehearses a plan on what the network is now.
    /// # Errors: whatever a step would fail with; [`DeploymentError`] where what is given is unfit
    pub fn of(plan: &Plan, programs: &Programs, rpc: &Rpc, deployer: Address) -> Result<Self, CliError> {
        require_infrastructure(rpc)?;
        let mut chain = Chain::new(Config {
            chain_id: rpc.chain_id()?,
            timestamp: rpc.now()?,
            cache_dir: Some(programs.cache_dir.clone()),
            accounts: vec![(deployer, U256::from(u128::MAX)), (STAGEHAND, U256::from(u128::MAX))],
            ..Config::default()
        });
        let found = stand_in(&mut chain, plan, rpc)?;
        // Addresses come out as they will be, unless somebody else deploys in between.
        chain.set_nonce(deployer, rpc.nonce(deployer)?);
        chain.set_nonce(STYLUS_DEPLOYER, rpc.nonce(STYLUS_DEPLOYER)?.max(1));
        let is_caching = CacheManager::of(rpc)?.is_some();
        let (sent, parts) = act(&mut chain, plan, programs, deployer, is_caching)?;
        let mut lines = Vec::with_capacity(sent.len());
        for each in sent {
            let program = parts.iter().find(|part| part.kind == PartKind::Program && part.name == each.step);
            let code = program.map(|part| chain.code(part.address, BlockId::latest())).transpose()?;
            lines.push(priced(rpc, each, code)?);
        }
        Ok(Self { lines, gas_price: rpc.gas_price()?, found })
    }

    /// What all of it costs, in wei.
    pub fn total(&self) -> U256 {
        self.lines.iter().fold(U256::ZERO, |sum, line| sum + line.wei(self.gas_price))
    }

    /// As people read it.
    pub fn render(&self) -> String {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED);
        table.set_header(["", "step", "address", "gas", "of it for data", "data fee, ETH", "cost, ETH"]);
        for (number, line) in (1..).zip(&self.lines) {
            let cells = [line.gas + line.l1_gas, line.l1_gas].map(|gas| gas.to_string());
            let [gas, l1_gas] = cells;
            let wei = [line.data_fee, line.wei(self.gas_price)].map(format_ether);
            let [fee, cost] = wei;
            let address = line.address.to_checksum(None);
            table.add_row([format!("{number}"), line.step.clone(), address, gas, l1_gas, fee, cost]);
        }
        for column in table.column_iter_mut().skip(3) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let mut text = table.to_string();
        // Writing to a string cannot fail.
        for found in &self.found {
            write!(text, "\n{found}").ok();
        }
        let gwei = self.gas_price as f64 / 1e9;
        let gas: u64 = self.lines.iter().map(|line| line.gas + line.l1_gas).sum();
        let total = format_ether(self.total());
        writeln!(
            text,
            "\n{} transactions, {gas} gas at {gwei} gwei: {total} ETH with data fees. Nothing was sent.",
            self.lines.len()
        )
        .ok();
        text
    }
}

/// Takes every step; what was sent, and what it has made.
fn act(
    chain: &mut Chain,
    plan: &Plan,
    programs: &Programs,
    owner: Address,
    is_caching: bool,
) -> Result<(Vec<Sent>, Vec<Part>), CliError> {
    let mut site = Embedded::new(chain, owner, is_caching);
    let mut deployer = Deployer::new(&mut site, programs, owner);
    let deployed = plan.build(&mut deployer)?;
    plan.hand_over(&mut deployer, &deployed)?;
    let parts = deployer.parts().to_vec();
    drop(deployer);
    Ok((site.into_sent(), parts))
}

fn priced(rpc: &Rpc, sent: Sent, program: Option<Bytes>) -> Result<Line, DeploymentError> {
    let Sent { step, to, input, gas_used, address } = sent;
    let (input, data_fee) = match program {
        Some(code) => {
            let deploy = deployCall {
                bytecode: init_code(&code),
                initData: Bytes::new(),
                initValue: U256::ZERO,
                salt: B256::ZERO,
            };
            (deploy.abi_encode().into(), with_margin(activation_fee(rpc, &step, &code)?))
        }
        None => (input, U256::ZERO),
    };
    let component =
        gasEstimateL1ComponentCall { to: to.unwrap_or_default(), contractCreation: to.is_none(), data: input };
    // A chain without a parent does not answer, and charges nothing for data.
    let l1_gas = rpc.try_view(NODE_INTERFACE, &component)?.map_or(0, |answer| answer.gasEstimateForL1);
    Ok(Line { step, address, gas: gas_used, l1_gas, data_fee })
}

fn require_infrastructure(rpc: &Rpc) -> Result<(), DeploymentError> {
    let remedy = "a Nitro dev node has it if it is started by OffchainLabs' nitro-devnode script";
    rpc.require_code("the Stylus deployer", STYLUS_DEPLOYER, remedy)
}
