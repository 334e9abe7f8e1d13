//! A run that did not reach its end.

use super::history::History;
use crate::error::Error;

/// Why [`fit`](super::fit) stopped before its last epoch, with the epochs until then: the curve of a run that diverged is
/// worth a look.
///
/// `?` turns it into its [`Error`] where a function returns that.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct FitError {
    /// Every epoch before the failure; empty if a setting was wrong.
    pub history: History,
    /// The cause: [`Error::Diverged`] if the loss stopped being a number.
    #[source]
    pub error: Error,
}

impl From<FitError> for Error {
    fn from(stopped: FitError) -> Self {
        stopped.error
    }
}
