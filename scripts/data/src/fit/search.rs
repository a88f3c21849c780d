//! The search for one slice: Nelder-Mead over the vertex, the rest by [`linear`](super::linear).

use argmin::core::{CostFunction, Error, Executor, State};
use argmin::solver::neldermead::NelderMead;
use jiff::Timestamp;

use super::linear::{solve, Row};
use super::target::Target;
use crate::svi::{check_calendar, check_slice, grid, Arbitrage, Slice};

/// Vol below which no slice may fall, fraction per sqrt(year).
const VOL_FLOOR: f64 = 0.02;
const MAX_RHO: f64 = 0.999;
/// Lee's bound, kept with room for the rounding of the parameters on chain.
const MAX_WING: f64 = 1.999;
/// Slack kept in g and, relative to the variance at the money, between slices, for the same reason:
/// the latter is worth a few thousandths of a vol point.
const BUTTERFLY_SLACK: f64 = 2e-3;
const CALENDAR_SLACK: f64 = 1e-4;
/// Points on each side of the centre of the grids of constraints.
const CALENDAR_HALF: i32 = 24;
const BUTTERFLY_HALF: i32 = 20;
/// The vertex is searched within these, in standard deviations: |m|, and ln sigma.
const MAX_VERTEX: f64 = 5.0;
const LOG_WIDTH: (f64, f64) = (-3.5, 2.5);
const STARTS: [[f64; 2]; 6] = [
    [-0.5, -1.2],
    [0.5, -1.2],
    [-0.5, 0.0],
    [0.5, 0.0],
    [0.0, -2.2],
    [0.0, 1.0],
];
const FIRST_STEP: f64 = 0.35;
const SEARCH_STEPS: u64 = 60;
const POLISH_STEPS: u64 = 200;
/// Successive prices of butterfly arbitrage: Σ(shortfall of g)² against the mean squared vol error.
const BUTTERFLY_PENALTIES: [f64; 3] = [1.0, 1e2, 1e4];

/// What is fixed for one slice.
pub(crate) struct Frame<'before> {
    pub expiry: Timestamp,
    pub forward: f64,
    pub tau: f64,
    /// The slice of the expiry before, not to be undercut.
    pub before: Option<&'before Slice>,
    /// The free fits of the expiries after, not to be exceeded where there are no quotes.
    pub after: &'before [Slice],
}

impl Frame<'_> {
    /// What total variance must stay above: the slice before, or a flat one of the least vol.
    fn floor(&self) -> Slice {
        self.before.copied().unwrap_or(Slice {
            expiry: self.expiry,
            forward: self.forward,
            a: VOL_FLOOR * VOL_FLOOR * self.tau,
            b: 0.0,
            rho: 0.0,
            m: 0.0,
            sigma: 0.1,
        })
    }

    /// Whether `slice` keeps the floor, and the wings that the expiries after leave room for.
    pub(crate) fn admits(&self, slice: &Slice) -> bool {
        let (left, right) = slice.wing_slopes();
        check_slice(slice).is_ok()
            && check_calendar(&self.floor(), slice).is_ok()
            && self
                .after
                .iter()
                .map(Slice::wing_slopes)
                .all(|(x, y)| left <= x && right <= y)
    }
}

/// The best arbitrage-free slice, or what the last candidate allows.
pub(crate) fn fit_slice(targets: &[Target], frame: &Frame) -> Result<Slice, Arbitrage> {
    let below = frame.floor();
    let mut outcome = Err(Arbitrage::Domain);
    for penalty in BUTTERFLY_PENALTIES {
        let problem = Problem::new(targets, frame, penalty);
        let Some(found) = problem.minimise() else {
            continue;
        };
        let slice = repair(found, &below);
        outcome = check_slice(&slice)
            .and_then(|()| check_calendar(&below, &slice))
            .map(|()| slice);
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

/// Closes what the penalties left open: wings at least as steep as before, then the level.
fn repair(slice: Slice, below: &Slice) -> Slice {
    let (left, right) = slice.wing_slopes();
    let (left_below, right_below) = below.wing_slopes();
    let slack = 1.0 + CALENDAR_SLACK;
    let left = left.max(left_below * slack).clamp(0.0, MAX_WING);
    let right = right.max(right_below * slack).clamp(0.0, MAX_WING);
    let b = f64::midpoint(left, right);
    let rho = if b > 0.0 {
        (0.5 * (right - left) / b).clamp(-MAX_RHO, MAX_RHO)
    } else {
        0.0
    };
    let mut repaired = Slice { b, rho, ..slice };
    let slack = CALENDAR_SLACK * repaired.total_variance(0.0).abs();
    let points = grid(0.0, 0.02, 400).chain(grid(slice.m, slice.sigma, 400));
    let shortfall = points
        .chain(grid(below.m, below.sigma, 400))
        .map(|k| below.total_variance(k) + slack - repaired.total_variance(k))
        .fold(0.0, f64::max);
    repaired.a += shortfall;
    repaired
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
    penalty: f64,
}

/// A total variance at a log-moneyness: aimed at, or not to be undercut.
#[derive(Clone, Copy)]
struct Point {
    k: f64,
    variance: f64,
    weight: f64,
}

impl Problem {
    fn new(targets: &[Target], frame: &Frame, penalty: f64) -> Self {
        let (tau, below) = (frame.tau, frame.floor());
        // The error in vol is that in variance over 2·vol·tau.
        let weigh = |vol: f64| 0.25 / (vol * vol * tau * tau);
        let at_the_money = targets
            .iter()
            .min_by(|x, y| x.k.abs().total_cmp(&y.k.abs()))
            .map_or(VOL_FLOOR, |target| target.vol);
        let deviation = at_the_money * tau.sqrt();
        let bound = |k: f64, variance: f64| {
            let weight = weigh((variance / tau).sqrt());
            Point {
                k,
                variance,
                weight,
            }
        };
        let slack = CALENDAR_SLACK * deviation * deviation;
        let floors = grid(0.0, deviation, CALENDAR_HALF)
            .chain(grid(below.m, below.sigma, CALENDAR_HALF))
            .map(|k| bound(k, below.total_variance(k) + slack))
            .collect();
        let least_wings = below.wing_slopes();
        let largest_wings = frame
            .after
            .iter()
            .map(Slice::wing_slopes)
            .fold((MAX_WING, MAX_WING), |(left, right), (x, y)| {
                (left.min(x), right.min(y))
            });
        Self {
            rows: aims(targets, tau, weigh),
            floors,
            ceilings: ceilings(targets, frame, deviation, bound),
            frame: Slice {
                expiry: frame.expiry,
                forward: frame.forward,
                ..below
            },
            least_wings,
            largest_wings: (
                largest_wings.0.max(least_wings.0),
                largest_wings.1.max(least_wings.1),
            ),
            deviation,
            weight: weigh(at_the_money),
            penalty,
        }
    }

    /// Best slice for a vertex given in standard deviations and log width, with its objective.
    fn best_at(&self, vertex: &[f64]) -> Option<(Slice, f64)> {
        let [x, y] = *vertex else { return None };
        let inside = [
            x.clamp(-MAX_VERTEX, MAX_VERTEX),
            y.clamp(LOG_WIDTH.0, LOG_WIDTH.1),
        ];
        let (m, sigma) = (
            self.deviation * inside[0],
            self.deviation * libm::exp(inside[1]),
        );
        let outside = (x - inside[0]).abs() + (y - inside[1]).abs();
        let basis = |k: f64| {
            let y = (k - m) / sigma;
            [1.0, y, (y * y + 1.0).sqrt()]
        };
        let row = |point: &Point| Row {
            basis: basis(point.k),
            value: point.variance,
            weight: point.weight,
        };
        let rows: Vec<Row> = self.rows.iter().map(row).collect();
        let mut bounds: Vec<Row> = self.floors.iter().map(row).collect();
        bounds.extend(self.ceilings.iter().map(|point| row(point).reversed()));
        bounds.extend(self.shape_bounds(sigma));
        let ([a, d, c], cost) = solve(&rows, &bounds)?;
        let b = (c / sigma).max(0.0);
        let rho = if b > 0.0 {
            (d / c).clamp(-MAX_RHO, MAX_RHO)
        } else {
            0.0
        };
        let slice = Slice {
            a,
            b,
            rho,
            m,
            sigma,
            ..self.frame
        };
        let objective = cost + self.penalty * butterfly_shortfall(&slice) + 1e-3 * outside;
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
        let skew = |sign: f64| Row {
            basis: [0.0, sign, MAX_RHO],
            value: 0.0,
            weight,
        };
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
        let run = Executor::new(self.clone(), solver)
            .configure(|state| state.max_iters(steps))
            .timer(false)
            .run()
            .ok()?;
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
fn ceilings(
    targets: &[Target],
    frame: &Frame,
    deviation: f64,
    bound: impl Fn(f64, f64) -> Point,
) -> Vec<Point> {
    let quoted = targets.iter().map(|target| target.k);
    let (low, high) = quoted.fold((0.0, 0.0), |(low, high), k| (k.min(low), k.max(high)));
    let below = frame.floor();
    let lowest = |k: f64| {
        let after = frame.after.iter().map(|slice| slice.total_variance(k));
        after
            .fold(f64::INFINITY, f64::min)
            .max(2.0 * below.total_variance(k))
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
        Ok(self
            .best_at(vertex)
            .map_or(f64::MAX.sqrt(), |(_, objective)| objective))
    }
}

fn better(one: Option<(Vec<f64>, f64)>, other: Option<(Vec<f64>, f64)>) -> Option<(Vec<f64>, f64)> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other.1 < one.1 { other } else { one }),
        (one, other) => one.or(other),
    }
}

fn butterfly_shortfall(slice: &Slice) -> f64 {
    if slice.least_variance() <= 0.0 {
        return 1.0;
    }
    grid(slice.m, slice.sigma, BUTTERFLY_HALF)
        .chain(grid(0.0, slice.sigma, BUTTERFLY_HALF))
        .map(|k| (BUTTERFLY_SLACK - slice.durrleman(k)).max(0.0))
        .map(|shortfall| shortfall * shortfall)
        .sum()
}
