//! Newton's method: the very minimum of the loss with a penalty on the weight, in a handful of steps.
//!
//! Minimised is L(w, b) + λ/2·‖w‖², L the mean binary cross-entropy; the bias is spared. It has one minimum, and that is
//! a mixture of the samples, w = Xᵀα. With K = X·Xᵀ, z = K·α + b, ŷ = σ(z) and W = ŷ(1 − ŷ) each step solves
//!
//! > (K + nλ·W⁻¹)·α + b·1 = z + W⁻¹·(y − ŷ),  Σα = 0
//!
//! (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, section 3.4, here with a bias), an n × n
//! system, scaled with √W to be symmetric and solved by conjugate gradients. scikit-learn's C is 1/(nλ).

use std::mem;

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2};

use super::{gram::gram, product::transposed_product};
use crate::error::{Error, Result};

/// Steps after which something is wrong: ten are many.
const MAX_STEPS: usize = 100;

/// Returns weight, bias (0 without one) and the number of steps.
pub(crate) fn minimum(
    x: &ArrayRef2<f32>,
    y: &ArrayRef1<f32>,
    weight_decay: f32,
    with_bias: bool,
) -> Result<(Array1<f32>, f32, usize)> {
    let (gram, y) = (gram(x), y.mapv(f64::from));
    let (n, penalty) = (x.nrows(), f64::from(weight_decay) * x.nrows() as f64);
    let (mut alpha, mut bias) = (Array1::<f64>::zeros(n), 0.0);
    // What is minimised, times n, from z = K·α + b.
    let objective = |alpha: &ArrayRef1<f64>, bias: f64| {
        let mixture = gram.dot(alpha);
        let losses = mixture.iter().zip(&y).map(|(z, y)| loss(z + bias, *y));
        losses.sum::<f64>() + penalty / 2.0 * alpha.dot(&mixture)
    };
    let mut current = objective(&alpha, bias);
    for step in 1..=MAX_STEPS {
        let z = gram.dot(&alpha) + bias;
        let y_hat = z.mapv(|z| 1.0 / (1.0 + (-z).exp()));
        let root = y_hat.mapv(|p| (p * (1.0 - p)).max(1e-12).sqrt());
        let target = &root * &z + (&y - &y_hat) / &root;
        let mut scaled = solve(&gram, &root, penalty, &target);
        let mut next_bias = 0.0;
        if with_bias {
            let ones = solve(&gram, &root, penalty, &root);
            next_bias = root.dot(&scaled) / root.dot(&ones);
            scaled.scaled_add(-next_bias, &ones);
        }
        let (towards, bias_towards) = (scaled * &root - &alpha, next_bias - bias);
        // A whole step, or half of it, a quarter …, until it leads down.
        let mut length = 1.0;
        while length > 1e-12 && objective(&(&alpha + &(length * &towards)), bias + length * bias_towards) > current {
            length /= 2.0;
        }
        alpha.scaled_add(length, &towards);
        bias += length * bias_towards;
        let before = mem::replace(&mut current, objective(&alpha, bias));
        if !current.is_finite() {
            return Err(Error::Config("Newton's method needs features that are finite numbers".into()));
        }
        if before - current <= 1e-13 * current {
            let weight = transposed_product(x, &alpha.mapv(|a| a as f32));
            return Ok((weight, bias as f32, step));
        }
    }
    Err(Error::Config(format!(
        "Newton's method found no minimum in {MAX_STEPS} steps: take a larger weight decay ({weight_decay}), or smaller features"
    )))
}

/// ln(1 + e^z) − z·y, stable at any z.
fn loss(z: f64, y: f64) -> f64 {
    z.max(0.0) - z * y + (-z.abs()).exp().ln_1p()
}

/// Solves (√W·K·√W + `penalty`)·v = `target` by conjugate gradients (Hestenes and Stiefel, 1952).
fn solve(gram: &Array2<f64>, root: &Array1<f64>, penalty: f64, target: &Array1<f64>) -> Array1<f64> {
    let mut v = Array1::zeros(target.len());
    let (mut residual, mut direction) = (target.clone(), target.clone());
    let mut square = residual.dot(&residual);
    let enough = 1e-26 * square;
    for _ in 0..10 * target.len() {
        if square <= enough {
            break;
        }
        let image = gram.dot(&(root * &direction)) * root + penalty * &direction;
        let length = square / direction.dot(&image);
        v.scaled_add(length, &direction);
        residual.scaled_add(-length, &image);
        let next = residual.dot(&residual);
        direction = &residual + &(direction * (next / square));
        square = next;
    }
    v
}
