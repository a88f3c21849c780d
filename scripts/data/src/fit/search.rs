//! The search for one slice: Nelder-Mead over the vertex, the rest by [`linear`](super::linear).

use argmin::core::{CostFunction, Error, Executor, State};
use argmin::solver::neldermead::NelderMead;
use equipoise_risk::{RiskError, SliceError};

use super::frame::{Frame, CALENDAR_SLACK, MAX_RHO, VOL_FLOOR};
use super::linear::{solve, Row};
use super::target::Target;
use crate::svi::{grid, Slice};

/// Points on each side of the centre of the grids of constraints.
const CALENDAR_HALF: i32 = 36;
const BUTTERFLY_HALF: i32 = 60;
/// The vertex is searched within these, in standard deviations: |m|, and ln sigma.
const MAX_VERTEX: f64 = 5.0;
const LOG_WIDTH: (f64, f64) = (-3.5, 1.5);
const STARTS: [[f64; 2]; 6] = [[-0.5, -1.2], [0.5, -1.2], [-0.5, 0.0], [0.5, 0.0], [0.0, -2.2], [0.0, 1.0]];
const FIRST_STEP: f64 = 0.35;
const SEARCH_STEPS: u64 = 60;
const POLISH_STEPS: u64 = 200;
/// Successive attempts to keep g ≥ 0: the slack asked of g, and the price of Σ(shortfall of g)² against
/// the mean squared error in vol.
const ATTEMPTS: [Attempt; 3] =
    [Attempt { slack: 2e-3, price: 1.0 }, Attempt { slack: 1e-2, price: 1e2 }, Attempt { slack: 5e-2, price: 1e4 }];

#[derive(Clone, Copy)]
struct Attempt {
    slack: f64,
    price: f64,
}

/// The best arbitrage-free slice, or what the last candidate is refused for.
pub(crate) fn fit_slice(targets: &[Target], frame: &Frame) -> Result<Slice, RiskError> {
    let mut outcome = Err(SliceError::ParameterOutOfRange.into());
    for attempt in ATTEMPTS {
        let problem = Problem::new(targets, frame, attempt);
        let Some(found) = problem.minimise() else {
            continue;
        };
        let slice = frame.raised(&found);
        outcome = frame.accept(&slice).map(|()| slice);
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

#[derive(Clone)]
struct Problem {
    rows: Vec<Point>,
    floors: Vec<Point>,
    ceilings: Vec<Point>,
    frame: Slice,
    /// Least and largest slopes of the wings, left and right.
    least_wings: (f64, f64),
    largest_wings: (f64, f64),
    /// Standard deviation at the money, and the weight of one unit of its variance.
    deviation: f64,
    weight: f64,
    attempt: Attempt,
}

/// A total variance at a log-moneyness: aimed at, or not to be undercut.
#[derive(Clone, Copy)]
struct Point {
    k: f64,
    variance: f64,
    weight: f64,
}

impl Problem {
    fn new(targets: &[Target], frame: &Frame, attempt: Attempt) -> Self {
        let (tau, below) = (frame.tau, frame.floor());
        // The error in vol is that in variance over 2·vol·tau.
        let weigh = |vol: f64| 0.25 / (vol * vol * tau * tau);
        let at_the_money =
            targets.iter().min_by(|x, y| x.k.abs().total_cmp(&y.k.abs())).map_or(VOL_FLOOR, |target| target.vol);
        let deviation = at_the_money * tau.sqrt();
        let bound = |k: f64, variance: f64| {
            let weight = weigh((variance / tau).sqrt());
            Point { k, variance, weight }
        };
        let slack = CALENDAR_SLACK * deviation * deviation;
        let floors = grid(0.0, deviation, CALENDAR_HALF)
            .chain(grid(below.m, below.sigma, CALENDAR_HALF))
            .map(|k| bound(k, below.total_variance(k) + slack))
            .collect();
        let least_wings = below.wing_slopes();
        let largest_wings = frame.largest_wings();
        Self {
            rows: aims(targets, tau, weigh),
            floors,
            ceilings: ceilings(targets, frame, deviation, bound),
            frame: Slice { expiry: frame.expiry, forward: frame.forward, ..below },
            least_wings,
            largest_wings: (largest_wings.0.max(least_wings.0), largest_wings.1.max(least_wings.1)),
            deviation,
            weight: weigh(at_the_money),
            attempt,
        }
    }

    /// Best slice for a vertex given in standard deviations and log width, with its objective.
    fn best_at(&self, vertex: &[f64]) -> Option<(Slice, f64)> {
        let [x, y] = *vertex else { return None };
        let inside = [x.clamp(-MAX_VERTEX, MAX_VERTEX), y.clamp(LOG_WIDTH.0, LOG_WIDTH.1)];
        let (m, sigma) = (self.deviation * inside[0], self.deviation * libm::exp(inside[1]));
        let outside = (x - inside[0]).abs() + (y - inside[1]).abs();
        let basis = |k: f64| {
            let y = (k - m) / sigma;
            [1.0, y, (y * y + 1.0).sqrt()]
        };
        let row = |point: &Point| Row { basis: basis(point.k), value: point.variance, weight: point.weight };
        let rows: Vec<Row> = self.rows.iter().map(row).collect();
        let mut bounds: Vec<Row> = self.floors.iter().map(row).collect();
        bounds.extend(self.ceilings.iter().map(|point| row(point).reversed()));
        bounds.extend(self.shape_bounds(sigma));
        let ([a, d, c], cost) = solve(&rows, &bounds)?;
        let b = (c / sigma).max(0.0);
        let rho = if b > 0.0 { (d / c).clamp(-MAX_RHO, MAX_RHO) } else { 0.0 };
        let slice = Slice { a, b, rho, m, sigma, ..self.frame };
        let objective = cost + self.attempt.price * butterfly_shortfall(&slice, self.attempt.slack) + 1e-3 * outside;
        objective.is_finite().then_some((slice, objective))
    }

    /// Wings between those before and after (or Lee's bound), and |rho| < 1, on (a, b·rho·sigma, b·sigma).
    fn shape_bounds(&self, sigma: f64) -> [Row; 6] {
        let scale = self.deviation / sigma;
        let weight = self.weight;
        let wing = |sign: f64, direction: f64, slope: f64| Row {
            basis: [0.0, direction * sign * scale, direction * scale],
            value: direction * slope * self.deviation,
            weight,
        };
        let skew = |sign: f64| Row { basis: [0.0, sign, MAX_RHO], value: 0.0, weight };
        [
            wing(-1.0, 1.0, self.least_wings.0),
            wing(1.0, 1.0, self.least_wings.1),
            wing(-1.0, -1.0, self.largest_wings.0),
            wing(1.0, -1.0, self.largest_wings.1),
            skew(-1.0),
            skew(1.0),
        ]
    }

    fn minimise(&self) -> Option<Slice> {
        let mut best: Option<(Vec<f64>, f64)> = None;
        for start in STARTS {
            let found = self.descend(&start, FIRST_STEP, SEARCH_STEPS);
            best = better(best, found);
        }
        let (vertex, _) = best.clone()?;
        let polished = self.descend(&vertex, FIRST_STEP / 4.0, POLISH_STEPS);
        let (vertex, _) = better(best, polished)?;
        self.best_at(&vertex).map(|(slice, _)| slice)
    }

    fn descend(&self, start: &[f64], step: f64, steps: u64) -> Option<(Vec<f64>, f64)> {
        let mut simplex = vec![start.to_vec(); 3];
        for (corner, axis) in simplex.iter_mut().skip(1).zip(0..) {
            if let Some(entry) = corner.get_mut::<usize>(axis) {
                *entry += step;
            }
        }
        let solver = NelderMead::new(simplex).with_sd_tolerance(1e-13).ok()?;
        let run =
            Executor::new(self.clone(), solver).configure(|state| state.max_iters(steps)).timer(false).run().ok()?;
        let state = run.state();
        Some((state.get_best_param()?.clone(), state.get_best_cost()))
    }
}

/// The vols aimed at, as total variances, with weights that sum to 1 in vol.
fn aims(targets: &[Target], tau: f64, weigh: impl Fn(f64) -> f64) -> Vec<Point> {
    let total: f64 = targets.iter().map(|target| target.weight).sum();
    targets
        .iter()
        .filter(|target| target.weight > 0.0)
        .map(|target| Point {
            k: target.k,
            variance: target.vol * target.vol * tau,
            weight: target.weight / total * weigh(target.vol),
        })
        .collect()
}

/// Beyond the outermost quotes, where nothing is known, the slice stays below those after it: else a
/// wing extrapolated too high would lift every later slice.
fn ceilings(targets: &[Target], frame: &Frame, deviation: f64, bound: impl Fn(f64, f64) -> Point) -> Vec<Point> {
    let quoted = targets.iter().map(|target| target.k);
    let (low, high) = quoted.fold((0.0, 0.0), |(low, high), k| (k.min(low), k.max(high)));
    let below = frame.floor();
    let lowest = |k: f64| {
        let after = frame.after.iter().map(|slice| slice.total_variance(k));
        after.fold(f64::INFINITY, f64::min).max(2.0 * below.total_variance(k))
    };
    grid(0.0, deviation, CALENDAR_HALF)
        .filter(|&k| (k < low || k > high) && !frame.after.is_empty())
        .map(|k| bound(k, lowest(k)))
        .collect()
}

impl CostFunction for Problem {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, vertex: &Self::Param) -> Result<f64, Error> {
        Ok(self.best_at(vertex).map_or(f64::MAX.sqrt(), |(_, objective)| objective))
    }
}

fn better(one: Option<(Vec<f64>, f64)>, other: Option<(Vec<f64>, f64)>) -> Option<(Vec<f64>, f64)> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other.1 < one.1 { other } else { one }),
        (one, other) => one.or(other),
    }
}

fn butterfly_shortfall(slice: &Slice, slack: f64) -> f64 {
    if slice.least_variance() <= 0.0 {
        return 1.0;
    }
    grid(slice.m, slice.sigma, BUTTERFLY_HALF)
        .chain(grid(0.0, slice.sigma, BUTTERFLY_HALF))
        .map(|k| (slack - slice.durrleman(k)).max(0.0))
        .map(|shortfall| shortfall * shortfall)
        .sum()
}
