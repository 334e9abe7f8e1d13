//! The same gradient descent with n numbers instead of d: why 100 epochs need no more than two passes over the pixels.
//!
//! Every gradient is a linear combination of the samples, ∂L/∂w = Xᵀe with e = (ŷ − y)/n. So after any number of steps,
//! the weight is where it began plus a combination of samples:
//!
//! > w = c·w₀ + Xᵀα,  and a step is  α ← (1 − ηλ)·α − η·e,  c ← (1 − ηλ)·c.
//!
//! The logits need no w either: z = X·w + b = c·X·w₀ + K·α + b with the **Gram matrix** K = X·Xᵀ, n × n. Computed once, it
//! reduces an epoch from n·d multiplications to n². Nothing is approximated: the iterates are the same, only the
//! rounding differs. The sums over d and all that follows are kept in f64, because α is small and K large.
//!
//! K itself is large where pictures are bright, its entries all similar, and logits are small differences of them. So its
//! means, uᵢ of each row and ū of all, are subtracted and kept in f64, and the rest can be kept in f32:
//!
//! > Kᵢⱼ = Rᵢⱼ + uᵢ + uⱼ − ū,  K·α = R·α + u·Σα + (u·α − ū·Σα)

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, Axis, Zip, s};

use super::{
    memory,
    product::{self, LANES},
    trajectory::Trajectory,
};

/// A model in training, expressed through its samples.
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
        let (start, alpha) = (Array1::zeros(n), Array1::zeros(n));
        Self { rest, means, start, alpha, shrink: 1.0, bias: None, trajectory: None }
    }

    /// Starts from this weight and bias, with α = 0; `val_x` are the validation samples, shape (m, d).
    pub(crate) fn begin(
        &mut self,
        weight: &ArrayRef1<f32>,
        bias: Option<f32>,
        x: &ArrayRef2<f32>,
        val_x: Option<&ArrayRef2<f32>>,
    ) {
        let from_zeros = weight.iter().all(|&w| w == 0.0);
        let product = |x: &ArrayRef2<f32>| product::product(x, weight).mapv(f64::from);
        let start = |x: &ArrayRef2<f32>| if from_zeros { Array1::zeros(x.nrows()) } else { product(x) };
        self.start = start(x);
        self.alpha.fill(0.0);
        (self.shrink, self.bias) = (1.0, bias.map(f64::from));
        self.trajectory = val_x.map(|val_x| Trajectory::new(start(val_x), x));
    }

    /// Returns the logits of the training samples.
    pub(crate) fn logits(&self) -> Array1<f32> {
        // R is symmetric: a combination of its rows is its product.
        let mut z = Array2::zeros((1, self.rest.ncols()));
        product::combine(&mut z, &self.rest, &self.alpha.mapv(|a| a as f32).insert_axis(Axis(0)));
        let (n, sum) = (self.alpha.len(), self.alpha.sum());
        let level = self.means.dot(&self.alpha) - self.means.sum() / n as f64 * sum + self.bias.unwrap_or(0.0);
        Zip::from(z.row(0).slice(s![..n]))
            .and(&self.means)
            .and(&self.start)
            .map_collect(|&z, u, start| (f64::from(z) + u * sum + self.shrink * start + level) as f32)
    }

    /// Takes one step against the gradient of the loss at these predictions, and of λ/2·‖w‖².
    pub(crate) fn step(&mut self, y_hat: &ArrayRef1<f32>, y: &ArrayRef1<f32>, learning_rate: f32, weight_decay: f32) {
        let (rate, keep) = (f64::from(learning_rate), 1.0 - f64::from(learning_rate) * f64::from(weight_decay));
        let error = (y_hat - y).mapv(f64::from) / y.len() as f64;
        self.alpha *= keep;
        self.alpha.scaled_add(-rate, &error);
        self.shrink *= keep;
        self.bias = self.bias.map(|bias| bias - rate * error.sum());
        if let Some(trajectory) = &mut self.trajectory {
            trajectory.push(&self.alpha, self.shrink, self.bias.unwrap_or(0.0));
        }
    }

    /// Returns the validation logits after each step since the last call, a row each: shape (steps, m).
    pub(crate) fn val_logits(&mut self, x: &ArrayRef2<f32>, val_x: &ArrayRef2<f32>) -> Array2<f32> {
        let trajectory = self.trajectory.as_mut().expect("begin was given the validation samples");
        trajectory.logits(x, val_x)
    }

    /// Writes weights back, w = c·w₀ + Xᵀα. With validation samples, [`val_logits`](Self::val_logits) comes first.
    pub(crate) fn write_to(&self, weight: &mut ArrayRef1<f32>, bias: &mut Option<f32>, x: &ArrayRef2<f32>) {
        let moved = self.trajectory.as_ref().map(|trajectory| trajectory.combination(&self.alpha));
        let moved = moved.unwrap_or_else(|| product::transposed_product(x, &self.alpha.mapv(|a| a as f32)));
        Zip::from(weight).and(&moved).for_each(|w, &moved| *w = *w * self.shrink as f32 + moved);
        *bias = self.bias.map(|bias| bias as f32);
    }
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
