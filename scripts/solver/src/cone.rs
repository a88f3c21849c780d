//! The convex program: R and costs together least, under the rule.
//!
//! ```text
//! least      a z^2 + b z + sum_j w_j s_j^2 + sum_k c_k y_k
//! where      z = sum_k y_k,  0 <= y_k <= offered,  s_j >= the loss of jump j with z bought,  s_j >= 0
//! under      each venue's cap, each venue's average price in the band, |D*| after, the hedge's limit, what is there to spend or to
//!            sell, the budgets, and      sum_k c_k y_k <= theta ramp (R reference - R after)
//! ```
//!
//! Amounts are over risk capital, and positive on the side that is planned: bought, or sold. The last line is a second-order cone.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettings, DefaultSettingsBuilder, DefaultSolver, IPSolver, NonnegativeConeT, SecondOrderConeT, SolverStatus,
    SupportedConeT, ZeroConeT,
};
use equipoise_risk::book::JUMPS;

use crate::curve::Curve;
use crate::nothing::Nothing;

/// Columns: what is traded in all, then the jumps' losses, then the tiers.
const TOTAL: usize = 0;
const FIRST_LOSS: usize = 1;
const FIRST_TIER: usize = FIRST_LOSS + JUMPS.len();
/// Below this share of R the scale of a program means nothing.
const LEAST_SCALE: f64 = 1e-12;
/// Units that a program is put in, one after the other until it is solved.
const UNITS: [f64; 3] = [1.0, 8.0, 0.125];

/// A tier: how much it offers, over capital, what a unit of that costs beyond spot, and how far that is past the band's edge.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    pub venue: usize,
    pub most: f64,
    pub cost: f64,
    /// Above zero outside of the band.
    pub beyond: f64,
    /// What it takes of what there is to spend or to sell.
    pub takes: f64,
}

/// What a program is made of.
#[derive(Clone, Debug)]
pub struct Program<'a> {
    pub curve: &'a Curve,
    pub offers: &'a [Offer],
    /// 1 where the vault buys, -1 where it sells.
    pub side: f64,
    /// Each venue's cap.
    pub caps: Vec<f64>,
    /// D* now, and its magnitude afterwards at most.
    pub delta_to_hedge: f64,
    pub most_delta: f64,
    /// What the hedge is worth now, and its magnitude afterwards at most.
    pub hedge: f64,
    pub most_hedge: f64,
    /// What there is to spend or to sell.
    pub spare: f64,
    /// What it may cost at most, whatever it gains.
    pub budget: f64,
    /// What it may cost of its gain, and what R falls from.
    pub share: f64,
    pub reference: f64,
}

/// Rows of a program, by rising column, and their right sides.
#[derive(Debug, Default)]
struct Rows {
    entries: Vec<(usize, usize, f64)>,
    sides: Vec<f64>,
    cones: Vec<SupportedConeT<f64>>,
}

impl Rows {
    /// `sum of entries <= side`, or equal, or a row of a cone.
    fn add(&mut self, entries: impl IntoIterator<Item = (usize, f64)>, side: f64) {
        let row = self.sides.len();
        self.entries.extend(entries.into_iter().map(|(column, value)| (row, column, value)));
        self.sides.push(side);
    }

    fn matrix(&self, columns: usize) -> CscMatrix<f64> {
        let of = |get: fn(&(usize, usize, f64)) -> usize| self.entries.iter().map(get).collect();
        let values = self.entries.iter().map(|(_, _, value)| *value).collect();
        CscMatrix::new_from_triplets(self.sides.len(), columns, of(|entry| entry.0), of(|entry| entry.1), values)
    }
}

impl Program<'_> {
    /// How much of each offer is taken.
    /// # Returns: none if nothing is within the rule
    /// # Errors: [`Nothing::Unsolved`]
    pub fn solved(&self) -> Result<Option<Vec<f64>>, Nothing> {
        let scale = self.reference.abs().max(LEAST_SCALE);
        // The method may stall on a program that it solves in other units.
        UNITS.into_iter().map(|unit| self.solved_in(unit * scale)).find(Result::is_ok).unwrap_or(Err(Nothing::Unsolved))
    }

    fn solved_in(&self, scale: f64) -> Result<Option<Vec<f64>>, Nothing> {
        let columns = FIRST_TIER + self.offers.len();
        let (squares, linear) = self.objective(scale);
        let mut rows = Rows::default();
        rows.add(self.tiers(|_| -1.0).chain([(TOTAL, 1.0)]), 0.0);
        rows.cones.push(ZeroConeT(1));
        self.linear_rows(&mut rows);
        let count = rows.sides.len() - 1;
        rows.cones.push(NonnegativeConeT(count));
        if self.share > 0.0 {
            self.cone_rows(&mut rows, scale);
        }
        let settings: DefaultSettings<f64> =
            DefaultSettingsBuilder::default().verbose(false).build().map_err(|_| Nothing::Unsolved)?;
        let mut solver =
            DefaultSolver::new(&squares, &linear, &rows.matrix(columns), &rows.sides, &rows.cones, settings);
        solver.solve();
        match solver.solution.status {
            SolverStatus::Solved | SolverStatus::AlmostSolved => {
                Ok(Some(solver.solution.x.iter().skip(FIRST_TIER).map(|taken| taken.max(0.0)).collect()))
            }
            SolverStatus::PrimalInfeasible | SolverStatus::AlmostPrimalInfeasible => Ok(None),
            _ => Err(Nothing::Unsolved),
        }
    }

    /// Twice the squares' factors, and the linear part, in units of the scale.
    fn objective(&self, scale: f64) -> (CscMatrix<f64>, Vec<f64>) {
        let columns = FIRST_TIER + self.offers.len();
        let squares = [(TOTAL, self.curve.square)].into_iter();
        let squares =
            squares.chain(self.curve.jumps.iter().enumerate().map(|(jump, weight)| (FIRST_LOSS + jump, *weight)));
        let (places, values): (Vec<usize>, Vec<f64>) = squares.map(|(at, factor)| (at, 2.0 * factor / scale)).unzip();
        let matrix = CscMatrix::new_from_triplets(columns, columns, places.clone(), places, values);
        let total = self.side * (2.0 * self.curve.square * self.curve.delta + self.curve.linear) / scale;
        let losses = JUMPS.map(|_| 0.0).into_iter();
        let costs = self.offers.iter().map(|offer| offer.cost / scale);
        (matrix, [total].into_iter().chain(losses).chain(costs).collect())
    }

    fn tiers<'a>(&'a self, value: impl Fn(&Offer) -> f64 + 'a) -> impl Iterator<Item = (usize, f64)> + 'a {
        self.offers.iter().enumerate().map(move |(place, offer)| (FIRST_TIER + place, value(offer)))
    }

    fn of_venue(&self, venue: usize, value: fn(&Offer) -> f64) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.tiers(move |offer| if offer.venue == venue { value(offer) } else { 0.0 })
            .filter(|(_, value)| *value != 0.0)
    }

    fn linear_rows(&self, rows: &mut Rows) {
        let Self { curve, side, .. } = self;
        for (place, offer) in self.offers.iter().enumerate() {
            rows.add([(FIRST_TIER + place, -1.0)], 0.0);
            rows.add([(FIRST_TIER + place, 1.0)], offer.most);
        }
        for (jump, (loss, slope)) in curve.losses.iter().zip(curve.slopes).enumerate() {
            rows.add([(FIRST_LOSS + jump, -1.0)], 0.0);
            rows.add([(FIRST_LOSS + jump, -1.0), (TOTAL, side * slope)], -loss);
        }
        for (venue, cap) in self.caps.iter().enumerate() {
            rows.add(self.of_venue(venue, |_| 1.0), *cap);
            rows.add(self.of_venue(venue, |offer| offer.beyond), 0.0);
        }
        for (now, most) in [(self.delta_to_hedge, self.most_delta), (self.hedge, self.most_hedge)] {
            rows.add([(TOTAL, *side)], most - now);
            rows.add([(TOTAL, -side)], most + now);
        }
        rows.add(self.tiers(|offer| offer.takes), self.spare);
        let budget = if self.share > 0.0 { self.budget } else { self.budget.min(0.0) };
        rows.add(self.tiers(|offer| offer.cost), budget);
    }

    /// `a e^2 + sum w s^2 <= t` with `e` the distance from the parabola's foot and `t` what the gain must leave, as
    /// `|(2 sqrt(w a) e, .., t - w)| <= t + w`.
    fn cone_rows(&self, rows: &mut Rows, scale: f64) {
        let Self { curve, side, share, .. } = self;
        let (square, linear) = (curve.square.max(f64::MIN_POSITIVE), curve.linear);
        let foot = curve.constant - linear * linear / (4.0 * square);
        let most = (self.reference - foot) / scale;
        for sign in [1.0, -1.0] {
            // The cone's first row is the bound, its second the difference.
            rows.add(self.tiers(|offer| offer.cost / (share * scale)), most + sign);
        }
        let root = |factor: f64| 2.0 * (factor / scale).max(0.0).sqrt();
        let reach = root(square);
        rows.add([(TOTAL, -reach * side)], reach * (curve.delta + linear / (2.0 * square)));
        for (jump, weight) in curve.jumps.iter().enumerate() {
            rows.add([(FIRST_LOSS + jump, -root(*weight))], 0.0);
        }
        rows.cones.push(SecondOrderConeT(3 + curve.jumps.len()));
    }
}
