//! The minimum of the loss with a penalty on the weight, as a model in f32: chooses the unknowns of
//! [descent](super::descent), and turns its solution into weight and bias.
//!
//! Where there are few features, the unknowns are weight and bias. Otherwise the minimum is found as a linear combination
//! of the samples, w = Xᵀα, and only the dot products of samples count. The rows of L, where X·Xᵀ = L·Lᵀ, have the same
//! dot products and n columns only. So they replace the features, and v = Lᵀα replaces w: ‖v‖ = ‖w‖. (Rasmussen and
//! Williams, Gaussian Processes for Machine Learning, 2006, section 3.4, write the same step with X·Xᵀ.)
//!
//! If the model has a bias, the features are centred first, x − m, and the bias b + m·w absorbs the difference. Otherwise an
//! offset common to all samples would use up most of their digits. Without a bias, centring would change the minimum.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2};

use super::descent::Problem;
use crate::{
    fast::{cholesky, double},
    nn::LogisticRegression,
};

/// Up to this many features, u is (w, b) even if there are fewer samples: dot products of samples lose digits.
const FEW: usize = 512;
/// The largest gradient of a minimum, relative to the gradient of a model of zeros.
pub(super) const MAX_GRADIENT: f64 = 1e-4;
/// The most roundings that are tried.
const ATTEMPTS: usize = 256;

/// The model, and how close it is to the minimum: computed on the data, with weight and bias as they are in f32.
pub(super) struct Minimum {
    pub(super) weight: Array1<f32>,
    /// 0 for a model without.
    pub(super) bias: f32,
    pub(super) steps: usize,
    /// The gradient's norm relative to that of a model of zeros.
    pub(super) gradient: f64,
    /// The estimate gᵀH⁻¹g/2 of F − min F, relative to F.
    pub(super) excess: f64,
}

/// Returns the side of the square matrices that [`minimum`] needs, two at a time.
pub(super) fn side(n: usize, d: usize) -> usize {
    if has_few_features(n, d) { d + 1 } else { n + 1 }
}

fn has_few_features(n: usize, d: usize) -> bool {
    d < n || d <= FEW
}

/// Returns the model with the smallest F, from `start` on. Shapes (n, d) and (n), labels 0 and 1.
pub(super) fn minimum(
    start: &LogisticRegression,
    x: &ArrayRef2<f32>,
    y: &ArrayRef1<f32>,
    weight_decay: f32,
) -> Minimum {
    let signs = y.mapv(|y| 1.0 - 2.0 * f64::from(y));
    let (penalty, one) = (f64::from(weight_decay), f64::from(u8::from(start.bias.is_some())));
    let solve = if has_few_features(x.nrows(), x.ncols()) { over_features } else { over_samples };
    solve(start, x, &signs, penalty, one)
}

/// Returns the logits of centred features, and the bias that goes with them.
fn centered_logits(model: &LogisticRegression, x: &ArrayRef2<f32>, one: f64) -> (Array1<f64>, f64) {
    let z = model.logits(x).mapv(f64::from);
    let mean = one * z.sum() / z.len() as f64;
    (z - mean, mean)
}

fn over_features(
    model: &LogisticRegression,
    x: &ArrayRef2<f32>,
    signs: &ArrayRef1<f64>,
    penalty: f64,
    one: f64,
) -> Minimum {
    let (n, d) = x.dim();
    let mut mean = Array1::zeros(d + 1);
    for row in x.rows() {
        mean.iter_mut().zip(row).for_each(|(mean, &x)| *mean += one * f64::from(x) / n as f64);
    }
    let rows = |range: Range<usize>, center: f64| {
        let mut rows = Array2::from_elem((range.len(), d + 1), one);
        for (mut to, from) in rows.outer_iter_mut().zip(x.outer_iter().skip(range.start)) {
            to.iter_mut().zip(from).zip(&mean).for_each(|((to, &x), mean)| *to = f64::from(x) - center * mean);
        }
        rows
    };
    let problem = Problem { rows: &|range| rows(range, 1.0), signs, penalty, mean: &mean };
    let (_, bias) = centered_logits(model, x, one);
    let first = model.weight.iter().copied().map(f64::from).chain([bias]).collect();
    let (mut u, start, steps) = problem.descend(first);
    let logits = problem.product(&u);
    u[d] -= mean.dot(&u);
    let (_, hessian) = Problem { rows: &|range| rows(range, 0.0), ..problem }.derivatives(&u, &logits);
    let rounded = round(&u, hessian, MAX_GRADIENT / 4.0 * start);
    let mut u = rounded.mapv(f64::from);
    u[d] += mean.dot(&u);
    let (gradient, excess) = problem.judge(&u, &problem.product(&u), start, 0.0);
    Minimum { weight: rounded.iter().take(d).copied().collect(), bias: rounded[d], steps, gradient, excess }
}

fn over_samples(
    model: &LogisticRegression,
    x: &ArrayRef2<f32>,
    signs: &ArrayRef1<f64>,
    penalty: f64,
    one: f64,
) -> Minimum {
    let n = x.nrows();
    let (products, mean_products, mean_square) = double::dot_products(x, one);
    let trace = products.diag().sum();
    let factor = cholesky::factor(products, 0.0);
    // m as a combination of L's columns; its part outside of them counts in the gradient of the bias alone.
    let mut mean: Array1<f64> = cholesky::forward(&factor, &mean_products).into_iter().chain([0.0]).collect();
    mean[n] = (1.0 + (mean_square - mean.dot(&mean)).max(0.0)).sqrt() - 1.0;
    let rows = |range: Range<usize>| {
        let mut rows = Array2::from_elem((range.len(), n + 1), one);
        for (mut to, from) in rows.outer_iter_mut().zip(factor.outer_iter().skip(range.start)) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        }
        rows
    };
    let problem = Problem { rows: &rows, signs, penalty, mean: &mean };
    // The part of w outside the samples' span changes no logit, and is left out.
    let (z, bias) = centered_logits(model, x, one);
    let first = cholesky::forward(&factor, &z).into_iter().chain([bias]).collect();
    let (u, start, steps) = problem.descend(first);
    let mut alpha = cholesky::backward(&factor, &u.iter().take(n).copied().collect::<Array1<_>>());
    // Then Xᵀα is the same with centred features.
    alpha -= one * alpha.sum() / n as f64;
    let (weight, z) = double::combination_and_product(x, &alpha);
    let bias = (u[n] - one * z.sum() / n as f64) as f32;
    let z = z + f64::from(bias);
    // The gradient is Xᵀ·rest. Its norm from L misses what rounding has taken from X·Xᵀ.
    let rest = penalty * &alpha + problem.errors(&z);
    let unseen = (f64::EPSILON * trace * rest.dot(&rest)).sqrt();
    let (gradient, excess) = problem.judge(&u, &z, start, unseen);
    Minimum { weight, bias, steps, gradient, excess }
}

/// Rounds u to f32 so that the gradient stays small, if possible below `enough`.
///
/// Rounding each number by itself is too inexact far from 0, where a weight's last digit shifts all logits. So each number,
/// from coarse to fine, is rounded so that it makes up for the errors of the others. If that is not enough, it is tried
/// again with one number moved by a few units of its last digit.
fn round(u: &ArrayRef1<f64>, mut hessian: Array2<f64>, enough: f64) -> Array1<f32> {
    for (i, j) in (0..u.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
        hessian[[j, i]] = hessian[[i, j]];
    }
    let nearest = u.mapv(|u| u as f32);
    let digit = |j: usize| nearest[j].abs().next_up() - nearest[j].abs();
    let effect = |j: usize| hessian[[j, j]].sqrt() * f64::from(digit(j));
    let mut order: Vec<_> = (0..u.len()).filter(|&j| hessian[[j, j]] > 0.0).collect();
    order.sort_by(|&i, &j| effect(j).total_cmp(&effect(i)));
    let mut best = (f64::INFINITY, nearest.clone());
    for attempt in 0..if order.is_empty() { 0 } else { ATTEMPTS } {
        let (mut rounded, moved) = (nearest.clone(), order[attempt % order.len()]);
        rounded[moved] += attempt as f32 * digit(moved);
        let mut slope = hessian.dot(&(rounded.mapv(f64::from) - u));
        for &j in order.iter().chain(&order).filter(|&&j| attempt == 0 || j != moved) {
            let before = f64::from(rounded[j]);
            rounded[j] = (before - slope[j] / hessian[[j, j]]) as f32;
            slope.scaled_add(f64::from(rounded[j]) - before, &hessian.row(j));
        }
        let norm = slope.dot(&slope).sqrt();
        if norm < best.0 {
            best = (norm, rounded);
        }
        if best.0 <= enough {
            break;
        }
    }
    best.1
}
