//! The two ways to make the steps of gradient descent.

/// How [`fit`](super::fit) makes its steps. The numbers are the same up to rounding, the time is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Updates the d weights, and reads all pixels at each epoch, as the written-out loop does.
    #[default]
    FeatureSpace,
    /// Updates n numbers, one per sample, with the dot products of all pairs of samples, computed once; for few samples of
    /// many features.
    SampleSpace,
}
