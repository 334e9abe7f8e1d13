//! Points that come from one of k normal distributions.
//!
//! With φ(x) = (x, x², 1), the logarithm of each density is a dot product, ln(πₖ·pₖ(x)) = aₖ·φ(x), and all that a step of
//! EM or a Fisher vector needs are the sums Σᵢ γᵢₖ·φ(xᵢ), where γᵢₖ is the probability that point i comes from k. So both
//! are matrix products. They are computed in f32, on points relative to the mean of the mixture, and added up in f64.

use std::{f64::consts::TAU, fmt};

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, ArrayView2, Axis, Zip, concatenate};
use ndarray_rand::rand::Rng as _;
use rayon::prelude::*;

use super::{
    check::{check, matrix},
    softmax::softmax,
};
use crate::{
    datasets::rng,
    error::{Error, Result},
};

/// Points multiplied at a time: few enough for the processor's cache.
pub(super) const BLOCK: usize = 256;
/// EM ends when the mean log-likelihood rises by less than this in a step, or after `MAX_STEPS`.
const TOLERANCE: f64 = 1e-3;
const MAX_STEPS: usize = 50;
/// The smallest variance of a component, relative to that of all points: none shrinks to a single point.
const FLOOR: f32 = 1e-3;

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
    /// The rows fitted on, and the steps; 0 and 0 for a mixture that was given.
    fitted: (usize, usize),
}

impl GaussianMixture {
    /// Returns the mixture with these parameters, shapes (k), (k, d) and (k, d).
    ///
    /// # Panics
    /// If the shapes differ, a weight or variance is not above 0, or the sum of the weights is not 1.
    #[must_use]
    #[track_caller]
    pub fn new(weights: Array1<f32>, means: Array2<f32>, covariances: Array2<f32>) -> Self {
        assert_eq!(means.dim(), covariances.dim(), "means and variances differ in shape");
        assert_eq!(means.nrows(), weights.len(), "{} means, but {} weights", means.nrows(), weights.len());
        let is_positive = weights.iter().chain(&covariances).all(|&number| number > 0.0);
        assert!(is_positive && (weights.sum() - 1.0).abs() < 1e-4, "use positive numbers, and weights of sum 1");
        Self { weights, means, covariances, fitted: (0, 0) }
    }

    /// Fits `k` components to the rows of `x`, shape (n, d): k-means++ (Arthur and Vassilvitskii 2007) draws the first means
    /// by `seed`, and steps of EM follow until the mean log-likelihood rises by less than 0.001, 50 at most.
    ///
    /// # Errors
    /// [`Error::Config`] if `k` is 0 or larger than n, or a number is not finite.
    pub fn fit(x: &ArrayRef2<f32>, k: usize, seed: u64) -> Result<Self> {
        check(x, x.ncols(), "GaussianMixture")?;
        if k == 0 || k > x.nrows() {
            return Err(Error::Config(format!("{k} Gaussians for {} points: use 1 to {0}", x.nrows())));
        }
        let means = x.select(Axis(0), &plus_plus(x, k, seed));
        let covariances = Array2::zeros(means.dim()) + &variances(x);
        let mut mixture = Self::new(Array1::from_elem(k, 1.0 / k as f32), means, covariances);
        let mut before = f64::NEG_INFINITY;
        for _ in 0..MAX_STEPS {
            let (next, score) = mixture.step(x)?;
            mixture = next;
            if score < before + TOLERANCE {
                break;
            }
            before = score;
        }
        Ok(mixture)
    }

    /// Returns the mixture after one step of EM on the rows of `x`, shape (n, d), and the score of this one: the mean of
    /// ln p(x).
    ///
    /// # Errors
    /// [`Error::Config`] if the rows are not as long as the means, or not finite.
    pub fn step(&self, x: &ArrayRef2<f32>) -> Result<(Self, f64)> {
        check(x, self.means.ncols(), "GaussianMixture")?;
        let (n, ones) = (x.nrows(), Array1::ones(x.nrows()));
        let pieces = x.axis_chunks_iter(Axis(0), 16 * BLOCK).into_par_iter();
        let parts: Vec<_> = pieces.map(|x| self.moments(&x, &ones)).collect();
        // Added up in order, whatever the threads did.
        let (mut moments, mut score) = parts[0].clone();
        for (part, log_likelihood) in &parts[1..] {
            moments += part;
            score += log_likelihood;
        }
        let [first, second, counts] = split(&moments);
        // A component that no point is near keeps a tiny share.
        let counts = counts.mapv(|count| count + 1e-10);
        let means = &first / &counts;
        let mut covariances = (&second / &counts - &means * &means).mapv(|variance| variance as f32);
        let floors = variances(x) * FLOOR;
        Zip::from(&mut covariances).and_broadcast(&floors).for_each(|variance, &floor| *variance = variance.max(floor));
        let next = Self {
            weights: counts.column(0).mapv(|count| (count / n as f64) as f32),
            means: (means + self.center().mapv(f64::from)).mapv(|mean| mean as f32),
            covariances,
            fitted: (n, self.fitted.1 + 1),
        };
        Ok((next, score / n as f64))
    }

    /// Returns the probability γ that each row comes from each component. Shapes (n, d) → (n, k).
    ///
    /// # Errors
    /// [`Error::Config`] if the rows are not as long as the means, or not finite.
    pub fn predict_proba(&self, x: &ArrayRef2<f32>) -> Result<Array2<f32>> {
        check(x, self.means.ncols(), "GaussianMixture")?;
        let mut gamma = self.phi(&x.view()).dot(&self.densities().t());
        softmax(&mut gamma);
        Ok(gamma)
    }

    /// Returns Σᵢ wᵢ·γᵢₖ·φ(xᵢ), shape (k, 2d + 1), with x relative to the center, and the log-likelihood Σᵢ ln p(xᵢ).
    pub(super) fn moments(&self, x: &ArrayView2<'_, f32>, weights: &ArrayRef1<f32>) -> (Array2<f64>, f64) {
        let (densities, mut score) = (self.densities(), 0.0);
        let mut moments = Array2::zeros(densities.dim());
        for (x, weights) in x.axis_chunks_iter(Axis(0), BLOCK).zip(weights.axis_chunks_iter(Axis(0), BLOCK)) {
            let phi = self.phi(&x);
            let mut gamma = phi.dot(&densities.t());
            score += softmax(&mut gamma);
            gamma.outer_iter_mut().zip(weights).for_each(|(mut row, &weight)| row *= weight);
            moments += &gamma.t().dot(&phi).mapv(f64::from);
        }
        (moments, score)
    }

    /// Returns the mean of the mixture, shape (d).
    pub(super) fn center(&self) -> Array1<f32> {
        self.weights.dot(&self.means)
    }

    /// Returns φ of each row. Shapes (n, d) → (n, 2d + 1).
    fn phi(&self, x: &ArrayView2<'_, f32>) -> Array2<f32> {
        let (center, mut phi) = (self.center(), Vec::with_capacity(x.nrows() * (2 * x.ncols() + 1)));
        for row in x.outer_iter() {
            let start = phi.len();
            phi.extend(row.iter().zip(&center).map(|(x, center)| x - center));
            phi.extend_from_within(start..);
            phi[start + row.len()..].iter_mut().for_each(|x| *x *= *x);
            phi.push(1.0);
        }
        matrix(phi, 2 * x.ncols() + 1)
    }

    /// Returns aₖ as rows, shape (k, 2d + 1).
    fn densities(&self) -> Array2<f32> {
        let means = (&self.means - &self.center()).mapv(f64::from);
        let precisions = self.covariances.mapv(|variance| 1.0 / f64::from(variance));
        let first = &means * &precisions;
        let norms = (means * &first - precisions.mapv(|precision| (precision / TAU).ln())).sum_axis(Axis(1));
        let constants = self.weights.mapv(|weight| f64::from(weight).ln()) - norms / 2.0;
        concatenate![Axis(1), first, precisions * -0.5, constants.insert_axis(Axis(1))].mapv(|number| number as f32)
    }
}

/// Returns the sums of x, of x² and of 1, shapes (k, d), (k, d) and (k, 1).
pub(super) fn split(moments: &ArrayRef2<f64>) -> [ArrayView2<'_, f64>; 3] {
    let (first, rest) = moments.view().split_at(Axis(1), moments.ncols() / 2);
    let (second, counts) = rest.split_at(Axis(1), moments.ncols() / 2);
    [first, second, counts]
}

/// Returns the variance of each column, above 0 for a constant one.
fn variances(x: &ArrayRef2<f32>) -> Array1<f32> {
    x.mapv(f64::from).var_axis(Axis(0), 0.0).mapv(|variance| variance.max(1e-6) as f32)
}

/// Returns the numbers of `k` rows, each drawn with a probability in proportion to its squared distance to the nearest of
/// those before.
fn plus_plus(x: &ArrayRef2<f32>, k: usize, seed: u64) -> Vec<usize> {
    let rng = &mut rng(seed, 0, 0);
    let (mut chosen, mut squares) = (vec![rng.random_range(0..x.nrows())], Array1::from_elem(x.nrows(), f32::INFINITY));
    while chosen.len() < k {
        let last = x.row(chosen[chosen.len() - 1]);
        Zip::from(&mut squares).and(x.rows()).par_for_each(|square, row| {
            *square = square.min(Zip::from(row).and(last).fold(0.0, |sum, a, b| sum + (a - b) * (a - b)));
        });
        let mut left = rng.random::<f64>() * squares.iter().map(|&square| f64::from(square)).sum::<f64>();
        let is_drawn = |&square: &f32| {
            left -= f64::from(square);
            left < 0.0
        };
        chosen.push(squares.iter().position(is_drawn).unwrap_or(x.nrows() - 1));
    }
    chosen
}

/// `GaussianMixture(32 Gaussians in 64 dimensions, fitted on 48800 rows in 30 steps)`
impl fmt::Debug for GaussianMixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((k, d), (rows, steps)) = (self.means.dim(), self.fitted);
        write!(f, "GaussianMixture({k} Gaussians in {d} dimensions, fitted on {rows} rows in {steps} steps)")
    }
}
