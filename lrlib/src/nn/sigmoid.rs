//! From a logit to a probability.

/// Returns σ(z) = 1 / (1 + e^−z), in [0, 1]; split by the sign of z so that e is never raised to a positive power.
///
/// ```
/// use lrlib::nn::sigmoid;
/// assert_eq!((sigmoid(0.0), sigmoid(100.0)), (0.5, 1.0));
/// assert!((sigmoid(3.0_f32.ln()) - 0.75).abs() < 1e-7);
/// ```
#[must_use]
pub fn sigmoid(z: f32) -> f32 {
    from_power(z, (-z.abs()).exp())
}

/// The same where e^−|z| is known.
pub(super) fn from_power(z: f32, power: f32) -> f32 {
    if z >= 0.0 { 1.0 / (1.0 + power) } else { power / (1.0 + power) }
}
