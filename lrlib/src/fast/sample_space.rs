//! The same gradient descent with n numbers instead of d: why 100 epochs need no more than two passes over the pixels.
//!
//! Every gradient is a linear combination of the samples, ∂L/∂w = Xᵀe with e = (ŷ − y)/n. So after any number of steps,
//! the weight is where it began plus a combination of samples:
//!
//! > w = c·w₀ + Xᵀα,  and a step is  α ← (1 − ηλ)·α − η·e,  c ← (1 − ηλ)·c.
//!
//! The velocity v of momentum, which began at v₀, is a sum of such gradients. So both are combinations of the samples, w₀ and
//! v₀, and have n + 2 coefficients each, (α, c, d): w = Xᵀα + c·w₀ + d·v₀. Every step of any optimizer that only adds and
//! scales w, v and gradients is the same step with these coefficients, and with the bias as the last number.
//!
//! The logits need no w either: z = X·w + b = K·α + c·X·w₀ + d·X·v₀ + b with the **Gram matrix**
//! K = X·Xᵀ, n × n. Computed once, it
//! reduces an epoch from n·d multiplications to n². Nothing is approximated: the iterates are the same, only the
//! rounding differs. The sums over d and all that follows are kept in f64, because α is small and K large.
//!
//! K itself is large where pictures are bright, its entries all similar, and logits are small differences of them. So its
//! means, uᵢ of each row and ū of all, are subtracted and kept in f64, and the rest can be kept in f32:
//!
//! > Kᵢⱼ = Rᵢⱼ + uᵢ + uⱼ − ū,  K·α = R·α + u·Σα + (u·α − ū·Σα)

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, Axis, s};

use super::{
    memory,
    product::{self, LANES},
    trajectory::Trajectory,
};

/// w₀ and, with momentum, v₀: weight and bias each.
type Start<'a> = &'a [(&'a ArrayRef1<f32>, f32)];

/// A model in training, expressed through its samples.
pub(crate) struct SampleSpace {
    /// R, each row with zeros up to a whole number of vectors.
    rest: Array2<f32>,
    /// u.
    means: Array1<f64>,
    /// X·w₀ and, with momentum, X·v₀, a row each.
    start: Array2<f64>,
    /// (α, c, d, b) of w and, with momentum, of v, a row each; d only with momentum.
    points: Array2<f64>,
    with_bias: bool,
    /// For the validation samples, if there are any.
    trajectory: Option<Trajectory>,
}

impl SampleSpace {
    /// Takes the Gram matrix of the training samples, shape (n, n). Call [`begin`](Self::begin) next.
    pub(crate) fn new(mut gram: Array2<f64>) -> Self {
        let n = gram.nrows();
        let means = gram.sum_axis(Axis(1)) / n as f64;
        let mean = means.sum() / n as f64;
        for (mut row, u) in gram.rows_mut().into_iter().zip(&means) {
            row.zip_mut_with(&means, |k, u_j| *k += mean - u - u_j);
        }
        let mut rest = memory::zeros(n, n.next_multiple_of(LANES));
        rest.slice_mut(s![.., ..n]).zip_mut_with(&gram, |rest, &k| *rest = k as f32);
        let (start, points) = (Array2::zeros((1, n)), Array2::zeros((1, n + 2)));
        Self { rest, means, start, points, with_bias: false, trajectory: None }
    }

    /// Starts from w₀ and v₀, with a bias or without, given the [`products`] of the training samples with them, and of the
    /// validation samples.
    pub(crate) fn begin(&mut self, from: Start<'_>, bias: bool, start: Array2<f64>, val_start: Option<Array2<f64>>) {
        let (n, count) = (self.means.len(), from.len());
        self.points = Array2::zeros((count, n + count + 1));
        for (i, &(_, b)) in from.iter().enumerate() {
            (self.points[[i, n + i]], self.points[[i, n + count]]) = (1.0, f64::from(b));
        }
        (self.start, self.with_bias) = (start, bias);
        self.trajectory = val_start.map(|start| Trajectory::new(start, n, from[0].0.len()));
    }

    /// Returns the logits of the training samples.
    pub(crate) fn logits(&self) -> Array1<f32> {
        let n = self.means.len();
        let (alpha, others) = self.points.row(0).split_at(Axis(0), n);
        // R is symmetric: a combination of its rows is its product.
        let mut z = Array2::zeros((1, self.rest.ncols()));
        product::combine(&mut z, &self.rest, &alpha.mapv(|a| a as f32).insert_axis(Axis(0)));
        let sum = alpha.sum();
        let level = self.means.dot(&alpha) - self.means.sum() / n as f64 * sum + others[others.len() - 1];
        let mut z = z.row(0).slice(s![..n]).mapv(f64::from);
        z.scaled_add(sum, &self.means);
        for (start, &c) in self.start.rows().into_iter().zip(others) {
            z.scaled_add(c, &start);
        }
        z.mapv(|z| (z + level) as f32)
    }

    /// Takes one step of [`Sgd`](crate::optim::Sgd) against the gradient of the loss at these predictions.
    pub(crate) fn step(
        &mut self,
        y_hat: &ArrayRef1<f32>,
        y: &ArrayRef1<f32>,
        learning_rate: f32,
        weight_decay: f32,
        momentum: f32,
        nesterov: bool,
    ) {
        let (n, last) = (y.len(), self.points.ncols() - 1);
        let (mut weight, mut velocity) = self.points.view_mut().split_at(Axis(0), 1);
        let error = (y_hat - y).mapv(f64::from) / n as f64;
        let mut step = f64::from(weight_decay) * &weight.row(0);
        step[last] = if self.with_bias { error.sum() } else { 0.0 };
        step.slice_mut(s![..n]).scaled_add(1.0, &error);
        for mut velocity in velocity.rows_mut() {
            velocity *= f64::from(momentum);
            velocity += &step;
            if nesterov {
                step.scaled_add(f64::from(momentum), &velocity);
            } else {
                step.assign(&velocity);
            }
        }
        weight.row_mut(0).scaled_add(-f64::from(learning_rate), &step);
        if let Some(trajectory) = &mut self.trajectory {
            trajectory.push(&weight.row(0));
        }
    }

    /// Returns the validation logits after each step since the last call, a row each: shape (steps, m).
    /// Given directions Q, `along` returns Q·X and Q·X·Vᵀ.
    pub(crate) fn val_logits(
        &mut self,
        along: impl FnOnce(&ArrayRef2<f32>) -> (Array2<f32>, Array2<f64>),
    ) -> Array2<f32> {
        self.trajectory.as_mut().expect("begin was given the validation samples").logits(along)
    }

    /// Returns weight and bias, given w₀ and v₀: as they are now, or as they were at this row of the logits that
    /// [`val_logits`](Self::val_logits) returned last. With validation samples, `val_logits` comes first.
    pub(crate) fn weight(&self, row: Option<usize>, start: Start<'_>, x: &ArrayRef2<f32>) -> (Array1<f32>, f32) {
        let trajectory = self.trajectory.as_ref();
        let seen = trajectory.zip(row).map(|(trajectory, row)| trajectory.seen(row));
        let point = seen.unwrap_or_else(|| self.points.row(0));
        let alpha = point.slice(s![..x.nrows()]);
        let sum = trajectory.map_or_else(|| combination(x, &alpha), |trajectory| trajectory.combination(&alpha));
        vector(sum, &point, start)
    }

    /// Returns the velocity and that of the bias, given w₀ and v₀. There must be momentum.
    pub(crate) fn velocity(&self, start: Start<'_>, x: &ArrayRef2<f32>) -> (Array1<f32>, f32) {
        let point = self.points.row(1);
        // Not from the directions of α, which may be much longer: the digits would be lost.
        vector(combination(x, &point.slice(s![..x.nrows()])), &point, start)
    }
}

/// Returns X·w₀ and, with momentum, X·v₀, a row each.
pub(crate) fn products(x: &ArrayRef2<f32>, from: Start<'_>) -> Array2<f64> {
    let mut products = Array2::zeros((from.len(), x.nrows()));
    for (mut row, (w, _)) in products.rows_mut().into_iter().zip(from) {
        if w.iter().any(|&w| w != 0.0) {
            row.assign(&product::product(x, w).mapv(f64::from));
        }
    }
    products
}

/// Returns Xᵀα.
fn combination(x: &ArrayRef2<f32>, alpha: &ArrayRef1<f64>) -> Array1<f32> {
    product::transposed_product(x, &alpha.mapv(|a| a as f32))
}

/// Adds c·w₀ and d·v₀ to Xᵀα; returns the sum, and b.
fn vector(mut sum: Array1<f32>, point: &ArrayRef1<f64>, start: Start<'_>) -> (Array1<f32>, f32) {
    let last = point.len() - 1;
    for ((w, _), &c) in start.iter().zip(point.iter().skip(last - start.len())) {
        sum.scaled_add(c as f32, w);
    }
    (sum, point[last] as f32)
}

/// Returns whether sample space costs less than feature space for n training samples, m validation samples and d features.
/// The cost is counted in multiplications that wait for memory.
///
/// An epoch over the pixels reads all of them three times (forward, backward, val). The Gram matrix does far more
/// arithmetic per number it reads: a multiplication there costs about a sixth (two cores of an Intel Xeon, 244 + 153
/// pictures: 10.1 billion in 0.13 s, against 9.6 billion in 0.60 s over bytes). The weight and the validation logits at the
/// end take as long as two epochs there, or less.
pub(crate) fn pays(n: usize, m: usize, d: usize, epochs: usize) -> bool {
    let [n, m, d, epochs] = [n, m, d, epochs].map(|count| count as f64);
    let over_pixels = (2.0 * n + m) * d;
    let in_sample_space = n * n / 2.0 * d / 6.0 + 2.0 * over_pixels + epochs * n * n;
    n <= d && in_sample_space < epochs * over_pixels
}
