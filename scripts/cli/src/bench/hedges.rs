//! What a rebalance of the vault's hedge uses, and what of it its venue does.

use alloy_primitives::{Address, Bytes, B256, I256, U256};
use alloy_rpc_types_trace::geth::CallConfig;
use alloy_sol_types::SolCall;
use equipoise_interfaces::{
    account, HedgeLeg, IDealer, IHedged, IHedger, Leg, OptionLeg, OptionsRequest, RebalanceRequest,
};

use super::stage::{gas_in, Stage, BUYER, CROWD, ETH, KEEPER, OWNER};
use crate::deployment::{HedgeFiller, Hedges};
use crate::error::CliError;
use crate::programs::Programs;
use crate::units::{unsigned_wad, TOKEN_ATOMS};

/// Contracts at the money that the vault has sold: some 6.7 % of its capital of delta past the band.
const SOLD: f64 = 500.0;
/// Of the underlying, bought at once.
const BOUGHT: u128 = 50;

/// Near spot twice as much: some hundreds of units for each basis point of the price.
const LIQUIDITY: u128 = 200_000_000_000_000;
/// The fee of the pool, and a basis point for its curve.
const POOL_LIMIT: f64 = 1.0006;

/// Where what is bought comes from.
struct Order {
    venue: Address,
    /// Dollars a unit at most.
    limit: f64,
    /// The solver's contract, if he fills himself.
    through: Option<Address>,
}

/// A rebalance, and what of it its venue and those whom that calls use.
pub(super) struct Used {
    pub(super) all: u64,
    pub(super) venue: u64,
}

impl Stage {
    /// A solver who fills himself buys for the vault, for the second time.
    pub(super) fn rebalance_by_callback(&mut self, programs: &Programs) -> Result<Used, CliError> {
        let hedging = self.world.hedge(programs, None)?;
        let order = Order { venue: hedging.hedges.filler, limit: ETH.spot, through: Some(hedging.stock) };
        self.rebalance_twice(&hedging.hedges, &order)
    }

    /// The same at a pool, which anybody sends it to; none if the pool's package is not installed.
    pub(super) fn rebalance_at_pool(&mut self, programs: &Programs) -> Result<Option<Used>, CliError> {
        let hedging = self.world.hedge(programs, None)?;
        let Some(venue) = self.world.pool_venue(programs, &hedging, (ETH.spot, LIQUIDITY))? else { return Ok(None) };
        let order = Order { venue, limit: ETH.spot * POOL_LIMIT, through: None };
        self.rebalance_twice(&hedging.hedges, &order).map(Some)
    }

    /// A solver sells the vault straddles out of his margin account, and is paid for it.
    pub(super) fn hedge_by_options(&mut self, programs: &Programs) -> Result<u64, CliError> {
        let hedging = self.world.hedge(programs, None)?;
        let Hedges { hedger, .. } = hedging.hedges;
        self.trade(CROWD, vec![self.leg(1, 4, false, SOLD), self.leg(1, 4, true, SOLD)])?;
        self.ripen(&hedging.hedges)?;
        self.deposit(BUYER, 1_000_000)?;
        self.operate(BUYER, hedger)?;
        let words: Vec<B256> = self.world.view(self.world.contracts.market, &IHedged::inventoryCall {})?;
        let option = |leg: Leg| OptionLeg { series: leg.series, sizeWad: leg.sizeWad };
        let legs = [false, true].map(|is_put| option(self.leg(1, 4, is_put, -SOLD / 10.0)));
        let mut gas = 0;
        for _ in 0..2 {
            let request = OptionsRequest {
                riskEpoch: self.world.view(hedger, &IHedger::stateCall {})?.riskEpoch,
                minPriceAt: 0,
                deadline: u64::MAX >> 8,
                maxTipAtoms: U256::MAX,
                minTipAtoms: U256::ZERO,
                account: account::of(BUYER),
                maxCostAtoms: I256::MAX,
                legs: legs.to_vec(),
            };
            let call = IDealer::hedgeOptionsCall { request, words: words.clone() };
            gas = self.world.send("options", BUYER, hedger, &call)?.gas_used;
        }
        Ok(gas)
    }

    fn rebalance_twice(&mut self, hedges: &Hedges, order: &Order) -> Result<Used, CliError> {
        self.world.fund(KEEPER, TOKEN_ATOMS)?;
        self.trade(CROWD, vec![self.leg(1, 4, false, SOLD)])?;
        self.ripen(hedges)?;
        self.rebalance(hedges, order)?;
        self.round(ETH.spot)?;
        self.rebalance(hedges, order)
    }

    /// A checkpoint is taken and gets old enough, and the windows pay in full.
    fn ripen(&mut self, hedges: &Hedges) -> Result<(), CliError> {
        self.watch(hedges)?;
        for _ in 0..8 {
            self.round(ETH.spot)?;
        }
        self.watch(hedges)
    }

    fn watch(&mut self, hedges: &Hedges) -> Result<(), CliError> {
        self.world.send("checkpoint", OWNER, hedges.hedger, &IHedger::checkpointCall {}).map(drop)
    }

    fn rebalance(&mut self, hedges: &Hedges, order: &Order) -> Result<Used, CliError> {
        let words: Vec<B256> = self.world.view(self.world.contracts.market, &IHedged::inventoryCall {})?;
        let epoch = self.world.view(hedges.hedger, &IHedger::stateCall {})?.riskEpoch;
        let leg = HedgeLeg {
            venue: order.venue,
            quantityAtoms: I256::try_from(BOUGHT * TOKEN_ATOMS).unwrap_or_default(),
            limitPriceWad: unsigned_wad(order.limit),
        };
        let request = RebalanceRequest {
            riskEpoch: epoch,
            minPriceAt: 0,
            deadline: u64::MAX >> 8,
            maxTipAtoms: U256::MAX,
            legs: vec![leg],
        };
        let call = IHedger::rebalanceCall { request, words };
        let receipt = match order.through {
            Some(stock) => {
                let data = Bytes::from(call.abi_encode());
                self.world.send("rebalance", KEEPER, stock, &HedgeFiller::callHedgerCall { data })?
            }
            None => self.world.send("rebalance", KEEPER, hedges.hedger, &call)?,
        };
        let trace = self.world.chain().trace_transaction(receipt.transaction_hash, CallConfig::default())?;
        Ok(Used { all: receipt.gas_used, venue: gas_in(&trace.calls, order.venue) })
    }
}
