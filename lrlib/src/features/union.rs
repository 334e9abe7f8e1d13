//! Several features as one vector.

use std::{fmt, ops::Range};

use ndarray::{Array2, ArrayRef2, Axis, concatenate};

use super::check::check;
use crate::error::{Error, Result};

/// The vectors of several features side by side, under their names: `sklearn.pipeline.FeatureUnion`.
///
/// Each row of each of the m parts is scaled to length 1/√m. So no part outweighs another, the whole has length 1, and the
/// dot product of two rows is the mean of the parts' cosines: their kernels are added.
///
/// ```
/// use lrlib::{features::Union, ndarray::array};
/// let union = Union::new(&[("color", &array![[3.0, 4.0]]), ("texture", &array![[0.0, 0.0, 2.0]])])?;
/// assert!((union.x[[0, 1]] - 0.8 / 2.0_f32.sqrt()).abs() < 1e-6);
/// assert_eq!(union.columns("texture"), Some(2..5));
/// assert_eq!(format!("{union:?}"), "Union(color 2 + texture 3, 1 × 5)");
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Clone)]
pub struct Union {
    /// The vectors, shape (n, d).
    pub x: Array2<f32>,
    names: Vec<(String, Range<usize>)>,
}

impl Union {
    /// Joins parts of shapes (n, d₁), (n, d₂) ….
    ///
    /// # Errors
    /// [`Error::Config`] if there are no parts, they differ in the number of rows, or a number is not finite.
    pub fn new(parts: &[(&str, &ArrayRef2<f32>)]) -> Result<Self> {
        let (mut x, mut names) = (Array2::zeros((parts.first().map_or(0, |part| part.1.nrows()), 0)), Vec::new());
        for &(name, part) in parts {
            check(part, part.ncols(), name)?;
            if part.nrows() != x.nrows() {
                let problem = format!("{name} has {} rows, the parts before {}", part.nrows(), x.nrows());
                return Err(Error::Config(format!("{problem}: use vectors of the same pictures")));
            }
            let mut part = part.to_owned();
            for mut row in part.outer_iter_mut() {
                let length = (row.dot(&row) * parts.len() as f32).sqrt();
                row /= length.max(f32::MIN_POSITIVE);
            }
            names.push((name.to_owned(), x.ncols()..x.ncols() + part.ncols()));
            x = concatenate![Axis(1), x, part];
        }
        check(&x, x.ncols(), "Union")?;
        Ok(Self { x, names })
    }

    /// Returns where a part's numbers are in a row.
    #[must_use]
    pub fn columns(&self, name: &str) -> Option<Range<usize>> {
        self.names.iter().find(|part| part.0 == name).map(|part| part.1.clone())
    }
}

/// `Union(gradients 4096 + colors 4096, 244 × 8192)`
impl fmt::Debug for Union {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.names.iter().map(|(name, columns)| format!("{name} {}", columns.len())).collect();
        write!(f, "Union({}, {} × {})", parts.join(" + "), self.x.nrows(), self.x.ncols())
    }
}
