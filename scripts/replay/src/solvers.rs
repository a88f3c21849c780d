//! Two solvers who compete for the vault's tips. Each sees what the chain shows: the book, the window, the terms.
//!
//! | solver | a rebalance costs him | he wants besides, of what he moves | from seeing it to being on chain |
//! |---|--:|--:|--:|
//! | `quick` | 0.40 USD | 0.3 bp | 2 to 20 s |
//! | `thrifty` | 0.05 USD | 0.1 bp | 5 to 90 s |
//!
//! Each looks at fills that take shares of D* away, and proposes the one that leaves him most. He sends it as soon as the ramp pays what he wants, asks
//! for all that the rules give, and is on chain some random seconds later. Who comes first is paid; the other one's request
//! is for an epoch that is over, and refused. What fills cost, 7 bp of what is bought or sold, is the vault's; the tip is
//! theirs.

use equipoise_math::Fx;
use equipoise_risk::rebalance::{Accepted, Fill, Rebalance};
use equipoise_simulate::Random;
use serde::Serialize;

/// How many solvers there are at most.
pub const SOLVERS: usize = 2;

/// Who rebalances for the tip.
#[derive(Clone, Copy, Debug)]
pub struct Solver {
    /// His name.
    pub name: &'static str,
    /// What a rebalance costs him, in quote units.
    cost: f64,
    /// What he wants besides, of what is bought or sold.
    margin: f64,
    /// From seeing that it pays to being on chain, in seconds: least and most.
    delay: (f64, f64),
}

/// Them.
pub const ALL: [Solver; SOLVERS] = [
    Solver { name: "quick", cost: 0.4, margin: 0.000_03, delay: (2.0, 20.0) },
    Solver { name: "thrifty", cost: 0.05, margin: 0.000_01, delay: (5.0, 90.0) },
];

/// A fill that a solver may propose, and what the rules would look at.
#[derive(Clone, Copy, Debug)]
pub struct Proposal {
    /// The fill.
    pub fill: Fill,
    /// What it does.
    pub done: Rebalance,
}

/// A proposal on its way.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Whose.
    pub solver: usize,
    /// Which.
    pub proposal: Proposal,
    /// When it is on chain, in unix seconds.
    pub at: u64,
}

/// What a solver has got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Rebalances that were his.
    pub rebalances: u32,
    /// Tips, in atoms.
    pub tips_atoms: i64,
    /// Requests that came too late: somebody else's had moved the epoch.
    pub late: u32,
}

impl Solver {
    /// What a rebalance leaves him, in quote units.
    fn profit(&self, proposal: &Proposal, accepted: &Accepted, spot: f64) -> f64 {
        let moved = proposal.fill.units.to_num::<f64>() * spot;
        accepted.tip.fx().to_num::<f64>() - self.cost - self.margin * moved
    }

    /// The proposal that leaves him most at some time, and how much.
    fn best(
        &self,
        proposals: &[Proposal],
        spot: f64,
        judged: &impl Fn(&Proposal) -> Option<Accepted>,
    ) -> Option<(f64, Proposal)> {
        let paid = proposals.iter().filter_map(|proposal| {
            let accepted = judged(proposal)?;
            Some((self.profit(proposal, &accepted, spot), *proposal))
        });
        paid.max_by(|(one, _), (other, _)| one.total_cmp(other)).filter(|(profit, _)| *profit >= 0.0)
    }

    /// When he first sees a proposal that pays, to the second, and that proposal. What he is paid rises with time.
    /// # Inputs: from when and until when; what the rules say to a proposal at a time
    pub fn first_worth(
        &self,
        proposals: &[Proposal],
        spot: f64,
        (from, until): (u64, u64),
        judged: &impl Fn(&Proposal, u64) -> Option<Accepted>,
    ) -> Option<(u64, Proposal)> {
        let at = |now: u64| self.best(proposals, spot, &|proposal| judged(proposal, now));
        let last = until.checked_sub(1).filter(|last| *last >= from)?;
        at(last)?;
        let (mut low, mut high) = (from, last);
        while low < high {
            let middle = low + (high - low) / 2;
            if at(middle).is_some() {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        at(low).map(|(_, proposal)| (low, proposal))
    }
}

/// How long each takes this time. Every race draws for all, whoever is alive.
pub fn delays(random: &mut Random) -> [u64; SOLVERS] {
    let drawn = ALL.map(|solver| random.between(solver.delay.0, solver.delay.1).round() as u64);
    random.take_tape();
    drawn
}

/// The random numbers of a seed for solvers.
pub fn random(seed: u64) -> Random {
    Random::new(seed, u64::from_le_bytes(*b"solvers "))
}

/// Shares of D* that solvers consider taking away.
pub fn shares() -> [Fx; 8] {
    [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.35, 0.2].map(Fx::from_num)
}
