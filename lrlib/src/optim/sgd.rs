//! Gradient descent.

use ndarray::Zip;

use crate::nn::{Gradients, LogisticRegression};

/// Steps against the gradient: `torch.optim.SGD`.
///
/// ```
/// use lrlib::{nn, ndarray::array, optim};
/// let mut model = nn::LogisticRegression { weight: array![1.0], bias: Some(0.5) };
/// optim::Sgd::new(0.5).step(&mut model, &nn::Gradients { weight: array![4.0], bias: 1.0 });
/// assert_eq!(model, nn::LogisticRegression { weight: array![-1.0], bias: Some(0.0) });
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sgd {
    /// η, the length of a step relative to the gradient.
    pub learning_rate: f32,
    /// λ: every gradient of the weight gets λ·w added, as with PyTorch's `weight_decay`; the bias does not.
    pub weight_decay: f32,
}

impl Sgd {
    /// Returns plain gradient descent with this learning rate, without weight decay.
    #[must_use]
    pub fn new(learning_rate: f32) -> Self {
        Self { learning_rate, weight_decay: 0.0 }
    }

    /// Takes one step: w ← w − η·(∂L/∂w + λ·w), b ← b − η·∂L/∂b.
    ///
    /// # Panics
    /// If the gradient does not have as many numbers as the model has weights.
    #[track_caller]
    pub fn step(&self, model: &mut LogisticRegression, grads: &Gradients) {
        let (d, g) = (model.num_features(), grads.weight.len());
        assert_eq!(d, g, "the model has {d} features, the gradient {g}");
        let Self { learning_rate, weight_decay } = *self;
        Zip::from(&mut model.weight).and(&grads.weight).for_each(|w, g| *w -= learning_rate * (g + weight_decay * *w));
        if let Some(bias) = &mut model.bias {
            *bias -= learning_rate * grads.bias;
        }
    }
}
