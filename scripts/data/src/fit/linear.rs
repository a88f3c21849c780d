//! Weighted least squares in three unknowns under linear inequalities, by exact penalty steps.
//!
//! Minimises Σ weight·(basis·x − value)² over the rows, plus [`PENALTY`] times the same sum over the
//! violated bounds basis·x ≥ value. The objective is convex and piecewise quadratic: Newton's method
//! on the set of violated bounds, with an exact line search, ends in a few steps. Bounds hold up to
//! 1/[`PENALTY`] of their pull; the caller closes that gap exactly.

/// Price of a violated bound relative to a row of the same weight.
const PENALTY: f64 = 1e5;
const MAX_STEPS: usize = 60;
const LINE_STEPS: usize = 25;
/// Relative gain below which the steps end.
const SETTLED: f64 = 1e-10;
/// Keeps the normal equations regular where the rows leave a direction free, relative to their size.
const RIDGE: f64 = 1e-12;

/// A row to be met in the mean, or a bound to be kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub basis: [f64; 3],
    pub value: f64,
    pub weight: f64,
}

impl Row {
    /// The same bound from above.
    pub(crate) fn reversed(self) -> Self {
        let [p, q, r] = self.basis;
        Self { basis: [-p, -q, -r], value: -self.value, ..self }
    }

    fn excess(&self, x: &[f64; 3]) -> f64 {
        let [p, q, r] = self.basis;
        p * x[0] + q * x[1] + r * x[2] - self.value
    }

    fn along(&self, direction: &[f64; 3]) -> f64 {
        let [p, q, r] = self.basis;
        p * direction[0] + q * direction[1] + r * direction[2]
    }
}

/// Normal equations: the upper triangle of the matrix and the right-hand side.
#[derive(Clone, Copy, Default)]
struct Normal {
    matrix: [f64; 6],
    rhs: [f64; 3],
}

impl Normal {
    fn add(&mut self, row: &Row, factor: f64) {
        let [p, q, r] = row.basis;
        let weight = row.weight * factor;
        let products = [p * p, p * q, p * r, q * q, q * r, r * r];
        for (entry, product) in self.matrix.iter_mut().zip(products) {
            *entry += weight * product;
        }
        for (entry, term) in self.rhs.iter_mut().zip([p, q, r]) {
            *entry += weight * term * row.value;
        }
    }

    /// Cholesky; none where the matrix is not positive definite.
    fn solve(&self, ridge: f64) -> Option<[f64; 3]> {
        let [xx, xy, xz, yy, yz, zz] = self.matrix;
        let positive = |value: f64| (value > 0.0 && value.is_finite()).then(|| value.sqrt());
        let l11 = positive(xx + ridge)?;
        let (l21, l31) = (xy / l11, xz / l11);
        let l22 = positive(yy + ridge - l21 * l21)?;
        let l32 = (yz - l31 * l21) / l22;
        let l33 = positive(zz + ridge - l31 * l31 - l32 * l32)?;
        let u = self.rhs[0] / l11;
        let v = (self.rhs[1] - l21 * u) / l22;
        let z = (self.rhs[2] - l31 * u - l32 * v) / (l33 * l33);
        let y = (v - l32 * z) / l22;
        let x = (u - l21 * y - l31 * z) / l11;
        Some([x, y, z])
    }
}

/// The minimiser and its objective; none where the rows do not determine it.
pub(crate) fn solve(rows: &[Row], bounds: &[Row]) -> Option<([f64; 3], f64)> {
    let mut free = Normal::default();
    for row in rows {
        free.add(row, 1.0);
    }
    let problem = Problem { rows, bounds };
    let [xx, _, _, yy, _, zz] = free.matrix;
    let ridge = RIDGE * (xx + yy + zz);
    let mut best = free.solve(ridge)?;
    let mut best_cost = problem.cost(&best);
    for _ in 0..MAX_STEPS {
        let mut normal = free;
        for bound in bounds.iter().filter(|bound| bound.excess(&best) < 0.0) {
            normal.add(bound, PENALTY);
        }
        let Some(aim) = normal.solve(ridge) else {
            break;
        };
        let next = problem.search_line(&best, best_cost, &aim);
        let next_cost = problem.cost(&next);
        if next_cost >= best_cost {
            break;
        }
        let settled = best_cost - next_cost <= SETTLED * best_cost;
        (best, best_cost) = (next, next_cost);
        if settled {
            break;
        }
    }
    Some((best, best_cost))
}

struct Problem<'rows> {
    rows: &'rows [Row],
    bounds: &'rows [Row],
}

impl Problem<'_> {
    fn cost(&self, x: &[f64; 3]) -> f64 {
        let missed = |row: &Row, excess: f64| row.weight * excess * excess;
        let fit: f64 = self.rows.iter().map(|row| missed(row, row.excess(x))).sum();
        let broken: f64 = self.bounds.iter().map(|row| missed(row, row.excess(x).min(0.0))).sum();
        fit + PENALTY * broken
    }

    /// Half the slope of the cost at `x` in a direction.
    fn slope(&self, x: &[f64; 3], direction: &[f64; 3]) -> f64 {
        let pull = |row: &Row, excess: f64| row.weight * excess * row.along(direction);
        let fit: f64 = self.rows.iter().map(|row| pull(row, row.excess(x))).sum();
        let broken: f64 = self.bounds.iter().map(|row| pull(row, row.excess(x).min(0.0))).sum();
        fit + PENALTY * broken
    }

    /// The full step where it halves the slope, else the least point on the way there: the cost is
    /// convex, so its slope changes sign there once.
    fn search_line(&self, from: &[f64; 3], from_cost: f64, aim: &[f64; 3]) -> [f64; 3] {
        let mut direction = *aim;
        for (entry, start) in direction.iter_mut().zip(from) {
            *entry -= start;
        }
        let at = |share: f64| {
            let mut x = *from;
            for (entry, step) in x.iter_mut().zip(&direction) {
                *entry += share * step;
            }
            x
        };
        let full = at(1.0);
        let steepest = self.slope(from, &direction).abs();
        let ends_flat = self.slope(&full, &direction).abs() <= 0.5 * steepest;
        if ends_flat && self.cost(&full) < from_cost {
            return full;
        }
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..LINE_STEPS {
            let middle = f64::midpoint(low, high);
            if self.slope(&at(middle), &direction) < 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        at(f64::midpoint(low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(basis: [f64; 3], value: f64) -> Row {
        Row { basis, value, weight: 1.0 }
    }

    #[test]
    fn free_minimum_is_the_least_squares_solution() {
        let rows: Vec<Row> =
            (-3..=3).map(f64::from).map(|x| row([1.0, x, x * x], 2.0 - 0.5 * x + 0.25 * x * x)).collect();
        let ([a, b, c], cost) = solve(&rows, &[]).unwrap();
        assert!((a - 2.0).abs() < 1e-9 && (b + 0.5).abs() < 1e-9 && (c - 0.25).abs() < 1e-9);
        assert!(cost < 1e-18);
    }

    #[test]
    fn bounds_hold_up_to_the_penalty() {
        let rows = [row([1.0, 0.0, 0.0], 1.0), row([0.0, 1.0, 0.0], 2.0), row([0.0, 0.0, 1.0], 3.0)];
        let bounds = [row([1.0, 0.0, 0.0], 4.0), row([0.0, -1.0, 0.0], -1.0)];
        let ([a, b, c], _) = solve(&rows, &bounds).unwrap();
        assert!((a - 4.0).abs() < 1e-4 && (b - 1.0).abs() < 1e-4 && (c - 3.0).abs() < 1e-9);
    }

    #[test]
    fn rows_that_determine_nothing_have_no_solution() {
        assert!(solve(&[], &[]).is_none());
        assert!(solve(&[row([f64::NAN, 1.0, 1.0], 1.0)], &[]).is_none());
    }
}
