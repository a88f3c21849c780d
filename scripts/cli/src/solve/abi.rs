//! What hedgers are asked and told: the one place that knows how requests, inventories and appraisals are encoded.

use alloy_primitives::{keccak256, Address, Bytes, B256, I256, U256};
use alloy_rpc_types_eth::{Filter, Log};
use alloy_sol_types::{SolCall, SolEvent};
use equipoise_interfaces::{
    Appraisal, CheckpointTaken, HedgeLeg, IBroker, IClearing, IHedged, IHedger, RebalanceRequest, Rebalanced, IERC20,
};
use equipoise_market_state::layout::{decode_parameters, Directory};
use equipoise_math::Fx;
use equipoise_risk::book::Exposure;
use equipoise_risk::potential::RiskState;
use equipoise_risk::rebalance::{Budget, HedgeTerm, HedgeTerms, Window, TERM_COUNT};
use equipoise_risk::units::{from_wad_floor, Atoms, Money, Price, TokenScale};
use equipoise_risk::RiskError;
use equipoise_solver::{Market, Plan};

use super::error::SolveError;
use crate::deployment::HedgeFiller;
use crate::keep::{Client, KeepError, Order, Tried};

/// How long a request is good for, in seconds.
pub(super) const DEADLINE_SECS: u64 = 120;

/// A market's hedger, and its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hedge {
    /// The market.
    pub market: Address,
    /// Its hedger.
    pub hedger: Address,
    /// The underlying.
    pub base: Address,
    /// The stablecoin.
    pub quote: Address,
    /// The decimals of both.
    pub decimals: [u8; 2],
}

impl Hedge {
    /// Asks a market.
    /// # Returns: none if nobody hedges it
    /// # Errors: the connection's
    pub fn of(client: &mut dyn Client, market: Address) -> Result<Option<Self>, SolveError> {
        let hedger = match client.try_view(market, &IHedged::hedgerCall {})? {
            Ok(hedger) if !hedger.is_zero() => hedger,
            _ => return Ok(None),
        };
        let base = client.view(hedger, &IHedger::baseCall {})?;
        let clearing = client.view(hedger, &IHedger::clearingCall {})?;
        let quote = client.view(clearing, &IClearing::tokenCall {})?;
        let mut decimals = [0; 2];
        for (place, token) in decimals.iter_mut().zip([base, quote]) {
            *place = client.view(token, &IERC20::decimalsCall {})?;
        }
        Ok(Some(Self { market, hedger, base, quote, decimals }))
    }
}

/// What a hedger keeps.
#[derive(Clone, Debug)]
pub struct Kept {
    /// It moves with every rebalance.
    pub epoch: u64,
    /// Since when the vault pays, 0 while it does not.
    pub opened_at: u64,
    /// The average price.
    pub average: Price,
    /// When it was last moved, 0 for never.
    pub averaged_at: u64,
    /// What is used of a day's budget.
    pub budget: Budget,
    /// What is ruled.
    pub terms: HedgeTerms,
    /// The underlying held.
    pub held: Atoms,
    /// What is held of it by perpetual futures.
    pub elsewhere: Atoms,
    /// The hashes of both checkpoints and when they were taken, the younger first.
    pub checkpoints: [(B256, u64); 2],
    /// The time of the next block.
    pub now: u64,
}

impl Kept {
    /// Asks a hedger.
    /// # Errors: the connection's; [`SolveError::Number`]
    pub fn of(client: &mut dyn Client, hedger: Address) -> Result<Self, SolveError> {
        let state = client.view(hedger, &IHedger::stateCall {})?;
        let budget = client.view(hedger, &IHedger::budgetCall {})?;
        let terms = client.view(hedger, &IHedger::termsCall {})?;
        let held = client.view(hedger, &IHedger::heldAtomsCall {})?;
        // A hedger without a broker knows of none.
        let perp = client.try_view(hedger, &IBroker::perpHeldCall {})?;
        let elsewhere = perp.map_or(I256::ZERO, |told| told.unitsAtoms);
        let taken = client.view(hedger, &IHedger::checkpointsCall {})?;
        let terms = <[u32; TERM_COUNT]>::try_from(terms)
            .map_err(|_| KeepError::Answer { call: IHedger::termsCall::SIGNATURE, contract: hedger })?;
        let [young, old] = taken.hashes;
        let [young_at, old_at] = taken.takenAt;
        Ok(Self {
            epoch: state.riskEpoch,
            opened_at: state.openedAt,
            average: price_of(state.averageWad)?,
            averaged_at: state.averagedAt,
            budget: Budget { used: Money::from_fx(price_of(budget.usedWad)?.fx()), at: budget.at },
            terms: HedgeTerms::from_stored(terms),
            held: atoms_of(held)?,
            elsewhere: Atoms::new(i128::try_from(elsewhere).map_err(|_| RiskError::Overflow)?),
            checkpoints: [(young, young_at), (old, old_at)],
            now: client.now()?,
        })
    }

    /// How old a checkpoint must be.
    pub fn checkpoint_secs(&self) -> u64 {
        self.terms.secs(HedgeTerm::CheckpointSecs)
    }

    /// Checkpoints that a rebalance may bring by now: hash and time. One inventory may be both, of which the older counts.
    pub fn usable(&self) -> Vec<B256> {
        let least = self.checkpoint_secs();
        let is_old = |at: u64| at != 0 && self.now.saturating_sub(at) >= least;
        let mut hashes: Vec<B256> =
            self.checkpoints.iter().filter(|(_, at)| is_old(*at)).map(|(hash, _)| *hash).collect();
        hashes.dedup();
        hashes
    }

    /// Whether a checkpoint that is taken now is kept.
    pub fn is_due(&self) -> bool {
        let [(_, young_at), _] = self.checkpoints;
        self.now.saturating_sub(young_at) >= self.checkpoint_secs()
    }

    /// Whether it has an inventory of these words.
    pub fn has(&self, words: &[B256]) -> bool {
        let hash = hash_of(words);
        self.checkpoints.iter().any(|(kept, at)| *at != 0 && *kept == hash)
    }
}

/// The vault's options of now.
/// # Errors: why the market does not tell; the connection's
pub fn inventory(client: &mut dyn Client, market: Address) -> Tried<Vec<B256>> {
    client.try_view(market, &IHedged::inventoryCall {})
}

/// The hash that checkpoints are known by.
pub fn hash_of(words: &[B256]) -> B256 {
    keccak256(words.iter().flatten().copied().collect::<Vec<u8>>())
}

/// The words of a checkpoint, from its event.
/// # Returns: none if the server has no such event
/// # Errors: the connection's
pub fn checkpoint_words(
    client: &mut dyn Client,
    hedger: Address,
    hash: B256,
    (first_block, blocks_at_once): (u64, u64),
) -> Result<Option<Vec<B256>>, SolveError> {
    let mut to = client.head()?;
    // The latest first: checkpoints are minutes old.
    loop {
        let from = to.saturating_sub(blocks_at_once.saturating_sub(1)).max(first_block);
        let filter = Filter::new().address(hedger).event_signature(CheckpointTaken::SIGNATURE_HASH).topic1(hash);
        let logs = client.logs(&filter.from_block(from).to_block(to))?;
        let told = logs.iter().rev().find_map(|log| CheckpointTaken::decode_log(&log.inner).ok());
        if let Some(told) = told {
            return Ok(Some(told.data.words));
        }
        if from <= first_block {
            return Ok(None);
        }
        to = from - 1;
    }
}

/// A market at one price, beside an inventory of its own.
#[derive(Clone, Debug)]
pub struct Appraised {
    /// What the planner knows.
    pub market: Market,
    /// When the price was answered.
    pub spot_at: u64,
    /// Whether the market's breakers let its hedge move.
    pub may_hedge: bool,
}

/// Has a market appraise itself.
/// # Errors: why it does not; the connection's; [`SolveError::Number`]
pub fn appraised(
    client: &mut dyn Client,
    hedge: &Hedge,
    kept: &Kept,
    words: Vec<B256>,
) -> Result<Result<Appraised, crate::reverts::Reason>, SolveError> {
    let told = match client.try_view(hedge.market, &IHedged::appraiseCall { words })? {
        Ok(told) => told,
        Err(reason) => return Ok(Err(reason)),
    };
    let market = market_of(hedge, kept, &told)?;
    Ok(Ok(Appraised { market, spot_at: told.head.spotAt, may_hedge: told.head.mayHedge }))
}

fn market_of(hedge: &Hedge, kept: &Kept, told: &Appraisal) -> Result<Market, SolveError> {
    let variance = Directory::decode(&told.directory.0).variance;
    let parameters = decode_parameters(&told.parameters.map(|slot| slot.0));
    let [base, _] = hedge.decimals;
    let scale = |decimals| TokenScale::from_decimals(decimals).ok_or(RiskError::Overflow);
    Ok(Market {
        spot: price_of(told.head.spotWad)?,
        quote: scale(told.head.tokenDecimals)?,
        base: scale(base)?,
        cash: money(told.head.cashX64),
        state: RiskState::new(money(told.capitalX64), variance, &parameters)?,
        now: Exposure::from_array(told.nowX64.map(money)),
        old: Exposure::from_array(told.oldX64.map(money)),
        terms: kept.terms,
        window: Window { opened_at: kept.opened_at },
        budget: kept.budget,
        average: kept.average,
        averaged_at: kept.averaged_at,
        held: kept.held,
        elsewhere: kept.elsewhere,
        spare: atoms_of(told.head.spareAtoms)?,
        at: kept.now,
    })
}

/// The transaction that takes a checkpoint.
pub fn checkpoint(hedge: &Hedge) -> Order {
    let call = IHedger::checkpointCall {};
    let data = call.abi_encode().into();
    Order { label: "checkpoint", call: IHedger::checkpointCall::SIGNATURE, to: hedge.hedger, data }
}

/// What a request is made for.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The hedger's epoch.
    pub epoch: u64,
    /// When the price that it was planned at was answered: it must not be an older one.
    pub spot_at: u64,
    /// The time of the next block.
    pub now: u64,
}

/// What a plan asks for.
pub fn request(plan: &Plan, venues: &[Address], moment: Moment) -> RebalanceRequest {
    let leg = |leg: &equipoise_solver::Leg| HedgeLeg {
        venue: venues.get(leg.venue).copied().unwrap_or_default(),
        quantityAtoms: I256::try_from(leg.quantity.count()).unwrap_or_default(),
        limitPriceWad: U256::from(leg.limit_wad.unsigned_abs()),
    };
    RebalanceRequest {
        riskEpoch: moment.epoch,
        minPriceAt: moment.spot_at,
        deadline: moment.now.saturating_add(DEADLINE_SECS),
        maxTipAtoms: U256::from(plan.most_tip.count().max(0).unsigned_abs()),
        legs: plan.legs.iter().map(leg).collect(),
    }
}

/// The transaction that rebalances, through the solver's own contract if there is one.
pub fn rebalance(hedge: &Hedge, filler: Option<Address>, request: RebalanceRequest, words: Vec<B256>) -> Order {
    let data: Bytes = IHedger::rebalanceCall { request, words }.abi_encode().into();
    let label = "rebalance";
    match filler {
        None => Order { label, call: IHedger::rebalanceCall::SIGNATURE, to: hedge.hedger, data },
        Some(to) => {
            let data = HedgeFiller::callHedgerCall { data }.abi_encode().into();
            Order { label, call: HedgeFiller::callHedgerCall::SIGNATURE, to, data }
        }
    }
}

/// What a rebalance has come to.
pub fn rebalanced(logs: &[Log]) -> Option<Rebalanced> {
    crate::keep::first_event(logs)
}

fn price_of(wad: U256) -> Result<Price, SolveError> {
    let wad = i128::try_from(wad).map_err(|_| RiskError::Overflow)?;
    Ok(Price::from_fx(from_wad_floor(wad)?))
}

/// The nearest number of atoms: what does not fit is more than there is.
#[allow(clippy::unnecessary_wraps, reason = "its callers read numbers of the chain, all alike")]
fn atoms_of(number: U256) -> Result<Atoms, SolveError> {
    Ok(Atoms::new(i128::try_from(number).unwrap_or(i128::MAX)))
}

const fn money(bits: i128) -> Money {
    Money::from_fx(Fx::from_bits(bits))
}
