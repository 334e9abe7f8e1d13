//! The validation logits of all epochs, and the weight at the end, from one more pass over the pixels.
//!
//! After each epoch the validation samples, the rows of V, have the logits z = V·w + b = c·V·w₀ + V·Xᵀ·α + b. The dot
//! product of each with each training sample would cost more than the Gram matrix itself. But α moves along a smooth
//! path: up to rounding, all its points lie in the span of a few directions, about ten for 100 epochs. With these as the
//! rows of Q, α = Qᵀ·p, so
//!
//! > z = c·V·w₀ + (V·Xᵀ·Qᵀ)·p + b,
//!
//! and the product in brackets takes as long as one or two epochs over the pixels. On the way to it, Q·X gives the weight
//! too: w = c·w₀ + (Q·X)ᵀ·p. The directions are found with the Gram–Schmidt method; the next one is always the point
//! farthest from those so far.

use std::mem;

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, ArrayView2, Axis, Zip, s};
use rayon::prelude::*;

use super::product;

/// The part of α that may lie outside the directions, relative to its length: about the error of rounding it to `f32`.
const NEGLIGIBLE: f64 = 1e-7;
/// Squares below this have too few digits; weight decay has then reduced α to nothing.
const NOTHING: f64 = 1e-290;
/// Points processed together.
const POINTS: usize = 128;

/// The path of α.
pub(crate) struct Trajectory {
    /// Q, shape (r, n): orthogonal rows of length 1.
    directions: Array2<f64>,
    /// Q·X, shape (r, d), without the directions that are new.
    combinations: Array2<f32>,
    /// Q·X·Vᵀ, shape (r, m), without the directions that are new.
    products: Array2<f64>,
    /// V·w₀, m numbers.
    start: Array1<f64>,
    /// The points whose logits have not been computed yet, n numbers each, and c and b there.
    alphas: Array2<f64>,
    others: Vec<(f64, f64)>,
}

impl Trajectory {
    /// `start` is V·w₀.
    pub(crate) fn new(start: Array1<f64>, x: &ArrayRef2<f32>) -> Self {
        let (directions, products) = (Array2::zeros((0, x.nrows())), Array2::zeros((0, start.len())));
        let (combinations, alphas) = (Array2::zeros((0, x.ncols())), directions.clone());
        Self { directions, combinations, products, start, alphas, others: Vec::new() }
    }

    /// Records a point for [`logits`](Self::logits).
    pub(crate) fn push(&mut self, alpha: &ArrayRef1<f64>, shrink: f64, bias: f64) {
        self.alphas.push_row(alpha.view()).expect("n numbers");
        self.others.push((shrink, bias));
    }

    /// Returns the logits of `val_x` at the points recorded since the last call, in order: shape (points, m).
    pub(crate) fn logits(&mut self, x: &ArrayRef2<f32>, val_x: &ArrayRef2<f32>) -> Array2<f32> {
        let none = Array2::zeros((0, self.alphas.ncols()));
        let (alphas, others) = (mem::replace(&mut self.alphas, none), mem::take(&mut self.others));
        for points in alphas.axis_chunks_iter(Axis(0), POINTS) {
            self.add_directions(&points);
        }
        let new = self.directions.slice(s![self.products.nrows().., ..]).mapv(|q| q as f32);
        let (combinations, products) = product::combinations_and_products(val_x, x, &new);
        self.combinations.append(Axis(0), combinations.view()).expect("d numbers each");
        self.products.append(Axis(0), products.view()).expect("m numbers each");
        let mut logits = Array2::zeros((others.len(), val_x.nrows()));
        let chunks = logits.axis_chunks_iter_mut(Axis(0), POINTS).into_par_iter();
        chunks.zip(alphas.axis_chunks_iter(Axis(0), POINTS)).zip(others.par_chunks(POINTS)).for_each(
            |((mut logits, points), others)| {
                let moved = points.dot(&self.directions.t()).dot(&self.products);
                for ((z, moved), &(shrink, bias)) in logits.rows_mut().into_iter().zip(moved.rows()).zip(others) {
                    let z = Zip::from(z).and(moved).and(&self.start);
                    z.for_each(|z, moved, start| *z = (moved + shrink * start + bias) as f32);
                }
            },
        );
        logits
    }

    /// Returns Xᵀ·α at a point whose logits were asked for.
    pub(crate) fn combination(&self, alpha: &ArrayRef1<f64>) -> Array1<f32> {
        product::transposed_product(&self.combinations, &self.directions.dot(alpha).mapv(|p| p as f32))
    }

    /// Adds directions until all these points lie in their span.
    fn add_directions(&mut self, points: &ArrayView2<'_, f64>) {
        let squares = points.map_axis(Axis(1), |point| point.dot(&point));
        let along = points.dot(&self.directions.t()).map_axis(Axis(1), |along| along.dot(&along));
        // The squared distance of each point from the span, by Pythagoras, less what is negligible.
        let mut outside = squares * (1.0 - NEGLIGIBLE * NEGLIGIBLE) - along;
        while let Some((row, &farthest)) = outside.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))
            && farthest > NOTHING
        {
            let mut direction = points.row(row).to_owned();
            // Twice, because what is left is small against the rounding.
            for _ in 0..2 {
                direction -= &direction.dot(&self.directions.t()).dot(&self.directions);
            }
            direction /= direction.dot(&direction).sqrt();
            outside.zip_mut_with(&points.dot(&direction), |outside, along| *outside -= along * along);
            self.directions.push_row(direction.view()).expect("n numbers");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_weight_decay_leaves_of_alpha_may_have_no_square() {
        let x = Array2::ones((4, 9));
        for tiny in [0.0, 1e-300, 1e-160, 1e-150, 1e-140] {
            let mut trajectory = Trajectory::new(Array1::zeros(4), &x);
            trajectory.push(&Array1::from_elem(4, tiny), 1.0, 2.0);
            trajectory.push(&Array1::from(vec![tiny, -tiny, 0.0, tiny]), 1.0, -2.0);
            let logits = trajectory.logits(&x, &x);
            assert!(logits.row(0).iter().all(|&z| z > 1.9) && logits.row(1).iter().all(|&z| z < -1.9), "{tiny}");
        }
    }
}
