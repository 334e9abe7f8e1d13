//! Gradient descent.

use ndarray::{Array1, Zip};

use crate::nn::{Gradients, LogisticRegression};

/// Steps against the gradient, with or without momentum: `torch.optim.SGD`.
///
/// ```
/// use lrlib::{nn, ndarray::array, optim};
/// let mut model = nn::LogisticRegression { weight: array![1.0], bias: Some(0.5) };
/// let mut sgd = optim::Sgd { momentum: 0.5, ..optim::Sgd::new(0.5) };
/// let grads = nn::Gradients { weight: array![4.0], bias: 1.0 };
/// sgd.step(&mut model, &grads);
/// assert_eq!(model, nn::LogisticRegression { weight: array![-1.0], bias: Some(0.0) });
/// // The same gradient again: half of the last step is added to it.
/// sgd.step(&mut model, &grads);
/// assert_eq!(model, nn::LogisticRegression { weight: array![-4.0], bias: Some(-0.75) });
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Sgd {
    /// η, the length of a step relative to the gradient.
    pub learning_rate: f32,
    /// μ in [0, 1): the part of the velocity that is kept at each step; 0 for plain gradient descent.
    pub momentum: f32,
    /// Whether a step looks ahead along the new velocity, Nesterov's way.
    pub nesterov: bool,
    /// λ: every gradient of the weight gets λ·w added, as with PyTorch's `weight_decay`; the bias does not.
    pub weight_decay: f32,
    /// The strength of an L1 penalty, l1·‖w‖₁, which sets weights to exactly 0; the bias is exempt. It is meant for steps
    /// without momentum: with it, they lead to the minimum for the strength (1 − μ)·l1.
    pub l1: f32,
    /// v, PyTorch's `momentum_buffer`: the sum of the gradients so far, each μ times as strong as the next. `None` before
    /// the first step, and without momentum.
    pub velocity: Option<Gradients>,
}

impl Sgd {
    /// Returns plain gradient descent with this learning rate: no momentum, no penalty.
    #[must_use]
    pub fn new(learning_rate: f32) -> Self {
        Self { learning_rate, momentum: 0.0, nesterov: false, weight_decay: 0.0, l1: 0.0, velocity: None }
    }

    /// Takes one step along g = ∂L/∂w + λ·w, and in the same way, without λ, along ∂L/∂b:
    ///
    /// - without momentum, w ← w − η·g;
    /// - with momentum, v ← μ·v + g, then w ← w − η·v, or w ← w − η·(g + μ·v) if `nesterov`, as in PyTorch;
    /// - with L1, a **proximal step** follows: each weight moves towards 0 by η·l1, and those nearer than that become 0
    ///   (soft thresholding; Parikh and Boyd, Proximal Algorithms, 2014, sections 4.2 and 6.5.2).
    ///
    /// # Panics
    /// If the gradient, or the velocity of earlier steps, does not have as many numbers as the model has weights.
    #[track_caller]
    pub fn step(&mut self, model: &mut LogisticRegression, grads: &Gradients) {
        let (d, g) = (model.num_features(), grads.weight.len());
        assert_eq!(d, g, "the model has {d} features, the gradient {g}");
        let Self { learning_rate, momentum, nesterov, weight_decay, l1, .. } = *self;
        let mut step_of_bias = grads.bias;
        let weights = Zip::from(&mut model.weight).and(&grads.weight);
        if let Some(velocity) = self.velocity_mut(d) {
            let v = velocity.weight.len();
            assert_eq!(d, v, "the model has {d} features, the velocity {v}");
            let advance = |v: &mut f32, g: f32| {
                *v = momentum * *v + g;
                if nesterov { g + momentum * *v } else { *v }
            };
            step_of_bias = advance(&mut velocity.bias, grads.bias);
            weights
                .and(&mut velocity.weight)
                .for_each(|w, g, v| *w -= learning_rate * advance(v, g + weight_decay * *w));
        } else {
            weights.for_each(|w, g| *w -= learning_rate * (g + weight_decay * *w));
        }
        if l1 > 0.0 {
            let reach = learning_rate * l1;
            model.weight.mapv_inplace(|w| w - w.max(-reach).min(reach));
        }
        if let Some(bias) = &mut model.bias {
            *bias -= learning_rate * step_of_bias;
        }
    }

    /// Returns the velocity, zeros at first; `None` without momentum.
    pub(crate) fn velocity_mut(&mut self, num_features: usize) -> Option<&mut Gradients> {
        let zeros = || Gradients { weight: Array1::zeros(num_features), bias: 0.0 };
        (self.momentum > 0.0).then(|| self.velocity.get_or_insert_with(zeros))
    }
}
