//! The same gradient descent, with n numbers in place of d: why 100 epochs need no more than one look at the pixels.
//!
//! Every gradient is a mixture of the samples, ∂L/∂w = Xᵀe with e = (ŷ − y)/n. So whatever the number of steps, the weight is
//! where it began plus a mixture of samples:
//!
//! > w = c·w₀ + Xᵀα,  and a step is  α ← (1 − ηλ)·α − η·e,  c ← (1 − ηλ)·c.
//!
//! The logits need no w either: z = X·w + b = c·X·w₀ + K·α + b with the **Gram matrix** K = X·Xᵀ, n × n. Made once, it
//! brings an epoch from n·d multiplications down to n². Nothing is approximated: the iterates are the same, only the
//! rounding differs. The sums over d and all that follows are kept in f64, as α is small and K large.

//! K itself is large where pictures are bright, all its entries about alike, and logits are small differences of it. So its
//! means, uᵢ of each row and ū of all, are taken out and kept in f64, and what is left can be kept in f32:
//!
//! > Kᵢⱼ = Rᵢⱼ + uᵢ + uⱼ − ū,  K·α = R·α + u·Σα + (u·α − ū·Σα)

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayRef1, Axis, s};

use crate::{Batch, LogisticRegression, gram::gram, linear};

/// A model under training, seen from its samples.
pub(crate) struct SampleSpace {
    /// R; below the n rows of the training samples those of the validation samples.
    rest: Array2<f32>,
    /// u, likewise.
    means: Array1<f64>,
    /// X·w₀, likewise.
    start: Array1<f64>,
    pub(crate) alpha: Array1<f64>,
    pub(crate) shrink: f64,
    pub(crate) bias: Option<f64>,
}

impl SampleSpace {
    /// Multiplies every sample with every other: the one look at the pixels.
    pub(crate) fn new(model: &LogisticRegression, train: &Batch, val: Option<&Batch>) -> Self {
        let n = train.num_samples();
        let mut gram = gram(&train.x, val.map(|val| &*val.x));
        let means = gram.sum_axis(Axis(1)) / n as f64;
        let mean = means.slice(s![..n]).sum() / n as f64;
        for (mut row, u) in gram.rows_mut().into_iter().zip(&means) {
            row.zip_mut_with(&means.slice(s![..n]), |k, u_j| *k += mean - u - u_j);
        }
        let mut start = Array1::zeros(gram.nrows());
        if model.weight.iter().any(|&w| w != 0.0) {
            let parts = [Some(train), val].into_iter().flatten();
            let logits = parts.flat_map(|part| linear::product(&part.x, &model.weight));
            start = logits.map(f64::from).collect();
        }
        let bias = model.bias.map(f64::from);
        // Zeros up to a whole number of vectors.
        let mut rest = Array2::zeros((gram.nrows(), n.next_multiple_of(linear::LANES)));
        rest.slice_mut(s![.., ..n]).zip_mut_with(&gram, |rest, &k| *rest = k as f32);
        Self { rest, means, start, alpha: Array1::zeros(n), shrink: 1.0, bias }
    }

    /// The logits of the training samples.
    pub(crate) fn logits(&self) -> Array1<f32> {
        self.logits_of(0..self.alpha.len())
    }

    /// The logits of the validation samples.
    pub(crate) fn val_logits(&self) -> Array1<f32> {
        self.logits_of(self.alpha.len()..self.rest.nrows())
    }

    fn logits_of(&self, rows: Range<usize>) -> Array1<f32> {
        let mut alpha = Array1::zeros(self.rest.ncols());
        alpha.slice_mut(s![..self.alpha.len()]).assign(&self.alpha.mapv(|a| a as f32));
        let mut z = linear::small_product(&self.rest.slice(s![rows.clone(), ..]), &alpha);
        let of_train = self.means.slice(s![..self.alpha.len()]);
        let sum = self.alpha.sum();
        let level = of_train.dot(&self.alpha) - of_train.mean().unwrap_or(0.0) * sum + self.bias.unwrap_or(0.0);
        let others = self.means.slice(s![rows.clone()]).into_iter().zip(self.start.slice(s![rows]));
        for (z, (u, start)) in z.iter_mut().zip(others) {
            *z = (f64::from(*z) + u * sum + self.shrink * start + level) as f32;
        }
        z
    }

    /// One step against the gradient of the loss at these predictions, and of λ/2·‖w‖².
    pub(crate) fn step(&mut self, y_hat: &ArrayRef1<f32>, y: &ArrayRef1<f32>, learning_rate: f32, weight_decay: f32) {
        let (rate, keep) = (f64::from(learning_rate), 1.0 - f64::from(learning_rate) * f64::from(weight_decay));
        let error = (y_hat - y).mapv(f64::from) / y.len() as f64;
        self.alpha *= keep;
        self.alpha.scaled_add(-rate, &error);
        self.shrink *= keep;
        if let Some(bias) = &mut self.bias {
            *bias -= rate * error.sum();
        }
    }

    /// Back to weights, w = c·w₀ + Xᵀα: the second look at the pixels.
    pub(crate) fn write_to(&self, model: &mut LogisticRegression, train: &Batch) {
        model.weight *= self.shrink as f32;
        model.weight += &linear::transposed_product(&train.x, &self.alpha.mapv(|a| a as f32));
        model.bias = self.bias.map(|bias| bias as f32);
    }
}

/// Whether this path costs less, counted in multiplications that wait for memory.
///
/// An epoch over the pixels reads all of them three times (forward, backward, val). The Gram matrix does far more
/// arithmetic per number it reads: a multiplication there costs a fifth, and less (two cores of an AMD EPYC 7003,
/// 244 + 153 pictures: 10.1 billion in 0.1 s, or 0.2 s where they are no levels, against 9.6 billion in 1.3 s over the
/// pixels).
pub(crate) fn pays(train: &Batch, val: Option<&Batch>, epochs: usize) -> bool {
    let (n, d) = (train.num_samples() as f64, train.num_features() as f64);
    let (m, epochs) = (val.map_or(0, Batch::num_samples) as f64, epochs as f64);
    let over_pixels = epochs * (2.0 * n + m) * d;
    let gram = n * (n / 2.0 + m) * d / 5.0;
    let in_sample_space = gram + (2.0 * n + m) * d + epochs * n * (n + m);
    n + m <= d && in_sample_space < over_pixels
}
