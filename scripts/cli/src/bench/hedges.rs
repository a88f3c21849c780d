//! What a rebalance of the vault's hedge uses, and what of it its venue does.

use alloy_primitives::{Address, Bytes, B256, I256, U256};
use alloy_rpc_types_trace::geth::CallConfig;
use alloy_sol_types::SolCall;
use equipoise_interfaces::{HedgeLeg, IHedged, IHedger, RebalanceRequest};

use super::stage::{gas_in, Stage, CROWD, ETH, KEEPER, OWNER};
use crate::deployment::{HedgeFiller, Hedges};
use crate::error::CliError;
use crate::programs::Programs;
use crate::units::{unsigned_wad, TOKEN_ATOMS};
use crate::world::Hedging;

/// Contracts at the money that the vault has sold: some 6.7 % of its capital of delta past the band.
const SOLD: f64 = 500.0;
/// Of the underlying, bought at once.
const BOUGHT: u128 = 50;

/// A rebalance, and what of it its venue and those whom that calls use.
pub(super) struct Used {
    pub(super) all: u64,
    pub(super) venue: u64,
}

impl Stage {
    /// A solver who fills himself buys for the vault, for the second time.
    pub(super) fn rebalance_by_callback(&mut self, programs: &Programs) -> Result<Used, CliError> {
        let Hedging { hedges, stock, .. } = self.world.hedge(programs, None)?;
        self.world.fund(KEEPER, TOKEN_ATOMS)?;
        self.trade(CROWD, vec![self.leg(1, 4, false, SOLD)])?;
        self.watch(&hedges)?;
        for _ in 0..8 {
            self.round(ETH.spot)?;
        }
        self.watch(&hedges)?;
        self.rebalance(&hedges, stock)?;
        self.round(ETH.spot)?;
        self.rebalance(&hedges, stock)
    }

    fn watch(&mut self, hedges: &Hedges) -> Result<(), CliError> {
        self.world.send("checkpoint", OWNER, hedges.hedger, &IHedger::checkpointCall {}).map(drop)
    }

    fn rebalance(&mut self, hedges: &Hedges, stock: Address) -> Result<Used, CliError> {
        let words: Vec<B256> = self.world.view(self.world.contracts.market, &IHedged::inventoryCall {})?;
        let epoch = self.world.view(hedges.hedger, &IHedger::stateCall {})?.riskEpoch;
        let leg = HedgeLeg {
            venue: hedges.filler,
            quantityAtoms: I256::try_from(BOUGHT * TOKEN_ATOMS).unwrap_or_default(),
            limitPriceWad: unsigned_wad(ETH.spot),
        };
        let request = RebalanceRequest {
            riskEpoch: epoch,
            minPriceAt: 0,
            deadline: u64::MAX >> 8,
            maxTipAtoms: U256::MAX,
            legs: vec![leg],
        };
        let data = Bytes::from(IHedger::rebalanceCall { request, words }.abi_encode());
        let receipt = self.world.send("rebalance", KEEPER, stock, &HedgeFiller::callHedgerCall { data })?;
        let trace = self.world.chain().trace_transaction(receipt.transaction_hash, CallConfig::default())?;
        Ok(Used { all: receipt.gas_used, venue: gas_in(&trace.calls, hedges.filler) })
    }
}
