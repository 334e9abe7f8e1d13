//! Newton's method: the exact minimum of F(w, b) = L(w, b) + λ/2·‖w‖², where L is the mean binary cross-entropy.
//!
//! Let the rows of Z be the samples' features and a 1 for the bias, and u = (w, b). Each step solves
//!
//! > H·Δ = −g  with  g = Zᵀ(ŷ − y)/n + λ·(w, 0)  and  H = Zᵀ·diag(ŷ(1 − ŷ))·Z/n + λ·diag(1, …, 1, 0)
//!
//! and adds Δ to u, or half of it, a quarter …, until F falls in proportion to its slope (Boyd and Vandenberghe, Convex
//! Optimization, 2004, sections 9.2 and 9.5).
//!
//! Where there are many features, the minimum is found as a linear combination of the samples, w = Xᵀα, and only the dot
//! products of samples count. The rows of L, where X·Xᵀ = L·Lᵀ, have the same dot products and n columns only. So they
//! replace the features, and v = Lᵀα replaces w: ‖v‖ = ‖w‖. (Rasmussen and Williams, Gaussian Processes for Machine
//! Learning, 2006, section 3.4, write the same step with X·Xᵀ.)
//!
//! If the model has a bias, the features are centred first, x − m, and the bias b + m·w absorbs the difference: a common
//! offset would take most of the digits that tell samples apart. Without a bias, centring would change the minimum.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, Axis, linalg::general_mat_mul, s};
use rayon::prelude::*;

use super::{cholesky, gram};

/// Up to so many features, u is (w, b) even if there are fewer samples: dot products of samples lose digits.
const FEW: usize = 512;
/// Twenty steps are many; a hundred mean that rounding errors are larger than what is left to gain.
const MAX_STEPS: usize = 100;
/// Rows or columns that are converted to f64 together.
const BLOCK: usize = 256;

/// The model, and how close it is to the minimum: computed on the data, with weight and bias as they are in f32.
pub(crate) struct Minimum {
    pub(crate) weight: Array1<f32>,
    /// 0 for a model without.
    pub(crate) bias: f32,
    pub(crate) steps: usize,
    /// The gradient's norm relative to that of a model of zeros.
    pub(crate) gradient: f64,
    /// The estimate gᵀH⁻¹g/2 of F − min F, relative to F.
    pub(crate) excess: f64,
}

/// Returns the side of the square matrices that [`minimum`] needs; it holds three of them at a time.
pub(crate) fn side(n: usize, d: usize) -> usize {
    if has_few_features(n, d) { d + 1 } else { n + 1 }
}

fn has_few_features(n: usize, d: usize) -> bool {
    d < n || d <= FEW
}

/// Returns the model with the smallest F. Shapes (n, d) and (n), labels 0 and 1.
pub(crate) fn minimum(x: &ArrayRef2<f32>, y: &ArrayRef1<f32>, weight_decay: f32, with_bias: bool) -> Minimum {
    let signs = y.mapv(|y| 1.0 - 2.0 * f64::from(y));
    let (penalty, one) = (f64::from(weight_decay), f64::from(u8::from(with_bias)));
    let solve = if has_few_features(x.nrows(), x.ncols()) { over_features } else { over_samples };
    solve(x, &signs, penalty, one)
}

fn over_features(x: &ArrayRef2<f32>, signs: &ArrayRef1<f64>, penalty: f64, one: f64) -> Minimum {
    let (n, d) = x.dim();
    let mut mean = Array1::zeros(d + 1);
    for row in x.rows() {
        mean.slice_mut(s![..d]).scaled_add(one / n as f64, &row.mapv(f64::from));
    }
    let rows = |range: Range<usize>, center: f64| {
        let mut rows = Array2::from_elem((range.len(), d + 1), one);
        rows.slice_mut(s![.., ..d]).assign(&x.slice(s![range, ..]).mapv(f64::from));
        rows - &(center * &mean)
    };
    let problem = Problem { rows: &|range| rows(range, 1.0), signs, penalty, mean: &mean };
    let (mut u, start, steps) = problem.descend(d + 1);
    let z = problem.product(&u);
    u[d] -= mean.dot(&u);
    let (_, hessian) = Problem { rows: &|range| rows(range, 0.0), ..problem }.derivatives(&u, &z);
    let rounded = round(&u, hessian);
    let mut u = rounded.mapv(f64::from);
    u[d] += mean.dot(&u);
    let (gradient, excess) = problem.judge(&u, &problem.product(&u), start);
    Minimum { weight: rounded.slice(s![..d]).to_owned(), bias: rounded[d], steps, gradient, excess }
}

fn over_samples(x: &ArrayRef2<f32>, signs: &ArrayRef1<f64>, penalty: f64, one: f64) -> Minimum {
    let n = x.nrows();
    let (products, mean_products, mean_square) = dot_products(x, one);
    let factor = cholesky::factor(products);
    // m as a combination of L's columns; its part outside of them counts in the gradient of the bias alone.
    let mut mean = Array1::zeros(n + 1);
    mean.slice_mut(s![..n]).assign(&cholesky::forward(&factor, &mean_products));
    mean[n] = (1.0 + (mean_square - mean.dot(&mean)).max(0.0)).sqrt() - 1.0;
    let rows = |range: Range<usize>| {
        let mut rows = Array2::from_elem((range.len(), n + 1), one);
        rows.slice_mut(s![.., ..n]).assign(&factor.slice(s![range, ..]));
        rows
    };
    let problem = Problem { rows: &rows, signs, penalty, mean: &mean };
    let (u, start, steps) = problem.descend(n + 1);
    let mut alpha = cholesky::backward(&factor, &u.slice(s![..n]));
    // Then Xᵀα is the same with centred features.
    alpha -= one * alpha.sum() / n as f64;
    let (weight, z) = combination_and_product(x, &alpha);
    let bias = (u[n] - one * z.sum() / n as f64) as f32;
    let (gradient, excess) = problem.judge(&u, &(z + f64::from(bias)), start);
    Minimum { weight, bias, steps, gradient, excess }
}

/// What is minimised over u.
#[derive(Clone, Copy)]
struct Problem<'a> {
    /// Returns these rows of Z.
    rows: &'a dyn Fn(Range<usize>) -> Array2<f64>,
    /// 1 − 2y: the loss is ln(1 + e^a) with a = (1 − 2y)·z, and ŷ − y is (1 − 2y)·σ(a).
    signs: &'a ArrayRef1<f64>,
    penalty: f64,
    /// What a bias adds to the gradient per unit of its own, because features are centred.
    mean: &'a Array1<f64>,
}

impl Problem<'_> {
    /// Returns u at the minimum, the norm of the gradient where u is 0, and the number of steps.
    fn descend(&self, unknowns: usize) -> (Array1<f64>, f64, usize) {
        let (mut u, mut z) = (Array1::zeros(unknowns), Array1::zeros(self.signs.len()));
        let (mut current, mut start) = (self.objective(&u, &z), 0.0);
        for step in 0..MAX_STEPS {
            let (gradient, hessian) = self.derivatives(&u, &z);
            if step == 0 {
                start = self.norm(&gradient);
            }
            let towards = -solve(hessian, &gradient);
            let (slope, z_towards) = (gradient.dot(&towards), self.product(&towards));
            let mut lengths = (0..30).map(|halvings| 0.5_f64.powi(halvings));
            let next = lengths.find_map(|length| {
                let (u, z) = (&u + &(length * &towards), &z + &(length * &z_towards));
                let objective = self.objective(&u, &z);
                (objective <= current + 1e-4 * length * slope).then_some((u, z, objective))
            });
            match next {
                Some(next) if -slope > 1e-10 * current => (u, z, current) = next,
                _ => return (u, start, step),
            }
        }
        (u, start, MAX_STEPS)
    }

    /// Returns Z·u.
    fn product(&self, u: &ArrayRef1<f64>) -> Array1<f64> {
        self.blocks().flat_map(|range| (self.rows)(range).dot(u)).collect()
    }

    fn blocks(&self) -> impl Iterator<Item = Range<usize>> {
        let n = self.signs.len();
        (0..n).step_by(BLOCK).map(move |first| first..n.min(first + BLOCK))
    }

    /// Returns F from u and the logits z.
    fn objective(&self, u: &ArrayRef1<f64>, z: &ArrayRef1<f64>) -> f64 {
        let losses = (self.signs * z).mapv(|a| a.max(0.0) + (-a.abs()).exp().ln_1p());
        let w = u.slice(s![..u.len() - 1]);
        losses.sum() / z.len() as f64 + self.penalty / 2.0 * w.dot(&w)
    }

    /// Returns g and H, the latter on and below the diagonal, from u and the logits z.
    fn derivatives(&self, u: &ArrayRef1<f64>, z: &ArrayRef1<f64>) -> (Array1<f64>, Array2<f64>) {
        let (n, w) = (z.len() as f64, ..u.len() - 1);
        let (mut gradient, mut hessian) = (Array1::zeros(u.len()), Array2::zeros((u.len(), u.len())));
        gradient.slice_mut(s![w]).scaled_add(self.penalty, &u.slice(s![w]));
        hessian.diag_mut().slice_mut(s![w]).fill(self.penalty);
        for range in self.blocks() {
            let mut rows = (self.rows)(range.clone());
            for (mut row, i) in rows.outer_iter_mut().zip(range) {
                let sigmoid = |a: f64| 1.0 / (1.0 + (-a).exp());
                gradient.scaled_add(self.signs[i] * sigmoid(self.signs[i] * z[i]) / n, &row);
                row *= (sigmoid(z[i]) * sigmoid(-z[i]) / n).sqrt();
            }
            add_products(&mut hessian, &rows);
        }
        (gradient, hessian)
    }

    /// Returns the norm of the gradient with respect to w and b, where the features are not centred.
    fn norm(&self, gradient: &ArrayRef1<f64>) -> f64 {
        let gradient = gradient[gradient.len() - 1] * self.mean + gradient;
        gradient.dot(&gradient).sqrt()
    }

    /// Returns the gradient's norm relative to `start`, and the estimate of F − min F relative to F.
    fn judge(&self, u: &ArrayRef1<f64>, z: &ArrayRef1<f64>, start: f64) -> (f64, f64) {
        let (gradient, hessian) = self.derivatives(u, z);
        let norm = self.norm(&gradient);
        let excess = gradient.dot(&solve(hessian, &gradient)) / 2.0;
        (if norm == 0.0 { 0.0 } else { norm / start }, excess / self.objective(u, z))
    }
}

fn solve(hessian: Array2<f64>, v: &ArrayRef1<f64>) -> Array1<f64> {
    let factor = cholesky::factor(hessian);
    cholesky::backward(&factor, &cholesky::forward(&factor, v))
}

/// Adds rowsᵀ·rows to the half of `sums` on and below the diagonal.
fn add_products(sums: &mut Array2<f64>, rows: &ArrayRef2<f64>) {
    const HEIGHT: usize = 48;
    sums.axis_chunks_iter_mut(Axis(0), HEIGHT).into_par_iter().enumerate().for_each(|(number, mut band)| {
        let (top, end) = (number * HEIGHT, number * HEIGHT + band.nrows());
        let (left, right) = (rows.slice(s![.., top..end]), rows.slice(s![.., ..end]));
        general_mat_mul(1.0, &left.t(), &right, 1.0, &mut band.slice_mut(s![.., ..end]));
    });
}

/// Returns the dot products of the samples with each other and with their mean m, and m·m; of centred samples, if `one` is 1.
fn dot_products(x: &ArrayRef2<f32>, one: f64) -> (Array2<f64>, Array1<f64>, f64) {
    let n = x.nrows();
    if let Some(mut products) = gram::exact(x) {
        let with_mean = one * products.sum_axis(Axis(1)) / n as f64;
        let square = with_mean.sum() / n as f64;
        for (mut row, u) in products.outer_iter_mut().zip(&with_mean) {
            row.zip_mut_with(&with_mean, |product, other| *product += square - u - other);
        }
        return (products, with_mean - square, square);
    }
    let (mut products, mut with_mean, mut square) = (Array2::zeros((n, n)), Array1::zeros(n), 0.0);
    for block in x.axis_chunks_iter(Axis(1), BLOCK) {
        let mut block = block.mapv(f64::from);
        let mean = one * block.sum_axis(Axis(0)) / n as f64;
        block -= &mean;
        add_products(&mut products, &block.t());
        with_mean += &block.dot(&mean);
        square += mean.dot(&mean);
    }
    (products, with_mean, square)
}

/// Returns w = Xᵀα, rounded to f32, and X·w, reading X once.
fn combination_and_product(x: &ArrayRef2<f32>, alpha: &ArrayRef1<f64>) -> (Array1<f32>, Array1<f64>) {
    let mut weight = Array1::zeros(x.ncols());
    let pieces = weight.axis_chunks_iter_mut(Axis(0), BLOCK).into_par_iter();
    let parts = pieces.zip(x.axis_chunks_iter(Axis(1), BLOCK).into_par_iter()).map(|(mut weight, x)| {
        let x = x.mapv(f64::from);
        let mut sums = Array1::<f64>::zeros(weight.len());
        x.outer_iter().zip(alpha).for_each(|(row, &a)| sums.scaled_add(a, &row));
        weight.assign(&sums.mapv(|sum| sum as f32));
        x.dot(&weight.mapv(f64::from))
    });
    let parts: Vec<_> = parts.collect();
    (weight, parts.iter().fold(Array1::zeros(x.nrows()), |z, part| z + part))
}

/// Rounds u to f32 so that F stays small. Rounding each number by itself would cost too much far from 0, where a weight's
/// last digit shifts all logits; so each, from coarse to fine, corrects for those before it.
fn round(u: &ArrayRef1<f64>, mut hessian: Array2<f64>) -> Array1<f32> {
    for (i, j) in (0..u.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
        hessian[[j, i]] = hessian[[i, j]];
    }
    let mut rounded = u.mapv(|u| u as f32);
    let mut slope = hessian.dot(&(rounded.mapv(f64::from) - u));
    let effect = |j: usize| hessian[[j, j]].sqrt() * f64::from(rounded[j].abs().next_up() - rounded[j].abs());
    let mut order: Vec<_> = (0..u.len()).filter(|&j| hessian[[j, j]] > 0.0).map(|j| (effect(j), j)).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    for &(_, j) in order.iter().chain(&order) {
        let before = f64::from(rounded[j]);
        rounded[j] = (before - slope[j] / hessian[[j, j]]) as f32;
        slope.scaled_add(f64::from(rounded[j]) - before, &hessian.row(j));
    }
    rounded
}
