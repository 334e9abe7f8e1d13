//! Logistic regression, one neuron: ŷ = σ(x·w + b).
//!
//! The parts of `torch.nn.Linear(d, 1)`, a sigmoid and `loss.backward()`, with every gradient by hand. The model changes
//! only in [`optim`](crate::optim), in [`train::fit`](crate::train::fit) and in
//! [`load`](LogisticRegression::load).

use std::fmt;

use ndarray::{Array1, ArrayRef1, ArrayRef2};
use ndarray_rand::{
    RandomExt,
    rand::{SeedableRng, rngs::StdRng},
    rand_distr::Normal,
};

use super::sigmoid::sigmoid;
use crate::{
    error::{Error, Result},
    fast::pixel::Pixel,
};

/// One weight per feature and, unless left out, a bias.
#[derive(Clone, PartialEq)]
pub struct LogisticRegression {
    /// w, shape (d).
    pub weight: Array1<f32>,
    /// b; `None` for a model without, as `nn.Linear(d, 1, bias=False)`.
    pub bias: Option<f32>,
}

/// The direction in which the loss rises fastest: ∂L/∂w and ∂L/∂b.
#[derive(Clone, PartialEq)]
pub struct Gradients {
    /// ∂L/∂w, shape (d).
    pub weight: Array1<f32>,
    /// ∂L/∂b; a model without bias does not use it.
    pub bias: f32,
}

impl LogisticRegression {
    /// Returns a model of zeros, as in the tutorial: every picture gets ½.
    #[must_use]
    pub fn new(num_features: usize) -> Self {
        Self { weight: Array1::zeros(num_features), bias: Some(0.0) }
    }

    /// Returns a model with weights drawn from a normal distribution around 0 with standard deviation `std`, and bias 0.
    ///
    /// # Errors
    /// [`Error::Config`] if `std` is negative or not finite.
    pub fn normal(num_features: usize, std: f32, seed: u64) -> Result<Self> {
        let normal = Normal::new(0.0, std)
            .ok()
            .filter(|_| std >= 0.0 && std.is_finite())
            .ok_or_else(|| Error::Config(format!("the standard deviation is {std}: use 0 or more")))?;
        let weight = Array1::random_using(num_features, normal, &mut StdRng::seed_from_u64(seed));
        Ok(Self { weight, bias: Some(0.0) })
    }

    /// Returns the same model without its bias.
    #[must_use]
    pub fn without_bias(self) -> Self {
        Self { bias: None, ..self }
    }

    /// Returns d, the number of weights.
    #[must_use]
    pub fn num_features(&self) -> usize {
        self.weight.len()
    }

    /// Returns z = X·w + b. Shapes (n, d) → (n). A `u8` in `x` stands for the feature ÷ 255.
    ///
    /// # Panics
    /// If `x` does not have d columns.
    #[must_use]
    #[track_caller]
    pub fn logits<P: Pixel>(&self, x: &ArrayRef2<P>) -> Array1<f32> {
        P::product(x, &self.weight) + self.bias.unwrap_or(0.0)
    }

    /// Returns ŷ = σ(X·w + b), the probability of class 1. Shapes (n, d) → (n). A `u8` in `x` stands for the feature ÷ 255.
    ///
    /// # Panics
    /// If `x` does not have d columns.
    #[must_use]
    #[track_caller]
    pub fn forward(&self, x: &ArrayRef2<impl Pixel>) -> Array1<f32> {
        self.logits(x).mapv_into(sigmoid)
    }

    /// Returns ∂L/∂w = Xᵀ·(ŷ − y)/n and ∂L/∂b = Σ(ŷ − y)/n, where L is the binary cross-entropy. A `u8` in `x` stands for
    /// the feature ÷ 255.
    ///
    /// # Panics
    /// If `x`, `y_hat` and `y` do not have n rows each, or `x` does not have d columns.
    #[must_use]
    #[track_caller]
    pub fn backward<P: Pixel>(&self, x: &ArrayRef2<P>, y_hat: &ArrayRef1<f32>, y: &ArrayRef1<f32>) -> Gradients {
        assert_eq!(x.ncols(), self.num_features(), "x has {} features, the model {}", x.ncols(), self.num_features());
        assert_eq!(y_hat.len(), y.len(), "{} predictions, but {} labels", y_hat.len(), y.len());
        let error = (y_hat - y) / y.len() as f32;
        Gradients { weight: P::transposed_product(x, &error), bias: error.sum() }
    }

    /// Returns the class of each row, 0.0 or 1.0: 1.0 where ŷ > ½. Shapes (n, d) → (n).
    ///
    /// # Panics
    /// If `x` does not have d columns.
    #[must_use]
    #[track_caller]
    pub fn predict(&self, x: &ArrayRef2<impl Pixel>) -> Array1<f32> {
        self.forward(x).mapv_into(|y_hat| if y_hat > 0.5 { 1.0 } else { 0.0 })
    }
}

/// `LogisticRegression(150528 weights, bias 0.0012)`
impl fmt::Debug for LogisticRegression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bias {
            Some(bias) => write!(f, "LogisticRegression({} weights, bias {bias})", self.num_features()),
            None => write!(f, "LogisticRegression({} weights, no bias)", self.num_features()),
        }
    }
}

/// `Gradients(150528 weights of norm 8.1, bias -0.004)`
impl fmt::Debug for Gradients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let norm = self.weight.dot(&self.weight).sqrt();
        write!(f, "Gradients({} weights of norm {norm}, bias {})", self.weight.len(), self.bias)
    }
}
