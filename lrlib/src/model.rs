//! Logistic regression, one neuron: ŷ = σ(x·w + b).
//!
//! The pieces of `torch.nn.Linear(d, 1)`, a sigmoid, `loss.backward()` and `torch.optim.SGD`, with every gradient
//! by hand. Only [`step`](LogisticRegression::step) and [`load`](LogisticRegression::load) change the model.

use std::path::Path;

use ndarray::{Array1, ArrayRef1, ArrayRef2};
use ndarray_rand::{
    RandomExt,
    rand::{SeedableRng, rngs::StdRng},
    rand_distr::Normal,
};

use crate::{
    Error, Pixel, Result,
    safetensors::{self, Tensor},
};

/// σ(z) = 1 / (1 + e^−z), in [0, 1]; split by the sign of z so that e is never raised to a positive power.
#[must_use]
pub fn sigmoid(z: f32) -> f32 {
    let e = (-z.abs()).exp();
    if z >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
}

/// One weight per feature and, unless left out, a bias.
#[derive(Clone, PartialEq)]
pub struct LogisticRegression {
    /// w, shape (d).
    pub weight: Array1<f32>,
    /// b; `None` for a model without, as `nn.Linear(d, 1, bias=False)`.
    pub bias: Option<f32>,
}

/// Where the loss rises fastest: ∂L/∂w and ∂L/∂b.
#[derive(Clone, PartialEq)]
pub struct Gradients {
    /// ∂L/∂w, shape (d).
    pub weight: Array1<f32>,
    /// ∂L/∂b, also of a model without bias: it is then not used.
    pub bias: f32,
}

impl LogisticRegression {
    /// All zeros, as in the tutorial: every picture gets ½.
    #[must_use]
    pub fn new(num_features: usize) -> Self {
        Self { weight: Array1::zeros(num_features), bias: Some(0.0) }
    }

    /// Weights drawn from a normal distribution around 0 with standard deviation `std`; bias 0.
    ///
    /// # Errors
    /// [`Error::Config`] if `std` is negative or not finite.
    pub fn normal(num_features: usize, std: f32, seed: u64) -> Result<Self> {
        let normal = Normal::new(0.0, std)
            .ok()
            .filter(|_| std >= 0.0 && std.is_finite())
            .ok_or_else(|| Error::Config(format!("a standard deviation is 0 or above, not {std}")))?;
        let weight = Array1::random_using(num_features, normal, &mut StdRng::seed_from_u64(seed));
        Ok(Self { weight, bias: Some(0.0) })
    }

    /// The same model without its bias.
    #[must_use]
    pub fn without_bias(self) -> Self {
        Self { bias: None, ..self }
    }

    /// d, the number of weights.
    #[must_use]
    pub fn num_features(&self) -> usize {
        self.weight.len()
    }

    /// z = X·w + b. Shapes (n, d) → (n).
    ///
    /// # Panics
    /// If `x` has not d columns.
    #[must_use]
    #[track_caller]
    pub fn logits<P: Pixel>(&self, x: &ArrayRef2<P>) -> Array1<f32> {
        P::product(x, &self.weight) + self.bias.unwrap_or(0.0)
    }

    /// ŷ = σ(X·w + b), the probability of class 1. Shapes (n, d) → (n).
    ///
    /// # Panics
    /// If `x` has not d columns.
    #[must_use]
    #[track_caller]
    pub fn forward(&self, x: &ArrayRef2<impl Pixel>) -> Array1<f32> {
        self.logits(x).mapv_into(sigmoid)
    }

    /// ∂L/∂w = Xᵀ·(ŷ − y)/n and ∂L/∂b = Σ(ŷ − y)/n, where L is the binary cross-entropy.
    ///
    /// # Panics
    /// If `x`, `y_hat` and `y` have not n rows each, or `x` has not d columns.
    #[must_use]
    #[track_caller]
    pub fn backward<P: Pixel>(&self, x: &ArrayRef2<P>, y_hat: &ArrayRef1<f32>, y: &ArrayRef1<f32>) -> Gradients {
        assert_eq!(x.ncols(), self.num_features(), "x has {} features, the model {}", x.ncols(), self.num_features());
        assert_eq!(y_hat.len(), y.len(), "{} predictions, but {} labels", y_hat.len(), y.len());
        let error = (y_hat - y) / y.len() as f32;
        Gradients { weight: P::transposed_product(x, &error), bias: error.sum() }
    }

    /// One step downhill: w ← w − η·∂L/∂w, b ← b − η·∂L/∂b, η the `learning_rate`.
    ///
    /// # Panics
    /// If the gradient has not d numbers.
    #[track_caller]
    pub fn step(&mut self, grads: &Gradients, learning_rate: f32) {
        let (d, g) = (self.num_features(), grads.weight.len());
        assert_eq!(d, g, "the model has {d} features, the gradient {g}");
        self.weight.scaled_add(-learning_rate, &grads.weight);
        if let Some(bias) = &mut self.bias {
            *bias -= learning_rate * grads.bias;
        }
    }

    /// The class of each row, 0.0 or 1.0: 1.0 where ŷ > ½. Shapes (n, d) → (n).
    ///
    /// # Panics
    /// If `x` has not d columns.
    #[must_use]
    #[track_caller]
    pub fn predict(&self, x: &ArrayRef2<impl Pixel>) -> Array1<f32> {
        self.logits(x).mapv_into(|z| if z > 0.0 { 1.0 } else { 0.0 })
    }

    /// Writes weight and bias as safetensors, under the names and shapes of `nn.Linear(d, 1)`:
    /// Python reads them with `linear.load_state_dict(safetensors.torch.load_file(path))`.
    ///
    /// # Errors
    /// [`Error::Io`]; an older file at `path` is then still whole.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        safetensors::write(path.as_ref(), "", &self.tensors())
    }

    /// Weight and bias as they stand in a file.
    pub(crate) fn tensors(&self) -> Vec<Tensor> {
        let bias = self.bias.map(|bias| ("bias", vec![1], vec![bias]));
        [("weight", vec![1, self.num_features()], self.weight.to_vec())].into_iter().chain(bias).collect()
    }

    /// Takes over weight and bias from a file that [`save`](Self::save) or Python wrote.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Model`] if the file is no model, one of another size, or has a bias where this
    /// one has none, or the other way round; the model is then unchanged.
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let mut tensors = safetensors::read(path)?.tensors;
        let (weight, bias) = (tensors.remove("weight"), tensors.remove("bias"));
        let weight =
            weight.ok_or_else(|| Error::model(path, "it holds no tensor \"weight\"; save it from a linear layer"))?;
        if weight.len() != self.num_features() {
            let (theirs, ours) = (weight.len(), self.num_features());
            return Err(Error::model(
                path,
                format!("it has {theirs} weights, this model {ours}; load it into one of its size"),
            ));
        }
        let bias = match (bias.as_deref(), self.bias) {
            (Some(&[bias]), Some(_)) => Some(bias),
            (None, None) => None,
            (Some(_), None) => return Err(Error::model(path, "it has a bias, this model has none")),
            _ => return Err(Error::model(path, "it has no single bias, this model has one; use without_bias()")),
        };
        (self.weight, self.bias) = (Array1::from(weight), bias);
        Ok(())
    }
}

/// `LogisticRegression(150528 weights, bias 0.0012)`
impl std::fmt::Debug for LogisticRegression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.bias {
            Some(bias) => write!(f, "LogisticRegression({} weights, bias {bias})", self.num_features()),
            None => write!(f, "LogisticRegression({} weights, no bias)", self.num_features()),
        }
    }
}

/// `Gradients(150528 weights of norm 8.1, bias -0.004)`
impl std::fmt::Debug for Gradients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let norm = self.weight.dot(&self.weight).sqrt();
        write!(f, "Gradients({} weights of norm {norm}, bias {})", self.weight.len(), self.bias)
    }
}
