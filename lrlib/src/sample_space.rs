//! The same gradient descent, with n numbers in place of d: why 100 epochs need no more than two looks at the pixels.
//!
//! Every gradient is a mixture of the samples, ∂L/∂w = Xᵀe with e = (ŷ − y)/n. So whatever the number of steps, the weight is
//! where it began plus a mixture of samples:
//!
//! > w = c·w₀ + Xᵀα,  and a step is  α ← (1 − ηλ)·α − η·e,  c ← (1 − ηλ)·c.
//!
//! The logits need no w either: z = X·w + b = c·X·w₀ + K·α + b with the **Gram matrix** K = X·Xᵀ, n × n. Made once, it
//! brings an epoch from n·d multiplications down to n². Nothing is approximated: the iterates are the same, only the
//! rounding differs. The sums over d and all that follows are kept in f64, as α is small and K large.
//!
//! K itself is large where pictures are bright, all its entries about alike, and logits are small differences of it. So its
//! means, uᵢ of each row and ū of all, are taken out and kept in f64, and what is left can be kept in f32:
//!
//! > Kᵢⱼ = Rᵢⱼ + uᵢ + uⱼ − ū,  K·α = R·α + u·Σα + (u·α − ū·Σα)

use ndarray::{Array1, Array2, ArrayRef1, Axis, Zip, s};

use crate::{Batch, Epoch, LogisticRegression, gram::gram, linear, memory, trajectory::Trajectory};

/// A model under training, seen from its samples.
pub(crate) struct SampleSpace {
    /// R, each row with zeros up to a whole number of vectors.
    rest: Array2<f32>,
    /// u.
    means: Array1<f64>,
    /// X·w₀.
    start: Array1<f64>,
    alpha: Array1<f64>,
    shrink: f64,
    bias: Option<f64>,
    /// For the validation samples, if there are any.
    trajectory: Option<Trajectory>,
}

impl SampleSpace {
    /// Multiplies every sample with every other: the first look at the pixels.
    pub(crate) fn new(model: &LogisticRegression, train: &Batch, val: Option<&Batch>) -> Self {
        let n = train.num_samples();
        let mut gram = gram(&train.x);
        let means = gram.sum_axis(Axis(1)) / n as f64;
        let mean = means.sum() / n as f64;
        for (mut row, u) in gram.rows_mut().into_iter().zip(&means) {
            row.zip_mut_with(&means, |k, u_j| *k += mean - u - u_j);
        }
        let mut rest = memory::zeros(n, n.next_multiple_of(linear::LANES));
        rest.slice_mut(s![.., ..n]).zip_mut_with(&gram, |rest, &k| *rest = k as f32);
        let (start, alpha) = (Array1::zeros(n), Array1::zeros(n));
        let mut space = Self { rest, means, start, alpha, shrink: 1.0, bias: None, trajectory: None };
        space.begin(model, train, val);
        space
    }

    /// Takes this model for the start, with α = 0.
    pub(crate) fn begin(&mut self, model: &LogisticRegression, train: &Batch, val: Option<&Batch>) {
        let from_zeros = model.weight.iter().all(|&w| w == 0.0);
        let start = |part: &Batch| {
            let zeros = from_zeros.then(|| Array1::zeros(part.num_samples()));
            zeros.unwrap_or_else(|| linear::product(&part.x, &model.weight).mapv(f64::from))
        };
        self.start = start(train);
        self.alpha.fill(0.0);
        (self.shrink, self.bias) = (1.0, model.bias.map(f64::from));
        self.trajectory = val.map(|val| Trajectory::new(start(val), train));
    }

    /// The logits of the training samples.
    pub(crate) fn logits(&self) -> Array1<f32> {
        // R is symmetric: a mixture of its rows is its product.
        let mut z = Array2::zeros((1, self.rest.ncols()));
        linear::mix(&mut z, &self.rest, &self.alpha.mapv(|a| a as f32).insert_axis(Axis(0)));
        let sum = self.alpha.sum();
        let level = self.means.dot(&self.alpha) - self.means.mean().unwrap_or(0.0) * sum + self.bias.unwrap_or(0.0);
        Zip::from(z.row(0).slice(s![..self.alpha.len()]))
            .and(&self.means)
            .and(&self.start)
            .map_collect(|&z, u, start| (f64::from(z) + u * sum + self.shrink * start + level) as f32)
    }

    /// One step against the gradient of the loss at these predictions, and of λ/2·‖w‖².
    pub(crate) fn step(&mut self, y_hat: &ArrayRef1<f32>, y: &ArrayRef1<f32>, learning_rate: f32, weight_decay: f32) {
        let (rate, keep) = (f64::from(learning_rate), 1.0 - f64::from(learning_rate) * f64::from(weight_decay));
        let error = (y_hat - y).mapv(f64::from) / y.len() as f64;
        self.alpha *= keep;
        self.alpha.scaled_add(-rate, &error);
        self.shrink *= keep;
        self.bias = self.bias.map(|bias| bias - rate * error.sum());
        if let Some(trajectory) = &mut self.trajectory {
            trajectory.note(&self.alpha, self.shrink, self.bias.unwrap_or(0.0));
        }
    }

    /// Gives the epochs that have none their accuracies on `val`.
    pub(crate) fn catch_up(&mut self, train: &Batch, val: &Batch, epochs: &mut [Epoch]) {
        let Some(trajectory) = &mut self.trajectory else { return };
        let accuracies = trajectory.accuracies(train, val);
        for (epoch, accuracy) in epochs.iter_mut().rev().zip(accuracies.into_iter().rev()) {
            epoch.val_accuracy = Some(accuracy);
        }
    }

    /// Back to weights, w = c·w₀ + Xᵀα. With validation samples [`catch_up`](Self::catch_up) comes first.
    pub(crate) fn write_to(&self, model: &mut LogisticRegression, train: &Batch) {
        model.weight *= self.shrink as f32;
        let along = self.trajectory.as_ref().map(|trajectory| trajectory.mixture(&self.alpha));
        model.weight += &along.unwrap_or_else(|| linear::transposed_product(&train.x, &self.alpha.mapv(|a| a as f32)));
        model.bias = self.bias.map(|bias| bias as f32);
    }
}

/// Whether this path costs less, counted in multiplications that wait for memory.
///
/// An epoch over the pixels reads all of them three times (forward, backward, val). The Gram matrix does far more
/// arithmetic per number it reads: a multiplication there costs about a sixth (two cores of an Intel Xeon, 244 + 153
/// pictures: 10.1 billion in 0.13 s, against 9.6 billion in 0.60 s over bytes). The weight and the validation logits at the
/// end take as long as two epochs there, or less.
pub(crate) fn pays(train: &Batch, val: Option<&Batch>, epochs: usize) -> bool {
    let (n, d) = (train.num_samples() as f64, train.num_features() as f64);
    let m = val.map_or(0, Batch::num_samples) as f64;
    let (epochs, over_pixels) = (epochs as f64, (2.0 * n + m) * d);
    let in_sample_space = n * n / 2.0 * d / 6.0 + 2.0 * over_pixels + epochs * n * n;
    n <= d && in_sample_space < epochs * over_pixels
}
