//! Options that the solver trades with the vault out of his own margin account, for the tip that the hedger pays.
//!
//! What a trade would cost and earn is asked of the chain by a call that changes nothing, for a few packages at the money of each expiry
//! and a few sizes: nobody else knows the quote, the account's margin and the tip at once.

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::account::sub;
use equipoise_interfaces::series::Series;
use equipoise_interfaces::{IDealer, IMarket, Leg, OptionLeg, OptionsHedged, OptionsRequest};
use equipoise_risk::rebalance::Window;

use super::abi::{Hedge, Moment, DEADLINE_SECS};
use super::error::SolveError;
use crate::keep::{Client, Order, Tried};
use crate::reverts::Reason;
use crate::units::{from_unsigned_wad, size_wad, tokens, TOKEN_ATOMS};

/// Words of a board in an inventory: its id, and its series.
const BOARD_WORDS: usize = 5;
/// Sizes that are tried, of what would take all of an expiry's vega.
const SHARES: [f64; 6] = [1.0, 0.75, 0.5, 0.25, 0.125, 0.0625];
/// Vega of a straddle at the money of thirty days, of spot: `2 phi(0) sqrt(30/365)`. Of other expiries the weighted one is that, too.
const STRADDLE_VEGA: f64 = 0.2287;
/// Contracts are in thousandths.
const LOTS: f64 = 1_000.0;

/// How a solver trades options.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Desk {
    /// The number of the account that trades.
    pub account: u64,
    /// What taking a contract on must earn him, in tokens, beside gas.
    pub edge: f64,
}

/// What a hedge by options is asked for with.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Of whom.
    pub hedger: Address,
    /// In which market.
    pub market: Address,
    /// For what.
    pub moment: Moment,
    /// The solver's account.
    pub account: B256,
    /// The tip at most, in atoms.
    pub most_tip: U256,
    /// A checkpoint's inventory.
    pub words: Vec<B256>,
}

/// A trade that would be paid for.
#[derive(Clone, Debug)]
pub struct OptionsPlan {
    /// What is traded.
    pub legs: Vec<OptionLeg>,
    /// Contracts over all legs.
    pub contracts: f64,
    /// What the account pays, in tokens; negative for what it gets.
    pub cost: f64,
    /// What the options are worth at mid, the same way.
    pub mid: f64,
    /// The tip.
    pub tip: f64,
    /// What the solver earns, if options are worth their mid to him.
    pub profit: f64,
    /// With what it was found.
    pub words: Vec<B256>,
}

/// Since when options are paid for.
/// # Returns: none if the hedger has no dealer
/// # Errors: the connection's
pub fn window(client: &mut dyn Client, hedge: &Hedge) -> Result<Option<Window>, SolveError> {
    let told = client.try_view(hedge.hedger, &IDealer::optionsWindowCall {})?;
    Ok(told.ok().map(|opened_at| Window { opened_at }))
}

/// Packages that would take vega off the vault: of each expiry at the money a straddle, its call and its put.
/// # Inputs: the market's live boards in order, with the vault's vega in each; spot
/// # Returns: by falling vega
/// # Errors: the connection's
pub fn packages(
    client: &mut dyn Client,
    hedge: &Hedge,
    vegas: &[(u16, f64)],
    spot: f64,
) -> Result<Vec<Package>, SolveError> {
    let mut vegas = vegas.to_vec();
    vegas.sort_by(|one, other| other.1.abs().total_cmp(&one.1.abs()));
    let mut packages = Vec::new();
    for (board, vega) in vegas.into_iter().filter(|(_, vega)| *vega != 0.0) {
        let strikes = client.view(hedge.market, &IMarket::strikesCall { board })?;
        let away = |strike: &U256| (from_unsigned_wad(*strike) - spot).abs();
        let nearest = (0_u8..).zip(&strikes).min_by(|(_, one), (_, other)| away(one).total_cmp(&away(other)));
        let Some((strike, _)) = nearest else { continue };
        let series = |is_put| Series { board, strike, is_put }.id();
        let straddles = vega / (STRADDLE_VEGA * spot);
        packages.push(Package { series: vec![series(false), series(true)], contracts: straddles });
        packages
            .extend([false, true].map(|is_put| Package { series: vec![series(is_put)], contracts: 2.0 * straddles }));
    }
    Ok(packages)
}

/// Boards of an inventory, in its order.
pub fn boards(words: &[B256]) -> Vec<u16> {
    words.chunks(BOARD_WORDS).filter_map(|board| board.first()).map(|id| u16::from_be_bytes([id[30], id[31]])).collect()
}

/// Series of which as many are traded, and how many would take all vega of their expiry: positive if the solver buys.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    series: Vec<u32>,
    contracts: f64,
}

impl Package {
    /// A share of it in whole lots, none if that is nothing.
    fn legs(&self, share: f64) -> Vec<OptionLeg> {
        let contracts = (self.contracts * share * LOTS).trunc() / LOTS;
        if contracts == 0.0 {
            return Vec::new();
        }
        self.series.iter().map(|series| OptionLeg { series: *series, sizeWad: size_wad(contracts) }).collect()
    }
}

/// The most profitable trade of some packages.
/// # Returns: or why the chain has refused the last of them
/// # Errors: the connection's
pub fn best(
    client: &mut dyn Client,
    ask: &Ask,
    packages: &[Package],
    (edge, gas): (f64, f64),
) -> Result<(Option<OptionsPlan>, Option<Reason>), SolveError> {
    let (mut best, mut refused): (Option<OptionsPlan>, _) = (None, None);
    for package in packages {
        for share in SHARES {
            let legs = package.legs(share);
            if legs.is_empty() {
                continue;
            }
            match tried(client, ask, legs, (edge, gas))? {
                Ok(plan) if best.as_ref().is_none_or(|best| plan.profit > best.profit) => best = Some(plan),
                Ok(_) => {}
                Err(reason) => refused = refused.or(Some(reason)),
            }
        }
    }
    Ok((best, refused))
}

/// What a trade would come to.
fn tried(client: &mut dyn Client, ask: &Ask, legs: Vec<OptionLeg>, (edge, gas): (f64, f64)) -> Tried<OptionsPlan> {
    let told = match client.try_view(ask.hedger, &ask.call(&legs, (I256::MAX, U256::ZERO)))? {
        Ok(told) => told,
        Err(reason) => return Ok(Err(reason)),
    };
    let quoted: Vec<Leg> = legs.iter().map(|leg| Leg { series: leg.series, sizeWad: leg.sizeWad }).collect();
    let quote = match client.try_view(ask.market, &IMarket::quoteCall { legs: quoted })? {
        Ok(quote) => quote,
        Err(reason) => return Ok(Err(reason)),
    };
    let of = |atoms: I256| tokens(i128::try_from(atoms).unwrap_or_default());
    let (cost, mid, tip) = (of(told.costAtoms), of(quote.midAtoms), of(I256::from_raw(told.tipAtoms)));
    let contracts = legs.iter().map(|leg| from_unsigned_wad(leg.sizeWad.unsigned_abs())).sum::<f64>();
    let profit = tip + mid - cost - edge * contracts - gas;
    Ok(Ok(OptionsPlan { legs, contracts, cost, mid, tip, profit, words: ask.words.clone() }))
}

impl Ask {
    fn call(&self, legs: &[OptionLeg], (max_cost, min_tip): (I256, U256)) -> IDealer::hedgeOptionsCall {
        let request = OptionsRequest {
            riskEpoch: self.moment.epoch,
            minPriceAt: self.moment.spot_at,
            deadline: self.moment.now.saturating_add(DEADLINE_SECS),
            maxTipAtoms: self.most_tip,
            minTipAtoms: min_tip,
            account: self.account,
            maxCostAtoms: max_cost,
            legs: legs.to_vec(),
        };
        IDealer::hedgeOptionsCall { request, words: self.words.clone() }
    }

    /// The transaction of a plan: it may cost half the profit more than was found, and bring half the profit less, so that whoever
    /// comes in between takes the profit at most.
    pub fn order(&self, plan: &OptionsPlan) -> Order {
        let slack = plan.profit.max(0.0) / 2.0;
        let atoms = |tokens: f64| (tokens * TOKEN_ATOMS as f64).floor() as i128;
        let most = I256::try_from(atoms(plan.cost + slack)).unwrap_or(I256::MAX);
        let least = U256::from(atoms(plan.tip - slack).max(0).unsigned_abs());
        let data = self.call(&plan.legs, (most, least)).abi_encode().into();
        Order { label: "options", call: IDealer::hedgeOptionsCall::SIGNATURE, to: self.hedger, data }
    }
}

/// The account of a solver's.
pub fn account_of(client: &dyn Client, desk: Desk) -> B256 {
    sub(client.sender(), desk.account)
}

/// What a trade has come to.
pub fn hedged(logs: &[alloy_rpc_types_eth::Log]) -> Option<OptionsHedged> {
    crate::keep::first_event(logs)
}
