//! The two spaces in which steps can be made.

/// How [`fit`](super::fit) makes its steps. The numbers are the same up to rounding, the time is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// With d numbers, the weight, over all pixels at each epoch: as the loop is written out.
    #[default]
    FeatureSpace,
    /// With n numbers, one per sample, and the dot products of all pairs of samples, computed once; for few samples of
    /// many features.
    SampleSpace,
}
