//! What can go wrong, each in one line: the path, the cause, the remedy.

use std::{fmt, io, path::Path, path::PathBuf};

/// An answer of this crate, or its [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong with the world: files, pictures, settings.
///
/// `Display` is one line that holds everything, because a notebook shows nothing else;
/// [`source`](std::error::Error::source) keeps the chain. A caller's bug (a vector of the wrong length)
/// is not here: it panics, and says both lengths.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused to read or write.
    Io {
        /// What was tried: "read", "write".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
    /// A file that is no picture, or a broken one.
    Picture {
        /// The file.
        path: PathBuf,
        /// The decoder's own words.
        source: image::ImageError,
    },
    /// A folder that is no data set of two classes.
    Dataset {
        /// The folder, or the file in it.
        path: PathBuf,
        /// The cause and the remedy.
        problem: String,
    },
    /// A setting outside its range, or a training that it made diverge.
    Config(String),
    /// A file that is no model, or a model that does not fit.
    Model {
        /// The file.
        path: PathBuf,
        /// The cause and the remedy.
        problem: String,
    },
    /// A figure that could not be drawn.
    Plot(String),
}

impl Error {
    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::Io { action: "read", path: path.into(), source }
    }

    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        Self::Io { action: "write", path: path.into(), source }
    }

    pub(crate) fn dataset(path: &Path, problem: impl Into<String>) -> Self {
        Self::Dataset { path: path.into(), problem: problem.into() }
    }

    pub(crate) fn model(path: &Path, problem: impl Into<String>) -> Self {
        Self::Model { path: path.into(), problem: problem.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { action, path, source } => {
                let remedy = match source.kind() {
                    io::ErrorKind::NotFound => "check the path",
                    io::ErrorKind::PermissionDenied => "check its permissions",
                    _ => "check the file and the disk",
                };
                write!(f, "cannot {action} {}: {source}; {remedy}", path.display())
            }
            Self::Picture { path, source } => {
                let (cause, remedy) = picture_problem(source);
                write!(f, "cannot read {} as a picture: {cause}; {remedy}", path.display())
            }
            Self::Dataset { path, problem } | Self::Model { path, problem } => {
                write!(f, "{}: {problem}", path.display())
            }
            Self::Config(problem) | Self::Plot(problem) => f.write_str(problem),
        }
    }
}

/// A decoder's cause on one line, and who can do what about it.
fn picture_problem(error: &image::ImageError) -> (String, &'static str) {
    let cause = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    let remedy = match error {
        image::ImageError::Limits(_) => "it claims to be larger than 16384 pixels a side or 512 MiB: shrink it",
        image::ImageError::Unsupported(_) => "convert it to JPEG or PNG, or remove it",
        _ => "fetch it again, or remove it",
    };
    (cause, remedy)
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Picture { source, .. } => Some(source),
            _ => None,
        }
    }
}
