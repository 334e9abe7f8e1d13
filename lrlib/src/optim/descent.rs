//! Newton's method: the exact minimum of F(w, b) = L(w, b) + λ/2·‖w‖², where L is the mean binary cross-entropy.
//!
//! Let the rows of Z be the samples' features and a 1 for the bias, and u = (w, b). Each step solves
//!
//! > H·Δ = −g  with  g = Zᵀ(ŷ − y)/n + λ·(w, 0)  and  H = Zᵀ·diag(ŷ(1 − ŷ))·Z/n + λ·diag(1, …, 1, 0)
//!
//! and adds Δ to u, or half of it, a quarter …, until F falls in proportion to its slope (Boyd and Vandenberghe, Convex
//! Optimization, 2004, sections 9.2 and 9.5).

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayRef1};

use crate::fast::{cholesky, double};

/// Twenty steps are many. After a hundred, rounding errors must be larger than what is left to gain.
const MAX_STEPS: usize = 100;
/// Samples whose rows of Z are in memory at a time.
const BLOCK: usize = 256;

/// What is minimised over u.
#[derive(Clone, Copy)]
pub(super) struct Problem<'a> {
    /// Returns these rows of Z.
    pub(super) rows: &'a dyn Fn(Range<usize>) -> Array2<f64>,
    /// 1 − 2y: the loss is ln(1 + e^a) with a = (1 − 2y)·z, and ŷ − y is (1 − 2y)·σ(a).
    pub(super) signs: &'a ArrayRef1<f64>,
    pub(super) penalty: f64,
    /// What the gradient gains per unit of the bias's gradient when the centring of the features is undone.
    pub(super) mean: &'a Array1<f64>,
}

impl Problem<'_> {
    /// Returns u at the minimum, the norm of the gradient where u is 0, and the number of steps. Starts from `first`, or from
    /// 0 if F is no higher there.
    pub(super) fn descend(&self, first: Array1<f64>) -> (Array1<f64>, f64, usize) {
        let (mut u, mut z) = (Array1::zeros(first.len()), Array1::zeros(self.signs.len()));
        let mut current = self.objective(&u, &z);
        let (errors, mut gradient) = (self.errors(&z), u.clone());
        for range in self.blocks() {
            let rows = (self.rows)(range.clone());
            rows.outer_iter().zip(range).for_each(|(row, i)| gradient.scaled_add(errors[i], &row));
        }
        let start = self.norm(&gradient);
        let z_first = self.product(&first);
        let objective = self.objective(&first, &z_first);
        if objective < current {
            (u, z, current) = (first, z_first, objective);
        }
        for step in 0..MAX_STEPS {
            let (gradient, hessian) = self.derivatives(&u, &z);
            let norm = self.norm(&gradient);
            let towards = -solve(hessian, &gradient);
            let (slope, z_towards) = (gradient.dot(&towards), self.product(&towards));
            let mut lengths = (0..30).map(|halvings| 0.5_f64.powi(halvings));
            let next = lengths.find_map(|length| {
                let (u, z) = (&u + &(length * &towards), &z + &(length * &z_towards));
                let objective = self.objective(&u, &z);
                (objective <= current * (1.0 + 1e-15) + 1e-4 * length * slope).then_some((u, z, objective))
            });
            match next {
                Some(next) if -slope > 1e-10 * current || norm > 1e-6 * start => (u, z, current) = next,
                _ => return (u, start, step),
            }
        }
        (u, start, MAX_STEPS)
    }

    /// Returns Z·u.
    pub(super) fn product(&self, u: &ArrayRef1<f64>) -> Array1<f64> {
        self.blocks().flat_map(|range| (self.rows)(range).dot(u)).collect()
    }

    fn blocks(&self) -> impl Iterator<Item = Range<usize>> {
        let n = self.signs.len();
        (0..n).step_by(BLOCK).map(move |first| first..n.min(first + BLOCK))
    }

    /// Returns λ for each weight, 0 for the bias.
    fn penalties(&self, unknowns: usize) -> Array1<f64> {
        Array1::from_shape_fn(unknowns, |j| if j + 1 < unknowns { self.penalty } else { 0.0 })
    }

    /// Returns F from u and the logits z.
    fn objective(&self, u: &ArrayRef1<f64>, z: &ArrayRef1<f64>) -> f64 {
        let losses = (self.signs * z).mapv(|a| a.max(0.0) + (-a.abs()).exp().ln_1p());
        losses.sum() / z.len() as f64 + (self.penalties(u.len()) * u).dot(u) / 2.0
    }

    /// Returns (ŷ − y)/n.
    pub(super) fn errors(&self, z: &ArrayRef1<f64>) -> Array1<f64> {
        self.signs * (self.signs * z).mapv(sigmoid) / z.len() as f64
    }

    /// Returns g and H, the latter on and below the diagonal, from u and the logits z.
    pub(super) fn derivatives(&self, u: &ArrayRef1<f64>, z: &ArrayRef1<f64>) -> (Array1<f64>, Array2<f64>) {
        let (errors, penalties) = (self.errors(z), self.penalties(u.len()));
        let mut hessian = Array2::from_diag(&penalties);
        let mut gradient = penalties * u;
        for range in self.blocks() {
            let mut rows = (self.rows)(range.clone());
            for (mut row, i) in rows.outer_iter_mut().zip(range) {
                gradient.scaled_add(errors[i], &row);
                row *= (sigmoid(z[i]) * sigmoid(-z[i]) / z.len() as f64).sqrt();
            }
            double::add_products(&mut hessian, &rows);
        }
        (gradient, hessian)
    }

    /// Returns the norm of the gradient with respect to w and b, where the features are not centred.
    fn norm(&self, gradient: &ArrayRef1<f64>) -> f64 {
        let gradient = gradient[gradient.len() - 1] * self.mean + gradient;
        gradient.dot(&gradient).sqrt()
    }

    /// Returns the gradient's norm relative to `start`, and an estimate of F − min F relative to F. A part of the gradient
    /// of up to the norm `unseen` may be missing in u and z.
    pub(super) fn judge(&self, u: &ArrayRef1<f64>, z: &ArrayRef1<f64>, start: f64, unseen: f64) -> (f64, f64) {
        let (gradient, hessian) = self.derivatives(u, z);
        let (mean, trace) = (self.mean.dot(self.mean), hessian.diag().sum());
        // A start at the minimum has a gradient of rounding errors alone.
        let rounding = 1e-10 * (mean.sqrt() + trace.sqrt());
        // No curvature is below λ, but if λ is below H's rounding error, H may seem to curve that much more.
        let doubt = 1.0 + f64::EPSILON * trace / self.penalty;
        let norm = self.norm(&gradient) + unseen;
        let excess = doubt * gradient.dot(&solve(hessian, &gradient)) + unseen * unseen / self.penalty;
        (norm / (start + rounding), excess / 2.0 / self.objective(u, z))
    }
}

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

fn solve(hessian: Array2<f64>, v: &ArrayRef1<f64>) -> Array1<f64> {
    let factor = cholesky::factor(hessian, 1.0);
    cholesky::backward(&factor, &cholesky::forward(&factor, v))
}
