//! The validation logits of all epochs, and the weight at the end, from one more look at the pixels.
//!
//! After each epoch the validation samples, the rows of V, have the logits z = V·w + b = c·V·w₀ + V·Xᵀ·α + b. Multiplying each of
//! them with each training sample would cost more than the Gram matrix itself. But α moves on a smooth path: all its places
//! lie, up to rounding, in the span of a few directions, ten or so for 100 epochs. With these as the rows of Q, α = Qᵀ·p, so
//!
//! > z = c·V·w₀ + (V·Xᵀ·Qᵀ)·p + b,
//!
//! and the product in brackets takes as long as one or two epochs over the pixels. On the way to it stands Q·X, which gives
//! the weight too: w = c·w₀ + (Q·X)ᵀ·p. The directions are found with Gram and Schmidt's method, taking the place farthest
//! from those so far as the next.

use std::mem;

use ndarray::{Array1, Array2, ArrayRef1, ArrayView1, ArrayView2, Axis, Zip, s};
use rayon::prelude::*;

use crate::{Batch, accuracy, linear, sigmoid};

/// What of α may lie beside the directions, against its length: about what it loses when it is rounded to `f32`.
const NEGLIGIBLE: f64 = 1e-7;
/// Squares below have too few digits: of α, the weight decay has left nothing by then.
const NOTHING: f64 = 1e-290;
/// Places looked at together.
const PLACES: usize = 128;

/// Where α has been.
pub(crate) struct Trajectory {
    /// Q, shape (r, n): orthogonal rows of length 1.
    directions: Array2<f64>,
    /// Q·X, shape (r, d), without the directions that are new.
    mixtures: Array2<f32>,
    /// Q·X·Vᵀ, shape (r, m), without the directions that are new.
    products: Array2<f64>,
    /// V·w₀, m numbers.
    start: Array1<f64>,
    /// The places whose logits are still to come, n numbers each, and c and b there.
    alphas: Array2<f64>,
    others: Vec<(f64, f64)>,
}

impl Trajectory {
    /// `start` is V·w₀.
    pub(crate) fn new(start: Array1<f64>, train: &Batch) -> Self {
        let (directions, products) = (Array2::zeros((0, train.num_samples())), Array2::zeros((0, start.len())));
        let (mixtures, alphas) = (Array2::zeros((0, train.num_features())), directions.clone());
        Self { directions, mixtures, products, start, alphas, others: Vec::new() }
    }

    /// Keeps a place for [`accuracies`](Self::accuracies).
    pub(crate) fn note(&mut self, alpha: &ArrayRef1<f64>, shrink: f64, bias: f64) {
        self.alphas.push_row(alpha.view()).expect("n numbers");
        self.others.push((shrink, bias));
    }

    /// The accuracies on `val` at the places kept since the last call, in order.
    pub(crate) fn accuracies(&mut self, train: &Batch, val: &Batch) -> Vec<f32> {
        let none = Array2::zeros((0, self.alphas.ncols()));
        let (alphas, others) = (mem::replace(&mut self.alphas, none), mem::take(&mut self.others));
        for places in alphas.axis_chunks_iter(Axis(0), PLACES) {
            self.take_directions(&places);
        }
        let new = self.directions.slice(s![self.products.nrows().., ..]).mapv(|q| q as f32);
        let (mixtures, products) = linear::mixtures_and_products(&val.x, &train.x, &new);
        self.mixtures.append(Axis(0), mixtures.view()).expect("d numbers each");
        self.products.append(Axis(0), products.view()).expect("m numbers each");
        let chunks = alphas.axis_chunks_iter(Axis(0), PLACES).into_par_iter().zip(others.par_chunks(PLACES));
        chunks.flat_map_iter(|(places, others)| self.accuracies_at(&places, others, &val.y)).collect()
    }

    fn accuracies_at(&self, places: &ArrayView2<'_, f64>, others: &[(f64, f64)], y: &ArrayRef1<f32>) -> Vec<f32> {
        let mixed = places.dot(&self.directions.t()).dot(&self.products);
        let of_place = |(z, &(shrink, bias)): (ArrayView1<'_, f64>, &(f64, f64))| {
            let z = Zip::from(z).and(&self.start).map_collect(|z, start| (z + shrink * start + bias) as f32);
            accuracy(&z.mapv_into(sigmoid), y)
        };
        mixed.rows().into_iter().zip(others).map(of_place).collect()
    }

    /// Xᵀ·α at one of the places that [`accuracies`](Self::accuracies) has looked at.
    pub(crate) fn mixture(&self, alpha: &ArrayRef1<f64>) -> Array1<f32> {
        linear::transposed_product(&self.mixtures, &self.directions.dot(alpha).mapv(|p| p as f32))
    }

    /// Adds directions until all these places lie among them.
    fn take_directions(&mut self, places: &ArrayView2<'_, f64>) {
        let squares = places.map_axis(Axis(1), |place| place.dot(&place));
        let along = places.dot(&self.directions.t()).map_axis(Axis(1), |along| along.dot(&along));
        // How far each lies beside the directions, as a square, by Pythagoras; above 0 where that counts.
        let mut beside = squares * (1.0 - NEGLIGIBLE * NEGLIGIBLE) - along;
        while let Some((row, &farthest)) = beside.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))
            && farthest > NOTHING
        {
            let mut direction = places.row(row).to_owned();
            // Twice, since what is left is small against the rounding.
            for _ in 0..2 {
                direction -= &direction.dot(&self.directions.t()).dot(&self.directions);
            }
            direction /= direction.dot(&direction).sqrt();
            beside.zip_mut_with(&places.dot(&direction), |beside, along| *beside -= along * along);
            self.directions.push_row(direction.view()).expect("n numbers");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_weight_decay_leaves_of_alpha_may_have_no_square() {
        let batch = Batch::new(Array2::ones((4, 9)), Array1::ones(4));
        for tiny in [0.0, 1e-300, 1e-160, 1e-150, 1e-140] {
            let mut trajectory = Trajectory::new(Array1::zeros(4), &batch);
            trajectory.note(&Array1::from_elem(4, tiny), 1.0, 2.0);
            trajectory.note(&Array1::from(vec![tiny, -tiny, 0.0, tiny]), 1.0, -2.0);
            // The bias alone decides.
            assert_eq!(trajectory.accuracies(&batch, &batch), [1.0, 0.0], "{tiny}");
        }
    }
}
