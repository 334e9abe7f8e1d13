//! Where a run is saved. The file itself is written in `save.rs`.

use std::path::PathBuf;

/// Where and how often [`fit`](super::fit) saves the model and its history.
///
/// If the file exists, `fit` continues from it: a run that was interrupted ends with exactly the same numbers as one that
/// was not. The file is replaced as a whole, so a process killed at any moment leaves the previous one. To train longer,
/// raise `epochs` and call `fit` again. [`load`](crate::nn::LogisticRegression::load) reads the model from the file too.
///
/// In sample space, saving rounds the model to `f32`, as the loop over the pixels does at each step. So the seventh digit,
/// and the class of a validation sample right on the boundary, may change with other settings of `every` or `log_every`, or
/// if epochs are added to a run that had ended between two saves. They may also change with a larger `epochs`, if `method`
/// is `None` and another method is then faster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The file, safetensors.
    pub path: PathBuf,
    /// Epochs from one save to the next, at least 1; the start and the end are saved too.
    pub every: usize,
}
