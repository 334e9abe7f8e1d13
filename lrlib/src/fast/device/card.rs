//! What a card does for `fit`, whoever made it.

use std::fmt::Display;

use ndarray::{Array2, ArrayRef1, ArrayRef2};

use crate::{error::Result, fast::gram::gram};

/// A card, awake. `Display` is its name.
pub(crate) trait Card: Display {
    /// Copies samples to the card, with a model to train on them.
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device) if they do not fit in its memory, or it fails.
    fn descent(&self, start: &Start<'_>) -> Result<Box<dyn Descent>>;

    /// Returns whether it is the processor that does the work of a card.
    fn is_software(&self) -> bool {
        false
    }

    /// Returns X·Xᵀ; the processor computes it, unless the card does it better.
    ///
    /// # Errors
    /// As above.
    fn gram(&self, x: &ArrayRef2<f32>) -> Result<Array2<f64>> {
        Ok(gram(x))
    }
}

/// What gradient descent starts from.
#[cfg_attr(not(any(feature = "cuda", feature = "wgpu")), expect(dead_code, reason = "there is no card to read it"))]
pub(crate) struct Start<'a> {
    /// The training samples, and those of validation if there are any.
    pub(crate) parts: &'a [&'a ArrayRef2<f32>],
    /// The labels of the training samples.
    pub(crate) y: &'a ArrayRef1<f32>,
    pub(crate) weight: &'a ArrayRef1<f32>,
    pub(crate) bias: Option<f32>,
    pub(crate) pos_weight: f32,
    pub(crate) weight_decay: f32,
    /// The most steps of a [`run`](Descent::run).
    pub(crate) most: usize,
}

/// A model in training on a card, many steps at a time.
pub(crate) trait Descent {
    /// Makes a step with each of these learning rates, up to the first from logits that are not finite. Returns the logits
    /// from before each step and after the last, those of the validation samples last: shape (steps + 1, n + m).
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device) if the card fails.
    fn run(&mut self, rates: &[f32]) -> Result<Array2<f32>>;

    /// Writes the weight and, if the model has one, the bias as they are now.
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device) if the card fails.
    fn write_to(&self, weight: &mut ArrayRef1<f32>, bias: &mut Option<f32>) -> Result<()>;
}
