//! The validation logits of all epochs, and the weight at the end, from one more pass over the pixels.
//!
//! After each epoch the validation samples, the rows of V, have the logits z = V·w + b = V·Xᵀ·α + c·V·w₀ + d·V·v₀ + b. The
//! dot product of each with each training sample would cost more than the Gram matrix itself. But α moves along a smooth
//! path: up to rounding, all its points lie in the span of a few directions, about ten for 100 epochs. With these as the
//! rows of Q, α = Qᵀ·p, so
//!
//! > z = (V·Xᵀ·Qᵀ)·p + c·V·w₀ + d·V·v₀ + b,
//!
//! and the product in brackets takes as long as one or two epochs over the pixels. On the way to it, Q·X gives the weight
//! too: Xᵀα = (Q·X)ᵀ·p. The directions are found with the Gram–Schmidt method; the next one is always the point
//! farthest from those so far.

use std::mem;

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, ArrayView1, ArrayView2, Axis, s};
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
    /// V·w₀ and, with momentum, V·v₀, a row each.
    start: Array2<f64>,
    /// The points whose logits have not been computed yet, a row each: (α, c, d, b), d only with momentum.
    points: Array2<f64>,
    /// The points whose logits were computed last.
    seen: Array2<f64>,
}

impl Trajectory {
    /// `start` is V·w₀ and, with momentum, V·v₀, a row each.
    pub(crate) fn new(start: Array2<f64>, n: usize, d: usize) -> Self {
        let (count, m) = start.dim();
        let (directions, combinations, products) =
            (Array2::zeros((0, n)), Array2::zeros((0, d)), Array2::zeros((0, m)));
        let points = Array2::zeros((0, n + count + 1));
        Self { directions, combinations, products, start, seen: points.clone(), points }
    }

    /// Records a point for [`logits`](Self::logits).
    pub(crate) fn push(&mut self, point: &ArrayRef1<f64>) {
        self.points.push_row(point.view()).expect("a point");
    }

    /// Returns the validation logits at the points recorded since the last call, in order: shape (points, m). Given new
    /// directions Q, `along` returns Q·X and Q·X·Vᵀ.
    pub(crate) fn logits(&mut self, along: impl FnOnce(&ArrayRef2<f32>) -> (Array2<f32>, Array2<f64>)) -> Array2<f32> {
        let (n, none) = (self.directions.ncols(), Array2::zeros((0, self.points.ncols())));
        let seen = mem::replace(&mut self.points, none);
        let alphas = seen.slice(s![.., ..n]);
        for points in alphas.axis_chunks_iter(Axis(0), POINTS) {
            self.add_directions(&points);
        }
        let new = self.directions.slice(s![self.products.nrows().., ..]).mapv(|q| q as f32);
        let (combinations, products) = along(&new);
        self.combinations.append(Axis(0), combinations.view()).expect("d numbers each");
        self.products.append(Axis(0), products.view()).expect("m numbers each");
        let mut logits = Array2::zeros((seen.nrows(), self.start.ncols()));
        let chunks = logits.axis_chunks_iter_mut(Axis(0), POINTS).into_par_iter();
        chunks.zip(seen.axis_chunks_iter(Axis(0), POINTS)).for_each(|(mut logits, points)| {
            let (alphas, others) = points.split_at(Axis(1), n);
            let (others, bias) = others.split_at(Axis(1), self.start.nrows());
            let moved = alphas.dot(&self.directions.t()).dot(&self.products);
            logits.assign(&(moved + others.dot(&self.start) + bias).mapv(|z| z as f32));
        });
        self.seen = seen;
        logits
    }

    /// Returns a point of those whose logits were computed last.
    pub(crate) fn seen(&self, row: usize) -> ArrayView1<'_, f64> {
        self.seen.row(row)
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
    use ndarray::array;

    use super::*;

    #[test]
    fn what_weight_decay_leaves_of_alpha_may_have_no_square() {
        let x = Array2::ones((4, 9));
        for tiny in [0.0, 1e-300, 1e-160, 1e-150, 1e-140] {
            let mut trajectory = Trajectory::new(Array2::zeros((1, 4)), 4, 9);
            trajectory.push(&array![tiny, tiny, tiny, tiny, 1.0, 2.0]);
            trajectory.push(&array![tiny, -tiny, 0.0, tiny, 1.0, -2.0]);
            let logits = trajectory.logits(|q| product::combinations_and_products(&x, &x, q));
            assert!(logits.row(0).iter().all(|&z| z > 1.9) && logits.row(1).iter().all(|&z| z < -1.9), "{tiny}");
        }
    }
}
