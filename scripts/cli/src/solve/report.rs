//! What a round over every market came to.

use std::fmt::Write;

use equipoise_interfaces::OptionLeg;
use serde::Serialize;

use super::error::SolveError;
use super::options::OptionsPlan;
use super::round::{Done, OptionsDone, Round, Seen, Step};
use crate::keep::{Deed, Fate};
use crate::units::{from_wad, narrow_unsigned, tokens};

/// What a round for one market came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MarketReport {
    /// The market.
    pub market: String,
    /// Its hedger.
    pub hedger: String,
    /// The hedger's epoch when the round began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u64>,
    /// D*, in the stablecoin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta_to_hedge: Option<f64>,
    /// D* over C.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta_share: Option<f64>,
    /// R, in the stablecoin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub penalty: Option<f64>,
    /// What it came to: nothing, checkpoint, accepted, planned, lost, refused or failed.
    pub result: &'static str,
    /// The same in words.
    pub note: String,
    /// What was accepted, or would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebalance: Option<RebalanceReport>,
    /// The options that were traded, or would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<OptionsReport>,
    /// What was sent, or would be.
    pub deeds: Vec<Deed>,
}

/// A rebalance, in tokens and units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RebalanceReport {
    /// Its legs.
    pub legs: usize,
    /// What was bought, negative for sold.
    pub bought: f64,
    /// The tip.
    pub tip: f64,
    /// What the solver earns: the tip less gas as it was estimated.
    pub profit: f64,
    /// What the vault lost at spot.
    pub lost: f64,
    /// By how much R fell.
    pub gain: f64,
    /// D* afterwards.
    pub delta_after: f64,
    /// Whether the hedger says what was computed before, to the last bit; none if nothing was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_as_computed: Option<bool>,
}

/// A trade of options, in tokens.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OptionsReport {
    /// Its series, and the contracts of each, negative for sold.
    pub legs: Vec<(u32, f64)>,
    /// What the account paid, negative for what it got.
    pub cost: f64,
    /// What the options are worth at mid, the same way.
    pub mid: f64,
    /// The tip.
    pub tip: f64,
    /// What the solver earns: the tip less what the trade costs beyond mid, less gas as it was estimated and the edge that he wants.
    pub profit: f64,
    /// By how much R fell; none if nothing was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain: Option<f64>,
}

/// What a round over every market came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SolveReport {
    /// By market.
    pub markets: Vec<MarketReport>,
}

impl MarketReport {
    /// The report of a round.
    pub fn of(market: [String; 2], round: &Result<Round, SolveError>, deeds: Vec<Deed>) -> Self {
        let seen = round.as_ref().ok().and_then(|round| round.seen);
        let (result, note) = match round {
            Ok(round) => told(&round.step),
            Err(error) => ("failed", error.to_string()),
        };
        let [market, hedger] = market;
        let share = |seen: Seen| seen.delta_to_hedge / seen.capital;
        Self {
            market,
            hedger,
            epoch: seen.map(|seen| seen.epoch),
            delta_to_hedge: seen.map(|seen| seen.delta_to_hedge),
            delta_share: seen.map(share),
            penalty: seen.map(|seen| seen.penalty),
            result,
            note,
            rebalance: round.as_ref().ok().and_then(|round| RebalanceReport::of(&round.step)),
            options: round.as_ref().ok().and_then(|round| OptionsReport::of(&round.step)),
            deeds,
        }
    }
}

impl RebalanceReport {
    fn of(step: &Step) -> Option<Self> {
        let (plan, told) = match step {
            Step::Accepted(done) => (&done.plan, Some(&done.told)),
            Step::Planned(plan) => (&**plan, None),
            _ => return None,
        };
        let verdict = &plan.verdict;
        let is_as_computed = match step {
            Step::Accepted(done) => Some(done.is_as_computed()),
            _ => None,
        };
        let number = |money: equipoise_risk::units::Money| money.fx().to_num::<f64>();
        Some(Self {
            legs: plan.legs.len(),
            bought: plan.bought,
            tip: told.map_or_else(|| tokens(verdict.tip.count()), |told| tokens(narrow_unsigned(told.tipAtoms))),
            profit: plan.profit,
            lost: told.map_or_else(|| number(verdict.lost), |told| from_wad(told.lostWad)),
            gain: told.map_or_else(|| number(verdict.gain), |told| from_wad(told.gainWad)),
            delta_after: number(verdict.after.delta_to_hedge),
            is_as_computed,
        })
    }
}

impl OptionsReport {
    fn of(step: &Step) -> Option<Self> {
        let Step::Options(done) = step else { return None };
        let OptionsDone { plan, told } = &**done;
        let size = |leg: &OptionLeg| from_wad(leg.sizeWad);
        Some(Self {
            legs: plan.legs.iter().map(|leg| (leg.series, size(leg))).collect(),
            cost: plan.cost,
            mid: plan.mid,
            tip: told.as_ref().map_or(plan.tip, |told| tokens(narrow_unsigned(told.tipAtoms))),
            profit: plan.profit,
            gain: told.as_ref().map(|told| from_wad(told.gainWad)),
        })
    }
}

fn told(step: &Step) -> (&'static str, String) {
    match step {
        Step::Nothing(why) => ("nothing", why.clone()),
        Step::Checkpoint { reason } => ("checkpoint", format!("a checkpoint {reason}")),
        Step::Accepted(done) => ("accepted", accepted(done)),
        Step::Planned(plan) => {
            ("planned", format!("{} legs would be sent, for a profit of {:.6}", plan.legs.len(), plan.profit))
        }
        Step::Options(done) => {
            let OptionsPlan { contracts, tip, profit, .. } = done.plan;
            let what = format!("{contracts:.3} contracts of options, a tip of {tip:.6}, a profit of {profit:.6}");
            if done.told.is_some() {
                ("accepted", what)
            } else {
                ("planned", what)
            }
        }
        Step::Lost { epochs: [wanted, current] } => {
            ("lost", format!("somebody else was faster: epoch {wanted} is over, {current} has begun"))
        }
        Step::Refused(reason) => ("refused", reason.text.clone()),
    }
}

fn accepted(done: &Done) -> String {
    let tip = tokens(narrow_unsigned(done.told.tipAtoms));
    format!("{} legs filled, a tip of {tip:.6} for {:.6} less of R", done.plan.legs.len(), from_wad(done.told.gainWad))
}

impl SolveReport {
    /// For people.
    pub fn render(&self) -> String {
        let mut text = String::new();
        for each in &self.markets {
            // Writing to a string cannot fail.
            writeln!(text, "{} {:<10} {}", each.market, each.result, each.note).ok();
            if let (Some(delta), Some(share)) = (each.delta_to_hedge, each.delta_share) {
                writeln!(text, "  delta to hedge {delta:.2}, {:.2} % of capital", 100.0 * share).ok();
            }
            for deed in &each.deeds {
                let fate = match &deed.fate {
                    Fate::Sent { transaction, gas } => format!("sent in {} ({gas} gas)", transaction.trim()),
                    Fate::Planned => "would be sent".to_owned(),
                    Fate::Refused { reason } => format!("refused: {reason}"),
                };
                writeln!(text, "  {} {fate}", deed.label).ok();
            }
        }
        text
    }

    /// Fails if a market has.
    /// # Errors: [`SolveError::Markets`]
    pub fn require_success(&self) -> Result<(), SolveError> {
        let mut failed = self.markets.iter().filter(|each| each.result == "failed");
        let Some(first) = failed.next() else { return Ok(()) };
        let first_note = format!("{}: {}", first.market, first.note);
        Err(SolveError::Markets { failed: 1 + failed.count(), markets: self.markets.len(), first: first_note })
    }
}
