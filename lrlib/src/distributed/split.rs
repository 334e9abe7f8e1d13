//! What is spread over the processes, and what that costs.

use std::fmt;

/// How X and the work on it are spread over p processes; n training samples, m validation samples, d features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Each process has some samples, and all of w. An epoch adds up the gradient, d numbers, as PyTorch's
    /// `DistributedDataParallel` does, and joins the validation logits, m numbers.
    Samples,
    /// Each process has some columns of X, and the weights for them. An epoch adds up the logits, n + m numbers.
    Features,
    /// The same, in sample space: the Gram matrix, n² numbers, is added up once. Then an epoch exchanges nothing.
    Gram,
}

impl Split {
    /// The three splits.
    pub const ALL: [Self; 3] = [Self::Samples, Self::Features, Self::Gram];

    /// About how many multiplications, each of which waits for its number from memory, take as long as the exchange of one
    /// number.
    const EXCHANGE: f64 = 4.0;

    /// Returns the numbers that a process exchanges before the first epoch, and at each.
    #[must_use]
    pub fn exchanges(self, [n, m, d]: [usize; 3], ranks: usize) -> [usize; 2] {
        // Every process sends its rows' columns to the one that has them from now on.
        let columns = (n + m) * d / ranks;
        match self {
            Self::Samples => [0, d + m],
            Self::Features => [columns, n + m],
            Self::Gram => [columns + n * n, 0],
        }
    }

    /// Returns the cost of a run, counted in multiplications that wait for memory, as
    /// [`fit`](crate::train::fit) counts to choose between pixels and sample space.
    #[must_use]
    pub fn cost(self, [n, m, d]: [usize; 3], ranks: usize, epochs: usize) -> f64 {
        let [before, each] = self.exchanges([n, m, d], ranks).map(|numbers| Self::EXCHANGE * numbers as f64);
        let [n, m, d, ranks, epochs] = [n, m, d, ranks, epochs].map(|count| count as f64);
        let over_pixels = (2.0 * n + m) * d / ranks;
        before
            + match self {
                Self::Samples | Self::Features => epochs * (over_pixels + each),
                Self::Gram => n * n / 2.0 * d / 6.0 / ranks + 2.0 * over_pixels + epochs * n * n,
            }
    }

    /// Returns the split that costs least. Sample space needs at most as many samples as features.
    ///
    /// ```
    /// use lrlib::distributed::Split;
    /// let d = 3 * 224 * 224;
    /// assert_eq!(Split::choose([244, 153, d], 4, 100), Split::Gram);
    /// assert_eq!(Split::choose([20_000, 1000, d], 1000, 1000), Split::Features);
    /// assert_eq!(Split::choose([100_000_000, 1000, d], 1000, 100), Split::Samples);
    /// ```
    #[must_use]
    pub fn choose([n, m, d]: [usize; 3], ranks: usize, epochs: usize) -> Self {
        let splits = if n <= d { &Self::ALL[..] } else { &Self::ALL[..2] };
        Self::cheapest(splits, [n, m, d], ranks, epochs)
    }

    pub(super) fn cheapest(splits: &[Self], sizes: [usize; 3], ranks: usize, epochs: usize) -> Self {
        let cost = |split: &Self| split.cost(sizes, ranks, epochs);
        splits.iter().copied().min_by(|a, b| cost(a).total_cmp(&cost(b))).expect("there are splits")
    }
}

/// `samples`, `features`, `Gram matrix`
impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Samples => "samples",
            Self::Features => "features",
            Self::Gram => "Gram matrix",
        })
    }
}
