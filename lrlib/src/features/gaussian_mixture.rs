//! Points that come from one of k normal distributions.
//!
//! With φ(x) = (x, x², 1), the logarithm of each density is a dot product, ln(πₖ·pₖ(x)) = aₖ·φ(x), and all that a step of
//! EM or a Fisher vector needs are the sums Σᵢ γᵢₖ·φ(xᵢ), where γᵢₖ is the probability that point i comes from k. So both
//! are matrix products. They are done in f32 on points relative to the mean of the mixture, and added up in f64.

use std::f64::consts::TAU;

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, ArrayView2, Axis, Zip};
use ndarray_rand::rand::Rng as _;
use rayon::prelude::*;

use super::check::{check_columns, check_rows};
use crate::{
    datasets::rng,
    error::{Error, Result},
};

/// Points multiplied at a time, few enough to stay in the processor's cache.
pub(super) const BLOCK: usize = 256;
/// Points of one piece of work.
const PIECE: usize = 4096;
/// EM ends when the mean log-likelihood rises by less than this in a step, or after `MAX_STEPS`.
const TOLERANCE: f64 = 1e-3;
const MAX_STEPS: usize = 50;
/// The smallest variance, relative to that of all points: no component shrinks to a single point.
const FLOOR: f64 = 1e-4;
/// A probability of e⁻²⁰ relative to the most likely component is taken as 0: most are, and exp takes time.
const NEGLIGIBLE: f32 = -20.0;

/// A mixture of normal distributions with diagonal covariances: `sklearn.mixture.GaussianMixture(covariance_type="diag")`.
///
/// p(x) = Σₖ πₖ·N(x; μₖ, diag σₖ²)
///
/// ```
/// use lrlib::{features::GaussianMixture, ndarray::array};
/// let x = array![[0.0], [0.2], [0.1], [7.0], [7.2]]; // two groups
/// let mixture = GaussianMixture::fit(&x, 2, 0)?;
/// let large = if mixture.weights[0] > 0.5 { 0 } else { 1 };
/// assert!((mixture.weights[large] - 0.6).abs() < 1e-3 && (mixture.means[[large, 0]] - 0.1).abs() < 1e-3);
/// assert!(mixture.predict_proba(&array![[0.3]])?[[0, large]] > 0.999);
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Clone)]
pub struct GaussianMixture {
    /// π, shape (k); their sum is 1.
    pub weights: Array1<f32>,
    /// μ, shape (k, d).
    pub means: Array2<f32>,
    /// σ², shape (k, d).
    pub covariances: Array2<f32>,
    rows: usize,
    steps: usize,
}

impl GaussianMixture {
    /// Returns the mixture with these parameters, shapes (k), (k, d) and (k, d).
    ///
    /// # Errors
    /// [`Error::Config`] if the shapes differ, a number is not finite, a weight or variance is not above 0, or the weights do
    /// not add up to 1.
    pub fn new(weights: Array1<f32>, means: Array2<f32>, covariances: Array2<f32>) -> Result<Self> {
        check_rows(&means, "GaussianMixture")?;
        check_rows(&covariances, "GaussianMixture")?;
        let shapes = weights.len() == means.nrows() && means.dim() == covariances.dim();
        let positive = weights.iter().chain(&covariances).all(|&number| number > 0.0);
        if !(shapes && positive && (weights.sum() - 1.0).abs() < 1e-4) {
            let (k, d) = means.dim();
            return Err(Error::Config(format!(
                "a mixture with {} weights, {k} × {d} means and {:?} variances: use k weights of sum 1, and positive numbers",
                weights.len(),
                covariances.shape()
            )));
        }
        Ok(Self { weights, means, covariances, rows: 0, steps: 0 })
    }

    /// Fits `k` components to the rows of `x`, shape (n, d): k-means++ (Arthur and Vassilvitskii 2007) chooses the first means
    /// by `seed`, then steps of EM follow until the mean log-likelihood rises by less than 0.001, 50 at most.
    ///
    /// # Errors
    /// [`Error::Config`] if `k` is 0 or larger than n, or a number is not finite.
    pub fn fit(x: &ArrayRef2<f32>, k: usize, seed: u64) -> Result<Self> {
        check_rows(x, "GaussianMixture")?;
        let n = x.nrows();
        if k == 0 || k > n {
            return Err(Error::Config(format!("a mixture of {k} Gaussians for {n} points: use 1 to {n}")));
        }
        let means = x.select(Axis(0), &plus_plus(x, k, seed));
        let covariances = Array2::zeros(means.dim()) + &floors(x).mapv(|floor| (floor / FLOOR) as f32);
        let weights = Array1::from_elem(k, 1.0 / k as f32);
        let (mut mixture, mut before) = (Self { weights, means, covariances, rows: n, steps: 0 }, f64::NEG_INFINITY);
        while mixture.steps < MAX_STEPS {
            let (next, score) = mixture.maximize(x);
            mixture = next;
            if score < before + TOLERANCE {
                break;
            }
            before = score;
        }
        Ok(mixture)
    }

    /// Returns the mixture after one step of EM on the rows of `x`, shape (n, d).
    ///
    /// # Errors
    /// [`Error::Config`] if the rows have another length than the means, or are not finite.
    pub fn step(&self, x: &ArrayRef2<f32>) -> Result<Self> {
        check_columns(x, self.means.ncols(), "GaussianMixture")?;
        Ok(self.maximize(x).0)
    }

    /// Returns the mean of ln p(x) over the rows of `x`.
    ///
    /// # Errors
    /// Those of [`step`](Self::step).
    pub fn score(&self, x: &ArrayRef2<f32>) -> Result<f64> {
        check_columns(x, self.means.ncols(), "GaussianMixture")?;
        Ok(self.maximize(x).1)
    }

    /// Returns the probability γ that each row comes from each component, shapes (n, d) → (n, k).
    ///
    /// # Errors
    /// Those of [`step`](Self::step).
    pub fn predict_proba(&self, x: &ArrayRef2<f32>) -> Result<Array2<f32>> {
        check_columns(x, self.means.ncols(), "GaussianMixture")?;
        let mut gamma = self.phi(&x.view()).dot(&self.densities().t());
        softmax(&mut gamma);
        Ok(gamma)
    }

    /// Returns the next mixture, and the mean log-likelihood of this one.
    fn maximize(&self, x: &ArrayRef2<f32>) -> (Self, f64) {
        let ((n, d), k) = (x.dim(), self.weights.len());
        let pieces = x.axis_chunks_iter(Axis(0), PIECE).into_par_iter();
        let parts: Vec<_> = pieces.map(|x| self.moments(x, &Array1::ones(x.nrows()))).collect();
        // Added up in order, whatever the threads did.
        let (mut moments, mut score) = (Array2::zeros((k, 2 * d + 1)), 0.0);
        for (part, log_likelihood) in parts {
            moments += &part;
            score += log_likelihood;
        }
        let (floors, center) = (floors(x), self.center());
        let (mut next, center) = (Self { rows: n, steps: self.steps + 1, ..self.clone() }, center);
        for (j, sums) in moments.outer_iter().enumerate() {
            // A component that no point is near to keeps a tiny share.
            let count = sums[2 * d] + 1e-10;
            next.weights[j] = (count / n as f64) as f32;
            for c in 0..d {
                let mean = sums[c] / count;
                next.means[[j, c]] = (mean + f64::from(center[c])) as f32;
                next.covariances[[j, c]] = (sums[d + c] / count - mean * mean).max(floors[c]) as f32;
            }
        }
        (next, score / n as f64)
    }

    /// Returns Σᵢ wᵢ·γᵢₖ·φ(xᵢ) over the rows, shape (k, 2d + 1), with x relative to the [`center`](Self::center), and the
    /// log-likelihood Σᵢ ln p(xᵢ).
    pub(super) fn moments(&self, x: ArrayView2<'_, f32>, weights: &ArrayRef1<f32>) -> (Array2<f64>, f64) {
        let (densities, mut score) = (self.densities(), 0.0);
        let mut moments = Array2::<f64>::zeros(densities.dim());
        for (x, weights) in x.axis_chunks_iter(Axis(0), BLOCK).zip(weights.axis_chunks_iter(Axis(0), BLOCK)) {
            let phi = self.phi(&x);
            let mut gamma = phi.dot(&densities.t());
            score += softmax(&mut gamma);
            gamma *= &weights.insert_axis(Axis(1));
            moments.zip_mut_with(&gamma.t().dot(&phi), |sum, &product| *sum += f64::from(product));
        }
        (moments, score)
    }

    /// Returns the mean of the mixture, shape (d).
    pub(super) fn center(&self) -> Array1<f32> {
        self.weights.dot(&self.means)
    }

    /// Returns φ of each row: shapes (n, d) → (n, 2d + 1).
    fn phi(&self, x: &ArrayView2<'_, f32>) -> Array2<f32> {
        let (center, width) = (self.center(), 2 * x.ncols() + 1);
        let mut phi = Vec::with_capacity(x.nrows() * width);
        for row in x.rows() {
            let start = phi.len();
            phi.extend(row.iter().zip(&center).map(|(x, center)| x - center));
            phi.extend_from_within(start..);
            phi[start + x.ncols()..].iter_mut().for_each(|x| *x *= *x);
            phi.push(1.0);
        }
        Array2::from_shape_vec((x.nrows(), width), phi).expect("2d + 1 numbers a row")
    }

    /// Returns aₖ as rows, shape (k, 2d + 1).
    fn densities(&self) -> Array2<f32> {
        let ((k, d), center) = (self.means.dim(), self.center());
        let mut densities = Array2::zeros((k, 2 * d + 1));
        for j in 0..k {
            let mut constant = f64::from(self.weights[j]).ln();
            for c in 0..d {
                let mean = f64::from(self.means[[j, c]] - center[c]);
                let variance = f64::from(self.covariances[[j, c]]);
                densities[[j, c]] = (mean / variance) as f32;
                densities[[j, d + c]] = (-0.5 / variance) as f32;
                constant -= (mean * mean / variance + (TAU * variance).ln()) / 2.0;
            }
            densities[[j, 2 * d]] = constant as f32;
        }
        densities
    }
}

/// Replaces the logarithms in each row by the probabilities; returns the sum of ln Σₖ exp over the rows.
fn softmax(logs: &mut Array2<f32>) -> f64 {
    let mut score = 0.0;
    for row in logs.outer_iter_mut() {
        let row = row.into_slice().expect("a product is in standard layout");
        let largest = row.iter().fold(f32::NEG_INFINITY, |largest, &log| largest.max(log));
        for log in row.iter_mut() {
            *log = if *log < largest + NEGLIGIBLE { 0.0 } else { (*log - largest).exp() };
        }
        let sum: f32 = row.iter().sum();
        row.iter_mut().for_each(|probability| *probability /= sum);
        score += f64::from(largest) + f64::from(sum.ln());
    }
    score
}

/// Returns the smallest variance of each column, above 0 for a constant one.
fn floors(x: &ArrayRef2<f32>) -> Array1<f64> {
    x.axis_iter(Axis(1)).map(|column| FLOOR * column.mapv(f64::from).var(0.0).max(1e-6)).collect()
}

/// Returns the numbers of `k` rows, each drawn with a probability in proportion to its squared distance to the nearest of
/// those before.
fn plus_plus(x: &ArrayRef2<f32>, k: usize, seed: u64) -> Vec<usize> {
    let rng = &mut rng(seed, 0, 0);
    let mut squares = Array1::from_elem(x.nrows(), f32::INFINITY);
    let mut chosen = vec![rng.random_range(0..x.nrows())];
    while chosen.len() < k {
        let last = x.row(chosen[chosen.len() - 1]);
        Zip::from(&mut squares).and(x.rows()).par_for_each(|square, row| {
            *square = square.min(Zip::from(row).and(last).fold(0.0, |sum, a, b| sum + (a - b) * (a - b)));
        });
        let mut left = rng.random::<f64>() * squares.iter().copied().map(f64::from).sum::<f64>();
        let next = squares.iter().position(|&square| {
            left -= f64::from(square);
            left < 0.0
        });
        chosen.push(next.unwrap_or(x.nrows() - 1));
    }
    chosen
}

/// `GaussianMixture(32 Gaussians in 64 dimensions, fitted on 48800 rows in 30 steps)`
impl std::fmt::Debug for GaussianMixture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ((k, d), Self { rows, steps, .. }) = (self.means.dim(), self);
        write!(f, "GaussianMixture({k} Gaussians in {d} dimensions, ")?;
        if *rows == 0 { write!(f, "given)") } else { write!(f, "fitted on {rows} rows in {steps} steps)") }
    }
}
