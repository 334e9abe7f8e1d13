//! What can go wrong, each in one line: the path, the cause, the remedy.

use std::{io, path::Path, path::PathBuf};

use image::{ImageError, error::LimitErrorKind};

use crate::limits::{MAX_BYTES, MAX_SIDE};

/// A `Result` whose error is this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong outside the program: files, pictures, settings.
///
/// `Display` is one line that says everything, because a notebook shows nothing else;
/// [`source`](std::error::Error::source) keeps the chain. A mistake in the caller's code (a vector of the wrong length)
/// is not here: it panics, with both lengths.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused to read or write.
    #[error("cannot {action} {}: {source}; {}", one_line(&path.display()), io_remedy(source))]
    Io {
        /// What was tried: "read", "write".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
    /// A file that is not a picture, is broken, or would take too much memory or time.
    #[error("cannot read {} as a picture: {}; {}", one_line(&path.display()), one_line(source), picture_remedy(source))]
    Picture {
        /// The file.
        path: PathBuf,
        /// The decoder's own words.
        source: Box<ImageError>,
    },
    /// A folder that is not a data set of two classes.
    #[error("{}: {}", one_line(&path.display()), one_line(problem))]
    Dataset {
        /// The folder, or the file in it.
        path: PathBuf,
        /// The cause and the remedy.
        problem: String,
    },
    /// A file that is not a model, or a model that does not fit.
    #[error("{}: {}", one_line(&path.display()), one_line(problem))]
    Model {
        /// The file.
        path: PathBuf,
        /// The cause and the remedy.
        problem: String,
    },
    /// A setting outside its range, or data that does not fit the model.
    #[error("{}", one_line(.0))]
    Config(String),
    /// A run whose loss stopped being a number.
    #[error("{}", one_line(.0))]
    Diverged(String),
    /// A device that is not there, is too small or fails.
    #[error("{}", one_line(.0))]
    Device(String),
    /// A figure that could not be drawn.
    #[error("{}", one_line(.0))]
    Plot(String),
}

impl Error {
    /// Returns the file or folder that the error is about.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Io { path, .. }
            | Self::Picture { path, .. }
            | Self::Dataset { path, .. }
            | Self::Model { path, .. } => Some(path),
            Self::Config(_) | Self::Diverged(_) | Self::Device(_) | Self::Plot(_) => None,
        }
    }

    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::Io { action: "read", path: path.into(), source }
    }

    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        Self::Io { action: "write", path: path.into(), source }
    }

    pub(crate) fn picture(path: &Path, source: ImageError) -> Self {
        Self::Picture { path: path.into(), source: Box::new(source) }
    }

    pub(crate) fn dataset(path: &Path, problem: impl Into<String>) -> Self {
        Self::Dataset { path: path.into(), problem: problem.into() }
    }

    pub(crate) fn model(path: &Path, problem: impl Into<String>) -> Self {
        Self::Model { path: path.into(), problem: problem.into() }
    }
}

/// Returns [`Error::Config`] with the cause and the remedy where a setting is not as it must be.
pub(crate) fn ensure(good: bool, problem: impl Into<String>) -> Result<()> {
    if good { Ok(()) } else { Err(Error::Config(problem.into())) }
}

/// Writes line breaks and other control characters as escapes, `\n`.
fn one_line(text: &impl ToString) -> String {
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.to_string().chars().map(escape).collect()
}

fn io_remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "check the path",
        io::ErrorKind::PermissionDenied => "check its permissions",
        _ => "check the file and the disk",
    }
}

fn picture_remedy(error: &ImageError) -> String {
    match error {
        ImageError::Limits(limit) if limit.kind() == LimitErrorKind::DimensionError => {
            format!("it has more than {MAX_SIDE} pixels on a side: shrink it")
        }
        ImageError::Limits(_) => {
            format!("reading it would take more than {} MiB of memory: shrink it", MAX_BYTES >> 20)
        }
        ImageError::Unsupported(_) => "convert it to JPEG or PNG, or remove it".into(),
        _ => "fetch it again, or remove it".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_a_line_break_stays_on_one_line() {
        let error = Error::read(Path::new("a\nb.jpg"), io::ErrorKind::NotFound.into());
        assert!(error.to_string().starts_with("cannot read a\\nb.jpg: "), "{error}");
        assert_eq!(error.path(), Some(Path::new("a\nb.jpg")));
        assert_eq!(Error::dataset(Path::new("a\rb"), "c\nd").to_string(), "a\\rb: c\\nd");
    }
}
